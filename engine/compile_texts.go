package engine

import (
	"fmt"
	"slices"
	"strings"

	"relevo/engine/diag"
)

// checkTexts walks every text of the file in order.
func checkTexts(c *compilation) {
	c.checkText(c.def.Title)
	for _, s := range c.def.Slots {
		c.checkText(s.Title)
	}
	for _, e := range c.def.Events {
		c.checkText(e.Title)
	}
	for _, t := range c.def.Texts {
		c.checkText(t.Text)
	}
	for _, st := range c.def.States {
		c.checkSaid(st)
	}
	for _, tr := range c.def.Triggers {
		for _, p := range tr.Phrases {
			c.checkLanguage(p.Language)
		}
	}
}

// checkSaid walks the texts of a state.
func (c *compilation) checkSaid(st State) {
	for _, say := range st.Say {
		c.checkText(say.Text)
		if say.Location != nil {
			c.checkText(say.Location.Name)
			c.checkText(say.Location.Address)
		}
		if say.Link != nil {
			c.checkText(say.Link.Title)
		}
	}
	c.checkText(st.Help)
	if st.Ask != nil {
		c.checkText(st.Ask.Reask)
		for _, ch := range st.Ask.Choices {
			c.checkText(ch.Title)
		}
	}
	if st.Handoff != nil {
		c.checkText(st.Handoff.Say)
	}
}

func (c *compilation) checkText(t Text) {
	if t.IsZero() {
		return
	}
	if t.All != nil {
		c.checkLength(*t.All)
		return
	}
	missing, known := slices.Clone(c.machine.languages), true
	for _, lt := range t.By {
		known = (c.checkLanguage(lt.Language) || diag.Suggest(lt.Language.V, c.machine.languages, "") == "") && known
		c.checkLength(lt.Text)
		missing = slices.DeleteFunc(missing, func(l string) bool { return l == lt.Language.V })
	}
	if len(missing) > 0 && known { // a slip in the name of a language says it already
		c.findings.Errorf(t.At, "missing-language", fmt.Sprintf("add %s: …", missing[0]), "this text is missing in %s", strings.Join(missing, ", "))
	}
}

// checkLanguage reports a language that the flow does not have; known tells whether it has it.
func (c *compilation) checkLanguage(l Str) (known bool) {
	if slices.Contains(c.machine.languages, l.V) {
		return true
	}
	c.findings.Errorf(l.At, "unknown-language", diag.Suggest(l.V, c.machine.languages, "list it under languages"), "language %q is not one of the flow's", l.V)
	return false
}

func (c *compilation) checkLength(s Str) {
	if len(s.V) > MaxTextBytes {
		c.findings.Errorf(s.At, "text-too-long", "split it into several messages", "this text has %d bytes, the limit is %d", len(s.V), MaxTextBytes)
	}
}

package engine

import (
	"strings"
	"unicode/utf8"

	"relevo/engine/diag"
)

// checkLimits holds what states say against what the channels can show. Nothing is refused for its length when it is sent: the channels split
// texts, make lists of buttons, and cut titles. What loses words is an error; what is shown in another form than was written is a warning.
func checkLimits(c *compilation) {
	if len(c.around.Channels) == 0 {
		return
	}
	for _, def := range c.def.States {
		st := c.machine.states[def.Name.V]
		if st == nil {
			continue
		}
		for i, say := range def.Say {
			c.limitSaying(say, st.say[i], c.hasChoices(def) && i == len(def.Say)-1)
		}
		c.limitTexts(def.Help, st.help, plainLimit)
		if def.Ask != nil {
			c.limitAsk(def.Ask, st.ask, c.hasChoices(def))
			c.limitReplies(def)
		}
		if def.Handoff != nil {
			c.limitTexts(def.Handoff.Say, st.handoff.say, plainLimit)
		}
	}
}

// hasChoices tells that a state's question has buttons: its choices, or yes and no.
func (c *compilation) hasChoices(def State) bool {
	if def.Ask == nil {
		return false
	}
	sl := c.machine.slots[def.Ask.Slot.V]
	return len(def.Ask.Choices) > 0 || sl != nil && sl.typ == SlotYesNo
}

// limit is what a text is held against: how many characters a channel has for it, and what happens to what is over.
type limit struct {
	of   func(ChannelLimits) int
	what string // what the limit is of
	fate string // what becomes of a longer text
	cut  bool   // words are lost
	// open asks for a max of slots that have none: one of them alone can be over
	open bool
}

var (
	plainLimit   = limit{of: func(l ChannelLimits) int { return l.MaxText }, what: "a message", fate: "it goes out in parts"}
	choiceLimit  = limit{of: func(l ChannelLimits) int { return l.MaxChoiceText }, what: "a message with buttons", fate: "its beginning goes out as a message of its own", open: true}
	linkLimit    = limit{of: func(l ChannelLimits) int { return l.MaxChoiceText }, what: "a message with a link", fate: "its beginning goes out as a message of its own", open: true}
	captionLimit = limit{of: func(l ChannelLimits) int { return l.MaxCaption }, what: "a caption", fate: "it goes out as a message of its own", open: true}
	linkTitle    = limit{of: func(l ChannelLimits) int { return l.MaxLinkTitle }, what: "the title of a link", fate: "it is cut", cut: true}
	rowTitle     = limit{of: func(l ChannelLimits) int { return l.MaxRowTitle }, what: "a choice", fate: "it is cut", cut: true}
)

func (c *compilation) limitSaying(def Say, s saying, choices bool) {
	body := plainLimit
	switch {
	case choices:
		body = choiceLimit
	case def.Link != nil:
		body = linkLimit
		c.limitTexts(def.Link.Title, s.title, linkTitle)
	case def.Media != nil && def.Media.Kind != OutgoingAudio: // a sound has no caption: its text is a message anyway
		body = captionLimit
	}
	c.limitTexts(def.Text, s.text, body)
	if def.Template != nil {
		c.limitTemplate(def.Template, s.template)
	}
}

func (c *compilation) limitAsk(def *Ask, a *ask, choices bool) {
	body := plainLimit
	if choices {
		body = choiceLimit
	}
	c.limitTexts(def.Reask, a.reask, body)
	if len(def.Choices) > 0 {
		c.limitChoices(def, a)
	}
}

// limitReplies finds more choices than a template can have, which is refused.
func (c *compilation) limitReplies(def State) {
	if len(def.Say) == 0 || def.Say[len(def.Say)-1].Template == nil {
		return
	}
	for _, ch := range c.around.Channels {
		if n := len(def.Ask.Choices); ch.Templates && over(n, ch.MaxReplies) {
			c.findings.Errorf(def.Ask.Slot.At, "too-many-choices", "offer fewer choices, or ask in a state after it", "%d choices are more than the %d that %s takes under a template", n, ch.MaxReplies, ch.Name)
		}
	}
}

// limitTexts holds each language of a text against a limit.
func (c *compilation) limitTexts(def Text, m message, l limit) {
	for language, s := range def.all() {
		if t := m[language]; t != nil {
			c.limitText(s, t, l)
		}
	}
}

// all lists the texts of a text by language, "" for one that all languages have.
func (t Text) all() func(yield func(string, Str) bool) {
	return func(yield func(string, Str) bool) {
		if t.All != nil && !yield("", *t.All) {
			return
		}
		for _, lt := range t.By {
			if !yield(lt.Language.V, lt.Text) {
				return
			}
		}
	}
}

// limitText holds one text against the channel that has the least room for it: first what is written, then what slots can make of it.
func (c *compilation) limitText(s Str, t *template, l limit) {
	channel, most := c.narrowest(l)
	if most == 0 {
		return
	}
	written, whole, longest := t.reach()
	switch {
	case written > most && l.cut:
		c.findings.Errorf(s.At, "title-too-long", "say it in fewer words", "%s has %d characters for %s, and this has %d: %s", channel, most, l.what, written, l.fate)
	case written > most:
		c.findings.Warnf(s.At, "text-over-limit", "shorten it, or say the first part in a message before it", "%s has %d characters for %s, and this has %d: %s", channel, most, l.what, written, l.fate)
	case whole.most > most:
		c.findings.Warnf(longest.at, "may-be-too-long", "shorten the text around it, or what is filled in: a text slot can have a max, a date a short form", "%s has %d characters for %s, and with the longest %q this has %d: %s", channel, most, l.what, longest.source, whole.most, l.fate)
	case whole.open != "" && l.open && most < MaxInboundRunes:
		if first, again := c.endless[whole.open]; again {
			c.alsoHere(first, t.holding(whole.open))
			return
		}
		c.endless[whole.open] = len(c.findings)
		c.findings.Warnf(t.holding(whole.open), "may-be-too-long", "give the slot a max, for example max: 200", "%s has %d characters for %s, and slot %q may hold %d: %s", channel, most, l.what, whole.open, MaxInboundRunes, l.fate)
	}
}

// alsoHere adds a place to a finding that is about the same slip.
func (c *compilation) alsoHere(finding int, at diag.Range) {
	if d := &c.findings[finding]; len(d.Related) < maxRelated {
		d.Related = append(d.Related, diag.Related{Range: at, Message: "it is read here, too"})
	}
}

// narrowest is the channel that has the least room; most is 0 where none has a limit.
func (c *compilation) narrowest(l limit) (channel string, most int) {
	for _, ch := range c.around.Channels {
		if n := l.of(ch); n > 0 && (most == 0 || n < most) {
			channel, most = ch.Name, n
		}
	}
	return channel, most
}

// reach is how long a text is as it is written, how long it can get, and the expression that adds most to it.
func (t *template) reach() (written int, whole reach, longest *expression) {
	for _, p := range t.parts {
		if p.expr == nil {
			written += utf8.RuneCountInString(p.text)
			continue
		}
		whole = whole.and(p.expr.reach)
		if longest == nil || p.expr.reach.most > longest.reach.most {
			longest = p.expr
		}
	}
	return written, whole.and(reach{most: written}), longest
}

// holding is the place of the first expression that a slot without a max is read in.
func (t *template) holding(slot string) diag.Range {
	for _, p := range t.parts {
		if p.expr != nil && p.expr.reach.open == slot {
			return p.expr.at
		}
	}
	return diag.Range{}
}

// limitTemplate finds parameters that a channel refuses. White space in them is folded, so that only an empty one is.
func (c *compilation) limitTemplate(def *TemplateSpec, a *approved) {
	for _, ch := range c.around.Channels {
		if !ch.Templates {
			continue
		}
		for i, p := range def.Parameters {
			t := a.parameters[i]
			switch written, whole, _ := t.reach(); {
			case strings.TrimSpace(p.V) == "":
				c.findings.Errorf(p.At, "empty-parameter", "write a word, or take the parameter out of the template", "%s refuses a template with an empty parameter", ch.Name)
			case over(written, ch.MaxTemplate):
				c.findings.Errorf(p.At, "text-over-limit", "shorten it", "%s has %d characters for a whole template, and this parameter has %d", ch.Name, ch.MaxTemplate, written)
			case over(whole.most, ch.MaxTemplate):
				c.findings.Warnf(p.At, "may-be-too-long", "set a smaller max for the slot", "%s has %d characters for a whole template, and this parameter can have %d", ch.Name, ch.MaxTemplate, whole.most)
			}
		}
	}
}

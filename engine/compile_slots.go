package engine

import (
	"regexp"
	"strings"
)

func compileSlots(c *compilation) {
	for _, s := range c.def.Slots {
		sl := &slot{name: s.Name.V, typ: SlotType(s.Type.V)}
		if s.Pattern.V != "" {
			re, err := regexp.Compile(`^(?:` + s.Pattern.V + `)$`)
			if err != nil {
				c.findings.Errorf(s.Pattern.At, "bad-pattern", "patterns are RE2: no look-around and no back-references", "this pattern can not be read: %s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
			}
			sl.pattern = re
			if re != nil && s.Example.V != "" && !re.MatchString(s.Example.V) {
				c.findings.Errorf(s.Example.At, "bad-example", "change the example or the pattern", "the example %q does not match the slot's own pattern", s.Example.V)
			}
		}
		c.machine.slots[s.Name.V] = sl
	}
	for _, st := range c.def.States {
		if st.Ask == nil {
			continue
		}
		name := st.Ask.Slot
		declared := c.machine.slots[name.V]
		switch {
		case declared == nil && len(st.Ask.Choices) == 0:
			c.findings.Errorf(name.At, "unknown-slot", diag.Suggest(name.V, c.slotNames(), "declare it under slots"), "no slot is named %q", name.V)
		case declared == nil:
			c.machine.slots[name.V] = &slot{name: name.V, typ: SlotChoice}
		case declared.typ == SlotObject:
			c.findings.Errorf(name.At, "unaskable-slot", "ask for a text or a choice", "slot %q holds an object, which nobody can type", name.V)
		}
	}
}

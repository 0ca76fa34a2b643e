package engine

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"relevo/engine/diag"
)

// boundedBy says what kinds of values can be the min and max of a slot type. Other types have no order.
var boundedBy = map[SlotType]needs{
	SlotText:     {"the length of a text", []kind{kindNumber}, "write how many characters, for example 10"},
	SlotNumber:   {"the limit of a number", []kind{kindNumber}, "write a number, for example 10"},
	SlotInteger:  {"the limit of an integer", []kind{kindNumber}, "write a number, for example 10"},
	SlotAmount:   {"the limit of an amount", []kind{kindNumber, kindMap}, "write a number, for example 50, or another amount"},
	SlotDate:     {"the limit of a date", []kind{kindTime, kindText}, "write for example today, or today + 60d"},
	SlotTime:     {"the limit of a time", []kind{kindText}, `write for example '"09:00"'`},
	SlotDateTime: {"the limit of a datetime", []kind{kindTime, kindText}, "write for example now + 2h"},
	SlotDuration: {"the limit of a duration", []kind{kindSpan, kindText}, "write for example 30m"},
}

// compileSlots gives the declared slots their options, and questions with choices the slots that they declare by themselves. Expressions among the
// options may name every slot, so they are compiled last.
func compileSlots(c *compilation) {
	for _, s := range c.def.Slots {
		if c.machine.slots[s.Name.V] == nil {
			c.machine.slots[s.Name.V] = c.slot(s)
		}
	}
	for _, st := range c.def.States {
		if st.Ask != nil {
			c.checkAsked(st.Ask)
		}
	}
}

func (c *compilation) checkAsked(a *Ask) {
	switch declared := c.machine.slots[a.Slot.V]; {
	case declared == nil && len(a.Choices) == 0:
		c.unknownSlot(a.Slot)
	case declared == nil:
		c.machine.slots[a.Slot.V] = &slot{name: a.Slot.V, typ: SlotChoice}
	case declared.typ == SlotObject:
		c.findings.Errorf(a.Slot.At, "unaskable-slot", "ask for a text or a choice", "slot %q holds an object, which nobody can type", a.Slot.V)
	case len(a.Choices) > 0 && declared.typ != SlotChoice && declared.typ != SlotText:
		c.findings.Errorf(a.Slot.At, "wrong-slot-type", "declare the slot as {type: choice}, or do not declare it", "the name of a choice can not be kept in %q, which is of type %s", a.Slot.V, declared.typ)
	}
}

func (c *compilation) slot(s Slot) *slot {
	sl := &slot{name: s.Name.V, typ: SlotType(s.Type.V), title: c.message(s.Title), currency: s.Currency.V, past: s.Prefer.V == "past"}
	c.option(s.Pattern, "pattern", sl.typ, SlotText)
	c.option(s.Currency, "currency", sl.typ, SlotAmount)
	c.option(s.Prefer, "prefer", sl.typ, SlotDate, SlotDateTime)
	if s.Currency.V != "" && !currencyCode.MatchString(s.Currency.V) {
		c.findings.Errorf(s.Currency.At, "bad-value", "write its three capital letters, for example EUR", "%q is not a currency", s.Currency.V)
	}
	if s.Prefer.V != "" && s.Prefer.V != "past" && s.Prefer.V != "future" {
		c.findings.Errorf(s.Prefer.At, "bad-value", "write past or future", "prefer can not be %q", s.Prefer.V)
	}
	if s.Pattern.V != "" {
		sl.pattern = c.pattern(s)
	}
	c.bounds(s, sl)
	for _, rule := range []struct {
		name  string
		of    Str
		needs needs
		to    **expression
	}{
		{"validate", s.Validate, needs{"validate", []kind{kindTruth}, "compare the value with something, for example len(value) > 3"}, &sl.validate},
		{"normalise", s.Normalise, sl.takes(), &sl.normalise},
	} {
		if rule.of.V != "" && c.option(rule.of, rule.name, sl.typ, askable...) {
			*rule.to = c.answerScope(sl.typ).compile(&c.findings, rule.of, rule.needs)
		}
	}
	return sl
}

var currencyCode = regexp.MustCompile(`^[A-Z]{3}$`)

// askable are the types whose values come from the contact.
var askable = slices.DeleteFunc(slices.Clone(SlotTypes), func(t SlotType) bool { return t == SlotObject })

// option reports an option on a slot whose type it says nothing about. It tells whether it belongs there.
func (c *compilation) option(s Str, name string, typ SlotType, types ...SlotType) bool {
	if s.V == "" || slices.Contains(types, typ) {
		return true
	}
	hint := "remove it, or change the slot's type"
	if len(types) <= 2 {
		names := []string{}
		for _, t := range types {
			names = append(names, string(t))
		}
		hint = "only slots of type " + strings.Join(names, " and ") + " have it"
	}
	c.findings.Errorf(s.At, "misplaced-option", hint, "%s says nothing about a slot of type %s", name, typ)
	return false
}

func (c *compilation) pattern(s Slot) *regexp.Regexp {
	re, steps, err := CompilePattern(`^(?:`, s.Pattern.V, `)$`)
	if err != nil {
		hint := "patterns are RE2: no look-around and no back-references"
		if steps > MaxPatternSteps {
			hint = "repeat less, and use max for the length of a text"
		}
		c.findings.Errorf(s.Pattern.At, "bad-pattern", hint, "%s", err)
		return nil
	}
	if s.Example.V != "" && !re.MatchString(s.Example.V) {
		c.findings.Errorf(s.Example.At, "bad-example", "change the example or the pattern", "the example %q does not match the slot's own pattern", s.Example.V)
	}
	return re
}

// answerScope is the scope of the rules of a slot, in which the answer is called value. Slots of one type share it.
func (c *compilation) answerScope(typ SlotType) scope {
	sc, made := c.answers[typ]
	if !made {
		sc = c.scope.with("value", typ)
		c.answers[typ] = sc
	}
	return sc
}

// bounds compiles min and max.
func (c *compilation) bounds(s Slot, sl *slot) {
	needs, ordered := boundedBy[sl.typ]
	for _, bound := range []struct {
		name string
		of   Str
		to   **expression
	}{{"min", s.Min, &sl.min}, {"max", s.Max, &sl.max}} {
		switch {
		case bound.of.V == "":
		case !ordered:
			c.findings.Errorf(bound.of.At, "misplaced-option", "remove it, or write a rule under validate", "%s says nothing about a slot of type %s", bound.name, sl.typ)
		default:
			*bound.to = c.answerScope(sl.typ).compile(&c.findings, bound.of, needs)
		}
	}
	if !ordered {
		return
	}
	least, ok1 := c.writtenLimit(sl.typ, s.Min)
	most, ok2 := c.writtenLimit(sl.typ, s.Max)
	if ok1 && ok2 && least > most {
		c.findings.Errorf(s.Max.At, "bad-value", "write a max that is not below min", "no value is between %s and %s", s.Min.V, s.Max.V)
	}
}

// writtenLimit is a limit that is written out, in a measure of its type; ok is false for one that is worked out. It reports what is no such value.
func (c *compilation) writtenLimit(typ SlotType, limit Str) (measure float64, ok bool) {
	text, quoted := unquoted(limit.V)
	switch typ {
	case SlotDuration:
		s, err := parseSpan(text)
		if err != nil && quoted {
			c.findings.Errorf(limit.At, "bad-value", "write for example 30m or 1h30m, without quotes", "%q is not a length of time", text)
		}
		return s.length().Seconds(), err == nil
	case SlotTime:
		at, err := time.Parse("15:04", text)
		if quoted && (err != nil || len(text) != len("15:04")) { // values are compared as they are written
			c.findings.Errorf(limit.At, "bad-value", `write hours and minutes with two digits, for example '"09:00"'`, "%q is not a time of day", text)
			return 0, false
		}
		return float64(at.Unix()), quoted
	case SlotDate, SlotDateTime:
		at, err := moment(text, time.UTC)
		if quoted && err != nil {
			c.findings.Errorf(limit.At, "bad-value", `write for example '"2026-11-24"', or today + 60d`, "%q is not a day", text)
		}
		return float64(at.Unix()), quoted && err == nil
	}
	n, err := strconv.ParseFloat(limit.V, 64)
	return n, err == nil
}

// unquoted takes the quotes off an expression that is nothing but a text.
func unquoted(source string) (text string, quoted bool) {
	source = strings.TrimSpace(source)
	for _, quote := range []string{`"`, "'"} {
		inner, left := strings.CutPrefix(source, quote)
		inner, right := strings.CutSuffix(inner, quote)
		if left && right && !strings.Contains(inner, quote) {
			return inner, true
		}
	}
	return source, false
}

// unknownSlot reports a slot name that nothing declares.
func (c *compilation) unknownSlot(name Str) {
	c.findings.Errorf(name.At, "unknown-slot", diag.Suggest(name.V, c.slotNames(), "declare it under slots"), "no slot is named %q", name.V)
}

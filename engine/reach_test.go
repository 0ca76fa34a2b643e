package engine

import (
	"regexp/syntax"
	"testing"

	"relevo/engine/diag"
)

func TestLongestMatchOfAPattern(t *testing.T) {
	t.Parallel()
	for pattern, want := range map[string]int{
		"[A-Z]{2}[0-9]{6}": 8, "a|bcd|ef": 3, "(?:ab){1,3}c?": 7, "": 0, "^.$": 1, "x{0}": 0, `\bword\b`: 4, "(é|ñ)ü": 2,
		"a+": -1, "a*b": -1, "a{2,}": -1, "(a|b+)c": -1,
	} {
		re, err := syntax.Parse(pattern, syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		n, bounded := longestMatch(re)
		if !bounded {
			n = -1
		}
		if n != want {
			t.Errorf("%q: got %d, want %d", pattern, n, want)
		}
	}
}

// reachScope has a slot of each kind that people read.
func reachScope() scope {
	slot := func(name string, typ SlotType, low, high string) Slot {
		return Slot{Name: Str{V: name}, Type: Str{V: string(typ)}, Min: Str{V: low}, Max: Str{V: high}}
	}
	def := &Definition{Slots: []Slot{
		slot("word", SlotText, "", "30"), slot("any", SlotText, "", ""), slot("huge", SlotText, "", "99999"), slot("n", SlotInteger, "-5", "120"),
		slot("open", SlotInteger, "", "9"), slot("weight", SlotNumber, "1", "9"), slot("day", SlotDate, "", ""), slot("mail", SlotEmail, "", ""), slot("thing", SlotObject, "", ""),
	}}
	return newScope(def, nil, nil)
}

func TestReachOfExpressions(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]reach{
		"word": {most: 30}, "any": {open: "any"}, "huge": {most: MaxInboundRunes}, "n": {most: 3}, "open": {most: reachInteger}, "weight": {most: reachNumber},
		"mail": {most: 254}, "thing.name": {}, "contact.name": {}, "word ?? 'none of them, and longer than thirty'": {most: 36},
		"word + ', ' + any": {most: 32, open: "any"}, "n > 1 ? word : day": {most: 30}, "upper(word)": {most: 30}, "n + 1": {most: reachNumber},
		"format_date(day)": {most: reachDay}, "format_date(day, 'short')": {most: reachShortDay}, "format_time(time(now))": {most: reachClock}, "plural(n, 'one', '{} more')": {most: 10}, "'añ'": {most: 2}, "1234": {most: 4}, "thing?.name": {},
	} {
		var findings diag.List
		e := reachScope().compile(&findings, Str{V: code}, anything)
		if e == nil {
			t.Errorf("%s: %s", code, findings.Error())
		} else if e.reach != want {
			t.Errorf("%s: got %+v, want %+v", code, e.reach, want)
		}
	}
}

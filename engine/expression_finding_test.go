package engine_test

import (
	"testing"

	"relevo/engine"
	"relevo/flows"
)

// TestExpressionFindingsSpeakToAuthors holds the words for slips that authors make every day.
func TestExpressionFindingsSpeakToAuthors(t *testing.T) {
	t.Parallel()
	tests := []struct{ when, message, hint string }{
		{"order.status = 'lost'", `"=" can not stand here`, "write == to compare"},
		{"contact.nmae == ''", `contact has no field "nmae"`, `did you mean "name"?`},
		{"contact.shoesize == ''", `contact has no field "shoesize"`, "it can be attributes, id, language, name, opted_out, region, timezone"},
		{"orders.descrbe(order) == ''", `orders.js exports no function "descrbe"`, `did you mean "describe"?`},
		{"orders.weigh(order) == ''", `orders.js exports no function "weigh"`, "add exports.weigh = function (…) { … } to the script"},
		{"other.thing() == ''", `nothing here is called "other"`, "add other.js to scripts"},
		{"happy", `nothing here is called "happy"`, `declare it under slots; a text needs quotes inside quotes: "'happy'"`},
		{"language == 'en' AND true", `"AND" can not stand here`, "write and in small letters"},
		{"two words", `"words" can not stand here`, `a text needs quotes inside quotes: "'two words'"; see Expressions in docs/flow-language.md`},
		{"now + 2 hours > now", `"hours" can not stand here`, "write the length of time as 2h"},
		{"contact.opted_out == yes", `nothing here is called "yes"`, "write true or false"},
		{"none", `"none" is a function, not a value`, `add brackets with what it is about; a text needs quotes inside quotes: "'none'"`},
		{"language in [1]", "a text is never in a list of numbers", "both sides must be of one kind; see Expressions in docs/flow-language.md"},
		{"language[0] == 'a'", "a text has no items", "only lists and slots of type object have items"},
		{"language.size > 2", `a text has no field "size"`, "only objects, amounts, locations and files have fields"},
		{"len(1) > 2", "len can not take a number", "see Expressions in docs/flow-language.md"},
		{"language ==", "the expression ends too early", "write what is missing, or remove the last sign"},
		{"language", "when needs true or false, and this is a text", `compare it with something, for example order.status == "lost"`},
	}
	for _, tt := range tests {
		t.Run(tt.when, func(t *testing.T) {
			t.Parallel()
			source := "flow: a\ntitle: A\nlanguages: [en]\nslots: {order: {type: object}}\nscripts: [orders.js]\ninitial: b\nstates:\n  b:\n    goto:\n      - when: " + tt.when + "\n        goto: c\n      - goto: c\n  c: {end: over}\n"
			def, findings := flows.Load("a.yaml", []byte(source))
			if def == nil {
				t.Fatal(rendered(findings, []byte(source)))
			}
			_, findings = engine.Compile(def, engine.Surroundings{Scripts: map[string]engine.Script{
				"orders": {Name: "orders", File: "orders.js", Functions: []string{"describe"}}, "other": {Name: "other", File: "other.js", Functions: []string{"thing"}},
			}})
			if len(findings) != 1 {
				t.Fatalf("got %d findings, want 1:\n%s", len(findings), rendered(findings, []byte(source)))
			}
			if got := findings[0]; got.Message != tt.message || got.Hint != tt.hint {
				t.Errorf("got %q, hint %q, want %q, hint %q", got.Message, got.Hint, tt.message, tt.hint)
			}
		})
	}
}

// TestAnUnreadScriptIsOneMistake: what a flow calls in it is not another one.
func TestAnUnreadScriptIsOneMistake(t *testing.T) {
	t.Parallel()
	source := []byte("flow: a\ntitle: A\nlanguages: [en]\nscripts: [orders.js]\ninitial: b\nstates:\n  b: {say: \"{{ orders.describe() }}\", end: over}\n")
	def, findings := flows.Load("a.yaml", source)
	if def == nil {
		t.Fatal(rendered(findings, source))
	}
	_, findings = engine.Compile(def, engine.Surroundings{Scripts: map[string]engine.Script{"orders": {Name: "orders", File: "orders.js", Unread: true}}})
	if len(findings) != 0 {
		t.Error(rendered(findings, source))
	}
}

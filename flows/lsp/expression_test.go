package lsp

import (
	"fmt"
	"strings"
	"testing"
)

// TestNamesInExpressions: what is a name, and where it stands, in every way to write a value.
func TestNamesInExpressions(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, value, want string }{
		{"a text without quotes", "Hello {{ a }} and {{ b.c }}", "slot a, slot b"},
		{"a text that looks like a name", `"{{ a == \"b\" }}"`, "slot a"},
		{"single quotes in single quotes", `'{{ a ?? ''b'' }} {{ c }}'`, "slot a, slot c"},
		{"double quotes in single quotes", `'{{ a["b"] }}'`, "slot a"},
		{"braces of a map", `"{{ {'a': b, c: d}.a }} {{ e }}"`, "slot b, slot d, slot e"},
		{"braces in a text", `"{{ '}}' + a }} b"`, "slot a"},
		{"braces that are not closed", `"{{ a + b"`, "slot a, slot b"},
		{"a choice of two", `"{{ a ? b : c }}"`, "slot a, slot b, slot c"},
		{"what may be missing", `"{{ a?.b?.c }}"`, "slot a"},
		{"a function and what it gets", `"{{ format_date(a, 'day') }}"`, "helper format_date, slot a"},
		{"a function of a script", `"{{ orders.describe(a) }} {{ orders }}"`, "function orders.describe, slot a, script orders.js"},
		{"words and numbers of the language", `"{{ not a and 2h > b or true in c }}"`, "slot a, slot b, slot c"},
		{"lines", "|\n      {{ a }}\n      {{ b }}", "slot a, slot b"},
		{"no expression", "a b c", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			body := "scripts: [orders.js]\nstates:\n  x:\n    say: " + tt.value + "\n"
			var got []string
			for _, m := range marks(body, outline(body)) {
				if m.role != "expression" {
					continue
				}
				got = append(got, fmt.Sprintf("%s %s", m.kind, m.name))
				if written := body[m.from:m.to]; written != strings.TrimSuffix(m.name, ".js") {
					t.Errorf("%s stands at %q", m.name, written)
				}
			}
			if strings.Join(got, ", ") != tt.want {
				t.Errorf("got  %s\nwant %s", strings.Join(got, ", "), tt.want)
			}
		})
	}
}

package flows

import (
	"fmt"
	"strings"
	"testing"
)

// TestAcceptancesAreComments: a # that belongs to a text accepts nothing.
func TestAcceptancesAreComments(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       string // line code@column: reason
	}{
		{"at the end of the line", "a: b # accept dead-end: it is known", "1 dead-end@15: it is known"},
		{"alone on the line above", "# accept dead-end: it is known\na: b", "2 dead-end@10: it is known"},
		{"above other comments and blank lines", "# accept dead-end: known\n\n# The first one.\na: b", "4 dead-end@10: known"},
		{"two above each other", "# accept dead-end: one\n# accept no-way-out: two\na: b", "3 dead-end@10: one, 3 no-way-out@10: two"},
		{"indented as what follows", "a:\n  # accept dead-end: known\n  b: c", "3 dead-end@12: known"},
		{"behind a text with a #", `a: "# accept dead-end: no" # accept no-way-out: yes`, "1 no-way-out@37: yes"},
		{"without a reason", "a: b # accept dead-end", "1 dead-end@15: "},
		{"with a colon and nothing behind it", "a: b # accept dead-end:  ", "1 dead-end@15: "},
		{"the code without a hyphen", "a: b # accept expression: known", "1 expression@15: known"},
		{"at the end of the file", "a: b\n# accept dead-end: known", "2 dead-end@10: known"},
		{"letters of several bytes before it", "á: ñandú # accept dead-end: sí", "1 dead-end@19: sí"},
		{"a sentence", "a: b # accept the terms: of use", ""},
		{"a word that goes on with #", "a: b# accept dead-end: no", ""},
		{"in double quotes", `a: "b # accept dead-end: no"`, ""},
		{"in single quotes over two lines", "a: 'b\n  # accept dead-end: no'", ""},
		{"in a block", "a: |\n  b\n  # accept dead-end: no\n  c", ""},
		{"in a file that is no YAML", "a: b # accept dead-end: no\n\t- c", ""},
		{"in a file that is no text", "a: b # accept dead-end: no\x00", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, a := range Acceptances("a.yaml", []byte(tt.text)) {
				got = append(got, fmt.Sprintf("%d %s@%d: %s", a.Line, a.Code, a.At.Start.Column, a.Reason))
				if line := []rune(strings.Split(tt.text, "\n")[a.At.Start.Line-1]); string(line[a.At.Start.Column-1:a.At.End.Column-1]) != a.Code {
					t.Errorf("the place %v is not that of the code", a.At)
				}
			}
			if strings.Join(got, ", ") != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

package project

import (
	"strings"
	"testing"

	"relevo/flows"
)

// TestPlacesInsideTexts: what is wrong inside a text is marked exactly, however the text is written.
func TestPlacesInsideTexts(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"a plain text":                           "say: Hello {{ «oops» }}!",
		"a plain text over two lines":            "say: Hello\n      and {{ «oops» }}!",
		"a blank line in a plain text":           "say: Hello\n\n      and {{ «oops» }}!",
		"a text in double quotes":                `say: "Hello {{ «oops» }}!"`,
		"a quote behind a backslash":             `say: "Say \"yes\" to {{ «oops» }}!"`,
		"letters by their numbers":               `say: "\u00e9\x41\U0001F600\t {{ «oops» }}!"`,
		"an escape in the expression":            `say: "{{ contact.name == \"\" ? «oops» : 1 }}"`,
		"double quotes over two lines":           "say: \"Hello\n      and {{ «oops» }}!\"",
		"a backslash joins two lines":            "say: \"Hello \\\n      and {{ «oops» }}!\"",
		"a text in single quotes":                `say: 'Hello {{ «oops» }}!'`,
		"a doubled quote":                        `say: 'It''s {{ «oops» }}!'`,
		"single quotes over two lines":           "say: 'It''s\n      {{ «oops» }}!'",
		"a block":                                "say: |\n      Hello\n        and more\n\n      {{ «oops» }}!",
		"a folded block":                         "say: >\n      Hello\n      and {{ «oops» }}!\n\n      Bye",
		"a block without its last line end":      "say: |-\n      Hello {{ «oops» }}",
		"a block in a language":                  "say:\n      en: |\n        Hello\n        {{ «oops» }}!",
		"an expression over two lines":           "goto: [{when: \"contact.name == ''\n      or «oops» > 1\", goto: over}, {goto: over}]",
		"letters of two bytes before the place":  `say: "¡Ñandú! \"{{ «oops» }}\""`,
		"an expression that begins on one line":  "say: |\n      Hello {{ contact.name ==\n      «oops» }}!",
		"a text with Windows line ends":          "say: |\r\n      Hello\r\n      {{ «oops» }}!\r",
		"the second of two expressions":          `say: "{{ contact.name }} \\ {{ «oops» }}"`,
		"an expression behind one with an error": `say: "\" {{ now }} {{ «oops» }}"`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before, rest, _ := strings.Cut("flow: a\ntitle: A\nlanguages: [en]\ntriggers: [{phrases: {en: [go]}}]\ninitial: begin\nstates:\n  begin:\n    "+text, "«")
			inside, after, _ := strings.Cut(rest, "»")
			if !strings.Contains(text, "goto:") {
				after += "\n    goto: over"
			}
			source := before + inside + after + "\n  over: {end: done}\n"
			p := Build(Files{Flows: []File{{"flows/a.yaml", []byte(source)}}, Commands: File{"flows/" + flows.CommandsFile, nil}}, Options{})
			start, end := position(before), position(before+inside)
			for _, d := range p.Findings {
				if d.Code == "unknown-name" && d.Range.Start == start && d.Range.End == end {
					return
				}
			}
			t.Errorf("nothing is found from %v to %v:\n%v\n%s", start, end, p.Findings, source)
		})
	}
}

package flows

import (
	"strings"
	"testing"
)

// TestHostileFilesEndSoon: files that would make a careless checker slow. The test's own time limit is the oracle; each takes
// well under a second here.
func TestHostileFilesEndSoon(t *testing.T) {
	t.Parallel()
	const head = "flow: a\ntitle: A\nlanguages: [en]\ninitial: x\n"
	fill := func(piece string) string { return strings.Repeat(piece, (MaxFileBytes-200)/len(piece)) }
	names := func(body string) string {
		var b strings.Builder
		for i := range 999 {
			b.WriteString("  s" + strings.Repeat("i", i%50) + string(rune('a'+i/50)) + ": " + body + "\n")
		}
		return b.String()
	}
	for name, source := range map[string]string{
		"unknown keys":             head + "{" + fill("a: 1, "),
		"a long list of languages": "languages: [" + fill("en,") + "]",
		"lists of equal outcomes":  head + "states:\n" + names("{handoff: {queue: q, outcomes: ["+strings.Repeat("a,", 480)+"]}}"),
		"wrong states":             head + "states:\n" + names("{say: [1, 2], on: {ok: 5}, after: {x: 1}, goto: [1,2,3,4]}"),
		"quotes that never end":    head + "states:\n" + names(`"`),
		"texts over many lines":    head + "title: x\n" + fill(" x\n"),
		"colons":                   fill(": "),
		"question marks":           fill("? "),
		"dashes":                   fill("- "),
		"brackets and braces":      fill("[{"),
		"deep maps in a body":      head + "states:\n  x: {call: {get: u, body: " + strings.Repeat("{a: ", 70) + "1" + strings.Repeat("}", 70) + "}}\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, findings := Load("hostile.yaml", []byte(source))
			if !findings.HasErrors() || len(findings) > maxFindings {
				t.Errorf("%d findings", len(findings))
			}
			requireInside(t, []byte(source), findings)
		})
	}
}

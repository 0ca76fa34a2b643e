package flows

import (
	"fmt"
	"strings"
	"testing"

	"relevo/engine"
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
	const states = "states: {x: {end: over}}\n"
	var costly strings.Builder
	for i := range engine.MaxEvents / 5 {
		values := strings.TrimSuffix(strings.Repeat("["+strings.Repeat("1,", 400)+"],", 12), ",")
		fmt.Fprintf(&costly, "  e.e%d: {schema: {properties: {v: {items: {items: {allOf: [%s]}}}}}, example: {v: [%s]}}\n", i, strings.TrimSuffix(strings.Repeat("{type: string},", 600), ","), values)
	}
	var grown, doubled strings.Builder
	for i := range engine.MaxEvents {
		fmt.Fprintf(&grown, "  e.e%d: {schema: {properties: {", i)
		for k := range 30 {
			fmt.Fprintf(&grown, "p%d: {pattern: '%s'}, ", k, strings.Repeat("(a{1,9}){1,99}", 20))
		}
		grown.WriteString("}}}\n")
		to := func(name string) string { return strings.Repeat("{$ref: '#/$defs/"+name+"'},", 20) }
		fmt.Fprintf(&doubled, "  e.e%d: {schema: {$defs: {a: {allOf: [%s]}, b: {allOf: [%s]}, c: {type: string}}, properties: {v: {items: {$ref: '#/$defs/a'}}}}, example: {v: [%s]}}\n",
			i, to("b"), to("c"), strings.Repeat("1,", 110))
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
		"schemas that cost much":   head + "events:\n" + costly.String() + states,
		"patterns that grow":       head + "events:\n" + grown.String() + states,
		"references that double":   head + "events:\n" + doubled.String() + states,
		"schemas in circles":       head + "events: {a.b: {schema: {" + fill("items: {$ref: '#'}, allOf: [{$ref: '#'}], ") + "}}}\n" + states,
		"a deep schema":            head + "events: {a.b: {schema: " + strings.Repeat("{items: ", 55) + "{}" + strings.Repeat("}", 55) + "}}\n" + states,
		"messages of no kind":      head + "states:\n" + names("{say: [{image: 1, video: 2}, {en: x, template: {}}], wait: {for: 1}, run: [x]}"),
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

package docs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"relevo/docs"
	"relevo/engine/diag"
	"relevo/flows"
	"relevo/flows/flowtest"
	"relevo/flows/project"
	"relevo/scripts"
)

// TestEveryCodeHasOneEntry of the same shape, at its place in the alphabet of its chapter.
func TestEveryCodeHasOneEntry(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("diagnostics.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, chapter := range strings.Split("\n"+string(page), "\n# ")[1:] {
		last := ""
		for _, section := range strings.Split(chapter, "\n## ")[1:] {
			code, _, _ := strings.Cut(section, "\n")
			if seen[code] || code < last {
				t.Errorf("%s is there twice, or behind %s", code, last)
			}
			seen[code], last = true, code
			for _, part := range []string{"**What:**", "**Why:**", "**Mend:**", "```", "before", "after"} {
				if !strings.Contains(section, part) {
					t.Errorf("%s has no %s", code, part)
				}
			}
		}
	}
	if codes := docs.Codes(); len(codes) != len(seen) || len(codes) < 80 {
		t.Errorf("docs.Codes lists %d codes, the page has %d", len(codes), len(seen))
	}
}

// TestCodesAndEntriesAreTheSame: every code that the source reports is explained, and every one that is explained is reported.
func TestCodesAndEntriesAreTheSame(t *testing.T) {
	t.Parallel()
	literals, reported := map[string]bool{}, map[string]bool{}
	for _, top := range []string{"../engine", "../flows", "../scripts", "../cmd"} {
		err := filepath.WalkDir(top, func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.HasSuffix(path, "_test.go") || !strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, ".schema.json") {
				return err
			}
			source, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, m := range literal.FindAllSubmatch(source, -1) {
				literals[string(m[1])] = true
				if strings.Contains(filepath.ToSlash(path), "flowtest/") {
					literals["transcript-"+string(m[1])] = true
				}
			}
			for _, m := range reports.FindAllSubmatch(source, -1) {
				reported[string(m[1])] = true
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	codes := docs.Codes()
	for _, code := range codes {
		if !literals[code] {
			t.Errorf("nothing in the source reports %s", code)
		}
	}
	if len(reported) < 60 {
		t.Errorf("only %d codes were found in the source", len(reported))
	}
	for code := range reported {
		if !slices.Contains(codes, code) {
			t.Errorf("diagnostics.md has no entry ## %s", code)
		}
	}
}

var (
	literal = regexp.MustCompile(`"([a-z]+(?:-[a-z]+)*)"`)
	reports = regexp.MustCompile(`(?:(?:\b[Ff]indings|\bfound|\bl|\bleft|\.list)\.(?:Errorf|Warnf)\([^"\n]*, |"code": )"([a-z]+(?:-[a-z]+)*)"`)
)

// example is a pair of fragments in an entry.
type example struct{ before, after string }

var marked = regexp.MustCompile(`^(.*?)\s+(?:#|//) (before|after)\b`)

// examplesOf takes the pairs out of the code blocks of an entry: the lines that end in "# before" and "# after", each with the lines below it.
func examplesOf(entry string) []example {
	var all []example
	for i, block := range strings.Split(entry, "```") {
		if i%2 == 0 {
			continue
		}
		lines, kind := map[string][]string{}, ""
		for _, line := range strings.Split(block, "\n")[1:] {
			if m := marked.FindStringSubmatch(line); m != nil {
				line, kind = m[1], m[2]
			}
			if strings.TrimSpace(line) != "" {
				lines[kind] = append(lines[kind], line)
			}
		}
		if len(lines["before"]) > 0 && len(lines["after"]) > 0 {
			all = append(all, example{strings.Join(lines["before"], "\n"), strings.Join(lines["after"], "\n")})
		}
	}
	return all
}

// The parts of a flow into which fragments are put. A fragment takes the place of the lines that have its first key.
const base = `flow: refund
title: {en: Refund, es: Reembolso}
languages: [en, es]
scripts: [orders.js]
triggers:
  - phrases: {en: [refund], es: [reembolso]}
events:
  order.delayed: {}
slots:
  order_id: {type: text}
  order: {type: object}
  total: {type: number}
  appointment: {type: object}
initial: ask_order
states:
  ask_order:
    ask: order_id
    say: {en: "Which order?", es: "¿Qué pedido?"}
    on: {answered: find_order, exhausted: to_agent}
  find_order:
    call: {get: "https://shop.example/orders/{{ order_id }}", save: order}
    on: {ok: confirm, failed: to_agent}
  confirm:
    ask: sure
    say: {en: "Sure?", es: "¿Seguro?"}
    choices: {another: {en: Another, es: Otro}, done: {en: Done, es: Listo}}
    on: {another: ask_order, done: bye, exhausted: to_agent}
    after: {1h: still_there}
  still_there:
    say: {en: "Still there?", es: "¿Sigues ahí?"}
    goto: bye
  to_agent:
    handoff: {queue: orders, outcomes: [resolved]}
    on: {resolved: bye, unavailable: bye}
  lost:
    goto: anything_else
  anything_else:
    goto: bye
  bye:
    say: {en: Bye, es: Adiós}
    end: resolved
`

// places are where a fragment may belong.
var places = map[string]func(fragment string) string{
	"at the top":       func(f string) string { return replaced(base, "", f) },
	"in a question":    func(f string) string { return inState("ask_order", f) },
	"in a call":        func(f string) string { return inState("find_order", f) },
	"in a state":       func(f string) string { return inState("still_there", f) },
	"among the states": func(f string) string { return within("states", f) },
	"among the slots":  func(f string) string { return within("slots", f) },
	"among the events": func(f string) string { return within("events", f) },
	"as a schema":      func(f string) string { return within("events", "order.delayed:\n  "+f) },
	"as a when":        func(f string) string { return inState("still_there", "goto:\n  - "+f+"\n    goto: bye\n  - goto: bye") },
	"as a file":        func(f string) string { return f + "\n" },
	"in the head":      func(f string) string { return f }, // of a transcript
	"as it is":         func(f string) string { return f },
	"as an event's way": func(f string) string {
		return inState("confirm", "on: {another: ask_order, done: bye, exhausted: to_agent, "+f+"}")
	},
	"as a trigger": func(f string) string { return replaced(base, "", "triggers:\n  - "+f) },
}

// replaced puts a fragment at an indentation in place of the lines that begin with its keys, or at the end of the text.
func replaced(text, indent, fragment string) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	keys := regexp.MustCompile(`(?m)^([a-z_.]+):`).FindAllStringSubmatch(fragment, -1)
	for _, key := range keys {
		for i, line := range lines {
			if !strings.HasPrefix(line, indent+key[1]+":") {
				continue
			}
			end := i + 1
			for end < len(lines) && strings.HasPrefix(lines[end], indent+" ") {
				end++
			}
			lines = slices.Delete(lines, i, end)
			break
		}
	}
	for _, line := range strings.Split(fragment, "\n") {
		lines = append(lines, indent+line)
	}
	return strings.Join(lines, "\n") + "\n"
}

// block cuts a text into what stands before the lines below a key, those lines, and the rest.
func block(text, key string) (before, inside, after string) {
	at := strings.Index(text, key+":\n") + len(key) + 2
	indent := key[:len(key)-len(strings.TrimLeft(key, " "))]
	end := at
	for end < len(text) && strings.HasPrefix(text[end:], indent+" ") {
		end += strings.IndexByte(text[end:], '\n') + 1
	}
	return text[:at], text[at:end], text[end:]
}

func inState(state, fragment string) string {
	before, inside, after := block(base, "  "+state)
	return before + replaced(inside, "    ", fragment) + after
}

func within(key, fragment string) string {
	before, inside, after := block(base, key)
	return before + replaced(inside, "  ", fragment) + after
}

// codesIn are the codes that a fragment gives at a place.
func codesIn(t *testing.T, code, place, fragment string) []string {
	t.Helper()
	var found diag.List
	switch {
	case strings.HasPrefix(code, "script-"):
		_, found = scripts.Compile("a", "a.js", []byte(strings.ReplaceAll(fragment, "…", "")))
	case strings.HasPrefix(code, "transcript-") && place == "in the head":
		_, found = flowtest.Parse("a.transcript", []byte("flow a\n"+fragment+"\n> Hello\n"))
	case strings.HasPrefix(code, "transcript-"):
		_, found = flowtest.Parse("a.transcript", []byte("flow a\nat 2026-03-02T09:00:00Z\n> Hello\n"+fragment+"\n"))
	default:
		commands, err := flows.Files.ReadFile(flows.CommandsFile)
		if err != nil {
			t.Fatal(err)
		}
		orders, err := scripts.Files.ReadFile("orders.js")
		if err != nil {
			t.Fatal(err)
		}
		p := project.Build(project.Files{
			Flows: []project.File{{Name: "refund.yaml", Text: []byte(places[place](fragment))}}, Scripts: []project.File{{Name: "scripts/orders.js", Text: orders}},
			Commands: project.File{Name: flows.CommandsFile, Text: commands},
		}, project.Options{Queues: []string{"orders"}})
		found = p.Findings
	}
	var codes []string
	for _, d := range found {
		codes = append(codes, d.Code)
	}
	return codes
}

// placed says where in a flow the example of an entry belongs.
var placed = map[string]string{
	"accepted-moves":          "as an event's way",
	"bad-duration":            "in a call",
	"bad-event-schema":        "as a schema",
	"bad-example":             "among the events",
	"bad-pattern":             "among the slots",
	"bad-timezone":            "at the top",
	"bad-value":               "as a trigger",
	"dead-end":                "among the states",
	"duplicate-key":           "in a call",
	"empty-phrase":            "as a trigger",
	"expression":              "as a when",
	"loop-without-wait":       "among the states",
	"misplaced-option":        "among the slots",
	"missing-else":            "in a state",
	"missing-event":           "in a call",
	"missing-key":             "in a call",
	"missing-language":        "in a call",
	"no-way-out":              "in a question",
	"question-not-text":       "in a call",
	"reserved-name":           "at the top",
	"script-exports-nothing":  "as it is",
	"script-import":           "as it is",
	"script-letters":          "as it is",
	"script-local-time":       "as it is",
	"script-locale":           "as it is",
	"script-syntax":           "as it is",
	"script-unknown-name":     "as it is",
	"script-unsupported":      "as it is",
	"several-waits":           "among the states",
	"silent-question":         "among the states",
	"too-many":                "in a call",
	"transcript-header":       "in the head",
	"transcript-line":         "as it is",
	"transcript-no-time":      "in the head",
	"transcript-time":         "in the head",
	"unaskable-slot":          "in a call",
	"unclosed-expression":     "in a call",
	"unknown-event":           "at the top",
	"unknown-key":             "among the states",
	"unknown-language":        "at the top",
	"unknown-name":            "as a when",
	"unknown-queue":           "in a call",
	"unknown-script":          "at the top",
	"unknown-slot":            "in a call",
	"unknown-state":           "at the top",
	"unreachable-alternative": "in a call",
	"wrong-slot-type":         "at the top",
	"wrong-type":              "as a file",
	"yaml-alias":              "among the events",
	"yaml-ambiguous":          "in a question",
	"yaml-syntax":             "among the events",
	"yaml-tag":                "among the events",
}

// notTried are the codes whose examples are not tried, by the reason.
var notTried = map[string][]string{
	"the file itself is the example: its bytes, its size or its depth":                              {"expression-too-long", "script-too-deep", "script-too-large", "text-too-long", "too-many-buttons", "too-many-phrases", "transcript-empty", "transcript-encoding", "transcript-no-flow", "transcript-too-large", "yaml-documents", "yaml-encoding", "yaml-too-deep", "yaml-too-large"},
	"it takes another flow, a command file, a name of the environment or another state of the flow": {"bad-rename", "choice-shadowed", "command-off", "command-unheard", "duplicate-flow", "duplicate-phrase", "empty-alternative", "event-shared", "expression-too-much", "lone-template", "missing-param", "phrase-shadowed", "run-circle", "unknown-command", "unknown-flow", "unknown-param", "unknown-text", "unreachable-state", "unset-variable"},
	"it takes a warning on the line, see the tests of accepting":                                    {"accept-error", "accept-unused", "accept-without-reason"},
	"the loader finds duplicate-key first; the code is for definitions that are made without YAML":  {"duplicate-choice", "duplicate-event", "duplicate-language", "duplicate-param", "duplicate-rename", "duplicate-slot", "duplicate-state"},
}

// TestExamplesShowWhatTheySay: what stands before gives the finding, and what stands after does not.
func TestExamplesShowWhatTheySay(t *testing.T) {
	t.Parallel()
	for code, place := range placed {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			entry, known := docs.Diagnostic(code)
			shows := slices.ContainsFunc(examplesOf(entry), func(e example) bool {
				return slices.Contains(codesIn(t, code, place, e.before), code) && !slices.Contains(codesIn(t, code, place, e.after), code)
			})
			if !known || !shows {
				t.Errorf("no example of %s gives it before, and not after, %s", code, place)
			}
		})
	}
	for reason, codes := range notTried {
		for _, code := range codes {
			if _, known := docs.Diagnostic(code); !known || placed[code] != "" {
				t.Errorf("%s is not to be tried because %s, but it is, or is no code", code, reason)
			}
		}
	}
}

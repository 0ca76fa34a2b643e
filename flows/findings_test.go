package flows

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"relevo/engine/diag"
)

// ownCodes are the codes that this package reports. Each has an entry in docs/diagnostics.md and a test.
var ownCodes = []string{
	"bad-duration", "bad-event-schema", "bad-example", "bad-value", "duplicate-key", "missing-key", "too-many", "unknown-key", "wrong-type",
	"yaml-alias", "yaml-ambiguous", "yaml-documents", "yaml-encoding", "yaml-syntax", "yaml-tag", "yaml-too-deep", "yaml-too-large",
}

var want = regexp.MustCompile(`# want: ([a-z -]+)`)

// TestFindingsOnTheirLines holds the findings of every file in testdata/findings against the comments on its lines.
func TestFindingsOnTheirLines(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/findings/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files in testdata/findings: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			def, findings := Load(file, source)
			if findings.HasErrors() != (def == nil) {
				t.Errorf("definition is nil: %t, findings have errors: %t", def == nil, findings.HasErrors())
			}
			requireInside(t, source, findings)
			if got, want := codesByLine(findings), wantedByLine(source); !maps.EqualFunc(got, want, slices.Equal) {
				t.Errorf("got  %v\nwant %v\n%v", got, want, rendered(t, source, findings))
			}
		})
	}
}

func wantedByLine(source []byte) map[int][]string {
	m := map[int][]string{}
	for i, line := range strings.Split(string(source), "\n") {
		if match := want.FindStringSubmatch(line); match != nil {
			m[i+1] = strings.Fields(match[1])
			slices.Sort(m[i+1])
		}
	}
	return m
}

func codesByLine(l diag.List) map[int][]string {
	m := map[int][]string{}
	for _, d := range l {
		m[d.Range.Start.Line] = append(m[d.Range.Start.Line], d.Code)
		slices.Sort(m[d.Range.Start.Line])
	}
	return m
}

func rendered(t *testing.T, source []byte, l diag.List) string {
	t.Helper()
	var b bytes.Buffer
	if err := diag.Render(&b, l, func(string) []byte { return source }); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// requireInside fails when a place is outside the file, ends before it starts, or comes out of order.
func requireInside(t *testing.T, source []byte, l diag.List) {
	t.Helper()
	lines := strings.Split(string(source), "\n")
	inside := func(p diag.Pos) bool {
		return p.Line >= 1 && p.Line <= len(lines) && p.Column >= 1 && p.Column <= len([]rune(lines[p.Line-1]))+1
	}
	before := diag.Pos{}
	for _, d := range l {
		s, e := d.Range.Start, d.Range.End
		if !inside(s) || !inside(e) || e.Line < s.Line || e.Line == s.Line && e.Column < s.Column {
			t.Errorf("%v: place %v is not inside the file", d, d.Range)
		}
		if s.Line < before.Line || s.Line == before.Line && s.Column < before.Column {
			t.Errorf("%v comes after a finding at %v", d, before)
		}
		before = s
	}
}

// TestHintsAloneAreEnough holds the hints for slips of which the sentence says only what is wrong.
func TestHintsAloneAreEnough(t *testing.T) {
	t.Parallel()
	const head, states = "flow: refund\ntitle: Refund\nlanguages: [en]\ninitial: a\n", "states:\n  a:\n    "
	for source, want := range map[string]string{
		head + "slots: {note: text}\n" + states + "end: over\n":                       "write {type: text}, {type: date} or another type",
		head + "interruptible: \"false\"\n" + states + "end: over\n":                  "write true or false, without quotes",
		head + "quiet: 9pm-9am\n" + states + "end: over\n":                            "write both times with two digits, for example \"21:00-09:00\"",
		head + states + "wait: 2h\n":                                                  "write {for: 2h} or {until: appointment.at - 24h}",
		head + states + "wait: {for: 2}\n":                                            "write a number and a unit, for example 2h or 3d",
		head + states + "say: {image: http://a.example/b.png}\n":                      "write {url: …}",
		head + "slots: {at: {type: time, min: 08:00}}\n" + states + "end: over\n":     `write '"08:00"', with the quotes inside`,
		head + "events: {a.b: {schema: {requierd: [id]}}}\n" + states + "end: over\n": `did you mean "required"?`,
		head + states + "on:\n      - ok: a\n":                                        "remove the dashes: write one key: value on each line",
		head + states + "goto:\n      - a\n":                                          "write goto: in front of the name of the state",
		head + states + "call: {get: \"http://a.example\", timeout: 3}\n":             "write a number and a unit, for example 15m or 1h30m",
		head + "states:\n\ta: {end: over}\n":                                          "use spaces",
		head + "states:\n  a:\n    say: \"Hello\n    note: \"Bye\"\n":                 "add the closing quote",
		head + states + "say: @home\n":                                                "put the text in quotes",
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			_, l := Load("flow.yaml", []byte(source))
			if len(l) == 0 || l[0].Hint != want {
				t.Errorf("want the hint %q\n%s", want, rendered(t, []byte(source), l))
			}
		})
	}
}

// TestFindingsOfBytes is for the files in which no comment can say what is wanted.
func TestFindingsOfBytes(t *testing.T) {
	t.Parallel()
	const head = "flow: refund\n"
	for name, tc := range map[string]struct{ source, want string }{
		"an empty file":                        {"", "1:1 yaml-documents"},
		"a file of comments":                   {"# nothing yet\n", "1:1 yaml-documents"},
		"a list instead of a flow":             {"- a\n- b\n", "1:1 wrong-type"},
		"a second document at the end":         {head + "---\n", "2:1 yaml-documents"},
		"content after the end":                {head + "...\nmore: 1\n", "3:1 yaml-documents"},
		"a byte that is not UTF-8":             {head + "title: caf\xe9\n", "2:11 yaml-encoding"},
		"a NUL":                                {head + "a: \x00\n", "2:4 yaml-encoding"},
		"UTF-16":                               {"\xff\xfef\x00l\x00", "1:1 yaml-encoding"},
		"an invisible mark inside":             {head + "t\uFEFFitle: x\n", "2:2 yaml-encoding"},
		"a line separator":                     {head + "title: a\u2028b\n", "2:9 yaml-encoding"},
		"line ends of an old Mac":              {"flow: refund\rtitle: x\r", "1:13 yaml-encoding"},
		"a file that is too large":             {head + strings.Repeat("# x\n", MaxFileBytes/4), "1:1 yaml-too-large"},
		"an alias without anchor":              {head + "title: *x\n", "2:8 yaml-alias"},
		"a key that is a list":                 {head + "? [a]\n: b\n", "2:3 wrong-type"},
		"block maps that are too deep":         {nested(MaxDepth + 10), fmt.Sprintf("%d:%d yaml-too-deep", MaxDepth+1, MaxDepth+2)},
		"brackets that would exhaust a parser": {strings.Repeat("[", maxSigns-10), fmt.Sprintf("1:%d yaml-too-deep", MaxDepth+1)},
		"more brackets than are read":          {strings.Repeat("[", MaxFileBytes-10), fmt.Sprintf("1:%d yaml-too-large", maxSigns+1)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			def, l := Load("flow.yaml", []byte(tc.source))
			if def != nil || len(l) == 0 {
				t.Fatalf("got a definition and findings %v", l)
			}
			requireInside(t, []byte(tc.source), l)
			if got := fmt.Sprintf("%d:%d %s", l[0].Range.Start.Line, l[0].Range.Start.Column, l[0].Code); got != tc.want {
				t.Errorf("got %s, want %s: %v", got, tc.want, l)
			}
		})
	}
}

// nested makes maps inside each other, one a line.
func nested(depth int) string {
	var b strings.Builder
	for i := range depth {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

// TestFindingsInPlainWords looks at some findings as people see them.
func TestFindingsInPlainWords(t *testing.T) {
	t.Parallel()
	const head = "flow: a\ntitle: A\nlanguages: [en]\ninitial: x\n"
	for name, tc := range map[string]struct{ source, want string }{
		"a slip in a key": {head + "states:\n  x: {sya: Hi, end: done}\n", `
flow.yaml:6:7: error: no key is named "sya" here [unknown-key]
    6 |   x: {sya: Hi, end: done}
      |       ^^^
hint: did you mean "say"?
`},
		"a duration in words": {head + "states:\n  x: {ask: y, after: {30m: x, 15 mins: x}}\n", `
flow.yaml:6:31: error: "15 mins" is not a duration [bad-duration]
    6 |   x: {ask: y, after: {30m: x, 15 mins: x}}
      |                               ^^^^^^^
hint: write a number and a unit, for example 15m or 1h30m
`},
		"a comma without quotes": {head + "states:\n  x: {say: {en: Well, thanks a lot}, end: done}\n", `
flow.yaml:6:23: error: "thanks a lot" is not a language code [bad-value]
    6 |   x: {say: {en: Well, thanks a lot}, end: done}
      |                       ^^^^^^^^^^^^
hint: write {en: …, es: …}; a text that holds a comma or a colon needs quotes; beside a template write text: {en: …, es: …}
`},
		"accents before the place": {head + "states:\n  x: {say: \"¿Qué tal, señora?\", end: Adiós}\n", `
flow.yaml:6:38: error: "Adiós" is not a name [bad-value]
    6 |   x: {say: "¿Qué tal, señora?", end: Adiós}
      |                                      ^^^^^
hint: use small letters, digits and _, beginning with a letter
`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, l := Load("flow.yaml", []byte(tc.source))
			if got := "\n" + rendered(t, []byte(tc.source), l); !strings.Contains(got, tc.want) {
				t.Errorf("got %s\nwant %s", got, tc.want)
			}
		})
	}
}

// TestEveryCodeIsExplained holds the codes against their tests and their entries in the manual.
func TestEveryCodeIsExplained(t *testing.T) {
	t.Parallel()
	manual, err := os.ReadFile("../docs/diagnostics.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := ""
	files, err := filepath.Glob("testdata/findings/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(files, "findings_test.go", "load_test.go") {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, list, _ := strings.Cut(string(source), "var ownCodes") // does not count itself
		_, rest, found := strings.Cut(list, "}\n")
		if !found {
			rest = string(source)
		}
		tests += rest
	}
	for _, code := range ownCodes {
		if !strings.Contains(string(manual), "\n## "+code+"\n") {
			t.Errorf("docs/diagnostics.md has no entry ## %s", code)
		}
		if !strings.Contains(tests, code) {
			t.Errorf("no test wants %s", code)
		}
	}
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(sources, "flow.schema.json", "commands.schema.json") {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range regexp.MustCompile(`(?:[rf]\(.*?, |"code": )"([a-z]+-[a-z-]+|unreadable)"`).FindAllStringSubmatch(string(source), -1) {
			if !slices.Contains(ownCodes, match[1]) {
				t.Errorf("%s reports %s, which is not in the list of codes", file, match[1])
			}
		}
	}
}

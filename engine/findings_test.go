package engine_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"relevo/engine"
	"relevo/engine/diag"
	"relevo/flows"
)

var (
	wanted = regexp.MustCompile(`# want: (.+)$`)
	// finding is a code, and perhaps the text that it marks: unknown-state=confrim, empty-phrase="¿?!".
	finding = regexp.MustCompile(`([a-z-]+)(?:=("[^"]*"|\S+))?`)
)

// TestFindingsStandOnTheirLines holds what Compile finds in testdata/findings against the comments on the lines.
func TestFindingsStandOnTheirLines(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../testdata/findings/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			def, findings := flows.Load(filepath.Base(file), source)
			if def == nil {
				t.Fatal(rendered(findings, source))
			}
			known := around
			known.Flows = map[string]engine.Signature{
				"payment": {Params: []string{"sum", "reason"}, Returns: []string{"reference"}, Outcomes: []string{"paid", "refused"}},
			}
			m, findings := engine.Compile(def, known)
			if (m == nil) != findings.HasErrors() {
				t.Error("a flow becomes a machine when it has no errors, and only then")
			}
			got, want := map[string]bool{}, map[string]bool{}
			lines := strings.Split(string(source), "\n")
			for i, line := range lines {
				if comment := wanted.FindStringSubmatch(line); comment != nil {
					for _, f := range finding.FindAllStringSubmatch(comment[1], -1) {
						want[fmt.Sprintf("%d %s %s", i+1, f[1], unquoted(f[2]))] = true
					}
				}
			}
			for _, d := range findings {
				text := marked(lines, d.Range)
				key := fmt.Sprintf("%d %s %s", d.Range.Start.Line, d.Code, text)
				if short := fmt.Sprintf("%d %s ", d.Range.Start.Line, d.Code); want[short] {
					key = short // the comment does not say what is marked
				}
				got[key] = true
				if text == "" {
					t.Errorf("%v marks nothing", d)
				}
			}
			for key := range want {
				if !got[key] {
					t.Errorf("not found: %s", key)
				}
			}
			for key := range got {
				if !want[key] {
					t.Errorf("not wanted: %s", key)
				}
			}
			if t.Failed() {
				t.Log("\n" + rendered(findings, source))
			}
		})
	}
}

func unquoted(s string) string {
	if u, err := strconv.Unquote(s); err == nil {
		return u
	}
	return s
}

// marked is the text that a finding on one line points at, without its quotes.
func marked(lines []string, r diag.Range) string {
	if r.Start.Line != r.End.Line {
		return "…"
	}
	line := []rune(lines[r.Start.Line-1])
	if r.Start.Column < 1 || r.End.Column-1 > len(line) || r.End.Column <= r.Start.Column {
		return ""
	}
	return strings.Trim(string(line[r.Start.Column-1:r.End.Column-1]), `"'`)
}

// TestFindingsThatTheSchemaFindsFirst are those of definitions that no file can give: Compile does not rely on its caller.
func TestFindingsThatTheSchemaFindsFirst(t *testing.T) {
	t.Parallel()
	at := func(line int) diag.Range {
		return diag.Range{File: "made.yaml", Start: diag.Pos{Line: line, Column: 3}, End: diag.Pos{Line: line, Column: 9}}
	}
	word := func(s string, line int) engine.Str { return engine.Str{V: s, At: at(line)} }
	over := func(line int) engine.State { return engine.State{Name: word("over", line), End: word("over", line)} }
	ways := func(line int) []engine.Alternative {
		return []engine.Alternative{{At: at(line), Goto: word("over", line)}}
	}
	text := func(s string, line int) engine.Text { w := word(s, line); return engine.Text{At: at(line), All: &w} }
	tests := []struct {
		name   string
		change func(*engine.Definition)
		want   string
	}{
		{"two states of one name, of which the second does something else", func(d *engine.Definition) {
			d.States = []engine.State{{Name: word("ask", 7), Goto: ways(7)}, {Name: word("ask", 8), End: word("x", 8)}, over(9)}
		}, "8 duplicate-state"},
		{"two slots of one name", func(d *engine.Definition) {
			d.Slots = []engine.Slot{{Name: word("a", 5), Type: word("text", 5)}, {Name: word("a", 6), Type: word("text", 6)}}
		}, "6 duplicate-slot"},
		{"two languages of one name", func(d *engine.Definition) { d.Languages = append(d.Languages, word("en", 4)) }, "4 duplicate-language"},
		{"two choices of one name", func(d *engine.Definition) {
			choices := []engine.ChoiceSpec{{Name: word("a", 10), Title: text("A", 10)}, {Name: word("a", 11), Title: text("A", 11)}}
			d.States[0] = engine.State{Name: word("ask", 7), Say: []engine.Say{{Text: text("?", 7)}}, Ask: &engine.Ask{Slot: word("s", 7), Choices: choices},
				On: []engine.Handler{{Event: word("a", 8), Alternatives: ways(8)}, {Event: word("exhausted", 9), Alternatives: ways(9)}}}
		}, "11 duplicate-choice"},
		{"too many states", func(d *engine.Definition) {
			d.States[0].Goto = ways(7)
			for i := range engine.MaxStates {
				d.States = append(d.States, engine.State{Name: word(fmt.Sprint("s", i), 100+i), End: word("x", 1)})
				d.Triggers = append(d.Triggers, engine.Trigger{Event: word(fmt.Sprint("a.", i), 1), Goto: word(fmt.Sprint("s", i), 1)})
			}
		}, "598 too-many"},
		{"two events of one name", func(d *engine.Definition) {
			d.Events = []engine.EventSpec{{Name: word("order.late", 20)}, {Name: word("order.late", 21)}}
		}, "21 duplicate-event"},
		{"two new names of one state", func(d *engine.Definition) {
			d.Renamed = []engine.Rename{{Old: word("old", 20), New: word("over", 20)}, {Old: word("old", 21), New: word("ask", 21)}}
		}, "21 duplicate-rename"},
		{"two params of one name", func(d *engine.Definition) {
			d.Slots = []engine.Slot{{Name: word("a", 5), Type: word("text", 5)}}
			d.Params = []engine.Str{word("a", 20), word("a", 21)}
		}, "21 duplicate-param"},
		{"an alternative that does nothing", func(d *engine.Definition) {
			d.On = []engine.Handler{{Event: word("cancel", 20), Alternatives: []engine.Alternative{{At: at(21)}}}}
		}, "21 empty-alternative"},
		{"a template that stands in for nothing", func(d *engine.Definition) {
			d.States[0].Say = []engine.Say{{At: at(20), Template: &engine.TemplateSpec{Name: word("hello", 21)}}}
		}, "21 lone-template"},
		{"a command that is none", func(d *engine.Definition) {
			d.Commands = []engine.CommandSwitch{{Command: word("quit", 20), On: engine.Bool{Set: true, At: at(20)}}}
		}, "20 unknown-command"},
		{"a sentence that the engine does not say", func(d *engine.Definition) {
			d.Texts = []engine.TextOverride{{Key: word("hullo", 20), Text: text("Hi", 20)}}
		}, "20 unknown-text"},
		{"a wait for nothing", func(d *engine.Definition) {
			d.States[0] = engine.State{Name: word("ask", 7), Wait: &engine.WaitSpec{At: at(20)}, On: []engine.Handler{{Event: word("elapsed", 8), Alternatives: ways(8)}}}
		}, "20 bad-value"},
		{"a wait with two ends", func(d *engine.Definition) {
			d.States[0] = engine.State{Name: word("ask", 7), Wait: &engine.WaitSpec{For: word("2h", 20), Until: word("now", 21)}, On: []engine.Handler{{Event: word("elapsed", 8), Alternatives: ways(8)}}}
		}, "21 several-waits"},
		{"a run of a flow that is not known yet, with nothing after it", func(d *engine.Definition) {
			d.States[0] = engine.State{Name: word("ask", 20), Run: &engine.RunSpec{Flow: word("other", 8)}}
			d.Triggers = []engine.Trigger{{Event: word("a.b", 1), Goto: word("over", 1)}}
		}, "20 missing-event"},
		{"two things to wait for", func(d *engine.Definition) { d.States[0].End = word("x", 7) }, "7 several-waits"},
		{"a time-out of no time", func(d *engine.Definition) {
			d.States[0].After = []engine.After{{After: engine.Duration{At: at(8), Set: true}, Alternatives: ways(8)}}
		}, "8 bad-duration"},
		{"a call that waits for ever", func(d *engine.Definition) {
			d.States[0] = engine.State{Name: word("ask", 7), Call: &engine.CallSpec{Method: "GET", URL: word("http://a", 7), Timeout: engine.Duration{V: time.Hour, At: at(9), Set: true}},
				On: []engine.Handler{{Event: word("ok", 8), Alternatives: ways(8)}, {Event: word("failed", 8), Alternatives: ways(8)}}}
		}, "9 bad-duration"},
		{"a text that is too long", func(d *engine.Definition) {
			d.States[0].Say = []engine.Say{{Text: text(strings.Repeat("a", engine.MaxTextBytes+1), 8)}}
		}, "8 text-too-long"},
		{"an expression that is too long", func(d *engine.Definition) {
			d.States[0].Goto[0].When = word(strings.Repeat("1+", engine.MaxExpressionBytes/2)+"1", 8)
			d.States[0].Goto = append(d.States[0].Goto, ways(9)...)
		}, "8 expression-too-long"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			def := &engine.Definition{
				File: "made.yaml", Hash: "sha256:0", At: at(1), Flow: word("made", 1), Title: text("Made", 2), Languages: []engine.Str{word("en", 3)},
				Initial: word("ask", 4), States: []engine.State{{Name: word("ask", 7), Goto: ways(7)}, over(12)},
			}
			tt.change(def)
			before := len(def.States)
			m, findings := engine.Compile(def, engine.Surroundings{})
			if m != nil || len(findings) != 1 || fmt.Sprint(findings[0].Range.Start.Line, " ", findings[0].Code) != tt.want {
				t.Errorf("got %v, want %s", findings, tt.want)
			}
			if len(def.States) != before {
				t.Error("Compile changed the definition")
			}
		})
	}
}

// TestEveryCodeIsExplainedAndTested reads the codes out of the source: each has an entry in docs/diagnostics.md, and those of the engine are
// wanted by a test.
func TestEveryCodeIsExplainedAndTested(t *testing.T) {
	t.Parallel()
	manual, err := os.ReadFile("../docs/diagnostics.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := read(t, "findings_test.go") + read(t, "shadows_test.go")
	files, err := filepath.Glob("../testdata/findings/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	shadows, err := filepath.Glob("../testdata/shadows/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(files, shadows...) {
		for _, comment := range regexp.MustCompile(`# want: .+`).FindAllString(read(t, file), -1) {
			tests += comment + "\n"
		}
	}
	for folder, least := range map[string]int{".": 30, "../flows": 15, "../flows/project": 1, "../flows/flowtest": 6, "../scripts": 5} {
		codes := codesOf(t, folder)
		if len(codes) < least {
			t.Errorf("%s: only %d codes were found: %q", folder, len(codes), codes)
		}
		for _, code := range codes {
			if !strings.Contains(string(manual), "\n## "+code+"\n") {
				t.Errorf("%s: docs/diagnostics.md has no entry ## %s", folder, code)
			}
			if folder == "." && !regexp.MustCompile(`[ "]`+code+`[ ="\n]`).MatchString(tests) {
				t.Errorf("no test wants %s", code)
			}
		}
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// reports are the ways in which the packages name the codes of their findings.
var reports = []*regexp.Regexp{
	regexp.MustCompile(`(?:Errorf|Warnf)\((?:[^"\n]*), "([a-z]+(?:-[a-z]+)*)", `),          // findings.Errorf(at, "code", …
	regexp.MustCompile(`f\.errorf\("([a-z]+(?:-[a-z]+)*)"`),                                // the loader's
	regexp.MustCompile(`"code": "([a-z-]+)"`),                                              // the schema's
	regexp.MustCompile(`c\.unique\("[a-z]+", "([a-z-]+)"`),                                 // the compiler's
	regexp.MustCompile(`p\.fail\([^"\n]*(?:"", )?"([a-z]+(?:-[a-z]+)*)", "[^"]*(?:"|err)`), // the transcripts'; see prefix
	regexp.MustCompile(`code = "([a-z-]+)"`),
}

func codesOf(t *testing.T, folder string) []string {
	t.Helper()
	var codes []string
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		ext := filepath.Ext(file)
		if strings.HasSuffix(file, "_test.go") || ext != ".go" && !strings.HasSuffix(file, ".schema.json") {
			continue
		}
		source := read(t, file)
		for _, report := range reports {
			for _, match := range report.FindAllStringSubmatch(source, -1) {
				code := match[1]
				if strings.HasPrefix(report.String(), `p\.fail`) {
					code = "transcript-" + code
				}
				codes = append(codes, code)
			}
		}
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

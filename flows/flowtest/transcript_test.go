package flowtest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"relevo/engine"
	"relevo/engine/diag"
	"relevo/flows"
	"relevo/flows/flowtest"
)

// small is a flow without scripts, so that tests of transcripts need no workers.
const small = `
flow: small
title: {en: Small}
languages: [en]
triggers:
  - phrases: {en: [start]}
slots:
  word: {type: text}
  found: {type: object}
initial: ask_word
states:
  ask_word:
    ask: word
    say: |-
      A word?
      Any will do.
    on: {answered: look, exhausted: people}
    after: {10m: people}
  look:
    call: {get: "{{ config.url }}/words/{{ word }}", save: found}
    on: {ok: pick, failed: people}
  pick:
    ask: picked
    say: "Found {{ found.name }}."
    choices: {more: More, done: Done}
    on: {more: ask_word, done: over, exhausted: people}
    after: {10m: over}
  people:
    handoff: {queue: people, say: One moment., summary: "Word {{ word ?? \"none\" }}", outcomes: [resolved]}
    on: {resolved: over}
  over: {say: Bye., end: over}
`

func smallCatalog(t testing.TB) *engine.Catalog {
	t.Helper()
	def, findings := flows.Load("small.yaml", []byte(small))
	if def == nil {
		t.Fatal(render(findings, func(string) []byte { return []byte(small) }))
	}
	m, findings := engine.Compile(def, engine.Surroundings{})
	if m == nil {
		t.Fatal(render(findings, func(string) []byte { return []byte(small) }))
	}
	return engine.NewCatalog(engine.CatalogOptions{Current: []*engine.Machine{m}, Config: map[string]any{"url": "http://x"}, DefaultQueue: "people"})
}

const head = "flow small.yaml\nat 2026-03-02T09:00:00Z\n"

// passing is a transcript with everything in it that the form has.
const passing = `# A word, an answer, and a colleague.
flow small.yaml
at   2026-03-02T09:00:00Z
language en

# First the question.
> start
< A word?
  Any will do.
@ ask_word

= GET /words/tree 200 {"name": "a tree"}
>   tree
$ word = "tree"
# in the middle of a step
< Found a tree.
? More | Done
! owner bot


> [Done]
< Bye.
! end over
! owner closed

> start
< A word?
  Any will do.
+ 10m
< One moment.
! handoff queue=people reason="after:10m0s"
! summary Word none
& ana: Hello
! refused not_owner: held by queue: claim the chat first
! owner queue
& ana claim
& ana note: a regular
& ana: Hello
& ana close resolved
< Bye.
# the end
`

func TestWhatHoldsStaysAsItWasWritten(t *testing.T) {
	t.Parallel()
	result := run(t, passing)
	if len(result.Failures) > 0 || result.Updated != passing {
		t.Errorf("%+v\n%s", result.Failures, result.Updated)
	}
	if result.Steps != 11 {
		t.Errorf("%d steps", result.Steps)
	}
}

func run(t *testing.T, source string) flowtest.Result {
	t.Helper()
	transcript, findings := flowtest.Parse("small.transcript", []byte(source))
	if len(findings) > 0 {
		t.Fatal(render(findings, func(string) []byte { return []byte(source) }))
	}
	return flowtest.Run(transcript, smallCatalog(t))
}

// TestTranscriptsThatMustFail changes one thing of a transcript that holds; it must fail on that line, and an update must mend it.
func TestTranscriptsThatMustFail(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, old, new string
		line           string // of the changed transcript
		stays          bool   // an update can not mend it
	}{
		{"another text", "< Bye.\n! end", "< Goodbye.\n! end", "< Goodbye.", false},
		{"a text that is not said", "? More | Done\n", "? More | Done\n< And more.\n", "< And more.", false},
		{"a text that the transcript does not have", "< Found a tree.\n", "", "? More | Done", false},
		{"a reply where none was written", "< Bye.\n# the end\n", "", "& ana close resolved", false},
		{"other buttons", "? More | Done", "? More | Stop", "? More | Stop", false},
		{"another line inside a text", "  Any will do.\n@", "  Just any.\n@", "  Just any.", false},
		{"another reason of a handoff", `reason="after:10m0s"`, `reason="asked"`, `! handoff queue=people reason="asked"`, false},
		{"another queue", "queue=people", "queue=vip", `! handoff queue=vip reason="after:10m0s"`, false},
		{"another state", "@ ask_word", "@ pick", "@ pick", false},
		{"another value of a slot", `$ word = "tree"`, `$ word = "bush"`, `$ word = "bush"`, false},
		{"another owner", "! owner closed", "! owner bot", "! owner bot", false},
		{"another outcome", "! end over", "! end lost", "! end lost", false},
		{"another summary", "! summary Word none", "! summary Word tree", "! summary Word tree", false},
		{"a refusal that does not come", "& ana claim\n", "& ana claim\n! refused no_chat\n", "! refused no_chat", false},
		{"a refusal that is not expected", "! refused not_owner: held by queue: claim the chat first\n", "", "& ana: Hello", false},
		{"an answer that no call asks for", "> [Done]", "= GET /words/bush 404\n> [Done]", "= GET /words/bush 404", true},
		{"a call without an answer", `= GET /words/tree 200 {"name": "a tree"}` + "\n", "", ">   tree", true},
		{"an answer to another address", "/words/tree 200", "/words/bush 200", ">   tree", true},
		{"an answer to another method", "= GET", "= POST", ">   tree", true},
		{"a button that is not there", "> [Done]", "> [Stop]", "> [Stop]", true},
		{"a place that is none", "> [Done]", "> (location here)", "> (location here)", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if strings.Count(passing, tt.old) == 0 {
				t.Fatalf("the transcript has no %q", tt.old)
			}
			changed := strings.Replace(passing, tt.old, tt.new, 1)
			result := run(t, changed)
			if len(result.Failures) == 0 {
				t.Fatal("it holds")
			}
			lines := strings.Split(changed, "\n")
			var at []string
			for _, f := range result.Failures {
				at = append(at, lines[f.Line-1])
			}
			if !strings.Contains("\n"+strings.Join(at, "\n")+"\n", "\n"+tt.line+"\n") {
				t.Errorf("it fails at %q, want %q", at, tt.line)
			}
			again := run(t, result.Updated)
			if again.Updated != result.Updated {
				t.Errorf("a second update changes more:\n%s\nthan:\n%s", again.Updated, result.Updated)
			}
			if mended := len(again.Failures) == 0; mended == tt.stays {
				t.Errorf("after the update: %+v\n%s", again.Failures, result.Updated)
			}
			for _, kept := range []string{"# A word, an answer, and a colleague.", "# First the question.", "# in the middle of a step"} {
				if !strings.Contains(result.Updated, kept+"\n") {
					t.Errorf("the update lost %q", kept)
				}
			}
		})
	}
}

func TestFindingsOfTranscripts(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, source, want string }{
		{"an empty file", "", "1:1 transcript-no-flow, 1:1 transcript-no-time"},
		{"only a head", head, "1:1 transcript-empty"},
		{"no flow", "at 2026-03-02T09:00:00Z\n> hi", "1:1 transcript-no-flow"},
		{"no time", "flow a.yaml\n> hi", "1:1 transcript-no-time"},
		{"a time in words", "flow a.yaml\nat noon\n> hi", "1:1 transcript-no-time, 2:1 transcript-time"},
		{"an unknown word in the head", head + "lang es\n> hi", "3:1 transcript-header"},
		{"a queue that is something else than closed", head + "queue a open\n> hi", "3:1 transcript-header"},
		{"a queue that closes at no time", head + "queue a closes noon\n> hi", "3:1 transcript-header"},
		{"a region in words", head + "region Mexico\n> hi", "3:1 transcript-header"},
		{"a time zone that is none", head + "timezone Mexico\n> hi", "3:1 transcript-header"},
		{"a time to wait for that is none", head + "+ until noon", "3:1 transcript-line"},
		{"an outage without a length", head + "+ down", "3:1 transcript-line"},
		{"a delivery in other words", head + "^ lost", "3:1 transcript-line"},
		{"a good delivery with a code", head + "^ read 131026", "3:1 transcript-line"},
		{"a line without a sign", head + "> hi\nhello", "4:1 transcript-line"},
		{"a head line behind the first input", head + "> hi\nlanguage es", "4:1 transcript-line"},
		{"an expectation before anything happened", head + "< hi\n> hi", "3:1 transcript-line"},
		{"a line that continues nothing", head + "  and more\n> hi", "3:1 transcript-line"},
		{"an expectation behind an answer", head + "= GET /a 200\n< hi", "4:1 transcript-line"},
		{"a duration in words", head + "+ 15 minutes", "3:1 transcript-line"},
		{"a duration back in time", head + "+ -5m", "3:1 transcript-line"},
		{"too many days", head + "+ 99999d", "3:1 transcript-line"},
		{"an answer without a status", head + "= GET /orders", "3:1 transcript-line"},
		{"an answer with a status that is none", head + "= GET /orders 20", "3:1 transcript-line"},
		{"an answer that is not JSON", head + "= GET /orders 200 {id}", "3:1 transcript-line"},
		{"an agent who does nothing", head + "& ana", "3:1 transcript-line"},
		{"an agent who dances", head + "& ana dance", "3:1 transcript-line"},
		{"nobody", head + "&", "3:1 transcript-line"},
		{"an event without a name", head + "*", "3:1 transcript-line"},
		{"an event with something else than a key", head + "* order.delayed AB123456", "3:1 transcript-line"},
		{"a fact that nobody tells", head + "> hi\n! weather sunny", "4:1 transcript-line"},
		{"a file that is not UTF-8", "flow caf\xe9", "1:1 transcript-encoding"},
		{"a file that is too large", strings.Repeat("#\n", 1<<19) + "# ", "1:1 transcript-too-large"},
		{"too many lines", strings.Repeat("#\n", 20_001), "20000:1 transcript-too-large"},
		{"everything at once", "weather sunny\n+ x\nhi", "1:1 transcript-header, 1:1 transcript-no-flow, 1:1 transcript-no-time, 2:1 transcript-line, 3:1 transcript-line"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, findings := flowtest.Parse("a.transcript", []byte(tt.source))
			var got []string
			for _, d := range findings {
				got = append(got, fmt.Sprintf("%d:%d %s", d.Range.Start.Line, d.Range.Start.Column, d.Code))
			}
			if strings.Join(got, ", ") != tt.want {
				t.Errorf("got  %s\nwant %s", strings.Join(got, ", "), tt.want)
			}
			requireInside(t, tt.source, findings)
		})
	}
}

func requireInside(t *testing.T, source string, l diag.List) {
	t.Helper()
	lines := strings.Split(source, "\n")
	for _, d := range l {
		r := d.Range
		if r.Start.Line < 1 || r.Start.Line > len(lines) || r.End.Line != r.Start.Line || r.End.Column < r.Start.Column ||
			r.Start.Column < 1 || r.End.Column > len([]rune(lines[r.Start.Line-1]))+1 {
			t.Errorf("%v: place %v is not inside the file", d, r)
		}
		if d.Hint == "" || d.Severity != diag.Error {
			t.Errorf("%v has no hint, or is no error", d)
		}
	}
}

func TestLineEndsOfWindows(t *testing.T) {
	t.Parallel()
	if result := run(t, strings.ReplaceAll(passing, "\n", "\r\n")); len(result.Failures) > 0 {
		t.Errorf("%+v", result.Failures)
	}
}

// FuzzParse: no file makes the parser or the run panic, every place is inside the file, and updating twice is updating once.
func FuzzParse(f *testing.F) {
	c := smallCatalog(f)
	f.Add(passing)
	f.Add(head + "~ hi\n+ 30m\n* a.b key=c {\"d\": [1]}\n> (location 1,2) x\n! end -\n$ word\n@")
	f.Add("\r\n  \n> \n<\n+\n&:\n=\n*")
	f.Fuzz(func(t *testing.T, source string) {
		transcript, findings := flowtest.Parse("f", []byte(source))
		requireInside(t, strings.ReplaceAll(source, "\r\n", "\n"), findings)
		if len(findings) > 0 {
			return
		}
		once := flowtest.Run(transcript, c)
		again, findings := flowtest.Parse("f", []byte(once.Updated))
		if len(findings) > 0 {
			t.Fatalf("an update can not be read: %v\n%q", findings, once.Updated)
		}
		if twice := flowtest.Run(again, c); twice.Updated != once.Updated {
			t.Errorf("updating twice gives\n%q\nonce gave\n%q", twice.Updated, once.Updated)
		}
	})
}

// TestExamplesOfTheManual runs the transcripts of docs/transcripts.md, with the shipped flows.
func TestExamplesOfTheManual(t *testing.T) {
	t.Parallel()
	manual, err := os.ReadFile(filepath.Join("..", "..", "docs", "transcripts.md"))
	if err != nil {
		t.Fatal(err)
	}
	catalog, n := shipped(t), 0
	for i, block := range strings.Split(string(manual), "```") {
		block = strings.TrimPrefix(block, "text")
		if i%2 == 0 || !strings.Contains("\n"+block, "\nflow ") {
			continue
		}
		n++
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			source := strings.TrimPrefix(block, "\n")
			transcript, findings := flowtest.Parse("docs/transcripts.md", []byte(source))
			if len(findings) > 0 {
				t.Fatal(render(findings, func(string) []byte { return []byte(source) }))
			}
			result := flowtest.Run(transcript, catalog)
			if len(result.Failures) > 0 || result.Updated != source {
				t.Errorf("it goes like this:\n%s\n%+v", result.Updated, result.Failures)
			}
		})
	}
	if n < 3 {
		t.Errorf("the manual has %d transcripts", n)
	}
}

package main

import (
	"bytes"
	"context"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestDraw(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "flows/hello.yaml", smallFlow)
	write(t, dir, "broken.yaml", strings.Replace(smallFlow, "answered: bye", "answered: bey", 1))
	write(t, dir, "garbage.yaml", "{{{")
	write(t, dir, "hello.transcript", smallTranscript)
	write(t, dir, "wrong.transcript", strings.Replace(smallTranscript, "Nice to", "Good to", 1))
	write(t, dir, "other.transcript", strings.Replace(smallTranscript, "> Hello", "> Something else", 1))
	write(t, dir, "garbage.transcript", "this is\nnot a transcript\n")
	write(t, dir, "counts.json", `{"ask_name": 7}`)
	write(t, dir, "path.json", `[{"to": "ask_name"}, {"from": "ask_name", "event": "answered", "to": "bye"}]`)
	write(t, dir, "neither.json", `"seven"`)
	for _, tt := range []struct {
		name string
		args []string
		code int
		want string // in out or err
	}{
		{"SVG is the default", []string{"draw", "flows/hello.yaml"}, exitGood, "<svg"},
		{"a format by its name", []string{"draw", "flows/hello.yaml", "--format", "dot"}, exitGood, `digraph "hello"`},
		{"a flow with a wrong state is drawn", []string{"draw", "broken.yaml"}, exitGood, "no such state"},
		{"what is no flow is not", []string{"draw", "garbage.yaml"}, exitFindings, "garbage.yaml:1:"},
		{"the words of the picture follow the language", []string{"draw", "flows/hello.yaml", "--language", "es"}, exitGood, "PREGUNTA"},
		{"all flows", []string{"draw", "--all"}, exitGood, "All flows"},
		{"all flows in a format", []string{"draw", "--all", "--format", "mermaid"}, exitGood, "queue: billing"},
		{"all flows with numbers", []string{"draw", "--all", "--highlight", "order_tracking=4"}, exitGood, ">4</text>"},
		{"all flows have no transcript", []string{"draw", "--all", "--highlight", "hello.transcript"}, exitUsage, "live or numbers by flow"},
		{"all flows and one", []string{"draw", "--all", "flows/hello.yaml"}, exitUsage, "leave the name out"},
		{"two flows", []string{"draw", "a", "b"}, exitUsage, "it is used as"},
		{"no flow", []string{"draw"}, exitUsage, "which flow?"},
		{"an unknown flow names those that there are", []string{"draw", "nothing"}, exitEnvironment, "the flows are appointment_reminder, order_tracking"},
		{"an ending without a format", []string{"draw", "flows/hello.yaml", "-o", "hello.jpg"}, exitUsage, "no format has the ending .jpg"},
		{"a folder that does not exist", []string{"draw", "flows/hello.yaml", "-o", "nowhere/hello.svg"}, exitEnvironment, "can not be written"},
		{"a scale of an SVG", []string{"draw", "flows/hello.yaml", "--scale", "2"}, exitUsage, "--scale is for PNG only"},
		{"a dark SVG", []string{"draw", "flows/hello.yaml", "--dark"}, exitUsage, "--dark is for PNG only"},
		{"an enormous scale", []string{"draw", "flows/hello.yaml", "--format", "png", "--scale", "100"}, exitUsage, "from 0.1 to 8"},
		{"too many pixels", []string{"draw", "appointment_reminder", "--format", "png", "--scale", "8"}, exitUsage, "a scale up to"},
		{"a transcript is numbered", []string{"draw", "flows/hello.yaml", "--highlight", "hello.transcript"}, exitGood, "order in the transcript"},
		{"a transcript that goes another way is drawn, and said", []string{"draw", "flows/hello.yaml", "--highlight", "wrong.transcript"}, exitGood, "goes another way than it says (line 8)"},
		{"a transcript that never gets there", []string{"draw", "flows/hello.yaml", "--highlight", "other.transcript"}, exitUsage, "never gets into the flow hello"},
		{"a transcript of another flow", []string{"draw", "order_tracking", "--highlight", "hello.transcript"}, exitUsage, `no flow is called "order_tracking"`},
		{"a transcript with errors", []string{"draw", "flows/hello.yaml", "--highlight", "garbage.transcript"}, exitFindings, "garbage.transcript:"},
		{"numbers", []string{"draw", "flows/hello.yaml", "--highlight", "ask_name=3, bye=1"}, exitGood, ">3</text>"},
		{"numbers of a state that is not there", []string{"draw", "flows/hello.yaml", "--highlight", "ask_nmae=3"}, exitUsage, "flow hello has no state ask_nmae"},
		{"numbers in a file", []string{"draw", "flows/hello.yaml", "--highlight", "counts.json"}, exitGood, ">7</text>"},
		{"the path of a finding", []string{"draw", "flows/hello.yaml", "--highlight", "path.json"}, exitGood, "way-mark"},
		{"a file with neither", []string{"draw", "flows/hello.yaml", "--highlight", "neither.json"}, exitUsage, "neither numbers by state"},
		{"a file that is not there", []string{"draw", "flows/hello.yaml", "--highlight", "gone.transcript"}, exitEnvironment, "gone.transcript can not be read"},
		{"live without a database", []string{"draw", "flows/hello.yaml", "--highlight", "live"}, exitEnvironment, "database relevo.db can not be read"},
	} {
		got := relevo(t, dir, "", nil, tt.args...)
		if got.code != tt.code || !strings.Contains(got.out+got.err, tt.want) {
			t.Errorf("%s: exit code %d, want %d with %q\n%.600s", tt.name, got.code, tt.code, tt.want, got.err+got.out)
		}
	}
}

func TestDrawWritesWhatTheNameSays(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "hello.yaml", smallFlow)
	for name, begin := range map[string]string{"a.svg": "<svg", "a.PNG": "\x89PNG", "a.mmd": "---", "a.dot": "digraph", "a.gv": "digraph", "a": "<svg"} {
		if got := relevo(t, dir, "", nil, "draw", "hello.yaml", "-o", name); got.code != exitGood {
			t.Fatal(name, got)
		}
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || !bytes.HasPrefix(content, []byte(begin)) {
			t.Errorf("%s begins with %.20q: %v", name, content, err)
		}
	}
	small, large := relevo(t, dir, "", nil, "draw", "hello.yaml", "--format", "png", "--scale", "1"), relevo(t, dir, "", nil, "draw", "hello.yaml", "--format", "png")
	one, errOne := png.DecodeConfig(strings.NewReader(small.out))
	two, errTwo := png.DecodeConfig(strings.NewReader(large.out))
	if errOne != nil || errTwo != nil || two.Width < 2*one.Width-1 || two.Width > 2*one.Width {
		t.Errorf("%d and %d pixels wide: %v, %v", one.Width, two.Width, errOne, errTwo)
	}
}

func TestDrawSparesATerminalAPNG(t *testing.T) {
	t.Parallel()
	var out, errs bytes.Buffer
	dir := t.TempDir()
	write(t, dir, "hello.yaml", smallFlow)
	a := &app{
		args: []string{"draw", "hello.yaml", "--format", "png"}, in: strings.NewReader(""), out: &out, err: &errs, dir: dir,
		getenv: func(string) string { return "" }, now: time.Now, terminal: true,
	}
	if code := a.run(context.Background()); code != exitUsage || out.Len() > 0 || !strings.Contains(errs.String(), "not for a terminal") {
		t.Errorf("exit code %d, %d bytes, %s", code, out.Len(), &errs)
	}
}

func TestDrawKeepsAFileWhenItFails(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := write(t, dir, "kept.png", "kept")
	if got := relevo(t, dir, "", nil, "draw", "appointment_reminder", "-o", "kept.png", "--scale", "8"); got.code != exitUsage {
		t.Fatal(got)
	}
	if content, err := os.ReadFile(file); err != nil || string(content) != "kept" {
		t.Errorf("the file holds %.20q: %v", content, err)
	}
}

func TestDrawCountsTheRunsOfADatabase(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "flows/hello.yaml", smallFlow)
	if got := relevo(t, dir, "", nil, "publish", "flows/hello.yaml", "--yes"); got.code != exitGood {
		t.Fatal(got)
	}
	got := relevo(t, dir, "", nil, "draw", "flows/hello.yaml", "--highlight", "live")
	if got.code != exitGood || !strings.Contains(got.out, "runs that stand here") {
		t.Errorf("%d %.300s", got.code, got.err+got.out)
	}
	if got := relevo(t, dir, "", nil, "draw", "order_tracking", "--highlight", "live"); got.code != exitGood {
		t.Errorf("a flow that nobody published: %d %s", got.code, got.err)
	}
	if got := relevo(t, dir, "", nil, "draw", "--all", "--highlight", "live"); got.code != exitGood {
		t.Errorf("all flows: %d %s", got.code, got.err)
	}
}

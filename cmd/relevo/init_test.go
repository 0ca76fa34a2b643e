package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"relevo/flows"
	"relevo/flows/blueprint"
)

// TestInitMakesFlowsThatAreRight makes a flow of every kind, one beside the other, in several sets of languages; check, fmt and test are content.
func TestInitMakesFlowsThatAreRight(t *testing.T) {
	t.Parallel()
	for languages, times := range map[string]int{"en": 3, "es,pt": 1, "pt": 1, "en,es,pt": 1} {
		t.Run(languages, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for i := range times { // the second one of a kind finds its usual phrases taken, the third one its title, too
				for _, kind := range blueprint.Kinds {
					name := fmt.Sprintf("%s_%d", kind, i)
					args := []string{"init", name, "--kind", string(kind), "--languages", languages, "--language", languages[:2], "--yes"}
					if got := relevo(t, dir, "", nil, args...); got.code != exitGood || got.err != "" || !strings.Contains(got.out, "flows/"+name+".yaml") {
						t.Fatalf("%v: %+v", args, got)
					}
				}
			}
			n := times * len(blueprint.Kinds)
			if got := relevo(t, dir, "", nil, "check"); got != (ran{exitGood, count(n, "flow") + " checked: 0 errors, 0 warnings\n", ""}) {
				t.Errorf("check: %s%s", got.out, got.err)
			}
			if got := relevo(t, dir, "", nil, "fmt", "--check"); got != (ran{}) {
				t.Errorf("fmt: %+v", got)
			}
			if got := relevo(t, dir, "", nil, "test"); got.code != exitGood || !strings.HasSuffix(got.out, fmt.Sprintf("%d passed, 0 failed\n", n)) {
				t.Errorf("test: %s%s", got.out, got.err)
			}
			if got := readBack(t, filepath.Join(dir, "flows", "flow.schema.json")); got != string(flows.Schema) {
				t.Error("the schema for editors is another one")
			}
		})
	}
}

// TestInitAsks follows an analyst in Spanish, with slips, a step back, and a queue of their own.
func TestInitAsks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := []string{
		"foo", "collect",
		"Pedir cita", "cita",
		"es, fr", "es, en",
		"Pedir una cita en nuestra clínica", "atrás", "es", "Pedir una {{ cita }}", "Pedir una cita",
		"", // phrases
		"nombre, día, now", "nombre, día:fecha", "nombre, día, asunto del caso, nombre", "nombre, día, asunto del caso, ¿Urgente?:yes_no",
		"", "", "¿De qué se trata?", "¿Es urgente?",
		"Ventas", "ventas",
		"9", "2",
		"quizás", "sí",
	}
	got := relevo(t, dir, strings.Join(in, "\n")+"\n", map[string]string{"LANG": "es_MX.UTF-8"}, "init")
	if got.code != exitGood || got.err != "" {
		t.Fatalf("%d %s\n%s", got.code, got.err, got.out)
	}
	for _, want := range []string{
		`"foo" no es ninguno de estos`, `"Pedir cita" no es un nombre`, `No hay textos en "fr"`, "es demasiado largo: como mucho 24", "Aquí no caben llaves",
		`relevo check diría: "now" means something else`, `No hay ningún tipo "fecha"`, `"nombre" está dos veces`, `"Ventas" no es un nombre`, `"9" no es ninguno`,
		"nombre, dia, asunto_del_caso, urgente:yes_no", "relevo talk flows/cita.yaml", "habla con él aquí",
	} {
		if !strings.Contains(got.out, want) {
			t.Errorf("%q is not in\n%s", want, got.out)
		}
	}
	if text := readBack(t, filepath.Join(dir, "flows", "cita.yaml")); !strings.Contains(text, "\n    say: \"¿De qué se trata?\"\n") || !strings.Contains(text, "\n      queue: ventas\n") || !strings.Contains(text, "phrases: {es: [pedir una cita]}") {
		t.Error(text)
	}
	for _, args := range [][]string{{"check"}, {"test"}, {"fmt", "--check"}} {
		if got := relevo(t, dir, "", nil, args...); got.code != exitGood || strings.Contains(got.out, "warning:") {
			t.Errorf("%v: %+v", args, got)
		}
	}
	talk := relevo(t, dir, "Pedir una cita\nAna\n", nil, "talk", "flows/cita.yaml", "--language", "es")
	if !strings.Contains(talk.out, "< ¿Cómo te llamas?") || !strings.Contains(talk.out, "< ¿Qué día?") {
		t.Errorf("%+v", talk)
	}
}

// TestInitOverwritesNothing: neither a flow nor a transcript, unless it is told to; and what is refused writes nothing.
func TestInitOverwritesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	flow := write(t, dir, "flows/hello.yaml", smallFlow)
	write(t, dir, "transcripts/kept.transcript", smallTranscript)
	write(t, dir, "relevo.yaml", "flows: flows\n")
	for _, tt := range []struct {
		in   string
		args []string
		code int
		says string
	}{
		{"", []string{"hello", "--yes"}, exitUsage, "flows/hello.yaml is there already"},
		{"", []string{"kept", "--yes"}, exitUsage, "transcripts/kept.transcript is there already"},
		{"", []string{"Hello", "--yes"}, exitUsage, `NAME: "Hello" is not a name`},
		{"", []string{"new", "--kind", "quiz", "--yes"}, exitUsage, `--kind: "quiz" is none of these`},
		{"", []string{"new", "--languages", "en,fr", "--yes"}, exitUsage, `--languages: There are no texts in "fr"`},
		{"", []string{"new", "--queue", "sales", "--yes"}, exitUsage, `--queue: No queue is named "sales"`},
		{"", []string{"new", "--silence", "wait", "--yes"}, exitUsage, `--silence: "wait" is none of these`},
		{"", []string{"new", "--language", "fr", "--yes"}, exitUsage, `--language: there are no questions in "fr"`},
		{"", []string{"new", "other", "--yes"}, exitUsage, "it is used as: relevo init [NAME]"},
		{"1\n", []string{"new"}, exitUsage, "the answers ended before the questions; nothing was written"},
		{strings.Repeat("\n", 9) + "no\n", []string{"new"}, exitFindings, "Nothing was written."},
	} {
		got := relevo(t, dir, tt.in, nil, append([]string{"init"}, tt.args...)...)
		if got.code != tt.code || !strings.Contains(got.err+got.out, tt.says) {
			t.Errorf("%v: got %+v", tt.args, got)
		}
	}
	if files, err := filepath.Glob(filepath.Join(dir, "*", "*")); err != nil || len(files) != 2 || readBack(t, flow) != smallFlow {
		t.Errorf("files were written: %v", files)
	}
	if got := relevo(t, dir, "", nil, "init", "hello", "--kind", "menu", "--yes", "--force"); got.code != exitGood || !strings.Contains(readBack(t, flow), "tell_prices") {
		t.Errorf("--force: %+v", got)
	}
}

// TestInitStopsCleanly: Ctrl-C in the middle leaves an empty folder.
func TestInitStopsCleanly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in, typed := io.Pipe()
	defer func() { _ = typed.Close() }()
	ctx, stop := context.WithCancel(t.Context())
	out := &stopWriter{at: "The flow's name", stop: stop}
	a := &app{args: []string{"init"}, in: in, out: out, err: io.Discard, dir: dir, getenv: func(string) string { return "" }, now: time.Now, answers: true}
	go func() { _, _ = io.WriteString(typed, "menu\n") }()
	if code := a.run(ctx); code != exitFindings || !strings.Contains(out.String(), "Nothing was written.") {
		t.Errorf("%d\n%s", code, out.String())
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) > 0 {
		t.Errorf("left behind: %v", files)
	}
}

// stopWriter presses Ctrl-C when it sees some words.
type stopWriter struct {
	bytes.Buffer
	at   string
	stop func()
}

func (w *stopWriter) Write(p []byte) (int, error) {
	if strings.Contains(string(p), w.at) {
		w.stop()
	}
	return w.Buffer.Write(p)
}

func TestInitSpeaks(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		env  map[string]string
		want string
	}{
		{nil, "en"},
		{map[string]string{"LANG": "pt_BR.UTF-8"}, "pt"},
		{map[string]string{"LANG": "pt_BR.UTF-8", "LC_ALL": "es"}, "es"},
		{map[string]string{"LANG": "es_ES.UTF-8", "LC_ALL": "C"}, "en"},
		{map[string]string{"LANG": "est_EE"}, "en"},
		{map[string]string{"LANG": "en_US.UTF-8", "RELEVO_LANGUAGE": "es"}, "es"},
	} {
		a := &app{getenv: func(k string) string { return tt.env[k] }}
		if got, err := a.speaks(""); err != nil || got != tt.want {
			t.Errorf("%v: got %q, %v, want %q", tt.env, got, err, tt.want)
		}
	}
}

// TestInitHasAllWords: every sentence is there in every language.
func TestInitHasAllWords(t *testing.T) {
	t.Parallel()
	source := readBack(t, "init_words.go")
	n := map[string]int{}
	for _, language := range blueprint.Languages {
		n[language] = strings.Count(source, `"`+language+`": "`)
	}
	if n["en"] < 50 || n["es"] != n["en"] || n["pt"] != n["en"] {
		t.Errorf("sentences: %v", n)
	}
}

// TestInitSaysWhatIsDoubtful: a flow with warnings is written, and they are shown.
func TestInitSaysWhatIsDoubtful(t *testing.T) {
	t.Parallel()
	a := &app{dir: t.TempDir(), out: &bytes.Buffer{}, getenv: func(string) string { return "" }}
	c, err := decodeConfig(defaults())
	if err != nil {
		t.Fatal(err)
	}
	iv, err := a.newInterview(c, initOptions{name: "plans", kind: "collect"})
	if err != nil {
		t.Fatal(err)
	}
	iv.answers.Details = []blueprint.Detail{blueprint.NewDetail("n", "text")}
	written, err := iv.write()
	if err != nil {
		t.Fatal(err)
	}
	if err := iv.nextSteps(written); err != nil {
		t.Fatal(err)
	}
	if got := a.out.(*bytes.Buffer).String(); !strings.Contains(got, "[yaml-ambiguous]") || !strings.Contains(got, "flows/plans.yaml\n") {
		t.Error(got)
	}
}

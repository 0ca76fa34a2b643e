package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// flawed is a flow with an error, a warning and a warning that is accepted.
const flawed = `flow: hello
title: {en: Say hello}
languages: [en]
triggers:
  - phrases: {en: [hello]}
slots:
  name: {type: text}
initial: ask_name
states:
  ask_name:  # accept no-way-out: everybody has a name
    ask: name
    say: {en: What is your name?}
    on: {answered: bey}
  bye:
    say: {en: yes}
    end: resolved
`

// TestCheckInEachLanguage compares every form of a check, in each language, with the files in testdata.
func TestCheckInEachLanguage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "hello.yaml", flawed)
	for _, language := range []string{"en", "es", "pt"} {
		for _, format := range []string{"text", "json", "github"} {
			got := relevo(t, dir, "", nil, "check", "--language", language, "--format", format, "hello.yaml")
			want, err := os.ReadFile(filepath.Join("testdata", "check", language+"."+format))
			if err != nil {
				t.Fatal(err)
			}
			if got.out != string(want) || got.code != exitFindings || got.err != "" {
				t.Errorf("%s, %s: exit code %d %s, got\n%s\nwant\n%s", language, format, got.code, got.err, got.out, want)
			}
		}
	}
}

// TestSARIFInALanguage: codes and keys stay, sentences are said as asked.
func TestSARIFInALanguage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "hello.yaml", flawed)
	got := relevo(t, dir, "", nil, "check", "--language", "es", "--format", "sarif", "hello.yaml")
	var log struct {
		Runs []struct {
			Results []struct {
				RuleID       string
				Message      struct{ Text string }
				Suppressions []struct{ Kind, Justification string }
			}
		}
	}
	if err := json.Unmarshal([]byte(got.out), &log); err != nil {
		t.Fatal(err)
	}
	for _, r := range log.Runs[0].Results {
		if r.RuleID == "unknown-state" && r.Message.Text == "ningún estado se llama \"bey\"\npista: ¿quisiste decir \"bye\" (línea 14)?" {
			return
		}
	}
	t.Errorf("got %s", got.out)
}

// TestTheEnvironmentChoosesTheLanguageOfPeopleOnly: what programs read is English until the command line says otherwise.
func TestTheEnvironmentChoosesTheLanguageOfPeopleOnly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "flows/hello.yaml", flawed)
	tests := []struct {
		name string
		env  map[string]string
		args []string
		want string
	}{
		{"our own variable", map[string]string{"RELEVO_LANGUAGE": "pt"}, []string{"check", "flows"}, "nenhum estado se chama"},
		{"the locale of the terminal", map[string]string{"LANG": "es_AR.UTF-8"}, []string{"check", "flows"}, "ningún estado se llama"},
		{"the flag goes first", map[string]string{"RELEVO_LANGUAGE": "pt"}, []string{"check", "--language", "en", "flows"}, "no state is named"},
		{"JSON does not look at the environment", map[string]string{"RELEVO_LANGUAGE": "pt"}, []string{"check", "--json", "flows"}, "no state is named"},
		{"annotations do not, either", map[string]string{"RELEVO_LANGUAGE": "pt"}, []string{"check", "--format", "github", "flows"}, "no state is named"},
		{"findings of other commands", map[string]string{"RELEVO_LANGUAGE": "es"}, []string{"talk", "flows/hello.yaml"}, "ningún estado se llama"},
		{"a language that nobody speaks", nil, []string{"check", "--language", "xx", "flows"}, `findings can not be said in "xx"; it can be en, es, pt`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := relevo(t, dir, "", tt.env, tt.args...); !strings.Contains(got.out+got.err, tt.want) || got.code == exitGood {
				t.Errorf("no %q in %+v", tt.want, got)
			}
		})
	}
}

// TestColoursInEachLanguage: the words that are painted are those of the language.
func TestColoursInEachLanguage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "hello.yaml", flawed)
	for language, want := range map[string]string{"es": "\x1b[36mpista\x1b[0m", "pt": "\x1b[1;31merro\x1b[0m"} {
		var out bytes.Buffer
		a := &app{args: []string{"check", "--language", language, "hello.yaml"}, in: strings.NewReader(""), out: &out, err: &out, dir: dir, terminal: true, getenv: func(string) string { return "" }}
		if a.run(context.Background()); !strings.Contains(out.String(), want) {
			t.Errorf("no %q in %q", want, out.String())
		}
	}
}

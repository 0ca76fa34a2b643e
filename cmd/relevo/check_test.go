package main

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
)

// TestCheckReadsTheStandardInput: an editor can ask about what is not saved yet.
func TestCheckReadsTheStandardInput(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if got := relevo(t, dir, smallFlow, nil, "check", "-"); got.code != exitGood || got.out != "1 flow checked: 0 errors, 0 warnings\n" {
		t.Errorf("got %+v", got)
	}
	got := relevo(t, dir, strings.Replace(smallFlow, "answered: bye", "answered: bey", 1), nil, "check", "--json", "-")
	var report struct {
		Errors   int
		Findings []struct {
			Code  string
			Range struct{ File string }
		}
		Accepted []any
	}
	if err := json.Unmarshal([]byte(got.out), &report); err != nil || got.code != exitFindings {
		t.Fatalf("%v: %+v", err, got)
	}
	if report.Errors != 1 || report.Findings[0].Code != "unknown-state" || report.Findings[0].Range.File != "stdin" || report.Accepted == nil {
		t.Errorf("got %+v", report)
	}
	if huge := relevo(t, dir, strings.Repeat("#", 2<<20), nil, "check", "-"); huge.code != exitFindings || !strings.Contains(huge.out, "[yaml-too-large]") {
		t.Errorf("got %+v", huge)
	}
}

// TestColoursAreForTerminals: the words are the same without them.
func TestColoursAreForTerminals(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "hello.yaml", strings.Replace(smallFlow, "answered: bye", "answered: bey", 1))
	check := func(terminal bool, env map[string]string) string {
		var out bytes.Buffer
		a := &app{args: []string{"check", "hello.yaml"}, in: strings.NewReader(""), out: &out, err: &out, dir: dir, terminal: terminal, getenv: func(k string) string { return env[k] }}
		if code := a.run(context.Background()); code != exitFindings {
			t.Errorf("exit code %d", code)
		}
		return out.String()
	}
	plain, coloured := check(false, nil), check(true, nil)
	if strings.Contains(plain, "\x1b") || check(true, map[string]string{"NO_COLOR": "1"}) != plain {
		t.Errorf("colours where none are wanted:\n%s", plain)
	}
	for _, want := range []string{"\x1b[1;31merror\x1b[0m", "\x1b[1;31m^^^\x1b[0m", "\x1b[36mhint\x1b[0m"} {
		if !strings.Contains(coloured, want) {
			t.Errorf("no %q in\n%q", want, coloured)
		}
	}
}

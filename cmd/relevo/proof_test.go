package main

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"relevo/engine/diag"
	"relevo/flows/project"
)

// TestAProofIsATranscriptThatRuns gives a finding a path by hand: check shows the way as a conversation, in JSON, too, and relevo test runs it. A path that no
// run can go is shown in words.
func TestAProofIsATranscriptThatRuns(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "flows/hello.yaml", scriptFlow)
	write(t, dir, "scripts/shop.js", "exports.greet = name => `Hello ${name}!`;\n")
	p, err := project.Load(project.Options{Dir: dir, Flows: "flows"})
	if err != nil || len(p.Findings) > 0 {
		t.Fatal(err, p.Findings)
	}
	at := p.Definitions[0].Flow.At
	start := diag.Step{Event: "phrase", To: "ask_name"}
	p.Findings = diag.List{
		{Code: "made-up", Severity: diag.Warning, Message: "a way there is", Range: at, Path: []diag.Step{start, {From: "ask_name", Event: "answered", To: "bye"}}},
		{Code: "made-up", Severity: diag.Warning, Message: "a way there is not", Range: at, Path: []diag.Step{start, {From: "ask_name", Event: "elapsed", To: "bye"}}},
	}
	prove(config{}, p)
	var out bytes.Buffer
	a := &app{out: &out, dir: dir, getenv: func(string) string { return "" }}
	if err := a.reportText(checked{findings: p.Findings, source: p.Source, flows: 1}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"proof:\n  # made-up: a way there is\n  flow flows/hello.yaml\n", "\n  > hello\n  < What is your name?\n\n  > The blue one\n  < Hello The blue one!\n  ! end resolved\n",
		"proof: phrase → ask_name —elapsed→ bye\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("got\n%s\nwant\n%s", out.String(), want)
		}
	}
	write(t, dir, "proof.transcript", p.Findings[0].Transcript)
	if got := relevo(t, dir, "", nil, "test", "--flows", "flows", "proof.transcript"); got.code != exitGood || !strings.Contains(got.out, "1 passed, 0 failed") {
		t.Errorf("got %+v", got)
	}
	out.Reset()
	if err := a.reportJSON(checked{findings: p.Findings, source: p.Source, flows: 1}); err != nil {
		t.Fatal(err)
	}
	var report struct{ Findings diag.List }
	if err := json.Unmarshal(out.Bytes(), &report); err != nil || report.Findings[0].Transcript != p.Findings[0].Transcript || len(report.Findings[1].Path) != 2 {
		t.Errorf("got %v\n%s", err, out.String())
	}
}

// TestShadowsOfAWholeProject: check holds all flows of a folder against each other, and a winner among the commands is shown with its line.
func TestShadowsOfAWholeProject(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "flows/a.yaml", strings.Replace(smallFlow, "flow: hello", "flow: a", 1))
	write(t, dir, "flows/b.yaml", strings.NewReplacer("flow: hello", "flow: b", "Say hello", "Help others", "[hello]", "[Hello!, help me]").Replace(smallFlow))
	got := relevo(t, dir, "", nil, "check", "flows")
	for _, want := range []string{
		filepath.ToSlash("flows/b.yaml:5:20") + `: warning: "Hello!" does not start flow "b": flow "a" goes first, by its phrase "hello" [phrase-shadowed]`,
		"see flows/a.yaml:5:20: this one wins\n", "see flows/commands.yaml:", "2 flows checked: 0 errors, 2 warnings",
	} {
		if got.code != exitGood || !strings.Contains(got.out, want) {
			t.Errorf("got %d\n%s\nwant\n%s", got.code, got.out, want)
		}
	}
}

package lsp

import (
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"relevo/engine/diag"
	"relevo/flows/project"
)

// TestDiagnosticsTellEverything: the hint, the page of the code, other places, the way that leads there, and what is never used in grey.
func TestDiagnosticsTellEverything(t *testing.T) {
	t.Parallel()
	s, err := newServer(io.Discard, Options{DocsURL: "https://shop.example/diagnostics.html"})
	if err != nil {
		t.Fatal(err)
	}
	files, err := project.Read(project.Options{})
	if err != nil {
		t.Fatal(err)
	}
	files.Flows = []project.File{{Name: "flows/order.yaml", Text: []byte(order)}}
	base := filepath.FromSlash("/shop")
	b := &build{base: base, project: project.Build(files, project.Options{})}
	place := func(line, column, length int) diag.Range {
		return diag.Range{File: "flows/order.yaml", Start: diag.Pos{Line: line, Column: column}, End: diag.Pos{Line: line, Column: column + length}}
	}
	d := diag.Diagnostic{
		Code: "unreachable-state", Severity: diag.Warning, Message: "no way leads here", Hint: "remove it", Range: place(18, 22, 5),
		Related: []diag.Related{{Range: place(1, 7, 5), Message: "this flow"}},
		Path:    []diag.Step{{Event: "phrase", To: "ask_order"}, {From: "ask_order", Event: "answered", To: "find"}, {From: "find", To: "gone"}},
	}
	path := filepath.Join(base, "flows", "order.yaml")
	got := converter{s: s, b: b, texts: map[string]text{}}.diagnostic(path, d)
	if got.Message != "no way leads here\nhint: remove it" || got.Severity != severityWarning || got.Source != "relevo" {
		t.Errorf("got %+v", got)
	}
	if got.CodeDescription == nil || got.CodeDescription.Href != "https://shop.example/diagnostics.html#unreachable-state" {
		t.Errorf("got %+v", got.CodeDescription)
	}
	if !slices.Equal(got.Tags, []int{tagUnnecessary}) {
		t.Errorf("got the tags %v", got.Tags)
	}
	if want := (span{position{17, 22}, position{17, 27}}); got.Range != want { // behind a letter of two units
		t.Errorf("got %v, want %v", got.Range, want)
	}
	var related []string
	for _, r := range got.RelatedInformation {
		related = append(related, r.Message+" at "+places(order, []location{r.Location}))
	}
	want := "this flow at 0:6 order; step 1: phrase leads to ask_order at 15:2 ask_order; step 2: answered leads to find at 20:2 find"
	if strings.Join(related, "; ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(related, "; "), want)
	}
}

func TestPathsAndAddresses(t *testing.T) {
	t.Parallel()
	for uri, want := range map[string]string{
		"file:///shop/flows/a.yaml":               "/shop/flows/a.yaml",
		"file:///shop/the%20flows/pe%C3%B1a.yaml": "/shop/the flows/peña.yaml",
		"file:///shop/../flows/a.yaml":            "/flows/a.yaml",
		"file:///c%3A/flows/a.yaml":               "c:/flows/a.yaml",
		"untitled:Untitled-1":                     "untitled:Untitled-1",
		"%zz":                                     "%zz",
	} {
		if got := filepath.ToSlash(pathOf(uri)); got != want {
			t.Errorf("%s: got %s, want %s", uri, got, want)
		}
	}
	for _, path := range []string{"/shop/the flows/peña.yaml", "/a%20b/c#d.yaml"} {
		if got := filepath.ToSlash(pathOf(uriOf(path))); got != path {
			t.Errorf("%s became %s", path, got)
		}
	}
}

// TestAFileThatWasNeverSaved is checked alone.
func TestAFileThatWasNeverSaved(t *testing.T) {
	t.Parallel()
	c := start(t, nil, "")
	body := strings.NewReplacer("scripts: [orders.js]\n", "", "orders.describe(order, language)", "order.status", "answered: find", "answered: fnd").Replace(order)
	c.notify("textDocument/didOpen", `{"textDocument":{"uri":"untitled:Untitled-1","version":1,"text":`+quoted(body)+`}}`)
	if found := c.findingsAt("untitled:Untitled-1", 1); len(found) == 0 || found[0].Code != "unknown-state" {
		t.Errorf("got %+v", found)
	}
}

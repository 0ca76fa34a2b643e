package project

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// flow is a small flow file: what its first state does, and further keys.
func flow(name, does, further string) string {
	return fmt.Sprintf(`flow: %[1]s
title: Flow %[1]s
languages: [en]
triggers:
  - phrases: {en: [%[1]s]}
slots:
  sum: {type: number}
  reason: {type: text}
%[3]sinitial: begin
states:
  begin: {%[2]s}
  over: {end: paid}
  lost: {end: refused}
`, name, does, further)
}

// TestFlowsAreCheckedAgainstEachOther: signatures are known before the first flow is compiled, whatever the order of the files is.
func TestFlowsAreCheckedAgainstEachOther(t *testing.T) {
	t.Parallel()
	const takes = "params: [sum, reason]\non: {order.lost: lost}\n"
	tests := []struct {
		name  string
		files map[string]string
		want  []string // file:line code
	}{
		{"another flow with all its params and outcomes", map[string]string{
			"a": flow("a", "run: {flow: b, with: {sum: sum ?? 1, reason: 'reason ?? \"late\"'}}, on: {paid: over, refused: over}", "on: {order.lost: lost}\n"), "b": flow("b", "goto: over", takes),
		}, nil},
		{"an unknown flow, an unknown param and a missing one, and an outcome without a way", map[string]string{
			"a": flow("a", "run: c, on: {ended: over}", "on: {order.lost: lost}\n"),
			"b": flow("b", "run: {flow: d, with: {som: sum, reason: reason}}, on: {paid: over}", "on: {order.lost: lost}\n"),
			"d": flow("d", "goto: over", takes),
		}, []string{"a.yaml:12 unknown-flow", "b.yaml:12 missing-event", "b.yaml:12 missing-param", "b.yaml:12 unknown-param"}},
		{"a flow that runs itself", map[string]string{
			"a": flow("a", "run: a, on: {ended: over}", "on: {order.lost: lost}\n"),
		}, []string{"a.yaml:12 run-circle"}},
		{"a circle of three is one finding", map[string]string{
			"a": flow("a", "run: c, on: {ended: over}", "on: {order.lost: lost}\n"),
			"b": flow("b", "run: a, on: {ended: over}", "on: {order.lost: lost}\n"),
			"c": flow("c", "run: b, on: {ended: over}", "on: {order.lost: lost}\n"),
			"z": flow("z", "run: a, on: {ended: over}", "on: {order.lost: lost}\n"),
		}, []string{"a.yaml:12 run-circle"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for name, text := range tt.files {
				if err := os.WriteFile(filepath.Join(dir, name+".yaml"), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			p, err := Load(Options{Dir: dir, Flows: "."})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, d := range p.Findings {
				got = append(got, fmt.Sprintf("%s:%d %s", d.Range.File, d.Range.Start.Line, d.Code))
			}
			if strings.Join(got, ", ") != strings.Join(tt.want, ", ") {
				t.Errorf("got %q, want %q\n%s", got, tt.want, p.Findings.Error())
			}
		})
	}
}

// TestASingleFileMayRunFlowsThatAreElsewhere: relevo check flows/a.yaml does not read the others.
func TestASingleFileMayRunFlowsThatAreElsewhere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.yaml"), []byte(flow("a", "run: b, on: {ended: over}", "on: {order.lost: lost}\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := Load(Options{Dir: dir, Files: []string{"a.yaml"}})
	if err != nil || len(p.Findings) != 0 {
		t.Errorf("got %v, %v", p.Findings, err)
	}
}

package project

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"relevo/engine/diag"
	"relevo/flows"
	"relevo/scripts"
)

// FuzzCheck: whatever stands in a flow file and in the script beside it, all checks together end without a panic, and each of their places, the
// related ones included, is inside the file that it names.
func FuzzCheck(f *testing.F) {
	script, err := scripts.Files.ReadFile("orders.js")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range []string{"order_tracking.yaml", "payment_alert.yaml", "appointment_reminder.yaml", "security_alert.yaml"} {
		text, err := flows.Files.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text, script)
	}
	planted, err := filepath.Glob("../../testdata/findings/*.yaml")
	if err != nil || len(planted) == 0 {
		f.Fatalf("no files with planted mistakes: %v", err)
	}
	for _, name := range planted {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text, []byte("export function describe(order) { return order.id }"))
	}
	f.Add([]byte(flow("a", "run: a, on: {ended: over}", "accept: {}\n")), []byte(""))
	commands, err := flows.Files.ReadFile(flows.CommandsFile)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text, code []byte) {
		p := Build(Files{
			Flows:    []File{{"flows/fuzzed.yaml", text}, {"flows/other.yaml", []byte(flow("other", "goto: over", ""))}},
			Scripts:  []File{{"scripts/orders.js", code}},
			Commands: File{"flows/" + flows.CommandsFile, commands},
		}, Options{Flows: "flows", Queues: []string{"orders", "billing"}})
		for _, d := range p.Findings {
			requireInside(t, p, d, d.Range)
			for _, related := range d.Related {
				requireInside(t, p, d, related.Range)
			}
		}
	})
}

// requireInside fails for a place that its file does not have, or that ends before it starts.
func requireInside(t *testing.T, p *Project, d diag.Diagnostic, r diag.Range) {
	t.Helper()
	source := p.Source(r.File)
	if source == nil {
		t.Errorf("%v names the file %q, which was not read", d, r.File)
		return
	}
	lines := strings.Split(strings.TrimPrefix(string(source), "\uFEFF"), "\n")
	inside := func(at diag.Pos) bool {
		return at.Line >= 1 && at.Line <= len(lines) && at.Column >= 1 && at.Column <= len([]rune(lines[at.Line-1]))+1
	}
	backwards := r.End.Line < r.Start.Line || r.End.Line == r.Start.Line && r.End.Column < r.Start.Column
	if !inside(r.Start) || !inside(r.End) || backwards {
		t.Errorf("%v: the place %v is not inside the file", d, r)
	}
}

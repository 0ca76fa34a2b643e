package flows

import (
	"os"
	"runtime"
	"testing"

	"relevo/engine"
	"relevo/engine/diag"
	"relevo/flows/flowgen"
)

// maxHostileBytes is how much memory one hostile file may take, everything counted that was ever allocated for it. relevo-bench takes the time.
const maxHostileBytes = 64 << 20

// TestHostileFilesAreRefused: each has a finding inside the file, for little memory, whichever kind of file it claims to be. It does not run beside
// other tests: it counts what the process allocates.
func TestHostileFilesAreRefused(t *testing.T) {
	if def, _ := Load("warm.yaml", flowgen.Flow(0, flowgen.States)); def == nil {
		t.Fatal("the generated flow is wrong") // and the schema is compiled from here on
	}
	if _, findings := LoadCommands("warm.yaml", nil); len(findings) == 0 {
		t.Fatal("no finding")
	}
	settings, err := os.ReadFile("../cmd/relevo/relevo.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range flowgen.AllHostile() {
		t.Run(h.Name, func(t *testing.T) {
			requireCheap(t, "flow", h.Text, func() diag.List {
				def, findings := Load("hostile.yaml", h.Text)
				if def != nil {
					_, more := engine.Compile(def, engine.Surroundings{})
					findings = append(findings, more...)
				}
				return findings
			})
			requireCheap(t, "commands", h.Text, func() diag.List { _, findings := LoadCommands("hostile.yaml", h.Text); return findings })
			requireCheap(t, "settings", h.Text, func() diag.List {
				_, findings := ReadDocument("hostile.yaml", h.Text, "relevo.schema.json", settings)
				return findings
			})
		})
	}
}

func requireCheap(t *testing.T, kind string, text []byte, read func() diag.List) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	findings := read()
	runtime.ReadMemStats(&after)
	if len(findings) == 0 {
		t.Errorf("%s: nothing was found", kind)
	}
	if n := after.TotalAlloc - before.TotalAlloc; n > maxHostileBytes {
		t.Errorf("%s: took %d MiB", kind, n>>20)
	}
	if len(text) <= 2*MaxFileBytes { // splitting more into lines is the test's own cost
		requireInside(t, text, findings)
	}
}

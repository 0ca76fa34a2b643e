package flowtest

import (
	"math/rand/v2"
	"testing"

	"relevo/engine"
	"relevo/engine/diag"
	"relevo/flows"
)

// FuzzProve changes flow files and walks through them at random: whatever is proved holds, and nothing breaks.
func FuzzProve(f *testing.F) {
	for _, text := range []string{table, pay} {
		for seed := range uint64(3) {
			f.Add(text, seed)
		}
	}
	for _, name := range []string{"order_tracking.yaml", "security_alert.yaml"} {
		source, err := flows.Files.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(source), uint64(7))
	}
	source, err := flows.Files.ReadFile(flows.CommandsFile)
	if err != nil {
		f.Fatal(err)
	}
	commands, _ := flows.LoadCommands(flows.CommandsFile, source)
	f.Fuzz(func(t *testing.T, text string, seed uint64) {
		def, _ := flows.Load("fuzz.yaml", []byte(text))
		if def == nil {
			return
		}
		m, _ := engine.Compile(def, engine.Surroundings{})
		if m == nil {
			return
		}
		catalog := engine.NewCatalog(engine.CatalogOptions{Current: []*engine.Machine{m}, Commands: commands, DefaultQueue: "general"})
		random := rand.New(rand.NewPCG(seed, 0))
		firsts := append(starting(def), diag.Step{Event: "menu", To: def.Initial.V}, diag.Step{Event: "run", To: def.Initial.V})
		path := []diag.Step{firsts[random.IntN(len(firsts))]}
		for range random.IntN(8) {
			if steps := stepsFrom(def, path); len(steps) > 0 {
				path = append(path, steps[random.IntN(len(steps))])
			}
		}
		if transcript, ok := Prove(catalog, def, path, text); ok {
			holds(t, catalog, transcript)
			walksOn(t, catalog, def.Flow.V, transcript, path)
		}
	})
}

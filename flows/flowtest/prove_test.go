package flowtest

import (
	"os"
	"testing"

	"relevo/engine"
	"relevo/engine/diag"
	"relevo/flows/project"
	"relevo/scripts"
)

// demo is the catalog of the shipped flows, with the demo's addresses.
func demo(t testing.TB) *engine.Catalog {
	t.Helper()
	p, err := project.Load(project.Options{})
	if err != nil {
		t.Fatal(err)
	}
	pool, err := scripts.NewPool(scripts.Options{Sources: p.Sources, Deadline: ScriptDeadline})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pool.Close() })
	o := p.CatalogOptions(map[string]any{
		"orders_url": "http://shop.example", "clinic_url": "http://clinic.example", "billing_url": "http://billing.example", "clinic_timezone": "Europe/Madrid",
	}, pool)
	o.DefaultQueue = "general"
	return engine.NewCatalog(o)
}

// starting lists the first steps that the triggers of a flow allow.
func starting(def *engine.Definition) []diag.Step {
	var steps []diag.Step
	for _, tr := range def.Triggers {
		step := diag.Step{Event: tr.Event.V, To: tr.Goto.V}
		if step.Event == "" {
			step.Event = "phrase"
		}
		if step.To == "" {
			step.To = def.Initial.V
		}
		steps = append(steps, step)
	}
	return steps
}

// TestEveryStateOfTheShippedFlowsIsProved acts out, for each state, the shortest paths to it from each trigger.
func TestEveryStateOfTheShippedFlowsIsProved(t *testing.T) {
	t.Parallel()
	catalog := demo(t)
	for _, m := range catalog.Current {
		proved := map[string]string{}
		for _, first := range starting(m.Definition) {
			for _, path := range pathsFrom(m.Definition, first.To, first) {
				to := path[len(path)-1].To
				if proved[to] != "" {
					continue
				}
				transcript, ok := Prove(catalog, m.Definition, path, "test: "+to)
				if ok {
					proved[to] = transcript
				} else if os.Getenv("PROOFS") != "" {
					t.Logf("%s: %v", to, path)
				}
			}
		}
		for _, st := range m.Definition.States {
			if proved[st.Name.V] == "" {
				t.Errorf("%s.%s is not proved", m.Flow, st.Name.V)
			}
		}
		t.Logf("%s: %d of %d states", m.Flow, len(proved), len(m.Definition.States))
	}
}

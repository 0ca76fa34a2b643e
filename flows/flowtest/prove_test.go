package flowtest

import (
	"slices"
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

// TestEveryStateOfTheShippedFlowsIsProved acts out a path to each state: from each one that is proved already, a step further.
func TestEveryStateOfTheShippedFlowsIsProved(t *testing.T) {
	t.Parallel()
	catalog := demo(t)
	for _, m := range catalog.Current {
		t.Run(m.Flow, func(t *testing.T) {
			t.Parallel()
			proved := map[string]bool{}
			var queue [][]diag.Step
			try := func(path []diag.Step) {
				to := path[len(path)-1].To
				if proved[to] {
					return
				}
				transcript, ok := Prove(catalog, m.Definition, path, "test: "+to)
				if !ok {
					return
				}
				proved[to] = true
				queue = append(queue, path)
				holds(t, catalog, transcript)
			}
			for _, first := range starting(m.Definition) {
				try([]diag.Step{first})
			}
			for ; len(queue) > 0; queue = queue[1:] {
				for _, step := range stepsFrom(m.Definition, queue[0]) {
					try(append(slices.Clone(queue[0]), step))
				}
			}
			for _, st := range m.Definition.States {
				if !proved[st.Name.V] {
					t.Errorf("state %s is not proved", st.Name.V)
				}
			}
			t.Logf("%d of %d states", len(proved), len(m.Definition.States))
		})
	}
}

// holds runs a transcript as relevo test does.
func holds(t *testing.T, catalog *engine.Catalog, transcript string) Result {
	t.Helper()
	parsed, findings := Parse("proof.transcript", []byte(transcript))
	if len(findings) > 0 {
		t.Fatalf("%s\n%s", findings.Error(), transcript)
	}
	result := Run(parsed, catalog)
	for _, f := range result.Failures {
		t.Errorf("%d: %s\nwant: %q\ngot: %q\n%s", f.Line, f.Message, f.Want, f.Got, transcript)
	}
	return result
}

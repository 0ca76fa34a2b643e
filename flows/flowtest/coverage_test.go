package flowtest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"relevo/engine"
	"relevo/flows/flowtest"
	"relevo/flows/project"
)

// TestEveryWayOfTheShippedFlowsIsTaken runs all transcripts on flows that note every alternative they take: the ways of on, after and goto of every
// state, and those of the flow. A way that no transcript takes is not tested.
func TestEveryWayOfTheShippedFlowsIsTaken(t *testing.T) {
	t.Parallel()
	p, err := project.Load(project.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ways := map[string]string{} // attribute → what it stands for
	for _, def := range p.Definitions {
		noteWays(def, ways)
	}
	catalog := catalogOf(t, recompiled(t, p))
	files, err := filepath.Glob("../../testdata/transcripts/*.transcript")
	if err != nil {
		t.Fatal(err)
	}
	taken := map[string]bool{}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		transcript, findings := flowtest.Parse(file, source)
		if len(findings) > 0 {
			t.Fatal(render(findings, func(string) []byte { return source }))
		}
		for attribute := range flowtest.Run(transcript, catalog).Contact.Attributes {
			taken[attribute] = true
		}
	}
	var missing []string
	for attribute, way := range ways {
		if !taken[attribute] {
			missing = append(missing, way)
		}
	}
	slices.Sort(missing)
	if len(missing) > 0 {
		t.Errorf("%d of %d ways are taken by no transcript:\n%s", len(missing), len(ways), strings.Join(missing, "\n"))
	}
}

// TestEveryShippedFlowHasTranscripts holds at least so many transcripts for each flow that has phrases or reminders.
func TestEveryShippedFlowHasTranscripts(t *testing.T) {
	t.Parallel()
	for _, prefix := range []string{"order_", "appointment_", "payment_"} {
		files, err := filepath.Glob("../../testdata/transcripts/" + prefix + "*.transcript")
		if err != nil || len(files) < 20 {
			t.Errorf("%s: %d transcripts, want at least 20 (%v)", prefix, len(files), err)
		}
		for _, language := range []string{"en", "es", "pt"} {
			if !slices.ContainsFunc(files, func(f string) bool { return strings.HasPrefix(filepath.Base(f), prefix+language+"_") }) {
				t.Errorf("no transcript %s%s_*", prefix, language)
			}
		}
	}
}

// noteWays makes every alternative of a flow leave an attribute with the contact when it is taken.
func noteWays(def *engine.Definition, ways map[string]string) {
	note := func(where string, alternatives []engine.Alternative) {
		for i := range alternatives {
			attribute := fmt.Sprintf("way%d", len(ways))
			ways[attribute] = fmt.Sprintf("%s:%d: %s, alternative %d", def.File, alternatives[i].At.Start.Line, where, i+1)
			alternatives[i].Set = append(slices.Clone(alternatives[i].Set), engine.Assign{
				Target: engine.Str{V: "contact." + attribute}, Value: engine.Str{V: "true"},
			})
		}
	}
	for _, h := range def.On {
		note("any state, on "+h.Event.V, h.Alternatives)
	}
	for _, st := range def.States {
		note(st.Name.V+", goto", st.Goto)
		for _, h := range st.On {
			note(st.Name.V+", on "+h.Event.V, h.Alternatives)
		}
		for _, a := range st.After {
			note(st.Name.V+", after "+a.After.V.String(), a.Alternatives)
		}
	}
}

// recompiled compiles the definitions of a project anew.
func recompiled(t *testing.T, p *project.Project) *project.Project {
	t.Helper()
	around := engine.Surroundings{Scripts: p.Scripts}
	for i, def := range p.Definitions {
		m, findings := engine.Compile(def, around)
		if m == nil {
			t.Fatal(findings)
		}
		p.Machines[i] = m
	}
	return p
}

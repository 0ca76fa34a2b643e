package flowtest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"relevo/engine"
	"relevo/engine/diag"
	"relevo/flows/flowtest"
	"relevo/flows/project"
)

// followed runs a transcript and follows the flow that it names.
func followed(t *testing.T, p *project.Project, catalog *engine.Catalog, file string) ([]diag.Step, flowtest.Result) {
	t.Helper()
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	transcript, findings := flowtest.Parse(file, source)
	if findings.HasErrors() {
		t.Fatal(findings)
	}
	flow := strings.TrimSuffix(filepath.Base(transcript.Flow), ".yaml")
	steps, result, err := flowtest.Walk(transcript, catalog, flow, engine.Surroundings{Scripts: p.Scripts})
	if err != nil {
		t.Fatal(err)
	}
	return steps, result
}

// scripted is the shipped project, with its catalog.
func scripted(t *testing.T) (*project.Project, *engine.Catalog) {
	t.Helper()
	p, err := project.Load(project.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p, catalogOf(t, p)
}

func TestWalkFollowsATranscript(t *testing.T) {
	t.Parallel()
	p, catalog := scripted(t)
	steps, _ := followed(t, p, catalog, "../../testdata/transcripts/order_en_cancelled_event.transcript")
	want := []diag.Step{
		{To: "ask_order"},
		{From: "ask_order", Event: "answered", To: "find_order"},
		{From: "find_order", Event: "ok", To: "report"},
		{From: "report", Way: 2, To: "anything_else"},
		{From: "anything_else", Event: "order.cancelled", Anywhere: true, To: "cancelled"},
		{From: "cancelled", Event: "done", To: "bye"},
	}
	if diff := cmp.Diff(want, steps); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestWalkChangesNoConversation follows shipped transcripts, every fifth to save time: what is noted changes nothing of what is said, and every step is a way of the flow.
func TestWalkChangesNoConversation(t *testing.T) {
	t.Parallel()
	p, catalog := scripted(t)
	files, err := filepath.Glob("../../testdata/transcripts/*.transcript")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for i := 0; i < len(files); i += 5 {
		file := files[i]
		steps, result := followed(t, p, catalog, file)
		if len(result.Failures) > 0 {
			t.Errorf("%s: %v", file, result.Failures)
		}
		if len(steps) == 0 || steps[0].From != "" {
			t.Errorf("%s: a walk of %d steps does not begin where a run starts: %v", file, len(steps), steps)
		}
	}
}

func TestWalkOfAFlowThatIsNotThere(t *testing.T) {
	t.Parallel()
	transcript, _ := flowtest.Parse("x", []byte("flow x\nat 2026-03-02T09:00:00Z\n> hi\n"))
	if _, _, err := flowtest.Walk(transcript, engine.NewCatalog(engine.CatalogOptions{}), "gone", engine.Surroundings{}); err == nil || !strings.Contains(err.Error(), `"gone"`) {
		t.Errorf("got %v", err)
	}
}

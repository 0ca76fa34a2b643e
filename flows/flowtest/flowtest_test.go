package flowtest_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"relevo/engine"
	"relevo/engine/diag"
	"relevo/flows/flowtest"
	"relevo/flows/project"
	"relevo/scripts"
)

var update = flag.Bool("update", false, "rewrite what the transcripts expect")

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == scripts.WorkerArg {
		os.Exit(scripts.WorkerMain(os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

// shipped is the catalog of the shipped flows.
func shipped(t *testing.T) *engine.Catalog {
	t.Helper()
	p, err := project.Load(project.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Findings) > 0 {
		t.Fatal(render(p.Findings, p.Source))
	}
	return catalogOf(t, p)
}

// catalogOf is the catalog of a project, with the demo's addresses.
func catalogOf(t *testing.T, p *project.Project) *engine.Catalog {
	t.Helper()
	pool, err := scripts.NewPool(scripts.Options{Sources: p.Sources, Deadline: flowtest.ScriptDeadline})
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

func render(l diag.List, source func(string) []byte) string {
	var b strings.Builder
	if err := diag.Render(&b, l, source); err != nil {
		return err.Error()
	}
	return b.String()
}

func TestShippedTranscripts(t *testing.T) {
	t.Parallel()
	catalog := shipped(t)
	files, err := filepath.Glob("../../testdata/transcripts/*.transcript")
	if err != nil || len(files) < 15 {
		t.Fatalf("%d transcripts, want at least 15 (%v)", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			transcript, findings := flowtest.Parse(file, source)
			if len(findings) > 0 {
				t.Fatal(render(findings, func(string) []byte { return source }))
			}
			result := flowtest.Run(transcript, catalog)
			if *update && result.Updated != string(source) {
				if err := os.WriteFile(file, []byte(result.Updated), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			for _, f := range result.Failures {
				t.Errorf("%s:%d: %s\nwant:\n  %s\ngot:\n  %s", filepath.Base(f.File), f.Line, f.Message, strings.Join(f.Want, "\n  "), strings.Join(f.Got, "\n  "))
			}
		})
	}
}

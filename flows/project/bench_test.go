package project

import (
	"fmt"
	"testing"

	"go.yaml.in/yaml/v4"

	"relevo/engine"
	"relevo/flows"
	"relevo/flows/flowgen"
)

// manyFlows is how many generated flows the goal for relevo check speaks of.
const manyFlows = 100

// generated is a folder of generated flows.
func generated(t testing.TB, n int) Files {
	t.Helper()
	files, err := Read(Options{})
	if err != nil {
		t.Fatal(err)
	}
	files.Flows = nil
	for i := range n {
		files.Flows = append(files.Flows, File{"flows/" + flowgen.Name(i) + ".yaml", flowgen.Flow(i, flowgen.States)})
	}
	return files
}

// BenchmarkParse is the bare limit of BenchmarkLoad: the library reads the YAML, and nobody looks at it.
func BenchmarkParse(b *testing.B) {
	text := flowgen.Flow(0, flowgen.States)
	b.ReportAllocs()
	for b.Loop() {
		var node yaml.Node
		if err := yaml.Load(text, &node); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLoad reads one flow of fifty states.
func BenchmarkLoad(b *testing.B) {
	text := flowgen.Flow(0, flowgen.States)
	b.ReportAllocs()
	for b.Loop() {
		if def, findings := flows.Load("a.yaml", text); def == nil {
			b.Fatal(findings.Error())
		}
	}
}

// BenchmarkCompile gives one flow of fifty states its meaning.
func BenchmarkCompile(b *testing.B) {
	def, findings := flows.Load("a.yaml", flowgen.Flow(0, flowgen.States))
	if def == nil {
		b.Fatal(findings.Error())
	}
	b.ReportAllocs()
	for b.Loop() {
		if machine, findings := engine.Compile(def, engine.Surroundings{}); machine == nil {
			b.Fatal(findings.Error())
		}
	}
}

// BenchmarkBuild checks folders of flows of fifty states.
func BenchmarkBuild(b *testing.B) {
	for _, n := range []int{1, manyFlows} {
		files := generated(b, n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if p := Build(files, Options{}); len(p.Machines) != n {
					b.Fatal(p.Findings.Error())
				}
			}
		})
	}
}

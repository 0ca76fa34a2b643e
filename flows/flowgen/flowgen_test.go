package flowgen_test

import (
	"testing"

	"relevo/engine"
	"relevo/flows"
	"relevo/flows/flowgen"
)

// TestGeneratedFlowsAreRight: what speed is measured with is what an analyst would have written, of the size that was asked for.
func TestGeneratedFlowsAreRight(t *testing.T) {
	t.Parallel()
	for _, states := range []int{14, flowgen.States, 450} {
		def, findings := flows.Load("generated.yaml", flowgen.Flow(3, states))
		if def == nil {
			t.Fatal(findings.Error())
		}
		if n := len(def.States); n < states || n > states+8 {
			t.Errorf("%d states were asked for, and there are %d", states, n)
		}
		if def.Flow.V != flowgen.Name(3) {
			t.Errorf("the flow is called %q", def.Flow.V)
		}
		machine, more := engine.Compile(def, engine.Surroundings{})
		if machine == nil || len(findings) > 0 || len(more) > 0 {
			t.Errorf("findings:\n%s\n%s", findings.Error(), more.Error())
		}
	}
}

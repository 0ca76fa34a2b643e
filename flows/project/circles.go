package project

import (
	"slices"
	"strings"

	"relevo/engine"
	"relevo/engine/diag"
)

// signatures are what the flows of a project must know of each other.
func signatures(definitions []*engine.Definition) map[string]engine.Signature {
	all := make(map[string]engine.Signature, len(definitions))
	for _, def := range definitions {
		if _, twice := all[def.Flow.V]; !twice {
			all[def.Flow.V] = engine.SignatureOf(def)
		}
	}
	return all
}

// checkCircles reports flows that run themselves, directly or through others. Each circle is one finding, in the flow whose name comes first.
func checkCircles(definitions []*engine.Definition, findings *diag.List) {
	runs := map[string][]string{} // flow → the flows that it runs
	for _, def := range definitions {
		for _, st := range def.States {
			if st.Run != nil {
				runs[def.Flow.V] = append(runs[def.Flow.V], st.Run.Flow.V)
			}
		}
	}
	for _, def := range definitions {
		for _, st := range def.States {
			if st.Run == nil {
				continue
			}
			way := wayBetween(runs, st.Run.Flow.V, def.Flow.V)
			if way == nil || slices.Min(way) != def.Flow.V {
				continue
			}
			findings.Errorf(st.Run.Flow.At, "run-circle", "end the inner flow with an outcome, or go back with goto within one flow",
				"flow %q would run itself for ever: %s", def.Flow.V, strings.Join(append([]string{def.Flow.V}, way...), " → "))
		}
	}
}

// wayBetween is the shortest way from one flow to another, both included, or nil.
func wayBetween(runs map[string][]string, from, to string) []string {
	before := map[string]string{from: ""}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		if queue[0] == to {
			var way []string
			for at := to; at != ""; at = before[at] {
				way = append(way, at)
			}
			slices.Reverse(way)
			return way
		}
		for _, next := range runs[queue[0]] {
			if _, seen := before[next]; !seen {
				before[next] = queue[0]
				queue = append(queue, next)
			}
		}
	}
	return nil
}

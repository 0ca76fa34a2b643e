package flowtest

import (
	"slices"
	"strings"

	"relevo/engine"
	"relevo/engine/diag"
)

// pathsFrom lists a shortest path from a state to each state that can be reached, the shortest first, as the file says it: guards are not looked at.
// begin are the steps that lead to the first state, and stand at the beginning of every path.
func pathsFrom(def *engine.Definition, from string, begin ...diag.Step) [][]diag.Step {
	found := [][]diag.Step{begin}
	seen := map[string]bool{from: true}
	for at := 0; at < len(found); at++ {
		state := from
		if n := len(found[at]); n > 0 {
			state = found[at][n-1].To
		}
		for _, step := range stepsOf(def, stateOf(def, state)) {
			if !seen[step.To] {
				seen[step.To] = true
				found = append(found, append(slices.Clone(found[at]), step))
			}
		}
	}
	return slices.DeleteFunc(found, func(path []diag.Step) bool { return len(path) == 0 })
}

// stepsOf lists the ways out of a state, its own before those of the flow.
func stepsOf(def *engine.Definition, st *engine.State) []diag.Step {
	if st == nil {
		return nil
	}
	var steps []diag.Step
	add := func(event string, anywhere bool, alternatives []engine.Alternative) {
		for i, a := range alternatives {
			if a.Goto.V != "" {
				steps = append(steps, diag.Step{From: st.Name.V, Event: event, Way: i, Anywhere: anywhere, To: a.Goto.V})
			}
		}
	}
	add("", false, st.Goto)
	for _, h := range st.On {
		add(h.Event.V, false, h.Alternatives)
	}
	for _, a := range st.After {
		add("after:"+a.After.V.String(), false, a.Alternatives)
	}
	for _, h := range def.On {
		if hears(st, h.Event.V) && !slices.ContainsFunc(st.On, func(own engine.Handler) bool { return own.Event.V == h.Event.V }) {
			add(h.Event.V, true, h.Alternatives)
		}
	}
	return steps
}

// hears tells that an event of the flow's own on can come while a run waits in a state.
func hears(st *engine.State, event string) bool {
	switch {
	case st.Ask != nil:
		return event != engine.EventNameScriptFailed
	case st.Wait != nil:
		return strings.Contains(event, ".") || event == engine.EventNameUndeliverable
	}
	return false
}

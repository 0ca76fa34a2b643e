package flowtest

import (
	"cmp"
	"slices"
	"strings"

	"relevo/engine"
	"relevo/engine/diag"
)

// pathsFrom lists a shortest path from a state to each state that can be reached, the shortest first, as the file says it: guards are not looked at.
func pathsFrom(def *engine.Definition, from string) [][]diag.Step {
	found := [][]diag.Step{nil}
	seen := map[string]bool{from: true}
	for at := 0; at < len(found); at++ {
		path := append([]diag.Step{{To: from}}, found[at]...)
		for _, step := range stepsFrom(def, path) {
			if !seen[step.To] {
				seen[step.To] = true
				found = append(found, append(slices.Clone(found[at]), step))
			}
		}
	}
	return found[1:]
}

// stepsFrom lists the ways on from the end of a path: those of its last state, then those of the flow.
func stepsFrom(def *engine.Definition, path []diag.Step) []diag.Step {
	st := stateOf(def, path[len(path)-1].To)
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
		own := slices.ContainsFunc(st.On, func(own engine.Handler) bool { return own.Event.V == h.Event.V })
		if !own && hears(def, path, st, h.Event.V) {
			add(h.Event.V, true, h.Alternatives)
		}
	}
	return steps
}

// hears tells that an event of the flow's own on can come while a run waits in a state: the choices of a question that was asked before, too.
func hears(def *engine.Definition, path []diag.Step, st *engine.State, event string) bool {
	switch {
	case event == engine.EventNameScriptFailed:
		return true
	case st.Ask == nil && st.Wait == nil:
		return false
	case strings.Contains(event, "."), event == engine.EventNameUndeliverable:
		return true
	case slices.Contains(engine.CommandNames, engine.Command(event)):
		return st.Ask != nil
	}
	return slices.ContainsFunc(path, func(step diag.Step) bool {
		asked := stateOf(def, step.To)
		return asked != nil && asked.Ask != nil && slices.ContainsFunc(asked.Ask.Choices, func(ch engine.ChoiceSpec) bool { return ch.Name.V == event })
	})
}

// pathsToRun lists a shortest path from each trigger of a flow to each of its states that run another one.
func pathsToRun(def *engine.Definition, flow string) [][]diag.Step {
	var found [][]diag.Step
	for _, tr := range def.Triggers {
		start := diag.Step{Event: cmp.Or(tr.Event.V, eventPhrase), To: cmp.Or(tr.Goto.V, def.Initial.V)}
		for _, path := range append([][]diag.Step{nil}, pathsFrom(def, start.To)...) {
			path = append([]diag.Step{start}, path...)
			if st := stateOf(def, path[len(path)-1].To); st != nil && st.Run != nil && st.Run.Flow.V == flow {
				found = append(found, path)
			}
		}
	}
	return found
}

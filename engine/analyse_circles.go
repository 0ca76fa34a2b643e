package engine

import (
	"slices"

	"relevo/engine/diag"
)

// checkCircles reports states that move on at once and never get out of each other's circle, whatever their guards say. Circles without any guard are
// found by checkLoops.
func checkCircles(c *compilation) {
	a := c.analysis()
	if a == nil || slices.ContainsFunc(c.findings, func(d diag.Diagnostic) bool { return d.Code == "loop-without-wait" }) {
		return
	}
	ends := make([]bool, len(a.states)) // the turn ends there, or on the way from there
	for i, st := range a.states {
		ends[i] = st.waitsFor() != "" || st.end != ""
	}
	a.spread(ends, func(h happening) bool {
		return h.cause == causeTurn && !h.rare && len(h.handlers) == 1 && h.handlers[0].event == ""
	})
	for i, st := range a.states {
		if !ends[i] && a.circles(i) {
			c.findings.Errorf(c.def.States[i].Name.At, "loop-without-wait", "let one of them wait, ask or end, or lead a way out", "from state %q every way leads back to it without waiting", st.name)
			return
		}
	}
}

// circles tells that a state leads back to itself without waiting.
func (a *analysis) circles(from int) bool {
	seen := make([]bool, len(a.states))
	queue := []int{from}
	for len(queue) > 0 {
		here := queue[0]
		queue = queue[1:]
		if len(a.states[here].jump) == 0 {
			continue
		}
		for _, to := range a.targets(happens(causeTurn, handler{"", false, a.states[here].jump})) {
			if to == from {
				return true
			}
			if !seen[to] {
				seen[to] = true
				queue = append(queue, to)
			}
		}
	}
	return false
}

// led are the findings about a state whose place does not say how a run gets there.
var led = []string{"dead-end", "missing-else", "no-way-out", "loop-without-wait"}

// addPaths says of findings about a state how a run gets there.
func addPaths(c *compilation) {
	var ways []*hop
	for i := range c.findings {
		d := &c.findings[i]
		if !slices.Contains(led, d.Code) || len(d.Path) > 0 {
			continue
		}
		state := c.stateAt(d.Range)
		if state < 0 {
			continue
		}
		if ways == nil {
			ways = c.prepare().shortest()
		}
		d.Path = ways[state].path()
	}
}

// stateAt is the state in which a place lies, -1 for none.
func (c *compilation) stateAt(at diag.Range) int {
	found := -1
	for i, def := range c.def.States {
		if comparePlaces(def.Name.At, at) <= 0 && (found < 0 || comparePlaces(c.def.States[found].Name.At, def.Name.At) < 0) {
			found = i
		}
	}
	return found
}

// shortest finds a shortest way to each state, whatever the slots hold; nil for a state that no way leads to.
func (a *analysis) shortest() []*hop {
	seen := make([]*hop, len(a.states))
	var queue, later []*hop
	arrive := func(h *hop, rare bool) {
		switch {
		case seen[h.state] != nil:
		case rare:
			later = append(later, h)
		default:
			seen[h.state] = h
			queue = append(queue, h)
		}
	}
	for _, s := range a.starts {
		arrive(&hop{state: s.state, step: diag.Step{Event: s.event, To: a.states[s.state].name}}, false)
	}
	for len(queue)+len(later) > 0 {
		if len(queue) == 0 {
			next := later[0]
			later = later[1:]
			arrive(next, false)
			continue
		}
		here := queue[0]
		queue = queue[1:]
		a.each(a.states[here.state], func(h happening) {
			if h.asked >= 0 && !here.passed(h.asked) {
				return
			}
			a.steps(here.state, h, func(to int, step diag.Step) { arrive(here.then(to, withoutIt, step), h.rare) })
		})
	}
	return seen
}

// steps calls do with each move to another state.
func (a *analysis) steps(from int, h happening, do func(to int, step diag.Step)) {
	for _, handler := range h.handlers {
		for i, alt := range handler.alternatives {
			to, known := a.index[alt.to]
			if known && !alt.stay && !alt.when.never() {
				do(to, diag.Step{From: a.states[from].name, Event: handler.event, Way: i, Anywhere: handler.anywhere, To: alt.to})
			}
			if alt.when == nil {
				return
			}
		}
	}
}

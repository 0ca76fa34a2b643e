package engine

import (
	"slices"

	"relevo/engine/diag"
)

// checkHuman reports questions at which the contact can not get to a person: asking for one is switched off or leads elsewhere, and no way from there
// leads to a handoff. One finding is enough where one change mends them all.
func checkHuman(c *compilation) {
	a := c.analysis()
	if a == nil {
		return
	}
	people, ways := a.people(), a.shortest()
	var without []int
	for i, st := range a.states {
		if ways[i] != nil && !people[i] && st.ask != nil {
			without = append(without, i)
		}
	}
	if len(without) == 0 {
		return
	}
	slices.SortStableFunc(without, func(x, y int) int { return ways[x].nth - ways[y].nth })
	first := a.states[without[0]]
	hint := "add a handoff that the contact can get to, or do not catch agent here"
	if a.machine.off[CommandAgent] {
		hint = "remove agent: false from commands, or add a handoff that the contact can get to"
	}
	a.findings.Warnf(a.written(first).Name.At, "no-human", hint, "from state %q the contact can not get to a person", first.name)
	d := &a.findings[len(a.findings)-1]
	d.Path = ways[without[0]].path()
	for _, i := range without[1:min(len(without), maxRelated+1)] {
		d.Related = append(d.Related, diag.Related{Range: a.def.States[i].Name.At, Message: "nor from here"})
	}
}

// people tells from which states a way leads to a person: to a handoff, or to a question where asking for a person, or answering in vain, is nobody's but
// the engine's to answer.
func (a *analysis) people() []bool {
	people := make([]bool, len(a.states))
	for i, st := range a.states {
		people[i] = st.handoff != nil || st.ask != nil && (!a.catchesAgent(st) || !a.catches(st, EventNameExhausted))
	}
	a.spread(people, func(h happening) bool { return !h.rare })
	return people
}

// catches tells that an event always leads to a way of the state or the flow.
func (a *analysis) catches(st *state, event string) bool {
	return slices.ContainsFunc(a.handlers(st, event), func(h handler) bool { return surely(h.alternatives) })
}

// spread marks every state from which a way leads to a marked one.
func (a *analysis) spread(marked []bool, counts func(happening) bool) {
	leads := make([][]int, len(a.states)) // the states that lead to a state
	for i, st := range a.states {
		a.each(st, func(h happening) {
			if !counts(h) {
				return
			}
			for _, to := range a.targets(h) {
				leads[to] = append(leads[to], i)
			}
		})
	}
	var queue []int
	for i := range marked {
		if marked[i] {
			queue = append(queue, i)
		}
	}
	for len(queue) > 0 {
		here := queue[0]
		queue = queue[1:]
		for _, i := range leads[here] {
			if !marked[i] {
				marked[i] = true
				queue = append(queue, i)
			}
		}
	}
}

// targets are the states that something may lead to. A guard that never holds leads nowhere.
func (a *analysis) targets(h happening) []int {
	var list []int
	for _, handler := range h.handlers {
		for _, alt := range handler.alternatives {
			to, known := a.index[alt.to]
			if known && !alt.stay && !alt.when.never() {
				list = append(list, to)
			}
			if alt.when == nil {
				return list
			}
		}
	}
	return list
}

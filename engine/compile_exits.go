package engine

import (
	"fmt"
	"slices"

	"relevo/engine/diag"
)

// checkExits reports waits that nothing can end and states that lead nowhere.
func checkExits(c *compilation) {
	for _, def := range c.def.States {
		st := c.machine.states[def.Name.V]
		waits := 0
		for _, does := range []bool{def.Ask != nil, def.Call != nil, def.Handoff != nil, def.End.V != "", len(def.Goto) > 0} {
			if does {
				waits++
			}
		}
		at := def.Name.At
		switch {
		case waits > 1:
			c.findings.Errorf(at, "several-waits", "split it into several states", "state %q can only do one of ask, call, handoff, end and goto", def.Name.V)
		case waits == 0:
			c.findings.Errorf(at, "dead-end", "add goto: with the next state, or end: with an outcome", "state %q leads nowhere", def.Name.V)
		case def.Ask != nil:
			c.checkQuestion(def, st)
		case def.Call != nil:
			c.need(at, st, "a call", EventNameOK, EventNameFailed)
		case def.Handoff != nil:
			c.need(at, st, "a handoff", st.handoff.outcomes...)
		case len(def.Goto) > 0 && !slices.ContainsFunc(def.Goto, func(a Alternative) bool { return a.When.V == "" }):
			c.findings.Errorf(def.Goto[len(def.Goto)-1].At, "missing-else", "add a last alternative without when", "when no guard holds, state %q leads nowhere", def.Name.V)
		}
	}
}

func (c *compilation) checkQuestion(def State, st *state) {
	if len(def.Ask.Choices) == 0 || st.on[EventNameAnswered] != nil {
		c.need(def.Name.At, st, "a question", EventNameAnswered)
	} else {
		for _, ch := range def.Ask.Choices {
			c.need(ch.Name.At, st, "this choice", ch.Name.V)
		}
	}
	if c.handles(st, EventNameExhausted) || len(st.after) > 0 {
		return
	}
	c.findings.Warnf(def.Name.At, "no-way-out", "add exhausted under on, or after with a duration",
		"a contact who can not answer %q stays there until a person is asked for", def.Name.V)
}

// handles tells whether a state or its flow catches an event.
func (c *compilation) handles(st *state, event string) bool {
	return len(st.on[event]) > 0 || len(c.machine.on[event]) > 0
}

func (c *compilation) need(at diag.Range, st *state, what string, events ...string) {
	for _, event := range events {
		if !c.handles(st, event) && !c.meant[st.name+"."+event] {
			c.findings.Errorf(at, "missing-event", fmt.Sprintf("add %s: with a state to the on of %q", event, st.name), "%s ends with %q, and nothing says what follows", what, event)
		}
	}
}

// checkReachable reports states that no path leads to. Of states that lead to each other only the first is reported, and none while a way leads to
// a name that is wrong: the way that was meant is often the missing one.
func checkReachable(c *compilation) {
	if slices.ContainsFunc(c.findings, func(d diag.Diagnostic) bool { return slices.Contains(wrongWays, d.Code) }) {
		return
	}
	seen := map[string]bool{}
	visit := func(name string) { c.walk(name, seen) }
	visit(c.def.Initial.V)
	for _, t := range c.machine.triggers {
		visit(t.state)
	}
	for _, alternatives := range c.machine.on {
		for _, a := range alternatives {
			visit(a.to)
		}
	}
	behind := map[string]bool{} // states that another unreachable one leads to
	for _, st := range c.def.States {
		if !seen[st.Name.V] {
			for _, to := range c.machine.states[st.Name.V].targets() {
				behind[to] = behind[to] || to != st.Name.V
			}
		}
	}
	for _, first := range []bool{true, false} { // then the rings, in which each one is behind another
		for _, st := range c.def.States {
			if name := st.Name.V; !seen[name] && behind[name] != first {
				c.findings.Errorf(st.Name.At, "unreachable-state", "lead a way there, or remove it", "no way leads to state %q", name)
				visit(name)
			}
		}
	}
}

// wrongWays are the findings of ways that are missing or lead nowhere.
var wrongWays = []string{"unknown-state", "unknown-event", "missing-event", "missing-else"}

// walk adds a state and all that can be reached from it.
func (c *compilation) walk(name string, seen map[string]bool) {
	st := c.machine.states[name]
	if st == nil || seen[name] {
		return
	}
	seen[name] = true
	for _, to := range st.targets() {
		c.walk(to, seen)
	}
}

// targets are the names of the states that a state's own ways lead to.
func (st *state) targets() []string {
	var names []string
	follow := func(alternatives []alternative) {
		for _, a := range alternatives {
			names = append(names, a.to)
		}
	}
	follow(st.jump)
	for _, alternatives := range st.on {
		follow(alternatives)
	}
	for _, a := range st.after {
		follow(a.alternatives)
	}
	return names
}

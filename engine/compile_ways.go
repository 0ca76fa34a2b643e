package engine

import (
	"fmt"

	"github.com/looplab/fsm"
)

// compileWays turns on, after and goto into transitions: one row in the fsm for each alternative.
func compileWays(c *compilation) {
	everywhere := c.everywhere()
	for _, h := range c.def.On {
		c.checkFlowEvent(h.Event)
		c.checkAccepted(h)
		c.machine.on[h.Event.V] = c.alternatives("*."+h.Event.V, everywhere, h.Alternatives)
	}
	for _, def := range c.def.States {
		st, from := c.machine.states[def.Name.V], []string{def.Name.V}
		st.jump = c.alternatives(def.Name.V+".goto", from, def.Goto)
		st.on = map[string][]alternative{}
		for _, h := range def.On {
			st.on[h.Event.V] = c.alternatives(def.Name.V+"."+h.Event.V, from, h.Alternatives)
			c.checkEvent(def, h.Event)
			c.checkAccepted(h)
		}
		for _, a := range def.After {
			c.checkAfter(a)
			event := "after:" + a.After.V.String()
			st.after = append(st.after, after{event: event, delay: a.After.V, alternatives: c.alternatives(def.Name.V+"."+event, from, a.Alternatives)})
		}
	}
}

// everywhere lists the names of all states.
func (c *compilation) everywhere() []string {
	names := make([]string, 0, len(c.def.States))
	for _, st := range c.def.States {
		names = append(names, st.Name.V)
	}
	return names
}

// alternatives compiles ways out. One that names no state is a transition from each state to itself: the run stays, with what it waits for.
func (c *compilation) alternatives(prefix string, from []string, defs []Alternative) []alternative {
	var out []alternative
	always := false
	for i, def := range defs {
		if always {
			c.findings.Errorf(def.At, "unreachable-alternative", "move the alternative without when to the end", "nothing gets here: the alternative before it always holds")
		}
		a := alternative{transition: fmt.Sprintf("%s#%d", prefix, i), set: c.assigns(def.Set), to: def.Goto.V, stay: def.Goto.V == ""}
		if def.When.V == "" {
			always = true
		} else {
			a.when = c.scope.compile(&c.findings, def.When, guard)
		}
		switch {
		case !a.stay:
			c.target(def.Goto)
			c.events = append(c.events, fsm.EventDesc{Name: a.transition, Src: from, Dst: a.to})
		case len(def.Set) == 0:
			c.findings.Errorf(def.At, "empty-alternative", "add goto: with a state, or set: with slots", "this does nothing")
		default:
			for _, state := range from {
				c.events = append(c.events, fsm.EventDesc{Name: a.transition, Src: []string{state}, Dst: state})
			}
		}
		out = append(out, a)
	}
	return out
}

func (c *compilation) checkAfter(a After) {
	if a.After.V < MinAfter || a.After.V > MaxAfter {
		c.findings.Errorf(a.After.At, "bad-duration", "write a time from 1s to 366d", "a time-out can not be %s", a.After.V)
	}
}

package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/looplab/fsm"

	"relevo/engine/diag"
)

// compileWays turns on, after and goto into transitions: one row in the fsm for each alternative.
func compileWays(c *compilation) {
	everywhere := make([]string, 0, len(c.def.States))
	for _, st := range c.def.States {
		everywhere = append(everywhere, st.Name.V)
	}
	for _, h := range c.def.On {
		c.checkFlowEvent(h.Event)
		c.machine.on[h.Event.V] = c.alternatives("*."+h.Event.V, everywhere, h.Alternatives)
	}
	for _, def := range c.def.States {
		st, from := c.machine.states[def.Name.V], []string{def.Name.V}
		st.jump = c.alternatives(def.Name.V+".goto", from, def.Goto)
		st.on = map[string][]alternative{}
		for _, h := range def.On {
			st.on[h.Event.V] = c.alternatives(def.Name.V+"."+h.Event.V, from, h.Alternatives)
			c.checkEvent(def, h.Event)
		}
		for _, a := range def.After {
			c.checkAfter(a)
			event := "after:" + a.After.V.String()
			st.after = append(st.after, after{event: event, delay: a.After.V, alternatives: c.alternatives(def.Name.V+"."+event, from, a.Alternatives)})
		}
	}
}

func (c *compilation) alternatives(prefix string, from []string, defs []Alternative) []alternative {
	var out []alternative
	always := false
	for i, def := range defs {
		if always {
			c.findings.Errorf(def.At, "unreachable-alternative", "move the alternative without when to the end", "nothing gets here: the alternative before it always holds")
		}
		a := alternative{transition: fmt.Sprintf("%s#%d", prefix, i), set: c.assigns(def.Set), to: def.Goto.V}
		if def.When.V == "" {
			always = true
		} else {
			a.when = c.scope.compile(&c.findings, def.When, guard())
		}
		c.target(def.Goto)
		c.events = append(c.events, fsm.EventDesc{Name: a.transition, Src: from, Dst: a.to})
		out = append(out, a)
	}
	return out
}

func (c *compilation) checkAfter(a After) {
	if a.After.V < MinAfter || a.After.V > MaxAfter {
		c.findings.Errorf(a.After.At, "bad-duration", "write a time from 1s to 366d", "a time-out can not be %s", a.After.V)
	}
}

// anywhere are the events that any state may catch.
var anywhere = []string{EventNameAgent, EventNameScriptFailed, EventNameUndeliverable}

// Names of events that the engine raises to flows.
const (
	EventNameAgent         = "agent"         // the contact asked for a person
	EventNameScriptFailed  = "script_failed" // a script or expression failed
	EventNameUndeliverable = "undeliverable" // a message could not be delivered
	EventNameAnswered      = "answered"      // a slot got a valid answer
	EventNameExhausted     = "exhausted"     // too many answers were not understood
	EventNameOK            = "ok"            // a call got a 2xx
	EventNameFailed        = "failed"        // a call got nothing usable after its retries
	EventNameUnavailable   = "unavailable"   // nobody can take the chat
	EventNameAbandoned     = "abandoned"     // the chat ended without an outcome
)

// raised lists the events that a state can see besides business events.
func raised(def State) []string {
	events := slices.Clone(anywhere)
	switch {
	case def.Ask != nil && len(def.Ask.Choices) > 0:
		for _, ch := range def.Ask.Choices {
			events = append(events, ch.Name.V)
		}
		events = append(events, EventNameAnswered, EventNameExhausted)
	case def.Ask != nil:
		events = append(events, EventNameAnswered, EventNameExhausted)
	case def.Call != nil:
		events = append(events, EventNameOK, EventNameFailed)
	case def.Handoff != nil:
		for _, o := range def.Handoff.Outcomes {
			events = append(events, o.V)
		}
		events = append(events, EventNameUnavailable, EventNameAbandoned)
	}
	return events
}

// checkEvent reports an event that the state can never see. Names with a dot are business events; digits are HTTP answers.
func (c *compilation) checkEvent(def State, event Str) {
	events := raised(def)
	if isBusiness(event.V) || slices.Contains(events, event.V) || def.Call != nil && isStatus(event.V) {
		return
	}
	hint := diag.Suggest(event.V, events, "it can be "+strings.Join(events[len(anywhere):], ", ")+", or a business event such as order.delayed")
	for _, e := range events {
		if hint == fmt.Sprintf("did you mean %q?", e) {
			c.meant[def.Name.V+"."+e] = true
		}
	}
	c.findings.Errorf(event.At, "unknown-event", hint,
		"state %q never sees an event called %q", def.Name.V, event.V)
}

// checkFlowEvent reports an event on the flow's level that none of its states can ever see.
func (c *compilation) checkFlowEvent(event Str) {
	events := slices.Clone(anywhere)
	for _, def := range c.def.States {
		if def.Call != nil && isStatus(event.V) {
			return
		}
		events = append(events, raised(def)...)
	}
	if isBusiness(event.V) || slices.Contains(events, event.V) {
		return
	}
	slices.Sort(events)
	events = slices.Compact(events)
	c.findings.Errorf(event.At, "unknown-event", diag.Suggest(event.V, events, "it can be "+strings.Join(events, ", ")+", or a business event such as order.delayed"),
		"no state of this flow ever sees an event called %q", event.V)
}

// isStatus tells an HTTP status (404) or a class of them (4xx).
func isStatus(s string) bool {
	return len(s) == 3 && s[0] >= '1' && s[0] <= '5' && (strings.HasSuffix(s, "xx") || s[1] >= '0' && s[1] <= '9' && s[2] >= '0' && s[2] <= '9')
}

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

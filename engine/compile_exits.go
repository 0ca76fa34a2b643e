package engine

import (
	"fmt"
	"slices"
	"strings"

	"relevo/engine/diag"
)

// checkExits reports waits that nothing can end and states that lead nowhere.
func checkExits(c *compilation) {
	for _, def := range c.def.States {
		st := c.machine.states[def.Name.V]
		waits := 0
		for _, does := range []bool{def.Ask != nil, def.Call != nil, def.Wait != nil, def.Handoff != nil, def.Run != nil, def.End.V != "", len(def.Goto) > 0} {
			if does {
				waits++
			}
		}
		at := def.Name.At
		switch {
		case waits > 1:
			c.findings.Errorf(at, "several-waits", "split it into several states", "state %q can only do one of ask, call, wait, handoff, run, end and goto", def.Name.V)
		case waits == 0:
			c.findings.Errorf(at, "dead-end", "add goto: with the next state, or end: with an outcome", "state %q leads nowhere", def.Name.V)
		case def.Ask != nil:
			c.checkQuestion(def, st)
		case def.Call != nil:
			c.need(at, st, "a call", EventNameOK, EventNameFailed)
		case def.Wait != nil:
			c.need(at, st, "a wait", EventNameElapsed)
		case def.Handoff != nil:
			c.need(at, st, "a handoff", st.handoff.outcomes...)
		case def.Run != nil:
			c.checkRun(def, st)
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
	c.checkTitles(def.Ask.Choices)
	if c.handles(st, EventNameExhausted) || len(st.after) > 0 {
		return
	}
	c.findings.Warnf(def.Name.At, "no-way-out", "add exhausted under on, or after with a duration",
		"a contact who can not answer %q stays there until a person is asked for", def.Name.V)
}

// checkTitles reports choices of one question that look the same: a contact could not tell them apart, and WhatsApp refuses them.
func (c *compilation) checkTitles(choices []ChoiceSpec) {
	first := map[string]string{} // language and title → choice
	for _, ch := range choices {
		titles := ch.Title.By
		if ch.Title.All != nil {
			titles = nil
			for _, language := range c.machine.languages {
				titles = append(titles, LanguageText{Language: Str{V: language}, Text: *ch.Title.All})
			}
		}
		for _, title := range titles {
			seen := title.Language.V + " " + strings.Join(words(title.Text.V), " ")
			if other := first[seen]; other != "" && other != ch.Name.V && len(words(title.Text.V)) > 0 {
				c.findings.Errorf(title.Text.At, "duplicate-choice", "give it another title", "choice %q is called %q, too", other, title.Text.V)
				break
			}
			first[seen] = ch.Name.V
		}
	}
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
		c.leadsOn(st, event)
	}
}

// leadsOn reports what a state says about an event that ends its wait, where the run may then stand still: the contact would hear nothing more.
func (c *compilation) leadsOn(st *state, event string) {
	for _, h := range c.definition(st.name).On {
		if h.Event.V != event || len(h.Alternatives) == 0 {
			continue
		}
		sure := len(c.machine.on[event]) > 0 || st.handoff != nil || st.run != nil // an outcome without a way ends the run
		for _, a := range h.Alternatives {
			sure = sure || a.When.V == ""
			if a.Goto.V == "" && len(a.Set) > 0 && st.ask == nil { // a question can be answered again
				c.findings.Errorf(a.At, "dead-end", "add goto: with the next state", "after %q this state has nothing left to wait for", event)
			}
		}
		if !sure {
			c.findings.Errorf(h.Alternatives[len(h.Alternatives)-1].At, "missing-else", "add a last alternative without when", "when no guard holds, nothing follows %q", event)
		}
	}
}

// checkReachable reports states that no path leads to. Of states that lead to each other only the first is reported, and none while a way leads to
// a name that is wrong: the way that was meant is often the missing one.
func checkReachable(c *compilation) {
	if c.waysAreWrong() {
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
			if !a.stay {
				visit(a.to)
			}
		}
	}
	if slices.ContainsFunc(c.circled, func(name string) bool { return seen[name] }) {
		return // a way out of a circle is often the missing one
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
var wrongWays = []string{"unknown-state", "unknown-event", "missing-event", "missing-else", "dead-end"}

// waysAreWrong tells that what can be reached is not known yet.
func (c *compilation) waysAreWrong() bool {
	return slices.ContainsFunc(c.findings, func(d diag.Diagnostic) bool { return slices.Contains(wrongWays, d.Code) })
}

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
			if !a.stay {
				names = append(names, a.to)
			}
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

// checkLoops reports circles of states that lead to each other without ever waiting: a turn would end in its budget of steps. Only ways that always
// hold count; a guard may end a circle.
func checkLoops(c *compilation) {
	done := map[string]bool{}
	for _, def := range c.def.States {
		var path []string
		for name := def.Name.V; name != "" && !done[name]; name = c.always(name) {
			done[name] = true
			path = append(path, name)
			if next := c.always(name); slices.Contains(path, next) {
				circle := path[slices.Index(path, next):]
				first := c.definition(circle[0])
				c.circled = append(c.circled, circle...)
				c.findings.Errorf(first.Name.At, "loop-without-wait", "let one of them wait, ask or end, or guard a way out with when", "%s lead to each other for ever", strings.Join(append(circle, circle[0]), " → "))
			}
		}
	}
}

// always is the state that a state moves on to at once, whatever the slots hold, or "".
func (c *compilation) always(name string) string {
	st := c.machine.states[name]
	if st == nil || st.waitsFor() != "" || st.end != "" || len(st.jump) == 0 || st.jump[0].when != nil || c.definition(name).Goto[0].When.V != "" {
		return ""
	}
	return st.jump[0].to
}

func (c *compilation) definition(name string) State {
	i := slices.IndexFunc(c.def.States, func(st State) bool { return st.Name.V == name })
	return c.def.States[i]
}

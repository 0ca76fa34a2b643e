package engine

import (
	"slices"
	"time"

	"github.com/expr-lang/expr/ast"

	"relevo/engine/diag"
)

// window is how long a business may write freely after the contact's last message.
// https://developers.facebook.com/docs/whatsapp/cloud-api/guides/send-messages: customer service windows.
const window = 24 * time.Hour

// closed is any time after the window. Longer ones make no difference.
const closed = window + time.Second

// maxAges bounds the search for the longest silence: how often a state may be looked at again because more time may have passed than was thought.
const maxAges = 50

// silence is the longest time since the contact's last message that a way to a state allows.
type silence struct {
	before *silence
	state  int
	age    time.Duration
	step   diag.Step
}

// checkWindow reports plain messages that some way sends after the window of 24 hours has closed. What counts is the time that the flow itself lets pass:
// waits, time-outs, and the silence before a business event. A run that a business event starts begins with a closed window, because the contact may never
// have written. Calls take no time. People who end a handoff with an outcome, and another flow that was run, have talked with the contact.
func checkWindow(c *compilation) {
	a := c.analysis()
	if a == nil || !a.speaksFreely() {
		return
	}
	for i, longest := range a.silences() {
		if longest != nil && longest.age >= closed {
			a.reportWindow(a.def.States[i], longest)
		}
	}
}

// speaksFreely tells that the flow has a message without a template.
func (a *analysis) speaksFreely() bool {
	return slices.ContainsFunc(a.states, func(st *state) bool {
		return st.handoff != nil && st.handoff.say != nil || slices.ContainsFunc(st.say, func(s saying) bool { return s.template == nil })
	})
}

// reportWindow reports the first plain message of a state.
func (a *analysis) reportWindow(def State, longest *silence) {
	for _, say := range def.Say {
		if say.Template == nil {
			a.findings.Warnf(say.place(), "window-closed", "add a template: beside it, which goes out when the window is closed",
				"this message may go out more than 24 hours after the contact's last one, and has no template")
			a.findings[len(a.findings)-1].Path = longest.path()
			return
		}
	}
	if def.Handoff != nil && !def.Handoff.Say.IsZero() {
		a.findings.Warnf(def.Handoff.Say.place(), "window-closed", "say it in a state before this one, with a template: beside it; or leave it out",
			"this message may go out more than 24 hours after the contact's last one, and a handoff has no template")
		a.findings[len(a.findings)-1].Path = longest.path()
	}
}

// place is where a text begins: its first words, in the first of its languages.
func (t Text) place() diag.Range {
	switch {
	case t.All != nil:
		return t.All.At
	case len(t.By) > 0:
		return t.By[0].Text.At
	}
	return t.At
}

// place is where a message begins: its text, else what it shows.
func (s Say) place() diag.Range {
	switch {
	case !s.Text.IsZero():
		return s.Text.place()
	case s.Media != nil:
		return s.Media.URL.At
	case s.Location != nil:
		return s.Location.Latitude.At
	}
	return s.At
}

// listening looks for the longest silences.
type listening struct {
	*analysis
	longest []*silence // by state; nil where no way leads
	looks   []int      // how often each state was looked at
	queue   []*silence
}

// silences works out the longest silence with which each state is entered. The first way found for a closed window is a shortest one.
func (a *analysis) silences() []*silence {
	l := &listening{analysis: a, longest: make([]*silence, len(a.states)), looks: make([]int, len(a.states))}
	for _, st := range a.starts {
		s := &silence{state: st.state, step: diag.Step{Event: st.event, To: a.states[st.state].name}}
		if isBusiness(st.event) {
			s.age = closed
		}
		l.arrive(s)
	}
	p := a.pass()
	for len(l.queue) > 0 {
		here := l.queue[0]
		l.queue = l.queue[1:]
		if l.longest[here.state] == here { // none longer has been found by now
			l.visit(p, here)
		}
	}
	return l.longest
}

func (l *listening) arrive(s *silence) {
	known := l.longest[s.state]
	if known != nil && s.age <= known.age || l.looks[s.state] > maxAges {
		return
	}
	l.longest[s.state] = s
	l.looks[s.state]++
	l.queue = append(l.queue, s)
}

// visit follows the ways out of a state.
func (l *listening) visit(p *pass, here *silence) {
	st := l.states[here.state]
	stays := l.stays(st)
	l.each(st, func(h happening) {
		if h.rare && h.asked < 0 {
			return // a message that could not be delivered says nothing about the next one
		}
		age := l.after(here.age, h, stays)
		p.follow(here.state, h, l.entered[here.state], l.waiting[here.state], func(to arrival) {
			if !to.stay {
				l.arrive(&silence{before: here, state: to.to, age: age, step: to.step})
			}
		})
	})
}

// after is how long the contact may have been silent when something happens in a state that was entered after some silence.
func (a *analysis) after(age time.Duration, h happening, stays time.Duration) time.Duration {
	switch h.cause {
	case causeContact, causePeople, causeOther:
		return 0
	case causeTime:
		age += h.delay
	case causeBusiness:
		age += stays
	}
	return min(age, closed)
}

// stays is how long a run may stay in a state at most.
func (a *analysis) stays(st *state) time.Duration {
	longest := closed
	if st.call != nil {
		longest = 0
	}
	if st.wait != nil {
		longest = min(longest, a.waits(st.wait))
	}
	for _, af := range st.after {
		if leaves(af.alternatives) {
			longest = min(longest, af.delay)
		}
	}
	return longest
}

// leaves tells that the alternatives lead away in any case.
func leaves(alternatives []alternative) bool {
	return surely(alternatives) && !slices.ContainsFunc(alternatives, func(alt alternative) bool { return alt.stay })
}

// waits is how long a wait may last: closed where that depends on something. The quiet hours may make it longer.
func (a *analysis) waits(w *wait) time.Duration {
	night := time.Duration(0)
	if a.machine.quiet != nil && w.quiet != QuietIgnore {
		night = a.machine.quiet.length()
	}
	if w.length != nil {
		if length, written := spanOf(w.length.program.Node()); written {
			return min(length+night, closed)
		}
		return closed
	}
	if w.until == nil {
		return closed
	}
	if ahead, written := ahead(w.until.program.Node()); written {
		return min(ahead+night, closed)
	}
	return closed
}

// spanOf is a length of time that is written out.
func spanOf(node ast.Node) (time.Duration, bool) {
	switch n := node.(type) {
	case *ast.ConstantNode:
		if s, ok := n.Value.(span); ok {
			return s.length(), true
		}
	case *ast.StringNode:
		if s, err := parseSpan(n.Value); err == nil {
			return s.length(), true
		}
	}
	return 0, false
}

// ahead is how far a time lies ahead of now: now, or now + 2h.
func ahead(node ast.Node) (time.Duration, bool) {
	switch n := node.(type) {
	case *ast.IdentifierNode:
		return 0, n.Value == "now" || n.Value == "today"
	case *ast.CallNode:
		callee, ok := n.Callee.(*ast.IdentifierNode)
		if !ok || callee.Value != timeOperator+"+" || len(n.Arguments) != 3 {
			return 0, false
		}
		from, known := ahead(n.Arguments[1])
		length, written := spanOf(n.Arguments[2])
		return from + length, known && written
	}
	return 0, false
}

// path is the way from the start of a run.
func (s *silence) path() []diag.Step {
	var steps []diag.Step
	for ; s != nil; s = s.before {
		steps = append(steps, s.step)
	}
	slices.Reverse(steps)
	return steps
}

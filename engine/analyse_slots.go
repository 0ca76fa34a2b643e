package engine

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"

	"relevo/engine/diag"
)

// Limits of the analysis of slots.
const (
	// maxUnset is how many slots of a flow are reported with a way that proves it. Each takes a search through the flow; who mends so many sees the rest.
	maxUnset = 50
	// maxTried bounds those searches together, in ways that they try: some tenths of a second. A flow of 100 states of 20 ways each may have maxUnset mistakes.
	maxTried = 300_000
	// maxVisits is how often a state may be looked at again, on average, because less is set there than was thought. Flows that people write need three; what
	// needs more is built to be slow, and nothing is said about its slots.
	maxVisits = 30
	// maxRelated is how many further places of the same mistake a finding names.
	maxRelated = 8
)

// settling works out what is surely set in each state. Sets only shrink, so it ends.
type settling struct {
	*analysis
	kept   []known // by state: without what it may empty while it waits
	queue  []int   // states to look at, again
	queued []bool
}

// settle works out what is surely set in each state: what is set on every way there.
func (a *analysis) settle() {
	n := len(a.states)
	a.reached, a.entered, a.waiting = make([]bool, n), make([]known, n), make([]known, n)
	s := &settling{analysis: a, kept: make([]known, n), queued: make([]bool, n)}
	for i := range n {
		a.entered[i], a.waiting[i], s.kept[i] = everything(), everything(), everything()
	}
	for _, st := range a.starts {
		s.reach(st.state, st.known)
	}
	p := a.pass()
	for visits := 0; len(s.queue) > 0; visits++ {
		if a.unsettled = visits > maxVisits*n; a.unsettled {
			return
		}
		i := s.queue[0]
		s.queue, s.queued[i] = s.queue[1:], false
		s.visit(p, i)
	}
}

// visit follows the ways out of a state with what is known there now.
func (s *settling) visit(p *pass, i int) {
	s.waiting[i] = p.enter(s.states[i], s.entered[i]).both(s.kept[i])
	s.each(s.states[i], func(h happening) {
		p.follow(i, h, s.entered[i], s.waiting[i], func(to arrival) {
			if to.stay {
				s.stay(i, to.known)
			} else {
				s.reach(to.to, to.known)
			}
		})
	})
}

// reach says that a state may be entered with what is known.
func (s *settling) reach(i int, k known) {
	if next := s.entered[i].both(k); next != s.entered[i] || !s.reached[i] {
		s.entered[i], s.reached[i] = next, true
		s.push(i)
	}
}

// stay says what is known in a state after something that did not lead away from it.
func (s *settling) stay(i int, k known) {
	emptied := s.waiting[i].both(k.with(eventBit).not())
	if left := s.kept[i].both(emptied.not()); left != s.kept[i] {
		s.kept[i] = left
		s.push(i)
	}
}

func (s *settling) push(i int) {
	if !s.queued[i] {
		s.queue, s.queued[i] = append(s.queue, i), true
	}
}

// unset is a value that may not be set where it is read.
type unset struct {
	bit   int
	how   use
	e     *expression
	node  ast.Node
	state int
	step  *diag.Step
}

// checkUnset reports slots that are read where some way has not set them, with the shortest such way.
func checkUnset(c *compilation) {
	a := c.analysis()
	if a == nil || a.unsettled {
		return
	}
	reads := a.unsetReads()
	for _, group := range a.grouped(reads) {
		a.reportUnset(group)
	}
}

// unsetReads lists what may be unset where it is read, in the order of the file.
func (a *analysis) unsetReads() []unset {
	var reads []unset
	p := a.pass()
	here := 0
	p.found = func(bit int, node ast.Node, how use) {
		read := unset{bit, how, p.current, node, here, nil}
		if p.moving {
			step := p.step
			read.step = &step
		}
		reads = append(reads, read)
	}
	for i, st := range a.states {
		if !a.reached[i] {
			continue
		}
		here = i
		p.enter(st, a.entered[i])
		a.each(st, func(h happening) {
			p.follow(i, h, a.entered[i], a.waiting[i], func(arrival) {})
		})
	}
	return reads
}

// proven is a read that may find nothing, with the end of the way that leads there.
type proven struct {
	unset
	at  diag.Range
	end *hop
}

// path is the way to the read, with the move on which it happens.
func (p proven) path() []diag.Step {
	path := p.end.path()
	if p.step != nil {
		path = append(path, *p.step)
	}
	return path
}

// grouped makes one finding of the reads of one slot in one place: a state, or a handler of the flow. The best proof of each read is kept.
func (a *analysis) grouped(reads []unset) [][]proven {
	type read struct {
		bit  int
		e    *expression
		from int
	}
	best := map[read]proven{}
	for _, u := range reads {
		key := read{u.bit, u.e, u.node.Location().From}
		end := a.prove(u)
		if known, ok := best[key]; end != nil && (!ok || end.nth < known.end.nth) {
			best[key] = proven{u, u.e.place(u.node, a.word(u)), end}
		}
	}
	type place struct {
		bit, state int
		anywhere   bool
	}
	groups := map[place][]proven{}
	for _, p := range best {
		key := place{p.bit, p.state, p.step != nil && p.step.Anywhere}
		groups[key] = append(groups[key], p)
	}
	var out [][]proven
	for _, group := range groups {
		slices.SortFunc(group, func(x, y proven) int { return cmp.Or(cmp.Compare(y.how, x.how), comparePlaces(x.at, y.at)) })
		out = append(out, group)
	}
	slices.SortFunc(out, func(x, y []proven) int { return comparePlaces(x[0].at, y[0].at) })
	return out
}

func comparePlaces(a, b diag.Range) int {
	return cmp.Or(cmp.Compare(a.Start.Line, b.Start.Line), cmp.Compare(a.Start.Column, b.Start.Column))
}

// reportUnset reports the worst read of a group; the others are named beside it.
func (a *analysis) reportUnset(group []proven) {
	worst := group[0]
	name := a.names[worst.bit]
	if worst.bit == eventBit {
		a.findings.Warnf(worst.at, "event-may-be-missing", `keep it in a slot where the event comes in, or write what stands in for it: `+eventPart(worst.node)+` ?? "…"`,
			"%s is empty where no business event has led here", eventPart(worst.node))
	} else {
		switch worst.how {
		case useStrict:
			a.findings.Warnf(worst.at, "slot-may-be-unset", a.unsetHint(worst), "%q may not be set here, and then the expression fails", name)
		case usePassed:
			a.findings.Warnf(worst.at, "slot-may-be-unset", a.unsetHint(worst), "%q may not be set here, and then nothing is given", name)
		default:
			a.findings.Warnf(worst.at, "slot-may-be-unset", a.unsetHint(worst), "%q may not be set here, and then nothing is written", name)
		}
	}
	d := &a.findings[len(a.findings)-1]
	d.Path = worst.path()
	for _, other := range group[1:min(len(group), maxRelated+1)] {
		if other.at != worst.at {
			d.Related = append(d.Related, diag.Related{Range: other.at, Message: "it is read here, too"})
		}
	}
}

// word is the name of what is read.
func (a *analysis) word(u unset) string {
	if u.bit == eventBit {
		return eventPart(u.node)
	}
	return a.names[u.bit]
}

// eventPart is event.key or event.data as it is written.
func eventPart(node ast.Node) string {
	if n, ok := node.(*ast.MemberNode); ok {
		if part, ok := n.Property.(*ast.StringNode); ok {
			return "event." + part.Value
		}
	}
	return "event"
}

// unsetHint says how to mend it.
func (a *analysis) unsetHint(u proven) string {
	name := a.names[u.bit]
	instead := name + " ?? " + a.standIn(name)
	if field := fieldAfter(u.e, u.node); field != "" {
		instead = name + "?." + field + ` ?? "not known"`
	}
	return fmt.Sprintf("ask for it or set it on every way here, lead on without it by when: %s == nil, or write %s", name, instead)
}

// standIn is an example of a value for a slot.
func (a *analysis) standIn(name string) string {
	switch a.machine.slots[name].typ {
	case SlotNumber, SlotInteger:
		return "0"
	case SlotYesNo:
		return "false"
	case SlotDate:
		return "today"
	case SlotDateTime:
		return "now"
	case SlotDuration:
		return "1h"
	case SlotTime:
		return `"09:00"`
	}
	return `"not known"`
}

// fieldAfter is the field that an expression asks a name for, "" for none.
func fieldAfter(e *expression, node ast.Node) string {
	runes := []rune(e.source)
	rest := string(runes[min(len(runes), begins(node)):])
	after, isField := strings.CutPrefix(rest[wordLength(rest):], ".")
	if !isField {
		return ""
	}
	return after[:wordLength(after)]
}

package engine

import (
	"slices"

	"github.com/expr-lang/expr/ast"

	"relevo/engine/diag"
)

// search finds shortest ways through a flow on which one slot is not set. Each state is looked at twice, as it is entered without the slot and with it:
// a slot may be emptied later. Ways on which something goes wrong come last.
type search struct {
	a    *analysis
	bit  int
	seen []*hop // by state and layer
}

// The layers: what a way that enters a state knows of the slot.
const (
	withoutIt = iota
	withIt
	layers
)

// hop is a step on the way to a state.
type hop struct {
	before *hop
	nth    int // how many stand before it
	state  int
	layer  int
	step   diag.Step
}

// search is the search for a bit, made once.
func (a *analysis) search(bit int) *search {
	if s := a.proofs[bit]; s != nil {
		return s
	}
	if len(a.proofs) >= maxUnset || a.tried >= maxTried {
		return nil
	}
	s := &search{a: a, bit: bit, seen: make([]*hop, layers*len(a.states))}
	s.run()
	if a.proofs == nil {
		a.proofs = map[int]*search{}
	}
	a.proofs[bit] = s
	return s
}

// prove finds the end of the way that leads to where a value is read that is not set, nil when there is none.
func (a *analysis) prove(u unset) *hop {
	s := a.search(u.bit)
	if s == nil {
		return nil
	}
	end := s.seen[layers*u.state+withoutIt]
	if with := s.seen[layers*u.state+withIt]; with != nil && (end == nil || u.bit == eventBit && with.nth < end.nth) && s.lost(u) {
		end = with
	}
	return end
}

// lost tells that what a state was entered with is not there any more where it is read.
func (s *search) lost(u unset) bool {
	lost := false
	p := s.a.pass()
	p.found = func(bit int, _ ast.Node, _ use) { lost = lost || bit == s.bit && p.current == u.e }
	k := s.a.entered[u.state].with(s.bit)
	waiting := p.enter(s.a.states[u.state], k)
	s.a.each(s.a.states[u.state], func(h happening) { p.follow(u.state, h, k, waiting, func(arrival) {}) })
	return lost
}

func (s *search) run() {
	var queue, later []*hop
	arrive := func(to *hop, rare bool) {
		at := layers*to.state + to.layer
		switch {
		case s.seen[at] != nil:
		case rare:
			later = append(later, to)
		default:
			s.seen[at] = to
			queue = append(queue, to)
		}
	}
	for _, start := range s.a.starts {
		arrive(&hop{state: start.state, layer: s.layer(start.known), step: diag.Step{Event: start.event, To: s.a.states[start.state].name}}, false)
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
		s.expand(here, arrive)
	}
}

// layer is that of a state which is entered with what is known.
func (s *search) layer(k known) int {
	if k.has(s.bit) {
		return withIt
	}
	return withoutIt
}

// expand looks at every way out of a state.
func (s *search) expand(here *hop, arrive func(to *hop, rare bool)) {
	a := s.a
	entered := a.entered[here.state].with(s.bit)
	p := a.pass()
	if here.layer == withoutIt {
		entered, p.probe = entered.without(s.bit), s.bit
	}
	waiting := p.enter(a.states[here.state], entered)
	stuck := p.failed
	p.failed = false
	a.each(a.states[here.state], func(h happening) {
		for _, handler := range h.handlers {
			a.tried += len(handler.alternatives)
		}
		if stuck && !h.early || h.asked >= 0 && !here.passed(h.asked) {
			return
		}
		p.follow(here.state, h, entered, waiting, func(to arrival) {
			if !to.stay {
				arrive(here.then(to.to, s.layer(to.known), to.step), h.rare)
			}
		})
	})
}

// passed tells that the way leads through a state.
func (h *hop) passed(state int) bool {
	for ; h != nil; h = h.before {
		if h.state == state {
			return true
		}
	}
	return false
}

// then is the hop after this one.
func (h *hop) then(state, layer int, step diag.Step) *hop {
	return &hop{before: h, nth: h.nth + 1, state: state, layer: layer, step: step}
}

// path is the way from the start of a run.
func (h *hop) path() []diag.Step {
	var steps []diag.Step
	for ; h != nil; h = h.before {
		steps = append(steps, h.step)
	}
	slices.Reverse(steps)
	return steps
}

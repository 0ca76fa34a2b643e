package engine

// FirstWay takes the first way out of a state by an event apart, for who measures the parts of a turn (cmd/relevo-bench): holds evaluates its
// condition over the names of expressions (nil: it has none), move makes its transition on a pooled instance. ok is false where there is none.
func (m *Machine) FirstWay(state, event string) (holds func(names map[string]any) (bool, error), move func() (string, error), ok bool) {
	s := m.states[state]
	if s == nil || len(s.on[event]) == 0 {
		return nil, nil, false
	}
	way := s.on[event][0]
	if way.when != nil {
		holds = way.when.truth
	}
	return holds, func() (string, error) { return m.move(state, way.transition) }, true
}

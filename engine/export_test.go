package engine

import (
	"slices"
	"time"
	"unicode/utf8"

	"github.com/looplab/fsm"

	"relevo/engine/diag"
)

// What tests of the inside may see.

// Move makes a declared transition.
func (m *Machine) Move(from, transition string) (string, error) { return m.move(from, transition) }

// Instance takes a looplab/fsm machine out of the pool.
func (m *Machine) Instance() *fsm.FSM { return m.instances.New().(*fsm.FSM) }

// Transitions lists the names of the transitions with which a state reacts to an event.
func (m *Machine) Transitions(state, event string) []string {
	var names []string
	for _, a := range slices.Concat(m.states[state].on[event], m.on[event]) {
		names = append(names, a.transition)
	}
	return names
}

// Guard is a compiled expression that must be true.
type Guard struct{ e *expression }

// CompileGuard compiles an expression over a flow's names.
func CompileGuard(def *Definition, around Surroundings, source string) (Guard, diag.List) {
	var l diag.List
	e := newScope(def, around.Scripts, around.Config).compile(&l, onOneLine(source), guard)
	return Guard{e}, l
}

// Holds evaluates the guard.
func (g Guard) Holds(env map[string]any) (bool, error) { return g.e.truth(env) }

// Evaluate compiles an expression over a flow's names and evaluates it.
func Evaluate(def *Definition, source string, env map[string]any) (any, diag.List, error) {
	var l diag.List
	e := newScope(def, nil, nil).compile(&l, onOneLine(source), anything)
	if l.HasErrors() {
		return nil, l, nil
	}
	v, err := e.run(env)
	return v, l, err
}

// Surround gives names the surroundings of a run, with plain forms.
func Surround(env map[string]any, now time.Time, zone *time.Location) {
	env[contextName] = &exprContext{now: now, zone: zone, language: "en", locale: plainLocale{}}
}

// onOneLine is a text as it stands in a file, from the first column on.
func onOneLine(source string) Str {
	at := diag.Range{Start: diag.Pos{Line: 1, Column: 1}, End: diag.Pos{Line: 1, Column: 1 + utf8.RuneCountInString(source)}}
	return Str{V: source, At: at}
}

// RenderTemplate compiles and renders a text.
func RenderTemplate(def *Definition, around Surroundings, source string, env map[string]any) (string, diag.List, error) {
	var l diag.List
	t := newScope(def, around.Scripts, around.Config).compileTemplate(&l, onOneLine(source))
	if l.HasErrors() {
		return "", l, nil
	}
	text, _, err := t.render(env)
	return text, l, err
}

// Words folds a text for matching.
func Words(s string) []string { return words(s) }

// Near tells that two folded words differ by a slip at most.
func Near(a, b string) bool { return near(a, b) }

// Plain makes a value storable.
func Plain(v any) (any, error) { return plain(v) }

// Analysis compiles a definition, and returns what runs the stages of the analysis of ways once more.
func Analysis(def *Definition, around Surroundings) (run func(), findings diag.List) {
	c := newCompilation(def, around)
	for _, s := range stages {
		s.run(c)
	}
	return func() {
		c.paths, c.findings = nil, nil
		for _, check := range []func(*compilation){checkGuards, checkCircles, checkUnset, checkWindow, checkHuman, addPaths} {
			check(c)
		}
	}, c.findings
}

// Leads tells whether the machine has such a step.
func (m *Machine) Leads(s diag.Step) bool {
	st := m.states[s.From]
	if st == nil {
		return false
	}
	ways := st.on[s.Event]
	switch {
	case s.Anywhere:
		ways = m.on[s.Event]
	case s.Event == "":
		ways = st.jump
	}
	for _, a := range st.after {
		if a.event == s.Event {
			ways = a.alternatives
		}
	}
	return s.Way < len(ways) && (ways[s.Way].to == s.To || ways[s.Way].stay && s.To == s.From)
}

// How long dates and times in words are reckoned to be.
const (
	ReachDay      = reachDay
	ReachShortDay = reachShortDay
	ReachClock    = reachClock
)

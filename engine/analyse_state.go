package engine

import (
	"maps"
	"slices"

	"github.com/expr-lang/expr/ast"

	"relevo/engine/diag"
)

// pass follows a state with what is known when it is entered. The zero pass only works out what is known afterwards.
type pass struct {
	*analysis
	reader
	current *expression       // that is being read
	seen    func(*expression) // is told of each expression, may be nil
	step    diag.Step         // the move on which it is read, with moving; otherwise it is read in the state itself
	moving  bool
	// probe is a bit whose absence is followed, -1 for none; failed tells that the run can not get on without it.
	probe  int
	failed bool
}

func (a *analysis) pass() *pass { return &pass{analysis: a, reader: reader{bits: a.bits}, probe: -1} }

// read follows an expression that is evaluated in any case.
func (p *pass) read(e *expression, k known, how use) known {
	if e == nil {
		return k
	}
	p.look(e)
	after := p.expression(e, k, how).any()
	p.failed = p.failed || p.probe >= 0 && !k.has(p.probe) && after.has(p.probe)
	return after
}

func (p *pass) look(e *expression) {
	p.current = e
	if p.seen != nil {
		p.seen(e)
	}
}

// template follows the expressions of a text.
func (p *pass) template(t *template, k known) known {
	if t == nil {
		return k
	}
	for _, part := range t.parts {
		k = p.read(part.expr, k, useShown)
	}
	return k
}

// message follows a text in each language; one of them is said.
func (p *pass) message(m message, k known) known {
	if len(m) == 0 {
		return k
	}
	after, failed := everything(), p.failed
	all := true // it fails in every language
	one := func(language string) {
		if t := m[language]; t != nil {
			p.failed = false
			after = after.both(p.template(t, k))
			all = all && p.failed
		}
	}
	one("")
	for _, language := range p.machine.languages {
		one(language)
	}
	p.failed = failed || all
	return after
}

// assign follows what sets slots and attributes.
func (p *pass) assign(assigns []assign, k known) known {
	for _, as := range assigns {
		if as.value == nil {
			continue
		}
		node, how := as.value.program.Node(), useLoose
		if fromEvent(node) {
			how = useShown // nothing would be kept
		}
		k = p.read(as.value, k, how)
		if as.attribute != "" {
			continue
		}
		if bit := p.bit(as.slot); p.gives(node, k) {
			k = k.with(bit)
		} else {
			k = k.without(bit)
		}
	}
	return k
}

// enter follows what a state does until it waits, ends or moves on.
func (p *pass) enter(st *state, k known) known {
	k = p.assign(st.set, k)
	for i := range st.say {
		last := i == len(st.say)-1
		if st.ask != nil && last {
			k = p.question(st, k)
			break
		}
		k = p.approved(st.say[i].template, p.saying(&st.say[i], k))
	}
	switch {
	case st.call != nil:
		k = p.template(st.call.url, k)
		k = p.body(st.call.body, k)
		for _, h := range st.call.headers {
			k = p.template(h.value, k)
		}
	case st.wait != nil:
		k = p.read(st.wait.length, k, useStrict)
		k = p.read(st.wait.until, k, useStrict)
	case st.handoff != nil:
		k = p.message(st.handoff.say, k)
		k = p.template(st.handoff.summary, k)
	case st.run != nil:
		for _, as := range st.run.with {
			k = p.read(as.value, k, usePassed)
		}
	}
	return k
}

// question follows the last message of a state that asks, and what is said when it is asked again: by then the contact's message is the event.
func (p *pass) question(st *state, k known) known {
	first, last := k, &st.say[len(st.say)-1]
	k = p.saying(last, k.without(eventBit))
	k = p.approved(last.template, k.either(first)).without(eventBit) // it goes out once: who writes opens the window
	for _, ch := range st.ask.choices {
		k = p.message(ch.title, k)
	}
	failed := p.failed
	p.message(st.ask.reask, k)
	p.message(st.help, k)
	if sl := p.machine.slots[st.ask.slot]; sl != nil && len(st.ask.choices) == 0 {
		for _, e := range []*expression{sl.normalise, sl.min, sl.max, sl.validate} {
			p.read(e, k, useStrict)
		}
	}
	p.failed = failed // those may never be said
	return k.either(first)
}

// saying follows one message, without its template.
func (p *pass) saying(s *saying, k known) known {
	k = p.message(s.text, k)
	for _, t := range []*template{s.url, s.name} {
		k = p.template(t, k)
	}
	for _, m := range []message{s.title, s.place, s.address} {
		k = p.message(m, k)
	}
	for _, e := range []*expression{s.latitude, s.longitude} {
		k = p.read(e, k, useStrict)
	}
	return k
}

// approved follows the parameters of a channel's template.
func (p *pass) approved(a *approved, k known) known {
	if a == nil {
		return k
	}
	for _, t := range a.parameters {
		k = p.template(t, k)
	}
	return k
}

// body follows the texts of a JSON body.
func (p *pass) body(v any, k known) known {
	switch v := v.(type) {
	case *template:
		k = p.template(v, k)
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			k = p.body(v[key], k)
		}
	case []any:
		for _, item := range v {
			k = p.body(item, k)
		}
	}
	return k
}

// arrival is where one alternative leads.
type arrival struct {
	to    int
	stay  bool
	step  diag.Step
	known known
}

// follow calls arrive for each alternative that may be taken. entered is what is known when the state was entered, waiting what is known since it
// waits.
func (p *pass) follow(from int, h happening, entered, waiting known, arrive func(arrival)) {
	st, k := p.states[from], waiting
	if h.early {
		k = k.both(entered)
	}
	if h.asked >= 0 {
		k = k.either(p.waiting[h.asked])
	}
	k = k.with(h.gains)
	switch {
	case h.cause == causeBusiness:
		k = k.with(eventBit)
	case h.cause != causeTurn || h.rare && st.waitsFor() != "":
		k = k.without(eventBit)
	}
	for _, handler := range h.handlers {
		for i := range handler.alternatives {
			alt := &handler.alternatives[i]
			if alt.when.never() {
				continue
			}
			step := diag.Step{From: st.name, Event: handler.event, Way: i, Anywhere: handler.anywhere, To: alt.to}
			if alt.stay {
				step.To = st.name
			}
			p.step, p.moving = step, true
			out := p.guard(alt.when, k)
			if p.possible(k, out.yes) {
				if after := p.assign(alt.set, out.yes); p.probe < 0 || !p.failed {
					arrive(arrival{p.index[step.To], alt.stay, step, after})
				}
			}
			p.moving, p.failed = false, false
			if alt.when == nil || !p.possible(k, out.no) {
				return
			}
			k = out.no
		}
	}
}

func (p *pass) guard(e *expression, k known) outcome {
	if e == nil {
		return same(k)
	}
	p.look(e)
	return p.expression(e, k, useLoose)
}

// possible tells that a guard can turn out like this while the bit in question is not set.
func (p *pass) possible(before, after known) bool {
	return p.probe < 0 || before.has(p.probe) || !after.has(p.probe)
}

// mayFail tells that something in a state reckons, asks for fields or calls a function, so that script_failed may follow.
func (a *analysis) mayFail(st *state) bool {
	if len(st.on[EventNameScriptFailed]) == 0 && len(a.machine.on[EventNameScriptFailed]) == 0 {
		return false
	}
	i := a.index[st.name]
	if a.failing == nil {
		a.failing = make([]int8, len(a.states))
	}
	if a.failing[i] == 0 {
		a.failing[i] = -1
		if a.fails(st) {
			a.failing[i] = 1
		}
	}
	return a.failing[i] > 0
}

func (a *analysis) fails(st *state) bool {
	if st.run != nil { // the flow may not be published
		return true
	}
	found := false
	p := a.pass()
	p.seen = func(e *expression) { found = found || canFail(e.program.Node()) }
	p.enter(st, known{})
	for _, way := range st.ways() {
		p.guard(way.when, known{})
		p.assign(way.set, known{})
	}
	return found
}

// ways are all alternatives of a state's own.
func (st *state) ways() []alternative {
	all := slices.Clone(st.jump)
	for _, alternatives := range st.on {
		all = append(all, alternatives...)
	}
	for _, af := range st.after {
		all = append(all, af.alternatives...)
	}
	return all
}

// breakable looks for what can fail in an expression.
type breakable struct{ found bool }

// Visit implements ast.Visitor.
func (b *breakable) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.CallNode, *ast.BuiltinNode, *ast.SliceNode:
		b.found = true
	case *ast.MemberNode:
		owner, ok := n.Node.(*ast.IdentifierNode)
		given := ok && slices.Contains([]string{"contact", "config", "event"}, owner.Value)
		b.found = b.found || !given && !optional(n)
	case *ast.BinaryNode:
		b.found = b.found || !slices.Contains([]string{"==", "!=", "??", "in", "and", "or", "&&", "||"}, n.Operator)
	}
}

func canFail(node ast.Node) bool {
	b := &breakable{}
	ast.Walk(&node, b)
	return b.found
}

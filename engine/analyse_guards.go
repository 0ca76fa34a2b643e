package engine

import (
	"slices"
	"strings"
	"time"

	"github.com/expr-lang/expr/ast"

	"relevo/engine/diag"
)

// checkGuards reports guards that are decided when they are written, and comparisons with what a slot can never hold.
func checkGuards(c *compilation) {
	for _, alternatives := range c.guarded() {
		for i := range alternatives {
			c.checkGuard(alternatives[i].when)
		}
	}
	a := c.prepare()
	held := a.choicesHeld()
	seen := map[*expression]bool{}
	a.everyExpression(func(e *expression) {
		if !seen[e] {
			seen[e] = true
			node := e.program.Node()
			ast.Walk(&node, &comparisonsOf{c, e, held})
		}
	})
}

// guarded lists all alternatives of the flow, state by state in the order of the file.
func (c *compilation) guarded() [][]alternative {
	var all [][]alternative
	for _, h := range c.def.On {
		all = append(all, c.machine.on[h.Event.V])
	}
	for _, def := range c.def.States {
		all = append(all, c.machine.states[def.Name.V].ways())
	}
	return all
}

// checkGuard reports a guard whose value does not depend on anything.
func (c *compilation) checkGuard(e *expression) {
	if e == nil {
		return
	}
	holds, ok := e.program.Node().(*ast.BoolNode)
	switch {
	case !ok:
	case holds.Value:
		c.findings.Warnf(e.at, "guard-always-holds", "leave the when out, or compare a slot with something", "this always holds")
	default:
		c.findings.Warnf(e.at, "guard-never-holds", "remove the alternative, or compare a slot with something", "this never holds")
	}
}

// everyExpression calls do with the expressions of the states and their ways, some of them more than once.
func (a *analysis) everyExpression(do func(*expression)) {
	p := a.pass()
	p.seen = do
	for _, st := range a.states {
		p.enter(st, known{})
	}
	for _, alternatives := range a.guarded() {
		for _, alt := range alternatives {
			p.guard(alt.when, known{})
			p.assign(alt.set, known{})
		}
	}
}

// choicesHeld are the values that slots of type choice can have: the choices of their questions, and the texts that they are set to. A slot that may hold
// anything else is not there.
func (a *analysis) choicesHeld() map[string][]string {
	held, open := map[string][]string{}, map[string]bool{}
	for _, name := range a.machine.params {
		open[name] = true
	}
	for _, st := range a.states {
		if st.ask != nil {
			names := a.buttonsOf(st.ask)
			held[st.ask.slot] = append(held[st.ask.slot], names...)
			open[st.ask.slot] = open[st.ask.slot] || len(names) == 0
		}
		a.addSet(st.set, held, open)
	}
	for _, alternatives := range a.guarded() {
		for _, alt := range alternatives {
			a.addSet(alt.set, held, open)
		}
	}
	for name := range held {
		if sl := a.machine.slots[name]; open[name] || sl == nil || sl.typ != SlotChoice {
			delete(held, name)
		}
	}
	return held
}

func (a *analysis) addSet(assigns []assign, held map[string][]string, open map[string]bool) {
	for _, as := range assigns {
		if as.slot == "" || as.value == nil {
			continue
		}
		switch n := as.value.program.Node().(type) {
		case *ast.StringNode:
			held[as.slot] = append(held[as.slot], n.Value)
		case *ast.NilNode:
		default:
			open[as.slot] = true
		}
	}
}

// comparisonsOf looks through an expression for slots that are compared with what they can not hold.
type comparisonsOf struct {
	*compilation
	e    *expression
	held map[string][]string
}

// Visit implements ast.Visitor.
func (v *comparisonsOf) Visit(node *ast.Node) {
	n, ok := (*node).(*ast.BinaryNode)
	if !ok {
		return
	}
	if name, ok := n.Left.(*ast.IdentifierNode); ok && n.Operator == "in" {
		for _, text := range texts(n.Right) {
			v.check(name.Value, text, n)
		}
	}
	if !slices.Contains(comparisons, n.Operator) {
		return
	}
	for _, sides := range [][2]ast.Node{{n.Left, n.Right}, {n.Right, n.Left}} {
		name, isName := sides[0].(*ast.IdentifierNode)
		text, isText := sides[1].(*ast.StringNode)
		if isName && isText {
			v.check(name.Value, text.Value, n)
		}
	}
}

// texts are those of a list that is written out.
func texts(list ast.Node) []string {
	var out []string
	switch n := list.(type) {
	case *ast.ArrayNode:
		for _, item := range n.Nodes {
			if s, ok := item.(*ast.StringNode); ok {
				out = append(out, s.Value)
			}
		}
	case *ast.ConstantNode:
		set, _ := n.Value.(map[string]struct{}) // the expression compiler makes a set of it
		for text := range set {
			out = append(out, text)
		}
		slices.Sort(out)
	}
	return out
}

func (v *comparisonsOf) check(name, text string, n *ast.BinaryNode) {
	sl := v.machine.slots[name]
	if sl == nil {
		return
	}
	if at, err := time.Parse("15:04", text); sl.typ == SlotTime && (err != nil || at.Format("15:04") != text) {
		v.findings.Errorf(v.e.find(text), "bad-value", `write hours and minutes with two digits, for example "09:00"`, "%q is not a time of day", text)
	}
	choices, closed := v.held[name]
	if !closed || slices.Contains(choices, text) {
		return
	}
	hint := diag.Suggest(text, slices.Clone(choices), "it can be "+strings.Join(choices, ", "))
	if n.Operator == "!=" {
		v.findings.Warnf(v.e.find(text), "unknown-choice", hint, "%q is no choice of %q, so this always holds", text, name)
		return
	}
	v.findings.Warnf(v.e.find(text), "unknown-choice", hint, "%q is no choice of %q, so this never holds", text, name)
}

// find is where a text stands in an expression, with its quotes; the whole expression where it is written in another way.
func (e *expression) find(text string) diag.Range {
	for _, quote := range []string{`"`, "'", "`"} {
		if i := strings.Index(e.source, quote+text+quote); i >= 0 {
			return part(Str{V: e.source, At: e.at}, i, len(text)+2)
		}
	}
	return e.at
}

// never tells a guard that is false, whatever happens.
func (e *expression) never() bool {
	if e == nil {
		return false
	}
	holds, ok := e.program.Node().(*ast.BoolNode)
	return ok && !holds.Value
}

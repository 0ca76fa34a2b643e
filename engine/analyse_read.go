package engine

import (
	"strings"

	"github.com/expr-lang/expr/ast"
)

// use is what an expression does with a value, and so what follows where it is not set.
type use int

// The uses. Only the last three go wrong with a value that is not set.
const (
	useLoose  use = iota // compared with ==, kept, or left of ??: nil is a value like others
	useShown             // written for people: they see nothing
	usePassed            // given to a script, which gets null
	useStrict            // reckoned with, or asked for a field: the expression fails
)

// reader follows an expression in the order in which it is evaluated, with what is known to be set.
type reader struct {
	bits map[string]int
	// found is told of each value that may be unset where it is read; nil where only the outcome matters.
	found func(bit int, node ast.Node, how use)
}

// outcome is what is known after an expression, by what it gave. For what is not true or false both parts are the same.
type outcome struct{ yes, no known }

func same(k known) outcome { return outcome{k, k} }

func (o outcome) any() known { return o.yes.both(o.no) }

// expression follows a compiled expression. One that could not be compiled says nothing.
func (r *reader) expression(e *expression, k known, how use) outcome {
	if e == nil {
		return same(k)
	}
	return r.node(e.program.Node(), k, how)
}

// node follows a part of an expression.
func (r *reader) node(node ast.Node, k known, how use) outcome {
	switch n := node.(type) {
	case *ast.IdentifierNode:
		return r.name(n, k, how)
	case *ast.ChainNode:
		return r.node(n.Node, k, how)
	case *ast.MemberNode:
		return r.member(n, k, how)
	case *ast.UnaryNode:
		out := r.node(n.Node, k, useStrict)
		if n.Operator == "not" || n.Operator == "!" {
			return outcome{yes: out.no, no: out.yes}
		}
		return same(out.any())
	case *ast.BinaryNode:
		return r.binary(n, k, how)
	case *ast.ConditionalNode:
		cond := r.node(n.Cond, k, useStrict)
		first, second := r.node(n.Exp1, cond.yes, how), r.node(n.Exp2, cond.no, how)
		return outcome{yes: first.yes.both(second.yes), no: first.no.both(second.no)}
	case *ast.CallNode:
		return r.call(n, k, how)
	case *ast.BuiltinNode:
		return r.builtin(n, k)
	default:
		return same(r.parts(node, k))
	}
}

// name follows the name of a slot. One that was reckoned with and did not fail is set from there on.
func (r *reader) name(n *ast.IdentifierNode, k known, how use) outcome {
	bit, tracked := r.bits[n.Value]
	if !tracked || k.has(bit) {
		return same(k)
	}
	r.report(bit, n, how)
	if how == useStrict {
		return same(k.with(bit))
	}
	return outcome{yes: k.with(bit), no: k}
}

func (r *reader) report(bit int, node ast.Node, how use) {
	if r.found != nil && how != useLoose {
		r.found(bit, node, how)
	}
}

// member follows x.f and x?.f. What a field holds is not known; it is taken for set, because every answer of every system would be in doubt otherwise.
func (r *reader) member(n *ast.MemberNode, k known, how use) outcome {
	if isBusinessPart(n) {
		if !k.has(eventBit) {
			r.report(eventBit, n, how)
		}
		return same(k)
	}
	base := useStrict
	if optional(n) && how != useStrict { // x?.f > 2 fails without x
		base = useLoose
	}
	if fromEvent(n.Node) { // a field of no data is nil
		base = how
	}
	out := r.node(n.Node, k, base)
	after := out.any()
	if _, written := n.Property.(*ast.StringNode); !written {
		after = r.node(n.Property, after, useStrict).any()
	}
	if base == useStrict {
		return same(after)
	}
	return outcome{yes: out.yes.either(after), no: after}
}

// optional tells that a member gives nil where what it is a part of is not set: it or what stands before it in the chain has the question mark.
func optional(n *ast.MemberNode) bool {
	if n.Optional {
		return true
	}
	before, ok := n.Node.(*ast.MemberNode)
	return ok && optional(before)
}

// isBusinessPart tells event.key and event.data.
func isBusinessPart(n *ast.MemberNode) bool {
	owner, ok := n.Node.(*ast.IdentifierNode)
	part, written := n.Property.(*ast.StringNode)
	return ok && written && owner.Value == "event" && (part.Value == "key" || part.Value == "data")
}

// fromEvent tells event.key, event.data and its fields.
func fromEvent(node ast.Node) bool {
	if chain, ok := node.(*ast.ChainNode); ok {
		node = chain.Node
	}
	n, ok := node.(*ast.MemberNode)
	return ok && (isBusinessPart(n) || fromEvent(n.Node))
}

func (r *reader) binary(n *ast.BinaryNode, k known, how use) outcome {
	switch n.Operator {
	case "and", "&&":
		left := r.node(n.Left, k, useStrict)
		right := r.node(n.Right, left.yes, how)
		return outcome{yes: right.yes, no: left.no.both(right.no)}
	case "or", "||":
		left := r.node(n.Left, k, useStrict)
		right := r.node(n.Right, left.no, how)
		return outcome{yes: left.yes.both(right.yes), no: right.no}
	case "??":
		return r.fallback(n, k, how)
	case "==":
		return r.equality(n, k)
	case "!=":
		out := r.equality(n, k)
		return outcome{yes: out.no, no: out.yes}
	case "in", "matches", "contains", "startsWith", "endsWith": // false where the left side is nil
		left := r.node(n.Left, k, useLoose)
		right := r.node(n.Right, left.any(), useLoose)
		return outcome{yes: right.any().either(left.yes), no: right.any()}
	}
	left := r.node(n.Left, k, useStrict)
	return same(r.node(n.Right, left.any(), useStrict).any())
}

// fallback follows x ?? y. Who writes it has thought of x, and of an event without a key in y.
func (r *reader) fallback(n *ast.BinaryNode, k known, how use) outcome {
	left := r.node(n.Left, k, useLoose)
	if fromEvent(n.Right) {
		return same(left.any())
	}
	right := r.node(n.Right, left.no, how)
	return same(left.yes.both(right.any()).either(left.any()))
}

// equality follows x == y. Where one side is nil the other one is known to be set when they differ; where one side is written out, when they do not.
func (r *reader) equality(n *ast.BinaryNode, k known) outcome {
	left := r.node(n.Left, k, useLoose)
	right := r.node(n.Right, left.any(), useLoose)
	after := right.any()
	for _, side := range []struct {
		other ast.Node
		set   known
	}{{n.Right, left.yes}, {n.Left, right.yes}} {
		switch side.other.(type) {
		case *ast.NilNode:
			return outcome{yes: after, no: after.either(side.set)}
		case *ast.StringNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.ConstantNode:
			return outcome{yes: after.either(side.set), no: after}
		case *ast.IdentifierNode, *ast.MemberNode:
			if r.certain(side.other, k) {
				return outcome{yes: after.either(side.set), no: after}
			}
		}
	}
	return same(after)
}

// certain tells a slot or a part of the event that surely holds a value; other fields may hold nil.
func (r *reader) certain(node ast.Node, k known) bool {
	switch n := node.(type) {
	case *ast.IdentifierNode:
		bit, tracked := r.bits[n.Value]
		return tracked && k.has(bit)
	case *ast.MemberNode:
		return isBusinessPart(n) && k.has(eventBit)
	}
	return false
}

// call follows a helper, what stands in for an operator on times, or a function of a script.
func (r *reader) call(n *ast.CallNode, k known, how use) outcome {
	each := usePassed
	if callee, ok := n.Callee.(*ast.IdentifierNode); ok {
		each = useStrict
		if strings.HasPrefix(callee.Value, helperPrefix+"format_") { // an empty text for what is not set
			each = min(how, useShown)
		}
	} else if m, ok := n.Callee.(*ast.MemberNode); ok {
		if _, script := m.Node.(*ast.IdentifierNode); !script { // local(now).Hour()
			k = r.node(m.Node, k, useStrict).any()
		}
	}
	for _, argument := range n.Arguments {
		k = r.node(argument, k, each).any()
	}
	return same(k)
}

// lenient are the built-in functions that take nil.
var lenient = map[string]bool{"string": true, "type": true, "first": true, "last": true, "get": true, "toJSON": true}

func (r *reader) builtin(n *ast.BuiltinNode, k known) outcome {
	how := useStrict
	if lenient[n.Name] {
		how = useLoose
	}
	for _, argument := range n.Arguments {
		if predicate, ok := argument.(*ast.PredicateNode); ok {
			r.node(predicate.Node, k, useLoose) // it may not be evaluated at all
			continue
		}
		k = r.node(argument, k, how).any()
	}
	return same(k)
}

// parts follows what only holds other parts, such as lists.
func (r *reader) parts(node ast.Node, k known) known {
	switch n := node.(type) {
	case *ast.ArrayNode:
		for _, item := range n.Nodes {
			k = r.node(item, k, useLoose).any()
		}
	case *ast.MapNode:
		for _, pair := range n.Pairs {
			if p, ok := pair.(*ast.PairNode); ok {
				k = r.node(p.Value, r.node(p.Key, k, useStrict).any(), useLoose).any()
			}
		}
	case *ast.SliceNode:
		for _, part := range []ast.Node{n.Node, n.From, n.To} {
			if part != nil {
				k = r.node(part, k, useStrict).any()
			}
		}
	case *ast.SequenceNode:
		for _, item := range n.Nodes {
			k = r.node(item, k, useLoose).any()
		}
	case *ast.PredicateNode:
		k = r.node(n.Node, k, useLoose).any()
	}
	return k
}

// gives tells that an expression surely gives a value. What fields and functions give is taken for a value.
func (r *reader) gives(node ast.Node, k known) bool {
	switch n := node.(type) {
	case *ast.NilNode:
		return false
	case *ast.IdentifierNode:
		bit, tracked := r.bits[n.Value]
		return !tracked || k.has(bit)
	case *ast.ChainNode:
		return r.gives(n.Node, k)
	case *ast.MemberNode:
		return !optional(n) || r.gives(n.Node, k)
	case *ast.BinaryNode:
		if n.Operator == "??" {
			return r.gives(n.Left, k) || r.gives(n.Right, k)
		}
	case *ast.ConditionalNode:
		cond := (&reader{bits: r.bits}).node(n.Cond, k, useStrict)
		return r.gives(n.Exp1, cond.yes) && r.gives(n.Exp2, cond.no)
	}
	return true
}

package lsp

import (
	"slices"
	"strings"
)

// kind is what a name in a flow stands for.
type kind string

const (
	kindState    kind = "state"
	kindSlot     kind = "slot"
	kindScript   kind = "script"   // a file of the scripts folder: orders.js
	kindFunction kind = "function" // of a script: orders.describe
	kindFlow     kind = "flow"
	kindQueue    kind = "queue"
	kindEvent    kind = "event" // a key of on; its name is that of the event, its state is in scope
	kindChoice   kind = "choice"
	kindHelper   kind = "helper" // a function of expressions
)

// A mark is one place where a name stands.
type mark struct {
	kind  kind
	name  string // "ask_order", "orders.js", "orders.describe"
	from  int
	to    int
	scope string // the state that it stands in, "" outside of states
	role  string // what it does there: "defined", or the key that it stands under
	where string // the event or the time, of a way
}

// defines tells the place that introduces the name.
func (m mark) defines() bool { return m.role == roleDefined }

const roleDefined = "defined"

// marks finds all names of a flow.
func marks(s string, root *node) []mark {
	c := collector{s: s, scripts: map[string]bool{}}
	if scripts := root.child("scripts"); scripts != nil {
		for _, kid := range scripts.kids {
			c.scripts[strings.TrimSuffix(kid.val.text, ".js")] = true
		}
	}
	root.walk(c.visit)
	slices.SortStableFunc(c.found, func(a, b mark) int { return a.from - b.from })
	return c.found
}

type collector struct {
	s       string
	scripts map[string]bool
	found   []mark
}

func (c *collector) add(k kind, w word, path []string, role, where string) {
	from, to := w.inner()
	if to <= from {
		return
	}
	c.found = append(c.found, mark{kind: k, name: w.text, from: from, to: to, scope: scopeOf(path), role: role, where: where})
}

// scopeOf is the state that a path leads into.
func scopeOf(path []string) string {
	if len(path) > 1 && path[0] == "states" {
		return path[1]
	}
	return ""
}

func (c *collector) visit(n *node) {
	path := n.path()
	if len(path) == 0 {
		return
	}
	if n.key.to > 0 && !n.bare {
		c.visitKey(n, path)
	}
	if n.val.to > 0 {
		c.visitValue(n, path)
	}
}

// visitKey marks keys that are names: of states, slots, choices and events, and what set and with fill in.
func (c *collector) visitKey(n *node, path []string) {
	switch keyKind(path) {
	case kindState:
		role := roleDefined
		if path[0] == "renamed" {
			return // a state of earlier versions
		}
		c.add(kindState, n.key, path, role, "")
	case kindSlot:
		if path[0] == "slots" {
			c.add(kindSlot, n.key, path, roleDefined, "")
		} else if !strings.HasPrefix(n.key.text, "contact.") {
			c.add(kindSlot, n.key, path, "set", "")
		}
	case kindChoice:
		c.add(kindChoice, n.key, path, roleDefined, "")
	case kindEvent:
		c.add(kindEvent, n.key, path, "on", "")
	}
}

// keyKind is what the last key of a path names, "" for the words of the language.
func keyKind(path []string) kind {
	n := len(path)
	switch {
	case n == 2 && path[0] == "states", n == 2 && path[0] == "renamed":
		return kindState
	case n == 2 && path[0] == "slots", n > 1 && path[n-2] == "set" && (path[0] == "states" && n > 3 || path[0] == "on"):
		return kindSlot
	case n == 4 && path[0] == "states" && path[2] == "choices":
		return kindChoice
	case n == 2 && path[0] == "on", n == 4 && path[0] == "states" && path[2] == "on":
		return kindEvent
	}
	return ""
}

// visitValue marks values that are names, and the names in expressions.
func (c *collector) visitValue(n *node, path []string) {
	k, role := valueKind(path)
	switch k {
	case kindState:
		c.add(k, n.val, path, role, wayOf(path))
	case "":
		c.visitText(n, path)
	case kindFlow:
		if len(path) == 1 {
			role = roleDefined
		}
		c.add(k, n.val, path, role, "")
	default:
		c.add(k, n.val, path, role, "")
	}
}

// valueKind is what the value at a path names and the key under which it does, "" for texts, numbers and words of the language.
func valueKind(path []string) (k kind, role string) {
	n := len(path)
	last := path[n-1]
	switch {
	case last == "initial" && n == 1, n == 2 && path[0] == "renamed":
		return kindState, path[0]
	case n == 3 && path[0] == "triggers" && last == "goto":
		return kindState, "triggers"
	case isWay(path):
		return kindState, wayKey(path)
	case last == "flow" && n == 1, n == 3 && path[0] == "states" && last == "run", n == 4 && path[0] == "states" && path[2] == "run" && last == "flow":
		return kindFlow, "run"
	case n == 2 && path[0] == "scripts":
		return kindScript, "scripts"
	case n == 4 && path[0] == "states" && path[2] == "handoff" && last == "queue":
		return kindQueue, "queue"
	}
	return slotKind(path)
}

// slotKind tells values that are names of slots.
func slotKind(path []string) (kind, string) {
	n := len(path)
	last := path[n-1]
	switch {
	case n == 3 && path[0] == "states" && last == "ask", n == 4 && path[0] == "states" && last == "save" && (path[2] == "call" || path[2] == "run"):
		return kindSlot, last
	case n == 2 && (path[0] == "params" || path[0] == "returns"):
		return kindSlot, path[0]
	}
	return "", ""
}

// isWay tells the places where the value is the next state: goto, on and after, with or without alternatives.
func isWay(path []string) bool {
	var rest []string
	switch {
	case path[0] == "on":
		rest = path[1:]
	case path[0] == "states" && len(path) > 2 && path[2] == "goto":
		rest = path[2:]
	case path[0] == "states" && len(path) > 3 && (path[2] == "on" || path[2] == "after"):
		rest = path[3:]
	default:
		return false
	}
	if len(rest) == 0 { // the flow's own on without an event
		return false
	}
	switch rest = rest[1:]; len(rest) {
	case 0:
		return true
	case 1:
		return rest[0] == "goto"
	default:
		return len(rest) == 2 && rest[0] == "-" && rest[1] == "goto"
	}
}

func wayKey(path []string) string {
	if path[0] == "on" {
		return "on"
	}
	return path[2]
}

// wayOf is the event or the time at which a way is taken.
func wayOf(path []string) string {
	switch {
	case path[0] == "on" && len(path) > 1:
		return path[1]
	case path[0] == "states" && len(path) > 3 && path[2] != "goto":
		return path[3]
	}
	return ""
}

// expressionKeys are the keys whose value is an expression without braces.
var expressionKeys = []string{"when", "until", "for", "validate", "normalise", "min", "max", "latitude", "longitude"}

// isExpression tells that a value is an expression as a whole. Other texts may hold some in braces.
func isExpression(path []string) bool {
	n := len(path)
	if n == 1 {
		return path[0] == "key"
	}
	return path[n-2] == "set" || path[n-2] == "with" && path[0] == "states" || slices.Contains(expressionKeys, path[n-1]) && !opaque(path)
}

// opaque tells what is data for others: schemas and examples of business events, phrases.
func opaque(path []string) bool {
	return path[0] == "events" || path[0] == "triggers" || path[len(path)-1] == "pattern" || path[len(path)-1] == "example"
}

// visitText marks the names in expressions.
func (c *collector) visitText(n *node, path []string) {
	if opaque(path) {
		return
	}
	plain := readPlain(c.s, n.val)
	for _, e := range expressions(plain.s, isExpression(path)) {
		for _, found := range names(plain.s, e.from, e.to) {
			c.name(plain, found, path)
		}
	}
}

// name marks a name in an expression: a slot, a function of a script, or a function of the language.
func (c *collector) name(plain plainText, n name, path []string) {
	m := mark{kind: kindSlot, name: n.text, scope: scopeOf(path), role: "expression"}
	end := n.to
	switch {
	case n.member:
		return
	case c.scripts[n.text] && n.next != "":
		m.kind, m.name, end = kindFunction, n.text+"."+n.next, n.nextTo
	case c.scripts[n.text]:
		m.kind, m.name = kindScript, n.text+".js"
	case n.call:
		m.kind = kindHelper
	}
	m.from, m.to = plain.place(n.from, end)
	c.found = append(c.found, m)
}

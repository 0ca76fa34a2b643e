package flows

import (
	"time"

	"go.yaml.in/yaml/v4"

	"relevo/engine"
)

var stateFields = fields[engine.State]{
	"set":      func(d *decoder, out *engine.State, _, val *yaml.Node) { out.Set = d.assigns(val) },
	"say":      func(d *decoder, out *engine.State, key, val *yaml.Node) { out.Say = d.messages(key, val) },
	"help":     func(d *decoder, out *engine.State, key, val *yaml.Node) { out.Help = d.text(key, val) },
	"ask":      func(d *decoder, out *engine.State, _, val *yaml.Node) { question(out).Slot = d.str(val) },
	"reask":    func(d *decoder, out *engine.State, key, val *yaml.Node) { question(out).Reask = d.text(key, val) },
	"choices":  func(d *decoder, out *engine.State, _, val *yaml.Node) { question(out).Choices = d.choices(val) },
	"attempts": func(d *decoder, out *engine.State, _, val *yaml.Node) { question(out).Attempts = d.integer(val) },
	"as":       func(d *decoder, out *engine.State, _, val *yaml.Node) { question(out).As = d.str(val) },
	"wait":     func(d *decoder, out *engine.State, key, val *yaml.Node) { out.Wait = d.wait(key, val) },
	"run":      func(d *decoder, out *engine.State, key, val *yaml.Node) { out.Run = d.run(key, val) },
	"call":     func(d *decoder, out *engine.State, key, val *yaml.Node) { out.Call = d.call(key, val) },
	"handoff":  func(d *decoder, out *engine.State, key, val *yaml.Node) { out.Handoff = d.handoff(key, val) },
	"end":      func(d *decoder, out *engine.State, _, val *yaml.Node) { out.End = d.str(val) },
	"goto":     func(d *decoder, out *engine.State, _, val *yaml.Node) { out.Goto = d.ways(val) },
	"on":       func(d *decoder, out *engine.State, _, val *yaml.Node) { out.On = d.handlers(val) },
	"after":    func(d *decoder, out *engine.State, _, val *yaml.Node) { out.After = d.after(val) },
}

func (d *decoder) states(n *yaml.Node) []engine.State {
	var out []engine.State
	for name, body := range pairs(n) {
		st := engine.State{Name: d.str(name)}
		stateFields.read(d, &st, body)
		out = append(out, st)
	}
	return out
}

// question is the part of a state that ask, reask, choices, attempts and as share.
func question(st *engine.State) *engine.Ask {
	if st.Ask == nil {
		st.Ask = &engine.Ask{}
	}
	return st.Ask
}

func (d *decoder) choices(n *yaml.Node) []engine.ChoiceSpec {
	var out []engine.ChoiceSpec
	for name, title := range pairs(n) {
		out = append(out, engine.ChoiceSpec{Name: d.str(name), Title: d.text(name, title)})
	}
	return out
}

// assigns reads {slot: expression}.
func (d *decoder) assigns(n *yaml.Node) []engine.Assign {
	var out []engine.Assign
	for target, value := range pairs(n) {
		out = append(out, engine.Assign{Target: d.str(target), Value: d.expression(value)})
	}
	return out
}

var alternativeFields = fields[engine.Alternative]{
	"when": func(d *decoder, out *engine.Alternative, _, val *yaml.Node) { out.When = d.str(val) },
	"set":  func(d *decoder, out *engine.Alternative, _, val *yaml.Node) { out.Set = d.assigns(val) },
	"goto": func(d *decoder, out *engine.Alternative, _, val *yaml.Node) { out.Goto = d.str(val) },
}

// ways reads a state's name, one alternative, or a list of them.
func (d *decoder) ways(n *yaml.Node) []engine.Alternative {
	switch n.Kind {
	case yaml.ScalarNode:
		return []engine.Alternative{{At: d.src.scalar(n), Goto: d.str(n)}}
	case yaml.MappingNode:
		return []engine.Alternative{d.alternative(n)}
	}
	out := make([]engine.Alternative, 0, len(n.Content))
	for _, item := range n.Content {
		out = append(out, d.alternative(item))
	}
	return out
}

func (d *decoder) alternative(n *yaml.Node) engine.Alternative {
	a := engine.Alternative{At: d.src.place(nil, n)}
	alternativeFields.read(d, &a, n)
	return a
}

func (d *decoder) handlers(n *yaml.Node) []engine.Handler {
	var out []engine.Handler
	for event, ways := range pairs(n) {
		out = append(out, engine.Handler{Event: d.str(event), Alternatives: d.ways(ways)})
	}
	return out
}

// after reads {duration: ways}. The same time written in two ways (60m, 1h) is a repeated key.
func (d *decoder) after(n *yaml.Node) []engine.After {
	var out []engine.After
	seen := map[time.Duration]string{}
	for key, ways := range pairs(n) {
		a := engine.After{After: d.duration(key), Alternatives: d.ways(ways)}
		if first, twice := seen[a.After.V]; twice && a.After.Set {
			d.findings.Errorf(a.After.At, "duplicate-key", "remove one of them", "%s is as long as %s", key.Value, first)
		}
		seen[a.After.V] = key.Value
		out = append(out, a)
	}
	return out
}

// callFields leaves out the methods, which callMethods holds.
var callFields = fields[engine.CallSpec]{
	"headers": func(d *decoder, out *engine.CallSpec, _, val *yaml.Node) { out.Headers = d.headers(val) },
	"body":    func(d *decoder, out *engine.CallSpec, _, val *yaml.Node) { out.Body = d.body(val) },
	"save":    func(d *decoder, out *engine.CallSpec, _, val *yaml.Node) { out.Save = d.str(val) },
	"timeout": func(d *decoder, out *engine.CallSpec, _, val *yaml.Node) { out.Timeout = d.duration(val) },
	"retries": func(d *decoder, out *engine.CallSpec, _, val *yaml.Node) { out.Retries = d.integer(val) },
}

var callMethods = map[string]string{"get": "GET", "post": "POST", "put": "PUT", "patch": "PATCH", "delete": "DELETE"}

func (d *decoder) call(at, n *yaml.Node) *engine.CallSpec {
	c := &engine.CallSpec{At: d.src.scalar(at)}
	callFields.read(d, c, n)
	for key, val := range pairs(n) {
		if method := callMethods[key.Value]; method != "" {
			c.Method, c.URL = method, d.str(val)
		}
	}
	return c
}

func (d *decoder) headers(n *yaml.Node) []engine.Header {
	var out []engine.Header
	for name, value := range pairs(n) {
		out = append(out, engine.Header{Name: d.str(name), Value: d.str(value)})
	}
	return out
}

// body reads what is sent as JSON. Texts stay engine.Str, so that a finding in a {{ expression }} has its place; numbers are
// float64.
func (d *decoder) body(n *yaml.Node) any {
	switch n.Kind {
	case yaml.MappingNode:
		m := make(map[string]any, len(n.Content)/2)
		for key, val := range pairs(n) {
			m[key.Value] = d.body(val)
		}
		return m
	case yaml.SequenceNode:
		items := make([]any, 0, len(n.Content))
		for _, item := range n.Content {
			items = append(items, d.body(item))
		}
		return items
	}
	t := tree{src: d.src, findings: d.findings}
	switch v := t.scalar(n).(type) {
	case string:
		return d.str(n)
	case int64:
		return float64(v)
	default:
		return v
	}
}

var handoffFields = fields[engine.HandoffSpec]{
	"queue":    func(d *decoder, out *engine.HandoffSpec, _, val *yaml.Node) { out.Queue = d.str(val) },
	"priority": func(d *decoder, out *engine.HandoffSpec, _, val *yaml.Node) { out.Priority = d.str(val) },
	"say":      func(d *decoder, out *engine.HandoffSpec, key, val *yaml.Node) { out.Say = d.text(key, val) },
	"summary":  func(d *decoder, out *engine.HandoffSpec, _, val *yaml.Node) { out.Summary = d.str(val) },
	"outcomes": func(d *decoder, out *engine.HandoffSpec, _, val *yaml.Node) { out.Outcomes = d.strs(val) },
}

func (d *decoder) handoff(at, n *yaml.Node) *engine.HandoffSpec {
	h := &engine.HandoffSpec{At: d.src.scalar(at)}
	handoffFields.read(d, h, n)
	return h
}

var waitFields = fields[engine.WaitSpec]{
	"for":   func(d *decoder, out *engine.WaitSpec, _, val *yaml.Node) { out.For = d.str(val) },
	"until": func(d *decoder, out *engine.WaitSpec, _, val *yaml.Node) { out.Until = d.moment(val) },
	"quiet": func(d *decoder, out *engine.WaitSpec, _, val *yaml.Node) { out.Quiet = d.str(val) },
}

func (d *decoder) wait(at, n *yaml.Node) *engine.WaitSpec {
	w := &engine.WaitSpec{At: d.src.scalar(at)}
	waitFields.read(d, w, n)
	return w
}

var runFields = fields[engine.RunSpec]{
	"flow": func(d *decoder, out *engine.RunSpec, _, val *yaml.Node) { out.Flow = d.str(val) },
	"with": func(d *decoder, out *engine.RunSpec, _, val *yaml.Node) { out.With = d.assigns(val) },
	"save": func(d *decoder, out *engine.RunSpec, _, val *yaml.Node) { out.Save = d.str(val) },
}

// run reads the name of a flow, or a map with its parameters.
func (d *decoder) run(at, n *yaml.Node) *engine.RunSpec {
	r := &engine.RunSpec{At: d.src.scalar(at)}
	if n.Kind == yaml.ScalarNode {
		r.Flow = d.str(n)
		return r
	}
	runFields.read(d, r, n)
	return r
}

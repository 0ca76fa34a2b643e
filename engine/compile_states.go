package engine

import (
	"slices"
	"strings"

	"github.com/looplab/fsm"

	"relevo/engine/diag"
)

func compileStates(c *compilation) {
	for _, def := range c.def.States {
		st := &state{name: def.Name.V, end: def.End.V, set: c.assigns(def.Set), help: c.message(def.Help)}
		for _, say := range def.Say {
			st.say = append(st.say, c.saying(say))
		}
		if def.Ask != nil {
			st.ask = c.ask(def)
		}
		if def.Call != nil {
			st.call = c.call(def.Call)
		}
		if def.Wait != nil {
			st.wait = c.wait(def.Wait)
		}
		if def.Handoff != nil {
			st.handoff = c.handoff(def.Handoff)
		}
		if def.Run != nil {
			st.run = c.run(def.Run)
		}
		c.machine.states[st.name] = st
	}
}

func (c *compilation) message(t Text) message {
	if t.IsZero() {
		return nil
	}
	m := message{}
	if t.All != nil {
		m[""] = c.scope.compileTemplate(&c.findings, *t.All)
	}
	for _, lt := range t.By {
		m[lt.Language.V] = c.scope.compileTemplate(&c.findings, lt.Text)
	}
	return m
}

func (c *compilation) assigns(defs []Assign) []assign {
	var out []assign
	for _, def := range defs {
		var a assign
		want := anything
		if attribute, isContact := strings.CutPrefix(def.Target.V, "contact."); isContact {
			a.attribute = attribute
		} else if a.slot = def.Target.V; c.machine.slots[a.slot] == nil {
			c.unknownSlot(def.Target)
		} else {
			want = c.machine.slots[a.slot].takes()
		}
		a.value = c.scope.compile(&c.findings, def.Value, want)
		out = append(out, a)
	}
	return out
}

// takes is what an expression must give to be kept in the slot; nil empties it.
func (s *slot) takes() needs {
	kinds := kindsOf[s.typ]
	if kinds == nil {
		return anything
	}
	return needs{"slot " + s.name, append(slices.Clone(kinds), kindNil), "give what a slot of type " + string(s.typ) + " holds"}
}

func (c *compilation) ask(def State) *ask {
	a := &ask{
		slot: def.Ask.Slot.V, reask: c.message(def.Ask.Reask), attempts: DefaultAttempts,
		as: def.Ask.As.V, again: def.Name.V + ".again", back: "*.back." + def.Name.V,
	}
	if def.Ask.Attempts.Set {
		a.attempts = def.Ask.Attempts.V
	}
	for _, ch := range def.Ask.Choices {
		a.choices = append(a.choices, choice{name: ch.Name.V, title: c.message(ch.Title)})
	}
	if len(def.Say) == 0 {
		c.findings.Errorf(def.Ask.Slot.At, "silent-question", "add a say with the question", "state %q asks without saying anything", def.Name.V)
	} else if last := def.Say[len(def.Say)-1]; last.Media != nil || last.Location != nil || last.Link != nil {
		c.findings.Errorf(last.At, "question-not-text", "say the question in a text after it", "the last message of a state that asks is its question, and this one is no text")
	}
	c.events = append(c.events, fsm.EventDesc{Name: a.again, Src: []string{def.Name.V}, Dst: def.Name.V})
	c.events = append(c.events, fsm.EventDesc{Name: a.back, Src: c.everywhere(), Dst: def.Name.V})
	return a
}

func (c *compilation) call(def *CallSpec) *call {
	cl := &call{
		method: def.Method, url: c.scope.compileTemplate(&c.findings, def.URL), save: def.Save.V,
		timeout: DefaultTimeout, retries: DefaultRetries, body: c.body(def.Body),
	}
	c.checkAddress(def.URL, `write the whole address, for example "{{ config.orders_url }}/orders"`)
	for _, h := range def.Headers {
		cl.headers = append(cl.headers, header{name: h.Name.V, value: c.scope.compileTemplate(&c.findings, h.Value)})
	}
	if def.Timeout.Set {
		cl.timeout = def.Timeout.V
		if cl.timeout <= 0 || cl.timeout > MaxCallTimeout {
			c.findings.Errorf(def.Timeout.At, "bad-duration", "write a time up to "+MaxCallTimeout.String()+", for example 5s", "a call can not wait for %s", cl.timeout)
		}
	}
	if def.Retries.Set {
		cl.retries = def.Retries.V
	}
	c.checkSave(def.Save, "an answer")
	return cl
}

// checkAddress reports an address that can not be one, whatever its expressions give.
func (c *compilation) checkAddress(url Str, hint string) {
	if !strings.HasPrefix(url.V, "{{") && !strings.HasPrefix(url.V, "http://") && !strings.HasPrefix(url.V, "https://") {
		c.findings.Errorf(url.At, "bad-value", hint, "an address begins with http:// or https://")
	}
}

// checkSave reports a slot that can not hold JSON.
func (c *compilation) checkSave(save Str, what string) {
	if save.V == "" {
		return
	}
	switch sl := c.machine.slots[save.V]; {
	case sl == nil:
		c.unknownSlot(save)
	case sl.typ != SlotObject:
		c.findings.Errorf(save.At, "wrong-slot-type", "declare the slot as {type: object}", "%s can not be saved in %q, which is of type %s", what, save.V, sl.typ)
	}
}

// body compiles the strings of a JSON body into templates.
func (c *compilation) body(v any) any {
	switch v := v.(type) {
	case Str:
		return c.scope.compileTemplate(&c.findings, v)
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, item := range v {
			out[k] = c.body(item)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = c.body(item)
		}
		return out
	default:
		return v
	}
}

func (c *compilation) handoff(def *HandoffSpec) *handoff {
	h := &handoff{queue: def.Queue.V, priority: PriorityNormal, say: c.message(def.Say)}
	if def.Priority.V != "" {
		h.priority = Priority(def.Priority.V)
	}
	if def.Summary.V != "" {
		h.summary = c.scope.compileTemplate(&c.findings, def.Summary)
	}
	for _, o := range def.Outcomes {
		h.outcomes = append(h.outcomes, o.V)
	}
	if c.around.Queues != nil && !slices.Contains(c.around.Queues, h.queue) {
		c.findings.Errorf(def.Queue.At, "unknown-queue", diag.Suggest(h.queue, slices.Clone(c.around.Queues), "add it under queues in relevo.yaml"), "no queue is named %q", h.queue)
	}
	return h
}

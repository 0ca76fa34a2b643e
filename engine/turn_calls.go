package engine

import (
	"fmt"
	"strings"
)

func (t *turn) call(m *Machine, r *Run, st *state) error {
	env := t.env(m, r)
	url, _, err := st.call.url.render(env)
	if err != nil {
		return err
	}
	body, err := fill(st.call.body, env)
	if err != nil {
		return err
	}
	c := &Call{Method: st.call.method, URL: url, Body: body, Timeout: st.call.timeout, Retries: st.call.retries}
	for _, h := range st.call.headers {
		value, _, err := h.value.render(env)
		if err != nil {
			return err
		}
		if c.Headers == nil {
			c.Headers = map[string]string{}
		}
		c.Headers[h.name] = strings.ReplaceAll(strings.ReplaceAll(value, "\r", ""), "\n", " ")
	}
	r.Wait = WaitCall
	if st.call.method != "GET" {
		t.settled(r) // something has happened outside
	}
	t.arm(r, st)
	r.CallID = t.emit(Effect{Kind: EffectCall, Run: r.ID, Call: c})
	return nil
}

// fill renders the templates of a JSON body.
func fill(v any, env map[string]any) (any, error) {
	switch v := v.(type) {
	case *template:
		text, _, err := v.render(env)
		return text, err
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, item := range v {
			filled, err := fill(item, env)
			if err != nil {
				return nil, err
			}
			out[k] = filled
		}
		return out, nil
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			filled, err := fill(item, env)
			if err != nil {
				return nil, err
			}
			out[i] = filled
		}
		return out, nil
	default:
		return v, nil
	}
}

// callEnded takes the end of an HTTP call.
func (t *turn) callEnded(c CallResult) {
	r := t.caller(c)
	if r == nil {
		t.trace("stale_call", c.Effect)
		return
	}
	if t.guarded(r.ID) {
		t.deferEvent("the end of a call of " + r.Flow + " while " + t.conv.InFocus().Flow + " may not be interrupted")
		return
	}
	if t.conv.Owner.Kind != OwnerBot {
		t.deferEvent("the end of a call while " + t.conv.Owner.String() + " owns the conversation")
		return
	}
	m := t.machine(r)
	if m == nil {
		t.giveUp(r, "version_missing", TextSomethingFailed)
		return
	}
	st := m.states[r.State]
	events := callEvents(c)
	r.Failed = ""
	if events[0] == EventNameOK && st.call.save != "" {
		t.setSlot(r, st.call.save, c.Body)
	}
	for _, event := range events {
		id := r.ID
		if event == EventNameFailed { // a 404 that the flow knows is an answer
			r.Failed = fmt.Sprintf("call %s: %s", st.name, describeCall(c))
		}
		if t.raise(r, event) {
			return
		}
		r = t.conv.Run(id)
	}
	t.giveUp(r, "call_failed", TextSomethingFailed)
}

// caller is the run that waits for a call, or nil.
func (t *turn) caller(c CallResult) *Run {
	for i := range t.conv.Runs {
		if r := &t.conv.Runs[i]; r.Wait == WaitCall && r.CallID == c.Effect {
			return r
		}
	}
	return nil
}

// callEvents lists the names an answer goes by, the most exact first.
func callEvents(c CallResult) []string {
	if c.Error != "" || c.Status == 0 {
		return []string{EventNameFailed}
	}
	if c.Status >= 200 && c.Status < 300 {
		return []string{EventNameOK}
	}
	return []string{fmt.Sprint(c.Status), fmt.Sprintf("%dxx", c.Status/100), EventNameFailed}
}

func describeCall(c CallResult) string {
	if c.Error != "" {
		return c.Error
	}
	return fmt.Sprintf("HTTP %d", c.Status)
}

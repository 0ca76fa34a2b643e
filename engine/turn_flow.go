package engine

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// start begins a run of a flow and puts it in focus.
func (t *turn) start(m *Machine, state string) {
	if len(t.conv.Runs) >= MaxRuns {
		t.trace("budget_runs", m.Flow)
		return
	}
	t.conv.NextRun++
	id := fmt.Sprintf("r%d", t.conv.NextRun)
	t.conv.Runs = append(t.conv.Runs, Run{ID: id, Flow: m.Flow, Version: m.Version, Started: t.now()})
	t.conv.Focus = append(t.conv.Focus, id)
	t.conv.Misses = 0
	t.enter(t.conv.Run(id), state)
}

// machine returns the version a run was started with. A version that is gone can only be handed over.
func (t *turn) machine(r *Run) *Machine {
	m := t.catalog.Machine(r.Version)
	if m == nil || r.State != "" && m.states[r.State] == nil {
		return nil
	}
	return m
}

// raise gives an event to a run: first to its state, then to its flow. It tells whether the run moved. r is not valid afterwards.
func (t *turn) raise(r *Run, event string) bool {
	m := t.machine(r)
	if m == nil {
		t.giveUp(r, "version_missing", TextSomethingFailed)
		return true
	}
	t.via = event
	for _, alternatives := range [][]alternative{m.states[r.State].on[event], m.on[event]} {
		if len(alternatives) > 0 && t.choose(m, r, alternatives) {
			return true
		}
	}
	return false
}

// choose takes the first alternative whose guard holds. Guards choose the transition, the fsm makes the move and refuses any that
// was not declared.
func (t *turn) choose(m *Machine, r *Run, alternatives []alternative) bool {
	for _, a := range alternatives {
		if a.when != nil {
			holds, err := a.when.truth(t.env(m, r))
			if err != nil {
				t.scriptFailed(r, err)
				return true
			}
			if !holds {
				continue
			}
		}
		if err := t.assign(m, r, a.set); err != nil {
			t.scriptFailed(r, err)
			return true
		}
		to, err := m.move(r.State, a.transition)
		if err != nil {
			t.trace("undeclared", err.Error())
			t.giveUp(r, "undeclared", TextSomethingFailed)
			return true
		}
		t.enter(r, to)
		return true
	}
	return false
}

func (t *turn) assign(m *Machine, r *Run, assigns []assign) error {
	for _, a := range assigns {
		v, err := a.value.run(t.env(m, r))
		if err == nil {
			v, err = plain(v)
		}
		if err != nil {
			return err
		}
		if a.attribute == "" {
			t.setSlot(r, a.slot, v)
			continue
		}
		t.learn(func(c *Contact) { c.set(a.attribute, v) })
	}
	return nil
}

// set changes an attribute of the contact; name and language are its own.
func (c *Contact) set(attribute string, v any) {
	switch attribute {
	case "name":
		c.Name = display(v)
	case "language":
		c.Language = display(v)
	default:
		if c.Attributes == nil {
			c.Attributes = map[string]any{}
		}
		c.Attributes[attribute] = v
	}
}

// enter puts a run into a state and does what the state says, until a wait or the end. r is not valid afterwards.
func (t *turn) enter(r *Run, name string) {
	m := t.catalog.Machine(r.Version)
	t.leave(r)
	r.State = name
	r.Entry++
	r.Path = append(slices.Clone(r.Path), name)
	r.Path = r.Path[max(0, len(r.Path)-maxPath):]
	if t.steps++; t.steps > MaxSteps {
		t.trace("budget_steps", r.Flow+"."+name)
		t.giveUp(r, "budget_steps", TextSomethingFailed)
		return
	}
	st := m.states[name]
	if err := t.do(m, r, st); err != nil {
		t.scriptFailed(r, err)
	}
}

// leave ends what the current state had under way.
func (t *turn) leave(r *Run) {
	t.disarm(r)
	if r.Wait == WaitHandoff && t.conv.Chat != nil && t.conv.Chat.Run == r.ID {
		t.leaving, t.conv.Chat = t.conv.Chat, nil
		if t.conv.Owner.Kind == OwnerQueue {
			t.own(Owner{Kind: OwnerBot}, "the flow went on")
		}
	}
	r.Wait, r.CallID, r.Attempts = "", "", 0
}

// do carries out a state: set, say, then what it waits for, or it moves on at once.
func (t *turn) do(m *Machine, r *Run, st *state) error {
	if err := t.assign(m, r, st.set); err != nil {
		return err
	}
	texts, err := t.render(m, r, st.say)
	if err != nil {
		return err
	}
	question := ""
	if st.ask != nil && len(texts) > 0 {
		question, texts = texts[len(texts)-1], texts[:len(texts)-1]
	}
	for _, text := range texts {
		t.send(r, Outgoing{Kind: OutgoingText, Text: text})
	}
	switch {
	case st.ask != nil:
		r.Wait = WaitAsk
		t.arm(r, st)
		return t.ask(m, r, st.ask, question)
	case st.call != nil:
		return t.call(m, r, st)
	case st.handoff != nil:
		return t.handOver(m, r, st)
	case st.end != "":
		t.end(r, st.end)
		return nil
	}
	t.via = st.name
	if !t.choose(m, r, st.jump) {
		t.trace("dead_end", r.Flow+"."+st.name)
		t.giveUp(r, "dead_end", TextSomethingFailed)
	}
	return nil
}

// render fills in a state's messages before any of them is sent, so that a failing script does not leave half an answer.
func (t *turn) render(m *Machine, r *Run, messages []saying) ([]string, error) {
	texts := make([]string, 0, len(messages))
	for _, msg := range messages {
		text, err := t.text(m, r, msg.text)
		if err != nil {
			return nil, err
		}
		texts = append(texts, text)
	}
	return texts, nil
}

func (t *turn) text(m *Machine, r *Run, msg message) (string, error) {
	tmpl := m.text(msg, t.language())
	if tmpl == nil {
		return "", nil
	}
	text, cut, err := tmpl.render(t.env(m, r))
	if cut {
		t.trace("budget_text", r.Flow+"."+r.State)
	}
	return text, err
}

// ask sends a question, with its choices.
func (t *turn) ask(m *Machine, r *Run, a *ask, question string) error {
	if len(a.choices) == 0 {
		t.send(r, Outgoing{Kind: OutgoingText, Text: question})
		return nil
	}
	out := Outgoing{Kind: OutgoingChoices, Text: question, Button: t.catalog.Commands.Text(TextChoose, t.language(), "en")}
	for _, ch := range a.choices {
		title, err := t.text(m, r, ch.title)
		if err != nil {
			return err
		}
		out.Choices = append(out.Choices, Choice{Payload: choicePayload(r, ch.name), Title: title})
	}
	t.send(r, out)
	return nil
}

// choicePayload is what a button brings back: the run and the choice, so that an old button finds its run.
func choicePayload(r *Run, choice string) string { return "run/" + r.ID + "/" + choice }

// flowPayload is what a button of the menu brings back.
func flowPayload(flow string) string { return "flow/" + flow }

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

// end ends a run. The run that it interrupted is resumed by asking its question again.
func (t *turn) end(r *Run, outcome string) {
	t.emit(Effect{Kind: EffectEnd, Run: r.ID, End: &RunEnd{Flow: r.Flow, Outcome: outcome}})
	id := r.ID
	hadFocus := t.conv.InFocus() == r
	t.conv.Runs = slices.DeleteFunc(t.conv.Runs, func(x Run) bool { return x.ID == id })
	t.conv.Focus = slices.DeleteFunc(t.conv.Focus, func(x string) bool { return x == id })
	if next := t.conv.InFocus(); hadFocus && next != nil && next.Wait == WaitAsk {
		t.askAgain(next, nil)
	}
}

// askAgain re-enters a question: a real transition, with its time-outs started anew. instead is said in place of the question.
func (t *turn) askAgain(r *Run, instead message) {
	m := t.machine(r)
	if m == nil {
		t.giveUp(r, "version_missing", TextSomethingFailed)
		return
	}
	st := m.states[r.State]
	if _, err := m.move(r.State, st.ask.again); err != nil {
		t.trace("undeclared", err.Error())
	}
	if instead == nil {
		instead = st.say[len(st.say)-1].text
	}
	text, err := t.text(m, r, instead)
	if err == nil {
		t.disarm(r)
		r.Entry++
		t.arm(r, st)
		err = t.ask(m, r, st.ask, text)
	}
	if err != nil {
		t.scriptFailed(r, err)
	}
}

// scriptFailed is what follows when an expression or a script failed: the flow's own answer, else people.
func (t *turn) scriptFailed(r *Run, err error) {
	var se *ScriptError
	if !errors.As(err, &se) {
		t.trace(EventNameScriptFailed, err.Error())
	}
	again := t.failing == r.ID // the flow's own answer failed, too
	t.failing = r.ID
	r.Failed = EventNameScriptFailed + ": " + err.Error()
	if !again && t.raise(r, EventNameScriptFailed) {
		return
	}
	t.giveUp(r, EventNameScriptFailed, TextSomethingFailed)
}

// arm starts a state's time-outs.
func (t *turn) arm(r *Run, st *state) {
	for _, a := range st.after {
		timer := Timer{
			ID: EffectID(t.conv.ID, t.conv.Seq, len(t.effects)), Due: t.now().Add(a.delay),
			Run: r.ID, Entry: r.Entry, Event: a.event,
		}
		t.emit(Effect{Kind: EffectTimer, Run: r.ID, Timer: &timer})
		r.Timers = append(slices.Clone(r.Timers), timer)
	}
}

// disarm cancels a run's time-outs. They would be harmless later, but a million of them would not be free.
func (t *turn) disarm(r *Run) {
	for _, timer := range r.Timers {
		t.emit(Effect{Kind: EffectCancelTimer, Run: r.ID, Timer: &timer})
	}
	r.Timers = nil
}

// timer takes a due timer. A late or repeated one finds that nobody waits for it.
func (t *turn) timer(due Timer) {
	if due.Run == "" {
		t.leaseEnded(due)
		return
	}
	r := t.conv.Run(due.Run)
	if r == nil || !slices.ContainsFunc(r.Timers, func(armed Timer) bool { return armed.ID == due.ID }) {
		t.trace("stale_timer", due.Event)
		return
	}
	waits := t.conv.Chat != nil && t.conv.Chat.Run == r.ID
	if kind := t.conv.Owner.Kind; kind == OwnerAgent || kind == OwnerPhone || kind == OwnerQueue && !waits {
		t.trace("ignored", due.Event+" while "+t.conv.Owner.String()+" owns the conversation")
		return // it stays armed, overdue, and is started anew when the bot has the conversation again
	}
	r.Timers = slices.DeleteFunc(slices.Clone(r.Timers), func(armed Timer) bool { return armed.ID == due.ID })
	m := t.machine(r)
	if m == nil {
		t.giveUp(r, "version_missing", TextSomethingFailed)
		return
	}
	for _, a := range m.states[r.State].after {
		if a.event == due.Event {
			t.via = due.Event
			t.choose(m, r, a.alternatives)
			return
		}
	}
}

// callEnded takes the end of an HTTP call.
func (t *turn) callEnded(c CallResult) {
	var r *Run
	for i := range t.conv.Runs {
		if t.conv.Runs[i].CallID == c.Effect {
			r = &t.conv.Runs[i]
		}
	}
	if r == nil {
		t.trace("stale_call", c.Effect)
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

package engine

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// start begins a run of a flow. One that the contact asked for is in focus at once; another one comes into focus when it asks something.
func (t *turn) start(m *Machine, state, key string) {
	r := t.newRun(m)
	if r == nil {
		if t.origin == EventMessage {
			t.giveUp(t.conv.InFocus(), "budget_runs", TextSomethingFailed)
		}
		return
	}
	r.Key = key
	t.conv.Offered = nil
	if t.origin == EventMessage {
		t.focus(r)
		r.Speaks = true
	}
	t.conv.Misses = 0
	t.enter(r, state)
}

// newRun adds a run that stands nowhere yet, nil when the conversation holds too many.
func (t *turn) newRun(m *Machine) *Run {
	if len(t.conv.Runs) >= MaxRuns {
		t.trace("budget_runs", m.Flow)
		return nil
	}
	t.conv.NextRun++
	id := fmt.Sprintf("r%d", t.conv.NextRun)
	t.conv.Runs = append(t.conv.Runs, Run{ID: id, Flow: m.Flow, Version: m.Version, Started: t.now()})
	return t.conv.Run(id)
}

// machine returns the version that a run was started with. Where it is gone the run goes on in the current version, in the state of the same name or
// the one that it was renamed to; nil when there is none.
func (t *turn) machine(r *Run) *Machine {
	if m := t.catalog.Machine(r.Version); m != nil && (r.State == "" || m.states[r.State] != nil) {
		return m
	}
	m := t.catalog.flow(r.Flow)
	if m == nil {
		return nil
	}
	name := r.State
	if renamed := m.renamed[name]; renamed != "" {
		name = renamed
	}
	if st := m.states[name]; st == nil || st.waitsFor() != r.Wait {
		return nil
	}
	t.trace("adopted", fmt.Sprintf("%s.%s goes on as %s of version %s", r.Flow, r.State, name, m.Version))
	r.Version, r.State = m.Version, name
	delete(t.envs, r.ID)
	return m
}

// waitsFor is what a run waits for in a state.
func (st *state) waitsFor() WaitKind {
	switch {
	case st.ask != nil:
		return WaitAsk
	case st.call != nil:
		return WaitCall
	case st.wait != nil:
		return WaitTime
	case st.handoff != nil:
		return WaitHandoff
	case st.run != nil:
		return WaitRun
	}
	return ""
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
		if !a.stay {
			t.enter(r, to)
		}
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

// set changes an attribute of the contact; name, language, timezone and region are its own.
func (c *Contact) set(attribute string, v any) {
	switch attribute {
	case "name":
		c.Name = display(v)
	case "language":
		c.Language, c.Guessed = display(v), false
	case "timezone":
		c.TimeZone = display(v)
	case "region":
		c.Region = display(v)
	default:
		if c.Attributes == nil {
			c.Attributes = map[string]any{}
		}
		c.Attributes[attribute] = v
	}
}

// enter puts a run into a state and does what the state says, until a wait or the end. r is not valid afterwards.
func (t *turn) enter(r *Run, name string) { t.visit(r, name, false) }

// visit is enter; again asks a question once more that was answered before: its set was for the event that led there the first time.
func (t *turn) visit(r *Run, name string, again bool) {
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
	if err := t.do(m, r, st, again); err != nil {
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
	if r.Wait == WaitRun {
		t.drop(r.ID)
	}
	r.Wait, r.CallID, r.Attempts, r.Answer = "", "", 0, nil
}

// drop ends the runs that a run waits for, because it waits no more.
func (t *turn) drop(parent string) {
	for i := range t.conv.Runs {
		if child := &t.conv.Runs[i]; child.Parent == parent {
			id := child.ID
			t.leave(child)
			child, p := t.conv.Run(id), t.conv.Run(parent)
			p.Speaks = p.Speaks || child.Speaks
			t.remove(child, OutcomeCancelled)
			return // a run waits for one other
		}
	}
}

// do carries out a state: set, say, then what it waits for, or it moves on at once. r is not valid afterwards.
func (t *turn) do(m *Machine, r *Run, st *state, again bool) error {
	if !again {
		if err := t.assign(m, r, st.set); err != nil {
			return err
		}
	}
	messages, err := t.render(m, r, st.say)
	if err != nil {
		return err
	}
	var question Outgoing
	if st.ask != nil && len(messages) > 0 {
		question, messages = messages[len(messages)-1], messages[:len(messages)-1]
	}
	for _, message := range messages {
		t.send(r, message)
	}
	switch {
	case st.ask != nil:
		r.Wait = WaitAsk
		t.focus(r)
		t.arm(r, st)
		return t.ask(m, r, st.ask, question)
	case st.call != nil:
		return t.call(m, r, st)
	case st.wait != nil:
		return t.wait(m, r, st)
	case st.handoff != nil:
		return t.handOver(m, r, st)
	case st.run != nil:
		return t.runOther(m, r, st)
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

// ask sends a question, with its choices and further ones of the engine's.
func (t *turn) ask(m *Machine, r *Run, a *ask, question Outgoing, further ...Choice) error {
	if len(a.choices) == 0 {
		if sl := m.slots[a.slot]; sl != nil && sl.typ == SlotYesNo {
			question.Choices = []Choice{
				{Payload: choicePayload(r, choiceYes), Title: t.sentence(r, TextYes)}, {Payload: choicePayload(r, choiceNo), Title: t.sentence(r, TextNo)},
			}
		}
	}
	for _, ch := range a.choices {
		title, err := t.text(m, r, ch.title)
		if err != nil {
			return err
		}
		question.Choices = append(question.Choices, Choice{Payload: choicePayload(r, ch.name), Title: title})
	}
	question.Choices = append(question.Choices, further...)
	question.As = a.as
	t.put(r, question)
	return nil
}

// put sends a question, as choices where it has some. What it covers is asked again when its run is out of the way.
func (t *turn) put(r *Run, question Outgoing) {
	if len(question.Choices) > 0 {
		question.Kind, question.Button = OutgoingChoices, t.sentence(r, TextChoose)
	}
	r.Speaks = true
	t.send(r, question)
}

// choicePayload is what a button brings back: the run, the state and the choice, so that an old button finds its run.
func choicePayload(r *Run, choice string) string { return "run/" + r.ID + "/" + r.State + "/" + choice }

// The choices of a yes_no question.
const (
	choiceYes = "yes"
	choiceNo  = "no"
)

// flowPayload is what a button of the menu brings back.
func flowPayload(flow string) string { return "flow/" + flow }

// askAgain re-enters a question: a real transition, with its time-outs started anew. instead is said in place of the question.
func (t *turn) askAgain(r *Run, instead message) { t.askWith(r, instead, nil) }

// askWith is askAgain with further choices.
func (t *turn) askWith(r *Run, instead message, further []Choice) {
	m := t.machine(r)
	if m == nil {
		t.giveUp(r, "version_missing", TextSomethingFailed)
		return
	}
	st := m.states[r.State]
	say := st.say[len(st.say)-1:]
	if instead != nil {
		say = []saying{{kind: OutgoingText, text: instead}}
	}
	messages, err := t.render(m, r, say)
	if err != nil {
		t.scriptFailed(r, err)
		return
	}
	t.again(m, r, st)
	if err := t.ask(m, r, st.ask, messages[0], further...); err != nil {
		t.scriptFailed(r, err)
	}
}

// again makes the transition of asking again and starts the state's time-outs anew.
func (t *turn) again(m *Machine, r *Run, st *state) {
	if _, err := m.move(r.State, st.ask.again); err != nil {
		t.trace("undeclared", err.Error())
	}
	t.disarm(r)
	r.Entry++
	t.arm(r, st)
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
		t.armAt(r, a.event, t.now().Add(a.delay))
	}
}

func (t *turn) armAt(r *Run, event string, due time.Time) {
	timer := Timer{ID: EffectID(t.conv.ID, t.conv.Seq, len(t.effects)), Due: due.UTC(), Run: r.ID, Entry: r.Entry, Event: event}
	t.emit(Effect{Kind: EffectTimer, Run: r.ID, Timer: &timer})
	r.Timers = append(slices.Clone(r.Timers), timer)
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
	if t.guarded(r.ID) {
		t.deferEvent(due.Event + " of " + r.Flow + " while " + t.conv.InFocus().Flow + " may not be interrupted")
		return
	}
	r.Timers = slices.DeleteFunc(slices.Clone(r.Timers), func(armed Timer) bool { return armed.ID == due.ID })
	m := t.machine(r)
	if m == nil {
		t.giveUp(r, "version_missing", TextSomethingFailed)
		return
	}
	if t.now().Before(due.Due) { // the clock was set back
		t.armAt(r, due.Event, due.Due)
		return
	}
	if due.Event == EventNameElapsed {
		t.elapsed(m, r)
		return
	}
	for _, a := range m.states[r.State].after {
		if a.event == due.Event {
			// A question that another run covers waits for silence: the contact is busy with the other one.
			if silent := t.conv.LastInbound.Add(a.delay); r.Wait == WaitAsk && t.conv.InFocus() != r && silent.After(t.now()) {
				t.armAt(r, due.Event, silent)
				return
			}
			t.via = due.Event
			t.choose(m, r, a.alternatives)
			return
		}
	}
	t.rearm(r) // another version armed it, and this one has other time-outs
}

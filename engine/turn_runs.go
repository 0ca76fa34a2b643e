package engine

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// focus puts a run on top: it gets the contact's free text.
func (t *turn) focus(r *Run) {
	id := r.ID
	t.conv.Focus = append(slices.DeleteFunc(t.conv.Focus, func(x string) bool { return x == id }), id)
}

// unfocus takes a run out of the focus, with those that wait for it. The run that it had interrupted is resumed by asking its question again. r is not
// valid afterwards.
func (t *turn) unfocus(r *Run) {
	top, onTop, spoke := t.conv.InFocus(), false, false
	for p := r; p != nil; p = t.conv.Run(p.Parent) {
		onTop, spoke = onTop || p == top, spoke || p.Speaks
		p.Speaks = false
		t.conv.Focus = slices.DeleteFunc(t.conv.Focus, func(x string) bool { return x == p.ID })
	}
	next := t.conv.InFocus()
	if onTop && spoke && next != nil && next.Wait == WaitAsk && t.conv.Owner.Kind == OwnerBot {
		t.askAgain(next, nil)
	}
}

// Names of events around time and other runs.
const (
	EventNameAccepted = "accepted" // a human agent took the chat
	EventNameElapsed  = "elapsed"  // a wait is over
	EventNameMissed   = "missed"   // the time of a wait was past already
	EventNameEnded    = "ended"    // the other flow ended with an outcome that has no way of its own
)

// Outcomes that the engine gives to runs.
const (
	OutcomeCancelled = "cancelled" // the contact ended it, or the run that waited for it went on
	OutcomeOptedOut  = "opted_out" // the contact wants nothing any more
	OutcomeReplaced  = "replaced"  // a newer run of the same flow is about the same thing
)

// wait puts a run into the background until a time.
func (t *turn) wait(m *Machine, r *Run, st *state) error {
	due, err := t.waitEnds(m, r, st.wait)
	if err != nil {
		return err
	}
	r.Wait = WaitTime
	t.arm(r, st)
	id := r.ID
	if due.After(t.now()) {
		t.armAt(r, EventNameElapsed, due)
		t.unfocus(r)
		return nil
	}
	if due.Before(t.now()) && t.raise(r, EventNameMissed) {
		return nil
	}
	t.elapsed(m, t.conv.Run(id))
	return nil
}

// waitEnds works out when a wait is over: outside the quiet hours, unless it is past already.
func (t *turn) waitEnds(m *Machine, r *Run, w *wait) (time.Time, error) {
	env := t.env(m, r)
	zone := t.zone(m, r)
	var due time.Time
	if w.length != nil {
		v, err := w.length.run(env)
		if err != nil {
			return due, err
		}
		length, err := asSpan(v)
		if err != nil {
			return due, fmt.Errorf("wait of %s.%s: %w", r.Flow, r.State, err)
		}
		due = length.add(t.now(), 1, zone)
	} else {
		v, err := w.until.run(env)
		if err != nil {
			return due, err
		}
		if due, err = moment(v, zone); err != nil {
			return due, fmt.Errorf("wait of %s.%s: %w", r.Flow, r.State, err)
		}
	}
	if due.After(t.now().Add(MaxWait)) {
		return due, fmt.Errorf("wait of %s.%s: until %s is longer than %s", r.Flow, r.State, due.Format(time.DateOnly), MaxWait)
	}
	if due.Before(t.now()) {
		return due, nil
	}
	return t.outOfQuiet(m, r, w, due), nil // moved before now it is missed, or now, however quiet it is
}

// outOfQuiet moves a time out of the flow's quiet hours, on the contact's clock where it is known.
func (t *turn) outOfQuiet(m *Machine, r *Run, w *wait, due time.Time) time.Time {
	if m.quiet == nil || w.quiet == QuietIgnore {
		return due
	}
	return m.quiet.move(due, t.contactZone(t.zone(m, r)), w.quiet == QuietEarlier)
}

// What a wait does with a time in the quiet hours.
const (
	QuietLater   = "later"   // to their end; when nothing is said
	QuietEarlier = "earlier" // to the last minute before they begin
	QuietIgnore  = "ignore"
)

// quietGrace is how late a wait that ends in the last minute before the quiet hours may be and still end at once.
const quietGrace = 15 * time.Minute

// awake is when a wait that is over may go on: now, unless it is quiet.
func (t *turn) awake(m *Machine, r *Run, w *wait) time.Time {
	now := t.now()
	if m.quiet == nil || w.quiet == QuietIgnore {
		return now
	}
	zone := t.contactZone(t.zone(m, r))
	if w.quiet == QuietEarlier && !m.quiet.holds(now.Add(-quietGrace), zone) {
		return now
	}
	return m.quiet.move(now, zone, false)
}

// elapsed ends a wait. After an outage it may be night by now: then it waits on.
func (t *turn) elapsed(m *Machine, r *Run) {
	if later := t.awake(m, r, m.states[r.State].wait); later.After(t.now()) {
		t.armAt(r, EventNameElapsed, later)
		t.unfocus(r)
		return
	}
	id := r.ID
	if t.raise(r, EventNameElapsed) {
		return
	}
	if r = t.conv.Run(id); r != nil {
		t.trace("dead_end", r.Flow+"."+r.State)
		t.giveUp(r, "dead_end", TextSomethingFailed)
	}
}

// errNoFlow is a flow that another one wants to run and that is not published.
var errNoFlow = errors.New("no such flow is published")

// runOther starts the flow that a state runs, and waits for its outcome.
func (t *turn) runOther(m *Machine, r *Run, st *state) error {
	other := t.catalog.flow(st.run.flow)
	if other == nil {
		return fmt.Errorf("run %s: %w", st.run.flow, errNoFlow)
	}
	slots := map[string]any{}
	for _, a := range st.run.with {
		v, err := a.value.run(t.env(m, r))
		if err == nil {
			v, err = plain(v)
		}
		if err != nil {
			return err
		}
		if v != nil {
			slots[a.slot] = v
		}
	}
	parent := r.ID
	child := t.newRun(other) // r is not valid any more
	if child == nil {
		t.giveUp(t.conv.Run(parent), "budget_runs", TextSomethingFailed)
		return nil
	}
	r = t.conv.Run(parent)
	r.Wait = WaitRun
	t.arm(r, st)
	child.Parent, child.Slots = parent, slots
	if t.conv.InFocus() == r {
		t.focus(child)
	}
	t.enter(child, other.initial)
	return nil
}

// end ends a run. The run that waits for it goes on; otherwise the one that it interrupted is resumed. r is not valid afterwards.
func (t *turn) end(r *Run, outcome string) {
	parent, spoke := r.Parent, r.Speaks
	result := map[string]any{"outcome": outcome}
	if m := t.catalog.Machine(r.Version); m != nil {
		for _, name := range m.returns {
			if v, ok := r.Slots[name]; ok {
				result[name] = v
			}
		}
	}
	t.remove(r, outcome)
	p := t.conv.Run(parent)
	if p == nil || p.Wait != WaitRun {
		return
	}
	p.Speaks = p.Speaks || spoke
	m := t.machine(p)
	if m == nil {
		t.giveUp(p, "version_missing", TextSomethingFailed)
		return
	}
	if save := m.states[p.State].run.save; save != "" {
		t.setSlot(p, save, result)
	}
	t.outcome(parent, outcome, EventNameEnded)
}

// remove takes a run out of the conversation.
func (t *turn) remove(r *Run, outcome string) {
	id, parent := r.ID, r.Parent
	t.emit(Effect{Kind: EffectEnd, Run: id, End: &RunEnd{Flow: r.Flow, Outcome: outcome, Path: r.Path}})
	r.Wait = ""
	switch at := slices.Index(t.conv.Focus, id); {
	case t.conv.Run(parent) == nil:
		t.unfocus(r)
	case at >= 0 && slices.Contains(t.conv.Focus, parent):
		t.conv.Focus = slices.Delete(t.conv.Focus, at, at+1)
	case at >= 0:
		t.conv.Focus[at] = parent // it goes on in the run's place
	}
	t.conv.Runs = slices.DeleteFunc(t.conv.Runs, func(x Run) bool { return x.ID == id })
}

// outcome gives the end of another flow or of a handoff to the run that waited for it. A run that has no answer to it ends with that outcome.
func (t *turn) outcome(id, outcome string, further ...string) {
	for _, event := range append([]string{outcome}, further...) {
		r := t.conv.Run(id)
		if r == nil {
			return
		}
		if t.machine(r) != nil && t.raise(r, event) { // a version that is gone would only be handed over again
			return
		}
	}
	if r := t.conv.Run(id); r != nil {
		t.leave(r)
		t.end(r, outcome)
	}
}

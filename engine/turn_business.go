package engine

import (
	"slices"
	"strings"
)

// business gives a business event to the run that it is for, else to the flow that it starts.
func (t *turn) business(b BusinessEvent) {
	if !isBusiness(b.Name) { // "answered" or "ok" are the engine's to raise
		t.trace("ignored", b.Name+" is not the name of a business event")
		return
	}
	if t.conv.Contact.OptedOut {
		t.trace("opted_out", b.Name)
		return
	}
	if b.Contact != nil {
		t.told(*b.Contact)
	}
	if kind := t.conv.Owner.Kind; kind != OwnerBot && kind != OwnerClosed {
		t.deferEvent(b.Name + " while " + t.conv.Owner.String() + " owns the conversation")
		return
	}
	if t.guarded("") && !t.catches(t.conv.InFocus(), b) {
		t.deferEvent(b.Name + " while " + t.conv.InFocus().Flow + " may not be interrupted")
		return
	}
	t.open("event " + b.Name)
	for _, id := range t.receivers(b) {
		r := t.conv.Run(id)
		flow := r.Flow
		if t.raise(r, b.Name) {
			t.emit(Effect{Kind: EffectTrace, Run: id, Trace: &Trace{Code: TraceDelivered, Detail: b.Name + " to " + flow, Call: -1}})
			return
		}
	}
	if m, tr := t.startedBy(b); m != nil {
		if len(t.conv.Runs) >= MaxRuns {
			t.trace(TraceTooManyRuns, b.Name+" would start "+m.Flow)
			return
		}
		t.emit(Effect{Kind: EffectTrace, Trace: &Trace{Code: TraceStarted, Detail: b.Name + " starts " + m.Flow, Call: -1}})
		t.start(m, tr.state, b.Key)
		return
	}
	if t.known(b.Name) {
		t.trace(TraceLate, b.Name+" finds no run that waits for it")
		return
	}
	t.trace("ignored", "no flow waits for "+b.Name)
}

// told fills in what is not known of the contact yet. What the contact writes says more about the language later.
func (t *turn) told(k KnownContact) {
	c := t.conv.Contact
	if c.Name == "" {
		c.Name = k.Name
	}
	if language := t.spoken(k.Language); c.Language == "" && language != "" {
		c.Language, c.Guessed = language, true
	}
	if _, region, _ := strings.Cut(k.Language, "-"); c.Region == "" && len(region) == 2 {
		c.Region = strings.ToUpper(region)
	}
	if c.TimeZone == "" && t.catalog.zone(k.TimeZone) != nil {
		c.TimeZone = k.TimeZone
	}
	before := t.conv.Contact
	if c.Name != before.Name || c.Language != before.Language || c.Region != before.Region || c.TimeZone != before.TimeZone {
		t.learn(func(contact *Contact) {
			contact.Name, contact.Language, contact.Guessed, contact.Region, contact.TimeZone = c.Name, c.Language, c.Guessed, c.Region, c.TimeZone
		})
	}
}

// What became of a business event, as the codes of traces. "deferred" and "opted_out" are others.
const (
	TraceDelivered = "event_delivered" // a run took it
	TraceStarted   = "event_started"   // it started a run
	TraceLate      = "event_late"      // flows know it, and none of their runs waits for it now
	// TraceTooManyRuns: it would have started a run, and the conversation holds MaxRuns.
	TraceTooManyRuns = "budget_runs"
)

// catches tells whether a business event is for a run: the run catches its name, and its key where both have one.
func (t *turn) catches(r *Run, b BusinessEvent) bool {
	if r == nil {
		return false
	}
	m := t.machine(r)
	if m == nil || m.key != nil && b.Key != "" && b.Key != r.Key {
		return false
	}
	return len(m.states[r.State].on[b.Name]) > 0 || len(m.on[b.Name]) > 0
}

// receivers lists the runs that a business event can be for: those of its key, then the others, each time the one in focus first. An alternative that does
// not hold leaves the event to the next one.
func (t *turn) receivers(b BusinessEvent) []string {
	var keyed, others []string
	for _, id := range t.byFocus() {
		r := t.conv.Run(id)
		switch {
		case !t.catches(r, b):
		case b.Key != "" && r.Key == b.Key && t.catalog.Machine(r.Version).key != nil:
			keyed = append(keyed, id)
		default:
			others = append(others, id)
		}
	}
	return append(keyed, others...)
}

// startedBy finds the flow that a business event starts. A flow with a key has one run for each key.
func (t *turn) startedBy(b BusinessEvent) (*Machine, trigger) {
	for _, m := range t.catalog.Current {
		for _, tr := range m.triggers {
			running := m.key != nil && b.Key != "" && slices.ContainsFunc(t.conv.Runs, func(r Run) bool { return r.Flow == m.Flow && r.Key == b.Key })
			if tr.event == b.Name && !running {
				return m, tr
			}
		}
	}
	return nil, trigger{}
}

// known tells whether any published flow has to do with a business event.
func (t *turn) known(name string) bool {
	return slices.ContainsFunc(t.catalog.Current, func(m *Machine) bool { return m.Knows(name) })
}

// isBusiness tells the names of business events that a state can wait for: they have a dot.
func isBusiness(name string) bool { return strings.Contains(name, ".") }

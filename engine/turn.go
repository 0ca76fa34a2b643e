package engine

import (
	"errors"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
	"time"
)

// turn is one event being applied. It lives as long as one Step.
type turn struct {
	catalog *Catalog
	conv    Conversation
	ev      Event
	effects []Effect

	steps       int             // states entered
	scriptCalls int             // calls of scripts made
	owned       map[string]bool // runs whose slots this turn may change: they were copied
	envs        map[string]map[string]any
	failing     string    // the run whose script failed in this turn
	hint        string    // the channel's guess of the language of the message
	origin      EventKind // of the event being taken: what the contact asked for is in focus at once
	via         string    // the event or state that led to the current state: why a handoff happens
	// leaving is the chat of a handoff state that the flow has left in this turn. A handoff later in the turn takes it over with its
	// waiting time; otherwise it is withdrawn.
	leaving *Chat
	// regained tells that people gave the conversation back in this turn.
	regained bool
}

// take applies one event.
func (t *turn) take(ev Event) error {
	t.ev, t.envs, t.origin = ev, nil, ev.Kind
	if !ev.complete() {
		t.trace("ignored", "event of kind "+string(ev.Kind)+" without its part")
		return nil
	}
	switch ev.Kind {
	case EventMessage:
		t.message(*ev.Message)
	case EventTimer:
		t.timer(*ev.Timer)
	case EventCall:
		t.callEnded(*ev.Call)
	case EventBusiness:
		t.business(*ev.Business)
	case EventStatus:
		t.status(*ev.Status)
	case EventEcho:
		t.echo(*ev.Echo)
	case EventAgent:
		return t.agent(*ev.Agent)
	}
	return nil
}

// settle brings the conversation to rest: what waited is taken up, a chat that was left is withdrawn, and a conversation in which nothing is
// under way is closed.
func (t *turn) settle() {
	for t.withdraw(); t.conv.Owner.Kind == OwnerBot || t.conv.Owner.Kind == OwnerClosed; t.withdraw() {
		i := t.nextDeferred()
		if i < 0 {
			break
		}
		next := t.conv.Deferred[i]
		t.conv.Deferred = slices.Delete(t.conv.Deferred, i, i+1)
		next.At = t.now()
		_ = t.take(next) // deferred events are never a human agent's, so nothing is refused
	}
	if t.conv.Owner.Kind != OwnerBot { // people have read what the contact wrote; the bot must not answer it when they are done
		t.conv.Deferred = slices.DeleteFunc(t.conv.Deferred, func(ev Event) bool { return ev.Kind == EventMessage })
	}
	if t.regained && t.conv.Owner.Kind == OwnerBot {
		t.rearmOverdue()
	}
	if t.conv.Owner.Kind == OwnerBot && len(t.conv.Runs) == 0 {
		t.own(Owner{Kind: OwnerClosed}, "done")
		t.conv.Insults = 0
	}
	t.refreshKeys()
	if len(t.conv.Deferred) == 0 {
		t.conv.Deferred = nil
	}
}

// nextDeferred finds the event to take up: the first one whose waiting is over. The contact's messages wait for the call of the run in focus; what
// other runs get waits while the run in focus may not be interrupted. -1 is none.
func (t *turn) nextDeferred() int {
	calling := t.calling()
	return slices.IndexFunc(t.conv.Deferred, func(ev Event) bool {
		switch ev.Kind {
		case EventMessage:
			return !calling
		case EventTimer:
			return !t.guarded(ev.Timer.Run)
		case EventCall:
			r := t.caller(*ev.Call)
			return r == nil || !t.guarded(r.ID)
		case EventBusiness:
			return !t.guarded("") || t.catches(t.conv.InFocus(), *ev.Business)
		}
		return true
	})
}

// guarded tells that the run in focus has something under way with the contact that may not be interrupted by another run.
func (t *turn) guarded(by string) bool {
	r := t.conv.InFocus()
	if r == nil || r.ID == by || r.Wait != WaitAsk && r.Wait != WaitCall {
		return false
	}
	for p := t.conv.Run(by); p != nil && p.Parent != ""; p = t.conv.Run(p.Parent) { // its own family is no interruption
		if p.Parent == r.ID {
			return false
		}
	}
	for p := r; p != nil; p = t.conv.Run(p.Parent) {
		if p.ID == by {
			return false
		}
		if m := t.catalog.Machine(p.Version); m != nil && !m.interruptible {
			return true
		}
	}
	return false
}

// refreshKeys works out what the runs are about whose slots have changed in this turn. A flow with a key has one run for each key: the one that learned
// its key last goes on, because the contact has just asked for it.
func (t *turn) refreshKeys() {
	for i := range t.conv.Runs {
		r := &t.conv.Runs[i]
		m := t.catalog.Machine(r.Version)
		if m == nil || m.key == nil || !t.owned[r.ID] {
			continue
		}
		v, err := m.key.run(t.env(m, r))
		if err != nil || v == nil || display(v) == r.Key { // a slot that is not filled in yet leaves the key as it was
			continue
		}
		r.Key = display(v)
		if older := t.sameKey(r); older != "" {
			t.leave(t.conv.Run(older))
			t.remove(t.conv.Run(older), OutcomeReplaced)
			t.refreshKeys() // the list of runs is another one now
			return
		}
	}
}

// sameKey finds another run of the same flow with the same key that waits for nobody but the contact or the clock, or "".
func (t *turn) sameKey(r *Run) string {
	for _, other := range t.conv.Runs {
		if other.ID != r.ID && other.Flow == r.Flow && other.Key == r.Key && other.Parent == "" && (other.Wait == WaitTime || other.Wait == WaitAsk) {
			return other.ID
		}
	}
	return ""
}

func (t *turn) now() time.Time { return t.ev.At }

// emit adds an effect under an id that derives from the conversation, the turn and its place.
func (t *turn) emit(e Effect) string {
	e.ID = EffectID(t.conv.ID, t.conv.Seq, len(t.effects))
	t.effects = append(t.effects, e)
	return e.ID
}

func (t *turn) trace(code, detail string) {
	t.emit(Effect{Kind: EffectTrace, Trace: &Trace{Code: code, Detail: detail, Call: -1}})
}

// own changes the owner. A person who takes over raises the fence: what was queued before may not be said after.
func (t *turn) own(to Owner, reason string) {
	if to == t.conv.Owner {
		return
	}
	from := t.conv.Owner
	t.conv.Owner = to
	t.conv.Epoch++
	t.regained = t.regained || to.Kind == OwnerBot && from.Kind != OwnerClosed
	if to.Kind == OwnerAgent || to.Kind == OwnerPhone {
		t.conv.Fence = t.conv.Epoch
	}
	t.emit(Effect{Kind: EffectOwner, Owner: &OwnerChange{From: from.String(), To: to.String(), Epoch: t.conv.Epoch, Reason: reason}})
}

// open gives a closed conversation to the bot.
func (t *turn) open(reason string) {
	if t.conv.Owner.Kind == OwnerClosed {
		t.own(Owner{Kind: OwnerBot}, reason)
	}
}

// calling tells whether the run in focus waits for a call.
func (t *turn) calling() bool {
	r := t.conv.InFocus()
	return r != nil && r.Wait == WaitCall
}

// deferEvent keeps an event for later in the conversation's life. The end of a call and a due timer are always kept: a run has few
// of them, and would wait for them for ever.
func (t *turn) deferEvent(why string) {
	if t.ev.Kind != EventMessage && slices.ContainsFunc(t.conv.Deferred, func(ev Event) bool { return ev.Kind == t.ev.Kind && ev.ID == t.ev.ID }) {
		t.trace("deferred", why+", again")
		return
	}
	if len(t.conv.Deferred) >= MaxDeferred && t.ev.Kind != EventCall && t.ev.Kind != EventTimer {
		t.trace("budget_deferred", why)
		return
	}
	t.conv.Deferred = append(t.conv.Deferred, t.ev)
	t.trace("deferred", why)
}

// language is what to speak with the contact.
func (t *turn) language() string {
	if t.conv.Contact.Language != "" {
		return t.conv.Contact.Language
	}
	return t.catalog.DefaultLanguage
}

// zone is the time zone of a flow's local times: the flow's own, else the contact's, else UTC.
func (t *turn) zone(m *Machine, r *Run) *time.Location {
	if m != nil && m.zone != nil {
		env := map[string]any{"config": t.catalog.Config, "contact": t.contactEnv(), "language": t.language(), "now": t.now()}
		for name := range m.slots {
			env[name] = r.Slots[name]
		}
		name, _, err := m.zone.render(env)
		if zone := t.catalog.zone(name); err == nil && zone != nil {
			return zone
		}
	}
	return t.contactZone(time.UTC)
}

// contactZone is where the contact is, else the fallback.
func (t *turn) contactZone(fallback *time.Location) *time.Location {
	if zone := t.catalog.zone(t.conv.Contact.TimeZone); zone != nil {
		return zone
	}
	return fallback
}

// learn changes the contact's record.
func (t *turn) learn(change func(*Contact)) {
	change(&t.conv.Contact)
	stored := t.conv.Contact
	stored.Attributes = maps.Clone(stored.Attributes)
	t.envs = nil
	t.emit(Effect{Kind: EffectContact, Contact: &stored})
}

// sentence is one of the engine's own sentences, in the words of the run's flow where it has its own. r may be nil.
func (t *turn) sentence(r *Run, key TextKey) string {
	if r != nil {
		if m := t.catalog.Machine(r.Version); m != nil && m.texts[key] != nil {
			if text, err := t.text(m, r, m.texts[key]); err == nil && text != "" {
				return text
			}
		}
	}
	return t.catalog.Commands.Text(key, t.language(), t.catalog.DefaultLanguage, "en")
}

// say sends a sentence of the engine's own. r is the run it is about, or nil.
func (t *turn) say(r *Run, key TextKey) {
	t.send(r, Outgoing{Kind: OutgoingText, Text: t.sentence(r, key)})
}

// send queues a message of the bot. An empty text is nothing to say.
func (t *turn) send(r *Run, m Outgoing) {
	if m.Text == "" && len(m.Choices) == 0 && m.Template == nil && m.File == nil && m.Location == nil {
		return
	}
	s := &Send{Origin: OriginBot, Epoch: t.conv.Epoch, Language: t.language(), Message: m, At: t.now()}
	e := Effect{Kind: EffectSend, Send: s}
	if r != nil {
		e.Run, s.Flow, s.State = r.ID, r.Flow, r.State
		r.Spoke = t.conv.Seq
	}
	t.emit(e)
}

// slots returns a run's slots for writing: the first time in a turn they are copied, because the caller's conversation must not change.
func (t *turn) slots(r *Run) map[string]any {
	if t.owned == nil {
		t.owned = map[string]bool{}
	}
	if !t.owned[r.ID] || r.Slots == nil {
		r.Slots = maps.Clone(r.Slots)
		if r.Slots == nil {
			r.Slots = map[string]any{}
		}
		t.owned[r.ID] = true
	}
	return r.Slots
}

func (t *turn) setSlot(r *Run, name string, v any) {
	if v == nil {
		delete(t.slots(r), name)
	} else {
		t.slots(r)[name] = v
	}
	if env := t.envs[r.ID]; env != nil {
		env[name] = v
		if m := t.catalog.Machine(r.Version); m != nil && m.zone != nil {
			delete(t.envs, r.ID) // the slot may say in which zone the run is
		}
	}
}

// env is what names in a run's expressions mean, made once a turn.
func (t *turn) env(m *Machine, r *Run) map[string]any {
	if env := t.envs[r.ID]; env != nil {
		return env
	}
	env := make(map[string]any, len(m.slots)+len(m.scripts)+5)
	for name := range m.slots {
		env[name] = r.Slots[name]
	}
	for _, name := range m.scripts {
		env[name] = t.module(m, name)
	}
	env["contact"] = t.contactEnv()
	env["event"] = t.eventEnv()
	env["config"] = t.catalog.Config
	env["language"] = t.language()
	env["now"] = t.now()
	zone := t.zone(m, r)
	env["today"] = t.now().In(zone).Format(time.DateOnly)
	env[contextName] = &exprContext{now: t.now(), zone: zone, language: t.language(), region: t.conv.Contact.Region, locale: t.catalog.Locale}
	if t.envs == nil {
		t.envs = map[string]map[string]any{}
	}
	t.envs[r.ID] = env
	return env
}

func (t *turn) contactEnv() map[string]any {
	c := t.conv.Contact
	return map[string]any{
		"id": c.ID, "name": c.Name, "language": t.language(), "region": c.Region, "timezone": c.TimeZone, "opted_out": c.OptedOut, "attributes": c.Attributes,
	}
}

func (t *turn) eventEnv() map[string]any {
	env := map[string]any{"name": string(t.ev.Kind), "key": "", "text": "", "data": map[string]any(nil)}
	switch {
	case t.ev.Business != nil:
		env["name"], env["key"], env["data"] = t.ev.Business.Name, t.ev.Business.Key, t.ev.Business.Data
	case t.ev.Message != nil:
		env["text"] = t.ev.Message.Text
	}
	return env
}

// module makes a script's functions callable in expressions.
func (t *turn) module(m *Machine, name string) map[string]any {
	functions := map[string]any{}
	ref := m.ScriptRef(name)
	for _, fn := range m.ScriptFunctions(name) {
		functions[fn] = func(args ...any) (any, error) { return t.script(ref, fn, args) }
	}
	return functions
}

// script calls a script function. Its seed derives from the turn and from how many calls were made before.
func (t *turn) script(name, fn string, args []any) (any, error) {
	index := t.scriptCalls
	t.scriptCalls++
	v, err := t.catalog.Scripts.Call(ScriptCall{Script: name, Function: fn, Args: args, Now: t.now(), Seed: t.seed(index)})
	if err != nil {
		trace := &Trace{Code: EventNameScriptFailed, Detail: err.Error(), Call: index}
		errors.As(err, &trace.Script)
		t.emit(Effect{Kind: EffectTrace, Trace: trace})
	}
	return v, err
}

func (t *turn) seed(index int) uint64 {
	h := fnv.New64a()
	for _, s := range []string{t.conv.ID, strconv.FormatInt(t.conv.Seq, 10), strconv.Itoa(index)} {
		_, _ = h.Write([]byte(s + "/")) // a hash never fails to write
	}
	return h.Sum64()
}

// status takes a channel's word that a message could not be delivered. How far messages got is the store's business.
func (t *turn) status(s Status) {
	t.emit(Effect{Kind: EffectDelivery, Delivery: &s})
	if s.State != DeliveryFailed || t.conv.Owner.Kind != OwnerBot {
		return
	}
	if r := t.speaker(s.Effect); r != nil {
		t.raise(r, EventNameUndeliverable)
	}
}

// speaker finds the run that sent a message; the one in focus where the channel does not tell which message it was.
func (t *turn) speaker(effect string) *Run {
	_, seq, _, ok := ParseEffectID(effect)
	if !ok {
		return t.conv.InFocus()
	}
	for _, id := range t.byFocus() {
		if r := t.conv.Run(id); r != nil && r.Spoke == seq {
			return r
		}
	}
	return nil
}

// byFocus lists the runs' ids, the one in focus first.
func (t *turn) byFocus() []string {
	ids := slices.Clone(t.conv.Focus)
	slices.Reverse(ids)
	for _, r := range t.conv.Runs {
		if !slices.Contains(ids, r.ID) {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

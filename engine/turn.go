package engine

import (
	"errors"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
	"strings"
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
	failing     string // the run whose script failed in this turn
	via         string // the event or state that led to the current state: why a handoff happens
	// leaving is the chat of a handoff state that the flow has left in this turn. A handoff later in the turn takes it over with its
	// waiting time; otherwise it is withdrawn.
	leaving *Chat
	// regained tells that people gave the conversation back in this turn.
	regained bool
}

// take applies one event.
func (t *turn) take(ev Event) error {
	t.ev, t.envs = ev, nil
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
	for t.withdraw(); t.conv.Owner.Kind == OwnerBot; t.withdraw() {
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
	}
	if len(t.conv.Deferred) == 0 {
		t.conv.Deferred = nil
	}
}

// nextDeferred finds the event to take up: the first one, but during a call only the end of a call. -1 is none.
func (t *turn) nextDeferred() int {
	calling := t.calling()
	return slices.IndexFunc(t.conv.Deferred, func(ev Event) bool { return !calling || ev.Kind == EventCall })
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

// deferEvent keeps an event for later in the conversation's life. The end of a call is always kept: a run has one call at most, and would wait
// for it for ever.
func (t *turn) deferEvent(why string) {
	if len(t.conv.Deferred) >= MaxDeferred && t.ev.Kind != EventCall {
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

// learn changes the contact's record.
func (t *turn) learn(change func(*Contact)) {
	change(&t.conv.Contact)
	stored := t.conv.Contact
	stored.Attributes = maps.Clone(stored.Attributes)
	t.envs = nil
	t.emit(Effect{Kind: EffectContact, Contact: &stored})
}

// say sends a text of the engine's own.
func (t *turn) say(key TextKey) {
	if text := t.catalog.Commands.Text(key, t.language(), t.catalog.DefaultLanguage, "en"); text != "" {
		t.send(nil, Outgoing{Kind: OutgoingText, Text: text})
	}
}

// send queues a message of the bot. An empty text is nothing to say.
func (t *turn) send(r *Run, m Outgoing) {
	if m.Text == "" && len(m.Choices) == 0 && m.Template == nil {
		return
	}
	s := &Send{Origin: OriginBot, Epoch: t.conv.Epoch, Language: t.language(), Message: m, At: t.now()}
	e := Effect{Kind: EffectSend, Send: s}
	if r != nil {
		e.Run, s.Flow, s.State = r.ID, r.Flow, r.State
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
		env[name] = t.module(name)
	}
	contact := t.conv.Contact
	env["contact"] = map[string]any{"id": contact.ID, "name": contact.Name, "language": t.language(), "attributes": contact.Attributes}
	env["event"] = t.eventEnv()
	env["config"] = t.catalog.Config
	env["language"] = t.language()
	env["now"] = t.now()
	if t.envs == nil {
		t.envs = map[string]map[string]any{}
	}
	t.envs[r.ID] = env
	return env
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
func (t *turn) module(name string) map[string]any {
	functions := map[string]any{}
	for _, fn := range t.catalog.Functions[name].Functions {
		functions[fn] = func(args ...any) (any, error) { return t.script(name, fn, args) }
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
	if r := t.conv.InFocus(); r != nil {
		t.raise(r, EventNameUndeliverable)
	}
}

// business gives a business event to the run that waits for it, else to the flow it starts.
func (t *turn) business(b BusinessEvent) {
	if kind := t.conv.Owner.Kind; kind != OwnerBot && kind != OwnerClosed {
		t.deferEvent(b.Name + " while " + t.conv.Owner.String() + " owns the conversation")
		return
	}
	t.open("event " + b.Name)
	for _, id := range t.byFocus() {
		if !isBusiness(b.Name) {
			break // "answered" or "ok" are the engine's to raise
		}
		if r := t.conv.Run(id); r != nil && t.raise(r, b.Name) {
			return
		}
	}
	for _, m := range t.catalog.Current {
		for _, tr := range m.triggers {
			if tr.event == b.Name {
				t.start(m, tr.state)
				return
			}
		}
	}
	t.trace("ignored", "no flow waits for "+b.Name)
}

// isBusiness tells the names of business events that a state can wait for: they have a dot.
func isBusiness(name string) bool { return strings.Contains(name, ".") }

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

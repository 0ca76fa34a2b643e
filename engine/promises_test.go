package engine_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"relevo/engine"
)

// A world is a conversation with what the runner keeps beside it: armed timers and calls under way.
type world struct {
	catalog *engine.Catalog
	conv    engine.Conversation
	now     time.Time
	timers  []engine.Timer
	calls   []string
	buttons []string // payloads that were ever sent
	old     []engine.Event
	visited map[string]bool // "flow.state"
	last    []engine.Effect // of the last turn
	n       int
}

func newWorld(c *engine.Catalog) *world {
	return &world{
		catalog: c, now: start, visited: map[string]bool{},
		conv: engine.Conversation{ID: "c1", Channel: "web", Contact: engine.Contact{ID: "p1"}, Owner: engine.Owner{Kind: engine.OwnerClosed}},
	}
}

// What contacts of the random conversations write.
var utterances = []string{
	"where is my order", "dónde está mi pedido", "acompanhar meu pedido", "AB123456", "it's cd 98 76 54", "agent", "hablar con alguien", "1", "2", "3", "9",
	"no, thanks", "talk to a person", "another order", "wait", "see the details", "sí", "", "purple", "\x00\u2028", "no, gracias", "that's all",
}

var businessNames = []string{"order.delayed", "order.cancelled", "order.unknown", "answered", "ok", "agent"}

// draw makes the next event out of what can really come, and of what should not.
func (w *world) draw(t *rapid.T) engine.Event {
	w.n++
	ev := engine.Event{ID: fmt.Sprintf("e%d", w.n)}
	w.now = w.now.Add(time.Duration(rapid.IntRange(0, 1200).Draw(t, "seconds")) * time.Second)
	ev.At = w.now
	kinds := []string{"text", "text", "text", "button", "button", "agent", "agent", "business", "echo", "status", "odd", "again"}
	if len(w.timers) > 0 {
		kinds = append(kinds, "timer", "timer")
	}
	if len(w.calls) > 0 {
		kinds = append(kinds, "call", "call", "call", "call")
	}
	switch kind := rapid.SampledFrom(kinds).Draw(t, "kind"); kind {
	case "button":
		ev.Kind = engine.EventMessage
		payload := "run/r1/person"
		if len(w.buttons) > 0 {
			payload = rapid.SampledFrom(w.buttons[max(0, len(w.buttons)-8):]).Draw(t, "payload")
		}
		ev.Message = &engine.Message{Kind: engine.MessageButton, Text: "Title", Payload: payload}
	case "agent":
		ev.Kind = engine.EventAgent
		verb := rapid.SampledFrom([]engine.AgentVerb{engine.AgentClaim, engine.AgentClaim, engine.AgentReply, engine.AgentNote, engine.AgentRelease, engine.AgentClose}).Draw(t, "verb")
		ev.Agent = &engine.AgentAction{Verb: verb, Agent: rapid.SampledFrom([]string{"ana", "ben"}).Draw(t, "agent"), Text: "Hello"}
		ev.Agent.Outcome = rapid.SampledFrom([]string{"resolved", "refund", "sold"}).Draw(t, "outcome")
		if rapid.Bool().Draw(t, "tracks") {
			ev.Agent.Epoch = w.conv.Epoch - int64(rapid.IntRange(0, 1).Draw(t, "behind"))
		}
	case "business":
		ev.Kind = engine.EventBusiness
		ev.Business = &engine.BusinessEvent{Name: rapid.SampledFrom(businessNames).Draw(t, "event"), Key: "AB123456", Data: map[string]any{"days": 2.0}}
	case "echo":
		ev.Kind, ev.Echo = engine.EventEcho, &engine.Message{Kind: engine.MessageText, Text: "Hi"}
	case "status":
		ev.Kind, ev.Status = engine.EventStatus, &engine.Status{State: rapid.SampledFrom([]engine.DeliveryState{engine.DeliveryRead, engine.DeliveryFailed}).Draw(t, "state")}
	case "timer":
		ev.Kind = engine.EventTimer
		slices.SortStableFunc(w.timers, func(a, b engine.Timer) int { return a.Due.Compare(b.Due) })
		due := w.timers[0]
		w.timers = w.timers[1:]
		if due.Due.After(w.now) {
			w.now = due.Due
		}
		ev.At, ev.Timer = w.now, &due
	case "call":
		ev.Kind, ev.Call = engine.EventCall, &engine.CallResult{Effect: w.calls[0]}
		w.calls = w.calls[1:]
		switch status := rapid.SampledFrom([]int{200, 200, 200, 404, 500, 0}).Draw(t, "status"); status {
		case 0:
			ev.Call.Error = "timeout"
		case 200:
			order := map[string]any{"id": "AB123456", "status": rapid.SampledFrom([]string{"shipped", "delayed", "lost"}).Draw(t, "order")}
			ev.Call.Status, ev.Call.Body = 200, order
		default:
			ev.Call.Status = status
		}
	case "odd":
		ev.Kind = engine.EventMessage
		ev.Message = &engine.Message{Kind: rapid.SampledFrom([]engine.MessageKind{
			engine.MessageAudio, engine.MessageReaction, engine.MessageEdit, engine.MessageRevoke, engine.MessageSystem, engine.MessageHistory, engine.MessageUnsupported, "new",
		}).Draw(t, "message"), Extra: map[string]any{"late": rapid.Bool().Draw(t, "late")}}
	case "again":
		if len(w.old) > 0 {
			ev = rapid.SampledFrom(w.old).Draw(t, "old")
			ev.At = w.now
			return ev
		}
		fallthrough
	default:
		ev.Kind = engine.EventMessage
		ev.Message = &engine.Message{Kind: engine.MessageText, Text: rapid.SampledFrom(utterances).Draw(t, "text"), Language: "es"}
	}
	if ev.Kind == engine.EventTimer || ev.Kind == engine.EventCall { // these can come twice
		w.old = append(w.old, ev)
	}
	return ev
}

// take steps the conversation and returns the promise that the step did not keep.
func (w *world) take(ev engine.Event) error {
	before, err := json.Marshal(w.conv)
	if err != nil {
		return err
	}
	var stored engine.Conversation
	if err := json.Unmarshal(before, &stored); err != nil {
		return err
	}
	kept, err := json.Marshal(ev) // events are stored before they are taken
	if err != nil {
		return err
	}
	ev = engine.Event{}
	if err := json.Unmarshal(kept, &ev); err != nil {
		return err
	}
	next, out, stepErr := w.catalog.Step(w.conv, ev)
	w.last = out
	again, outAgain, _ := w.catalog.Step(stored, ev)
	after, err := json.Marshal(w.conv)
	if err != nil {
		return err
	}
	if string(before) != string(after) {
		return fmt.Errorf("the caller's conversation was changed:\n%s\n%s", before, after)
	}
	if !sameJSON(next, again) || !sameJSON(out, outAgain) {
		return fmt.Errorf("the conversation as it was and as it was read back go different ways:\n%s\n%s", encoded(next, out), encoded(again, outAgain))
	}
	var refusal *engine.Refusal
	if stepErr != nil {
		if !errors.As(stepErr, &refusal) || ev.Kind != engine.EventAgent || len(out) > 0 || !reflect.DeepEqual(next, w.conv) {
			return fmt.Errorf("a refusal that is none: %w", stepErr)
		}
		return nil
	}
	if err := w.checkEffects(next, out); err != nil {
		return err
	}
	w.keep(next, out)
	return w.checkRest()
}

func encoded(conv engine.Conversation, out []engine.Effect) string {
	a, _ := json.Marshal(conv)
	b, _ := json.Marshal(out)
	return string(a) + "\n" + string(b)
}

func sameJSON(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}

// checkEffects holds a turn's effects against the promises of owners and ids.
func (w *world) checkEffects(next engine.Conversation, out []engine.Effect) error {
	if next.Seq != w.conv.Seq+1 {
		return fmt.Errorf("seq went from %d to %d", w.conv.Seq, next.Seq)
	}
	owner, epoch, ids := w.conv.Owner, w.conv.Epoch, map[string]bool{}
	for i, e := range out {
		if conv, seq, n, ok := engine.ParseEffectID(e.ID); !ok || conv != next.ID || seq != next.Seq || n != i || ids[e.ID] {
			return fmt.Errorf("effect %d has the id %q", i, e.ID)
		}
		ids[e.ID] = true
		switch e.Kind {
		case engine.EffectOwner:
			if e.Owner.From != owner.String() || e.Owner.Epoch != epoch+1 || e.Owner.Reason == "" {
				return fmt.Errorf("the owner went from %s at %d by %+v", owner, epoch, *e.Owner)
			}
			owner, epoch = engine.ParseOwner(e.Owner.To), e.Owner.Epoch
		case engine.EffectSend:
			if e.Send.Origin == engine.OriginBot && owner.Kind != engine.OwnerBot {
				return fmt.Errorf("the bot speaks while %s owns the conversation: %q", owner, e.Send.Message.Text)
			}
			if e.Send.Origin == engine.OriginAgent && owner.Kind != engine.OwnerAgent || e.Send.Epoch != epoch {
				return fmt.Errorf("%s speaks at epoch %d while %s owns epoch %d", e.Send.Origin, e.Send.Epoch, owner, epoch)
			}
		case engine.EffectHandoff:
			if len(e.Handoff.Outcomes) == 0 || e.Handoff.Chat == "" || e.Handoff.Reason == "" || e.Handoff.Queue == "" {
				return fmt.Errorf("a packet says too little: %+v", *e.Handoff)
			}
		}
	}
	if owner != next.Owner || epoch != next.Epoch || next.Fence > next.Epoch || next.Fence < w.conv.Fence {
		return fmt.Errorf("the conversation says %s at %d (fence %d), its effects say %s at %d", next.Owner, next.Epoch, next.Fence, owner, epoch)
	}
	return nil
}

// keep does what a runner does with effects.
func (w *world) keep(next engine.Conversation, out []engine.Effect) {
	w.conv = next
	for _, e := range out {
		switch e.Kind {
		case engine.EffectTimer:
			w.timers = append(w.timers, *e.Timer)
		case engine.EffectCancelTimer:
			w.timers = slices.DeleteFunc(w.timers, func(t engine.Timer) bool { return t.ID == e.Timer.ID })
		case engine.EffectCall:
			w.calls = append(w.calls, e.ID)
		case engine.EffectSend:
			for _, c := range e.Send.Message.Choices {
				w.buttons = append(w.buttons, c.Payload)
			}
		}
	}
	for _, r := range next.Runs {
		for _, state := range r.Path {
			w.visited[r.Flow+"."+state] = true
		}
	}
}

// checkRest holds a conversation at rest against the no-orphan rule: it has one owner, and something that will come next.
func (w *world) checkRest() error {
	c := w.conv
	armed := func(t engine.Timer) bool {
		return slices.ContainsFunc(w.timers, func(x engine.Timer) bool { return x.ID == t.ID })
	}
	switch c.Owner.Kind {
	case engine.OwnerClosed:
		if len(c.Runs) > 0 || len(c.Focus) > 0 || len(c.Deferred) > 0 || c.Chat != nil {
			return fmt.Errorf("a closed conversation has something under way: %d runs, %d deferred", len(c.Runs), len(c.Deferred))
		}
	case engine.OwnerBot:
		if len(c.Runs) == 0 || c.Chat != nil {
			return fmt.Errorf("the bot owns a conversation with %d runs and chat %v", len(c.Runs), c.Chat)
		}
	case engine.OwnerQueue, engine.OwnerAgent:
		if c.Chat == nil || c.Owner.Kind == engine.OwnerAgent && c.Owner.Agent == "" {
			return fmt.Errorf("%s owns a conversation without a chat", c.Owner)
		}
	case engine.OwnerPhone:
		if c.Lease == nil || !armed(*c.Lease) || c.Chat != nil {
			return fmt.Errorf("the phone owns a conversation and nothing will end that")
		}
	default:
		return fmt.Errorf("%q is not an owner", c.Owner.Kind)
	}
	for _, r := range c.Runs {
		m := w.catalog.Machine(r.Version)
		if m == nil || !slices.ContainsFunc(m.Definition.States, func(st engine.State) bool { return st.Name.V == r.State }) {
			return fmt.Errorf("run %s is in %s.%s, which does not exist", r.ID, r.Flow, r.State)
		}
		if err := w.checkRun(r, armed); err != nil {
			return fmt.Errorf("run %s in %s.%s while %s owns the conversation: %w", r.ID, r.Flow, r.State, c.Owner, err)
		}
	}
	return checkLinks(c)
}

// checkLinks holds a conversation's runs against each other: the focus, parents and children, the chat.
func checkLinks(c engine.Conversation) error {
	for i, id := range c.Focus {
		r := c.Run(id)
		if r == nil || slices.Contains(c.Focus[:i], id) || r.Wait == engine.WaitTime {
			return fmt.Errorf("focus %q holds a run twice, one that is gone, or one in the background", c.Focus)
		}
	}
	handed := 0
	for _, r := range c.Runs {
		if r.Wait == engine.WaitHandoff {
			handed++
		}
		children := 0
		for _, other := range c.Runs {
			if other.Parent == r.ID {
				children++
			}
		}
		if r.Wait == engine.WaitRun && children != 1 || r.Wait != engine.WaitRun && children > 0 {
			return fmt.Errorf("run %s of %s waits for %q and has %d children", r.ID, r.Flow, r.Wait, children)
		}
		if r.Parent != "" && c.Run(r.Parent) == nil {
			return fmt.Errorf("run %s of %s has lost its parent", r.ID, r.Flow)
		}
	}
	if handed > 1 {
		return fmt.Errorf("%d runs wait for people", handed)
	}
	return nil
}

func (w *world) checkRun(r engine.Run, armed func(engine.Timer) bool) error {
	switch r.Wait {
	case engine.WaitAsk: // ends with the contact's next message
	case engine.WaitCall:
		deferred := slices.ContainsFunc(w.conv.Deferred, func(ev engine.Event) bool { return ev.Kind == engine.EventCall && ev.Call.Effect == r.CallID })
		if !deferred && !slices.Contains(w.calls, r.CallID) {
			return errors.New("it waits for a call that nobody makes")
		}
		if deferred && w.conv.Owner.Kind == engine.OwnerBot && !uninterruptible(w.catalog, w.conv) {
			return errors.New("its call has ended and nobody looks")
		}
	case engine.WaitHandoff:
		if kind := w.conv.Owner.Kind; kind != engine.OwnerPhone && (w.conv.Chat == nil || w.conv.Chat.Run != r.ID) {
			return errors.New("it waits for people who do not know")
		}
	case engine.WaitTime:
		if !slices.ContainsFunc(r.Timers, func(t engine.Timer) bool { return t.Event == engine.EventNameElapsed }) {
			return errors.New("nothing ends its wait")
		}
	case engine.WaitRun: // ends with the other run
	default:
		return fmt.Errorf("it waits for %q", r.Wait)
	}
	mine := w.conv.Chat != nil && w.conv.Chat.Run == r.ID
	if kind := w.conv.Owner.Kind; (kind == engine.OwnerPhone && r.Wait != engine.WaitTime || kind == engine.OwnerAgent && mine) && len(r.Timers) > 0 {
		return errors.New("people talk, and its time-outs are still armed")
	}
	if w.conv.Owner.Kind != engine.OwnerBot {
		return nil
	}
	for _, timer := range r.Timers {
		deferred := slices.ContainsFunc(w.conv.Deferred, func(ev engine.Event) bool { return ev.Kind == engine.EventTimer && ev.Timer.ID == timer.ID })
		if !deferred && !armed(timer) {
			return fmt.Errorf("its time-out %s is not armed", timer.Event)
		}
	}
	st := slices.IndexFunc(w.catalog.Machine(r.Version).Definition.States, func(st engine.State) bool { return st.Name.V == r.State })
	want := len(w.catalog.Machine(r.Version).Definition.States[st].After)
	if r.Wait == engine.WaitTime {
		want++
	}
	// A guard of a time-out that does not hold uses it up; no flow here has one.
	if want != len(r.Timers) && !handedOverByItself(w.catalog, r) {
		return fmt.Errorf("it has %d time-outs, its state says %d", len(r.Timers), want)
	}
	return nil
}

// uninterruptible tells that the run in focus, or one that waits for it, may not be interrupted.
func uninterruptible(c *engine.Catalog, conv engine.Conversation) bool {
	for r := conv.InFocus(); r != nil; r = conv.Run(r.Parent) {
		if i := c.Machine(r.Version).Definition.Interruptible; i.Set && !i.V {
			return true
		}
	}
	return false
}

// handedOverByItself tells that the engine, not the run's state, asked for people.
func handedOverByItself(c *engine.Catalog, r engine.Run) bool {
	states := c.Machine(r.Version).Definition.States
	at := slices.IndexFunc(states, func(st engine.State) bool { return st.Name.V == r.State })
	return r.Wait == engine.WaitHandoff && states[at].Handoff == nil
}

func TestPromisesOfStep(t *testing.T) {
	t.Parallel()
	c := shipped(t)
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(c)
		for range rapid.IntRange(1, 60).Draw(t, "events") {
			ev := w.draw(t)
			if err := w.take(ev); err != nil {
				encoded, _ := json.Marshal(ev)
				t.Fatalf("%s\n%v", encoded, err)
			}
		}
	})
}

func TestPromisesWithClosedQueues(t *testing.T) {
	t.Parallel()
	o := shipped(t).CatalogOptions
	o.QueueOpen = func(_ string, at time.Time) bool { return at.Minute()%2 == 0 }
	c := engine.NewCatalog(o)
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(c)
		for range rapid.IntRange(1, 60).Draw(t, "events") {
			if err := w.take(w.draw(t)); err != nil {
				t.Fatal(err)
			}
		}
	})
}

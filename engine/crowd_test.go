package engine_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"relevo/engine"
)

// A crowd is a world in which several flows get in each other's way. Every message of free text is a new one, so that its answer shows in which
// order the bot took it, and whether it took it twice.
type crowd struct {
	*world
	said   int             // numbers the free texts
	heard  int             // the last one that the bot repeated
	pushed []engine.Choice // buttons that were ever sent
	fired  map[string]bool // timers and calls that the conversation has taken, with what followed from them
}

var crowdTexts = []string{
	"my booking", "mi reserva", "was it you", "pay a bill", "complain", "look it up", "B1", "B2", "1", "2", "card", "later", "never", "i will", "another day", "yes", "no", "sí", "tomorrow at 5pm",
	"in 3 hours", "friday", "at 3", "cancel", "back", "repeat", "help", "menu", "stop", "start", "español", "english", "agent", "sorry, B2", "sorry", "fuck you", "", "👍",
}

var crowdEvents = []string{"booking.made", "booking.moved", "booking.cancelled", "bill.due", "bill.paid", "card.used", "shop.told", "desk.opened", "desk.moved", "nobody.knows", "elapsed"}

var crowdKeys = []string{"B1", "B2", "B3", ""}

// next makes the next event, and tells whether it is one that came before.
func (w *crowd) next(t *rapid.T) (ev engine.Event, again bool) {
	w.n++
	ev = engine.Event{ID: fmt.Sprintf("e%d", w.n)}
	w.now = w.now.Add(rapid.SampledFrom([]time.Duration{0, time.Second, time.Minute, 20 * time.Minute, 3 * time.Hour, 30 * time.Hour}).Draw(t, "later"))
	if rapid.IntRange(0, 40).Draw(t, "clock") == 40 {
		w.now = w.now.Add(-2 * time.Hour)
	}
	kinds := []string{"text", "text", "word", "word", "button", "button", "business", "business", "business", "agent", "agent", "echo", "status", "sticker"}
	if len(w.timers) > 0 {
		kinds = append(kinds, "timer", "timer", "timer")
	}
	if len(w.calls) > 0 {
		kinds = append(kinds, "call", "call", "call")
	}
	if len(w.old) > 0 {
		kinds = append(kinds, "again")
	}
	defer func() { ev.At = w.now }()
	kind := rapid.SampledFrom(kinds).Draw(t, "kind")
	switch kind {
	case "text":
		ev.Kind, ev.Message = engine.EventMessage, &engine.Message{Kind: engine.MessageText, Text: rapid.SampledFrom(crowdTexts).Draw(t, "text"), Language: "en"}
	case "word":
		w.said++
		ev.Kind, ev.Message = engine.EventMessage, &engine.Message{Kind: engine.MessageText, Text: fmt.Sprintf("xq%d", w.said)}
	case "sticker":
		ev.Kind, ev.Message = engine.EventMessage, &engine.Message{Kind: engine.MessageSticker}
	case "button":
		press := engine.Choice{Payload: "run/r1/remind/sure", Title: "I will"}
		if len(w.pushed) > 0 {
			press = rapid.SampledFrom(w.pushed[max(0, len(w.pushed)-12):]).Draw(t, "button")
		}
		ev.Kind, ev.Message = engine.EventMessage, &engine.Message{Kind: engine.MessageButton, Text: press.Title, Payload: press.Payload}
	case "business":
		key := rapid.SampledFrom(crowdKeys).Draw(t, "key")
		data := map[string]any{"id": key, "zone": "Europe/Madrid"}
		data["at"] = w.now.Add(time.Duration(rapid.IntRange(-5, 100).Draw(t, "hours")) * time.Hour).UTC().Format(time.RFC3339)
		if key == "" {
			data = map[string]any{"at": data["at"]}
		}
		ev.Kind, ev.Business = engine.EventBusiness, &engine.BusinessEvent{Name: rapid.SampledFrom(crowdEvents).Draw(t, "event"), Key: key, Data: data}
	case "agent":
		a := engine.AgentAction{Agent: "ana", Text: "Hello", Outcome: rapid.SampledFrom([]string{"resolved", "refund", "moved", "paid"}).Draw(t, "outcome")}
		a.Verb = rapid.SampledFrom([]engine.AgentVerb{engine.AgentClaim, engine.AgentReply, engine.AgentRelease, engine.AgentClose, engine.AgentClose}).Draw(t, "verb")
		ev.Kind, ev.Agent = engine.EventAgent, &a
	case "echo":
		ev.Kind, ev.Echo = engine.EventEcho, &engine.Message{Kind: engine.MessageText, Text: "Hi"}
	case "status":
		ev.Kind, ev.Status = engine.EventStatus, &engine.Status{State: engine.DeliveryFailed}
	case "timer":
		slices.SortStableFunc(w.timers, func(a, b engine.Timer) int { return a.Due.Compare(b.Due) })
		due := w.timers[0]
		w.timers = w.timers[1:]
		if due.Due.After(w.now) && rapid.IntRange(0, 9).Draw(t, "early") > 0 { // otherwise the clock was set back
			w.now = due.Due
		}
		ev.ID, ev.Kind, ev.Timer = "timer:"+due.ID, engine.EventTimer, &due
	case "call":
		i := rapid.IntRange(0, len(w.calls)-1).Draw(t, "call")
		id := w.calls[i]
		w.calls = slices.Delete(slices.Clone(w.calls), i, i+1)
		ev.ID, ev.Kind, ev.Call = "call:"+id, engine.EventCall, &engine.CallResult{Effect: id}
		switch status := rapid.SampledFrom([]int{200, 200, 404, 0}).Draw(t, "status"); status {
		case 0:
			ev.Call.Error = "timeout"
		case 200:
			key := rapid.SampledFrom(crowdKeys[:3]).Draw(t, "found")
			ev.Call.Status, ev.Call.Body = 200, map[string]any{"id": key, "name": key, "at": w.now.Add(50 * time.Hour).UTC().Format(time.RFC3339)}
		default:
			ev.Call.Status = status
		}
	case "again":
		ev = rapid.SampledFrom(w.old[max(0, len(w.old)-6):]).Draw(t, "old")
		return ev, true
	}
	if ev.Kind == engine.EventTimer || ev.Kind == engine.EventCall {
		w.old = append(w.old, ev)
	}
	return ev, false
}

// step takes an event, and holds what followed against what the event was for.
func (w *crowd) step(ev engine.Event, again bool) error {
	before := w.conv
	waited := len(before.Deferred)
	if err := w.take(ev); err != nil {
		return err
	}
	out := w.last
	for _, e := range out {
		if e.Kind == engine.EffectSend && e.Send.Origin == engine.OriginBot {
			w.pushed = append(w.pushed, e.Send.Message.Choices...)
		}
	}
	if err := w.checkOrder(out); err != nil {
		return err
	}
	if entered := enteredStates(before, w.conv); entered > 2*engine.MaxSteps*(waited+1) {
		return fmt.Errorf("one turn entered %d states", entered)
	}
	if err := w.checkGuard(before); err != nil {
		return err
	}
	switch {
	case ev.Kind == engine.EventBusiness:
		return w.checkRouting(before, *ev.Business, out)
	case again && w.fired[ev.ID]:
		for _, e := range out {
			if e.Kind != engine.EffectTrace {
				return fmt.Errorf("%s came twice, and something followed twice: %s", ev.ID, e.Kind)
			}
		}
	case ev.Kind == engine.EventMessage && strings.HasPrefix(ev.Message.Payload, "run/"):
		return w.checkPress(before, ev.Message.Payload, out)
	}
	if ev.Kind == engine.EventTimer || ev.Kind == engine.EventCall {
		w.fired[ev.ID] = !hasTrace(out, "deferred") && !hasTrace(out, "ignored")
	}
	return nil
}

// checkGuard holds that nothing takes the focus from a run that may not be interrupted, while it asks or calls.
func (w *crowd) checkGuard(before engine.Conversation) error {
	r := before.InFocus()
	if r == nil || before.Owner.Kind != engine.OwnerBot || w.conv.Owner.Kind != engine.OwnerBot || !uninterruptible(w.catalog, before) || r.Wait != engine.WaitAsk && r.Wait != engine.WaitCall {
		return nil
	}
	if after, top := w.conv.Run(r.ID), w.conv.InFocus(); after != nil && after.State == r.State && top.ID != r.ID {
		return fmt.Errorf("%s of %s interrupted %s, which may not be", top.ID, top.Flow, r.Flow)
	}
	return nil
}

func enteredStates(before, after engine.Conversation) int {
	n := 0
	for _, r := range after.Runs {
		n += int(r.Entry)
		if old := before.Run(r.ID); old != nil {
			n -= int(old.Entry)
		}
	}
	return n
}

var repeated = regexp.MustCompile(`(?:heard|after|Found a) (?:")?xq(\d+)`)

// checkOrder holds that the bot takes free texts in the order in which they came, each at most once.
func (w *crowd) checkOrder(out []engine.Effect) error {
	for _, e := range out {
		if e.Kind != engine.EffectSend {
			continue
		}
		m := repeated.FindStringSubmatch(e.Send.Message.Text)
		if m == nil {
			continue
		}
		var n int
		if _, err := fmt.Sscan(m[1], &n); err != nil {
			return err
		}
		if n <= w.heard {
			return fmt.Errorf("xq%d is answered after xq%d", n, w.heard)
		}
		w.heard = n
	}
	return nil
}

// checkRouting holds that a business event reached the run that it was for, and no other.
func (w *crowd) checkRouting(before engine.Conversation, b engine.BusinessEvent, out []engine.Effect) error {
	var delivered, started []engine.Effect
	for _, e := range out {
		if e.Kind == engine.EffectTrace {
			switch e.Trace.Code {
			case engine.TraceDelivered:
				delivered = append(delivered, e)
			case engine.TraceStarted:
				started = append(started, e)
			}
		}
	}
	if len(before.Deferred) > 0 || len(w.conv.Deferred) > 0 {
		return nil // others were taken in the same turn, or this one waits
	}
	if len(delivered)+len(started) > 1 {
		return fmt.Errorf("%s reached %d runs and started %d", b.Name, len(delivered), len(started))
	}
	want := w.meant(before, b)
	got := ""
	if len(delivered) == 1 {
		got = delivered[0].Run
	}
	if !before.Contact.OptedOut && (before.Owner.Kind == engine.OwnerBot) && got != want {
		return fmt.Errorf("%s key %q reached %q, and was for %q", b.Name, b.Key, got, want)
	}
	for _, r := range before.Runs {
		after := w.conv.Run(r.ID)
		if r.ID == got || after == nil || after.State == r.State && sameJSON(after.Slots, r.Slots) {
			continue
		}
		if !related(before, got, r.ID) {
			return fmt.Errorf("%s for %q moved run %s of %s from %s to %s", b.Name, got, r.ID, r.Flow, r.State, after.State)
		}
	}
	return nil
}

// meant is the run that an event is for: one with its key first, then one that catches its name, the one in focus before others.
func (w *crowd) meant(c engine.Conversation, b engine.BusinessEvent) string {
	if !strings.Contains(b.Name, ".") {
		return ""
	}
	ids := slices.Clone(c.Focus)
	slices.Reverse(ids)
	for _, r := range c.Runs {
		if !slices.Contains(ids, r.ID) {
			ids = append(ids, r.ID)
		}
	}
	for _, keyed := range []bool{true, false} {
		for _, id := range ids {
			r := c.Run(id)
			m := w.catalog.Machine(r.Version)
			hasKey := m.Definition.Key.V != ""
			if len(m.Transitions(r.State, b.Name)) == 0 || b.Name == "desk.moved" { // its guard never holds here
				continue
			}
			if mine := hasKey && b.Key != "" && r.Key == b.Key; mine == keyed && (mine || !hasKey || b.Key == "") {
				return id
			}
		}
	}
	return ""
}

// related tells that one run waits for the other.
func related(c engine.Conversation, a, b string) bool {
	for _, pair := range [][2]string{{a, b}, {b, a}} {
		for r := c.Run(pair[0]); r != nil; r = c.Run(r.Parent) {
			if r.ID == pair[1] {
				return true
			}
		}
	}
	return false
}

// checkPress holds that the button of a run that is over changes no other run.
func (w *crowd) checkPress(before engine.Conversation, payload string, out []engine.Effect) error {
	id := strings.Split(payload, "/")[1]
	if before.Run(id) != nil || before.Owner.Kind != engine.OwnerBot || len(before.Deferred) > 0 || len(w.conv.Deferred) > 0 {
		return nil
	}
	if !hasTrace(out, "stale_button") {
		return fmt.Errorf("%s of a run that is over is taken", payload)
	}
	for _, r := range before.Runs {
		if after := w.conv.Run(r.ID); after == nil || after.State != r.State || !sameJSON(after.Slots, r.Slots) {
			return fmt.Errorf("%s of a run that is over moved run %s", payload, r.ID)
		}
	}
	return nil
}

// TestPromisesOfSeveralRuns: in random conversations with several flows every event reaches the run that it is for and no other, messages are
// answered in their order and once, what came twice acts once, and every run has something that will end it.
func TestPromisesOfSeveralRuns(t *testing.T) {
	t.Parallel()
	c := crew(t)
	rapid.Check(t, func(t *rapid.T) {
		w := &crowd{world: newWorld(c), fired: map[string]bool{}}
		var log []string
		for range rapid.IntRange(1, 50).Draw(t, "events") {
			ev, again := w.next(t)
			encoded, _ := json.Marshal(ev)
			log = append(log, string(encoded))
			if err := w.step(ev, again); err != nil {
				state, _ := json.MarshalIndent(w.conv, "", " ")
				t.Fatalf("%s\n%v\n%s", strings.Join(log, "\n"), err, state)
			}
		}
	})
}

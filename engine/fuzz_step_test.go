package engine_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"relevo/engine"
)

// A program is a conversation with the shipped flows, written as bytes: what happens next is chosen by each of them among what can happen. The free
// parts are what outsiders write.
type program struct {
	*world
	free   outsiders
	events []engine.BusinessEvent // those of all flows, with their examples as data
	sent   []engine.Choice        // the buttons of the last messages
}

// outsiders are the texts that others write.
type outsiders struct {
	text, payload, kind, name, key string
	body                           any
	status                         int
}

// hurry is what contacts write who know what they want.
var hurry = []string{
	"my appointment", "mi factura", "where is my order", "CT200101", "FA300101", "AB123456", "yes", "no", "1", "2", "3", "tomorrow at 10am", "next week", "at 3", "20 minutes", "cancel", "back", "agent",
	"sorry, FA300102", "stop", "start", "português", "not now", "it hurts",
}

// declared lists the business events that flows declare, each for two keys.
func declared(c *engine.Catalog) []engine.BusinessEvent {
	var all []engine.BusinessEvent
	for _, m := range c.Current {
		for _, e := range m.Definition.Events {
			example, _ := e.Example.(map[string]any)
			id, _ := example["id"].(string)
			for _, key := range []string{id, id + "x"} {
				data := maps.Clone(example)
				if data == nil {
					data = map[string]any{}
				}
				data["id"] = key
				all = append(all, engine.BusinessEvent{Name: e.Name.V, Key: key, Data: data})
			}
		}
	}
	return append(all, engine.BusinessEvent{Name: "order.delayed", Key: "AB123456"}, engine.BusinessEvent{Name: "order.cancelled", Key: "AB123456"})
}

func newProgram(c *engine.Catalog, free outsiders) *program {
	p := &program{world: newWorld(c), free: free, events: declared(c)}
	p.now = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC) // the examples are of some days later
	return p
}

// run takes one event for each byte.
func (p *program) run(code []byte) error {
	for i, b := range code {
		ev, ok := p.event(b)
		if !ok {
			continue
		}
		ev.ID, ev.At = fmt.Sprintf("e%d", i), p.now
		if err := p.take(ev); err != nil {
			encoded, _ := json.Marshal(ev)
			return fmt.Errorf("event %d, %s: %w", i, encoded, err)
		}
		for _, e := range p.last {
			if e.Kind == engine.EffectSend && len(e.Send.Message.Choices) > 0 {
				p.sent = append(p.sent, e.Send.Message.Choices...)
			}
		}
		p.sent = p.sent[max(0, len(p.sent)-12):]
	}
	return nil
}

// event is what a byte means: its lowest three bits say what kind of thing happens, the others which one.
func (p *program) event(b byte) (engine.Event, bool) {
	which := int(b >> 3)
	text := func(m engine.Message) (engine.Event, bool) {
		return engine.Event{Kind: engine.EventMessage, Message: &m}, true
	}
	switch b & 7 {
	case 0:
		e := p.events[which%len(p.events)]
		return engine.Event{Kind: engine.EventBusiness, Business: &e}, true
	case 1:
		return text(engine.Message{Kind: engine.MessageText, Text: hurry[which%len(hurry)]})
	case 2, 3:
		if len(p.sent) == 0 {
			return engine.Event{}, false
		}
		press := p.sent[len(p.sent)-1-which%len(p.sent)]
		return text(engine.Message{Kind: engine.MessageButton, Text: press.Title, Payload: press.Payload})
	case 4:
		if len(p.timers) == 0 {
			return engine.Event{}, false
		}
		slices.SortStableFunc(p.timers, func(a, b engine.Timer) int { return a.Due.Compare(b.Due) })
		due := p.timers[0]
		p.timers = p.timers[1:]
		if due.Due.After(p.now) {
			p.now = due.Due
		}
		return engine.Event{Kind: engine.EventTimer, Timer: &due}, true
	case 5:
		return p.answerCall(which)
	case 6:
		return p.people(which)
	}
	p.now = p.now.Add(time.Duration(which) * time.Hour)
	switch which % 4 {
	case 0:
		return text(engine.Message{Kind: engine.MessageText, Text: p.free.text})
	case 1:
		return text(engine.Message{Kind: engine.MessageButton, Text: p.free.text, Payload: p.free.payload})
	case 2:
		return text(engine.Message{Kind: engine.MessageKind(p.free.kind), Text: p.free.text, Language: p.free.key, TimeZone: p.free.name, Region: p.free.kind})
	}
	data, _ := p.free.body.(map[string]any)
	return engine.Event{Kind: engine.EventBusiness, Business: &engine.BusinessEvent{Name: p.free.name, Key: p.free.key, Data: data}}, true
}

func (p *program) answerCall(which int) (engine.Event, bool) {
	if len(p.calls) == 0 {
		return engine.Event{}, false
	}
	c := engine.CallResult{Effect: p.calls[0], Status: 200}
	p.calls = p.calls[1:]
	switch which % 8 {
	case 0:
		c.Status, c.Body = p.free.status, p.free.body
	case 1:
		c.Status, c.Error = 0, "timeout"
	case 2:
		c.Status = 404
	case 3:
		c.Status = 409
	case 4:
		c.Body = map[string]any{"slots": []any{map[string]any{"at": "2026-11-25T10:00:00+01:00", "doctor": "Dr. Vega"}, map[string]any{"at": "2026-11-26T09:30:00+01:00"}}}
	default:
		c.Body = p.events[which%len(p.events)].Data
	}
	return engine.Event{Kind: engine.EventCall, Call: &c}, true
}

func (p *program) people(which int) (engine.Event, bool) {
	switch {
	case which%8 == 7:
		return engine.Event{Kind: engine.EventEcho, Echo: &engine.Message{Kind: engine.MessageText, Text: "Hi"}}, true
	case which%8 == 6:
		return engine.Event{Kind: engine.EventStatus, Status: &engine.Status{State: engine.DeliveryFailed}}, true
	}
	a := engine.AgentAction{Agent: "ana", Text: "Hello", Verb: engine.AgentClaim}
	if p.conv.Owner.Kind == engine.OwnerAgent {
		a.Verb = []engine.AgentVerb{engine.AgentClose, engine.AgentClose, engine.AgentReply, engine.AgentRelease, engine.AgentClose, engine.AgentNote}[which%8]
		if p.conv.Chat != nil && len(p.conv.Chat.Outcomes) > 0 {
			a.Outcome = p.conv.Chat.Outcomes[which%len(p.conv.Chat.Outcomes)]
		}
	}
	return engine.Event{Kind: engine.EventAgent, Agent: &a}, true
}

// FuzzStep: whatever contacts write, press or send, whatever business events and services bring, in whatever order, Step keeps its promises with every
// shipped flow.
func FuzzStep(f *testing.F) {
	c := everything(f)
	f.Add([]byte{0, 4, 2, 5, 4, 4}, "where is my order", "", "text", "order.delayed", "AB123456", `{"status":"lost"}`, 200)
	f.Add([]byte{1, 9, 17, 25, 5, 37, 2, 10}, "AB123456", "run/r1/person", "button", "order.cancelled", "", `[1e308]`, 404)
	f.Add([]byte{7, 15, 23, 31, 0, 7, 15}, "\xff\x00{{ order_id }}", "flow/order_tracking", "", "a", "\u202e", `null`, 0)
	f.Add([]byte{0, 16, 32, 48, 64, 4, 2, 37, 2, 4, 7}, "no", "run/r1/remind_day/confirm", "sticker", "appointment.moved", "CT200101", `{"id":"CT200101","at":7}`, 409)
	f.Add([]byte{137, 129, 9, 6, 6, 14, 4, 4, 4}, "Europe/Madrid", "command/agent", "voice", "invoice.paid", "FA300101", `{"invoice":{}}`, 200)
	f.Fuzz(func(t *testing.T, code []byte, text, payload, kind, name, key, body string, status int) {
		for _, s := range []*string{&text, &payload, &kind, &name, &key, &body} {
			*s = strings.ToValidUTF8(*s, "?") // channels and HTTP deliver JSON, which has nothing else
		}
		var value any
		if json.Unmarshal([]byte(body), &value) != nil {
			value = body
		}
		p := newProgram(c, outsiders{text, payload, kind, name, key, value, status})
		if err := p.run(code[:min(len(code), 60)]); err != nil {
			t.Fatal(err)
		}
	})
}

// TestPromisesOfAllShippedFlows takes programs that are always the same, and looks how far they get.
func TestPromisesOfAllShippedFlows(t *testing.T) {
	t.Parallel()
	const programs, length = 150, 80
	c := everything(t)
	visited := map[string]bool{}
	for n := range uint64(programs) {
		chance := rand.New(rand.NewPCG(n, 0))
		code := make([]byte, length)
		for i := range code {
			code[i] = byte(chance.UintN(256))
		}
		p := newProgram(c, outsiders{text: utterances[chance.IntN(len(utterances))], payload: "run/r1/x/y", kind: "text", name: "order.unknown", key: "CT200101", status: 500})
		if err := p.run(code); err != nil {
			t.Fatalf("program %d: %v", n, err)
		}
		maps.Copy(visited, p.visited)
	}
	for _, m := range c.Current {
		n := 0
		for _, st := range m.Definition.States {
			if visited[m.Flow+"."+st.Name.V] {
				n++
			}
		}
		if t.Logf("%s: %d of %d states", m.Flow, n, m.States()); 2*n < m.States() {
			t.Errorf("random conversations reach only %d states of %s", n, m.Flow)
		}
	}
}

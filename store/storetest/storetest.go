// Package storetest proves an implementation of store.Store: every promise in the contract's comments has a test here, on a real database.
package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"relevo/engine"
	"relevo/handoff"
	"relevo/store"
)

// Opener opens an empty database of its own for one test. reopen closes it and opens the same data again, as a restart does. Both end the
// test when they fail; closing at the end of the test is theirs.
type Opener func(t *testing.T) (s store.Store, reopen func() store.Store)

// Run runs the suite. Its tests run in parallel with each other.
func Run(t *testing.T, open Opener) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, reopen := open(t)
			c.run(&suite{t: t, ctx: t.Context(), s: s, reopen: reopen})
		})
	}
}

// testCase is one promise.
type testCase struct {
	name string
	run  func(*suite)
}

// cases are grouped like the contract's interfaces.
var cases = concat(acceptCases, turnCases, outboxCases, statusCases, timerCases, chatCases, listCases, peopleCases, flowCases, doctorCases)

func concat(groups ...[]testCase) (all []testCase) {
	for _, g := range groups {
		all = append(all, g...)
	}
	return all
}

// start is when every test begins.
var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// suite is one test with its database.
type suite struct {
	t      *testing.T
	ctx    context.Context
	s      store.Store
	reopen func() store.Store
	events int
	at     time.Time // of the next publication; start when zero
}

// ok ends the test when err is not nil.
func (s *suite) ok(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// phone is an identity of kind phone.
func phone(value string) engine.Identity { return engine.Identity{Kind: "phone", Value: value} }

// message is an event in which the contact writes.
func (s *suite) message(text string) engine.Event {
	s.events++
	return engine.Event{
		ID: fmt.Sprintf("m%d", s.events), Kind: engine.EventMessage, At: start.Add(time.Duration(s.events) * time.Second),
		Message: &engine.Message{Kind: engine.MessageText, Text: text},
	}
}

// arrival is a message of the contact with that phone, on channel "main". Ids of a new contact derive from the phone.
func (s *suite) arrival(number string) store.Arrival {
	ev := s.message("hello")
	return store.Arrival{
		Channel: "main", DedupeKey: ev.ID, Bucket: ev.At, Identities: []engine.Identity{phone(number)}, Name: "Ana",
		NewContact: "contact-" + number, NewConversation: "conv-" + number, Event: ev,
	}
}

func (s *suite) accept(arrivals ...store.Arrival) []store.Accepted {
	s.t.Helper()
	accepted, err := s.s.Accept(s.ctx, arrivals, nil)
	s.ok(err)
	if len(accepted) != len(arrivals) {
		s.t.Fatalf("got %d results for %d arrivals", len(accepted), len(arrivals))
	}
	return accepted
}

// begin makes a contact with one accepted message and returns it with its conversation as loaded.
func (s *suite) begin(number string) (store.Accepted, engine.Conversation) {
	s.t.Helper()
	accepted := s.accept(s.arrival(number))[0]
	return accepted, s.load(accepted.Conversation)
}

func (s *suite) load(conversation string) engine.Conversation {
	s.t.Helper()
	conv, _, err := s.s.Load(s.ctx, conversation)
	s.ok(err)
	return conv
}

// turn is conv's next turn on an event, with effects whose ids are filled in. An effect's timer gets the effect's id, if it has none.
func turn(conv engine.Conversation, ev engine.Event, effects ...engine.Effect) store.Turn {
	conv.Seq++
	for i := range effects {
		effects[i].ID = engine.EffectID(conv.ID, conv.Seq, i)
		if effects[i].Timer != nil && effects[i].Timer.ID == "" {
			effects[i].Timer.ID = effects[i].ID
		}
	}
	return store.Turn{Conversation: conv, Event: ev, Effects: effects}
}

func (s *suite) commit(t store.Turn) {
	s.t.Helper()
	s.ok(s.s.Commit(s.ctx, t))
}

// send is an effect that says something.
func send(text string) engine.Effect {
	return engine.Effect{Kind: engine.EffectSend, Send: &engine.Send{
		Origin: engine.OriginBot, Epoch: 1, Message: engine.Outgoing{Kind: engine.OutgoingText, Text: text}, At: start,
	}}
}

// call is an effect that asks another system.
func call() engine.Effect {
	return engine.Effect{Kind: engine.EffectCall, Call: &engine.Call{Method: "GET", URL: "http://127.0.0.1/orders/1", Timeout: time.Second}}
}

// timer is an effect that arms a timer.
func timer(due time.Time) engine.Effect {
	return engine.Effect{Kind: engine.EffectTimer, Timer: &engine.Timer{Due: due, Run: "r1", Entry: 3, Event: "after:30m"}}
}

// chat is a chat of a conversation in a queue.
func chat(conv engine.Conversation, id string, state handoff.State) handoff.Chat {
	return handoff.Chat{
		ID: id, Conversation: conv.ID, Channel: conv.Channel, Contact: conv.Contact.ID, ContactName: conv.Contact.Name, Queue: "orders",
		State: state, Priority: 1, Since: start, Reason: "asked", Packet: []byte(`{"chat":"` + id + `"}`),
	}
}

// sent makes a conversation with one message in the outbox and returns the message's effect id.
func (s *suite) sent(number string) (effect string, conv engine.Conversation) {
	s.t.Helper()
	accepted, conv := s.begin(number)
	t := turn(conv, accepted.Event, send("hi"))
	t.Inbox = accepted.Inbox
	s.commit(t)
	return t.Effects[0].ID, t.Conversation
}

// done marks a message as taken by the channel.
func (s *suite) done(effect string, conv engine.Conversation, provider string) {
	s.t.Helper()
	s.ok(s.s.MarkDone(s.ctx, store.Done{
		Effect: effect, Conversation: conv.ID, Channel: conv.Channel, State: engine.DeliverySent, ProviderID: provider, At: start,
	}))
}

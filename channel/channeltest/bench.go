package channeltest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"relevo/channel"
	"relevo/engine"
)

// patience ends a test whose adapter never delivers. It is generous because the machine may be busy; a good run never gets near it.
const patience = 20 * time.Second

// bench is one adapter on the table, with the shorthand of the cases.
type bench struct {
	*testing.T
	far  Far
	sink *Recorder
	ctx  context.Context
	read int // how many of ana's messages until has looked at
}

func newBench(t *testing.T, sink *Recorder, far Far) *bench {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return &bench{T: t, far: far, sink: sink, ctx: ctx}
}

// receive lets a contact write and fails the test when it is not acknowledged.
func (b *bench) receive(in Incoming) {
	b.Helper()
	if err := b.far.Receive(b.ctx, in); err != nil {
		b.Fatalf("receive %q from %s: %v", in.ID, in.From, err)
	}
}

// meet makes the adapter know a contact and returns its identities.
func (b *bench) meet(contact string) []channel.Identity {
	b.Helper()
	b.receive(Incoming{From: contact, ID: "hello-" + contact, Text: "hello"})
	got := b.sink.Inbound()
	if len(got) == 0 {
		b.Fatalf("the hello of %s did not arrive", contact)
	}
	return got[len(got)-1].Identities
}

// last returns the newest message event.
func (b *bench) last() channel.Inbound {
	b.Helper()
	got := b.sink.Inbound()
	if len(got) == 0 || got[len(got)-1].Event.Message == nil {
		b.Fatalf("no message arrived: %+v", got)
	}
	return got[len(got)-1]
}

// send delivers one message to a contact and fails the test when the channel did not take it.
func (b *bench) send(to []channel.Identity, id string, out engine.Outgoing) {
	b.Helper()
	if _, err := b.far.Channel.Send(b.ctx, message(to, id, out)); err != nil {
		b.Fatalf("send %s: %v", id, err)
	}
}

// arrived waits for n messages to a contact.
func (b *bench) arrived(contact string, n int) []Arrival {
	b.Helper()
	got := b.far.Sent(b.ctx, contact, n)
	if len(got) < n {
		b.Fatalf("%d of %d messages reached %s", len(got), n, contact)
	}
	return got
}

func message(to []channel.Identity, id string, out engine.Outgoing) channel.Message {
	return channel.Message{
		ID: id, Conversation: "conv-" + to[0].Value, To: to, Origin: engine.OriginBot, Outgoing: out,
		At: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC),
	}
}

func text(s string) engine.Outgoing { return engine.Outgoing{Kind: engine.OutgoingText, Text: s} }

func choices(body string, n int) engine.Outgoing {
	out := engine.Outgoing{Kind: engine.OutgoingChoices, Text: body, Button: "Options"}
	for i := range n {
		out.Choices = append(out.Choices, engine.Choice{Payload: fmt.Sprintf("r1/7/choice-%d", i+1), Title: fmt.Sprintf("Title %d", i+1)})
	}
	return out
}

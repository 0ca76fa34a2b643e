package runner

import (
	"context"
	"fmt"
	"testing"

	"relevo/channel"
	"relevo/engine"
)

// visitFlow waits for a visit that is announced, moved and over.
const visitFlow = `
flow: visit
title: {en: Visit}
languages: [en]
triggers:
  - event: visit.booked
initial: ask_coming
slots:
  coming: {type: text}
on:
  agent: people
  visit.moved: moved
states:
  ask_coming:
    ask: coming
    say: Do you come?
    on: {answered: bye, exhausted: people}
    after: {24h: bye}
  moved:
    say: It has moved.
    goto: ask_coming
  people:
    handoff: {queue: general, say: A colleague comes., outcomes: [resolved]}
    on: {resolved: bye}
  bye:
    say: Bye.
    end: resolved
`

func phone(number string) engine.Identity { return engine.Identity{Kind: "phone", Value: number} }

func TestABusinessEventIsAnsweredWithWhatItDid(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, nil, nil, visitFlow)
		w.start()
		defer w.stop()
		tell := func(id, name string) BusinessAnswer {
			t.Helper()
			got, err := w.r.Business(context.Background(), BusinessRequest{ID: id, Name: name, Channel: "main", Identity: phone(ana), Key: "V1"})
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		for _, step := range []struct {
			id, name string
			want     BusinessResult
		}{
			{"e0", "visit.moved", BusinessLate}, {"e1", "visit.booked", BusinessStarted}, {"e2", "visit.moved", BusinessDelivered}, {"e3", "weather.changed", BusinessIgnored},
		} {
			if got := tell(step.id, step.name); got.Result != step.want || got.Duplicate {
				t.Errorf("%s: got %+v, want %s", step.name, got, step.want)
			}
		}
		w.say(ana, "m1", "agent")
		pass(0)
		if got := tell("e4", "visit.moved"); got.Result != BusinessDeferred {
			t.Errorf("while people have it: %+v", got)
		}
		// A repeat has the first result, after a restart too, and however the contact is named.
		w.restart()
		conv := w.conversation(ana)
		for id, want := range map[string]BusinessResult{"e0": BusinessLate, "e1": BusinessStarted, "e2": BusinessDelivered, "e3": BusinessIgnored, "e4": BusinessDeferred} {
			for _, b := range []BusinessRequest{
				{ID: id, Name: "visit.booked", Channel: "main", Identity: phone(ana)}, {ID: id, Name: "visit.booked", Conversation: conv},
				{ID: id, Name: "visit.booked", Channel: "main", Identity: phone(luis)},
			} {
				got, err := w.r.Business(context.Background(), b)
				if err != nil || !got.Duplicate || got.Result != want || got.Conversation != conv {
					t.Errorf("%s again: got %+v, %v, want %s", id, got, err, want)
				}
			}
		}
		if got := len(w.events(conv, engine.EventBusiness)); got != 5 {
			t.Errorf("%d events were taken, want 5", got)
		}
		w.wantQuiet()
	})
}

// An event that starts nothing, since the contact has as many runs as a conversation holds, is not said to have started one.
func TestABusinessEventTooManyIsIgnored(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, nil, nil, visitFlow)
		w.start()
		defer w.stop()
		for n := range engine.MaxRuns + 1 {
			want := BusinessStarted
			if n == engine.MaxRuns {
				want = BusinessIgnored
			}
			got, err := w.r.Business(context.Background(), BusinessRequest{ID: fmt.Sprint("e", n), Name: "visit.booked", Channel: "main", Identity: phone(ana), Key: fmt.Sprint("V", n)})
			if err != nil || got.Result != want {
				t.Errorf("event %d: got %+v, %v, want %s", n, got, err, want)
			}
		}
	})
}

// The sender is not kept waiting for a turn that does not come, and the event is not lost.
func TestABusinessEventThatWaitsIsAccepted(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, nil, func(o *Options) { o.Workers = 1 }, visitFlow)
		w.start()
		defer w.stop()
		w.r.mail.slots <- struct{}{} // the only worker is busy
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		got, err := w.r.Business(ctx, BusinessRequest{ID: "e0", Name: "visit.booked", Channel: "main", Identity: phone(luis)})
		if err == nil && got.Result != BusinessAccepted {
			t.Errorf("a sender who left: %+v", got)
		}
		got, err = w.r.Business(context.Background(), BusinessRequest{ID: "e1", Name: "visit.booked", Channel: "main", Identity: phone(ana)})
		if err != nil || got.Result != BusinessAccepted {
			t.Errorf("got %+v, %v", got, err)
		}
		<-w.r.mail.slots
		pass(0)
		wantTexts(t, w.far.texts(w.conversation(ana)), "Do you come?")
		if again, err := w.r.Business(context.Background(), BusinessRequest{ID: "e1", Name: "visit.booked", Channel: "main", Identity: phone(ana)}); err != nil || again.Result != BusinessStarted {
			t.Errorf("again: %+v, %v", again, err)
		}
	})
}

// templated is a message with a template beside it.
func templated(k engine.OutgoingKind) engine.Outgoing {
	return engine.Outgoing{
		Kind: k, Text: "Do you come?", Choices: []engine.Choice{{Payload: "run/r1/ask/yes", Title: "Yes"}},
		Template: &engine.Template{Name: "reminder", Language: "es", Parameters: []string{"Ana"}},
	}
}

func TestTheFormOfAMessageFollowsTheChannel(t *testing.T) {
	t.Parallel()
	picture := engine.Outgoing{Kind: engine.OutgoingImage, Text: "Your ticket", File: &engine.File{URL: "https://shop.example/t.png"}}
	if got := shape(picture, channel.Capabilities{Kinds: []engine.OutgoingKind{engine.OutgoingImage}}); got.Kind != engine.OutgoingImage {
		t.Errorf("a channel with pictures: %+v", got)
	}
	if got := shape(picture, channel.Capabilities{}); got.Kind != engine.OutgoingText || got.Text != "Your ticket\nhttps://shop.example/t.png" {
		t.Errorf("a channel without: %+v", got)
	}
	if got, ok := instead(templated(engine.OutgoingChoices), channel.Capabilities{Templates: true}); !ok || got.Kind != engine.OutgoingTemplate || got.Choices[0].Payload != "run/r1/ask/yes" || got.Text != "" {
		t.Errorf("the template: %+v", got)
	}
	if _, ok := instead(templated(engine.OutgoingChoices), channel.Capabilities{}); ok {
		t.Error("a channel without templates got one")
	}
}

package runner

import (
	"context"
	"testing"
	"time"

	"relevo/channel"
	"relevo/engine"
	"relevo/store"
)

// bot commits a turn that sends a message, as the bot would, and delivers it.
func (w *world) bot(conversation string, out engine.Outgoing) (effect string) {
	w.Helper()
	conv := w.load(conversation)
	conv.Seq++
	e := engine.Effect{ID: engine.EffectID(conversation, conv.Seq, 0), Kind: engine.EffectSend, Send: &engine.Send{
		Origin: engine.OriginBot, Epoch: conv.Epoch, Message: out, At: time.Now(),
	}}
	ev := engine.Event{ID: "t/" + e.ID, Kind: engine.EventTimer, At: time.Now(), Timer: &engine.Timer{ID: "t/" + e.ID}}
	if err := w.db.Commit(context.Background(), store.Turn{Conversation: conv, Event: ev, Effects: []engine.Effect{e}}); err != nil {
		w.Fatal(err)
	}
	w.r.deliver.take(store.OutboxRow{Effect: e, Conversation: conversation, Channel: conv.Channel})
	return e.ID
}

func TestATemplateStandsInOutsideTheWindow(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := &far{caps: channel.Capabilities{Window: 24 * time.Hour, WindowMargin: 5 * time.Minute, Templates: true}}
		w, conv := hello(t, f)
		defer w.stop()
		w.bot(conv, templated(engine.OutgoingChoices))
		pass(0)
		if got := f.took()[1].Outgoing; got.Kind != engine.OutgoingChoices || got.Template == nil {
			t.Errorf("inside the window: %+v", got)
		}
		pass(25 * time.Hour)
		before := f.tried()
		effect := w.bot(conv, templated(engine.OutgoingChoices))
		pass(0)
		got := f.took()[len(f.took())-1].Outgoing
		if got.Kind != engine.OutgoingTemplate || got.Template.Name != "reminder" || len(got.Choices) != 1 || f.tried() != before+1 {
			t.Errorf("outside the window: %+v", got)
		}
		if d := w.deliveries(conv)[effect]; d.State != engine.DeliverySent {
			t.Errorf("%+v", d)
		}
		history, err := w.r.History(context.Background(), conv, 0)
		if err != nil {
			t.Fatal(err)
		}
		if last := history[len(history)-1]; last.ID != effect || last.Text != "Do you come?" || last.Status != engine.DeliverySent {
			t.Errorf("people read %+v", last)
		}
	})
}

// The channel's word about its window counts, and a template is tried once.
func TestAMessageThatTheWindowRefusesGoesAsATemplate(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := &far{caps: channel.Capabilities{Window: 24 * time.Hour, Templates: true}}
		f.answer = func(_ context.Context, _ int, m channel.Message, _ func()) error {
			if m.Outgoing.Kind == engine.OutgoingImage || m.Outgoing.Text == "no" {
				return outside.err
			}
			return nil
		}
		w, conv := hello(t, f)
		defer w.stop()
		before := f.tried()
		out := templated(engine.OutgoingImage)
		f.caps.Kinds = []engine.OutgoingKind{engine.OutgoingImage}
		effect := w.bot(conv, out)
		pass(0)
		if d := w.deliveries(conv)[effect]; d.State != engine.DeliverySent || f.tried() != before+2 {
			t.Errorf("%+v after %d tries", d, f.tried()-before)
		}
		plain := w.bot(conv, engine.Outgoing{Kind: engine.OutgoingText, Text: "no"})
		pass(0)
		if d := w.deliveries(conv)[plain]; d.State != engine.DeliveryFailed || d.Code != "131047" {
			t.Errorf("without a template: %+v", d)
		}
	})
}

func TestAChannelWithoutPicturesGetsTheWords(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w, conv := hello(t, &far{})
		defer w.stop()
		w.bot(conv, engine.Outgoing{Kind: engine.OutgoingLink, Text: "Your invoice", Link: &engine.Link{URL: "https://pay.example/7", Title: "Pay"}})
		w.bot(conv, engine.Outgoing{Kind: engine.OutgoingLocation, Location: &engine.Location{Latitude: 40.5, Longitude: -3.25, Name: "Clinic", Address: "Calle Mayor 1"}})
		pass(0)
		got := w.far.texts(conv)
		wantTexts(t, got[len(got)-2:], "Your invoice\nPay: https://pay.example/7",
			"Clinic\nCalle Mayor 1\nhttps://www.openstreetmap.org/?mlat=40.5&mlon=-3.25#map=17/40.5/-3.25")
		history, err := w.r.History(context.Background(), conv, 0)
		if err != nil {
			t.Fatal(err)
		}
		last := history[len(history)-2:]
		if last[0].Link == nil || last[0].Link.Title != "Pay" || last[1].Location == nil || last[1].Message != engine.MessageLocation {
			t.Errorf("people read %+v", last)
		}
	})
}

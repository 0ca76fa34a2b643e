package runner

import (
	"context"
	"encoding/json"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"relevo/channel"
	"relevo/engine"
	"relevo/handoff"
	"relevo/store"
)

// script answers the n-th try with the n-th error; tries after the last one are taken.
func script(steps ...step) *far {
	return &far{answer: func(ctx context.Context, n int, _ channel.Message, taken func()) error {
		if n > len(steps) {
			return nil
		}
		s := steps[n-1]
		if s.taken {
			taken()
		}
		if s.hang {
			<-ctx.Done()
		}
		if s.err == nil {
			return nil
		}
		return s.err
	}}
}

// step is one answer: err, perhaps after the message was taken all the same.
type step struct {
	err   *channel.SendError
	taken bool
	hang  bool // until the caller gives up
}

var (
	busy     = step{err: &channel.SendError{Class: channel.ClassRetry, Code: "503"}}
	fatal    = step{err: &channel.SendError{Class: channel.ClassFatal, Code: "131026", Detail: "undeliverable"}}
	outside  = step{err: &channel.SendError{Class: channel.ClassWindow, Code: "131047"}}
	broken   = step{err: &channel.SendError{Class: channel.ClassChannel, Code: "190"}}
	lost     = step{err: &channel.SendError{Class: channel.ClassRetry, Code: "transport", Unknown: true}, taken: true}
	lostLate = step{err: &channel.SendError{Class: channel.ClassRetry, Code: "transport", Unknown: true}, taken: true, hang: true}
)

func asks(wait time.Duration) step {
	return step{err: &channel.SendError{Class: channel.ClassRetry, Code: "429", RetryAfter: wait}}
}

// hello starts a world with that far end and a contact's first message.
func hello(t *testing.T, f *far, change ...func(*world)) (w *world, conv string) {
	w = newWorld(t, f, nil)
	for _, c := range change {
		c(w)
	}
	w.start()
	conv = w.say(ana, "m1", "hello")
	pass(0)
	return w, conv
}

// delivery returns what became of the only message so far.
func (w *world) delivery(conv string) store.Delivery {
	w.Helper()
	return w.deliveries(conv)[engine.EffectID(conv, 1, w.sendIndex(conv))]
}

// sendIndex is the place of the first turn's message among its effects.
func (w *world) sendIndex(conv string) int {
	w.Helper()
	for i, e := range w.journal(conv)[0].Effects {
		if e.Kind == engine.EffectSend {
			return i
		}
	}
	w.Fatal("the first turn sent nothing")
	return 0
}

func TestARefusedSendIsRepeatedWithBackoff(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := script(busy, busy, busy)
		start := time.Now()
		w, conv := hello(t, f)
		defer w.stop()
		w.say(ana, "m2", "one") // what follows waits behind it
		pass(0)
		if n := f.tried(); n != 1 {
			t.Fatalf("%d tries at once", n)
		}
		pass(time.Minute)
		wantTexts(t, f.texts(conv), "Say a word.", "echo one", "Say a word.")
		var least time.Duration
		for n := 1; n <= 3; n++ {
			least += backoffFirst << n / 2
		}
		if took := f.took()[0].when.Sub(start); took < least || took > 2*least+time.Second {
			t.Errorf("three repeats took %s, want %s to %s", took, least, 2*least)
		}
		if f.tried() != 6 {
			t.Errorf("%d tries", f.tried())
		}
		w.wantQuiet()
	})
}

func TestBackoffGrowsToItsLimit(t *testing.T) {
	t.Parallel()
	for n := range maxSendAttempts + 10 {
		want := min(backoffLimit, backoffFirst<<min(n, 20))
		if d := backoff(n); d < want/2 || d > want {
			t.Errorf("after %d tries %s, want %s to %s", n, d, want/2, want)
		}
	}
}

func TestRetryAfterIsObeyed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := script(asks(77 * time.Second))
		w, conv := hello(t, f)
		defer w.stop()
		other := w.say(luis, "m2", "hello") // another contact goes on
		pass(77*time.Second - 1)
		wantTexts(t, f.texts(conv))
		wantTexts(t, f.texts(other), "Say a word.")
		w.restart() // it holds over a restart
		pass(0)
		wantTexts(t, f.texts(conv))
		pass(1)
		wantTexts(t, f.texts(conv), "Say a word.")
		w.wantQuiet()
	})
}

func TestABrokenChannelKeepsItsMessages(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := script(broken, broken)
		w, conv := hello(t, f)
		defer w.stop()
		pass(2*channelPause - 1)
		wantTexts(t, f.texts(conv))
		pass(1)
		wantTexts(t, f.texts(conv), "Say a word.")
		w.wantQuiet()
	})
}

// What will not arrive is told to the flow, which hands over here.
func TestAFatalRefusalIsToldToTheFlow(t *testing.T) {
	for name, refusal := range map[string]step{"fatal": fatal, "window": outside} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				f := script(refusal)
				w, conv := hello(t, f)
				defer w.stop()
				pass(time.Hour)
				if d := w.delivery(conv); d.State != engine.DeliveryFailed || d.Code != refusal.err.Code || f.tried() != 1 {
					t.Errorf("%+v after %d tries", d, f.tried())
				}
				if n := len(w.events(conv, engine.EventStatus)); n != 1 {
					t.Errorf("the flow was told %d times", n)
				}
				chats, err := w.db.Chats(context.Background(), store.ChatFilter{States: []handoff.State{handoff.Queued}})
				if err != nil || len(chats) != 1 {
					t.Fatalf("%+v, %v", chats, err)
				}
				var packet engine.HandoffPacket
				if err := json.Unmarshal(chats[0].Packet, &packet); err != nil || packet.Summary != "not delivered" {
					t.Errorf("%+v, %v", packet, err)
				}
				w.wantQuiet()
			})
		})
	}
}

func TestAFailureAfterItWasSentIsToldToTheFlow(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w, conv := hello(t, &far{})
		defer w.stop()
		status := engine.Status{ProviderID: w.delivery(conv).ProviderID, State: engine.DeliveryFailed, Code: "131026"}
		for range 3 {
			if err := w.r.Accept(context.Background(), told(status)); err != nil {
				t.Fatal(err)
			}
		}
		pass(0)
		if d := w.delivery(conv); d.State != engine.DeliveryFailed || d.Code != "131026" {
			t.Errorf("%+v", d)
		}
		if got := w.load(conv).Owner.Kind; got != engine.OwnerQueue || len(w.events(conv, engine.EventStatus)) != 1 {
			t.Errorf("owner %s, told %d times", got, len(w.events(conv, engine.EventStatus)))
		}
		w.wantQuiet()
	})
}

// fullDisk is a store that takes no new events while it is full.
type fullDisk struct {
	store.Store
	full atomic.Bool
}

func (d *fullDisk) Accept(ctx context.Context, arrivals []store.Arrival, kept []store.Kept) ([]store.Accepted, error) {
	if d.full.Load() {
		return nil, errors.New("disk full")
	}
	return d.Store.Accept(ctx, arrivals, kept)
}

// The status was stored, the flow was not told, and the channel repeats what was not acknowledged.
func TestARepeatedFailureIsToldWhenTheFirstCouldNotBe(t *testing.T) {
	bubble(t, func(t *testing.T) {
		disk := &fullDisk{}
		w, conv := hello(t, &far{}, func(w *world) {
			w.wrap = func(s store.Store) store.Store { disk.Store = s; return disk }
		})
		defer w.stop()
		failed := told(engine.Status{ProviderID: w.delivery(conv).ProviderID, State: engine.DeliveryFailed, Code: "131026"})
		disk.full.Store(true)
		if err := w.r.Accept(context.Background(), failed); err == nil {
			t.Error("it was acknowledged")
		}
		disk.full.Store(false)
		for range 2 {
			if err := w.r.Accept(context.Background(), failed); err != nil {
				t.Fatal(err)
			}
		}
		pass(0)
		if n := len(w.events(conv, engine.EventStatus)); n != 1 || w.load(conv).Owner.Kind != engine.OwnerQueue {
			t.Errorf("told %d times, owner %s", n, w.load(conv).Owner)
		}
		w.wantQuiet()
	})
}

// told is a delivery of one status.
func told(s engine.Status) channel.Delivery {
	return channel.Delivery{Inbound: []channel.Inbound{{
		Channel: "main", DedupeKey: s.ProviderID + ":" + string(s.State), Event: engine.Event{Kind: engine.EventStatus, Status: &s},
	}}}
}

func TestNothingIsSentOutsideTheWindow(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := script(asks(56 * time.Minute))
		f.caps = channel.Capabilities{Window: time.Hour, WindowMargin: 5 * time.Minute}
		w, conv := hello(t, f)
		defer w.stop()
		pass(time.Hour)
		if d := w.delivery(conv); d.State != engine.DeliveryFailed || d.Code != "window_closed" || f.tried() != 1 {
			t.Errorf("%+v after %d tries", d, f.tried())
		}
		if n := len(w.events(conv, engine.EventStatus)); n == 0 {
			t.Error("the flow was not told")
		}
		for _, m := range f.took() {
			t.Errorf("%q went out %s after the last message", m.Outgoing.Text, m.when.Sub(w.load(conv).LastInbound))
		}
		w.wantQuiet()
	})
}

// What the bot had queued before a person took over is not said after.
func TestAStaleMessageIsNotSent(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := script(asks(time.Minute))
		w, conv := hello(t, f)
		defer w.stop()
		w.say(ana, "m2", "agent")
		pass(0)
		if _, _, err := w.r.Act(context.Background(), conv, engine.AgentAction{Verb: engine.AgentClaim, Agent: "u1"}); err != nil {
			t.Fatal(err)
		}
		if _, _, err := w.r.Act(context.Background(), conv, engine.AgentAction{Verb: engine.AgentReply, Agent: "u1", Name: "Eva", Text: "I am here."}); err != nil {
			t.Fatal(err)
		}
		pass(2 * time.Minute)
		wantTexts(t, f.texts(conv), "I am here.")
		if d := w.delivery(conv); d.State != engine.DeliverySuppressed || d.Code != "stale_epoch" {
			t.Errorf("%+v", d)
		}
		w.wantQuiet()
	})
}

func TestALostAnswerIsRepeatedOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := script(lost, lost, lost)
		start := time.Now()
		w, conv := hello(t, f)
		defer w.stop()
		pass(DefaultUnknownAfter - 1)
		if n := f.tried(); n != 1 {
			t.Errorf("%d tries before its time", n)
		}
		pass(1)
		if n := f.tried(); n != 2 || f.took()[1].when.Sub(start) != DefaultUnknownAfter || f.took()[0].ID != f.took()[1].ID {
			t.Errorf("%d tries, ledger %+v", n, f.took())
		}
		if n := len(w.events(conv, engine.EventStatus)); n != 0 {
			t.Error("given up although a status may still come")
		}
		pass(time.Hour)
		if n := len(f.took()); n != 2 {
			t.Errorf("sent %d times", n)
		}
		if d := w.delivery(conv); d.State != engine.DeliveryFailed || d.Code != "unknown" {
			t.Errorf("%+v", d)
		}
		if n := len(w.events(conv, engine.EventStatus)); n != 1 {
			t.Errorf("the flow was told %d times", n)
		}
	})
}

// A status that carries our id settles it, whenever it comes: while the send hangs, before the repeat, or after it.
func TestAStatusSettlesALostAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		script []step
		after  time.Duration
		tries  int
	}{
		"while the send hangs": {[]step{lostLate}, time.Second, 1},
		"before the repeat":    {[]step{lost}, time.Minute, 1},
		"after the repeat":     {[]step{lost, lost}, DefaultUnknownAfter + time.Minute, 2},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				f := script(c.script...)
				w, conv := hello(t, f)
				defer w.stop()
				w.say(ana, "m2", "one")
				pass(c.after)
				status := engine.Status{Effect: f.took()[0].ID, ProviderID: "wamid.1", State: engine.DeliveryDelivered}
				if err := w.r.Accept(context.Background(), told(status)); err != nil {
					t.Fatal(err)
				}
				pass(sendTimeout)
				if d := w.delivery(conv); d.State != engine.DeliveryDelivered || d.ProviderID != "wamid.1" {
					t.Errorf("%+v", d)
				}
				pass(5 * time.Minute)
				want := []string{"Say a word.", "Say a word.", "echo one", "Say a word."}
				wantTexts(t, f.texts(conv), want[2-c.tries:]...)
				if n := len(w.events(conv, engine.EventStatus)); n != 0 {
					t.Error("the flow was told of a failure")
				}
				w.wantQuiet()
			})
		})
	}
}

// A status takes its message out of the outbox before it is acknowledged, so that a crash right after has nothing to repeat. One of another
// channel does not.
func TestASettledMessageIsNotInTheOutbox(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := script(lost)
		w, conv := hello(t, f)
		defer w.stop()
		waiting := func() int {
			rows, err := w.db.Outbox(context.Background(), conv, 10)
			if err != nil {
				t.Fatal(err)
			}
			return len(rows)
		}
		status := told(engine.Status{Effect: f.took()[0].ID, ProviderID: "wamid.1", State: engine.DeliverySent})
		status.Inbound[0].Channel = "other"
		if err := w.r.Accept(context.Background(), status); err != nil || waiting() != 1 {
			t.Errorf("another channel's: %d rows wait, %v", waiting(), err)
		}
		status.Inbound[0].Channel = "main"
		if err := w.r.Accept(context.Background(), status); err != nil || waiting() != 0 {
			t.Errorf("%d rows wait, %v", waiting(), err)
		}
		pass(time.Hour)
		if n := len(w.deliveries(conv)); n == 0 || w.delivery(conv).State != engine.DeliverySent {
			t.Errorf("%+v", w.deliveries(conv))
		}
	})
}

// After a lost answer and a clear refusal there is still only one repeat that may double the message.
func TestARefusalDoesNotForgetALostAnswer(t *testing.T) {
	for name, restarts := range map[string]bool{"in one process": false, "with a restart after the refusal": true} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				f := script(lost, busy, lost, lost, lost)
				w, conv := hello(t, f)
				defer func() { w.stop() }()
				id := engine.EffectID(conv, 1, w.sendIndex(conv))
				if restarts {
					for f.tried() < 2 {
						pass(100 * time.Millisecond)
					}
					w.restart()
				}
				pass(9 * time.Minute)
				n := 0
				for _, m := range f.took() {
					if m.ID == id {
						n++
					}
				}
				if n != 2 {
					t.Errorf("the contact has it %d times", n)
				}
			})
		})
	}
}

func TestASendThatACrashCutOffWaitsAndIsRepeated(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := script(lostLate)
		w, conv := hello(t, f)
		w.restart()
		defer w.stop()
		pass(DefaultUnknownAfter - 1)
		if n := f.tried(); n != 1 {
			t.Errorf("%d tries before its time", n)
		}
		pass(1)
		wantTexts(t, f.texts(conv), "Say a word.", "Say a word.")
		w.wantQuiet()
	})
}

// A far end that drops repeats gets them at once.
func TestAnIdempotentChannelIsNotWaitedFor(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := script(lost, lost)
		f.caps.Idempotent = true
		w, conv := hello(t, f)
		defer w.stop()
		pass(8 * backoffFirst)
		wantTexts(t, f.texts(conv), "Say a word.", "Say a word.", "Say a word.")
		for _, m := range f.took() {
			if m.ID != f.took()[0].ID {
				t.Errorf("a repeat has another key: %s", m.ID)
			}
		}
		f.answer = func(ctx context.Context, n int, _ channel.Message, _ func()) error {
			if n == 4 {
				<-ctx.Done()
				return &channel.SendError{Class: channel.ClassRetry, Code: "transport", Unknown: true}
			}
			return nil
		}
		w.say(ana, "m2", "one")
		pass(0)
		w.restart() // no crash makes it wait either
		pass(0)
		wantTexts(t, f.texts(conv)[3:], "echo one", "Say a word.")
		w.wantQuiet()
	})
}

func TestAMessageIsGivenUpAfterManyTries(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var refused atomic.Int32
		f := &far{answer: func(_ context.Context, _ int, m channel.Message, _ func()) error {
			if m.Outgoing.Text != "Say a word." {
				return nil
			}
			refused.Add(1)
			return asks(time.Second).err
		}}
		w, conv := hello(t, f)
		defer w.stop()
		pass(maxSendAttempts * time.Second)
		if d := w.delivery(conv); d.State != engine.DeliveryFailed || refused.Load() != maxSendAttempts {
			t.Errorf("%+v after %d tries", d, refused.Load())
		}
		if n := len(w.events(conv, engine.EventStatus)); n != 1 {
			t.Errorf("the flow was told %d times", n)
		}
		w.wantQuiet()
	})
}

func TestAChannelThatIsGoneFailsItsMessages(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w, conv := hello(t, script(asks(time.Minute)))
		w.stop()
		w.prepare()
		w.r.channels = map[string]channel.Channel{}
		if err := w.r.Start(context.Background()); err != nil {
			t.Fatal(err)
		}
		defer w.stop()
		pass(time.Minute)
		if d := w.delivery(conv); d.State != engine.DeliveryFailed || d.Code != "no_channel" {
			t.Errorf("%+v", d)
		}
	})
}

package runner

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"relevo/engine"
	"relevo/store"
	"relevo/store/storetest"
)

func TestATimerFiresOnceAndNotEarly(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, nil, nil)
		w.start()
		defer w.stop()
		conv := w.say(ana, "m1", "hello")
		pass(0)
		due := w.load(conv).Runs[0].Timers[0].Due
		pass(time.Until(due) - time.Millisecond)
		wantTexts(t, w.far.texts(conv), "Say a word.")
		pass(2 * time.Millisecond)
		wantTexts(t, w.far.texts(conv), "Say a word.", "Are you there?")
		pass(time.Hour)
		fired := w.events(conv, engine.EventTimer)
		if len(fired) != 1 || fired[0].At.Before(due) {
			t.Errorf("due at %s, fired %+v", due, fired)
		}
		w.wantQuiet()
	})
}

func TestAnAnsweredQuestionsTimerDoesNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, nil, nil)
		w.start()
		defer w.stop()
		conv := w.say(ana, "m1", "hello")
		pass(9 * time.Minute)
		stale := w.load(conv).Runs[0].Timers[0]
		w.say(ana, "m2", "one")
		pass(9 * time.Minute)
		want := []string{"Say a word.", "echo one", "Say a word."}
		wantTexts(t, w.far.texts(conv), want...)
		if n := len(w.events(conv, engine.EventTimer)); n != 0 {
			t.Errorf("a cancelled timer had %d turns", n)
		}
		// One that was read just before it was cancelled: recorded, without effect, also twice.
		for range 2 {
			w.r.timers.post(conv, stale, time.Now())
			pass(0)
		}
		wantTexts(t, w.far.texts(conv), want...)
		pass(2 * time.Minute)
		wantTexts(t, w.far.texts(conv), append(want, "Are you there?")...)
		w.wantQuiet()
	})
}

func TestARestartKeepsTimers(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, nil, nil)
		w.start()
		a, b := w.say(ana, "m1", "hello"), w.say(luis, "m2", "hello")
		pass(5 * time.Minute)
		w.say(luis, "m3", "one") // its timer starts anew
		pass(0)
		w.stop()
		<-time.After(6 * time.Minute) // down, on the bubble's clock; Ana's timer becomes due
		w.start()
		defer w.stop()
		pass(0)
		wantTexts(t, w.far.texts(a), "Say a word.", "Are you there?")
		wantTexts(t, w.far.texts(b), "Say a word.", "echo one", "Say a word.")
		pass(5 * time.Minute)
		wantTexts(t, w.far.texts(b), "Say a word.", "echo one", "Say a word.", "Are you there?")
		pass(time.Hour)
		for _, conv := range []string{a, b} {
			if n := len(w.events(conv, engine.EventTimer)); n != 1 {
				t.Errorf("%s: %d timers fired", conv, n)
			}
		}
		w.wantQuiet()
	})
}

// faultyDue fails once each time it is told to.
type faultyDue struct {
	store.Store
	fail atomic.Bool
}

func (f *faultyDue) Due(ctx context.Context, now time.Time, limit int) ([]store.DueTimer, time.Time, error) {
	if f.fail.CompareAndSwap(true, false) {
		return nil, time.Time{}, storetest.ErrFault
	}
	return f.Store.Due(ctx, now, limit)
}

func TestTimersOutliveAStoreThatFails(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, nil, nil)
		faulty := &faultyDue{}
		w.wrap = func(s store.Store) store.Store { faulty.Store = s; return faulty }
		w.start()
		defer w.stop()
		conv := w.say(ana, "m1", "hello")
		pass(10*time.Minute - time.Millisecond)
		faulty.fail.Store(true)
		pass(2 * timerPoll)
		wantTexts(t, w.far.texts(conv), "Say a word.", "Are you there?")
		w.wantQuiet()
	})
}

// A timer that waits for its turn is not posted again at each look.
func TestATimerWaitsForItsTurnOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		held := make(chan struct{})
		w := newWorld(t, nil, withScript(t, func(string) (any, error) {
			<-held
			return "done", nil
		}))
		w.start()
		defer w.stop()
		conv := w.say(ana, "m1", "bomb")
		pass(9 * time.Minute)
		w.say(ana, "m2", "slow")
		pass(2 * time.Minute) // the timer is due while the turn before it goes on
		if n := w.r.mail.waiting(); n != 1 {
			t.Errorf("%d jobs wait", n)
		}
		close(held)
		pass(time.Minute)
		if n := len(w.events(conv, engine.EventTimer)); n > 1 {
			t.Errorf("it had %d turns", n)
		}
		wantTexts(t, w.far.texts(conv), "Say a word.", "done", "Say a word.")
	})
}

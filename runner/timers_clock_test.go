package runner

import (
	"sync/atomic"
	"testing"
	"time"

	"relevo/engine"
)

// waitFlow sleeps for most of a year.
const waitFlow = `
flow: nap
title: {en: Nap}
languages: [en]
triggers:
  - phrases: {en: [hello]}
states:
  rest:
    wait: {for: 300d}
    on: {elapsed: awake}
  awake:
    say: Good morning.
    end: resolved
initial: rest
`

// clock is a wall clock that can be set. It goes on at the pace of the bubble's, which is the one that sleeps are measured by.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time       { return time.Now().Round(0).Add(time.Duration(c.ahead.Load())) }
func (c *clock) jump(d time.Duration) { c.ahead.Add(int64(d)) }
func (c *clock) use(o *Options)       { o.Now = c.now }
func (c *clock) world(t *testing.T, sources ...string) *world {
	t.Helper()
	return newWorld(t, nil, c.use, sources...)
}

// firedOnce checks that each timer had one turn, and none before it was due.
func (w *world) firedOnce(conversation string, want int) {
	w.Helper()
	fired, seen := w.events(conversation, engine.EventTimer), map[string]bool{}
	for _, ev := range fired {
		if seen[ev.Timer.ID] || ev.At.Before(ev.Timer.Due) {
			w.Errorf("%s: a timer due at %s fired again or early, at %s", conversation, ev.Timer.Due, ev.At)
		}
		seen[ev.Timer.ID] = true
	}
	if len(fired) != want {
		w.Errorf("%s: %d timers fired, want %d", conversation, len(fired), want)
	}
}

// A machine that was suspended looks the same: its sleep goes on where it was, and the wall clock has moved.
func TestAClockThatJumpsForwardFiresWhatIsDueOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var c clock
		w := c.world(t)
		w.start()
		defer w.stop()
		a, b := w.say(ana, "m1", "hello"), w.say(luis, "m2", "hello")
		pass(time.Minute)
		c.jump(48 * time.Hour)
		pass(timerPoll)
		for _, conv := range []string{a, b} {
			wantTexts(t, w.far.texts(conv), "Say a word.", "Are you there?")
		}
		pass(time.Minute)
		w.firedOnce(a, 1)
		w.firedOnce(b, 1)
		pass(24 * time.Hour) // what the late turn armed counts from the new time
		wantTexts(t, w.far.texts(a), "Say a word.", "Are you there?", "Bye.")
		w.firedOnce(a, 2)
		w.wantQuiet()
	})
}

func TestAClockThatIsSetBackFiresNothingEarly(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var c clock
		w := c.world(t)
		w.start()
		defer w.stop()
		a := w.say(ana, "m1", "hello")
		pass(9*time.Minute + 59*time.Second)
		c.jump(-time.Hour)
		b := w.say(luis, "m2", "hello") // armed by the new time, long before the other
		pass(10*time.Minute - time.Second)
		wantTexts(t, w.far.texts(a), "Say a word.")
		wantTexts(t, w.far.texts(b), "Say a word.")
		pass(2 * time.Second)
		wantTexts(t, w.far.texts(b), "Say a word.", "Are you there?")
		pass(49*time.Minute + 59*time.Second)
		wantTexts(t, w.far.texts(a), "Say a word.")
		pass(2 * time.Second)
		wantTexts(t, w.far.texts(a), "Say a word.", "Are you there?")
		w.firedOnce(a, 1)
		w.firedOnce(b, 1)
		w.wantQuiet()
	})
}

// What fired before the clock was set back does not fire again.
func TestAClockThatGoesForthAndBackLosesNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var c clock
		w := c.world(t)
		w.start()
		defer w.stop()
		conv := w.say(ana, "m1", "hello")
		pass(10 * time.Minute)
		w.firedOnce(conv, 1)
		c.jump(-time.Hour)
		pass(2 * time.Hour)
		w.firedOnce(conv, 1)
		c.jump(48 * time.Hour)
		pass(timerPoll)
		w.firedOnce(conv, 2)
		wantTexts(t, w.far.texts(conv), "Say a word.", "Are you there?", "Bye.")
		w.wantQuiet()
	})
}

func TestAWaitOfMonthsOutlivesRestarts(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var c clock
		w := c.world(t, waitFlow)
		w.start()
		conv := w.say(ana, "m1", "hello")
		pass(0)
		due := w.load(conv).Runs[0].Timers[0].Due
		for range 3 { // looks in between, in a process of its own each time
			c.jump(99 * 24 * time.Hour)
			pass(2 * timerPoll)
			w.restart()
		}
		wantTexts(t, w.far.texts(conv))
		c.jump(due.Sub(c.now()) - time.Millisecond)
		pass(0)
		w.restart()
		pass(0)
		wantTexts(t, w.far.texts(conv))
		pass(time.Millisecond)
		wantTexts(t, w.far.texts(conv), "Good morning.")
		c.jump(300 * 24 * time.Hour)
		w.restart()
		defer w.stop()
		pass(time.Minute)
		w.firedOnce(conv, 1)
		w.wantQuiet()
	})
}

func TestASleepEndsWhenTheNextTimerIsDueAndAfterASecondAtMost(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name string
		next time.Time
		want time.Duration
	}{
		{"there is no timer", time.Time{}, timerPoll},
		{"it is due in a moment", now.Add(time.Microsecond), time.Microsecond},
		{"it is due in two seconds", now.Add(2 * time.Second), timerPoll},
		{"it is due in ten thousand years, which no duration holds", now.AddDate(10_000, 0, 0), timerPoll},
		{"it is due, and there was no room", now, timerPoll},
		{"it was due ten thousand years ago", now.AddDate(-10_000, 0, 0), timerPoll},
	} {
		if got := untilNext(now, c.next); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

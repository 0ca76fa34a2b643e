package runner

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"relevo/store"
	"relevo/store/storetest"
)

// heldTimers keeps the commits of timer turns until the gate is opened.
type heldTimers struct {
	store.Store
	gate        chan struct{}
	begun, most atomic.Int64
}

func (h *heldTimers) Commit(ctx context.Context, turn store.Turn) error {
	if turn.Timer == nil {
		return h.Store.Commit(ctx, turn)
	}
	for n := h.begun.Add(1); ; {
		if most := h.most.Load(); n <= most || h.most.CompareAndSwap(most, n) {
			break
		}
	}
	defer h.begun.Add(-1)
	select {
	case <-h.gate:
	case <-ctx.Done():
		return ctx.Err()
	}
	return h.Store.Commit(ctx, turn)
}

func TestManyDueTimersLeaveRoomForMessages(t *testing.T) {
	bubble(t, func(t *testing.T) {
		const contacts, workers = 100, 8
		var c clock
		w := newWorld(t, nil, func(o *Options) { c.use(o); o.Workers = workers })
		held := &heldTimers{gate: make(chan struct{})}
		w.wrap = func(s store.Store) store.Store { held.Store = s; return held }
		w.start()
		defer w.stop()
		var convs []string
		for i := range contacts {
			convs = append(convs, w.say(fmt.Sprintf("+346000001%02d", i), fmt.Sprintf("m%d", i), "hello"))
		}
		pass(0)
		c.jump(48 * time.Hour)
		pass(5 * timerPoll)
		if n := held.begun.Load(); n != workers/timerShare {
			t.Errorf("%d turns of timers are under way", n)
		}
		conv := w.say(luis, "n1", "hello") // while every timer hangs
		pass(0)
		w.say(luis, "n2", "one")
		pass(0)
		wantTexts(t, w.far.texts(conv), "Say a word.", "echo one", "Say a word.")
		close(held.gate)
		pass(timerPoll) // woken by the turns that end, not a second for each batch
		for _, conv := range convs {
			wantTexts(t, w.far.texts(conv), "Say a word.", "Are you there?")
			w.firedOnce(conv, 1)
		}
		if n := held.most.Load(); n > workers/timerShare {
			t.Errorf("%d turns of timers were under way at once", n)
		}
		w.wantQuiet()
	})
}

// faultyTurns fails the commits of the timers of some conversations.
type faultyTurns struct {
	store.Store
	broken string // this conversation's, always
	first  atomic.Int64
	lost   atomic.Int64 // commits that are carried out, but whose answer is lost
	tries  atomic.Int64 // of the broken one
}

func (f *faultyTurns) Commit(ctx context.Context, turn store.Turn) error {
	if turn.Timer == nil {
		return f.Store.Commit(ctx, turn)
	}
	if turn.Conversation.ID == f.broken {
		f.tries.Add(1)
		return storetest.ErrFault
	}
	if f.first.Add(-1) >= 0 {
		return storetest.ErrFault
	}
	err := f.Store.Commit(ctx, turn)
	if err == nil && f.lost.Add(-1) >= 0 {
		return storetest.ErrFault
	}
	return err
}

func TestAWaitWhoseTurnFailsIsTriedAgain(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, nil, nil)
		faulty := &faultyTurns{}
		w.wrap = func(s store.Store) store.Store { faulty.Store = s; return faulty }
		w.start()
		defer w.stop()
		conv := w.say(ana, "m1", "hello")
		faulty.first.Store(3)
		pass(10*time.Minute + 2*retryTurnAfter)
		wantTexts(t, w.far.texts(conv), "Say a word.")
		pass(2 * retryTurnAfter)
		wantTexts(t, w.far.texts(conv), "Say a word.", "Are you there?")
		w.firedOnce(conv, 1)
		w.wantQuiet()
	})
}

func TestATimerWhoseCommitWasNotAnsweredFiresOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, nil, nil)
		faulty := &faultyTurns{}
		w.wrap = func(s store.Store) store.Store { faulty.Store = s; return faulty }
		w.start()
		defer w.stop()
		conv := w.say(ana, "m1", "hello")
		faulty.lost.Store(1)
		pass(time.Hour)
		w.firedOnce(conv, 1)
	})
}

// One conversation that can never be stored keeps neither the others nor the machine busy.
func TestATimerThatAlwaysFailsHoldsUpNobody(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, nil, func(o *Options) { o.Workers = 1 }) // room for one timer at a time
		faulty := &faultyTurns{}
		w.wrap = func(s store.Store) store.Store { faulty.Store = s; return faulty }
		w.start()
		defer w.stop()
		faulty.broken = w.say(ana, "m1", "hello") // the first that is due
		var others []string
		for i := range 5 {
			others = append(others, w.say(fmt.Sprintf("+3460000020%d", i), fmt.Sprintf("n%d", i), "hello"))
		}
		pass(10*time.Minute + 10*time.Second)
		for _, conv := range others {
			wantTexts(t, w.far.texts(conv), "Say a word.", "Are you there?")
			w.firedOnce(conv, 1)
		}
		if n := faulty.tries.Load(); n < 5 || n > 11 {
			t.Errorf("it was tried %d times in 10 s", n)
		}
	})
}

// A look that had read the row before its turn removed it does not post it again.
func TestALookThatRacesWithTheEndOfATurnPostsNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, nil, nil)
		held := &heldTimers{gate: make(chan struct{})}
		late := &lateDue{held: held}
		w.wrap = func(s store.Store) store.Store { held.Store, late.Store = s, held; return late }
		w.start()
		defer w.stop()
		conv := w.say(ana, "m1", "hello")
		pass(time.Hour)
		if !late.was {
			t.Fatal("no look found the timer while its turn was under way")
		}
		w.firedOnce(conv, 1)
		w.wantQuiet()
	})
}

// lateDue reads a timer whose turn is under way and answers when that turn is over.
type lateDue struct {
	store.Store
	held *heldTimers
	was  bool
}

func (l *lateDue) Due(ctx context.Context, now time.Time, limit int) ([]store.DueTimer, time.Time, error) {
	due, next, err := l.Store.Due(ctx, now, limit)
	if len(due) > 0 && l.held.begun.Load() > 0 && !l.was {
		l.was = true
		close(l.held.gate)
		<-time.After(time.Millisecond) // of the bubble: everything else comes to rest
	}
	return due, next, err
}

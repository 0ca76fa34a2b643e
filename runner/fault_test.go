package runner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"relevo/engine"
	"relevo/store"
	"relevo/store/storetest"
)

// soundTimers reads timers from the store itself: the polls would otherwise count as calls for ever. TestTimersOutliveAStoreThatFails has them.
type soundTimers struct {
	store.Store
	sound store.Store
}

func (s soundTimers) Due(ctx context.Context, now time.Time, limit int) ([]store.DueTimer, time.Time, error) {
	return s.sound.Due(ctx, now, limit)
}

// soundTurns never loses the answer to a turn: in one process with its database that takes the process along, and then TestKill9 of
// testdata/e2e has it. What is left are the answers of deliveries.
type soundTurns struct {
	store.Store
	sound store.Store
}

func (s soundTurns) Accept(ctx context.Context, arrivals []store.Arrival, kept []store.Kept) ([]store.Accepted, error) {
	return s.sound.Accept(ctx, arrivals, kept)
}

func (s soundTurns) Commit(ctx context.Context, t store.Turn) error { return s.sound.Commit(ctx, t) }

func loseAt(s store.Store, n int) (store.Store, func() bool) {
	lossy, fired := storetest.LoseAt(s, n)
	return soundTurns{lossy, s}, fired
}

// TestAnyCallOfTheStoreMayFail plays one conversation again and again. Each time another call of the store fails, once, and the program is
// started again in the middle. Nothing is lost and nothing is doubled, neither turns nor messages.
func TestAnyCallOfTheStoreMayFail(t *testing.T) {
	t.Parallel()
	for name, wrap := range map[string]func(store.Store, int) (store.Store, func() bool){
		"not carried out": storetest.FailAt, "carried out, but the answer is lost": loseAt,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			calls := 0
			defer func() { t.Logf("%d calls had their turn", calls-1) }()
			for n, more := 1, true; more && !t.Failed(); n++ {
				t.Run(fmt.Sprint(n), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) { more = playWithFault(t, wrap, n) })
				})
				calls = n
			}
			if calls < 20 {
				t.Errorf("only %d calls had their turn to fail", calls)
			}
		})
	}
}

// playWithFault plays the conversation while the n-th call fails, and tells whether it came to that.
func playWithFault(t *testing.T, wrap func(store.Store, int) (store.Store, func() bool), n int) bool {
	fired := func() bool { return false }
	var faulty store.Store
	f := script(step{}, busy) // the second message has to be sent twice
	w := newWorld(t, f, nil)
	w.wrap = func(s store.Store) store.Store {
		if faulty == nil {
			faulty, fired = wrap(s, n)
			return soundTimers{faulty, s}
		}
		return s // after the restart everything works
	}
	w.prepare()
	repeat(t, func() error { return w.r.Start(context.Background()) })
	from := func(id, text string) {
		repeat(t, func() error { return w.r.Accept(context.Background(), wrote(ana, id, text)) }) // as the far end does without a 200
		pass(5 * time.Second)
	}
	from("m1", "hello")
	conv := w.conversation(ana)
	from("m2", "one")
	repeat(t, func() error {
		return w.r.Accept(context.Background(), told(engine.Status{Effect: f.took()[0].ID, ProviderID: "p/" + f.took()[0].ID, State: engine.DeliveryRead}))
	})
	pass(10*time.Minute + time.Second) // the timer
	from("m3", "agent")
	act := func(verb engine.AgentVerb, outcome string) {
		repeat(t, func() error {
			_, _, err := w.r.Act(context.Background(), conv, engine.AgentAction{Verb: verb, Agent: "u1", Outcome: outcome})
			var refused *engine.Refusal
			if errors.As(err, &refused) && (refused.Owner.Agent == "u1" || verb == engine.AgentClose) {
				return nil // the first time did it, but we were not told
			}
			return err
		})
		pass(5 * time.Second)
	}
	act(engine.AgentClaim, "")
	from("m4", "are you there?")
	w.restart()
	pass(5 * time.Second)
	act(engine.AgentClose, "again")
	from("m5", "two")
	pass(DefaultUnknownAfter + time.Minute)
	defer w.stop()

	var turns []string
	for _, ev := range w.events(conv, engine.EventMessage) {
		turns = append(turns, ev.ID)
	}
	if want := []string{"m1", "m2", "m3", "m4", "m5"}; !slices.Equal(turns, want) {
		t.Errorf("turns %q, want %q", turns, want)
	}
	wantTexts(t, f.texts(conv),
		"Say a word.", "echo one", "Say a word.", "Are you there?", "A colleague comes.", "Say a word.", "echo two", "Say a word.")
	for id, d := range w.deliveries(conv) {
		if want := engine.DeliverySent; d.State != want && id != f.took()[0].ID {
			t.Errorf("%s is %s", id, d.State)
		}
	}
	if d := w.deliveries(conv)[f.took()[0].ID]; d.State != engine.DeliveryRead {
		t.Errorf("the first message is %s, a status said read", d.State)
	}
	w.wantQuiet()
	return fired()
}

// repeat calls f until it works: three times are enough for one fault.
func repeat(t *testing.T, f func() error) {
	t.Helper()
	var err error
	for range 3 {
		if err = f(); err == nil {
			return
		}
		pass(time.Second)
	}
	t.Fatal(err)
}

// A store that fails for long holds turns back; it does not drop them.
func TestTurnsWaitForAStoreThatIsDown(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, nil, nil)
		down := &downStore{}
		w.wrap = func(s store.Store) store.Store { down.Store = s; return down }
		w.start()
		defer w.stop()
		conv := w.say(ana, "m1", "hello")
		pass(0)
		down.down.Store(true)
		w.say(ana, "m2", "one")
		w.say(ana, "m3", "two")
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if _, _, err := w.r.Act(ctx, conv, engine.AgentAction{Verb: engine.AgentClaim, Agent: "u1"}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a person's action: %v", err)
		}
		pass(time.Minute)
		wantTexts(t, w.far.texts(conv), "Say a word.")
		down.down.Store(false)
		pass(2 * retryTurnAfter)
		wantTexts(t, w.far.texts(conv), "Say a word.", "echo one", "Say a word.", "echo two", "Say a word.")
		w.wantQuiet()
	})
}

// downStore commits nothing while it is down, as with a full disk.
type downStore struct {
	store.Store
	down atomic.Bool
}

func (s *downStore) Commit(ctx context.Context, t store.Turn) error {
	if s.down.Load() {
		return storetest.ErrFault
	}
	return s.Store.Commit(ctx, t)
}

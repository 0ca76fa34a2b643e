package runner

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"relevo/channel"
	"relevo/engine"
	"relevo/store"
)

const ana, luis = "34600000001", "34600000002"

func TestMessagesOfOneConversationAreAnsweredInOrder(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, nil, nil)
		w.start()
		defer w.stop()
		conv := w.say(ana, "m0", "hello")
		want := []string{"Say a word."}
		for i := 1; i <= 20; i++ {
			w.say(ana, fmt.Sprintf("m%d", i), fmt.Sprintf("w%d", i))
			want = append(want, fmt.Sprintf("echo w%d", i), "Say a word.")
		}
		pass(0)
		wantTexts(t, w.far.texts(conv), want...)
		for i, ev := range w.events(conv, engine.EventMessage) {
			if ev.ID != fmt.Sprintf("m%d", i) {
				t.Errorf("turn %d took %s", i+1, ev.ID)
			}
		}
		if w.far.twice {
			t.Error("two messages of one conversation were on their way at once")
		}
		w.wantQuiet()
	})
}

// bombFlow calls a script for every word.
const bombFlow = `
flow: bomb
title: {en: Bomb}
languages: [en]
triggers:
  - phrases: {en: [bomb]}
slots:
  word: {type: text}
scripts: [bomb.js]
initial: ask_word
states:
  ask_word:
    ask: word
    say: Say a word.
    on: {answered: calls, exhausted: people}
    after: {10m: people}
  calls:
    say: "{{ bomb.go(word) }}"
    goto: ask_word
  people:
    handoff: {queue: general, say: A colleague comes., outcomes: [resolved]}
    on: {resolved: bye}
  bye:
    end: resolved
`

// evaluator is a script that a test wrote in Go.
type evaluator func(word string) (any, error)

func (e evaluator) Call(c engine.ScriptCall) (any, error) { return e(c.Args[0].(string)) }

func withScript(t *testing.T, e evaluator) func(*Options) {
	return func(o *Options) {
		o.Catalog = catalogOf(t, func(c *engine.CatalogOptions) {
			c.Scripts = e
		}, bombFlow)
	}
}

func TestATranscriptOfManyPagesIsWhole(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, nil, nil)
		w.start()
		defer w.stop()
		const messages = historyPage + 10
		conv := w.say(ana, "m0", "hello")
		var d channel.Delivery
		for i := 1; i < messages; i++ {
			d.Inbound = append(d.Inbound, wrote(ana, fmt.Sprintf("m%d", i), "word").Inbound...)
		}
		if err := w.r.Accept(context.Background(), d); err != nil {
			t.Fatal(err)
		}
		pass(0)
		for _, after := range []int64{0, 5} {
			entries, err := w.r.History(context.Background(), conv, after)
			if err != nil {
				t.Fatal(err)
			}
			said := 0
			for _, e := range entries {
				if e.Kind == channel.EntryContact {
					said++
				}
			}
			if want := messages - int(after); said != want {
				t.Errorf("after turn %d: %d messages of the contact, want %d", after, said, want)
			}
		}
	})
}

// late is a store whose Accept of one message returns only when a test lets it: its goroutine is slow to wake.
type late struct {
	store.Store
	message string
	stored  chan struct{}
	let     chan struct{}
}

func (l late) Accept(ctx context.Context, arrivals []store.Arrival, kept []store.Kept) ([]store.Accepted, error) {
	accepted, err := l.Store.Accept(ctx, arrivals, kept)
	if len(arrivals) > 0 && arrivals[0].Event.ID == l.message {
		close(l.stored)
		<-l.let
	}
	return accepted, err
}

func TestTurnsAreTakenInTheOrderTheirEventsWereStored(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, nil, nil)
		l := late{message: "m1", stored: make(chan struct{}), let: make(chan struct{})}
		w.wrap = func(s store.Store) store.Store { l.Store = s; return l }
		w.start()
		defer w.stop()
		var deliveries sync.WaitGroup
		deliver := func(from, id, text string) {
			deliveries.Go(func() {
				if err := w.r.Accept(context.Background(), wrote(from, id, text)); err != nil {
					t.Error(err)
				}
			})
		}
		deliver(ana, "m1", "hello")
		<-l.stored
		deliver(ana, "m2", "second")
		deliver(luis, "b1", "hello")
		pass(0) // everything that can go on has gone on
		wantTexts(t, w.far.texts(w.conversation(luis)), "Say a word.")
		close(l.let)
		deliveries.Wait()
		pass(0)
		wantTexts(t, w.far.texts(w.conversation(ana)), "Say a word.", "echo second", "Say a word.")
		if n := len(w.r.doors.open); n != 0 {
			t.Errorf("%d doors are left", n)
		}
		w.wantQuiet()
	})
}

func TestConversationsDoNotWaitForEachOther(t *testing.T) {
	bubble(t, func(t *testing.T) {
		held := make(chan struct{})
		w := newWorld(t, nil, withScript(t, func(word string) (any, error) {
			if word == "slow" {
				<-held
			}
			return "did " + word, nil
		}))
		w.start()
		defer w.stop()
		a, b := w.say(ana, "a1", "bomb"), w.say(luis, "b1", "bomb")
		w.say(ana, "a2", "slow")
		w.say(ana, "a3", "next")
		w.say(luis, "b2", "quick")
		pass(0)
		wantTexts(t, w.far.texts(a), "Say a word.")
		wantTexts(t, w.far.texts(b), "Say a word.", "did quick", "Say a word.")
		close(held)
		pass(0)
		wantTexts(t, w.far.texts(a), "Say a word.", "did slow", "Say a word.", "did next", "Say a word.")
		w.wantQuiet()
	})
}

func TestOneDeliveryThatHangsHoldsNobodyElse(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := &far{answer: func(ctx context.Context, n int, _ channel.Message, _ func()) error {
			if n == 1 {
				<-ctx.Done()
				return &channel.SendError{Class: channel.ClassRetry, Code: "timeout"}
			}
			return nil
		}}
		w := newWorld(t, f, nil)
		w.start()
		defer w.stop()
		a := w.say(ana, "a1", "hello")
		pass(0)
		b := w.say(luis, "b1", "hello")
		pass(0)
		wantTexts(t, f.texts(a))
		wantTexts(t, f.texts(b), "Say a word.")
		pass(sendTimeout + backoffLimit)
		if got := f.texts(a); len(got) == 0 || got[0] != "Say a word." {
			t.Errorf("after the time-out: %q", got)
		}
	})
}

// otherFar is a far end under another id.
type otherFar struct {
	far
	id string
}

func (f *otherFar) ID() string { return f.id }

func TestAChannelThatHangsHoldsNoOther(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, &far{answer: func(ctx context.Context, _ int, _ channel.Message, _ func()) error {
			<-ctx.Done()
			return &channel.SendError{Class: channel.ClassRetry, Code: "timeout"}
		}}, nil)
		well := &otherFar{id: "well"}
		w.prepare()
		w.r.Use(well)
		if err := w.r.Start(context.Background()); err != nil {
			t.Fatal(err)
		}
		defer w.stop()
		for i := range maxSending {
			w.say(fmt.Sprint(34600000000+i), fmt.Sprint("a", i), "hello")
		}
		pass(0)
		d := wrote(ana, "b", "hello")
		d.Inbound[0].Channel = well.id
		if err := w.r.Accept(context.Background(), d); err != nil {
			t.Fatal(err)
		}
		pass(0)
		wantTexts(t, well.texts(""), "Say a word.")
	})
}

func TestARepeatedMessageIsOneTurn(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, nil, nil)
		w.start()
		defer w.stop()
		var copies sync.WaitGroup
		for range 20 {
			copies.Go(func() {
				if err := w.r.Accept(context.Background(), wrote(ana, "m1", "hello")); err != nil {
					t.Error(err)
				}
			})
		}
		copies.Wait()
		pass(0)
		w.restart()
		conv := w.say(ana, "m1", "hello") // once more, after a restart
		pass(0)
		if n := len(w.events(conv, engine.EventMessage)); n != 1 {
			t.Errorf("%d turns", n)
		}
		wantTexts(t, w.far.texts(conv), "Say a word.")
		w.wantQuiet()
	})
}

func TestOverloadIsRefusedBeforeAnythingIsStored(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, nil, nil)
		w.start()
		defer w.stop()
		fill := func(n int) {
			w.r.mail.mu.Lock()
			defer w.r.mail.mu.Unlock()
			w.r.mail.queued += n
		}
		fill(MaxQueued)
		ctx := context.Background()
		_, businessErr := w.r.Business(ctx, BusinessRequest{ID: "1", Name: "shop.opened", Channel: "main", Identity: engine.Identity{Kind: "phone", Value: ana}})
		_, _, actErr := w.r.Act(ctx, "c1", engine.AgentAction{Verb: engine.AgentClaim, Agent: "u1"})
		for name, err := range map[string]error{"message": w.r.Accept(ctx, wrote(ana, "m1", "hello")), "event": businessErr, "action": actErr} {
			if !errors.Is(err, ErrOverloaded) {
				t.Errorf("%s: %v", name, err)
			}
		}
		n, err := w.db.Counts(ctx)
		if err != nil || n.Inbox != 0 || len(n.Conversations) != 0 {
			t.Errorf("stored: %+v, %v", n, err)
		}
		fill(-MaxQueued)
		conv := w.say(ana, "m1", "hello") // the same delivery again
		pass(0)
		wantTexts(t, w.far.texts(conv), "Say a word.")
	})
}

func TestAStartTakesUpWhatWasLeft(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var down atomic.Bool
		f := &far{answer: func(ctx context.Context, _ int, _ channel.Message, _ func()) error {
			if down.Load() {
				return &channel.SendError{Class: channel.ClassRetry, Code: "503"}
			}
			return nil
		}}
		w := newWorld(t, f, nil)
		w.start()
		conv := w.say(ana, "m1", "hello")
		pass(0)
		down.Store(true)
		w.say(ana, "m2", "one") // its answers stay in the outbox
		pass(0)
		w.r.Close()
		// Acknowledged, and then the process died before its turn.
		arrival := w.r.arrival(wrote(ana, "m3", "two").Inbound[0])
		arrival.Event.At = time.Now()
		if _, err := w.db.Accept(context.Background(), []store.Arrival{arrival}, nil); err != nil {
			t.Fatal(err)
		}
		if err := w.r.Accept(context.Background(), wrote(ana, "m4", "three")); !errors.Is(err, ErrClosed) {
			t.Errorf("a closed runner took a message: %v", err)
		}
		if _, _, err := w.r.Act(context.Background(), conv, engine.AgentAction{Verb: engine.AgentClaim, Agent: "u1"}); !errors.Is(err, ErrClosed) {
			t.Errorf("a closed runner took an action: %v", err)
		}
		down.Store(false)
		w.restart()
		defer w.stop()
		pass(backoffFirst * 4)
		wantTexts(t, f.texts(conv), "Say a word.", "echo one", "Say a word.", "echo two", "Say a word.")
		w.wantQuiet()
	})
}

// A mistake of ours must not kill the process or leave the contact without an answer.
func TestAPanicInATurnEndsInAHandoff(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, nil, withScript(t, func(word string) (any, error) {
			if word == "boom" {
				var none map[string]int
				none[word] = 1 //nolint:staticcheck // the panic is the point
			}
			return "did " + word, nil
		}))
		w.start()
		defer w.stop()
		conv, other := w.say(ana, "a1", "bomb"), w.say(luis, "b1", "bomb")
		w.say(ana, "a2", "boom")
		w.say(ana, "a3", "anybody?")
		w.say(luis, "b2", "fine")
		pass(0)
		if got := w.load(conv); got.Owner.Kind != engine.OwnerQueue || got.Chat == nil || got.Chat.Queue != "general" {
			t.Errorf("owner %s, chat %+v", got.Owner, got.Chat)
		}
		wantTexts(t, w.far.texts(conv), "Say a word.", "Sorry, something went wrong on my side. I'll bring in a colleague.")
		wantTexts(t, w.far.texts(other), "Say a word.", "did fine", "Say a word.")
		if _, _, err := w.r.Act(context.Background(), conv, engine.AgentAction{Verb: engine.AgentClaim, Agent: "u1"}); err != nil {
			t.Error(err)
		}
		if _, _, err := w.r.Act(context.Background(), conv, engine.AgentAction{Verb: engine.AgentClose, Agent: "u1", Outcome: engine.OutcomeResolved}); err != nil {
			t.Error(err)
		}
		pass(0)
		w.wantQuiet()
	})
}

// narrow is a store that takes no turn in which a word has more than ten letters.
type narrow struct{ store.Store }

func (n narrow) Commit(ctx context.Context, t store.Turn) error {
	for _, r := range t.Conversation.Runs {
		if word, _ := r.Slots["word"].(string); len(word) > 10 {
			return fmt.Errorf("encode state: %w", store.ErrTooLarge)
		}
	}
	return n.Store.Commit(ctx, t)
}

// Slots have a limit each, and there may be many: what the store can not keep must not be tried for ever.
func TestATurnThatIsTooLargeEndsInAHandoff(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, nil, nil)
		w.wrap = func(s store.Store) store.Store { return narrow{s} }
		w.start()
		defer w.stop()
		conv := w.say(ana, "a1", "hello")
		w.say(ana, "a2", "a word that is too long")
		pass(0)
		if got := w.load(conv); got.Owner.Kind != engine.OwnerQueue {
			t.Errorf("owner %s", got.Owner)
		}
		wantTexts(t, w.far.texts(conv), "Say a word.", "Sorry, something went wrong on my side. I'll bring in a colleague.")
		w.wantQuiet()
	})
}

func TestABusinessEventIsTakenOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, nil, nil)
		w.start()
		defer w.stop()
		b := BusinessRequest{ID: "e1", Name: "shop.opened", Channel: "main", Identity: engine.Identity{Kind: "phone", Value: ana}}
		for i := range 3 {
			got, err := w.r.Business(context.Background(), b)
			if err != nil || got.Duplicate != (i > 0) {
				t.Errorf("%d: %+v, %v", i, got, err)
			}
		}
		pass(0)
		conv := w.conversation(ana)
		wantTexts(t, w.far.texts(conv), "Say a word.")
		b.ID, b.Channel = "e2", "nowhere"
		if _, err := w.r.Business(context.Background(), b); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("unknown channel: %v", err)
		}
		w.wantQuiet()
	})
}

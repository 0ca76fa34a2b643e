package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"relevo/engine"
	"relevo/handoff"
	"relevo/store"
)

var turnCases = []testCase{
	{"a turn is stored whole: state, journal, outbox, timers, chats, and what it consumed", func(s *suite) {
		accepted, conv := s.begin("1")
		conv.Owner, conv.Epoch = engine.Owner{Kind: engine.OwnerQueue}, 1
		conv.Runs = []engine.Run{{ID: "r1", Flow: "orders", Version: "v1", State: "ask", Wait: engine.WaitHandoff,
			Slots: map[string]any{"order": "AB123456", "n": 2.5, "list": []any{"a", true}}, Started: start}}
		conv.Focus, conv.LastInbound = []string{"r1"}, start
		t := turn(conv, accepted.Event, send("one"), timer(start.Add(time.Hour)), send("two"))
		t.Inbox = accepted.Inbox
		t.Chats = []handoff.Chat{chat(conv, "h1", handoff.Queued)}
		s.commit(t)
		check := func() {
			s.t.Helper()
			equal(s.t, s.load("conv-1"), t.Conversation)
			records, err := s.s.Journal(s.ctx, "conv-1", 0, 10)
			s.ok(err)
			equal(s.t, records, []store.Record{{Conversation: "conv-1", Seq: 1, At: t.Event.At, Event: t.Event, Effects: t.Effects}})
			rows, err := s.s.Outbox(s.ctx, "", 10)
			s.ok(err)
			equal(s.t, rows, []store.OutboxRow{
				{Effect: t.Effects[0], Conversation: "conv-1", Channel: "main"}, {Effect: t.Effects[2], Conversation: "conv-1", Channel: "main"},
			})
			due, _, err := s.s.Due(s.ctx, start.Add(time.Hour), 10)
			s.ok(err)
			equal(s.t, due, []store.DueTimer{{Conversation: "conv-1", Timer: *t.Effects[1].Timer}})
			h, err := s.s.Chat(s.ctx, "h1")
			s.ok(err)
			equal(s.t, h, t.Chats[0])
			s.backlog()
		}
		check()
		s.s = s.reopen()
		check()
	}},
	{"a turn that is not the next one is a conflict and changes nothing", func(s *suite) {
		accepted, conv := s.begin("1")
		for _, seq := range []int64{-1, 0, 2, 7} {
			t := turn(conv, accepted.Event, send("hi"), timer(start))
			t.Inbox, t.Conversation.Seq = accepted.Inbox, seq
			t.Chats = []handoff.Chat{chat(conv, "h1", handoff.Queued)}
			is(s.t, s.s.Commit(s.ctx, t), store.ErrConflict)
		}
		s.untouched(conv)
	}},
	{"a turn of an unknown conversation is not found", func(s *suite) {
		err := s.s.Commit(s.ctx, turn(engine.Conversation{ID: "conv-nowhere", Channel: "main"}, s.message("hi")))
		is(s.t, err, store.ErrNotFound)
		_, _, err = s.s.Load(s.ctx, "conv-nowhere")
		is(s.t, err, store.ErrNotFound)
	}},
	{"an event is consumed once, whatever the turn", func(s *suite) {
		accepted, conv := s.begin("1")
		first := turn(conv, accepted.Event)
		first.Inbox = accepted.Inbox
		s.commit(first)
		second := turn(first.Conversation, accepted.Event, send("again"))
		second.Inbox = accepted.Inbox
		is(s.t, s.s.Commit(s.ctx, second), store.ErrNotFound)
		equal(s.t, s.load("conv-1"), first.Conversation)
		rows, err := s.s.Outbox(s.ctx, "", 10)
		s.ok(err)
		equal(s.t, rows, nil)
	}},
	{"a turn that fails in its middle changes nothing", func(s *suite) {
		accepted, conv := s.begin("1")
		t := turn(conv, accepted.Event, send("hi"), timer(start.Add(time.Hour)))
		t.Inbox = accepted.Inbox
		t.Chats = []handoff.Chat{chat(conv, "h1", handoff.Queued), chat(conv, "h2", handoff.Queued)}
		is(s.t, s.s.Commit(s.ctx, t), store.ErrExists)
		s.untouched(conv)
	}},
	{"of racing turns exactly one wins and the others see a conflict", func(s *suite) {
		const writers, rounds = 8, 20
		_, conv := s.begin("1")
		for range rounds {
			var won, lost atomic.Int32
			var wg sync.WaitGroup
			for i := range writers {
				t := turn(conv, s.message("race"), send(fmt.Sprint(i)))
				wg.Go(func() {
					switch err := s.s.Commit(s.ctx, t); {
					case err == nil:
						won.Add(1)
					case errors.Is(err, store.ErrConflict):
						lost.Add(1)
					default:
						s.t.Error(err)
					}
				})
			}
			wg.Wait()
			if won.Load() != 1 || lost.Load() != writers-1 {
				s.t.Fatalf("%d won, %d lost", won.Load(), lost.Load())
			}
			conv = s.load("conv-1")
		}
		rows, err := s.s.Outbox(s.ctx, "conv-1", 1000)
		s.ok(err)
		if len(rows) != rounds {
			s.t.Fatalf("got %d messages of %d turns", len(rows), rounds)
		}
	}},
	{"a turn that is too large is refused for good, and changes nothing", func(s *suite) {
		_, conv := s.begin("1")
		t := turn(conv, s.message("hi"))
		t.Conversation.Runs = []engine.Run{{ID: "r1", Slots: map[string]any{"x": strings.Repeat("x", 64<<20)}}}
		if err := s.s.Commit(s.ctx, t); !errors.Is(err, store.ErrTooLarge) {
			s.t.Fatalf("got %v", err)
		}
		equal(s.t, s.load(conv.ID), conv)
	}},
	{"writers of many conversations do not disturb each other", func(s *suite) {
		const conversations, turns = 24, 15
		var wg sync.WaitGroup
		for i := range conversations {
			_, conv := s.begin(fmt.Sprint(i))
			ev := s.message("hi")
			wg.Go(func() {
				for range turns {
					t := turn(conv, ev, send("x"))
					if err := s.s.Commit(s.ctx, t); err != nil {
						s.t.Error(err)
						return
					}
					conv = t.Conversation
				}
			})
		}
		wg.Wait()
		s.s = s.reopen()
		for i := range conversations {
			records, err := s.s.Journal(s.ctx, fmt.Sprint("conv-", i), 0, 100)
			s.ok(err)
			if len(records) != turns || s.load(fmt.Sprint("conv-", i)).Seq != turns {
				s.t.Fatalf("conversation %d: %d records", i, len(records))
			}
		}
	}},
	{"a write whose context is over is not begun", func(s *suite) {
		accepted, conv := s.begin("1")
		ctx, cancel := context.WithCancel(s.ctx)
		cancel()
		t := turn(conv, accepted.Event)
		is(s.t, s.s.Commit(ctx, t), context.Canceled)
		_, err := s.s.Accept(ctx, []store.Arrival{s.arrival("2")}, nil)
		is(s.t, err, context.Canceled)
		s.untouched(conv)
	}},
	{"the contact's record changes with an effect of kind contact, and only then", func(s *suite) {
		accepted, conv := s.begin("1")
		changed := engine.Contact{
			ID: conv.Contact.ID, Name: "Ana María", Language: "es", Guessed: true, Region: "MX", TimeZone: "America/Mexico_City", OptedOut: true,
			Attributes: map[string]any{"vip": true},
		}
		for fields, i := reflect.ValueOf(changed), 0; i < fields.NumField(); i++ {
			if fields.Field(i).IsZero() {
				s.t.Fatalf("this case forgets the contact's %s, and so may the store", fields.Type().Field(i).Name)
			}
		}
		conv.Contact = engine.Contact{ID: conv.Contact.ID, Name: "not stored"}
		first := turn(conv, accepted.Event)
		s.commit(first)
		equal(s.t, s.load("conv-1").Contact, engine.Contact{ID: "contact-1", Name: "Ana"})
		s.commit(turn(first.Conversation, accepted.Event, engine.Effect{Kind: engine.EffectContact, Contact: &changed}))
		equal(s.t, s.load("conv-1").Contact, changed)
	}},
	{"the journal is read in order, from a turn on, up to a limit", func(s *suite) {
		_, conv := s.begin("1")
		for range 6 {
			t := turn(conv, s.message("hi"))
			s.commit(t)
			conv = t.Conversation
		}
		records, err := s.s.Journal(s.ctx, "conv-1", 2, 3)
		s.ok(err)
		var seqs []int64
		for _, r := range records {
			seqs = append(seqs, r.Seq)
		}
		equal(s.t, seqs, []int64{3, 4, 5})
		none, err := s.s.Journal(s.ctx, "conv-nowhere", 0, 10)
		s.ok(err)
		equal(s.t, none, nil)
	}},
}

// untouched wants the only conversation as it was, with its event still waiting and nothing written.
func (s *suite) untouched(conv engine.Conversation) {
	s.t.Helper()
	equal(s.t, s.load(conv.ID), conv)
	s.backlog(conv.ID)
	rows, err := s.s.Outbox(s.ctx, "", 10)
	s.ok(err)
	equal(s.t, rows, nil)
	_, next, err := s.s.Due(s.ctx, time.Time{}, 10)
	s.ok(err)
	equal(s.t, next, time.Time{})
	chats, err := s.s.Chats(s.ctx, store.ChatFilter{})
	s.ok(err)
	equal(s.t, chats, nil)
	records, err := s.s.Journal(s.ctx, conv.ID, 0, 10)
	s.ok(err)
	equal(s.t, records, nil)
}

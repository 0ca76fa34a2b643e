package storetest

import (
	"fmt"
	"time"

	"relevo/engine"
	"relevo/store"
)

var outboxCases = []testCase{
	{"the outbox is by conversation and then in the order of writing", func(s *suite) {
		_, a := s.begin("1")
		_, b := s.begin("2")
		var want []string
		for range 12 { // past nine, where text would sort wrong
			ta, tb := turn(a, s.message("hi"), send("x"), call(), send("y")), turn(b, s.message("hi"), send("z"))
			s.commit(tb)
			s.commit(ta)
			a, b = ta.Conversation, tb.Conversation
			want = append(want, ta.Effects[0].ID, ta.Effects[1].ID, ta.Effects[2].ID)
		}
		all := s.outbox("", 100)
		if len(all) != 48 {
			s.t.Fatalf("got %d rows", len(all))
		}
		blocks := 1
		for i := 1; i < len(all); i++ {
			if all[i].Conversation != all[i-1].Conversation {
				blocks++
			}
		}
		if blocks != 2 {
			s.t.Fatalf("two conversations came in %d blocks", blocks)
		}
		equal(s.t, effects(s.outbox("conv-1", 100)), want)
		equal(s.t, effects(s.outbox("conv-1", 5)), want[:5])
	}},
	{"an attempt, a retry and an unknown end are noted on the row", func(s *suite) {
		effect, _ := s.sent("1")
		later := start.Add(time.Minute)
		row := func() store.OutboxRow {
			s.t.Helper()
			s.s = s.reopen()
			return s.outbox("", 10)[0]
		}
		s.ok(s.s.MarkAttempt(s.ctx, effect, start))
		if r := row(); !r.AttemptedAt.Equal(start) || r.Attempts != 0 || r.Unknowns != 1 {
			s.t.Fatalf("attempted: %+v", r)
		}
		s.ok(s.s.MarkRetry(s.ctx, effect, store.Retry{Attempts: 1, NextAt: later, Error: "retry 500", KeepUnknown: true}))
		if r := row(); !r.AttemptedAt.Equal(start) || r.Attempts != 1 || !r.NextAt.Equal(later) || r.Unknowns != 1 {
			s.t.Fatalf("unknown kept: %+v", r)
		}
		s.ok(s.s.MarkAttempt(s.ctx, effect, later))
		if r := row(); !r.AttemptedAt.Equal(later) || r.Unknowns != 2 {
			s.t.Fatalf("attempted again: %+v", r)
		}
		s.ok(s.s.MarkRetry(s.ctx, effect, store.Retry{Attempts: 2, NextAt: later}))
		if r := row(); !r.AttemptedAt.IsZero() || r.Attempts != 2 || r.Unknowns != 1 {
			s.t.Fatalf("this try's end is known, the one before it is not: %+v", r)
		}
	}},
	{"a row that is done is gone, and what became of it stays", func(s *suite) {
		effect, conv := s.sent("1")
		d := store.Done{
			Effect: effect, Conversation: conv.ID, Channel: conv.Channel, State: engine.DeliveryFailed, ProviderID: "p1", Code: "131026",
			Detail: "not reachable", At: start, Aliases: []engine.Identity{{Kind: "bsuid", Value: "B1"}},
		}
		s.ok(s.s.MarkDone(s.ctx, d))
		s.s = s.reopen()
		equal(s.t, s.outbox("", 10), nil)
		equal(s.t, s.delivery(effect), store.Delivery{Effect: effect, State: d.State, ProviderID: "p1", Code: d.Code, Detail: d.Detail, At: start})
		_, ids, err := s.s.Load(s.ctx, conv.ID)
		s.ok(err)
		equal(s.t, ids, []engine.Identity{phone("1"), {Kind: "bsuid", Value: "B1"}})
	}},
	{"an alias that another contact has stays there", func(s *suite) {
		effect, conv := s.sent("1")
		s.begin("2")
		s.ok(s.s.MarkDone(s.ctx, store.Done{
			Effect: effect, Conversation: conv.ID, Channel: "main", State: engine.DeliverySent, At: start, Aliases: []engine.Identity{phone("2")},
		}))
		got, err := s.s.ConversationByIdentity(s.ctx, "main", phone("2"))
		s.ok(err)
		equal(s.t, got, "conv-2")
	}},
	{"rows that do not exist are not found", func(s *suite) {
		effect, conv := s.sent("1")
		for _, id := range []string{"", "x", "conv-1/1/7", "conv-nowhere/1/0", "conv-1/x/0", "/1/0"} {
			is(s.t, s.s.MarkAttempt(s.ctx, id, start), store.ErrNotFound)
			is(s.t, s.s.MarkRetry(s.ctx, id, store.Retry{Attempts: 1}), store.ErrNotFound)
			is(s.t, s.s.MarkDone(s.ctx, store.Done{Effect: id, Conversation: conv.ID, Channel: "main", State: engine.DeliverySent}), store.ErrNotFound)
		}
		equal(s.t, effects(s.outbox("", 10)), []string{effect})
	}},
	{"done twice is done", func(s *suite) {
		effect, conv := s.sent("1")
		s.done(effect, conv, "p1")
		s.done(effect, conv, "p1")
		equal(s.t, s.delivery(effect).State, engine.DeliverySent)
	}},
	{"the turn in which a call ends removes its row", func(s *suite) {
		accepted, conv := s.begin("1")
		first := turn(conv, accepted.Event, call(), send("wait"))
		s.commit(first)
		ended := turn(first.Conversation, engine.Event{ID: first.Effects[0].ID, Kind: engine.EventCall, At: start,
			Call: &engine.CallResult{Effect: first.Effects[0].ID, Status: 200, Body: map[string]any{"ok": true}}})
		ended.Call = first.Effects[0].ID
		s.commit(ended)
		equal(s.t, effects(s.outbox("", 10)), []string{first.Effects[1].ID})
	}},
}

// outbox reads the outbox.
func (s *suite) outbox(conversation string, limit int) []store.OutboxRow {
	s.t.Helper()
	rows, err := s.s.Outbox(s.ctx, conversation, limit)
	s.ok(err)
	return rows
}

func effects(rows []store.OutboxRow) (ids []string) {
	for _, r := range rows {
		ids = append(ids, r.Effect.ID)
	}
	return ids
}

// delivery reads what became of a message of conv-1.
func (s *suite) delivery(effect string) store.Delivery {
	s.t.Helper()
	all, err := s.s.DeliveriesOf(s.ctx, "conv-1")
	s.ok(err)
	return all[effect]
}

var statusCases = []testCase{
	{"statuses only move forward, in whatever order they come", func(s *suite) {
		const sent, delivered, read, played, failed = engine.DeliverySent, engine.DeliveryDelivered, engine.DeliveryRead, engine.DeliveryPlayed, engine.DeliveryFailed
		for i, c := range []struct {
			come []engine.DeliveryState
			want engine.DeliveryState
		}{
			{[]engine.DeliveryState{delivered, read}, read},
			{[]engine.DeliveryState{read, delivered, sent}, read},
			{[]engine.DeliveryState{played, read}, played},
			{[]engine.DeliveryState{delivered, failed}, delivered},
			{[]engine.DeliveryState{failed, sent}, failed},
			{[]engine.DeliveryState{failed, delivered}, delivered},
			{[]engine.DeliveryState{read, failed, delivered}, read},
		} {
			s.eachStatus(fmt.Sprint(i), c.come, c.want)
		}
	}},
	{"a status finds its message by effect id, else by provider id, on its own channel only", func(s *suite) {
		effect, conv := s.sent("1")
		s.done(effect, conv, "p1")
		s.status("other", engine.Status{ProviderID: "p1", State: engine.DeliveryRead}, "", false)
		s.status("other", engine.Status{Effect: effect, State: engine.DeliveryRead}, "", false)
		s.status("main", engine.Status{ProviderID: "p2", State: engine.DeliveryRead}, "", false)
		s.status("main", engine.Status{Effect: "not ours", ProviderID: "p1", State: engine.DeliveryDelivered}, effect, true)
		s.status("main", engine.Status{Effect: effect, State: engine.DeliveryRead}, effect, true)
		s.status("main", engine.Status{Effect: effect, State: engine.DeliveryRead}, effect, false)
		equal(s.t, s.delivery(effect).State, engine.DeliveryRead)
	}},
	{"a status keeps its code, its words and its time", func(s *suite) {
		effect, conv := s.sent("1")
		s.done(effect, conv, "p1")
		at := start.Add(time.Minute)
		_, _, _, err := s.s.RecordStatus(s.ctx, "main", engine.Status{ProviderID: "p1", State: engine.DeliveryFailed, Code: "131047", Detail: "window"}, at)
		s.ok(err)
		equal(s.t, s.delivery(effect), store.Delivery{Effect: effect, State: engine.DeliveryFailed, ProviderID: "p1", Code: "131047", Detail: "window", At: at})
	}},
	{"statuses that come before their message are joined when it is done", func(s *suite) {
		for i, st := range []engine.Status{{ProviderID: "p0"}, {Effect: "conv-1/1/0"}} {
			number := fmt.Sprint(i)
			effect, conv := s.sent(number)
			if st.Effect != "" {
				st.Effect = effect
			}
			for _, state := range []engine.DeliveryState{engine.DeliveryRead, engine.DeliveryDelivered} {
				st.State = state
				_, _, changed, err := s.s.RecordStatus(s.ctx, "main", st, start)
				s.ok(err)
				if changed {
					s.t.Fatal("it changed a message that is not there yet")
				}
			}
			s.s = s.reopen()
			s.done(effect, conv, fmt.Sprint("p", i))
			all, err := s.s.DeliveriesOf(s.ctx, conv.ID)
			s.ok(err)
			if d := all[effect]; d.State != engine.DeliveryRead || d.ProviderID != fmt.Sprint("p", i) {
				s.t.Fatalf("got %+v", d)
			}
		}
	}},
	{"a status of a message of unknown fate fills in the provider's id", func(s *suite) {
		effect, conv := s.sent("1")
		s.done(effect, conv, "")
		s.status("main", engine.Status{Effect: effect, ProviderID: "p9", State: engine.DeliverySent}, effect, false)
		s.status("main", engine.Status{ProviderID: "p9", State: engine.DeliveryDelivered}, effect, true)
	}},
	{"a status that names no message is refused", func(s *suite) {
		if _, _, _, err := s.s.RecordStatus(s.ctx, "main", engine.Status{State: engine.DeliveryRead}, start); err == nil {
			s.t.Fatal("it was taken")
		}
	}},
}

// eachStatus lets statuses come for a message of its own and compares where it ends.
func (s *suite) eachStatus(number string, come []engine.DeliveryState, want engine.DeliveryState) {
	s.t.Helper()
	effect, conv := s.sent(number)
	s.done(effect, conv, "p"+number)
	for _, state := range come {
		_, _, _, err := s.s.RecordStatus(s.ctx, "main", engine.Status{ProviderID: "p" + number, State: state}, start)
		s.ok(err)
	}
	all, err := s.s.DeliveriesOf(s.ctx, conv.ID)
	s.ok(err)
	if got := all[effect].State; got != want {
		s.t.Fatalf("%v ended as %s, want %s", come, got, want)
	}
}

// status records one and compares the answer; the conversation must be the effect's.
func (s *suite) status(channel string, st engine.Status, effect string, changed bool) {
	s.t.Helper()
	gotEffect, gotConversation, gotChanged, err := s.s.RecordStatus(s.ctx, channel, st, start)
	s.ok(err)
	conversation, _, _, _ := engine.ParseEffectID(effect)
	if gotEffect != effect || gotConversation != conversation || gotChanged != changed {
		s.t.Fatalf("%+v: got %q, %q, %v", st, gotEffect, gotConversation, gotChanged)
	}
}

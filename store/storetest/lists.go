package storetest

import (
	"fmt"
	"strconv"
	"time"

	"relevo/engine"
	"relevo/handoff"
	"relevo/store"
)

var timerCases = []testCase{
	{"due timers come earliest first, with the time of the next one", func(s *suite) {
		_, conv := s.begin("1")
		minutes := func(n int) time.Time { return start.Add(time.Duration(n) * time.Minute) }
		s.commit(turn(conv, s.message("hi"), timer(minutes(30)), timer(minutes(10)), timer(minutes(20)), timer(minutes(10))))
		s.s = s.reopen()
		for _, c := range []struct {
			now, limit int
			want       []int
			next       int
		}{
			{9, 10, nil, 10},
			{10, 10, []int{10, 10}, 20},
			{25, 10, []int{10, 10, 20}, 30},
			{25, 2, []int{10, 10}, 20},
			{25, 1, []int{10}, 10},
			{30, 10, []int{10, 10, 20, 30}, -1},
		} {
			due, next, err := s.s.Due(s.ctx, minutes(c.now), c.limit)
			s.ok(err)
			var got []int
			for _, d := range due {
				got = append(got, int(d.Timer.Due.Sub(start)/time.Minute))
			}
			equal(s.t, got, c.want)
			want := time.Time{}
			if c.next >= 0 {
				want = minutes(c.next)
			}
			if !next.Equal(want) {
				s.t.Fatalf("at %d: next is %s, want %s", c.now, next, want)
			}
		}
	}},
	{"a timer ends when its turn consumes it or another cancels it", func(s *suite) {
		_, conv := s.begin("1")
		first := turn(conv, s.message("hi"), timer(start), timer(start.Add(time.Hour)), timer(start.Add(2*time.Hour)))
		s.commit(first)
		due, _, err := s.s.Due(s.ctx, start, 10)
		s.ok(err)
		second := turn(first.Conversation, engine.Event{ID: due[0].Timer.ID, Kind: engine.EventTimer, At: start, Timer: &due[0].Timer},
			engine.Effect{Kind: engine.EffectCancelTimer, Timer: first.Effects[1].Timer})
		second.Timer = &due[0].Timer
		s.commit(second)
		due, next, err := s.s.Due(s.ctx, start.Add(3*time.Hour), 10)
		s.ok(err)
		equal(s.t, due, []store.DueTimer{{Conversation: "conv-1", Timer: *first.Effects[2].Timer}})
		equal(s.t, next, time.Time{})
	}},
	{"timers of a thousand years' time and of many conversations keep their order", func(s *suite) {
		far := start.AddDate(1000, 0, 0)
		for i, due := range []time.Time{far, start.Add(time.Hour), start} {
			_, conv := s.begin(strconv.Itoa(i))
			s.commit(turn(conv, s.message("hi"), timer(due), timer(start)))
		}
		s.s = s.reopen()
		for _, c := range []struct {
			now   time.Time
			limit int
			want  []string
			next  time.Time
		}{
			{start.Add(-time.Microsecond), 10, nil, start},
			{start, 2, []string{"conv-0/1/1", "conv-1/1/1"}, start},
			{start, 4, []string{"conv-0/1/1", "conv-1/1/1", "conv-2/1/0", "conv-2/1/1"}, start.Add(time.Hour)},
			{start.Add(time.Hour), 10, []string{"conv-0/1/1", "conv-1/1/1", "conv-2/1/0", "conv-2/1/1", "conv-1/1/0"}, far},
		} {
			due, next, err := s.s.Due(s.ctx, c.now, c.limit)
			s.ok(err)
			var got []string
			for _, d := range due {
				got = append(got, d.Timer.ID)
			}
			equal(s.t, got, c.want)
			equal(s.t, next, c.next)
		}
	}},
	{"a late or repeated timer is harmless", func(s *suite) {
		_, conv := s.begin("1")
		gone := engine.Timer{ID: "conv-1/1/0", Due: start, Event: "after:30m"}
		t := turn(conv, s.message("hi"), engine.Effect{Kind: engine.EffectCancelTimer, Timer: &gone})
		t.Timer = &gone
		s.commit(t)
	}},
}

var chatCases = []testCase{
	{"queued chats come by priority and then by first waiting time", func(s *suite) {
		for i, c := range []struct{ priority, minute int }{{1, 5}, {0, 0}, {2, 9}, {1, 3}, {2, 8}} {
			s.putChat(fmt.Sprint(i), func(h *handoff.Chat) {
				h.Priority, h.Since = c.priority, start.Add(time.Duration(c.minute)*time.Minute)
			})
		}
		equal(s.t, s.chats(store.ChatFilter{States: []handoff.State{handoff.Queued}}), []string{"h4", "h2", "h3", "h0", "h1"})
		equal(s.t, s.chats(store.ChatFilter{Limit: 2}), []string{"h4", "h2"})
	}},
	{"closed chats come last closed first, after the open ones", func(s *suite) {
		for i := range 4 {
			s.putChat(fmt.Sprint(i), func(h *handoff.Chat) {
				if i > 0 {
					h.State, h.ClosedAt, h.Outcome = handoff.Closed, start.Add(time.Duration(i)*time.Hour), "resolved"
				}
			})
		}
		equal(s.t, s.chats(store.ChatFilter{States: []handoff.State{handoff.Closed}}), []string{"h3", "h2", "h1"})
		equal(s.t, s.chats(store.ChatFilter{}), []string{"h0", "h3", "h2", "h1"})
		equal(s.t, s.chats(store.ChatFilter{Limit: 3}), []string{"h0", "h3", "h2"})
	}},
	{"each field of the filter restricts", func(s *suite) {
		s.putChat("0", func(h *handoff.Chat) { h.Queue = "returns" })
		s.putChat("1", func(h *handoff.Chat) { h.State, h.Agent, h.AgentName, h.ClaimedAt = handoff.Active, "u1", "Eva", start })
		s.putChat("2", func(*handoff.Chat) {})
		equal(s.t, s.chats(store.ChatFilter{Queue: "returns"}), []string{"h0"})
		equal(s.t, s.chats(store.ChatFilter{Agent: "u1"}), []string{"h1"})
		equal(s.t, s.chats(store.ChatFilter{Conversation: "conv-2"}), []string{"h2"})
		equal(s.t, s.chats(store.ChatFilter{Conversation: "conv-nowhere"}), nil)
		equal(s.t, s.chats(store.ChatFilter{States: []handoff.State{handoff.Active, handoff.Closed}}), []string{"h1"})
		equal(s.t, s.chats(store.ChatFilter{States: []handoff.State{handoff.Queued}, Queue: "orders"}), []string{"h2"})
	}},
	{"a chat is replaced by its id, and a closed one makes room for the next", func(s *suite) {
		conv := s.putChat("1", func(*handoff.Chat) {})
		closed := chat(conv, "h1", handoff.Closed)
		closed.ClosedAt, closed.LastMessage = start, start
		t := turn(conv, s.message("hi"))
		t.Chats = []handoff.Chat{chat(conv, "h-next", handoff.Queued), closed}
		s.commit(t)
		got, err := s.s.Chat(s.ctx, "h1")
		s.ok(err)
		equal(s.t, got, closed)
		equal(s.t, s.chats(store.ChatFilter{Conversation: conv.ID}), []string{"h-next", "h1"})
	}},
	{"a conversation has at most one open chat", func(s *suite) {
		conv := s.putChat("1", func(*handoff.Chat) {})
		t := turn(conv, s.message("hi"))
		t.Chats = []handoff.Chat{chat(conv, "h-second", handoff.Queued)}
		is(s.t, s.s.Commit(s.ctx, t), store.ErrExists)
		_, err := s.s.Chat(s.ctx, "h-second")
		is(s.t, err, store.ErrNotFound)
	}},
}

// putChat makes a conversation with the chat "h"+number, changed as wanted.
func (s *suite) putChat(number string, change func(*handoff.Chat)) engine.Conversation {
	s.t.Helper()
	_, conv := s.begin(number)
	h := chat(conv, "h"+number, handoff.Queued)
	change(&h)
	t := turn(conv, s.message("hi"))
	t.Chats = []handoff.Chat{h}
	s.commit(t)
	return t.Conversation
}

func (s *suite) chats(f store.ChatFilter) (ids []string) {
	s.t.Helper()
	list, err := s.s.Chats(s.ctx, f)
	s.ok(err)
	for _, h := range list {
		ids = append(ids, h.ID)
	}
	return ids
}

var listCases = []testCase{
	{"conversations come last changed first, by owner, up to a limit", func(s *suite) {
		owners := []engine.Owner{{Kind: engine.OwnerBot}, {Kind: engine.OwnerAgent, Agent: "u1"}, {Kind: engine.OwnerClosed}, {Kind: engine.OwnerBot}}
		for i, owner := range owners {
			_, conv := s.begin(fmt.Sprint(i))
			conv.Owner = owner
			conv.Runs = []engine.Run{{ID: "r1", Flow: "orders", State: "ask", Wait: engine.WaitAsk}}
			conv.Focus = []string{"r1"}
			s.commit(turn(conv, s.message("hi")))
		}
		first := s.load("conv-0")
		last := turn(first, s.message("again"))
		s.commit(last)
		equal(s.t, s.conversations(store.ConversationFilter{}), []string{"conv-0", "conv-3", "conv-2", "conv-1"})
		equal(s.t, s.conversations(store.ConversationFilter{Limit: 2}), []string{"conv-0", "conv-3"})
		equal(s.t, s.conversations(store.ConversationFilter{Owner: engine.OwnerBot}), []string{"conv-0", "conv-3"})
		equal(s.t, s.conversations(store.ConversationFilter{Owner: engine.OwnerClosed}), []string{"conv-2"})
		list, err := s.s.Conversations(s.ctx, store.ConversationFilter{Owner: engine.OwnerAgent})
		s.ok(err)
		equal(s.t, len(list), 1)
		equal(s.t, list[0], store.Summary{
			ID: "conv-1", Channel: "main", ContactID: "contact-1", ContactName: "Ana", Owner: "agent:u1", Flow: "orders", State: "ask", UpdatedAt: list[0].UpdatedAt,
		})
		if !s.summary("conv-0").UpdatedAt.Equal(last.Event.At) {
			s.t.Fatalf("changed at %s, want %s", s.summary("conv-0").UpdatedAt, last.Event.At)
		}
	}},
	{"a conversation is found by its contact's identity, on its channel", func(s *suite) {
		s.begin("1")
		got, err := s.s.ConversationByIdentity(s.ctx, "main", phone("1"))
		s.ok(err)
		equal(s.t, got, "conv-1")
		_, err = s.s.ConversationByIdentity(s.ctx, "web", phone("1"))
		is(s.t, err, store.ErrNotFound)
		_, err = s.s.ConversationByIdentity(s.ctx, "main", engine.Identity{Kind: "bsuid", Value: "1"})
		is(s.t, err, store.ErrNotFound)
	}},
	{"the counts are the rows that wait, and what there is by owner and state", func(s *suite) {
		empty, err := s.s.Counts(s.ctx)
		s.ok(err)
		equal(s.t, empty, store.Counts{})
		accepted, conv := s.begin("1")
		s.begin("2")
		conv.Owner = engine.Owner{Kind: engine.OwnerQueue}
		t := turn(conv, accepted.Event, send("a"), send("b"), timer(start))
		t.Inbox, t.Chats = accepted.Inbox, []handoff.Chat{chat(conv, "h1", handoff.Queued)}
		s.commit(t)
		got, err := s.s.Counts(s.ctx)
		s.ok(err)
		equal(s.t, got, store.Counts{
			Inbox: 1, Outbox: 2, Timers: 1, Conversations: map[string]int64{"queue": 1, "closed": 1}, Chats: map[string]int64{"queued": 1},
			OldestInbox: start.Add(2 * time.Second), OldestOutbox: accepted.Event.At,
		})
	}},
	{"runs are counted by the version they use", func(s *suite) {
		for i, versions := range [][]string{{"v1"}, {"v1", "v2"}, nil} {
			accepted, conv := s.begin(strconv.Itoa(i + 1))
			for _, v := range versions {
				conv.Owner = engine.Owner{Kind: engine.OwnerBot}
				conv.Runs = append(conv.Runs, engine.Run{ID: "r" + v, Flow: "f", Version: v, State: "ask"})
			}
			t := turn(conv, accepted.Event)
			t.Inbox = accepted.Inbox
			s.commit(t)
		}
		got, err := s.s.Counts(s.ctx)
		s.ok(err)
		equal(s.t, got.Runs, map[string]int64{"v1": 2, "v2": 1})
	}},
	{"an unknown chat is not found", func(s *suite) {
		_, err := s.s.Chat(s.ctx, "h-nowhere")
		is(s.t, err, store.ErrNotFound)
	}},
}

func (s *suite) conversations(f store.ConversationFilter) (ids []string) {
	s.t.Helper()
	list, err := s.s.Conversations(s.ctx, f)
	s.ok(err)
	for _, c := range list {
		ids = append(ids, c.ID)
	}
	return ids
}

func (s *suite) summary(id string) store.Summary {
	s.t.Helper()
	list, err := s.s.Conversations(s.ctx, store.ConversationFilter{})
	s.ok(err)
	for _, c := range list {
		if c.ID == id {
			return c
		}
	}
	s.t.Fatalf("no conversation %s", id)
	return store.Summary{}
}

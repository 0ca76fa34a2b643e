package storetest

import (
	"fmt"
	"sort"
	"time"

	"relevo/engine"
	"relevo/handoff"
)

// stuck is the age from which the doctor calls a row stuck in these tests.
const stuck = time.Hour

var doctorCases = []testCase{
	{"a healthy database has no violations", func(s *suite) {
		s.examine(start)
		for i, owner := range []engine.OwnerKind{engine.OwnerBot, engine.OwnerQueue, engine.OwnerAgent, engine.OwnerPhone, engine.OwnerClosed} {
			s.healthy(fmt.Sprint(i), owner)
		}
		s.examine(start.Add(stuck / 2))
	}},
	{"a bot that waits for nothing is an orphan", func(s *suite) {
		s.plant("1", engine.Owner{Kind: engine.OwnerBot}, nil)
		s.examine(start, "orphan conv-1")
	}},
	{"a bot that waits for a call nobody carries out is an orphan", func(s *suite) {
		s.plant("1", engine.Owner{Kind: engine.OwnerBot}, func(c *engine.Conversation) {
			c.Runs = []engine.Run{{ID: "r1", Flow: "orders", State: "find", Wait: engine.WaitCall, CallID: "conv-1/1/0"}}
		})
		s.examine(start, "orphan conv-1")
	}},
	{"a phone that nobody takes the conversation back from is an orphan", func(s *suite) {
		s.plant("1", engine.Owner{Kind: engine.OwnerPhone}, nil)
		s.examine(start, "orphan conv-1")
	}},
	{"an event on its way is a next event", func(s *suite) {
		s.plant("1", engine.Owner{Kind: engine.OwnerBot}, nil)
		s.accept(s.arrival("1"))
		s.examine(start)
	}},
	{"an owner that contradicts its chat is found", func(s *suite) {
		s.plant("1", engine.Owner{Kind: engine.OwnerQueue}, nil)
		s.plant("2", engine.Owner{Kind: engine.OwnerAgent, Agent: "u1"}, nil, handoff.Active)
		s.plant("3", engine.Owner{Kind: engine.OwnerAgent, Agent: "u2"}, nil, handoff.Active) // the chat is u1's
		s.plant("4", engine.Owner{Kind: engine.OwnerClosed}, nil, handoff.Queued)
		s.plant("5", engine.Owner{Kind: engine.OwnerQueue}, nil, handoff.Active)
		s.plant("6", engine.Owner{Kind: engine.OwnerClosed}, nil, handoff.Closed)
		s.examine(start, "owner-chat conv-1", "owner-chat conv-3", "owner-chat conv-4", "owner-chat conv-5")
	}},
	{"what should have been done long ago is stuck", func(s *suite) {
		_, conv := s.begin("1")
		s.commit(turn(conv, s.message("hi"), send("x"), timer(start)))
		s.examine(start.Add(stuck / 2))
		s.examine(start.Add(2*stuck), "stuck-inbox conv-1", "stuck-outbox conv-1", "stuck-timer conv-1")
	}},
}

// examine compares codes and conversations of what the doctor finds.
func (s *suite) examine(now time.Time, want ...string) {
	s.t.Helper()
	found, err := s.s.Doctor(s.ctx, now, stuck)
	s.ok(err)
	var got []string
	for _, v := range found {
		got = append(got, v.Code+" "+v.Conversation)
	}
	sort.Strings(got)
	equal(s.t, got, want)
}

// plant makes a conversation with an owner, changed as wanted, and with a chat of agent u1 in a state.
func (s *suite) plant(number string, owner engine.Owner, change func(*engine.Conversation), state ...handoff.State) {
	s.t.Helper()
	accepted, conv := s.begin(number)
	conv.Owner, conv.Epoch = owner, 1
	if change != nil {
		change(&conv)
	}
	t := turn(conv, accepted.Event)
	t.Inbox = accepted.Inbox
	for _, st := range state {
		h := chat(conv, "h"+number, st)
		if st == handoff.Active {
			h.Agent = "u1"
		}
		t.Chats = append(t.Chats, h)
	}
	s.commit(t)
}

// healthy makes a conversation of an owner with all that the owner must have.
func (s *suite) healthy(number string, owner engine.OwnerKind) {
	s.t.Helper()
	accepted, conv := s.begin(number)
	conv.Owner = engine.Owner{Kind: owner}
	t := turn(conv, accepted.Event, send("hi"))
	t.Inbox = accepted.Inbox
	switch owner {
	case engine.OwnerBot:
		t.Conversation.Runs = []engine.Run{{ID: "r1", Flow: "orders", State: "ask", Wait: engine.WaitAsk}}
	case engine.OwnerQueue:
		t.Chats = []handoff.Chat{chat(conv, "h"+number, handoff.Queued)}
	case engine.OwnerAgent:
		h := chat(conv, "h"+number, handoff.Active)
		h.Agent, t.Conversation.Owner.Agent = "u1", "u1"
		t.Chats = []handoff.Chat{h}
	case engine.OwnerPhone:
		t = turn(conv, accepted.Event, timer(start.Add(time.Hour)))
		t.Inbox = accepted.Inbox
	case engine.OwnerClosed:
	}
	s.commit(t)
}

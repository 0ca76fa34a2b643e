package storetest

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"relevo/engine"
	"relevo/store"
)

var acceptCases = []testCase{
	{"an unknown contact gets a contact and a closed conversation under the proposed ids", func(s *suite) {
		a := s.arrival("1")
		got := s.accept(a)[0]
		if got.Inbox == 0 || got.Duplicate || got.Conversation != "conv-1" {
			s.t.Fatalf("got %+v", got)
		}
		equal(s.t, got.Event, a.Event)
		conv, ids, err := s.s.Load(s.ctx, "conv-1")
		s.ok(err)
		equal(s.t, conv, engine.Conversation{
			ID: "conv-1", Channel: "main", Contact: engine.Contact{ID: "contact-1", Name: "Ana"}, Owner: engine.Owner{Kind: engine.OwnerClosed},
		})
		equal(s.t, ids, []engine.Identity{phone("1")})
	}},
	{"a repeated delivery changes nothing and names its conversation", func(s *suite) {
		a := s.arrival("1")
		first := s.accept(a)[0]
		again := a
		again.Identities = []engine.Identity{phone("1"), {Kind: "bsuid", Value: "B1"}}
		got := s.accept(again)[0]
		if !got.Duplicate || got.Inbox != 0 || got.Conversation != first.Conversation {
			s.t.Fatalf("got %+v", got)
		}
		s.backlog("conv-1")
		_, ids, err := s.s.Load(s.ctx, "conv-1")
		s.ok(err)
		equal(s.t, ids, []engine.Identity{phone("1")})
	}},
	{"a repeat within one call is a duplicate", func(s *suite) {
		a := s.arrival("1")
		got := s.accept(a, a)
		if got[0].Duplicate || !got[1].Duplicate || got[1].Conversation != "conv-1" {
			s.t.Fatalf("got %+v", got)
		}
	}},
	{"a repeat after its turn and after a restart is a duplicate", func(s *suite) {
		for _, bucket := range []time.Time{start, {}} {
			a := s.arrival(fmt.Sprint("1", bucket.IsZero()))
			a.Bucket = bucket
			accepted := s.accept(a)[0]
			t := turn(s.load(accepted.Conversation), accepted.Event)
			t.Inbox = accepted.Inbox
			s.commit(t)
			s.s = s.reopen()
			if got := s.accept(a)[0]; !got.Duplicate {
				s.t.Fatalf("got %+v", got)
			}
		}
	}},
	{"one key is one event per channel and bucket", func(s *suite) {
		a := s.arrival("1")
		s.accept(a)
		other := a
		other.Channel, other.NewContact, other.NewConversation = "web", "contact-web", "conv-web"
		later := a
		later.Bucket = a.Bucket.Add(2 * time.Hour)
		plain := a
		plain.Bucket = time.Time{}
		for _, b := range []store.Arrival{other, later, plain} {
			if got := s.accept(b)[0]; got.Duplicate {
				s.t.Fatalf("channel %s, bucket %s: got %+v", b.Channel, b.Bucket, got)
			}
		}
		if got := s.accept(plain)[0]; !got.Duplicate {
			s.t.Fatalf("zero bucket: got %+v", got)
		}
	}},
	{"a key without a time is known for 30 days", func(s *suite) {
		a := s.arrival("1")
		a.Bucket = time.Time{}
		s.accept(a)
		for days := 1; days <= 30; days++ {
			again := a
			again.Event.At = a.Event.At.AddDate(0, 0, days)
			if got := s.accept(again)[0]; !got.Duplicate {
				s.t.Fatalf("after %d days: got %+v", days, got)
			}
		}
	}},
	{"an event without a key is never a duplicate", func(s *suite) {
		a := s.arrival("1")
		a.DedupeKey = ""
		s.accept(a, a, a)
		s.backlog("conv-1", "conv-1", "conv-1")
	}},
	{"arrivals of one new contact in one call share one conversation", func(s *suite) {
		a, b := s.arrival("1"), s.arrival("1")
		b.NewContact, b.NewConversation = "contact-other", "conv-other"
		got := s.accept(a, b)
		if got[0].Conversation != "conv-1" || got[1].Conversation != "conv-1" {
			s.t.Fatalf("got %+v", got)
		}
	}},
	{"concurrent arrivals of one new contact share one conversation", func(s *suite) {
		const writers = 16
		var wg sync.WaitGroup
		got := make([]store.Accepted, writers)
		for i := range writers {
			a := s.arrival("1")
			a.NewContact, a.NewConversation = fmt.Sprint("contact-", i), fmt.Sprint("conv-", i)
			wg.Go(func() {
				accepted, err := s.s.Accept(s.ctx, []store.Arrival{a}, nil)
				if err != nil {
					s.t.Error(err)
					return
				}
				got[i] = accepted[0]
			})
		}
		wg.Wait()
		for _, a := range got {
			if a.Conversation != got[0].Conversation {
				s.t.Fatalf("two conversations: %s and %s", got[0].Conversation, a.Conversation)
			}
		}
	}},
	{"any known identity finds the contact, and it learns the others", func(s *suite) {
		s.begin("1")
		a := s.arrival("2")
		a.Identities = []engine.Identity{{Kind: "bsuid", Value: "B1"}, phone("1")}
		if got := s.accept(a)[0]; got.Conversation != "conv-1" {
			s.t.Fatalf("got %+v", got)
		}
		b := s.arrival("3")
		b.Identities = []engine.Identity{{Kind: "bsuid", Value: "B1"}}
		if got := s.accept(b)[0]; got.Conversation != "conv-1" {
			s.t.Fatalf("by the learnt identity: got %+v", got)
		}
	}},
	{"after a change of number the new identities are the best", func(s *suite) {
		phone := func(v string) engine.Identity { return engine.Identity{Kind: "phone", Value: v} }
		bsuid := func(v string) engine.Identity { return engine.Identity{Kind: "bsuid", Value: v} }
		old := s.arrival("1")
		old.Identities = []engine.Identity{phone("900"), bsuid("old")}
		changed := s.arrival("2")
		changed.Identities = []engine.Identity{phone("100"), bsuid("new"), phone("900"), bsuid("old")}
		later := s.arrival("3")
		later.Identities = []engine.Identity{phone("100"), {Kind: "parent", Value: "p"}}
		got := s.accept(old, changed, later)
		_, ids, err := s.s.Load(s.ctx, got[0].Conversation)
		s.ok(err)
		equal(s.t, ids, []engine.Identity{phone("100"), bsuid("new"), phone("900"), bsuid("old"), {Kind: "parent", Value: "p"}})
	}},
	{"of two known contacts the best identity's wins, and neither loses anything", func(s *suite) {
		s.begin("1")
		s.begin("2")
		a := s.arrival("3")
		a.Identities = []engine.Identity{phone("2"), phone("1")}
		if got := s.accept(a)[0]; got.Conversation != "conv-2" {
			s.t.Fatalf("got %+v", got)
		}
		for number, conv := range map[string]string{"1": "conv-1", "2": "conv-2"} {
			got, err := s.s.ConversationByIdentity(s.ctx, "main", phone(number))
			s.ok(err)
			equal(s.t, got, conv)
		}
	}},
	{"a named conversation is taken as it is named", func(s *suite) {
		s.begin("1")
		a := s.arrival("1")
		a.Conversation, a.Identities, a.DedupeKey = "conv-1", nil, ""
		if got := s.accept(a)[0]; got.Conversation != "conv-1" || got.Inbox == 0 {
			s.t.Fatalf("got %+v", got)
		}
	}},
	{"a named conversation that does not exist fails the call whole", func(s *suite) {
		good, bad := s.arrival("1"), s.arrival("2")
		bad.Conversation = "conv-nowhere"
		_, err := s.s.Accept(s.ctx, []store.Arrival{good, bad}, []store.Kept{{Channel: "main", Kind: "template", At: start}})
		is(s.t, err, store.ErrNotFound)
		s.backlog()
		if _, _, err := s.s.Load(s.ctx, "conv-1"); !errors.Is(err, store.ErrNotFound) {
			s.t.Fatalf("got %v", err)
		}
		parts, err := s.s.KeptParts(s.ctx, 10)
		s.ok(err)
		if len(parts) != 0 {
			s.t.Fatalf("got %+v", parts)
		}
		if got := s.accept(good)[0]; got.Duplicate {
			s.t.Fatal("the failed call left its key behind")
		}
	}},
	{"an arrival that names nobody is refused", func(s *suite) {
		a := s.arrival("1")
		a.Identities = nil
		if _, err := s.s.Accept(s.ctx, []store.Arrival{a}, nil); err == nil {
			s.t.Fatal("it was taken")
		}
	}},
	{"the backlog is what no turn consumed, oldest first, also after a restart", func(s *suite) {
		var arrivals []store.Arrival
		for i := range 5 {
			arrivals = append(arrivals, s.arrival(fmt.Sprint(i)))
		}
		accepted := s.accept(arrivals...)
		t := turn(s.load("conv-1"), accepted[1].Event)
		t.Inbox = accepted[1].Inbox
		s.commit(t)
		s.backlog("conv-0", "conv-2", "conv-3", "conv-4")
		s.s = s.reopen()
		s.backlog("conv-0", "conv-2", "conv-3", "conv-4")
		few, err := s.s.Backlog(s.ctx, 2)
		s.ok(err)
		equal(s.t, few, []store.Accepted{accepted[0], accepted[2]})
	}},
	{"a restart is told of everything that waits, however much it is", func(s *suite) {
		const many = 12_000 // more than any list for people is long
		_, conv := s.begin("1")
		t := turn(conv, s.accept(s.arrival("1"))[0].Event)
		t.Effects = nil
		var arrivals []store.Arrival
		for i := range many {
			a := s.arrival("1")
			a.DedupeKey = fmt.Sprint("many", i)
			arrivals = append(arrivals, a)
			t.Effects = append(t.Effects, engine.Effect{
				ID: engine.EffectID(conv.ID, t.Conversation.Seq, i), Kind: engine.EffectSend, Send: &engine.Send{Message: engine.Outgoing{Kind: engine.OutgoingText, Text: "hi"}},
			})
		}
		s.accept(arrivals...)
		s.commit(t)
		s.s = s.reopen()
		backlog, err := s.s.Backlog(s.ctx, 0)
		s.ok(err)
		if len(backlog) != many+2 {
			s.t.Errorf("%d of %d events", len(backlog), many+2)
		}
		if rows := s.outbox("", 0); len(rows) != many {
			s.t.Errorf("%d of %d messages", len(rows), many)
		}
	}},
	{"inbox numbers are not given out twice", func(s *suite) {
		accepted, conv := s.begin("1")
		t := turn(conv, accepted.Event)
		t.Inbox = accepted.Inbox
		s.commit(t)
		if next := s.accept(s.arrival("1"))[0]; next.Inbox <= accepted.Inbox {
			s.t.Fatalf("got %d after %d", next.Inbox, accepted.Inbox)
		}
	}},
	{"kept parts are stored with the call, newest first", func(s *suite) {
		var kept []store.Kept
		for i := range 3 {
			kept = append(kept, store.Kept{Channel: "main", Kind: "template", Detail: fmt.Sprint("n=", i), Body: []byte{byte(i)}, At: start})
		}
		_, err := s.s.Accept(s.ctx, nil, kept)
		s.ok(err)
		parts, err := s.s.KeptParts(s.ctx, 2)
		s.ok(err)
		if len(parts) != 2 || parts[0].ID <= parts[1].ID {
			s.t.Fatalf("got %+v", parts)
		}
		for i := range parts {
			parts[i].ID = 0
		}
		equal(s.t, parts, []store.Kept{kept[2], kept[1]})
	}},
}

// backlog compares the conversations of the backlog.
func (s *suite) backlog(want ...string) {
	s.t.Helper()
	backlog, err := s.s.Backlog(s.ctx, 100)
	s.ok(err)
	got := make([]string, len(backlog))
	for i, a := range backlog {
		got[i] = a.Conversation
	}
	equal(s.t, got, append([]string{}, want...))
}

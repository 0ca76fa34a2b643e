package engine_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/looplab/fsm"

	"relevo/engine"
)

// BenchmarkStep is a turn as the runner takes it, without the database: the stored bytes of a conversation and of an answer in, the bytes of
// the next conversation and its effects out.
func BenchmarkStep(b *testing.B) {
	c := catalog(b, shop)
	s := begin(c)
	must(b, s, "> buy")
	stored, err := json.Marshal(s.Conv)
	if err != nil {
		b.Fatal(err)
	}
	event, err := json.Marshal(message("it's AB 1234, please"))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		var conv engine.Conversation
		var ev engine.Event
		if json.Unmarshal(stored, &conv) != nil || json.Unmarshal(event, &ev) != nil {
			b.Fatal("not read")
		}
		next, out, err := c.Step(conv, ev)
		if err != nil || next.Runs[0].State != "ask_size" {
			b.Fatal(err, next.Runs[0].State)
		}
		if _, err := json.Marshal(next); err != nil {
			b.Fatal(err)
		}
		if _, err := json.Marshal(out); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDecide is the decision alone, without storage.
func BenchmarkDecide(b *testing.B) {
	c := catalog(b, shop)
	s := begin(c)
	must(b, s, "> buy")
	ev := message("it's AB 1234, please")
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := c.Step(s.Conv, ev); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGuard(b *testing.B) {
	guard, findings := engine.CompileGuard(shippedDefinition(b), around, `order.status == "lost" && order_id != ""`)
	if findings.HasErrors() {
		b.Fatal(findings)
	}
	env := environments()[1]
	b.ReportAllocs()
	for b.Loop() {
		if holds, err := guard.Holds(env); !holds || err != nil {
			b.Fatal(holds, err)
		}
	}
}

// BenchmarkTransition compares a move on the machine's pool with the bare library, on an instance that is there and on one built for the move.
func BenchmarkTransition(b *testing.B) {
	m := shipped(b).Current[0]
	name := m.Transitions("find_order", engine.EventNameOK)[0]
	b.Run("pooled", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := m.Move("find_order", name); err != nil {
				b.Fatal(err)
			}
		}
	})
	move := func(b *testing.B, f *fsm.FSM) {
		f.SetState("find_order")
		if err := f.Event(context.Background(), name); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("bare", func(b *testing.B) {
		f := m.Instance()
		b.ReportAllocs()
		for b.Loop() {
			move(b, f)
		}
	})
	b.Run("built", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			move(b, m.Instance())
		}
	})
}

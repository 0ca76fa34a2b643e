package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/looplab/fsm"

	"relevo/engine"
)

// maxTurnAllocations is how often a turn of the kind of BenchmarkStep may allocate: an eighth of what goflow prints for its own (1,163).
const maxTurnAllocations = 145

// storedTurn is a turn as the runner takes it, without the database: the stored bytes of a conversation and of an answer in, the bytes of the next
// conversation and its effects out.
func storedTurn(t testing.TB) func() error {
	c := catalog(t, shop)
	s := begin(c)
	must(t, s, "> buy")
	stored, err := json.Marshal(s.Conv)
	if err != nil {
		t.Fatal(err)
	}
	event, err := json.Marshal(message("it's AB 1234, please"))
	if err != nil {
		t.Fatal(err)
	}
	return func() error {
		var conv engine.Conversation
		var ev engine.Event
		if err := errors.Join(json.Unmarshal(stored, &conv), json.Unmarshal(event, &ev)); err != nil {
			return err
		}
		next, out, err := c.Step(conv, ev)
		if err != nil || next.Runs[0].State != "ask_size" {
			return fmt.Errorf("in %s: %w", next.Runs[0].State, err)
		}
		_, errConv := json.Marshal(next)
		_, errOut := json.Marshal(out)
		return errors.Join(errConv, errOut)
	}
}

// BenchmarkStep is a turn without the database.
func BenchmarkStep(b *testing.B) {
	turn := storedTurn(b)
	b.ReportAllocs()
	for b.Loop() {
		if err := turn(); err != nil {
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

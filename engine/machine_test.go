package engine_test

import (
	"math"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"relevo/engine"
	"relevo/engine/diag"
)

func TestAlternativesOfOneEventDoNotOverwriteEachOther(t *testing.T) {
	t.Parallel()
	m := machine(t, "sorter.yaml", sorter)
	names := m.Transitions("ask_word", engine.EventNameAnswered)
	want := []string{"told", "told", "ask_word", "circle", "infinite", "told"}
	if len(names) != len(want) {
		t.Fatalf("got %q", names)
	}
	for i, name := range names {
		if got, err := m.Move("ask_word", name); err != nil || got != want[i] {
			t.Errorf("%s leads to %q, want %q (%v)", name, got, want[i], err)
		}
	}
}

func TestAnUndeclaredTransitionIsRefused(t *testing.T) {
	t.Parallel()
	m := machine(t, "sorter.yaml", sorter)
	name := m.Transitions("ask_word", engine.EventNameAnswered)[0]
	for _, from := range []string{"circle", "over", "", "nowhere"} {
		if got, err := m.Move(from, name); err == nil {
			t.Errorf("from %q it leads to %q", from, got)
		}
	}
	if got, err := m.Move("ask_word", "teleport"); err == nil {
		t.Errorf("an unknown transition leads to %q", got)
	}
}

func TestReenteringAStateIsARealTransition(t *testing.T) {
	t.Parallel()
	m := machine(t, "sorter.yaml", sorter)
	if got, err := m.Move("ask_word", "ask_word.again"); err != nil || got != "ask_word" {
		t.Errorf("got %q, %v", got, err)
	}
	s := begin(catalog(t, sorter))
	must(t, s, "> sort")
	before := s.Conv.Runs[0]
	must(t, s, "> spanish")
	after := s.Conv.Runs[0]
	if after.State != before.State || after.Entry != before.Entry+1 || after.Timers[0].ID == before.Timers[0].ID {
		t.Errorf("entry %d with %s, then %d with %s", before.Entry, before.Timers[0].ID, after.Entry, after.Timers[0].ID)
	}
}

// TestPooledInstances moves many runs of one flow at once; the race detector watches.
func TestPooledInstances(t *testing.T) {
	t.Parallel()
	m := machine(t, "sorter.yaml", sorter)
	names := m.Transitions("ask_word", engine.EventNameAnswered)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range 500 {
				from, name, want := "ask_word", names[3], "circle"
				if i%2 == 0 {
					from, name, want = "ask_word", names[2], "ask_word"
				}
				if got, err := m.Move(from, name); err != nil || got != want {
					t.Errorf("%s leads to %q, %v", name, got, err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// TestOneCatalogManyConversations steps conversations side by side over one catalog; each goes as it goes alone.
func TestOneCatalogManyConversations(t *testing.T) {
	t.Parallel()
	c := catalog(t, shop)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			conv := engine.Conversation{ID: "c1", Owner: engine.Owner{Kind: engine.OwnerClosed}}
			var all []string
			for _, text := range []string{"buy", "AB1234", "small", "nothing"} {
				next, out, err := c.Step(conv, message(text))
				if err != nil {
					t.Error(err)
					return
				}
				conv, all = next, append(all, texts(out))
			}
			if got := strings.Join(all, " | "); got != "Which code? | Which size for AB1234? | Anything to add? | Noted: small, nothing" {
				t.Errorf("got %q", got)
			}
		})
	}
	wg.Wait()
}

func TestSlips(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, a, b string
		want       bool
	}{
		{"a letter is missing", "pedido", "peddo", true},
		{"a letter is added", "pedido", "peddido", true},
		{"a letter is another one", "pedido", "pefido", true},
		{"two neighbours are swapped", "pedido", "peiddo", true},
		{"two slips are too many", "pedido", "pefydo", false},
		{"short words must be exact", "buy", "bug", false},
		{"four letters are short, in any alphabet", "ждун", "ждуы", false},
		{"five letters are not, in any alphabet", "заказ", "заказы", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := engine.Near(tt.a, tt.b); got != tt.want {
				t.Errorf("%q ~ %q: got %v", tt.a, tt.b, got)
			}
		})
	}
	if got := engine.Words("¡Où  está, MI Pedido-42?"); !reflect.DeepEqual(got, []string{"ou", "esta", "mi", "pedido", "42"}) {
		t.Errorf("got %q", got)
	}
}

func TestValuesAreStorable(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		v, want any
	}{
		{"nothing", nil, nil},
		{"a text", "a", "a"},
		{"an integer is what JSON makes of it", 3, 3.0},
		{"a time is a text in UTC", start.In(time.FixedZone("", 3600)), "2026-03-02T09:00:00Z"},
		{"a list", []string{"a"}, []any{"a"}},
		{"a map", map[string]int{"a": 1}, map[string]any{"a": 1.0}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got, err := engine.Plain(tt.v); err != nil || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %#v, %v", got, err)
			}
		})
	}
	for name, v := range map[string]any{
		"infinity": math.Inf(1), "a function": func() {}, "a huge text": strings.Repeat("a", engine.MaxValueBytes+1),
		"a huge list": []string{strings.Repeat("a", engine.MaxValueBytes)}, "a deep list": nested(engine.MaxValueDepth + 1),
	} {
		if got, err := engine.Plain(v); err == nil {
			t.Errorf("%s is stored as %T", name, got)
		}
	}
}

func TestEffectIDs(t *testing.T) {
	t.Parallel()
	id := engine.EffectID("web/3", 7, 2)
	if conv, seq, n, ok := engine.ParseEffectID(id); !ok || conv != "web/3" || seq != 7 || n != 2 {
		t.Errorf("%s is %s, %d, %d, %v", id, conv, seq, n, ok)
	}
	for _, bad := range []string{"", "a", "a/1", "a/b/1", "a/1/b", "//"} {
		if _, _, _, ok := engine.ParseEffectID(bad); ok {
			t.Errorf("%q is taken for an effect's id", bad)
		}
	}
}

// nested is a list in a list in a list, and a 1 in the innermost.
func nested(levels int) any {
	var v any = 1.0
	for range levels {
		v = []any{v}
	}
	return v
}

// TestNearIsOneSlip holds the quick way against the table of edit distances.
func TestNearIsOneSlip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.StringOfN(rapid.RuneFrom([]rune("abñ")), 5, 8, -1).Draw(t, "a")
		b := rapid.OneOf(rapid.StringOfN(rapid.RuneFrom([]rune("abñ")), 5, 8, -1), rapid.Just(a+"a"), rapid.Just("ñ"+a[1:])).Draw(t, "b")
		if want := a == b || diag.Distance([]rune(a), []rune(b)) <= 1; engine.Near(a, b) != want && utf8.ValidString(b) {
			t.Fatalf("near(%q, %q) is not %v", a, b, want)
		}
	})
}

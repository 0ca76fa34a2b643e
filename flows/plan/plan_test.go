package plan_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"relevo/engine"
	"relevo/flows/plan"
	"relevo/store"
)

// flow is a definition with these states and renamings ("old → new").
func flow(states string, renamed ...string) *engine.Definition {
	def := &engine.Definition{}
	for _, name := range strings.Fields(states) {
		def.States = append(def.States, engine.State{Name: engine.Str{V: name}})
	}
	for _, r := range renamed {
		from, to, _ := strings.Cut(r, " → ")
		def.Renamed = append(def.Renamed, engine.Rename{Old: engine.Str{V: from}, New: engine.Str{V: to}})
	}
	return def
}

func TestStatesAreCompared(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name          string
		before, after *engine.Definition
		want          plan.Flow
	}{
		{"nothing is different", flow("a b"), flow("a b"), plan.Flow{}},
		{"the order does not matter", flow("a b"), flow("b a"), plan.Flow{}},
		{"states come and go, in the order of the file", flow("a b c"), flow("d c e"), plan.Flow{Added: []string{"d", "e"}, Removed: []string{"a", "b"}}},
		{"a renamed state neither comes nor goes", flow("a b"), flow("x b", "a → x"), plan.Flow{Renamed: []plan.Rename{{Old: "a", New: "x"}}}},
		{"a renaming that is over is not shown again", flow("x b"), flow("x b", "a → x"), plan.Flow{}},
		{"two states become one", flow("a b c"), flow("x c", "a → x", "b → x"), plan.Flow{Renamed: []plan.Rename{{Old: "a", New: "x"}, {Old: "b", New: "x"}}}},
		{"a version that can not be read has nothing to compare", nil, flow("a"), plan.Flow{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got plan.Flow
			got.Compare(tt.before, tt.after)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestRunsOfTheCurrentVersionComeFirst(t *testing.T) {
	t.Parallel()
	got := plan.RunsOf("orders", "v2", []store.Standing{
		{Flow: "orders", Version: "v1", State: "ask", Runs: 3}, {Flow: "orders", Version: "v2", State: "ask", Runs: 1}, {Flow: "returns", Version: "r1", State: "ask", Runs: 9},
	})
	want := []plan.Runs{{Version: "v2", Current: true, State: "ask", Runs: 1}, {Version: "v1", State: "ask", Runs: 3}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestAPlanForPeople(t *testing.T) {
	t.Parallel()
	hash := func(digit string) string { return "sha256:" + strings.Repeat(digit, 64) }
	p := plan.Plan{Flows: []plan.Flow{
		{
			Flow: "orders", Change: plan.Changed, Version: hash("b"), Previous: hash("a"), Added: []string{"x", "y"}, Removed: []string{"z"},
			Renamed: []plan.Rename{{Old: "ask_number", New: "ask_order"}}, Scripts: []string{"orders.js"},
			Runs: []plan.Runs{
				{Version: hash("a"), Current: true, State: "ask_number", Runs: 7}, {Version: hash("a"), Current: true, State: "report", Runs: 3},
				{Version: hash("9"), State: "to_agent", Runs: 2},
			},
		},
		{Flow: "payments", Change: plan.New, Version: hash("c"), Runs: []plan.Runs{{Version: hash("d"), State: "wait", Runs: 1}}},
		{Flow: "returns", Change: plan.Changed, Version: hash("1"), Previous: hash("2"), Again: true},
		{Flow: "same", Change: plan.Unchanged, Version: hash("e"), Previous: hash("e")},
		{Flow: "stays", Change: plan.Stays, Version: hash("f"), Previous: hash("f")},
	}}
	const want = `orders: changed, aaaaaaaaaaaa → bbbbbbbbbbbb
  states added: x, y
  states removed: z
  states renamed: ask_number → ask_order
  scripts changed: orders.js
  12 runs keep their version until they end:
    aaaaaaaaaaaa (current): 7 in ask_number, 3 in report
    999999999999: 2 in to_agent
payments: new, cccccccccccc
  1 run keeps its version until it ends:
    dddddddddddd: 1 in wait
returns: changed, 222222222222 → 111111111111 (published before)
same: unchanged, eeeeeeeeeeee
stays: stays as it is, ffffffffffff (no file for it here)
`
	var b strings.Builder
	if err := plan.Render(&b, p); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if p.Changes() != 3 {
		t.Errorf("%d changes", p.Changes())
	}
}

func TestVersionsAreNamedByTheBeginningOfTheirHash(t *testing.T) {
	t.Parallel()
	version := "sha256:3f2a91c0d4e1" + strings.Repeat("0", 52)
	for prefix, want := range map[string]bool{
		"3f2a91": true, "3F2A91C0": true, "sha256:3f2a91c": true, version: true, "3f2a9": false, "": false, "sha256:": false, "3f2a92": false, version + "0": false,
	} {
		if got := plan.Named(version, prefix); got != want {
			t.Errorf("%q: %v", prefix, got)
		}
	}
}

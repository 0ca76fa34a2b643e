package diag_test

import (
	"strings"
	"testing"

	"relevo/engine/diag"
)

var way = []diag.Step{
	{Event: "phrase", To: "ask_order"}, {From: "ask_order", Event: "answered", To: "find_order"}, {From: "find_order", Event: "404", To: "not_found"},
	{From: "not_found", Event: "after:30m0s", To: "quiet"}, {From: "quiet", Way: 1, To: "bye"},
}

func TestAPathInWords(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		path []diag.Step
		want string
	}{
		{"from the start to the end", way, "phrase → ask_order —answered→ find_order —404→ not_found —after 30m→ quiet → bye"},
		{"from the middle of a flow", way[1:3], "ask_order —answered→ find_order —404→ not_found"},
		{"a business event, and hours", []diag.Step{{Event: "order.late", To: "told"}, {From: "told", Event: "after:24h0m0s", To: "quiet"}}, "order.late → told —after 24h→ quiet"},
		{"a time-out of hours, minutes and seconds", []diag.Step{{From: "a", Event: "after:1h30m0s", To: "b"}, {From: "b", Event: "after:1m30s", To: "c"}}, "a —after 1h30m→ b —after 1m30s→ c"},
		{"no way at all", nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := diag.InWords(tt.path); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestAFindingShowsItsProof: the conversation where there is one, else the way in words; and the other places that it is about.
func TestAFindingShowsItsProof(t *testing.T) {
	t.Parallel()
	d := diag.Diagnostic{
		Code: "dead-end", Severity: diag.Warning, Message: "nothing follows", Hint: "add goto", Path: way[:2],
		Range:   diag.Range{File: "a.yaml", Start: diag.Pos{Line: 3, Column: 5}, End: diag.Pos{Line: 3, Column: 9}},
		Related: []diag.Related{{Range: diag.Range{File: "b.yaml", Start: diag.Pos{Line: 7, Column: 2}}, Message: "this one wins"}},
	}
	const begin = "a.yaml:3:5: warning: nothing follows [dead-end]\nsee b.yaml:7:2: this one wins\nhint: add goto\n"
	for transcript, want := range map[string]string{
		"":                         begin + "proof: phrase → ask_order —answered→ find_order\n",
		"flow a.yaml\n\n> Hello\n": begin + "proof:\n  flow a.yaml\n\n  > Hello\n",
	} {
		d.Transcript = transcript
		var b strings.Builder
		if err := diag.Render(&b, diag.List{d}, nil); err != nil || b.String() != want {
			t.Errorf("got %v\n%s\nwant\n%s", err, b.String(), want)
		}
	}
}

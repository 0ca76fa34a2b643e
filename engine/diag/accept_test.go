package diag

import (
	"fmt"
	"strings"
	"testing"
)

func TestAcceptingWarnings(t *testing.T) {
	t.Parallel()
	accept := func(line int, code, reason string) Acceptance {
		return Acceptance{Code: code, Reason: reason, Line: line, At: place(line, 30, 38)}
	}
	all := List{
		found("dead-end", Error, "m", "", place(3, 1, 4)), found("no-way-out", Warning, "m", "", place(5, 1, 4)),
		found("no-way-out", Warning, "m", "", place(9, 1, 4)), found("bad-value", Warning, "m", "", place(9, 1, 4)),
	}
	const none = "3 dead-end, 5 no-way-out, 9 no-way-out, 9 bad-value"
	tests := []struct {
		name        string
		acceptances []Acceptance
		left        string
		accepted    string
	}{
		{"nothing is accepted", nil, none, ""},
		{"one warning, and not its like on another line", []Acceptance{accept(5, "no-way-out", "known")}, "3 dead-end, 9 no-way-out, 9 bad-value", "5 no-way-out known"},
		{"one of two on a line", []Acceptance{accept(9, "bad-value", "known")}, "3 dead-end, 5 no-way-out, 9 no-way-out", "9 bad-value known"},
		{"without a reason it stays", []Acceptance{accept(5, "no-way-out", "")}, none + ", 5 accept-without-reason", ""},
		{"an error stays", []Acceptance{accept(3, "dead-end", "known")}, none + ", 3 accept-error", ""},
		{"what the error of the file may hide", []Acceptance{accept(4, "no-way-out", "known")}, none, ""},
		{"what is not there, in another file", []Acceptance{{Code: "no-way-out", Reason: "known", Line: 5, At: Range{File: "other.yaml", Start: Pos{5, 3}, End: Pos{5, 9}}}}, none + ", 5 accept-unused", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			left, accepted := all.Accept(tt.acceptances)
			var got, gone []string
			for _, d := range left {
				got = append(got, fmt.Sprintf("%d %s", d.Range.Start.Line, d.Code))
			}
			for _, a := range accepted {
				gone = append(gone, fmt.Sprintf("%d %s %s", a.Range.Start.Line, a.Code, a.Reason))
			}
			if strings.Join(got, ", ") != tt.left || strings.Join(gone, ", ") != tt.accepted {
				t.Errorf("left %q, want %q; accepted %q, want %q", got, tt.left, gone, tt.accepted)
			}
		})
	}
}

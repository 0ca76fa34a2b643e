package diag

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

const refund = "flow: refund\nstates:\n  ask:\n    on:\n      answered: {goto: confrim}\n\tpläce: ñandú\n"

func place(line, from, to int) Range {
	return Range{File: "refund.yaml", Start: Pos{line, from}, End: Pos{line, to}}
}

func found(code string, severity Severity, message, hint string, at Range) Diagnostic {
	return Diagnostic{Code: code, Severity: severity, Message: message, Hint: hint, Range: at}
}

func show(t *testing.T, l List, source string) string {
	t.Helper()
	var b strings.Builder
	if err := Render(&b, l, func(string) []byte { return []byte(source) }); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestRender(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 300)
	tests := []struct {
		name   string
		d      Diagnostic
		source string
		want   string
	}{
		{"the line, a caret under the smallest wrong thing, a hint", found("unknown-state", Error, `no state is named "confrim"`, `did you mean "confirm" (line 9)?`, place(5, 24, 31)), refund,
			"refund.yaml:5:24: error: no state is named \"confrim\" [unknown-state]\n    5 |       answered: {goto: confrim}\n      |                        ^^^^^^^\nhint: did you mean \"confirm\" (line 9)?\n"},
		{"tabs and accents do not move the caret", found("x", Warning, "m", "", place(6, 9, 14)), refund,
			"refund.yaml:6:9: warning: m [x]\n    6 |  pläce: ñandú\n      |         ^^^^^\n"},
		{"a single point", found("x", Error, "m", "", place(1, 13, 13)), refund, "refund.yaml:1:13: error: m [x]\n    1 | flow: refund\n      |             ^\n"},
		{"a stretch over several lines is marked to the end of the first", found("x", Error, "m", "", Range{"refund.yaml", Pos{1, 7}, Pos{3, 2}}), refund, "refund.yaml:1:7: error: m [x]\n    1 | flow: refund\n      |       ^^^^^^\n"},
		{"an unknown place", found("x", Error, "m", "h", Range{File: "refund.yaml"}), refund, "refund.yaml: error: m [x]\nhint: h\n"},
		{"a line that the file does not have", found("x", Error, "m", "", place(99, 1, 2)), refund, "refund.yaml:99:1: error: m [x]\n"},
		{"a file that is not to be had", found("x", Error, "m", "", place(1, 1, 2)), "", "refund.yaml:1:1: error: m [x]\n"},
		{"what could colour a terminal is shown as a dot", found("x", Error, "m", "", place(1, 1, 2)), "a\x1b[31m\r\n", "refund.yaml:1:1: error: m [x]\n    1 | a·[31m\n      | ^\n"},
		{"a long line is cut around the place", found("x", Error, "m", "", place(1, 301, 306)), long + "wrong" + long,
			"refund.yaml:1:301: error: m [x]\n    1 | " + strings.Repeat("x", 60) + "wrong" + strings.Repeat("x", 55) + "\n      | " + strings.Repeat(" ", 60) + "^^^^^\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := show(t, List{tt.d}, tt.source); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func TestListsAreSortedAndHoldNothingTwice(t *testing.T) {
	t.Parallel()
	var l List
	l.Errorf(place(9, 1, 2), "b", "", "late")
	l.Warnf(place(2, 5, 6), "a", "", "early %d", 2)
	l.Errorf(place(2, 4, 6), "a", "", "first")
	l.Errorf(place(9, 1, 2), "b", "", "late")
	l.Sort()
	if len(l) != 3 || l[0].Message != "first" || l[1].Message != "early 2" || l[2].Message != "late" {
		t.Errorf("got %v", l)
	}
	if e, w := l.Count(); e != 2 || w != 1 || !l.HasErrors() {
		t.Errorf("%d errors, %d warnings", e, w)
	}
	if err := l.Err(); err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("got %v", err)
	}
	if got := show(t, l, refund); strings.Count(got, "\n\n") != 2 {
		t.Errorf("findings are not apart:\n%s", got)
	}
	var quiet List
	quiet.Warnf(place(1, 1, 2), "a", "", "only a warning")
	if quiet.Err() != nil || List(nil).Err() != nil {
		t.Error("warnings are an error")
	}
}

func TestJSONForm(t *testing.T) {
	t.Parallel()
	b, err := json.Marshal(found("unknown-state", Error, "m", "", place(8, 15, 22)))
	want := `{"code":"unknown-state","severity":"error","message":"m","range":{"file":"refund.yaml","start":{"line":8,"column":15},"end":{"line":8,"column":22}}}`
	if err != nil || string(b) != want {
		t.Errorf("got %s, %v", b, err)
	}
}

type full struct{ left int }

func (f *full) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, errors.New("full")
	}
	return len(p), nil
}

func TestRenderReportsAFullDisk(t *testing.T) {
	t.Parallel()
	l := List{found("a", Error, "m", "", place(1, 1, 2)), found("b", Error, "m", "", place(1, 1, 2))}
	for _, room := range []int{0, 60, 75} {
		if err := Render(&full{left: room}, l, func(string) []byte { return []byte("a") }); err == nil {
			t.Errorf("with room for %d bytes: no error", room)
		}
	}
}

// FuzzRender: no place, inside the file or not, makes Render panic, and no control character gets out.
func FuzzRender(f *testing.F) {
	f.Add("a\tb\x00ñ\n", 1, 2, 1, 3)
	f.Add(strings.Repeat("x", 500), 1, 400, 2, 1)
	f.Add("", 1, 1, 1, 1)
	f.Fuzz(func(t *testing.T, source string, line, column, endLine, endColumn int) {
		d := found("a", Error, "m", "", Range{"f", Pos{max(1, line), max(1, column)}, Pos{max(1, endLine), max(1, endColumn)}})
		got := show(t, List{d}, source)
		if strings.ContainsAny(got, "\x00\x1b\r\t") || utf8.ValidString(source) && !utf8.ValidString(got) {
			t.Errorf("got %q", got)
		}
	})
}

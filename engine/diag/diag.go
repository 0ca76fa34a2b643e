// Package diag holds findings: what is wrong in a file that a person wrote, where, and how to mend it.
//
// A finding is data first (its JSON form is what `relevo check --json` prints); the terminal form is made from it.
package diag

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// Severity says whether a finding stops the file from being used.
type Severity string

// The severities, most severe first. Only errors keep a file from being published.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Pos is a place in a file. The zero Pos means "unknown".
type Pos struct {
	Line   int `json:"line"`   // from 1
	Column int `json:"column"` // in runes, from 1
}

// Range is a stretch of a file. End is exclusive and may equal Start for a single point.
type Range struct {
	File  string `json:"file"` // as the author named it, with slashes
	Start Pos    `json:"start"`
	End   Pos    `json:"end"`
}

// IsZero tells that the place is not known.
func (r Range) IsZero() bool { return r.Start.Line == 0 }

// Diagnostic is one finding.
//
//	{"code":"unknown-state","severity":"error","message":"no state is named \"confrim\"",
//	 "hint":"did you mean \"confirm\" (line 9)?","range":{"file":"flows/refund.yaml","start":{"line":8,"column":15},…}}
type Diagnostic struct {
	Code     string   `json:"code"` // stable; has an entry in docs/diagnostics.md
	Severity Severity `json:"severity"`
	Message  string   `json:"message"` // one sentence without a full stop
	Hint     string   `json:"hint,omitempty"`
	Range    Range    `json:"range"`
	// Related are other places that the finding is about: the phrase that wins, the state that leads here.
	Related []Related `json:"related,omitempty"`
	// Path is how a run gets to where the finding holds, from its start; empty where the place alone says it.
	Path []Step `json:"path,omitempty"`
	// Transcript is Path as a conversation that relevo test runs; "" where none was made.
	Transcript string `json:"transcript,omitempty"`
}

// Related is another place that a finding is about.
type Related struct {
	Range   Range  `json:"range"`
	Message string `json:"message"` // a few words without a full stop: "this phrase wins"
}

// Step is one move of a run on the way to a finding.
//
//	{"event":"phrase","to":"ask_order"}                     the run starts by a phrase, or by a business event of that name
//	{"from":"ask_order","event":"answered","to":"find"}     an event of the flow language: a choice, "404", "after:30m0s", "elapsed"
//	{"from":"report","way":1,"to":"bye"}                    goto, by its second alternative
type Step struct {
	From     string `json:"from,omitempty"`     // the state that is left; "" at the start
	Event    string `json:"event,omitempty"`    // "" is goto
	Way      int    `json:"way,omitempty"`      // which of the event's alternatives is taken, from 0
	Anywhere bool   `json:"anywhere,omitempty"` // the flow's own on takes it, not the state's
	To       string `json:"to"`                 // the state that is entered
}

// Error renders the first line of the finding, so that a Diagnostic can travel as an error.
func (d Diagnostic) Error() string { return d.line(string(d.Severity)) }

func (d Diagnostic) line(severity string) string {
	if d.Range.IsZero() {
		return fmt.Sprintf("%s: %s: %s [%s]", d.Range.File, severity, d.Message, d.Code)
	}
	return fmt.Sprintf("%s:%d:%d: %s: %s [%s]", d.Range.File, d.Range.Start.Line, d.Range.Start.Column, severity, d.Message, d.Code)
}

// List is the findings of one run. Its zero value is ready to use.
type List []Diagnostic

// Errorf adds an error at r.
func (l *List) Errorf(r Range, code, hint, format string, args ...any) {
	*l = append(*l, Diagnostic{Code: code, Severity: Error, Message: fmt.Sprintf(format, args...), Hint: hint, Range: r})
}

// Warnf adds a warning at r.
func (l *List) Warnf(r Range, code, hint, format string, args ...any) {
	*l = append(*l, Diagnostic{Code: code, Severity: Warning, Message: fmt.Sprintf(format, args...), Hint: hint, Range: r})
}

// HasErrors tells whether any finding is an error.
func (l List) HasErrors() bool {
	return slices.ContainsFunc(l, func(d Diagnostic) bool { return d.Severity == Error })
}

// Count returns the number of errors and of warnings.
func (l List) Count() (errors, warnings int) {
	for _, d := range l {
		if d.Severity == Error {
			errors++
		} else {
			warnings++
		}
	}
	return errors, warnings
}

// Sort orders findings by file and position, and drops repeated ones.
func (l *List) Sort() {
	slices.SortStableFunc(*l, func(a, b Diagnostic) int {
		return cmp.Or(
			cmp.Compare(a.Range.File, b.Range.File),
			cmp.Compare(a.Range.Start.Line, b.Range.Start.Line),
			cmp.Compare(a.Range.Start.Column, b.Range.Start.Column),
			cmp.Compare(a.Code, b.Code),
			cmp.Compare(a.Message, b.Message),
		)
	})
	*l = slices.CompactFunc(*l, func(a, b Diagnostic) bool { return a.Range == b.Range && a.Code == b.Code && a.Message == b.Message })
}

// Error renders every finding on a line of its own. A nil or empty list is not an error; return it as nil.
func (l List) Error() string {
	lines := make([]string, len(l))
	for i, d := range l {
		lines[i] = d.Error()
	}
	return strings.Join(lines, "\n")
}

// Err returns l as an error if it holds one, else nil.
func (l List) Err() error {
	if !l.HasErrors() {
		return nil
	}
	return l
}

// Render writes the findings for people: place, sentence, the line with a caret under the smallest wrong thing, a hint.
// source returns the text of a file by the name used in the findings, or nil where it is not to be had.
func Render(w io.Writer, l List, source func(file string) []byte) error {
	return RenderIn(w, l, source, func(caption string) string { return caption })
}

// RenderIn is Render in another language. The findings are said in it already (package words); say does so for the words around them: error, warning,
// hint, see and proof.
func RenderIn(w io.Writer, l List, source func(file string) []byte, say func(caption string) string) error {
	lines := map[string][]string{}
	for i, d := range l {
		if i > 0 {
			if _, err := io.WriteString(w, "\n"); err != nil {
				return err
			}
		}
		text := d.line(say(string(d.Severity))) + "\n" + excerpt(d.Range, lines, source) + related(d, say("see")) + hint(d, say("hint")) + proof(d, say("proof"))
		if _, err := io.WriteString(w, text); err != nil {
			return err
		}
	}
	return nil
}

func hint(d Diagnostic, caption string) string {
	if d.Hint == "" {
		return ""
	}
	return caption + ": " + d.Hint + "\n"
}

// maxExcerptRunes is how much of a long line is shown around the caret; longer ones would wrap and misplace it.
const maxExcerptRunes = 120

func excerpt(r Range, cache map[string][]string, source func(string) []byte) string {
	if r.IsZero() || source == nil {
		return ""
	}
	lines, ok := cache[r.File]
	if !ok {
		lines = strings.Split(string(source(r.File)), "\n")
		cache[r.File] = lines
	}
	if r.Start.Line > len(lines) || len(lines) == 1 && lines[0] == "" {
		return ""
	}
	text := []rune(strings.ReplaceAll(strings.TrimRight(lines[r.Start.Line-1], "\r"), "\t", " "))
	from := r.Start.Column - 1
	width := max(1, r.End.Column-r.Start.Column)
	if r.End.Line != r.Start.Line {
		width = max(1, len(text)-from)
	}
	if from > len(text) {
		from = len(text)
	}
	cut := 0
	if len(text) > maxExcerptRunes && from > maxExcerptRunes/2 {
		cut = from - maxExcerptRunes/2
	}
	text = text[cut:]
	if len(text) > maxExcerptRunes {
		text = text[:maxExcerptRunes]
	}
	width = min(width, max(1, len(text)-(from-cut)))
	return fmt.Sprintf("%5d | %s\n      | %s%s\n", r.Start.Line, printable(text), strings.Repeat(" ", from-cut), strings.Repeat("^", width))
}

// printable replaces control characters, which could move the caret or colour a terminal.
func printable(text []rune) string {
	out := make([]rune, len(text))
	for i, r := range text {
		if r < ' ' || r == 0x7f || r == utf8.RuneError {
			r = '·'
		}
		out[i] = r
	}
	return string(out)
}

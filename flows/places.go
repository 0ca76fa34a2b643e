package flows

import (
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"relevo/engine"
	"relevo/engine/diag"
)

// places tells where each rune of a scalar stands, when they do not simply stand one behind the other: behind an escape, on the lines of a block,
// in a text that goes on over several lines. It is nil where that is not so, and where the text can not be followed.
func (s *source) places(n *yaml.Node, at diag.Range) *engine.Places {
	width, length := at.End.Column-at.Start.Column, utf8.RuneCountInString(n.Value)
	if at.Start.Line == at.End.Line && (width == length || width == length+2) {
		return nil
	}
	r := &reading{source: s, at: at.Start, style: n.Style}
	r.begin()
	found := make(engine.Places, 0, length)
	for _, want := range n.Value {
		place, ok := r.rune(want)
		if !ok {
			return nil
		}
		found = append(found, place)
	}
	return &found
}

// reading follows a scalar in the text of its file, rune by rune.
type reading struct {
	source *source
	at     diag.Pos // of the next rune
	style  yaml.Style
	indent int // columns before each line of a block
}

// begin goes to the first rune of the text.
func (r *reading) begin() {
	switch {
	case r.block():
		r.at = diag.Pos{Line: r.at.Line + 1, Column: 1}
		for line := r.at.Line; line <= len(r.source.lines); line++ {
			if blank := leading(r.source.lines[line-1]); blank < len(r.source.lines[line-1]) {
				r.indent = blank
				break
			}
		}
		r.indentation()
	case r.quoted():
		r.at.Column++
	}
}

func (r *reading) block() bool  { return r.style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 }
func (r *reading) quoted() bool { return r.style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 }

// leading is how many spaces a line begins with.
func leading(line []rune) int {
	n := 0
	for n < len(line) && line[n] == ' ' {
		n++
	}
	return n
}

// rest is what is left of the line.
func (r *reading) rest() []rune {
	if r.at.Line > len(r.source.lines) {
		return nil
	}
	line := r.source.lines[r.at.Line-1]
	return line[min(r.at.Column-1, len(line)):]
}

// rune finds the next rune of the text and tells where it begins.
func (r *reading) rune(want rune) (diag.Pos, bool) {
	r.joined()
	r.folded(want)
	place, rest := r.at, r.rest()
	switch {
	case (want == ' ' || want == '\n') && r.lineEnds(rest):
		r.nextLine()
		return place, true
	case len(rest) == 0:
		return place, false
	case r.style&yaml.DoubleQuotedStyle != 0 && rest[0] == '\\' && len(rest) > 1:
		r.at.Column += 2 + digitsOf[rest[1]]
	case r.style&yaml.SingleQuotedStyle != 0 && want == '\'' && len(rest) > 1 && rest[0] == '\'' && rest[1] == '\'':
		r.at.Column += 2
	case rest[0] == want:
		r.at.Column++
	default:
		return place, false
	}
	return place, true
}

// digitsOf are the digits behind the letter of an escape.
var digitsOf = map[rune]int{'x': 2, 'u': 4, 'U': 8}

// joined passes over a backslash at the end of a line, which joins it with the next one.
func (r *reading) joined() {
	for rest := r.rest(); r.style&yaml.DoubleQuotedStyle != 0 && len(rest) == 1 && rest[0] == '\\' && r.at.Line < len(r.source.lines); rest = r.rest() {
		r.nextLine()
	}
}

// folded passes over the last of some line ends: where lines are joined, one blank line between two others is one line end of the text.
func (r *reading) folded(want rune) {
	if r.style&yaml.LiteralStyle != 0 || want == ' ' || want == '\n' {
		return
	}
	for r.at.Line < len(r.source.lines) && r.lineEnds(r.rest()) {
		r.nextLine()
	}
}

// lineEnds tells that nothing but blanks is left of the line; in a block they belong to the text.
func (r *reading) lineEnds(rest []rune) bool {
	if r.block() {
		return len(rest) == 0
	}
	for _, c := range rest {
		if c != ' ' && c != '\t' {
			return false
		}
	}
	return true
}

// nextLine goes on with the next line, if there is one.
func (r *reading) nextLine() {
	if r.at.Line < len(r.source.lines) {
		r.at = diag.Pos{Line: r.at.Line + 1, Column: 1}
		r.indentation()
	}
}

// indentation passes over what stands before the text of a line.
func (r *reading) indentation() {
	rest := r.rest()
	if r.block() {
		r.at.Column += min(r.indent, leading(rest))
		return
	}
	for len(rest) > 0 && (rest[0] == ' ' || rest[0] == '\t') {
		r.at.Column++
		rest = rest[1:]
	}
}

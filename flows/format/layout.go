package format

import (
	"strings"
	"unicode/utf8"
)

// Measures of the style, in runes.
const (
	step    = 2   // by which a level is indented
	tooWide = 160 // a list of words that is wider in one line is broken
	wrapAt  = 150 // into lines of at most that
)

// level is a block map or list that is open where the layout stands.
type level struct {
	column int  // in the source
	list   bool // its entries begin with a dash
	indent int  // in the result
}

// outside is around everything.
var outside = level{column: -1, indent: -step}

// row is a line of the result.
type row struct {
	text    string // with its indentation
	comment string
	gap     int // see token
	margin  int
}

// layout gives every line of the source its place. It keeps the stack of open levels as YAML itself does.
type layout struct {
	levels  []level
	open    []string // the open brackets and braces
	base    int      // indentation of the line in which the first of them opened
	rows    []row
	last    int     // the last line of the source that has been laid out
	waiting []token // comments whose level depends on what comes after them
	end     int     // the last line of the source; it is empty where a line end stands before it
}

// text lays out all tokens.
func (l *layout) text(tokens []token) string {
	l.last = -1
	for len(tokens) > 0 {
		n := lineOf(tokens)
		l.line(tokens[:n])
		tokens = tokens[n:]
	}
	l.flush(l.levels, level{column: 0, indent: 0}, false)
	align(l.rows)
	var b strings.Builder
	for _, r := range l.rows {
		b.WriteString(r.text + "\n")
	}
	return b.String()
}

// lineOf counts the tokens that stand on one line. A scalar over several lines connects them.
func lineOf(tokens []token) int {
	n := 1
	for n < len(tokens) && tokens[n].line <= tokens[n-1].end && tokens[n-1].kind != comment && !tokens[n-1].block {
		n++
	}
	return n
}

func (l *layout) line(tokens []token) {
	first := tokens[0]
	if first.kind == comment && len(l.open) == 0 {
		l.waiting = append(l.waiting, first)
		return
	}
	if first.kind == marker {
		l.flush(l.levels, outside, false)
		l.levels = []level{outside}
	}
	before := append([]level(nil), l.levels...)
	indent, opens := l.place(tokens)
	l.flush(before, level{column: first.column, indent: indent}, opens)
	l.space(first)
	l.write(tokens, indent)
}

// flush writes the comments that waited for a line. levels were open before it; opens tells that it begins a level of its own.
func (l *layout) flush(levels []level, next level, opens bool) {
	for _, t := range l.waiting {
		indent := max(next.indent, 0)
		if t.column > next.column && !opens { // the comment belongs to what stands before it
			for _, open := range levels {
				if open.column <= t.column {
					indent = max(indent, open.indent)
				}
			}
		}
		l.space(t)
		l.rows = append(l.rows, row{text: strings.Repeat(" ", indent) + t.comment})
	}
	l.waiting = nil
}

// space keeps one blank line where the source has any.
func (l *layout) space(t token) {
	if t.line > l.last+1 && len(l.rows) > 0 {
		l.rows = append(l.rows, row{})
	}
	l.last = max(l.last, t.end)
}

// place finds the indentation of a line and opens the levels that begin in it. opens tells that its first token begins one.
func (l *layout) place(tokens []token) (indent int, opens bool) {
	if len(l.open) > 0 {
		closing := 0
		for closing < len(tokens) && closing < len(l.open) && (tokens[closing].is("]") || tokens[closing].is("}")) {
			closing++
		}
		return l.base + step*(len(l.open)-closing), false
	}
	if tokens[0].kind == marker {
		return 0, false
	}
	entries := 0
	for i := range tokens {
		column, list, ok := entry(tokens[i:], i == 0 || !isScalar(tokens[i-1]))
		if !ok {
			break
		}
		fresh := l.enter(column, list, entries == 0)
		if entries++; entries == 1 {
			indent, opens = l.top().indent, fresh
		}
		if tokens[i].kind == scalar {
			break
		}
	}
	if entries == 0 { // a value on a line of its own
		return l.top().indent + step, true
	}
	return indent, opens
}

func isScalar(t token) bool { return t.kind == scalar }

// entry tells whether the tokens begin an entry of a block map or list.
func entry(tokens []token, begins bool) (column int, list, ok bool) {
	t := tokens[0]
	switch {
	case t.is("-"):
		return t.column, true, true
	case t.is("?"), t.is(":") && begins:
		return t.column, false, true
	case t.kind == scalar && len(tokens) > 1 && tokens[1].is(":"):
		return t.column, false, true
	}
	return 0, false, false
}

// enter closes the levels that an entry ends, when it is the first of its line, and opens the entry's own where it is new.
func (l *layout) enter(column int, list, first bool) (fresh bool) {
	for first && (l.top().column > column || l.top().column == column && l.top().list && !list) {
		l.levels = l.levels[:len(l.levels)-1]
	}
	if top := l.top(); top.column == column && top.list == list {
		return false
	}
	l.levels = append(l.levels, level{column: column, list: list, indent: l.top().indent + step})
	return true
}

func (l *layout) top() level { return l.levels[len(l.levels)-1] }

// pen writes one line of the result.
type pen struct {
	strings.Builder
	width int // in runes
}

func (p *pen) add(text string) {
	p.WriteString(text)
	p.width += utf8.RuneCountInString(text)
}

// write writes the tokens of a line.
func (l *layout) write(tokens []token, indent int) {
	p := &pen{}
	p.add(strings.Repeat(" ", indent))
	wide := l.wide(tokens, indent)
	for i, t := range tokens {
		if t.kind == comment {
			l.remark(p, t, i == 0)
			return
		}
		switch {
		case wide && i > 0 && l.breaks(tokens[i-1:], p.width):
			p = l.turn(p, "", true)
		case i > 0:
			p.add(blank(tokens[i-1], t))
		}
		l.count(t, i == 0, indent)
		if t.block {
			l.block(p, t)
			return
		}
		p.add(t.text)
		for _, more := range t.more {
			p = l.turn(p, more, more != "")
		}
		l.last = max(l.last, t.end)
	}
	l.rows = append(l.rows, row{text: p.String()})
}

// remark ends a line with a comment, or is all of it.
func (l *layout) remark(p *pen, t token, alone bool) {
	if alone {
		p.add(t.comment)
		t.comment = ""
	}
	l.rows = append(l.rows, row{text: p.String(), comment: t.comment, gap: t.gap, margin: t.margin})
}

// turn ends a line inside brackets or a scalar, and begins the next one with text.
func (l *layout) turn(p *pen, text string, indented bool) *pen {
	l.rows = append(l.rows, row{text: p.String()})
	next := &pen{}
	if indented {
		next.add(strings.Repeat(" ", l.inside()))
	}
	next.add(text)
	return next
}

// wide tells that a line is too long, and may be broken. Lists that were broken before keep their lines: a word that moved down alone would
// look worse.
func (l *layout) wide(tokens []token, indent int) bool {
	width, depth := indent, len(l.open)
	if depth > 0 {
		return false
	}
	for i, t := range tokens {
		if t.is("[") || t.is("{") {
			depth++
		} else if t.is("]") || t.is("}") {
			depth--
		}
		if t.kind == comment || len(t.more) > 0 || t.block {
			return false
		}
		if i > 0 {
			width += len(blank(tokens[i-1], t))
		}
		width += utf8.RuneCountInString(t.text)
	}
	return width > tooWide && depth == 0
}

// breaks tells that a line ends after the first of the tokens, a comma of a list, because the second one, a word of the list, does not fit
// behind what has that width any more.
func (l *layout) breaks(tokens []token, width int) bool {
	if len(l.open) != 1 || l.open[0] != "[" || !tokens[0].is(",") || tokens[1].kind != scalar {
		return false
	}
	if len(tokens) > 2 && !tokens[2].is(",") && !tokens[2].is("]") {
		return false
	}
	return width+utf8.RuneCountInString(tokens[1].text)+len(" ,") > wrapAt
}

// count follows brackets and braces.
func (l *layout) count(t token, first bool, indent int) {
	switch {
	case t.is("["), t.is("{"):
		if len(l.open) == 0 {
			l.base = max(l.top().indent, 0)
			if l.top().list {
				l.base += step
			}
			if first {
				l.base = indent
			}
		}
		l.open = append(l.open, t.text)
	case t.is("]"), t.is("}"):
		l.open = l.open[:len(l.open)-1]
	}
}

// inside is the indentation of the further lines of a scalar.
func (l *layout) inside() int {
	if len(l.open) > 0 {
		return l.base + step*len(l.open)
	}
	return l.top().indent + step
}

// block writes a text after | or >.
func (l *layout) block(p *pen, t token) {
	margin := l.top().indent + step
	if digit := strings.IndexAny(t.text, "123456789"); digit >= 0 {
		margin = max(l.top().indent, 0) + int(t.text[digit]-'0')
	}
	head := t.text
	if t.end == l.end && len(t.more) > 0 && strings.Trim(t.more[len(t.more)-1], " ") != "" { // the text has no line end behind it, and the file gets one
		head = strings.TrimRight(head, "+-") + "-"
	}
	l.rows = append(l.rows, row{text: p.String() + head, comment: t.comment, gap: t.gap, margin: t.margin})
	for _, more := range t.more {
		if more != "" {
			more = strings.Repeat(" ", margin) + more
		}
		l.rows = append(l.rows, row{text: more})
	}
	l.last = max(l.last, t.end)
}

// blank is what stands between two tokens of a line.
func blank(before, t token) string {
	switch {
	case before.is("["), before.is("{"):
		return ""
	case t.is("]"), t.is("}"), t.is(","):
		if before.is(":") { // "a:," could be read as a text
			return " "
		}
		return ""
	case t.is(":") && (before.kind == scalar || before.is("]") || before.is("}")):
		return ""
	default:
		return " "
	}
}

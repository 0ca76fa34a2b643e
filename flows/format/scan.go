package format

import (
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"relevo/flows"
)

type kind int

const (
	scalar  kind = iota // a text, number or word, with its quotes
	sign                // - ? : , [ ] { }
	comment             // from # to the end of the line
	marker              // --- or ..., or a line that begins with %
)

// token is a piece of the file as it is written.
type token struct {
	kind    kind
	text    string // a scalar over several lines: its first line; a text after | or >: that sign and what belongs to it
	comment string // of a comment, and of the line on which a text after | or > begins
	more    []string
	block   bool // a text after | or >: more are its lines without their indentation
	line    int  // from 0
	column  int  // in runes, from 0
	end     int  // the last line
	gap     int  // blanks before a comment that has something before it on its line
	margin  int  // the column of that comment
}

func (t token) is(text string) bool { return t.kind == sign && t.text == text }

// errUnknown is a place that the scanner can not make sense of, though YAML could.
var errUnknown = errors.New("this way of writing YAML can not be formatted")

// scanner cuts a file into tokens. YAML has found the scalars; what stands between them is blanks, signs and comments.
type scanner struct {
	tree         flows.Tree
	lines        [][]rune
	line, column int // everything before is in tokens
	tokens       []token
	err          error
}

func scan(tree flows.Tree) ([]token, error) {
	s := scanner{tree: tree, lines: tree.Lines()}
	s.node(tree.Root, -1)
	s.between(len(s.lines), 0)
	return s.tokens, s.err
}

// node scans a node and what stands before its scalars. column is that of the block map or list around it.
func (s *scanner) node(n *yaml.Node, column int) {
	if n.Kind == yaml.ScalarNode {
		if n.Value != "" || n.Style != 0 {
			s.between(n.Line-1, n.Column-1)
			s.scalar(n, column)
		}
		return
	}
	if n.Style&yaml.FlowStyle == 0 {
		column = n.Column - 1
	}
	for _, child := range n.Content {
		s.node(child, column)
	}
}

func (s *scanner) scalar(n *yaml.Node, column int) {
	if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		s.blockScalar(column)
		return
	}
	at := s.tree.Scalar(n)
	end, stop := at.End.Line-1, at.End.Column-1
	t := token{kind: scalar, line: s.line, column: s.column, end: end}
	if end == s.line {
		t.text = string(s.lines[s.line][s.column:max(s.column, stop)])
	} else {
		t.text = trimEnd(string(s.lines[s.line][s.column:]))
		for i := s.line + 1; i < end; i++ {
			t.more = append(t.more, trimEnd(strings.TrimLeft(string(s.lines[i]), " \t")))
		}
		t.more = append(t.more, strings.TrimLeft(string(s.lines[end][:stop]), " \t"))
	}
	s.tokens = append(s.tokens, t)
	s.line, s.column = end, stop
}

// trimEnd removes blanks at the end of a line, but not one that a backslash makes part of the text.
func trimEnd(line string) string {
	out := strings.TrimRight(line, " \t")
	slashes := len(out) - len(strings.TrimRight(out, `\`))
	if slashes%2 == 1 && len(out) < len(line) {
		return line[:len(out)+1]
	}
	return out
}

// blockScalar scans a text after | or >. Its lines are indented by more than column.
func (s *scanner) blockScalar(column int) {
	line := s.lines[s.line]
	t := token{kind: scalar, block: true, line: s.line, column: s.column}
	i := s.column
	for i < len(line) && line[i] != ' ' && line[i] != '\t' && line[i] != '#' {
		i++
	}
	t.text = string(line[s.column:i])
	if rest := strings.TrimSpace(string(line[i:])); rest != "" {
		t.comment, t.margin = rest, slices.Index(line[i:], '#')+i
		t.gap = t.margin - i
	}
	margin := s.blockIndent(t.text, column)
	t.end = s.blockEnd(margin, strings.Contains(t.text, "+"))
	for _, content := range s.lines[s.line+1 : t.end+1] {
		t.more = append(t.more, string(content[min(margin, len(content)):]))
	}
	s.tokens = append(s.tokens, t)
	s.line, s.column = t.end+1, 0
}

// blockIndent is how far the lines of a text are indented: what its head says, or like the first line that is not blank. A blank line before it
// counts when it is longer.
func (s *scanner) blockIndent(head string, column int) int {
	if digit := strings.IndexAny(head, "123456789"); digit >= 0 {
		return max(column, 0) + int(head[digit]-'0')
	}
	margin := column + 1
	for _, line := range s.lines[s.line+1:] {
		n := blanks(line)
		if margin = max(margin, n); n < len(line) {
			break
		}
	}
	return margin
}

// blockEnd is the last line of a text. Blank lines at its end belong to it when it keeps them.
func (s *scanner) blockEnd(margin int, keep bool) int {
	end := s.line
	for i := s.line + 1; i < len(s.lines); i++ {
		n := blanks(s.lines[i])
		switch blank := n == len(s.lines[i]); {
		case !blank && n < margin:
			return end
		case !blank, n > margin:
			end = i
		case keep && (i < len(s.lines)-1 || n > 0): // an empty last line is only the end of the one before it
			end = i
		}
	}
	return end
}

func blanks(line []rune) int {
	n := 0
	for n < len(line) && line[n] == ' ' {
		n++
	}
	return n
}

// between scans signs and comments up to a place.
func (s *scanner) between(line, column int) {
	for s.err == nil && s.line < len(s.lines) && (s.line < line || s.line == line && s.column < column) {
		text := s.lines[s.line]
		if s.column >= len(text) {
			s.line, s.column = s.line+1, 0
			continue
		}
		s.next(text)
	}
}

func (s *scanner) next(text []rune) {
	add := func(t token, length int) {
		t.line, t.column, t.end = s.line, s.column, s.line
		s.tokens = append(s.tokens, t)
		s.column += length
	}
	switch r := text[s.column]; {
	case r == ' ', r == '\t':
		s.column++
	case r == '#':
		before := strings.TrimRight(string(text[:s.column]), " \t")
		add(token{kind: comment, comment: strings.TrimRight(string(text[s.column:]), " \t"), gap: s.column - utf8.RuneCountInString(before), margin: s.column}, len(text))
	case s.column == 0 && r == '%':
		add(token{kind: marker, text: strings.TrimRight(string(text), " \t")}, len(text))
	case s.column == 0 && isMarker(text):
		add(token{kind: marker, text: string(text[:3])}, 3)
	case strings.ContainsRune("-?:,[]{}", r):
		add(token{kind: sign, text: string(r)}, 1)
	default:
		s.err = errUnknown
	}
}

// isMarker tells that a line begins with --- or ..., as a word of its own.
func isMarker(line []rune) bool {
	if len(line) < 3 || len(line) > 3 && line[3] != ' ' && line[3] != '\t' {
		return false
	}
	head := string(line[:3])
	return head == "---" || head == "..."
}

package flows

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"relevo/engine/diag"
)

// Limits of one file. A file over them is a finding, not a slow server.
const (
	MaxFileBytes = 1 << 20 // the longest flow we know has 40 KiB
	MaxDepth     = 64      // lists and maps inside each other; a flow needs 9
	maxEntries   = 1000    // of one map, twice as many of a list; the largest limit of the schema is 500
	maxFindings  = 500     // of one file; who has more has to begin with the first ones anyway
	maxSigns     = 100_000 // line ends, and signs that mean something in YAML; a flow of 500 states needs half of them
)

// source is a file's text, cut into lines to tell places in it.
type source struct {
	file  string
	text  []byte   // without a byte order mark
	lines [][]rune // without line ends; use rows
}

func newSource(file string, text []byte) *source {
	return &source{file: file, text: bytes.TrimPrefix(text, []byte(byteOrderMark))}
}

// rows are the lines, cut when the first place is told: what is refused at once is never cut into a million of them.
func (s *source) rows() [][]rune {
	if s.lines == nil {
		s.lines = make([][]rune, 0, bytes.Count(s.text, []byte("\n"))+1)
		for line := range strings.SplitSeq(string(s.text), "\n") {
			s.lines = append(s.lines, []rune(strings.TrimSuffix(line, "\r")))
		}
	}
	return s.lines
}

const byteOrderMark = "\uFEFF"

// check looks at the bytes before YAML does: what it reports would make YAML's places wrong, or YAML slow.
func (s *source) check(l *diag.List) {
	if len(s.text) > MaxFileBytes {
		size := len(s.text)
		s.text = s.text[:1] // its place is the top
		l.Errorf(s.top(), "yaml-too-large", "split the flow in two", "this file has %d bytes, the limit is %d", size, MaxFileBytes)
		return
	}
	if bytes.HasPrefix(s.text, []byte("\xff\xfe")) || bytes.HasPrefix(s.text, []byte("\xfe\xff")) {
		l.Errorf(s.top(), "yaml-encoding", "save the file as UTF-8", "this file is written in UTF-16")
		return
	}
	line, column, signs := 1, 1, 0
	for i := 0; i < len(s.text); {
		if meaning[s.text[i]] {
			if signs++; signs > maxSigns {
				s.text = s.text[:i]
				l.Errorf(s.span(line, column, 0), "yaml-too-large", "split the flow in two", "up to here this file has %d line ends and signs of YAML, which is the limit", maxSigns)
				return
			}
		}
		if b := s.text[i]; b >= ' ' && b <= '~' { // nearly all of them
			i, column = i+1, column+1
			continue
		}
		r, size := utf8.DecodeRune(s.text[i:])
		at := func() diag.Range { return s.span(line, column, 1) }
		switch {
		case r == utf8.RuneError && size == 1:
			l.Errorf(at(), "yaml-encoding", "save the file as UTF-8", "byte %#02x is not UTF-8", s.text[i])
			return
		case r == '\r' && (i+1 >= len(s.text) || s.text[i+1] != '\n'):
			l.Errorf(at(), "yaml-encoding", "save the file with the line ends of Unix or Windows", "a carriage return stands alone")
			return
		case !printable(r):
			l.Errorf(at(), "yaml-encoding", "remove it; it may be invisible in your editor", "the character %U is not allowed here", r)
			return
		}
		if i, column = i+size, column+1; r == '\n' {
			line, column = line+1, 1
		}
	}
}

// meaning are the bytes that can begin or end something in YAML.
var meaning = func() (means [256]bool) {
	for _, b := range []byte("\n[]{},:?-&*!|>'\"%@`#\t") {
		means[b] = true
	}
	return means
}()

// printable tells the characters of YAML 1.2 §5.1 without those that some programs take for a line end or do not show.
func printable(r rune) bool {
	switch {
	case r == '\t', r == '\n', r == '\r', r >= 0x20 && r <= 0x7e:
		return true
	case r == 0x2028, r == 0x2029, r == 0xfeff:
		return false
	}
	return r >= 0xa0 && r <= 0xd7ff || r >= 0xe000 && r <= 0xfffd || r >= 0x10000
}

func (s *source) top() diag.Range { return s.span(1, 1, 0) }

// span is a stretch of one line. Whatever comes in, the result is inside the file.
func (s *source) span(line, column, length int) diag.Range {
	start := s.clamp(diag.Pos{Line: line, Column: column})
	return s.between(start, diag.Pos{Line: start.Line, Column: start.Column + length})
}

func (s *source) between(start, end diag.Pos) diag.Range {
	start, end = s.clamp(start), s.clamp(end)
	if end.Line < start.Line || end.Line == start.Line && end.Column < start.Column {
		end = start
	}
	return diag.Range{File: s.file, Start: start, End: end}
}

func (s *source) clamp(p diag.Pos) diag.Pos {
	if p.Line > len(s.rows()) {
		return s.clamp(diag.Pos{Line: len(s.rows()), Column: len(s.rows()[len(s.rows())-1]) + 1})
	}
	p.Line = max(1, p.Line)
	p.Column = min(max(1, p.Column), len(s.rows()[p.Line-1])+1)
	return p
}

// scalar is the place of a scalar as it is written, quotes included.
func (s *source) scalar(n *yaml.Node) diag.Range {
	start := s.clamp(diag.Pos{Line: n.Line, Column: n.Column})
	switch {
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return s.between(start, s.blockEnd(start, n.Value))
	case n.Style&yaml.DoubleQuotedStyle != 0:
		return s.between(start, s.quoteEnd(start, '"'))
	case n.Style&yaml.SingleQuotedStyle != 0:
		return s.between(start, s.quoteEnd(start, '\''))
	default:
		return s.between(start, s.plainEnd(start, n.Value))
	}
}

// plainEnd follows the words of an unquoted scalar, which may go on over several lines.
func (s *source) plainEnd(at diag.Pos, value string) diag.Pos {
	end := at
	for word := range strings.FieldsFuncSeq(value, func(r rune) bool { return r == ' ' || r == '\t' || r == '\n' }) {
		at = s.skipBlank(end)
		rest, runes := s.rows()[at.Line-1][at.Column-1:], []rune(word)
		if len(rest) < len(runes) || string(rest[:len(runes)]) != word {
			return end
		}
		end = diag.Pos{Line: at.Line, Column: at.Column + len(runes)}
	}
	return end
}

func (s *source) skipBlank(p diag.Pos) diag.Pos {
	for p.Line <= len(s.rows()) {
		line := s.rows()[p.Line-1]
		for p.Column <= len(line) && (line[p.Column-1] == ' ' || line[p.Column-1] == '\t') {
			p.Column++
		}
		if p.Column <= len(line) || p.Line == len(s.rows()) {
			return p
		}
		p = diag.Pos{Line: p.Line + 1, Column: 1}
	}
	return p
}

// quoteEnd finds the closing quote. In double quotes \" is a quote of the text, in single quotes two of them are.
func (s *source) quoteEnd(start diag.Pos, quote rune) diag.Pos {
	column := start.Column // the index of the rune after the opening quote
	for n := start.Line; n <= len(s.rows()); n, column = n+1, 0 {
		line := s.rows()[n-1]
		for ; column < len(line); column++ {
			switch {
			case quote == '"' && line[column] == '\\':
				column++
			case line[column] == quote && quote == '\'' && column+1 < len(line) && line[column+1] == quote:
				column++
			case line[column] == quote:
				return diag.Pos{Line: n, Column: column + 2}
			}
		}
	}
	return start
}

// blockEnd finds the last line of a text after | or >: the lines that are indented like its first one, or more.
func (s *source) blockEnd(start diag.Pos, value string) diag.Pos {
	end := diag.Pos{Line: start.Line, Column: len(s.rows()[start.Line-1]) + 1}
	if strings.TrimSpace(value) == "" {
		return end
	}
	indent := -1
	for n := start.Line + 1; n <= len(s.rows()); n++ {
		line := string(s.rows()[n-1])
		text := strings.TrimLeft(line, " ")
		if text == "" {
			continue
		}
		if indent < 0 {
			indent = len(line) - len(text)
		}
		if len(line)-len(text) < indent {
			return end
		}
		end = diag.Pos{Line: n, Column: len(s.rows()[n-1]) + 1}
	}
	return end
}

// place is the smallest thing to point at for a value: itself, or its key where it is a map, a list or nothing.
func (s *source) place(key, value *yaml.Node) diag.Range {
	switch {
	case value == nil:
		return s.top()
	case value.Kind == yaml.ScalarNode && (value.Value != "" || value.Style != 0):
		return s.scalar(value)
	case key != nil:
		return s.scalar(key)
	case value.Kind == yaml.MappingNode && value.Style&yaml.FlowStyle == 0 && len(value.Content) > 0 && value.Content[0].Kind == yaml.ScalarNode:
		return s.scalar(value.Content[0])
	default:
		return s.span(value.Line, value.Column, 1)
	}
}

// quoted shows a word of the author in a message, short enough to read.
func quoted(s string) string {
	const maxShown = 60
	shown := 0
	for i := range s {
		if shown++; shown > maxShown {
			s = s[:i] + "…"
			break
		}
	}
	return fmt.Sprintf("%q", s)
}

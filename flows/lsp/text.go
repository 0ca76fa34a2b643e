package lsp

import (
	"sort"
	"strings"
	"unicode/utf8"

	"relevo/engine/diag"
)

// encoding is how positions count within a line: the client chooses one of them when it starts the server.
type encoding string

// LSP 3.17, PositionEncodingKind. utf-16 is what a client that says nothing means.
const (
	utf8Units  encoding = "utf-8"
	utf16Units encoding = "utf-16"
	utf32Units encoding = "utf-32"
)

// units is how many units of the encoding a rune takes. size is its length in bytes.
func (e encoding) units(r rune, size int) int {
	switch {
	case e == utf8Units:
		return size
	case e == utf16Units && r > 0xffff:
		return 2
	}
	return 1
}

// text is a file's content, with the places where its lines begin. Places in it are byte offsets.
type text struct {
	s     string
	lines []int // where the lines of the protocol begin: after \n, \r\n or a lone \r
	feeds []int // where the lines of findings begin: after \n only
}

const byteOrderMark = "\uFEFF"

func newText(s string) text {
	t := text{s: s, lines: []int{0}, feeds: []int{0}}
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\n':
			t.lines, t.feeds = append(t.lines, i+1), append(t.feeds, i+1)
		case s[i] == '\r' && (i+1 == len(s) || s[i+1] != '\n'):
			t.lines = append(t.lines, i+1)
		}
	}
	return t
}

// offset turns a position of the protocol into an offset. Whatever comes in, it lies inside the text and between two runes.
func (t text) offset(p position, e encoding) int {
	if p.Line < 0 {
		return 0
	}
	if p.Line >= len(t.lines) {
		return len(t.s)
	}
	at, left := t.lines[p.Line], p.Character
	for at < len(t.s) && t.s[at] != '\n' && t.s[at] != '\r' && left > 0 {
		r, size := utf8.DecodeRuneInString(t.s[at:])
		if left -= e.units(r, size); left < 0 {
			break
		}
		at += size
	}
	return at
}

// position turns an offset into a position of the protocol.
func (t text) position(offset int, e encoding) position {
	offset = min(max(offset, 0), len(t.s))
	line := sort.SearchInts(t.lines, offset+1) - 1
	n := 0
	for at := t.lines[line]; at < offset; {
		if t.s[at] < utf8.RuneSelf { // most are, and this is where the time goes
			n, at = n+1, at+1
			continue
		}
		r, size := utf8.DecodeRuneInString(t.s[at:])
		n += e.units(r, size)
		at += size
	}
	return position{Line: line, Character: n}
}

func (t text) span(from, to int, e encoding) span {
	return span{t.position(from, e), t.position(max(from, to), e)}
}

// place turns a place of a finding, in runes from 1 and not counting a byte order mark, into an offset.
func (t text) place(p diag.Pos) int {
	if p.Line < 1 {
		return 0
	}
	if p.Line > len(t.feeds) {
		return len(t.s)
	}
	at := t.feeds[p.Line-1]
	if at == 0 && strings.HasPrefix(t.s, byteOrderMark) {
		at = len(byteOrderMark)
	}
	for n := 1; n < p.Column && at < len(t.s) && t.s[at] != '\n'; n++ {
		_, size := utf8.DecodeRuneInString(t.s[at:])
		at += size
	}
	return at
}

// line is the line that an offset lies in, from its begin to its end without the line feed.
func (t text) line(offset int) (from, to int) {
	offset = min(max(offset, 0), len(t.s))
	from = strings.LastIndexByte(t.s[:offset], '\n') + 1
	if to = strings.IndexByte(t.s[offset:], '\n'); to < 0 {
		return from, len(t.s)
	}
	return from, offset + to
}

package lsp

import "strings"

// plainText is what a value says, with the place of each byte in the file: in quotes, some are written in another way.
type plainText struct {
	s  string
	at []int
}

// readPlain takes the quotes off a value.
func readPlain(s string, w word) plainText {
	from, to := w.inner()
	p := plainText{at: make([]int, 0, to-from)}
	text := make([]byte, 0, to-from)
	for i := from; i < to; i++ {
		c, at := s[i], i
		switch {
		case w.quote == '\'' && c == '\'' && i+1 < to: // two of them are one
			i++
		case w.quote == '"' && c == '\\' && i+1 < to && (s[i+1] == '"' || s[i+1] == '\\'):
			i++
			c = s[i]
		}
		text, p.at = append(text, c), append(p.at, at)
	}
	p.s = string(text)
	return p
}

// place is where a part of the text stands in the file.
func (p plainText) place(from, to int) (int, int) {
	if from >= len(p.at) || to <= from {
		return 0, 0
	}
	return p.at[from], p.at[to-1] + 1
}

// A stretch is a part of a text.
type stretch struct{ from, to int }

// expressions are the places of the expressions in a text: the whole of it, or what stands in {{ }}. Braces that are not closed go to the end.
func expressions(s string, whole bool) []stretch {
	if whole {
		return []stretch{{0, len(s)}}
	}
	var all []stretch
	for from := 0; ; {
		open := strings.Index(s[from:], "{{")
		if open < 0 {
			return all
		}
		from += open + 2
		end := closing(s, from)
		all = append(all, stretch{from, end})
		from = min(end+2, len(s))
	}
}

// closing is the place of the }} that ends an expression: not in a text, not the end of a map.
func closing(s string, from int) int {
	depth := 0
	for i := from; i < len(s); {
		switch c := s[i]; {
		case c == '"' || c == '\'' || c == '`':
			i = textEnd(s, i, len(s))
			continue
		case c == '{':
			depth++
		case c == '}' && depth > 0:
			depth--
		case c == '}' && i+1 < len(s) && s[i+1] == '}':
			return i
		}
		i++
	}
	return len(s)
}

// A name is a word of an expression that is not a part of a text.
type name struct {
	text     string
	from, to int
	member   bool   // it stands behind a dot
	call     bool   // an opening bracket follows
	next     string // the member that follows
	nextTo   int
}

// words of the language of expressions.
var reserved = map[string]bool{"and": true, "or": true, "not": true, "in": true, "true": true, "false": true, "nil": true, "matches": true, "contains": true, "startsWith": true, "endsWith": true}

// names reads an expression up to where it ends.
func names(s string, from, to int) []name {
	var all []name
	for i := from; i < to; {
		switch c := s[i]; {
		case c == '"' || c == '\'' || c == '`':
			i = textEnd(s, i, to)
		case letter(c):
			n := readName(s, from, i, to)
			if !reserved[n.text] || n.member {
				all = append(all, n)
			}
			i = n.to
		case c >= '0' && c <= '9': // a number, a length of time
			for i < to && (letter(s[i]) || s[i] >= '0' && s[i] <= '9') {
				i++
			}
		default:
			i++
		}
	}
	return all
}

func letter(c byte) bool { return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func wordEnd(s string, i, to int) int {
	for i < to && (letter(s[i]) || s[i] >= '0' && s[i] <= '9') {
		i++
	}
	return i
}

func readName(s string, start, i, to int) name {
	n := name{from: i, to: wordEnd(s, i, to)}
	n.text = s[n.from:n.to]
	before := strings.TrimRight(s[start:i], " \n\r\t")
	n.member = strings.HasSuffix(before, ".") && !strings.HasSuffix(before, "..")
	after := n.to
	for after < to && (s[after] == ' ' || s[after] == '\n') {
		after++
	}
	if after < to && s[after] == '(' {
		n.call = true
	}
	if after < to && s[after] == ':' && isKeyOfMap(before) {
		n.member = true
	}
	if after < to && s[after] == '?' && after+1 < to && s[after+1] == '.' {
		after++
	}
	if after < to && s[after] == '.' {
		n.nextTo = wordEnd(s, after+1, to)
		n.next = s[after+1 : n.nextTo]
	}
	return n
}

// isKeyOfMap tells a word before a colon that is the key of a map in an expression, and not a part of a ? b : c.
func isKeyOfMap(before string) bool {
	return strings.HasSuffix(before, "{") || strings.HasSuffix(before, ",")
}

// textEnd is the place behind a text in quotes.
func textEnd(s string, start, to int) int {
	for i := start + 1; i < to; i++ {
		switch {
		case s[i] == s[start]:
			return i + 1
		case s[i] == '\\' && s[start] != '`':
			i++
		}
	}
	return to
}

package lsp

import "strings"

// A stretch is a part of a text.
type stretch struct{ from, to int }

// expressions are the places of the expressions in a value: the whole of it, or what stands in {{ }}. Braces that are not closed go to the end.
func expressions(s string, w word, whole bool) []stretch {
	from, to := w.inner()
	if whole {
		return []stretch{{from, to}}
	}
	var all []stretch
	for {
		open := strings.Index(s[from:to], "{{")
		if open < 0 {
			return all
		}
		from += open + 2
		end := strings.Index(s[from:to], "}}")
		if end < 0 {
			return append(all, stretch{from, to})
		}
		all = append(all, stretch{from, from + end})
		from += end + 2
	}
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

// names reads an expression, as it is written in the file, up to where it ends.
func names(s string, from, to int) []name {
	var all []name
	for i := from; i < to; {
		switch c := s[i]; {
		case c == '"' || c == '\'' || c == '`' || c == '\\' && i+1 < to && s[i+1] == '"':
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

// textEnd is the place behind a text in quotes. In a value in double quotes, the quotes of the expression are written \".
func textEnd(s string, i, to int) int {
	quote := s[i : i+1]
	if quote == `\` {
		quote = `\"`
	}
	i += len(quote)
	for i < to {
		switch {
		case strings.HasPrefix(s[i:to], quote):
			return i + len(quote)
		case s[i] == '\\' && quote != "`":
			i += 2
		default:
			i++
		}
	}
	return to
}

package lsp

import (
	"strings"

	"relevo/flows"
)

// A node is a value of a flow file as it is written, with the key that it has in its map. The outline of a file is made of lines and brackets
// alone, so that there is one at every moment: while people type, a file is hardly ever YAML.
type node struct {
	parent *node
	kids   []*node
	key    word // the zero word for the items of a list, and for the root
	val    word // of a text, a number and the like; the zero word for maps and lists
	item   bool // an item of a list
	bare   bool // a key that has no colon yet
	flow   bool // a map or a list in brackets
	indent int  // the column of the key or of the dash, in bytes from 0
	from   int  // where it begins, key included
	to     int  // where it ends
}

// A word is a scalar: what it says, and where it is written, quotes included.
type word struct {
	text     string
	from, to int
	quote    byte // ' or ", | or > before a block of lines, 0 without quotes
}

func (w word) holds(offset int) bool { return w.to > 0 && w.from <= offset && offset <= w.to }

// inner is the place of a word without its quotes.
func (w word) inner() (from, to int) {
	if (w.quote == '"' || w.quote == '\'') && w.to-w.from >= 2 {
		return w.from + 1, w.to - 1
	}
	return w.from, w.to
}

// path is the keys that lead to a node, from the root; "-" stands for the items of a list.
func (n *node) path() []string {
	if n == nil || n.parent == nil {
		return nil
	}
	if n.item {
		return append(n.parent.path(), "-")
	}
	return append(n.parent.path(), n.key.text)
}

// get is the value of a key, or nil.
func (n *node) get(keys ...string) *node {
	for _, key := range keys {
		if n = n.child(key); n == nil {
			return nil
		}
	}
	return n
}

func (n *node) child(key string) *node {
	if n == nil {
		return nil
	}
	for _, kid := range n.kids {
		if !kid.item && kid.key.text == key {
			return kid
		}
	}
	return nil
}

// walk visits a node and all that is in it, in the order of the file.
func (n *node) walk(visit func(*node)) {
	visit(n)
	for _, kid := range n.kids {
		kid.walk(visit)
	}
}

// find is the innermost node that holds an offset.
func (n *node) find(offset int) *node {
	for _, kid := range n.kids {
		if kid.from <= offset && offset <= kid.to {
			if inner := kid.find(offset); inner != nil {
				return inner
			}
			return kid
		}
	}
	return nil
}

// Limits of what the outline takes for a flow, so that no file makes an answer slow.
const (
	maxLineBytes = 32 << 10 // a text in one language has up to 4,096 characters
	maxNodes     = 50_000   // 500 states have some 10,000
)

// outline reads a file. One that is too long to be a flow has an empty outline, one with too many entries that of its begin.
func outline(s string) *node {
	root := &node{indent: -1, to: len(s)}
	if len(s) > flows.MaxFileBytes || longestLine(s) > maxLineBytes {
		return root
	}
	p := outliner{s: s}
	if strings.HasPrefix(s, byteOrderMark) {
		p.at = len(byteOrderMark)
	}
	p.block(root, 0)
	return root
}

func longestLine(s string) int {
	longest := 0
	for line := range strings.SplitSeq(s, "\n") {
		longest = max(longest, len(line))
	}
	return longest
}

type outliner struct {
	s     string
	at    int
	nodes int
}

// add makes a node, and ends the reading where there are too many.
func (p *outliner) add(parent *node, item bool, indent int) *node {
	n := &node{parent: parent, from: p.at, indent: indent, item: item}
	parent.kids = append(parent.kids, n)
	if p.nodes++; p.nodes > maxNodes {
		p.at = len(p.s)
	}
	return n
}

// block reads the lines of a map or a list: those that are indented more than the node, and the dashes of a list below its key.
func (p *outliner) block(n *node, depth int) {
	for p.nextLine() {
		column := p.column()
		if column < n.indent || column == n.indent && (n.item || !p.dash() || n.val.to > 0) {
			return
		}
		if column == n.indent && len(n.kids) > 0 && !n.kids[0].item {
			return
		}
		if !p.whole(n, depth) {
			p.entry(n, depth+1)
		}
	}
}

// whole reads a value that stands on lines of its own, below its key. A single word there is a key that is being typed.
func (p *outliner) whole(n *node, depth int) bool {
	if len(n.kids) > 0 || n.val.to > 0 {
		return false
	}
	start := p.at
	if _, isKey := p.key(n.indent); isKey || p.dash() {
		p.at = start
		return false
	}
	line := p.plain("")
	if p.at = start; strings.IndexByte("{[\"'", p.s[start]) < 0 && !strings.Contains(line.text, " ") {
		return false
	}
	p.value(n, depth)
	return true
}

// nextLine goes to the next character that is content. At the begin of a line that is its first one.
func (p *outliner) nextLine() bool {
	for p.at < len(p.s) {
		p.blanks()
		switch rest := p.s[p.at:]; {
		case rest == "":
			return false
		case rest[0] == '\n' || rest[0] == '\r':
			p.at++
		case rest[0] == '#', p.column() == 0 && (strings.HasPrefix(rest, "---") || strings.HasPrefix(rest, "...") || rest[0] == '%'):
			p.at = p.lineEnd()
		default:
			return true
		}
	}
	return false
}

func (p *outliner) blanks() {
	for p.at < len(p.s) && (p.s[p.at] == ' ' || p.s[p.at] == '\t') {
		p.at++
	}
}

func (p *outliner) lineEnd() int {
	if n := strings.IndexByte(p.s[p.at:], '\n'); n >= 0 {
		return p.at + n
	}
	return len(p.s)
}

func (p *outliner) column() int {
	start := strings.LastIndexByte(p.s[:p.at], '\n') + 1
	if start == 0 && strings.HasPrefix(p.s, byteOrderMark) {
		start = len(byteOrderMark)
	}
	return p.at - start
}

func (p *outliner) dash() bool {
	return p.s[p.at] == '-' && (p.at+1 == len(p.s) || strings.ContainsRune(" \t\r\n", rune(p.s[p.at+1])))
}

// entry reads an item or a key with its value, beginning at its first character.
func (p *outliner) entry(parent *node, depth int) {
	n := p.add(parent, false, p.column())
	defer func() { n.to = max(n.to, p.trimmed(n.from)) }()
	if depth > flows.MaxDepth || p.at == len(p.s) {
		p.at = p.lineEnd()
		return
	}
	if p.dash() {
		n.item = true
		p.at++
		p.item(n, depth)
		return
	}
	key, ok := p.key(n.indent)
	if !ok {
		n.bare, n.key = true, p.plain(":")
		p.at = p.lineEnd()
		return
	}
	n.key = key
	p.value(n, depth)
}

// trimmed is where what was read ends, without blanks and line ends behind it.
func (p *outliner) trimmed(from int) int {
	return from + len(strings.TrimRight(p.s[from:p.at], " \t\r\n"))
}

// item reads what follows a dash. Keys behind it, and on the lines below, are those of a map in the list.
func (p *outliner) item(n *node, depth int) {
	p.blanks()
	if p.at == p.lineEnd() || p.s[p.at] == '\r' || p.s[p.at] == '#' {
		p.block(n, depth)
		return
	}
	start := p.at
	_, isKey := p.key(n.indent)
	p.at = start
	if isKey || p.dash() {
		p.entry(n, depth+1)
		p.block(n, depth)
		return
	}
	p.value(n, depth)
}

// key reads a key and its colon. ok is false where there is none; nothing is read then.
func (p *outliner) key(indent int) (key word, ok bool) {
	start := p.at
	switch p.s[p.at] {
	case '{', '[':
		return word{}, false
	case '"', '\'':
		key = p.quoted(indent)
	default:
		key = p.plain(":")
	}
	p.blanks()
	if key.to > key.from && p.colon() {
		p.at++
		return key, true
	}
	p.at = start
	return word{}, false
}

// colon tells a colon that ends a key.
func (p *outliner) colon() bool {
	return p.at < len(p.s) && p.s[p.at] == ':' && (p.at+1 == len(p.s) || strings.ContainsRune(" \t\r\n", rune(p.s[p.at+1])))
}

// value reads what stands behind a colon or a dash.
func (p *outliner) value(n *node, depth int) {
	p.blanks()
	end := p.lineEnd()
	switch {
	case p.at == end || p.s[p.at] == '#' || p.s[p.at] == '\r':
		p.block(n, depth)
	case p.s[p.at] == '|' || p.s[p.at] == '>':
		p.literal(n)
	case p.s[p.at] == '{' || p.s[p.at] == '[':
		p.brackets(n, n.indent, depth)
		p.at = p.lineEnd()
	case p.s[p.at] == '"' || p.s[p.at] == '\'':
		n.val = p.quoted(n.indent)
		p.at = p.lineEnd()
	default:
		n.val = p.lines(n.indent)
	}
}

// lines reads a text without quotes, which may go on over several lines.
func (p *outliner) lines(indent int) word {
	w := p.plain("")
	for {
		end := p.lineEnd()
		if rest := strings.TrimLeft(p.s[p.at:end], " \t"); strings.HasPrefix(rest, "#") {
			p.at = end
			return w
		}
		p.at = end
		next := outliner{s: p.s, at: p.at}
		if !next.nextContent() || next.column() <= indent {
			return w
		}
		if _, isKey := next.key(indent); isKey || next.dash() {
			return w
		}
		more := next.plain("")
		w = word{text: w.text + " " + more.text, from: w.from, to: more.to}
		p.at = next.at
	}
}

// nextContent is nextLine that stops at a comment.
func (p *outliner) nextContent() bool {
	for p.at < len(p.s) && strings.ContainsRune(" \t\r\n", rune(p.s[p.at])) {
		p.at++
	}
	return p.at < len(p.s) && p.s[p.at] != '#'
}

// literal reads the lines after | or >.
func (p *outliner) literal(n *node) {
	from, quote := p.at, p.s[p.at]
	p.at = p.lineEnd()
	begin := p.at
	for p.at < len(p.s) {
		next := outliner{s: p.s, at: p.at + 1}
		end := next.lineEnd()
		next.blanks()
		if next.at < end && p.s[next.at] != '\r' && next.column() <= n.indent {
			break
		}
		p.at = end
	}
	to := begin + len(strings.TrimRight(p.s[begin:p.at], " \t\r\n"))
	n.val = word{text: strings.TrimSpace(p.s[begin:to]), from: from, to: max(to, from+1), quote: quote}
}

// plain reads a text without quotes up to the end of the line, a comment, or a colon that ends a key where stop is ":". In brackets stop is ",".
func (p *outliner) plain(stop string) word {
	from := p.at
	for p.at < len(p.s) {
		c := p.s[p.at]
		if c == '\n' || c == '#' && p.at > from && (p.s[p.at-1] == ' ' || p.s[p.at-1] == '\t') || stop != "" && p.colon() {
			break
		}
		if stop == "," && (strings.IndexByte(",{}[]", c) >= 0 || c == ':' && p.at+1 < len(p.s) && strings.IndexByte(",{}[]", p.s[p.at+1]) >= 0) {
			break
		}
		p.at++
	}
	s := strings.TrimRight(p.s[from:p.at], " \t\r")
	return word{text: s, from: from, to: from + len(s)}
}

// quoted reads a text in quotes. One that is never closed ends with its line.
func (p *outliner) quoted(indent int) word {
	from, quote := p.at, p.s[p.at]
	for p.at++; p.at < len(p.s); p.at++ {
		switch c := p.s[p.at]; {
		case c == '\\' && quote == '"':
			p.at++
		case c == quote && quote == '\'' && p.at+1 < len(p.s) && p.s[p.at+1] == quote:
			p.at++
		case c == quote:
			p.at++
			return word{text: unquote(p.s[from:p.at]), from: from, to: p.at, quote: quote}
		case c == '\n' && !p.goesOn(indent):
			return p.unclosed(from)
		}
	}
	return p.unclosed(from)
}

func (p *outliner) unclosed(from int) word {
	p.at = from
	p.at = p.lineEnd()
	s := strings.TrimRight(p.s[from:p.at], " \t\r")
	return word{text: s[1:], from: from, to: from + len(s)}
}

// goesOn tells that the line behind this line end belongs to what is open: it is indented more than the key, or begins with a closing bracket.
func (p *outliner) goesOn(indent int) bool {
	next := outliner{s: p.s, at: p.at}
	for next.at < len(next.s) && strings.ContainsRune(" \t\r\n", rune(next.s[next.at])) {
		next.at++
	}
	return next.at < len(next.s) && (next.column() > indent || next.s[next.at] == '}' || next.s[next.at] == ']')
}

var escapes = strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\n`, "\n", `\t`, "\t")

// unquote is what a text in quotes says. Escapes that no name has are left as they are.
func unquote(s string) string {
	inner := s[1 : len(s)-1]
	if s[0] == '\'' {
		return strings.ReplaceAll(inner, "''", "'")
	}
	return escapes.Replace(inner)
}

// brackets reads a map or a list in brackets. One that is never closed ends before the line that can not belong to it.
func (p *outliner) brackets(n *node, indent, depth int) {
	n.flow = true
	isMap := p.s[p.at] == '{'
	if depth > flows.MaxDepth {
		p.at = len(p.s)
		return
	}
	p.at++
	for p.inside(indent) {
		switch c := p.s[p.at]; {
		case c == '}' || c == ']':
			p.at++
			return
		case c == ',':
			p.at++
		default:
			p.member(n, isMap, indent, depth)
		}
	}
}

// inside skips what is between the members of a map or list in brackets.
func (p *outliner) inside(indent int) bool {
	for p.at < len(p.s) {
		switch c := p.s[p.at]; {
		case c == '\n' && !p.goesOn(indent):
			return false
		case c == '#' && p.at > 0 && strings.IndexByte(" \t\n", p.s[p.at-1]) >= 0:
			p.at = p.lineEnd()
		case strings.IndexByte(" \t\r\n", c) >= 0:
			p.at++
		default:
			return true
		}
	}
	return false
}

// member reads one member of a map or a list in brackets.
func (p *outliner) member(n *node, isMap bool, indent, depth int) {
	kid := p.add(n, !isMap, indent)
	defer func() { kid.to = max(kid.to, p.trimmed(kid.from)) }()
	if p.at == len(p.s) {
		return
	}
	if !isMap {
		p.flowValue(kid, indent, depth)
		return
	}
	if c := p.s[p.at]; c == '"' || c == '\'' {
		kid.key = p.quoted(indent)
	} else {
		kid.key = p.flowPlain(indent)
	}
	p.blanks()
	if p.at >= len(p.s) || p.s[p.at] != ':' {
		kid.bare = true
		p.advance(kid.from)
		return
	}
	p.at++
	if p.inside(indent) && strings.IndexByte(",}]", p.s[p.at]) < 0 {
		p.flowValue(kid, indent, depth)
	}
}

func (p *outliner) flowValue(n *node, indent, depth int) {
	start := p.at
	switch p.s[p.at] {
	case '{', '[':
		p.brackets(n, indent, depth+1)
	case '"', '\'':
		n.val = p.quoted(indent)
	default:
		n.val = p.flowPlain(indent)
	}
	p.advance(start)
}

// advance goes on behind a character that nothing was made of.
func (p *outliner) advance(start int) {
	if p.at == start && p.at < len(p.s) {
		p.at++
	}
}

// flowPlain reads a text without quotes in brackets, which may go on over several lines.
func (p *outliner) flowPlain(indent int) word {
	w := p.plain(",")
	for p.at < len(p.s) && p.s[p.at] == '\n' && p.goesOn(indent) {
		next := outliner{s: p.s, at: p.at}
		if !next.nextContent() || strings.IndexByte(",{}[]\"':", next.s[next.at]) >= 0 {
			return w
		}
		more := next.plain(",")
		w = word{text: strings.TrimSpace(w.text + " " + more.text), from: w.from, to: more.to}
		p.at = next.at
	}
	return w
}

package flows

import (
	"errors"
	"math"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"relevo/engine/diag"
)

// parse reads the YAML of a source. root is nil when there is nothing to go on with.
func parse(s *source, l *diag.List) (root *yaml.Node) {
	var document yaml.Node
	err := yaml.Load(s.text, &document, yaml.WithPlugin(depthLimit{}))
	if err != nil {
		reportSyntax(s, l, err)
		return nil
	}
	if document.Kind != yaml.DocumentNode || len(document.Content) != 1 {
		l.Errorf(s.top(), "yaml-documents", "write one flow in the file", "this file is empty")
		return nil
	}
	return document.Content[0]
}

var errTooDeep = errors.New("nested too deeply")

// What the parser says of no document and of several.
const (
	noDocument       = "no documents in stream"
	severalDocuments = "found multiple"
)

// depthLimit stops the parser before a file of brackets costs time.
type depthLimit struct{}

// CheckDepth refuses more than MaxDepth lists and maps inside each other.
func (depthLimit) CheckDepth(depth int, _ *yaml.DepthContext) error {
	if depth > MaxDepth {
		return errTooDeep
	}
	return nil
}

// CheckAlias has nothing to limit: a tree of nodes keeps aliases as they are, and allowed refuses them.
func (depthLimit) CheckAlias(int, int) error { return nil }

// syntax says in plain words what the parser found. The first row whose text is part of the parser's message counts.
var syntax = []struct {
	found   string // in the parser's message
	context string // in the parser's context; the place is then where that began
	sign    rune   // what stands at the place; 0: anything
	message string
	hint    string
}{
	{"mapping values are not allowed", "", 0, "there is a colon where none can be", "put the text in quotes if the colon is part of it; otherwise check how far the line is indented"},
	{"did not find expected ',' or ']'", "flow sequence", 0, "this list is not closed, or a comma is missing in it", "end it with ], and put texts with commas, colons or brackets in quotes"},
	{"did not find expected ',' or '}'", "flow mapping", 0, "this map is not closed, or a comma is missing in it", "end it with }, and put texts with commas, colons or braces in quotes"},
	{"unexpected end of stream", "quoted scalar", 0, "this quote is never closed", "add the closing quote"},
	{"unexpected document indicator", "quoted scalar", 0, "this quote is never closed", "add the closing quote"},
	{"tab character", "", 0, "a tab can not indent a line", "use spaces"},
	{"cannot start any token", "", '\t', "a tab can not indent a line", "use spaces"},
	{"cannot start any token", "", 0, "a text can not begin with this character", "put the text in quotes"},
	{"unknown escape character", "", 0, "\\ and this letter have no meaning in double quotes", "write \\\\ for a backslash, or use single quotes"},
	{"could not find expected ':'", "", 0, "a key has no colon", "write a colon and a space behind the key"},
	{"did not find expected key", "", 0, "this does not fit what stands before it", "check how far the line is indented, and that quotes are closed here and on the lines before"},
	{"did not find expected '-' indicator", "", 0, "this is not an item of the list before it", "begin with a dash, in the same column as the other items"},
	{"block sequence entries are not allowed", "", 0, "a list can not begin here", "write its first dash on a line of its own"},
}

func reportSyntax(s *source, l *diag.List, err error) {
	message := err.Error()
	switch {
	case strings.Contains(message, noDocument):
		l.Errorf(s.top(), "yaml-documents", "write one flow in the file", "this file is empty")
		return
	case strings.Contains(message, severalDocuments):
		l.Errorf(s.secondDocument(), "yaml-documents", "write one flow in each file", "a second document begins here")
		return
	}
	var le *yaml.LoadError
	if !errors.As(err, &le) {
		l.Errorf(s.top(), "yaml-syntax", "", "this file is not YAML: %s", message)
		return
	}
	at := s.mark(le.Mark.Line, le.Mark.Column)
	switch {
	case le.Message == errTooDeep.Error():
		l.Errorf(at, "yaml-too-deep", "move parts into states of their own", "lists and maps are more than %d deep here", MaxDepth)
		return
	case strings.Contains(le.Message, "unknown anchor"):
		l.Errorf(at, "yaml-alias", "write the value itself", "aliases are not part of the flow language")
		return
	}
	if open, found := s.openQuote(le.Mark.Line); found {
		l.Errorf(open, "yaml-syntax", "add the closing quote", "this quote is never closed")
		return
	}
	if s.keyAbove(l, le) {
		return
	}
	for _, row := range syntax {
		if !strings.Contains(le.Message, row.found) || !strings.Contains(le.ContextMsg, row.context) || row.sign != 0 && row.sign != s.rune(le.Mark) {
			continue
		}
		if row.context != "" {
			at = s.mark(le.ContextMark.Line, le.ContextMark.Column)
		}
		l.Errorf(at, "yaml-syntax", row.hint, "%s", row.message)
		return
	}
	l.Errorf(at, "yaml-syntax", "check the quotes, the colons and the indentation around this place", "this is not YAML: %s", le.Message)
}

// keyAtStart is how a line begins that holds a key: a text that goes over such lines has mostly lost its closing quote.
var keyAtStart = regexp.MustCompile(`^\s*(- )?[a-z_][a-z0-9_.]*:( |$)`)

// halfKey is a line that was to be a key: its colon is not there, or has no space behind it. A web address is none.
var halfKey = regexp.MustCompile(`^\s*(?:- )?([a-z_][a-z0-9_.]*)(?:\s*$|:[^\s/])`)

// keyAbove reports the half key on the line above a colon that the parser does not expect: to the parser both lines are one text.
func (s *source) keyAbove(l *diag.List, le *yaml.LoadError) bool {
	n := min(le.Mark.Line-1, len(s.lines))
	if n < 1 || !strings.Contains(le.Message, "mapping values are not allowed") {
		return false
	}
	line := string(s.lines[n-1])
	key := halfKey.FindStringSubmatchIndex(line)
	if key == nil || !keyAtStart.MatchString(string(s.rows()[n])) {
		return false
	}
	message := "a key has no colon"
	if key[3] < len(line) && line[key[3]] == ':' {
		message = "there is no space behind the colon of a key"
	}
	l.Errorf(s.span(n, key[2]+1, key[3]-key[2]), "yaml-syntax", "write a colon and a space behind the key", "%s", message)
	return true
}

// openQuote finds the quote that an earlier line opens and forgets to close, where the parser gives up on a line far behind it: the text has then
// swallowed lines that begin with keys, up to the next quote.
func (s *source) openQuote(upTo int) (at diag.Range, found bool) {
	for n := 1; n < min(upTo, len(s.lines)); n++ {
		column, quote := opensText(s.lines[n-1])
		if quote == 0 {
			continue
		}
		end := s.quoteEnd(diag.Pos{Line: n, Column: column}, quote)
		if end.Line > n && keyAtStart.MatchString(string(s.lines[n])) {
			return s.span(n, column, 1), true
		}
		n = max(n, end.Line) // a text over several lines
	}
	return diag.Range{}, false
}

// opensText finds a quote with which the value of a line begins and that the line does not close. quote is 0 where there is none.
func opensText(line []rune) (column int, quote rune) {
	before := ' '
	for i := 0; i < len(line); i++ {
		r := line[i]
		switch {
		case r == '#' && before == ' ':
			return 0, 0
		case (r == '"' || r == '\'') && strings.ContainsRune(" [{,", before):
			end := closingQuote(line, i)
			if end < 0 {
				return i + 1, r
			}
			i = end
		}
		before = line[i]
	}
	return 0, 0
}

// closingQuote is the index of the quote that closes the one at start on the same line, or -1.
func closingQuote(line []rune, start int) int {
	quote := line[start]
	for i := start + 1; i < len(line); i++ {
		switch {
		case quote == '"' && line[i] == '\\':
			i++
		case line[i] == quote && quote == '\'' && i+1 < len(line) && line[i+1] == quote:
			i++
		case line[i] == quote:
			return i
		}
	}
	return -1
}

// rune is the character at a place of the parser, 0 outside the file.
func (s *source) rune(at yaml.Mark) rune {
	if at.Line < 1 || at.Line > len(s.rows()) || at.Column < 1 || at.Column > len(s.rows()[at.Line-1]) {
		return 0
	}
	return s.rows()[at.Line-1][at.Column-1]
}

func (s *source) mark(line, column int) diag.Range { return s.span(line, column, 1) }

// secondDocument finds where a document begins after the first one: at --- after content, or at content after "...".
func (s *source) secondDocument() diag.Range {
	content, ended := false, false
	for i, runes := range s.rows() {
		line := strings.TrimRight(string(runes), " \t")
		marker, _, _ := strings.Cut(line, " ")
		switch {
		case line == "", strings.HasPrefix(line, "#"), !content && strings.HasPrefix(line, "%"):
		case marker == "---" && content, ended:
			return s.span(i+1, 1, len(runes))
		case marker == "...":
			ended = content
		default:
			content = marker != "---" || line != "---" || content
		}
	}
	return s.span(len(s.rows()), 1, 1)
}

// tree checks what a flow may use of YAML and turns nodes into the plain values that JSON Schema knows.
type tree struct {
	src      *source
	findings *diag.List
	stop     bool // something was found that makes the values meaningless
}

// value turns a node into nil, bool, int64, float64, string, []any or map[string]any.
func (t *tree) value(n *yaml.Node, depth int) any {
	if !t.allowed(n, depth) {
		return nil
	}
	switch n.Kind {
	case yaml.MappingNode:
		return t.mapping(n, depth)
	case yaml.SequenceNode:
		items := make([]any, 0, len(n.Content))
		for _, item := range n.Content {
			items = append(items, t.value(item, depth+1))
		}
		return items
	default:
		return t.scalar(n)
	}
}

// allowed reports anchors, aliases, tags, too many levels and too many entries.
func (t *tree) allowed(n *yaml.Node, depth int) bool {
	at := func() diag.Range { return t.src.mark(n.Line, n.Column) }
	switch {
	case depth > MaxDepth:
		t.findings.Errorf(at(), "yaml-too-deep", "move parts into states of their own", "lists and maps are more than %d deep here", MaxDepth)
	case len(n.Content) > 2*maxEntries:
		t.findings.Errorf(at(), "too-many", "split the flow in two", "this list or map has more than %d entries", maxEntries)
	case n.Kind == yaml.AliasNode:
		t.findings.Errorf(t.src.span(n.Line, n.Column, 1+len([]rune(n.Value))), "yaml-alias", "write the value itself", "aliases are not part of the flow language")
	case n.Anchor != "":
		t.findings.Errorf(at(), "yaml-alias", "remove the & and the name behind it", "anchors are not part of the flow language")
	case n.Style&yaml.TaggedStyle != 0, t.src.rune(yaml.Mark{Line: n.Line, Column: n.Column}) == '!': // "!" alone has no style
		t.findings.Errorf(at(), "yaml-tag", "remove the tag; put the value in quotes if it is a text", "tags such as !!str are not part of the flow language")
	default:
		return true
	}
	t.stop = true
	return false
}

func (t *tree) mapping(n *yaml.Node, depth int) any {
	m := make(map[string]any, len(n.Content)/2)
	first := make(map[string]*yaml.Node, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, val := n.Content[i], n.Content[i+1]
		if !t.key(n, key, depth) {
			continue
		}
		v := t.value(val, depth+1)
		if before, twice := first[key.Value]; twice {
			t.findings.Errorf(t.src.scalar(key), "duplicate-key", "the first one is on line "+strconv.Itoa(before.Line)+"; rename or remove one", "%s is there twice", quoted(key.Value))
			continue
		}
		first[key.Value], m[key.Value] = key, v
	}
	return m
}

func (t *tree) key(parent, key *yaml.Node, depth int) bool {
	at := func() diag.Range { return t.src.mark(key.Line, key.Column) }
	switch {
	case key.Kind == yaml.MappingNode && parent.Style&yaml.FlowStyle != 0:
		t.findings.Errorf(t.src.mark(parent.Line, parent.Column), "wrong-type", `put it in quotes: "{{ … }}"`, "braces make a map here, not a text")
	case key.Tag == "!!merge":
		t.findings.Errorf(at(), "yaml-alias", "write the keys themselves", "merging maps with << is not part of the flow language")
	case key.Kind == yaml.MappingNode || key.Kind == yaml.SequenceNode:
		t.findings.Errorf(at(), "wrong-type", "write a word", "a key can not be a map or a list")
	default:
		return t.allowed(key, depth)
	}
	t.stop = true
	return false
}

// Words and numbers that other readers of YAML take for something else.
var (
	yaml11Bool  = regexp.MustCompile(`^(?i:y|yes|n|no|on|off)$`)
	yaml11Sixty = regexp.MustCompile(`^[-+]?[1-9][0-9]*(:[0-5]?[0-9])+$`)
	yaml11Date  = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9:.+Z -]*)?$`)
	plainNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)
)

func (t *tree) scalar(n *yaml.Node) any {
	switch n.Tag {
	case "!!null":
		return nil
	case "!!bool":
		return strings.EqualFold(n.Value, "true")
	case "!!int", "!!float":
		return t.number(n)
	}
	if n.Style == 0 {
		t.ambiguous(n)
	}
	return n.Value
}

// maxAmbiguous is the length up to which a text may look like something else.
const maxAmbiguous = 40

// ambiguous reports a text without quotes that readers of YAML 1.1 take for something else.
func (t *tree) ambiguous(n *yaml.Node) {
	switch {
	case len(n.Value) > maxAmbiguous:
	case yaml11Sixty.MatchString(n.Value):
		t.findings.Warnf(t.src.scalar(n), "yaml-ambiguous", "put it in quotes: "+quoted(n.Value), "%s is a text here, but other programs read it as a number of seconds or minutes", n.Value)
	case yaml11Date.MatchString(n.Value):
		t.findings.Warnf(t.src.scalar(n), "yaml-ambiguous", "put it in quotes: "+quoted(n.Value), "%s is a text here, but other programs read it as a date", n.Value)
	case yaml11Bool.MatchString(n.Value):
		t.findings.Warnf(t.src.scalar(n), "yaml-ambiguous", "put it in quotes: "+quoted(n.Value), "%s is a text here, but other programs read it as true or false", n.Value)
	}
}

func (t *tree) number(n *yaml.Node) any {
	if !plainNumber.MatchString(n.Value) {
		t.findings.Warnf(t.src.scalar(n), "yaml-ambiguous", "put it in quotes if it is a text; write numbers in plain digits", "%s may be read as another number than it seems", n.Value)
	}
	if i, err := strconv.ParseInt(n.Value, 10, 64); err == nil && n.Tag == "!!int" {
		return i
	}
	var f float64
	if err := n.Decode(&f); err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return n.Value
	}
	return f
}

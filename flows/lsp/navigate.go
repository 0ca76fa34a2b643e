package lsp

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"relevo/engine"
)

// markAt is the name at a place, or nil.
func (d *doc) markAt(offset int) *mark {
	for i := range d.marks {
		if m := &d.marks[i]; m.from <= offset && offset <= m.to {
			return m
		}
	}
	return nil
}

// same are the places of a file that mean what m means.
func (d *doc) same(m mark) []mark {
	var found []mark
	for _, other := range d.marks {
		if other.kind == m.kind && other.name == m.name || isChoice(m) && isChoice(other) && other.name == m.name && other.scope == m.scope {
			found = append(found, other)
		}
	}
	if m.kind == kindEvent || m.kind == kindChoice {
		found = slices.DeleteFunc(found, func(other mark) bool { return other.scope != m.scope })
	}
	return found
}

// isChoice tells a choice and the event of its name, which mean the same within a state.
func isChoice(m mark) bool { return m.kind == kindChoice || m.kind == kindEvent }

// origin is the place that introduces what m means: a state, a slot, a choice. nil where the file has none.
func (d *doc) origin(m mark) *mark {
	same := d.same(m)
	for i := range same {
		if same[i].defines() {
			return &same[i]
		}
	}
	for i := range same {
		if m.kind == kindSlot && same[i].role == "ask" {
			return &same[i] // a question with choices declares its slot
		}
	}
	return nil
}

func (s *server) location(d *doc, from, to int) location {
	return location{URI: d.uri, Range: d.text.span(from, to, s.encoding)}
}

// asked finds the file and the name that a request is about. m is nil where there is no name.
func (s *server) asked(p at) (d *doc, m *mark, offset int, failed *responseError) {
	if d, failed = s.opened(p.TextDocument.URI); failed != nil {
		return nil, nil, 0, failed
	}
	offset = d.text.offset(p.Position, s.encoding)
	return d, d.markAt(offset), offset, nil
}

func (s *server) definition(p at) ([]location, *responseError) {
	d, m, _, failed := s.asked(p)
	if failed != nil || m == nil {
		return nil, failed
	}
	switch m.kind {
	case kindScript, kindFunction:
		return s.scriptPlace(d, *m), nil
	case kindFlow:
		return s.flowPlace(d, m.name), nil
	}
	if o := d.origin(*m); o != nil {
		return []location{s.location(d, o.from, o.to)}, nil
	}
	return nil, nil
}

// scriptPlace is the file of a script, or the place in it where a function begins.
func (s *server) scriptPlace(d *doc, m mark) []location {
	script, fn, _ := strings.Cut(strings.TrimSuffix(m.name, ".js"), ".")
	file := s.scriptFile(d, script)
	if file == nil {
		return nil
	}
	from, to, _ := functionPlace(file.text.s, fn)
	return []location{s.location(file, from, to)}
}

// scriptFile is the file of a script of the project that a flow belongs to, or nil.
func (s *server) scriptFile(d *doc, script string) *doc {
	if b := s.around(d); b != nil {
		for path := range b.files {
			if filepath.Base(path) == script+".js" {
				return s.file(b, path)
			}
		}
	}
	return nil
}

// functionPlace finds the name of an exported function, with the comment above it and its parameters.
func functionPlace(code, fn string) (from, to int, head string) {
	if fn == "" {
		return 0, 0, ""
	}
	name := regexp.QuoteMeta(fn)
	for _, pattern := range []string{
		`(?m)^[ \t]*(?:export[ \t]+)?function[ \t]+(` + name + `)[ \t]*(\([^)]*\))`,
		`(?m)^[ \t]*(?:export[ \t]+)?(?:const|let|var)[ \t]+(` + name + `)[ \t]*=[ \t]*(?:function[ \t]*)?(\([^)]*\)|\w+)?`,
		`(?m)^[ \t]*exports\.(` + name + `)[ \t]*=[ \t]*(?:function[ \t]*\w*[ \t]*)?(\([^)]*\)|\w+)?`,
		`(?m)\bas[ \t]+(` + name + `)\b`,
	} {
		if at := regexp.MustCompile(pattern).FindStringSubmatchIndex(code); at != nil {
			parameters := ""
			if len(at) > 5 && at[4] >= 0 {
				parameters = code[at[4]:at[5]]
			}
			return at[2], at[3], parameters
		}
	}
	return 0, 0, ""
}

var commentLine = regexp.MustCompile(`^\s*(?:///?|/?\*+/?)\s?(.*?)(?:\*/)?\s*$`)

// commentAbove is the comment right above a place in a script.
func commentAbove(code string, offset int) string {
	lines := strings.Split(code[:offset], "\n")
	var comment []string
	for i := len(lines) - 2; i >= 0; i-- {
		m := commentLine.FindStringSubmatch(lines[i])
		if m == nil {
			break
		}
		comment = append(comment, m[1])
	}
	slices.Reverse(comment)
	return strings.TrimSpace(strings.Join(comment, "\n"))
}

// flowPlace is where another flow of the project says its name.
func (s *server) flowPlace(d *doc, flow string) []location {
	if m := d.root.child("flow"); m != nil && m.val.text == flow {
		return []location{s.location(d, m.val.from, m.val.to)}
	}
	other := s.flowFile(d, flow)
	if other == nil {
		return nil
	}
	n := other.root.child("flow")
	if n == nil {
		return nil
	}
	return []location{s.location(other, n.val.from, n.val.to)}
}

// flowFile is the file of a flow of the project, or nil.
func (s *server) flowFile(d *doc, flow string) *doc {
	b := s.around(d)
	if b == nil {
		return nil
	}
	def := b.project.Definition(flow)
	if def == nil {
		return nil
	}
	return s.file(b, b.path(def.File))
}

// projectFlows are the flow files of the project that a file belongs to, itself included.
func (s *server) projectFlows(d *doc) []*doc {
	b := s.around(d)
	if b == nil {
		return []*doc{d}
	}
	var found []*doc
	for _, path := range sortedKeys(b.files) {
		if other := s.file(b, path); other.flow {
			found = append(found, other)
		}
	}
	return found
}

func (s *server) references(p referenceParams) ([]location, *responseError) {
	d, m, _, failed := s.asked(p.at)
	if failed != nil || m == nil {
		return nil, failed
	}
	files := []*doc{d}
	if shared(m.kind) {
		files = s.projectFlows(d)
	}
	var found []location
	for _, file := range files {
		for _, other := range file.same(*m) {
			if !other.defines() || p.Context.IncludeDeclaration {
				found = append(found, s.location(file, other.from, other.to))
			}
		}
	}
	return found, nil
}

// shared tells names that mean the same in all flows of a project.
func shared(k kind) bool {
	return slices.Contains([]kind{kindFlow, kindQueue, kindScript, kindFunction}, k)
}

type documentHighlight struct {
	Range span `json:"range"`
}

func (s *server) highlight(p at) ([]documentHighlight, *responseError) {
	d, m, _, failed := s.asked(p)
	if failed != nil || m == nil {
		return nil, failed
	}
	var found []documentHighlight
	for _, other := range d.same(*m) {
		found = append(found, documentHighlight{d.text.span(other.from, other.to, s.encoding)})
	}
	return found, nil
}

// symbols lists the slots and the states of a flow.
func (s *server) symbols(p documentParams) ([]documentSymbol, *responseError) {
	d, failed := s.opened(p.TextDocument.URI)
	if failed != nil {
		return nil, failed
	}
	found := []documentSymbol{}
	for _, group := range []struct {
		key    string
		kind   int
		detail func(*node) string
	}{{"slots", symbolVariable, slotDetail}, {"states", symbolState, does}} {
		n := d.root.child(group.key)
		if n == nil || n.key.to == 0 {
			continue
		}
		symbol := s.symbol(d, n, symbolField, "")
		for _, kid := range n.kids {
			if kid.key.text != "" && len(symbol.Children) < engine.MaxStates {
				symbol.Children = append(symbol.Children, s.symbol(d, kid, group.kind, group.detail(kid)))
			}
		}
		found = append(found, symbol)
	}
	return found, nil
}

func (s *server) symbol(d *doc, n *node, kind int, detail string) documentSymbol {
	return documentSymbol{
		Name: n.key.text, Detail: detail, Kind: kind,
		Range: d.text.span(n.from, n.to, s.encoding), SelectionRange: d.text.span(n.key.from, n.key.to, s.encoding),
	}
}

func slotDetail(n *node) string {
	if typ := n.child("type"); typ != nil {
		return typ.val.text
	}
	return ""
}

// does says in a few words what a state does.
func does(n *node) string {
	value := func(keys ...string) string {
		if at := n.get(keys...); at != nil {
			return at.val.text
		}
		return ""
	}
	switch {
	case n.child("ask") != nil && n.child("choices") != nil:
		return "asks " + value("ask") + ", with choices"
	case n.child("ask") != nil:
		return "asks " + value("ask")
	case n.child("call") != nil:
		return "calls another system"
	case n.child("wait") != nil:
		return "waits " + strings.TrimSpace("for "+value("wait", "for")+value("wait", "until"))
	case n.child("handoff") != nil:
		return "hands over to " + value("handoff", "queue")
	case n.child("run") != nil:
		return "runs " + value("run") + value("run", "flow")
	case n.child("end") != nil:
		return "ends: " + value("end")
	case n.child("goto") != nil && n.child("goto").val.to > 0:
		return "goes on to " + value("goto")
	case n.child("goto") != nil:
		return "decides where to go"
	}
	return ""
}

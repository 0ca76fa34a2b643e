package lsp

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"relevo/engine/diag"
	"relevo/flows"
)

// renameDone is a state that got a new name in this session.
type renameDone struct{ old, new string }

var validName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func refused(format string, args ...any) *responseError {
	return &responseError{codeRequestFailed, fmt.Sprintf(format, args...)}
}

type prepared struct {
	Range       span   `json:"range"`
	Placeholder string `json:"placeholder"`
}

func (s *server) prepareRename(p at) (*prepared, *responseError) {
	d, m, _, failed := s.asked(p)
	if failed != nil {
		return nil, failed
	}
	if failed := s.renamable(d, m); failed != nil {
		return nil, failed
	}
	return &prepared{d.text.span(m.from, m.to, s.encoding), m.name}, nil
}

// renamable tells why a name can not get a new one, nil where it can.
func (s *server) renamable(d *doc, m *mark) *responseError {
	switch {
	case m == nil || m.kind != kindState && m.kind != kindSlot:
		return refused("only states and slots can get a new name here")
	case d.origin(*m) == nil:
		return refused("no %s of this flow is called %q", m.kind, m.name)
	case m.kind == kindSlot && d.isPublic(m.name):
		return refused("slot %q is a parameter or a result: other flows know it by this name", m.name)
	}
	if at, broken := brokenAt(d); broken {
		return refused("mend line %d first: the file can not be read as YAML", at.Line)
	}
	return nil
}

// isPublic tells that other flows know a slot by its name.
func (d *doc) isPublic(slot string) bool {
	return slices.ContainsFunc(d.marks, func(m mark) bool {
		return m.kind == kindSlot && m.name == slot && (m.role == "params" || m.role == "returns")
	})
}

// brokenAt tells that a file is no YAML at the moment: its outline may miss names then.
func brokenAt(d *doc) (diag.Pos, bool) {
	_, findings := flows.Load(d.path, []byte(d.text.s))
	for _, f := range findings {
		if f.Severity == diag.Error && strings.HasPrefix(f.Code, "yaml-") {
			return f.Range.Start, true
		}
	}
	return diag.Pos{}, false
}

func (s *server) rename(p renameParams) (*workspaceEdit, *responseError) {
	d, m, _, failed := s.asked(p.at)
	if failed != nil {
		return nil, failed
	}
	if failed := s.renamable(d, m); failed != nil {
		return nil, failed
	}
	if failed := d.nameIsFree(*m, p.NewName); failed != nil {
		return nil, failed
	}
	var edits []textEdit
	for _, other := range d.same(*m) {
		edits = append(edits, textEdit{d.text.span(other.from, other.to, s.encoding), p.NewName})
	}
	if m.kind == kindState && p.NewName != m.name {
		s.renamed[d.path] = renameDone{m.name, p.NewName}
	}
	return &workspaceEdit{map[string][]textEdit{d.uri: edits}}, nil
}

// taken are the names in expressions that no slot can have.
var taken = []string{"contact", "event", "config", "language", "now", "today", "value"}

// nameIsFree tells why a name can not be taken, nil where it can.
func (d *doc) nameIsFree(m mark, name string) *responseError {
	switch {
	case name == m.name:
		return nil
	case !validName.MatchString(name):
		return refused("%q is not a name: use small letters, digits and _, beginning with a letter", name)
	case d.origin(mark{kind: m.kind, name: name}) != nil:
		return refused("there is a %s called %q already", m.kind, name)
	case m.kind != kindSlot:
		return nil
	case slices.Contains(taken, name) || reserved[name]:
		return refused("%q has a meaning of its own in expressions", name)
	case d.root.get("scripts") != nil && slices.ContainsFunc(d.root.get("scripts").kids, func(n *node) bool { return n.val.text == name+".js" }):
		return refused("%q is the name of a script", name)
	}
	return nil
}

func (s *server) format(p documentParams) ([]textEdit, *responseError) {
	d, failed := s.opened(p.TextDocument.URI)
	if failed != nil {
		return nil, failed
	}
	if s.o.Format == nil {
		return nil, &responseError{codeMethodNotFound, "this server does not format"}
	}
	out, err := s.o.Format([]byte(d.text.s))
	if err != nil {
		return nil, refused("the file can not be formatted: mend what is wrong in it first")
	}
	if string(out) == d.text.s {
		return []textEdit{}, nil
	}
	return []textEdit{{d.text.span(0, len(d.text.s), s.encoding), string(out)}}, nil
}

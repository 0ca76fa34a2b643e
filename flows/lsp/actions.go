package lsp

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"relevo/engine"
)

const kindQuickFix = "quickfix"

// A fixer makes the ways to mend a finding. There are none where it does not know how.
type fixer struct {
	code string // "" for every finding
	fix  func(*fixing) []codeAction
}

// fixers are tried in this order; the first action of a finding is the one that editors prefer.
var fixers = []fixer{
	{"", (*fixing).replace},
	{"missing-language", (*fixing).addLanguage},
	{"unknown-state", (*fixing).addState},
	{"missing-event", (*fixing).addEvent},
	{"no-way-out", (*fixing).addEvent},
	{"unknown-slot", (*fixing).addSlot},
	{"unknown-name", (*fixing).addScript},
	{"", (*fixing).accept},
}

// fixing is one finding to mend.
type fixing struct {
	s        *server
	d        *doc
	finding  diagnostic
	message  string
	hint     string
	from, to int
}

func (s *server) codeActions(p codeActionParams) ([]codeAction, *responseError) {
	d, failed := s.opened(p.TextDocument.URI)
	if failed != nil {
		return nil, failed
	}
	actions := []codeAction{}
	for _, finding := range p.Context.Diagnostics {
		if finding.Source == "relevo" {
			actions = append(actions, s.fixes(d, finding)...)
		}
	}
	return append(actions, s.noteRenamed(d, d.text.offset(p.Range.Start, s.encoding))...), nil
}

func (s *server) fixes(d *doc, finding diagnostic) []codeAction {
	f := &fixing{s: s, d: d, finding: finding}
	f.message, f.hint, _ = strings.Cut(finding.Message, hintMark)
	if finding.Data != nil {
		f.message, f.hint = finding.Data.Message, finding.Data.Hint
	}
	f.from, f.to = d.text.offset(finding.Range.Start, s.encoding), d.text.offset(finding.Range.End, s.encoding)
	var actions []codeAction
	for _, fixer := range fixers {
		if fixer.code == "" || fixer.code == finding.Code {
			actions = append(actions, fixer.fix(f)...)
		}
	}
	if len(actions) > 0 && !strings.HasPrefix(actions[0].Title, acceptTitle) {
		actions[0].IsPreferred = true
	}
	return actions
}

func (f *fixing) action(title string, from, to int, text string) codeAction {
	edit := textEdit{f.d.text.span(from, to, f.s.encoding), text}
	return codeAction{
		Title: title, Kind: kindQuickFix, Diagnostics: []diagnostic{f.finding},
		Edit: workspaceEdit{map[string][]textEdit{f.d.uri: {edit}}},
	}
}

var didYouMean = regexp.MustCompile(`did you mean "([^"]+)"`)

// replace takes the name from the hint. Quotes around the wrong one stay.
func (f *fixing) replace() []codeAction {
	m := didYouMean.FindStringSubmatch(f.hint)
	if m == nil || f.to <= f.from {
		return nil
	}
	from, to, body := f.from, f.to, f.d.text.s
	if q := body[from]; (q == '"' || q == '\'') && to-from >= 2 && body[to-1] == q {
		from, to = from+1, to-1
	}
	if strings.ContainsAny(body[from:to], "\n ") {
		return nil // the finding is about more than a name
	}
	return []codeAction{f.action(fmt.Sprintf("Write %q", m[1]), from, to, m[1])}
}

var missingIn = regexp.MustCompile(`missing in (.+)$`)

// addLanguage copies the first text for each language that is missing: who translates sees what is to be said.
func (f *fixing) addLanguage() []codeAction {
	m := missingIn.FindStringSubmatch(f.message)
	n := f.textNode()
	if m == nil || n == nil || len(n.kids) == 0 {
		return nil
	}
	first := n.kids[0]
	if first.val.to == 0 || first.val.quote == '|' || first.val.quote == '>' {
		return nil
	}
	value := f.d.text.s[first.val.from:first.val.to]
	var text string
	for _, language := range strings.Split(m[1], ", ") {
		text += f.between(n) + language + ": " + value
	}
	end := n.kids[len(n.kids)-1].to
	return []codeAction{f.action("Add "+m[1]+", with the text to translate", end, end, text)}
}

// between separates the entries of a map as its author does.
func (f *fixing) between(n *node) string {
	if n.flow {
		return ", "
	}
	return "\n" + strings.Repeat(" ", n.kids[0].indent)
}

// textNode is the text by language that a finding is about.
func (f *fixing) textNode() *node {
	var found *node
	f.d.root.walk(func(n *node) {
		if n.from <= f.from && f.from <= n.to && len(n.kids) > 0 && f.s.schema.byLanguage(n.path()) {
			found = n
		}
	})
	return found
}

var stateNamed = regexp.MustCompile(`no state is named "([a-z][a-z0-9_]*)"`)

// addState writes the state that a way leads to, behind the last one.
func (f *fixing) addState() []codeAction {
	m, states := stateNamed.FindStringSubmatch(f.message), f.d.root.child("states")
	if m == nil || states == nil || len(states.kids) == 0 || states.flow {
		return nil
	}
	last := states.kids[len(states.kids)-1]
	indent := strings.Repeat(" ", last.indent)
	text := fmt.Sprintf("\n\n%s%s:\n%s  say: %s\n%s  end: resolved", indent, m[1], indent, f.sampleText(), indent)
	return []codeAction{f.action(fmt.Sprintf("Add a state called %q", m[1]), last.to, last.to, text)}
}

// sampleText is a text to begin with in each language of the flow.
func (f *fixing) sampleText() string {
	languages := listed(f.d.root.child("languages"))
	if len(languages) == 0 {
		return `"…"`
	}
	parts := make([]string, len(languages))
	for i, language := range languages {
		parts[i] = language + `: "…"`
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

var (
	addToOn   = regexp.MustCompile(`add ([a-z0-9_]+): with a state to the on of "([a-z0-9_]+)"`)
	exhausted = regexp.MustCompile(`can not answer "([a-z0-9_]+)"`)
)

// addEvent leads an event on: to the state of its name, to people where something went wrong, else to another state.
func (f *fixing) addEvent() []codeAction {
	event, state := "", ""
	if m := addToOn.FindStringSubmatch(f.hint); m != nil {
		event, state = m[1], m[2]
	} else if m := exhausted.FindStringSubmatch(f.message); m != nil {
		event, state = "exhausted", m[1]
	}
	n := f.d.root.get("states", state)
	if n == nil || n.flow || len(n.kids) == 0 {
		return nil
	}
	var actions []codeAction
	for _, target := range f.targets(event, state) {
		at, text := f.intoOn(n, event+": "+target)
		actions = append(actions, f.action(fmt.Sprintf("Lead %s to %q", event, target), at, at, text))
	}
	return actions
}

// intoOn is where a way out of a state is written, and how.
func (f *fixing) intoOn(state *node, way string) (at int, text string) {
	on := state.child("on")
	switch {
	case on == nil:
		last := state.kids[len(state.kids)-1]
		return last.to, "\n" + strings.Repeat(" ", state.kids[0].indent) + "on: {" + way + "}"
	case len(on.kids) == 0 && on.flow:
		return on.to - 1, way
	case len(on.kids) == 0:
		return on.to, " {" + way + "}"
	}
	return on.kids[len(on.kids)-1].to, f.between(on) + way
}

// maxTargets is how many states are offered for a way out.
const maxTargets = 3

// failures are the events after which people are the likeliest way on.
var failures = []string{
	engine.EventNameExhausted, engine.EventNameFailed, engine.EventNameScriptFailed, engine.EventNameUndeliverable, engine.EventNameAbandoned,
}

// targets are the states that an event may lead to, the likeliest first: the one of its name, people after a failure, the states that follow.
func (f *fixing) targets(event, from string) []string {
	var named, people, behind, before []string
	others := &before
	for _, name := range listed(f.d.root.child("states")) {
		switch n := f.d.root.get("states", name); {
		case name == from:
			others = &behind
		case name == event:
			named = append(named, name)
		case n.child("handoff") != nil && slices.Contains(failures, event):
			people = append(people, name)
		default:
			*others = append(*others, name)
		}
	}
	all := slices.Concat(named, people, behind, before)
	return all[:min(len(all), maxTargets)]
}

var slotNamed = regexp.MustCompile(`no slot is named "([a-z][a-z0-9_]*)"`)

// addSlot declares a slot.
func (f *fixing) addSlot() []codeAction {
	m, slots := slotNamed.FindStringSubmatch(f.message), f.d.root.child("slots")
	if m == nil || slots == nil || len(slots.kids) == 0 {
		return nil
	}
	end := slots.kids[len(slots.kids)-1].to
	return []codeAction{f.action(fmt.Sprintf("Declare a slot called %q", m[1]), end, end, f.between(slots)+m[1]+": {type: text}")}
}

var addToScripts = regexp.MustCompile(`^add ([a-z][a-z0-9_]*\.js) to scripts`)

// addScript lists a script that an expression calls.
func (f *fixing) addScript() []codeAction {
	m := addToScripts.FindStringSubmatch(f.hint)
	if m == nil {
		return nil
	}
	scripts := f.d.root.child("scripts")
	if scripts == nil {
		initial := f.d.root.child("initial")
		if initial == nil {
			return nil
		}
		return []codeAction{f.action("List "+m[1]+" under scripts", initial.from, initial.from, "scripts: ["+m[1]+"]\n")}
	}
	if len(scripts.kids) == 0 {
		return nil
	}
	end, text := scripts.kids[len(scripts.kids)-1].to, ", "+m[1]
	if !scripts.flow {
		text = "\n" + strings.Repeat(" ", scripts.kids[0].indent) + "- " + m[1]
	}
	return []codeAction{f.action("List "+m[1]+" under scripts", end, end, text)}
}

const acceptTitle = "Accept this finding"

// accept writes a comment above the line of a warning by which it is accepted. Its author has to say why: until then the comment is a warning, too.
func (f *fixing) accept() []codeAction {
	if f.finding.Severity != severityWarning || strings.HasPrefix(f.finding.Code, "accept-") {
		return nil
	}
	at, _ := f.d.text.line(f.from)
	inText := false
	f.d.root.walk(func(n *node) { inText = inText || n.val.from < at && at <= n.val.to })
	if inText {
		return nil // a comment there would be a part of the text
	}
	line := f.d.text.s[at:]
	indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
	return []codeAction{f.action(acceptTitle+", and say why", at, at, indent+"# accept "+f.finding.Code+": \n")}
}

// noteRenamed offers, on a state that got its name in this session, to keep the old one under renamed: runs that stand in it go on then.
func (s *server) noteRenamed(d *doc, offset int) []codeAction {
	done, ok := s.renamed[d.path]
	m := d.markAt(offset)
	if !ok || m == nil || m.kind != kindState || m.name != done.new || d.root.get("renamed", done.old) != nil || d.root.get("states", done.old) != nil {
		return nil
	}
	at, text := -1, ""
	if renamed := d.root.child("renamed"); renamed != nil && len(renamed.kids) > 0 {
		f := fixing{s: s, d: d}
		at, text = renamed.kids[len(renamed.kids)-1].to, f.between(renamed)+done.old+": "+done.new
	} else if initial := d.root.child("initial"); initial != nil {
		at, text = initial.from, "renamed: {"+done.old+": "+done.new+"}\n"
	}
	if at < 0 {
		return nil
	}
	edit := textEdit{d.text.span(at, at, s.encoding), text}
	return []codeAction{{
		Title: fmt.Sprintf("Lead runs of earlier versions from %q to %q", done.old, done.new), Kind: kindQuickFix,
		Edit: workspaceEdit{map[string][]textEdit{d.uri: {edit}}},
	}}
}

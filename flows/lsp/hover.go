package lsp

import (
	"fmt"
	"slices"
	"strings"
)

// hover explains what stands at a place: the name, else the key, and the findings there.
func (s *server) hover(p at) (*hover, *responseError) {
	d, m, offset, failed := s.asked(p)
	if failed != nil {
		return nil, failed
	}
	said, from, to := s.sayName(d, m), offset, offset
	if said != "" {
		from, to = m.from, m.to
	} else if n := d.root.find(offset); n != nil && n.key.holds(offset) && s.keys {
		said, from, to = s.schema.describe(n.path()), n.key.from, n.key.to
	}
	parts := []string{}
	if said != "" {
		parts = append(parts, said)
	}
	parts = append(parts, s.explained(d, p.Position)...)
	if len(parts) == 0 {
		return nil, nil
	}
	return &hover{*markdown(strings.Join(parts, "\n\n---\n\n")), d.text.span(from, to, s.encoding)}, nil
}

// explained are the entries of the manual for the findings at a place.
func (s *server) explained(d *doc, p position) []string {
	s.mu.Lock()
	shown := s.shown[d.path]
	s.mu.Unlock()
	var parts, codes []string
	for _, f := range shown {
		if !f.Range.holds(p) || slices.Contains(codes, f.Code) {
			continue
		}
		codes = append(codes, f.Code)
		if entry := s.o.Explain(f.Code); entry != "" {
			parts = append(parts, entry)
		}
	}
	return parts
}

func (r span) holds(p position) bool { return !p.before(r.Start) && !r.End.before(p) }

func (p position) before(other position) bool {
	return p.Line < other.Line || p.Line == other.Line && p.Character < other.Character
}

// sayName explains a name, "" where there is nothing to say.
func (s *server) sayName(d *doc, m *mark) string {
	if m == nil {
		return ""
	}
	switch m.kind {
	case kindState:
		return d.sayState(m.name)
	case kindSlot:
		return d.saySlot(m.name)
	case kindHelper:
		if h, ok := helpers[m.name]; ok {
			return fmt.Sprintf("```\n%s\n```\n\n%s", h.signature, h.gives)
		}
	case kindFunction:
		return s.sayFunction(d, m.name)
	case kindFlow:
		return s.sayFlow(d, m.name)
	case kindEvent:
		return d.sayEvent(*m)
	}
	return ""
}

// sayState says what a state does, what it says, where it leads and who leads to it.
func (d *doc) sayState(name string) string {
	n := d.root.get("states", name)
	if n == nil {
		return ""
	}
	head := "**state " + name + "**"
	if what := does(n); what != "" {
		head += ": " + what
	}
	parts := []string{head}
	if said := firstText(n.child("say")); said != "" {
		parts = append(parts, "> "+strings.ReplaceAll(said, "\n", "\n> "))
	}
	ways := d.ways(name)
	if len(ways.out) > 0 {
		parts = append(parts, "Leads to\n"+strings.Join(ways.out, "\n"))
	}
	if len(ways.in) > 0 {
		parts = append(parts, "Comes from\n"+strings.Join(ways.in, "\n"))
	}
	return strings.Join(parts, "\n\n")
}

// maxWays is how many ways in and out of a state a hover shows.
const maxWays = 20

// stateWays are the lines that say where a state leads, and who leads to it.
type stateWays struct{ out, in []string }

// ways are those of a state. They are found for all states at once: completion shows many.
func (d *doc) ways(name string) stateWays {
	d.onceWays.Do(func() { d.allWays = waysOf(d.marks) })
	if w := d.allWays[name]; w != nil {
		return *w
	}
	return stateWays{}
}

func waysOf(marks []mark) map[string]*stateWays {
	all := map[string]*stateWays{}
	at := func(name string) *stateWays {
		if all[name] == nil {
			all[name] = &stateWays{}
		}
		return all[name]
	}
	for i := range marks {
		m := &marks[i]
		if m.kind != kindState || m.defines() {
			continue
		}
		if from := at(m.scope); m.scope != "" && len(from.out) < maxWays {
			from.out = append(from.out, fmt.Sprintf("- %s → `%s`", way(*m), m.name))
		}
		if to := at(m.name); m.role != "renamed" && len(to.in) < maxWays {
			to.in = append(to.in, "- "+comesFrom(*m))
		}
	}
	return all
}

func way(m mark) string {
	switch {
	case m.where == "":
		return "goto"
	case m.role == "after":
		return "after " + m.where
	}
	return m.where
}

func comesFrom(m mark) string {
	switch {
	case m.role == "initial":
		return "the start of the flow"
	case m.role == "triggers":
		return "a trigger"
	case m.scope == "":
		return fmt.Sprintf("%s, from any state", way(m))
	}
	return fmt.Sprintf("`%s` (%s)", m.scope, way(m))
}

// maxShownRunes is how much of a text a hover shows.
const maxShownRunes = 200

// firstText is the first text in a value, shortened: of a text by language, that of the first one.
func firstText(n *node) string {
	for n != nil && n.val.to == 0 {
		if len(n.kids) == 0 {
			return ""
		}
		n = n.kids[0]
	}
	if n == nil {
		return ""
	}
	if runes := []rune(n.val.text); len(runes) > maxShownRunes {
		return string(runes[:maxShownRunes]) + "…"
	}
	return n.val.text
}

// saySlot says what a slot holds, and which states fill it in.
func (d *doc) saySlot(name string) string {
	if said, ok := values[name]; ok {
		return "**" + name + "**\n\n" + said
	}
	m := mark{kind: kindSlot, name: name}
	if d.origin(m) == nil {
		return ""
	}
	said := "**slot " + name + "**: choice" // of a question
	if n := d.root.get("slots", name); n != nil {
		said = "**slot " + name + "**: " + slotDetail(n)
		if title := firstText(n.child("title")); title != "" {
			said += "\n\n" + title
		}
	}
	if fills := d.fills(m); len(fills) > 0 {
		said += "\n\nFilled in by\n" + strings.Join(fills, "\n")
	}
	return said
}

// fills are the lines that say which states fill in a slot.
func (d *doc) fills(slot mark) []string {
	var lines []string
	for _, m := range d.same(slot) {
		if fills := m.role == "ask" || m.role == "save" || m.role == "set"; fills && m.scope != "" && len(lines) < maxWays {
			lines = append(lines, fmt.Sprintf("- `%s` (%s)", m.scope, m.role))
		}
	}
	return slices.Compact(lines)
}

// sayFunction shows a script's function as its author wrote it, with the comment above it.
func (s *server) sayFunction(d *doc, name string) string {
	script, function, _ := strings.Cut(name, ".")
	file := s.scriptFile(d, script)
	if file == nil {
		return ""
	}
	from, to, parameters := functionPlace(file.text.s, function)
	if to == 0 {
		return ""
	}
	if parameters != "" && !strings.HasPrefix(parameters, "(") {
		parameters = "(" + parameters + ")"
	}
	said := fmt.Sprintf("```\n%s%s\n```\n\nof `%s.js`", name, parameters, script)
	if comment := commentAbove(file.text.s, from); comment != "" {
		said += "\n\n" + comment
	}
	return said
}

func (s *server) sayFlow(d *doc, name string) string {
	other := d
	if n := d.root.child("flow"); n == nil || n.val.text != name {
		other = s.flowFile(d, name)
	}
	if other == nil {
		return ""
	}
	said := "**flow " + name + "**"
	if title := firstText(other.root.child("title")); title != "" {
		said += ": " + title
	}
	for _, list := range []string{"params", "returns"} {
		if names := listed(other.root.child(list)); len(names) > 0 {
			said += fmt.Sprintf("\n\n%s: `%s`", list, strings.Join(names, "`, `"))
		}
	}
	if b := s.around(d); b != nil && len(b.project.Signatures[name].Outcomes) > 0 {
		said += fmt.Sprintf("\n\noutcomes: `%s`", strings.Join(b.project.Signatures[name].Outcomes, "`, `"))
	}
	return said
}

func (d *doc) sayEvent(m mark) string {
	choice := d.root.get("states", m.scope, "choices", m.name)
	switch {
	case choice != nil:
		return fmt.Sprintf("**choice %s**: %s", m.name, firstText(choice))
	case eventWords[m.name] != "":
		return "**event " + m.name + "**\n\n" + eventWords[m.name]
	case strings.Contains(m.name, "."):
		said := "**business event " + m.name + "**"
		if title := firstText(d.root.get("events", m.name, "title")); title != "" {
			said += ": " + title
		}
		return said
	case slices.Contains(anywhere, m.name):
		return "**command " + m.name + "**: the contact has written one of its phrases, see commands.yaml"
	case m.scope != "" && slices.Contains(listed(d.root.get("states", m.scope, "handoff", "outcomes")), m.name):
		return "**outcome " + m.name + "**: the human agent has finished with it"
	}
	return ""
}

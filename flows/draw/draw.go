// Package draw makes pictures of flows: an SVG to look at and Mermaid text to paste into a document. Both are made from the
// definition, as its author wrote it, so that a flow that does not compile yet can be drawn too. The same definition gives the
// same bytes.
package draw

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"relevo/engine"
)

// kind says what a box stands for. Boxes of two kinds differ in shape, icon and word, not only in colour.
type kind string

const (
	kindStart   kind = "start"     // where a run begins
	kindAny     kind = "any state" // stands for every state, where the flow itself reacts to an event
	kindSay     kind = "say"       // says something and moves on
	kindAsk     kind = "ask"
	kindCall    kind = "call"
	kindHandoff kind = "handoff"
	kindWait    kind = "wait" // waits for time or business events
	kindRun     kind = "run"  // another flow
	kindEnd     kind = "end"
	kindMissing kind = "missing" // a goto leads here and no state has this name
)

// box is a state, or one of the marks beside them.
type box struct {
	id    string // unique; of a state "state " and its name
	kind  kind
	title string
	body  string // what it says or does; a line break begins another thing
	foot  string // one short line: queue, slot, outcome
}

// arrow leads from box to box. Its labels are the events or guards that take this way, in the order of the file.
type arrow struct {
	from, to string
	timed    bool // when time has passed
	anywhere bool // from the box that stands for every state
	stays    bool // something is set, and the run stays where it is
	labels   []string
}

// picture is a flow as boxes and arrows, without places.
type picture struct {
	title, subtitle string
	boxes           []box
	arrows          []arrow
}

const (
	startID = "start"
	anyID   = "any"
)

func stateID(name string) string { return "state " + name }

// newPicture reads a definition. Texts are taken in the first of the languages that has them.
func newPicture(def *engine.Definition, languages []string, version string) picture {
	p := picture{title: def.Flow.V, subtitle: subtitle(def, version)}
	if title, ok := def.Title.In(languages...); ok {
		p.title = title.V
	}
	p.boxes = append(p.boxes, box{id: startID, kind: kindStart, title: "start", body: triggers(def, languages)})
	if def.Initial.V != "" {
		p.arrow(startID, def.Initial.V, arrow{})
	}
	for _, t := range def.Triggers {
		if t.Goto.V != "" && t.Goto.V != def.Initial.V {
			p.arrow(startID, t.Goto.V, arrow{labels: []string{cmp.Or(t.Event.V, "phrase")}})
		}
	}
	for _, s := range def.States {
		if !slices.ContainsFunc(p.boxes, func(b box) bool { return b.id == stateID(s.Name.V) }) {
			p.state(s, languages)
		}
	}
	if len(def.On) > 0 {
		p.boxes = append(p.boxes, box{id: anyID, kind: kindAny, title: "any state"})
		for _, h := range def.On {
			p.alternatives(anyID, h.Event.V, h.Alternatives, arrow{anywhere: true})
		}
	}
	p.missing()
	return p
}

// shortVersion is how much of a version's hash people compare.
const shortVersion = 12

func subtitle(def *engine.Definition, version string) string {
	var languages []string
	for _, l := range def.Languages {
		languages = append(languages, l.V)
	}
	parts := []string{def.Flow.V, count(len(def.States), "state")}
	if len(languages) > 0 {
		parts = append(parts, strings.Join(languages, ", "))
	}
	if hash := strings.TrimPrefix(version, "sha256:"); hash != "" {
		parts = append(parts, "version "+hash[:min(len(hash), shortVersion)])
	}
	return strings.Join(parts, "  ·  ")
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// triggers names what starts the flow: the first phrase in the language, and business events.
func triggers(def *engine.Definition, languages []string) string {
	var parts []string
	for _, t := range def.Triggers {
		if t.Event.V != "" {
			parts = append(parts, "event "+shorten(t.Event.V, maxGuardRunes))
			continue
		}
		if phrase, ok := firstPhrase(t, languages); ok {
			parts = append(parts, "“"+shorten(phrase, maxGuardRunes)+"”")
		}
	}
	return strings.Join(parts, "\n")
}

func firstPhrase(t engine.Trigger, languages []string) (string, bool) {
	for _, want := range languages {
		for _, p := range t.Phrases {
			if p.Language.V == want && len(p.Phrases) > 0 {
				return p.Phrases[0].V, true
			}
		}
	}
	return "", false
}

// state adds the box of a state and the arrows that leave it.
func (p *picture) state(s engine.State, languages []string) {
	id := stateID(s.Name.V)
	b := box{id: id, kind: kindOf(s), title: s.Name.V, body: says(s.Say, languages)}
	switch {
	case s.Ask != nil:
		b.foot = "into " + s.Ask.Slot.V
		if n := len(s.Ask.Choices); n > 0 {
			b.foot = count(n, "choice")
		}
	case s.Call != nil:
		b.body = strings.TrimSpace(s.Call.Method + " " + plain(s.Call.URL.V))
		if s.Call.Save.V != "" {
			b.foot = "into " + s.Call.Save.V
		}
	case s.Handoff != nil:
		if text, ok := s.Handoff.Say.In(languages...); ok {
			b.body = plain(text.V)
		}
		b.foot = "queue " + s.Handoff.Queue.V
		if s.Handoff.Priority.V != "" {
			b.foot += "  ·  " + s.Handoff.Priority.V
		}
	case s.Wait != nil:
		b.body = lines(b.body, waits(s.Wait))
		if s.Wait.Quiet.V != "" {
			b.foot = "quiet hours: " + s.Wait.Quiet.V
		}
	case s.Run != nil:
		b.body = lines(b.body, "flow "+s.Run.Flow.V+given(s.Run.With))
		if s.Run.Save.V != "" {
			b.foot = "into " + s.Run.Save.V
		}
	case s.End.V != "":
		b.foot = s.End.V
	}
	p.boxes = append(p.boxes, b)
	for _, h := range s.On {
		p.alternatives(id, h.Event.V, h.Alternatives, arrow{})
	}
	for _, a := range s.After {
		p.alternatives(id, "after "+duration(a.After), a.Alternatives, arrow{timed: true})
	}
	p.alternatives(id, "", s.Goto, arrow{})
}

func waits(w *engine.WaitSpec) string {
	if w.For.V != "" {
		return "for " + shorten(w.For.V, maxGuardRunes)
	}
	return "until " + shorten(w.Until.V, maxGuardRunes)
}

// given names the parameters of another flow.
func given(with []engine.Assign) string {
	if len(with) == 0 {
		return ""
	}
	var names []string
	for _, a := range with {
		names = append(names, a.Target.V)
	}
	return " with " + strings.Join(names, ", ")
}

// lines puts the parts that are there below each other.
func lines(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), "\n")
}

func kindOf(s engine.State) kind {
	switch {
	case s.Ask != nil:
		return kindAsk
	case s.Call != nil:
		return kindCall
	case s.Handoff != nil:
		return kindHandoff
	case s.Wait != nil:
		return kindWait
	case s.Run != nil:
		return kindRun
	case s.End.V != "":
		return kindEnd
	case len(s.Goto) == 0 && len(s.On)+len(s.After) > 0:
		return kindWait
	}
	return kindSay
}

// says is what a state tells, in one line. What is more than a text has its kind in brackets.
func says(messages []engine.Say, languages []string) string {
	var parts []string
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	for _, m := range messages {
		switch {
		case m.Media != nil:
			add("[%s]", m.Media.Kind)
		case m.Location != nil:
			add("[location]")
			if name, ok := m.Location.Name.In(languages...); ok {
				add("%s", plain(name.V))
			}
		}
		if text, ok := m.Text.In(languages...); ok {
			add("%s", plain(text.V))
		}
		if m.Link != nil {
			title, _ := m.Link.Title.In(languages...)
			add("%s", plain("[link: "+title.V+"]"))
		}
		if m.Template != nil {
			add("[template %s]", m.Template.Name.V)
		}
	}
	return strings.Join(parts, " ")
}

// alternatives adds an arrow for each way out of an event. An else after guards says so.
func (p *picture) alternatives(from, event string, list []engine.Alternative, as arrow) {
	for i, a := range list {
		var label []string
		if event != "" {
			label = append(label, event)
		}
		switch {
		case a.When.V != "":
			label = append(label, "if "+shorten(a.When.V, maxGuardRunes))
		case i > 0:
			label = append(label, "else")
		}
		as.labels = nil
		if len(label) > 0 {
			as.labels = []string{strings.Join(label, ", ")}
		}
		p.arrow(from, a.Goto.V, as)
	}
}

// arrow adds an arrow, or its label to one that runs the same way. Without a state it leads back to where it begins: the run stays there.
func (p *picture) arrow(from, state string, as arrow) {
	as.from, as.to, as.stays = from, stateID(state), state == ""
	if as.stays {
		as.to = from
	}
	for i, other := range p.arrows {
		same := other.from == as.from && other.to == as.to && other.timed == as.timed && other.stays == as.stays
		if same && len(other.labels) > 0 && len(as.labels) > 0 {
			p.arrows[i].labels = append(other.labels, as.labels...)
			return
		}
	}
	p.arrows = append(p.arrows, as)
}

// target is what a label says about where an arrow leads.
func (a arrow) target() string {
	if a.stays {
		return "stays here"
	}
	return strings.TrimPrefix(a.to, stateID(""))
}

// missing adds a box for every target that no state has.
func (p *picture) missing() {
	for _, a := range p.arrows {
		if !slices.ContainsFunc(p.boxes, func(b box) bool { return b.id == a.to }) {
			p.boxes = append(p.boxes, box{id: a.to, kind: kindMissing, title: strings.TrimPrefix(a.to, stateID("")), foot: "no such state"})
		}
	}
}

// languagesOf puts the wanted language before those of the flow.
func languagesOf(def *engine.Definition, language string) []string {
	list := []string{language}
	for _, l := range def.Languages {
		list = append(list, l.V)
	}
	for _, t := range def.Title.By {
		list = append(list, t.Language.V)
	}
	return list
}

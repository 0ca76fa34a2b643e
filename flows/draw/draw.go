// Package draw makes pictures of flows: SVG and PNG to look at, Mermaid and dot to paste into a document. All are made from the
// definition, as its author wrote it, so that a flow that does not compile yet can be drawn too. The same definition gives the
// same bytes. SVG and PNG are one drawing on two kinds of canvas, so they show the same.
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
	kindFlow    kind = "flow"    // a whole flow, where several are drawn
	kindQueue   kind = "queue"   // where handed-over chats wait, where several flows are drawn
)

// box is a state, or one of the marks beside them.
type box struct {
	id    string // unique; of a state "state " and its name
	kind  kind
	title string
	body  string // what it says or does; a line break begins another thing
	foot  string // one short line: queue, slot, outcome
	marks mark
}

// arrow leads from box to box. Its labels are the events or guards that take this way, in the order of the file.
type arrow struct {
	from, to string
	timed    bool // when time has passed
	anywhere bool // from the box that stands for every state
	stays    bool // something is set, and the run stays where it is
	labels   []string
	ways     []way // what the labels stand for, in the same order
	marks    mark
}

// way is an alternative of an event, as findings and walks name it.
type way struct {
	event string // "" for goto, "after:30m0s" for a time
	index int    // from 0
}

// entry is what starts a flow: phrases, or a business event.
type entry struct {
	to    string // a box
	event bool
	text  string
}

// Options say how a flow is drawn.
type Options struct {
	Language string // of the texts, "es"; the flow's first language where it is empty or a text lacks it
	Version  string // that the picture names; none where it is empty: a file alone has no version, as its scripts are a part of it
	Marks    *Marks // what is brought out; nil for nothing
}

// Picture is a flow, or several, as boxes and arrows, without places.
type Picture struct {
	id              string // the flow's name
	title, subtitle string
	boxes           []box
	arrows          []arrow
	entries         []entry
	marked          marked
	words           vocabulary
	whole           bool // boxes that hang together are drawn together, however many they are
}

const (
	startID = "start"
	anyID   = "any"
)

func stateID(name string) string { return "state " + name }

// Flow is the picture of one flow.
func Flow(def *engine.Definition, opts Options) Picture {
	languages := languagesOf(def, opts.Language)
	p := Picture{id: def.Flow.V, title: def.Flow.V, words: vocabularyOf(languages)}
	p.subtitle = p.about(def, opts.Version)
	if title, ok := def.Title.In(languages...); ok {
		p.title = title.V
	}
	p.start(def, languages)
	for _, s := range def.States {
		if !p.hasBox(stateID(s.Name.V)) {
			p.state(s, languages)
		}
	}
	if len(def.On) > 0 {
		p.boxes = append(p.boxes, box{id: anyID, kind: kindAny, title: p.words.kinds[kindAny]})
		for _, h := range def.On {
			p.alternatives(anyID, h.Event.V, h.Event.V, h.Alternatives, arrow{anywhere: true})
		}
	}
	p.missing(p.words.noState)
	p.mark(opts.Marks)
	return p
}

// start adds the box of the start and the arrows to the states in which runs begin.
func (p *Picture) start(def *engine.Definition, languages []string) {
	p.entries = p.triggers(def, languages)
	var body []string
	for _, e := range p.entries {
		body = append(body, p.entryText(e))
	}
	p.boxes = append(p.boxes, box{id: startID, kind: kindStart, title: p.words.kinds[kindStart], body: lines(body...)})
	if def.Initial.V != "" {
		p.arrow(startID, def.Initial.V, arrow{})
	}
	for _, t := range def.Triggers {
		if t.Goto.V != "" && t.Goto.V != def.Initial.V {
			label := shorten(t.Event.V, maxGuard)
			if phrase, ok := firstPhrase(t, languages); ok {
				label = quoted(phrase)
			}
			p.arrow(startID, t.Goto.V, arrow{labels: []string{label}, ways: []way{{}}})
		}
	}
}

func quoted(phrase string) string { return "“" + shorten(phrase, maxGuard) + "”" }

func (p *Picture) entryText(e entry) string {
	if e.event {
		return p.words.event + " " + e.text
	}
	return e.text
}

func (p *Picture) hasBox(id string) bool {
	return slices.ContainsFunc(p.boxes, func(b box) bool { return b.id == id })
}

// shortVersion is how much of a version's hash people compare.
const shortVersion = 12

// about is the line below the title.
func (p *Picture) about(def *engine.Definition, version string) string {
	var languages []string
	for _, l := range def.Languages {
		languages = append(languages, l.V)
	}
	parts := []string{shorten(def.Flow.V, maxTitle), count(len(def.States), p.words.state, p.words.states)}
	if len(languages) > 0 {
		parts = append(parts, strings.Join(languages, ", "))
	}
	if hash := strings.TrimPrefix(version, "sha256:"); hash != "" {
		parts = append(parts, p.words.version+" "+hash[:min(len(hash), shortVersion)])
	}
	return strings.Join(parts, "  ·  ")
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// triggers lists what starts the flow: the first phrase of a trigger in the language, and business events.
func (p *Picture) triggers(def *engine.Definition, languages []string) []entry {
	var list []entry
	for _, t := range def.Triggers {
		e := entry{to: stateID(cmp.Or(t.Goto.V, def.Initial.V))}
		phrase, ok := firstPhrase(t, languages)
		switch {
		case t.Event.V != "":
			e.event, e.text = true, shorten(t.Event.V, maxGuard)
		case ok:
			e.text = quoted(phrase)
		default:
			continue
		}
		list = append(list, e)
	}
	return list
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
func (p *Picture) state(s engine.State, languages []string) {
	id := stateID(s.Name.V)
	b := box{id: id, kind: kindOf(s), title: s.Name.V, body: says(s.Say, languages)}
	switch {
	case s.Ask != nil:
		b.foot = p.words.into + " " + s.Ask.Slot.V
		if n := len(s.Ask.Choices); n > 0 {
			b.foot = count(n, p.words.choice, p.words.choices)
		}
	case s.Call != nil:
		b.body = strings.TrimSpace(s.Call.Method + " " + plain(s.Call.URL.V))
		if s.Call.Save.V != "" {
			b.foot = p.words.into + " " + s.Call.Save.V
		}
	case s.Handoff != nil:
		if text, ok := s.Handoff.Say.In(languages...); ok {
			b.body = plain(text.V)
		}
		b.foot = p.words.queue + " " + s.Handoff.Queue.V
		if s.Handoff.Priority.V != "" {
			b.foot += "  ·  " + s.Handoff.Priority.V
		}
	case s.Wait != nil:
		b.body = lines(b.body, p.waits(s.Wait))
		if s.Wait.Quiet.V != "" {
			b.foot = p.words.quiet + ": " + s.Wait.Quiet.V
		}
	case s.Run != nil:
		b.body = lines(b.body, p.words.flow+" "+s.Run.Flow.V+p.given(s.Run.With))
		if s.Run.Save.V != "" {
			b.foot = p.words.into + " " + s.Run.Save.V
		}
	case s.End.V != "":
		b.foot = s.End.V
	}
	p.boxes = append(p.boxes, b)
	for _, h := range s.On {
		p.alternatives(id, h.Event.V, h.Event.V, h.Alternatives, arrow{})
	}
	for _, a := range s.After {
		p.alternatives(id, "after:"+a.After.V.String(), p.words.after+" "+duration(a.After), a.Alternatives, arrow{timed: true})
	}
	p.alternatives(id, "", "", s.Goto, arrow{})
}

func (p *Picture) waits(w *engine.WaitSpec) string {
	if w.For.V != "" {
		return p.words.lasting + " " + shorten(w.For.V, maxGuard)
	}
	return p.words.until + " " + shorten(w.Until.V, maxGuard)
}

// given names the parameters of another flow.
func (p *Picture) given(with []engine.Assign) string {
	if len(with) == 0 {
		return ""
	}
	var names []string
	for _, a := range with {
		names = append(names, a.Target.V)
	}
	return " " + p.words.with + " " + strings.Join(names, ", ")
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
func (p *Picture) alternatives(from, event, shown string, list []engine.Alternative, as arrow) {
	for i, a := range list {
		var label []string
		if shown != "" {
			label = append(label, shown)
		}
		switch {
		case a.When.V != "":
			label = append(label, p.words.when+" "+shorten(a.When.V, maxGuard))
		case i > 0:
			label = append(label, p.words.otherwise)
		}
		as.labels = nil
		if len(label) > 0 {
			as.labels = []string{strings.Join(label, ", ")}
		}
		as.ways = []way{{event, i}}
		p.arrow(from, a.Goto.V, as)
	}
}

// arrow adds an arrow, or its label to one that runs the same way. Without a state it leads back to where it begins: the run stays there.
func (p *Picture) arrow(from, state string, as arrow) {
	as.from, as.to, as.stays = from, stateID(state), state == ""
	if as.stays {
		as.to = from
	}
	p.join(as)
}

func (p *Picture) join(as arrow) {
	for i, other := range p.arrows {
		same := other.from == as.from && other.to == as.to && other.timed == as.timed && other.stays == as.stays
		if same && len(other.labels) > 0 && len(as.labels) > 0 {
			p.arrows[i].labels = append(other.labels, as.labels...)
			p.arrows[i].ways = append(other.ways, as.ways...)
			return
		}
	}
	p.arrows = append(p.arrows, as)
}

// target is what a label says about where an arrow leads.
func (p *Picture) target(a arrow) string {
	if a.stays {
		return p.words.stays
	}
	if queue, ok := strings.CutPrefix(a.to, queueID("")); ok {
		return p.words.queue + " " + queue
	}
	return nameOf(a.to)
}

// nameOf is the name of a state by the id of its box.
func nameOf(id string) string { return strings.TrimPrefix(id, stateID("")) }

// missing adds a box for every target that is not there.
func (p *Picture) missing(why string) {
	for _, a := range p.arrows {
		if !p.hasBox(a.to) {
			p.boxes = append(p.boxes, box{id: a.to, kind: kindMissing, title: nameOf(a.to), foot: why})
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

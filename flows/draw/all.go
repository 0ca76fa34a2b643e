package draw

import (
	"cmp"
	"slices"
	"strings"

	"relevo/engine"
)

func queueID(name string) string { return "queue " + name }
func flowID(name string) string  { return stateID(name) }

// All is the picture of how flows call each other: what starts them, which of them run others and with which outcomes they come back, and
// the queues in which their contacts wait for people. Marks count by flow.
func All(defs []*engine.Definition, opts Options) Picture {
	languages := []string{opts.Language}
	for _, def := range defs {
		languages = append(languages, languagesOf(def, "")...)
	}
	p := Picture{id: "flows", words: vocabularyOf(languages), whole: true}
	p.title = p.words.allFlows
	p.subtitle = count(len(defs), p.words.flow, p.words.flows)
	for _, def := range defs {
		p.flow(def, opts.Language)
	}
	for i, def := range defs {
		if first := slices.IndexFunc(defs, func(d *engine.Definition) bool { return d.Flow.V == def.Flow.V }); first == i {
			p.calls(def)
		}
	}
	p.queues()
	p.missing(p.words.noFlow)
	p.mark(opts.Marks)
	return p
}

// flow adds the box of a flow, with what starts it.
func (p *Picture) flow(def *engine.Definition, language string) {
	id := flowID(def.Flow.V)
	if p.hasBox(id) {
		return
	}
	languages := languagesOf(def, language)
	b := box{id: id, kind: kindFlow, title: def.Flow.V, foot: count(len(def.States), p.words.state, p.words.states)}
	var body []string
	if title, ok := def.Title.In(languages...); ok {
		body = append(body, title.V)
	}
	for _, e := range p.triggers(def, languages) {
		body = append(body, p.entryText(e))
	}
	b.body = lines(body...)
	p.boxes = append(p.boxes, b)
}

// calls adds the ways from a flow to those that it runs, and to its queues. What it catches of another flow's outcomes is the label.
func (p *Picture) calls(def *engine.Definition) {
	from := flowID(def.Flow.V)
	for _, s := range def.States {
		switch {
		case s.Run != nil && s.Run.Flow.V != "":
			p.join(arrow{from: from, to: flowID(s.Run.Flow.V), labels: []string{s.Name.V + outcomes(s)}, ways: []way{{}}})
		case s.Handoff != nil && s.Handoff.Queue.V != "":
			p.join(arrow{from: from, to: queueID(s.Handoff.Queue.V), labels: []string{s.Name.V}, ways: []way{{}}})
		}
	}
}

// outcomes lists what a state that runs another flow catches.
func outcomes(s engine.State) string {
	var names []string
	for _, h := range s.On {
		names = append(names, h.Event.V)
	}
	if len(names) == 0 {
		return ""
	}
	return ": " + strings.Join(names, ", ")
}

// queues adds a box for every queue, by name.
func (p *Picture) queues() {
	var names []string
	for _, a := range p.arrows {
		if name, ok := strings.CutPrefix(a.to, queueID("")); ok {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, cmp.Compare[string])
	for _, name := range slices.Compact(names) {
		p.boxes = append(p.boxes, box{id: queueID(name), kind: kindQueue, title: name})
	}
}

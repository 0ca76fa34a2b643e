package engine

import (
	"maps"
	"slices"

	"relevo/engine/diag"
)

// maxShadowWork bounds how many words and phrases are held against each other. A hundred flows of fifty phrases take some ten thousand comparisons;
// a project that is made of words like each other takes more than anybody wants to wait for.
const maxShadowWork = 1_000_000

// Shadows finds what can never be reached because something else captures it: phrases that start another flow or are a command, titles of choices that
// mean something else, business events that start only the first of several flows. Candidates are found by their words; who wins is asked of what a turn
// asks. Flows go in the order of Current.
func (c *Catalog) Shadows() diag.List {
	s := &shadows{catalog: c}
	menu, choices := s.menu(), s.choices()
	s.book = newPhraseBook(s.listeners(), slices.Concat(menu, choices))
	s.checkPhrases()
	s.checkMenu(menu)
	s.checkChoices(choices)
	s.checkEvents()
	s.checkSwitches()
	if s.book.work > maxShadowWork && len(c.Current) > 0 {
		s.findings.Warnf(c.Current[0].Definition.At, "too-many-phrases", "take out phrases that say the same in almost the same words",
			"these flows have so many phrases like each other that not all were compared")
	}
	s.findings.Sort()
	return s.findings
}

type shadows struct {
	catalog  *Catalog
	book     *phraseBook
	findings diag.List
}

// listener is a phrase that may take a message: of a command, or of a flow.
type listener struct {
	words    []string
	placed   []uint32 // in the phrase book
	language string
	text     Str // as it is written; its place is not known where the commands came without theirs

	command Command // "" for a phrase of a flow
	machine *Machine
	trigger int
	order   int // among all of them
}

// state is where a flow's phrase starts the flow.
func (l *listener) state() string { return l.machine.triggers[l.trigger].state }

// listeners are every phrase of the commands and the flows, commands first, then in the order in which they win.
func (s *shadows) listeners() []*listener {
	var all []*listener
	for _, c := range append([]Command{CommandAgent}, wholeCommands...) {
		byLanguage := s.catalog.Commands.Phrases[c]
		for _, language := range slices.Sorted(maps.Keys(byLanguage)) {
			for i, phrase := range byLanguage[language] {
				text := Str{V: phrase, At: s.catalog.Commands.place(c, language, i)}
				all = append(all, &listener{words: s.catalog.phrases[c][language][i], language: language, text: text, command: c})
			}
		}
	}
	for _, m := range s.catalog.Current {
		for i, tr := range m.Definition.Triggers {
			for _, p := range tr.Phrases {
				for k, w := range m.triggers[i].phrases[p.Language.V] {
					all = append(all, &listener{words: w, language: p.Language.V, text: p.Phrases[k], machine: m, trigger: i})
				}
			}
		}
	}
	for i, l := range all {
		l.order = i
	}
	return all
}

// taker tells which of some listeners takes a message of these words while no question is open: it asks what a turn asks, in the same order, of a
// catalog that has only them. nil: none does.
func (s *shadows) taker(text []string, rivals []*listener) *listener {
	small := &Catalog{phrases: map[Command]map[string][][]string{}}
	flows := map[*Machine]*listener{}
	for _, l := range rivals {
		if l.command == "" {
			m := &Machine{triggers: []trigger{{phrases: map[string][][]string{l.language: {l.words}}}}}
			small.Current, flows[m] = append(small.Current, m), l
			continue
		}
		if small.phrases[l.command] == nil {
			small.phrases[l.command] = map[string][][]string{}
		}
		small.phrases[l.command][l.language] = append(small.phrases[l.command][l.language], l.words)
	}
	t := &turn{catalog: small}
	command, _ := t.commanded(text, nil)
	if t.asksForPerson(text, nil) {
		command = CommandAgent
	}
	if command != "" {
		return rivals[slices.IndexFunc(rivals, func(l *listener) bool { return l.command == command })]
	}
	m, _, _ := t.trigger(text)
	return flows[m]
}

// checkPhrases reports phrases that never do what they stand for.
func (s *shadows) checkPhrases() {
	for _, l := range s.book.all {
		if l.machine == nil {
			continue
		}
		if rivals := s.book.rivals(l.words, l.placed); len(rivals) > 1 {
			s.checkPhrase(l, s.taker(l.words, rivals))
		}
	}
}

func (s *shadows) checkPhrase(l, winner *listener) {
	switch {
	case winner == l || winner == nil:
		return
	case winner.command != "":
		s.findings.Warnf(l.text.At, "phrase-shadowed", "use other words, or take that phrase out of the commands",
			"%q does not start flow %q: it is read as the command %q, by its phrase %q", l.text.V, l.machine.Flow, winner.command, winner.text.V)
	case winner.machine != l.machine:
		s.findings.Warnf(l.text.At, "phrase-shadowed", "let only one of the two flows have these words",
			"%q does not start flow %q: flow %q goes first, by its phrase %q", l.text.V, l.machine.Flow, winner.machine.Flow, winner.text.V)
	case winner.state() != l.state():
		s.findings.Errorf(l.text.At, "phrase-shadowed", "take it out of one of the two triggers",
			"%q does not lead to state %q: a trigger before it leads to %q, by its phrase %q", l.text.V, l.state(), winner.state(), winner.text.V)
	case winner.language == l.language && slices.Equal(winner.words, l.words):
		s.findings.Warnf(l.text.At, "duplicate-phrase", "remove one of them: capitals, accents and signs make no difference",
			"this flow has the phrase %q already, as %q", l.text.V, winner.text.V)
	default:
		return
	}
	s.relate(winner.text.At)
}

// relate tells with the last finding where the winner stands.
func (s *shadows) relate(at diag.Range) { s.related(at, "this one wins") }

// related adds another place to the last finding, when it is known.
func (s *shadows) related(at diag.Range, message string) {
	if last := &s.findings[len(s.findings)-1]; !at.IsZero() {
		last.Related = append(last.Related, diag.Related{Range: at, Message: message})
	}
}

package engine

import (
	"slices"
	"strconv"
	"strings"
)

// shownTitle is a title that a contact sees and may write: of a flow in the menu, or of a choice.
type shownTitle struct {
	words    []string
	placed   []uint32 // in the phrase book
	language string
	text     Str
	machine  *Machine
	state    *State // nil: the title of a flow
	choice   int    // in the state's question
}

// menu lists the titles of the flows that the menu has, in each of their languages.
func (s *shadows) menu() []*shownTitle {
	var all []*shownTitle
	for _, m := range s.catalog.Current {
		if !slices.ContainsFunc(m.triggers, func(tr trigger) bool { return len(tr.phrases) > 0 }) {
			continue
		}
		for _, language := range m.languages {
			if title, ok := m.Definition.Title.In(language); ok {
				all = append(all, &shownTitle{words: words(title.V), language: language, text: title, machine: m})
			}
		}
	}
	return all
}

// choices lists the titles of all choices, in each language, question by question. What an expression writes is not known here.
func (s *shadows) choices() []*shownTitle {
	var all []*shownTitle
	for _, m := range s.catalog.Current {
		for i := range m.Definition.States {
			st := &m.Definition.States[i]
			if st.Ask == nil {
				continue
			}
			for _, language := range m.languages {
				for k, ch := range st.Ask.Choices {
					if title, ok := ch.Title.In(language); ok && !strings.Contains(title.V, "{{") {
						all = append(all, &shownTitle{words: words(title.V), language: language, text: title, machine: m, state: st, choice: k})
					}
				}
			}
		}
	}
	return all
}

// checkMenu reports titles of flows that, written by a contact who sees the menu, do something else than start the flow.
func (s *shadows) checkMenu(titles []*shownTitle) {
	first := map[string]*shownTitle{} // language and words → the title that is picked
	for _, t := range titles {
		if len(t.words) == 0 {
			continue
		}
		key := t.language + " " + string(s.book.key(t.placed))
		winner, other := s.taker(t.words, s.book.inside(t.words, t.placed)), first[key]
		switch {
		case winner != nil && winner.command != "":
			s.findings.Warnf(t.text.At, "choice-shadowed", "give the flow another title",
				"who picks flow %q in the menu by writing its title %q gets the command %q, by its phrase %q", t.machine.Flow, t.text.V, winner.command, winner.text.V)
			s.relate(winner.text.At)
		case winner != nil && winner.machine != t.machine:
			s.findings.Warnf(t.text.At, "choice-shadowed", "give the flow another title, or change that phrase",
				"who picks flow %q in the menu by writing its title %q gets flow %q, by its phrase %q", t.machine.Flow, t.text.V, winner.machine.Flow, winner.text.V)
			s.relate(winner.text.At)
		case winner == nil && other != nil && slices.EqualFunc(other.words, t.words, near):
			s.findings.Warnf(t.text.At, "choice-shadowed", "give one of the two flows another title",
				"who picks flow %q in the menu by writing its title %q gets flow %q, whose title is %q", t.machine.Flow, t.text.V, other.machine.Flow, other.text.V)
			s.relate(other.text.At)
		case winner == nil && other == nil:
			first[key] = t
		}
	}
}

// checkChoices reports titles of choices that mean something else: another choice of the question, or a command that can not be had there any more.
func (s *shadows) checkChoices(titles []*shownTitle) {
	for len(titles) > 0 {
		n := 1
		for n < len(titles) && titles[n].state == titles[0].state && titles[n].language == titles[0].language {
			n++
		}
		s.checkQuestion(titles[:n])
		titles = titles[n:]
	}
}

// checkQuestion checks the titles of one question in one language.
func (s *shadows) checkQuestion(titles []*shownTitle) {
	for i, t := range titles {
		s.checkNames(t, titles)
		s.checkNumber(t, titles)
		for _, other := range titles[:i] {
			if !slices.Equal(other.words, t.words) && len(t.words) > 0 && slices.EqualFunc(other.words, t.words, near) {
				s.findings.Warnf(t.text.At, "choice-shadowed", "make the two titles differ in more than one letter of a word",
					"a slip in %q or in %q can mean either choice: it is not understood", other.text.V, t.text.V)
				s.related(other.text.At, "the other title")
			}
		}
		s.checkCommand(t)
	}
}

// meant is the choice that a text is read as, by its place; -1: none.
func (t *shownTitle) meant(text string, titles []*shownTitle) int {
	a := &ask{}
	for _, other := range titles {
		a.choices = append(a.choices, choice{name: other.name(), title: message{"": {parts: []templatePart{{text: other.text.V}}}}})
	}
	name := (&turn{catalog: &Catalog{}}).match(&Machine{}, &Run{}, a, text)
	return slices.IndexFunc(titles, func(other *shownTitle) bool { return name != "" && other.name() == name })
}

// name is the choice's name.
func (t *shownTitle) name() string { return t.state.Ask.Choices[t.choice].Name.V }

// checkNames reports a title that is the name of a choice before it: names go, too.
func (s *shadows) checkNames(t *shownTitle, titles []*shownTitle) {
	if !slices.ContainsFunc(titles, func(o *shownTitle) bool { return o.choice < t.choice && slices.Equal(words(o.name()), t.words) }) {
		return
	}
	if at := t.meant(t.text.V, titles); at >= 0 && titles[at].choice != t.choice {
		s.findings.Warnf(t.text.At, "choice-shadowed", "rename that choice, or give this one another title",
			"who writes %q gets the choice %q: that is its name", t.text.V, titles[at].name())
		s.relate(t.state.Ask.Choices[titles[at].choice].Name.At)
	}
}

// checkNumber reports a title that is a number, and the number of another choice where choices are shown with numbers.
func (s *shadows) checkNumber(t *shownTitle, titles []*shownTitle) {
	n, err := strconv.Atoi(strings.Join(t.words, " "))
	if err != nil || n < 1 || n > len(t.state.Ask.Choices) || n == t.choice+1 || len(titles) < len(t.state.Ask.Choices) {
		return
	}
	if at := t.meant(strconv.Itoa(n), titles); at >= 0 && titles[at].choice == t.choice {
		s.findings.Warnf(t.text.At, "choice-shadowed", "add a word to the title, or put the choices in the order of their numbers",
			"%q means this choice, and not choice number %d, which is %q", t.text.V, n, titles[n-1].text.V)
		s.related(titles[n-1].text.At, "the choice of that number")
	}
}

// checkCommand reports a title that takes the place of a command which leads elsewhere. A question goes before commands.
func (s *shadows) checkCommand(t *shownTitle) {
	winner := s.taker(t.words, slices.DeleteFunc(slices.Clone(s.book.rivals(t.words, t.placed)), func(l *listener) bool { return l.command == "" }))
	if winner == nil || t.machine.off[winner.command] || s.wanted(t, winner.command) {
		return
	}
	if winner.command == CommandStop {
		s.findings.Warnf(t.text.At, "choice-shadowed", "give the choice another title: contacts write this to get no more messages",
			"who writes %q at this question gets the choice %q, and is not opted out", t.text.V, t.name())
	} else {
		s.findings.Warnf(t.text.At, "choice-shadowed", "let both lead to the same state, or give the choice another title",
			"who writes %q at this question gets the choice %q, and not the command %q", t.text.V, t.name(), winner.command)
	}
	s.related(winner.text.At, "the phrase of the command")
}

// wanted tells that a choice does what the command of the same words would do, or that its author has given the command's name to it.
func (s *shadows) wanted(t *shownTitle, c Command) bool {
	name := t.name()
	if c == CommandStop {
		return false // nobody can be kept from opting out
	}
	if name == string(c) {
		return true
	}
	st := t.machine.states[t.state.Name.V]
	leads := targetsOf(st.on[name], t.machine.on[name], st.on[EventNameAnswered], t.machine.on[EventNameAnswered])
	if c == CommandAgent {
		return slices.ContainsFunc(leads, func(to string) bool { return t.machine.bringsPeople(to) })
	}
	command := targetsOf(st.on[string(c)], t.machine.on[string(c)])
	return len(command) == 0 || slices.ContainsFunc(leads, func(to string) bool { return slices.Contains(command, to) })
}

// targetsOf are the states that the first of some handlers leads to.
func targetsOf(handlers ...[]alternative) []string {
	var names []string
	for _, alternatives := range handlers {
		for _, a := range alternatives {
			names = append(names, a.to)
		}
		if len(names) > 0 {
			break
		}
	}
	return names
}

// bringsPeople tells that a handoff can follow a state without another word of the contact.
func (m *Machine) bringsPeople(name string) bool {
	seen := map[string]bool{}
	for queue := []string{name}; len(queue) > 0; queue = queue[1:] {
		st := m.states[queue[0]]
		switch {
		case st == nil || seen[st.name] || st.ask != nil:
		case st.handoff != nil:
			return true
		default:
			queue = append(queue, st.targets()...)
		}
		seen[queue[0]] = true
	}
	return false
}

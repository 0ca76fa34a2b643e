package engine

import (
	"slices"
	"strings"
	"unicode"
)

// command tells whether a message is nothing but a phrase of a command.
func (t *turn) command(text []string, c Command) bool {
	_, found := t.phrase(text, c)
	return found
}

// minStopSlip is the length from which a word of CommandStop may have one slip: nobody is opted out by mistake.
const minStopSlip = 8

// phrase finds the language of the command's phrase that a message consists of; the contact's own language goes first.
func (t *turn) phrase(text []string, c Command) (language string, found bool) {
	preferred, same := t.preferred(), near
	if c == CommandStop { // in a short word one slip is too near to another word: pagar is not parar
		same = func(a, b string) bool { return a == b || min(len(a), len(b)) >= minStopSlip && near(a, b) }
	}
	for candidate, list := range t.catalog.phrases[c] {
		for _, phrase := range list {
			if len(text) == 0 || !slices.EqualFunc(text, phrase, same) {
				continue
			}
			if !found || candidate == preferred || language != preferred && candidate < language {
				language, found = candidate, true
			}
		}
	}
	return language, found
}

// wholeCommands are those that a message must consist of. agent may stand anywhere in a message, correct at its beginning.
var wholeCommands = []Command{
	CommandStop, CommandStart, CommandCancel, CommandBack, CommandRepeat, CommandLanguage, CommandMenu, CommandHelp,
}

// commanded finds the command that a message consists of, and the language of its phrase. m is the flow in focus, which may have switched commands
// off, or nil.
func (t *turn) commanded(text []string, m *Machine) (Command, string) {
	for _, c := range wholeCommands {
		if m != nil && m.off[c] && c != CommandStop { // nobody can be kept from opting out
			continue
		}
		if language, found := t.phrase(text, c); found {
			return c, language
		}
	}
	return "", ""
}

// commandLanguage is the language that a command's phrase tells, or "".
func (t *turn) commandLanguage(text []string) string {
	if language, _ := longest(t.catalog.phrases[CommandAgent], text, t.preferred()); language != "" {
		return language
	}
	for _, c := range wholeCommands {
		if language, found := t.phrase(text, c); found && (c == CommandLanguage || t.spoken(language) != "") {
			return language
		}
	}
	return ""
}

// asksForPerson tells whether the contact asks for a person, anywhere in a message.
func (t *turn) asksForPerson(text []string, m *Machine) bool {
	language, _ := longest(t.catalog.phrases[CommandAgent], text, t.preferred())
	return language != "" && (m == nil || !m.off[CommandAgent])
}

// obey carries out a command: the way that the flow has for it, else the default. It tells whether there was anything to do. r is the run in focus, or
// nil; language is that of the phrase.
func (t *turn) obey(c Command, language string, r *Run) bool {
	if r != nil && c != CommandStop {
		id := r.ID
		if t.raise(r, string(c)) {
			return true
		}
		r = t.conv.Run(id)
	}
	switch c {
	case CommandAgent:
		t.giveUp(r, ReasonAsked, TextHandingOver)
	case CommandStop:
		t.optOut()
	case CommandStart:
		if !t.conv.Contact.OptedOut {
			t.trace("command", string(CommandMenu))
			t.send(nil, t.menu())
			return true
		}
		t.learn(func(c *Contact) { c.OptedOut = false })
		t.say(r, TextStarted)
		t.askOrMenu(r)
	case CommandCancel:
		t.cancel(r)
	case CommandBack:
		t.back(r)
	case CommandRepeat:
		t.askOrMenu(r)
	case CommandLanguage:
		if language == "" { // no button of ours
			return false
		}
		t.learn(func(c *Contact) { c.Language, c.Guessed = language, false })
		t.say(r, TextLanguage)
		t.askOrMenu(r)
	case CommandMenu:
		if r != nil && t.guarded("") { // nothing of the menu could be had now
			t.trace("held", string(c))
			t.askOrMenu(r)
			return true
		}
		t.send(nil, t.menu())
	case CommandHelp:
		t.help(r)
	default:
		return false
	}
	t.conv.Misses = 0
	t.trace("command", string(c))
	return true
}

// optOut ends everything under way: nothing is sent any more that the contact did not ask for.
func (t *turn) optOut() {
	t.learn(func(c *Contact) { c.OptedOut = true })
	t.say(nil, TextStopped)
	t.endAll()
}

// endAll ends every run because the contact has opted out. A chat with people goes on, and when it ends no flow does.
func (t *turn) endAll() {
	if t.conv.Chat != nil {
		chat := *t.conv.Chat
		chat.Run = ""
		t.conv.Chat = &chat
	}
	for len(t.conv.Runs) > 0 {
		r := &t.conv.Runs[len(t.conv.Runs)-1]
		t.conv.Focus, r.Parent = nil, ""
		if r.Wait == WaitRun {
			r.Wait = "" // what it waited for has ended
		}
		t.leave(r)
		t.remove(r, OutcomeOptedOut)
	}
	t.conv.Deferred = nil
}

// cancel ends the run in focus, and the runs that wait for it unless they know what to do about it.
func (t *turn) cancel(r *Run) {
	if r == nil {
		t.say(nil, TextNothingToCancel)
		t.send(nil, t.menu())
		return
	}
	t.say(r, TextCancelled)
	id := r.ID
	t.leave(r)
	t.end(t.conv.Run(id), OutcomeCancelled)
}

// back asks the question again that was answered before the one in focus. Before the first question of a flow that another one runs comes the last one of
// that flow, which then runs it anew.
func (t *turn) back(r *Run) {
	if r != nil && r.Wait == WaitAsk {
		for p := r; p != nil; p = t.conv.Run(p.Parent) {
			if m := t.machine(p); m == nil || m.off[CommandBack] {
				break
			}
			if len(p.Asked) > 0 {
				t.returnTo(p, len(p.Asked)-1)
				return
			}
		}
	}
	t.say(r, TextNothingBefore)
	t.askOrMenu(r)
}

// settled forgets what was asked in a run and in those that wait for it: it can not be taken back any more.
func (t *turn) settled(r *Run) {
	for ; r != nil; r = t.conv.Run(r.Parent) {
		r.Asked = nil
	}
}

// returnTo enters an earlier question again, by its place in Asked. What was answered after it is forgotten.
func (t *turn) returnTo(r *Run, at int) {
	m, state := t.machine(r), r.Asked[at]
	if m == nil || m.states[state] == nil || m.states[state].ask == nil {
		t.askOrMenu(r)
		return
	}
	r.Asked = slices.Clone(r.Asked[:at])
	if _, err := m.move(r.State, m.states[state].ask.back); err != nil {
		t.trace("undeclared", err.Error())
		t.giveUp(r, "undeclared", TextSomethingFailed)
		return
	}
	t.via = string(CommandBack)
	t.visit(r, state, true)
}

// help says what to do here: the state's own words, else the flow's, else the engine's.
func (t *turn) help(r *Run) {
	if r != nil {
		if m := t.machine(r); m != nil {
			if text, err := t.text(m, r, m.states[r.State].help); err == nil && text != "" {
				t.send(r, Outgoing{Kind: OutgoingText, Text: text})
				t.askOrMenu(r)
				return
			}
		}
	}
	t.say(r, TextHelp)
	t.askOrMenu(r)
}

// corrects takes a message that begins with a phrase of CommandCorrect: "no, I meant AB123456", "sorry, the other order". What follows answers the
// question in focus, or an earlier one, or names an earlier one; otherwise the last question is asked again.
func (t *turn) corrects(m *Machine, r *Run, a *ask, msg Message, text []string, free bool) bool {
	length, skipped := t.correction(text)
	if length == 0 || m.off[CommandCorrect] || free && (length < 2 || len(r.Asked) == 0) { // "sorry …" may begin any text
		return false
	}
	id := r.ID
	if t.raise(r, string(CommandCorrect)) {
		return true
	}
	r = t.conv.Run(id)
	rest := msg
	rest.Text = skipWords(msg.Text, skipped+length)
	restWords := text[skipped+length:]
	t.trace("command", string(CommandCorrect))
	if len(restWords) > 0 && (len(a.choices) > 0 || !m.slots[a.slot].free()) && t.accept(m, r, a, rest) {
		return true
	}
	for at := len(r.Asked) - 1; at >= 0; at-- {
		st := m.states[r.Asked[at]]
		if st == nil || st.ask == nil {
			continue
		}
		sl := m.slots[st.ask.slot]
		if len(restWords) > 0 && (len(st.ask.choices) > 0 || !sl.free()) && t.answersAgain(m, r, at, rest) {
			return true
		}
		if t.names(m, r, sl, restWords) {
			t.returnTo(r, at)
			return true
		}
	}
	if len(r.Asked) == 0 || free && len(restWords) > 0 { // "no la he recibido" is what happened, not a correction
		return false
	}
	t.returnTo(r, len(r.Asked)-1)
	return true
}

// correction is how many words the phrase of CommandCorrect has that a message begins with; 0 is none. A no before it is skipped: "no, perdón, el otro".
func (t *turn) correction(text []string) (length, skipped int) {
	if length = t.correctionAt(text); length == 0 && len(text) > 1 && (text[0] == "no" || text[0] == "nao") {
		length, skipped = t.correctionAt(text[1:]), 1
	}
	return length, skipped
}

func (t *turn) correctionAt(text []string) int {
	best := 0
	for _, list := range t.catalog.phrases[CommandCorrect] {
		for _, phrase := range list {
			if len(phrase) > best && len(phrase) <= len(text) && slices.EqualFunc(text[:len(phrase)], phrase, near) {
				best = len(phrase)
			}
		}
	}
	return best
}

// answersAgain gives an earlier question a new answer, without asking it. It tells whether the message answers it.
func (t *turn) answersAgain(m *Machine, r *Run, at int, msg Message) bool {
	state := r.Asked[at]
	st := m.states[state]
	if len(st.ask.choices) > 0 {
		if t.match(m, r, st.ask, msg.Text) == "" {
			return false
		}
	} else {
		anew := *r
		anew.Answer = nil // what was asked back is another question's
		if h := t.readAnswer(m, &anew, m.slots[st.ask.slot], msg); h.value == nil {
			return false
		}
	}
	if _, err := m.move(r.State, st.ask.back); err != nil {
		t.trace("undeclared", err.Error())
		return false
	}
	t.leave(r)
	r.State, r.Wait = state, WaitAsk
	r.Entry++
	r.Asked = slices.Clone(r.Asked[:at])
	return t.accept(m, r, st.ask, msg)
}

// names tells whether words name a slot: its title or its name stands in them.
func (t *turn) names(m *Machine, r *Run, sl *slot, text []string) bool {
	if sl == nil || len(text) == 0 {
		return false
	}
	title, err := t.text(m, r, sl.title)
	for _, name := range [][]string{words(title), words(sl.name)} {
		if err == nil && slices.ContainsFunc(name, func(w string) bool {
			return len([]rune(w)) >= minNearRunes && slices.ContainsFunc(text, func(x string) bool { return near(x, w) })
		}) {
			return true
		}
	}
	return false
}

// skipWords cuts the first n words off a text, as words counts them.
func skipWords(s string, n int) string {
	inWord := false
	for i, r := range s {
		letter := unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r)
		if inWord && !letter {
			if n--; n == 0 {
				return strings.TrimLeftFunc(s[i:], func(r rune) bool { return unicode.IsSpace(r) || unicode.IsPunct(r) })
			}
		}
		inWord = letter
	}
	return ""
}

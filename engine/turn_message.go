package engine

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"relevo/engine/reading"
)

// message takes what the contact sent.
func (t *turn) message(msg Message) {
	switch msg.Kind {
	case MessageReaction, MessageEdit, MessageRevoke, MessageSystem, MessageHistory:
		t.trace("recorded", string(msg.Kind)) // not an utterance: kept, never answered
		return
	}
	t.hint = t.spoken(msg.Language)
	text := words(msg.Text)
	stops := t.command(text, CommandStop)
	t.heard(msg, text)
	switch {
	case t.conv.Owner.Kind == OwnerPhone:
		t.renewLease()
	case t.conv.Owner.Kind == OwnerQueue, t.conv.Owner.Kind == OwnerAgent:
		// people answer; the message is in the journal and on their screens
	case msg.Extra["late"] == true:
		t.open("a late message")
		t.giveUp(t.conv.InFocus(), "late", "")
	case t.calling() && !stops:
		t.deferEvent("a call is under way")
		return
	default:
		t.open("the contact wrote")
		t.answer(msg, text)
		return
	}
	if stops && !t.conv.Contact.OptedOut { // whoever answers, it holds
		t.learn(func(c *Contact) { c.OptedOut = true })
		t.endAll()
	}
}

// spoken turns "es-MX" into "es" when a flow speaks it, else "".
func (t *turn) spoken(tag string) string {
	language, _, _ := strings.Cut(strings.ToLower(tag), "-")
	if slices.ContainsFunc(t.catalog.Current, func(m *Machine) bool { return m.speaks(language) }) {
		return language
	}
	return ""
}

// heard notes what every message tells, whoever answers it.
func (t *turn) heard(msg Message, text []string) {
	when := t.now()
	if !msg.Sent.IsZero() && msg.Sent.Before(when) {
		when = msg.Sent
	}
	if when.After(t.conv.LastInbound) {
		t.conv.LastInbound = when
	}
	before := t.conv.Contact
	after := before
	after.Language, after.Guessed = t.detect(msg, text)
	if after.Name == "" {
		after.Name = msg.Name
	}
	if after.Region == "" {
		after.Region = msg.Region
	}
	if after.TimeZone == "" && t.catalog.zone(msg.TimeZone) != nil {
		after.TimeZone = msg.TimeZone
	}
	if after.Name == before.Name && after.Language == before.Language && after.Guessed == before.Guessed && after.Region == before.Region && after.TimeZone == before.TimeZone {
		return
	}
	t.learn(func(c *Contact) {
		c.Name, c.Language, c.Guessed, c.Region, c.TimeZone = after.Name, after.Language, after.Guessed, after.Region, after.TimeZone
	})
}

// detect finds the contact's language: the one that is known for certain, else the one of the phrase that was used, else the one that the words are
// clearly in, else the channel's guess.
func (t *turn) detect(msg Message, text []string) (language string, guessed bool) {
	known := t.conv.Contact
	if known.Language != "" && !known.Guessed {
		return known.Language, false
	}
	if _, _, language := t.trigger(text); language != "" {
		return language, false
	}
	if language := t.commandLanguage(text); language != "" {
		return language, false
	}
	if msg.Payload == "" {
		if language, clear := t.catalog.guesser().Guess(msg.Text); clear && t.spoken(language) != "" {
			return language, false
		}
	}
	if known.Language != "" {
		return known.Language, true
	}
	return t.hint, t.hint != ""
}

// answer is the bot's turn to react to a message.
func (t *turn) answer(msg Message, text []string) {
	r := t.conv.InFocus()
	if length := utf8.RuneCountInString(msg.Text); length > MaxInboundRunes {
		t.trace("budget_message", strconv.Itoa(length)+" characters")
		t.say(r, TextTooLong)
		return
	}
	if msg.Payload != "" && t.button(msg.Payload) {
		return
	}
	if r != nil && r.Wait == WaitAsk {
		t.hear(r, msg, text)
		return
	}
	if t.asksForPerson(text, nil) {
		t.obey(CommandAgent, "", r)
		return
	}
	if command, language := t.commanded(text, nil); command != "" && t.obey(command, language, r) {
		return
	}
	if m, tr, _ := t.trigger(text); m != nil {
		t.begin(m, tr.state)
		return
	}
	if m := t.offered(msg.Text); m != nil {
		t.begin(m, m.initial)
		return
	}
	t.missed(r, msg, text)
}

// begin starts a flow that the contact asked for. One that is under way already, covered by another one, comes back on top.
func (t *turn) begin(m *Machine, state string) {
	for _, id := range t.conv.Focus {
		if r := t.conv.Run(id); r != nil && r.Flow == m.Flow && r.Wait == WaitAsk && m.key == nil {
			t.focus(r)
			t.askAgain(r, nil)
			return
		}
	}
	t.start(m, state, "")
}

// hear takes a message while the run in focus asks something. What answers the question goes first; then come the commands, an earlier answer that was
// wrong, another flow; free text is last, because anything would be an answer to it.
func (t *turn) hear(r *Run, msg Message, text []string) {
	m := t.machine(r)
	if m == nil {
		t.giveUp(r, "version_missing", TextSomethingFailed)
		return
	}
	a := m.states[r.State].ask
	if t.asksForPerson(text, m) && !t.isChoice(m, r, a, msg.Text) {
		t.obey(CommandAgent, "", r)
		return
	}
	if t.optsOut(m, r, a, text) {
		return
	}
	free := len(a.choices) == 0 && m.slots[a.slot].free()
	if !free && t.accept(m, r, a, msg) {
		return
	}
	if command, language := t.commanded(text, m); command != "" && t.obey(command, language, r) {
		return
	}
	if t.corrects(m, r, a, msg, text, free) || t.digresses(m, r, text, free) {
		return
	}
	if t.insults(r, text, free) {
		return
	}
	if free && t.accept(m, r, a, msg) {
		return
	}
	why := unread(msg)
	if sl := m.slots[a.slot]; len(a.choices) == 0 && sl != nil && needed[sl.typ] != "" {
		why = needed[sl.typ]
	}
	t.misunderstood(m, r, a, why)
}

// optsOut obeys a message that is nothing but the words for opting out, before a choice that only stands in it: "no more messages" is not "No".
func (t *turn) optsOut(m *Machine, r *Run, a *ask, text []string) bool {
	command, language := t.commanded(text, m)
	if command != CommandStop || slices.ContainsFunc(a.choices, func(ch choice) bool { return t.says(m, r, ch, text) }) {
		return false
	}
	return t.obey(command, language, r)
}

// says tells that a text is a choice, word by word.
func (t *turn) says(m *Machine, r *Run, ch choice, text []string) bool {
	title, err := t.text(m, r, ch.title)
	return slices.Equal(words(ch.name), text) || err == nil && slices.Equal(words(title), text)
}

// accept takes a message as the answer to the question, when it is one, or a part of one.
func (t *turn) accept(m *Machine, r *Run, a *ask, msg Message) bool {
	if len(a.choices) > 0 {
		name := t.match(m, r, a, msg.Text)
		if name == "" {
			return false
		}
		t.chosen(r, a, name)
		return true
	}
	return t.use(m, r, a, t.readAnswer(m, r, m.slots[a.slot], msg))
}

// needed is what to say where words are no answer.
var needed = map[SlotType]TextKey{SlotLocation: TextNeedLocation, SlotFile: TextNeedFile, SlotImage: TextNeedImage}

// unread says what kind of message it is that nothing could be read out of; "" for words.
func unread(msg Message) TextKey {
	switch {
	case msg.Kind == MessageSticker:
		return TextSticker
	case msg.Kind == MessageAudio:
		return TextVoice
	case msg.Kind == MessageText && strings.TrimSpace(msg.Text) == "":
		return TextEmpty
	case strings.TrimSpace(msg.Text) == "":
		return TextNotText
	case len(words(msg.Text)) == 0:
		return TextEmoji
	}
	return ""
}

// digresses starts another flow whose phrase the contact used, unless this one may not be interrupted. Where the question takes any text, only a
// message that is nothing but the phrase counts.
func (t *turn) digresses(m *Machine, r *Run, text []string, free bool) bool {
	other, tr, _ := t.trigger(text)
	if other == nil || other.Flow == m.Flow || t.guarded("") {
		return false
	}
	if free && !slices.ContainsFunc(slices.Collect(maps.Values(tr.phrases)), func(list [][]string) bool {
		return slices.ContainsFunc(list, func(phrase []string) bool { return slices.EqualFunc(phrase, text, near) })
	}) {
		return false
	}
	t.trace("digressed", m.Flow+" to "+other.Flow)
	t.begin(other, tr.state)
	return true
}

// maxInsultWords is how long a message may be that is only an insult where any text is an answer. A longer one has something to say.
const maxInsultWords = 4

// insults answers an insult: calmly, and the next one by people.
func (t *turn) insults(r *Run, text []string, free bool) bool {
	if free && len(text) > maxInsultWords {
		return false
	}
	if language, _ := longest(t.catalog.abuse, text, t.preferred()); language == "" {
		return false
	}
	t.conv.Insults++
	t.trace("insulted", "")
	if t.conv.Insults > maxInsults {
		t.giveUp(r, "insulted", TextHandingOver)
		return true
	}
	t.say(r, TextCalm)
	t.askOrMenu(r)
	return true
}

// askOrMenu puts the question in focus again, else what can be done here.
func (t *turn) askOrMenu(r *Run) {
	if r != nil && r.Wait == WaitAsk {
		t.askAgain(r, nil)
		return
	}
	if r == nil {
		t.send(nil, t.menu())
	}
}

// preferred is the language to take where phrases of several match equally well.
func (t *turn) preferred() string {
	if known := t.conv.Contact.Language; known != "" {
		return known
	}
	return t.hint
}

// longest finds the phrase of most words that stands in text, and its language. Ties go to the preferred language, then to the
// first in the alphabet, so that the same text always gives the same answer.
func longest(phrases map[string][][]string, text []string, preferred string) (language string, length int) {
	for candidate, list := range phrases {
		for _, phrase := range list {
			if len(phrase) < length || !contains(text, phrase) {
				continue
			}
			better := len(phrase) > length || candidate == preferred || language != preferred && candidate < language
			if better {
				language, length = candidate, len(phrase)
			}
		}
	}
	return language, length
}

// trigger finds the flow whose phrase matches best: the longest phrase, then the first flow.
func (t *turn) trigger(text []string) (m *Machine, found trigger, language string) {
	best := 0
	for _, candidate := range t.catalog.Current {
		for _, tr := range candidate.triggers {
			if l, n := longest(tr.phrases, text, t.preferred()); n > best {
				m, found, language, best = candidate, tr, l, n
			}
		}
	}
	return m, found, language
}

// isChoice tells that a text is one of the choices on offer, which then wins over a command of the same words.
func (t *turn) isChoice(m *Machine, r *Run, a *ask, text string) bool {
	return len(a.choices) > 0 && t.match(m, r, a, text) != ""
}

// match finds the choice that a text means: its number, its name, its title, a title with a slip, or the only title that stands in
// the text. "" is none or more than one.
func (t *turn) match(m *Machine, r *Run, a *ask, text string) string {
	w := words(text)
	titles := make([][]string, len(a.choices))
	for i, ch := range a.choices {
		title, err := t.text(m, r, ch.title)
		if err != nil {
			return ""
		}
		titles[i] = words(title)
		if slices.Equal(titles[i], w) || slices.Equal(words(ch.name), w) {
			return ch.name
		}
	}
	if n := reading.Ordinal(text, len(a.choices)); n > 0 {
		return a.choices[n-1].name
	}
	found := ""
	for i, ch := range a.choices {
		if slices.EqualFunc(titles[i], w, near) || contains(w, titles[i]) || len(w) > 0 && utf8.RuneCountInString(w[0]) >= minNearRunes && contains(titles[i], w) {
			if found != "" {
				return ""
			}
			found = ch.name
		}
	}
	return found
}

// chosen stores a choice. The event is the choice's name, else "answered".
func (t *turn) chosen(r *Run, a *ask, name string) {
	t.answered(r, a.slot, name, name, EventNameAnswered)
}

// answered stores a value and goes on by the first of the events that the flow knows.
func (t *turn) answered(r *Run, slot string, v any, events ...string) {
	id := r.ID
	t.focus(r)
	t.setSlot(r, slot, v)
	r.Asked = append(slices.Clone(r.Asked), r.State)
	r.Asked = r.Asked[max(0, len(r.Asked)-maxAsked):]
	for _, event := range events {
		if t.raise(r, event) {
			return
		}
		if r = t.conv.Run(id); r == nil {
			return
		}
	}
	t.trace("dead_end", r.Flow+"."+r.State)
	t.giveUp(r, "dead_end", TextSomethingFailed)
}

// offerAt is the misunderstood answer in a row at which a person is offered.
const offerAt = 2

// misunderstood counts a wrong answer and asks again, or gives up. why is the sentence to say about it, "" where the question has its own.
func (t *turn) misunderstood(m *Machine, r *Run, a *ask, why TextKey) {
	r.Attempts++
	r.Answer = nil
	if r.Attempts >= a.attempts {
		id := r.ID
		if t.raise(r, EventNameExhausted) {
			return
		}
		t.giveUp(t.conv.Run(id), "not_understood", TextHandingOver)
		return
	}
	instead := a.reask
	offers := r.Attempts >= offerAt && !m.off[CommandAgent] // it begs pardon, too
	if why != "" {
		t.say(r, why)
		instead = nil
	} else if a.reask == nil && !offers {
		t.say(r, TextNotUnderstood)
	}
	if !offers {
		t.askAgain(r, instead)
		return
	}
	t.say(r, TextOfferPerson)
	t.askWith(r, instead, t.offer(m, r, a))
}

// offer is the button with which a person is asked for, unless the question has one of the same name.
func (t *turn) offer(m *Machine, r *Run, a *ask) []Choice {
	title := t.sentence(r, TextPerson)
	if title == "" || t.match(m, r, a, title) != "" {
		return nil
	}
	return []Choice{{Payload: commandPayload(CommandAgent), Title: title}}
}

// commandPayload is what a button of the engine's own brings back.
func commandPayload(c Command) string { return "command/" + string(c) }

// maxMisses is how many messages in a row no flow may understand; with one more people take over.
const maxMisses = 2

// missed answers a message that no flow understands: with what the bot can do, the second time with people on offer too, then with people. r is the
// run in focus, which waits for something else than an answer, or nil.
func (t *turn) missed(r *Run, msg Message, text []string) {
	if t.insults(r, text, false) {
		return
	}
	t.conv.Misses++
	t.trace("not_understood", string(msg.Kind))
	menu := t.menu()
	if t.conv.Misses > maxMisses || len(menu.Choices) == 0 {
		t.conv.Misses = 0
		t.giveUp(nil, "not_understood", TextHandingOver)
		return
	}
	if why := unread(msg); why != "" {
		t.say(r, why)
	}
	if t.conv.Misses >= offerAt {
		t.say(nil, TextOfferPerson)
		if title := t.sentence(nil, TextPerson); title != "" {
			menu.Choices = append(menu.Choices, Choice{Payload: commandPayload(CommandAgent), Title: title})
		}
	}
	t.send(nil, menu)
}

// offered finds the flow that a message picks from the last menu, by its number or its title.
func (t *turn) offered(text string) *Machine {
	if n := reading.Ordinal(text, len(t.conv.Offered)); n > 0 {
		return t.catalog.flow(t.conv.Offered[n-1])
	}
	for _, name := range t.conv.Offered {
		if m := t.catalog.flow(name); m != nil && slices.EqualFunc(words(m.Title(t.language())), words(text), near) {
			return m
		}
	}
	return nil
}

// menu lists the flows that a contact can start.
func (t *turn) menu() Outgoing {
	t.conv.Offered = nil
	out := Outgoing{
		Kind: OutgoingChoices, Text: t.catalog.Commands.Text(TextMenu, t.language(), "en"),
		Button: t.catalog.Commands.Text(TextChoose, t.language(), "en"),
	}
	for _, m := range t.catalog.Current {
		if slices.ContainsFunc(m.triggers, func(tr trigger) bool { return len(tr.phrases) > 0 }) {
			out.Choices = append(out.Choices, Choice{Payload: flowPayload(m.Flow), Title: m.Title(t.language())})
			t.conv.Offered = append(t.conv.Offered, m.Flow)
		}
	}
	return out
}

// WindowLeft tells how long free text may still be sent on a channel with a window: from the contact's last message, less a margin.
// It is negative when the window is closed. A window of 0 is no limit.
func (c *Conversation) WindowLeft(window, margin time.Duration, now time.Time) time.Duration {
	return c.LastInbound.Add(window - margin).Sub(now)
}

package engine

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// message takes what the contact sent.
func (t *turn) message(msg Message) {
	switch msg.Kind {
	case MessageReaction, MessageEdit, MessageRevoke, MessageSystem, MessageHistory:
		t.trace("recorded", string(msg.Kind)) // not an utterance: kept, never answered
		return
	}
	t.heard(msg)
	switch {
	case t.conv.Owner.Kind == OwnerPhone:
		t.renewLease()
	case t.conv.Owner.Kind == OwnerQueue, t.conv.Owner.Kind == OwnerAgent:
		// people answer; the message is in the journal and on their screens
	case msg.Extra["late"] == true:
		t.open("a late message")
		t.giveUp(t.conv.InFocus(), "late", "")
	case t.calling():
		t.deferEvent("a call is under way")
	default:
		t.open("the contact wrote")
		t.answer(msg)
	}
}

// heard notes what every message tells, whoever answers it.
func (t *turn) heard(msg Message) {
	when := t.now()
	if !msg.Sent.IsZero() && msg.Sent.Before(when) {
		when = msg.Sent
	}
	if when.After(t.conv.LastInbound) {
		t.conv.LastInbound = when
	}
	language := t.detect(msg)
	named := msg.Name != "" && t.conv.Contact.Name == ""
	if !named && language == t.conv.Contact.Language {
		return
	}
	t.learn(func(c *Contact) {
		if named {
			c.Name = msg.Name
		}
		c.Language = language
	})
}

// detect finds the contact's language: the one already known, else the one of the phrase that was used, else the channel's guess.
func (t *turn) detect(msg Message) string {
	if known := t.conv.Contact.Language; known != "" {
		return known
	}
	text := words(msg.Text)
	if _, _, language := t.trigger(text); language != "" {
		return language
	}
	if language := t.asksForPerson(text); language != "" {
		return language
	}
	hint, _, _ := strings.Cut(strings.ToLower(msg.Language), "-")
	for _, m := range t.catalog.Current {
		if m.speaks(hint) {
			return hint
		}
	}
	return ""
}

// answer is the bot's turn to react to a message.
func (t *turn) answer(msg Message) {
	r := t.conv.InFocus()
	if utf8.RuneCountInString(msg.Text) > MaxInboundRunes {
		t.trace("budget_message", strconv.Itoa(utf8.RuneCountInString(msg.Text))+" characters")
		t.say(TextTooLong)
		return
	}
	if msg.Payload != "" && t.button(msg.Payload) {
		return
	}
	text := words(msg.Text)
	if t.asksForPerson(text) != "" && !t.isChoice(r, msg.Text) {
		if r == nil || !t.raise(r, EventNameAgent) {
			t.giveUp(t.conv.InFocus(), ReasonAsked, TextHandingOver)
		}
		return
	}
	if r != nil && r.Wait == WaitAsk {
		t.read(r, msg)
		return
	}
	if m, tr, _ := t.trigger(text); m != nil {
		t.start(m, tr.state)
		return
	}
	t.missed(msg)
}

// asksForPerson returns the language of the phrase with which the contact asked for a person, or "".
func (t *turn) asksForPerson(text []string) string {
	language, _ := longest(t.catalog.asking, text, t.preferred())
	return language
}

// preferred is the language to take where phrases of several match equally well.
func (t *turn) preferred() string { return t.conv.Contact.Language }

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

// button takes a press. It tells whether the button still means something; otherwise its title is read as text.
func (t *turn) button(payload string) bool {
	kind, rest, _ := strings.Cut(payload, "/")
	switch kind {
	case "flow":
		if m := t.catalog.flow(rest); m != nil {
			t.start(m, m.initial)
			return true
		}
	case "run":
		id, name, _ := strings.Cut(rest, "/")
		r := t.conv.Run(id)
		if r == nil || r.Wait != WaitAsk {
			break
		}
		m := t.machine(r)
		if m == nil {
			break
		}
		a := m.states[r.State].ask
		if slices.ContainsFunc(a.choices, func(ch choice) bool { return ch.name == name }) {
			t.chosen(r, a, name)
			return true
		}
	}
	t.trace("stale_button", payload)
	return false
}

// isChoice tells that a text is one of the choices on offer, which then wins over a command of the same words.
func (t *turn) isChoice(r *Run, text string) bool {
	if r == nil || r.Wait != WaitAsk {
		return false
	}
	m := t.machine(r)
	return m != nil && t.match(m, r, m.states[r.State].ask, text) != ""
}

// read takes an answer to the question in focus.
func (t *turn) read(r *Run, msg Message) {
	m := t.machine(r)
	if m == nil {
		t.giveUp(r, "version_missing", TextSomethingFailed)
		return
	}
	a := m.states[r.State].ask
	if msg.Text == "" {
		t.misunderstood(m, r, a, TextNotText)
		return
	}
	if len(a.choices) > 0 {
		if name := t.match(m, r, a, msg.Text); name != "" {
			t.chosen(r, a, name)
			return
		}
		t.misunderstood(m, r, a, "")
		return
	}
	v, ok := m.slots[a.slot].read(msg.Text)
	if !ok {
		t.misunderstood(m, r, a, "")
		return
	}
	t.answered(r, a.slot, v, EventNameAnswered)
}

// maxValueWords is over how many words a value with a pattern may be spread: "AB 12 34 56".
const maxValueWords = 4

// read finds a slot's value in what the contact wrote. With a pattern, what is around the value and how it is spaced and cased do not
// matter: "it's ab-123456!" is AB123456.
func (s *slot) read(text string) (string, bool) {
	text = strings.TrimSpace(text)
	if s.pattern == nil {
		return text, text != ""
	}
	candidates := []string{text, strings.ToUpper(text), compact(text)}
	fields := strings.Fields(text)
	for width := 1; width <= maxValueWords; width++ {
		for i := 0; i+width <= len(fields); i++ {
			candidates = append(candidates, compact(strings.Join(fields[i:i+width], " ")))
		}
	}
	for _, c := range candidates {
		if s.pattern.MatchString(c) {
			return c, true
		}
	}
	return "", false
}

// compact drops everything but letters and digits, in upper case.
func compact(s string) string { return strings.ToUpper(strings.Join(words(s), "")) }

// match finds the choice that a text means: its number, its name, its title, a title with a slip, or the only title that stands in
// the text. "" is none or more than one.
func (t *turn) match(m *Machine, r *Run, a *ask, text string) string {
	w := words(text)
	if n, err := strconv.Atoi(strings.Join(w, "")); err == nil && n >= 1 && n <= len(a.choices) {
		return a.choices[n-1].name
	}
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
	t.focus(id)
	t.setSlot(r, slot, v)
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

// focus puts a run on top.
func (t *turn) focus(id string) {
	t.conv.Focus = append(slices.DeleteFunc(t.conv.Focus, func(x string) bool { return x == id }), id)
}

// misunderstood counts a wrong answer and asks again, or gives up.
func (t *turn) misunderstood(m *Machine, r *Run, a *ask, why TextKey) {
	r.Attempts++
	if r.Attempts >= a.attempts {
		id := r.ID
		if t.raise(r, EventNameExhausted) {
			return
		}
		t.giveUp(t.conv.Run(id), "not_understood", TextHandingOver)
		return
	}
	if why != "" {
		t.say(why)
		t.askAgain(r, nil)
		return
	}
	if a.reask == nil {
		t.say(TextNotUnderstood)
	}
	t.askAgain(r, a.reask)
}

// missed answers a message that no flow understands: once with what the bot can do, then with people.
func (t *turn) missed(msg Message) {
	t.conv.Misses++
	t.trace("not_understood", string(msg.Kind))
	menu := t.menu()
	if t.conv.Misses > 1 || len(menu.Choices) == 0 {
		t.conv.Misses = 0
		t.giveUp(nil, "not_understood", TextHandingOver)
		return
	}
	t.send(nil, menu)
}

// menu lists the flows that a contact can start.
func (t *turn) menu() Outgoing {
	out := Outgoing{
		Kind: OutgoingChoices, Text: t.catalog.Commands.Text(TextMenu, t.language(), "en"),
		Button: t.catalog.Commands.Text(TextChoose, t.language(), "en"),
	}
	for _, m := range t.catalog.Current {
		if slices.ContainsFunc(m.triggers, func(tr trigger) bool { return len(tr.phrases) > 0 }) {
			out.Choices = append(out.Choices, Choice{Payload: flowPayload(m.Flow), Title: m.Title(t.language())})
		}
	}
	return out
}

// WindowLeft tells how long free text may still be sent on a channel with a window: from the contact's last message, less a margin.
// It is negative when the window is closed. A window of 0 is no limit.
func (c *Conversation) WindowLeft(window, margin time.Duration, now time.Time) time.Duration {
	return c.LastInbound.Add(window - margin).Sub(now)
}

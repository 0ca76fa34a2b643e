package engine

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"relevo/engine/diag"
)

// limitChoices finds choices that a channel shows in another form than as they were written. Each channel chooses the form for each language, as it
// does when it sends; a finding names the first channel that has it.
func (c *compilation) limitChoices(def *Ask, a *ask) {
	c.limitCount(def, a)
	found := map[diag.Range]bool{}
	for _, language := range c.languagesOf(a) {
		titles := titlesIn(def, language)
		for _, ch := range c.narrowFirst() {
			c.limitTitles(ch, def, titles, found)
		}
	}
	if c.pressable(def, a) {
		for i, choice := range def.Choices {
			c.limitFilled(choice.Title, a.choices[i].title)
		}
	}
}

// narrowFirst are the channels, those with the shortest titles first.
func (c *compilation) narrowFirst() []ChannelLimits {
	return slices.SortedStableFunc(slices.Values(c.around.Channels), func(a, b ChannelLimits) int { return cmp.Compare(a.MaxRowTitle, b.MaxRowTitle) })
}

// limitCount finds too many choices for buttons that were asked for, or for a list.
func (c *compilation) limitCount(def *Ask, a *ask) {
	n := len(def.Choices)
	for _, ch := range c.around.Channels {
		switch {
		case a.as != asText && over(n, ch.MaxListRows):
			c.findings.Warnf(def.Slot.At, "too-many-choices", "offer fewer choices, ask in two steps, or write as: text", "%d choices are more than the %d rows of a list on %s: they go out as numbered text", n, ch.MaxListRows, ch.Name)
			return
		case a.as == asButtons && over(n, ch.MaxButtons):
			c.findings.Warnf(def.As.At, "too-many-buttons", "write as: list, or leave it out", "%d choices are more than the %d buttons that %s has under a message", n, ch.MaxButtons, ch.Name)
			return
		}
	}
}

// title is a choice's words in one language, as far as they are written out.
type title struct {
	Str
	shown string // without line breaks and spaces at the ends
	fixed bool   // nothing is filled in
}

func titlesIn(def *Ask, language string) []title {
	var titles []title
	for _, ch := range def.Choices {
		for l, s := range ch.Title.all() {
			if l == language || l == "" {
				titles = append(titles, title{s, strings.Join(strings.Fields(s.V), " "), !strings.Contains(s.V, "{{")})
			}
		}
	}
	return titles
}

// languagesOf are the flow's languages, or "" where no title has one.
func (c *compilation) languagesOf(a *ask) []string {
	for _, ch := range a.choices {
		if ch.title[""] == nil {
			return c.machine.languages
		}
	}
	return []string{""}
}

func longestOf(titles []title) int {
	n := 0
	for _, t := range titles {
		if t.fixed {
			n = max(n, utf8.RuneCountInString(t.shown))
		}
	}
	return n
}

// limitTitles finds titles that a channel cuts, and those that make a list of buttons.
func (c *compilation) limitTitles(ch ChannelLimits, def *Ask, titles []title, found map[diag.Range]bool) {
	shown := ch.form(len(titles), longestOf(titles), def.As.V)
	buttons := ch.form(len(titles), 0, def.As.V) == formButtons
	for _, t := range titles {
		n := utf8.RuneCountInString(t.shown)
		switch {
		case !t.fixed || shown != formList || found[t.At]:
		case over(n, ch.MaxRowTitle):
			found[t.At] = true
			c.findings.Errorf(t.At, "title-too-long", "say it in fewer words", "%s has %d characters for a choice, and this has %d: it is cut", ch.Name, ch.MaxRowTitle, n)
		case buttons && over(n, ch.MaxButtonTitle):
			found[t.At] = true
			c.findings.Warnf(t.At, "title-too-long", "say it in fewer words, or write as: list", "%s has %d characters for a button, and this has %d: all choices go out as a list", ch.Name, ch.MaxButtonTitle, n)
		}
	}
}

// pressable tells that some channel shows the choices of a question as buttons or rows, which have titles.
func (c *compilation) pressable(def *Ask, a *ask) bool {
	return slices.ContainsFunc(c.around.Channels, func(ch ChannelLimits) bool { return ch.form(len(def.Choices), 0, a.as) != formNumbers })
}

// limitFilled finds titles that slots can make too long.
func (c *compilation) limitFilled(def Text, m message) {
	for language, s := range def.all() {
		if t := m[language]; t != nil && strings.Contains(s.V, "{{") {
			c.limitText(s, t, rowTitle)
		}
	}
}

package reading

import (
	"slices"
	"time"
)

// clockTime is a time of day as it was said.
type clockTime struct {
	hour, minute int
	bare         bool // of a 12-hour clock: before or after noon is not known
	midnight     bool // "midnight": of the named day it is the start or the end
	part         part // said with it: "3 in the afternoon"
}

// dayMention is a day as it was said, and what it can be.
type dayMention struct {
	days     []time.Time // UTC midnights, the likeliest first
	weekday  int         // of a bare "tuesday", else -1: it may go with another word for the day
	monthDay int         // of a bare "the 15th", else 0
}

// mention is one date, time, part of the day or span in a text.
type mention struct {
	start, end int // atoms
	bad        bool
	date       *dayMention
	clocks     []clockTime
	part       part
	instant    *time.Time // "in two hours"
	spans      []span
	week       *int // weeks from this one: "next week"
	month      time.Month
}

// parser reads the atoms of one text in one tongue.
type parser struct {
	tongue    *tongue
	atoms     []atom
	kind      Kind
	ctx       Context
	today     time.Time // UTC midnight of the contact's day
	mentions  []mention
	end       int  // of the mention that was found last
	lastIsDay bool // it is a day
}

func newParser(t *tongue, atoms []atom, kind Kind, ctx Context) *parser {
	return &parser{tongue: t, atoms: atoms, kind: kind, ctx: ctx, today: civil(ctx.Now.Date())}
}

func civil(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

func (p *parser) has(i int, r role) (meaning, bool) {
	if i < 0 || i >= len(p.atoms) {
		return meaning{}, false
	}
	for _, m := range p.atoms[i].means {
		if m.role == r {
			return m, true
		}
	}
	return meaning{}, false
}

func (p *parser) is(i int, roles ...role) bool {
	for _, r := range roles {
		if _, ok := p.has(i, r); ok {
			return true
		}
	}
	return false
}

func (p *parser) text(i int) string {
	if i < 0 || i >= len(p.atoms) {
		return ""
	}
	return p.atoms[i].text
}

func (p *parser) glued(i int) bool { return i >= 0 && i < len(p.atoms) && p.atoms[i].glued }

// skip passes an atom that has one of the roles.
func (p *parser) skip(i int, roles ...role) int {
	if p.is(i, roles...) {
		return i + 1
	}
	return i
}

func (p *parser) skipText(i int, text string) int {
	if p.text(i) == text {
		return i + 1
	}
	return i
}

// digits reads a number written in digits.
func (p *parser) digits(i int) (value, digits int) {
	if i < 0 || i >= len(p.atoms) {
		return 0, 0
	}
	return p.atoms[i].value, p.atoms[i].digits
}

// number reads a number in digits or words: "15", "treinta y cinco", "dos mil veintisiete". next is where it ends; i is none.
func (p *parser) number(i int) (value, next int) {
	if v, n := p.digits(i); n > 0 {
		return v, i + 1
	}
	value, next = p.hundreds(i)
	if next > i && p.is(next, thousand) {
		rest, end := p.hundreds(p.skip(next+1, and))
		if end > p.skip(next+1, and) {
			return 1000*value + rest, end
		}
		return 1000 * value, next + 1
	}
	return value, next
}

func (p *parser) hundreds(i int) (value, next int) {
	m, ok := p.has(i, numberWord)
	if !ok {
		return 0, i
	}
	if m.n < 20 || m.n > 90 || m.n%10 != 0 {
		return m.n, i + 1
	}
	joined := i + 1
	if p.tongue.code != "en" {
		if !p.is(joined, and) || p.text(joined) == "con" {
			return m.n, i + 1
		}
		joined++
	}
	if one, ok := p.has(joined, numberWord); ok && one.n >= 1 && one.n <= 9 && p.atoms[joined].width == 1 {
		return m.n + one.n, joined + 1
	}
	return m.n, i + 1
}

// scanMentions finds all mentions, from left to right, the longest first.
func (p *parser) scanMentions() {
	for i := 0; i < len(p.atoms); {
		best := mention{end: i}
		for _, read := range readersOf[p.kind == Duration] {
			if found, ok := read(p, i); ok && found.end > best.end {
				best = found
			}
		}
		if best.end == i {
			i++
			continue
		}
		best.start = i
		p.mentions = append(p.mentions, best)
		p.end, p.lastIsDay = best.end, best.date != nil
		i = best.end
	}
	gone := make([]bool, len(p.mentions))
	p.dropInexact(gone)
	p.dropDenied(gone)
	p.dropTakenBack(gone)
	p.contradict(gone)
	i := -1
	p.mentions = slices.DeleteFunc(p.mentions, func(mention) bool { i++; return gone[i] })
}

// readersOf is what a mention can be, by whether a duration is asked for; among equally long ones the first wins.
var readersOf = map[bool][]func(*parser, int) (mention, bool){
	false: {(*parser).readDate, (*parser).readClock, (*parser).readSpanMention, (*parser).readWeek, (*parser).readPart, (*parser).readMonth},
	true:  {(*parser).readSpanMention},
}

func (p *parser) readPart(i int) (mention, bool) {
	m, ok := p.has(i, partWord)
	if !ok || (m.part == beforeN || m.part == afterN) && len(p.atoms) > 1 && p.ctx.Options == nil {
		return mention{}, false
	}
	return mention{end: i + 1, part: m.part}, true
}

func (p *parser) readMonth(i int) (mention, bool) {
	m, ok := p.has(i, month)
	return mention{end: i + 1, month: time.Month(m.n)}, ok
}

func (p *parser) covered(i int) bool {
	return slices.ContainsFunc(p.mentions, func(x mention) bool { return x.start <= i && i < x.end })
}

func (p *parser) mentionAt(i int) int {
	return slices.IndexFunc(p.mentions, func(x mention) bool { return x.start == i })
}

func (p *parser) dropInexact(gone []bool) {
	for i := range p.atoms {
		m, ok := p.has(i, inexact)
		byEnd := p.text(i) == "by" || p.text(i) == "ate"
		if !ok && !byEnd && !p.is(i, except) || p.covered(i) {
			continue
		}
		at := i + 1
		for range m.n + 1 {
			for p.is(at, theWord, theDay, atWord, ofWord) && p.mentionAt(at) < 0 || m.n > 0 && p.mentionAt(at) < 0 && p.is(at, numberWord, and, upTo) || m.n > 0 && at < len(p.atoms) && p.atoms[at].digits > 0 && p.mentionAt(at) < 0 {
				at++
			}
			found := p.mentionAt(at)
			if found < 0 {
				break
			}
			if !byEnd || p.mentions[found].date == nil {
				gone[found] = true
			}
			at = p.mentions[found].end
		}
	}
}

// dropDenied drops the mentions of a clause that says no. A "no" that stands alone takes back what came before.
func (p *parser) dropDenied(gone []bool) {
	for start := 0; start < len(p.atoms); {
		end := start
		for end < len(p.atoms) && !p.clauseEnd(end) {
			end++
		}
		denied, alone := false, true
		for i := start; i < end; i++ {
			denied = denied || p.is(i, not) && !p.covered(i)
			alone = alone && p.is(i, not, filler)
		}
		for i, x := range p.mentions {
			if denied && (alone && x.end <= start || !alone && x.start >= start && x.start < end) {
				gone[i] = true
			}
		}
		start = end + 1
	}
}

func (p *parser) clauseEnd(i int) bool {
	a := p.atoms[i]
	separates := len(a.text) == 1 && (a.text[0] == ',' || a.text[0] == ';' || a.text[0] == '.' || a.text[0] == '!' || a.text[0] == '?' || a.text[0] == '(' || a.text[0] == ')')
	return (separates || p.is(i, but, instead)) && !p.covered(i)
}

// dropTakenBack drops what stands before "I mean", if something stands after it.
func (p *parser) dropTakenBack(gone []bool) {
	for i := range p.atoms {
		if !p.is(i, instead) || p.covered(i) {
			continue
		}
		last := len(p.mentions) - 1
		for last >= 0 && gone[last] {
			last--
		}
		if last < 0 || p.mentions[last].start < i {
			continue
		}
		for j, x := range p.mentions {
			if x.end <= i && (x.date != nil == (p.anyAfter(i, gone, func(y mention) bool { return y.date != nil }))) {
				gone[j] = true
			}
		}
	}
}

func (p *parser) anyAfter(i int, gone []bool, want func(mention) bool) bool {
	for j, x := range p.mentions {
		if x.start >= i && !gone[j] && want(x) {
			return true
		}
	}
	return false
}

// contradict makes bad what can not be read as one value: the two ends of a range, and days that exclude each other.
func (p *parser) contradict(gone []bool) {
	for i := range p.mentions {
		x := &p.mentions[i]
		if p.rangeBefore(i) || p.rangeAfter(x) || p.otherNumber(x) {
			x.bad = true
		}
		if i == 0 || gone[i] || gone[i-1] || p.mentions[i-1].date == nil || x.date == nil || !p.touching(p.mentions[i-1].end, x.start) {
			continue
		}
		before := &p.mentions[i-1]
		both := bothDays(before.date, x.date)
		weekdays := btoi(before.date.weekday >= 0) + btoi(x.date.weekday >= 0)
		if len(both.days) == 0 && weekdays == 1 || before.bad || x.bad {
			x.bad = true
		} else if len(both.days) > 0 && weekdays < 2 {
			x.date, before.date = both, both
		}
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// touching tells that nothing but a comma or an article stands between two mentions.
func (p *parser) touching(from, to int) bool {
	for i := from; i < to; i++ {
		if p.text(i) != "," && !p.is(i, theWord, theDay, ofWord, thisWord) {
			return false
		}
	}
	return true
}

// bothDays is the day that two words mean together: "tuesday the 24th". None if they exclude each other.
func bothDays(a, b *dayMention) *dayMention {
	if a.weekday >= 0 && b.weekday < 0 {
		a, b = b, a
	}
	both := dayMention{weekday: -1}
	for _, day := range a.days {
		if b.weekday >= 0 && int(day.Weekday()) == b.weekday || b.weekday < 0 && slices.Contains(b.days, day) {
			both.days = append(both.days, day)
		}
	}
	if a.monthDay > 0 && len(both.days) > 1 {
		both.days = both.days[:1]
	}
	return &both
}

// rangeBefore tells that a mention is the far end of a range: "15 al 20 de marzo", "de lunes a viernes", "das 15h às 17h".
func (p *parser) rangeBefore(i int) bool {
	x := p.mentions[i]
	if x.date == nil && x.clocks == nil {
		return false
	}
	at := x.start
	if !p.is(at, upTo) {
		at--
	}
	for at > 0 && p.is(at, theWord, theDay) && !p.is(at, upTo) {
		at--
	}
	if at < 1 || !p.is(at, upTo) && p.text(at) != "-" {
		return false
	}
	if i > 0 && p.mentions[i-1].end == at {
		before := p.mentions[i-1]
		return before.date != nil && x.date != nil || before.clocks != nil && x.clocks != nil
	}
	return p.is(at-1, numberWord) || p.atoms[at-1].digits > 0
}

// rangeAfter tells that a day is the near end of a range: "march 15 to 20".
func (p *parser) rangeAfter(x *mention) bool {
	if x.date == nil || !p.is(x.end, upTo) && p.text(x.end) != "-" || p.mentionAt(x.end) >= 0 || p.mentionAt(x.end+1) >= 0 {
		return false
	}
	_, next := p.number(x.end + 1)
	return next > x.end+1
}

// concluding words go before the answer proper: "dia 25 eu recebo, então 26".
var concluding = setOf("so then entonces entao")

// concluded tells that after an atom comes a conclusion that is only a number, which may be another day of the month.
func (p *parser) concluded(from int) bool {
	for i := from; i < len(p.atoms); i++ {
		n, next := p.number(i + 1)
		if concluding[p.text(i)] && next > i+1 && n >= 1 && n <= 31 && p.mentionAt(i+1) < 0 && !p.counted(next) {
			return true
		}
	}
	return false
}

// otherNumber tells that a day or a span has an alternative that is only a number: "15 o 16 de marzo", "2 horas o 3".
func (p *parser) otherNumber(x *mention) bool {
	if x.date == nil && x.spans == nil {
		return false
	}
	if x.date != nil && x.date.monthDay > 0 && p.concluded(x.end) {
		return true
	}
	if p.is(x.end, orWord) && p.mentionAt(x.end+1) < 0 {
		_, next := p.number(p.skip(x.end+1, theWord, atWord))
		return next > x.end+1 || p.is(x.end+1, inexact)
	}
	if next := p.skip(x.end, theWord); p.kind == Duration && next < len(p.atoms) && p.atoms[next].digits > 0 && p.mentionAt(next) < 0 {
		return true
	}
	if i := p.mentionAt(x.end + 1); x.date != nil && x.date.monthDay > 0 && p.is(x.end, orWord) && i >= 0 && p.mentions[i].date != nil {
		return p.mentions[i].date.monthDay == 0 && p.is(p.mentions[i].end-1, month) // "the 15th or 16th of march"
	}
	before := x.start - 1
	return x.date != nil && before > 0 && p.is(before, orWord) && !p.covered(before-1) && (p.is(before-1, numberWord) || p.atoms[before-1].digits > 0)
}

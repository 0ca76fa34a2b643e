package reading

import (
	"time"
)

// span is a length of time. Days and months follow the calendar when they are added to a date.
type span struct {
	months, days int
	exact        time.Duration
}

// A month or a year has no length of its own: as a duration they are 30 and 365 days, as people count them. "In a month" is a date, and exact.
const (
	daysOfMonth = 30
	maxSpanDays = 3660 // ten years: what is longer is not an answer to a question
	minutesADay = 24 * 60
)

func (s span) length() time.Duration {
	days := s.days + s.months/12*365 + s.months%12*daysOfMonth
	return time.Duration(days)*24*time.Hour + s.exact
}

// plus adds a number of units, given in sixtieths: 90 sixtieths of an hour are 1h30m.
func (s span) plus(sixtieths int, of int) (span, bool) {
	whole := sixtieths%60 == 0
	switch of {
	case second:
		s.exact += time.Duration(sixtieths) * time.Second / 60
	case minute:
		s.exact += time.Duration(sixtieths) * time.Second
	case hour:
		s.exact += time.Duration(sixtieths) * time.Minute
	case day, week:
		minutes := sixtieths * minutesADay / 60
		if of == week {
			minutes *= 7
		}
		s.days += minutes / minutesADay
		s.exact += time.Duration(minutes%minutesADay) * time.Minute
	case monthUnit:
		s.months += sixtieths / 60
		s.days += sixtieths % 60 * daysOfMonth / 60
	case year:
		s.months += sixtieths * 12 / 60
		whole = sixtieths*12%60 == 0
	}
	return s, s.length() <= maxSpanDays*24*time.Hour && s.length() > 0 && (whole || of != year)
}

// readSpanMention reads a span and what makes a moment of it: "in", "ago", "from now".
func (p *parser) readSpanMention(i int) (mention, bool) {
	if found, ok := p.readWeekFrom(i); ok {
		return found, true
	}
	before := p.is(i, agoFirst)
	ahead := p.is(i, inWord)
	start := i
	if before || ahead {
		start++
	}
	spans, next := p.spans(start)
	if next == start {
		return mention{}, false
	}
	switch {
	case before:
		next = p.skip(next, agoWord)
	case ahead:
		if p.text(next) == "time" {
			next++
		}
	case p.is(next, agoWord):
		before, next = true, next+1
	case p.is(next, fromNow):
		ahead, next = true, next+1
	}
	if !before && !ahead || p.kind == Duration {
		return mention{end: next, spans: spans, bad: p.kind == Duration && before}, true
	}
	found := mention{end: next}
	for _, s := range spans {
		p.shift(&found, s, before)
	}
	return found, true
}

// shift sets a mention to the moment that is a span away from now. A span of whole days is a day, without a time.
func (p *parser) shift(found *mention, s span, back bool) {
	if back {
		s = span{-s.months, -s.days, -s.exact}
	}
	if s.exact == 0 {
		if found.date == nil {
			found.date = &dayMention{weekday: -1}
		}
		found.date.days = append(found.date.days, addMonths(p.today, s.months).AddDate(0, 0, s.days))
		return
	}
	at := p.ctx.Now.Add(time.Duration(s.days)*24*time.Hour + s.exact).Truncate(time.Minute)
	if s.months != 0 || found.instant != nil {
		found.bad = true
	}
	found.instant = &at
}

// addMonths keeps the day of the month, or takes the last one: a month after 31 January is 28 February.
func addMonths(day time.Time, months int) time.Time {
	y, m, d := day.Date()
	first := civil(y, m+time.Month(months), 1)
	return civil(first.Year(), first.Month(), min(d, monthDays(first.Year(), first.Month())))
}

func monthDays(y int, m time.Month) int { return civil(y, m+1, 0).Day() }

// readWeekFrom reads "a week on friday", "two weeks from tomorrow", "friday week".
func (p *parser) readWeekFrom(i int) (mention, bool) {
	spans, next := p.spans(i)
	if next == i || len(spans) != 1 || spans[0].days%7 != 0 || spans[0].days == 0 || spans[0].exact != 0 || !p.is(next, onWord, dayWord) {
		return mention{}, false
	}
	found, ok := p.readDate(p.skip(next, onWord))
	if !ok || found.bad || found.part != 0 {
		return mention{}, false
	}
	for j, d := range found.date.days {
		found.date.days[j] = d.AddDate(0, 0, spans[0].days)
	}
	found.date.weekday = -1
	return found, true
}

// spans reads a span, or two to choose from: "2 o 3 horas".
func (p *parser) spans(i int) (found []span, next int) {
	first, mid := p.count(i)
	if mid > i && (p.is(mid, orWord, upTo) || p.text(mid) == "-") {
		second, end := p.count(mid + 1)
		if of, ok := p.has(end, unitWord); ok && end > mid+1 {
			a, okA := span{}.plus(first, of.n)
			b, okB := span{}.plus(second, of.n)
			if okA && okB {
				return []span{a, b}, end + 1
			}
		}
	}
	s, next, ok := p.span(i)
	if !ok {
		return nil, i
	}
	return []span{s}, next
}

// span reads "1h30", "two and a half hours", "una hora y media", "media hora", "three quarters of an hour".
func (p *parser) span(i int) (s span, next int, ok bool) {
	of, next, ok := 0, i, true // of: the unit before, the next one is smaller
	for {
		at := next
		if next > i {
			at = p.skip(next, and)
			at = p.skipText(at, ",")
		}
		count, end := p.count(at)
		if count == 0 && end == at && next == i && p.is(at, unitWord) && p.is(at+1, and) && p.is(p.skip(at+2, article1), halfWord, quarter) {
			count = 60 // "hora y media"
		} else if end == at {
			break
		}
		m, isUnit := p.has(end, unitWord)
		if !isUnit && p.text(end) == "m" && p.glued(end) {
			m, isUnit = meaning{role: unitWord, n: minute}, true
		}
		if !isUnit && p.text(end) == "d" && p.glued(end) {
			m, isUnit = meaning{role: unitWord, n: day}, true
		}
		if !isUnit && of == hour && next > i && count%60 == 0 && count < 3600 && (p.glued(at) || p.kind == Duration && (p.is(next, and) || count >= 600) && !p.counted(end)) { // "1h30"
			s, ok = s.plus(count, minute)
			return s, end, ok
		}
		if !isUnit || of != 0 && m.n >= of {
			break
		}
		of = m.n
		if s, ok = s.plus(count, of); !ok {
			return s, i, false
		}
		next = end + 1
		if half, end := p.fraction(p.skip(next, and)); p.is(next, and) && half > 0 && !p.is(end, unitWord) && !p.is(p.skip(end, ofWord, article1), unitWord) {
			s, ok = s.plus(half, of)
			return s, end, ok
		}
	}
	return s, next, next > i && ok
}

// fraction reads "half", "a quarter", "media": in sixtieths.
func (p *parser) fraction(i int) (sixtieths, next int) {
	at := p.skip(i, article1)
	if m, ok := p.has(at, numberWord); ok && m.n == 1 {
		at++
	}
	switch {
	case p.is(at, halfWord):
		return 30, at + 1
	case p.is(at, quarter):
		return 15, at + 1
	}
	return 0, i
}

// count reads how many units, in sixtieths: "2", "2.5", "1/2", "half an", "a", "two and a half", "three quarters of an".
func (p *parser) count(i int) (sixtieths, next int) {
	if _, digits := p.digits(i - 2); digits > 0 && p.glued(i) && p.glued(i-1) && p.atoms[i].digits > 0 && !p.atoms[i-1].word() {
		return 0, i // the end of "1:30", "06.12"
	}
	if part, end := p.fraction(i); part > 0 {
		end = p.skip(p.skip(end, ofWord), article1)
		return part, end
	}
	if p.is(i, article1) {
		return 60, i + 1
	}
	n, next := p.number(i)
	if next == i || n > 9999 {
		return 0, i
	}
	if p.is(next, quarter) && n == 3 {
		return 45, p.skip(p.skip(next+1, ofWord), article1)
	}
	frac, digits := p.digits(next + 1)
	if mark := p.text(next); digits > 0 && (mark == "/" || mark == "." || mark == "," || mark == ":") && p.glued(next) && p.glued(next+1) {
		switch {
		case mark == "/" && frac > 0 && n < frac && frac <= 4 && 60*n%frac == 0:
			return 60 * n / frac, p.skip(next+2, ofWord)
		case mark == ":" && digits == 2 && frac < 60 && p.isUnit(next+2, hour):
			return 60*n + frac, next + 2
		case (mark == "." || mark == ",") && digits == 1:
			return 60*n + 6*frac, next + 2
		case (mark == "." || mark == ",") && digits == 2 && frac*6%10 == 0:
			return 60*n + frac*6/10, next + 2
		default:
			return 0, i
		}
	}
	if half, end := p.fraction(p.skip(next, and)); half > 0 && p.is(next, and) && p.is(end, unitWord) { // "dos y media horas"
		return 60*n + half, end
	}
	if one, digits := p.digits(next); digits == 1 && one == 1 && p.text(next+1) == "/" && p.text(next+2) == "2" { // "2 1/2"
		return 60*n + 30, next + 3
	}
	return 60 * n, next
}

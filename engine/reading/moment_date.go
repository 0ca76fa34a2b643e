package reading

import (
	"slices"
	"time"
)

// The years that people name. Anything else is a number of another kind.
const (
	minYear = 1900
	maxYear = 2199
)

// dateReaders are the ways to say a day; the longest wins.
var dateReaders = []func(*parser, int) (mention, bool){
	(*parser).readNumericDate,
	(*parser).readDayWord,
	(*parser).readNthWeekday,
	(*parser).readWeekday,
	(*parser).readMonthDate,
	(*parser).readDayOfMonth,
	(*parser).readMonthEnd,
	(*parser).readWeekend,
}

func (p *parser) readDate(i int) (mention, bool) {
	best := mention{end: i}
	for _, read := range dateReaders {
		if found, ok := read(p, i); ok && found.end > best.end {
			best = found
		}
	}
	return best, best.end > i
}

func days(all ...time.Time) *dayMention { return &dayMention{days: all, weekday: -1} }

// readNumericDate reads 15/3, 15/03/2027, 15-03-27, 15.3.2027 and 2027-03-15.
func (p *parser) readNumericDate(i int) (mention, bool) {
	a, n := p.digits(i)
	sep := p.text(i + 1)
	if n == 0 || sep != "/" && sep != "-" && sep != "." || !p.glued(i+1) || !p.glued(i+2) || p.glued(i) && i > 0 {
		return mention{}, false
	}
	b, nb := p.digits(i + 2)
	if nb == 0 || nb > 2 {
		return mention{}, false
	}
	c, nc := p.digits(i + 4)
	full := p.text(i+3) == sep && p.glued(i+3) && p.glued(i+4) && nc > 0
	switch {
	case full && n == 4 && nc <= 2:
		found := p.wholeDate(a, b, c)
		found.end = i + 5
		if p.text(found.end) == "t" && p.glued(found.end) {
			found.end++
		}
		return found, !p.longer(i + 5)
	case full && n <= 2 && (nc == 4 || nc == 2):
		found := p.choose(a, b, p.century(c, nc))
		found.end = i + 5
		return found, !p.longer(i+5) && (sep == "/" || !found.bad)
	case n > 2 || full || p.longer(i+3) || sep == ".":
		return mention{}, false
	case sep == "-" && !p.alone(i, i+3), a == 24 && b == 7 && !p.alone(i, i+3): // "2-3", "24/7"
		return mention{}, false
	case p.counted(i + 3), p.is(i+3, unitWord), (p.text(i+3) == "of" || p.text(i+3) == "de") && a < b && p.atoms[min(i+4, len(p.atoms)-1)].digits == 0: // "2/3 de"
		return mention{}, false
	}
	found := p.choose(a, b, 0)
	found.end = i + 3
	return found, true
}

// longer tells that a chain of numbers goes on: a phone number, an address.
func (p *parser) longer(i int) bool {
	_, n := p.digits(i + 1)
	t := p.text(i)
	return p.glued(i) && p.glued(i+1) && n > 0 && (t == "/" || t == "-" || t == "." || t == ":")
}

func (p *parser) century(y, digits int) int {
	if digits == 4 {
		return y
	}
	y += 2000
	if p.ctx.Past && y > p.today.Year() || !p.ctx.Past && y > p.today.Year()+50 {
		y -= 100
	}
	return y
}

// choose makes a date of two numbers in the order of the region. In English without a region both orders are possible. y 0 is not named.
func (p *parser) choose(a, b, y int) mention {
	usual, other := [2]int{a, b}, [2]int{b, a} // day, month
	american := p.ctx.Region == "US"
	if american {
		usual, other = other, usual
	}
	english := p.tongue.code == "en"
	found := p.dayMonth(usual[0], usual[1], y)
	swapped := p.dayMonth(other[0], other[1], y)
	switch {
	case found.bad && !swapped.bad && (english || american):
		return swapped
	case !found.bad && !swapped.bad && english && p.ctx.Region == "" && a != b:
		found.date.days = append(found.date.days, swapped.date.days...)
		slices.SortFunc(found.date.days, time.Time.Compare)
		found.date.days = slices.Compact(found.date.days)
	}
	return found
}

// dayMonth is a day of a month, in the year or, without one, the next such day (the last, if the past is meant).
func (p *parser) dayMonth(d, m, y int) mention {
	if m < 1 || m > 12 || d < 1 || d > 31 {
		return mention{bad: true}
	}
	if y != 0 {
		return p.wholeDate(y, m, d)
	}
	step := 1
	if p.ctx.Past {
		step = -1
	}
	for n := range 9 { // 29 February can be eight years away
		year := p.today.Year() + n*step
		if day := civil(year, time.Month(m), d); d <= monthDays(year, time.Month(m)) && p.ahead(day) {
			return mention{date: days(day)}
		}
	}
	return mention{bad: true}
}

// ahead tells that a day lies where days without a year lie. Today does.
func (p *parser) ahead(day time.Time) bool {
	if p.ctx.Past {
		return !day.After(p.today)
	}
	return !day.Before(p.today)
}

func (p *parser) wholeDate(y, m, d int) mention {
	if y < minYear || y > maxYear || m < 1 || m > 12 || d < 1 || d > monthDays(y, time.Month(m)) {
		return mention{bad: true}
	}
	return mention{date: days(civil(y, time.Month(m), d))}
}

func (p *parser) readDayWord(i int) (mention, bool) {
	m, ok := p.has(i, dayWord)
	if !ok {
		return mention{}, false
	}
	return mention{end: i + 1, date: days(p.today.AddDate(0, 0, m.n)), part: m.part}, true
}

// unitNear reads "next month", "la semana que viene", "this week": how many units away that is, and where it ends. end 0 is none.
func (p *parser) unitNear(at, unit int) (shift, end int) {
	switch {
	case p.is(at, nextWord) && p.isUnit(at+1, unit), p.isUnit(at, unit) && p.is(at+1, nextAfter):
		return 1, at + 2
	case p.is(at, lastWord) && p.isUnit(at+1, unit), p.isUnit(at, unit) && p.is(at+1, lastAfter):
		return -1, at + 2
	case p.is(at, thisWord) && p.isUnit(at+1, unit):
		return 0, at + 2
	}
	return 0, 0
}

// monthOf reads a month as in "… of march 2027", "… del mes que viene", "… of the month". y is 0 where no year is meant. end 0 is none.
func (p *parser) monthOf(i int) (y int, m time.Month, end int) {
	at := p.skip(p.skip(i, ofWord), theWord)
	if name, ok := p.has(at, month); ok {
		y, end = p.yearAfter(at + 1)
		return y, time.Month(name.n), end
	}
	shift, end := p.unitNear(at, monthUnit)
	if end == 0 && p.isUnit(at, monthUnit) {
		end = at + 1
	}
	if end == 0 {
		return 0, 0, 0
	}
	first := civil(p.today.Year(), p.today.Month()+time.Month(shift), 1)
	return first.Year(), first.Month(), end
}

func (p *parser) isUnit(i, n int) bool {
	m, ok := p.has(i, unitWord)
	return ok && m.n == n
}

// looseNumber is a short number after a month that can be a year or an hour: the day is not clear then.
func (p *parser) looseNumber(i int) (n int, loose bool) {
	n, digits := p.digits(i)
	if digits == 0 || digits > 2 || p.counted(i+1) || p.glued(i+1) && p.text(i+1) != "." && p.text(i+1) != "," || p.suffixAt(i+1) || p.is(i+1, unitWord, and, minus, orWord, month) {
		return n, false
	}
	return n, true
}

// yearAfter reads a year after a month: "2027", "de 2027", ", 2027", "del 27". end is where it ends; y 0 is none.
func (p *parser) yearAfter(i int) (y, end int) {
	at := p.skipText(i, ",")
	at = p.skipText(at, ".")
	of := p.is(at, ofWord)
	at = p.skip(at, ofWord)
	if p.text(at) == "ano" || p.text(at) == "year" {
		at++
	}
	n, next := p.number(at)
	_, digits := p.digits(at)
	switch {
	case next == at, p.text(next) == ":" && p.glued(next), p.is(next, unitWord) && p.glued(next):
	case n >= minYear && n <= maxYear && digits != 3:
		return n, next
	case of && digits == 2 && (n > 24 || p.ctx.Past) && p.tongue.code != "en" && !p.is(next, upTo, and, unitWord, partWord):
		return p.century(n, digits), next
	}
	return 0, i
}

// readMonthDate reads "15 de marzo de 2027", "the 15th of march", "march 15th, 2027", "primero de mayo", "15 del 3".
func (p *parser) readMonthDate(i int) (mention, bool) {
	at := p.skip(p.skip(i, theWord), theDay)
	if name, ok := p.has(at, month); ok {
		d, next := p.dayNumber(p.skip(at+1, theWord))
		if next == 0 {
			return mention{}, false
		}
		return p.inMonth(d, name.n, next), true
	}
	d, next := p.dayNumber(at)
	if next == 0 {
		d, next = p.anyNumber(at)
		if next == 0 || !p.is(p.skip(next, ofWord), month) {
			return mention{}, false
		}
	}
	loose := p.atoms[at].digits == 0 && p.is(at, numberWord) && (p.text(next) == "in" || p.text(next) == "en" || p.text(next) == "em") // "the one in april"
	if y, m, end := p.monthOf(next); end > 0 && !loose && p.is(next, ofWord, month, nextWord) {
		if y == 0 && p.is(end-1, month) {
			return p.inMonth(d, int(m), end), true
		}
		found := p.dayMonth(d, int(m), y)
		found.end = end
		return found, true
	}
	if n, digits := p.digits(next + 1); (p.text(next) == "del" || p.text(next) == "do") && digits > 0 && digits <= 2 && n <= 12 {
		y, end := p.yearAfter(next + 2)
		if y == 0 && p.is(end, unitWord, upTo) {
			return mention{}, false
		}
		found := p.dayMonth(d, n, y)
		found.end = end
		return found, true
	}
	return mention{}, false
}

// inMonth is a day of a month with the year that follows, if any.
func (p *parser) inMonth(d, m, i int) mention {
	y, end := p.yearAfter(i)
	n, loose := p.looseNumber(i)
	if y == 0 && loose && n > 31 {
		y, end = p.century(n, 2), i+1
	}
	found := p.dayMonth(d, m, y)
	found.bad = found.bad || y == 0 && loose
	found.end = end
	return found
}

func (p *parser) anyNumber(i int) (n, next int) {
	if n, next = p.number(i); next == i || n > 99 {
		return 0, 0
	}
	return n, next
}

// dayNumber reads a day of a month: "15", "15th", "1º", "primero", "twenty-first". next 0 is none.
func (p *parser) dayNumber(i int) (d, next int) {
	if m, ok := p.has(i, ordinal); ok && (m.n == 1 || p.tongue.code == "en") && m.n > 0 {
		return m.n, i + 1
	}
	if tens, ok := p.has(i, numberWord); ok && (tens.n == 20 || tens.n == 30) && p.tongue.code == "en" {
		if one, ok := p.has(i+1, ordinal); ok && one.n > 0 && one.n < 10 {
			return tens.n + one.n, i + 2
		}
	}
	if i > 0 && p.glued(i) && p.atoms[i].digits > 0 && p.text(i-1) != "," {
		return 0, 0
	}
	d, next = p.number(i)
	_, digits := p.digits(i)
	if next == i || d < 1 || d > 31 || digits > 2 {
		return 0, 0
	}
	switch t := p.text(next); {
	case digits > 0 && p.glued(next) && (t == "th" || t == "st" || t == "nd" || t == "rd" || t == "o" || t == "ro" || t == "ero" || t == "er"):
		return d, next + 1
	case p.glued(next) && p.atoms[next].word(), p.longer(next), p.is(next, unitWord, oclock, quarter, halfWord), p.isMeridiem(next), p.is(next, partWord):
		return 0, 0
	case p.is(next, and, minus) && p.is(next+1, halfWord, quarter, numberWord), p.is(next, thousand):
		return 0, 0
	}
	return d, next
}

func (p *parser) isMeridiem(i int) bool {
	m, ok := p.has(i, partWord)
	return ok && (m.part == beforeN || m.part == afterN)
}

// readDayOfMonth reads "el 15", "dia 15", "the 15th", "15th".
func (p *parser) readDayOfMonth(i int) (mention, bool) {
	at := p.skip(p.skip(i, theWord), theDay)
	d, next := p.dayNumber(at)
	if next == 0 || p.counted(next) || p.is(next, weekday, weekdays, ordinal) || p.is(next, partWord) {
		return mention{}, false
	}
	isOrdinal := p.is(at, ordinal)
	owner := p.text(i - 1)
	suffixed := owner != "my" && owner != "your" && owner != "our" && !isOrdinal && p.glued(next-1) && p.atoms[next-1].word() && p.tongue.code == "en"
	named := p.is(at-1, theDay) && at > i
	article := at > i && p.tongue.code != "pt" && p.text(at-1) != "lo" && (p.atoms[at].digits > 0 || isOrdinal || p.tongue.code == "es" && d > 1)
	ordinalDay := isOrdinal && article && p.tongue.code == "en" && d > 4 // "the first", "the second" pick one of several
	if !suffixed && !named && !ordinalDay && (!article || isOrdinal) {
		return mention{}, false
	}
	found := p.monthDay(d)
	for p.is(next, orWord) { // "el 20 o 21"
		other, end := p.dayNumber(p.skip(next+1, theWord, theDay))
		if end == 0 || p.counted(end) || p.is(end, month, ofWord) {
			break
		}
		found.days, found.monthDay, next = append(found.days, p.monthDay(other).days...), 0, end
	}
	return mention{end: next, date: found, bad: found.days == nil}, true
}

// monthDay is the next such day of a month (the last, if the past is meant). Said on the day itself it is today or a month away.
func (p *parser) monthDay(d int) *dayMention {
	found := &dayMention{weekday: -1, monthDay: d}
	step := 1
	if p.ctx.Past {
		step = -1
	}
	for n := range 4 {
		first := civil(p.today.Year(), p.today.Month()+time.Month(n*step), 1)
		if d > monthDays(first.Year(), first.Month()) {
			continue
		}
		day := first.AddDate(0, 0, d-1)
		if !p.ahead(day) {
			continue
		}
		found.days = append(found.days, day)
		if !day.Equal(p.today) {
			break
		}
	}
	return found
}

// readMonthEnd reads "fin de mes", "end of march", "last day of next month", "fin de año".
func (p *parser) readMonthEnd(i int) (mention, bool) {
	at := p.skip(i, theWord)
	if !p.is(at, endOf) {
		return mention{}, false
	}
	if next := p.skip(p.skip(at+1, theWord), thisWord); p.isUnit(next, year) {
		return mention{end: next + 1, date: days(civil(p.today.Year(), 12, 31))}, true
	}
	y, m, end := p.monthOf(at + 1)
	if end == 0 {
		return mention{}, false
	}
	if y == 0 {
		y = p.today.Year()
		if m < p.today.Month() && !p.ctx.Past {
			y++
		}
	}
	return mention{end: end, date: days(civil(y, m, monthDays(y, m)))}, true
}

package reading

import "strings"

// readClock reads a time of day: "a las 3 y media", "half past three", "15h30", "3pm", "noon", "cuarto para las tres".
func (p *parser) readClock(i int) (mention, bool) {
	at := p.skip(i, atWord)
	if found, ok := p.readNoon(at); ok {
		return found, true
	}
	if c, next, ok := p.hourBefore(i); ok {
		return p.clockMention([]clockTime{c}, next, true), true
	}
	if c, next, ok := p.hourBefore(at); ok {
		return p.clockMention([]clockTime{c}, next, true), true
	}
	return p.readHours(i, at)
}

// readNoon reads "noon", "meio-dia e meia", "midnight".
func (p *parser) readNoon(i int) (mention, bool) {
	i = p.skip(i, theWord)
	c := clockTime{hour: 12}
	switch {
	case p.is(i, midnight):
		c = clockTime{midnight: true}
	case !p.is(i, noon):
		return mention{}, false
	}
	minutes, next := p.minutesAnd(i + 1)
	c.minute = minutes
	c.midnight = c.midnight && minutes == 0
	return mention{end: next, clocks: []clockTime{c}}, minutes >= 0
}

// minutesAnd reads "and a half", "y cuarto", "e quinze"; less than zero is not a time.
func (p *parser) minutesAnd(i int) (minutes, next int) {
	if !p.is(i, and) {
		return 0, i
	}
	if part, end := p.fraction(i + 1); part > 0 && !p.is(end, unitWord) {
		return part, end
	}
	n, end := p.number(i + 1)
	if end == i+1 || n > 59 || n == 0 || p.is(end, dayWord, weekday, month) || p.is(end, ofWord) && p.is(end+1, month) {
		return 0, i
	}
	if p.isUnit(end, minute) {
		return n, end + 1
	}
	if p.is(end, unitWord) || p.counted(end) {
		return 0, i
	}
	return n, end
}

// hourBefore reads the forms that name the minutes first: "quarter to five", "half past three", "half three", "diez para las tres".
func (p *parser) hourBefore(i int) (c clockTime, next int, ok bool) {
	minutes, at := p.fraction(i)
	half := minutes == 30
	if at == i {
		if minutes, at = p.number(i); at == i || minutes > 59 {
			return c, i, false
		}
		if p.isUnit(at, minute) {
			at++
		}
	}
	to := p.is(at, toHour)
	if half && to {
		return c, i, false
	}
	if _, digits := p.digits(i); to && p.tongue.code == "en" && at == i+1 && (minutes%5 != 0 || minutes > 25 || digits > 0 && p.is(i-1, inexact)) {
		return c, i, false // "3 to 5" is a range
	}
	switch {
	case to, p.is(at, pastHour):
		at++
	case half && p.tongue.code == "en": // British: half past
	default:
		return c, i, false
	}
	h, next := p.number(p.skip(at, theWord))
	if next == at || h < 1 || h > 12 || p.is(next, unitWord) && !p.isUnit(next, hour) || p.counted(next) || p.text(next) == ":" || p.is(next, quarter, halfWord) {
		if !p.is(at, noon, midnight) {
			return c, i, false
		}
		next = at + 1
		c = clockTime{hour: 12, minute: minutes}
		if p.is(at, midnight) {
			c.hour = 0
		}
	} else {
		c = clockTime{hour: h, minute: minutes, bare: true}
	}
	if to {
		c.hour, c.minute = c.hour-1, 60-minutes
		if c.hour <= 0 {
			c.hour += 12
			if !c.bare {
				c.hour = 23
			}
		}
	}
	return c, next, true
}

// readHours reads one hour, or several that share what follows: "a las 3 o 4 de la tarde".
func (p *parser) readHours(i, at int) (mention, bool) {
	intro := at > i && (p.text(i) != "la" || p.text(at) == "una" || p.text(at) == "1")
	c, next, sure, ok := p.hour(at, intro)
	if !ok {
		return mention{}, false
	}
	clocks := []clockTime{c}
	for p.is(next, orWord) || p.text(next) == "-" || p.is(next, upTo) && p.is(next, atWord) {
		isRange := !p.is(next, orWord)
		start := next + 1
		other, end, otherSure, ok := p.hour(p.skip(start, atWord), true)
		isTime := sure || otherSure || intro || p.suffixAt(end)
		if !ok || end == start || isRange && !isTime {
			break
		}
		if p.is(end, unitWord) && !p.isUnit(end, hour) {
			break
		}
		if isRange {
			found := p.clockMention(clocks, end, true)
			found.bad = true
			return found, true
		}
		clocks = append(clocks, other)
		next, sure = end, sure || otherSure
	}
	found := p.clockMention(clocks, next, sure || intro)
	if found.end > next || sure {
		return found, true
	}
	alone := p.alone(i, next) && p.kind != Date || p.alone(i, next) && p.ctx.Partial != nil
	if p.kind == DateTime && !intro && (p.ctx.Partial == nil || p.ctx.Partial.Date == "") {
		alone = false
	}
	if !intro && !alone || p.counted(next) || p.is(next, unitWord, month, feira) || p.is(next, ofWord) && p.is(next+1, month) {
		return mention{}, false
	}
	if p.weakIntro(i, at) && !p.atoms[i].accent && next < len(p.atoms) && !p.ends(next) {
		return mention{}, false
	}
	return found, true
}

// weakIntro tells that what stands before an hour could be an article: "las 3", "as 3".
func (p *parser) weakIntro(i, at int) bool {
	t := p.text(i)
	return at == i+1 && p.atoms[i].width == 1 && (t == "las" || t == "la" || t == "as" || t == "a" || t == "umas" || t == "about" || t == "tipo" || t == "da" || t == "ao")
}

// ends tells that an atom does not belong to the number before it.
func (p *parser) ends(i int) bool {
	return p.atoms[i].means != nil || p.atoms[i].digits == 0 && !p.atoms[i].word()
}

func (p *parser) suffixAt(i int) bool {
	return p.isUnit(i, hour) || p.is(i, partWord, oclock, noon)
}

// clockMention reads what follows an hour: "en punto", "de la tarde", "pm".
func (p *parser) clockMention(clocks []clockTime, next int, hourWord bool) mention {
	if hourWord && p.isUnit(next, hour) && clocks[0].minute == 0 {
		next++
		if m, end := p.minutesAnd(next); m > 0 {
			next = end
			for i := range clocks {
				clocks[i].minute = m
			}
		}
		clocks = unbare(clocks)
	} else if hourWord && p.isUnit(next, hour) {
		next++
	}
	next = p.skip(next, oclock)
	found := mention{clocks: clocks}
	said := part(0)
	comma := p.skip(p.skipText(next, ","), filler)
	if m, ok := p.has(next, partWord); ok && !p.is(next, dayWord) {
		said, next = m.part, next+1
	} else if m, ok := p.has(comma, partWord); ok && comma > next && !p.is(comma, dayWord) && m.part != beforeN && m.part != afterN {
		said, next = m.part, comma+1
	} else if p.is(next, noon) && strings.HasPrefix(p.text(next), "d") {
		said, next = midday, next+1
	}
	for i := range clocks {
		clocks[i].part = said
		if said != 0 && len(clocks[i].walls(p.tongue.code, 0)) == 0 {
			found.bad = true
		}
		if clocks[i].hour > 24 || clocks[i].hour == 24 && clocks[i].minute > 0 {
			found.bad = true
		}
	}
	found.end = next
	found.bad = found.bad || zones[p.text(next)]
	return found
}

// zones are names of time zones: a time in another one is not read.
var zones = setOf("est edt pst pdt cst cdt mst mdt gmt utc bst cet cest brt wet art clt cot pet")

// firstSureHour is the first hour that "7h" or "7 horas" names without doubt: people say the small ones of the afternoon, too.
const firstSureHour = 7

func unbare(clocks []clockTime) []clockTime {
	for i := range clocks {
		clocks[i].bare = clocks[i].bare && clocks[i].hour < firstSureHour
	}
	return clocks
}

// hour reads an hour with its minutes. sure tells that it can be nothing but a time.
func (p *parser) hour(i int, intro bool) (c clockTime, next int, sure, ok bool) {
	if i > 0 && p.glued(i) && p.text(i-1) != "," && p.text(i-1) != "@" && p.text(i-1) != "-" && p.text(i-1) != "t" && p.text(i-1) != ";" && p.text(i-1) != "(" {
		return c, i, false, false
	}
	h, next := p.number(i)
	_, digits := p.digits(i)
	if next == i || h > 2359 {
		return c, i, false, false
	}
	if digits >= 3 {
		m := h % 100
		said := p.isMeridiem(next) || intro && (digits == 4 || m > 0) || p.isUnit(next, hour) && digits == 4
		if !said || m > 59 || h/100 > 23 || h < 100 || p.counted(next) || p.is(next, thousand) {
			return c, i, false, false
		}
		return clockTime{hour: h / 100, minute: h % 100, bare: h/100 <= 12 && digits == 3}, next, p.isMeridiem(next) || p.isUnit(next, hour), true
	}
	if h > 99 {
		return c, i, false, false
	}
	c = clockTime{hour: h, bare: h >= 1 && h <= 12 && p.text(i)[0] != '0'}
	m, minuteDigits := p.digits(next + 1)
	tight := p.glued(next) && p.glued(next+1)
	mark := p.text(next)
	switch {
	case digits > 0 && minuteDigits == 2 && tight && mark == ":":
		end := next + 2
		if s, n := p.digits(end + 1); p.text(end) == ":" && p.glued(end) && n == 2 && s < 60 {
			end += 2
		}
		if p.longer(end) || h > 24 && m > 59 {
			return c, i, false, false
		}
		c.minute, c.bare = m, c.bare && h < 12
		if h > 24 || m > 59 {
			c.hour = 99
		}
		return c, end, true, true
	case digits > 0 && minuteDigits == 2 && tight && mark == "." && m < 60 && h < 24:
		c.minute, c.bare = m, c.bare && h < 12
		end := next + 2
		if p.longer(end) || p.counted(end) {
			return c, i, false, false
		}
		afterDay := p.lastIsDay && p.end == i
		return c, end, intro || p.alone(i, end) || p.suffixAt(end) || afterDay, intro || p.alone(i, end) || p.suffixAt(end) || afterDay
	case p.longer(next), mark == "/" && p.glued(next), (mark == "," || mark == ".") && tight && minuteDigits > 0:
		return c, i, false, false
	case digits > 0 && (mark == "h" || mark == "hs" || mark == "hrs") && (p.glued(next) || intro):
		c = unbare([]clockTime{c})[0]
		if minuteDigits == 2 && p.glued(next+1) {
			end := next + 2
			if p.text(end) == "m" || p.text(end) == "min" {
				end++
			}
			c.minute = m
			if m > 59 {
				c.hour = 99
			}
			return c, end, true, true
		}
		if c.hour > 24 || c.hour == 24 && !intro {
			return c, i, false, false // "48h" is a length
		}
		if n, end := p.minutesAnd(next + 1); n > 0 {
			c.minute = n
			return c, end, true, true
		}
		return c, next + 1, true, true
	}
	if p.isMeridiem(next) {
		return c, next, true, true
	}
	if h > 24 {
		return c, i, false, false
	}
	if p.isUnit(next, hour) && p.is(next+1, partWord) || p.is(next, oclock) && p.text(next) != "exactly" {
		return c, next, true, true
	}
	if p.isUnit(next, hour) {
		afterDay := p.lastIsDay && p.end == i
		known := p.kind != Duration && p.tongue.code != "en" && (afterDay || h >= 13 && h < 24 && p.alone(i, next+1))
		return c, next, known, known || intro
	}
	if n, end := p.minutesAnd(next); n > 0 {
		_, isHalf := p.fraction(next + 1)
		c.minute = n
		return c, end, (isHalf > next+1 || p.suffixAt(end)) && h <= 24, true
	}
	if p.is(next, minus) {
		if n, end := p.minutesLess(next + 1); n > 0 {
			c.hour, c.minute = c.hour-1, 60-n
			if c.hour <= 0 {
				c.hour += 12
			}
			return c, end, true, true
		}
	}
	if n, end := p.number(next); end > next && digits == 0 && n >= 10 && n <= 59 && h >= 1 && h <= 23 && p.atoms[next].digits == 0 && !p.is(end, unitWord, month) && !p.counted(end) { // "three thirty"
		c.minute = n
		return c, end, true, true
	}
	if n, minuteDigits := p.digits(next); digits > 0 && intro && minuteDigits == 2 && n < 60 && !p.longer(next+1) && !p.counted(next+1) && !p.is(next+1, unitWord, month, ofWord) {
		c.minute = n
		return c, next + 1, true, true
	}
	partNext, isPart := p.has(next, partWord)
	isPart = isPart && !p.is(next, dayWord) // "a las 10 mañana" is tomorrow
	if isPart && p.atoms[next].width > 1 || isPart && intro {
		return c, next, len((clockTime{hour: h, part: partNext.part}).walls(p.tongue.code, 0)) > 0 || intro, true
	}
	if p.is(next, noon) && strings.HasPrefix(p.text(next), "d") {
		return c, next, true, true
	}
	return c, next, false, true
}

func (p *parser) minutesLess(i int) (minutes, next int) {
	if part, end := p.fraction(i); part == 15 {
		return part, end
	}
	n, end := p.number(i)
	if end == i || n < 1 || n > 59 || p.is(end, unitWord) && !p.isUnit(end, minute) {
		return 0, i
	}
	if p.isUnit(end, minute) {
		end++
	}
	return n, end
}

// things are what numbers count that does not end in s.
var things = setOf("people personas gente euro dolar dollar real peso bucks quid km kg kilo g gr mg ml cm mm m2 mil x children men women items euro eur usd brl mxn por percent porciento veces vez times th")

// notThings are words in s that do not follow a number as what it counts.
var notThings = setOf("gracias thanks mas es los las nos les vos entonces pues as is us yes please this was does has its works plus puedes tienes quieres estamos vamos podemos tenemos has eres seras pls depois mas dos das nas nos aos os as voces pois mes thx cheers always perhaps guys")

// counted tells that the word at i is what the number before it counts: "3 personas", "15 reais".
func (p *parser) counted(i int) bool {
	if i >= len(p.atoms) {
		return false
	}
	a := p.atoms[i]
	if a.means != nil && !p.is(i, filler) || !a.word() {
		return a.text == "%" || a.text == foreign
	}
	return things[a.text] || len(a.text) > 2 && a.text[len(a.text)-1] == 's' && !notThings[a.text]
}

// alone tells that a text says nothing but what stands between two atoms.
func (p *parser) alone(from, to int) bool {
	for i := range p.atoms {
		if i >= from && i < to || p.is(i, filler, theWord, theDay, atWord, instead) {
			continue
		}
		if a := p.atoms[i]; a.digits > 0 || a.word() || a.text == foreign || strings.Contains(moneySign, a.text) || a.text == "-" || a.text == "/" || a.text == "+" || a.text == "&" || a.text == "*" {
			return false
		}
	}
	return true
}

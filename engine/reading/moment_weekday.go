package reading

import "time"

// readWeekday reads "el próximo martes", "tuesday", "sexta que vem", "2ª feira", "friday week", "martes 24".
func (p *parser) readWeekday(i int) (mention, bool) {
	at := p.skip(i, theWord)
	modifier := role(0)
	for _, r := range []role{nextWord, thisWord, lastWord} {
		if modifier == 0 && p.is(at, r) {
			modifier, at = r, at+1
			break
		}
	}
	wd, next := p.weekdayName(at)
	if next == at || i > p.end && (p.is(i-1, numberWord, ordinal) || p.atoms[i-1].digits > 0) || p.verbLike(at, next) { // "three tuesdays"
		return mention{}, false
	}
	if p.text(next) == "after" && p.text(next+1) == "next" {
		return mention{end: next + 2, date: days(p.coming(wd).AddDate(0, 0, 7))}, true
	}
	if modifier == 0 || modifier == thisWord {
		for _, r := range []role{nextAfter, lastAfter} {
			if p.is(next, r) && !p.is(next+1, unitWord) {
				modifier, next = r, next+1
				break
			}
		}
	}
	found := mention{end: next, date: p.weekdayDays(wd, modifier)}
	if p.is(next, unitWord) && p.text(next) == "week" {
		found.date = days(p.coming(wd).AddDate(0, 0, 7))
		found.end++
		return found, true
	}
	if d, end := p.dayNumber(p.skip(next, theWord, theDay)); end > 0 && modifier == 0 && !p.is(end, month, ofWord) {
		day := p.monthDay(d)
		if day.days == nil || int(day.days[0].Weekday()) != wd {
			return mention{end: end, bad: true}, true
		}
		return mention{end: end, date: days(day.days[0])}, true
	}
	return found, true
}

// verbLike tells that a short name of a weekday is likely another word: "I sat down", "the sun is out".
func (p *parser) verbLike(at, next int) bool {
	if len(p.text(at)) != 3 || !p.atoms[at].word() || next >= len(p.atoms) {
		return false
	}
	return p.atoms[next].word() && (p.atoms[next].means == nil || p.is(next, filler, theWord, onWord))
}

func (p *parser) weekdayName(i int) (wd, next int) {
	if m, ok := p.has(i, weekday); ok {
		return m.n, i + 1
	}
	if n, digits := p.digits(i); digits == 1 && n >= 2 && n <= 6 && p.tongue.code == "pt" { // 2ª feira is Monday
		end := i + 1
		if t := p.text(end); (t == "a" || t == "o") && p.glued(end) {
			end++
		}
		if p.is(end, feira) && (p.text(end) == "feira" || end > i+1) {
			return n - 1, end + 1
		}
	}
	return 0, i
}

func (p *parser) coming(wd int) time.Time {
	return p.today.AddDate(0, 0, (wd-int(p.today.Weekday())+6)%7+1)
}

func (p *parser) last(wd int) time.Time {
	return p.today.AddDate(0, 0, -((int(p.today.Weekday())-wd+6)%7 + 1))
}

// weekdayDays are the days that a weekday can be. Said on the day itself it is today or a week away; an English "next friday" before Friday is this one
// to some and the one after to others.
func (p *parser) weekdayDays(wd int, modifier role) *dayMention {
	coming, last, isToday := p.coming(wd), p.last(wd), int(p.today.Weekday()) == wd
	switch {
	case modifier == lastWord || modifier == lastAfter:
		return days(last)
	case modifier == nextWord || modifier == nextAfter:
		doubtful := p.tongue.code == "en" && !isToday && (wd > int(p.today.Weekday()) || wd == 0)
		if doubtful {
			return days(coming, coming.AddDate(0, 0, 7))
		}
		return days(coming)
	case modifier == thisWord && isToday:
		return days(p.today)
	case modifier == thisWord && p.ctx.Past, modifier == 0 && p.ctx.Past && !isToday:
		return days(last)
	case modifier == thisWord:
		return days(coming)
	}
	found := days(coming)
	if isToday {
		found = days(p.today, coming)
		if p.ctx.Past {
			found = days(p.today, last)
		}
	}
	found.weekday = wd
	return found
}

// readNthWeekday reads "primer lunes de marzo", "last friday of the month".
func (p *parser) readNthWeekday(i int) (mention, bool) {
	at := p.skip(i, theWord)
	nth, ok := p.has(at, ordinal)
	if !ok || nth.n > 5 {
		return mention{}, false
	}
	wd, next := p.weekdayName(at + 1)
	if next == at+1 || !p.is(next, ofWord) {
		return mention{}, false
	}
	y, m, end := p.monthOf(next + 1)
	if end == 0 {
		return mention{}, false
	}
	find := func(y int, m time.Month) (time.Time, bool) {
		if nth.n < 0 {
			last := civil(y, m, monthDays(y, m))
			return last.AddDate(0, 0, -((int(last.Weekday()) - wd + 7) % 7)), true
		}
		first := civil(y, m, 1)
		day := first.AddDate(0, 0, (wd-int(first.Weekday())+7)%7+7*(nth.n-1))
		return day, day.Month() == m
	}
	if y != 0 {
		day, ok := find(y, m)
		return mention{end: end, date: days(day), bad: !ok}, true
	}
	for n := -1; n <= 1; n++ {
		year := p.today.Year() + n
		if p.ctx.Past {
			year = p.today.Year() - n
		}
		if day, ok := find(year, m); ok && p.ahead(day) {
			return mention{end: end, date: days(day)}, true
		}
	}
	return mention{end: end, bad: true}, true
}

// readWeekend reads "this weekend": Saturday or Sunday.
func (p *parser) readWeekend(i int) (mention, bool) {
	at := p.skip(i, theWord)
	modifier := role(0)
	for _, r := range []role{nextWord, thisWord, lastWord} {
		if p.is(at, r) {
			modifier, at = r, at+1
			break
		}
	}
	if !p.is(at, weekend) {
		return mention{}, false
	}
	at++
	for _, r := range []role{nextAfter, lastAfter} {
		if p.is(at, r) {
			modifier, at = r, at+1
			break
		}
	}
	saturday := p.today.AddDate(0, 0, 6-int(p.today.Weekday()))
	if p.today.Weekday() == time.Sunday {
		saturday = p.today.AddDate(0, 0, -1)
	}
	switch {
	case modifier == lastWord || modifier == lastAfter:
		saturday = saturday.AddDate(0, 0, -7)
	case modifier == nextWord && p.tongue.code == "en":
		next := saturday.AddDate(0, 0, 7)
		return mention{end: at, date: days(saturday, saturday.AddDate(0, 0, 1), next, next.AddDate(0, 0, 1))}, true
	case (modifier == nextWord || modifier == nextAfter) && !saturday.After(p.today):
		saturday = saturday.AddDate(0, 0, 7)
	case saturday.Before(p.today) && !p.ctx.Past:
		return mention{end: at, date: days(p.today)}, true
	}
	return mention{end: at, date: days(saturday, saturday.AddDate(0, 0, 1))}, true
}

// readWeek reads "next week", "la semana que viene": a weekday elsewhere in the text is of that week.
func (p *parser) readWeek(i int) (mention, bool) {
	n, end := p.unitNear(p.skip(i, theWord), week)
	if end == 0 {
		return mention{}, false
	}
	return mention{end: end, week: &n}, true
}

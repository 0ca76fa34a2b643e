package reading

import (
	"fmt"
	"slices"
	"time"
)

// wall is what a clock on the wall shows.
type wall struct {
	hour, minute int
	late         bool // it can be the night after the named day: "tomorrow at midnight"
	next         bool // it is the night after: 24:00
}

func (w wall) String() string { return fmt.Sprintf("%02d:%02d", w.hour, w.minute) }

// dayStart is the first hour of the day that people name without a part of the day; earlier ones are likelier after noon.
const (
	dayStart = 7
	noonHour = 12
)

// walls are the times that a clock time can be, the likeliest first. A part that was said with it comes before the given one.
func (c clockTime) walls(language string, given part) []wall {
	said := c.part
	if said == 0 {
		said = given
	}
	switch {
	case c.midnight:
		return []wall{{late: true}}
	case c.hour == 24:
		return []wall{{next: true}}
	case said != 0:
		fits := hoursIn(language, c.hour, said, c.minute)
		if len(fits) == 0 && c.part == 0 { // "in the afternoon … at 10": the hour counts
			return c.walls(language, 0)
		}
		return fits
	case !c.bare:
		return []wall{{hour: c.hour, minute: c.minute}}
	case c.hour == noonHour:
		return []wall{{hour: noonHour, minute: c.minute}, {hour: 0, minute: c.minute, late: true}}
	case c.hour < dayStart:
		return []wall{{hour: c.hour + noonHour, minute: c.minute}, {hour: c.hour, minute: c.minute}}
	}
	return []wall{{hour: c.hour, minute: c.minute}, {hour: c.hour + noonHour, minute: c.minute}}
}

// hoursIn are the hours of a 24-hour clock that an hour is in a part of the day. None: nobody says so.
func hoursIn(language string, h int, of part, m int) []wall {
	one := func(hour int, late bool) []wall { return []wall{{hour: hour, minute: m, late: late}} }
	if h > noonHour {
		first := map[part]int{morning: 24, dawn: 24, beforeN: 24, afterN: 24, midday: 13, afternoon: 13, evening: 16, night: 18}[of]
		last := map[part]int{midday: 15, afternoon: 21, evening: 23, night: 23}[of]
		if h < first || h > last {
			return nil
		}
		return one(h, false)
	}
	twelve := h == noonHour
	switch {
	case h == 0 && (of == beforeN || of == dawn || of == morning):
		return one(0, false)
	case h == 0 && of == night:
		return one(0, true)
	case h == 0:
		return nil
	case of == beforeN:
		return one(h%noonHour, false)
	case of == afterN, of == midday && (twelve || h <= 3), of == afternoon && (twelve || h <= 9), of == evening && h >= 4 && !twelve:
		return one(h%noonHour+noonHour, false)
	case of == midday && h == 11, of == morning && !twelve, of == dawn && h < dayStart:
		return one(h, false)
	case of == morning && language == "es": // in Spain noon is "las 12 de la mañana"
		return one(noonHour, false)
	case of == morning:
		return []wall{{hour: noonHour, minute: m}, {minute: m}}
	case of == dawn && twelve:
		return one(0, false)
	case of == night && twelve:
		return one(0, true)
	case of == night && h >= 6:
		return one(h+noonHour, false)
	case of == night && h == 5:
		return []wall{{hour: 17, minute: m}, {hour: 5, minute: m, late: true}}
	case of == night:
		return one(h, true)
	}
	return nil
}

// moment is what a text says about one point in time.
type moment struct {
	dates   []time.Time
	walls   []wall
	part    part
	instant *time.Time
}

// maxMeanings is how many meanings an answer may have. With more nothing was understood: nobody picks from a longer list.
const maxMeanings = 10

// moments groups the mentions: "el martes a las 5 o el jueves por la tarde" are two. ok is false for a contradiction.
func (p *parser) moments() (all []moment, ok bool) {
	cur := moment{}
	said := false // cur holds something
	push := func() {
		if said {
			all = append(all, cur)
		}
		cur, said = moment{}, false
	}
	var weeks *int
	for i, x := range p.mentions {
		if x.bad {
			return nil, false
		}
		if x.week != nil {
			weeks = x.week
		}
		if x.instant != nil {
			push()
			cur.instant, said = x.instant, true
			push()
			continue
		}
		repeated := x.date != nil && i > 0 && p.mentions[i-1].date == x.date // two words for one day
		if x.date != nil && !repeated {
			if cur.dates != nil {
				push()
			}
			cur.dates, said = x.date.days, true
			p.placeInWeek(&cur, x.date, i)
		}
		if x.part != 0 {
			if cur.part != 0 && cur.part != x.part {
				push()
			}
			cur.part, said = x.part, true
		}
		if x.clocks != nil {
			if cur.walls != nil {
				push()
			}
			said = true
			for _, c := range x.clocks {
				near := p.partNear(i, cur.part)
				if near == 0 && p.ctx.Partial != nil {
					near = partNamed(p.ctx.Partial.Part)
				}
				cur.walls = append(cur.walls, c.walls(p.tongue.code, near)...)
			}
			if len(cur.walls) == 0 {
				return nil, false
			}
		}
	}
	push()
	if weeks != nil {
		for _, m := range all {
			if m.dates != nil && len(m.dates) == 0 {
				return nil, false
			}
		}
	}
	return inherit(all), true
}

// partNear is the part of the day that goes with a time: one that was said before it, or right after it.
func (p *parser) partNear(i int, before part) part {
	if before == 0 && i+1 < len(p.mentions) && p.mentions[i+1].date == nil {
		return p.mentions[i+1].part
	}
	if before == 0 && i+2 < len(p.mentions) && p.mentions[i+1].date != nil && p.mentions[i+1].part == 0 && p.mentions[i+2].date == nil && p.mentions[i+2].clocks == nil {
		return p.mentions[i+2].part
	}
	if before == 0 && i+1 < len(p.mentions) && p.mentions[i+1].date != nil && p.mentions[i+1].clocks == nil {
		return p.mentions[i+1].part
	}
	return before
}

// placeInWeek moves a bare weekday into the week that stands beside it: "el martes de la semana que viene".
func (p *parser) placeInWeek(m *moment, d *dayMention, i int) {
	var week *int
	for _, j := range []int{i - 1, i + 1, i + 2} {
		if j >= 0 && j < len(p.mentions) && p.mentions[j].week != nil {
			week = p.mentions[j].week
		}
	}
	if week == nil {
		return
	}
	monday := p.today.AddDate(0, 0, -(int(p.today.Weekday())+6)%7+7**week)
	if d.weekday >= 0 {
		m.dates = []time.Time{monday.AddDate(0, 0, (d.weekday+6)%7)}
		return
	}
	m.dates = slices.DeleteFunc(slices.Clone(d.days), func(day time.Time) bool {
		return day.Before(monday) || !day.Before(monday.AddDate(0, 0, 7))
	})
}

// inherit gives a moment without a day or a time those of its neighbours: "lunes o martes a las 5".
func inherit(all []moment) []moment {
	for i := range all {
		for _, j := range []int{i - 1, i + 1} {
			if j < 0 || j >= len(all) || all[i].instant != nil || all[j].instant != nil {
				continue
			}
			if all[i].dates == nil && all[j].dates != nil {
				all[i].dates = all[j].dates
			}
			if all[i].walls == nil && all[i].part == 0 && all[j].walls != nil {
				all[i].walls = all[j].walls
			}
		}
	}
	return all
}

func (p *parser) result() Result {
	if p.kind == Duration {
		return p.durations()
	}
	all, ok := p.moments()
	if !ok || p.crowded() {
		return Result{}
	}
	switch p.kind {
	case Date:
		return p.dates(all)
	case Time:
		return p.times(all)
	}
	return p.dateTimes(p.complete(all))
}

// crowded tells that a span of days touches a day: "two days after friday", "a week tomorrow" are neither of both.
func (p *parser) crowded() bool {
	for i, x := range p.mentions {
		if x.spans == nil || x.spans[0].exact != 0 {
			continue
		}
		if i+1 < len(p.mentions) && p.mentions[i+1].date != nil && p.mentions[i+1].start-x.end <= 1 {
			return true
		}
	}
	return false
}

func (p *parser) durations() Result {
	var r Result
	for _, x := range p.mentions {
		if x.bad {
			return Result{}
		}
		for _, s := range x.spans {
			r.Values = appendNew(r.Values, s.length().String())
		}
	}
	if len(p.mentions) == 0 {
		r.Values = p.bareCount()
	}
	return r.bounded()
}

// roughly are the words before a number that make it less exact.
var roughly = setOf("about around like roughly maybe unos unas como casi uns umas cerca tipo quase de")

// bareCount reads an answer that is a number without a unit, "10" to "how late will you be?": minutes, hours or days, of which the limits of the
// question leave one, or else the contact picks.
func (p *parser) bareCount() (values []any) {
	for i := range p.atoms {
		n, next := p.number(i)
		from := i
		for roughly[p.text(from-1)] {
			from--
		}
		if next == i || n == 0 || !p.alone(from, next) {
			continue
		}
		for j := range from {
			if p.is(j, atWord, theWord, theDay) {
				return nil
			}
		}
		for _, unit := range []int{minute, hour, day} {
			if s, ok := (span{}).plus(60*n, unit); ok {
				values = appendNew(values, s.length().String())
			}
		}
		return values
	}
	return nil
}

func appendNew(values []any, v any) []any {
	if slices.Contains(values, v) {
		return values
	}
	return append(values, v)
}

func (r Result) bounded() Result {
	if len(r.Values) > maxMeanings {
		return Result{}
	}
	return r
}

func (p *parser) dates(all []moment) Result {
	var r Result
	for _, m := range all {
		if m.instant != nil {
			r.Values = appendNew(r.Values, m.instant.In(p.ctx.Zone).Format(time.DateOnly))
		}
		for _, d := range m.dates {
			r.Values = appendNew(r.Values, d.Format(time.DateOnly))
		}
	}
	return r.bounded()
}

func (p *parser) times(all []moment) Result {
	var r Result
	for _, m := range all {
		if m.instant != nil {
			r.Values = appendNew(r.Values, m.instant.In(p.ctx.Zone).Format("15:04"))
		}
		for _, w := range m.walls {
			r.Values = appendNew(r.Values, w.String())
		}
	}
	if r.Values == nil && len(all) == 1 && all[0].part != 0 {
		return Result{Partial: &Partial{Part: all[0].part.name()}}
	}
	return r.bounded()
}

// name is the part as a Partial has it. What is left of the night counts as night.
func (q part) name() string {
	return [...]string{"", "morning", "afternoon", "evening", "night", "night", "afternoon", "morning", "afternoon"}[q]
}

func partNamed(name string) part {
	i := slices.Index([]string{"", "morning", "afternoon", "evening", "night"}, name)
	return part(max(i, 0))
}

// complete adds what an earlier answer said to a moment that lacks it.
func (p *parser) complete(all []moment) []moment {
	known := p.ctx.Partial
	if known == nil {
		return all
	}
	if len(all) == 0 {
		return nil
	}
	for i := range all {
		m := &all[i]
		if m.instant != nil {
			continue
		}
		if m.dates == nil {
			m.dates = parseDays(append([]string{known.Date}, known.OtherDates...))
		}
		if m.walls == nil && known.Time != "" {
			m.walls = parseWalls(append([]string{known.Time}, known.OtherTimes...))
			m.walls = within(m.walls, m.part)
		}
		if m.part == 0 {
			m.part = partNamed(known.Part)
		}
	}
	return all
}

func parseDays(texts []string) (all []time.Time) {
	for _, t := range texts {
		if day, err := time.Parse(time.DateOnly, t); err == nil {
			all = append(all, day)
		}
	}
	return all
}

func parseWalls(texts []string) (all []wall) {
	for _, t := range texts {
		if at, err := time.Parse("15:04", t); err == nil {
			all = append(all, wall{hour: at.Hour(), minute: at.Minute()})
		}
	}
	return all
}

// within keeps the times that lie in a part of the day, or all if none does.
func within(walls []wall, of part) []wall {
	if of == 0 {
		return walls
	}
	fit := slices.DeleteFunc(slices.Clone(walls), func(w wall) bool { return !w.in(of, "") })
	if len(fit) == 0 {
		return walls
	}
	return fit
}

func (w wall) in(of part, language string) bool {
	h := w.hour % noonHour
	if h == 0 {
		h = noonHour
	}
	return slices.ContainsFunc(hoursIn(language, h, of, w.minute), func(x wall) bool { return x.hour == w.hour })
}

func (p *parser) dateTimes(all []moment) Result {
	var r Result
	var instants []time.Time
	for _, m := range all {
		if m.instant != nil {
			instants = append(instants, m.instant.In(p.ctx.Zone))
		} else if m.dates != nil && m.walls == nil && len(instants) > 0 { // "in two hours, tomorrow"
			return Result{}
		}
		for _, d := range m.dates {
			for _, w := range m.walls {
				instants = append(instants, w.on(d, p.ctx.Zone)...)
			}
		}
	}
	for _, at := range p.possible(instants) {
		r.Values = appendNew(r.Values, at.Format(time.RFC3339))
	}
	if r.Values == nil && len(all) > 0 {
		r.Partial = p.partial(all)
	}
	return r.bounded()
}

// on is the instant of a time on a day; two of a time that can be the night after it.
func (w wall) on(day time.Time, zone *time.Location) []time.Time {
	y, m, d := day.Date()
	same, next := Local(y, m, d, w.hour, w.minute, zone), Local(y, m, d+1, w.hour, w.minute, zone)
	switch {
	case w.next:
		return []time.Time{next}
	case w.late:
		return []time.Time{same, next}
	}
	return []time.Time{same}
}

// possible leaves out the hours of today that have passed (with Past: those to come), as long as there are others.
func (p *parser) possible(all []time.Time) []time.Time {
	wrong := func(at time.Time) bool {
		y, m, d := at.Date()
		if !civil(y, m, d).Equal(p.today) {
			return false
		}
		if p.ctx.Past {
			return at.After(p.ctx.Now)
		}
		return at.Before(p.ctx.Now)
	}
	if kept := slices.DeleteFunc(slices.Clone(all), wrong); len(kept) > 0 {
		return kept
	}
	return all
}

// partial is what several moments have in common to complete: days without a time, times without a day, or a part of the day.
func (p *parser) partial(all []moment) *Partial {
	var days, times []string
	found := &Partial{Part: all[0].part.name()}
	for _, m := range all {
		for _, d := range m.dates {
			days = appendText(days, d.Format(time.DateOnly))
		}
		for _, w := range m.walls {
			times = appendText(times, w.String())
		}
		if m.part != all[0].part {
			found.Part = ""
		}
	}
	if len(days) > maxMeanings || len(times) > maxMeanings {
		return nil
	}
	if len(days) > 0 {
		found.Date, found.OtherDates = days[0], rest(days)
	}
	if len(times) > 0 {
		found.Time, found.OtherTimes, found.Part = times[0], rest(times), ""
	}
	if found.Date == "" && found.Time == "" && found.Part == "" {
		return nil
	}
	return found
}

func rest(texts []string) []string {
	if len(texts) < 2 {
		return nil
	}
	return texts[1:]
}

func appendText(all []string, t string) []string {
	if slices.Contains(all, t) {
		return all
	}
	return append(all, t)
}

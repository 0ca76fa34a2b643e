package reading

import (
	"slices"
	"time"
)

// pick returns those of the options that the text can mean. ok is false when it says nothing about them.
func (p *parser) pick(text string) (r Result, ok bool) {
	options := p.ctx.Options
	chosen := slices.DeleteFunc(slices.Clone(options), func(v any) bool { return !p.fits(v) })
	if len(chosen) > 0 && len(chosen) < len(options) {
		return Result{Values: chosen}, true
	}
	if n := Ordinal(text, len(options)); n >= 1 && n <= len(options) {
		return Result{Values: []any{options[n-1]}}, true
	}
	if len(chosen) > 0 {
		return Result{Values: chosen}, true
	}
	return Result{}, false
}

// fits tells that a value agrees with everything that the text says.
func (p *parser) fits(value any) bool {
	text, ok := value.(string)
	if !ok || len(p.mentions) == 0 {
		return false
	}
	if p.kind == Duration {
		return slices.ContainsFunc(p.mentions, func(x mention) bool {
			return slices.ContainsFunc(x.spans, func(s span) bool { return s.length().String() == text })
		})
	}
	day, at, ok := p.option(text)
	if !ok {
		return false
	}
	for i, x := range p.mentions {
		if x.bad || x.instant != nil || !p.fitsDay(x, day) || !p.fitsTime(x, i, at) {
			return false
		}
	}
	return slices.ContainsFunc(p.mentions, func(x mention) bool { return p.says(x) })
}

// says tells that a mention speaks of what the kind has.
func (p *parser) says(x mention) bool {
	ofDay := x.date != nil || x.week != nil || x.month != 0
	ofTime := x.clocks != nil || x.part != 0 || p.alsoPart(x)
	return ofDay && p.kind != Time || ofTime && p.kind != Date
}

func (p *parser) option(text string) (day *time.Time, at *wall, ok bool) {
	layout := map[Kind]string{Date: time.DateOnly, Time: "15:04", DateTime: time.RFC3339}[p.kind]
	t, err := time.Parse(layout, text)
	if err != nil {
		return nil, nil, false
	}
	if p.kind == DateTime {
		t = t.In(p.ctx.Zone)
	}
	if p.kind != Time {
		d := civil(t.Date())
		day = &d
	}
	if p.kind != Date {
		at = &wall{hour: t.Hour(), minute: t.Minute()}
	}
	return day, at, true
}

func (p *parser) fitsDay(x mention, day *time.Time) bool {
	if day == nil {
		return true
	}
	if x.month != 0 && x.month != day.Month() {
		return false
	}
	if x.week != nil {
		monday := p.today.AddDate(0, 0, -(int(p.today.Weekday())+6)%7+7**x.week)
		if day.Before(monday) || !day.Before(monday.AddDate(0, 0, 7)) {
			return false
		}
	}
	if x.date == nil || p.alsoPart(x) {
		return true
	}
	return slices.Contains(x.date.days, *day) || x.date.weekday >= 0 && x.date.weekday == int(day.Weekday()) || x.date.monthDay > 0 && x.date.monthDay == day.Day()
}

// alsoPart tells that a day is a part of the day, too: "mañana", asked "in the morning or in the afternoon?".
func (p *parser) alsoPart(x mention) bool {
	return p.kind != Date && x.end == x.start+1 && p.is(x.start, dayWord) && p.is(x.start, partWord) && p.alone(x.start, x.end)
}

func (p *parser) fitsTime(x mention, i int, at *wall) bool {
	if at == nil {
		return true
	}
	if p.alsoPart(x) {
		return at.in(morning, p.tongue.code)
	}
	if x.part != 0 && !at.in(x.part, p.tongue.code) {
		return false
	}
	if x.clocks == nil {
		return true
	}
	return slices.ContainsFunc(x.clocks, func(c clockTime) bool {
		return slices.ContainsFunc(c.walls(p.tongue.code, p.partNear(i, 0)), func(w wall) bool { return w.hour == at.hour && w.minute == at.minute })
	})
}

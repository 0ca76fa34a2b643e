package reading

import (
	"time"
	"unicode/utf8"
)

// Read finds a value of a kind in what a contact wrote.
func Read(kind Kind, text string, ctx Context) Result {
	if ctx.Zone == nil {
		ctx.Zone = time.UTC
	}
	ctx.Now = ctx.Now.In(ctx.Zone)
	if utf8.RuneCountInString(text) > MaxRunes {
		return Result{}
	}
	switch kind {
	case Date, Time, DateTime, Duration:
		return readMoment(kind, text, ctx)
	default:
		return readValue(kind, text, ctx)
	}
}

// Local is the instant at which a clock in the zone shows a time. A time that a spring gap skips is the same distance after the gap; of a time that
// autumn shows twice it is the first. time.Date does not say which one it takes.
func Local(year int, month time.Month, day, hour, minute int, zone *time.Location) time.Time {
	wall := time.Date(year, month, day, hour, minute, 0, 0, time.UTC)
	_, before := wall.Add(-24 * time.Hour).In(zone).Zone()
	_, after := wall.Add(24 * time.Hour).In(zone).Zone()
	early := wall.Add(-time.Duration(max(before, after)) * time.Second).In(zone)
	late := wall.Add(-time.Duration(min(before, after)) * time.Second).In(zone)
	if shows(early, wall) {
		return early
	}
	if shows(late, wall) || before <= after { // a gap: the offset before it moves the clock on
		return late
	}
	return early
}

func shows(t, wall time.Time) bool {
	y, m, d := t.Date()
	wy, wm, wd := wall.Date()
	return y == wy && m == wm && d == wd && t.Hour() == wall.Hour() && t.Minute() == wall.Minute()
}

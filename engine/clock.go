package engine

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"relevo/engine/reading"
)

// span is a length of time on a calendar: so many days, which daylight saving makes 23 to 25 hours long, and then so much time.
type span struct {
	days int
	rest time.Duration
}

// maxSpanDays bounds a span, so that no sum of times leaves what can be stored.
const maxSpanDays = 100_000

// parseSpan reads 1w, 2d, 1d12h, 90m: weeks and days of the calendar, then hours, minutes and seconds.
func parseSpan(s string) (span, error) {
	var out span
	rest := s
	for _, unit := range []struct {
		letter string
		days   int
	}{{"w", 7}, {"d", 1}} {
		number, after, found := strings.Cut(rest, unit.letter)
		if !found {
			continue
		}
		n, err := strconv.Atoi(number)
		if err != nil || n < 0 || n > maxSpanDays/unit.days {
			return span{}, fmt.Errorf("%q is not a time: write for example 2h, 3d or 1d12h", s)
		}
		out.days += n * unit.days
		rest = after
	}
	if rest == "" && s != "" {
		return out, nil
	}
	d, err := time.ParseDuration(rest)
	if err != nil || d < 0 || d > maxSpanDays*24*time.Hour {
		return span{}, fmt.Errorf("%q is not a time: write for example 2h, 3d or 1d12h", s)
	}
	out.rest = d
	return out, nil
}

// add moves an instant by a span, sign 1 or -1: the days on the zone's calendar, the rest on the clock that never jumps.
func (s span) add(t time.Time, sign int, zone *time.Location) time.Time {
	if s.days != 0 {
		l := t.In(zone)
		moved := reading.Local(l.Year(), l.Month(), l.Day()+sign*s.days, l.Hour(), l.Minute(), zone)
		t = moved.Add(time.Duration(l.Second())*time.Second + time.Duration(l.Nanosecond()))
	}
	return t.Add(time.Duration(sign) * s.rest)
}

// length is about how long a span is, for comparing: a day is 24 hours.
func (s span) length() time.Duration { return time.Duration(s.days)*24*time.Hour + s.rest }

// String writes a span as parseSpan reads it: "1d12h".
func (s span) String() string {
	days := ""
	if s.days > 0 {
		days = strconv.Itoa(s.days) + "d"
	}
	if s.rest == 0 && days != "" {
		return days
	}
	rest := s.rest.String() // "1h30m0s"
	if short, cut := strings.CutSuffix(rest, "m0s"); cut {
		rest = short + "m"
	}
	if short, cut := strings.CutSuffix(rest, "h0m"); cut {
		rest = short + "h"
	}
	return days + rest
}

// shown writes a span for people, with signs that are the same in every language: "1 h 30 min", "10 d". From two days on hours are left out where they
// are whole days.
func (s span) shown() string {
	rest := s.length()
	if rest < 48*time.Hour && s.days == 0 {
		return unitsShown(rest, 0)
	}
	return unitsShown(rest%(24*time.Hour), int(rest/(24*time.Hour)))
}

func unitsShown(rest time.Duration, days int) string {
	var parts []string
	for _, part := range []struct {
		n    int
		unit string
	}{{days, "d"}, {int(rest / time.Hour), "h"}, {int(rest % time.Hour / time.Minute), "min"}, {int(rest % time.Minute / time.Second), "s"}} {
		if part.n != 0 {
			parts = append(parts, strconv.Itoa(part.n)+" "+part.unit)
		}
	}
	if len(parts) == 0 {
		return "0 min"
	}
	return strings.Join(parts, " ")
}

// asSpan reads what expressions take for a length of time: 2h, "2h", a duration.
func asSpan(v any) (span, error) {
	switch v := v.(type) {
	case span:
		return v, nil
	case time.Duration:
		return span{rest: v}, nil
	case string:
		return parseSpan(v)
	case nil:
		return span{}, fmt.Errorf("the length of time is not known")
	default:
		return span{}, fmt.Errorf("%v is not a length of time", v)
	}
}

// moment reads what expressions take for a time: a time, "2026-11-24T15:30:00+01:00", "2026-11-24T15:30" in the zone, or a day "2026-11-24", which
// begins at midnight in the zone.
func moment(v any, zone *time.Location) (time.Time, error) {
	switch v := v.(type) {
	case time.Time:
		return v, nil
	case string:
		if t, err := time.Parse(time.RFC3339, v); err == nil {
			return t, nil
		}
		for _, layout := range []string{time.DateOnly, "2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02 15:04"} {
			if t, err := time.Parse(layout, v); err == nil {
				return reading.Local(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), zone).Add(time.Duration(t.Second()) * time.Second), nil
			}
		}
		return time.Time{}, fmt.Errorf("%q is not a time", v)
	case nil:
		return time.Time{}, fmt.Errorf("the time is not known")
	default:
		return time.Time{}, fmt.Errorf("%v is not a time", v)
	}
}

// quiet is a part of the day in which nothing is sent that only time has caused, in minutes since midnight. It may reach over midnight.
type quiet struct{ from, to int }

// parseQuiet reads "21:00-09:00".
func parseQuiet(s string) (quiet, error) {
	from, to, _ := strings.Cut(s, "-")
	start, err1 := time.Parse("15:04", strings.TrimSpace(from))
	end, err2 := time.Parse("15:04", strings.TrimSpace(to))
	if err1 != nil || err2 != nil || start.Equal(end) {
		return quiet{}, fmt.Errorf("%q are not quiet hours: write for example 21:00-09:00", s)
	}
	return quiet{from: start.Hour()*60 + start.Minute(), to: end.Hour()*60 + end.Minute()}, nil
}

// holds tells whether an instant is in the quiet hours.
func (q quiet) holds(t time.Time, zone *time.Location) bool {
	l := t.In(zone)
	now := l.Hour()*60 + l.Minute()
	if q.from < q.to {
		return now >= q.from && now < q.to
	}
	return now >= q.from || now < q.to
}

// move takes an instant out of the quiet hours: to their end, or with earlier to the last minute before they began.
func (q quiet) move(t time.Time, zone *time.Location, earlier bool) time.Time {
	if !q.holds(t, zone) {
		return t
	}
	l := t.In(zone)
	now := l.Hour()*60 + l.Minute()
	at := func(day, minute int) time.Time {
		return reading.Local(l.Year(), l.Month(), l.Day()+day, minute/60, minute%60, zone)
	}
	if earlier {
		if now < q.from { // began yesterday
			return at(-1, q.from).Add(-time.Minute)
		}
		return at(0, q.from).Add(-time.Minute)
	}
	if now >= q.to { // ends tomorrow
		return at(1, q.to)
	}
	return at(0, q.to)
}

// length is how long the quiet hours last on most days.
func (q quiet) length() time.Duration {
	const day = 24 * 60
	return time.Duration((q.to-q.from+day)%day) * time.Minute
}

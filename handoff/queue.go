package handoff

import (
	"fmt"
	"strings"
	"time"
)

// Queue is where chats wait.
type Queue struct {
	ID    string
	Title string
	Hours Hours
}

// Hours are a queue's business hours. The zero value is always open.
type Hours struct {
	zone *time.Location
	week [7][]span // by time.Weekday
	set  bool
}

// span is a stretch of a day, in minutes after midnight; to is exclusive.
type span struct{ from, to int }

// days are the keys of business hours, by time.Weekday.
var days = [7]string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

// NewHours reads business hours: a time zone ("Europe/Madrid") and, by the English name of the day, spans such as "09:00-18:00". A day that is
// missing is closed.
func NewHours(zone string, week map[string][]string) (Hours, error) {
	location, err := time.LoadLocation(zone)
	if err != nil {
		return Hours{}, fmt.Errorf("time zone %q is not known", zone)
	}
	h := Hours{zone: location, set: true}
	left := len(week)
	for i, day := range days {
		spans, listed := week[day]
		if listed {
			left--
		}
		for _, s := range spans {
			parsed, err := parseSpan(s)
			if err != nil {
				return Hours{}, fmt.Errorf("%s: %w", day, err)
			}
			h.week[i] = append(h.week[i], parsed)
		}
	}
	if left > 0 {
		return Hours{}, fmt.Errorf("days are written %s", strings.Join(days[:], ", "))
	}
	return h, nil
}

func parseSpan(s string) (span, error) {
	from, to, ok := strings.Cut(s, "-")
	a, errA := minute(from)
	b, errB := minute(to)
	if !ok || errA != nil || errB != nil || a >= b {
		return span{}, fmt.Errorf("%q is not a stretch of a day such as 09:00-18:00", s)
	}
	return span{a, b}, nil
}

// minute reads "09:30" as minutes after midnight; "24:00" is the end of the day.
func minute(s string) (int, error) {
	if s == "24:00" {
		return 24 * 60, nil
	}
	t, err := time.Parse("15:04", s)
	return t.Hour()*60 + t.Minute(), err
}

// Open tells whether the hours hold an instant.
func (h Hours) Open(at time.Time) bool {
	if !h.set {
		return true
	}
	local := at.In(h.zone)
	now := local.Hour()*60 + local.Minute()
	for _, s := range h.week[local.Weekday()] {
		if now >= s.from && now < s.to {
			return true
		}
	}
	return false
}

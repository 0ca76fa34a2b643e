package engine_test

import (
	"testing"
	"time"
	"unicode/utf8"

	"relevo/engine"
	"relevo/flows/locale"
)

// TestTimesAreNoLongerThanReckonedWith writes every day of a year and every hour in the languages that flows are written in.
func TestTimesAreNoLongerThanReckonedWith(t *testing.T) {
	t.Parallel()
	l := locale.New()
	for _, place := range [][2]string{{"en", "US"}, {"en", "GB"}, {"es", "ES"}, {"es", "MX"}, {"pt", "BR"}, {"pt", "PT"}} {
		at := time.Date(2026, 1, 1, 0, 30, 0, 0, time.UTC)
		for range 366 {
			for style, most := range map[string]int{"long": engine.ReachDay, "day": engine.ReachDay, "short": engine.ReachShortDay} {
				if day := l.Date(at, style, place[0], place[1]); utf8.RuneCountInString(day) > most {
					t.Errorf("%q is longer than %d characters", day, most)
				}
			}
			if clock := l.Clock(at, place[0], place[1]); utf8.RuneCountInString(clock) > engine.ReachClock {
				t.Errorf("%q is longer than %d characters", clock, engine.ReachClock)
			}
			at = at.Add(25 * time.Hour)
		}
	}
}

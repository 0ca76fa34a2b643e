package engine

import (
	"strconv"
	"strings"
	"time"
)

// plainLocale writes everything in the same plain forms, for a catalog without a Locale.
type plainLocale struct{}

func (plainLocale) Phone(candidate, _ string) (string, bool) {
	return candidate, strings.HasPrefix(candidate, "+") && len(candidate) > 8 && len(candidate) <= 16
}

func (plainLocale) Date(t time.Time, _, _, _ string) string { return t.Format(time.DateOnly) }

func (plainLocale) Clock(t time.Time, _, _ string) string { return t.Format("15:04") }

func (plainLocale) Number(v float64, decimals int, _, _ string) string {
	s := strconv.FormatFloat(v, 'f', decimals, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

func (plainLocale) Money(amount, currency, _, _ string) string { return amount + " " + currency }

func (plainLocale) Plural(n float64, _ string) string {
	if n == 1 {
		return "one"
	}
	return "other"
}

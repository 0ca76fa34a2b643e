// Package locale knows how English, Spanish and Portuguese and their regions write dates, numbers, money and phone numbers. It is what the engine
// sees as engine.Locale.
package locale

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/go-playground/locales"

	"relevo/engine"
)

// Locale implements engine.Locale after CLDR, by the libraries of go-playground, bojanz and nyaruka. It is safe for concurrent use.
type Locale struct {
	translators map[string]func() locales.Translator
}

var _ engine.Locale = (*Locale)(nil)

// New returns a Locale. Tables are built when they are first needed.
func New() *Locale { return &Locale{translators: translators()} }

// fallbacks are the locales of a language where the region is not known. English is then that of most of the world: day before month, 24 hours.
var fallbacks = map[string]string{"en": "en_GB", "es": "es", "pt": "pt"}

// known cuts a language tag to one of ours; English stands for all others.
func known(language string) string {
	language, _, _ = strings.Cut(strings.ReplaceAll(strings.ToLower(language), "_", "-"), "-")
	if fallbacks[language] == "" {
		return "en"
	}
	return language
}

// name finds the locale for a language and a region: "es_MX", or the language's own where they have no locale together. "es-MX" as a language is
// region enough.
func (l *Locale) name(language, region string) string {
	if _, own, ok := strings.Cut(strings.ReplaceAll(language, "_", "-"), "-"); ok && region == "" {
		region = own
	}
	language = known(language)
	if name := language + "_" + strings.ToUpper(region); l.translators[name] != nil {
		return name
	}
	return fallbacks[language]
}

func (l *Locale) translator(language, region string) locales.Translator {
	return l.translators[l.name(language, region)]()
}

// Date writes a day: style "long" is "Tuesday, 24 November 2026", "short" is "24/11/2026" or in the United States "11/24/2026", "day" is "Tuesday, 24 November".
// Another style is as "long".
func (l *Locale) Date(t time.Time, style, language, region string) string {
	tr := l.translator(language, region)
	weekday, month := tr.WeekdayWide(t.Weekday()), tr.MonthWide(t.Month())
	monthFirst := known(language) == "en" && (region == "US" || region == "CA" || l.name(language, region) == "en_US")
	switch {
	case style == "short" && (region == "US" || l.name(language, region) == "en_US"):
		return t.Format("01/02/2006")
	case style == "short":
		return t.Format("02/01/2006")
	case style == "day" && monthFirst:
		return fmt.Sprintf("%s, %s %d", weekday, month, t.Day())
	case style == "day" && known(language) == "en":
		return fmt.Sprintf("%s, %d %s", weekday, t.Day(), month)
	case style == "day":
		return fmt.Sprintf("%s, %d de %s", weekday, t.Day(), month)
	case monthFirst:
		return fmt.Sprintf("%s, %s %d, %d", weekday, month, t.Day(), t.Year())
	case known(language) == "en":
		return fmt.Sprintf("%s, %d %s %d", weekday, t.Day(), month, t.Year())
	}
	return fmt.Sprintf("%s, %d de %s de %d", weekday, t.Day(), month, t.Year())
}

// Clock writes a time of day as the region does: "15:30", "3:30 PM", "3:30 p. m.".
func (l *Locale) Clock(t time.Time, language, region string) string {
	s := plain(l.translator(language, region).FmtTimeShort(t))
	if known(language) == "en" {
		return strings.ToUpper(s)
	}
	return s
}

// maxDecimals is how many decimals a number is written with: a float64 has no more that mean something.
const maxDecimals = 12

// maxPlain is the largest number that is written with its groups; a larger one is no number that people read.
const maxPlain = 1e15

// Number writes a number with at most so many decimals, rounded, without zeros at its end: "1.250.000,5". As CLDR says, Spain and Portugal do not
// group four digits: "1250,5".
func (l *Locale) Number(v float64, decimals int, language, region string) string {
	if math.IsNaN(v) || math.Abs(v) > maxPlain {
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	decimals = min(max(decimals, 0), maxDecimals)
	text := strconv.FormatFloat(v, 'f', decimals, 64)
	if decimals > 0 {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	if strings.Trim(text, "-0.") == "" {
		v = 0
	}
	s := plain(l.translator(language, region).FmtNumber(v, uint64(len(fraction))))
	if name := l.name(language, region); len(whole) == 4 && ungrouped[name] {
		sign := len(s) - len(strings.TrimPrefix(s, "-"))
		s = s[:sign+1] + s[len(s)-len(fraction)-min(len(fraction), 1)-3:]
	}
	return s
}

// ungrouped are the locales whose minimumGroupingDigits are 2 (CLDR).
var ungrouped = map[string]bool{"es": true, "es_ES": true, "pt_PT": true, "pt_AO": true, "pt_MZ": true}

// Plural is the CLDR category of a count: "one" or "other" in our languages. In Portuguese zero is "one", too.
func (l *Locale) Plural(n float64, language string) string {
	text := strconv.FormatFloat(n, 'f', -1, 64)
	_, fraction, _ := strings.Cut(text, ".")
	if math.IsNaN(n) || math.IsInf(n, 0) {
		return "other"
	}
	return strings.ToLower(l.translator(language, "").CardinalPluralRule(n, uint64(len(fraction))).String())
}

// plain writes all spaces as people type them, so that transcripts can be compared.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '\u00a0', '\u202f', '\u2009':
			return ' '
		case '\u2212':
			return '-'
		}
		return r
	}, s)
}

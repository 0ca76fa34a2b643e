package engine

import "time"

// Locale knows how a language and a region write things. It must be pure: same arguments, same answer. Package flows/locale implements it with
// libraries that the engine itself may not use.
type Locale interface {
	// Phone returns the E.164 form of a candidate that is a valid number in the region ("MX"; "" is not known).
	Phone(candidate, region string) (e164 string, ok bool)
	// Date writes a day: style "long" is "Tuesday, 24 November 2026", "short" is "24/11/2026" or "11/24/2026", "day" is "Tuesday, 24 November".
	Date(t time.Time, style, language, region string) string
	// Clock writes a time of day: "15:30" or "3:30 PM".
	Clock(t time.Time, language, region string) string
	// Number writes a number with at most so many decimals: "1.250,5".
	Number(v float64, decimals int, language, region string) string
	// Money writes an exact decimal amount: "1.250,50 €". An unknown currency is written as its code.
	Money(amount, currency, language, region string) string
	// Plural is the CLDR category of a count: "one", "many", "other".
	Plural(n float64, language string) string
}

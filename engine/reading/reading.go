// Package reading finds values in what people write, in English, Spanish and Portuguese: "mañana a las 3 y media", "next friday at 5pm",
// "1.250,50 €", "claro que sí". It is pure: the time and the zone come in. It never guesses: an answer that can mean several things gives
// all of them, and one that lacks a part says so.
package reading

import "time"

// Kind is the kind of a value. The names are the slot types of the flow language.
type Kind string

// The kinds, with the form of their values. Values are plain JSON, so that they can be stored.
const (
	Number   Kind = "number"   // float64
	Integer  Kind = "integer"  // float64 without a fraction
	Amount   Kind = "amount"   // map[string]any{"amount": "1250.00", "currency": "EUR", "minor": 125000.0}
	Date     Kind = "date"     // "2026-11-24"
	Time     Kind = "time"     // "15:30"
	DateTime Kind = "datetime" // "2026-11-24T15:30:00+01:00", RFC 3339 with the offset of Context.Zone
	Duration Kind = "duration" // "1h30m0s"
	Email    Kind = "email"    // "ana@example.com", the domain in small letters
	Phone    Kind = "phone"    // "+34600111222"
	YesNo    Kind = "yes_no"   // bool
)

// MaxRunes is the length of a text that is read; a longer one is not understood.
const MaxRunes = 500

// Context is what a reading depends on besides the text.
type Context struct {
	Language string         // the contact's: "es"; its words go first, those of the other languages are understood too
	Region   string         // ISO 3166 "MX"; "" is not known. Decides 03/04 and 1.250
	Now      time.Time      // "tomorrow" is the day after this one in Zone
	Zone     *time.Location // nil is UTC
	Currency string         // of an amount that names none, "EUR"; "" takes the one of the sign that was written, else of the Region, else none is understood
	Past     bool           // a day without a year lies in the past: birthdays
	// Phone tells whether a candidate is a valid phone number in a region, and its E.164 form. nil: only +digits of 8 to 15 are taken.
	Phone func(candidate, region string) (e164 string, ok bool)
	// Options are the values that an earlier answer to the same question can mean: this answer picks one ("in the afternoon", "the second one",
	// "3pm"), or is a new answer.
	Options []any
	// Partial is what an earlier answer to the same question said: this answer completes it, or is a new answer.
	Partial *Partial
}

// Partial is an answer that lacks a part, such as a datetime without a time.
type Partial struct {
	Date string `json:"date,omitempty"` // "2026-11-24"
	Time string `json:"time,omitempty"` // "15:30"
	Part string `json:"part,omitempty"` // "morning", "afternoon", "evening", "night": narrows the time that is still missing
	// OtherDates and OtherTimes are what Date and Time can mean as well: "at 3" is 15:00 or 03:00 until the day, or the contact, decides.
	OtherDates []string `json:"other_dates,omitempty"`
	OtherTimes []string `json:"other_times,omitempty"`
}

// Result is what a text means. With one value it is clear; with several the contact must be asked which; with a Partial the contact must be
// asked for the rest; with nothing it was not understood.
type Result struct {
	Values  []any
	Partial *Partial
}

// Clear returns the only value.
func (r Result) Clear() (v any, ok bool) {
	if len(r.Values) != 1 {
		return nil, false
	}
	return r.Values[0], true
}

package locale

import (
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// maxPhone is the length of a candidate in bytes that is tried.
const maxPhone = 40

// Phone returns the E.164 form of a candidate that is a valid number in the region ("MX"), or of another region with its + and country code.
func (l *Locale) Phone(candidate, region string) (e164 string, ok bool) {
	if len(candidate) > maxPhone {
		return "", false
	}
	n, err := phonenumbers.Parse(candidate, strings.ToUpper(region))
	if err != nil || !phonenumbers.IsValidNumber(n) {
		return "", false
	}
	return phonenumbers.Format(n, phonenumbers.E164), true
}

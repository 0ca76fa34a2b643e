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

// Region is the ISO 3166 region of a phone number in E.164 form, with or without its +: "MX". It is "" when the number belongs to none. Of a country
// code that several regions share, a number that none of them has is of the main one. It knows the older forms that WhatsApp uses, such as +521.
func Region(e164 string) string {
	if len(e164) > maxPhone {
		return ""
	}
	if !strings.HasPrefix(e164, "+") {
		e164 = "+" + e164
	}
	n, err := phonenumbers.Parse(e164, "")
	if err != nil {
		return ""
	}
	region := phonenumbers.GetRegionCodeForNumber(n)
	if region == "" {
		region = phonenumbers.GetRegionCodeForCountryCode(int(n.GetCountryCode()))
	}
	if len(region) != 2 || region == "ZZ" { // "001": satellites, free numbers
		return ""
	}
	return region
}

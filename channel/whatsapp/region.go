package whatsapp

import (
	"github.com/nyaruka/phonenumbers"

	"relevo/channel"
)

// regionOf tells the country of a contact by the first identity that has one: a phone's calling code and area, the letters before a business-scoped
// id. It is a hint at how the person writes dates and numbers; "" when nothing tells.
func regionOf(ids []channel.Identity) string {
	for _, id := range ids {
		if id.Kind != IdentityPhone {
			return id.Value[:2] // userPattern: "ES.1029384756"
		}
		number, err := phonenumbers.Parse("+"+id.Value, "")
		if err != nil {
			continue
		}
		region := phonenumbers.GetRegionCodeForNumber(number)
		if region == "" { // an older form, such as +521, or a number that nobody has: the calling code tells the country
			region = phonenumbers.GetRegionCodeForCountryCode(int(number.GetCountryCode()))
		}
		if len(region) == 2 && region != "ZZ" { // "001" is a service of no country
			return region
		}
	}
	return ""
}

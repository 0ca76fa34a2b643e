package whatsapp

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"relevo/channel"
)

// Kinds of identity on this channel. A username is not one: it is shown, shared and changed at will.
const (
	IdentityPhone  = "phone"  // digits without plus, as WhatsApp knows it: "34600111222"
	IdentityUser   = "bsuid"  // business-scoped user id: "ES.1029384756"; changes when the person's number changes
	IdentityParent = "parent" // the same across a parent business: "ES.ENT.5647382910"
)

var (
	phonePattern = regexp.MustCompile(`^[0-9]{5,20}$`)
	userPattern  = regexp.MustCompile(`^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$`)
)

// identities collects what is known of a contact, in the order phone, user, parent: the phone is what a send needs first. Values are
// never normalised (a BSUID is not a phone number, and a phone is answered as it was received); what fits no kind is left out.
func identities(phone, user, parent string) []channel.Identity {
	var out []channel.Identity
	add := func(kind, value string) {
		id := channel.Identity{Kind: kind, Value: value}
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	phone = strings.TrimPrefix(phone, "+")
	switch {
	case phonePattern.MatchString(phone):
		add(IdentityPhone, phone)
	case userPattern.MatchString(phone): // seen where the phone is hidden
		add(kindOf(phone), phone)
	}
	if userPattern.MatchString(user) {
		add(kindOf(user), user)
	}
	if userPattern.MatchString(parent) {
		add(IdentityParent, parent)
	}
	return out
}

func kindOf(id string) string {
	if strings.HasPrefix(id[2:], ".ENT.") {
		return IdentityParent
	}
	return IdentityUser
}

// person is one contacts[] element.
type person struct{ phone, user, parent, name, username string }

// maxPeople is how many contacts of a change are read; Meta sends one a message.
const maxPeople = 1000

func readPeople(raw json.RawMessage) map[string]person {
	people := map[string]person{}
	for i, raw := range elements(raw) {
		if i == maxPeople {
			break
		}
		n := parse(raw)
		p := person{
			phone: n.at("wa_id").text(), user: n.at("user_id").text(), parent: n.at("parent_user_id").text(),
			name: n.at("profile", "name").text(), username: n.at("profile", "username").text(),
		}
		for _, key := range []string{p.phone, p.user} {
			if key != "" {
				people[key] = p
			}
		}
	}
	return people
}

// find matches by id, never by position.
func find(people map[string]person, keys ...string) person {
	for _, k := range keys {
		if p, ok := people[k]; ok && k != "" {
			return p
		}
	}
	return person{}
}

// first returns the first value that is not empty.
func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

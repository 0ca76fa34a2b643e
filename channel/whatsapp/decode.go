package whatsapp

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"relevo/channel"
	"relevo/engine"
)

// Kinds of channel.Kept.
const (
	KeptAccount    = "account_update" // any field that tells of the account, its number or its limits
	KeptTemplate   = "template"
	KeptPreference = "preference" // the contact stopped or resumed marketing
	KeptHistory    = "history"    // imported from the phone; never answered
	KeptError      = "error"      // the platform's own problems
	KeptIgnored    = "ignored"    // well-formed, but nothing for us
	KeptMalformed  = "malformed"
)

// Decode reads the body of a delivery whose signature was checked. It never fails: what can not be used is kept for the operator.
// Every message is decoded on its own, so that an odd one does not lose its neighbours.
func (c *Channel) Decode(body []byte) channel.Delivery {
	d := &decoder{c: c, now: c.now().UTC()}
	var top map[string]json.RawMessage
	if json.Valid(body) {
		top = members(body)
	}
	switch {
	case top == nil:
		d.keep(KeptMalformed, fmt.Sprintf("not a JSON object, %d bytes", len(body)), body)
	case parse(top["object"]).text() != "whatsapp_business_account":
		d.keep(KeptIgnored, detail("object", parse(top["object"]).text()), body) // the app also serves pages or Instagram
	default:
		for _, raw := range elements(top["entry"]) {
			entry := members(raw)
			d.account = parse(entry["id"]).text()
			for _, raw := range elements(entry["changes"]) {
				d.change(raw)
			}
		}
	}
	if d.over > 0 {
		over := d.over
		d.out.Kept = append(d.out.Kept, channel.Kept{
			Channel: d.c.cfg.ID, Kind: KeptMalformed, Detail: fmt.Sprintf("%d updates over the limit of %d", over, maxUpdates),
			Body: clipBytes(body), At: d.now,
		})
		d.c.log.Error("delivery over the limit", "limit", maxUpdates, "over", over)
	}
	if d.strangers > 0 {
		d.c.log.Warn("messages without a usable sender kept", "count", d.strangers)
	}
	return d.out
}

// decoder is the state of one delivery.
type decoder struct {
	c       *Channel
	now     time.Time
	account string // entry[].id
	out     channel.Delivery
	over    int // updates over maxUpdates

	strangers int // messages without a usable sender
}

func (d *decoder) full() bool {
	if len(d.out.Inbound)+len(d.out.Kept) < maxUpdates {
		return false
	}
	d.over++
	return true
}

func (d *decoder) keep(kind, detail string, raw []byte) {
	if d.full() {
		return
	}
	if len(raw) > maxKeptBody {
		detail += " cut=true"
	}
	d.out.Kept = append(d.out.Kept, channel.Kept{
		Channel: d.c.cfg.ID, Kind: kind, Detail: detail, Body: clipBytes(raw), At: d.now,
	})
}

// clipBytes copies the beginning of raw, so that what is kept does not hold the whole delivery in memory.
func clipBytes(raw []byte) []byte { return slices.Clone(raw[:min(len(raw), maxKeptBody)]) }

func (d *decoder) add(key string, bucket time.Time, ids []channel.Identity, ev engine.Event) {
	if d.full() {
		return
	}
	ev.At = d.now
	d.out.Inbound = append(d.out.Inbound, channel.Inbound{
		Channel: d.c.cfg.ID, DedupeKey: key, Bucket: bucket, Identities: ids, Event: ev,
	})
}

// change reads one changes[] element.
func (d *decoder) change(raw json.RawMessage) {
	top := members(raw)
	field := parse(top["field"]).text()
	value := members(top["value"])
	if d.c.cfg.BusinessAccountID != "" && d.account != d.c.cfg.BusinessAccountID {
		d.keep(KeptIgnored, detail("field", field, "account", d.account), raw)
		return
	}
	// An app has one callback address, so the deliveries of all its numbers may come here. Another number's messages must not be
	// answered from ours, and answering anything but 200 would bring them back for a week. They are kept as "ignored" and reported:
	// a business with several numbers gives each number (or account) a callback address of its own, which Meta calls an override.
	number := parse(value["metadata"]).at("phone_number_id").text()
	if ours := d.c.cfg.PhoneNumberID; ours != "" && number != "" && number != ours {
		d.c.log.Warn("delivery for another number kept, not answered", "phone_number_id", number)
		d.keep(KeptIgnored, detail("field", field, "phone_number_id", number), raw)
		return
	}
	read, known := fields[field]
	if !known || value == nil {
		d.keep(KeptIgnored, detail("field", field), raw)
		return
	}
	read(d, field, value, raw)
}

// fields says what is done with the webhook fields that mean something to us. All others (calls, flows, groups, standby, …) are kept as
// "ignored": in "standby" another agent is answering, so a message there is not ours to answer.
var fields = map[string]func(d *decoder, field string, value map[string]json.RawMessage, raw json.RawMessage){
	"messages":           (*decoder).conversational,
	"smb_message_echoes": (*decoder).conversational,
	"history":            (*decoder).history,
	"user_preferences":   (*decoder).preferences,

	"message_template_status_update":      keepAs(KeptTemplate),
	"message_template_quality_update":     keepAs(KeptTemplate),
	"message_template_components_update":  keepAs(KeptTemplate),
	"template_category_update":            keepAs(KeptTemplate),
	"template_correct_category_detection": keepAs(KeptTemplate),

	"account_update":               keepAs(KeptAccount),
	"account_alerts":               keepAs(KeptAccount),
	"account_review_update":        keepAs(KeptAccount),
	"account_settings_update":      keepAs(KeptAccount),
	"business_capability_update":   keepAs(KeptAccount),
	"business_status_update":       keepAs(KeptAccount),
	"business_username_update":     keepAs(KeptAccount),
	"business_username_updates":    keepAs(KeptAccount),
	"phone_number_name_update":     keepAs(KeptAccount),
	"phone_number_quality_update":  keepAs(KeptAccount),
	"partner_solutions":            keepAs(KeptAccount),
	"payment_configuration_update": keepAs(KeptAccount),
	"security":                     keepAs(KeptAccount),
}

// told are the members of an account's or template's update that are worth a place in Kept.Detail, and the names they get there.
var told = []struct{ key, as string }{
	{"message_template_name", "name"}, {"message_template_language", "language"},
	{"event", "event"}, {"decision", "decision"}, {"reason", "reason"},
	{"new_category", "new_category"}, {"correct_category", "correct_category"},
	{"new_quality_score", "new_quality_score"}, {"previous_quality_score", "previous_quality_score"},
	{"current_limit", "current_limit"},
	{"max_daily_conversations_per_business", "max_daily_conversations_per_business"},
	{"max_daily_conversation_per_phone", "max_daily_conversation_per_phone"},
	{"max_phone_numbers_per_waba", "max_phone_numbers_per_waba"},
}

func keepAs(kind string) func(*decoder, string, map[string]json.RawMessage, json.RawMessage) {
	return func(d *decoder, field string, value map[string]json.RawMessage, raw json.RawMessage) {
		pairs := []string{"field", field}
		for _, m := range told {
			if v := parse(value[m.key]).text(); v != "" {
				pairs = append(pairs, m.as, v)
			}
		}
		d.keep(kind, detail(pairs...), raw)
	}
}

// conversational reads what belongs to conversations: messages, echoes, statuses and errors, in any mix.
func (d *decoder) conversational(field string, value map[string]json.RawMessage, raw json.RawMessage) {
	before := len(d.out.Inbound) + len(d.out.Kept) + d.over
	people := readPeople(value["contacts"])
	for _, m := range elements(value["messages"]) {
		d.message(m, people)
	}
	for _, m := range elements(value["message_echoes"]) {
		d.echo(m, people)
	}
	for _, s := range elements(value["statuses"]) {
		d.status(s)
	}
	for _, e := range elements(value["errors"]) {
		n := parse(e)
		d.keep(KeptError, detail("code", n.at("code").text(), "title", n.at("title").text(), "details", n.at("error_data", "details").text()), e)
	}
	if len(d.out.Inbound)+len(d.out.Kept)+d.over == before {
		d.keep(KeptIgnored, detail("field", field), raw)
	}
}

func (d *decoder) history(field string, value map[string]json.RawMessage, raw json.RawMessage) {
	messages := len(elements(value["messages"]))
	var codes []string
	for _, part := range elements(value["history"]) {
		for _, thread := range elements(members(part)["threads"]) {
			messages += len(elements(members(thread)["messages"]))
		}
		codes = append(codes, errorCodes(parse(members(part)["errors"]))...)
	}
	codes = append(codes, errorCodes(parse(value["errors"]))...)
	d.keep(KeptHistory, fmt.Sprintf("%s messages=%d errors=[%s]", detail("field", field), messages, strings.Join(codes, ",")), raw)
}

func (d *decoder) preferences(field string, value map[string]json.RawMessage, raw json.RawMessage) {
	prefs := elements(value["user_preferences"])
	if len(prefs) == 0 {
		d.keep(KeptIgnored, detail("field", field), raw)
	}
	for _, p := range prefs {
		n := parse(p)
		d.keep(KeptPreference, detail("field", field, "wa_id", n.at("wa_id").text(), "user_id", n.at("user_id").text(),
			"category", n.at("category").text(), "value", n.at("value").text()), p)
	}
}

func errorCodes(errs node) []string {
	var out []string
	for i, e := range errs.list() {
		if i == maxErrors {
			break
		}
		if code := e.at("code").text(); code != "" {
			out = append(out, code)
		}
	}
	return out
}

// maxDetailValue is the longest value in a Kept.Detail, in runes.
const maxDetailValue = 120

// detail renders pairs as `name="value" …`, leaving out what is empty except the first.
func detail(pairs ...string) string {
	var parts []string
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" || i == 0 {
			parts = append(parts, fmt.Sprintf("%s=%q", pairs[i], clip(pairs[i+1], maxDetailValue)))
		}
	}
	return strings.Join(parts, " ")
}

// messageKey returns the message's id, or a digest of its bytes where it has none that could be stored.
func messageKey(id string, raw []byte) string {
	if id != "" && len(id) <= maxID {
		return id
	}
	sum := sha256.Sum256(raw)
	return "sha256:" + hex.EncodeToString(sum[:])
}

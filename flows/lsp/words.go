package lsp

import (
	"slices"

	"relevo/engine"
)

// fn is what is said of a function of expressions.
type fn struct {
	signature string
	gives     string
}

// helpers are the functions of expressions: ours, and the most useful ones of expr. What they do stands in docs/flow-language.md, too.
var helpers = map[string]fn{
	"date_of":         {"date_of(time)", "The day of a time in the run's zone: `\"2026-11-24\"`."},
	"days_until":      {"days_until(time)", "Days of the calendar from today; negative for what is past."},
	"hours_until":     {"hours_until(time)", "Hours from now; negative for what is past."},
	"format_date":     {"format_date(time, style?)", "A day in the contact's language. The styles are `\"long\"`, `\"short\"` and `\"day\"` (without the year)."},
	"format_time":     {"format_time(time)", "A time of day in the contact's language."},
	"format_datetime": {"format_datetime(time)", "Day and time in the contact's language."},
	"format_number":   {"format_number(number, decimals?)", "A number in the contact's language, with at most so many decimals (2 when absent)."},
	"format_money":    {"format_money(amount, currency?)", "An amount in the contact's language; a number needs its currency: `format_money(12.5, \"EUR\")`."},
	"plural":          {"plural(number, one, many)", "The text for one, else the other one; `{}` is the number: `plural(count, \"one order\", \"{} orders\")`."},
	"time":            {"time(value)", "A time, to reckon with: `time(order.at) + 2d`."},
	"local":           {"local(time)", "A time in the run's zone, for `local(now).Hour()`."},
	"minor":           {"minor(amount)", "An amount in cents, or what its currency has."},
	"upper":           {"upper(text)", "The text in capital letters."},
	"lower":           {"lower(text)", "The text in small letters."},
	"trim":            {"trim(text)", "The text without blanks around it."},
	"len":             {"len(value)", "How many items a list has, or letters a text."},
	"split":           {"split(text, separator)", "The parts of a text, as a list."},
	"join":            {"join(list, separator)", "The items of a list as one text."},
	"round":           {"round(number)", "The nearest whole number."},
	"first":           {"first(list)", "The first item of a list."},
	"last":            {"last(list)", "The last item of a list."},
	"any":             {"any(list, condition)", "True when the condition holds for an item: `any(order.lines, .late)`."},
	"all":             {"all(list, condition)", "True when the condition holds for every item."},
	"count":           {"count(list, condition)", "For how many items the condition holds."},
	"filter":          {"filter(list, condition)", "The items for which the condition holds."},
	"map":             {"map(list, value)", "A list with a value for each item: `map(order.lines, .name)`."},
}

// values are the names that every expression knows.
var values = map[string]string{
	"contact":  "The contact: `id`, `name` (may be empty), `language`, `region`, `timezone`, `opted_out`, `attributes`.",
	"event":    "What happened last: `event.name`, `event.text` of a message, `event.key` and `event.data` of a business event.",
	"config":   "What the operator has set under `config`, for example `config.orders_url`.",
	"language": "The language spoken now: `\"es\"`.",
	"now":      "The time of the event.",
	"today":    "The day in the run's zone: `\"2026-11-24\"`.",
	"value":    "The answer, in `validate`, `normalise`, `min` and `max`.",
}

// members are the fields of values and of slots, by name or type.
var members = map[string][]string{
	"contact":                   {"attributes", "id", "language", "name", "opted_out", "region", "timezone"},
	"event":                     {"data", "key", "name", "text"},
	string(engine.SlotAmount):   {"amount", "currency", "minor"},
	string(engine.SlotLocation): {"address", "latitude", "longitude", "name"},
	string(engine.SlotFile):     {"caption", "filename", "id", "mime", "sha256", "url"},
	string(engine.SlotImage):    {"caption", "filename", "id", "mime", "sha256", "url"},
}

// events are what a state can see while it waits, by the key that makes it wait.
var events = map[string][]string{
	"ask":     {engine.EventNameAnswered, engine.EventNameExhausted},
	"call":    {engine.EventNameOK, engine.EventNameFailed, "404", "4xx", "5xx"},
	"wait":    {engine.EventNameElapsed, engine.EventNameMissed},
	"handoff": {engine.EventNameAccepted, engine.EventNameUnavailable, engine.EventNameAbandoned},
	"run":     {engine.EventNameEnded, "cancelled", "opted_out", "abandoned"},
}

// eventWords say when an event comes.
var eventWords = map[string]string{
	engine.EventNameAnswered:      "The contact has given a valid answer.",
	engine.EventNameExhausted:     "Too many answers were not understood.",
	engine.EventNameOK:            "The call was answered with a 2xx.",
	engine.EventNameFailed:        "The call had no usable answer, after its retries.",
	engine.EventNameElapsed:       "The time of the wait is over.",
	engine.EventNameMissed:        "The time of the wait was over already when the run arrived.",
	engine.EventNameAccepted:      "A human agent has taken the chat. Only `set` can follow.",
	engine.EventNameUnavailable:   "Nobody can take the chat: the queue is closed.",
	engine.EventNameAbandoned:     "The chat, or the other flow, ended without an outcome.",
	engine.EventNameEnded:         "The other flow has ended with an outcome that is not caught.",
	engine.EventNameScriptFailed:  "A script or an expression has failed.",
	engine.EventNameUndeliverable: "The channel could not deliver a message of the run.",
	"404":                         "The call was answered with this status.",
	"4xx":                         "The call was answered with a status of this class.",
	"5xx":                         "The call was answered with a status of this class.",
	"cancelled":                   "The contact has ended the other flow.",
	"opted_out":                   "The contact wants no messages any more.",
}

// anywhere are the events that every state may catch.
var anywhere = func() []string {
	list := []string{engine.EventNameScriptFailed, engine.EventNameUndeliverable}
	for _, c := range engine.CommandNames {
		if c != engine.CommandStop { // can not be caught
			list = append(list, string(c))
		}
	}
	return list
}()

// raised are the events that a state can see, its own first.
func (d *doc) raised(state *node, b *build) (own, others []string) {
	for _, kid := range state.kids {
		own = append(own, events[kid.key.text]...)
	}
	own = append(listed(state.child("choices")), own...)
	own = append(listed(state.get("handoff", "outcomes")), own...)
	if run := state.child("run"); run != nil && b != nil {
		flow := run.val.text
		if n := run.child("flow"); n != nil {
			flow = n.val.text
		}
		own = append(slices.Clone(b.project.Signatures[flow].Outcomes), own...)
	}
	if state.child("choices") != nil {
		own = slices.DeleteFunc(own, func(e string) bool { return e == engine.EventNameAnswered })
	}
	return own, append(listed(d.root.child("events")), anywhere...)
}

// raisedAnywhere are the events that the states of a flow can see, for the flow's own on.
func (d *doc) raisedAnywhere(b *build) (own, others []string) {
	others = append(listed(d.root.child("events")), anywhere...)
	states := d.root.child("states")
	if states == nil {
		return nil, others
	}
	for _, state := range states.kids[:min(len(states.kids), engine.MaxStates)] {
		raised, _ := d.raised(state, b)
		own = append(own, raised...)
	}
	slices.Sort(own)
	return slices.Compact(own), others
}

// listed are the keys of a map, or the items of a list.
func listed(n *node) []string {
	if n == nil {
		return nil
	}
	var list []string
	for _, kid := range n.kids {
		if kid.item {
			list = append(list, kid.val.text)
		} else if !kid.bare {
			list = append(list, kid.key.text)
		}
	}
	return list
}

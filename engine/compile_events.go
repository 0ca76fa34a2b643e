package engine

import (
	"fmt"
	"slices"
	"strings"

	"relevo/engine/diag"
)

// anywhere are the events that any state may catch.
var anywhere = []string{EventNameAgent, EventNameScriptFailed, EventNameUndeliverable}

// Names of events that the engine raises to flows.
const (
	EventNameAgent         = "agent"         // the contact asked for a person
	EventNameScriptFailed  = "script_failed" // a script or expression failed
	EventNameUndeliverable = "undeliverable" // a message could not be delivered
	EventNameAnswered      = "answered"      // a slot got a valid answer
	EventNameExhausted     = "exhausted"     // too many answers were not understood
	EventNameOK            = "ok"            // a call got a 2xx
	EventNameFailed        = "failed"        // a call got nothing usable after its retries
	EventNameUnavailable   = "unavailable"   // nobody can take the chat
	EventNameAbandoned     = "abandoned"     // the chat ended without an outcome
)

// raised lists the events that a state can see besides business events.
func raised(def State) []string {
	events := slices.Clone(anywhere)
	switch {
	case def.Ask != nil && len(def.Ask.Choices) > 0:
		for _, ch := range def.Ask.Choices {
			events = append(events, ch.Name.V)
		}
		events = append(events, EventNameAnswered, EventNameExhausted)
	case def.Ask != nil:
		events = append(events, EventNameAnswered, EventNameExhausted)
	case def.Call != nil:
		events = append(events, EventNameOK, EventNameFailed)
	case def.Handoff != nil:
		for _, o := range def.Handoff.Outcomes {
			events = append(events, o.V)
		}
		events = append(events, EventNameUnavailable, EventNameAbandoned)
	}
	return events
}

// checkEvent reports an event that the state can never see. Names with a dot are business events; digits are HTTP answers.
func (c *compilation) checkEvent(def State, event Str) {
	events := raised(def)
	if isBusiness(event.V) || slices.Contains(events, event.V) || def.Call != nil && isStatus(event.V) {
		return
	}
	hint := diag.Suggest(event.V, events, "it can be "+strings.Join(events[len(anywhere):], ", ")+", or a business event such as order.delayed")
	for _, e := range events {
		if hint == fmt.Sprintf("did you mean %q?", e) {
			c.meant[def.Name.V+"."+e] = true
		}
	}
	c.findings.Errorf(event.At, "unknown-event", hint,
		"state %q never sees an event called %q", def.Name.V, event.V)
}

// checkFlowEvent reports an event on the flow's level that none of its states can ever see.
func (c *compilation) checkFlowEvent(event Str) {
	events := slices.Clone(anywhere)
	for _, def := range c.def.States {
		if def.Call != nil && isStatus(event.V) {
			return
		}
		events = append(events, raised(def)...)
	}
	if isBusiness(event.V) || slices.Contains(events, event.V) {
		return
	}
	slices.Sort(events)
	events = slices.Compact(events)
	c.findings.Errorf(event.At, "unknown-event", diag.Suggest(event.V, events, "it can be "+strings.Join(events, ", ")+", or a business event such as order.delayed"),
		"no state of this flow ever sees an event called %q", event.V)
}

// isStatus tells an HTTP status (404) or a class of them (4xx).
func isStatus(s string) bool {
	return len(s) == 3 && s[0] >= '1' && s[0] <= '5' && (strings.HasSuffix(s, "xx") || s[1] >= '0' && s[1] <= '9' && s[2] >= '0' && s[2] <= '9')
}

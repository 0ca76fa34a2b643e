package engine

import (
	"fmt"
	"slices"
	"strings"

	"relevo/engine/diag"
)

// anywhere are the events that any state may catch: what can go wrong at any time, and the commands of contacts.
var anywhere = append([]string{EventNameScriptFailed, EventNameUndeliverable}, commandNames...)

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

// raised lists the events that a state can see besides business events and those of anywhere.
func (c *compilation) raised(def State) []string {
	var events []string
	switch {
	case def.Ask != nil:
		for _, ch := range def.Ask.Choices {
			events = append(events, ch.Name.V)
		}
		events = append(events, EventNameAnswered, EventNameExhausted)
	case def.Call != nil:
		events = append(events, EventNameOK, EventNameFailed)
	case def.Wait != nil:
		events = append([]string{EventNameElapsed, EventNameMissed}, c.buttons()...)
	case def.Handoff != nil:
		for _, o := range def.Handoff.Outcomes {
			events = append(events, o.V)
		}
		events = append(events, EventNameAccepted, EventNameUnavailable, EventNameAbandoned)
	case def.Run != nil:
		events = append(events, EventNameEnded)
		events = append(events, c.around.Flows[def.Run.Flow.V].Outcomes...)
		events = append(events, given...)
	}
	return events
}

// buttons are the names of the choices of the flow's questions: an old button may be pressed while the run waits for something else.
func (c *compilation) buttons() []string {
	var names []string
	for _, st := range c.def.States {
		if st.Ask == nil {
			continue
		}
		for _, ch := range st.Ask.Choices {
			names = append(names, ch.Name.V)
		}
		if sl := c.machine.slots[st.Ask.Slot.V]; len(st.Ask.Choices) == 0 && sl != nil && sl.typ == SlotYesNo {
			names = append(names, choiceYes, choiceNo)
		}
	}
	return names
}

// anyOutcome tells that a state runs a flow of which nothing is known.
func (c *compilation) anyOutcome(def State) bool {
	if def.Run == nil {
		return false
	}
	_, known := c.around.Flows[def.Run.Flow.V]
	return !known
}

// checkEvent reports an event that the state can never see. Names with a dot are business events; digits are HTTP answers.
func (c *compilation) checkEvent(def State, event Str) {
	own := c.raised(def)
	events := slices.Concat(own, anywhere)
	c.checkDeclared(event)
	if isBusiness(event.V) || slices.Contains(events, event.V) || def.Call != nil && isStatus(event.V) || c.anyOutcome(def) {
		return
	}
	hint := diag.Suggest(event.V, events, "it can be "+oneOfThese(own)+"a command such as "+string(CommandCancel)+", or a business event such as order.delayed")
	for _, e := range events {
		if hint == fmt.Sprintf("did you mean %q?", e) {
			c.meant[def.Name.V+"."+e] = true
		}
	}
	c.findings.Errorf(event.At, "unknown-event", hint,
		"state %q never sees an event called %q", def.Name.V, event.V)
}

// checkDeclared warns of a business event that looks like a slip in a declared one. Others need not be declared.
func (c *compilation) checkDeclared(event Str) {
	slip := ""
	for _, e := range c.def.Events {
		switch diag.Distance([]rune(event.V), []rune(e.Name.V)) {
		case 0:
			return
		case 1:
			slip = e.Name.V
		}
	}
	if slip != "" && isBusiness(event.V) {
		c.findings.Warnf(event.At, "unknown-event", fmt.Sprintf("did you mean %q? If not, declare it under events", slip), "no business event is declared as %q", event.V)
	}
}

// oneOfThese lists names before something else.
func oneOfThese(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return strings.Join(names, ", ") + ", "
}

// checkFlowEvent reports an event on the flow's level that none of its states can ever see.
func (c *compilation) checkFlowEvent(event Str) {
	events := c.buttons()
	for _, def := range c.def.States {
		if def.Call != nil && isStatus(event.V) || c.anyOutcome(def) {
			return
		}
		events = append(events, c.raised(def)...)
	}
	c.checkDeclared(event)
	slices.Sort(events)
	events = slices.Compact(events)
	all := slices.Concat(events, anywhere)
	if isBusiness(event.V) || slices.Contains(all, event.V) {
		return
	}
	c.findings.Errorf(event.At, "unknown-event", diag.Suggest(event.V, all, "it can be "+oneOfThese(events)+"a command such as "+string(CommandCancel)+", or a business event such as order.delayed"),
		"no state of this flow ever sees an event called %q", event.V)
}

// checkAccepted reports a way out of a handoff at the moment when an agent takes the chat: the chat would be taken away again.
func (c *compilation) checkAccepted(h Handler) {
	if h.Event.V != EventNameAccepted {
		return
	}
	for _, a := range h.Alternatives {
		if a.Goto.V != "" {
			c.findings.Errorf(a.Goto.At, "accepted-moves", "write set: with what to remember; go on at the outcome", "accepted can not lead anywhere: the agent has just taken the chat")
		}
	}
}

// isStatus tells an HTTP status (404) or a class of them (4xx).
func isStatus(s string) bool {
	return len(s) == 3 && s[0] >= '1' && s[0] <= '5' && (strings.HasSuffix(s, "xx") || s[1] >= '0' && s[1] <= '9' && s[2] >= '0' && s[2] <= '9')
}

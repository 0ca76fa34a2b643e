package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"relevo/engine"
)

// parcels has a run for each parcel, and watcher catches the same events for all of them.
const parcels = `
flow: parcels
title: {en: Parcels}
languages: [en]
key: parcel.id
triggers:
  - event: parcel.sent
  - event: parcel.lost
slots: {parcel: {type: object}, here: {type: yes_no}}
initial: sent
on:
  parcel.returned: returned
states:
  sent: {set: {parcel: event.data}, goto: travels}
  travels:
    wait: {for: 10d}
    on:
      elapsed: over
      parcel.arrived: asks
      parcel.weighed: {set: {parcel: event.data}}
  asks:
    ask: here
    say: "Is {{ parcel.id }} with you?"
    on: {answered: [{when: here, goto: thanks}, {goto: waits}], exhausted: over}
  thanks: {say: "Good, {{ parcel.id }} is there.", end: received}
  waits:
    wait: {for: 2d}
    on: {elapsed: asks, yes: thanks, no: sorry}
  sorry: {say: "Sorry about {{ parcel.id }}.", goto: waits}
  returned: {say: "{{ parcel.id }} goes back.", end: returned}
  over: {end: over}
`

const watcher = `
flow: watcher
title: {en: Watcher}
languages: [en]
triggers:
  - phrases: {en: [watch]}
slots: {word: {type: text}, seen: {type: text}}
initial: asks
on:
  parcel.arrived: {set: {seen: event.key}}
  parcel.weighed: {when: "event.key == 'P9'", set: {seen: event.key}}
states:
  asks:
    ask: word
    say: Watching.
    on: {answered: over, exhausted: over}
  over: {say: "Seen {{ seen ?? \"nothing\" }}.", end: over}
`

func TestEventsReachTheRunOfTheirKey(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, script string }{
		{"two runs of one flow: each gets its own", `
* parcel.sent key=P1 {"id": "P1"}
! event started
* parcel.sent key=P2 {"id": "P2"}
! event started
! runs parcels:travels parcels:travels
* parcel.arrived key=P1
< Is P1 with you?
? Yes | No
! event delivered
! runs parcels:asks parcels:travels
* parcel.returned key=P2
< P2 goes back.
! end returned
! runs parcels:asks`},
		{"the second one interrupts, and the first one is asked again", `
* parcel.sent key=P1 {"id": "P1"}
* parcel.sent key=P2 {"id": "P2"}
* parcel.arrived key=P1
< Is P1 with you?
? Yes | No
* parcel.arrived key=P2
< Is P2 with you?
? Yes | No
> yes
< Good, P2 is there.
< Is P1 with you?
? Yes | No
> yes
< Good, P1 is there.
! owner closed`},
		{"an event without a key goes to the run that catches it, the one in focus first", `
* parcel.sent key=P1 {"id": "P1"}
* parcel.sent key=P2 {"id": "P2"}
* parcel.returned
< P1 goes back.
! event delivered
! runs parcels:travels
* parcel.arrived
< Is P2 with you?
? Yes | No`},
		{"a repeated trigger with the same key starts nothing and changes nothing", `
* parcel.sent key=P1 {"id": "P1"}
! event started
* parcel.sent key=P1 {"id": "P1"}
! event late
! runs parcels:travels`},
		{"after its run has ended the trigger starts one again", `
* parcel.sent key=P1 {"id": "P1"}
* parcel.returned key=P1
< P1 goes back.
* parcel.sent key=P1 {"id": "P1"}
! event started
! runs parcels:travels`},
		{"an event for a key that nobody has is late", `
* parcel.arrived key=P7
! event late
! owner closed`},
		{"an event that comes when its run is past it is late", `
* parcel.sent key=P1 {"id": "P1"}
* parcel.arrived key=P1
< Is P1 with you?
? Yes | No
* parcel.arrived key=P1
! event late
! runs parcels:asks`},
		{"an event that no flow knows is ignored", `
* parcel.painted key=P1
! event ignored
! owner closed`},
		{"the run of the key goes before the one in focus that takes any key", `
* parcel.sent key=P1 {"id": "P1"}
> watch
< Watching.
* parcel.arrived key=P1
< Is P1 with you?
? Yes | No
! event delivered
> yes
< Good, P1 is there.
< Watching.
> done
< Seen nothing.`},
		{"what no key claims goes to the one that takes any key", `
* parcel.sent key=P1 {"id": "P1"}
> watch
< Watching.
* parcel.arrived key=P8
! event delivered
> done
< Seen P8.
! runs parcels:travels`},
		{"a guard that does not hold leaves the event alone", `
> watch
< Watching.
* parcel.weighed key=P8
! event late
* parcel.weighed key=P9
! event delivered
> done
< Seen P9.`},
		{"set without goto keeps the state and its time", `
* parcel.sent key=P1 {"id": "P1"}
+ 5d
* parcel.weighed key=P1 {"id": "P1", "weight": 3}
! event delivered
! runs parcels:travels
+ 5d
! end over
! owner closed`},
		{"an event for somebody who opted out starts nothing and says nothing", `
> stop
< Done. You won't get any more messages from us. If you change your mind, just write START.
* parcel.sent key=P1 {"id": "P1"}
! event opted_out
! owner closed
> start
< Welcome back! You'll get our messages again. Write STOP whenever you've had enough.
< Here is what I can help with:
? Watcher
* parcel.sent key=P1 {"id": "P1"}
! event started
! runs parcels:travels`},
		{"who opts out while people talk hears nothing from the background", `
* parcel.sent key=P1 {"id": "P1"}
> I want a person
< I'll bring in a colleague. One moment, please.
! handoff queue=general reason="asked"
& ana claim
> stop
! contact opted_out true
& ana: All right, bye
& ana close resolved
! runs -
! owner closed
+ 20d
! runs -`},
		{"events wait while people have the conversation, and come in their order", `
* parcel.sent key=P1 {"id": "P1"}
> I want a person
< I'll bring in a colleague. One moment, please.
! handoff queue=general reason="asked"
* parcel.arrived key=P1
! event deferred
* parcel.returned key=P1
! event deferred
& ana claim
& ana close resolved
< Is P1 with you?
? Yes | No
< P1 goes back.
! owner closed`},
	}
	c := catalog(t, parcels, watcher)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			talk(t, c, tt.script)
		})
	}
}

// TestManyRunsOfOneFlow: as many as a conversation holds, and each event moves its own alone.
func TestManyRunsOfOneFlow(t *testing.T) {
	t.Parallel()
	s := begin(catalog(t, parcels))
	for i := range engine.MaxRuns {
		must(t, s, fmt.Sprintf(`* parcel.sent key=P%d {"id": "P%d"}`, i, i))
	}
	if turns := must(t, s, `* parcel.sent key=P99 {"id": "P99"}`); !traced(turns, "budget_runs") || len(s.Conv.Runs) != engine.MaxRuns {
		t.Errorf("%d runs", len(s.Conv.Runs))
	}
	for i := engine.MaxRuns - 1; i >= 0; i-- {
		if got := strings.Join(said(must(t, s, fmt.Sprintf("* parcel.returned key=P%d", i))), " | "); got != fmt.Sprintf("P%d goes back.", i) {
			t.Errorf("event %d: got %q", i, got)
		}
	}
	if s.Conv.Owner.Kind != engine.OwnerClosed {
		t.Errorf("owner %s", s.Conv.Owner)
	}
}

func TestButtonsFindTheirRun(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, script string }{
		{"of the covered one of two runs", `
* parcel.sent key=P1 {"id": "P1"}
* parcel.sent key=P2 {"id": "P2"}
* parcel.arrived key=P1
< Is P1 with you?
? Yes | No
* parcel.arrived key=P2
< Is P2 with you?
? Yes | No
> [Yes] of P1
< Good, P1 is there.
< Is P2 with you?
? Yes | No
! runs parcels:asks
> yes
< Good, P2 is there.`},
		{"of yes and no, while the run waits in the background", `
* parcel.sent key=P1 {"id": "P1"}
* parcel.arrived key=P1
< Is P1 with you?
? Yes | No
> no
! runs parcels:waits
+ 1d
> [No] of P1
< Sorry about P1.
> [Yes] of P1
< Good, P1 is there.
! owner closed`},
		{"of an ended run, with nothing under way: kindly, with the menu", `
* parcel.sent key=P1 {"id": "P1"}
* parcel.arrived key=P1
< Is P1 with you?
? Yes | No
> yes
< Good, P1 is there.
> [Yes] of P1
< That button belongs to something that is already settled.
< Here is what I can help with:
? Watcher
! owner closed`},
		{"of an ended run, while another asks: kindly, with its question", `
* parcel.sent key=P1 {"id": "P1"}
* parcel.arrived key=P1
< Is P1 with you?
? Yes | No
> yes
< Good, P1 is there.
> watch
< Watching.
> [Yes] of P1
< That button belongs to something that is already settled.
< Watching.`},
		{"pressed twice: it acts once", `
* parcel.sent key=P1 {"id": "P1"}
* parcel.arrived key=P1
< Is P1 with you?
? Yes | No
> [No]
! runs parcels:waits
+ 2d
< Is P1 with you?
? Yes | No
> [Yes]
< Good, P1 is there.
> [Yes] of P1
< That button belongs to something that is already settled.
< Here is what I can help with:
? Watcher`},
		{"months later", `
* parcel.sent key=P1 {"id": "P1"}
* parcel.arrived key=P1
< Is P1 with you?
? Yes | No
+ 90d
> [Yes]
< Good, P1 is there.`},
	}
	c := catalog(t, parcels, watcher)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			talk(t, c, tt.script)
		})
	}
}

// TestForgedButtons: a payload is written by whoever sends it.
func TestForgedButtons(t *testing.T) {
	t.Parallel()
	c := catalog(t, parcels, watcher)
	for _, payload := range []string{
		"run/r1/asks/maybe", "run/r1/sent/yes", "run/r1/none/yes", "run/r1/asks/#1", "run/r1/asks/#-1", "run/r1/asks/#99999999999999999999", "run/r1/asks/answered",
		"run/r1/asks/exhausted", "run//asks/yes", "run/r9/asks/yes", "command/language", "command/dance", "command/correct", "flow/none", "run/r1/asks/parcel.returned",
	} {
		s := begin(c)
		must(t, s, `* parcel.sent key=P1 {"id": "P1"}`, "* parcel.arrived key=P1")
		must(t, s, "> english")
		if _, err := s.Message(engine.Message{Kind: engine.MessageButton, Text: "x", Payload: payload}); err != nil {
			t.Errorf("%s: %v", payload, err)
		}
		if r := s.Conv.Run("r1"); r == nil || r.State != "asks" || r.Slots["here"] != nil || s.Conv.Contact.Language != "en" {
			t.Errorf("%s: moved %+v, language %q", payload, r, s.Conv.Contact.Language)
		}
	}
}

func TestAButtonIsNotHeldUpByACallInTheBackground(t *testing.T) {
	t.Parallel()
	c := catalog(t, desk, shop)
	s := begin(c)
	must(t, s, "> buy", "> AB1234")
	sizes := lastChoices(s)
	conv, out := step(t, c, s.Conv, business("desk.opened", "", nil))
	call := ""
	for _, e := range out {
		if e.Kind == engine.EffectCall {
			call = e.ID
		}
	}
	press := engine.Event{ID: "p", Kind: engine.EventMessage, At: start.Add(time.Minute), Message: &engine.Message{Kind: engine.MessageButton, Text: "Large", Payload: sizes[1].Payload}}
	conv, out = step(t, c, conv, press)
	if texts(out) != "Anything to add?" {
		t.Fatalf("got %q", texts(out))
	}
	conv, out = step(t, c, conv, answered(call, 200))
	if got := texts(out); got != "Found a chair | And now?" || conv.InFocus().Flow != "desk" {
		t.Errorf("got %q", got)
	}
}

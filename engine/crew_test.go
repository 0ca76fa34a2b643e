package engine_test

import (
	"testing"

	"relevo/engine"
)

// The crew are flows that get in each other's way: one with a key and waits in the background, one that may not be interrupted, a parent with its
// child, one that hands over, and one that an event starts.

const bookings = `
flow: bookings
title: {en: My booking, es: Mi reserva}
languages: [en, es]
key: booking.id
timezone: "{{ booking?.zone ?? 'Europe/Madrid' }}"
quiet: "21:00-09:00"
triggers:
  - event: booking.made
    goto: made
  - phrases: {en: [my booking], es: [mi reserva]}
slots:
  booking: {type: object}
  number: {type: text, pattern: "B[0-9]"}
  moved_to: {type: datetime, min: now}
on:
  booking.cancelled: cancelled
  booking.moved:
    - {when: event.data.at != nil, set: {booking: event.data}, goto: rearranged}
    - {set: {booking: event.data}}
  script_failed: people
states:
  ask_number:
    ask: number
    say: {en: "Which booking?", es: "¿Qué reserva?"}
    on: {answered: find, exhausted: people}
    after: {30m: over}
  find:
    call: {get: "http://x/bookings/{{ number }}", save: booking}
    on: {ok: before, 404: ask_number, failed: people}
  made: {set: {booking: event.data}, say: {en: "Booked.", es: "Reservado."}, goto: before}
  before:
    wait: {until: booking.at - 1d}
    on: {elapsed: remind, missed: remind, sure: sure, other: ask_when}
    after: {30d: over}
  remind:
    ask: sure
    say: {en: "Will you come?", es: "¿Vienes?"}
    choices:
      sure: {en: I will, es: Voy}
      other: {en: Another day, es: Otro día}
    on: {sure: sure, other: ask_when, exhausted: people}
    after: {4h: last}
  sure: {say: {en: "See you.", es: "Nos vemos."}, goto: last}
  ask_when:
    ask: moved_to
    say: {en: "When then?", es: "¿Cuándo?"}
    on: {answered: rearranged, exhausted: people}
    after: {2h: people}
  rearranged: {say: {en: "Moved.", es: "Cambiado."}, goto: last}
  last:
    wait: {until: booking.at - 2h, quiet: earlier}
    on: {elapsed: over, missed: over, other: ask_when}
  cancelled: {say: {en: "It is cancelled.", es: "Cancelada."}, end: cancelled_by_us}
  people:
    handoff: {queue: orders, outcomes: [resolved, moved]}
    on: {resolved: over, moved: last, abandoned: over}
    after: {10m: people_again}
  people_again:
    handoff: {queue: vip, outcomes: [resolved]}
    on: {resolved: over, abandoned: over}
  over: {end: over}
initial: ask_number
`

const vault = `
flow: vault
title: {en: Was it you?}
languages: [en]
interruptible: false
triggers:
  - phrases: {en: [was it you]}
  - event: card.used
slots:
  mine: {type: yes_no}
  secret: {type: text}
  answer: {type: object}
initial: check
states:
  check:
    ask: mine
    say: Was it you?
    on:
      answered: [{when: mine, goto: thanks}, {goto: block}]
      exhausted: people
    after: {1h: block}
  block:
    call: {post: "http://x/block", save: answer}
    on: {ok: ask_secret, failed: people}
  ask_secret:
    ask: secret
    say: Your word?
    on: {answered: thanks, exhausted: people}
    after: {1h: thanks}
  thanks: {say: "Vault heard {{ secret ?? \"nothing\" }}", end: done}
  people:
    handoff: {queue: vip, outcomes: [resolved]}
    on: {resolved: thanks}
`

const parent = `
flow: parent
title: {en: Pay a bill}
languages: [en]
triggers:
  - phrases: {en: [pay a bill]}
  - event: bill.due
slots:
  result: {type: object}
  note: {type: text}
on:
  bill.paid: paid
initial: run_child
states:
  run_child:
    run: {flow: child, with: {amount: 12}, save: result}
    on: {paid: paid, cancelled: ask_note, ended: ask_note}
    after: {3d: ask_note}
  ask_note:
    ask: note
    say: Why not?
    on: {answered: noted, exhausted: noted}
    after: {1h: noted}
  noted: {say: "Parent heard {{ note ?? \"nothing\" }}", end: noted}
  paid: {say: "Paid {{ result?.reference ?? \"outside\" }}", end: paid}
`

const child = `
flow: child
title: {en: How to pay}
languages: [en]
params: [amount]
returns: [reference]
slots:
  amount: {type: number}
  reference: {type: text}
initial: ask_how
states:
  ask_how:
    ask: how
    say: "How will you pay {{ amount ?? 0 }}?"
    choices: {card: Card, later: Later, never: Never}
    on: {card: ask_reference, later: rest, never: refused, exhausted: people}
    after: {2h: rest}
  rest:
    wait: {for: 1d}
    on: {elapsed: ask_how, card: ask_reference, never: refused}
  ask_reference:
    ask: reference
    say: The reference?
    on: {answered: paid, exhausted: people}
  paid: {say: "Child heard {{ reference }}", end: paid}
  refused: {end: refused}
  people:
    handoff: {queue: orders, outcomes: [resolved, paid]}
    on: {resolved: refused, paid: refused}
`

// crew is their catalog, with the flow that hands over and the one that an event starts.
func crew(t testing.TB) *engine.Catalog {
	return catalog(t, bookings, vault, parent, child, desks, told, desk)
}

package engine_test

import "testing"

// visits is a flow with a key: one run for each visit, in the visit's own zone.
const visits = `
flow: visits
title: {en: Visits}
languages: [en]
key: visit.id
timezone: "{{ visit?.zone ?? 'UTC' }}"
quiet: "21:00-09:00"
triggers:
  - event: visit.planned
    goto: planned
  - phrases: {en: [my visit]}
slots:
  visit: {type: object}
  number: {type: text, pattern: "V[0-9]"}
initial: ask_number
states:
  ask_number:
    ask: number
    say: Which visit?
    on: {answered: find, exhausted: people}
  find:
    call: {get: "http://x/visits/{{ number }}", save: visit}
    on: {ok: found, failed: people}
  found: {say: "Found {{ visit.id }}.", goto: before}
  planned:
    set: {visit: event.data}
    say: "Planned for {{ format_time(visit.at) }}."
    goto: before
  before:
    wait: {until: visit.at - 2h, quiet: earlier}
    on: {elapsed: remind, missed: late}
  late: {say: No reminder., goto: at}
  remind: {say: "At {{ format_time(visit.at) }}!", goto: at}
  at:
    wait: {until: visit.at, quiet: ignore}
    on: {elapsed: over}
  over: {end: over}
  people:
    handoff: {queue: orders, outcomes: [resolved]}
    on: {resolved: over}
`

func TestTheNewerRunOfAKeyGoesOn(t *testing.T) {
	t.Parallel()
	talk(t, catalog(t, visits), `
* visit.planned key=V1 {"id": "V1", "at": "2026-03-03T12:00:00Z"}
< Planned for 12:00.
* visit.planned key=V2 {"id": "V2", "at": "2026-03-04T12:00:00Z"}
< Planned for 12:00.
! runs visits:before visits:before
> my visit
< Which visit?
= GET /visits/V1 200 {"id": "V1", "at": "2026-03-03T15:00:00Z"}
> V1
< Found V1.
! end replaced
! runs visits:before visits:before
+ 28h
< At 15:00!
! runs visits:before visits:at
* visit.planned key=V1 {"id": "V1", "at": "2026-03-03T12:00:00Z"}
! event late
`)
}

func TestAFlowsZoneComesFromItsSlotsAtOnce(t *testing.T) {
	t.Parallel()
	talk(t, catalog(t, visits), `
* visit.planned key=V1 {"id": "V1", "at": "2026-03-03T12:00:00Z", "zone": "America/Mexico_City"}
< Planned for 06:00.
`)
}

func TestAReminderThatWouldHaveBeenEarlierIsMissed(t *testing.T) {
	t.Parallel()
	talk(t, catalog(t, visits), `
+ 14h
* visit.planned key=V1 {"id": "V1", "at": "2026-03-03T10:00:00Z"}
< Planned for 10:00.
< No reminder.
* visit.planned key=V2 {"id": "V2", "at": "2026-03-04T10:00:00Z"}
< Planned for 10:00.
+ 22h
< At 10:00!
`)
}

package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"relevo/engine"
	"relevo/flows/flowtest"
)

// reminder waits until a time, in a zone, in or out of quiet hours.
func reminder(wait, flow string) string {
	return `
flow: reminder
title: {en: Reminder}
languages: [en]
` + flow + `
triggers:
  - event: meeting.set
slots: {meeting: {type: object}, word: {type: text}}
initial: keep
on:
  agent: people
states:
  keep: {set: {meeting: event.data}, goto: rest}
  rest:
    wait: {` + wait + `}
    on: {elapsed: remind, missed: missed}
  missed: {say: Too late., end: missed}
  remind: {say: "It is {{ format_time(now) }} on {{ today }}.", goto: asks}
  asks:
    ask: word
    say: Fine?
    on: {answered: over, exhausted: over}
  people:
    handoff: {queue: vip, outcomes: [resolved]}
    on: {resolved: over}
  over: {end: over}
`
}

// firstDue sets a meeting and returns when the reminder goes off.
func firstDue(t *testing.T, source, zone string, now time.Time, at string) time.Time {
	t.Helper()
	s := flowtest.New(catalog(t, source), now)
	s.Know(engine.Contact{TimeZone: zone})
	must(t, s, fmt.Sprintf(`* meeting.set {"at": "%s", "zone": "America/Sao_Paulo"}`, at))
	timers := s.Timers()
	if len(timers) != 1 || timers[0].Event != engine.EventNameElapsed {
		t.Fatalf("timers: %+v, said %q", timers, said(s.Journal))
	}
	return timers[0].Due
}

func TestWhenWaitsEnd(t *testing.T) {
	t.Parallel()
	const (
		madrid = "Europe/Madrid"
		quiet  = `quiet: "21:00-09:00"`
	)
	tests := []struct {
		name             string
		wait, flow, zone string // the contact's zone
		now, at, want    string
	}{
		{"a length of hours is hours", "for: 2h", "", "", "2026-03-02T09:00:00Z", "", "2026-03-02T11:00:00Z"},
		{"months away", "until: meeting.at - 1d", "", "", "2026-03-02T09:00:00Z", "2026-12-24T10:00:00Z", "2026-12-23T10:00:00Z"},
		{"a day before, over the night when clocks go on, is the same time of day", "until: meeting.at - 1d", "timezone: Europe/Madrid", "", "2026-03-02T09:00:00Z", "2026-03-29T10:00:00+02:00", "2026-03-28T10:00:00+01:00"},
		{"24 hours before are 24 hours", "until: meeting.at - 24h", "timezone: Europe/Madrid", "", "2026-03-02T09:00:00Z", "2026-03-29T10:00:00+02:00", "2026-03-28T09:00:00+01:00"},
		{"a day before, over the night when clocks go back", "until: meeting.at - 1d", "timezone: Europe/Madrid", "", "2026-10-02T09:00:00Z", "2026-10-25T10:00:00+01:00", "2026-10-24T10:00:00+02:00"},
		{"24 hours before, over that night", "until: meeting.at - 24h", "timezone: Europe/Madrid", "", "2026-10-02T09:00:00Z", "2026-10-25T10:00:00+01:00", "2026-10-24T11:00:00+02:00"},
		{"a time that the spring night skips moves on", "until: meeting.at + 1d", "timezone: Europe/Madrid", "", "2026-03-02T09:00:00Z", "2026-03-28T02:30:00+01:00", "2026-03-29T03:30:00+02:00"},
		{"a local time that the spring night skips", "until: meeting.at", "timezone: Europe/Madrid", "", "2026-03-02T09:00:00Z", "2026-03-29T02:30", "2026-03-29T03:30:00+02:00"},
		{"a time that the autumn night has twice is the first one", "until: meeting.at", "timezone: Europe/Madrid", "", "2026-10-02T09:00:00Z", "2026-10-25T02:30", "2026-10-25T02:30:00+02:00"},
		{"a week over the change", "for: 1w", "timezone: Europe/Madrid", "", "2026-03-25T09:00:00Z", "", "2026-04-01T10:00:00+02:00"},
		{"a zone without a change", "until: meeting.at - 1d", "timezone: America/Sao_Paulo", "", "2026-03-02T09:00:00Z", "2026-10-25T10:00", "2026-10-24T10:00:00-03:00"},
		{"a local time is the flow's", "until: meeting.at", "timezone: America/Sao_Paulo", madrid, "2026-03-02T09:00:00Z", "2026-03-05T10:00", "2026-03-05T10:00:00-03:00"},
		{"the flow's zone out of a slot", "until: meeting.at", `timezone: "{{ meeting.zone }}"`, madrid, "2026-03-02T09:00:00Z", "2026-03-05T10:00", "2026-03-05T10:00:00-03:00"},
		{"a zone that is none is the contact's", "until: meeting.at", `timezone: "{{ meeting.at }}"`, madrid, "2026-03-02T09:00:00Z", "2026-03-05T10:00", "2026-03-05T10:00:00+01:00"},
		{"without a zone of its own the contact's", "until: meeting.at", "", madrid, "2026-03-02T09:00:00Z", "2026-03-05T10:00", "2026-03-05T10:00:00+01:00"},
		{"without any it is UTC", "until: meeting.at", "", "", "2026-03-02T09:00:00Z", "2026-03-05T10:00", "2026-03-05T10:00:00Z"},
		{"a day begins at midnight", "until: meeting.at", "", madrid, "2026-03-02T09:00:00Z", "2026-03-05", "2026-03-05T00:00:00+01:00"},

		{"quiet: later is the default", "until: meeting.at", quiet, madrid, "2026-03-02T09:00:00Z", "2026-03-05T22:00:00+01:00", "2026-03-06T09:00:00+01:00"},
		{"quiet: after midnight", "until: meeting.at", quiet, madrid, "2026-03-02T09:00:00Z", "2026-03-05T08:59:00+01:00", "2026-03-05T09:00:00+01:00"},
		{"quiet: its end is not quiet", "until: meeting.at", quiet, madrid, "2026-03-02T09:00:00Z", "2026-03-05T09:00:00+01:00", "2026-03-05T09:00:00+01:00"},
		{"quiet: earlier, in the evening", "until: meeting.at, quiet: earlier", quiet, madrid, "2026-03-02T09:00:00Z", "2026-03-05T22:00:00+01:00", "2026-03-05T20:59:00+01:00"},
		{"quiet: earlier, in the morning", "until: meeting.at, quiet: earlier", quiet, madrid, "2026-03-02T09:00:00Z", "2026-03-05T03:00:00+01:00", "2026-03-04T20:59:00+01:00"},
		{"quiet: ignored", "until: meeting.at, quiet: ignore", quiet, madrid, "2026-03-02T09:00:00Z", "2026-03-05T03:00:00+01:00", "2026-03-05T03:00:00+01:00"},
		{"quiet: on the contact's clock, not the flow's", "until: meeting.at", quiet + "\ntimezone: America/Sao_Paulo", madrid, "2026-03-02T09:00:00Z", "2026-03-05T19:00:00-03:00", "2026-03-06T09:00:00+01:00"},
		{"quiet: on the flow's clock when the contact's is not known", "until: meeting.at", quiet + "\ntimezone: America/Sao_Paulo", "", "2026-03-02T09:00:00Z", "2026-03-05T22:00:00-03:00", "2026-03-06T09:00:00-03:00"},
		{"quiet: hours within a day", "until: meeting.at", `quiet: "14:00-16:00"`, madrid, "2026-03-02T09:00:00Z", "2026-03-05T15:00:00+01:00", "2026-03-05T16:00:00+01:00"},
		{"quiet: over the spring night", "until: meeting.at", quiet, madrid, "2026-03-02T09:00:00Z", "2026-03-28T23:00:00+01:00", "2026-03-29T09:00:00+02:00"},
		{"quiet: earlier, over the autumn night", "until: meeting.at, quiet: earlier", quiet, madrid, "2026-10-02T09:00:00Z", "2026-10-25T07:00:00+01:00", "2026-10-24T20:59:00+02:00"},
		{"quiet: now, at night", "until: now", quiet, madrid, "2026-03-02T02:00:00Z", "", "2026-03-02T09:00:00+01:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			now, err1 := time.Parse(time.RFC3339, tt.now)
			want, err2 := time.Parse(time.RFC3339, tt.want)
			if err1 != nil || err2 != nil {
				t.Fatal(err1, err2)
			}
			if got := firstDue(t, reminder(tt.wait, tt.flow), tt.zone, now, tt.at); !got.Equal(want) {
				t.Errorf("got %s, want %s", got.In(want.Location()).Format(time.RFC3339), tt.want)
			}
		})
	}
}

// inMadrid runs a transcript with a contact in Madrid.
func inMadrid(t *testing.T, c *engine.Catalog, script string) {
	t.Helper()
	talk(t, c, "timezone Europe/Madrid\n"+strings.TrimLeft(script, "\n"))
}

func TestTimePasses(t *testing.T) {
	t.Parallel()
	byDay := catalog(t, reminder("until: meeting.at", `quiet: "21:00-09:00"`))
	early := catalog(t, reminder("until: meeting.at, quiet: earlier", `quiet: "21:00-09:00"`))
	tests := []struct {
		name   string
		c      *engine.Catalog
		script string
	}{
		{"a wait of months", byDay, `
* meeting.set {"at": "2026-11-24T12:00:00+01:00"}
! runs reminder:rest
+ until 2026-11-24 11:59
! runs reminder:rest
+ until 2026-11-24 12:00
< It is 12:00 on 2026-11-24.
< Fine?`},
		{"a time that is past is missed", byDay, `
* meeting.set {"at": "2026-03-01T12:00:00Z"}
< Too late.
! end missed`},
		{"a time that is now is not missed", byDay, `
* meeting.set {"at": "2026-03-02T09:00:00Z"}
< It is 10:00 on 2026-03-02.
< Fine?`},
		{"a time that cannot be read is a failure of the flow", byDay, `
* meeting.set {"at": "soon"}
! script_failed
< Sorry, something went wrong on my side. I'll bring in a colleague.
! handoff queue=general reason="script_failed"
! summary script_failed: wait of reminder.rest: "soon" is not a time`},
		{"a time that is not there is a failure of the flow", byDay, `
* meeting.set {}
! script_failed
< Sorry, something went wrong on my side. I'll bring in a colleague.
! handoff queue=general reason="script_failed"`},
		{"a time in a thousand years is a failure of the flow", byDay, `
* meeting.set {"at": "3026-03-02T09:00:00Z"}
! script_failed
< Sorry, something went wrong on my side. I'll bring in a colleague.
! handoff queue=general reason="script_failed"`},
		{"the clock jumps two days ahead into the night: it waits for the morning", byDay, `
* meeting.set {"at": "2026-03-03T12:00:00+01:00"}
+ until 2026-03-02 23:30
+ down 2d
! runs reminder:rest
+ until 2026-03-05 08:59
! runs reminder:rest
+ until 2026-03-05 09:00
< It is 09:00 on 2026-03-05.
< Fine?`},
		{"one that was to be early, too", early, `
* meeting.set {"at": "2026-03-03T12:00:00+01:00"}
+ until 2026-03-02 23:30
+ down 2d
! runs reminder:rest
+ until 2026-03-05 09:00
< It is 09:00 on 2026-03-05.
< Fine?`},
		{"the last minute before the quiet hours may come a little late", early, `
* meeting.set {"at": "2026-03-03T23:00:00+01:00"}
+ until 2026-03-03 20:58
+ down 5m
< It is 21:03 on 2026-03-03.
< Fine?`},
		{"the clock is set back: the time is waited for", byDay, `
* meeting.set {"at": "2026-03-02T12:00:00+01:00"}
+ back 12h
+ until 2026-03-02 11:59
! runs reminder:rest
+ until 2026-03-02 12:00
< It is 12:00 on 2026-03-02.
< Fine?`},
		{"people have the conversation while it is due: it comes when they are done", byDay, `
* meeting.set {"at": "2026-03-02T12:00:00+01:00"}
> a person please
< I'll bring in a colleague. One moment, please.
! handoff queue=general reason="asked"
& ana claim
+ until 2026-03-02 14:00
! owner agent:ana
& ana close resolved
+ 1s
< It is 14:00 on 2026-03-02.
< Fine?`},
		{"people have the conversation until it is quiet: it comes in the morning", byDay, `
* meeting.set {"at": "2026-03-02T12:00:00+01:00"}
> a person please
< I'll bring in a colleague. One moment, please.
! handoff queue=general reason="asked"
+ until 2026-03-02 22:00
& ana claim
& ana close resolved
+ 1s
! runs reminder:rest
+ until 2026-03-03 09:00
< It is 09:00 on 2026-03-03.
< Fine?`},
		{"the phone has the conversation while it is due", byDay, `
* meeting.set {"at": "2026-03-02T10:20:00+01:00"}
~ Hi, it's us
+ 29m
! owner phone
+ 1m
< It is 10:30 on 2026-03-02.
< Fine?`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inMadrid(t, tt.c, tt.script)
		})
	}
}

// TestAnEarlyTimerIsStartedAnew: the database's clock may be ahead of the one that stamps the event, or was set back between.
func TestAnEarlyTimerIsStartedAnew(t *testing.T) {
	t.Parallel()
	c := catalog(t, reminder("for: 2h", ""))
	conv, _ := step(t, c, begin(c).Conv, business("meeting.set", "", nil))
	timer := conv.Runs[0].Timers[0]
	conv, out := step(t, c, conv, engine.Event{ID: "t", Kind: engine.EventTimer, At: timer.Due.Add(-time.Hour), Timer: &timer})
	if texts(out) != "" || len(conv.Runs[0].Timers) != 1 || !conv.Runs[0].Timers[0].Due.Equal(timer.Due) || conv.Runs[0].Timers[0].ID == timer.ID {
		t.Fatalf("got %q, %+v", texts(out), conv.Runs[0].Timers)
	}
	if _, out = step(t, c, conv, engine.Event{ID: "t", Kind: engine.EventTimer, At: timer.Due, Timer: &timer}); !hasTrace(out, "stale_timer") {
		t.Error("the early one fires, too")
	}
	timer = conv.Runs[0].Timers[0]
	if _, out = step(t, c, conv, engine.Event{ID: "t", Kind: engine.EventTimer, At: timer.Due, Timer: &timer}); !strings.HasPrefix(texts(out), "It is 11:00") {
		t.Errorf("got %q", texts(out))
	}
}

func TestAnEarlyLeaseIsStartedAnew(t *testing.T) {
	t.Parallel()
	s := begin(catalog(t, desks))
	must(t, s, "~ Hi")
	lease := *s.Conv.Lease
	conv, _ := step(t, s.Catalog, s.Conv, engine.Event{ID: "l", Kind: engine.EventTimer, At: lease.Due.Add(-2 * time.Hour), Timer: &lease})
	if conv.Owner.Kind != engine.OwnerPhone || conv.Lease == nil || conv.Lease.ID == lease.ID {
		t.Errorf("owner %s, lease %+v", conv.Owner, conv.Lease)
	}
}

// TestALongWaitHoldsOneTimer: what rests costs one row, whatever happens meanwhile.
func TestALongWaitHoldsOneTimer(t *testing.T) {
	t.Parallel()
	s := begin(catalog(t, reminder("until: meeting.at", "")))
	must(t, s, `* meeting.set {"at": "2027-03-02T12:00:00Z"}`)
	for range 20 {
		must(t, s, "> hello", "+ 1d", "~ Hi", "+ 1h")
	}
	if timers := s.Timers(); len(timers) != 1 || timers[0].Due.Format(time.RFC3339) != "2027-03-02T12:00:00Z" {
		t.Errorf("got %+v", timers)
	}
}

package flowtest_test

import (
	"strings"
	"testing"

	"relevo/engine"
	"relevo/flows"
	"relevo/flows/flowtest"
)

// visit is a flow that waits in the background and says every kind of message.
const visit = `
flow: visit
title: {en: Visit}
languages: [en]
key: visit.id
quiet: "21:00-09:00"
triggers:
  - event: visit.planned
    goto: planned
  - phrases: {en: [show me]}
slots:
  visit: {type: object}
initial: show
on:
  undeliverable: people
  yes_please: over
states:
  show:
    say:
      - image: {url: "https://x.example/a.png", caption: A picture}
      - document: {url: "https://x.example/a.pdf", filename: a.pdf}
      - audio: {url: "https://x.example/a.ogg"}
      - location: {latitude: 40.41, longitude: -3.7, name: Clinic, address: Main Street 1}
      - link: {text: Your bill., url: "https://x.example/pay", title: Pay now}
    goto: over
  planned:
    set: {visit: event.data}
    ask: coming
    say:
      - text: "Visit {{ visit.id }} on {{ visit.at }}?"
        template: {name: visit_planned, language: {en: en_GB}, parameters: ["{{ visit.id }}", "{{ visit.at }}"]}
    choices: {yes_please: "Yes", no_thanks: "No"}
    on: {no_thanks: over, exhausted: people}
    after: {1h: later}
  later:
    wait: {until: visit.at, quiet: later}
    on: {elapsed: reminded}
  reminded: {say: It is time., end: reminded}
  people:
    handoff: {queue: people, outcomes: [resolved]}
    on: {resolved: over, unavailable: over}
  over: {say: Bye., end: over}
`

func visitCatalog(t *testing.T) *engine.Catalog {
	t.Helper()
	def, findings := flows.Load("visit.yaml", []byte(visit))
	if def == nil {
		t.Fatal(render(findings, func(string) []byte { return []byte(visit) }))
	}
	m, findings := engine.Compile(def, engine.Surroundings{})
	if m == nil {
		t.Fatal(render(findings, func(string) []byte { return []byte(visit) }))
	}
	return engine.NewCatalog(engine.CatalogOptions{Current: []*engine.Machine{m}, DefaultQueue: "people"})
}

const visitHead = "flow visit.yaml\nat 2026-03-02T09:00:00Z\nspeaks en\nname Ana\nregion MX\ntimezone America/Mexico_City\n"

func TestWhatTranscriptsCanTell(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, head, source string }{
		{"every kind of message", "", `
> show me
< (image https://x.example/a.png) A picture
< (document https://x.example/a.pdf a.pdf)
< (audio https://x.example/a.ogg)
< (location 40.41,-3.7) Clinic, Main Street 1
< (link https://x.example/pay "Pay now") Your bill.
< Bye.
! runs -
! event -
! contact name Ana
! contact language en
! contact region MX
! contact timezone America/Mexico_City
! contact opted_out false
! contact plan null
`},
		{"a template stands beside a message where the window is closed", "", `
* visit.planned key=V1 {"id": "V1", "at": "2026-03-05"}
< Visit V1 on 2026-03-05?
? Yes | No
% template visit_planned en_GB: V1 | 2026-03-05
! event started

> tomorrow
< Visit V1 on 2026-03-05?
? Yes | No

* visit.planned key=V2 {"id": "V2", "at": "2026-03-06"}
< Visit V2 on 2026-03-06?
? Yes | No
! event started
`},
		{"buttons of older messages", "", `
* visit.planned key=V1 {"id": "V1", "at": "2026-03-05"}
< Visit V1 on 2026-03-05?
? Yes | No
% template visit_planned en_GB: V1 | 2026-03-05

* visit.planned key=V2 {"id": "V2", "at": "2026-03-06"}
< Visit V2 on 2026-03-06?
? Yes | No
% template visit_planned en_GB: V2 | 2026-03-06
! runs visit:planned visit:planned

+ 2h
! runs visit:later visit:later

> [Yes] of V1
< Bye.
! runs visit:later

> [Yes]
< Bye.
! runs -
`},
		{"times on the contact's clock, an outage and a clock that is set back", "", `
* visit.planned key=V1 {"id": "V1", "at": "2026-03-05T12:00:00-06:00"}
< Visit V1 on 2026-03-05T12:00:00-06:00?
? Yes | No
% template visit_planned en_GB: V1 | 2026-03-05T12:00:00-06:00

+ until 2026-03-05 11:59
! runs visit:later

+ back 1h
+ until 2026-03-05T17:59:00Z
! runs visit:later

+ down 15h
! runs visit:later

+ until 2026-03-06 09:00
< It is time.
! end reminded
`},
		{"deliveries", "", `
* visit.planned key=V1 {"id": "V1", "at": "2026-03-05"}
< Visit V1 on 2026-03-05?
? Yes | No
% template visit_planned en_GB: V1 | 2026-03-05
^ delivered
^ read
^ failed 131026
! handoff queue=people reason="undeliverable"
* visit.planned key=V1 {"id": "V1", "at": "2026-03-06"}
! event deferred
`},
		{"a queue that closes", "queue people closes 2026-03-02T09:30:00Z\n", `
* visit.planned key=V1 {"id": "V1", "at": "2026-03-05"}
< Visit V1 on 2026-03-05?
? Yes | No
% template visit_planned en_GB: V1 | 2026-03-05
+ 45m
^ failed
< Bye.
! end over
`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			source := visitHead + tt.head + tt.source
			transcript, findings := flowtest.Parse("visit.transcript", []byte(source))
			if len(findings) > 0 {
				t.Fatal(render(findings, func(string) []byte { return []byte(source) }))
			}
			if result := flowtest.Run(transcript, visitCatalog(t)); len(result.Failures) > 0 || result.Updated != source {
				t.Errorf("it goes like this:\n%s\n%+v", result.Updated, result.Failures)
			}
		})
	}
}

// TestInputsThatCanNotHappen are found when the transcript runs.
func TestInputsThatCanNotHappen(t *testing.T) {
	t.Parallel()
	planned := "* visit.planned key=V1 {\"id\": \"V1\", \"at\": \"2026-03-05\"}\n"
	for _, tt := range []struct{ name, source, want string }{
		{"a delivery before anything was said", "^ failed 131026", "not said anything"},
		{"a time that is past", planned + "+ until 2026-03-01 09:00", "it is 2026-03-02 03:00 already"},
		{"a button that no message has", planned + "> [Perhaps]", `no message has a button "Perhaps"`},
		{"a button that another message has", planned + "> [Yes] of V2", `no message with "V2" has a button "Yes"`},
	} {
		source := visitHead + tt.source
		transcript, findings := flowtest.Parse("visit.transcript", []byte(source))
		if len(findings) > 0 {
			t.Fatal(render(findings, func(string) []byte { return []byte(source) }))
		}
		result := flowtest.Run(transcript, visitCatalog(t))
		last := len(result.Failures) - 1
		if last < 0 || !strings.Contains(result.Failures[last].Message, tt.want) {
			t.Errorf("%s: %+v, want %q", tt.name, result.Failures, tt.want)
		}
	}
}

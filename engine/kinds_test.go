package engine_test

import (
	"strings"
	"testing"

	"relevo/engine"
)

// gallery says everything that can be said, and sets everything that can be set.
const gallery = `
flow: gallery
title: {en: Gallery, es: Galería}
languages: [en, es]
timezone: Europe/Madrid
triggers:
  - phrases: {en: [show me], es: [muéstrame]}
  - event: gallery.opened
slots: {picture: {type: object}, word: {type: text}, seen: {type: integer}}
initial: shows
on:
  gallery.counted: {set: {seen: event.data.n}}
  gallery.moved:
    - {when: event.data.far == true, goto: far}
    - {set: {contact.where: event.data.to}}
  gallery.closed: closed
states:
  shows:
    set: {picture: "{id: 7, at: 40.41}", seen: (seen ?? 0) + 1, contact.visits: (contact.attributes.visits ?? 0) + 1, contact.name: "contact.name == '' ? 'Ana' : contact.name"}
    say:
      - "Hello {{ contact.name }}."
      - text: {en: "Number {{ picture.id }}", es: "Número {{ picture.id }}"}
        template: {name: number, language: {es: es_MX}, parameters: ["{{ picture.id }}", "{{ contact.name }}"]}
      - image: {url: "https://x.example/{{ picture.id }}.jpg", caption: {en: A picture, es: Una foto}}
      - document: {url: "https://x.example/{{ picture.id }}.pdf", filename: "{{ picture.id }}.pdf"}
      - video: {url: "https://x.example/v.mp4"}
      - audio: {url: "https://x.example/a.ogg"}
      - location: {latitude: picture.at, longitude: -3.7, name: The gallery}
      - link: {text: {en: All of it, es: Todo}, url: "https://x.example/{{ language }}", title: {en: Open, es: Abrir}}
    goto: asks
  asks:
    ask: word
    say: {en: "Seen {{ seen }}. Another one?", es: "{{ seen }}. ¿Otra?"}
    on:
      answered:
        - {when: word == "bad", goto: bad}
        - {when: word == "nowhere", goto: nowhere}
        - {goto: over}
      exhausted: over
      gallery.closed: locked
    after:
      5m: {when: seen > 1, goto: over}
      10m:
        - {when: seen > 1, goto: over}
        - {goto: shows}
  bad: {say: {image: {url: "{{ word }}"}}, goto: over}
  nowhere: {say: {location: {latitude: picture.id * 13, longitude: 0}}, goto: over}
  locked: {say: Locked., end: locked}
  far: {say: Too far., end: far}
  closed: {end: closed}
  over: {say: "Bye {{ seen }} {{ contact.attributes.visits }} {{ contact.attributes.where ?? \"-\" }}", end: over}
`

const shown = `< Hello Ana.
< Number 7
< (image https://x.example/7.jpg) A picture
< (document https://x.example/7.pdf 7.pdf)
< (video https://x.example/v.mp4)
< (audio https://x.example/a.ogg)
< (location 40.41,-3.7) The gallery
< (link https://x.example/en "Open") All of it
`

func TestWhatAFlowSaysAndSets(t *testing.T) {
	t.Parallel()
	const begun = "\n> show me\n" + shown + "< Seen 1. Another one?\n"
	tests := []struct{ name, script string }{
		{"every kind of message, in order, and the contact's attributes", begun + `! contact name Ana
! contact visits 1
> no
< Bye 1 1 -`},
		{"attributes outlive the run", begun + `> no
< Bye 1 1 -
` + strings.TrimPrefix(begun, "\n") + `! contact visits 2`},
		{"set alone, from any state: the question stays, and its time", begun + `+ 9m
* gallery.counted {"n": 1}
! event delivered
@ asks
* gallery.moved {"to": "Rome"}
! contact where "Rome"
+ 1m
` + shown + `< Seen 2. Another one?`},
		{"alternatives of the flow, in order", begun + `* gallery.moved {"to": "Rome", "far": true}
< Too far.
! end far`},
		{"the state's own way goes before the flow's", begun + `* gallery.closed
< Locked.
! end locked`},
		{"a time-out whose guard does not hold leaves the next one", begun + `+ 5m
@ asks
+ 5m
` + shown + `< Seen 2. Another one?
+ 5m
< Bye 2 2 -
! owner closed`},
		{"an address that is none is a failure, and nothing is sent", begun + `> bad
! script_failed
< Sorry, something went wrong on my side. I'll bring in a colleague.
! handoff queue=general reason="script_failed"`},
		{"a place off the map is a failure", begun + `> nowhere
! script_failed
< Sorry, something went wrong on my side. I'll bring in a colleague.
! handoff queue=general reason="script_failed"`},
		{"the template shows where the window is closed", `
* gallery.opened
` + strings.Replace(shown, "Number 7\n", "Number 7\n% template number en: 7 | Ana\n", 1) + `< Seen 1. Another one?
! event started`},
	}
	c := catalog(t, gallery)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			talk(t, c, tt.script)
		})
	}
}

func TestTemplatesStandBesideTheirMessages(t *testing.T) {
	t.Parallel()
	for language, want := range map[string]string{"es": "es_MX", "en": "en", "pt": "en"} {
		s := begin(catalog(t, gallery))
		s.Know(engine.Contact{Language: language, Name: "Eva"})
		for _, e := range effects(must(t, s, "* gallery.opened"), engine.EffectSend) {
			tmpl := e.Send.Message.Template
			if isNumber := strings.HasSuffix(e.Send.Message.Text, " 7"); isNumber != (tmpl != nil) {
				t.Errorf("%s: %q has the template %+v", language, e.Send.Message.Text, tmpl)
			}
			if tmpl != nil && (tmpl.Name != "number" || tmpl.Language != want || strings.Join(tmpl.Parameters, " ") != "7 Eva") {
				t.Errorf("%s: got %+v", language, tmpl)
			}
		}
	}
}

// waiters wait in every way, and each way out says how it went.
const waiters = `
flow: waiters
title: {en: Waiters}
languages: [en]
triggers:
  - event: order.begun
slots: {order: {type: object}}
initial: notes
on:
  order.stopped: stopped
states:
  notes: {set: {order: event.data}, goto: pays}
  pays:
    call: {post: "http://x/pay", body: {id: "{{ order.id }}", n: 3}, headers: {X-Key: "{{ order.id }}"}, save: order}
    on: {ok: rests, 409: twice, 4xx: refused, 5xx: down, failed: lost}
    after: {1m: slow}
  rests:
    wait: {for: 2h}
    on:
      elapsed: over
      order.sent:
        - {when: event.data.express == true, goto: soon}
        - {set: {order: event.data}}
    after: {1h: reminds}
  soon:
    wait: {until: now + 10m}
    on: {elapsed: over}
  reminds: {say: Still waiting., goto: rests}
  twice: {say: Paid before., end: twice}
  refused: {say: Refused., end: refused}
  down: {say: Down., end: down}
  lost: {say: Lost., end: lost}
  slow: {say: Slow., end: slow}
  stopped: {say: Stopped., end: stopped}
  over: {say: Over., end: over}
`

func TestEveryWayToWait(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, script string }{
		{"a time-out in a wait comes before its end, and starts it anew", `
= POST /pay 200 {"id": 1}
* order.begun {"id": "A1"}
! runs waiters:rests
+ 1h
< Still waiting.
+ 1h
< Still waiting.
! runs waiters:rests`},
		{"an event in a wait goes its way", `
= POST /pay 200 {"id": 1}
* order.begun {"id": "A1"}
* order.sent {"express": true}
! runs waiters:soon
+ 10m
< Over.
! owner closed`},
		{"an event in a wait that only sets leaves it as it was", `
= POST /pay 200 {"id": 1}
* order.begun {"id": "A1"}
+ 30m
* order.sent {"id": 2}
! runs waiters:rests
+ 30m
< Still waiting.`},
		{"an event from any state ends a wait", `
= POST /pay 200 {"id": 1}
* order.begun {"id": "A1"}
* order.stopped
< Stopped.
! owner closed`},
		{"a status goes before its class, and its class before failed", `
= POST /pay 409
* order.begun {"id": "A1"}
< Paid before.
= POST /pay 422
* order.begun {"id": "A1"}
< Refused.
= POST /pay 503
* order.begun {"id": "A1"}
< Down.
= POST /pay 302
* order.begun {"id": "A1"}
< Lost.
= POST /pay timeout
* order.begun {"id": "A1"}
< Lost.`},
	}
	c := catalog(t, waiters)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			talk(t, c, tt.script)
		})
	}
}

// TestACallCarriesWhatTheFlowSays, with the slots filled in.
func TestACallCarriesWhatTheFlowSays(t *testing.T) {
	t.Parallel()
	c := catalog(t, waiters)
	conv, out := step(t, c, begin(c).Conv, business("order.begun", "", map[string]any{"id": "A1\r\nX-Other: 1"}))
	var call *engine.Call
	for _, e := range out {
		if e.Kind == engine.EffectCall {
			call = e.Call
		}
	}
	if call == nil {
		t.Fatal("no call")
	}
	body, _ := call.Body.(map[string]any)
	if call.Method != "POST" || call.URL != "http://x/pay" || body["id"] != "A1\r\nX-Other: 1" || call.Headers["X-Key"] != "A1 X-Other: 1" {
		t.Errorf("got %+v", call)
	}
	if _, out = step(t, c, conv, engine.Event{ID: "x", Kind: engine.EventCall, At: start, Call: &engine.CallResult{Status: 200}}); !hasTrace(out, "stale_call") {
		t.Error("the end of a call without a name is taken for one")
	}
}

// TestAnAgentWhoTakesAChatIsNoted: accepted can remember who, and changes nothing else.
func TestAnAgentWhoTakesAChatIsNoted(t *testing.T) {
	t.Parallel()
	talk(t, catalog(t, `
flow: noted
title: {en: Noted}
languages: [en]
triggers:
  - phrases: {en: [note it]}
slots: {taken: {type: integer}}
initial: people
states:
  people:
    handoff: {queue: vip, outcomes: [resolved]}
    on: {accepted: {set: {taken: (taken ?? 0) + 1}}, resolved: over}
    after: {5m: over}
  over: {say: "Taken {{ taken ?? 0 }} times.", end: over}
`), `
> note it
! handoff queue=vip reason="flow"
& ana claim
! owner agent:ana
+ 10m
& ana release
& ben claim
& ben close resolved
< Taken 2 times.
! end over
`)
}

package engine_test

import (
	"strings"
	"testing"
	"time"

	"relevo/engine"
)

// desk calls a service and reacts to every way in which that ends.
const desk = `
flow: desk
title: {en: Desk}
languages: [en]
triggers:
  - phrases: {en: [look it up]}
  - event: desk.opened
slots:
  answer: {type: object}
  word: {type: text}
initial: look
on:
  desk.moved:
    when: event.key == "here"
    goto: moved
states:
  look:
    call: {get: "{{ config.orders_url }}/things", save: answer}
    on: {ok: report, 404: nothing, 4xx: refused, failed: broken}
    after: {1m: slow}
  report:
    say: "Found {{ answer?.name }}"
    goto: rest
  nothing: {say: Nothing there., goto: rest}
  refused: {say: Not allowed., goto: rest}
  broken: {say: It is broken., goto: rest}
  slow: {say: It takes long., goto: rest}
  moved: {say: We moved., goto: rest}
  rest:
    ask: word
    say: And now?
    on: {answered: over, exhausted: over}
    after: {10m: over}
  over:
    say: "Bye after {{ word ?? \"nothing\" }}"
    end: over
`

func TestCalls(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, script string }{
		{"a 200 saves its body", `
= GET /things 200 {"name": "a chair"}
> look it up
< Found a chair
< And now?
$ answer = {"name":"a chair"}`},
		{"a 201 is an ok, too", `
= GET /things 201 {"name": "a chair"}
> look it up
< Found a chair
< And now?`},
		{"a 404 goes its own way", `
= GET /things 404
> look it up
< Nothing there.
< And now?
$ answer = null`},
		{"another 4xx goes the way of its class", `
= GET /things 422 {"error": "no"}
> look it up
< Not allowed.
< And now?`},
		{"a 500 without a way of its own has failed", `
= GET /things 500
> look it up
< It is broken.
< And now?`},
		{"a time-out has failed", `
= GET /things timeout
> look it up
< It is broken.
< And now?`},
	}
	c := catalog(t, desk)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			talk(t, c, tt.script)
		})
	}
}

// calling begins a conversation whose call is not answered yet, and returns it with the call's id.
func calling(t *testing.T, c *engine.Catalog) (engine.Conversation, string) {
	t.Helper()
	conv := engine.Conversation{ID: "c1", Channel: "web", Owner: engine.Owner{Kind: engine.OwnerClosed}}
	conv, out := step(t, c, conv, message("look it up"))
	if conv.Runs[0].Wait != engine.WaitCall {
		t.Fatalf("the run waits for %q", conv.Runs[0].Wait)
	}
	for _, e := range out {
		if e.Kind == engine.EffectCall {
			return conv, e.ID
		}
	}
	t.Fatal("no call")
	return conv, ""
}

func message(text string) engine.Event {
	return engine.Event{ID: "m", Kind: engine.EventMessage, At: start, Message: &engine.Message{Kind: engine.MessageText, Text: text}}
}

func step(t *testing.T, c *engine.Catalog, conv engine.Conversation, ev engine.Event) (engine.Conversation, []engine.Effect) {
	t.Helper()
	next, out, err := c.Step(conv, ev)
	if err != nil {
		t.Fatal(err)
	}
	return next, out
}

func texts(out []engine.Effect) string {
	var all []string
	for _, e := range out {
		if e.Kind == engine.EffectSend {
			all = append(all, e.Send.Message.Text)
		}
	}
	return strings.Join(all, " | ")
}

func hasTrace(out []engine.Effect, code string) bool {
	for _, e := range out {
		if e.Kind == engine.EffectTrace && e.Trace.Code == code {
			return true
		}
	}
	return false
}

func answered(id string, status int) engine.Event {
	return engine.Event{ID: id, Kind: engine.EventCall, At: start.Add(time.Second), Call: &engine.CallResult{Effect: id, Status: status, Body: map[string]any{"name": "a chair"}}}
}

func TestMessagesDuringACallWaitForItsEnd(t *testing.T) {
	t.Parallel()
	c := catalog(t, desk)
	conv, call := calling(t, c)
	conv, out := step(t, c, conv, message("purple"))
	if texts(out) != "" || len(conv.Deferred) != 1 {
		t.Fatalf("got %q and %d deferred", texts(out), len(conv.Deferred))
	}
	conv, out = step(t, c, conv, answered(call, 200))
	if got := texts(out); got != "Found a chair | And now? | Bye after purple" || conv.Owner.Kind != engine.OwnerClosed {
		t.Errorf("got %q, owner %s", got, conv.Owner)
	}
}

func TestDeferredEventsAreBounded(t *testing.T) {
	t.Parallel()
	c := catalog(t, desk)
	conv, call := calling(t, c)
	var out []engine.Effect
	for range engine.MaxDeferred + 1 {
		conv, out = step(t, c, conv, message("purple"))
	}
	if len(conv.Deferred) != engine.MaxDeferred || !hasTrace(out, "budget_deferred") {
		t.Errorf("%d events are deferred", len(conv.Deferred))
	}
	if conv, _ = step(t, c, conv, answered(call, 200)); len(conv.Deferred) != 0 {
		t.Errorf("%d events still wait", len(conv.Deferred))
	}
}

func TestTheEndOfACallIsNeverDropped(t *testing.T) {
	t.Parallel()
	c := catalog(t, desk)
	conv, call := calling(t, c)
	echo := engine.Event{ID: "e", Kind: engine.EventEcho, At: start, Echo: &engine.Message{Kind: engine.MessageText, Text: "hello"}}
	conv, _ = step(t, c, conv, echo)
	for range engine.MaxDeferred {
		conv, _ = step(t, c, conv, engine.Event{ID: "b", Kind: engine.EventBusiness, At: start, Business: &engine.BusinessEvent{Name: "a.b"}})
	}
	conv, _ = step(t, c, conv, answered(call, 200))
	lease := *conv.Lease
	conv, out := step(t, c, conv, engine.Event{ID: "l", Kind: engine.EventTimer, At: lease.Due, Timer: &lease})
	if !strings.Contains(texts(out), "Found a chair") {
		t.Errorf("the call's end was lost: %q, the run waits for %q", texts(out), conv.Runs[0].Wait)
	}
}

func TestStaleCalls(t *testing.T) {
	t.Parallel()
	c := catalog(t, desk)
	conv, call := calling(t, c)
	timer := conv.Runs[0].Timers[0]
	conv, out := step(t, c, conv, engine.Event{ID: "t", Kind: engine.EventTimer, At: timer.Due, Timer: &timer})
	if texts(out) != "It takes long. | And now?" {
		t.Fatalf("got %q", texts(out))
	}
	if _, out = step(t, c, conv, answered(call, 200)); texts(out) != "" || !hasTrace(out, "stale_call") {
		t.Errorf("an answer after the time-out: got %q", texts(out))
	}
}

func TestBusinessEvents(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, script string }{
		{"an event starts the flow that names it", `
= GET /things 200 {"name": "a chair"}
* desk.opened
< Found a chair
< And now?`},
		{"an event that nobody names changes nothing", `
* desk.closed
! owner closed`},
		{"a guard on the event's key holds", `
= GET /things 404
* desk.opened
< Nothing there.
< And now?
* desk.moved key=here
< We moved.
< And now?`},
		{"a guard on the event's key does not hold", `
= GET /things 404
* desk.opened
< Nothing there.
< And now?
* desk.moved key=elsewhere
@ rest`},
		{"an event can not answer a question in the contact's place", `
= GET /things 404
* desk.opened
< Nothing there.
< And now?
* answered
@ rest`},
		{"an event waits while people have the conversation", `
= GET /things 404
* desk.opened
< Nothing there.
< And now?
~ It's me, from the shop
! owner phone
* desk.moved key=here
! owner phone
+ 30m
< We moved.
< And now?
! owner bot`},
	}
	c := catalog(t, desk)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			talk(t, c, tt.script)
		})
	}
}

// sorter has guards, assignments and circles.
const sorter = `
flow: sorter
title: {en: Sorter, es: Orden}
languages: [en, es]
triggers:
  - phrases: {en: [sort], es: [ordenar]}
slots:
  word: {type: text}
  seen: {type: object}
initial: ask_word
states:
  ask_word:
    ask: word
    say: {en: A word?, es: ¿Una palabra?}
    on:
      answered:
        - when: word == "first"
          goto: told
        - when: word startsWith "f"
          set: {seen: "{count: 1 + 1, at: now}", contact.plan: word}
          goto: told
        - when: word == "tapas"
          set: {contact.language: "'es'"}
          goto: ask_word
        - when: word == "circle"
          goto: circle
        - when: word == "throw"
          goto: infinite
        - goto: told
      exhausted: told
    after: {10m: told}
  told:
    say:
      en: "{{ word ?? \"-\" }} {{ seen?.count }} {{ contact.attributes.plan }}"
      es: "{{ word ?? \"-\" }} en español"
    goto:
      - when: word == "quit"
        goto: over
      - when: word == nil
        goto: over
      - goto: ask_word
  circle: {goto: [{when: "true", goto: around}, {goto: over}]}
  around: {goto: circle}
  infinite:
    set: {seen: 1 / 0}
    goto: told
  over: {end: over}
`

func TestWaysOut(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, script string }{
		{"the first guard that holds wins", `
> sort
< A word?
> first
< first  
< A word?`},
		{"set changes slots and the contact before the next state", `
> sort
< A word?
> fifth
< fifth 2 fifth
< A word?
$ seen = {"at":"2026-03-02T09:00:00Z","count":2}`},
		{"the else is taken when no guard holds", `
> sort
< A word?
> last
< last  
< A word?`},
		{"the language changes in the middle of a conversation", `
> sort
< A word?
> tapas
< ¿Una palabra?
! language es
> ordenar
< ordenar en español
< ¿Una palabra?`},
		{"going in circles ends with people", `
> sort
< A word?
> circle
< Sorry, something went wrong on my side. I'll bring in a colleague.
! handoff queue=general reason="budget_steps"
! owner queue`},
		{"a value that can not be stored is a failure of the script", `
> sort
< A word?
> throw
! script_failed
< Sorry, something went wrong on my side. I'll bring in a colleague.
! handoff queue=general reason="script_failed"`},
		{"a time-out leads on", `
> sort
< A word?
+ 9m
@ ask_word
+ 1m
< -  
! end over`},
		{"asking again starts the time-out anew", `
> sort
< A word?
+ 9m
> (sticker)
< Nice one! But I need it in words, please.
< A word?
+ 9m
@ ask_word
+ 1m
< -  
! end over`},
	}
	c := catalog(t, sorter)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			talk(t, c, tt.script)
		})
	}
}

func TestTimersFireOnce(t *testing.T) {
	t.Parallel()
	c := catalog(t, sorter)
	conv := engine.Conversation{ID: "c1", Owner: engine.Owner{Kind: engine.OwnerClosed}}
	conv, _ = step(t, c, conv, message("sort"))
	timer := conv.Runs[0].Timers[0]
	moved, _ := step(t, c, conv, message("other"))
	due := engine.Event{ID: "t", Kind: engine.EventTimer, At: timer.Due, Timer: &timer}
	if next, out := step(t, c, moved, due); texts(out) != "" || !hasTrace(out, "stale_timer") || next.Runs[0].State != "ask_word" {
		t.Errorf("a timer of an older entry: got %q in %s", texts(out), next.Runs[0].State)
	}
	conv, _ = step(t, c, conv, due)
	if _, out := step(t, c, conv, due); !hasTrace(out, "stale_timer") {
		t.Error("a timer fired twice")
	}
}

func TestRunsAreBounded(t *testing.T) {
	t.Parallel()
	c := catalog(t, told)
	s := begin(c)
	for range engine.MaxRuns {
		must(t, s, "* shop.told")
	}
	if turns := must(t, s, "* shop.told"); len(s.Conv.Runs) != engine.MaxRuns || !traced(turns, "budget_runs") {
		t.Errorf("%d runs", len(s.Conv.Runs))
	}
}

func TestTextsAreBounded(t *testing.T) {
	t.Parallel()
	s := begin(catalog(t, tricky))
	turns := must(t, s, "> tricks", "> long")
	got := said(turns)
	if len(got) != 1 || len(got[0]) > engine.MaxRenderedBytes+len("…") || !strings.HasSuffix(got[0], "ñ…") || !traced(turns, "budget_text") {
		t.Errorf("%d texts, the first has %d bytes", len(got), len(strings.Join(got, "")))
	}
}

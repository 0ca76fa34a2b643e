package engine_test

import (
	"strings"
	"testing"

	"relevo/engine"
)

// tricky calls scripts that fail, in guards and in texts.
const tricky = `
flow: tricky
title: {en: Tricky}
languages: [en]
triggers:
  - phrases: {en: [tricks]}
slots:
  word: {type: text}
scripts: [tricks.js]
initial: ask_word
states:
  ask_word:
    ask: word
    say: A word?
    on:
      answered:
        - when: word == "guard" && tricks.fail() == true
          goto: text
        - when: word == "text"
          goto: text
        - when: word == "caught"
          goto: caught
        - when: word == "twice"
          goto: twice
        - when: word == "long"
          goto: long
        - goto: seed
      exhausted: over
    after: {10m: over}
  text:
    say: [Half an answer, "{{ tricks.fail() }}"]
    goto: over
  caught:
    say: "{{ tricks.fail() }}"
    goto: over
    on: {script_failed: instead}
  instead:
    say: Let me put it in another way.
    goto: ask_word
  twice:
    say: "{{ tricks.fail() }}"
    goto: over
    on: {script_failed: worse}
  worse:
    say: "{{ tricks.fail() }}"
    goto: over
  long:
    say: "{{ tricks.long() }}"
    goto: over
  seed:
    say: "{{ tricks.seed() }} {{ tricks.seed() }}"
    goto: over
  over: {end: over}
`

func TestScriptsThatFail(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, script string }{
		{"in a guard: people", `
> tricks
< A word?
> guard
! script_failed
< Sorry, something went wrong on my side. I'll bring in a colleague.
! handoff queue=general reason="script_failed"
! summary script_failed: tricks.js:3:1: fail: threw: no such order
! owner queue`},
		{"in a text: nothing of that state is said, then people", `
> tricks
< A word?
> text
! script_failed
< Sorry, something went wrong on my side. I'll bring in a colleague.
! handoff queue=general reason="script_failed"`},
		{"where the flow has an answer to it: as often as it happens", `
> tricks
< A word?
> caught
! script_failed
< Let me put it in another way.
< A word?
> caught
! script_failed
< Let me put it in another way.
< A word?`},
		{"in the flow's answer, too: people", `
> tricks
< A word?
> twice
! script_failed
! script_failed
< Sorry, something went wrong on my side. I'll bring in a colleague.
! handoff queue=general reason="script_failed"`},
	}
	c := catalog(t, tricky)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			talk(t, c, tt.script)
		})
	}
}

func TestTheTraceTellsWhichCallFailed(t *testing.T) {
	t.Parallel()
	s := begin(catalog(t, tricky))
	for _, e := range effects(must(t, s, "> tricks", "> text"), engine.EffectTrace) {
		if e.Trace.Code == engine.EventNameScriptFailed {
			if e.Trace.Call != 0 || e.Trace.Script == nil || e.Trace.Script.Line != 3 || e.Trace.Detail != "tricks.js:3:1: fail: threw: no such order" {
				t.Errorf("got %+v", e.Trace)
			}
			return
		}
	}
	t.Error("no trace")
}

func TestSeedsDifferBetweenCallsAndTurns(t *testing.T) {
	t.Parallel()
	c := catalog(t, tricky)
	first := said(must(t, begin(c), "> tricks", "> other"))
	again := said(must(t, begin(c), "> tricks", "> other"))
	later := said(must(t, begin(c), "> tricks", "> (sticker)", "> other"))
	if len(first) != 1 || first[0] != again[0] || first[0] == later[0] {
		t.Errorf("got %q, %q, %q", first, again, later)
	}
	if a, b, _ := strings.Cut(first[0], " "); a == b {
		t.Errorf("two calls of one turn have the same seed %s", a)
	}
}

func TestLateMessagesGoToPeople(t *testing.T) {
	t.Parallel()
	s := begin(catalog(t, tricky))
	must(t, s, "> tricks")
	turns, err := s.Message(engine.Message{Kind: engine.MessageText, Text: "text", Extra: map[string]any{"late": true}})
	if err != nil || len(said(turns)) != 0 || s.Conv.Owner.Kind != engine.OwnerQueue {
		t.Errorf("got %q, owner %s, %v", said(turns), s.Conv.Owner, err)
	}
	if packet := effects(turns, engine.EffectHandoff); len(packet) != 1 || packet[0].Handoff.Reason != "late" {
		t.Errorf("got %+v", packet)
	}
}

func TestUnknownVersions(t *testing.T) {
	t.Parallel()
	old, c := begin(catalog(t, tricky)), catalog(t, told)
	must(t, old, "> tricks")
	s := begin(c)
	s.Conv = old.Conv
	turns := must(t, s, "> word")
	packets := effects(turns, engine.EffectHandoff)
	if len(packets) != 1 || packets[0].Handoff.Reason != "version_missing" || s.Conv.Owner.Kind != engine.OwnerQueue {
		t.Fatalf("got %+v, owner %s", packets, s.Conv.Owner)
	}
	must(t, s, "& ana claim", "& ana close resolved")
	if s.Conv.Owner.Kind != engine.OwnerClosed || len(s.Conv.Runs) != 0 {
		t.Errorf("a run without its version came back: owner %s, %d runs", s.Conv.Owner, len(s.Conv.Runs))
	}
}

func TestAStateThatItsVersionDoesNotHave(t *testing.T) {
	t.Parallel()
	s := begin(catalog(t, tricky))
	must(t, s, "> tricks")
	s.Conv.Runs[0].State = "removed"
	if must(t, s, "> word"); s.Conv.Owner.Kind != engine.OwnerQueue {
		t.Errorf("owner %s", s.Conv.Owner)
	}
}

func TestRescue(t *testing.T) {
	t.Parallel()
	c := catalog(t, tricky)
	s := begin(c)
	must(t, s, "> tricks")
	before := s.Conv
	next, out := c.Rescue(before, message("boom"), "a panic")
	if next.Owner.Kind != engine.OwnerQueue || next.Seq != before.Seq+1 || before.Runs[0].Wait != engine.WaitAsk || !hasTrace(out, "rescued") {
		t.Errorf("got %+v", next)
	}
	again, out := c.Rescue(next, message("boom"), "another panic")
	if again.Owner.Kind != engine.OwnerQueue || len(out) != 1 {
		t.Errorf("a chat that waits already: %d effects", len(out))
	}
}

func TestEventsWithoutTheirPartAreIgnored(t *testing.T) {
	t.Parallel()
	c := catalog(t, tricky)
	conv := engine.Conversation{ID: "c1", Owner: engine.Owner{Kind: engine.OwnerClosed}}
	kinds := []engine.EventKind{engine.EventMessage, engine.EventTimer, engine.EventCall, engine.EventBusiness, engine.EventStatus, engine.EventAgent, engine.EventEcho, "other", ""}
	for _, kind := range kinds {
		next, out, err := c.Step(conv, engine.Event{ID: "x", Kind: kind, At: start})
		if err != nil || !hasTrace(out, "ignored") || next.Seq != 1 {
			t.Errorf("%q: %v", kind, err)
		}
	}
}

func TestUndeliverableMessages(t *testing.T) {
	t.Parallel()
	c := catalog(t, strings.Replace(told, "states:", "on: {undeliverable: over}\nstates:", 1))
	s := begin(c)
	must(t, s, "* shop.told")
	status := func(state engine.DeliveryState) engine.Event {
		return engine.Event{ID: "s", Kind: engine.EventStatus, At: start, Status: &engine.Status{State: state, Effect: "c1/1/2"}}
	}
	conv, out := step(t, c, s.Conv, status(engine.DeliveryRead))
	if len(out) != 1 || out[0].Kind != engine.EffectDelivery || len(conv.Runs) != 1 {
		t.Errorf("read: got %d effects", len(out))
	}
	if conv, _ = step(t, c, conv, status(engine.DeliveryFailed)); len(conv.Runs) != 0 {
		t.Error("failed: the flow did not hear of it")
	}
}

// TestExpressionsAreBounded: the most that one expression may do ends soon, and what wants more is an error.
func TestExpressionsAreBounded(t *testing.T) {
	t.Parallel()
	def := shippedDefinition(t)
	most, findings := engine.CompileGuard(def, around, "count(1..9000, # % 7 == 0) > 0 && len(filter(map(1..9, # * 2), # > 4)) > 0")
	if findings.HasErrors() {
		t.Fatal(findings)
	}
	if holds, err := most.Holds(nil); !holds || err != nil {
		t.Errorf("got %v, %v", holds, err)
	}
	more, findings := engine.CompileGuard(def, around, "count(1..1000000, true) > 0")
	if findings.HasErrors() {
		t.Fatal(findings)
	}
	if _, err := more.Holds(nil); err == nil {
		t.Error("an expression made a million items")
	}
	for _, source := range []string{
		"any(1..9, any(1..9, true))", "let a = language; a + a == language", `reduce(["a", "b"], #acc + #acc, language) == ""`, `replace(language, "", language) == ""`, `repeat(language, 9) == ""`, "keys(event) == nil",
	} {
		if _, findings := engine.CompileGuard(def, around, source); !findings.HasErrors() {
			t.Errorf("%s is taken", source)
		}
	}
}

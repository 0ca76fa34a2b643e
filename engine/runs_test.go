package engine_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"relevo/engine"
)

// quizzes ask and come to an end; each says its name, so that transcripts show who speaks.
func quiz(name, more string) string {
	return strings.ReplaceAll(`
flow: NAME
title: {en: The NAME}
languages: [en]
triggers:
  - phrases: {en: [the NAME]}
  - event: NAME.begun
slots: {word: {type: text, pattern: "[a-z]+1"}}
initial: ask_word
`+more+`
states:
  ask_word:
    ask: word
    say: NAME?
    on: {answered: over, exhausted: over}
    after: {10m: late}
  late: {say: NAME is late., end: late}
  over: {say: "NAME {{ word }}.", end: over}
`, "NAME", name)
}

// remote rests in the background and then speaks up.
const remote = `
flow: remote
title: {en: Remote}
languages: [en]
triggers:
  - event: remote.begun
slots: {word: {type: text}, answer: {type: object}}
initial: rest
on: {remote.call: look}
states:
  rest:
    wait: {for: 1h}
    on: {elapsed: speak}
  speak: {say: Remote speaks., goto: asks}
  asks:
    ask: word
    say: Remote?
    on: {answered: over, exhausted: over}
  look:
    call: {get: "http://x/remote", save: answer}
    on: {ok: found, failed: over}
  found: {say: Remote found it., end: found}
  over: {say: "Remote {{ word }}.", end: over}
`

func TestFocus(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, script string }{
		{"three runs deep, and each is asked again in its turn", `
> the apple
< apple?
> the pear
< pear?
> the plum
< plum?
! runs apple:ask_word pear:ask_word plum:ask_word
> a1
< plum a1.
< pear?
> b1
< pear b1.
< apple?
> c1
< apple c1.
! owner closed`},
		{"an event interrupts, and the question comes back", `
> the apple
< apple?
* pear.begun
< pear?
> b1
< pear b1.
< apple?`},
		{"a flow that is under way comes back on top instead of a second one", `
> the apple
< apple?
> the pear
< pear?
> the apple
< apple?
! runs apple:ask_word pear:ask_word
> a1
< apple a1.
< pear?`},
		{"a button of a covered question answers it", `
* remote.begun
! runs remote:rest
> the apple
< apple?
+ 1h
< apple is late.
< Remote speaks.
< Remote?
! runs remote:asks`},
		{"a wait that ends interrupts, and what it covered is asked again", `
* remote.begun
+ 55m
> the apple
< apple?
+ 5m
< Remote speaks.
< Remote?
> yes
< Remote yes.
< apple?`},
		{"free text does not go to a run in the background", `
* remote.begun
> what now
< Here is what I can help with:
? The apple | The pear | The plum | The stone
! runs remote:rest`},
		{"cancelling ends the run on top alone", `
> the apple
< apple?
> the pear
< pear?
> cancel
< Done, I've left that.
< apple?
! end cancelled
! runs apple:ask_word`},
		{"the time-out of a covered question waits until the contact is silent", `
> the apple
< apple?
+ 5m
> the pear
< pear?
+ 6m
> b
< Sorry, I did not understand that.
< pear?
! runs apple:ask_word pear:ask_word`},
		{"a question is not asked again when a run ends that said nothing to ask", `
> the apple
< apple?
= GET /remote 200 {}
* remote.begun
! runs apple:ask_word remote:rest
* remote.call
< Remote found it.
! runs apple:ask_word
> a1
< apple a1.`},
	}
	c := catalog(t, quiz("apple", ""), quiz("pear", ""), quiz("plum", ""), quiz("stone", "interruptible: false"), remote)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			talk(t, c, tt.script)
		})
	}
}

func TestAFlowThatMayNotBeInterrupted(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, script string }{
		{"a phrase of another flow is a wrong answer", `
> the stone
< stone?
> the pear
< Sorry, I did not understand that.
< stone?
! runs stone:ask_word`},
		{"an event waits until it is done", `
> the stone
< stone?
* pear.begun
! event deferred
! runs stone:ask_word
> a1
< stone a1.
< pear?
! runs pear:ask_word`},
		{"a time-out of another run waits until it is done", `
* remote.begun
+ 55m
> the stone
< stone?
+ 5m
! runs remote:rest stone:ask_word
> a1
< stone a1.
< Remote speaks.
< Remote?`},
		{"what waited happens in the order in which it came", `
* remote.begun
+ 55m
> the stone
< stone?
* pear.begun
! event deferred
+ 5m
* plum.begun
! event deferred
> a1
< stone a1.
< pear?
< Remote speaks.
< Remote?
< plum?
! runs remote:asks pear:ask_word plum:ask_word`},
		{"its own time-out ends it, and what waited follows", `
> the stone
< stone?
* pear.begun
+ 10m
< stone is late.
< pear?`},
		{"it may be cancelled, and a person may be asked for", `
> the stone
< stone?
* pear.begun
> cancel
< Done, I've left that.
< pear?
> the stone
< stone?
> talk to a person
< I'll bring in a colleague. One moment, please.
! handoff queue=general reason="asked"
! owner queue`},
		{"what waited still waits while people have the conversation", `
> the stone
< stone?
* pear.begun
~ Hi, it's us
! owner phone
+ 30m
! runs stone:ask_word
> a1
< stone a1.
< pear?`},
	}
	c := catalog(t, quiz("apple", ""), quiz("pear", ""), quiz("plum", ""), quiz("stone", "interruptible: false"), remote)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			talk(t, c, tt.script)
		})
	}
}

func TestTheEndOfACallOfAnotherRunWaitsForAFlowThatMayNotBeInterrupted(t *testing.T) {
	t.Parallel()
	c := catalog(t, quiz("stone", "interruptible: false"), remote)
	conv := begin(c).Conv
	conv, _ = step(t, c, conv, business("remote.begun", "", nil))
	conv, _ = step(t, c, conv, business("remote.call", "", nil))
	call := conv.Runs[0].CallID
	conv, _ = step(t, c, conv, message("the stone"))
	conv, out := step(t, c, conv, answered(call, 200))
	if texts(out) != "" || !hasTrace(out, "deferred") {
		t.Fatalf("the call of another run interrupted: %q", texts(out))
	}
	if conv, _ = step(t, c, conv, answered(call, 200)); len(conv.Deferred) != 1 {
		t.Errorf("the same end of a call waits %d times", len(conv.Deferred))
	}
	_, out = step(t, c, conv, message("a1"))
	if got := texts(out); got != "stone a1. | Remote found it." {
		t.Errorf("got %q", got)
	}
}

// TestACallInTheBackgroundDoesNotHoldUpTheQuestionInFocus: only the call of the run in focus makes the contact wait.
func TestACallInTheBackgroundDoesNotHoldUpTheQuestionInFocus(t *testing.T) {
	t.Parallel()
	c := catalog(t, quiz("apple", ""), remote)
	conv := begin(c).Conv
	conv, _ = step(t, c, conv, message("the apple"))
	conv, _ = step(t, c, conv, business("remote.begun", "", nil))
	conv, _ = step(t, c, conv, business("remote.call", "", nil))
	call := conv.Runs[1].CallID
	conv, out := step(t, c, conv, message("nope"))
	if got := texts(out); !strings.HasSuffix(got, "apple?") || len(conv.Deferred) != 0 {
		t.Errorf("got %q with %d deferred", got, len(conv.Deferred))
	}
	conv, out = step(t, c, conv, answered(call, 200))
	if got := texts(out); got != "Remote found it." || conv.InFocus().Flow != "apple" {
		t.Errorf("got %q", got)
	}
}

func TestTwoQuickMessagesAreTwoTurnsInOrder(t *testing.T) {
	t.Parallel()
	c := catalog(t, desk)
	conv, call := calling(t, c)
	conv, _ = step(t, c, conv, message("one"))
	conv, _ = step(t, c, conv, message("look it up"))
	conv, out := step(t, c, conv, answered(call, 200))
	if got := texts(out); got != "Found a chair | And now? | Bye after one" || len(conv.Deferred) != 0 {
		t.Errorf("got %q with %d deferred", got, len(conv.Deferred))
	}
	if len(conv.Runs) != 1 || conv.Runs[0].State != "look" {
		t.Errorf("the second message did not start a new run: %+v", conv.Runs)
	}
}

func business(name, key string, data map[string]any) engine.Event {
	return engine.Event{ID: "b", Kind: engine.EventBusiness, At: start, Business: &engine.BusinessEvent{Name: name, Key: key, Data: data}}
}

// caller runs another flow, the other one a third.
const callerFlow = `
flow: caller
title: {en: Caller}
languages: [en]
triggers:
  - phrases: {en: [the caller]}
slots: {result: {type: object}, note: {type: text}, sum: {type: number}}
on: {sum.changed: changed}
initial: sums
states:
  sums: {set: {sum: 30}, goto: runs}
  runs:
    run: {flow: payer, with: {amount: sum + 12}, save: result}
    on: {paid: paid, cancelled: cancelled, ended: otherwise}
    after: {2d: too_late}
  paid: {say: "Paid with {{ result.reference }}.", end: paid}
  cancelled: {say: "Then not.", end: not}
  otherwise: {say: "It ended as {{ result.outcome }}.", goto: asks}
  asks:
    ask: note
    say: Caller?
    on: {answered: noted, exhausted: noted}
  noted: {say: "Noted {{ note }}.", end: noted}
  changed: {say: The sum has changed., end: changed}
  too_late: {say: Two days are over., end: late}
`

const payerFlow = `
flow: payer
title: {en: Payer}
languages: [en]
params: [amount]
returns: [reference]
slots: {amount: {type: number}, reference: {type: text}, secret: {type: text}}
initial: asks
states:
  asks:
    ask: how
    say: "Pay {{ amount }}?"
    choices: {now: Now, later: Later, never: Never, person: A colleague, chain: Another flow}
    on: {now: paid, later: rests, never: refused, person: people, chain: chains, exhausted: refused}
    after: {10m: refused}
  chains:
    run: third
    on: {ended: refused}
  rests:
    wait: {for: 30h}
    on: {elapsed: asks, now: paid}
  paid: {set: {reference: "'R1'", secret: "'s'"}, end: paid}
  refused: {end: refused}
  people:
    handoff: {queue: vip, outcomes: [resolved, paid]}
    on: {resolved: refused, paid: paid}
`

func TestRunsOfOtherFlows(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, script string }{
		{"params go in, returns come out, the outcome decides", `
> the caller
< Pay 42?
? Now | Later | Never | A colleague | Another flow
! runs caller:runs payer:asks
> [Now]
< Paid with R1.
! owner closed`},
		{"an outcome without a way of its own is ended", `
> the caller
< Pay 42?
? Now | Later | Never | A colleague | Another flow
> never
< It ended as refused.
< Caller?
$ result = {"outcome":"refused"}`},
		{"cancelling a flow that another one runs tells that one", `
> the caller
< Pay 42?
? Now | Later | Never | A colleague | Another flow
> cancel
< Done, I've left that.
< Then not.
! owner closed`},
		{"a time-out of the one that waits ends the other", `
> the caller
< Pay 42?
? Now | Later | Never | A colleague | Another flow
> later
! runs caller:runs payer:rests
+ 30h
< Pay 42?
? Now | Later | Never | A colleague | Another flow
> later
+ 18h
< Two days are over.
! owner closed`},
		{"an event for the one that waits ends the other", `
> the caller
< Pay 42?
? Now | Later | Never | A colleague | Another flow
* sum.changed
< The sum has changed.
! owner closed`},
		{"an old button pressed while the other one waits", `
> the caller
< Pay 42?
? Now | Later | Never | A colleague | Another flow
> later
> [Now]
< Paid with R1.
! owner closed`},
		{"what a family covered is asked again when the inner one goes to the background", `
> the apple
< apple?
> the caller
< Pay 42?
? Now | Later | Never | A colleague | Another flow
> later
< apple?
! runs apple:ask_word caller:runs payer:rests
> a1
< apple a1.
! runs caller:runs payer:rests
+ 30h
< Pay 42?
? Now | Later | Never | A colleague | Another flow`},
		{"what a family covered is asked again when the outer one ends", `
> the apple
< apple?
> the caller
< Pay 42?
? Now | Later | Never | A colleague | Another flow
> now
< Paid with R1.
< apple?`},
		{"an event that ends a family asks again what it covered, after its own words", `
> the apple
< apple?
> the caller
< Pay 42?
? Now | Later | Never | A colleague | Another flow
* sum.changed
< The sum has changed.
< apple?`},
		{"people in the inner flow", `
> the caller
< Pay 42?
? Now | Later | Never | A colleague | Another flow
> 4
! handoff queue=vip reason="person"
& ana claim
& ana close paid
< Paid with R1.
! owner closed`},
		{"three flows deep, cancelled in the innermost", `
> the caller
< Pay 42?
? Now | Later | Never | A colleague | Another flow
> 5
< third?
! runs caller:runs payer:chains third:ask_word
> cancel
< Done, I've left that.
< It ended as refused.
< Caller?`},
		{"a digression from the inner flow comes back to it", `
> the caller
< Pay 42?
? Now | Later | Never | A colleague | Another flow
> the apple
< apple?
> a1
< apple a1.
< Pay 42?
? Now | Later | Never | A colleague | Another flow`},
		{"opting out ends all of them at once", `
> the caller
< Pay 42?
? Now | Later | Never | A colleague | Another flow
> stop
< Done. You won't get any more messages from us. If you change your mind, just write START.
! runs -
! owner closed
+ 3d
! runs -`},
	}
	c := catalog(t, callerFlow, payerFlow, quiz("third", ""), quiz("apple", ""))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			talk(t, c, tt.script)
		})
	}
}

func TestAFlowThatIsNotPublishedCanNotBeRun(t *testing.T) {
	t.Parallel()
	talk(t, catalog(t, callerFlow), `
> the caller
! script_failed
< Sorry, something went wrong on my side. I'll bring in a colleague.
! handoff queue=general reason="script_failed"
! summary script_failed: run payer: no such flow is published
`)
}

// TestPrivateSlotsStayInside: only what a flow returns reaches the one that ran it.
func TestPrivateSlotsStayInside(t *testing.T) {
	t.Parallel()
	s := begin(catalog(t, strings.Replace(callerFlow, `paid: {say: "Paid with {{ result.reference }}.", end: paid}`, "paid: {goto: asks}", 1), payerFlow))
	must(t, s, "> the caller", "> now")
	result, _ := s.Conv.Runs[0].Slots["result"].(map[string]any)
	if len(result) != 2 || result["outcome"] != "paid" || result["reference"] != "R1" {
		t.Errorf("got %v", result)
	}
}

// TestAdoption: a run whose version is gone goes on in the current one, in the state that took the place of its own.
func TestAdoption(t *testing.T) {
	t.Parallel()
	const before = `
flow: trip
title: {en: Trip}
languages: [en]
triggers:
  - phrases: {en: [trip]}
slots: {word: {type: text}}
initial: asks
states:
  asks:
    ask: word
    say: Where to?
    choices: {sea: The sea, hills: The hills}
    on: {sea: over, hills: over, exhausted: over}
    after: {1h: over}
  over: {end: over}
`
	renamed := strings.NewReplacer("  asks:", "  asks_where:", "initial: asks", "initial: asks_where\nrenamed: {asks: asks_where}", "{1h: over}", "{2h: sorry}",
		"  over: {end: over}", "  over: {say: \"New: {{ how ?? word }}\", end: over}\n  sorry: {say: Too late., end: late}", "ask: word", "ask: how").Replace(before)
	gone := strings.NewReplacer("  asks:", "  other:", "initial: asks", "initial: other").Replace(before)
	moved := func(t *testing.T, to string) (*engine.Catalog, engine.Conversation) {
		t.Helper()
		s := begin(catalog(t, before))
		must(t, s, "> trip")
		return catalog(t, to), s.Conv
	}
	press := engine.Event{ID: "m2", Kind: engine.EventMessage, At: start.Add(time.Minute), Message: &engine.Message{Kind: engine.MessageButton, Text: "The sea", Payload: "run/r1/asks/sea"}}

	t.Run("in the state of the new name, by a button with the old one", func(t *testing.T) {
		t.Parallel()
		c, conv := moved(t, renamed)
		_, out := step(t, c, conv, press)
		if got := texts(out); got != "New: sea" || !hasTrace(out, "adopted") {
			t.Errorf("got %q", got)
		}
	})
	t.Run("by words", func(t *testing.T) {
		t.Parallel()
		c, conv := moved(t, renamed)
		if _, out := step(t, c, conv, message("the hills")); texts(out) != "New: hills" {
			t.Errorf("got %q", texts(out))
		}
	})
	t.Run("a time-out that the new version does not have starts the new ones", func(t *testing.T) {
		t.Parallel()
		c, conv := moved(t, renamed)
		due := conv.Runs[0].Timers[0]
		conv, out := step(t, c, conv, engine.Event{ID: "t", Kind: engine.EventTimer, At: due.Due, Timer: &due})
		if texts(out) != "" || len(conv.Runs) != 1 || len(conv.Runs[0].Timers) != 1 || !conv.Runs[0].Timers[0].Due.Equal(due.Due.Add(2*time.Hour)) {
			t.Fatalf("got %q, %+v", texts(out), conv.Runs)
		}
		due = conv.Runs[0].Timers[0]
		if _, out = step(t, c, conv, engine.Event{ID: "t", Kind: engine.EventTimer, At: due.Due, Timer: &due}); texts(out) != "Too late." {
			t.Errorf("got %q", texts(out))
		}
	})
	t.Run("without such a state people take over", func(t *testing.T) {
		t.Parallel()
		c, conv := moved(t, gone)
		conv, out := step(t, c, conv, message("the hills"))
		i := slices.IndexFunc(out, func(e engine.Effect) bool { return e.Kind == engine.EffectHandoff })
		if i < 0 || out[i].Handoff.Reason != "version_missing" || conv.Owner.Kind != engine.OwnerQueue {
			t.Errorf("got %q, owner %s", texts(out), conv.Owner)
		}
	})
	t.Run("a version that is kept goes on as it was", func(t *testing.T) {
		t.Parallel()
		s := begin(catalog(t, before))
		must(t, s, "> trip")
		o := options(t, machine(t, "new.yaml", renamed))
		o.Old = s.Catalog.Current
		if _, out := step(t, engine.NewCatalog(o), s.Conv, message("the hills")); texts(out) != "" || hasTrace(out, "adopted") {
			t.Errorf("got %q", texts(out))
		}
	})
}

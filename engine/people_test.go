package engine_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"relevo/engine"
	"relevo/flows/flowtest"
)

// desks hands over, apologises, and reacts to every end of a handoff.
const desks = `
flow: desks
title: {en: Desks}
languages: [en]
triggers:
  - phrases: {en: [complain]}
slots:
  word: {type: text}
initial: hand_over
states:
  hand_over:
    handoff: {queue: orders, priority: high, say: One moment., summary: "About {{ word ?? \"nothing\" }}", outcomes: [resolved, refund]}
    on: {resolved: over, refund: refund, unavailable: ask_word, abandoned: gone}
    after: {5m: sorry}
  sorry:
    handoff: {queue: vip, say: Sorry for the wait., outcomes: [resolved, refund]}
    on: {resolved: over, refund: refund, abandoned: gone}
    after: {1h: ask_word}
  ask_word:
    ask: word
    say: What is it about?
    on: {answered: hand_over_anyway, exhausted: over}
    after: {2h: over}
  hand_over_anyway:
    handoff: {queue: orders, summary: "{{ word }}", outcomes: [resolved]}
    on: {resolved: over}
  refund: {say: The money is on its way., end: refunded}
  gone: {say: We talked on the phone., end: abandoned}
  over: {say: Goodbye., end: resolved}
`

func TestHandoffs(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, script string }{
		{"the flow goes on at the outcome", `
> complain
< One moment.
! handoff queue=orders reason="flow"
! summary About nothing
& ana claim
! owner agent:ana
& ana: Hello!
& ana close refund
< The money is on its way.
! end refunded
! owner closed`},
		{"the bot is silent while the contact waits and talks", `
> complain
< One moment.
! handoff queue=orders reason="flow"
> hello?
! owner queue
& ana claim
> finally
> complain
! owner agent:ana`},
		{"a closed queue goes its own way, and a second one waits until it opens", `
> complain
< What is it about?
> my bike
! handoff queue=orders reason="unavailable"
! summary my bike
! owner queue`},
		{"a time-out in the queue asks in another queue", `
> complain
< One moment.
! handoff queue=orders reason="flow"
+ 5m
< Sorry for the wait.
! handoff queue=vip reason="after:5m0s"
! owner queue`},
		{"a time-out that leads to a question takes the chat back", `
> complain
< One moment.
! handoff queue=orders reason="flow"
+ 5m
< Sorry for the wait.
! handoff queue=vip reason="after:5m0s"
+ 1h
< What is it about?
! owner bot`},
		{"a human agent who took the chat stops the time-outs of waiting", `
> complain
< One moment.
! handoff queue=orders reason="flow"
& ana claim
+ 2h
! owner agent:ana`},
		{"a chat that is given back waits anew, with its time-outs", `
> complain
< One moment.
! handoff queue=orders reason="flow"
& ana claim
+ 1h
& ana release
! owner queue
+ 5m
< Sorry for the wait.
! handoff queue=vip reason="after:5m0s"`},
		{"an answer from the phone takes the conversation until it is quiet", `
> complain
< One moment.
! handoff queue=orders reason="flow"
~ Hi, it's us
! owner phone
+ 29m
> hello
+ 29m
! owner phone
+ 1m
< We talked on the phone.
! end abandoned
! owner closed`},
		{"an answer from the phone takes the chat from its human agent", `
> complain
< One moment.
! handoff queue=orders reason="flow"
& ana claim
~ Hi, it's us
! owner phone
& ana: Hello?
! refused no_chat: held by phone: nothing is handed over`},
		{"a phone that writes first, without a flow, gives back to nobody", `
~ Hi, it's us
! owner phone
+ 30m
! owner closed`},
	}
	c := catalog(t, desks)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			script := tt.script
			if strings.HasPrefix(tt.name, "a closed queue") {
				script = "queue orders closed\n" + strings.TrimLeft(script, "\n")
			}
			talk(t, c, script)
		})
	}
}

func TestAnApologyKeepsThePlace(t *testing.T) {
	t.Parallel()
	s := begin(catalog(t, desks))
	first := effects(must(t, s, "> complain"), engine.EffectHandoff)[0].Handoff
	turns := must(t, s, "+ 5m")
	second := effects(turns, engine.EffectHandoff)[0].Handoff
	if second.Chat != first.Chat || !second.Since.Equal(first.Since) || second.Queue != "vip" {
		t.Errorf("got chat %s since %s in %s, want %s since %s", second.Chat, second.Since, second.Queue, first.Chat, first.Since)
	}
	if s.Conv.Chat.ID != first.Chat || len(effects(turns, engine.EffectChat)) != 0 {
		t.Error("the chat was withdrawn or replaced")
	}
	turns = must(t, s, "+ 1h")
	changes := effects(turns, engine.EffectChat)
	if len(changes) != 1 || changes[0].Chat.Verb != engine.ChatWithdrawn || changes[0].Chat.Chat != first.Chat || s.Conv.Chat != nil {
		t.Errorf("a chat that its flow left was not withdrawn: %+v", changes)
	}
}

func TestThePacketTellsEverything(t *testing.T) {
	t.Parallel()
	c := catalog(t, shop)
	s := begin(c)
	turns := must(t, s, "> buy", "> AB1234", "> purple", "> purple", "> purple")
	p := effects(turns, engine.EffectHandoff)[0].Handoff
	if p.Reason != "exhausted" || p.Flow != "shop" || p.Title != "Buy something" || p.State != "people" || p.Slots["code"] != "AB1234" ||
		strings.Join(p.Path, " ") != "ask_code ask_size people" || p.Language != "en" || p.Priority != engine.PriorityNormal {
		t.Errorf("got %+v", p)
	}
}

func agentEvent(verb engine.AgentVerb, agent string, epoch int64, text string) engine.Event {
	a := engine.AgentAction{Verb: verb, Agent: agent, Epoch: epoch}
	if verb == engine.AgentClose {
		a.Outcome = text
	} else {
		a.Text = text
	}
	return engine.Event{ID: "a", Kind: engine.EventAgent, At: start, Agent: &a}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	c := catalog(t, desks)
	waiting := begin(c)
	must(t, waiting, "> complain")
	taken := begin(c)
	must(t, taken, "> complain", "& ana claim")
	closed := begin(c).Conv
	tests := []struct {
		name string
		conv engine.Conversation
		ev   engine.Event
		want string
	}{
		{"a conversation that nobody handed over can not be claimed", closed, agentEvent(engine.AgentClaim, "ana", 0, ""), engine.RefusedNoChat},
		{"a chat can not be claimed twice", taken.Conv, agentEvent(engine.AgentClaim, "ben", 0, ""), engine.RefusedNotOwner},
		{"a claim decided under an older epoch", waiting.Conv, agentEvent(engine.AgentClaim, "ana", 1, ""), engine.RefusedStaleEpoch},
		{"a reply without a claim", waiting.Conv, agentEvent(engine.AgentReply, "ana", 0, "Hello"), engine.RefusedNotOwner},
		{"a reply to a colleague's chat", taken.Conv, agentEvent(engine.AgentReply, "ben", 0, "Hello"), engine.RefusedNotOwner},
		{"a reply decided under an older epoch", taken.Conv, agentEvent(engine.AgentReply, "ana", taken.Conv.Epoch-1, "Hello"), engine.RefusedStaleEpoch},
		{"an empty reply", taken.Conv, agentEvent(engine.AgentReply, "ana", 0, " \n"), engine.RefusedBadText},
		{"a reply that is too long", taken.Conv, agentEvent(engine.AgentReply, "ana", 0, strings.Repeat("ñ", engine.MaxReplyRunes+1)), engine.RefusedBadText},
		{"an empty note", taken.Conv, agentEvent(engine.AgentNote, "ben", 0, ""), engine.RefusedBadText},
		{"a release by somebody else", taken.Conv, agentEvent(engine.AgentRelease, "ben", 0, ""), engine.RefusedNotOwner},
		{"an outcome that the flow does not know", taken.Conv, agentEvent(engine.AgentClose, "ana", 0, "sold"), engine.RefusedBadOutcome},
		{"a verb that does not exist", taken.Conv, agentEvent("dance", "ana", 0, ""), engine.RefusedNotOwner},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			next, out, err := c.Step(tt.conv, tt.ev)
			var refusal *engine.Refusal
			if !errors.As(err, &refusal) || refusal.Code != tt.want || refusal.Owner != tt.conv.Owner {
				t.Fatalf("got %v, want %s", err, tt.want)
			}
			if len(out) != 0 || next.Seq != tt.conv.Seq || !strings.HasPrefix(err.Error(), tt.want+": held by ") {
				t.Errorf("a refused action changed something: %d effects, %q", len(out), err)
			}
		})
	}
}

func TestEpochsAndTheFence(t *testing.T) {
	t.Parallel()
	s := begin(catalog(t, desks))
	check := func(owner string, epoch, fence int64) {
		t.Helper()
		if s.Conv.Owner.String() != owner || s.Conv.Epoch != epoch || s.Conv.Fence != fence {
			t.Errorf("got %s, epoch %d, fence %d; want %s, %d, %d", s.Conv.Owner, s.Conv.Epoch, s.Conv.Fence, owner, epoch, fence)
		}
	}
	must(t, s, "> complain")
	check("queue", 2, 0)
	must(t, s, "& ana claim")
	check("agent:ana", 3, 3)
	reply := effects(must(t, s, "& ana: Hello"), engine.EffectSend)[0].Send
	if reply.Origin != engine.OriginAgent || reply.Epoch != 3 || reply.Author != "ana" {
		t.Errorf("got %+v", reply)
	}
	if turns := must(t, s, "& ben note: a regular"); len(effects(turns, engine.EffectSend)) != 0 || len(effects(turns, engine.EffectNote)) != 1 {
		t.Error("a note was sent")
	}
	check("agent:ana", 3, 3)
	must(t, s, "& ana release")
	check("queue", 4, 3)
	must(t, s, "& ben claim")
	check("agent:ben", 5, 5)
	must(t, s, "~ Hi")
	check("phone", 6, 6)
	must(t, s, "+ 30m")
	check("closed", 8, 6)
	if parsed := engine.ParseOwner("agent:ben"); parsed != (engine.Owner{Kind: engine.OwnerAgent, Agent: "ben"}) {
		t.Errorf("got %+v", parsed)
	}
}

func TestTheLeaseIsOfTheLastMessage(t *testing.T) {
	t.Parallel()
	o := options(t, machine(t, "desks.yaml", desks))
	o.Lease = 10 * time.Minute
	s := begin(engine.NewCatalog(o))
	must(t, s, "~ Hi")
	stale := *s.Conv.Lease
	must(t, s, "+ 9m", "~ Still here")
	if due := s.Conv.Lease.Due; !due.Equal(start.Add(19 * time.Minute)) {
		t.Errorf("due at %s", due)
	}
	if conv, out := step(t, s.Catalog, s.Conv, engine.Event{ID: "l", Kind: engine.EventTimer, At: stale.Due, Timer: &stale}); conv.Owner.Kind != engine.OwnerPhone || !hasTrace(out, "stale_timer") {
		t.Error("an older lease ended the newer one")
	}
}

func TestEchoesThatAreNoMessages(t *testing.T) {
	t.Parallel()
	c := catalog(t, desks)
	for _, kind := range []engine.MessageKind{engine.MessageEdit, engine.MessageRevoke, engine.MessageReaction, engine.MessageHistory, engine.MessageSystem} {
		ev := engine.Event{ID: "e", Kind: engine.EventEcho, At: start, Echo: &engine.Message{Kind: kind}}
		if conv, _ := step(t, c, begin(c).Conv, ev); conv.Owner.Kind != engine.OwnerClosed {
			t.Errorf("%s: owner %s", kind, conv.Owner)
		}
	}
}

// TestTimeOutsOfAnotherRunWaitForPeople: a question in the background may neither be asked while people have the conversation, nor be
// forgotten for it.
func TestTimeOutsOfAnotherRunWaitForPeople(t *testing.T) {
	t.Parallel()
	const quiz = `
flow: quiz
title: {en: Quiz}
languages: [en]
triggers:
  - phrases: {en: [quiz]}
slots: {word: {type: text}}
initial: ask_word
states:
  ask_word:
    ask: word
    say: A word?
    on: {answered: over, exhausted: over}
    after: {10m: over}
  over: {say: The quiz is over., end: over}
`
	for name, take := range map[string][]string{
		"in the queue": {"+ 20m", "& ana claim"}, "at a desk": {"& ana claim", "+ 20m"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(catalog(t, quiz, strings.Replace(told, "{sure: over, exhausted: over}", "{sure: people, exhausted: over}", 1)+`
  people:
    handoff: {queue: vip, outcomes: [resolved]}
    on: {resolved: over}
`))
			must(t, s, "> quiz", "* shop.told", "> [Sure]")
			if s.Conv.Owner.Kind != engine.OwnerQueue {
				t.Fatalf("owner %s", s.Conv.Owner)
			}
			for _, line := range take {
				if got := said(must(t, s, line)); len(got) != 0 {
					t.Errorf("%s: the bot said %q", line, got)
				}
			}
			s.Conv.Focus = nil // so that the end of the other run does not ask the question again
			must(t, s, "& ana close resolved")
			if got := said(must(t, s, "+ 10m")); len(got) != 1 || got[0] != "The quiz is over." {
				t.Errorf("the time-out was forgotten: %q", got)
			}
		})
	}
}

func TestUnavailableWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	o := options(t, machine(t, "shop.yaml", shop))
	o.QueueOpen = func(string, time.Time) bool { return false }
	s := flowtest.New(engine.NewCatalog(o), start)
	turns := must(t, s, "> agent")
	got := strings.Join(said(turns), " | ")
	if !strings.Contains(got, "Nobody is free right now") || s.Conv.Owner.Kind != engine.OwnerQueue {
		t.Errorf("got %q, owner %s", got, s.Conv.Owner)
	}
}

func TestMessagesReadByPeopleAreNotAnsweredLater(t *testing.T) {
	t.Parallel()
	c := catalog(t, strings.Replace(desk, "broken: {say: It is broken., goto: rest}", "broken: {goto: people}", 1)+`
  people:
    handoff: {queue: vip, outcomes: [resolved]}
    on: {resolved: rest}
`)
	conv, call := calling(t, c)
	conv, _ = step(t, c, conv, message("purple"))
	conv, _ = step(t, c, conv, engine.Event{ID: call, Kind: engine.EventCall, At: start, Call: &engine.CallResult{Effect: call, Error: "timeout"}})
	conv, _ = step(t, c, conv, agentEvent(engine.AgentClaim, "ana", 0, ""))
	_, out := step(t, c, conv, agentEvent(engine.AgentClose, "ana", 0, "resolved"))
	if got := texts(out); got != "And now?" {
		t.Errorf("got %q", got)
	}
}

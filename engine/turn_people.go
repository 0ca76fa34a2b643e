package engine

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// handOver carries out a handoff state.
func (t *turn) handOver(m *Machine, r *Run, st *state) error {
	h := st.handoff
	if t.catalog.QueueOpen != nil && !t.catalog.QueueOpen(h.queue, t.now()) {
		id := r.ID
		if t.raise(r, EventNameUnavailable) {
			return nil
		}
		r = t.conv.Run(id)
	}
	text, err := t.text(m, r, h.say)
	if err != nil {
		return err
	}
	summary := ""
	if h.summary != nil {
		if summary, _, err = h.summary.render(t.env(m, r)); err != nil {
			return err
		}
	}
	t.send(r, Outgoing{Kind: OutgoingText, Text: text})
	t.settled(r)
	t.queue(r, HandoffPacket{Queue: h.queue, Priority: h.priority, Reason: t.reason(r), Summary: summary, Outcomes: h.outcomes})
	t.arm(r, st)
	return nil
}

// ReasonAsked is the reason of a handoff that the contact asked for.
const ReasonAsked = "asked"

// reason says in a word why a flow hands over: what failed, else the event or state that led here.
func (t *turn) reason(r *Run) string {
	switch {
	case t.via == EventNameAgent:
		return ReasonAsked
	case strings.HasPrefix(r.Failed, "call "):
		return "call_failed"
	case t.via == "":
		return "flow"
	}
	return t.via
}

// queue puts the conversation into a queue. A chat that was left in this turn goes on with its waiting time. r may be nil.
func (t *turn) queue(r *Run, p HandoffPacket) {
	chat := Chat{Queue: p.Queue, Since: t.now(), Outcomes: p.Outcomes}
	if t.leaving != nil {
		chat.ID, chat.Since = t.leaving.ID, t.leaving.Since
		t.leaving = nil
	} else {
		chat.ID = EffectID(t.conv.ID, t.conv.Seq, len(t.effects))
	}
	p.Chat, p.Since, p.Language = chat.ID, chat.Since, t.language()
	e := Effect{Kind: EffectHandoff, Handoff: &p}
	if r != nil {
		r.Wait = WaitHandoff
		t.focus(r)
		r.Speaks = true // people will: what it covers is asked again afterwards
		chat.Run, e.Run = r.ID, r.ID
		p.Flow, p.State, p.Failed = r.Flow, r.State, r.Failed
		p.Path, p.Slots = slices.Clone(r.Path), maps.Clone(r.Slots)
		if m := t.catalog.Machine(r.Version); m != nil {
			p.Title = m.Title(t.language())
		}
	}
	t.emit(e)
	t.conv.Chat = &chat
	t.own(Owner{Kind: OwnerQueue}, p.Reason)
}

// giveUp hands over what no flow handles: to the default queue, with the reason. r may be nil when no run is concerned.
func (t *turn) giveUp(r *Run, why string, text TextKey) {
	if t.conv.Chat != nil && t.conv.Owner.Kind != OwnerBot {
		return // people have it already
	}
	if r != nil {
		t.leave(r)
		if r.Failed == "" {
			r.Failed = why
		}
	}
	if text != "" {
		t.say(r, text)
	}
	if t.catalog.QueueOpen != nil && !t.catalog.QueueOpen(t.catalog.DefaultQueue, t.now()) {
		t.say(r, TextUnavailable)
	}
	p := HandoffPacket{Queue: t.catalog.DefaultQueue, Priority: PriorityNormal, Reason: why, Outcomes: []string{OutcomeResolved}}
	if r != nil && r.Failed != why {
		p.Summary = r.Failed // what went wrong, and where: no flow wrote a summary
	}
	t.queue(r, p)
}

// OutcomeResolved is the outcome of a handoff that no flow wrote.
const OutcomeResolved = "resolved"

// OutcomeAbandoned ends a run whose chat ended without an outcome.
const OutcomeAbandoned = "abandoned"

// withdraw takes back a chat that its flow has left without handing over again.
func (t *turn) withdraw() {
	if t.leaving == nil {
		return
	}
	t.emit(Effect{Kind: EffectChat, Chat: &ChatChange{Chat: t.leaving.ID, Verb: ChatWithdrawn, Reason: "the flow went on", At: t.now()}})
	t.leaving = nil
}

// agent takes an action of a human agent, or refuses it.
func (t *turn) agent(a AgentAction) error {
	if a.Verb == AgentNote {
		return t.note(a)
	}
	if a.Epoch != 0 && a.Epoch != t.conv.Epoch {
		return t.refuse(RefusedStaleEpoch, fmt.Sprintf("the conversation is at epoch %d, the action at %d", t.conv.Epoch, a.Epoch))
	}
	if t.conv.Chat == nil {
		return t.refuse(RefusedNoChat, "nothing is handed over")
	}
	mine := Owner{Kind: OwnerAgent, Agent: a.Agent}
	if a.Verb == AgentClaim {
		if t.conv.Owner.Kind != OwnerQueue {
			return t.refuse(RefusedNotOwner, "the chat is not waiting any more")
		}
		t.claim(a, mine)
		return nil
	}
	if t.conv.Owner != mine {
		return t.refuse(RefusedNotOwner, "claim the chat first")
	}
	switch a.Verb {
	case AgentReply:
		return t.reply(a)
	case AgentRelease:
		t.release(a)
		return nil
	case AgentClose:
		return t.close(a)
	default:
		return t.refuse(RefusedNotOwner, "there is no action "+string(a.Verb))
	}
}

func (t *turn) refuse(code, detail string) error {
	return &Refusal{Code: code, Owner: t.conv.Owner, Detail: detail}
}

func (t *turn) changeChat(verb ChatVerb, a AgentAction) {
	t.emit(Effect{Kind: EffectChat, Run: t.conv.Chat.Run, Chat: &ChatChange{
		Chat: t.conv.Chat.ID, Verb: verb, Agent: a.Agent, Outcome: a.Outcome, At: t.now(),
	}})
}

func (t *turn) claim(a AgentAction, mine Owner) {
	if r := t.conv.Run(t.conv.Chat.Run); r != nil {
		t.disarm(r) // its time-outs were for the wait
	}
	t.changeChat(ChatClaimed, a)
	t.own(mine, "claimed")
	if r := t.conv.Run(t.conv.Chat.Run); r != nil {
		t.raise(r, EventNameAccepted)
	}
}

func (t *turn) release(a AgentAction) {
	t.changeChat(ChatReleased, a)
	t.own(Owner{Kind: OwnerQueue}, "released")
	if r := t.conv.Run(t.conv.Chat.Run); r != nil {
		t.rearm(r)
	}
}

// rearm starts a run's time-outs anew, after people had the conversation. What a wait is for stays: it is over when it was to be, or now.
func (t *turn) rearm(r *Run) {
	m := t.machine(r)
	if m == nil || r.Wait == "" {
		return
	}
	var ends time.Time
	for _, armed := range r.Timers {
		if armed.Event == EventNameElapsed {
			ends = armed.Due
		}
	}
	t.disarm(r)
	r.Entry++
	t.arm(r, m.states[r.State])
	if ends.IsZero() {
		return
	}
	if ends.Before(t.now()) {
		ends = t.now()
	}
	t.armAt(r, EventNameElapsed, ends)
}

// rearmOverdue starts the time-outs anew that came due while people had the conversation.
func (t *turn) rearmOverdue() {
	for i := range t.conv.Runs {
		r := &t.conv.Runs[i]
		if slices.ContainsFunc(r.Timers, func(armed Timer) bool { return !armed.Due.After(t.now()) }) {
			t.rearm(r)
		}
	}
}

func (t *turn) reply(a AgentAction) error {
	if err := t.checkText(a.Text); err != nil {
		return err
	}
	t.emit(Effect{Kind: EffectSend, Send: &Send{
		Origin: OriginAgent, Author: a.Name, Epoch: t.conv.Epoch, Language: t.language(),
		Message: Outgoing{Kind: OutgoingText, Text: a.Text}, At: t.now(),
	}})
	return nil
}

func (t *turn) note(a AgentAction) error {
	if err := t.checkText(a.Text); err != nil {
		return err
	}
	t.emit(Effect{Kind: EffectNote, Note: &Note{Agent: a.Agent, Name: a.Name, Text: a.Text, At: t.now()}})
	return nil
}

func (t *turn) checkText(text string) error {
	if n := utf8.RuneCountInString(text); strings.TrimSpace(text) == "" || n > MaxReplyRunes {
		return t.refuse(RefusedBadText, fmt.Sprintf("a message has 1 to %d characters, this one has %d", MaxReplyRunes, n))
	}
	return nil
}

// close ends the chat. The run goes on at the state that on names for the outcome.
func (t *turn) close(a AgentAction) error {
	chat := *t.conv.Chat
	if !slices.Contains(chat.Outcomes, a.Outcome) {
		return t.refuse(RefusedBadOutcome, "the outcome must be one of "+strings.Join(chat.Outcomes, ", "))
	}
	t.changeChat(ChatClosed, a)
	t.conv.Chat = nil
	t.own(Owner{Kind: OwnerBot}, "closed: "+a.Outcome)
	t.resume(chat.Run, a.Outcome)
	return nil
}

// resume gives the end of a handoff to the run that asked for it.
func (t *turn) resume(id, outcome string) {
	if r := t.conv.Run(id); r != nil {
		r.Failed = ""
	}
	t.outcome(id, outcome)
}

// echo takes a message that a person wrote from the phone on the same number: the phone owns the conversation until it is quiet.
func (t *turn) echo(msg Message) {
	switch msg.Kind {
	case MessageEdit, MessageRevoke, MessageReaction, MessageSystem, MessageHistory:
		t.trace("recorded", string(msg.Kind))
		return
	}
	if chat := t.conv.Chat; chat != nil {
		t.emit(Effect{Kind: EffectChat, Run: chat.Run, Chat: &ChatChange{Chat: chat.ID, Verb: ChatWithdrawn, Reason: "answered from the phone", At: t.now()}})
		t.conv.Chat = nil
	}
	for i := range t.conv.Runs {
		if r := &t.conv.Runs[i]; r.Wait != WaitTime { // what waits for a time still waits for it
			t.disarm(r)
		}
	}
	t.own(Owner{Kind: OwnerPhone}, "answered from the phone")
	t.renewLease()
}

// renewLease starts the phone's quiet time anew.
func (t *turn) renewLease() {
	if t.conv.Lease != nil {
		t.emit(Effect{Kind: EffectCancelTimer, Timer: t.conv.Lease})
	}
	lease := Timer{ID: EffectID(t.conv.ID, t.conv.Seq, len(t.effects)), Due: t.now().Add(t.catalog.Lease), Event: "lease"}
	t.emit(Effect{Kind: EffectTimer, Timer: &lease})
	t.conv.Lease = &lease
}

// leaseEnded gives the conversation back after the phone was quiet.
func (t *turn) leaseEnded(due Timer) {
	if t.conv.Lease == nil || t.conv.Lease.ID != due.ID {
		t.trace("stale_timer", due.Event)
		return
	}
	t.conv.Lease = nil
	if t.now().Before(due.Due) { // the clock was set back
		t.renewLease()
		return
	}
	t.own(Owner{Kind: OwnerBot}, "the phone was quiet")
	for _, id := range t.byFocus() {
		r := t.conv.Run(id)
		switch {
		case r == nil:
		case r.Wait == WaitHandoff:
			t.resume(id, OutcomeAbandoned)
		default:
			t.rearm(r)
		}
	}
}

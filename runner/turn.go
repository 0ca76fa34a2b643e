package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"relevo/channel"
	"relevo/engine"
	"relevo/handoff"
	"relevo/store"
)

// turn takes one event: load, step, commit, then deliver. A turn that the store can not commit is tried again until it can, so that
// nothing that was acknowledged is lost; a human agent's action is answered with the error instead. One that the store can never keep ends in a
// handoff.
func (r *Runner) turn(conversation string, j job) result {
	for conflicts := 0; ; {
		res, err := r.try(r.ctx, conversation, j, r.step)
		if errors.Is(err, store.ErrTooLarge) {
			r.log.Error("turn is too large", "conversation", conversation, "event", j.event.Kind, "err", err)
			res, err = r.try(r.ctx, conversation, j, r.rescue)
		}
		var refusal *engine.Refusal
		switch {
		case err == nil:
			return res
		case r.ctx.Err() != nil:
			return result{err: ErrClosed}
		case errors.Is(err, store.ErrConflict) && conflicts < maxConflicts:
			conflicts++
			continue
		case errors.As(err, &refusal), j.done != nil, errors.Is(err, store.ErrNotFound):
			return result{err: err}
		}
		r.log.Error("turn failed, trying again", "conversation", conversation, "event", j.event.Kind, "err", err)
		select {
		case <-time.After(retryTurnAfter):
		case <-r.ctx.Done():
			return result{err: ErrClosed}
		}
	}
}

// stepper makes a conversation's next state.
type stepper func(engine.Conversation, engine.Event) (engine.Conversation, []engine.Effect, error)

func (r *Runner) try(ctx context.Context, conversation string, j job, step stepper) (result, error) {
	conv, _, err := r.store.Load(ctx, conversation)
	if err != nil {
		return result{}, fmt.Errorf("load conversation %s: %w", conversation, err)
	}
	next, effects, err := step(conv, j.event)
	if err != nil {
		return result{}, err
	}
	chats, err := r.chats(ctx, next, j.event, effects)
	if err != nil {
		return result{}, err
	}
	if takenOver(effects) {
		// No message of the bot may be on its way while a person takes over.
		release := r.deliver.hold(ctx, conversation)
		defer release()
	}
	err = r.store.Commit(ctx, store.Turn{
		Conversation: next, Event: j.event, Effects: effects, Chats: chats,
		Inbox: j.inbox, Timer: j.timer, Call: j.call,
	})
	if err != nil {
		return result{}, fmt.Errorf("commit turn %d of conversation %s: %w", next.Seq, conversation, err)
	}
	r.after(next, j.event, effects, chats)
	return result{conv: next, effects: effects}, nil
}

// step is Catalog.Step, with a way out for a mistake of ours: the conversation goes to people instead of being stuck for ever.
func (r *Runner) step(conv engine.Conversation, ev engine.Event) (next engine.Conversation, effects []engine.Effect, err error) {
	catalog := r.catalog.Load()
	defer func() {
		if p := recover(); p != nil {
			r.log.Error("step panicked", "conversation", conv.ID, "seq", conv.Seq, "event", ev.Kind, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			next, effects = catalog.Rescue(conv, ev, fmt.Sprint(p))
			err = nil
		}
	}()
	return catalog.Step(conv, ev)
}

// rescue hands over what can not be kept.
func (r *Runner) rescue(conv engine.Conversation, ev engine.Event) (engine.Conversation, []engine.Effect, error) {
	next, effects := r.catalog.Load().Rescue(conv, ev, "the turn was too large to be stored")
	return next, effects, nil
}

func takenOver(effects []engine.Effect) bool {
	for _, e := range effects {
		if e.Kind == engine.EffectOwner {
			to := engine.ParseOwner(e.Owner.To).Kind
			if to == engine.OwnerAgent || to == engine.OwnerPhone {
				return true
			}
		}
	}
	return false
}

// chatEvents maps what the engine says of a chat to its life cycle.
var chatEvents = map[engine.ChatVerb]handoff.Event{
	engine.ChatClaimed: handoff.Claim, engine.ChatReleased: handoff.Release,
	engine.ChatClosed: handoff.Close, engine.ChatWithdrawn: handoff.Withdraw,
}

var priorities = map[engine.Priority]int{engine.PriorityHigh: 2, engine.PriorityNormal: 1, engine.PriorityLow: 0}

// chats works out the new state of each chat that the effects touch.
func (r *Runner) chats(ctx context.Context, conv engine.Conversation, ev engine.Event, effects []engine.Effect) ([]handoff.Chat, error) {
	var out []handoff.Chat
	find := func(id string) (handoff.Chat, int, error) {
		for i, c := range out {
			if c.ID == id {
				return c, i, nil
			}
		}
		c, err := r.store.Chat(ctx, id)
		return c, -1, err
	}
	put := func(c handoff.Chat, at int) {
		if at < 0 {
			out = append(out, c)
		} else {
			out[at] = c
		}
	}
	for _, e := range effects {
		switch e.Kind {
		case engine.EffectHandoff:
			chat, at, err := find(e.Handoff.Chat)
			if errors.Is(err, store.ErrNotFound) {
				chat = handoff.Chat{
					ID: e.Handoff.Chat, Conversation: conv.ID, Channel: conv.Channel, Contact: conv.Contact.ID,
					ContactName: conv.Contact.Name, State: handoff.Queued, Since: e.Handoff.Since, LastMessage: conv.LastInbound,
				}
			} else if err != nil {
				return nil, fmt.Errorf("read chat %s: %w", e.Handoff.Chat, err)
			} else if chat, err = chat.Apply(handoff.Change{Event: handoff.Requeue, At: ev.At}); err != nil {
				return nil, err
			}
			packet, err := json.Marshal(e.Handoff)
			if err != nil {
				return nil, fmt.Errorf("encode the handoff packet: %w", err)
			}
			chat.Queue, chat.Priority, chat.Reason, chat.Packet = e.Handoff.Queue, priorities[e.Handoff.Priority], e.Handoff.Reason, packet
			put(chat, at)
		case engine.EffectChat:
			chat, at, err := find(e.Chat.Chat)
			if err != nil {
				return nil, fmt.Errorf("read chat %s: %w", e.Chat.Chat, err)
			}
			change := handoff.Change{Event: chatEvents[e.Chat.Verb], At: e.Chat.At, Agent: e.Chat.Agent, Outcome: e.Chat.Outcome}
			if ev.Agent != nil {
				change.AgentName = ev.Agent.Name
			}
			if chat, err = chat.Apply(change); err != nil {
				return nil, err
			}
			put(chat, at)
		}
	}
	return out, nil
}

// after is what follows a commit: deliver, arm, tell who watches.
func (r *Runner) after(conv engine.Conversation, ev engine.Event, effects []engine.Effect, chats []handoff.Chat) {
	for _, e := range effects {
		switch e.Kind {
		case engine.EffectSend, engine.EffectCall:
			r.deliver.take(store.OutboxRow{Effect: e, Conversation: conv.ID, Channel: conv.Channel})
		case engine.EffectTimer:
			r.timers.armed(e.Timer.Due)
		}
	}
	u := Update{
		Conversation: conv.ID, ContactName: conv.Contact.Name, Owner: conv.Owner, Seq: conv.Seq,
		Entries: entries(store.Record{Conversation: conv.ID, Seq: conv.Seq, At: ev.At, Event: ev, Effects: effects}, nil),
	}
	if len(chats) > 0 {
		u.Chat = &chats[len(chats)-1]
	}
	r.hub.publish(u)
}

// History returns a conversation's transcript after a turn.
func (r *Runner) History(ctx context.Context, conversation string, after int64) ([]channel.Entry, error) {
	deliveries, err := r.store.DeliveriesOf(ctx, conversation)
	if err != nil {
		return nil, fmt.Errorf("read the deliveries of %s: %w", conversation, err)
	}
	var out []channel.Entry
	for range maxHistory / historyPage {
		records, err := r.store.Journal(ctx, conversation, after, historyPage)
		if err != nil {
			return nil, fmt.Errorf("read the journal of %s: %w", conversation, err)
		}
		for _, rec := range records {
			out = append(out, entries(rec, deliveries)...)
		}
		if len(records) < historyPage {
			break
		}
		after = records[len(records)-1].Seq
	}
	return out, nil
}

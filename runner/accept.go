package runner

import (
	"context"
	"fmt"
	"strings"
	"time"

	"relevo/channel"
	"relevo/engine"
	"relevo/store"
)

// Accept stores what a channel received and posts it for its turns. When it returns nil, nothing of it can be lost.
func (r *Runner) Accept(ctx context.Context, d channel.Delivery) error {
	if err := r.admit(len(d.Inbound)); err != nil {
		return err
	}
	now := r.now().UTC()
	arrivals := make([]store.Arrival, 0, len(d.Inbound))
	var statuses []channel.Inbound
	for _, in := range d.Inbound {
		if in.Event.Kind == engine.EventStatus {
			statuses = append(statuses, in)
			continue
		}
		in.Event.At = now
		arrivals = append(arrivals, r.arrival(in))
	}
	kept := make([]store.Kept, 0, len(d.Kept))
	for _, k := range d.Kept {
		kept = append(kept, store.Kept{Channel: k.Channel, Kind: k.Kind, Detail: k.Detail, Body: k.Body, At: now})
	}
	if len(arrivals)+len(kept) > 0 {
		if _, err := r.take(ctx, arrivals, kept); err != nil {
			return err
		}
	}
	for _, s := range statuses {
		if err := r.status(ctx, s, now); err != nil {
			return err
		}
	}
	return nil
}

func (r *Runner) admit(n int) error {
	if r.ctx.Err() != nil {
		return ErrClosed
	}
	if r.mail.waiting()+n > MaxQueued {
		return ErrOverloaded
	}
	return nil
}

func (r *Runner) arrival(in channel.Inbound) store.Arrival {
	name := ""
	if in.Event.Message != nil {
		name = in.Event.Message.Name
	}
	return store.Arrival{
		Channel: in.Channel, DedupeKey: in.DedupeKey, Bucket: in.Bucket, Identities: in.Identities, Name: name,
		NewContact: r.newID(), NewConversation: r.newID(), Event: in.Event,
	}
}

// take stores arrivals and posts the new ones, in their order.
func (r *Runner) take(ctx context.Context, arrivals []store.Arrival, kept []store.Kept) ([]store.Accepted, error) {
	return r.takeAndTell(ctx, arrivals, kept, nil)
}

// takeAndTell is take, with how each turn ended going to ended, which must have room for all of them.
func (r *Runner) takeAndTell(ctx context.Context, arrivals []store.Arrival, kept []store.Kept, ended chan result) ([]store.Accepted, error) {
	leave, err := r.doors.enter(ctx, doorsOf(arrivals))
	if err != nil {
		return nil, err
	}
	defer leave()
	accepted, err := r.store.Accept(ctx, arrivals, kept)
	if err != nil {
		return nil, fmt.Errorf("accept %d events: %w", len(arrivals), err)
	}
	for _, a := range accepted {
		if !a.Duplicate {
			r.mail.post(a.Conversation, job{event: a.Event, inbox: a.Inbox, ended: ended})
		}
	}
	return accepted, nil
}

// status records what the channel says of a message of ours. Only a failure is a turn.
func (r *Runner) status(ctx context.Context, in channel.Inbound, now time.Time) error {
	s := *in.Event.Status
	s.Effect, _, _ = strings.Cut(s.Effect, "#") // a part of a message that was split
	if conversation, ok := r.deliver.waiting(in.Channel, s.Effect); ok {
		return r.settle(ctx, in.Channel, conversation, s, now)
	}
	effect, conversation, changed, err := r.store.RecordStatus(ctx, in.Channel, s, now)
	if err != nil {
		return fmt.Errorf("record a status: %w", err)
	}
	if conversation == "" {
		return nil
	}
	if changed {
		r.hub.publish(Update{Conversation: conversation, Delivery: &store.Delivery{Effect: effect, State: s.State, Code: s.Code, Detail: s.Detail, At: now}})
	}
	if s.State != engine.DeliveryFailed {
		return nil
	}
	if !changed {
		// Perhaps a repeat, because the first one was stored and then the flow could not be told.
		deliveries, err := r.store.DeliveriesOf(ctx, conversation)
		if err != nil {
			return fmt.Errorf("read what became of %s: %w", effect, err)
		}
		if deliveries[effect].State != engine.DeliveryFailed {
			return nil
		}
	}
	return r.undeliverable(ctx, conversation, engine.Status{Effect: effect, State: s.State, Code: s.Code, Detail: s.Detail})
}

// settle ends a message that is still in the outbox by what the channel says of it. The row goes with the same write that keeps the
// status, so that no crash in between has it sent again.
func (r *Runner) settle(ctx context.Context, channel, conversation string, s engine.Status, now time.Time) error {
	if s.State == engine.DeliveryFailed {
		if err := r.undeliverable(ctx, conversation, s); err != nil {
			return err
		}
	}
	err := r.store.MarkDone(ctx, store.Done{
		Effect: s.Effect, Conversation: conversation, Channel: channel,
		State: s.State, ProviderID: s.ProviderID, Code: s.Code, Detail: s.Detail, At: now,
	})
	if err != nil {
		return fmt.Errorf("settle a message by its status: %w", err)
	}
	r.deliver.known(conversation, s)
	return nil
}

// undeliverable tells the flow, durably, that a message will not arrive.
func (r *Runner) undeliverable(ctx context.Context, conversation string, s engine.Status) error {
	_, err := r.take(ctx, []store.Arrival{{
		Conversation: conversation, DedupeKey: "undeliverable:" + s.Effect,
		Event: engine.Event{ID: "undeliverable:" + s.Effect, Kind: engine.EventStatus, At: r.now().UTC(), Status: &s},
	}}, nil)
	return err
}

// Act carries out a human agent's action and returns the conversation afterwards. The error is an *engine.Refusal when the action
// may not happen, store.ErrNotFound for an unknown conversation.
func (r *Runner) Act(ctx context.Context, conversation string, a engine.AgentAction) (engine.Conversation, []engine.Effect, error) {
	if err := r.admit(1); err != nil {
		return engine.Conversation{}, nil, err
	}
	done := make(chan result, 1)
	event := engine.Event{ID: "act:" + r.newID(), Kind: engine.EventAgent, At: r.now().UTC(), Agent: &a}
	r.mail.post(conversation, job{event: event, done: done})
	select {
	case res := <-done:
		return res.conv, res.effects, res.err
	case <-ctx.Done():
		return engine.Conversation{}, nil, ctx.Err()
	case <-r.ctx.Done():
		return engine.Conversation{}, nil, ErrClosed
	}
}

package runner

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"relevo/channel"
	"relevo/engine"
	"relevo/store"
)

// Limits of delivery.
const (
	// sendTimeout is the total time of one try, never an idle time only.
	sendTimeout = 15 * time.Second
	// maxSendAttempts is how often a message is tried. With backoff that is about a day.
	maxSendAttempts = 60
	// maxUnknown is how often a send whose answer was lost is repeated (promise I6: at most one more). After the repeat a status is
	// waited for as long as before it; then the message counts as failed.
	maxUnknown = 1
	// holdLimit is how long a person's take-over waits for a send that is under way. A send that takes longer counts as sent before.
	holdLimit = 2 * time.Second
	// channelPause is how long a message waits when the channel itself is broken (token, account).
	channelPause = time.Minute
	backoffFirst = 500 * time.Millisecond
	backoffLimit = 30 * time.Minute
	// maxSending is how many messages of one channel are on their way at once. Each channel has its own: one whose far end hangs holds no other.
	maxSending = 128
)

// backoff is how long to wait after a number of failed tries: doubling, with jitter, so that many do not come back at once.
func backoff(attempts int) time.Duration {
	d := backoffLimit
	if attempts < 12 {
		d = min(backoffLimit, backoffFirst<<attempts)
	}
	return d/2 + rand.N(d/2)
}

// deliverer carries out the outbox: messages in order for each conversation, calls side by side.
type deliverer struct {
	runner       *Runner
	unknownAfter time.Duration
	sending      map[string]chan struct{} // by channel

	mu    sync.Mutex
	lanes map[string]*lane
}

// lane is the messages of one conversation. Whoever holds its token may send, or keep others from sending.
type lane struct {
	conversation string
	token        chan struct{}
	rows         []store.OutboxRow
	working      bool
	users        int // holders and waiters of the token; the lane is dropped when nobody uses it
	wake         *time.Timer
	told         map[string]engine.Status // what statuses said of rows whose fate is unknown
	ended        *store.Done              // how the first row ended, until the store has taken it; only its worker looks at it
}

func (d *deliverer) init(r *Runner, unknownAfter time.Duration) {
	d.runner, d.unknownAfter = r, unknownAfter
	d.lanes = map[string]*lane{}
	d.sending = map[string]chan struct{}{}
}

// take carries out a row of the outbox, behind the conversation's earlier messages.
func (d *deliverer) take(row store.OutboxRow) {
	if row.Effect.Kind == engine.EffectCall {
		d.runner.background(func() { d.runner.call(row) })
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	l := d.lane(row.Conversation)
	l.rows = append(l.rows, row)
	d.run(l)
}

// lane finds or makes a conversation's lane. d.mu is held.
func (d *deliverer) lane(conversation string) *lane {
	l := d.lanes[conversation]
	if l == nil {
		l = &lane{conversation: conversation, token: make(chan struct{}, 1), told: map[string]engine.Status{}}
		d.lanes[conversation] = l
	}
	return l
}

// run sets a lane to work unless it is working or waiting for a later time. d.mu is held.
func (d *deliverer) run(l *lane) {
	if l.working || l.wake != nil || len(l.rows) == 0 || d.runner.ctx.Err() != nil {
		return
	}
	l.working = true
	d.runner.background(func() { d.work(l) })
}

// hold keeps a conversation's messages back until the returned function is called. It waits for one that is under way, up to holdLimit.
func (d *deliverer) hold(ctx context.Context, conversation string) (release func()) {
	d.mu.Lock()
	l := d.lane(conversation)
	l.users++
	d.mu.Unlock()
	held := d.acquire(ctx, l, holdLimit)
	return func() {
		if held {
			<-l.token
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		l.users--
		d.drop(l)
	}
}

func (d *deliverer) acquire(ctx context.Context, l *lane, limit time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	select {
	case l.token <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

// drop forgets a lane that nobody uses. d.mu is held.
func (d *deliverer) drop(l *lane) {
	if l.users == 0 && !l.working && len(l.rows) == 0 && d.lanes[l.conversation] == l {
		delete(d.lanes, l.conversation)
	}
}

// waiting finds a message of a channel among those that are not over, by its effect id, and returns its conversation.
func (d *deliverer) waiting(channel, effect string) (conversation string, ok bool) {
	conversation, _, _, ok = engine.ParseEffectID(effect)
	if !ok {
		return "", false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	l := d.lanes[conversation]
	return conversation, l != nil && slices.ContainsFunc(l.rows, func(row store.OutboxRow) bool {
		return row.Effect.ID == effect && row.Channel == channel
	})
}

// known takes a status that carries our own effect id: proof that a message whose fate was unknown did go out.
func (d *deliverer) known(conversation string, s engine.Status) {
	d.mu.Lock()
	defer d.mu.Unlock()
	l := d.lanes[conversation]
	if l == nil || !slices.ContainsFunc(l.rows, func(row store.OutboxRow) bool { return row.Effect.ID == s.Effect }) {
		return
	}
	l.told[s.Effect] = s
	if l.wake != nil {
		l.wake.Stop()
		l.wake = nil
		d.run(l)
	}
}

// work sends a lane's rows in order, until it is empty or has to wait.
func (d *deliverer) work(l *lane) {
	for {
		d.mu.Lock()
		if len(l.rows) == 0 || d.runner.ctx.Err() != nil {
			l.working = false
			d.drop(l)
			d.mu.Unlock()
			return
		}
		row := l.rows[0]
		told, isTold := l.told[row.Effect.ID]
		d.mu.Unlock()

		var wait time.Duration
		switch {
		case l.ended != nil: // the message is over; only the store did not take it. It must not be sent again.
			wait = d.finish(l, &row, *l.ended)
		case isTold:
			wait = d.finish(l, &row, store.Done{State: told.State, ProviderID: told.ProviderID, Code: told.Code, Detail: told.Detail})
		default:
			wait = d.send(l, &row)
		}

		d.mu.Lock()
		switch {
		case wait == 0:
			delete(l.told, row.Effect.ID)
			l.rows = l.rows[1:]
		default:
			l.rows[0] = row
			l.working = false
			if _, isToldNow := l.told[row.Effect.ID]; isToldNow && !isTold {
				wait = time.Nanosecond
			}
			l.wake = time.AfterFunc(wait, func() {
				d.mu.Lock()
				defer d.mu.Unlock()
				l.wake = nil
				d.run(l)
			})
			d.mu.Unlock()
			return
		}
		d.mu.Unlock()
	}
}

// send tries a message once. It returns 0 when the row is over, else how long to wait before the next try.
func (d *deliverer) send(l *lane, row *store.OutboxRow) (wait time.Duration) {
	r := d.runner
	if left := row.NextAt.Sub(r.now()); left > 0 {
		return left
	}
	if !row.AttemptedAt.IsZero() {
		if left := row.AttemptedAt.Add(d.unknownAfter).Sub(r.now()); left > 0 {
			return left
		}
		if row.Unknowns > maxUnknown {
			return d.finish(l, row, store.Done{State: engine.DeliveryFailed, Code: "unknown", Detail: "the channel never said what became of it"})
		}
	}
	select {
	case l.token <- struct{}{}:
		defer func() { <-l.token }()
	case <-r.ctx.Done():
		return time.Second
	}
	ch, sending := r.channels[row.Channel], d.sending[row.Channel]
	if ch == nil {
		return d.finish(l, row, store.Done{State: engine.DeliveryFailed, Code: "no_channel", Detail: "channel " + row.Channel + " is not configured"})
	}
	select {
	case sending <- struct{}{}:
		defer func() { <-sending }()
	case <-r.ctx.Done():
		return time.Second
	}

	conv, identities, err := r.store.Load(r.ctx, row.Conversation)
	if err != nil {
		r.log.Error("outbox: load failed", "conversation", row.Conversation, "err", err)
		return backoff(row.Attempts)
	}
	s, caps := row.Effect.Send, ch.Capabilities()
	if s.Epoch < conv.Fence {
		return d.finish(l, row, store.Done{State: engine.DeliverySuppressed, Code: "stale_epoch", Detail: "a person had taken over"})
	}
	out := shape(s.Message, caps)
	if caps.Window > 0 && out.Kind != engine.OutgoingTemplate && conv.WindowLeft(caps.Window, caps.WindowMargin, r.now()) <= 0 {
		var ok bool
		if out, ok = instead(s.Message, caps); !ok {
			return d.finish(l, row, store.Done{State: engine.DeliveryFailed, Code: "window_closed", Detail: "the contact's last message is too old for free text"})
		}
	}
	if !caps.Idempotent {
		row.AttemptedAt = r.now()
		row.Unknowns++
		if err := r.store.MarkAttempt(r.ctx, row.Effect.ID, row.AttemptedAt); err != nil {
			r.log.Error("outbox: mark attempt failed", "conversation", row.Conversation, "err", err)
			row.AttemptedAt = time.Time{}
			row.Unknowns--
			return backoff(row.Attempts)
		}
	}
	ctx, cancel := context.WithTimeout(r.ctx, sendTimeout)
	defer cancel()
	m := channel.Message{
		ID: row.Effect.ID, Conversation: row.Conversation, To: identities,
		Origin: s.Origin, Author: s.Author, Outgoing: out, At: s.At,
	}
	receipt, err := ch.Send(ctx, m)
	if template, ok := instead(s.Message, caps); ok && windowClosed(err) && out.Kind != engine.OutgoingTemplate {
		m.Outgoing = template // the channel's clock is the one that counts
		receipt, err = ch.Send(ctx, m)
	}
	if err != nil {
		return d.failed(l, row, err)
	}
	return d.finish(l, row, store.Done{State: receipt.State, ProviderID: receipt.ProviderID, Aliases: receipt.Aliases})
}

// shape is a message as the channel can show it.
func shape(out engine.Outgoing, caps channel.Capabilities) engine.Outgoing {
	if caps.Shows(out.Kind) {
		return out
	}
	return channel.Plain(out)
}

// instead is the template that stands beside a message, for when the channel's window is closed. Its quick replies carry the choices' payloads.
func instead(out engine.Outgoing, caps channel.Capabilities) (template engine.Outgoing, ok bool) {
	if out.Template == nil || !caps.Templates {
		return engine.Outgoing{}, false
	}
	return engine.Outgoing{Kind: engine.OutgoingTemplate, Template: out.Template, Choices: out.Choices}, true
}

// windowClosed tells that a channel refused a message because only a template may go.
func windowClosed(err error) bool {
	var refused *channel.SendError
	return errors.As(err, &refused) && refused.Class == channel.ClassWindow
}

// failed decides what follows a send that was not taken.
func (d *deliverer) failed(l *lane, row *store.OutboxRow, err error) (wait time.Duration) {
	r := d.runner
	if r.ctx.Err() != nil {
		return time.Second // shutting down: the mark of the attempt tells the next start
	}
	se := &channel.SendError{Class: channel.ClassRetry, Detail: err.Error()}
	errors.As(err, &se)
	row.Attempts++
	r.log.Warn("send failed", "conversation", row.Conversation, "effect", row.Effect.ID, "class", se.Class, "code", se.Code, "attempts", row.Attempts, "unknown", se.Unknown)
	switch {
	case se.Class == channel.ClassFatal, se.Class == channel.ClassWindow:
		return d.finish(l, row, store.Done{State: engine.DeliveryFailed, Code: se.Code, Detail: se.Detail})
	case row.Attempts >= maxSendAttempts:
		return d.finish(l, row, store.Done{State: engine.DeliveryFailed, Code: se.Code, Detail: "given up: " + se.Detail})
	}
	unknown := se.Unknown && !row.AttemptedAt.IsZero() // an idempotent channel's attempts are not marked: it may have the message twice
	retry := store.Retry{Attempts: row.Attempts, Error: string(se.Class) + " " + se.Code, KeepUnknown: unknown}
	switch {
	case unknown:
		wait = d.unknownAfter
	case se.RetryAfter > 0:
		wait = se.RetryAfter
	case se.Class == channel.ClassChannel:
		wait = channelPause
	default:
		wait = backoff(row.Attempts)
	}
	if !unknown && !row.AttemptedAt.IsZero() {
		row.AttemptedAt = time.Time{}
		row.Unknowns-- // this one; an earlier one whose end is unknown still counts
	}
	retry.NextAt = r.now().Add(wait)
	row.NextAt = retry.NextAt
	if err := r.store.MarkRetry(r.ctx, row.Effect.ID, retry); err != nil {
		r.log.Error("outbox: mark retry failed", "conversation", row.Conversation, "err", err)
	}
	return wait
}

// finish ends a row, and tells who watches. When the store does not take it, it returns how long to wait before finish is tried again.
func (d *deliverer) finish(l *lane, row *store.OutboxRow, done store.Done) (wait time.Duration) {
	r := d.runner
	done.Effect, done.Conversation, done.Channel, done.At = row.Effect.ID, row.Conversation, row.Channel, r.now()
	l.ended = &done
	if done.State == engine.DeliveryFailed {
		status := engine.Status{Effect: done.Effect, State: done.State, Code: done.Code, Detail: done.Detail}
		if err := r.undeliverable(r.ctx, row.Conversation, status); err != nil {
			r.log.Error("outbox: could not tell the flow", "conversation", row.Conversation, "err", err)
			return backoff(row.Attempts)
		}
	}
	if err := r.store.MarkDone(r.ctx, done); err != nil {
		if r.ctx.Err() == nil {
			r.log.Error("outbox: mark done failed", "conversation", row.Conversation, "err", err)
		}
		return backoff(row.Attempts)
	}
	l.ended = nil
	r.hub.publish(Update{Conversation: row.Conversation, Delivery: &store.Delivery{
		Effect: done.Effect, State: done.State, ProviderID: done.ProviderID, Code: done.Code, Detail: done.Detail, At: done.At,
	}})
	return 0
}

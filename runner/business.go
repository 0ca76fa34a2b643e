package runner

import (
	"context"
	"fmt"
	"time"

	"relevo/engine"
	"relevo/store"
)

// BusinessRequest is something a business system tells about one contact (POST /v1/events). The contact is named by Conversation, else by
// Channel and Identity; an unknown contact is made.
type BusinessRequest struct {
	ID           string // unique among all senders, however the contact is named: a repeated one changes nothing
	Name         string // "order.delayed"
	Channel      string
	Identity     engine.Identity
	Conversation string
	Key          string // what it is about: "AB123456"
	Data         map[string]any
	Contact      *engine.KnownContact // what the business system knows of the contact; may be nil
}

// BusinessAnswer is what became of a business event. It is stored in any case.
type BusinessAnswer struct {
	Conversation string
	Duplicate    bool
	Result       BusinessResult
}

// BusinessResult says what a business event did.
type BusinessResult string

// The results of a business event. A repeated one has the result of the first, where that is still known.
const (
	BusinessStarted   BusinessResult = "started"   // it started a run
	BusinessDelivered BusinessResult = "delivered" // a run got it
	BusinessDeferred  BusinessResult = "deferred"  // it waits until people give the conversation back, or a run is done
	BusinessIgnored   BusinessResult = "ignored"   // no flow knows what to do with it, or too many of the contact's runs or events wait already
	BusinessLate      BusinessResult = "late"      // what it is about is over, or has begun already
	BusinessOptedOut  BusinessResult = "opted_out" // the contact wants no messages
	BusinessDuplicate BusinessResult = "duplicate" // a repeat of one whose result is not known any more
	BusinessAccepted  BusinessResult = "accepted"  // its turn has not come yet
)

const (
	// businessScope makes an event's id count alone, whatever channel or conversation it was sent to.
	businessScope = "business"
	// businessWait is how long the sender waits to hear what became of an event.
	businessWait = 5 * time.Second
	// maxBusinessTurns is how many of a conversation's last turns are searched for what became of an event that is repeated.
	maxBusinessTurns = 1000
)

// Business takes a business event and tells what became of it. A repeated id is a duplicate and changes nothing. The event is kept when the
// answer is not an error, also when ctx ends before its turn has.
func (r *Runner) Business(ctx context.Context, b BusinessRequest) (BusinessAnswer, error) {
	if err := r.admit(1); err != nil {
		return BusinessAnswer{}, err
	}
	id := "event:" + b.ID
	a := store.Arrival{
		Channel: b.Channel, DedupeKey: id, Scope: businessScope, Conversation: b.Conversation,
		NewContact: r.newID(), NewConversation: r.newID(),
		Event: engine.Event{
			ID: id, Kind: engine.EventBusiness, At: r.now().UTC(),
			Business: &engine.BusinessEvent{Name: b.Name, Key: b.Key, Data: b.Data, Contact: b.Contact},
		},
	}
	if b.Conversation == "" {
		a.Identities = []engine.Identity{b.Identity}
		if r.channels[b.Channel] == nil {
			return BusinessAnswer{}, fmt.Errorf("channel %q: %w", b.Channel, store.ErrNotFound)
		}
	}
	ended := make(chan result, 1)
	accepted, err := r.takeAndTell(ctx, []store.Arrival{a}, nil, ended)
	if err != nil {
		return BusinessAnswer{}, fmt.Errorf("event %s: %w", b.Name, err)
	}
	answer := BusinessAnswer{Conversation: accepted[0].Conversation, Duplicate: accepted[0].Duplicate}
	if answer.Duplicate {
		answer.Result = r.businessBefore(ctx, answer.Conversation, id)
		return answer, nil
	}
	answer.Result = r.businessNow(ctx, ended)
	return answer, nil
}

// businessNow waits for the turn of an event that was just stored.
func (r *Runner) businessNow(ctx context.Context, ended <-chan result) BusinessResult {
	ctx, cancel := context.WithTimeout(ctx, businessWait)
	defer cancel()
	select {
	case res := <-ended:
		if res.err == nil {
			return businessResult(res.effects)
		}
	case <-ctx.Done():
	case <-r.ctx.Done():
	}
	return BusinessAccepted
}

// businessBefore looks up what a repeated event did the first time.
func (r *Runner) businessBefore(ctx context.Context, conversation, event string) BusinessResult {
	if conversation == "" {
		return BusinessDuplicate
	}
	conv, _, err := r.store.Load(ctx, conversation)
	if err != nil {
		return BusinessDuplicate
	}
	for after := max(0, conv.Seq-maxBusinessTurns); after < conv.Seq; {
		records, err := r.store.Journal(ctx, conversation, after, historyPage)
		if err != nil || len(records) == 0 {
			return BusinessDuplicate
		}
		for _, rec := range records {
			if rec.Event.ID == event {
				return businessResult(rec.Effects)
			}
		}
		after = records[len(records)-1].Seq
	}
	return BusinessDuplicate
}

// businessResults are the traces that tell what became of an event.
var businessResults = map[string]BusinessResult{
	engine.TraceStarted: BusinessStarted, engine.TraceDelivered: BusinessDelivered, engine.TraceLate: BusinessLate,
	"deferred": BusinessDeferred, "opted_out": BusinessOptedOut, "ignored": BusinessIgnored, "budget_deferred": BusinessIgnored,
	engine.TraceTooManyRuns: BusinessIgnored,
}

// businessResult reads the traces of an event's turn; the first one tells, since the turn goes on with what had waited.
func businessResult(effects []engine.Effect) BusinessResult {
	for _, e := range effects {
		if e.Kind == engine.EffectTrace && businessResults[e.Trace.Code] != "" {
			return businessResults[e.Trace.Code]
		}
	}
	return BusinessAccepted
}

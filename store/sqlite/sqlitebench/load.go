package sqlitebench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"time"

	"relevo/engine"
	"relevo/store"
)

// Load takes realistic turns against a store: a contact writes (Accept), the conversation is read (optional), and the turn that answers is
// committed. State, reply and event have the sizes of a shop's flow. Every goroutine has conversations of its own, as mailboxes have.
type Load struct {
	store store.Store
	begin time.Time
	next  atomic.Int64 // numbers events
	// Read says whether a turn reads its conversation first, as the runner does.
	Read bool
	// Done says whether each message is marked done after its turn, as a delivery does.
	Done bool
}

// NewLoad makes a load for a store. Events are dated from begin on, a millisecond apart.
func NewLoad(s store.Store, begin time.Time) *Load { return &Load{store: s, begin: begin} }

// Worker has conversations of its own. It is for one goroutine.
type Worker struct {
	load   *Load
	convs  []engine.Conversation
	random *rand.Rand
}

// Worker makes a worker with so many conversations.
func (l *Load) Worker(ctx context.Context, number, conversations int) (*Worker, error) {
	w := &Worker{load: l, random: rand.New(rand.NewPCG(uint64(number), 7))}
	var arrivals []store.Arrival
	for i := range conversations {
		id := fmt.Sprintf("%06d-%06d", number, i)
		arrivals = append(arrivals, store.Arrival{
			Channel: "main", Identities: []engine.Identity{{Kind: "phone", Value: id}}, Name: "Ana",
			NewContact: "ct_" + id, NewConversation: "cv_" + id, Event: l.event(),
		})
	}
	accepted, err := l.store.Accept(ctx, arrivals, nil)
	if err != nil {
		return nil, err
	}
	for _, a := range accepted {
		conv, _, err := l.store.Load(ctx, a.Conversation)
		if err != nil {
			return nil, err
		}
		conv.Owner = engine.Owner{Kind: engine.OwnerBot}
		conv.Epoch, conv.Focus, conv.NextRun, conv.LastInbound = 1, []string{"r1"}, 1, l.begin
		conv.Runs = []engine.Run{{
			ID: "r1", Flow: "order_tracking", Version: "5f0c1a9be2d34f57", State: "anything_else", Entry: 4, Wait: engine.WaitAsk, Started: l.begin,
			Slots: map[string]any{"order_id": "AB123456", "order": map[string]any{"status": "shipped", "items": 3, "carrier": "Correos"}},
			Path:  []string{"ask_order", "find_order", "report", "anything_else"},
		}}
		conv.Seq++
		if err := l.store.Commit(ctx, store.Turn{Conversation: conv, Event: a.Event, Inbox: a.Inbox}); err != nil {
			return nil, err
		}
		w.convs = append(w.convs, conv)
	}
	return w, nil
}

var padding = strings.Repeat("Where is my order? ", 8)

// event is a message of about 400 bytes as JSON.
func (l *Load) event() engine.Event {
	n := l.next.Add(1)
	at := l.begin.Add(time.Duration(n) * time.Millisecond)
	return engine.Event{
		ID: fmt.Sprintf("wamid.%016x%016x", uint64(n)*0x9e3779b97f4a7c15, n), Kind: engine.EventMessage, At: at,
		Message: &engine.Message{Kind: engine.MessageText, Text: padding, Name: "Ana", Sent: at},
	}
}

// Turn takes one turn in one of the worker's conversations.
func (w *Worker) Turn(ctx context.Context) error {
	i := w.random.IntN(len(w.convs))
	conv := w.convs[i]
	ev := w.load.event()
	accepted, err := w.load.store.Accept(ctx, []store.Arrival{{
		Channel: "main", DedupeKey: ev.ID, Bucket: ev.At, Identities: []engine.Identity{{Kind: "phone", Value: conv.ID[len("cv_"):]}}, Event: ev,
	}}, nil)
	if err != nil {
		return err
	}
	if w.load.Read {
		if conv, _, err = w.load.store.Load(ctx, conv.ID); err != nil {
			return err
		}
	}
	conv.Seq++
	reply := engine.Effect{ID: engine.EffectID(conv.ID, conv.Seq, 0), Kind: engine.EffectSend, Run: "r1", Send: &engine.Send{
		Origin: engine.OriginBot, Epoch: conv.Epoch, Language: "en", Flow: "order_tracking", State: "report", At: ev.At,
		Message: engine.Outgoing{Kind: engine.OutgoingText, Text: "Your order AB123456 has left our house and is on its way to you."},
	}}
	if err := w.load.store.Commit(ctx, store.Turn{Conversation: conv, Event: ev, Effects: []engine.Effect{reply}, Inbox: accepted[0].Inbox}); err != nil {
		return err
	}
	w.convs[i] = conv
	if !w.load.Done {
		return nil
	}
	return w.load.store.MarkDone(ctx, store.Done{
		Effect: reply.ID, Conversation: conv.ID, Channel: "main", State: engine.DeliverySent, ProviderID: "out." + ev.ID, At: ev.At,
	})
}

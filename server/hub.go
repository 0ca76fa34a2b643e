package server

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"relevo/channel"
	"relevo/engine"
	"relevo/runner"
)

// Limits of the live updates.
const (
	keptUpdates      = 1024            // a browser that was away for longer reads afresh
	updateBuffer     = 4096            // updates the runner may be ahead of us
	resubscribeAfter = time.Second     // after the runner dropped us
	maxRemembered    = 10_000          // conversations known to have, or not to have, a chat
	lookTimeout      = 5 * time.Second // of the one read an update may need
)

// liveEvent is one update, encoded once for all streams.
type liveEvent struct {
	id         int64
	name       string // "turn", "delivery", "reset"
	data       []byte
	handedOver bool // the conversation has, or had, a chat: agents may see it
}

type turnData struct {
	Conversation string          `json:"conversation"`
	Seq          int64           `json:"seq"`
	Owner        string          `json:"owner"`
	ContactName  string          `json:"contactName"`
	Chat         *chatView       `json:"chat"`
	Entries      []channel.Entry `json:"entries"`
}

type deliveryData struct {
	Conversation string               `json:"conversation"`
	Effect       string               `json:"effect"`
	Status       engine.DeliveryState `json:"status"`
	Problem      string               `json:"problem"`
}

// hub follows the runner and keeps the last updates in a ring. Each stream walks the ring at its own pace, so a slow one holds up nobody and costs
// nothing; one that falls out of the ring is told to read afresh.
type hub struct {
	opts   Options
	closed chan struct{} // ends the streams
	once   sync.Once
	done   chan struct{} // the follower has ended

	mu      sync.Mutex
	ring    [keptUpdates]liveEvent // by id
	first   int64                  // id of the first event ever
	next    int64                  // id of the next event
	changed chan struct{}          // closed and replaced with each event

	hasChat map[string]bool // only the follower touches it
}

// startHub subscribes and follows. Ids begin at the time in microseconds, so that they grow over restarts too.
func startHub(opts Options) *hub {
	h := &hub{
		opts: opts, closed: make(chan struct{}), done: make(chan struct{}),
		first: opts.Now().UnixMicro(), changed: make(chan struct{}), hasChat: map[string]bool{},
	}
	h.next = h.first
	updates, cancel := opts.Runner.Subscribe(updateBuffer)
	go h.follow(updates, cancel)
	return h
}

func (h *hub) close() {
	h.once.Do(func() { close(h.closed) })
	<-h.done
}

func (h *hub) follow(updates <-chan runner.Update, cancel func()) {
	defer close(h.done)
	for {
		h.drain(updates)
		cancel()
		select {
		case <-h.closed:
			return
		case <-time.After(resubscribeAfter):
		}
		updates, cancel = h.opts.Runner.Subscribe(updateBuffer)
		clear(h.hasChat)
		h.publish("reset", struct{}{}, true)
	}
}

// drain publishes until the subscription ends or the hub is closed.
func (h *hub) drain(updates <-chan runner.Update) {
	for {
		select {
		case <-h.closed:
			return
		case u, ok := <-updates:
			if !ok {
				return
			}
			h.take(u)
		}
	}
}

func (h *hub) take(u runner.Update) {
	visible := h.isHandedOver(u)
	if u.Seq > 0 || len(u.Entries) > 0 {
		t := turnData{Conversation: u.Conversation, Seq: u.Seq, Owner: u.Owner.String(), ContactName: u.ContactName, Entries: filled(u.Entries)}
		if u.Chat != nil {
			v, _ := viewChat(h.opts.Logger, *u.Chat)
			t.Chat = &v
		}
		h.publish("turn", t, visible)
	}
	if d := u.Delivery; d != nil {
		h.publish("delivery", deliveryData{Conversation: u.Conversation, Effect: d.Effect, Status: d.State, Problem: d.Code}, visible)
	}
}

// isHandedOver remembers what it learns; a chat begins with an update that carries it.
func (h *hub) isHandedOver(u runner.Update) bool {
	if len(h.hasChat) >= maxRemembered {
		clear(h.hasChat)
	}
	if u.Chat != nil {
		h.hasChat[u.Conversation] = true
		return true
	}
	known, ok := h.hasChat[u.Conversation]
	if ok {
		return known
	}
	ctx, cancel := context.WithTimeout(context.Background(), lookTimeout)
	defer cancel()
	has, err := hasChat(ctx, h.opts.Store, u.Conversation)
	if err != nil {
		h.opts.Logger.Error("read chats", slog.Any("error", err))
		return false
	}
	h.hasChat[u.Conversation] = has
	return has
}

func (h *hub) publish(name string, data any, visible bool) {
	body, err := json.Marshal(data)
	if err != nil {
		h.opts.Logger.Error("encode update", slog.Any("error", err))
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ring[h.next%keptUpdates] = liveEvent{id: h.next, name: name, data: body, handedOver: visible}
	h.next++
	close(h.changed)
	h.changed = make(chan struct{})
}

// last is the id of the newest event.
func (h *hub) last() int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.next - 1
}

// after returns the events after an id and a channel that closes at the next one. missed tells that some of them are gone, or that the id is not ours.
func (h *hub) after(id int64) (events []liveEvent, missed bool, changed <-chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if id < max(h.first, h.next-keptUpdates)-1 || id >= h.next {
		return nil, true, h.changed
	}
	for i := id + 1; i < h.next; i++ {
		events = append(events, h.ring[i%keptUpdates])
	}
	return events, false, h.changed
}

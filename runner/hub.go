package runner

import "sync"

// hub passes updates to who watches. A subscriber that does not keep up is cut off; it reads the store and subscribes again.
type hub struct {
	mu          sync.Mutex
	subscribers map[chan Update]struct{}
	closed      bool
}

func (h *hub) init() { h.subscribers = map[chan Update]struct{}{} }

// Subscribe returns a channel of updates, and a function that ends the subscription. The channel is closed when the subscriber falls
// further behind than buffer, and when the runner closes.
func (r *Runner) Subscribe(buffer int) (updates <-chan Update, cancel func()) {
	h := &r.hub
	ch := make(chan Update, buffer)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		close(ch)
		return ch, func() {}
	}
	h.subscribers[ch] = struct{}{}
	return ch, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.remove(ch)
	}
}

func (h *hub) publish(u Update) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for ch := range h.subscribers {
		select {
		case ch <- u:
		default:
			h.remove(ch)
		}
	}
}

func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for ch := range h.subscribers {
		h.remove(ch)
	}
}

// remove ends a subscription. h.mu is held.
func (h *hub) remove(ch chan Update) {
	if _, ok := h.subscribers[ch]; ok {
		delete(h.subscribers, ch)
		close(ch)
	}
}

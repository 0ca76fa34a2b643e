package webchat

import (
	"errors"
	"sync"
)

// Bounds of what is kept for streams.
const (
	streamBuffer = 64 // lines; a page that falls further behind is cut off, connects again and reads the journal
	// maxRecent is how many sent messages are remembered while the store has not yet marked them as sent. The runner marks a message
	// right after Send returns, so this many sends would have to pass in between for one to be shown late.
	maxRecent = 4096
)

var (
	errTooManyStreams = errors.New("too many open streams")
	errClosed         = errors.New("the channel is closed")
)

// stream is one open page.
type stream struct {
	lines chan line
	gone  chan struct{} // closed when the hub cut it off
}

// hub knows the open pages of each visitor.
type hub struct {
	mu      sync.Mutex
	closed  bool
	open    int
	streams map[string]map[*stream]struct{} // by visitor

	recent map[string]struct{} // ids of messages sent lately
	ring   [maxRecent]string
	next   int
}

func newHub() *hub {
	return &hub{streams: map[string]map[*stream]struct{}{}, recent: map[string]struct{}{}}
}

// subscribe opens a stream for a visitor. The caller must leave it.
func (h *hub) subscribe(visitor string) (*stream, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, errClosed
	}
	if len(h.streams[visitor]) >= streamsPerVisitor || h.open >= maxStreams {
		return nil, errTooManyStreams
	}
	s := &stream{lines: make(chan line, streamBuffer), gone: make(chan struct{})}
	if h.streams[visitor] == nil {
		h.streams[visitor] = map[*stream]struct{}{}
	}
	h.streams[visitor][s] = struct{}{}
	h.open++
	return s, nil
}

// leave ends a stream. It may have been cut off before.
func (h *hub) leave(visitor string, s *stream) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.drop(visitor, s)
}

// sent publishes a message and remembers that it was sent, in one step: whoever reads the journal after subscribing either gets the
// message live or finds it remembered here.
func (h *hub) sent(visitors []string, id string, lines []line) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, again := h.recent[id]; !again {
		delete(h.recent, h.ring[h.next])
		h.ring[h.next] = id
		h.recent[id] = struct{}{}
		h.next = (h.next + 1) % maxRecent
	}
	for _, v := range visitors {
		h.publish(v, lines)
	}
}

// wrote publishes a visitor's own message to the visitor's other pages.
func (h *hub) wrote(visitor string, l line) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.publish(visitor, []line{l})
}

// wasSent tells whether a message was sent lately.
func (h *hub) wasSent(id string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	_, ok := h.recent[id]
	return ok
}

func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for visitor, streams := range h.streams {
		for s := range streams {
			h.drop(visitor, s)
		}
	}
}

func (h *hub) publish(visitor string, lines []line) {
	for s := range h.streams[visitor] {
		for _, l := range lines {
			if !s.offer(l) {
				h.drop(visitor, s)
				break
			}
		}
	}
}

func (s *stream) offer(l line) bool {
	select {
	case s.lines <- l:
		return true
	default:
		return false
	}
}

func (h *hub) drop(visitor string, s *stream) {
	if _, ok := h.streams[visitor][s]; !ok {
		return
	}
	delete(h.streams[visitor], s)
	if len(h.streams[visitor]) == 0 {
		delete(h.streams, visitor)
	}
	h.open--
	close(s.gone)
}

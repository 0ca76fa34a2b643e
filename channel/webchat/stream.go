package webchat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

const (
	heartbeat = 15 * time.Second // a comment, so that proxies keep the stream and the page notices when it is dead
	// writeTimeout ends a stream whose reader takes nothing.
	writeTimeout = 10 * time.Second
)

// serveStream shows a visitor what happened after a place and then what happens, as server-sent events:
//
//	id: 3
//	event: line
//	data: {"id":"c_1/4/0","kind":"bot","text":"Which order?","at":1772442000000}
//
//	event: ready
//	data: {}
//
// ready follows the last line of the past. The id is where to go on, with ?after= or Last-Event-ID; lines of that place may come
// again and are dropped by their own id.
func (c *Channel) serveStream(w http.ResponseWriter, r *http.Request) {
	visitor := bearer(r)
	if visitor == "" {
		problemToken.write(w)
		return
	}
	after, ok := place(r)
	if !ok {
		problemBody.write(w)
		return
	}
	ctx := r.Context()
	if p := c.admit(ctx, r, visitor); p != nil {
		p.write(w)
		return
	}
	// Subscribe first, then read the journal: what is sent in between comes twice, and never not at all.
	s, err := c.hub.subscribe(visitor)
	if errors.Is(err, errClosed) {
		problemUnavailable.write(w)
		return
	}
	if err != nil {
		problemStreams.write(w)
		return
	}
	defer c.hub.leave(visitor, s)

	past, err := c.past(ctx, visitor, after)
	if err != nil {
		c.unavailable(ctx, err).write(w)
		return
	}
	out := openEvents(w)
	if err := out.begin(past, s); err != nil {
		return // the page is gone and connects again
	}
	out.follow(ctx, s)
}

// place reads where a page wants to go on. Last-Event-ID wins, since it is newer than the address.
func place(r *http.Request) (after int64, ok bool) {
	text := r.Header.Get("Last-Event-ID")
	if text == "" {
		text = r.URL.Query().Get("after")
	}
	if text == "" {
		return 0, true
	}
	after, err := strconv.ParseInt(text, 10, 64)
	return after, err == nil && after >= 0
}

func (c *Channel) past(ctx context.Context, visitor string, after int64) ([]line, error) {
	conversation, err := c.opts.Conversations(ctx, identity(visitor))
	if err != nil {
		return nil, fmt.Errorf("find the conversation of a visitor: %w", err)
	}
	if conversation == "" {
		return nil, nil
	}
	entries, err := c.opts.History.History(ctx, conversation, after)
	if err != nil {
		return nil, fmt.Errorf("read the history of conversation %s after %d: %w", conversation, after, err)
	}
	return replayLines(visitor, entries, c.hub.wasSent), nil
}

// events writes server-sent events.
type events struct {
	w  http.ResponseWriter
	rc *http.ResponseController
}

func openEvents(w http.ResponseWriter) events {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // nginx must not collect it
	rc := http.NewResponseController(w)
	_ = rc.SetReadDeadline(time.Time{}) // the server's limit for requests would cancel the stream; not every writer has one
	w.WriteHeader(http.StatusOK)
	return events{w, rc}
}

// begin writes the past, and what arrived while it was read and is not in it.
func (e events) begin(past []line, s *stream) error {
	shown := make(map[string]struct{}, len(past))
	var b []byte
	for _, l := range past {
		shown[l.ID] = struct{}{}
		b = l.appendEvent(b)
	}
	for range len(s.lines) {
		if l := <-s.lines; !has(shown, l.ID) {
			b = l.appendEvent(b)
		}
	}
	return e.write(append(b, "event: ready\ndata: {}\n\n"...))
}

func has(set map[string]struct{}, key string) bool {
	_, ok := set[key]
	return ok
}

// follow writes what happens until the page goes or is cut off.
func (e events) follow(ctx context.Context, s *stream) {
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	for {
		var b []byte
		select {
		case <-ctx.Done():
			return
		case <-s.gone:
			return
		case l := <-s.lines:
			b = l.appendEvent(nil)
		case <-tick.C:
			b = []byte(": still here\n\n")
		}
		if e.write(b) != nil {
			return
		}
	}
}

func (e events) write(b []byte) error {
	_ = e.rc.SetWriteDeadline(time.Now().Add(writeTimeout)) // the connection's clock is the system's
	if _, err := e.w.Write(b); err != nil {
		return err
	}
	return e.rc.Flush()
}

func (l line) appendEvent(b []byte) []byte {
	data, err := json.Marshal(l)
	if err != nil {
		return b // a struct of strings and numbers always encodes
	}
	if l.cursor >= 0 {
		b = fmt.Appendf(b, "id: %d\n", l.cursor)
	}
	return fmt.Appendf(b, "event: line\ndata: %s\n\n", data)
}

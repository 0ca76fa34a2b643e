package server

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
)

// Limits of live streams.
const (
	maxStreams      = 2000
	maxActorStreams = 20 // browsers and tabs of one person
	streamRecheck   = 5 * time.Second
	streamComment   = 15 * time.Second
	streamWrite     = 10 * time.Second // a write that takes longer ends the stream
	streamRetry     = 2 * time.Second  // what a browser waits before it connects again
)

// streamCount bounds open streams, in all and by actor.
type streamCount struct {
	mu    sync.Mutex
	all   int
	byWho map[string]int
}

func (n *streamCount) enter(who string) (leave func(), ok bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.all >= maxStreams || n.byWho[who] >= maxActorStreams {
		return nil, false
	}
	n.all++
	n.byWho[who]++
	return func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.all--
		if n.byWho[who]--; n.byWho[who] == 0 {
			delete(n.byWho, who)
		}
	}, true
}

type streamInput struct {
	LastEventID string `header:"Last-Event-ID" maxLength:"32" doc:"Go on after this event"`
}

func (s *Server) streamRoutes(api huma.API) {
	o := op("GET", "/v1/stream", "Live updates (server-sent events)")
	o.Description = "`turn`: {conversation, seq, owner, contactName, chat, entries}. `delivery`: {conversation, effect, status, problem}. " +
		"`reset`: {} — too much was missed, read everything again. A comment line comes every 15 s."
	o.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{"text/event-stream": {Schema: &huma.Schema{Type: "string"}}}}}
	huma.Register(api, o, s.openStream)
}

func (s *Server) openStream(ctx context.Context, in *streamInput) (*huma.StreamResponse, error) {
	who := actorOf(ctx)
	leave, ok := s.streams.enter(who.id)
	if !ok {
		return nil, retryLater(newProblem(http.StatusTooManyRequests, "Too many open streams."), streamComment)
	}
	at := s.hub.last()
	if in.LastEventID != "" {
		at = -1 // not a number: missed everything
		if id, err := strconv.ParseInt(in.LastEventID, 10, 64); err == nil {
			at = id
		}
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		defer leave()
		c := humagin.Unwrap(hc)
		liftReadDeadline(c)
		h := c.Writer.Header()
		h.Set("Content-Type", "text/event-stream")
		h.Set("X-Accel-Buffering", "no") // nginx would hold events back
		st := &stream{s: s, w: c.Writer, rc: http.NewResponseController(c.Writer), r: c.Request, who: who, at: at}
		st.run(ctx)
	}}, nil
}

// stream is one open browser.
type stream struct {
	s   *Server
	w   io.Writer
	rc  *http.ResponseController
	r   *http.Request
	who actor
	at  int64 // the last event sent or passed over
}

// run sends until the browser leaves, the session ends or the server closes. The first line gives the browser an id to come back with; without data
// it is no event (WHATWG HTML 9.2.6).
func (st *stream) run(ctx context.Context) {
	hub := st.s.hub
	recheck := time.NewTicker(st.s.recheck)
	defer recheck.Stop()
	comment := time.NewTicker(st.s.comment)
	defer comment.Stop()
	if !st.send(fmt.Sprintf("retry: %d\nid: %d\n\n", streamRetry.Milliseconds(), max(0, st.at))) {
		return
	}
	for {
		events, missed, changed := hub.after(st.at)
		if !st.forward(events, missed) {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-hub.closed:
			return
		case <-changed:
		case <-recheck.C:
			if !st.s.again(ctx, st.r, st.who) {
				return
			}
		case <-comment.C:
			if !st.send(":\n\n") {
				return
			}
		}
	}
}

// forward sends events that the actor may see.
func (st *stream) forward(events []liveEvent, missed bool) bool {
	if missed {
		st.at = st.s.hub.last()
		return st.send(format(liveEvent{id: st.at, name: "reset", data: []byte("{}")}))
	}
	all := st.who.may(listAll)
	text := ""
	for _, e := range events {
		st.at = e.id
		if all || e.handedOver {
			text += format(e)
		}
	}
	return text == "" || st.send(text)
}

func format(e liveEvent) string {
	return fmt.Sprintf("id: %d\nevent: %s\ndata: %s\n\n", e.id, e.name, e.data)
}

func (st *stream) send(text string) bool {
	if err := st.rc.SetWriteDeadline(time.Now().Add(streamWrite)); err != nil {
		st.s.opts.Logger.Debug("stream has no write deadline", "error", err)
	}
	if _, err := io.WriteString(st.w, text); err != nil {
		return false
	}
	return st.rc.Flush() == nil
}

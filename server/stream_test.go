package server

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"relevo/channel"
	"relevo/engine"
	"relevo/runner"
	"relevo/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// watcher reads a live stream.
type watcher struct {
	t     *testing.T
	lines *bufio.Scanner
	id    string // of the last event
	close func()
}

// watch opens a stream and reads its first line, after which nothing can be missed.
func (w *world) watch(who credential, lastID string) *watcher {
	w.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	w.t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, "GET", w.http.URL+"/v1/stream", nil)
	w.must(err)
	req.Header.Set(who.header, who.value)
	if lastID != "" {
		req.Header.Set("Last-Event-ID", lastID)
	}
	res, err := http.DefaultTransport.(*http.Transport).Clone().RoundTrip(req)
	w.must(err)
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "text/event-stream" || res.Header.Get("Cache-Control") != "no-store" {
		w.t.Fatalf("stream: %d %v", res.StatusCode, res.Header)
	}
	s := &watcher{t: w.t, lines: bufio.NewScanner(res.Body), close: func() { cancel(); res.Body.Close() }}
	s.lines.Buffer(nil, 1<<20)
	w.t.Cleanup(s.close)
	name, _, ok := s.next()
	if !ok || name != "" {
		w.t.Fatalf("stream begins with %q", name)
	}
	return s
}

// next reads one event; ok is false at the end of the stream.
func (s *watcher) next() (name, data string, ok bool) {
	for s.lines.Scan() {
		line := s.lines.Text()
		if line == "" {
			return name, data, true
		}
		key, value, _ := strings.Cut(line, ": ")
		switch key {
		case "id":
			s.id = value
		case "event":
			name = value
		case "data":
			data = value
		}
	}
	return "", "", false
}

// want reads one event and checks its name and conversation.
func (s *watcher) want(name, conversation string) string {
	s.t.Helper()
	got, data, ok := s.next()
	var v struct{ Conversation string }
	if !ok || got != name || json.Unmarshal([]byte(data), &v) != nil || v.Conversation != conversation {
		s.t.Fatalf("event %q %s (open %t), want %s of %q", got, data, ok, name, conversation)
	}
	return data
}

func turn(conversation string, seq int64) runner.Update {
	return runner.Update{Conversation: conversation, Owner: engine.Owner{Kind: engine.OwnerBot}, Seq: seq,
		Entries: []channel.Entry{{ID: fmt.Sprintf("%s/%d/0", conversation, seq), Seq: seq, Kind: channel.EntryBot, Text: "two\nlines"}}}
}

func TestTheStreamTellsWhatHappens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	boss := w.person(store.RoleSupervisor)
	s := w.watch(boss, "")
	w.runner.publish(turn("c1", 4))
	if data := s.want("turn", "c1"); !strings.Contains(data, `"text":"two\nlines"`) || !strings.Contains(data, `"chat":null`) || !strings.Contains(data, `"owner":"bot"`) {
		t.Errorf("turn %s", data)
	}
	w.runner.publish(runner.Update{Conversation: "c1", Delivery: &store.Delivery{Effect: "c1/4/0", State: engine.DeliveryFailed, Code: "131047"}})
	if data := s.want("delivery", "c1"); data != `{"conversation":"c1","effect":"c1/4/0","status":"failed","problem":"131047"}` {
		t.Errorf("delivery %s", data)
	}
	id, _ := w.chat("34600000001")
	conversation, _, _ := strings.Cut(id, "/")
	if data := s.want("turn", conversation); !strings.Contains(data, `"state":"queued"`) || !strings.Contains(data, `"summary":"wants to return shoes"`) {
		t.Errorf("handoff %s", data)
	}
}

func TestAnAgentHearsOnlyOfConversationsThatWereHandedOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	agent := w.person(store.RoleAgent)
	known := w.contact("web", "34600000001")
	w.handOver(known, "orders") // before anybody listens: only the store knows
	w.server.Close()
	w.server.hub = startHub(w.server.opts)
	s := w.watch(agent, "")
	w.runner.publish(turn("secret", 1))
	w.runner.publish(turn(known.ID, 3))
	s.want("turn", known.ID)
	w.runner.publish(runner.Update{Conversation: "secret", Delivery: &store.Delivery{Effect: "secret/1/0", State: engine.DeliverySent}})
	id, _ := w.chat("34600000002")
	conversation, _, _ := strings.Cut(id, "/")
	s.want("turn", conversation)
	w.runner.publish(turn(conversation, 9))
	s.want("turn", conversation)
}

func TestAStreamGoesOnWhereItBroke(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	boss := w.person(store.RoleSupervisor)
	s := w.watch(boss, "")
	w.runner.publish(turn("c1", 1))
	s.want("turn", "c1")
	last := s.id
	w.runner.publish(turn("c2", 1))
	s.want("turn", "c2")
	s.close()
	again := w.watch(boss, last)
	again.want("turn", "c2")
	w.runner.publish(turn("c3", 1))
	again.want("turn", "c3")

	for _, stale := range []string{"1", "nonsense", "99999999999999999"} {
		lost := w.watch(boss, stale)
		if name, data, _ := lost.next(); name != "reset" || data != "{}" {
			t.Errorf("after %s: %s %s", stale, name, data)
		}
		if lost.id != again.id {
			t.Errorf("after %s goes on at %s, want %s", stale, lost.id, again.id)
		}
	}
}

func TestWhoMissedTooMuchReadsAfresh(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	h := w.server.hub
	begin := h.last()
	for i := range keptUpdates + 10 {
		h.publish("turn", map[string]int{"n": i}, true)
	}
	if _, missed, _ := h.after(begin); !missed {
		t.Error("missed events are not noticed")
	}
	events, missed, _ := h.after(h.last() - keptUpdates)
	if missed || len(events) != keptUpdates || string(events[0].data) != `{"n":10}` || events[len(events)-1].id != h.last() {
		t.Errorf("ring: missed %t, %d events", missed, len(events))
	}
}

func TestAStreamEndsWithItsSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.server.recheck = 5 * time.Millisecond
	boss, program := w.person(store.RoleSupervisor), w.program(store.RoleAdmin)
	s, p := w.watch(boss, ""), w.watch(program, "")
	w.clock.advance(sessionIdle - time.Minute)
	w.runner.publish(turn("c1", 1)) // streams count as activity
	s.want("turn", "c1")
	w.do(boss, "GET", "/v1/session", nil).want(t, 200, "")
	w.do(boss, "DELETE", "/v1/session", nil).want(t, 204, "")
	for {
		if _, _, ok := s.next(); !ok {
			break
		}
	}
	p.want("turn", "c1")
	w.runner.publish(turn("c2", 1))
	p.want("turn", "c2")
	w.server.Close()
	if _, _, ok := p.next(); ok {
		t.Error("the stream goes on after Close")
	}
}

func TestAStreamOutlivesTheServersTimeouts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.server.comment = 5 * time.Millisecond
	impatient := httptest.NewUnstartedServer(nil)
	impatient.Config = HTTPServer("", w.server.Handler())
	impatient.Config.ReadTimeout, impatient.Config.WriteTimeout = 20*time.Millisecond, 20*time.Millisecond
	impatient.Start()
	w.http.Close()
	w.http = impatient
	s := w.watch(w.person(store.RoleAdmin), "")
	for range 20 { // comments: five times as long as the server waits for others
		if _, _, ok := s.next(); !ok {
			t.Fatal("the stream broke")
		}
	}
	w.runner.publish(turn("c1", 1))
	for {
		name, _, ok := s.next()
		if !ok {
			t.Fatal("the stream broke")
		}
		if name == "turn" {
			return
		}
	}
}

func TestStreamsAreCounted(t *testing.T) {
	t.Parallel()
	n := streamCount{byWho: map[string]int{}}
	var leave []func()
	for range maxActorStreams {
		l, ok := n.enter("ana")
		if !ok {
			t.Fatal("refused")
		}
		leave = append(leave, l)
	}
	if _, ok := n.enter("ana"); ok {
		t.Error("one too many")
	}
	if _, ok := n.enter("ben"); !ok {
		t.Error("ben pays for ana")
	}
	leave[0]()
	if _, ok := n.enter("ana"); !ok {
		t.Error("a stream that ended still counts")
	}
}

func TestALostSubscriptionIsTakenUpAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	boss := w.person(store.RoleSupervisor)
	s := w.watch(boss, "")
	w.runner.mu.Lock()
	for id, c := range w.runner.subs { // as the runner does with who falls behind
		close(c)
		delete(w.runner.subs, id)
	}
	w.runner.mu.Unlock()
	if name, _, _ := s.next(); name != "reset" {
		t.Fatalf("event %q, want reset", name)
	}
	w.runner.publish(turn("c1", 1))
	s.want("turn", "c1")
}

func TestReadinessTellsTheTruth(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.do(credential{}, "GET", "/readyz", nil).want(t, 200, "")
	w.do(credential{}, "HEAD", "/healthz", nil).want(t, 200, "")
	w.runner.notReady = errors.New("still loading secrets")
	got := w.do(credential{}, "GET", "/readyz", nil).want(t, 503, "unavailable")
	if strings.Contains(got.body, "secrets") {
		t.Errorf("the cause is shown: %s", got.body)
	}
}

package webchat

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"relevo/channel"
	"relevo/channel/channeltest"
)

// journal is a History in memory. A visitor's conversation has the visitor's own name.
type journal struct {
	mu      sync.Mutex
	entries map[string][]channel.Entry // by visitor
	err     error
}

func (j *journal) History(_ context.Context, conversation string, after int64) ([]channel.Entry, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	var out []channel.Entry
	for _, e := range j.entries[conversation] {
		if e.Seq > after {
			out = append(out, e)
		}
	}
	return out, j.err
}

func (j *journal) conversation(_ context.Context, id channel.Identity) (string, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.entries[id.Value]) == 0 {
		return "", j.err
	}
	return id.Value, j.err
}

func (j *journal) add(visitor string, entries ...channel.Entry) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.entries == nil {
		j.entries = map[string][]channel.Entry{}
	}
	j.entries[visitor] = append(j.entries[visitor], entries...)
}

// mark changes the status of an entry.
func (j *journal) mark(visitor, id string, change func(*channel.Entry)) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for i := range j.entries[visitor] {
		if j.entries[visitor][i].ID == id {
			change(&j.entries[visitor][i])
		}
	}
}

// world is a channel behind real HTTP, with everything around it in memory.
type world struct {
	*testing.T
	ch      *Channel
	url     string
	sink    *channeltest.Recorder
	journal *journal
}

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func newChannel(t *testing.T, sink channel.Sink, change func(*Config, *Options)) (*Channel, *journal) {
	t.Helper()
	j := &journal{}
	cfg := Config{ID: "web", Title: "Corner Shop"}
	opts := Options{History: j, Conversations: j.conversation}
	if change != nil {
		change(&cfg, &opts)
	}
	ch, err := New(cfg, sink, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(ch.Close)
	return ch, j
}

func newWorld(t *testing.T, change func(*Config, *Options)) *world {
	t.Helper()
	sink := &channeltest.Recorder{}
	ch, j := newChannel(t, sink, change)
	srv := httptest.NewServer(ch)
	t.Cleanup(srv.Close)
	t.Cleanup(ch.Close) // before srv.Close, which waits for the streams
	return &world{t, ch, srv.URL, sink, j}
}

// visitor is one browser.
type visitor struct {
	url, token, id string
}

func (w *world) visitor() visitor {
	w.Helper()
	v, err := startSession(w.Context(), w.url)
	if err != nil {
		w.Fatal(err)
	}
	return v
}

func startSession(ctx context.Context, url string) (visitor, error) {
	res, err := request(ctx, "POST", url+"/webchat/session", "", "")
	if err != nil {
		return visitor{}, err
	}
	defer res.Body.Close()
	var got struct{ Token, Visitor string }
	if err := json.NewDecoder(res.Body).Decode(&got); err != nil || res.StatusCode != http.StatusCreated {
		return visitor{}, fmt.Errorf("session: status %d, %w", res.StatusCode, err)
	}
	return visitor{url, got.Token, got.Visitor}, nil
}

func request(ctx context.Context, method, url, token, body string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return http.DefaultClient.Do(req)
}

// post sends a body and returns the status.
func (v visitor) post(ctx context.Context, body any) (int, error) {
	encoded, err := json.Marshal(body)
	if err != nil {
		return 0, err
	}
	res, err := request(ctx, "POST", v.url+"/webchat/messages", v.token, string(encoded))
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return res.StatusCode, err
}

// page is an open stream: what a browser reads.
type page struct {
	body  io.ReadCloser
	lines *bufio.Scanner
	last  string // the last id
}

func (v visitor) open(ctx context.Context, after string) (*page, error) {
	res, err := request(ctx, "GET", v.url+"/webchat/stream?after="+after, v.token, "")
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		res.Body.Close()
		return nil, fmt.Errorf("stream: status %d, retry after %q", res.StatusCode, res.Header.Get("Retry-After"))
	}
	s := bufio.NewScanner(res.Body)
	s.Buffer(nil, 1<<20)
	return &page{body: res.Body, lines: s, last: after}, nil
}

// next returns the next event and, for a line, the line. io.EOF ends the stream.
func (p *page) next() (event string, l line, err error) {
	for p.lines.Scan() {
		name, value, _ := strings.Cut(p.lines.Text(), ": ")
		switch {
		case name == "id":
			p.last = value
		case name == "event":
			event = value
		case name == "data" && event == "line":
			err = json.Unmarshal([]byte(value), &l)
		case p.lines.Text() == "" && event != "":
			return event, l, err
		}
	}
	if err := p.lines.Err(); err != nil {
		return "", line{}, err
	}
	return "", line{}, io.EOF
}

// past reads up to ready.
func (p *page) past() ([]line, error) {
	var out []line
	for {
		event, l, err := p.next()
		if err != nil {
			return out, err
		}
		if event == "ready" {
			return out, nil
		}
		out = append(out, l)
	}
}

// openPast opens a stream and reads its past.
func (w *world) openPast(v visitor, after string) (*page, []line) {
	w.Helper()
	p, err := v.open(w.Context(), after)
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { p.body.Close() })
	past, err := p.past()
	if err != nil {
		w.Fatal(err)
	}
	return p, past
}

func texts(lines []line) string {
	var out []string
	for _, l := range lines {
		out = append(out, l.Text)
	}
	return strings.Join(out, "|")
}

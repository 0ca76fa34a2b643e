package webchat

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"relevo/channel"
	"relevo/channel/channeltest"
	"relevo/engine"
)

func TestChannel(t *testing.T) {
	t.Parallel()
	channeltest.Run(t, channeltest.Harness{New: func(t *testing.T, sink channel.Sink) channeltest.Far {
		ch, _ := newChannel(t, sink, nil)
		w := &world{T: t, ch: ch, url: serve(t, ch)}
		far := &farEnd{world: w, visitors: map[string]*browser{}}
		return channeltest.Far{Channel: ch, Receive: far.receive, Sent: far.sent}
	}})
}

// farEnd is the contacts' side for the suite: a browser each, with one open page.
type farEnd struct {
	*world
	mu       sync.Mutex
	visitors map[string]*browser
}

type browser struct {
	visitor
	mu   sync.Mutex // one reader at a time
	page *page
	got  []channeltest.Arrival
}

func (f *farEnd) browser(ctx context.Context, name string) (*browser, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if b := f.visitors[name]; b != nil {
		return b, nil
	}
	v, err := startSession(ctx, f.url)
	if err != nil {
		return nil, err
	}
	p, err := v.open(f.Context(), "0")
	if err != nil {
		return nil, err
	}
	if _, err := p.past(); err != nil {
		return nil, err
	}
	b := &browser{visitor: v, page: p}
	f.visitors[name] = b
	return b, nil
}

func (f *farEnd) receive(ctx context.Context, in channeltest.Incoming) error {
	b, err := f.browser(ctx, in.From)
	if err != nil {
		return err
	}
	body := map[string]string{"id": in.ID, "text": in.Text}
	if in.Payload != "" {
		body = map[string]string{"id": in.ID, "payload": in.Payload, "title": in.Text}
	}
	status, err := b.post(ctx, body)
	if err == nil && status != 202 {
		err = fmt.Errorf("status %d", status)
	}
	return err
}

func (f *farEnd) sent(ctx context.Context, contact string, n int) []channeltest.Arrival {
	b, err := f.browser(ctx, contact)
	if err != nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	stop := context.AfterFunc(ctx, func() { b.page.body.Close() })
	defer stop()
	for len(b.got) < n {
		_, l, err := b.page.next()
		if err != nil {
			break
		}
		if l.Kind != channel.EntryContact {
			b.got = append(b.got, channeltest.Arrival{Text: l.Text, Choices: l.Choices, Shows: l.Show, URL: l.URL})
		}
	}
	return slices.Clone(b.got)
}

func TestSendRefusesWhatItCanNotShow(t *testing.T) {
	t.Parallel()
	ch, _ := newChannel(t, &channeltest.Recorder{}, nil)
	_, err := ch.Send(t.Context(), channel.Message{
		ID: "c/1/0", To: []channel.Identity{identity("v")}, Outgoing: engine.Outgoing{Kind: engine.OutgoingTemplate},
	})
	var refused *channel.SendError
	if !errors.As(err, &refused) || refused.Class != channel.ClassFatal || refused.Code != "unsupported" {
		t.Errorf("a template: got %v, want a fatal SendError", err)
	}
}

func TestSendToAVisitorWhoIsAwayIsSent(t *testing.T) {
	t.Parallel()
	ch, _ := newChannel(t, &channeltest.Recorder{}, nil)
	got, err := ch.Send(t.Context(), channel.Message{
		ID: "c/1/0", To: []channel.Identity{identity("v")}, Origin: engine.OriginBot, Outgoing: engine.Outgoing{Kind: engine.OutgoingText, Text: "hi"},
	})
	if err != nil || got.State != engine.DeliverySent || got.ProviderID != "c/1/0" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestNewListsEverythingWrong(t *testing.T) {
	t.Parallel()
	j := &journal{}
	opts := Options{History: j, Conversations: j.conversation}
	_, err := New(Config{
		ID: "", Accent: "red", Languages: []string{"xx"}, FrameAncestors: []string{"https://a.example; script-src *"},
		Starters: map[string][]string{"en": {"a", "b", "c", "d"}},
	}, &channeltest.Recorder{}, opts)
	if err == nil {
		t.Fatal("a broken configuration was taken")
	}
	for _, want := range []string{`id ""`, `accent "red"`, `language "xx"`, "frame ancestor", "starters en"} {
		if !contains(err.Error(), want) {
			t.Errorf("the error does not name %s: %v", want, err)
		}
	}
	if _, err := New(Config{ID: "web"}, nil, opts); err == nil {
		t.Error("a channel without a sink was made")
	}
}

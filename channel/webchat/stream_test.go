package webchat

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"relevo/channel"
	"relevo/channel/channeltest"
	"relevo/engine"
)

func TestStreamShowsOnlyWhatCustomersMaySee(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	v := w.visitor()
	w.journal.add(
		v.id,
		channel.Entry{ID: v.id + ":m1", Seq: 1, Kind: channel.EntryContact, Text: "hello"},
		channel.Entry{ID: "c/1/0", Seq: 1, Kind: channel.EntryBot, Text: "hi", Status: engine.DeliverySent},
		channel.Entry{ID: "c/2/0", Seq: 2, Kind: channel.EntryNote, Author: "Ana", Text: "difficult customer"},
		channel.Entry{ID: "c/2/1", Seq: 2, Kind: channel.EntrySystem, Code: "claimed", Text: "claimed by Ana"},
		channel.Entry{ID: "c/3/0", Seq: 3, Kind: channel.EntryBot, Text: "withdrawn", Status: engine.DeliverySuppressed},
		channel.Entry{ID: "c/3/1", Seq: 3, Kind: channel.EntryAgent, Author: "Ana", Text: "I am Ana", Status: engine.DeliveryRead},
		channel.Entry{ID: "c/4/0", Seq: 4, Kind: channel.EntryPhone, Text: "from the phone"},
		channel.Entry{ID: "c/5/0", Seq: 5, Kind: channel.EntryBot, Text: "not sent yet", Status: engine.DeliveryQueued},
		channel.Entry{ID: v.id + ":m2", Seq: 6, Kind: channel.EntryContact, Text: "still there?"},
	)
	p, past := w.openPast(v, "0")
	if got, want := texts(past), "hello|hi|I am Ana|from the phone|still there?"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if past[0].ID != "m1" || past[2].Author != "Ana" {
		t.Errorf("got %+v", past)
	}
	if p.last != "4" {
		t.Errorf("goes on after %s, want 4: the message of turn 5 may still be sent", p.last)
	}
}

func TestStreamGoesOnWhereItEnded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	v := w.visitor()
	for seq := int64(1); seq <= 5; seq++ {
		w.journal.add(v.id, channel.Entry{ID: fmt.Sprintf("c/%d/0", seq), Seq: seq, Kind: channel.EntryBot, Text: fmt.Sprint(seq), Status: engine.DeliverySent})
	}
	if _, past := w.openPast(v, "3"); texts(past) != "4|5" {
		t.Errorf("after 3: got %s", texts(past))
	}
	for _, after := range []string{"-1", "x", "99999999999999999999"} {
		if _, err := v.open(t.Context(), after); err == nil || !contains(err.Error(), "422") {
			t.Errorf("after %s: got %v, want 422", after, err)
		}
	}
}

func TestLiveMessageFollowsThePast(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	v := w.visitor()
	p, _ := w.openPast(v, "0")
	out := engine.Outgoing{Kind: engine.OutgoingChoices, Text: "Anything else?", Choices: []engine.Choice{{Payload: "r1/2/yes", Title: "Yes"}}}
	w.send(v, "c/7/0", engine.OriginAgent, "Ana", out)
	event, l, err := p.next()
	if err != nil || event != "line" || l.ID != "c/7/0" || l.Kind != channel.EntryAgent || l.Author != "Ana" || l.Choices[0] != out.Choices[0] || p.last != "6" {
		t.Errorf("got %s %+v, id %s, %v", event, l, p.last, err)
	}
}

func (w *world) send(v visitor, id string, origin engine.Origin, author string, out engine.Outgoing) {
	w.Helper()
	m := channel.Message{ID: id, To: []channel.Identity{identity(v.id)}, Origin: origin, Author: author, Outgoing: out, At: noon}
	if _, err := w.ch.Send(w.Context(), m); err != nil {
		w.Fatal(err)
	}
}

// A page that connects again and again while messages are sent must see each of them exactly once (after dropping known ids, as
// app.js does) and in order, wherever the connection breaks.
func TestReconnectingNeitherLosesNorDoubles(t *testing.T) {
	t.Parallel()
	const turns, each = 60, 2
	w := newWorld(t, nil)
	v := w.visitor()
	w.journal.add(v.id, channel.Entry{ID: v.id + ":m1", Seq: 1, Kind: channel.EntryContact, Text: "hello"})

	go func() {
		for seq := int64(2); seq < 2+turns; seq++ {
			var entries []channel.Entry
			for n := range each {
				id := engine.EffectID("c", seq, n)
				entries = append(entries, channel.Entry{ID: id, Seq: seq, Kind: channel.EntryBot, Text: id, Status: engine.DeliveryQueued})
			}
			w.journal.add(v.id, entries...)
			for _, e := range entries {
				w.send(v, e.ID, engine.OriginBot, "", engine.Outgoing{Kind: engine.OutgoingText, Text: e.Text})
				w.journal.mark(v.id, e.ID, func(e *channel.Entry) { e.Status = engine.DeliverySent })
			}
		}
	}()

	seen := map[string]bool{}
	var order []string
	after, want := "0", 1+turns*each
	for attempt := 0; len(seen) < want; attempt++ {
		ctx, cancel := context.WithCancel(t.Context())
		p, err := v.open(ctx, after)
		if err != nil {
			t.Fatal(err)
		}
		for n := 0; n <= attempt%7 && len(seen) < want; {
			event, l, err := p.next()
			if err != nil {
				t.Fatal(err)
			}
			if event != "line" {
				n++
				continue
			}
			if !seen[l.ID] {
				seen[l.ID] = true
				order = append(order, l.ID)
				n++
			}
		}
		after = p.last
		cancel()
		p.body.Close()
	}
	for i, id := range order[1:] {
		if want := engine.EffectID("c", int64(2+i/each), i%each); id != want {
			t.Fatalf("place %d: got %s, want %s", i, id, want)
		}
	}
}

// The store marks a message as sent after Send. Who connects in between finds it "queued" in the journal, and must get it.
func TestSentButNotYetMarkedIsShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	v := w.visitor()
	w.journal.add(v.id, channel.Entry{ID: "c/2/0", Seq: 2, Kind: channel.EntryBot, Text: "hi", Status: engine.DeliveryQueued})
	if _, past := w.openPast(v, "0"); len(past) != 0 {
		t.Errorf("before it is sent: got %s", texts(past))
	}
	w.send(v, "c/2/0", engine.OriginBot, "", engine.Outgoing{Kind: engine.OutgoingText, Text: "hi"})
	if _, past := w.openPast(v, "0"); texts(past) != "hi" {
		t.Errorf("after it was sent: got %q, want hi", texts(past))
	}
}

func TestStreamsOfOneVisitorAreLimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	v := w.visitor()
	var first *page
	for i := range streamsPerVisitor {
		p, _ := w.openPast(v, "0")
		if i == 0 {
			first = p
		}
	}
	if _, err := v.open(t.Context(), "0"); err == nil || !contains(err.Error(), `429, retry after "10"`) {
		t.Errorf("one more: got %v, want 429", err)
	}
	w.openPast(w.visitor(), "0")
	w.ch.Close()
	if _, _, err := first.next(); !errors.Is(err, io.EOF) {
		t.Errorf("after Close: got %v, want the end of the stream", err)
	}
	if _, err := v.open(t.Context(), "0"); err == nil || !contains(err.Error(), "503") {
		t.Errorf("a stream of a closed channel: got %v, want 503", err)
	}
}

func TestSlowReaderIsCutOff(t *testing.T) {
	t.Parallel()
	h := newHub()
	slow, err := h.subscribe("v")
	if err != nil {
		t.Fatal(err)
	}
	for i := range streamBuffer + 1 {
		h.sent([]string{"v"}, fmt.Sprint(i), []line{{ID: fmt.Sprint(i)}})
	}
	select {
	case <-slow.gone:
	default:
		t.Error("a reader that takes nothing is still there")
	}
	h.leave("v", slow)
	if h.open != 0 || len(h.streams) != 0 {
		t.Errorf("%d streams are left", h.open)
	}
}

func TestHubForgetsOldMessages(t *testing.T) {
	t.Parallel()
	h := newHub()
	for i := range maxRecent + 10 {
		h.sent(nil, fmt.Sprint(i), nil)
	}
	if h.wasSent("9") || !h.wasSent("10") || len(h.recent) != maxRecent {
		t.Errorf("remembers %d messages, want the last %d", len(h.recent), maxRecent)
	}
}

func TestBrokenHistoryIsAProblem(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	v := w.visitor()
	w.journal.add(v.id, channel.Entry{ID: "x", Seq: 1, Kind: channel.EntryContact, Text: "hi"})
	w.journal.mu.Lock()
	w.journal.err = errors.New("database is gone")
	w.journal.mu.Unlock()
	if _, err := v.open(t.Context(), "0"); err == nil || !contains(err.Error(), "503") {
		t.Errorf("got %v, want 503", err)
	}
}

func TestQuietStreamGivesASign(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		j := &journal{}
		ch, err := New(Config{ID: "web"}, &channeltest.Recorder{}, Options{History: j, Conversations: j.conversation})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 3*heartbeat+time.Second)
		defer cancel()
		r := httptest.NewRequestWithContext(ctx, "GET", "/webchat/stream", nil)
		r.Header.Set("Authorization", "Bearer "+strings.Repeat("A", 43))
		rec := httptest.NewRecorder()
		ch.ServeHTTP(rec, r)
		if got, want := rec.Body.String(), "event: ready\ndata: {}\n\n"+strings.Repeat(": still here\n\n", 3); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func TestReplayIsBounded(t *testing.T) {
	t.Parallel()
	var entries []channel.Entry
	for i := range maxReplay + 50 {
		entries = append(entries, channel.Entry{ID: fmt.Sprint(i), Seq: int64(i + 1), Kind: channel.EntryContact, Text: "x"})
	}
	got := replayLines("v", entries, func(string) bool { return false })
	if len(got) != maxReplay || got[0].ID != "50" {
		t.Errorf("got %d lines from %s, want the last %d", len(got), got[0].ID, maxReplay)
	}
}

func TestLiveAndReplayedLookTheSame(t *testing.T) {
	t.Parallel()
	out := engine.Outgoing{Kind: engine.OutgoingChoices, Text: strings.Repeat("long text ", 900)}
	for i := range maxListRows + 1 {
		out.Choices = append(out.Choices, engine.Choice{Payload: fmt.Sprint(i), Title: fmt.Sprintf("Title %d", i)})
	}
	live := outgoingLines(channel.Message{ID: "c/4/1", Origin: engine.OriginBot, Outgoing: out, At: noon})
	again := replayLines("v", []channel.Entry{{
		ID: "c/4/1", Seq: 4, Kind: channel.EntryBot, Text: out.Text, Choices: out.Choices, At: noon, Status: engine.DeliverySent,
	}}, func(string) bool { return false })
	if fmt.Sprint(live) != fmt.Sprint(again) {
		t.Errorf("live %.200v\nreplayed %.200v", live, again)
	}
	if len(live) != 3 || live[2].ID != "c/4/1~3" || live[2].cursor != 3 {
		t.Errorf("got %d parts, the last one %+v", len(live), live[len(live)-1])
	}
}

package webchat

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"relevo/channel"
	"relevo/engine"
)

func contains(s, sub string) bool { return strings.Contains(s, sub) }

func serve(t *testing.T, h *Channel) string {
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	t.Cleanup(h.Close)
	return srv.URL
}

func TestSessionGivesARandomTokenAndItsHash(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a, b := w.visitor(), w.visitor()
	if len(a.token) != 43 || a.token == b.token {
		t.Errorf("tokens %q and %q: want two different ones of 256 bits", a.token, b.token)
	}
	if !regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString(a.id) || a.id != visitorOf(a.token) {
		t.Errorf("visitor %q: want the SHA-256 of the token", a.id)
	}
}

func TestMessageBecomesAnEvent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(_ *Config, o *Options) { o.Now = func() time.Time { return noon } })
	v := w.visitor()
	for _, body := range []any{
		posted{ID: "m1", Text: "hello\u0000\nthere", Language: "es-MX", Region: "MX", TimeZone: "America/Mexico_City"},
		posted{ID: "m2", Payload: "r1/3/yes", Title: "Yes, please", Language: "not a language", Region: "419", TimeZone: "../../etc/passwd"},
	} {
		if status, err := v.post(t.Context(), body); status != http.StatusAccepted || err != nil {
			t.Fatalf("status %d, %v", status, err)
		}
	}
	got := w.sink.Inbound()
	if len(got) != 2 {
		t.Fatalf("got %d events, want 2", len(got))
	}
	want := []engine.Message{
		{Kind: engine.MessageText, Text: "hello\nthere", Language: "es", Region: "MX", TimeZone: "America/Mexico_City", Sent: noon},
		{Kind: engine.MessageButton, Text: "Yes, please", Payload: "r1/3/yes", Sent: noon},
	}
	for i, in := range got {
		key := fmt.Sprintf("%s:m%d", v.id, i+1)
		if in.Channel != "web" || in.DedupeKey != key || in.Event.ID != key || in.Identities[0] != identity(v.id) || !in.Event.At.Equal(noon) {
			t.Errorf("event %d: got %+v", i, in)
		}
		if g, w := fmt.Sprintf("%+v", *in.Event.Message), fmt.Sprintf("%+v", want[i]); g != w {
			t.Errorf("message %d: got %s, want %s", i, g, w)
		}
	}
	kept, err := json.Marshal(w.sink.Deliveries())
	if err != nil || contains(string(kept), v.token) {
		t.Errorf("the token itself was given away (%v)", err)
	}
}

func TestMessageIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	v := w.visitor()
	for _, c := range []struct {
		name, body string
		want       int
	}{
		{"no JSON", `hello`, 422},
		{"no id", `{"text":"hi"}`, 422},
		{"an id with a slash, which could be an effect's", `{"id":"c/1/0","text":"hi"}`, 422},
		{"no text", `{"id":"m1"}`, 422},
		{"only spaces", `{"id":"m1","text":" \n "}`, 422},
		{"text and payload", `{"id":"m1","text":"a","payload":"b","title":"c"}`, 422},
		{"a payload without a title", `{"id":"m1","payload":"b"}`, 422},
		{"a payload that is too long", `{"id":"m1","title":"a","payload":"` + strings.Repeat("p", maxInboundPayload+1) + `"}`, 422},
		{"an unknown field", `{"id":"m1","text":"hi","epoch":1}`, 422},
		{"two values", `{"id":"m1","text":"hi"}{}`, 422},
		{"a text of 4,097 characters", `{"id":"m1","text":"` + strings.Repeat("ñ", maxInbound+1) + `"}`, 413},
		{"a body over 16 KiB", `{"id":"m1","text":"` + strings.Repeat("x", maxBody) + `"}`, 413},
	} {
		res, err := request(t.Context(), "POST", v.url+"/webchat/messages", v.token, c.body)
		if err != nil {
			t.Fatal(err)
		}
		var p problem
		err = json.NewDecoder(res.Body).Decode(&p)
		res.Body.Close()
		if res.StatusCode != c.want || err != nil || p.Status != c.want || p.Type == "" || res.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: got %d %+v %v, want %d", c.name, res.StatusCode, p, err, c.want)
		}
	}
	if status, err := v.post(t.Context(), posted{ID: "m1", Text: strings.Repeat("ñ", maxInbound)}); status != http.StatusAccepted {
		t.Errorf("4,096 characters: got %d, %v", status, err)
	}
	if n := len(w.sink.Inbound()); n != 1 {
		t.Errorf("the sink got %d events, want 1", n)
	}
}

func TestWhoHasNoTokenStaysOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for _, token := range []string{"", "short", strings.Repeat("!", 43)} {
		for _, r := range [][2]string{{"POST", "/webchat/messages"}, {"GET", "/webchat/stream"}} {
			res, err := request(t.Context(), r[0], w.url+r[1], token, `{"id":"m1","text":"hi"}`)
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			if res.StatusCode != http.StatusUnauthorized {
				t.Errorf("%s with token %q: got %d, want 401", r[1], token, res.StatusCode)
			}
		}
	}
}

func TestMessageRateIsLimitedByVisitor(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(_ *Config, o *Options) { o.Now = func() time.Time { return noon } })
	v, other := w.visitor(), w.visitor()
	for i := range messagesPerMinute {
		if status, err := v.post(t.Context(), posted{ID: fmt.Sprint(i), Text: "hi"}); status != http.StatusAccepted {
			t.Fatalf("message %d: status %d, %v", i, status, err)
		}
	}
	res, err := request(t.Context(), "POST", w.url+"/webchat/messages", v.token, `{"id":"m","text":"hi"}`)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") != "1" {
		t.Errorf("one more: got %d, Retry-After %q", res.StatusCode, res.Header.Get("Retry-After"))
	}
	if status, _ := other.post(t.Context(), posted{ID: "m", Text: "hi"}); status != http.StatusAccepted {
		t.Errorf("another visitor: got %d, want 202", status)
	}
}

func TestNewVisitorsAreLimitedByNetwork(t *testing.T) {
	t.Parallel()
	var from atomic.Value
	from.Store("192.0.2.7")
	w := newWorld(t, func(_ *Config, o *Options) {
		o.Now = func() time.Time { return noon }
		o.ClientIP = func(*http.Request) string { return from.Load().(string) }
	})
	forged := visitor{url: w.url, token: strings.Repeat("A", 43)}
	forged.id = visitorOf(forged.token)
	for range sessionsPerMinute {
		w.visitor()
	}
	from.Store("192.0.2.200") // the same /24
	if _, err := startSession(t.Context(), w.url); err == nil || !contains(err.Error(), "429") {
		t.Errorf("session 21 of a network: got %v, want 429", err)
	}
	if status, _ := forged.post(t.Context(), posted{ID: "m", Text: "hi"}); status != http.StatusTooManyRequests {
		t.Errorf("a token that was never given out: got %d, want 429", status)
	}
	w.journal.add(forged.id, channel.Entry{ID: "x", Seq: 1, Kind: channel.EntryContact, Text: "hi"})
	if status, _ := forged.post(t.Context(), posted{ID: "m", Text: "hi"}); status != http.StatusAccepted {
		t.Errorf("a visitor with a conversation: got %d, want 202", status)
	}
	from.Store("198.51.100.1")
	w.visitor() // another network
}

func TestMessageThatIsNotStoredIsNotAcknowledged(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	v := w.visitor()
	page, _ := w.openPast(v, "0")
	w.sink.Fail(errors.New("disk full"))
	if status, _ := v.post(t.Context(), posted{ID: "m1", Text: "lost"}); status != http.StatusServiceUnavailable {
		t.Errorf("got %d, want 503", status)
	}
	w.sink.Fail(nil)
	if status, _ := v.post(t.Context(), posted{ID: "m2", Text: "kept"}); status != http.StatusAccepted {
		t.Errorf("got %d, want 202", status)
	}
	if _, l, err := page.next(); err != nil || l.Text != "kept" || l.ID != "m2" || l.Kind != channel.EntryContact {
		t.Errorf("the visitor's other page got %+v, %v", l, err)
	}
}

func TestNoRandomnessNoSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(_ *Config, o *Options) { o.Rand = strings.NewReader("too short") })
	res, err := request(t.Context(), "POST", w.url+"/webchat/session", "", "")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	if res.StatusCode != http.StatusServiceUnavailable || contains(string(body), "token\"") {
		t.Errorf("got %d %s, want 503", res.StatusCode, body)
	}
}

func FuzzPosted(f *testing.F) {
	f.Add(`{"id":"m1","text":"hi"}`)
	f.Add(`{"id":"m1","payload":"r1/2/x","title":"X"}`)
	f.Add("{\"id\":\"m1\",\"text\":\"\\ud800\\u0000\xff\"}")
	f.Fuzz(func(t *testing.T, body string) {
		in, p := readPosted(httptest.NewRecorder(), httptest.NewRequest("POST", "/webchat/messages", strings.NewReader(body)))
		if p != nil {
			return
		}
		m := in.message()
		if strings.TrimSpace(m.Text) == "" || len([]rune(m.Text)) > maxInbound || contains(m.Text, "\x00") || !clientID.MatchString(in.ID) {
			t.Errorf("took %+v", in)
		}
	})
}

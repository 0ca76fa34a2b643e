package whatsapp_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"relevo/channel/channeltest"
	"relevo/channel/whatsapp"
	"relevo/engine"
)

const testSecret = "test_app_secret"

// anyNumber makes a channel that takes deliveries for every number, at a fixed time.
func anyNumber(t testing.TB, sink *channeltest.Recorder, secrets ...string) *whatsapp.Channel {
	t.Helper()
	ch, err := whatsapp.New(whatsapp.Config{ID: "main", PhoneNumberID: whatsapp.AnyNumber, AppSecrets: append(secrets, testSecret), VerifyToken: "our-string"},
		sink, whatsapp.Options{Now: func() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) }})
	if err != nil {
		t.Fatal(err)
	}
	return ch
}

func sign(secret, body string) string {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte(body))
	return "sha256=" + hex.EncodeToString(h.Sum(nil))
}

// post delivers a body with these signature headers and returns the status.
func post(ch http.Handler, body string, signatures ...string) int {
	r := httptest.NewRequest(http.MethodPost, "/webhooks/whatsapp/main", strings.NewReader(body))
	for _, s := range signatures {
		r.Header.Add("X-Hub-Signature-256", s)
	}
	w := httptest.NewRecorder()
	ch.ServeHTTP(w, r)
	return w.Code
}

const emptyDelivery = `{"object":"whatsapp_business_account","entry":[]}`

func oneText(id, at string) string {
	return `{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{"messages":[` +
		`{"from":"34600111222","id":"` + id + `","timestamp":"` + at + `","type":"text","text":{"body":"hi"}}]}}]}]}`
}

func TestSignatureVectors(t *testing.T) {
	t.Parallel()
	cases := []struct{ secret, body, digest string }{
		{"It's a Secret to Everybody", "Hello, World!", "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"},
		{testSecret, emptyDelivery, "dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756"},
	}
	for _, c := range cases {
		ch := anyNumber(t, &channeltest.Recorder{}, "another app's", c.secret)
		if got := post(ch, c.body, "sha256="+c.digest); got != http.StatusOK {
			t.Errorf("body %q: got %d, want 200", c.body, got)
		}
		if got := post(ch, c.body, "sha256="+strings.ToUpper(c.digest)); got != http.StatusOK {
			t.Errorf("body %q, upper case: got %d, want 200", c.body, got)
		}
		if got := post(ch, c.body+" ", "sha256="+c.digest); got != http.StatusUnauthorized {
			t.Errorf("body %q with a space: got %d, want 401", c.body, got)
		}
	}
}

// Whoever sends bodies without end and slowly must not fill the memory, nor keep out the deliveries that matter.
func TestFewLargeBodiesAreReadAtOnce(t *testing.T) {
	t.Parallel()
	ch := anyNumber(t, &channeltest.Recorder{})
	const held = 16
	bodies, answers := make([]*io.PipeWriter, held), make(chan int, held)
	for i := range bodies {
		var body *io.PipeReader
		body, bodies[i] = io.Pipe()
		r := httptest.NewRequest(http.MethodPost, "/webhooks/whatsapp/main", body)
		r.Header.Set("X-Hub-Signature-256", "sha256="+strings.Repeat("0", 64))
		go func() {
			w := httptest.NewRecorder()
			ch.ServeHTTP(w, r)
			answers <- w.Code
		}()
		for range 2 { // the second part is read by who has a place
			if _, err := bodies[i].Write(make([]byte, 64<<10)); err != nil {
				t.Fatal(err)
			}
		}
	}
	large := `{"object":"whatsapp_business_account","entry":[],"x":"` + strings.Repeat("x", 100<<10) + `"}`
	if got := post(ch, large, sign(testSecret, large)); got != http.StatusServiceUnavailable {
		t.Errorf("one large body more: got %d, want 503", got)
	}
	if got := post(ch, emptyDelivery, sign(testSecret, emptyDelivery)); got != http.StatusOK {
		t.Errorf("a small one meanwhile: got %d, want 200", got)
	}
	for _, b := range bodies {
		_ = b.Close()
	}
	for range held {
		if got := <-answers; got != http.StatusUnauthorized {
			t.Errorf("not signed: got %d, want 401", got)
		}
	}
	if got := post(ch, large, sign(testSecret, large)); got != http.StatusOK {
		t.Errorf("afterwards: got %d, want 200", got)
	}
}

func TestUnsignedIsNotRead(t *testing.T) {
	t.Parallel()
	body := oneText("wamid.1", "1772442000")
	good := sign(testSecret, body)
	for name, headers := range map[string][]string{
		"missing":              nil,
		"empty":                {""},
		"no prefix":            {strings.TrimPrefix(good, "sha256=")},
		"another prefix":       {"sha1=" + strings.TrimPrefix(good, "sha256=")},
		"prefix in upper case": {"SHA256=" + strings.TrimPrefix(good, "sha256=")},
		"only the prefix":      {"sha256="},
		"short":                {good[:len(good)-2]},
		"long":                 {good + "00"},
		"not hex":              {"sha256=" + strings.Repeat("zz", 32)},
		"64 bytes beyond":      {"sha256=" + strings.Repeat("é", 32)},
		"another secret":       {sign("another", body)},
		"the verify token":     {sign("our-string", body)},
		"the empty secret":     {sign("", body)},
		"another body":         {sign(testSecret, body+"\n")},
		"all zero":             {"sha256=" + strings.Repeat("0", 64)},
		"two of them":          {sign("another", body), good},
	} {
		sink := &channeltest.Recorder{}
		if got := post(anyNumber(t, sink), body, headers...); got != http.StatusUnauthorized {
			t.Errorf("%s: got %d, want 401", name, got)
		}
		if len(sink.Deliveries()) != 0 {
			t.Errorf("%s: something was stored", name)
		}
	}
	if sink := (&channeltest.Recorder{}); post(anyNumber(t, sink), body, good) != http.StatusOK || len(sink.Inbound()) != 1 {
		t.Errorf("the good one was not taken")
	}
}

func TestEveryBodyIsAnswered(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, body   string
		want         int
		inbound      int
		kept, detail string // of the first kept part, "" for none
	}{
		{"nothing in it", emptyDelivery, 200, 0, "", ""},
		{"not JSON", `{"object":`, 200, 0, "malformed", "10 bytes"},
		{"an empty body", ``, 200, 0, "malformed", "0 bytes"},
		{"two documents", emptyDelivery + emptyDelivery, 200, 0, "malformed", ""},
		{"an array", `[]`, 200, 0, "malformed", ""},
		{"null", `null`, 200, 0, "malformed", ""},
		{"another product", `{"object":"page","entry":[]}`, 200, 0, "ignored", `object="page"`},
		{"an unknown field", `{"object":"whatsapp_business_account","entry":[{"changes":[{"field":"brand_new","value":{}}]}]}`, 200, 0, "ignored", `field="brand_new"`},
		{"a value that is null", `{"object":"whatsapp_business_account","entry":[{"changes":[{"field":"messages","value":null}]}]}`, 200, 0, "ignored", `field="messages"`},
		{"lists that are not", `{"object":"whatsapp_business_account","entry":{"changes":7}}`, 200, 0, "", ""},
		{"deep nesting", `{"object":"whatsapp_business_account","entry":` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + `}`, 200, 0, "malformed", ""},
		{"a text", oneText("wamid.1", "1772442000"), 200, 1, "", ""},
		{"over 3 MiB", strings.Repeat(" ", 3<<20) + emptyDelivery, 413, 0, "", ""},
		{"just 3 MiB", emptyDelivery + strings.Repeat(" ", 3<<20-len(emptyDelivery)), 200, 0, "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			sink := &channeltest.Recorder{}
			if got := post(anyNumber(t, sink), c.body, sign(testSecret, c.body)); got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
			if got := len(sink.Inbound()); got != c.inbound {
				t.Errorf("%d events, want %d", got, c.inbound)
			}
			kept := sink.Kept()
			if len(kept) == 0 && c.kept == "" {
				return
			}
			if len(kept) != 1 || kept[0].Kind != c.kept || !strings.Contains(kept[0].Detail, c.detail) {
				t.Errorf("kept %+v, want one %s with %s", kept, c.kept, c.detail)
			}
		})
	}
}

// endless is a body of unknown length.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	e.read += len(p)
	return copy(p, bytes.Repeat([]byte(" "), len(p))), nil
}

func TestAnEndlessBodyIsCutOff(t *testing.T) {
	t.Parallel()
	body := &endless{}
	r := httptest.NewRequest(http.MethodPost, "/", io.NopCloser(body))
	r.ContentLength = -1
	r.Header.Set("X-Hub-Signature-256", sign(testSecret, ""))
	w := httptest.NewRecorder()
	anyNumber(t, &channeltest.Recorder{}).ServeHTTP(w, r)
	if w.Code != http.StatusRequestEntityTooLarge || body.read > 8<<20 {
		t.Errorf("got %d after %d bytes", w.Code, body.read)
	}
}

func TestNotStoredIsNotAcknowledged(t *testing.T) {
	t.Parallel()
	sink := &channeltest.Recorder{}
	sink.Fail(errors.New("disk full"))
	ch := anyNumber(t, sink)
	for _, body := range []string{oneText("wamid.1", "1772442000"), `not JSON`} {
		if got := post(ch, body, sign(testSecret, body)); got != http.StatusServiceUnavailable {
			t.Errorf("got %d, want 503", got)
		}
	}
}

func TestVerification(t *testing.T) {
	t.Parallel()
	ch := anyNumber(t, &channeltest.Recorder{})
	get := func(ch http.Handler, mode, token, challenge string) *httptest.ResponseRecorder {
		q := url.Values{"hub.mode": {mode}, "hub.verify_token": {token}, "hub.challenge": {challenge}}
		w := httptest.NewRecorder()
		ch.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/?"+q.Encode(), nil))
		return w
	}
	w := get(ch, "subscribe", "our-string", "1158201444")
	if w.Code != http.StatusOK || w.Body.String() != "1158201444" || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
		t.Errorf("got %d %q %v", w.Code, w.Body, w.Header())
	}
	for name, w := range map[string]*httptest.ResponseRecorder{
		"wrong token":      get(ch, "subscribe", "our-strin", "1"),
		"no token":         get(ch, "subscribe", "", "1"),
		"another mode":     get(ch, "unsubscribe", "our-string", "1"),
		"a long challenge": get(ch, "subscribe", "our-string", strings.Repeat("1", 5000)),
	} {
		if w.Code != http.StatusForbidden || w.Body.Len() != 0 {
			t.Errorf("%s: got %d %q, want 403", name, w.Code, w.Body)
		}
	}
	open, err := whatsapp.New(whatsapp.Config{ID: "main", AppSecrets: []string{"s"}}, &channeltest.Recorder{}, whatsapp.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if w := get(open, "subscribe", "", "1"); w.Code != http.StatusForbidden {
		t.Errorf("without a configured token: got %d, want 403", w.Code)
	}
	w = httptest.NewRecorder()
	ch.ServeHTTP(w, httptest.NewRequest(http.MethodPut, "/", nil))
	if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, POST" {
		t.Errorf("PUT: got %d %v", w.Code, w.Header())
	}
}

func TestOtherNumbersAreKeptApart(t *testing.T) {
	t.Parallel()
	value := func(number, account string) string {
		return `{"object":"whatsapp_business_account","entry":[{"id":"` + account + `","changes":[{"field":"messages","value":{"metadata":{"phone_number_id":` + number + `},"messages":[` +
			`{"from":"34600111222","id":"wamid.1","timestamp":"1772442000","type":"text","text":{"body":"hi"}}]}}]}]}`
	}
	cases := []struct {
		name, body string
		inbound    int
	}{
		{"ours", value(`"300200100"`, "77"), 1},
		{"ours, as a number", value(`300200100`, "77"), 1},
		{"another number", value(`"300200101"`, "77"), 0},
		{"another account", value(`"300200100"`, "78"), 0},
	}
	for _, c := range cases {
		sink := &channeltest.Recorder{}
		ch, err := whatsapp.New(whatsapp.Config{ID: "main", PhoneNumberID: "300200100", AccessToken: "t", AppSecrets: []string{testSecret}, BusinessAccountID: "77"},
			sink, whatsapp.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := post(ch, c.body, sign(testSecret, c.body)); got != http.StatusOK {
			t.Errorf("%s: got %d", c.name, got)
		}
		if got := len(sink.Inbound()); got != c.inbound || len(sink.Kept()) != 1-c.inbound {
			t.Errorf("%s: %d events, kept %+v", c.name, got, sink.Kept())
		}
	}
}

func TestLateMessagesKeepTheirPlace(t *testing.T) {
	t.Parallel()
	sink := &channeltest.Recorder{}
	ch := anyNumber(t, sink) // it is 2026-03-02 09:00, 1772442000
	for _, at := range []string{"1772442000", "1772420401", "1772420399", "1772445600", "soon", ""} {
		body := oneText("wamid."+at, at)
		if got := post(ch, body, sign(testSecret, body)); got != http.StatusOK {
			t.Fatalf("got %d", got)
		}
	}
	want := []bool{false, false, true, false, false, false}
	for i, in := range sink.Inbound() {
		if got := in.Event.Message.Extra["late"] == true; got != want[i] {
			t.Errorf("%s: late %v, want %v", in.DedupeKey, got, want[i])
		}
		if !in.Bucket.Equal(in.Event.Message.Sent) || in.Event.At.IsZero() {
			t.Errorf("%s: bucket %v, sent %v", in.DedupeKey, in.Bucket, in.Event.Message.Sent)
		}
	}
}

func TestAThousandMessagesAndOddNeighbours(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(`{"object":"whatsapp_business_account","entry":[{"changes":[{"field":"messages","value":{"messages":[null,7,"x",[],{}`)
	for i := range 1000 {
		b.WriteString(`,{"from":34600111222,"id":"wamid.` + strings.Repeat("a", i%5) + string(rune('a'+i%26)) + hex.EncodeToString([]byte{byte(i >> 8), byte(i)}) +
			`","timestamp":1772442000,"type":"text","text":{"body":"\ud83d alone \u0000 and 👍"}}`)
	}
	b.WriteString(`]}}]}]}`)
	sink := &channeltest.Recorder{}
	if got := post(anyNumber(t, sink), b.String(), sign(testSecret, b.String())); got != http.StatusOK {
		t.Fatalf("got %d", got)
	}
	got := sink.Inbound()
	if len(got) != 1000 || len(sink.Kept()) != 5 {
		t.Fatalf("%d events and %d kept, want 1000 and 5", len(got), len(sink.Kept()))
	}
	if m := got[999].Event.Message; m.Kind != engine.MessageText || m.Text != "\uFFFD alone \uFFFD and 👍" || m.Sent.Unix() != 1772442000 {
		t.Errorf("got %+v", m)
	}
}

func TestOverTheLimitIsToldNotHidden(t *testing.T) {
	t.Parallel()
	body := `{"object":"whatsapp_business_account","entry":[{"changes":[{"field":"messages","value":{"messages":[0` + strings.Repeat(",0", 9999) + `]}}]}]}`
	sink := &channeltest.Recorder{}
	if got := post(anyNumber(t, sink), body, sign(testSecret, body)); got != http.StatusOK {
		t.Fatalf("got %d", got)
	}
	kept := sink.Kept()
	if len(kept) != 5001 || !strings.Contains(kept[5000].Detail, "5000 updates over the limit") {
		t.Errorf("%d kept, the last %q", len(kept), kept[len(kept)-1].Detail)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(oneText("wamid.1", "1772442000")))
	f.Add([]byte(emptyDelivery))
	f.Add([]byte(`{"object":"whatsapp_business_account","entry":[{"changes":[{"field":"messages","value":{"statuses":[{"id":1,"status":"failed","errors":[{}]}]}}]}]}`))
	for _, body := range fixtureBodies(f) {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		sink := &channeltest.Recorder{}
		if got := post(anyNumber(t, sink), string(body), sign(testSecret, string(body))); got != http.StatusOK {
			t.Errorf("got %d, want 200", got)
		}
		for _, in := range sink.Inbound() {
			if in.DedupeKey == "" || in.Event.ID == "" || (in.Event.Message == nil) == (in.Event.Kind == engine.EventMessage) {
				t.Errorf("an event that can not be stored: %+v", in)
			}
			if in.Event.Kind != engine.EventStatus && len(in.Identities) == 0 {
				t.Errorf("an event of nobody: %+v", in)
			}
		}
	})
}

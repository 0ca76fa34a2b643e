package whatsapp_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"relevo/channel"
	"relevo/channel/channeltest"
	"relevo/channel/whatsapp"
	"relevo/channel/whatsapp/graphtest"
	"relevo/engine"
)

var (
	ana   = []channel.Identity{{Kind: "phone", Value: "34600111222"}}
	hello = engine.Outgoing{Kind: engine.OutgoingText, Text: "hello"}
)

func msg(id string, out engine.Outgoing) channel.Message {
	return channel.Message{ID: id, Conversation: "c1", To: ana, Origin: engine.OriginBot, Outgoing: out}
}

func sendError(t *testing.T, err error) *channel.SendError {
	t.Helper()
	var e *channel.SendError
	if !errors.As(err, &e) {
		t.Fatalf("got %v (%T), want a *channel.SendError", err, err)
	}
	return e
}

func TestRefusalsSayWhatToDo(t *testing.T) {
	t.Parallel()
	code := func(status, code int) graphtest.Fault {
		return graphtest.Fault{Status: status, Code: code, Message: "refused"}
	}
	with := func(f graphtest.Fault, header string) graphtest.Fault { f.RetryAfter = header; return f }
	cases := []struct {
		name    string
		fault   graphtest.Fault
		class   channel.Class
		code    string
		after   time.Duration
		unknown bool
	}{
		{"429 with Retry-After", graphtest.TooManyRequests, channel.ClassRetry, "613", 7 * time.Second, false},
		{"429 without a body", graphtest.Fault{Status: 429, Raw: "slow down", RetryAfter: "3"}, channel.ClassRetry, "http_429", 3 * time.Second, false},
		{"Retry-After beyond reason", with(graphtest.RateLimit, "99999999999999999"), channel.ClassRetry, "130429", 24 * time.Hour, false},
		{"Retry-After that is no time", with(graphtest.RateLimit, "soon"), channel.ClassRetry, "130429", 0, false},
		{"rate of the number", graphtest.RateLimit, channel.ClassRetry, "130429", 0, false},
		{"rate of the pair", graphtest.PairRateLimit, channel.ClassRetry, "131056", 6 * time.Second, false},
		{"window closed", graphtest.WindowClosed, channel.ClassWindow, "131047", 0, false},
		{"undeliverable", graphtest.Undeliverable, channel.ClassFatal, "131026", 0, false},
		{"token expired", graphtest.TokenExpired, channel.ClassChannel, "190", 0, false},
		{"401 with a page", graphtest.Fault{Status: 401, Raw: "<html>"}, channel.ClassChannel, "http_401", 0, false},
		{"403 with an unknown code", code(403, 999999), channel.ClassChannel, "999999", 0, false},
		{"permission 200", code(403, 200), channel.ClassChannel, "200", 0, false},
		{"account locked", code(403, 131031), channel.ClassChannel, "131031", 0, false},
		{"number not registered", code(400, 133010), channel.ClassChannel, "133010", 0, false},
		{"spam rate", code(400, 131048), channel.ClassChannel, "131048", 0, false},
		{"marketing held back", code(400, 131049), channel.ClassFatal, "131049", 0, false},
		{"template paused", code(400, 132015), channel.ClassRetry, "132015", 3 * time.Hour, false},
		{"template parameters", code(400, 132000), channel.ClassFatal, "132000", 0, false},
		{"no such template", code(404, 132001), channel.ClassFatal, "132001", 0, false},
		{"bad parameter", code(400, 100), channel.ClassFatal, "100", 0, false},
		{"an unknown code", code(400, 777777), channel.ClassFatal, "777777", 0, false},
		{"server error", graphtest.ServerError, channel.ClassRetry, "131000", 0, false},
		{"service down", graphtest.Unavailable, channel.ClassRetry, "2", 0, false},
		{"an unknown code with 500", code(500, 777777), channel.ClassRetry, "777777", 0, false},
		{"a gateway's page", graphtest.BadGateway, channel.ClassRetry, "http_502", 0, true},
		{"a redirect", graphtest.Fault{Status: 302, Raw: "moved"}, channel.ClassChannel, "http_302", 0, false},
		{"404 with a page", graphtest.Fault{Status: 404, Raw: "not here"}, channel.ClassRetry, "http_404", 0, false},
		{"200 with an error", graphtest.OKWithError, channel.ClassFatal, "131026", 0, false},
		{"200 with garbage", graphtest.Garbage, channel.ClassRetry, "unparsable", 0, true},
		{"200 with nothing", graphtest.Fault{}, channel.ClassRetry, "unparsable", 0, true},
		{"200 without an id", graphtest.Fault{Raw: `{"messages":[{"id":null}]}`}, channel.ClassRetry, "unparsable", 0, true},
		{"200 with an endless body", graphtest.Fault{Raw: strings.Repeat("[", 4<<20)}, channel.ClassRetry, "unparsable", 0, true},
		{"reset before it was taken", graphtest.ResetBefore, channel.ClassRetry, "transport", 0, true},
		{"reset after it was taken", graphtest.ResetAfter, channel.ClassRetry, "transport", 0, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := connect(t, graphtest.Options{})
			p.graph.Fail(c.fault)
			_, err := p.ch.Send(t.Context(), msg("c1/1/0", hello))
			e := sendError(t, err)
			if e.Class != c.class || e.Code != c.code || e.RetryAfter != c.after || e.Unknown != c.unknown {
				t.Errorf("got %s %s after %v unknown %v, want %s %s %v %v", e.Class, e.Code, e.RetryAfter, e.Unknown, c.class, c.code, c.after, c.unknown)
			}
			if strings.Contains(e.Detail, p.graph.Token) || strings.Contains(e.Detail, "hello") {
				t.Errorf("the detail tells too much: %q", e.Detail)
			}
			want := 0
			if c.fault.Taken {
				want = 1
			}
			if got := len(p.graph.Sends()); got != want {
				t.Errorf("%d messages reached the contact, want %d", got, want)
			}
			if _, err := p.ch.Send(t.Context(), msg("c1/1/0", hello)); err != nil {
				t.Errorf("the next send: %v", err)
			}
		})
	}
}

func TestSilenceIsUnknown(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]graphtest.Fault{"before the effect": graphtest.HangBefore, "after the effect": graphtest.HangAfter} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := connect(t, graphtest.Options{})
			p.graph.Fail(fault)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			go func() {
				p.graph.WaitTries(ctx, 1) // the platform has the request; now the caller's time is over
				cancel()
			}()
			_, err := p.ch.Send(ctx, msg("c1/1/0", hello))
			if e := sendError(t, err); e.Class != channel.ClassRetry || !e.Unknown {
				t.Errorf("got %+v, want an unknown one to retry", e)
			}
		})
	}
}

func TestWhatNeverLeftIsKnown(t *testing.T) {
	t.Parallel()
	g := graphtest.New(nil, graphtest.Options{})
	ch := newChannel(t, g, &channeltest.Recorder{})
	g.Close() // nobody listens
	_, err := ch.Send(t.Context(), msg("c1/1/0", hello))
	if e := sendError(t, err); e.Class != channel.ClassRetry || e.Unknown {
		t.Errorf("connection refused: got %+v", e)
	}

	refusing := &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("refused address")
	}}}
	ch, err = whatsapp.New(whatsapp.Config{ID: "main", PhoneNumberID: "300200100", AccessToken: "t", AppSecrets: []string{"s"}},
		&channeltest.Recorder{}, whatsapp.Options{HTTPClient: refusing})
	if err != nil {
		t.Fatal(err)
	}
	_, err = ch.Send(t.Context(), msg("c1/1/0", hello))
	if e := sendError(t, err); e.Unknown {
		t.Errorf("a dialer that refuses: got %+v", e)
	}
}

func TestRequestShape(t *testing.T) {
	t.Parallel()
	p := connect(t, graphtest.Options{})
	send := func(m channel.Message) map[string]any {
		t.Helper()
		receipt, err := p.ch.Send(t.Context(), m)
		if err != nil {
			t.Fatal(err)
		}
		all := p.graph.Sends()
		last := all[len(all)-1]
		if receipt.ProviderID != last.WAMID || receipt.State != engine.DeliverySent {
			t.Errorf("receipt %+v, want id %s", receipt, last.WAMID)
		}
		var body map[string]any
		if err := json.Unmarshal(last.Body, &body); err != nil {
			t.Fatal(err)
		}
		return body
	}
	body := send(msg("c1/1/0", hello))
	if body["to"] != "+34600111222" || body["biz_opaque_callback_data"] != "c1/1/0" || body["recipient"] != nil {
		t.Errorf("got %v", body)
	}
	m := msg("c1/1/1", hello)
	m.To = []channel.Identity{{Kind: "parent", Value: "ES.ENT.5647382910"}, {Kind: "bsuid", Value: "ES.1029384756"}}
	if body = send(m); body["recipient"] != "ES.1029384756" || body["to"] != nil {
		t.Errorf("got %v", body)
	}
	m.To = append(m.To, ana...)
	if body = send(m); body["to"] != "+34600111222" || body["recipient"] != nil {
		t.Errorf("got %v", body)
	}
}

func TestChoicesTakeTheFormThatFits(t *testing.T) {
	t.Parallel()
	p := connect(t, graphtest.Options{})
	choice := func(payload, title string) engine.Choice { return engine.Choice{Payload: payload, Title: title} }
	var eleven []engine.Choice
	for _, r := range "abcdefghijk" {
		eleven = append(eleven, choice(string(r), "Choice "+string(r)))
	}
	cases := []struct {
		name    string
		choices []engine.Choice
		want    []graphtest.Choice
		text    string
	}{
		{"three short titles are buttons", []engine.Choice{choice("y", "Yes"), choice("n", "No"), choice("m", "Maybe")},
			[]graphtest.Choice{{ID: "y", Title: "Yes"}, {ID: "n", Title: "No"}, {ID: "m", Title: "Maybe"}}, "Which?"},
		{"a title over 20 makes a list", []engine.Choice{choice("y", "Yes, the whole day please"), choice("n", "No")},
			[]graphtest.Choice{{ID: "y", Title: "Yes, the whole day plea…", Description: "Yes, the whole day please"}, {ID: "n", Title: "No"}}, "Which?"},
		{"titles that begin alike stay apart", []engine.Choice{choice("1", "Tuesday the 14th of April in the morning"), choice("2", "Tuesday the 14th of April in the evening")},
			[]graphtest.Choice{
				{ID: "1", Title: "Tuesday the 14th of Apr…", Description: "Tuesday the 14th of April in the morning"},
				{ID: "2", Title: "Tuesday the 14th of… (2)", Description: "Tuesday the 14th of April in the evening"},
			}, "Which?"},
		{"equal and empty titles are numbered", []engine.Choice{choice("1", "Yes"), choice("2", "Yes"), choice("3", " ")},
			[]graphtest.Choice{{ID: "1", Title: "Yes"}, {ID: "2", Title: "Yes (2)"}, {ID: "3", Title: "(3)"}}, "Which?"},
		{"a long payload is numbered text", []engine.Choice{choice(strings.Repeat("p", 257), "Yes"), choice("n", "No")}, nil, "Which?\n\n1. Yes\n2. No"},
		{"two equal payloads are numbered text", []engine.Choice{choice("p", "Yes"), choice("p", "No")}, nil, "Which?\n\n1. Yes\n2. No"},
		{"eleven are numbered text", eleven, nil, "Which?\n\n1. Choice a\n2. Choice b\n3. Choice c\n4. Choice d\n5. Choice e\n6. Choice f\n7. Choice g\n8. Choice h\n9. Choice i\n10. Choice j\n11. Choice k"},
		{"none is plain text", nil, nil, "Which?"},
	}
	for i, c := range cases {
		out := engine.Outgoing{Kind: engine.OutgoingChoices, Text: "Which?", Choices: c.choices, Button: "A label that is much too long"}
		if _, err := p.ch.Send(t.Context(), msg("c1/1/"+string(rune('a'+i)), out)); err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		all := p.graph.Sends()
		got := all[len(all)-1]
		if got.Text != c.text || !slices.Equal(got.Choices, c.want) {
			t.Errorf("%s:\n got %q %+v\nwant %q %+v", c.name, got.Text, got.Choices, c.text, c.want)
		}
	}
}

func TestLongTextGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	p := connect(t, graphtest.Options{})
	long := strings.Repeat("One sentence of a long text. ", 400) // 11,600 characters: three parts
	p.graph.FailWhen(func(s graphtest.Send) *graphtest.Fault {
		if strings.HasSuffix(s.Opaque, "#2") {
			return &graphtest.RateLimit
		}
		return nil
	})
	m := msg("c1/1/0", engine.Outgoing{Kind: engine.OutgoingText, Text: long})
	_, err := p.ch.Send(t.Context(), m)
	if e := sendError(t, err); e.Class != channel.ClassRetry {
		t.Fatalf("got %+v", e)
	}
	p.graph.FailWhen(nil)
	receipt, err := p.ch.Send(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	var text strings.Builder
	for _, s := range p.graph.Sends() {
		ids = append(ids, s.Opaque)
		text.WriteString(s.Text + " ")
	}
	if want := []string{"c1/1/0#1", "c1/1/0#2", "c1/1/0"}; !slices.Equal(ids, want) {
		t.Errorf("got parts %v, want %v", ids, want)
	}
	if text.String() != long {
		t.Errorf("the parts do not make the text")
	}
	if receipt.ProviderID != "wamid.OUT3" {
		t.Errorf("the receipt is of %s, want the last part", receipt.ProviderID)
	}

	// Statuses of the parts: only the last one's progress counts, but any failure does.
	sends := p.graph.Sends()
	for _, deliver := range []func() error{
		func() error { return p.graph.Status(t.Context(), sends[0], "delivered") },
		func() error { return p.graph.StatusFailed(t.Context(), sends[1], 131026) },
		func() error { return p.graph.Status(t.Context(), sends[2], "read") },
	} {
		if err := deliver(); err != nil {
			t.Fatal(err)
		}
	}
	var got []engine.Status
	for _, in := range p.sink.Inbound() {
		got = append(got, *in.Event.Status)
	}
	want := []engine.Status{
		{Effect: "c1/1/0", ProviderID: "wamid.OUT2", State: engine.DeliveryFailed, Code: "131026", Detail: "as scripted"},
		{Effect: "c1/1/0", ProviderID: "wamid.OUT3", State: engine.DeliveryRead},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

func TestTemplates(t *testing.T) {
	t.Parallel()
	p := connect(t, graphtest.Options{Window: 24 * time.Hour})
	tpl := func(params ...string) engine.Outgoing {
		return engine.Outgoing{Kind: engine.OutgoingTemplate, Template: &engine.Template{Name: "order_ready", Language: "es-MX", Parameters: params}}
	}
	if _, err := p.ch.Send(t.Context(), msg("c1/1/0", hello)); sendError(t, err).Class != channel.ClassWindow {
		t.Errorf("a text outside the window: got %v", err)
	}
	if _, err := p.ch.Send(t.Context(), msg("c1/1/1", tpl("Ana", "two\nlines\t and      spaces"))); err != nil {
		t.Fatal(err)
	}
	got := p.graph.Sends()[0]
	if got.Text != "order_ready" || got.Language != "es_MX" || !slices.Equal(got.Template, []string{"Ana", "two lines and spaces"}) {
		t.Errorf("got %+v", got)
	}
	if _, err := p.ch.Send(t.Context(), msg("c1/1/2", tpl("Ana", " "))); sendError(t, err).Class != channel.ClassFatal {
		t.Errorf("an empty parameter: got %v", err)
	}
	if err := p.graph.Text(t.Context(), ana[0].Value, "", "hi"); err != nil {
		t.Fatal(err)
	}
	if _, err := p.ch.Send(t.Context(), msg("c1/1/3", hello)); err != nil {
		t.Errorf("a text inside the window: %v", err)
	}
}

func TestWhatCanNotBeSent(t *testing.T) {
	t.Parallel()
	p := connect(t, graphtest.Options{})
	for name, m := range map[string]channel.Message{
		"an empty text":       msg("c1/1/0", engine.Outgoing{Kind: engine.OutgoingText, Text: " \n"}),
		"an unknown kind":     msg("c1/1/0", engine.Outgoing{Kind: "hologram", Text: "hi"}),
		"no template":         msg("c1/1/0", engine.Outgoing{Kind: engine.OutgoingTemplate}),
		"an endless text":     msg("c1/1/0", engine.Outgoing{Kind: engine.OutgoingText, Text: strings.Repeat("x", 4096*21)}),
		"an id too long":      msg(strings.Repeat("i", 513), hello),
		"no id":               msg("", hello),
		"a phone that is not": {ID: "c1/1/0", To: []channel.Identity{{Kind: "phone", Value: "600 111 222"}}, Outgoing: hello},
	} {
		if _, err := p.ch.Send(t.Context(), m); sendError(t, err).Class != channel.ClassFatal {
			t.Errorf("%s: got %v, want fatal", name, err)
		}
	}
	if got := p.graph.Tries(); got != 0 {
		t.Errorf("%d requests were made", got)
	}
	anyNumber, err := whatsapp.New(whatsapp.Config{ID: "any", PhoneNumberID: "*", AppSecrets: []string{"s"}}, p.sink, whatsapp.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := anyNumber.Send(t.Context(), msg("c1/1/0", hello)); sendError(t, err).Class != channel.ClassChannel {
		t.Errorf("a channel for any number: got %v", err)
	}
}

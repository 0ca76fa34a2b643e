package graphtest_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"relevo/channel"
	"relevo/channel/channeltest"
	"relevo/channel/whatsapp"
	"relevo/channel/whatsapp/graphtest"
	"relevo/engine"
)

const ana = "34600111222"

func connect(t *testing.T, o graphtest.Options) (*graphtest.Server, *whatsapp.Channel, *channeltest.Recorder) {
	t.Helper()
	g, sink := graphtest.New(t, o), &channeltest.Recorder{}
	ch, err := whatsapp.New(whatsapp.Config{
		ID: "main", PhoneNumberID: g.PhoneNumberID, AccessToken: g.Token, AppSecrets: []string{g.AppSecret},
		BusinessAccountID: g.AccountID, VerifyToken: "our-string", GraphURL: g.URL(),
	}, sink, whatsapp.Options{})
	if err != nil {
		t.Fatal(err)
	}
	hook := httptest.NewServer(ch)
	t.Cleanup(hook.Close)
	g.SetTarget(hook.URL)
	return g, ch, sink
}

func message(id, text string) channel.Message {
	return channel.Message{
		ID: id, To: []channel.Identity{{Kind: "phone", Value: ana}}, Outgoing: engine.Outgoing{Kind: engine.OutgoingText, Text: text},
	}
}

// signalling tells of every accepted delivery.
type signalling struct {
	*channeltest.Recorder
	got chan channel.Delivery
}

func (s signalling) Accept(ctx context.Context, d channel.Delivery) error {
	if err := s.Recorder.Accept(ctx, d); err != nil {
		return err
	}
	s.got <- d
	return nil
}

func TestStatusesFollowASend(t *testing.T) {
	t.Parallel()
	g := graphtest.New(t, graphtest.Options{Statuses: []string{"sent", "delivered", "read"}})
	sink := signalling{&channeltest.Recorder{}, make(chan channel.Delivery, 3)}
	ch, err := whatsapp.New(whatsapp.Config{ID: "main", PhoneNumberID: g.PhoneNumberID, AccessToken: g.Token, AppSecrets: []string{g.AppSecret}, GraphURL: g.URL()},
		sink, whatsapp.Options{})
	if err != nil {
		t.Fatal(err)
	}
	hook := httptest.NewServer(ch)
	t.Cleanup(hook.Close)
	g.SetTarget(hook.URL)
	receipt, err := ch.Send(t.Context(), message("c1/1/0", "hi"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []engine.DeliveryState{engine.DeliverySent, engine.DeliveryDelivered, engine.DeliveryRead} {
		st := (<-sink.got).Inbound[0].Event.Status
		if st.State != want || st.Effect != "c1/1/0" || st.ProviderID != receipt.ProviderID {
			t.Errorf("got %+v, want %s", st, want)
		}
	}
}

func TestInboundOfEveryKind(t *testing.T) {
	t.Parallel()
	g, _, sink := connect(t, graphtest.Options{})
	ctx := t.Context()
	for name, err := range map[string]error{
		"text":   g.Text(ctx, ana, "", "¿Dónde está? https://example.org 👍"),
		"bsuid":  g.Text(ctx, "ES.1029384756", "", "hi"),
		"button": g.Button(ctx, ana, "", "p1", "Yes"),
		"row":    g.Row(ctx, ana, "", "p2", "Tuesday"),
		"echo":   g.Echo(ctx, ana, "", "from the phone"),
	} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	got := sink.Inbound()
	if len(got) != 5 || len(sink.Kept()) != 0 {
		t.Fatalf("got %d events and %d kept", len(got), len(sink.Kept()))
	}
	if m := got[0].Event.Message; m.Text != "¿Dónde está? https://example.org 👍" || m.Name != "Ana" {
		t.Errorf("got %+v", m)
	}
	if got[1].Identities[0] != (channel.Identity{Kind: "bsuid", Value: "ES.1029384756"}) {
		t.Errorf("got %+v", got[1].Identities)
	}
	if got[4].Event.Kind != engine.EventEcho || got[4].Identities[0].Value != ana {
		t.Errorf("got %+v", got[4])
	}
}

// flaky refuses the first delivery.
type flaky struct {
	*channeltest.Recorder
}

func (f flaky) Accept(ctx context.Context, d channel.Delivery) error {
	err := f.Recorder.Accept(ctx, d)
	f.Fail(nil)
	return err
}

func TestADeliveryIsRepeatedUntilTaken(t *testing.T) {
	t.Parallel()
	g, sink := graphtest.New(t, graphtest.Options{}), flaky{&channeltest.Recorder{}}
	ch, err := whatsapp.New(whatsapp.Config{ID: "main", PhoneNumberID: whatsapp.AnyNumber, AppSecrets: []string{g.AppSecret}, VerifyToken: "our-string"},
		sink, whatsapp.Options{})
	if err != nil {
		t.Fatal(err)
	}
	hook := httptest.NewServer(ch)
	t.Cleanup(hook.Close)
	g.SetTarget(hook.URL)
	sink.Fail(errors.New("disk full"))
	body := g.Messages(g.Message(ana, "wamid.1", "text", map[string]any{"body": "hi"}))
	posts, err := g.DeliverUntilTaken(t.Context(), body, time.Millisecond)
	if err != nil || posts != 2 || len(sink.Inbound()) != 1 {
		t.Errorf("%d posts, %d events, %v", posts, len(sink.Inbound()), err)
	}
	if status, err := g.DeliverSigned(t.Context(), body, ""); err != nil || status != http.StatusUnauthorized {
		t.Errorf("unsigned: got %d %v", status, err)
	}
	if status, got, err := g.Verify(t.Context(), "our-string", "42"); err != nil || status != http.StatusOK || got != "42" {
		t.Errorf("verification: got %d %q %v", status, got, err)
	}
}

func TestARepeatKeepsItsTime(t *testing.T) {
	t.Parallel()
	now := time.Unix(1772442000, 0)
	g := graphtest.New(t, graphtest.Options{Now: func() time.Time { now = now.Add(time.Second); return now }})
	first, again := g.Message(ana, "wamid.1", "text", nil), g.Message(ana, "wamid.1", "text", nil)
	if first["timestamp"] != again["timestamp"] {
		t.Errorf("got %v, then %v", first["timestamp"], again["timestamp"])
	}
}

func TestTheLedgerKnowsWhatTheCallerDoesNot(t *testing.T) {
	t.Parallel()
	g, ch, _ := connect(t, graphtest.Options{})
	g.Fail(graphtest.ResetAfter)
	for range 2 { // a caller that repeats at once, which it should not
		_, _ = ch.Send(t.Context(), message("c1/1/0", "hi"))
	}
	if got := g.ByOpaque()["c1/1/0"]; got != 2 {
		t.Errorf("the contact has it %d times, want 2", got)
	}
	if g.Tries() != 2 || len(g.SendsTo(ana)) != 2 {
		t.Errorf("%d tries, %d sends", g.Tries(), len(g.SendsTo(ana)))
	}
}

func TestShapesAreChecked(t *testing.T) {
	t.Parallel()
	g := graphtest.New(t, graphtest.Options{})
	send := func(token, body string) int {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, g.URL()+"/"+g.PhoneNumberID+"/messages", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		return resp.StatusCode
	}
	base := `"messaging_product":"whatsapp","to":"+34600111222",`
	cases := []struct {
		name, token, body string
		want              int
	}{
		{"good", g.Token, `{` + base + `"text":{"body":"hi"}}`, 200},
		{"wrong token", "x", `{` + base + `"text":{"body":"hi"}}`, 401},
		{"not JSON", g.Token, `{`, 400},
		{"no product", g.Token, `{"to":"+34600111222","text":{"body":"hi"}}`, 400},
		{"no plus", g.Token, `{"messaging_product":"whatsapp","to":"34600111222","text":{"body":"hi"}}`, 400},
		{"no recipient", g.Token, `{"messaging_product":"whatsapp","text":{"body":"hi"}}`, 400},
		{"text too long", g.Token, `{` + base + `"text":{"body":"` + strings.Repeat("x", 4097) + `"}}`, 400},
		{"four buttons", g.Token, `{` + base + `"type":"interactive","interactive":{"type":"button","body":{"text":"b"},"action":{"buttons":[` +
			strings.TrimSuffix(strings.Repeat(`{"reply":{"id":"1","title":"1"}},`, 4), ",") + `]}}}`, 400},
		{"title too long", g.Token, `{` + base + `"type":"interactive","interactive":{"type":"button","body":{"text":"b"},"action":{"buttons":[{"reply":{"id":"1","title":"` + strings.Repeat("x", 21) + `"}}]}}}`, 400},
		{"a template with an empty parameter", g.Token, `{` + base + `"type":"template","template":{"name":"n","language":{"code":"es"},"components":[{"type":"body","parameters":[{"type":"text","text":""}]}]}}`, 400},
	}
	for _, c := range cases {
		if got := send(c.token, c.body); got != c.want {
			t.Errorf("%s: got %d, want %d", c.name, got, c.want)
		}
	}
	if got := len(g.Sends()); got != 1 {
		t.Errorf("%d in the ledger, want 1", got)
	}
}

package whatsapp_test

import (
	"context"
	"fmt"
	"hash/fnv"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"relevo/channel"
	"relevo/channel/channeltest"
	"relevo/channel/whatsapp"
	"relevo/channel/whatsapp/graphtest"
	"relevo/engine"
)

// pair is a channel and the platform it talks to.
type pair struct {
	ch    *whatsapp.Channel
	graph *graphtest.Server
	sink  *channeltest.Recorder
}

// connect makes a channel that sends to, and receives from, a stand-in of its own.
func connect(t *testing.T, o graphtest.Options) pair {
	t.Helper()
	p := pair{graph: graphtest.New(t, o), sink: &channeltest.Recorder{}}
	p.ch = newChannel(t, p.graph, p.sink)
	hook := httptest.NewServer(p.ch)
	t.Cleanup(hook.Close)
	p.graph.SetTarget(hook.URL)
	return p
}

func newChannel(t *testing.T, g *graphtest.Server, sink channel.Sink) *whatsapp.Channel {
	t.Helper()
	ch, err := whatsapp.New(whatsapp.Config{
		ID: "main", PhoneNumberID: g.PhoneNumberID, AccessToken: g.Token, AppSecrets: []string{"older secret", g.AppSecret},
		VerifyToken: "our-string", GraphURL: g.URL(),
	}, sink, whatsapp.Options{Now: g.Now})
	if err != nil {
		t.Fatal(err)
	}
	return ch
}

func TestChannel(t *testing.T) {
	t.Parallel()
	channeltest.Run(t, channeltest.Harness{New: func(t *testing.T, sink channel.Sink) channeltest.Far {
		g := graphtest.New(t, graphtest.Options{})
		ch := newChannel(t, g, sink)
		hook := httptest.NewServer(ch)
		t.Cleanup(hook.Close)
		g.SetTarget(hook.URL)
		return channeltest.Far{
			Channel: ch,
			Receive: func(ctx context.Context, in channeltest.Incoming) error {
				if in.Payload != "" {
					return g.Button(ctx, phoneOf(in.From), "wamid."+in.ID, in.Payload, in.Text)
				}
				return g.Text(ctx, phoneOf(in.From), "wamid."+in.ID, in.Text)
			},
			Sent: func(ctx context.Context, contact string, n int) []channeltest.Arrival {
				var out []channeltest.Arrival
				for _, s := range g.WaitTo(ctx, phoneOf(contact), n) {
					a := channeltest.Arrival{Text: s.Text, Shows: s.Shows, URL: s.URL}
					for _, c := range s.Choices {
						a.Choices = append(a.Choices, engine.Choice{Payload: c.ID, Title: c.Title})
					}
					out = append(out, a)
				}
				return out
			},
		}
	}})
}

func phoneOf(name string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name))
	return fmt.Sprintf("346%08d", h.Sum32()%100_000_000)
}

func TestNewNamesEveryMistake(t *testing.T) {
	t.Parallel()
	good := whatsapp.Config{ID: "main", PhoneNumberID: "300200100", AccessToken: "token", AppSecrets: []string{"secret"}}
	cases := []struct {
		name   string
		change func(*whatsapp.Config)
		want   string // "" for a good one
	}{
		{"a good config", func(*whatsapp.Config) {}, ""},
		{"no secret", func(c *whatsapp.Config) { c.AppSecrets = nil }, "the channel refuses to start"},
		{"a blank secret among good ones", func(c *whatsapp.Config) { c.AppSecrets = []string{"secret", " "} }, "the channel refuses to start"},
		{"no id", func(c *whatsapp.Config) { c.ID = "" }, "it has no id"},
		{"a phone number instead of its id", func(c *whatsapp.Config) { c.PhoneNumberID = "+34 600" }, "Meta's id of the number"},
		{"no token", func(c *whatsapp.Config) { c.AccessToken = "" }, "access token"},
		{"a token with a line break", func(c *whatsapp.Config) { c.AccessToken = "a\r\nX-Evil: 1" }, "access token"},
		{"any number needs no token", func(c *whatsapp.Config) { c.PhoneNumberID, c.AccessToken = whatsapp.AnyNumber, "" }, ""},
		{"another scheme", func(c *whatsapp.Config) { c.GraphURL = "file:///etc" }, "graph URL"},
		{"a user in the URL", func(c *whatsapp.Config) { c.GraphURL = "https://user:pw@graph.example" }, "graph URL"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			cfg := good
			c.change(&cfg)
			_, err := whatsapp.New(cfg, &channeltest.Recorder{}, whatsapp.Options{})
			switch {
			case c.want == "" && err != nil:
				t.Errorf("got %v, want no error", err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("got %v, want %q in it", err, c.want)
			}
		})
	}
}

func TestCapabilities(t *testing.T) {
	t.Parallel()
	got := connect(t, graphtest.Options{}).ch.Capabilities()
	want := channel.Capabilities{
		MaxText: 4096, MaxChoiceText: 1024, MaxButtons: 3, MaxButtonTitle: 20, MaxListRows: 10, MaxRowTitle: 24, MaxCaption: 1024, MaxLinkTitle: 20,
		MaxTemplate: 1024, MaxReplies: 10,
		Kinds:     []engine.OutgoingKind{"image", "document", "video", "audio", "location", "link"},
		Templates: true, Window: 24 * time.Hour, WindowMargin: 5 * time.Minute,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// Package webchat is the chat on a web page: the adapter, the page that customers see, and the script tag that puts it on other
// people's pages. It needs no account anywhere and keeps nothing itself: what customers see is replayed from the journal.
//
//	GET  /webchat                  the page; ?lang=es overrides the browser's language
//	GET  /webchat/widget.js        the script tag: a launcher button and an iframe of the page
//	POST /webchat/session          {} → 201 {"token":"…","visitor":"…"}
//	POST /webchat/messages         {"id":"…","text":"hello"} or {"id":"…","payload":"…","title":"Yes"} → 202;
//	                               with "language", "region" and "timezone" as the browser knows them
//	GET  /webchat/stream?after=12  server-sent events: what happened after that place, then what happens from now on
//
// The last two want "Authorization: Bearer <token>". A visitor's identity is the SHA-256 of the token; the token itself is kept
// by the browser alone. Errors are RFC 9457 problem documents.
package webchat

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"html/template"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"relevo/channel"
	"relevo/engine"
)

// Prefix is where the handler must be mounted: Prefix itself and everything below it.
const Prefix = "/webchat"

// IdentityKind is the kind of identity that visitors have.
const IdentityKind = "visitor"

// What the page shows. Texts and titles are in runes.
const (
	maxText        = 4096 // longer bubbles are split
	maxChoiceText  = 4096
	maxButtons     = 10 // as many as can be read at a glance; more become a list
	maxListRows    = 30 // more become numbered text
	maxChoiceTitle = 80
)

// Options are what a Channel leans on.
type Options struct {
	// History reads what visitors are shown again. Required.
	History channel.History
	// Conversations finds a visitor's conversation. It returns "" and no error when there is none yet. Required.
	Conversations func(ctx context.Context, visitor channel.Identity) (string, error)
	// ClientIP tells where a request comes from, for the limit of new sessions. Nil uses the connection's address; a server behind a
	// proxy gives a function that reads the forwarding header of proxies it trusts.
	ClientIP func(*http.Request) string
	Logger   *slog.Logger     // nil discards
	Now      func() time.Time // nil is time.Now
	Rand     io.Reader        // where tokens come from; nil is crypto/rand
}

// Channel is the web chat. It implements channel.Channel and http.Handler.
type Channel struct {
	cfg   Config
	theme theme
	sink  channel.Sink
	opts  Options
	mux   *http.ServeMux
	page  *template.Template
	hub   *hub

	visitors *limiter // messages by visitor; who is in it was admitted
	networks *limiter // new visitors by network
}

var _ channel.Channel = (*Channel)(nil)

// New checks the configuration and makes the channel. The error lists everything that is wrong with it.
func New(cfg Config, sink channel.Sink, opts Options) (*Channel, error) {
	cfg = cfg.withDefaults()
	if err := cfg.check(); err != nil {
		return nil, fmt.Errorf("web chat %q: %w", cfg.ID, err)
	}
	if sink == nil || opts.History == nil || opts.Conversations == nil {
		return nil, fmt.Errorf("web chat %q: %w", cfg.ID, errors.New("a sink, History and Conversations are required"))
	}
	if opts.ClientIP == nil {
		opts.ClientIP = connectionIP
	}
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Rand == nil {
		opts.Rand = rand.Reader
	}
	c := &Channel{
		cfg: cfg, theme: mustTheme(cfg.Accent), sink: sink, opts: opts, hub: newHub(),
		visitors: newLimiter(messagesPerMinute, maxVisitors),
		networks: newLimiter(sessionsPerMinute, maxNetworks),
	}
	c.opts.Logger = opts.Logger.With("channel", cfg.ID)
	if err := c.routes(); err != nil {
		return nil, fmt.Errorf("web chat %q: %w", cfg.ID, err)
	}
	return c, nil
}

func connectionIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// ID is the configured id.
func (c *Channel) ID() string { return c.cfg.ID }

// Type is "webchat".
func (c *Channel) Type() string { return "webchat" }

// Capabilities tells what the page can show.
func (c *Channel) Capabilities() channel.Capabilities { return Capabilities() }

// Capabilities are those of every web chat.
func Capabilities() channel.Capabilities {
	return channel.Capabilities{
		MaxText: maxText, MaxChoiceText: maxChoiceText,
		MaxButtons: maxButtons, MaxButtonTitle: maxChoiceTitle,
		MaxListRows: maxListRows, MaxRowTitle: maxChoiceTitle,
		Kinds: []engine.OutgoingKind{
			engine.OutgoingImage, engine.OutgoingDocument, engine.OutgoingVideo, engine.OutgoingAudio, engine.OutgoingLocation, engine.OutgoingLink,
		},
		Idempotent: true, // the page drops an id that it shows already
	}
}

// Send shows a message on every page that the visitor has open. A visitor who is not there finds it in the journal when he comes
// back, so a message that could be addressed is a message sent.
func (c *Channel) Send(ctx context.Context, m channel.Message) (channel.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return channel.Receipt{}, &channel.SendError{Class: channel.ClassRetry, Code: "cancelled", Detail: err.Error()}
	}
	if !c.Capabilities().Shows(m.Outgoing.Kind) {
		return channel.Receipt{}, &channel.SendError{
			Class: channel.ClassFatal, Code: "unsupported", Detail: fmt.Sprintf("the web chat can not show a message of kind %q", m.Outgoing.Kind),
		}
	}
	if err := channel.Check(m.Outgoing); err != nil {
		return channel.Receipt{}, &channel.SendError{Class: channel.ClassFatal, Code: "unsendable", Detail: err.Error()}
	}
	var visitors []string
	for _, id := range m.To {
		if id.Kind == IdentityKind {
			visitors = append(visitors, id.Value)
		}
	}
	if len(visitors) == 0 {
		return channel.Receipt{}, &channel.SendError{Class: channel.ClassFatal, Code: "no-visitor", Detail: "the contact has no visitor identity"}
	}
	c.hub.sent(visitors, m.ID, outgoingLines(m))
	return channel.Receipt{ProviderID: m.ID, State: engine.DeliverySent}, nil
}

// Close ends every open stream, so that a server can shut down. Pages connect again by themselves.
func (c *Channel) Close() { c.hub.close() }

// ServeHTTP answers everything at and below Prefix.
func (c *Channel) ServeHTTP(w http.ResponseWriter, r *http.Request) { c.mux.ServeHTTP(w, r) }

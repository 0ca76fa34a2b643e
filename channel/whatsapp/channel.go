// Package whatsapp connects a conversation to one number of the WhatsApp Business Platform (Meta's Cloud API).
//
//	POST delivery → signature over the raw bytes → Decode → Sink.Accept → 200        (webhook.go, decode*.go)
//	Message → parts within the platform's limits → POST {graph}/{phone id}/messages  (send.go, render.go, split.go)
//
// Graph API pages: "Cloud API reference", "Webhooks reference", "Error codes" (developers.facebook.com/docs/whatsapp).
package whatsapp

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"relevo/channel"
	"relevo/engine"
)

// Defaults.
const (
	DefaultGraphURL = "https://graph.facebook.com/v23.0"
	// DefaultMaxAge is the age from which a message is late: Meta repeats a delivery for up to seven days, and nobody wants a bot's
	// answer to yesterday's question.
	DefaultMaxAge = 6 * time.Hour
	// SendTimeout is the total time of one request to the Graph API, connecting and reading the answer included.
	SendTimeout = 15 * time.Second
)

// Limits of the platform, in characters (Cloud API reference, "Messages", and its interactive kinds).
const (
	maxText         = 4096
	maxChoiceText   = 1024
	maxButtons      = 3
	maxButtonTitle  = 20
	maxButtonID     = 256
	maxRows         = 10
	maxRowTitle     = 24
	maxRowID        = 200
	maxRowDetail    = 72
	maxListLabel    = 20
	maxCaption      = 1024
	maxLinkTitle    = 20
	maxFileName     = 240 // none is documented; file systems end at 255
	maxQuickReplies = 10  // buttons of a template
	maxTemplate     = 1024
	maxOpaque       = 512
	serviceWindow   = 24 * time.Hour
	serviceReserved = 5 * time.Minute // clocks differ; a send at the last second would be refused
)

// AnyNumber as Config.PhoneNumberID takes deliveries for every number. Such a channel only receives: it is meant for gateways and tests.
const AnyNumber = "*"

// Config is one number.
type Config struct {
	ID string // of the channel: "main"
	// PhoneNumberID is the number's id at Meta, digits. Empty or AnyNumber: see AnyNumber.
	PhoneNumberID string
	// AccessToken is the system user's token. Needed unless the channel takes any number.
	AccessToken string
	// AppSecrets are the secrets that deliveries may be signed with: several while one is being replaced, or when several apps post
	// here. At least one is needed: without it anybody could write in a contact's name.
	AppSecrets []string
	// VerifyToken is what Meta must present when the webhook is saved. Empty: every verification is refused.
	VerifyToken string
	GraphURL    string // DefaultGraphURL when empty; may be http for an emulator
	// BusinessAccountID keeps what concerns other accounts apart. Empty: not checked.
	BusinessAccountID string
}

// Options are what a channel takes from its surroundings. The zero value works.
type Options struct {
	Logger *slog.Logger
	Now    func() time.Time
	// HTTPClient makes the requests. Its redirects are not followed and SendTimeout holds whatever its own limit is.
	HTTPClient *http.Client
	// MaxAge is the age by the provider's clock from which a message carries Extra["late"] = true. DefaultMaxAge when 0.
	MaxAge time.Duration
}

// Channel is one WhatsApp number. It implements channel.Channel and http.Handler.
type Channel struct {
	cfg    Config
	sink   channel.Sink
	log    *slog.Logger
	now    func() time.Time
	client *http.Client
	maxAge time.Duration
	url    string        // of the messages endpoint; empty when the channel only receives
	large  chan struct{} // a place for each large body that is being read

	mu      sync.Mutex
	partial map[string]int // effect id → parts already taken, of messages that failed half-way
}

var _ channel.Channel = (*Channel)(nil)

var digits = regexp.MustCompile(`^[0-9]{1,32}$`)

// New checks cfg and makes the channel. Nothing is contacted. Every mistake in cfg is named in the error.
func New(cfg Config, sink channel.Sink, opts Options) (*Channel, error) {
	if cfg.GraphURL == "" {
		cfg.GraphURL = DefaultGraphURL
	}
	if cfg.PhoneNumberID == AnyNumber {
		cfg.PhoneNumberID = ""
	}
	if err := cfg.check(); err != nil {
		return nil, fmt.Errorf("whatsapp channel %q: %w", cfg.ID, err)
	}
	if sink == nil {
		return nil, fmt.Errorf("whatsapp channel %q: no sink", cfg.ID)
	}
	c := &Channel{
		cfg: cfg, sink: sink, log: opts.Logger, now: opts.Now, client: client(opts.HTTPClient), maxAge: opts.MaxAge,
		partial: map[string]int{}, large: make(chan struct{}, maxLarge),
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	c.log = c.log.With("channel", cfg.ID)
	if c.now == nil {
		c.now = time.Now
	}
	if c.maxAge <= 0 {
		c.maxAge = DefaultMaxAge
	}
	if cfg.PhoneNumberID != "" {
		c.url = strings.TrimRight(cfg.GraphURL, "/") + "/" + cfg.PhoneNumberID + "/messages"
	}
	return c, nil
}

func (cfg Config) check() error {
	var errs []error
	if cfg.ID == "" {
		errs = append(errs, errors.New("it has no id"))
	}
	if len(cfg.AppSecrets) == 0 {
		errs = append(errs, errors.New("no app secret: the channel refuses to start, because anybody could write in a contact's name"))
	}
	for _, s := range cfg.AppSecrets {
		if strings.TrimSpace(s) == "" {
			errs = append(errs, errors.New("an app secret is empty: the channel refuses to start"))
		}
	}
	if cfg.PhoneNumberID != "" {
		if !digits.MatchString(cfg.PhoneNumberID) {
			errs = append(errs, fmt.Errorf("phone number id %q is not a number; it is Meta's id of the number, not the number itself", cfg.PhoneNumberID))
		}
		if strings.TrimSpace(cfg.AccessToken) == "" || strings.ContainsAny(cfg.AccessToken, "\r\n") {
			errs = append(errs, errors.New("the access token is empty or has a line break"))
		}
	}
	u, err := url.Parse(cfg.GraphURL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		errs = append(errs, fmt.Errorf("graph URL must be like %s", DefaultGraphURL))
	}
	return errors.Join(errs...)
}

// client copies the given client, because redirects must not carry the token elsewhere.
func client(given *http.Client) *http.Client {
	out := &http.Client{}
	if given != nil {
		*out = *given
	} else {
		// No proxy from the environment: what is sent here are customers' messages and a token.
		out.Transport = &http.Transport{
			DialContext:           (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
			TLSHandshakeTimeout:   5 * time.Second,
			ResponseHeaderTimeout: SendTimeout,
			MaxIdleConnsPerHost:   32,
			IdleConnTimeout:       90 * time.Second,
			ForceAttemptHTTP2:     true,
		}
	}
	out.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return out
}

// ID returns the channel's id.
func (c *Channel) ID() string { return c.cfg.ID }

// Type returns "whatsapp".
func (c *Channel) Type() string { return "whatsapp" }

// Capabilities returns the limits of the platform. There is no idempotency key, so a send whose answer was lost may be doubled.
func (c *Channel) Capabilities() channel.Capabilities { return Capabilities() }

// Capabilities are those of every number.
func Capabilities() channel.Capabilities {
	return channel.Capabilities{
		MaxText: maxText, MaxChoiceText: maxChoiceText,
		MaxButtons: maxButtons, MaxButtonTitle: maxButtonTitle,
		MaxListRows: maxRows, MaxRowTitle: maxRowTitle, MaxCaption: maxCaption, MaxLinkTitle: maxLinkTitle,
		MaxTemplate: maxTemplate, MaxReplies: maxQuickReplies,
		Kinds: []engine.OutgoingKind{
			engine.OutgoingImage, engine.OutgoingDocument, engine.OutgoingVideo, engine.OutgoingAudio, engine.OutgoingLocation, engine.OutgoingLink,
		},
		Templates: true, Window: serviceWindow, WindowMargin: serviceReserved,
	}
}

package webchat

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"relevo/channel"
	"relevo/engine"
)

// Limits of a message that comes in.
const (
	maxBody           = 16 << 10 // bytes; maxInbound characters of any script fit, only as many emoji do not
	maxInbound        = 4096     // runes of text
	maxInboundPayload = 512      // bytes of a pressed choice's payload; ours are far shorter
	maxInboundTitle   = 256      // runes of its title
)

// posted is the body of POST /webchat/messages.
type posted struct {
	ID       string `json:"id"` // made by the page; a repeat carries the same one
	Text     string `json:"text"`
	Payload  string `json:"payload"` // of the pressed choice
	Title    string `json:"title"`   // of the pressed choice
	Language string `json:"language"`
	Region   string `json:"region"`   // ISO 3166, of the browser's language: "MX"
	TimeZone string `json:"timezone"` // IANA, of the browser
}

var clientID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// serveMessage takes one message. 202 means that it is stored, and stored once however often it is repeated.
func (c *Channel) serveMessage(w http.ResponseWriter, r *http.Request) {
	visitor := bearer(r)
	if visitor == "" {
		problemToken.write(w)
		return
	}
	if p := c.admit(r.Context(), r, visitor); p != nil {
		p.write(w)
		return
	}
	now := c.opts.Now().UTC()
	if wait := c.visitors.take(visitor, now); wait > 0 {
		problemRate.after(wait).write(w)
		return
	}
	in, p := readPosted(w, r)
	if p != nil {
		p.write(w)
		return
	}
	key := visitor + ":" + in.ID
	message := in.message()
	message.Sent = now
	err := c.sink.Accept(r.Context(), channel.Delivery{Inbound: []channel.Inbound{{
		Channel: c.cfg.ID, DedupeKey: key, Identities: []channel.Identity{identity(visitor)},
		Event: engine.Event{ID: key, Kind: engine.EventMessage, At: now, Message: &message},
	}}})
	if err != nil {
		c.unavailable(r.Context(), fmt.Errorf("accept a message: %w", err)).write(w)
		return
	}
	c.hub.wrote(visitor, contactLine(in.ID, message.Text, now))
	writeJSON(w, http.StatusAccepted, map[string]string{"id": in.ID})
}

// readPosted reads and checks the body.
func readPosted(w http.ResponseWriter, r *http.Request) (posted, *problem) {
	var in posted
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	d.DisallowUnknownFields()
	err := d.Decode(&in)
	if err == nil {
		if _, more := d.Token(); more != io.EOF {
			err = errors.Join(errors.New("more than one value"), more)
		}
	}
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return in, &problemTooLarge
	case err != nil:
		return in, &problemBody
	}
	in.Text, in.Title = strings.Map(printable, in.Text), strings.Map(printable, in.Title)
	if utf8.RuneCountInString(in.Text) > maxInbound {
		return in, &problemTooLarge
	}
	pressed := in.Payload != "" && in.Text == "" && strings.TrimSpace(in.Title) != ""
	wrote := in.Payload == "" && in.Title == "" && strings.TrimSpace(in.Text) != ""
	if !clientID.MatchString(in.ID) || !pressed && !wrote || len(in.Payload) > maxInboundPayload || utf8.RuneCountInString(in.Title) > maxInboundTitle {
		return in, &problemBody
	}
	return in, nil
}

// printable drops control characters other than line breaks and tabs: no keyboard makes them, and some databases refuse them.
func printable(r rune) rune {
	if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
		return -1
	}
	return r
}

func (in posted) message() engine.Message {
	m := engine.Message{
		Kind: engine.MessageText, Text: in.Text, Language: primaryLanguage(in.Language), Region: region(in.Region), TimeZone: timeZone(in.TimeZone),
	}
	if in.Payload != "" {
		m.Kind, m.Text, m.Payload = engine.MessageButton, in.Title, strings.ToValidUTF8(strings.Map(printable, in.Payload), "")
	}
	return m
}

var regionPattern = regexp.MustCompile(`^[A-Z]{2}$`)

// region returns a country, and "" for anything else, such as the 419 of "es-419" (Latin America).
func region(s string) string {
	if regionPattern.MatchString(s) {
		return s
	}
	return ""
}

// maxTimeZone is longer than any name of a zone, in bytes.
const maxTimeZone = 64

// zones are the names that were found to be time zones, so that each is looked up once; there are some 600.
var zones sync.Map

// timeZone returns a name that is a time zone, and "" for anything else. A browser's hint is not worth a refusal.
func timeZone(name string) string {
	if name == "" || name == "Local" || len(name) > maxTimeZone {
		return ""
	}
	if _, known := zones.Load(name); known {
		return name
	}
	if _, err := time.LoadLocation(name); err != nil {
		return ""
	}
	zones.Store(name, true)
	return name
}

package channel

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"relevo/engine"
)

// Shows tells whether a channel can show a kind of message as it is.
func (c Capabilities) Shows(k engine.OutgoingKind) bool {
	switch k {
	case engine.OutgoingText, engine.OutgoingChoices:
		return true
	case engine.OutgoingTemplate:
		return c.Templates
	}
	return slices.Contains(c.Kinds, k)
}

// Plain puts a message into words, for a channel that can not show its kind: caption and address, a place and its point on a map. A text, choices
// and a template stay what they are.
//
//	{image, "Your ticket", https://shop.example/t.png}  →  "Your ticket\nhttps://shop.example/t.png"
func Plain(out engine.Outgoing) engine.Outgoing {
	var lines []string
	add := func(s string) {
		if s = strings.TrimSpace(s); s != "" {
			lines = append(lines, s)
		}
	}
	add(out.Text)
	switch {
	case out.File != nil:
		if out.Kind == engine.OutgoingDocument {
			add(out.File.Name)
		}
		add(out.File.URL)
	case out.Location != nil:
		add(out.Location.Name)
		add(out.Location.Address)
		add(MapURL(*out.Location))
	case out.Link != nil:
		add(out.Link.Title + ": " + out.Link.URL)
	default:
		return out
	}
	return engine.Outgoing{Kind: engine.OutgoingText, Text: strings.Join(lines, "\n"), Template: out.Template}
}

// Numbered writes choices as lines under their question. The contact answers with the number or the words; the engine understands both.
func Numbered(question string, choices []engine.Choice) string {
	var b strings.Builder
	b.WriteString(question + "\n")
	for i, c := range choices {
		fmt.Fprintf(&b, "\n%d. %s", i+1, c.Title)
	}
	return b.String()
}

// MapURL is an address that shows a point on a public map.
func MapURL(l engine.Location) string {
	lat, long := strconv.FormatFloat(l.Latitude, 'f', -1, 64), strconv.FormatFloat(l.Longitude, 'f', -1, 64)
	return fmt.Sprintf("https://www.openstreetmap.org/?mlat=%s&mlon=%s#map=17/%s/%s", lat, long, lat, long)
}

// maxAddress is how long an address may be that people are sent to, in bytes (WhatsApp's limit of a button's, too).
const maxAddress = 2000

// checkFile tells why a file can not be sent: its address must be https, so that nobody on the way can change what the contact sees.
func checkFile(f *engine.File) error {
	if f == nil {
		return errors.New("it has no file")
	}
	return checkAddress(f.URL, "https")
}

// checkLink tells why a link can not be offered. http is let through for addresses of the author's own network.
func checkLink(l *engine.Link) error {
	if l == nil || strings.TrimSpace(l.Title) == "" {
		return errors.New("it has no link with a title")
	}
	return checkAddress(l.URL, "https", "http")
}

// checkLocation tells why a point is not on the map.
func checkLocation(l *engine.Location) error {
	if l == nil || !(l.Latitude >= -90 && l.Latitude <= 90 && l.Longitude >= -180 && l.Longitude <= 180) {
		return errors.New("it has no point on the map")
	}
	return nil
}

// Check tells why a message that is not made of text can not be sent as it is; nil for text, choices and templates.
func Check(out engine.Outgoing) error {
	switch out.Kind {
	case engine.OutgoingImage, engine.OutgoingDocument, engine.OutgoingVideo, engine.OutgoingAudio:
		return checkFile(out.File)
	case engine.OutgoingLocation:
		return checkLocation(out.Location)
	case engine.OutgoingLink:
		return checkLink(out.Link)
	case engine.OutgoingText, engine.OutgoingChoices, engine.OutgoingTemplate:
		return nil
	}
	return fmt.Errorf("a message of kind %q can not be sent", out.Kind)
}

// checkAddress never repeats the address: it may hold the contact's data, and errors go to the log.
func checkAddress(address string, schemes ...string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.User != nil || !slices.Contains(schemes, u.Scheme):
		return fmt.Errorf("its address does not begin with %s://", strings.Join(schemes, ":// or "))
	case len(address) > maxAddress:
		return fmt.Errorf("its address has %d bytes, over the limit of %d", len(address), maxAddress)
	}
	return nil
}

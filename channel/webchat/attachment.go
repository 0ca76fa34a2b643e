package webchat

import (
	"fmt"
	"net/url"
	"path"
	"strings"

	"relevo/channel"
	"relevo/engine"
)

// attachment is what a line shows beside its text, ready for the page: a picture, video or sound from an address, or a button that opens one.
type attachment struct {
	Show  string `json:"show,omitempty"` // "image", "video", "audio", "document", "location", "link"
	URL   string `json:"url,omitempty"`
	Title string `json:"title,omitempty"` // of the button; a picture's words for who can not see it
}

// attach makes the attachment of a message, the zero one for a message of text.
func attach(kind engine.OutgoingKind, file *engine.File, location *engine.Location, link *engine.Link) attachment {
	switch {
	case file != nil:
		return attachment{string(kind), file.URL, fileTitle(file)}
	case link != nil:
		return attachment{string(engine.OutgoingLink), link.URL, link.Title}
	case location != nil:
		return attachment{string(engine.OutgoingLocation), channel.MapURL(*location), placeTitle(location)}
	}
	return attachment{}
}

// fileTitle is the name that the flow gives, or the end of the address.
func fileTitle(f *engine.File) string {
	if f.Name != "" {
		return f.Name
	}
	u, err := url.Parse(f.URL)
	if err != nil {
		return ""
	}
	if name := path.Base(u.Path); strings.Contains(name, ".") && len(name) > 1 {
		return name
	}
	return u.Host
}

func placeTitle(l *engine.Location) string {
	switch {
	case l.Name != "" && l.Address != "":
		return l.Name + ", " + l.Address
	case l.Name+l.Address != "":
		return l.Name + l.Address
	}
	return fmt.Sprintf("%.5f, %.5f", l.Latitude, l.Longitude)
}

package channel

import (
	"strings"
	"testing"

	"relevo/engine"
)

func TestPlainKeepsTheWords(t *testing.T) {
	t.Parallel()
	file := &engine.File{URL: "https://shop.example/t.pdf", Name: "Ticket.pdf"}
	template := &engine.Template{Name: "ticket", Language: "es"}
	for _, c := range []struct {
		name string
		out  engine.Outgoing
		want string
	}{
		{"a picture", engine.Outgoing{Kind: engine.OutgoingImage, Text: "Your ticket", File: file}, "Your ticket\nhttps://shop.example/t.pdf"},
		{"a document without a caption", engine.Outgoing{Kind: engine.OutgoingDocument, File: file}, "Ticket.pdf\nhttps://shop.example/t.pdf"},
		{"a link", engine.Outgoing{Kind: engine.OutgoingLink, Text: "Pay", Link: &engine.Link{URL: "https://pay.example", Title: "Now"}}, "Pay\nNow: https://pay.example"},
		{"a place in the south-west", engine.Outgoing{Kind: engine.OutgoingLocation, Location: &engine.Location{Latitude: -34.6, Longitude: -58.4, Address: "Corrientes 1"}},
			"Corrientes 1\nhttps://www.openstreetmap.org/?mlat=-34.6&mlon=-58.4#map=17/-34.6/-58.4"},
	} {
		c.out.Template = template
		got := Plain(c.out)
		if got.Kind != engine.OutgoingText || got.Text != c.want || got.Template != template || got.File != nil {
			t.Errorf("%s: got %+v, want %q", c.name, got, c.want)
		}
	}
	choices := engine.Outgoing{Kind: engine.OutgoingChoices, Text: "?", Choices: []engine.Choice{{Payload: "p", Title: "T"}}}
	if got := Plain(choices); got.Kind != engine.OutgoingChoices || len(got.Choices) != 1 {
		t.Errorf("choices: %+v", got)
	}
}

func TestCheckRefusesWhatCanNotBeShownSafely(t *testing.T) {
	t.Parallel()
	secret := "https://user:hunter2@shop.example/x"
	for name, out := range map[string]engine.Outgoing{
		"no file":                  {Kind: engine.OutgoingImage},
		"a file over http":         {Kind: engine.OutgoingVideo, File: &engine.File{URL: "http://shop.example/x"}},
		"a file with a password":   {Kind: engine.OutgoingAudio, File: &engine.File{URL: secret}},
		"an endless address":       {Kind: engine.OutgoingDocument, File: &engine.File{URL: "https://shop.example/" + strings.Repeat("x", maxAddress)}},
		"a script":                 {Kind: engine.OutgoingLink, Link: &engine.Link{URL: "javascript:alert(1)", Title: "x"}},
		"a link without a title":   {Kind: engine.OutgoingLink, Link: &engine.Link{URL: "https://shop.example", Title: " "}},
		"a place beyond the poles": {Kind: engine.OutgoingLocation, Location: &engine.Location{Latitude: 91}},
		"no place":                 {Kind: engine.OutgoingLocation},
		"something new":            {Kind: "hologram"},
	} {
		if err := Check(out); err == nil {
			t.Errorf("%s was let through", name)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the error tells too much: %v", name, err)
		}
	}
	if err := Check(engine.Outgoing{Kind: engine.OutgoingLink, Link: &engine.Link{URL: "http://127.0.0.1:8080/demo/pay/FA1", Title: "Pay"}}); err != nil {
		t.Errorf("a link of the author's own network: %v", err)
	}
}

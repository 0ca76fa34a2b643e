package webchat

import (
	"reflect"
	"strings"
	"testing"

	"relevo/channel"
	"relevo/engine"
)

// A page that connects later must show the same as one that was there.
func TestAttachmentsLookTheSameLiveAndReplayed(t *testing.T) {
	t.Parallel()
	file := &engine.File{URL: "https://shop.example/t/ticket.pdf?x=1"}
	for name, c := range map[string]struct {
		out  engine.Outgoing
		want attachment
	}{
		"an image":                 {engine.Outgoing{Kind: "image", File: file}, attachment{"image", file.URL, "ticket.pdf"}},
		"a named document":         {engine.Outgoing{Kind: "document", Text: "Here", File: &engine.File{URL: file.URL, Name: "T.pdf"}}, attachment{"document", file.URL, "T.pdf"}},
		"a file without any name":  {engine.Outgoing{Kind: "video", File: &engine.File{URL: "https://shop.example"}}, attachment{"video", "https://shop.example", "shop.example"}},
		"a link":                   {engine.Outgoing{Kind: "link", Text: "Pay", Link: &engine.Link{URL: "https://pay.example", Title: "Now"}}, attachment{"link", "https://pay.example", "Now"}},
		"a place with a name":      {engine.Outgoing{Kind: "location", Location: &engine.Location{Latitude: 1, Longitude: 2, Name: "A", Address: "B"}}, attachment{"location", "https://www.openstreetmap.org/?mlat=1&mlon=2#map=17/1/2", "A, B"}},
		"a place":                  {engine.Outgoing{Kind: "location", Location: &engine.Location{Latitude: 1.5, Longitude: -2}}, attachment{"location", "https://www.openstreetmap.org/?mlat=1.5&mlon=-2#map=17/1.5/-2", "1.50000, -2.00000"}},
		"a list":                   {engine.Outgoing{Kind: "choices", Text: "?", As: "list", Choices: []engine.Choice{{Payload: "p", Title: "T"}}}, attachment{}},
		"a long caption":           {engine.Outgoing{Kind: "audio", Text: strings.Repeat("word ", 2000), File: file}, attachment{"audio", file.URL, "ticket.pdf"}},
		"a long text over a link":  {engine.Outgoing{Kind: "link", Text: strings.Repeat("word ", 2000), Link: &engine.Link{URL: "https://pay.example", Title: "Now"}}, attachment{"link", "https://pay.example", "Now"}},
		"choices that are a text":  {engine.Outgoing{Kind: "choices", Text: "?", As: "text", Choices: []engine.Choice{{Payload: "p", Title: "T"}}}, attachment{}},
		"choices that are buttons": {engine.Outgoing{Kind: "choices", Text: "?", As: "buttons", Choices: []engine.Choice{{Payload: "p", Title: "T"}}}, attachment{}},
	} {
		live := outgoingLines(channel.Message{ID: "c/3/0", Origin: engine.OriginBot, Outgoing: c.out, At: noon})
		entry := channel.Entry{
			ID: "c/3/0", Seq: 3, Kind: channel.EntryBot, Text: c.out.Text, Choices: c.out.Choices, As: c.out.As, File: c.out.File, Location: c.out.Location,
			Link: c.out.Link, At: noon, Status: engine.DeliverySent,
		}
		if c.out.File != nil {
			entry.Message = engine.MessageKind(c.out.Kind)
		}
		again := replayLines("v", []channel.Entry{entry}, func(string) bool { return true })
		if !reflect.DeepEqual(live, again) {
			t.Errorf("%s: live %+v, replayed %+v", name, live, again)
		}
		shown := attachment{}
		for i, l := range live {
			if l.Show == "" {
				continue
			}
			if at := 0; c.out.Kind == "link" {
				at = len(live) - 1
				if i != at {
					t.Errorf("%s: the button is in part %d of %d", name, i+1, len(live))
				}
			} else if i != at {
				t.Errorf("%s: it is shown in part %d", name, i+1)
			}
			shown = l.attachment
		}
		if shown != c.want {
			t.Errorf("%s: got %+v, want %+v", name, shown, c.want)
		}
	}
}

func TestScriptsAreServedWithoutTheirComments(t *testing.T) {
	t.Parallel()
	for name := range assets {
		a, err := loadAsset(name, "", defaultAccent)
		if err != nil {
			t.Fatal(err)
		}
		for _, rest := range []string{"/**", "@param", "\n//", "\n "} {
			if strings.Contains(string(a.body), rest) {
				t.Errorf("%s still has %q", name, rest)
			}
		}
		source, err := ui.ReadFile("ui/" + name)
		if err != nil {
			t.Fatal(err)
		}
		for _, brace := range []string{"{", "}", "`", "https:"} { // nothing of the code went with them
			lines := 0
			for _, l := range strings.Split(string(source), "\n") {
				if trimmed := strings.TrimSpace(wordless.ReplaceAllString(l+"\n", "")); strings.HasSuffix(name, ".css") || !strings.HasPrefix(trimmed, "* ") {
					lines += strings.Count(trimmed, brace)
				}
			}
			if got := strings.Count(string(a.body), brace); got != lines {
				t.Errorf("%s: %d of %s, want %d", name, got, brace, lines)
			}
		}
	}
}

package whatsapp_test

import (
	"encoding/json"
	"strings"
	"testing"

	"relevo/channel"
	"relevo/channel/whatsapp/graphtest"
	"relevo/engine"
)

// What is not made of text goes out exactly as the platform wants it ("Messages" and "Interactive messages" pages).
func TestShapesOfOtherKinds(t *testing.T) {
	t.Parallel()
	file := &engine.File{URL: "https://shop.example/t/ticket.pdf?x=1"}
	long := strings.Repeat("é", 1025)
	cases := []struct {
		name string
		out  engine.Outgoing
		want []string // type and content of each request
	}{
		{"an image with its caption", engine.Outgoing{Kind: "image", Text: "Your ticket", File: file},
			[]string{`image {"caption":"Your ticket","link":"https://shop.example/t/ticket.pdf?x=1"}`}},
		{"a caption over the limit is a text after it", engine.Outgoing{Kind: "video", Text: long, File: file},
			[]string{`video {"link":"https://shop.example/t/ticket.pdf?x=1"}`, `text {"body":"` + long + `","preview_url":false}`}},
		{"a sound has no caption", engine.Outgoing{Kind: "audio", Text: "Listen", File: file},
			[]string{`audio {"link":"https://shop.example/t/ticket.pdf?x=1"}`, `text {"body":"Listen","preview_url":false}`}},
		{"a document without a name gets that of its address", engine.Outgoing{Kind: "document", File: file},
			[]string{`document {"filename":"ticket.pdf","link":"https://shop.example/t/ticket.pdf?x=1"}`}},
		{"a document whose address has no name", engine.Outgoing{Kind: "document", File: &engine.File{URL: "https://shop.example"}},
			[]string{`document {"link":"https://shop.example"}`}},
		{"a place", engine.Outgoing{Kind: "location", Location: &engine.Location{Latitude: 40.5, Longitude: -3.25, Name: "Clinic"}},
			[]string{`location {"latitude":40.5,"longitude":-3.25,"name":"Clinic"}`}},
		{"a link", engine.Outgoing{Kind: "link", Text: "Your invoice", Link: &engine.Link{URL: "https://pay.example/7", Title: "Pay now and be done with it"}},
			[]string{`interactive {"action":{"name":"cta_url","parameters":{"display_text":"Pay now and be done…","url":"https://pay.example/7"}},"body":{"text":"Your invoice"},"type":"cta_url"}`}},
		{"choices that want to be a list", engine.Outgoing{Kind: "choices", Text: "Which?", As: "list", Button: "Days", Choices: []engine.Choice{{Payload: "p", Title: "One"}}},
			[]string{`interactive {"action":{"button":"Days","sections":[{"rows":[{"id":"p","title":"One"}]}]},"body":{"text":"Which?"},"type":"list"}`}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := connect(t, graphtest.Options{})
			if _, err := p.ch.Send(t.Context(), msg("c1/1/0", c.out)); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, s := range p.graph.Sends() {
				var body map[string]any
				if err := json.Unmarshal(s.Body, &body); err != nil {
					t.Fatal(err)
				}
				var content strings.Builder
				e := json.NewEncoder(&content)
				e.SetEscapeHTML(false)
				if err := e.Encode(body[s.Type]); err != nil {
					t.Fatal(err)
				}
				got = append(got, s.Type+" "+strings.TrimSpace(content.String()))
			}
			if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

func TestATemplatesQuickRepliesCarryTheChoices(t *testing.T) {
	t.Parallel()
	p := connect(t, graphtest.Options{})
	out := engine.Outgoing{
		Kind: engine.OutgoingTemplate, Template: &engine.Template{Name: "appointment_reminder", Language: "es", Parameters: []string{"Ana"}},
		Choices: []engine.Choice{{Payload: "run/r1/ask/confirm", Title: "Confirmo"}, {Payload: "run/r1/ask/cancel", Title: "Cancelar"}},
	}
	if _, err := p.ch.Send(t.Context(), msg("c1/1/0", out)); err != nil {
		t.Fatal(err)
	}
	got := p.graph.Sends()[0]
	if len(got.Choices) != 2 || got.Choices[0].ID != "run/r1/ask/confirm" || got.Choices[1].ID != "run/r1/ask/cancel" || len(got.Template) != 1 {
		t.Errorf("got %s", got.Body)
	}
	out.Choices = append(out.Choices, make([]engine.Choice, 10)...)
	_, err := p.ch.Send(t.Context(), msg("c1/1/1", out))
	if e := sendError(t, err); e.Class != channel.ClassFatal {
		t.Errorf("too many quick replies: %v", e)
	}
}

// A message of which a part went out before the window closed is followed by the whole template.
func TestATemplateAfterHalfAMessageIsSent(t *testing.T) {
	t.Parallel()
	p := connect(t, graphtest.Options{})
	calls := 0
	p.graph.FailWhen(func(graphtest.Send) *graphtest.Fault {
		calls++
		if calls == 2 {
			return &graphtest.WindowClosed
		}
		return nil
	})
	long := engine.Outgoing{Kind: engine.OutgoingText, Text: strings.Repeat("words and words ", 400)}
	_, err := p.ch.Send(t.Context(), msg("c1/1/0", long))
	if e := sendError(t, err); e.Class != channel.ClassWindow {
		t.Fatal(e)
	}
	tpl := engine.Outgoing{Kind: engine.OutgoingTemplate, Template: &engine.Template{Name: "hello", Language: "es"}}
	receipt, err := p.ch.Send(t.Context(), msg("c1/1/0", tpl))
	if got := p.graph.Sends(); err != nil || len(got) != 2 || got[1].Type != "template" || receipt.ProviderID != got[1].WAMID {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestTheRegionIsReadFromTheNumber(t *testing.T) {
	t.Parallel()
	for from, want := range map[string]string{
		"34600111222": "ES", "5215512345678": "MX", "525512345678": "MX", "5511987654321": "BR", "12125550123": "US", "447400123456": "GB",
		"5491123456789": "AR", "14165550123": "CA", "99999999999": "", "ES.1029384756": "ES",
	} {
		p := connect(t, graphtest.Options{})
		if err := p.graph.Text(t.Context(), from, "", "hi"); err != nil {
			t.Fatal(err)
		}
		if got := p.sink.Inbound()[0].Event.Message.Region; got != want {
			t.Errorf("%s: got %q, want %q", from, got, want)
		}
	}
}

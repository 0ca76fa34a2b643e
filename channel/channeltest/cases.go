package channeltest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"

	"relevo/channel"
	"relevo/engine"
)

// cases is everything that an adapter promises. A new promise is a new row.
var cases = []struct {
	name string
	run  func(*bench)
}{
	{"a text arrives as one event with identities", textArrives},
	{"a repeat carries the same keys", repeatKeepsKeys},
	{"contacts are told apart", contactsDiffer},
	{"what the sink refuses is not acknowledged", refusedIsNotAcknowledged},
	{"what people write arrives unchanged", inboundSurvives},
	{"messages reach the contact in order", sendsInOrder},
	{"what is sent arrives unchanged", outboundSurvives},
	{"a text over the limit arrives whole", longTextArrives},
	{"a choice comes back with its payload", choiceComesBack},
	{"many choices stay readable", manyChoices},
	{"files, places and links arrive as what they are", otherKindsArrive},
	{"a long caption arrives whole", longCaptionArrives},
	{"an address that is not https is refused", plainAddressIsRefused},
	{"choices as text can be read", choicesAsText},
	{"sends at the same time do not mix", concurrentSends},
	{"a cancelled send is a SendError", cancelledSend},
	{"a send to nobody is a SendError", nobodySend},
}

func textArrives(b *bench) {
	b.receive(Incoming{From: "ana", ID: "m1", Text: "where is my order"})
	got := b.sink.Inbound()
	if len(got) != 1 {
		b.Fatalf("got %d events, want 1", len(got))
	}
	in := got[0]
	if in.Channel != b.far.Channel.ID() {
		b.Errorf("channel: got %q, want %q", in.Channel, b.far.Channel.ID())
	}
	if in.DedupeKey == "" || in.Event.ID == "" || in.Event.At.IsZero() || len(in.Identities) == 0 {
		b.Errorf("an event needs a dedupe key, an id, a time and identities: %+v", in)
	}
	for _, id := range in.Identities {
		if id.Kind == "" || id.Value == "" {
			b.Errorf("empty identity %+v", id)
		}
	}
	m := in.Event.Message
	if in.Event.Kind != engine.EventMessage || m == nil || m.Kind != engine.MessageText || m.Text != "where is my order" {
		b.Errorf("got event %+v message %+v", in.Event, m)
	}
}

func repeatKeepsKeys(b *bench) {
	for range 3 {
		b.receive(Incoming{From: "ana", ID: "m1", Text: "hi"})
	}
	b.receive(Incoming{From: "ana", ID: "m2", Text: "hi"})
	got := b.sink.Inbound()
	other, first := got[len(got)-1], got[0]
	for _, in := range got[:len(got)-1] {
		if in.DedupeKey != first.DedupeKey || !in.Bucket.Equal(first.Bucket) || in.Event.ID != first.Event.ID {
			b.Errorf("a repeat has key %q bucket %v id %q, the first had %q %v %q", in.DedupeKey, in.Bucket, in.Event.ID, first.DedupeKey, first.Bucket, first.Event.ID)
		}
	}
	if other.DedupeKey == first.DedupeKey || other.Event.ID == first.Event.ID {
		b.Errorf("two messages share the key %q or the id %q", other.DedupeKey, other.Event.ID)
	}
}

func contactsDiffer(b *bench) {
	ana, luis := b.meet("ana"), b.meet("luis")
	for _, id := range ana {
		if slices.Contains(luis, id) {
			b.Errorf("two contacts share the identity %+v", id)
		}
	}
	b.send(ana, "e1", text("for ana"))
	b.send(luis, "e2", text("for luis"))
	for _, name := range []string{"ana", "luis"} {
		if got := b.arrived(name, 1); len(got) != 1 || got[0].Text != "for "+name {
			b.Errorf("%s got %+v", name, got)
		}
	}
}

func refusedIsNotAcknowledged(b *bench) {
	b.sink.Fail(errors.New("disk full"))
	if err := b.far.Receive(b.ctx, Incoming{From: "ana", ID: "m1", Text: "hi"}); err == nil {
		b.Error("a message that was not stored was acknowledged")
	}
	if b.sink.Refused() == 0 {
		b.Error("the sink was not asked")
	}
	b.sink.Fail(nil)
	b.receive(Incoming{From: "ana", ID: "m1", Text: "hi"})
	if got := b.sink.Inbound(); len(got) != 1 {
		b.Errorf("after the repeat the sink holds %d events, want 1", len(got))
	}
}

// spoken are texts that break careless handling: emoji of several code points, right to left, combining marks, markup, line breaks.
var spoken = []string{
	"👍",
	"👩🏽‍🚀 and 🏳️‍🌈 and 🇪🇸",
	"أين طلبي رقم AB123456؟",
	"איפה ההזמנה שלי?",
	"¿Dónde está mi pedido? e\u0301",
	"两件商品都没有到",
	"first line\nsecond line",
	`<b>"quoted" & 'single'</b> </script> {{ contact.name }}`,
	`back\slash and \u0041`,
}

func inboundSurvives(b *bench) {
	for i, want := range spoken {
		b.receive(Incoming{From: "ana", ID: fmt.Sprintf("m%d", i), Text: want})
		if got := b.last().Event.Message.Text; got != want {
			b.Errorf("got %q, want %q", got, want)
		}
	}
}

func sendsInOrder(b *bench) {
	to := b.meet("ana")
	const n = 20
	for i := range n {
		b.send(to, fmt.Sprintf("conv/1/%d", i), text(fmt.Sprintf("message %d", i)))
	}
	for i, got := range b.arrived("ana", n) {
		if want := fmt.Sprintf("message %d", i); got.Text != want {
			b.Fatalf("place %d: got %q, want %q", i, got.Text, want)
		}
	}
}

func outboundSurvives(b *bench) {
	to := b.meet("ana")
	sent := append(slices.Clone(spoken), strings.Repeat("ñ", b.textLimit()))
	for i, s := range sent {
		b.send(to, fmt.Sprintf("conv/1/%d", i), text(s))
	}
	got := b.arrived("ana", len(sent))
	for i, want := range sent {
		if got[i].Text != want {
			b.Errorf("place %d: got %.80q, want %.80q", i, got[i].Text, want)
		}
	}
}

// textLimit is the channel's limit of a text, or a length that a channel without one must bear.
func (b *bench) textLimit() int {
	if n := b.far.Channel.Capabilities().MaxText; n > 0 {
		return n
	}
	return 4096
}

func longTextArrives(b *bench) {
	if b.far.Channel.Capabilities().MaxText == 0 {
		return // no limit to go over
	}
	to := b.meet("ana")
	want := strings.Repeat("Twelve words, 👩🏽‍🚀 among them, make one sentence that goes on. ", 1+2*b.textLimit()/64)
	b.send(to, "conv/1/0", text(want))
	b.send(to, "conv/1/1", text("end"))
	var got strings.Builder
	for n := 1; ; n++ {
		parts := b.arrived("ana", n)
		if parts[n-1].Text == "end" {
			break
		}
		if size := len([]rune(parts[n-1].Text)); size > b.textLimit() {
			b.Errorf("a part has %d characters, over the limit of %d", size, b.textLimit())
		}
		got.WriteString(parts[n-1].Text)
	}
	if squeeze(got.String()) != squeeze(want) {
		b.Errorf("the text did not arrive whole: %d of %d bytes", got.Len(), len(want))
	}
}

// squeeze drops spaces, which may turn into the border of two parts.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

func choiceComesBack(b *bench) {
	caps := b.far.Channel.Capabilities()
	to := b.meet("ana")
	for i, n := range []int{1, max(1, caps.MaxButtons), max(1, caps.MaxListRows)} {
		out := choices("Which one?", n)
		b.send(to, fmt.Sprintf("conv/1/%d", i), out)
		got := b.arrived("ana", i+1)[i]
		if got.Text != out.Text {
			b.Errorf("%d choices: text %q, want %q", n, got.Text, out.Text)
		}
		if !slices.Equal(got.Choices, out.Choices) {
			b.Fatalf("%d choices: got %+v, want %+v", n, got.Choices, out.Choices)
		}
		pressed := got.Choices[n-1]
		b.receive(Incoming{From: "ana", ID: fmt.Sprintf("press-%d", i), Text: pressed.Title, Payload: pressed.Payload})
		m := b.last().Event.Message
		if m.Kind != engine.MessageButton || m.Payload != out.Choices[n-1].Payload || m.Text != pressed.Title {
			b.Errorf("%d choices: the press came back as %+v", n, m)
		}
	}
}

func manyChoices(b *bench) {
	to := b.meet("ana")
	out := choices("Which one?", max(b.far.Channel.Capabilities().MaxListRows, b.far.Channel.Capabilities().MaxButtons)+5)
	b.send(to, "conv/1/0", out)
	got := b.arrived("ana", 1)[0]
	for i, c := range out.Choices {
		shown := strings.Contains(got.Text, c.Title) ||
			slices.ContainsFunc(got.Choices, func(g engine.Choice) bool { return g == c })
		if !shown {
			b.Errorf("choice %d is not shown in %+v", i+1, got)
		}
	}
}

// shown are messages that are not made of text, by kind.
func shown(k engine.OutgoingKind, words string) engine.Outgoing {
	out := engine.Outgoing{Kind: k, Text: words}
	switch k {
	case engine.OutgoingLocation:
		out.Location = &engine.Location{Latitude: 40.4168, Longitude: -3.7038, Name: "The clinic", Address: "Calle Mayor 1"}
	case engine.OutgoingLink:
		out.Link = &engine.Link{URL: "https://shop.example/pay?id=7&x=<y>", Title: "Pay now"}
	default:
		out.File = &engine.File{URL: "https://shop.example/files/7.bin?x=1&y=2", Name: "ticket.pdf"}
	}
	return out
}

// otherKindsArrive sends every kind that the channel declares, and its words where they are told apart from what is shown.
func otherKindsArrive(b *bench) {
	to := b.meet("ana")
	for _, k := range b.far.Channel.Capabilities().Kinds {
		out := shown(k, "Words of "+string(k))
		b.send(to, "conv/1/"+string(k), out)
		b.send(to, "conv/2/"+string(k), text("end of "+string(k)))
		got, ended := b.until("end of " + string(k))
		var words []string
		seen := sight{}
		for _, a := range got {
			words = append(words, a.Text)
			if a.Shows != "" {
				seen = sight{a.Shows, a.URL}
			}
			if k == engine.OutgoingLocation {
				seen.url = "" // the channel's own way to a map
			}
		}
		want := sight{shows: string(k)}
		if out.File != nil {
			want.url = out.File.URL
		}
		if out.Link != nil {
			want.url = out.Link.URL
		}
		if !ended || seen != want || !strings.Contains(strings.Join(words, "\n"), out.Text) {
			b.Errorf("%s: got %+v, want %+v with %q", k, got, want, out.Text)
		}
	}
}

type sight struct{ shows, url string }

// until reads what reached ana since the last time, up to a text that ends it.
func (b *bench) until(end string) (got []Arrival, ended bool) {
	for n := b.read + 1; ; n++ {
		all := b.arrived("ana", n)
		if all[n-1].Text == end {
			got, b.read = all[b.read:n-1], n
			return got, true
		}
	}
}

func longCaptionArrives(b *bench) {
	to := b.meet("ana")
	for i, k := range b.far.Channel.Capabilities().Kinds {
		words := strings.Repeat("Many words stand under this picture. ", 60)
		b.send(to, fmt.Sprintf("conv/1/%d", i), shown(k, words))
		b.send(to, fmt.Sprintf("conv/2/%d", i), text("end"))
		got, _ := b.until("end")
		var all strings.Builder
		for _, a := range got {
			all.WriteString(a.Text)
		}
		if squeeze(all.String()) != squeeze(words) {
			b.Errorf("%s: %d of %d bytes arrived", k, all.Len(), len(words))
		}
	}
}

// plainAddressIsRefused: whoever is on the way could change what the contact sees, or runs.
func plainAddressIsRefused(b *bench) {
	to := b.meet("ana")
	for _, k := range b.far.Channel.Capabilities().Kinds {
		for _, address := range []string{"http://shop.example/x.png", "javascript:alert(1)", "data:text/html,x", "https://", "https://user:pw@shop.example/x", "//shop.example/x", ""} {
			out := shown(k, "words")
			switch {
			case out.File != nil:
				out.File.URL = address
			case out.Link != nil && !strings.HasPrefix(address, "http:"):
				out.Link.URL = address
			default:
				continue
			}
			requireSendError(b, b.ctx, message(to, "conv/1/0", out))
		}
	}
}

func choicesAsText(b *bench) {
	to := b.meet("ana")
	out := choices("Which one?", 2)
	out.As = "text"
	b.send(to, "conv/1/0", out)
	got := b.arrived("ana", 1)[0]
	if len(got.Choices) > 0 || !strings.Contains(got.Text, "1. Title 1") || !strings.Contains(got.Text, "2. Title 2") {
		b.Errorf("got %+v", got)
	}
}

func concurrentSends(b *bench) {
	const contacts, each = 6, 10
	to := make([][]channel.Identity, contacts)
	for i := range to {
		to[i] = b.meet(fmt.Sprintf("contact-%d", i))
	}
	errs := make([]error, contacts)
	var wg sync.WaitGroup
	for i := range to {
		wg.Go(func() {
			for n := range each {
				m := message(to[i], fmt.Sprintf("conv-%d/1/%d", i, n), text(fmt.Sprintf("%d:%d", i, n)))
				if _, err := b.far.Channel.Send(b.ctx, m); err != nil {
					errs[i] = err
					return
				}
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		b.Fatal(err)
	}
	for i := range to {
		got := b.arrived(fmt.Sprintf("contact-%d", i), each)
		for n := range each {
			if want := fmt.Sprintf("%d:%d", i, n); got[n].Text != want {
				b.Fatalf("contact %d, place %d: got %q, want %q", i, n, got[n].Text, want)
			}
		}
	}
}

func cancelledSend(b *bench) {
	to := b.meet("ana")
	ctx, cancel := context.WithCancel(b.ctx)
	cancel()
	requireSendError(b, ctx, message(to, "conv/1/0", text("too late")))
}

func nobodySend(b *bench) {
	to := []channel.Identity{{Kind: "no-such-kind", Value: "x"}}
	requireSendError(b, b.ctx, message(to, "conv/1/0", text("anybody there?")))
}

func requireSendError(b *bench, ctx context.Context, m channel.Message) {
	b.Helper()
	_, err := b.far.Channel.Send(ctx, m)
	var refused *channel.SendError
	if !errors.As(err, &refused) {
		b.Fatalf("got %v (%T), want a *channel.SendError", err, err)
	}
	if refused.Class == "" {
		b.Errorf("the error has no class: %+v", refused)
	}
}

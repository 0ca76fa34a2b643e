// Package channeltest is the suite that every channel adapter passes. An adapter's test describes how to reach it from the outside:
//
//	func TestChannel(t *testing.T) {
//		channeltest.Run(t, channeltest.Harness{New: func(t *testing.T, sink channel.Sink) channeltest.Far {
//			…                               // adapter and far end, cleaned up with t.Cleanup
//			return channeltest.Far{Channel: ch, Receive: …, Sent: …}
//		}})
//	}
package channeltest

import (
	"context"
	"testing"

	"relevo/channel"
	"relevo/engine"
)

// Harness is how the suite gets an adapter.
type Harness struct {
	// New makes a fresh adapter that gives what it receives to sink, and a far end of its own. It is called once a test; tests run
	// in parallel. Limits per contact or per second must allow a few hundred messages at once.
	New func(t *testing.T, sink channel.Sink) Far
}

// Far is one adapter seen from the contacts' side. Its functions are safe for concurrent use. Contacts are named by the suite
// ("ana", "luis"); the harness maps a name to whatever its channel knows: a phone number, a browser session.
type Far struct {
	Channel channel.Channel
	// Receive lets a contact write, through the adapter's own HTTP path and as the network would. It returns nil when the adapter
	// acknowledged the message, an error when it did not.
	Receive func(ctx context.Context, in Incoming) error
	// Sent returns what reached that contact, in order of arrival. It waits until there are at least n, or until ctx ends. The
	// contact has written before, so that the harness knows it.
	Sent func(ctx context.Context, contact string, n int) []Arrival
}

// Incoming is one message of a contact.
type Incoming struct {
	From string // "ana"
	ID   string // the message's id at the far end; a repeat carries the same one
	Text string // or the pressed choice's title
	// Payload is set when the contact pressed a choice: it is the one that arrived with it.
	Payload string
}

// Arrival is one message as it reached a contact.
type Arrival struct {
	Text string
	// Choices are what can be pressed, in order: buttons or rows. Empty for plain text, also where choices became numbered text.
	Choices []engine.Choice
	// Shows is what is there beside text: "image", "document", "video", "audio", "location", "link". URL is that of a file, or of a link.
	Shows, URL string
}

// Run proves the adapter. The cases are rows of a table, see cases.go.
func Run(t *testing.T, h Harness) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			sink := &Recorder{}
			c.run(newBench(t, sink, h.New(t, sink)))
		})
	}
}

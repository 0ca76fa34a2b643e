// Package channel is the contract between the runner and the places where contacts write: WhatsApp, the web chat. Adapters live in
// folders of their own, know nothing of each other, and are proven by channeltest.
package channel

import (
	"context"
	"fmt"
	"time"

	"relevo/engine"
)

// Channel sends messages to contacts. An adapter also receives (an http.Handler of its own) and gives what it received to a
// Sink. Implementations are safe for concurrent use.
type Channel interface {
	ID() string   // as configured: "web", "main"
	Type() string // "webchat", "whatsapp"
	Capabilities() Capabilities
	// Send delivers one message. Errors are *SendError. The runner calls it in order for a conversation, never twice at once.
	Send(ctx context.Context, m Message) (Receipt, error)
}

// Capabilities declares, as data, what a channel can show and how much. Check and the renderer use it. Lengths are in characters (runes).
type Capabilities struct {
	MaxText        int // body of a plain text
	MaxChoiceText  int // body of a message with buttons or a list
	MaxButtons     int // more choices become a list
	MaxButtonTitle int
	MaxListRows    int // more choices become numbered text
	MaxRowTitle    int // a longer one is cut
	MaxCaption     int // a longer one is a message of its own; 0: captions may be as long as texts
	MaxLinkTitle   int // a longer one is cut; 0: no limit
	MaxTemplate    int // body of a template with its parameters; 0: no templates
	MaxReplies     int // choices under a template
	// Kinds are the kinds it can show beside text, choices and templates. Of any other kind it gets the words, see Plain.
	Kinds     []engine.OutgoingKind
	Templates bool
	// Window is how long after the contact's last message free text may be sent; 0 is no limit.
	Window time.Duration
	// WindowMargin is kept free at the end of Window, because clocks differ.
	WindowMargin time.Duration
	// Idempotent says that the far end drops a repeated Message.ID, so that a send whose answer was lost may be repeated at once.
	Idempotent bool
}

// Limits are the capabilities as flows are held against them. name is what findings call the channel: "WhatsApp".
func (c Capabilities) Limits(name string) engine.ChannelLimits {
	return engine.ChannelLimits{
		Name: name, MaxText: c.MaxText, MaxChoiceText: c.MaxChoiceText, MaxButtons: c.MaxButtons, MaxButtonTitle: c.MaxButtonTitle,
		MaxListRows: c.MaxListRows, MaxRowTitle: c.MaxRowTitle, MaxCaption: c.MaxCaption, MaxLinkTitle: c.MaxLinkTitle,
		Templates: c.Templates, MaxTemplate: c.MaxTemplate, MaxReplies: c.MaxReplies,
	}
}

// Message is one message to deliver.
type Message struct {
	ID           string // the effect's id: the idempotency key
	Conversation string
	To           []Identity // every identity of the contact on this channel
	Origin       engine.Origin
	Author       string // the human agent's name, when a channel shows it
	Outgoing     engine.Outgoing
	At           time.Time // when it was written
}

// Receipt is the channel's word that it took the message.
type Receipt struct {
	ProviderID string               // the channel's message id
	State      engine.DeliveryState // DeliverySent, or further
	Aliases    []Identity           // further identities of the contact that the answer taught
}

// SendError is a message that was not taken.
type SendError struct {
	Class      Class
	Code       string        // the channel's own code, "131056"
	Detail     string        // for the operator; never shown to contacts, never the message's text
	RetryAfter time.Duration // 0: the runner's own backoff
	// Unknown says that the message may have gone out all the same (no answer came back).
	Unknown bool
}

// Class is what to do about a SendError.
type Class string

// The classes of send errors.
const (
	ClassRetry   Class = "retry"   // try again with backoff
	ClassFatal   Class = "fatal"   // give up on this message
	ClassWindow  Class = "window"  // outside the 24-hour window: only a template may go
	ClassChannel Class = "channel" // the channel itself is broken (token, account): keep the message, tell the operator
)

// Error renders class, code and detail.
func (e *SendError) Error() string { return fmt.Sprintf("%s %s: %s", e.Class, e.Code, e.Detail) }

// Identity is one way a channel knows a contact.
type Identity = engine.Identity

// Inbound is one event that a channel received, before its conversation is known. Exactly one of Event's kinds message, echo or
// status is used.
type Inbound struct {
	Channel string
	// DedupeKey is unique for what happened, whatever the repeats: the channel's message id, or "id:state" for a status.
	DedupeKey string
	// Bucket is a time that every repeat of the same delivery carries unchanged (the provider's own timestamp), so that the duplicate
	// check touches one small stretch of its index. The zero time is a bucket of its own.
	Bucket time.Time
	// Identities are all that is known of the contact, the best one first. Empty for a status.
	Identities []Identity
	Event      engine.Event
}

// Kept is something well-formed that is not a turn: account updates, template reviews, unknown types. It is stored for the operator.
type Kept struct {
	Channel string
	Kind    string // "account_update", "template", "preference", "ignored", "malformed"
	Detail  string // a short machine-made description: field="account_update" event="DISABLED_UPDATE"
	Body    []byte // the raw part
	At      time.Time
}

// Delivery is what one request to an adapter held.
type Delivery struct {
	Inbound []Inbound
	Kept    []Kept
}

// Sink takes what adapters received. The runner implements it.
type Sink interface {
	// Accept stores a delivery durably, dropping repeats, and returns. Only then may an adapter acknowledge. The turns happen afterwards.
	Accept(ctx context.Context, d Delivery) error
}

// EntryKind says who an entry of a transcript is from.
type EntryKind string

// The kinds of entries.
const (
	EntryContact EntryKind = "contact"
	EntryBot     EntryKind = "bot"
	EntryAgent   EntryKind = "agent"
	EntryPhone   EntryKind = "phone"
	EntryNote    EntryKind = "note"   // among colleagues; never shown to contacts
	EntrySystem  EntryKind = "system" // changes of owner, ends of runs; never shown to contacts
)

// Entry is one line of a conversation as people read it. Entries are made from the journal.
type Entry struct {
	ID      string             `json:"id"`  // unique and stable: the event's or effect's id
	Seq     int64              `json:"seq"` // the turn; entries of one turn keep their order
	At      time.Time          `json:"at"`
	Kind    EntryKind          `json:"kind"`
	Author  string             `json:"author,omitempty"`
	Text    string             `json:"text,omitempty"`
	Code    string             `json:"code,omitempty"` // of a system entry: "handoff", "claimed", "released", "closed", "withdrawn", "phone", "ended", "failed"
	Choices []engine.Choice    `json:"choices,omitempty"`
	As      string             `json:"as,omitempty"`      // how the flow wants the choices shown; see engine.Outgoing
	Message engine.MessageKind `json:"message,omitempty"` // of an entry that is not plain text: "image", "location", …
	Media   *engine.Media      `json:"media,omitempty"`   // what the contact sent
	File    *engine.File       `json:"file,omitempty"`    // what was sent to the contact
	// Location is a point on the map, sent by either side.
	Location *engine.Location `json:"location,omitempty"`
	Link     *engine.Link     `json:"link,omitempty"`
	// Template is an approved template that was sent as it is; its words are kept elsewhere.
	Template string               `json:"template,omitempty"`
	Flow     string               `json:"flow,omitempty"`
	State    string               `json:"state,omitempty"`
	Status   engine.DeliveryState `json:"status,omitempty"`  // of an outgoing message
	Problem  string               `json:"problem,omitempty"` // why it failed or was suppressed
}

// History reads a conversation's entries after a turn. The runner implements it.
type History interface {
	History(ctx context.Context, conversation string, after int64) ([]Entry, error)
}

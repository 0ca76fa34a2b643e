package engine

import "time"

// EventKind names what happened.
type EventKind string

// Everything that can change a conversation.
const (
	EventMessage  EventKind = "message"  // the contact wrote, pressed or sent something
	EventTimer    EventKind = "timer"    // an armed timer is due
	EventCall     EventKind = "call"     // an HTTP call ended
	EventBusiness EventKind = "business" // POST /v1/events
	EventStatus   EventKind = "status"   // the channel tells what became of a message of ours
	EventAgent    EventKind = "agent"    // a human agent acted
	EventEcho     EventKind = "echo"     // a person wrote to the contact from the phone on the same number
)

// Event is one thing that happened to a conversation. Exactly one of the pointers is set, the one Kind names.
type Event struct {
	ID   string    `json:"id"` // unique at its source: the channel's message id, the timer's id, the call's effect id
	Kind EventKind `json:"kind"`
	At   time.Time `json:"at"` // when we took it in, UTC; the only clock a turn has

	Message  *Message       `json:"message,omitempty"`
	Timer    *Timer         `json:"timer,omitempty"`
	Call     *CallResult    `json:"call,omitempty"`
	Business *BusinessEvent `json:"business,omitempty"`
	Status   *Status        `json:"status,omitempty"`
	Agent    *AgentAction   `json:"agent,omitempty"`
	Echo     *Message       `json:"echo,omitempty"`
}

// complete tells that the part which Kind names is there.
func (e Event) complete() bool {
	switch e.Kind {
	case EventMessage:
		return e.Message != nil
	case EventTimer:
		return e.Timer != nil
	case EventCall:
		return e.Call != nil
	case EventBusiness:
		return e.Business != nil
	case EventStatus:
		return e.Status != nil
	case EventAgent:
		return e.Agent != nil
	case EventEcho:
		return e.Echo != nil
	}
	return false
}

// MessageKind is the kind of an inbound message.
type MessageKind string

// Inbound kinds. What a channel can not map is MessageUnsupported; nothing is dropped.
const (
	MessageText        MessageKind = "text"
	MessageButton      MessageKind = "button" // a button, a list row or a template's quick reply; Payload says which
	MessageImage       MessageKind = "image"
	MessageVideo       MessageKind = "video"
	MessageAudio       MessageKind = "audio"
	MessageDocument    MessageKind = "document"
	MessageSticker     MessageKind = "sticker"
	MessageLocation    MessageKind = "location"
	MessageContacts    MessageKind = "contacts"
	MessageReaction    MessageKind = "reaction" // not an utterance: never matched against text
	MessageOrder       MessageKind = "order"
	MessageForm        MessageKind = "form"    // a WhatsApp Flow's or address form's answer
	MessageSystem      MessageKind = "system"  // changed number, changed identity
	MessageEdit        MessageKind = "edit"    // Target was edited
	MessageRevoke      MessageKind = "revoke"  // Target was deleted
	MessageHistory     MessageKind = "history" // an old message imported from the phone; never answered
	MessageUnsupported MessageKind = "unsupported"
)

// Message is what the contact sent (or, in an echo, what a person sent from the phone).
type Message struct {
	Kind     MessageKind    `json:"kind"`
	Text     string         `json:"text,omitempty"`    // body, caption, or a button's title
	Payload  string         `json:"payload,omitempty"` // a button's id as we sent it
	Media    *Media         `json:"media,omitempty"`
	Location *Location      `json:"location,omitempty"`
	Target   string         `json:"target,omitempty"`   // the channel's id of the message reacted to, edited or revoked
	ReplyTo  string         `json:"replyTo,omitempty"`  // the channel's id of the quoted message
	Language string         `json:"language,omitempty"` // the channel's guess, such as the browser's language
	Region   string         `json:"region,omitempty"`   // ISO 3166, as the channel knows it from the number or the browser
	TimeZone string         `json:"timezone,omitempty"` // IANA, as the channel knows it
	Name     string         `json:"name,omitempty"`     // the contact's name as the channel knows it
	Sent     time.Time      `json:"sent,omitzero"`      // by the channel's clock; a hint, may be late
	Extra    map[string]any `json:"extra,omitempty"`    // the rest by kind: order items, contact cards, form answers, referral, errors
}

// Media points to a file that the channel keeps.
type Media struct {
	ID       string `json:"id,omitempty"`
	URL      string `json:"url,omitempty"`
	MIME     string `json:"mime,omitempty"`
	Filename string `json:"filename,omitempty"`
	SHA256   string `json:"sha256,omitempty"`
	Voice    bool   `json:"voice,omitempty"`
	Animated bool   `json:"animated,omitempty"`
}

// Location is a point on the map.
type Location struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
	Name      string  `json:"name,omitempty"`
	Address   string  `json:"address,omitempty"`
}

// CallResult is how an HTTP call of a flow ended, after its retries.
type CallResult struct {
	Effect string `json:"effect"`           // the Call's id
	Status int    `json:"status,omitempty"` // 0 when there was no answer
	Body   any    `json:"body,omitempty"`   // decoded JSON, or nil
	Error  string `json:"error,omitempty"`  // why there was no usable answer: "timeout", "refused address", "not JSON"
}

// BusinessEvent is something a business system tells: {"name":"order.delayed","key":"AB123456","data":{…}}.
type BusinessEvent struct {
	Name string         `json:"name"`
	Key  string         `json:"key,omitempty"`
	Data map[string]any `json:"data,omitempty"`
	// Contact is what the business system knows of the contact. It fills in what is not known here.
	Contact *KnownContact `json:"contact,omitempty"`
}

// KnownContact is what somebody else knows of a contact. Empty fields say nothing.
type KnownContact struct {
	Name     string `json:"name,omitempty"`
	Language string `json:"language,omitempty"` // "es", "es-MX"
	TimeZone string `json:"timezone,omitempty"` // IANA
}

// DeliveryState is how far a message got. States only move forward, see DeliveryState.After.
type DeliveryState string

// Delivery states. "queued" is the outbox; the last three end the message.
const (
	DeliveryQueued     DeliveryState = "queued"
	DeliverySent       DeliveryState = "sent"
	DeliveryDelivered  DeliveryState = "delivered"
	DeliveryRead       DeliveryState = "read"
	DeliveryPlayed     DeliveryState = "played"
	DeliveryFailed     DeliveryState = "failed"     // the channel refused it for good
	DeliverySuppressed DeliveryState = "suppressed" // we did not send it: stale epoch, closed window, opted out
)

// Status is what the channel says of a message of ours.
type Status struct {
	Effect     string        `json:"effect,omitempty"`   // our effect id, when the channel echoes it
	ProviderID string        `json:"provider,omitempty"` // the channel's message id
	State      DeliveryState `json:"state"`
	Code       string        `json:"code,omitempty"` // the channel's error code, "131047"
	Detail     string        `json:"detail,omitempty"`
}

// AgentVerb is what a human agent did.
type AgentVerb string

// The verbs of a human agent.
const (
	AgentClaim   AgentVerb = "claim"   // takes the chat from the queue
	AgentReply   AgentVerb = "reply"   // writes to the contact
	AgentNote    AgentVerb = "note"    // writes to colleagues; never sent
	AgentRelease AgentVerb = "release" // gives the chat back to the queue; it keeps its waiting time
	AgentClose   AgentVerb = "close"   // ends the chat with an outcome; the flow goes on
)

// AgentAction is one thing a human agent did. Epoch is the conversation's epoch as the agent saw it; 0 means "whatever it is
// now" and is meant for integrations that do not track it.
type AgentAction struct {
	Verb    AgentVerb `json:"verb"`
	Agent   string    `json:"agent"`          // the agent's id
	Name    string    `json:"name,omitempty"` // as colleagues see it
	Text    string    `json:"text,omitempty"`
	Outcome string    `json:"outcome,omitempty"`
	Epoch   int64     `json:"epoch,omitempty"`
}

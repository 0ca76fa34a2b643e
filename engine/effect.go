package engine

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// EffectKind names what the engine wants done.
type EffectKind string

// The effects. Those marked outbox are carried out after the commit, at least once, under their id.
const (
	EffectSend        EffectKind = "send"         // outbox: a message to the contact
	EffectCall        EffectKind = "call"         // outbox: an HTTP call; its end is an EventCall
	EffectTimer       EffectKind = "timer"        // arm a timer
	EffectCancelTimer EffectKind = "cancel_timer" // a timer that lost its meaning
	EffectHandoff     EffectKind = "handoff"      // a chat is put into a queue (or moved to another one)
	EffectChat        EffectKind = "chat"         // the open chat changes: claimed, released, closed, withdrawn
	EffectOwner       EffectKind = "owner"        // the owner changed
	EffectContact     EffectKind = "contact"      // the contact's stored record changes
	EffectNote        EffectKind = "note"         // a note to colleagues was taken
	EffectEnd         EffectKind = "end"          // a run ended
	EffectDelivery    EffectKind = "delivery"     // a delivery state to record
	EffectTrace       EffectKind = "trace"        // a decision worth keeping: a budget reached, an event nobody wanted
)

// Effect is one thing to be done or recorded. Exactly one of the pointers is set, the one Kind names. Effects are kept in the
// journal; a replay must give the same ones.
type Effect struct {
	ID   string     `json:"id"` // "conversation/seq/n"; the idempotency key of whatever it causes
	Kind EffectKind `json:"kind"`
	Run  string     `json:"run,omitempty"` // the run that wanted it

	Send     *Send          `json:"send,omitempty"`
	Call     *Call          `json:"call,omitempty"`
	Timer    *Timer         `json:"timer,omitempty"` // with EffectTimer and EffectCancelTimer
	Handoff  *HandoffPacket `json:"handoff,omitempty"`
	Chat     *ChatChange    `json:"chat,omitempty"`
	Owner    *OwnerChange   `json:"owner,omitempty"`
	Contact  *Contact       `json:"contact,omitempty"`
	Note     *Note          `json:"note,omitempty"`
	End      *RunEnd        `json:"end,omitempty"`
	Delivery *Status        `json:"delivery,omitempty"`
	Trace    *Trace         `json:"trace,omitempty"`
}

// EffectID derives an effect's id from the conversation's id, the turn and the effect's place in it.
func EffectID(conversation string, seq int64, n int) string {
	return fmt.Sprintf("%s/%d/%d", conversation, seq, n)
}

// ParseEffectID takes apart what EffectID made. ok is false for anything else.
func ParseEffectID(id string) (conversation string, seq int64, n int, ok bool) {
	rest, last, hasLast := cutLast(id)
	conversation, middle, hasMiddle := cutLast(rest)
	seq, errSeq := strconv.ParseInt(middle, 10, 64)
	n, errN := strconv.Atoi(last)
	return conversation, seq, n, hasLast && hasMiddle && errSeq == nil && errN == nil
}

func cutLast(s string) (before, after string, found bool) {
	i := strings.LastIndexByte(s, '/')
	if i < 0 {
		return "", s, false
	}
	return s[:i], s[i+1:], true
}

// Origin says who speaks in a message.
type Origin string

// The speakers of outgoing messages.
const (
	OriginBot   Origin = "bot"
	OriginAgent Origin = "agent"
	OriginPhone Origin = "phone"
)

// Send is a message to the contact.
type Send struct {
	Origin   Origin    `json:"origin"`
	Author   string    `json:"author,omitempty"` // the human agent's name
	Epoch    int64     `json:"epoch"`            // refused when it is below the conversation's fence at the time of sending
	Language string    `json:"language,omitempty"`
	Message  Outgoing  `json:"message"`
	Flow     string    `json:"flow,omitempty"`
	State    string    `json:"state,omitempty"`
	At       time.Time `json:"at"`
}

// OutgoingKind is the kind of an outgoing message.
type OutgoingKind string

// Outgoing kinds. A channel renders each as its capabilities allow.
const (
	OutgoingText     OutgoingKind = "text"
	OutgoingChoices  OutgoingKind = "choices"  // text with buttons; a list where there are many, numbered text where there are none
	OutgoingTemplate OutgoingKind = "template" // an approved WhatsApp template
	OutgoingImage    OutgoingKind = "image"    // File, with Text as its caption
	OutgoingDocument OutgoingKind = "document"
	OutgoingVideo    OutgoingKind = "video"
	OutgoingAudio    OutgoingKind = "audio"
	OutgoingLocation OutgoingKind = "location"
	OutgoingLink     OutgoingKind = "link" // text with a button that opens Link
)

// Outgoing is one message as the flow means it; the channel decides the form.
type Outgoing struct {
	Kind     OutgoingKind `json:"kind"`
	Text     string       `json:"text,omitempty"` // body, or caption
	Choices  []Choice     `json:"choices,omitempty"`
	As       string       `json:"as,omitempty"`     // "buttons", "list" or "text": how the flow wants its choices shown; empty: what fits best
	Button   string       `json:"button,omitempty"` // the label that opens a list, in the message's language
	File     *File        `json:"file,omitempty"`
	Location *Location    `json:"location,omitempty"`
	Link     *Link        `json:"link,omitempty"`
	// Template is the whole message of kind template. Beside another kind it is what goes out in its place where the channel's window is
	// closed; the payloads of Choices then belong to the template's quick replies, in order.
	Template *Template `json:"template,omitempty"`
}

// File is a picture, document, video or sound that the channel fetches from an address.
type File struct {
	URL  string `json:"url"` // https
	Name string `json:"name,omitempty"`
}

// Link is an address behind a button.
type Link struct {
	URL   string `json:"url"`
	Title string `json:"title"`
}

// Choice is one button or list row.
type Choice struct {
	Payload string `json:"payload"` // comes back in Message.Payload
	Title   string `json:"title"`
}

// Template is an approved message template with its parameters in order.
type Template struct {
	Name       string   `json:"name"`
	Language   string   `json:"language"` // "es_MX"
	Parameters []string `json:"parameters,omitempty"`
}

// Call is an HTTP call that a flow wants.
type Call struct {
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers,omitempty"`
	Body    any               `json:"body,omitempty"` // sent as JSON
	Timeout time.Duration     `json:"timeout"`        // of one try, in nanoseconds
	Retries int               `json:"retries"`        // further tries after a transport error, a time-out, 429 or a 5xx
}

// HandoffPacket is all that a human agent must know, so that nobody asks the contact twice.
type HandoffPacket struct {
	Chat     string         `json:"chat"` // the chat's id; the same one when a chat is moved or asked for again
	Queue    string         `json:"queue"`
	Priority Priority       `json:"priority"`
	Since    time.Time      `json:"since"`  // first waiting time
	Reason   string         `json:"reason"` // "asked", "script_failed", "not_understood", or the transition that led here
	Summary  string         `json:"summary,omitempty"`
	Flow     string         `json:"flow,omitempty"`
	Title    string         `json:"title,omitempty"` // the flow's title in the contact's language
	State    string         `json:"state,omitempty"`
	Path     []string       `json:"path,omitempty"`
	Slots    map[string]any `json:"slots,omitempty"`
	Failed   string         `json:"failed,omitempty"`
	Language string         `json:"language,omitempty"`
	Outcomes []string       `json:"outcomes"`
}

// Priority orders a queue before waiting time does.
type Priority string

// The priorities, highest first.
const (
	PriorityHigh   Priority = "high"
	PriorityNormal Priority = "normal"
	PriorityLow    Priority = "low"
)

// ChatVerb is how an open chat changes.
type ChatVerb string

// Changes of a chat.
const (
	ChatClaimed   ChatVerb = "claimed"
	ChatReleased  ChatVerb = "released"
	ChatClosed    ChatVerb = "closed"
	ChatWithdrawn ChatVerb = "withdrawn" // the flow or the phone took the conversation back
)

// ChatChange is a step in the life of the open chat.
type ChatChange struct {
	Chat    string    `json:"chat"`
	Verb    ChatVerb  `json:"verb"`
	Agent   string    `json:"agent,omitempty"`
	Outcome string    `json:"outcome,omitempty"`
	Reason  string    `json:"reason,omitempty"`
	At      time.Time `json:"at"`
}

// OwnerChange is a change of owner, with its reason.
type OwnerChange struct {
	From   string `json:"from"`
	To     string `json:"to"`
	Epoch  int64  `json:"epoch"` // the new one
	Reason string `json:"reason"`
}

// Note is a remark among colleagues. It is never sent.
type Note struct {
	Agent string    `json:"agent"`
	Name  string    `json:"name,omitempty"`
	Text  string    `json:"text"`
	At    time.Time `json:"at"`
}

// RunEnd is the end of a run.
type RunEnd struct {
	Flow    string `json:"flow"`
	Outcome string `json:"outcome"`
	// Path are the last states that it walked, oldest first. It is for who looks on; it is not kept.
	Path []string `json:"-"`
}

// Trace is a decision worth keeping. Codes are counted in metrics.
//
//	{"code":"script_failed","detail":"orders.js:12:3: deadline","call":0}
type Trace struct {
	Code   string `json:"code"` // "ignored", "script_failed", "budget_steps", "not_understood", "stale_timer", "stale_button"
	Detail string `json:"detail,omitempty"`
	// Call is the index of the script call in its turn that failed, so that a replay decides the same. -1 otherwise.
	Call int `json:"call"`
	// Script is the failed call's own error, with the same purpose.
	Script *ScriptError `json:"script,omitempty"`
}

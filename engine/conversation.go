// Package engine decides what a conversation does next. It is pure: a conversation and an event go in, the next
// conversation and the effects come out. It has no clock, network, file, database, goroutine or randomness.
//
//	Definition --Compile--> Machine --NewCatalog--> Catalog --Step--> Conversation', []Effect
package engine

import (
	"strings"
	"time"

	"relevo/engine/reading"
)

// OwnerKind says who may speak to the contact.
type OwnerKind string

// The owners of a conversation (design: one owner). Exactly one holds at any instant.
const (
	OwnerBot    OwnerKind = "bot"    // flows answer
	OwnerQueue  OwnerKind = "queue"  // waiting for a human agent; nobody answers
	OwnerAgent  OwnerKind = "agent"  // the human agent in Owner.Agent answers
	OwnerPhone  OwnerKind = "phone"  // a person types in the WhatsApp Business app on the same number
	OwnerClosed OwnerKind = "closed" // nothing is under way; the next message opens it again
)

// Owner is who holds the conversation.
type Owner struct {
	Kind  OwnerKind `json:"kind"`
	Agent string    `json:"agent,omitempty"` // the human agent's id; only with OwnerAgent
}

// String renders the owner as it is written everywhere: "bot", "agent:u_7".
func (o Owner) String() string {
	if o.Kind == OwnerAgent {
		return string(o.Kind) + ":" + o.Agent
	}
	return string(o.Kind)
}

// ParseOwner reads what Owner.String wrote.
func ParseOwner(s string) Owner {
	kind, agent, _ := strings.Cut(s, ":")
	return Owner{Kind: OwnerKind(kind), Agent: agent}
}

// Contact is the customer. Its attributes outlive the conversation.
type Contact struct {
	ID         string         `json:"id"`
	Name       string         `json:"name,omitempty"`
	Language   string         `json:"language,omitempty"`   // "es"; empty until known
	Guessed    bool           `json:"guessed,omitempty"`    // Language is only the channel's guess: a clear message in another one changes it
	Region     string         `json:"region,omitempty"`     // ISO 3166 "MX": how numbers, dates and phones are written; empty: not known
	TimeZone   string         `json:"timezone,omitempty"`   // IANA "America/Mexico_City"; empty: not known
	OptedOut   bool           `json:"optedOut,omitempty"`   // wrote stop: nothing is sent that the contact did not ask for
	Attributes map[string]any `json:"attributes,omitempty"` // custom fields
}

// Identity is one way a channel knows a contact: {"kind":"phone","value":"34600111222"}.
type Identity struct {
	Kind  string `json:"kind"` // "phone", "bsuid", "parent", "visitor"
	Value string `json:"value"`
}

// Conversation is everything between one contact and the business on one channel. It is stored as JSON between turns.
// Treat a value as immutable: Step returns a changed copy.
type Conversation struct {
	ID      string  `json:"id"`
	Channel string  `json:"channel"` // the channel's id, "web"
	Contact Contact `json:"contact"`

	Owner Owner `json:"owner"`
	// Epoch grows by one at every change of owner. A human agent's action carries the epoch it was decided under; an older
	// one is refused.
	Epoch int64 `json:"epoch"`
	// Fence is the lowest epoch whose messages may still be sent. It rises to Epoch when a person takes over, so that what
	// the bot had queued before can not be said after.
	Fence int64 `json:"fence"`

	Seq     int64    `json:"seq"`               // turns taken; grows by one at each Step
	Runs    []Run    `json:"runs,omitempty"`    // in the order they were started
	Focus   []string `json:"focus,omitempty"`   // run ids; the last one gets free text
	NextRun int      `json:"nextRun,omitempty"` // numbers runs: "r1", "r2"
	Chat    *Chat    `json:"chat,omitempty"`    // the open handoff, nil when there is none

	// Deferred are events that have to wait: messages while the run in focus waits for a call, answers and business events while
	// people own the conversation. They are taken up, in order, in the turn that ends the waiting.
	Deferred []Event `json:"deferred,omitempty"`
	// Misses counts messages in a row that no flow understood.
	Misses int `json:"misses,omitempty"`
	// Offered are the flows of the menu that was shown last, until something else happens: "2" means the second one.
	Offered []string `json:"offered,omitempty"`
	// Insults counts the contact's insults that the bot has answered.
	Insults int `json:"insults,omitempty"`
	// Lease is the quiet-time timer of OwnerPhone: when it is due the conversation goes back.
	Lease *Timer `json:"lease,omitempty"`

	LastInbound time.Time `json:"lastInbound,omitzero"` // the contact's last message by the channel's clock; opens the 24-hour window
}

// WaitKind is what a run waits for.
type WaitKind string

// The waits of the language.
const (
	WaitAsk     WaitKind = "ask"
	WaitCall    WaitKind = "call"
	WaitTime    WaitKind = "wait" // in the background: the run is not in focus
	WaitHandoff WaitKind = "handoff"
	WaitRun     WaitKind = "run" // for another run of this conversation
)

// Run is one flow being executed in a conversation.
type Run struct {
	ID      string         `json:"id"` // unique in its conversation
	Flow    string         `json:"flow"`
	Version string         `json:"version"`          // content hash; a run keeps its version until it ends
	Key     string         `json:"key,omitempty"`    // what it is about: the key of the business events it gets
	Parent  string         `json:"parent,omitempty"` // the run that waits for this one
	State   string         `json:"state"`
	Entry   int64          `json:"entry"` // grows by one each time a state is entered; what an older entry armed is stale
	Wait    WaitKind       `json:"wait,omitempty"`
	Slots   map[string]any `json:"slots,omitempty"`
	// Attempts counts answers in a row that the current question did not understand.
	Attempts int       `json:"attempts,omitempty"`
	Answer   *Answer   `json:"answer,omitempty"` // the half of an answer to the current question, asked back
	Asked    []string  `json:"asked,omitempty"`  // states whose questions were answered, oldest first: where "back" leads
	Speaks   bool      `json:"speaks,omitempty"` // has asked something since it came into focus: what it covered is asked again afterwards
	CallID   string    `json:"call,omitempty"`   // the effect id of the call it waits for
	Timers   []Timer   `json:"timers,omitempty"` // armed by the current state
	Spoke    int64     `json:"spoke,omitempty"`  // the turn (Seq) in which it last sent something
	Path     []string  `json:"path,omitempty"`   // the last states walked, oldest first
	Failed   string    `json:"failed,omitempty"` // what went wrong last: "call find_order: 503"
	Started  time.Time `json:"started"`
}

// Answer is an answer that can mean several things, or that lacks a part.
type Answer struct {
	Options []any            `json:"options,omitempty"` // the values it can mean; the contact picks one
	Partial *reading.Partial `json:"partial,omitempty"` // what is known of it
}

// Timer is a due time armed by a state.
type Timer struct {
	ID    string    `json:"id"` // "conv/seq/n"
	Due   time.Time `json:"due"`
	Run   string    `json:"run,omitempty"` // empty for the conversation's own (the phone's lease)
	Entry int64     `json:"entry"`         // Run.Entry when it was armed
	Event string    `json:"event"`         // "after:30m", "elapsed", "lease"
}

// Chat is the part of a handed-over chat that the conversation must know. The work item itself is handoff.Chat.
type Chat struct {
	ID       string    `json:"id"` // the effect id of the first RequestHandoff
	Run      string    `json:"run,omitempty"`
	Queue    string    `json:"queue"`
	Since    time.Time `json:"since"` // first waiting time; kept through requeue and a repeated handoff
	Outcomes []string  `json:"outcomes,omitempty"`
}

// Run returns the run with that id, or nil.
func (c *Conversation) Run(id string) *Run {
	for i := range c.Runs {
		if c.Runs[i].ID == id {
			return &c.Runs[i]
		}
	}
	return nil
}

// InFocus returns the run that gets free text, or nil.
func (c *Conversation) InFocus() *Run {
	if len(c.Focus) == 0 {
		return nil
	}
	return c.Run(c.Focus[len(c.Focus)-1])
}

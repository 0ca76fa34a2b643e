// Package handoff is the life of a conversation that was handed over to people: the chat, the queues it waits in, and the rules
// of both. It is pure: time comes in, decisions go out.
package handoff

import "time"

// State is where a chat stands.
type State string

// The states of a chat. Offers and wrap-up are entered by queues that use them.
const (
	Queued State = "queued"
	Active State = "active"
	Closed State = "closed"
)

// Chat is the work item of a handed-over conversation. A conversation has at most one that is not closed.
type Chat struct {
	ID           string    `json:"id"`
	Conversation string    `json:"conversation"`
	Channel      string    `json:"channel"`
	Contact      string    `json:"contact"`     // the contact's id
	ContactName  string    `json:"contactName"` // as the channel knows it; may be empty
	Queue        string    `json:"queue"`
	State        State     `json:"state"`
	Priority     int       `json:"priority"`        // higher goes first: high 2, normal 1, low 0
	Since        time.Time `json:"since"`           // first waiting time; kept through release and a repeated handoff
	Agent        string    `json:"agent,omitempty"` // who has it (active) or had it last (closed)
	AgentName    string    `json:"agentName,omitempty"`
	ClaimedAt    time.Time `json:"claimedAt,omitzero"`
	ClosedAt     time.Time `json:"closedAt,omitzero"`
	Outcome      string    `json:"outcome,omitempty"`
	Reason       string    `json:"reason"`               // why the bot handed over
	Packet       []byte    `json:"-"`                    // engine.HandoffPacket as JSON
	LastMessage  time.Time `json:"lastMessage,omitzero"` // the contact's last message
}

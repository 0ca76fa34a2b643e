package server

import (
	"encoding/json"
	"log/slog"
	"time"

	"relevo/engine"
	"relevo/handoff"
)

// chatView is a chat as the API shows it; from summary on the fields come from the handoff packet.
type chatView struct {
	ID           string     `json:"id"`
	Conversation string     `json:"conversation"`
	Channel      string     `json:"channel"`
	Contact      string     `json:"contact" doc:"The contact's id"`
	ContactName  string     `json:"contactName"`
	Queue        string     `json:"queue"`
	State        string     `json:"state" enum:"queued,active,closed"`
	Priority     int        `json:"priority" doc:"2 high, 1 normal, 0 low" minimum:"0" maximum:"2"`
	Since        time.Time  `json:"since" doc:"First waiting time; kept through release"`
	Agent        string     `json:"agent" doc:"Who has it, or had it last; empty for nobody"`
	AgentName    string     `json:"agentName"`
	ClaimedAt    *time.Time `json:"claimedAt,omitempty"`
	ClosedAt     *time.Time `json:"closedAt,omitempty"`
	Outcome      string     `json:"outcome"`
	Reason       string     `json:"reason" doc:"Why the bot handed over"`
	LastMessage  *time.Time `json:"lastMessage,omitempty" doc:"When the contact wrote last"`
	Summary      string     `json:"summary"`
	Flow         string     `json:"flow"`
	FlowState    string     `json:"flowState"`
	Language     string     `json:"language"`
	Outcomes     []string   `json:"outcomes" doc:"What the chat may be closed with"`
}

// packetView is the handoff packet: what a human agent must know.
type packetView struct {
	Chat     string         `json:"chat"`
	Queue    string         `json:"queue"`
	Priority string         `json:"priority" enum:"high,normal,low"`
	Since    time.Time      `json:"since"`
	Reason   string         `json:"reason"`
	Summary  string         `json:"summary"`
	Flow     string         `json:"flow"`
	Title    string         `json:"title" doc:"The flow's title in the contact's language"`
	State    string         `json:"state"`
	Path     []string       `json:"path" doc:"The states walked, oldest first"`
	Slots    map[string]any `json:"slots"`
	Failed   string         `json:"failed" doc:"What went wrong last"`
	Language string         `json:"language"`
	Outcomes []string       `json:"outcomes"`
}

func viewPacket(p engine.HandoffPacket) packetView {
	v := packetView{
		Chat: p.Chat, Queue: p.Queue, Priority: string(p.Priority), Since: p.Since, Reason: p.Reason, Summary: p.Summary, Flow: p.Flow,
		Title: p.Title, State: p.State, Path: filled(p.Path), Slots: p.Slots, Failed: p.Failed, Language: p.Language, Outcomes: filled(p.Outcomes),
	}
	if v.Slots == nil {
		v.Slots = map[string]any{}
	}
	return v
}

// viewChat shows a chat with its packet. A packet that can not be read leaves its fields empty and is told to the operator.
func viewChat(log *slog.Logger, c handoff.Chat) (chatView, packetView) {
	var p engine.HandoffPacket
	if len(c.Packet) > 0 {
		if err := json.Unmarshal(c.Packet, &p); err != nil {
			log.Error("handoff packet unreadable", slog.String("chat", c.ID), slog.Any("error", err))
		}
	}
	return chatView{
		ID: c.ID, Conversation: c.Conversation, Channel: c.Channel, Contact: c.Contact, ContactName: c.ContactName, Queue: c.Queue,
		State: string(c.State), Priority: c.Priority, Since: c.Since, Agent: c.Agent, AgentName: c.AgentName,
		ClaimedAt: moment(c.ClaimedAt), ClosedAt: moment(c.ClosedAt), Outcome: c.Outcome, Reason: c.Reason, LastMessage: moment(c.LastMessage),
		Summary: p.Summary, Flow: p.Flow, FlowState: p.State, Language: p.Language, Outcomes: filled(p.Outcomes),
	}, viewPacket(p)
}

// moment is nil for a time that is not known.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// filled is s, with an empty list for none: JSON readers expect a list.
func filled[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

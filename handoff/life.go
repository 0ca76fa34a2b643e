package handoff

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/looplab/fsm"
)

// Event is what happens to a chat.
type Event string

// The events of a chat's life.
const (
	Claim    Event = "claim"    // a human agent takes it
	Release  Event = "release"  // back to the queue; the waiting time is kept
	Close    Event = "close"    // ended with an outcome
	Withdraw Event = "withdraw" // the flow or the phone took the conversation back
	Requeue  Event = "requeue"  // asked for again while it waits: another queue, another packet
)

// life is the chat's machine:
//
//	queued --claim--> active --close--> closed
//	queued <--release-- active
//	queued, active --withdraw--> closed
//	queued --requeue--> queued
var life = fsm.Events{
	{Name: string(Claim), Src: []string{string(Queued)}, Dst: string(Active)},
	{Name: string(Release), Src: []string{string(Active)}, Dst: string(Queued)},
	{Name: string(Close), Src: []string{string(Active)}, Dst: string(Closed)},
	{Name: string(Withdraw), Src: []string{string(Queued), string(Active)}, Dst: string(Closed)},
	{Name: string(Requeue), Src: []string{string(Queued)}, Dst: string(Queued)},
}

// Life returns the chat's machine as Mermaid; docs/architecture.md shows it.
func Life() (string, error) {
	return fsm.VisualizeForMermaidWithGraphType(fsm.NewFSM(string(Queued), life, nil), fsm.StateDiagram)
}

// Change is one event with what it brings.
type Change struct {
	Event     Event
	At        time.Time
	Agent     string // with Claim
	AgentName string
	Outcome   string // with Close
}

// Apply makes a change and returns the chat as it is afterwards. A change that the chat's state does not allow is an error and changes nothing.
func (c Chat) Apply(ch Change) (Chat, error) {
	machine := fsm.NewFSM(string(c.State), life, nil)
	err := machine.Event(context.Background(), string(ch.Event))
	var same fsm.NoTransitionError
	if err != nil && !errors.As(err, &same) {
		return c, fmt.Errorf("chat %s is %s: %w", c.ID, c.State, err)
	}
	c.State = State(machine.Current())
	switch ch.Event {
	case Claim:
		c.Agent, c.AgentName, c.ClaimedAt = ch.Agent, ch.AgentName, ch.At
	case Release:
		c.Agent, c.AgentName, c.ClaimedAt = "", "", time.Time{}
	case Close:
		c.Outcome, c.ClosedAt = ch.Outcome, ch.At
	case Withdraw:
		c.Outcome, c.ClosedAt = "withdrawn", ch.At
	}
	return c, nil
}

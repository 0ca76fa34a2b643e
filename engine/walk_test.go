package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"relevo/engine"
)

// walk explores a flow breadth first: from every configuration that it finds, each event that could come next, with open and with closed
// queues. It returns a shortest path to every state that it reached.
func walk(t *testing.T, open, closed *engine.Catalog, m *engine.Machine) map[string]string {
	t.Helper()
	type place struct {
		conv engine.Conversation
		path string
	}
	paths, seen := map[string]string{}, map[string]bool{}
	queue := []place{{conv: engine.Conversation{ID: "c1", Owner: engine.Owner{Kind: engine.OwnerClosed}}}}
	for len(queue) > 0 {
		here := queue[0]
		queue = queue[1:]
		for _, ev := range nextEvents(m, here.conv) {
			for _, c := range []*engine.Catalog{open, closed} {
				next, out, err := c.Step(here.conv, ev)
				if err != nil {
					continue
				}
				path := here.path + "\n  " + brief(ev)
				for _, name := range entered(m, next, out) {
					if _, known := paths[name]; !known {
						paths[name] = path
					}
				}
				if key := configuration(next); !seen[key] {
					seen[key] = true
					queue = append(queue, place{next, path})
				}
			}
		}
	}
	return paths
}

// configuration is what decides where a conversation can go: more would make the walk endless.
func configuration(c engine.Conversation) string {
	key := c.Owner.String()
	for _, r := range c.Runs {
		order, _ := r.Slots["order"].(map[string]any)
		key += fmt.Sprint(" ", r.State, r.Attempts, order["status"], len(r.Timers))
	}
	return key
}

// entered lists the states that a turn went through: those of the runs' paths, and those that ended a run.
func entered(m *engine.Machine, next engine.Conversation, out []engine.Effect) []string {
	var names []string
	for _, r := range next.Runs {
		names = append(names, r.Path...)
	}
	for _, e := range out {
		switch {
		case e.Kind == engine.EffectSend:
			names = append(names, e.Send.State)
		case e.Kind == engine.EffectEnd:
			for _, st := range m.Definition.States {
				if st.End.V == e.End.Outcome {
					names = append(names, st.Name.V)
				}
			}
		}
	}
	return names
}

func brief(ev engine.Event) string {
	switch ev.Kind {
	case engine.EventMessage:
		return "> " + ev.Message.Text + ev.Message.Payload
	case engine.EventTimer:
		return "+ " + ev.Timer.Event
	case engine.EventCall:
		return fmt.Sprint("= ", ev.Call.Status, ev.Call.Error, ev.Call.Body)
	case engine.EventBusiness:
		return "* " + ev.Business.Name
	case engine.EventAgent:
		return "& " + string(ev.Agent.Verb) + " " + ev.Agent.Outcome
	}
	return string(ev.Kind)
}

// nextEvents lists the events that can come next in a conversation.
func nextEvents(m *engine.Machine, conv engine.Conversation) []engine.Event {
	var events []engine.Event
	add := func(ev engine.Event) {
		ev.ID, ev.At = fmt.Sprint("e", len(events)), start.Add(time.Duration(conv.Seq)*time.Minute)
		if ev.Timer != nil && ev.Timer.Due.After(ev.At) {
			ev.At = ev.Timer.Due
		}
		events = append(events, ev)
	}
	for _, text := range []string{"where is my order", "AB123456", "purple", "agent"} {
		add(engine.Event{Kind: engine.EventMessage, Message: &engine.Message{Kind: engine.MessageText, Text: text}})
	}
	for _, name := range []string{"order.delayed", "order.cancelled"} {
		add(engine.Event{Kind: engine.EventBusiness, Business: &engine.BusinessEvent{Name: name, Key: "AB123456"}})
	}
	for _, a := range []engine.AgentAction{{Verb: engine.AgentClaim}, {Verb: engine.AgentClose, Outcome: "resolved"}, {Verb: engine.AgentClose, Outcome: "refund"}} {
		a.Agent = "ana"
		add(engine.Event{Kind: engine.EventAgent, Agent: &a})
	}
	add(engine.Event{Kind: engine.EventEcho, Echo: &engine.Message{Kind: engine.MessageText, Text: "Hi"}})
	if conv.Lease != nil {
		add(engine.Event{Kind: engine.EventTimer, Timer: conv.Lease})
	}
	for _, r := range conv.Runs {
		for _, timer := range r.Timers {
			add(engine.Event{Kind: engine.EventTimer, Timer: &timer})
		}
		if r.Wait == engine.WaitCall {
			for _, status := range []string{"shipped", "delayed", "lost"} {
				add(engine.Event{Kind: engine.EventCall, Call: &engine.CallResult{Effect: r.CallID, Status: 200, Body: map[string]any{"id": "AB123456", "status": status}}})
			}
			add(engine.Event{Kind: engine.EventCall, Call: &engine.CallResult{Effect: r.CallID, Status: 404}})
			add(engine.Event{Kind: engine.EventCall, Call: &engine.CallResult{Effect: r.CallID, Error: "timeout"}})
		}
		for _, st := range m.Definition.States {
			if st.Name.V != r.State || st.Ask == nil {
				continue
			}
			for _, ch := range st.Ask.Choices {
				add(engine.Event{Kind: engine.EventMessage, Message: &engine.Message{Kind: engine.MessageButton, Payload: "run/" + r.ID + "/" + ch.Name.V}})
			}
		}
	}
	if len(conv.Runs) > 1 {
		return events[:0] // two runs of one flow reach nothing that one does not
	}
	return events
}

func TestEveryStateOfTheShippedFlowIsReached(t *testing.T) {
	t.Parallel()
	open := shipped(t)
	o := open.CatalogOptions
	o.QueueOpen = func(string, time.Time) bool { return false }
	m := open.Current[0]
	paths := walk(t, open, engine.NewCatalog(o), m)
	for _, st := range m.Definition.States {
		path, reached := paths[st.Name.V]
		if !reached {
			t.Errorf("%s:%d: state %s is not reached", m.Definition.File, st.Name.At.Start.Line, st.Name.V)
			continue
		}
		t.Logf("%s: %d events", st.Name.V, strings.Count(path, "\n"))
	}
}

// TestAWalkMissesWhatCanNotHappen proves the walk itself: a state behind a guard that never holds is not reached.
func TestAWalkMissesWhatCanNotHappen(t *testing.T) {
	t.Parallel()
	c := catalog(t, `
flow: maze
title: {en: Maze}
languages: [en]
triggers:
  - phrases: {en: [where is my order]}
slots: {word: {type: text}}
initial: ask_word
states:
  ask_word:
    ask: word
    say: A word?
    on:
      answered:
        - {when: word == "never said", goto: hidden}
        - {goto: over}
      exhausted: over
  hidden: {say: How?, goto: over}
  over: {end: over}
`)
	paths := walk(t, c, c, c.Current[0])
	if _, reached := paths["hidden"]; reached || paths["over"] == "" {
		t.Errorf("got %v", paths)
	}
}

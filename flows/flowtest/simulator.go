// Package flowtest runs conversations without a server: transcripts for `relevo test`, the terminal simulator for `relevo talk`. It uses the
// same engine as the server, with virtual time, and stores and reads the conversation between any two turns.
package flowtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"relevo/engine"
)

// Simulator is one conversation with virtual time.
type Simulator struct {
	Catalog *engine.Catalog
	Conv    engine.Conversation
	Now     time.Time
	// Call answers the HTTP calls of flows. It must not be nil when a flow makes one.
	Call func(e engine.Effect) engine.CallResult
	// Journal is every turn so far.
	Journal []Turn

	timers   []engine.Timer
	messages int                 // numbers the contact's messages
	begun    engine.Conversation // as it was before the first turn
	zone     *time.Location      // of times without an offset
}

// Turn is one event with what it caused.
type Turn struct {
	Event   engine.Event
	Effects []engine.Effect
}

// ScriptDeadline is the wall time a script gets in a test. It is generous, because a busy machine must not change what a test says.
const ScriptDeadline = 2 * time.Second

// maxTurnsAtOnce bounds what one input can set off: calls and timers that lead to each other for ever are a flow's mistake.
const maxTurnsAtOnce = 1000

// New starts a conversation that has not begun.
func New(catalog *engine.Catalog, at time.Time) *Simulator {
	s := &Simulator{
		Catalog: catalog, Now: at.UTC(), zone: time.UTC,
		Conv: engine.Conversation{
			ID: "c1", Channel: "web", Contact: engine.Contact{ID: "p1"}, Owner: engine.Owner{Kind: engine.OwnerClosed},
		},
	}
	s.begun = s.Conv
	return s
}

// Know tells, before the first turn, what is known of the contact: name, language, region and time zone.
func (s *Simulator) Know(c engine.Contact) {
	c.ID = s.Conv.Contact.ID
	s.Conv.Contact = c
	s.begun = s.Conv
	if zone, err := time.LoadLocation(c.TimeZone); err == nil {
		s.zone = zone
	}
}

// Message lets the contact write. Language is the channel's guess, such as the browser's.
func (s *Simulator) Message(m engine.Message) ([]Turn, error) {
	s.messages++
	return s.take(engine.Event{ID: fmt.Sprintf("m%d", s.messages), Kind: engine.EventMessage, Message: &m})
}

// Echo lets a person write from the phone on the same number.
func (s *Simulator) Echo(text string) ([]Turn, error) {
	s.messages++
	return s.take(engine.Event{ID: fmt.Sprintf("m%d", s.messages), Kind: engine.EventEcho, Echo: &engine.Message{Kind: engine.MessageText, Text: text}})
}

// Business lets a business system tell something.
func (s *Simulator) Business(b engine.BusinessEvent) ([]Turn, error) {
	s.messages++
	return s.take(engine.Event{ID: fmt.Sprintf("m%d", s.messages), Kind: engine.EventBusiness, Business: &b})
}

// Agent lets a human agent act. The error is an *engine.Refusal when the action may not happen.
func (s *Simulator) Agent(a engine.AgentAction) ([]Turn, error) {
	s.messages++
	return s.take(engine.Event{ID: fmt.Sprintf("m%d", s.messages), Kind: engine.EventAgent, Agent: &a})
}

// Delivery lets the channel say what became of the bot's last message.
func (s *Simulator) Delivery(status engine.Status) ([]Turn, error) {
	status.Effect = s.lastSent()
	if status.Effect == "" {
		return nil, errors.New("the bot has not said anything yet")
	}
	s.messages++
	return s.take(engine.Event{ID: fmt.Sprintf("m%d", s.messages), Kind: engine.EventStatus, Status: &status})
}

// lastSent is the effect of the bot's last message.
func (s *Simulator) lastSent() string {
	for _, turn := range slices.Backward(s.Journal) {
		for _, e := range slices.Backward(turn.Effects) {
			if e.Kind == engine.EffectSend && e.Send.Origin == engine.OriginBot {
				return e.ID
			}
		}
	}
	return ""
}

// Advance lets time pass. Timers fire at their due times, in order.
func (s *Simulator) Advance(d time.Duration) ([]Turn, error) { return s.fire(s.Now.Add(d), false) }

// Outage lets time pass while the program does not run. What came due meanwhile fires at the end of it, late.
func (s *Simulator) Outage(d time.Duration) ([]Turn, error) { return s.fire(s.Now.Add(d), true) }

// SetBack sets the clock back.
func (s *Simulator) SetBack(d time.Duration) { s.Now = s.Now.Add(-d) }

func (s *Simulator) fire(end time.Time, late bool) ([]Turn, error) {
	var turns []Turn
	for range maxTurnsAtOnce {
		next := s.due(end)
		if next == nil {
			s.Now = end
			return turns, nil
		}
		if late {
			s.Now = end
		} else if next.Due.After(s.Now) {
			s.Now = next.Due
		}
		more, err := s.take(engine.Event{ID: "timer:" + next.ID, Kind: engine.EventTimer, Timer: next})
		turns = append(turns, more...)
		if err != nil {
			return turns, err
		}
	}
	return turns, fmt.Errorf("more than %d timers fired until %s", maxTurnsAtOnce, end.Format(time.RFC3339))
}

// due takes the earliest timer due by a time.
func (s *Simulator) due(end time.Time) *engine.Timer {
	at := -1
	for i, t := range s.timers {
		if !t.Due.After(end) && (at < 0 || t.Due.Before(s.timers[at].Due)) {
			at = i
		}
	}
	if at < 0 {
		return nil
	}
	t := s.timers[at]
	s.timers = slices.Delete(s.timers, at, at+1)
	return &t
}

// Timers returns what is armed, the earliest first.
func (s *Simulator) Timers() []engine.Timer {
	sorted := slices.Clone(s.timers)
	slices.SortStableFunc(sorted, func(a, b engine.Timer) int { return a.Due.Compare(b.Due) })
	return sorted
}

// take runs the turn of an event, and of the calls it leads to.
func (s *Simulator) take(ev engine.Event) ([]Turn, error) {
	var turns []Turn
	for queue := []engine.Event{ev}; len(queue) > 0; queue = queue[1:] {
		if len(turns) >= maxTurnsAtOnce {
			return turns, fmt.Errorf("one input led to more than %d turns", maxTurnsAtOnce)
		}
		next := queue[0]
		next.At = s.Now
		turn, err := s.step(next)
		if err != nil {
			return turns, err
		}
		turns = append(turns, turn)
		for _, e := range turn.Effects {
			switch e.Kind {
			case engine.EffectTimer:
				s.timers = append(s.timers, *e.Timer)
			case engine.EffectCancelTimer:
				s.timers = slices.DeleteFunc(s.timers, func(t engine.Timer) bool { return t.ID == e.Timer.ID })
			case engine.EffectCall:
				result := s.Call(e)
				queue = append(queue, engine.Event{ID: e.ID, Kind: engine.EventCall, Call: &result})
			}
		}
	}
	return turns, nil
}

// step takes one turn with the conversation as it comes back from storage.
func (s *Simulator) step(ev engine.Event) (Turn, error) {
	stored, err := throughStorage(s.Conv)
	if err != nil {
		return Turn{}, err
	}
	event, err := throughStorage(ev)
	if err != nil {
		return Turn{}, err
	}
	conv, effects, err := s.Catalog.Step(stored, event)
	if err != nil {
		return Turn{}, err
	}
	s.Conv = conv
	turn := Turn{Event: event, Effects: effects}
	s.Journal = append(s.Journal, turn)
	return turn, nil
}

// throughStorage writes a value as it is stored and reads it back.
func throughStorage[T any](v T) (T, error) {
	var out T
	encoded, err := json.Marshal(v)
	if err != nil {
		return out, fmt.Errorf("store: %w", err)
	}
	if err := json.Unmarshal(encoded, &out); err != nil {
		return out, fmt.Errorf("read back: %w", err)
	}
	return out, nil
}

// Replay steps the journal again from the start and reports the first turn that comes out differently.
func (s *Simulator) Replay() error {
	conv := s.begun
	o := s.Catalog.CatalogOptions
	scripts := &recorded{real: o.Scripts}
	o.Scripts = scripts
	catalog := engine.NewCatalog(o)
	for i, turn := range s.Journal {
		scripts.turn(turn.Effects)
		next, effects, err := catalog.Step(conv, turn.Event)
		if err != nil {
			return fmt.Errorf("replay of turn %d: %w", i+1, err)
		}
		got, errGot := json.Marshal(effects)
		want, errWant := json.Marshal(turn.Effects)
		if errGot != nil || errWant != nil || !bytes.Equal(got, want) {
			return fmt.Errorf("replay of turn %d differs:\n got %s\nwant %s", i+1, got, want)
		}
		conv = next
	}
	return nil
}

// recorded calls scripts, but what a budget cut off the first time is cut off again: a replay decides as the turn did.
type recorded struct {
	real   engine.Evaluator
	calls  int
	failed map[int]*engine.ScriptError
}

func (r *recorded) turn(effects []engine.Effect) {
	r.calls, r.failed = 0, map[int]*engine.ScriptError{}
	for _, e := range effects {
		if e.Kind == engine.EffectTrace && e.Trace.Script != nil {
			r.failed[e.Trace.Call] = e.Trace.Script
		}
	}
}

// Call implements engine.Evaluator.
func (r *recorded) Call(c engine.ScriptCall) (any, error) {
	index := r.calls
	r.calls++
	if err := r.failed[index]; err != nil {
		return nil, err
	}
	return r.real.Call(c)
}

// Input carries out an input line of a transcript: its sign and its text. language is the channel's guess for a message, last are the
// choices of the bot's last message.
func (s *Simulator) Input(sign, text, language string, last []engine.Choice) ([]Turn, error) {
	switch sign {
	case ">":
		m, err := s.parseMessage(text, last)
		if err != nil {
			return nil, err
		}
		m.Language, m.Region, m.TimeZone = language, s.begun.Contact.Region, s.begun.Contact.TimeZone
		return s.Message(m)
	case "+":
		return s.pass(text)
	case "^":
		status, err := parseDelivery(text)
		if err != nil {
			return nil, err
		}
		return s.Delivery(status)
	case "*":
		b, err := parseEvent(text)
		if err != nil {
			return nil, err
		}
		return s.Business(b)
	case "&":
		a, err := parseAction(text)
		if err != nil {
			return nil, err
		}
		return s.Agent(a)
	case "~":
		return s.Echo(text)
	default:
		return nil, fmt.Errorf("nothing happens by a line with %q", sign)
	}
}

// pass lets time pass as a line says.
func (s *Simulator) pass(text string) ([]Turn, error) {
	p, err := parsePassing(text, s.zone)
	if err != nil {
		return nil, fmt.Errorf("%w; write a number and a unit, for example 15m, 25h or 2d", err)
	}
	switch {
	case p.down:
		return s.Outage(p.by)
	case p.back:
		s.SetBack(p.by)
		return nil, nil
	case p.until.IsZero():
		return s.Advance(p.by)
	case p.until.Before(s.Now):
		return nil, fmt.Errorf("it is %s already", s.Now.In(s.zone).Format("2006-01-02 15:04"))
	}
	return s.Advance(p.until.Sub(s.Now))
}

// parseMessage is ParseMessage that also finds the buttons of older messages, the newest first.
func (s *Simulator) parseMessage(text string, last []engine.Choice) (engine.Message, error) {
	m, err := ParseMessage(text, last)
	title, of, isButton := parsePress(text)
	if err == nil || !isButton {
		return m, err
	}
	for _, turn := range slices.Backward(s.Journal) {
		for _, e := range slices.Backward(turn.Effects) {
			if e.Kind != engine.EffectSend || !strings.Contains(e.Send.Message.Text, of) {
				continue
			}
			if m, found := press(title, e.Send.Message.Choices); found {
				return m, nil
			}
		}
	}
	if of != "" {
		return m, fmt.Errorf("no message with %q has a button %q", of, title)
	}
	return m, fmt.Errorf("no message has a button %q", title)
}

// Written writes a line of a transcript, continued where the text has several lines.
func Written(sign, text string) string { return line(Line{Sign: sign, Text: text}) }

package engine

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/looplab/fsm"
)

// Machine is one version of a flow, ready to run. It is immutable and safe for concurrent use: runs keep their state elsewhere.
type Machine struct {
	Flow    string
	Version string
	// Definition is the file the machine was made of.
	Definition *Definition

	languages []string // the first is the default
	initial   string
	states    map[string]*state
	on        map[string][]alternative // from any state
	triggers  []trigger
	slots     map[string]*slot
	scripts   []string          // names, in the order of the file
	used      map[string]Script // every script by name, as it was when the flow was compiled

	key           *expression
	params        []string
	returns       []string
	interruptible bool
	zone          *template // an IANA zone; nil: the contact's, else UTC
	quiet         *quiet
	renamed       map[string]string // old state → new one
	off           map[Command]bool
	texts         map[TextKey]message

	// instances are looplab/fsm machines of this version. Building one costs 30 times a move, so they are pooled; SetState and
	// Event are two calls, so an instance belongs to one goroutine at a time.
	instances sync.Pool
}

type state struct {
	name    string
	set     []assign
	say     []saying
	help    message
	ask     *ask
	call    *call
	wait    *wait
	handoff *handoff
	run     *subflow
	end     string
	jump    []alternative // goto
	on      map[string][]alternative
	after   []after
}

// saying is one message, compiled. kind says which of the parts are there.
type saying struct {
	kind                OutgoingKind // OutgoingText, a file's kind, OutgoingLocation or OutgoingLink
	text                message      // body or caption
	url, name           *template    // of a file or a link
	title               message      // of a link
	latitude, longitude *expression
	place, address      message // of a location
	template            *approved
}

// approved is a channel's template that stands in where the window is closed.
type approved struct {
	name       string
	language   map[string]string // the contact's language → the template's
	parameters []*template
}

// wait is a time in the background: length or until is set.
type wait struct {
	length *expression
	until  *expression
	quiet  string // "later", "earlier", "ignore"
}

// subflow is another flow to run.
type subflow struct {
	flow string
	with []assign // slot is the other flow's
	save string
}

// message is a text by language; the key "" holds for all.
type message map[string]*template

func (m message) in(languages ...string) *template {
	if t := m[""]; t != nil {
		return t
	}
	for _, language := range languages {
		if t := m[language]; t != nil {
			return t
		}
	}
	return nil
}

type slot struct {
	name      string
	typ       SlotType
	title     message
	pattern   *regexp.Regexp // matches the whole answer; nil: anything
	min, max  *expression
	validate  *expression // over value
	normalise *expression // over value
	currency  string
	past      bool
}

type assign struct {
	slot      string
	attribute string // set instead of slot for "contact.attribute"
	value     *expression
}

// alternative is one guarded way out. Each has a transition of its own name in the fsm, because two rows with the same event and
// source silently overwrite each other there.
type alternative struct {
	transition string
	when       *expression // nil: always
	set        []assign
	to         string // the state itself, with stay, when the author names none
	stay       bool
}

type after struct {
	event        string // "after:30m0s"
	delay        time.Duration
	alternatives []alternative
}

type ask struct {
	slot     string
	choices  []choice
	reask    message
	attempts int
	as       string
	again    string // the self-transition of asking again
	back     string // the transition that leads here from anywhere, when the contact goes back
}

type choice struct {
	name  string
	title message
}

type call struct {
	method  string
	url     *template
	headers []header
	body    any // *template at the leaves
	save    string
	timeout time.Duration
	retries int
}

type header struct {
	name  string
	value *template
}

type handoff struct {
	queue    string
	priority Priority
	say      message
	summary  *template
	outcomes []string
}

type trigger struct {
	phrases map[string][][]string // language → folded words of each phrase
	event   string
	state   string // where the run starts
}

// errUndeclared is a move that the fsm refused. It can only come from a run whose stored state does not belong to its version.
var errUndeclared = errors.New("transition is not declared from this state")

// move makes one declared transition on a pooled instance and returns the state it leads to.
func (m *Machine) move(from, transition string) (string, error) {
	f, _ := m.instances.Get().(*fsm.FSM)
	defer m.instances.Put(f)
	f.SetState(from)
	err := f.Event(context.Background(), transition)
	var same fsm.NoTransitionError
	if err != nil && !errors.As(err, &same) { // asking again is a real transition for us
		return "", fmt.Errorf("%s from %q by %q: %w: %w", m.Flow, from, transition, errUndeclared, err)
	}
	return f.Current(), nil
}

// text picks a message's template for a contact: in the contact's language, else in the flow's first one.
func (m *Machine) text(msg message, language string) *template {
	if t := msg.in(language); t != nil {
		return t
	}
	return msg.in(m.languages...)
}

// Title returns the flow's title in a language, else in the flow's first language, else its name.
func (m *Machine) Title(language string) string {
	if t, ok := m.Definition.Title.In(append([]string{language}, m.languages...)...); ok {
		return t.V
	}
	return m.Flow
}

// speaks tells whether the flow is written in a language.
func (m *Machine) speaks(language string) bool {
	for _, l := range m.languages {
		if l == language {
			return true
		}
	}
	return false
}

// Knows tells whether the flow is started by a business event, catches it, or declares it.
func (m *Machine) Knows(event string) bool {
	if len(m.on[event]) > 0 || slices.ContainsFunc(m.triggers, func(t trigger) bool { return t.event == event }) {
		return true
	}
	if slices.ContainsFunc(m.Definition.Events, func(e EventSpec) bool { return e.Name.V == event }) {
		return true
	}
	for _, st := range m.states {
		if len(st.on[event]) > 0 {
			return true
		}
	}
	return false
}

// States returns how many states the flow has.
func (m *Machine) States() int { return len(m.states) }

// Languages returns the flow's languages, its default first. The caller must not change the slice.
func (m *Machine) Languages() []string { return m.languages }

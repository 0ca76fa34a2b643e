package engine

import (
	"slices"
	"strings"
	"time"
)

// analysis follows the ways of a compiled flow from state to state. What follows an event that nobody catches is the engine's default; most of those
// end in people's hands and lead to no other state.
//
// Some things are taken for granted, so that only mistakes are found and not every doubt: a call that went well gives an answer, the data of business
// events have their fields, scripts give a value, and nobody empties a slot that the contact goes back over.
type analysis struct {
	*compilation
	states []*state
	index  map[string]int // of a state, by its name
	bits   map[string]int // of a slot, by its name; eventBit is the event's
	names  []string       // of the slots, by their bits
	starts []start
	sights [][]happening // what a run may see, by state, worked out when it is first asked for

	reached []bool  // by a way that some run can take
	entered []known // when a run enters the state, whatever way it came
	waiting []known // while it waits there, or before it moves on
	failing []int8  // whether something in the state can fail: 1 yes, -1 no, 0 not looked at yet
	// unsettled tells that entered and waiting were not worked out to the end.
	unsettled bool
	proofs    map[int]*search // by the bit of a slot
	tried     int             // ways that the proofs have tried
}

// start is a way in which a run begins.
type start struct {
	event string // "phrase", "menu", "run", or a business event's name
	state int
	known known
}

// How runs begin, besides business events.
const (
	startPhrase = "phrase"
	startMenu   = "menu" // the contact picked the flow's title
	startRun    = "run"  // another flow runs it
)

// handler is an event's alternatives, of a state or of the flow.
type handler struct {
	event        string
	anywhere     bool // the flow's
	alternatives []alternative
}

// cause says what makes something happen, and so how much time may have passed since the contact's last message.
type cause int

// The causes.
const (
	causeTurn     cause = iota // it follows in the same turn
	causeContact               // the contact wrote or pressed a button
	causeTime                  // delay has passed in the state
	causeBusiness              // a business event, at any time while the state waits
	causeCall                  // the answer of a system, within seconds
	causePeople                // a human agent has finished, with an outcome
	causeLeft                  // nobody of the people has finished
	causeOther                 // another flow has ended
)

// happening is something that a run in a state may see. The handlers are tried in order.
type happening struct {
	cause    cause
	delay    time.Duration // with causeTime; over window where it is not known
	gains    int           // the bit of a slot that it sets before anything else, -1 for none
	asked    int           // the state whose button was pressed later, -1 for none
	rare     bool          // something went wrong, or an old button was pressed: a plainer way is a better proof
	early    bool          // the state may not have done its set yet
	handlers []handler
}

// analysis is the analysis of the flow, with what is set in its states. It is nil where ways are missing or wrong: what follows from those is no news.
func (c *compilation) analysis() *analysis {
	if c.waysAreWrong() {
		return nil
	}
	a := c.prepare()
	if a.reached == nil {
		a.settle()
	}
	return a
}

// prepare is an analysis that knows the ways of the flow and nothing of its slots yet, made once. Ways that lead to no state are left out.
func (c *compilation) prepare() *analysis {
	if c.paths != nil {
		return c.paths
	}
	a := &analysis{compilation: c, index: make(map[string]int, len(c.def.States)), bits: map[string]int{}, names: []string{"event"}}
	for i, def := range c.def.States {
		a.index[def.Name.V] = i
		a.states = append(a.states, c.machine.states[def.Name.V])
	}
	for _, name := range c.slotNames() {
		if len(a.names) < maxTracked {
			a.bits[name] = len(a.names)
			a.names = append(a.names, name)
		}
	}
	a.sights = make([][]happening, len(a.states))
	a.findStarts()
	c.paths = a
	return a
}

// findStarts lists the ways in which a run begins. A flow with phrases is in the menu, too; a flow that nothing starts, or that has params, is run by
// others, which give it those.
func (a *analysis) findStarts() {
	initial, exists := a.index[a.machine.initial]
	phrased, atInitial := false, !exists
	for _, t := range a.machine.triggers {
		at, ok := a.index[t.state]
		if !ok {
			continue
		}
		s := start{event: t.event, state: at, known: onlyEvent}
		if t.event == "" {
			s.event, s.known, phrased = startPhrase, nothing, true
			atInitial = atInitial || s.state == initial
		}
		a.starts = append(a.starts, s)
	}
	if phrased && !atInitial {
		a.starts = append(a.starts, start{event: startMenu, state: initial})
	}
	if !exists || len(a.machine.triggers) > 0 && len(a.machine.params) == 0 {
		return
	}
	given := start{event: startRun, state: initial}
	for _, name := range a.machine.params {
		if bit, tracked := a.bits[name]; tracked {
			given.known = given.known.with(bit)
		}
	}
	a.starts = append(a.starts, given)
}

// written is a state as its author wrote it.
func (a *analysis) written(st *state) *State { return &a.def.States[a.index[st.name]] }

// bit is that of a slot, -1 where it is not followed.
func (a *analysis) bit(slot string) int {
	if bit, tracked := a.bits[slot]; tracked {
		return bit
	}
	return -1
}

// handlers lists who catches the first of some events that is caught: each time the state, then the flow.
func (a *analysis) handlers(st *state, events ...string) (list []handler) {
	for _, event := range events {
		if on := st.on[event]; len(on) > 0 {
			list = append(list, handler{event, false, on})
		}
		if on := a.machine.on[event]; len(on) > 0 {
			list = append(list, handler{event, true, on})
		}
	}
	return list
}

// each calls do with everything that a run in a state may see, in the order of the file.
func (a *analysis) each(st *state, do func(happening)) {
	i := a.index[st.name]
	if a.sights[i] == nil {
		a.sights[i] = []happening{}
		a.look(st, func(h happening) { a.sights[i] = append(a.sights[i], h) })
	}
	for _, h := range a.sights[i] {
		do(h)
	}
}

// look works out what a run in a state may see.
func (a *analysis) look(st *state, do func(happening)) {
	see := func(h happening, events ...string) {
		if h.handlers = a.handlers(st, events...); len(h.handlers) > 0 {
			do(h)
		}
	}
	switch {
	case len(st.jump) > 0 && st.waitsFor() == "":
		do(happens(causeTurn, handler{"", false, st.jump}))
	case st.ask != nil:
		a.eachAnswer(st, see)
	case st.call != nil:
		a.eachAnswerOfCall(st, see)
	case st.wait != nil:
		a.eachEndOfWait(st, see)
	case st.handoff != nil:
		a.eachOutcome(st, see)
	case st.run != nil:
		a.eachEndOfRun(st, see)
	}
	for _, af := range st.after {
		h := happens(causeTime, handler{af.event, false, af.alternatives})
		h.delay = af.delay
		do(h)
	}
	if kind := st.waitsFor(); kind != "" && kind != WaitHandoff { // while people have the conversation, events wait
		a.eachBusiness(st, see)
		rare := caused(causeTurn)
		rare.rare = true
		see(rare, EventNameUndeliverable)
	}
	if a.mayFail(st) {
		failed := caused(causeTurn)
		failed.rare, failed.early = true, true
		see(failed, EventNameScriptFailed)
	}
}

func caused(by cause) happening { return happening{cause: by, gains: -1, asked: -1} }

func happens(by cause, h handler) happening {
	out := caused(by)
	out.handlers = []handler{h}
	return out
}

// eachAnswer lists what a contact may do at a question: answer, give up, or use a command that the flow catches.
func (a *analysis) eachAnswer(st *state, see func(happening, ...string)) {
	answered := caused(causeContact)
	answered.gains = a.bit(st.ask.slot)
	for _, ch := range st.ask.choices {
		see(answered, ch.name, EventNameAnswered)
	}
	if len(st.ask.choices) == 0 {
		see(answered, EventNameAnswered)
	}
	see(caused(causeContact), EventNameExhausted)
	for _, command := range CommandNames {
		if command != CommandStop && !a.machine.off[command] {
			see(caused(causeContact), string(command))
		}
	}
	if !a.catchesAgent(st) { // people took over without the flow, and give it back
		see(caused(causePeople), OutcomeResolved)
		see(caused(causeLeft), OutcomeAbandoned)
	}
}

// catchesAgent tells that asking for a person always leads to a way of the flow, or is switched off.
func (a *analysis) catchesAgent(st *state) bool {
	if a.machine.off[CommandAgent] {
		return true
	}
	for _, h := range a.handlers(st, EventNameAgent) {
		if surely(h.alternatives) {
			return true
		}
	}
	return false
}

// surely tells that one of the alternatives holds in any case.
func surely(alternatives []alternative) bool {
	for _, alt := range alternatives {
		if alt.when == nil {
			return true
		}
	}
	return false
}

// eachAnswerOfCall lists how a call ends: well, with a status that is caught, or not at all.
func (a *analysis) eachAnswerOfCall(st *state, see func(happening, ...string)) {
	ok := caused(causeCall)
	ok.gains = a.bit(st.call.save)
	see(ok, EventNameOK)
	for _, handlers := range [][]Handler{a.written(st).On, a.def.On} {
		for _, h := range handlers {
			switch event := h.Event.V; {
			case !isStatus(event) || event[0] == '2':
			case strings.HasSuffix(event, "xx"):
				see(caused(causeCall), event, EventNameFailed)
			default:
				see(caused(causeCall), event, event[:1]+"xx", EventNameFailed)
			}
		}
	}
	see(caused(causeCall), EventNameFailed)
}

// eachEndOfWait lists how a wait ends. An old button counts where the state itself catches it: anywhere else it leads where it led when it was new.
func (a *analysis) eachEndOfWait(st *state, see func(happening, ...string)) {
	elapsed := caused(causeTime)
	elapsed.delay = a.waits(st.wait)
	see(elapsed, EventNameElapsed)
	see(caused(causeTurn), EventNameMissed, EventNameElapsed)
	for i, other := range a.states {
		if other.ask == nil {
			continue
		}
		pressed := caused(causeContact)
		pressed.rare, pressed.asked, pressed.gains = true, i, a.bit(other.ask.slot)
		for _, name := range a.buttonsOf(other.ask) {
			if len(st.on[name]) > 0 {
				see(pressed, name)
			}
		}
	}
}

// buttonsOf are the names of a question's buttons.
func (a *analysis) buttonsOf(q *ask) []string {
	var names []string
	for _, ch := range q.choices {
		names = append(names, ch.name)
	}
	if sl := a.machine.slots[q.slot]; len(names) == 0 && sl != nil && sl.typ == SlotYesNo {
		names = []string{choiceYes, choiceNo}
	}
	return names
}

// eachOutcome lists how people end a handoff.
func (a *analysis) eachOutcome(st *state, see func(happening, ...string)) {
	see(caused(causeTurn), EventNameUnavailable)
	see(caused(causePeople), EventNameAccepted)
	for _, outcome := range st.handoff.outcomes {
		see(caused(causePeople), outcome)
	}
	see(caused(causeLeft), EventNameAbandoned)
}

// eachEndOfRun lists how another flow ends.
func (a *analysis) eachEndOfRun(st *state, see func(happening, ...string)) {
	ended := caused(causeOther)
	ended.gains = a.bit(st.run.save)
	def := a.written(st)
	outcomes := append([]string{}, a.around.Flows[st.run.flow].Outcomes...)
	if a.anyOutcome(*def) {
		for _, h := range def.On {
			if event := h.Event.V; event != EventNameEnded && !isBusiness(event) && !slices.Contains(anywhere, event) {
				outcomes = append(outcomes, event)
			}
		}
	}
	for _, outcome := range append(outcomes, OutcomeCancelled, OutcomeOptedOut, OutcomeAbandoned) {
		see(ended, outcome, EventNameEnded)
	}
}

// eachBusiness lists the business events that the state or the flow catches.
func (a *analysis) eachBusiness(st *state, see func(happening, ...string)) {
	own := a.written(st).On
	for _, h := range own {
		if isBusiness(h.Event.V) {
			see(caused(causeBusiness), h.Event.V)
		}
	}
	for _, h := range a.def.On {
		if isBusiness(h.Event.V) && len(st.on[h.Event.V]) == 0 {
			see(caused(causeBusiness), h.Event.V)
		}
	}
}

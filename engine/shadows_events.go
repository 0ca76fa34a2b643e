package engine

import (
	"slices"

	"relevo/engine/diag"
)

// started is a trigger by a business event.
type started struct {
	machine *Machine
	at      diag.Range
}

// checkEvents reports business events that start only the first of several flows, or no flow while another one is under way.
func (s *shadows) checkEvents() {
	starts := map[string][]started{}
	for _, m := range s.catalog.Current {
		for _, tr := range m.Definition.Triggers {
			if tr.Event.V != "" {
				s.checkStart(tr.Event, m, starts[tr.Event.V])
				starts[tr.Event.V] = append(starts[tr.Event.V], started{m, tr.Event.At})
			}
		}
	}
	for _, m := range s.catalog.Current {
		for _, h := range m.Definition.On {
			if own := starts[h.Event.V]; len(own) > 0 {
				s.checkCatch(m, h, own[0])
			}
		}
	}
}

// checkStart reports a trigger that an earlier one leaves nothing for.
func (s *shadows) checkStart(event Str, m *Machine, before []started) {
	if len(before) == 0 {
		return
	}
	first := before[0]
	switch {
	case slices.ContainsFunc(before, func(b started) bool { return b.machine == m }):
		first = before[slices.IndexFunc(before, func(b started) bool { return b.machine == m })]
		s.findings.Errorf(event.At, "event-shared", "remove one of the two triggers", "another trigger of this flow is %q already, and goes first", event.V)
	case first.machine.key != nil:
		s.findings.Warnf(event.At, "event-shared", "let one flow be started, and run the other one from it",
			"%q starts flow %q, which goes first; it starts flow %q only where that one has a run with the same key", event.V, first.machine.Flow, m.Flow)
	default:
		s.findings.Warnf(event.At, "event-shared", "let one flow be started, and run the other one from it",
			"%q starts flow %q, which goes first, and never flow %q", event.V, first.machine.Flow, m.Flow)
	}
	s.relate(first.at)
}

// checkCatch reports an event that a flow catches in every state, whatever it is about, though it starts a flow: runs under way go first.
func (s *shadows) checkCatch(m *Machine, h Handler, starts started) {
	always := slices.ContainsFunc(h.Alternatives, func(a Alternative) bool { return a.When.V == "" })
	if m.key != nil || !always {
		return
	}
	s.findings.Warnf(h.Event.At, "event-shared", "give the flow a key, or write when: with what the event must be about",
		"while flow %q is under way it takes every %q, and flow %q is not started", m.Flow, h.Event.V, starts.machine.Flow)
	s.related(starts.at, "the trigger that it starts")
}

// checkSwitches reports answers to commands that never come.
func (s *shadows) checkSwitches() {
	for _, m := range s.catalog.Current {
		for _, h := range m.Definition.On {
			otherwise := slices.ContainsFunc(m.Definition.States, func(st State) bool { return raises(st, h.Event.V) })
			s.checkSwitch(m, h, otherwise)
			s.checkStop(h, otherwise)
		}
		for _, st := range m.Definition.States {
			for _, h := range st.On {
				s.checkSwitch(m, h, m.hasButton(st, h.Event.V))
				s.checkStop(h, m.hasButton(st, h.Event.V))
				s.checkHeard(m, st, h)
			}
		}
	}
}

// hasButton tells that a state sees an event because it is a choice or an outcome, too. While it waits, choices of other questions are seen.
func (m *Machine) hasButton(st State, event string) bool {
	return raises(st, event) || st.Wait != nil && slices.ContainsFunc(m.Definition.States, func(o State) bool { return o.Ask != nil && raises(o, event) })
}

// checkHeard reports an answer to a command in a state that hears none: commands are for the question in focus.
func (s *shadows) checkHeard(m *Machine, st State, h Handler) {
	command := Command(h.Event.V)
	if st.Ask != nil || m.off[command] || command == CommandStop || !slices.Contains(CommandNames, command) || m.hasButton(st, h.Event.V) {
		return
	}
	s.findings.Warnf(h.Event.At, "command-unheard", "move it to the on of the question before, or to the on of the flow",
		"state %q asks nothing, so the command %q is not heard in it", st.Name.V, h.Event.V)
}

// checkStop reports an answer to opting out: it ends every run, and none of them is asked.
func (s *shadows) checkStop(h Handler, otherwise bool) {
	if Command(h.Event.V) == CommandStop && !otherwise {
		s.findings.Warnf(h.Event.At, "command-unheard", "remove it: the bot confirms by itself, and nothing follows",
			"who opts out ends every flow at once, so this never happens")
	}
}

// checkSwitch reports an answer to a command that the flow has switched off, unless it is the name of something else, too.
func (s *shadows) checkSwitch(m *Machine, h Handler, otherwise bool) {
	if !m.off[Command(h.Event.V)] || otherwise {
		return
	}
	s.findings.Warnf(h.Event.At, "command-off", "remove it here, or under commands",
		"this never happens: the command %q is switched off in this flow", h.Event.V)
	for _, c := range m.Definition.Commands {
		if c.Command.V == h.Event.V {
			s.related(c.Command.At, "switched off here")
		}
	}
}

// raises tells that an event of a command's name is a choice, or an outcome, of a state.
func raises(st State, event string) bool {
	is := func(name Str) bool { return name.V == event }
	switch {
	case st.Ask != nil:
		return slices.ContainsFunc(st.Ask.Choices, func(ch ChoiceSpec) bool { return is(ch.Name) })
	case st.Handoff != nil:
		return slices.ContainsFunc(st.Handoff.Outcomes, is)
	}
	return st.Run != nil
}

package engine

import (
	"slices"
	"strconv"
	"strings"
)

// button takes a press. It tells whether it was one of ours; otherwise its title is read as text.
func (t *turn) button(payload string) bool {
	kind, rest, _ := strings.Cut(payload, "/")
	switch kind {
	case "flow":
		if m := t.catalog.flow(rest); m != nil {
			if r := t.conv.InFocus(); r != nil && t.guarded("") && r.Flow != m.Flow {
				t.trace("held", "flow "+m.Flow)
				t.askOrMenu(r)
				return true
			}
			t.begin(m, m.initial)
			return true
		}
	case "command":
		if slices.Contains(CommandNames, Command(rest)) && t.obey(Command(rest), "", t.conv.InFocus()) {
			return true
		}
	case "run":
		parts := strings.SplitN(rest, "/", 3)
		if len(parts) == 3 {
			t.pressed(parts[0], parts[1], parts[2])
			return true
		}
	}
	t.trace("stale_button", payload)
	return false
}

// pressed takes the press of a button of a question. It finds its run however old it is: the question that is open, a way out of the state that the
// run is in by now, or a kind word that this is over.
func (t *turn) pressed(id, state, name string) {
	r := t.conv.Run(id)
	focused := t.conv.InFocus()
	if r == nil {
		t.closedButton("run/" + id + "/" + state)
		return
	}
	if t.guarded(id) {
		t.trace("held", "run/"+id+"/"+state)
		t.askOrMenu(focused)
		return
	}
	m := t.machine(r)
	if m == nil {
		t.giveUp(r, "version_missing", TextSomethingFailed)
		return
	}
	if renamed := m.renamed[state]; renamed != "" {
		state = renamed
	}
	if r.State == state && r.Wait == WaitAsk && t.picked(m, r, name) {
		return
	}
	if asked := m.states[state]; asked != nil && asked.ask != nil && (len(m.states[r.State].on[name]) > 0 || len(m.on[name]) > 0) {
		if v := asked.ask.pressed(m, name); v != nil {
			before := r.Slots[asked.ask.slot]
			t.setSlot(r, asked.ask.slot, v)
			r.Speaks = true
			if t.raise(r, name) {
				return
			}
			t.setSlot(t.conv.Run(id), asked.ask.slot, before)
		}
	}
	t.closedButton("run/" + id + "/" + state)
}

// pressed is what the slot of a question holds after a press: a choice's name, true or false; nil when the question has no such button.
func (a *ask) pressed(m *Machine, name string) any {
	if slices.ContainsFunc(a.choices, func(ch choice) bool { return ch.name == name }) {
		return name
	}
	if sl := m.slots[a.slot]; len(a.choices) == 0 && sl != nil && sl.typ == SlotYesNo && (name == choiceYes || name == choiceNo) {
		return name == choiceYes
	}
	return nil
}

// picked takes a press of the question that is open: a choice, yes or no, or one of the things that an answer can mean.
func (t *turn) picked(m *Machine, r *Run, name string) bool {
	a := m.states[r.State].ask
	if number, isOption := strings.CutPrefix(name, "#"); isOption {
		n, err := strconv.Atoi(number)
		if err != nil || r.Answer == nil || n < 1 || n > len(r.Answer.Options) {
			return false
		}
		t.answered(r, a.slot, r.Answer.Options[n-1], EventNameAnswered)
		return true
	}
	switch v := a.pressed(m, name).(type) {
	case string:
		t.chosen(r, a, v)
		return true
	case bool:
		return t.use(m, r, a, t.checked(m, r, m.slots[a.slot], []any{v}))
	}
	return false
}

// closedButton answers the press of a button of something that is over.
func (t *turn) closedButton(what string) {
	t.trace("stale_button", what)
	r := t.conv.InFocus()
	t.say(r, TextClosedButton)
	t.askOrMenu(r)
}

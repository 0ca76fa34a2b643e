package engine

import (
	"fmt"
	"slices"

	"github.com/looplab/fsm"

	"relevo/engine/diag"
)

// Surroundings is what a flow may refer to besides itself.
type Surroundings struct {
	Scripts map[string]Script // by name
	Config  map[string]any    // what expressions see as config; nil: anything goes
	Queues  []string          // nil: anything goes
	// Flows are the signatures of every flow, by name. nil: anything goes.
	Flows map[string]Signature
	// Channels are where the flow's messages go. nil: what channels can show is not looked at.
	Channels []ChannelLimits
}

// compilation is one flow on its way to a machine.
type compilation struct {
	def      *Definition
	around   Surroundings
	scope    scope
	answers  map[SlotType]scope // see answerScope
	machine  *Machine
	findings diag.List
	events   []fsm.EventDesc
	paths    *analysis         // of the ways through the flow, made when it is first asked for
	meant    map[string]bool   // "state.event": the state catches it under a misspelt name, which is reported already
	endless  map[string]int    // the finding of a slot that has no max and is too long for a channel
	nearest  map[string]string // the hint for a name that no state has, worked out once
	circled  []string          // states of circles that never wait
}

// stage is one step of Compile.
type stage struct {
	name string
	run  func(*compilation)
}

// stages are run in this order, all of them, so that one run reports every finding. A new check is a new row.
var stages = []stage{
	{"names", checkNames},         // states, slots and choices are unique; languages are known
	{"scripts", checkScripts},     // every listed script exists
	{"slots", compileSlots},       // types and their options
	{"texts", checkTexts},         // every text exists in every language
	{"states", compileStates},     // what each state does; needs slots and scripts
	{"limits", checkLimits},       // what is said fits into the channels; needs slots and states
	{"flow", compileFlow},         // what holds in the whole flow; needs slots and states
	{"ways", compileWays},         // on, after, goto; needs states
	{"triggers", compileTriggers}, // what starts the flow
	{"exits", checkExits},         // every waiting state has a way out
	{"loops", checkLoops},         // no circle goes on for ever; needs ways
	{"reach", checkReachable},     // every state can be reached; needs ways
	{"guards", checkGuards},       // guards and comparisons can turn out either way
	{"circles", checkCircles},     // nor one whose guards do not matter
	{"unset", checkUnset},         // slots are set where they are read; needs ways
	{"window", checkWindow},       // what may go out late has a template
	{"human", checkHuman},         // a person can be reached
	{"paths", addPaths},           // how a run gets to a finding; needs all others
	{"carry", buildInstances},     // the looplab/fsm machine that carries it all
}

// Compile gives a definition its meaning. The machine is nil when the findings hold an error; warnings do not stop it.
func Compile(def *Definition, around Surroundings) (*Machine, diag.List) {
	c := newCompilation(def, around)
	for _, s := range stages {
		s.run(c)
	}
	c.findings.Sort()
	if c.findings.HasErrors() {
		return nil, c.findings
	}
	return c.machine, c.findings
}

func newCompilation(def *Definition, around Surroundings) *compilation {
	return &compilation{
		def: def, around: around, meant: map[string]bool{}, answers: map[SlotType]scope{}, nearest: map[string]string{}, endless: map[string]int{},
		scope: newScope(def, around.Scripts, around.Config),
		machine: &Machine{
			Flow: def.Flow.V, Version: VersionOf(def, around.Scripts), Definition: def, initial: def.Initial.V, used: around.Scripts,
			states: map[string]*state{}, on: map[string][]alternative{}, slots: map[string]*slot{},
		},
	}
}

func checkNames(c *compilation) {
	c.unique("state", "duplicate-state", MaxStates, len(c.def.States), func(i int) Str { return c.def.States[i].Name })
	c.dropDuplicates()
	c.unique("slot", "duplicate-slot", MaxSlots, len(c.def.Slots), func(i int) Str { return c.def.Slots[i].Name })
	c.unique("language", "duplicate-language", 0, len(c.def.Languages), func(i int) Str { return c.def.Languages[i] })
	for _, s := range c.def.Slots {
		c.checkReserved(s.Name)
	}
	for _, st := range c.def.States {
		if st.Ask != nil {
			c.checkReserved(st.Ask.Slot)
			c.unique("choice", "duplicate-choice", MaxChoices, len(st.Ask.Choices), func(i int) Str { return st.Ask.Choices[i].Name })
		}
	}
	for _, l := range c.def.Languages {
		c.machine.languages = append(c.machine.languages, l.V)
	}
}

// reserved are names that mean something else in expressions: what every flow has, and the words of the expression language.
var reserved = []string{
	"contact", "event", "config", "language", "now", "today", "value",
	"and", "or", "not", "in", "matches", "contains", "let", "if", "else", "true", "false", "nil",
}

// checkReserved reports a slot that expressions could never read.
func (c *compilation) checkReserved(name Str) {
	_, exists := c.around.Scripts[name.V] // a script that does not is a finding of its own
	script := exists && slices.ContainsFunc(c.def.Scripts, func(s Str) bool { return scriptName(s.V) == name.V })
	if script || slices.Contains(reserved, name.V) {
		c.findings.Errorf(name.At, "reserved-name", "give the slot another name", "%q means something else in expressions", name.V)
	}
}

// unique reports repeated names and, with limit over 0, too many of them.
func (c *compilation) unique(what, code string, limit, n int, name func(int) Str) {
	seen := map[string]diag.Range{}
	for i := range n {
		s := name(i)
		if first, twice := seen[s.V]; twice {
			c.findings.Errorf(s.At, code, fmt.Sprintf("the first one is on line %d; rename or remove one", first.Start.Line), "%s %q is there twice", what, s.V)
			continue
		}
		seen[s.V] = s.At
	}
	if limit > 0 && n > limit {
		c.findings.Errorf(name(limit).At, "too-many", "split the flow in two", "there are %d of these (%s), the limit is %d", n, what, limit)
	}
}

// dropDuplicates goes on with the first state of each name: the later stages find a state's definition by it.
func (c *compilation) dropDuplicates() {
	def, seen := *c.def, map[string]bool{}
	def.States = slices.DeleteFunc(slices.Clone(def.States), func(st State) bool {
		twice := seen[st.Name.V]
		seen[st.Name.V] = true
		return twice
	})
	c.def = &def
}

func checkScripts(c *compilation) {
	for _, s := range c.def.Scripts {
		name := scriptName(s.V)
		if _, ok := c.around.Scripts[name]; !ok {
			names := []string{}
			for _, script := range c.around.Scripts {
				names = append(names, script.File)
			}
			c.findings.Errorf(s.At, "unknown-script", diag.Suggest(s.V, names, "put the file into the folder scripts beside the flows, or name its folder with --scripts"), "no script file is named %q", s.V)
		}
		c.machine.scripts = append(c.machine.scripts, name)
	}
}

func (c *compilation) slotNames() []string {
	names := make([]string, 0, len(c.machine.slots))
	for name := range c.machine.slots {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func compileTriggers(c *compilation) {
	for _, tr := range c.def.Triggers {
		t := trigger{event: tr.Event.V, state: c.def.Initial.V, phrases: map[string][][]string{}}
		if tr.Goto.V != "" {
			t.state = tr.Goto.V
			c.target(tr.Goto)
		}
		if t.event != "" {
			c.checkBusiness(tr.Event)
		}
		for _, p := range tr.Phrases {
			for _, phrase := range p.Phrases {
				w := words(phrase.V)
				if len(w) == 0 {
					c.findings.Errorf(phrase.At, "empty-phrase", "write words that a contact may type", "this phrase has no letters or digits")
					continue
				}
				t.phrases[p.Language.V] = append(t.phrases[p.Language.V], w)
			}
		}
		c.machine.triggers = append(c.machine.triggers, t)
	}
	c.target(c.def.Initial)
}

// target reports a state name that leads nowhere.
func (c *compilation) target(s Str) {
	if _, ok := c.machine.states[s.V]; ok {
		return
	}
	hint, known := c.nearest[s.V]
	if !known {
		hint = c.nearestState(s.V)
		c.nearest[s.V] = hint
	}
	c.findings.Errorf(s.At, "unknown-state", hint, "no state is named %q", s.V)
}

// nearestState is the hint for a name that no state has.
func (c *compilation) nearestState(name string) string {
	const otherwise = "add the state, or name one that exists"
	hint := diag.Suggest(name, c.everywhere(), otherwise)
	if hint == otherwise {
		return hint
	}
	for _, st := range c.def.States {
		if hint == fmt.Sprintf("did you mean %q?", st.Name.V) {
			return fmt.Sprintf("did you mean %q (line %d)?", st.Name.V, st.Name.At.Start.Line)
		}
	}
	return hint
}

// buildInstances makes the pool of looplab/fsm machines that carry the flow.
func buildInstances(c *compilation) {
	initial, events := c.def.Initial.V, c.events
	c.machine.instances.New = func() any { return fsm.NewFSM(initial, events, fsm.Callbacks{}) }
}

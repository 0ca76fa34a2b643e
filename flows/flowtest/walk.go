package flowtest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"relevo/engine"
	"relevo/engine/diag"
)

// walkAttribute is the contact attribute in which a flow notes where it goes: "s3 w5 s4 " is state 3, then way 5 into state 4.
const walkAttribute = "relevo_walk"

// Walk runs a transcript and returns the way that the runs of one flow took, step by step, with what became of the transcript. The catalog must
// hold the flow, and around is what it compiles with. A step without From is the start of a run; a way that stays in its state is no step. Runs of
// one flow that live side by side follow each other as they move.
func Walk(t *Transcript, catalog *engine.Catalog, flow string, around engine.Surroundings) ([]diag.Step, Result, error) {
	o := catalog.CatalogOptions
	at := slices.IndexFunc(o.Current, func(m *engine.Machine) bool { return m.Flow == flow })
	if at < 0 {
		return nil, Result{}, fmt.Errorf("no flow is called %q where the transcript runs", flow)
	}
	n := &notes{}
	machine, findings := engine.Compile(n.definition(o.Current[at].Definition), around)
	if machine == nil {
		return nil, Result{}, fmt.Errorf("the flow can not be followed: %w", findings)
	}
	o.Current = slices.Clone(o.Current)
	o.Current[at] = machine
	result := Run(t, engine.NewCatalog(o))
	trail, _ := result.Contact.Attributes[walkAttribute].(string)
	return n.steps(trail), result, nil
}

// notes is a flow that notes its states and ways.
type notes struct {
	states []string
	ways   []diag.Step // without From where they are taken anywhere
}

// definition is a copy of a flow in which every state and every way adds its sign to the contact's attribute.
func (n *notes) definition(def *engine.Definition) *engine.Definition {
	out := *def
	out.On = n.handlers("", def.On)
	out.States = slices.Clone(def.States)
	for i := range out.States {
		s := &out.States[i]
		n.states = append(n.states, s.Name.V)
		s.Set = append([]engine.Assign{note("s", len(n.states)-1)}, s.Set...)
		s.Goto = n.alternatives(s.Name.V, "", s.Goto)
		s.On = n.handlers(s.Name.V, s.On)
		s.After = slices.Clone(s.After)
		for at := range s.After {
			s.After[at].Alternatives = n.alternatives(s.Name.V, "after:"+s.After[at].After.V.String(), s.After[at].Alternatives)
		}
	}
	return &out
}

func (n *notes) handlers(from string, list []engine.Handler) []engine.Handler {
	out := slices.Clone(list)
	for i := range out {
		out[i].Alternatives = n.alternatives(from, out[i].Event.V, out[i].Alternatives)
	}
	return out
}

func (n *notes) alternatives(from, event string, list []engine.Alternative) []engine.Alternative {
	out := slices.Clone(list)
	for i := range out {
		if out[i].Goto.V == "" {
			continue
		}
		n.ways = append(n.ways, diag.Step{From: from, Event: event, Way: i, Anywhere: from == "", To: out[i].Goto.V})
		out[i].Set = append(slices.Clone(out[i].Set), note("w", len(n.ways)-1))
	}
	return out
}

func note(sign string, at int) engine.Assign {
	value := fmt.Sprintf(`string(contact.attributes.%s ?? "") + "%s%d "`, walkAttribute, sign, at)
	return engine.Assign{Target: engine.Str{V: "contact." + walkAttribute}, Value: engine.Str{V: value}}
}

// steps reads what was noted. A state without a way before it is where a run starts.
func (n *notes) steps(trail string) []diag.Step {
	var list []diag.Step
	var by *diag.Step
	state := ""
	for _, sign := range strings.Fields(trail) {
		at, err := strconv.Atoi(sign[1:])
		switch {
		case err != nil:
		case sign[0] == 'w' && at < len(n.ways):
			way := n.ways[at]
			if way.Anywhere {
				way.From = state
			}
			by = &way
		case sign[0] == 's' && at < len(n.states):
			state = n.states[at]
			if by == nil || by.To != state {
				by = &diag.Step{To: state}
			}
			list = append(list, *by)
			by = nil
		}
	}
	return list
}

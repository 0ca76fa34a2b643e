package engine

import (
	"slices"
	"strings"

	"relevo/engine/diag"
)

// Signature is what other flows must know of a flow to run it.
type Signature struct {
	Params   []string            // slots that they may fill in
	Takes    map[string]SlotType // of the params; of a slot that is not declared nothing is known
	Returns  []string            // slots that they get back
	Outcomes []string            // with which it may end, sorted
}

// SignatureOf reads a flow's signature out of its definition, whether or not that compiles.
func SignatureOf(def *Definition) Signature {
	s := Signature{Params: written(def.Params), Returns: written(def.Returns), Takes: map[string]SlotType{}}
	for _, sl := range def.Slots {
		if slices.Contains(s.Params, sl.Name.V) {
			s.Takes[sl.Name.V] = SlotType(sl.Type.V)
		}
	}
	for _, st := range def.States {
		if st.End.V != "" {
			s.Outcomes = append(s.Outcomes, st.End.V)
		}
	}
	slices.Sort(s.Outcomes)
	s.Outcomes = slices.Compact(s.Outcomes)
	return s
}

// given are the outcomes that the engine itself gives to runs.
var given = []string{OutcomeCancelled, OutcomeOptedOut, OutcomeAbandoned}

func written(list []Str) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = s.V
	}
	return out
}

func (c *compilation) wait(def *WaitSpec) *wait {
	w := &wait{quiet: def.Quiet.V}
	if w.quiet == "" {
		w.quiet = QuietLater
	}
	if quiets := []string{QuietLater, QuietEarlier, QuietIgnore}; !slices.Contains(quiets, w.quiet) {
		c.findings.Errorf(def.Quiet.At, "bad-value", diag.Suggest(w.quiet, quiets, "write later, earlier or ignore"), "quiet can not be %q", w.quiet)
	}
	switch {
	case def.For.V != "" && def.Until.V != "":
		c.findings.Errorf(def.Until.At, "several-waits", "remove one of them", "a wait has either for or until")
	case def.For.V != "":
		w.length = c.scope.compile(&c.findings, def.For, needs{"for", []kind{kindSpan, kindText}, "write a length of time, for example 2h, 3d or 1d12h"})
		if s, err := parseSpan(def.For.V); err == nil && s.length() > MaxWait {
			c.findings.Errorf(def.For.At, "bad-duration", "write a time up to 732d", "a wait can not be %s", def.For.V)
		}
	case def.Until.V != "":
		w.until = c.scope.compile(&c.findings, def.Until, needs{"until", []kind{kindTime, kindText}, "write a time, for example appointment.at - 24h"})
	default:
		c.findings.Errorf(def.At, "bad-value", "write for: 2h, or until: with a time", "this does not say how long to wait")
	}
	return w
}

func (c *compilation) run(def *RunSpec) *subflow {
	s := &subflow{flow: def.Flow.V, save: def.Save.V}
	c.checkSave(def.Save, "what another flow gives back")
	for _, with := range def.With {
		takes := (&slot{name: with.Target.V, typ: c.around.Flows[s.flow].Takes[with.Target.V]}).takes()
		s.with = append(s.with, assign{slot: with.Target.V, value: c.scope.compile(&c.findings, with.Value, takes)})
	}
	if c.around.Flows == nil {
		return s
	}
	signature, known := c.around.Flows[s.flow]
	if !known {
		c.findings.Errorf(def.Flow.At, "unknown-flow", diag.Suggest(s.flow, c.flowNames(), "name a flow of this folder, as after its flow:"), "no flow is named %q", s.flow)
		return s
	}
	for _, with := range def.With {
		if !slices.Contains(signature.Params, with.Target.V) {
			c.findings.Errorf(with.Target.At, "unknown-param", diag.Suggest(with.Target.V, slices.Clone(signature.Params), "add it to the params of "+s.flow), "flow %q takes no %q", s.flow, with.Target.V)
		}
	}
	for _, param := range signature.Params {
		if !slices.ContainsFunc(def.With, func(a Assign) bool { return a.Target.V == param }) {
			c.findings.Warnf(def.Flow.At, "missing-param", "add "+param+": under with", "flow %q can take %q, and it is not given", s.flow, param)
		}
	}
	return s
}

func (c *compilation) flowNames() []string {
	names := make([]string, 0, len(c.around.Flows))
	for name := range c.around.Flows {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// checkRun reports outcomes of another flow that nothing follows.
func (c *compilation) checkRun(def State, st *state) {
	for _, h := range def.On {
		if !isBusiness(h.Event.V) && !slices.Contains(anywhere, h.Event.V) {
			c.leadsOn(st, h.Event.V)
		}
	}
	if c.handles(st, EventNameEnded) || c.meant[st.name+"."+EventNameEnded] {
		return
	}
	signature, known := c.around.Flows[def.Run.Flow.V]
	if !known {
		if c.around.Flows == nil && len(st.on) == 0 {
			c.findings.Errorf(def.Name.At, "missing-event", "add ended: with a state to its on", "nothing says what follows when flow %q has ended", def.Run.Flow.V)
		}
		return
	}
	missing := slices.DeleteFunc(slices.Clone(signature.Outcomes), func(o string) bool { return c.handles(st, o) || c.meant[st.name+"."+o] })
	if len(missing) > 0 || len(signature.Outcomes) == 0 {
		c.findings.Errorf(def.Name.At, "missing-event", "add ended: with a state to its on, for every other outcome",
			"flow %q can end with %s, and nothing says what follows", def.Run.Flow.V, orNothing(missing))
	}
}

func orNothing(outcomes []string) string {
	if len(outcomes) == 0 {
		return "no outcome of its own"
	}
	return strings.Join(outcomes, ", ")
}

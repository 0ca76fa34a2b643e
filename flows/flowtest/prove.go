package flowtest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"relevo/engine"
	"relevo/engine/diag"
)

// Limits of proofs. A path without a transcript is still shown as words.
const (
	// MaxProofs is how many findings of a project get a transcript.
	MaxProofs = 25
	// MaxProofSteps is how many moves of a run are acted out; people do not read longer ones.
	MaxProofSteps = 40
	// MaxProofTries is how many inputs are tried for one path, and maxAllTries for all paths of a project. Most take less than a millisecond, with a
	// script a few.
	MaxProofTries = 150
	maxAllTries   = 1500
	// maxProofDepth is how many flows that run each other are acted out inside each other.
	maxProofDepth = 3
)

// proofStart is when proofs take place: a Monday morning.
var proofStart = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// ProveAll writes a transcript into each finding that has a path, where one can be made. Flows that are not current in the catalog, because they have
// errors, get none. Scripts run on the catalog's evaluator; without one, a path that needs them gets none either.
func ProveAll(catalog *engine.Catalog, findings diag.List) {
	proofs, left := 0, maxAllTries
	for i := range findings {
		d := &findings[i]
		at := slices.IndexFunc(catalog.Current, func(m *engine.Machine) bool { return m.Definition.File == d.Range.File })
		if len(d.Path) == 0 || at < 0 {
			continue
		}
		if proofs++; proofs > MaxProofs || left <= 0 {
			return
		}
		tries := min(left, MaxProofTries)
		left -= tries
		d.Transcript, _ = prove(catalog, catalog.Current[at].Definition, d.Path, d.Code+": "+d.Message, &tries)
		left += tries
	}
}

// Prove acts out a path as a conversation: it finds what the contact writes, what other systems answer and how time passes, so that a run of the flow walks
// these states in this order, and returns the conversation as a transcript that relevo test runs. About is its first line, a comment. ok is false where
// no conversation was found within the limits; nothing is claimed then.
func Prove(catalog *engine.Catalog, def *engine.Definition, path []diag.Step, about string) (transcript string, ok bool) {
	tries := MaxProofTries
	return prove(catalog, def, path, about, &tries)
}

// prove is Prove with a number of inputs that may be tried; what is left of it is given back.
func prove(catalog *engine.Catalog, def *engine.Definition, path []diag.Step, about string, tries *int) (transcript string, ok bool) {
	if len(path) == 0 || len(path) > MaxProofSteps || path[0].From != "" {
		return "", false
	}
	p := &prover{def: def, path: path, closed: closedQueues(def, path), tries: tries, data: newGuesses(def)}
	p.language = spoken(def)
	p.catalog = closing(withScripts(catalog), &Transcript{Closed: p.closed})
	end, ok := p.walk(spot{sim: New(p.catalog, proofStart)})
	if !ok {
		return "", false
	}
	return p.write(catalog, end, about)
}

// spoken is the language of a proof: the first one of the flow, which is its author's.
func spoken(def *engine.Definition) string {
	if len(def.Languages) == 0 {
		return "en"
	}
	return def.Languages[0].V
}

// withScripts is the catalog, with scripts that fail where it has none.
func withScripts(c *engine.Catalog) *engine.Catalog {
	if c.Scripts != nil {
		return c
	}
	o := c.CatalogOptions
	o.Scripts = noScripts{}
	return engine.NewCatalog(o)
}

// noScripts is an evaluator without any script.
type noScripts struct{}

// Call implements engine.Evaluator.
func (noScripts) Call(c engine.ScriptCall) (any, error) {
	return nil, &engine.ScriptError{Script: c.Script, Function: c.Function, Reason: "worker_lost"}
}

// closedQueues are those that a path finds outside their hours.
func closedQueues(def *engine.Definition, path []diag.Step) []string {
	var queues []string
	for _, step := range path {
		if st := stateOf(def, step.From); st != nil && st.Handoff != nil && step.Event == engine.EventNameUnavailable && !slices.Contains(queues, st.Handoff.Queue.V) {
			queues = append(queues, st.Handoff.Queue.V)
		}
	}
	return queues
}

// stateOf finds a state by its name, nil where there is none.
func stateOf(def *engine.Definition, name string) *engine.State {
	i := slices.IndexFunc(def.States, func(st engine.State) bool { return st.Name.V == name })
	if i < 0 {
		return nil
	}
	return &def.States[i]
}

// prover looks for a conversation that walks a path.
type prover struct {
	catalog  *engine.Catalog
	def      *engine.Definition
	path     []diag.Step
	closed   []string
	language string
	tries    *int // inputs that may still be tried
	data     *guesses
	others   []*prover // of the flows that run this one, or that it runs
	depth    int
}

// spot is where a conversation stands on its way.
type spot struct {
	sim     *Simulator
	lines   []Line          // what has gone in
	choices []engine.Choice // of the bot's last message
	run     string          // the id of the run; "" before it starts
	walked  []string        // its Path
	at      int             // steps of the path done

	calls   int // the step from which on the next call is looked for
	variant int // which of the possible answers calls get
	called  int // how many answers the calls so far could have had
}

// again is a copy to try something with.
func (s spot) again(variant int) spot {
	sim := *s.sim
	sim.timers, sim.Journal = slices.Clone(sim.timers), slices.Clone(sim.Journal)
	s.sim, s.lines = &sim, slices.Clone(s.lines)
	s.calls, s.variant, s.called = s.at, variant, 0
	return s
}

// move is one thing that may happen next. It tells whether it could happen at all.
type move func(p *prover, s *spot) bool

// walk goes on from a spot to the end of the path. Of the moves that keep to the path the first one that leads to its end is taken.
func (p *prover) walk(s spot) (spot, bool) {
	if s.at == len(p.path) {
		return s, true
	}
	for _, m := range p.moves(s) {
		for variant := 0; ; variant++ {
			next := s.again(variant)
			if *p.tries <= 0 {
				return s, false
			}
			if m(p, &next) && p.follow(s, &next) {
				if end, ok := p.walk(next); ok {
					return end, true
				}
			}
			if variant+1 >= next.called {
				break
			}
		}
	}
	return s, false
}

// follow finds out which states a move has led through. It tells whether they are the next ones of the path.
func (p *prover) follow(before spot, s *spot) bool {
	path, known := p.walkedBy(len(before.sim.Journal), s)
	if !known {
		return false
	}
	for _, state := range grown(before.walked, path) {
		if s.at == len(p.path) {
			break
		}
		if p.path[s.at].To != state {
			return false
		}
		s.at++
	}
	if s.at == before.at && p.stays(p.path[s.at]) {
		s.at++
	}
	s.walked = path
	return s.at > before.at
}

// walkedBy is the Path of the run after the turns from one of the journal on. The first run of the flow that they start is the run.
func (p *prover) walkedBy(from int, s *spot) (path []string, known bool) {
	is := func(id, flow string) bool { return s.run == id || s.run == "" && flow == p.def.Flow.V }
	for _, r := range s.sim.Conv.Runs {
		if is(r.ID, r.Flow) {
			s.run = r.ID
			return r.Path, true
		}
	}
	for _, turn := range s.sim.Journal[from:] {
		for _, e := range turn.Effects {
			if e.Kind == engine.EffectEnd && is(e.Run, e.End.Flow) {
				s.run = e.Run
				return e.End.Path, true
			}
		}
	}
	return nil, false
}

// grown are the states that have come to a run's Path, of which only the last ones are kept.
func grown(before, after []string) []string {
	for n := range after {
		if kept := after[:len(after)-n]; len(kept) <= len(before) && slices.Equal(before[len(before)-len(kept):], kept) {
			return after[len(after)-n:]
		}
	}
	return after
}

// stays tells a step that changes slots only: the run does not enter a state.
func (p *prover) stays(step diag.Step) bool {
	st := stateOf(p.def, step.From)
	if st == nil || step.From != step.To {
		return false
	}
	for _, h := range slices.Concat(st.On, p.def.On) {
		if h.Event.V == step.Event && step.Way < len(h.Alternatives) && h.Alternatives[step.Way].Goto.V == "" {
			return true
		}
	}
	return false
}

// put lets something happen. Calls of the flow are answered as the path wants it, and the answers written down before the input.
func (p *prover) put(s *spot, sign, text string) bool {
	if *p.tries <= 0 {
		return false
	}
	*p.tries--
	s.sim.Call = func(e engine.Effect) engine.CallResult {
		result, written := p.answer(s, e)
		s.lines = append(s.lines, Line{Sign: "=", Text: written})
		return result
	}
	input := Line{Sign: sign, Text: text}
	turns, err := s.sim.Input(sign, text, p.language, s.choices)
	if err != nil {
		return false
	}
	s.lines = append(s.lines, input)
	for _, turn := range turns {
		for _, e := range turn.Effects {
			if e.Kind == engine.EffectSend && e.Send.Origin == engine.OriginBot {
				s.choices = e.Send.Message.Choices
			}
		}
	}
	return true
}

// answer is what a call gets, and how a transcript writes it.
func (p *prover) answer(s *spot, e engine.Effect) (engine.CallResult, string) {
	result := engine.CallResult{Effect: e.ID, Status: 200}
	if r := s.sim.Conv.Run(e.Run); r != nil {
		for _, owner := range append([]*prover{p}, p.others...) {
			if owner.def.Flow.V == r.Flow {
				owner.answerBy(s, stateOf(owner.def, r.State), owner == p, &result)
				break
			}
		}
	}
	return result, writtenAnswer(e.Call, result)
}

// answerBy is the answer that leads on as the next step of the path from a state does; behind the path, the first one that goes. walking tells that it is
// this prover that walks.
func (p *prover) answerBy(s *spot, st *engine.State, walking bool, result *engine.CallResult) {
	if st == nil || st.Call == nil {
		return
	}
	from := s.calls
	if !walking {
		from = 0
	}
	event, at := engine.EventNameOK, -1
	for i := from; i < len(p.path) && at < 0; i++ {
		if p.path[i].From == st.Name.V {
			event, at = p.path[i].Event, i
		}
	}
	if walking && at >= 0 {
		s.calls = at + 1
	}
	switch {
	case event == engine.EventNameFailed:
		result.Status, result.Error = 0, "timeout"
	case len(event) == 3 && strings.HasSuffix(event, "xx"):
		result.Status = int(event[0]-'0') * 100
	case event != engine.EventNameOK:
		if status, err := strconv.Atoi(event); err == nil {
			result.Status = status
		}
	}
	if result.Status/100 == 2 && st.Call.Save.V != "" {
		bodies := p.likeliest(at, p.data.of(st.Call.Save.V, s.sim.Now))
		s.called = max(s.called, len(bodies))
		result.Body = bodies[min(s.variant, len(bodies)-1)]
	}
}

// writtenAnswer writes the answer to a call as a line of a transcript: the end of the address, from its path on.
func writtenAnswer(c *engine.Call, result engine.CallResult) string {
	address := c.URL
	if _, rest, ok := strings.Cut(address, "://"); ok {
		if i := strings.IndexByte(rest, '/'); i >= 0 {
			address = rest[i:]
		}
	}
	status := result.Error
	if status == "" {
		status = strconv.Itoa(result.Status)
	}
	text := c.Method + " " + address + " " + status
	if result.Body != nil {
		if body, err := json.Marshal(result.Body); err == nil {
			text += " " + string(body)
		}
	}
	return text
}

// write writes a conversation down with what the bot really says, and runs it once more as it stands.
func (p *prover) write(catalog *engine.Catalog, s spot, about string) (string, bool) {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\nflow %s\nat   %s\n", strings.Join(strings.Fields(about), " "), p.def.File, proofStart.Format(time.RFC3339))
	if p.language != "en" {
		fmt.Fprintf(&b, "language %s\n", p.language)
	}
	for _, queue := range p.closed {
		fmt.Fprintf(&b, "queue %s closed\n", queue)
	}
	for i, l := range s.lines {
		if i == 0 || s.lines[i-1].Sign != "=" && (l.Sign != "&" || s.lines[i-1].Sign != "&") {
			b.WriteString("\n")
		}
		b.WriteString(line(l) + "\n")
	}
	for _, end := range []string{p.stands(s), ""} {
		if transcript, ok := completed(b.String()+end, withScripts(catalog)); ok {
			return transcript, true
		}
	}
	return "", false
}

// completed is a transcript with what really happens, when it holds in this form.
func completed(text string, catalog *engine.Catalog) (string, bool) {
	for range 2 {
		t, findings := Parse("proof.transcript", []byte(text))
		if len(findings) > 0 {
			return "", false
		}
		result := Run(t, catalog)
		if len(result.Failures) == 0 {
			return result.Updated, true
		}
		text = result.Updated
	}
	return "", false
}

// stands is what holds where the run is at the end of the path, "" where it has gone on: its state, its outcome, what people are told.
func (p *prover) stands(s spot) string {
	last := stateOf(p.def, p.path[len(p.path)-1].To)
	r := s.sim.Conv.Run(s.run)
	switch {
	case last == nil || r != nil && r.State != last.Name.V:
		return ""
	case r == nil && last.End.V != "":
		return "! end " + last.End.V + "\n"
	case r == nil:
		return ""
	}
	if focus := s.sim.Conv.InFocus(); focus == nil || focus.ID != r.ID {
		return "! runs " + runs(s.sim.Conv.Runs) + "\n"
	}
	if last.Handoff != nil && last.Handoff.Summary.V != "" {
		return "@ " + last.Name.V + "\n! summary -\n" // the second run fills it in
	}
	return "@ " + last.Name.V + "\n"
}

package flowtest

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"relevo/engine"
	"relevo/engine/diag"
)

// The first steps of paths that begin with no business event.
const (
	eventPhrase = "phrase"
	eventRun    = "run" // another flow runs this one
)

// maxPhrases is how many phrases of a trigger or a command are tried.
const maxPhrases = 3

// moves lists what may happen next so that the run takes the next step of the path, the likeliest first.
func (p *prover) moves(s spot) []move {
	step := p.path[s.at]
	if s.run == "" {
		if step.Event == eventRun && p.depth < maxProofDepth {
			return p.parents()
		}
		return p.starts(step)
	}
	r := s.sim.Conv.Run(s.run)
	if r == nil || r.State != step.From {
		return nil
	}
	st := stateOf(p.def, r.State)
	switch {
	case strings.Contains(step.Event, "."):
		return p.tells(s, step.Event)
	case strings.HasPrefix(step.Event, "after:"), step.Event == engine.EventNameElapsed:
		return p.timeUp(s, step.Event)
	case step.Event == engine.EventNameUndeliverable:
		return []move{sends("^", "failed 131026")}
	case st.Handoff != nil:
		return p.people(step.Event)
	case st.Run != nil:
		return p.other(s, st, step.Event)
	}
	if presses := p.presses(s, step.Event); len(presses) > 0 {
		return presses
	}
	switch {
	case slices.Contains(engine.CommandNames, engine.Command(step.Event)):
		return p.says(p.catalog.Commands.Phrases[engine.Command(step.Event)])
	case st.Ask == nil:
		return nil
	case step.Event == engine.EventNameExhausted:
		return p.nonsense(st.Ask)
	}
	return append(p.anyPress(s), p.answers(s, st.Ask)...)
}

// sends is a move of one or several lines of the same sign.
func sends(sign string, texts ...string) move {
	return func(p *prover, s *spot) bool {
		for _, text := range texts {
			if !p.put(s, sign, text) {
				return false
			}
		}
		return true
	}
}

// starts lists what starts the flow in the first state of the path.
func (p *prover) starts(step diag.Step) []move {
	var moves []move
	for _, tr := range p.def.Triggers {
		state := tr.Goto.V
		if state == "" {
			state = p.def.Initial.V
		}
		switch {
		case state != step.To:
		case tr.Event.V != "" && tr.Event.V == step.Event:
			moves = append(moves, p.tells(spot{sim: &Simulator{Now: proofStart}}, tr.Event.V)...)
		case tr.Event.V == "" && !strings.Contains(step.Event, "."):
			phrases := map[string][]string{}
			for _, byLanguage := range tr.Phrases {
				for _, phrase := range byLanguage.Phrases {
					phrases[byLanguage.Language.V] = append(phrases[byLanguage.Language.V], phrase.V)
				}
			}
			moves = append(moves, p.says(phrases)...)
		}
	}
	if !strings.Contains(step.Event, ".") && step.To == p.def.Initial.V {
		moves = append(moves, picks)
	}
	return moves
}

// picks starts the flow from the menu.
func picks(p *prover, s *spot) bool {
	menu := p.says(p.catalog.Commands.Phrases[engine.CommandMenu])
	if len(menu) == 0 || !menu[0](p, s) {
		return false
	}
	i := slices.IndexFunc(s.choices, func(c engine.Choice) bool { return c.Payload == "flow/"+p.def.Flow.V })
	return i >= 0 && p.put(s, ">", "["+s.choices[i].Title+"]")
}

// says lists phrases to write, in the language of the proof, else in English.
func (p *prover) says(phrases map[string][]string) []move {
	list := phrases[p.language]
	if len(list) == 0 {
		list = phrases["en"]
	}
	var moves []move
	for _, phrase := range list[:min(len(list), maxPhrases)] {
		moves = append(moves, sends(">", phrase))
	}
	return moves
}

// tells lists business events, with what is known of their data and keys.
func (p *prover) tells(s spot, event string) []move {
	var moves []move
	for _, data := range p.likeliest(s.at, p.data.ofEvent(event, s.sim.Now)) {
		for _, key := range p.keys(s, data) {
			text := event
			if key != "" {
				text += " key=" + key
			}
			if encoded, err := json.Marshal(data); err == nil && data != nil {
				text += " " + string(encoded)
			}
			moves = append(moves, sends("*", text))
		}
	}
	return moves
}

// likeliest puts data with nothing in it to the beginning where an expression is to fail next.
func (p *prover) likeliest(at int, data []any) []any {
	if at >= 0 && at+1 < len(p.path) && p.path[at+1].Event == engine.EventNameScriptFailed {
		data = slices.Clone(data)
		slices.Reverse(data)
	}
	return data
}

// keys lists what a business event may be about: the run's key, the id in its data, a slot of the run, the example of a slot.
func (p *prover) keys(s spot, data any) []string {
	var keys []string
	add := func(v any) {
		if key, isText := v.(string); isText && key != "" && !strings.ContainsAny(key, " \t\n{") && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	fields, _ := data.(map[string]any)
	field := p.def.Key.V[strings.LastIndexByte(p.def.Key.V, '.')+1:]
	if r := s.sim.Conv.Run(s.run); r != nil && s.run != "" {
		add(r.Key)
		for _, sl := range p.def.Slots {
			if sl.Type.V == string(engine.SlotText) && sl.Pattern.V != "" {
				add(r.Slots[sl.Name.V])
			}
		}
		if of, isMap := r.Slots[strings.TrimSuffix(p.def.Key.V, "."+field)].(map[string]any); isMap {
			add(of[field])
		}
	}
	add(fields[field])
	add(fields["id"])
	for _, sl := range p.def.Slots {
		add(sl.Example.V)
	}
	if len(keys) == 0 {
		return []string{""}
	}
	return keys[:min(len(keys), maxPhrases)]
}

// timeUp lets time pass until a timer of the run is due.
func (p *prover) timeUp(s spot, event string) []move {
	for _, timer := range s.sim.Timers() {
		if timer.Run != s.run || timer.Event != event {
			continue
		}
		if event == engine.EventNameElapsed {
			return []move{sends("+", "until "+timer.Due.UTC().Format(time.RFC3339Nano))}
		}
		return []move{sends("+", short(timer.Due.Sub(s.sim.Now)))}
	}
	return nil
}

// short writes a duration as people do: 30m, 1h30m, 2d.
func short(d time.Duration) string {
	if day := 24 * time.Hour; d >= 2*day && d%day == 0 {
		return (d / day * time.Hour).String()[:len((d/day*time.Hour).String())-len("h0m0s")] + "d"
	}
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// people lists what human agents do so that a handoff ends with an outcome.
func (p *prover) people(event string) []move {
	switch event {
	case engine.EventNameUnavailable:
		return nil // known from the start: the queue is closed
	case engine.EventNameAccepted:
		return []move{sends("&", "ana claim")}
	case engine.EventNameAbandoned: // answered from the phone, which then is quiet
		return []move{func(p *prover, s *spot) bool { return p.put(s, "~", "Hello") && p.put(s, "+", short(p.catalog.Lease)) }}
	}
	return []move{sends("&", "ana claim", "ana close "+event)}
}

// presses lists the buttons of a choice: of the bot's last message, else of an older one.
func (p *prover) presses(s spot, choice string) []move {
	suffix := "/" + choice
	is := func(c engine.Choice) bool {
		return strings.HasPrefix(c.Payload, "run/"+s.run+"/") && strings.HasSuffix(c.Payload, suffix)
	}
	if i := slices.IndexFunc(s.choices, is); i >= 0 {
		return []move{sends(">", "["+s.choices[i].Title+"]")}
	}
	for _, turn := range slices.Backward(s.sim.Journal) {
		for _, e := range turn.Effects {
			if e.Kind != engine.EffectSend {
				continue
			}
			if i := slices.IndexFunc(e.Send.Message.Choices, is); i >= 0 {
				return []move{sends(">", "["+e.Send.Message.Choices[i].Title+"]")}
			}
		}
	}
	return nil
}

// anyPress lists the buttons of the bot's last message, for a question whose choices all lead on in the same way.
func (p *prover) anyPress(s spot) []move {
	var moves []move
	for _, c := range s.choices {
		if strings.HasPrefix(c.Payload, "run/"+s.run+"/") {
			moves = append(moves, sends(">", "["+c.Title+"]"))
		}
	}
	return moves
}

// nonsense lists answers that are not understood, as often as it takes to exhaust a question.
func (p *prover) nonsense(a *engine.Ask) []move {
	attempts := engine.DefaultAttempts
	if a.Attempts.Set {
		attempts = a.Attempts.V
	}
	var moves []move
	for _, text := range []string{"hm", "qwxz", "(sticker)"} {
		moves = append(moves, sends(">", slices.Repeat([]string{text}, attempts)...))
	}
	return moves
}

// other acts out the flow that a state runs, until it ends with an outcome.
func (p *prover) other(s spot, st *engine.State, outcome string) []move {
	if outcome == engine.OutcomeCancelled {
		return p.says(p.catalog.Commands.Phrases[engine.CommandCancel])
	}
	at := slices.IndexFunc(p.catalog.Current, func(m *engine.Machine) bool { return m.Flow == st.Run.Flow.V })
	child := slices.IndexFunc(s.sim.Conv.Runs, func(r engine.Run) bool { return r.Parent == s.run })
	if at < 0 || child < 0 || p.depth >= maxProofDepth {
		return nil
	}
	def, run := p.catalog.Current[at].Definition, s.sim.Conv.Runs[child]
	var moves []move
	for _, path := range pathsFrom(def, run.State) {
		last := stateOf(def, path[len(path)-1].To)
		if last == nil || last.End.V == "" || outcome != engine.EventNameEnded && last.End.V != outcome {
			continue
		}
		moves = append(moves, func(p *prover, s *spot) bool {
			begin := *s
			begin.run, begin.walked, begin.at = run.ID, run.Path, 0
			end, ok := p.of(def, path).walk(begin)
			if !ok {
				return false
			}
			end.run, end.walked, end.at = s.run, s.walked, s.at
			*s = end
			return true
		})
	}
	return moves
}

// of is a prover of another flow, in the same conversation.
func (p *prover) of(def *engine.Definition, path []diag.Step) *prover {
	return &prover{
		catalog: p.catalog, def: def, path: path, language: p.language, tries: p.tries, data: newGuesses(def), others: append([]*prover{p}, p.others...), depth: p.depth + 1,
	}
}

// parents lists the conversations in which another flow runs this one, up to there.
func (p *prover) parents() []move {
	var moves []move
	for _, m := range p.catalog.Current {
		for _, path := range pathsToRun(m.Definition, p.def.Flow.V) {
			moves = append(moves, func(p *prover, s *spot) bool {
				outer := p.of(m.Definition, path)
				end, ok := outer.walk(spot{sim: s.sim})
				if !ok {
					return false
				}
				p.others = []*prover{outer}
				end.run, end.walked, end.at = "", nil, 0
				*s = end
				return true
			})
		}
	}
	return moves
}

package flowtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"relevo/engine"
)

// Failure is a place where a conversation went another way than its transcript.
type Failure struct {
	File    string   `json:"file"`
	Line    int      `json:"line"`
	Message string   `json:"message"`
	Want    []string `json:"want,omitempty"` // lines of the transcript
	Got     []string `json:"got,omitempty"`
}

// Result is one transcript, run.
type Result struct {
	File     string    `json:"file"`
	Steps    int       `json:"steps"`
	Failures []Failure `json:"failures,omitempty"`
	// Contact is the contact as the conversation left them.
	Contact engine.Contact `json:"-"`
	// Updated is the transcript with its expectations as the conversation really went.
	Updated string `json:"-"`
}

// Run runs a transcript against a catalog. An error in the transcript itself is a failure too: nothing stops the run of the others.
func Run(t *Transcript, catalog *engine.Catalog) Result {
	r := &run{t: t, sim: New(closing(catalog, t), t.At), result: Result{File: t.File, Steps: len(t.Steps)}}
	r.sim.Call = r.call
	r.sim.Know(t.Contact)
	updated := append([]string(nil), t.head...)
	for _, st := range t.Steps {
		failures := len(r.result.Failures)
		lines := append(r.step(st), st.tail...)
		if len(r.result.Failures) == failures {
			lines = st.raw // what holds stays as it was written
		}
		updated = append(updated, lines...)
	}
	for _, a := range r.answers {
		r.fail(a.line, "no call asked for this answer", nil, nil)
	}
	if err := r.sim.Replay(); err != nil {
		r.fail(1, err.Error(), nil, nil)
	}
	r.result.Contact = r.sim.Conv.Contact
	r.result.Updated = strings.TrimRight(strings.Join(updated, "\n"), "\n") + "\n"
	return r.result
}

// closing is the catalog with some queues outside their hours; the others are open, whatever the time of the transcript.
func closing(c *engine.Catalog, t *Transcript) *engine.Catalog {
	o := c.CatalogOptions
	o.QueueOpen = func(queue string, at time.Time) bool {
		closes, known := t.Closes[queue]
		return !slices.Contains(t.Closed, queue) && (!known || at.Before(closes))
	}
	return engine.NewCatalog(o)
}

type run struct {
	t       *Transcript
	sim     *Simulator
	result  Result
	answers []answer
	choices []engine.Choice // of the bot's last message
	calls   []string        // calls that had no answer
}

func (r *run) fail(line int, message string, want, got []string) {
	r.result.Failures = append(r.result.Failures, Failure{File: r.t.File, Line: line, Message: message, Want: want, Got: got})
}

// call answers a flow's HTTP call with the first answer that fits.
func (r *run) call(e engine.Effect) engine.CallResult {
	for i, a := range r.answers {
		if a.method == e.Call.Method && strings.HasSuffix(e.Call.URL, a.url) {
			r.answers = append(r.answers[:i], r.answers[i+1:]...)
			a.result.Effect = e.ID
			return a.result
		}
	}
	r.calls = append(r.calls, e.Call.Method+" "+e.Call.URL)
	return engine.CallResult{Effect: e.ID, Error: "no answer in the transcript"}
}

// step runs one step and returns its lines as they really are.
func (r *run) step(st Step) []string {
	lines := written(st.Input)
	if st.Input.Sign == "=" {
		a, err := parseAnswer(st.Input.Text)
		if err == nil {
			a.line = st.Line
			r.answers = append(r.answers, a)
		}
		return append(lines, all(st.Expect)...)
	}
	turns, err := r.sim.Input(st.Input.Sign, st.Input.Text, r.t.Language, r.choices)
	var refusal *engine.Refusal
	if err != nil && !errors.As(err, &refusal) {
		r.fail(st.Line, err.Error(), nil, nil)
		return append(lines, all(st.Expect)...)
	}
	for _, c := range r.calls {
		r.fail(st.Line, "the flow called "+c+" and the transcript has no answer for it", nil, []string{"= " + c + " 200 {}"})
	}
	r.calls = nil
	said := r.said(turns)
	if refusal != nil {
		said = append(said, "! refused "+refusal.Error())
	}
	r.compare(st, said)
	lines = append(lines, said...)
	for _, e := range st.Expect {
		if isAssertion(e) {
			got := r.assertion(e, turns)
			if got != line(e) {
				r.fail(e.No, "not as expected", []string{line(e)}, []string{got})
			}
			lines = append(lines, got)
		}
	}
	return lines
}

// said lists, as lines, what the turns let everybody see: the bot's messages and the handoffs. All of it must be expected.
func (r *run) said(turns []Turn) []string {
	var lines []string
	for _, turn := range turns {
		for _, e := range turn.Effects {
			switch {
			case e.Kind == engine.EffectSend && e.Send.Origin == engine.OriginBot:
				r.choices = e.Send.Message.Choices
				lines = append(lines, written(Line{Sign: "<", Text: Shown(e.Send.Message)})...)
				if len(e.Send.Message.Choices) > 0 {
					lines = append(lines, "? "+titles(e.Send.Message.Choices))
				}
				if t := e.Send.Message.Template; t != nil && e.Send.Message.Kind != engine.OutgoingTemplate && e.Send.At.Sub(r.sim.Conv.LastInbound) >= window {
					lines = append(lines, written(Line{Sign: "%", Text: template(*t)})...)
				}
			case e.Kind == engine.EffectHandoff:
				lines = append(lines, fmt.Sprintf("! handoff queue=%s reason=%s", e.Handoff.Queue, strconv.Quote(e.Handoff.Reason)))
			case e.Kind == engine.EffectTrace && e.Trace.Code == engine.EventNameScriptFailed:
				lines = append(lines, "! "+engine.EventNameScriptFailed)
			}
		}
	}
	return lines
}

// window is how long after the contact's last message WhatsApp delivers free text. Later the template goes out in its place.
const window = 24 * time.Hour

// isAssertion tells lines that are checked only where they are written.
func isAssertion(l Line) bool {
	if l.Sign == "!" {
		word, _, _ := strings.Cut(l.Text, " ")
		return word != "handoff" && word != engine.EventNameScriptFailed && word != "refused"
	}
	return l.Sign == "@" || l.Sign == "$"
}

// compare holds what was said against what the transcript expects, in order. It fails at the first line that is another one.
func (r *run) compare(st Step, got []string) {
	var want []string
	var at []int
	for _, e := range st.Expect {
		if isAssertion(e) {
			continue
		}
		for i, l := range written(e) {
			want, at = append(want, l), append(at, e.No+i)
		}
	}
	if slices.Equal(want, got) {
		return
	}
	line := st.Line
	for i, no := range at {
		if i >= len(got) || want[i] != got[i] {
			line = no
			break
		}
	}
	r.fail(line, "the conversation went another way", want, got)
}

// assertion renders how things really stand where the transcript asserts something.
func (r *run) assertion(e Line, turns []Turn) string {
	conv := r.sim.Conv
	focus := conv.InFocus()
	switch e.Sign {
	case "@":
		if focus == nil {
			return "@ -"
		}
		return "@ " + focus.State
	case "$":
		name, _, _ := strings.Cut(e.Text, "=")
		name = strings.TrimSpace(name)
		var v any
		if focus != nil {
			v = focus.Slots[name]
		}
		encoded, err := json.Marshal(v)
		if err != nil {
			return "$ " + name + " = ?"
		}
		return "$ " + name + " = " + string(encoded)
	}
	word, rest, _ := strings.Cut(e.Text, " ")
	switch word {
	case "runs":
		return strings.TrimRight("! runs "+runs(conv.Runs), " ")
	case "contact":
		field, _, _ := strings.Cut(rest, " ")
		return "! contact " + field + " " + known(conv.Contact, field)
	case "event":
		return "! event " + became(turns)
	case "owner":
		return "! owner " + conv.Owner.String()
	case "language":
		return "! language " + conv.Contact.Language
	case "end":
		for _, turn := range turns {
			for _, effect := range turn.Effects {
				if effect.Kind == engine.EffectEnd {
					return "! end " + effect.End.Outcome
				}
			}
		}
		return "! end -"
	case "summary":
		for _, turn := range turns {
			for _, effect := range turn.Effects {
				if effect.Kind == engine.EffectHandoff {
					return "! summary " + effect.Handoff.Summary
				}
			}
		}
		return "! summary -"
	}
	return line(e)
}

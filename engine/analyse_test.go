package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"relevo/engine"
	"relevo/engine/diag"
	"relevo/flows"
)

// ways writes a path as one line: "phrase>ask answered>find ok#1>read".
func ways(path []diag.Step) string {
	var b strings.Builder
	for i, s := range path {
		if i > 0 {
			b.WriteString(" ")
		}
		event := s.Event
		if event == "" {
			event = "goto"
		}
		if s.Way > 0 {
			event += fmt.Sprint("#", s.Way)
		}
		if s.Anywhere {
			event += "*"
		}
		b.WriteString(event + ">" + s.To)
	}
	return b.String()
}

// findings are those of a flow whose text is right for the loader.
func findings(t *testing.T, source string, around engine.Surroundings) diag.List {
	t.Helper()
	def, wrong := flows.Load("flow.yaml", []byte(source))
	if def == nil {
		t.Fatal(rendered(wrong, []byte(source)))
	}
	_, found := engine.Compile(def, around)
	return found
}

// frame is a flow of states, which begins in the state "begin" and has further keys. The state "over" ends it.
func frame(further, states string) string {
	if strings.Contains(further+states, "over") {
		states += "  over: {end: over}\n"
	}
	return "flow: small\ntitle: Small\nlanguages: [en]\n" + further + "initial: begin\nstates:\n" + states
}

const phrased = "triggers:\n  - phrases: {en: [begin]}\n"

func TestPathsProveTheFinding(t *testing.T) {
	t.Parallel()
	const slots = phrased + "slots:\n  order: {type: object}\n  id: {type: text}\n  more: {type: yes_no}\n  day: {type: date}\n"
	const asks = "  begin:\n    ask: wish\n    say: What?\n    choices: {track: Track, look: Look}\n"
	tests := []struct {
		name   string
		source string
		want   []string // code: path
	}{
		{"the shorter of two ways without the slot is the proof", frame(slots, asks+`
    on: {track: ask_id, look: look, exhausted: over}
  ask_id: {ask: id, say: Which?, on: {answered: look, exhausted: middle}, after: {1h: over}}
  middle: {goto: look}
  look: {say: "{{ id }}", end: done}
`), []string{"slot-may-be-unset: phrase>begin look>look"}},
		{"a question that is answered sets its slot, one that is given up does not", frame(slots, `
  begin: {ask: id, say: Which?, on: {answered: good, exhausted: bad}}
  good: {say: "{{ id }}", end: done}
  bad: {say: "{{ id }}", end: done}
`), []string{"slot-may-be-unset: phrase>begin exhausted>bad"}},
		{"a call saves its answer only when it went well", frame(slots, `
  begin: {call: {get: "http://shop.example/x", save: order}, on: {ok: good, 404: bad, failed: over}}
  good: {say: "{{ order.id }}", end: done}
  bad: {say: "{{ order.id }}", end: done}
`), []string{"slot-may-be-unset: phrase>begin 404>bad"}},
		{"what a guard has asked for holds behind it, and its contrary in the alternatives after it", frame(slots, `
  begin:
    goto:
      - when: order != nil and order.status == "x"
        goto: set
      - when: order == nil
        goto: unset
      - when: order.status == "y"
        goto: set
      - goto: set
  set: {say: "{{ order.status }}", end: done}
  unset: {say: "{{ order.status }}", end: done}
`), []string{"slot-may-be-unset: phrase>begin goto#1>unset"}},
		{"a guard that fails is the last step", frame(slots, asks+`
    on:
      track: {when: order.open, goto: over}
      answered: over
      exhausted: over
`), []string{"slot-may-be-unset: phrase>begin track>over"}},
		{"what the flow catches in any state may be too early", frame(slots+"on:\n  order.sent: {set: {id: order.id}, goto: over}\n", `
  begin: {ask: more, say: More?, on: {answered: load, exhausted: over}}
  load: {call: {get: "http://shop.example/x", save: order}, on: {ok: later, failed: over}}
  later: {ask: id, say: "Which of {{ order.id }}?", on: {answered: over, exhausted: over}}
`), []string{"slot-may-be-unset: phrase>begin order.sent*>over"}},
		{"only the first expression that fails on a way is reported", frame(slots, `
  begin: {say: "{{ order.id }}", goto: second}
  second: {say: "{{ order.id }}", end: done}
`), []string{"slot-may-be-unset: phrase>begin"}},
		{"a slot may be emptied again", frame(slots, `
  begin: {ask: id, say: Which?, on: {answered: first, exhausted: over}}
  first: {say: "{{ id }}", set: {day: today}, goto: emptied}
  emptied: {set: {id: nil}, say: "{{ format_date(day) }} {{ id }}", end: done}
`), []string{"slot-may-be-unset: phrase>begin answered>first goto>emptied"}},
		{"a business event brings its data, a phrase does not", frame("triggers:\n  - phrases: {en: [begin]}\n  - event: order.late\nslots:\n  order: {type: object}\n", `
  begin: {set: {order: event.data}, say: {text: "{{ order.id }}", template: {name: late}}, end: done}
`), []string{"event-may-be-missing: phrase>begin"}},
		{"a run begins outside the window when an event starts it", frame("triggers:\n  - event: order.late\n", `
  begin: {say: {text: Late!, template: {name: late}}, goto: ask}
  ask: {ask: wish, say: {text: Sorry?, template: {name: sorry}}, choices: {fine: Fine}, on: {fine: thanks, exhausted: over}, after: {1h: again}}
  thanks: {say: Thank you!, end: done}
  again: {say: Hello?, end: done}
`), []string{"window-closed: order.late>begin goto>ask after:1h0m0s>again"}},
		{"times add up until the contact writes", frame(phrased, `
  begin: {wait: {for: 20h}, on: {elapsed: first}}
  first: {ask: wish, say: Still there?, choices: {fine: Fine}, on: {fine: second, exhausted: over}, after: {5h: third}}
  second: {wait: {until: now + 23h}, on: {elapsed: told}}
  third: {say: Bye!, end: done}
  told: {say: Hello!, end: done}
`), []string{"window-closed: phrase>begin elapsed>first after:5h0m0s>third"}},
		{"the time until a wait depends on is any time, and quiet hours make a short one long", frame(slots+"quiet: \"20:00-08:00\"\n", `
  begin: {ask: day, say: When?, on: {answered: short, exhausted: over}}
  short: {wait: {for: 13h, quiet: ignore}, on: {elapsed: near}}
  near: {say: Near, goto: night}
  night: {wait: {until: now}, on: {elapsed: morning}}
  morning: {say: Good morning, goto: long}
  long: {wait: {until: day}, on: {elapsed: far, missed: near_by}}
  near_by: {say: Today!, end: done}
  far: {say: Far, end: done}
`), []string{
			"window-closed: phrase>begin answered>short elapsed>near goto>night elapsed>morning",
			"window-closed: phrase>begin answered>short elapsed>near goto>night elapsed>morning goto>long elapsed>far",
			"window-closed: phrase>begin answered>short elapsed>near goto>night elapsed>morning goto>long missed>near_by",
		}},
		{"a business event comes as late as the state waits", frame(phrased, `
  begin: {wait: {for: 60d}, on: {elapsed: over, invoice.paid: thanks}}
  thanks: {say: Thank you!, end: done}
`), []string{"window-closed: phrase>begin invoice.paid>thanks"}},
		{"people who finish have talked with the contact; an abandoned chat has not", frame(phrased, `
  begin: {wait: {for: 3d}, on: {elapsed: people}}
  people: {handoff: {queue: vip, outcomes: [good]}, on: {good: thanks, abandoned: sorry}}
  thanks: {say: Thank you!, end: done}
  sorry: {say: Sorry!, end: done}
`), []string{"window-closed: phrase>begin elapsed>people abandoned>sorry"}},
		{"a question whose way to people is caught and leads to none", frame(phrased+"slots: {id: {type: text}}\n", `
  begin: {ask: id, say: Which?, on: {answered: second, exhausted: over, agent: over}}
  second: {ask: id, say: Which one?, on: {answered: over, exhausted: over, agent: over}}
`), []string{"no-human: phrase>begin"}},
		{"a question without a way out is shown with the way to it", frame(slots, `
  begin: {ask: more, say: More?, on: {answered: second, exhausted: over}}
  second: {ask: id, say: Which?, on: {answered: over}}
`), []string{"no-way-out: phrase>begin answered>second"}},
		{"a state that stands still is shown with the way to it", frame(slots, `
  begin: {ask: more, say: More?, on: {answered: second, exhausted: over}}
  second: {call: {get: "http://shop.example/x"}, on: {ok: {set: {id: "'a'"}}, failed: over}}
`), []string{"dead-end: phrase>begin answered>second"}},
		{"a flow that others run begins with what they give", frame("params: [id]\nslots: {id: {type: text}, order: {type: object}}\n", `
  begin: {say: "{{ id }} {{ order.id }}", end: done}
`), []string{"slot-may-be-unset: run>begin"}},
		{"a circle that no guard leads out of", frame(phrased+"slots: {id: {type: text}}\n", `
  begin: {ask: id, say: Which?, on: {answered: round, exhausted: over}}
  round: {goto: [{when: id == "a", goto: turn}, {goto: round}]}
  turn: {set: {id: "'b'"}, goto: round}
`), []string{"loop-without-wait: phrase>begin answered>round"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			found := findings(t, tt.source, around)
			for _, d := range found {
				got = append(got, d.Code+": "+ways(d.Path))
			}
			slices.Sort(got)
			if !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q\n%s", got, tt.want, rendered(found, []byte(tt.source)))
			}
		})
	}
}

// TestNothingIsFoundWhereNothingGoesWrong holds the analysis back: what authors write who have thought of it.
func TestNothingIsFoundWhereNothingGoesWrong(t *testing.T) {
	t.Parallel()
	const slots = phrased + "slots:\n  order: {type: object}\n  id: {type: text}\n  agreed: {type: yes_no}\n  count: {type: integer}\n"
	for name, source := range map[string]string{
		"safe reads": frame(slots, `
  begin:
    say: "{{ order?.id ?? id ?? 'none' }} {{ order == nil ? '' : order.id }} {{ order != nil and order.open ? order.id : '-' }} {{ order?.a.b }}"
    set: {count: (count ?? 0) + 1}
    goto:
      - when: order == nil or order.status == "lost"
        goto: over
      - when: not (order == nil) and order.id == id
        goto: over
      - when: order.open
        goto: over
      - goto: over
`),
		"a guard on a question that was answered": frame(slots, `
  begin: {ask: agreed, say: Yes?, on: {answered: [{when: agreed, goto: over}, {when: not agreed, goto: over}, {goto: over}], exhausted: over}}
`),
		"a text compared with a slot that is set": frame(slots+"on:\n  order.sent: {when: event.key == id, goto: sent}\n", `
  begin: {ask: agreed, say: Yes?, on: {answered: over, exhausted: over}}
  sent: {say: {text: "{{ id }}", template: {name: sent}}, end: done}
`),
		"params and what they say": frame("params: [id]\nslots: {id: {type: text}}\n", `
  begin: {say: "{{ id }}", end: done}
`),
		"a slot that two ways set in different places": frame(slots, `
  begin: {ask: wish, say: What?, choices: {a: First, b: Second}, on: {a: {set: {id: "'a'"}, goto: both}, b: ask_id, exhausted: over}}
  ask_id: {ask: id, say: Which?, on: {answered: both, exhausted: over}}
  both: {say: "{{ id }} {{ wish }}", end: done}
`),
		"what another flow gives back": frame(slots, `
  begin: {run: {flow: other, save: order}, on: {ended: after_it}}
  after_it: {say: "{{ order.outcome }}", end: done}
`),
		"a reminder within a day": frame(phrased, `
  begin: {ask: wish, say: What?, choices: {a: First}, on: {a: over, exhausted: over}, after: {23h: again}}
  again: {say: Still there?, end: done}
`),
		"asking for a person is caught in one place and leads to people": frame(phrased+"commands: {back: false}\non: {agent: people}\n", `
  begin: {ask: wish, say: What?, choices: {a: First}, on: {a: over, exhausted: over}}
  people: {handoff: {queue: vip, outcomes: [good]}, on: {good: over}}
`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if found := findings(t, source, around); len(found) > 0 {
				t.Errorf("%s", rendered(found, []byte(source)))
			}
		})
	}
}

// TestMorePlacesOfTheSameMistakeAreNamed beside the first one.
func TestMorePlacesOfTheSameMistakeAreNamed(t *testing.T) {
	t.Parallel()
	found := findings(t, frame(phrased+"slots: {id: {type: text}}\n", `  begin: {say: ["{{ id }}", "and {{ id }}", "is {{ upper(id) }}"], end: done}
`), around)
	if len(found) != 1 || found[0].Range.Start.Column != 58 || len(found[0].Related) != 2 {
		t.Errorf("got %v", found)
	}
}

// large is a flow of so many states, each of which may unset and read things.
func large(states int) string {
	var b strings.Builder
	for i := range states / 5 {
		n := (i + 1) % (states / 5)
		fmt.Fprintf(&b, `  ask%[1]d: {ask: wish, say: {en: "Hello {{ name ?? '' }}", es: "Hola {{ name ?? '' }}"}, choices: {one: One, two: Two, three: Three}, on: {one: get%[1]d, two: tell%[1]d, three: over, exhausted: over}, after: {30m: over}}
  get%[1]d: {call: {get: "http://shop.example/{{ name ?? '' }}", save: order}, on: {ok: read%[1]d, 404: tell%[1]d, failed: over}}
  read%[1]d: {say: {en: "{{ order.id }} {{ order.status }}", es: "{{ order.id }} {{ order.status }}"}, goto: [{when: order.status == "lost" and order.count > 3, goto: tell%[1]d}, {goto: name%[1]d}]}
  name%[1]d: {ask: name, say: {en: "Your name?", es: "¿Nombre?"}, on: {answered: tell%[1]d, exhausted: over}}
  tell%[1]d: {say: {en: "Well, {{ order?.id ?? 'nothing' }}", es: "Bien, {{ order?.id ?? 'nada' }}"}, goto: ask%[2]d}
`, i, n)
	}
	return "flow: large\ntitle: Large\nlanguages: [en, es]\n" + strings.Replace(phrased, "{en: [begin]}", "{en: [begin], es: [empezar]}", 1) + `slots: {name: {type: text}, order: {type: object}, count: {type: integer}}
initial: ask0
on:
  agent: people
  script_failed: people
  order.sent: [{when: order != nil and event.key == order.id, goto: over}, {set: {count: (count ?? 0) + 1}}]
states:
` + b.String() + `  people: {handoff: {queue: vip, outcomes: [good]}, on: {good: over}}
  over: {end: over}
`
}

// BenchmarkAnalyse is what the stages of the analysis take of Compile, for a flow of 50 states and for the largest one.
func BenchmarkAnalyse(b *testing.B) {
	for _, states := range []int{50, engine.MaxStates - 10} {
		b.Run(fmt.Sprint(states), func(b *testing.B) {
			def, wrong := flows.Load("large.yaml", []byte(large(states)))
			if def == nil {
				b.Fatal(wrong)
			}
			analyse, found := engine.Analysis(def, around)
			if found.HasErrors() {
				b.Fatal(found)
			}
			b.ReportAllocs()
			for b.Loop() {
				analyse()
			}
		})
	}
}

// BenchmarkCompile is all of Compile, for the same flow of 50 states.
func BenchmarkCompile(b *testing.B) {
	def, wrong := flows.Load("large.yaml", []byte(large(50)))
	if def == nil {
		b.Fatal(wrong)
	}
	b.ReportAllocs()
	for b.Loop() {
		if m, found := engine.Compile(def, around); m == nil {
			b.Fatal(found)
		}
	}
}

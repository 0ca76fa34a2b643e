package engine_test

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"relevo/engine"
	"relevo/engine/diag"
	"relevo/flows"
)

// made draws a small flow without errors: questions, calls, texts and guards about one slot, "order", of which each state may read a field. Ways without
// a wait lead forward, so that no circle is endless. With empties the slot may be emptied, too.
func made(t *rapid.T, empties bool) (source string, m *engine.Machine, found diag.List) {
	n := rapid.IntRange(2, 6).Draw(t, "states")
	text := rapid.SampledFrom([]string{"Hello", "Hello", "{{ order.f }}", "{{ order?.f }}", "{{ order == nil ? 'none' : order.f }}", "{{ order != nil and order.f == 1 }}", "{{ format_number(order?.f) }}"})
	values := []string{"{f: 1}", "order"}
	if empties {
		values = append(values, "nil")
	}
	guards := []string{"order == nil", "order != nil", "order?.f == 1", "order != nil and order.f == 1", "order == nil or order.f == 1", "not (order == nil)", "order.f == 1"}
	set := rapid.SampledFrom(values)
	states, leads := make([]string, n), make([][]int, n+1)
	for i := range n {
		to := func(least int) func(string) string {
			return func(what string) string {
				next := rapid.IntRange(least, n).Draw(t, what)
				leads[i] = append(leads[i], next)
				return fmt.Sprint("s", next)
			}
		}
		anywhere, later, does := to(0), to(i+1), ""
		switch rapid.IntRange(0, 3).Draw(t, "kind") {
		case 0:
			does = fmt.Sprintf("ask: wish%d, choices: {one: One, two: Two}, on: {one: %s, two: %s, exhausted: %s}, after: {10m: %s}", i,
				anywhere("one"), anywhere("two"), anywhere("exhausted"), anywhere("after"))
		case 1:
			does = fmt.Sprintf(`call: {get: "http://shop.example/x", save: order}, on: {ok: %s, 404: %s, failed: %s}`, anywhere("ok"), anywhere("missing"), anywhere("failed"))
		case 2:
			does = fmt.Sprintf("goto: [{when: %s, goto: %s}, {when: %s, goto: %s}, {goto: %s}]", quoted(rapid.SampledFrom(guards).Draw(t, "guard")), later("first"),
				quoted(rapid.SampledFrom(guards).Draw(t, "guard")), later("second"), later("else"))
		case 3:
			does = fmt.Sprintf("set: {order: %s}, goto: %s", quoted(set.Draw(t, "value")), later("next"))
		}
		states[i] = fmt.Sprintf("  s%d: {say: %s, %s}\n", i, quoted(text.Draw(t, "text")), does)
	}
	states = append(states, fmt.Sprintf("  s%d: {end: over}\n", n))
	source = "flow: made\ntitle: Made\nlanguages: [en]\ntriggers:\n  - phrases: {en: [zebra]}\nslots: {order: {type: object}}\ninitial: s0\nstates:\n"
	reached := []int{0}
	for i := 0; i < len(reached); i++ {
		for _, next := range leads[reached[i]] {
			if !slices.Contains(reached, next) {
				reached = append(reached, next)
			}
		}
	}
	slices.Sort(reached)
	for _, i := range reached {
		source += states[i]
	}
	def, wrong := flows.Load("made.yaml", []byte(source))
	if def == nil {
		t.Fatal(rendered(wrong, []byte(source)))
	}
	if m, found = engine.Compile(def, around); m == nil {
		t.Fatal(rendered(found, []byte(source)))
	}
	return source, m, found
}

// quoted is a text in YAML.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// happens makes the event of a step that a waiting run in a conversation can see.
func happens(conv engine.Conversation, n int, event string) []engine.Event {
	at := start.Add(time.Duration(conv.Seq) * time.Minute)
	texts := func(texts ...string) []engine.Event {
		var events []engine.Event
		for i, text := range texts {
			events = append(events, engine.Event{ID: fmt.Sprint("m", n, i), At: at, Kind: engine.EventMessage, Message: &engine.Message{Kind: engine.MessageText, Text: text}})
		}
		return events
	}
	call := func(result engine.CallResult) []engine.Event {
		result.Effect = conv.Runs[0].CallID
		return []engine.Event{{ID: fmt.Sprint("c", n), At: at, Kind: engine.EventCall, Call: &result}}
	}
	switch event {
	case "phrase":
		return texts("zebra")
	case "one", "two":
		return texts(event)
	case "exhausted":
		return texts("xyzzy", "xyzzy", "xyzzy")
	case "ok":
		return call(engine.CallResult{Status: 200, Body: map[string]any{"f": 1.0}})
	case "404":
		return call(engine.CallResult{Status: 404})
	case "failed":
		return call(engine.CallResult{Error: "timeout"})
	}
	timer := conv.Runs[0].Timers[0]
	return []engine.Event{{ID: fmt.Sprint("t", n), At: timer.Due, Kind: engine.EventTimer, Timer: &timer}}
}

// stepped takes events and tells which states were entered, and whether an expression failed.
func stepped(t *rapid.T, c *engine.Catalog, conv engine.Conversation, events []engine.Event) (next engine.Conversation, entered []string, failed bool) {
	before := 0
	if len(conv.Runs) > 0 {
		before = len(conv.Runs[0].Path)
	}
	for _, ev := range events {
		var out []engine.Effect
		var err error
		if conv, out, err = c.Step(conv, ev); err != nil {
			t.Fatal(err)
		}
		for _, e := range out {
			failed = failed || e.Kind == engine.EffectTrace && e.Trace.Code == engine.EventNameScriptFailed
		}
	}
	if len(conv.Runs) > 0 {
		entered = conv.Runs[0].Path[before:]
	}
	return conv, entered, failed
}

// TestWhatIsFoundHappensOnTheWayThatIsShown takes the way of each finding with the engine: it leads through the states that it names, and where it ends
// the expression fails.
func TestWhatIsFoundHappensOnTheWayThatIsShown(t *testing.T) {
	t.Parallel()
	o, seen := options(t), 0
	rapid.Check(t, func(t *rapid.T) {
		source, m, found := made(t, false)
		o.Current = []*engine.Machine{m}
		c := engine.NewCatalog(o)
		for _, d := range found {
			if d.Code != "slot-may-be-unset" {
				continue
			}
			seen++
			requireWay(t, m, d)
			conv, failed := engine.Conversation{ID: "c1", Owner: engine.Owner{Kind: engine.OwnerClosed}}, false
			var entered, want []string
			for i, step := range d.Path {
				if i < len(d.Path)-1 || !strings.HasPrefix(line(source, d.Range), "when") {
					want = append(want, step.To)
				}
				if step.Event != "" {
					var more []string
					conv, more, failed = stepped(t, c, conv, happens(conv, i, step.Event))
					entered = append(entered, more...)
				}
			}
			if !failed {
				t.Fatalf("nothing fails on %s: entered %q\n%s", ways(d.Path), entered, source)
			}
			if !slices.Equal(entered, want) {
				t.Fatalf("%s leads to %q\n%s", ways(d.Path), entered, source)
			}
		}
	})
	if seen == 0 {
		t.Error("nothing was found in any flow")
	}
}

// line is what stands before a place in its line, from the last bracket on.
func line(source string, r diag.Range) string {
	before := strings.Split(source, "\n")[r.Start.Line-1][:r.Start.Column-1]
	return before[strings.LastIndexAny(before, "{[,")+1:]
}

// requireWay fails when a step of a path is none that the machine has.
func requireWay(t *rapid.T, m *engine.Machine, d diag.Diagnostic) {
	at := ""
	for i, step := range d.Path {
		if i == 0 {
			if step.From != "" || step.Event == "" {
				t.Fatalf("%s does not begin with a start", ways(d.Path))
			}
		} else if step.From != at || !m.Leads(step) {
			t.Fatalf("%s: %v is no step from %q", ways(d.Path), step, at)
		}
		at = step.To
	}
}

// TestWhatIsNotFoundDoesNotHappen walks at random through flows in which nothing was found: no expression fails.
func TestWhatIsNotFoundDoesNotHappen(t *testing.T) {
	t.Parallel()
	o, clean := options(t), 0
	rapid.Check(t, func(t *rapid.T) {
		source, m, found := made(t, true)
		if slices.ContainsFunc(found, func(d diag.Diagnostic) bool { return d.Code == "slot-may-be-unset" }) {
			return
		}
		clean++
		o.Current = []*engine.Machine{m}
		c := engine.NewCatalog(o)
		conv, way := engine.Conversation{ID: "c1", Owner: engine.Owner{Kind: engine.OwnerClosed}}, []string{}
		for i := range 12 {
			event := "phrase"
			if len(conv.Runs) > 0 {
				event = rapid.SampledFrom(map[engine.WaitKind][]string{
					engine.WaitAsk: {"one", "two", "exhausted", "after"}, engine.WaitCall: {"ok", "404", "failed"},
				}[conv.Runs[0].Wait]).Draw(t, "event")
			}
			way = append(way, event)
			next, _, failed := stepped(t, c, conv, happens(conv, i, event))
			if failed {
				t.Fatalf("an expression fails after %q\n%s", way, source)
			}
			conv = next
		}
	})
	if clean == 0 {
		t.Error("every flow had findings")
	}
}

var word = regexp.MustCompile(`[A-Za-z_.]+`)

// TestChangedFlowsAreFollowed takes words of the shipped flows and of those with findings out, or puts other words of the same file in their place. Nothing
// makes Compile panic, each finding lies in the file, and each way is one of the machine.
func TestChangedFlowsAreFollowed(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../*/*.yaml")
	more, err2 := filepath.Glob("../testdata/findings/*.yaml")
	if err := errors.Join(err, err2); err != nil || len(files) < 4 {
		t.Fatal(files, err)
	}
	sources := map[string]string{}
	for _, file := range append(files, more...) {
		if filepath.Base(file) != "commands.yaml" {
			sources[file] = read(t, file)
		}
	}
	compiled := 0
	rapid.Check(t, func(t *rapid.T) {
		source := sources[rapid.SampledFrom(slices.Sorted(maps.Keys(sources))).Draw(t, "file")]
		for range rapid.IntRange(1, 3).Draw(t, "changes") {
			places := word.FindAllStringIndex(source, -1)
			at := rapid.SampledFrom(places).Draw(t, "place")
			by := rapid.SampledFrom(places).Draw(t, "word")
			source = source[:at[0]] + source[by[0]:by[1]] + source[at[1]:]
		}
		def, _ := flows.Load("changed.yaml", []byte(source))
		if def == nil {
			return
		}
		compiled++
		m, found := engine.Compile(def, engine.Surroundings{})
		lines := strings.Split(source, "\n")
		for _, d := range found {
			if r := d.Range; r.Start.Line < 1 || r.End.Line > len(lines) || r.Start.Column < 1 || r.End.Column > len([]rune(lines[r.End.Line-1]))+1 {
				t.Fatalf("%v lies outside\n%s", d, source)
			}
			if m != nil && len(d.Path) > 0 {
				requireWay(t, m, d)
			}
		}
	})
	if compiled == 0 {
		t.Error("no changed flow was right for the loader")
	}
}

package flowtest

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"relevo/engine"
	"relevo/engine/diag"
	"relevo/flows"
	"relevo/flows/project"
	"relevo/scripts"
)

// demo is the catalog of the shipped flows, with the demo's addresses.
func demo(t testing.TB) *engine.Catalog {
	t.Helper()
	p, err := project.Load(project.Options{})
	if err != nil {
		t.Fatal(err)
	}
	pool, err := scripts.NewPool(scripts.Options{Sources: p.Sources, Deadline: ScriptDeadline})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pool.Close() })
	o := p.CatalogOptions(map[string]any{
		"orders_url": "http://shop.example", "clinic_url": "http://clinic.example", "billing_url": "http://billing.example", "clinic_timezone": "Europe/Madrid",
	}, pool)
	o.DefaultQueue = "general"
	return engine.NewCatalog(o)
}

// starting lists the first steps that the triggers of a flow allow.
func starting(def *engine.Definition) []diag.Step {
	var steps []diag.Step
	for _, tr := range def.Triggers {
		step := diag.Step{Event: tr.Event.V, To: tr.Goto.V}
		if step.Event == "" {
			step.Event = "phrase"
		}
		if step.To == "" {
			step.To = def.Initial.V
		}
		steps = append(steps, step)
	}
	return steps
}

// TestEveryStateOfTheShippedFlowsIsProved acts out a path to each state: from each one that is proved already, a step further.
func TestEveryStateOfTheShippedFlowsIsProved(t *testing.T) {
	t.Parallel()
	catalog := demo(t)
	for _, m := range catalog.Current {
		t.Run(m.Flow, func(t *testing.T) {
			t.Parallel()
			proveAll(t, catalog, m)
		})
	}
}

// proveAll acts out a path to every state of a flow.
func proveAll(t *testing.T, catalog *engine.Catalog, m *engine.Machine) {
	t.Helper()
	proved := map[string]bool{}
	var queue [][]diag.Step
	try := func(path []diag.Step) {
		to := path[len(path)-1].To
		if proved[to] {
			return
		}
		transcript, ok := Prove(catalog, m.Definition, path, "test: "+to)
		if !ok {
			return
		}
		proved[to] = true
		queue = append(queue, path)
		holds(t, catalog, transcript)
		walksOn(t, catalog, m.Flow, transcript, path)
	}
	for _, first := range starting(m.Definition) {
		try([]diag.Step{first})
	}
	for ; len(queue) > 0; queue = queue[1:] {
		for _, step := range stepsFrom(m.Definition, queue[0]) {
			try(append(slices.Clone(queue[0]), step))
		}
	}
	for _, st := range m.Definition.States {
		if !proved[st.Name.V] {
			t.Errorf("state %s is not proved", st.Name.V)
		}
	}
	t.Logf("%d of %d states", len(proved), len(m.Definition.States))
}

// holds runs a transcript as relevo test does.
func holds(t *testing.T, catalog *engine.Catalog, transcript string) Result {
	t.Helper()
	parsed, findings := Parse("proof.transcript", []byte(transcript))
	if len(findings) > 0 {
		t.Fatalf("%s\n%s", findings.Error(), transcript)
	}
	result := Run(parsed, catalog)
	for _, f := range result.Failures {
		t.Errorf("%d: %s\nwant: %q\ngot: %q\n%s", f.Line, f.Message, f.Want, f.Got, transcript)
	}
	return result
}

// walksOn runs a transcript and tells whether the first run of the flow walks exactly these states first.
func walksOn(t *testing.T, catalog *engine.Catalog, flow, transcript string, path []diag.Step) bool {
	t.Helper()
	parsed, _ := Parse("proof.transcript", []byte(transcript))
	r := &run{t: parsed, sim: New(closing(catalog, parsed), parsed.At)}
	r.sim.Call = r.call
	var walked []string
	id := ""
	for _, st := range parsed.Steps {
		before := len(r.sim.Journal)
		r.step(st)
		now := walked
		for _, turn := range r.sim.Journal[before:] {
			for _, e := range turn.Effects {
				if e.Kind == engine.EffectEnd && (id == "" && e.End.Flow == flow || e.Run == id) {
					id, now = e.Run, e.End.Path
				}
			}
		}
		for _, one := range r.sim.Conv.Runs {
			if id == "" && one.Flow == flow || one.ID == id {
				id, now = one.ID, one.Path
			}
		}
		walked = append(walked, now[min(len(now), len(walked)):]...) // paths here are shorter than what a run remembers
	}
	for i, step := range path {
		if i >= len(walked) || walked[i] != step.To {
			t.Errorf("walked %v, want %v\n%s", walked, path, transcript)
			return false
		}
	}
	return true
}

// TestWhatIsProvedHolds walks at random through the shipped flows. Where a transcript is made of the way it must hold, and its run must go that way; the
// same path gives the same transcript.
func TestWhatIsProvedHolds(t *testing.T) {
	t.Parallel()
	catalog := demo(t)
	random := rand.New(rand.NewPCG(1, 2))
	proved := 0
	for range 40 {
		m := catalog.Current[random.IntN(len(catalog.Current))]
		firsts := starting(m.Definition)
		path := []diag.Step{firsts[random.IntN(len(firsts))]}
		for range random.IntN(6) {
			if steps := stepsFrom(m.Definition, path); len(steps) > 0 {
				path = append(path, steps[random.IntN(len(steps))])
			}
		}
		transcript, ok := Prove(catalog, m.Definition, path, "random: a way\nthrough "+m.Flow)
		if !ok {
			continue
		}
		proved++
		holds(t, catalog, transcript)
		walksOn(t, catalog, m.Flow, transcript, path)
		if again, _ := Prove(catalog, m.Definition, path, "random: a way\nthrough "+m.Flow); again != transcript {
			t.Errorf("got\n%s\nand then\n%s", transcript, again)
		}
	}
	if proved < 12 {
		t.Errorf("only %d of 40 ways were proved", proved)
	}
}

// TestWaysThatAreNoneAreNotProved: nothing is claimed of a path that no run can go, and nothing breaks.
func TestWaysThatAreNoneAreNotProved(t *testing.T) {
	t.Parallel()
	catalog := demo(t)
	def := catalog.Current[slices.IndexFunc(catalog.Current, func(m *engine.Machine) bool { return m.Flow == "order_tracking" })].Definition
	start := diag.Step{Event: "phrase", To: "ask_order"}
	long := []diag.Step{start}
	for range MaxProofSteps {
		long = append(long, diag.Step{From: "ask_order", Event: "after:30m0s", To: "ask_order"})
	}
	for name, path := range map[string][]diag.Step{
		"no step":                       nil,
		"from the middle":               {{From: "ask_order", Event: "answered", To: "find_order"}},
		"a start that is none":          {{Event: "phrase", To: "report"}},
		"an event that starts none":     {{Event: "order.found", To: "told_delayed"}},
		"states that are not there":     {start, {From: "ask_order", Event: "answered", To: "nowhere"}, {From: "nowhere", Event: "x", To: "else"}},
		"an event that never comes":     {start, {From: "ask_order", Event: "elapsed", To: "find_order"}},
		"an outcome of a question":      {start, {From: "ask_order", Event: "resolved", To: "bye"}},
		"a state that is left twice":    {start, {From: "report", Event: "", To: "bye"}},
		"more steps than anybody reads": long,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if transcript, ok := Prove(catalog, def, path, name); ok || transcript != "" {
				t.Errorf("got\n%s", transcript)
			}
		})
	}
}

// table is a flow that has one of everything the shipped flows do not have, and runs another flow.
const table = `flow: table
title: A table
languages: [pt]
triggers:
  - phrases: {pt: [uma mesa]}
  - event: table.freed
    goto: freed
events:
  table.freed:
    schema: {type: object, required: [at, seats], properties: {at: {type: string, format: date-time}, seats: {type: integer, minimum: 2}, code: {type: string, pattern: "^[A-Z]{3}-[0-9]{2}$"}}}
slots:
  guests: {type: integer, min: 1, max: 12}
  code: {type: text, pattern: "(?:MESA|table)-[0-9]{2,4}(?:x?)[xyz]+"}
  budget: {type: amount, currency: BRL, min: 10}
  mail: {type: email}
  mobile: {type: phone}
  place: {type: location}
  menu: {type: file}
  photo: {type: image}
  at: {type: time, min: '"12:00"'}
  note: {type: text, min: 12}
  paid: {type: object}
initial: ask_guests
states:
  ask_guests:
    ask: guests
    say: Quantas?
    on:
      answered: [{when: guests > 8, goto: many}, {goto: ask_code}]
      exhausted: over
  many: {ask: budget, say: Quanto?, on: {answered: ask_mail, exhausted: over}}
  ask_mail: {ask: mail, say: E-mail?, on: {answered: ask_mobile, exhausted: over}}
  ask_mobile: {ask: mobile, say: Celular?, on: {answered: ask_place, exhausted: over}}
  ask_place: {ask: place, say: Onde?, on: {answered: ask_menu, exhausted: over}}
  ask_menu: {ask: menu, say: Menu?, on: {answered: ask_photo, exhausted: over}}
  ask_photo: {ask: photo, say: Foto?, on: {answered: ask_at, exhausted: over}}
  ask_at: {ask: at, say: Que horas?, on: {answered: ask_note, exhausted: over}}
  ask_note: {ask: note, say: Algo mais?, on: {answered: pay, exhausted: over}}
  ask_code: {ask: code, say: Qual?, on: {answered: pay, exhausted: over}}
  pay:
    run: {flow: pay, save: paid}
    on: {paid: thanks, refused: people, cancelled: over}
  thanks: {say: Obrigado!, goto: over}
  people:
    handoff: {queue: desk, outcomes: [seated]}
    on: {seated: over, unavailable: closed, abandoned: left}
  closed: {say: Fechado., end: closed}
  left: {end: left}
  freed:
    say: "Livre: {{ event.data.seats }}"
    wait: {for: 2d}
    on: {elapsed: over, missed: over}
  over: {end: over}
`

const pay = `flow: pay
title: Pay
languages: [pt]
slots:
  sure: {type: yes_no}
  answer: {type: object}
initial: ask_sure
states:
  ask_sure:
    ask: sure
    say: Sim?
    on: {answered: [{when: sure, goto: charge}, {goto: refused}], exhausted: refused}
  charge:
    call: {post: "http://pay.example/charges", save: answer}
    on:
      ok: [{when: answer?.state == "done" and answer?.cents >= 100, goto: done}, {goto: refused}]
      4xx: refused
      failed: refused
  done: {end: paid}
  refused: {end: refused}
`

// TestEveryKindOfWayIsProved: slots of every type, a pattern, a schema, another flow, people who are not there.
func TestEveryKindOfWayIsProved(t *testing.T) {
	t.Parallel()
	var machines []*engine.Machine
	for name, text := range map[string]string{"table.yaml": table, "pay.yaml": pay} {
		def, findings := flows.Load(name, []byte(text))
		if def == nil {
			t.Fatal(findings.Error())
		}
		m, findings := engine.Compile(def, engine.Surroundings{})
		if m == nil {
			t.Fatal(findings.Error())
		}
		machines = append(machines, m)
	}
	slices.SortFunc(machines, func(a, b *engine.Machine) int { return strings.Compare(b.Flow, a.Flow) })
	source, err := flows.Files.ReadFile(flows.CommandsFile)
	if err != nil {
		t.Fatal(err)
	}
	commands, _ := flows.LoadCommands(flows.CommandsFile, source)
	catalog := engine.NewCatalog(engine.CatalogOptions{Current: machines, Commands: commands, DefaultQueue: "general"})
	proveAll(t, catalog, machines[0])
	inner := diag.Step{Event: "run", To: "ask_sure"}
	for _, path := range [][]diag.Step{ // of the flow that another one runs
		{inner},
		{inner, {From: "ask_sure", Event: "answered", To: "charge"}, {From: "charge", Event: "4xx", To: "refused"}},
		{inner, {From: "ask_sure", Event: "answered", To: "charge"}, {From: "charge", Event: "ok", To: "done"}},
	} {
		transcript, ok := Prove(catalog, machines[1].Definition, path, "test: inside")
		if !ok {
			t.Errorf("%s is not proved", diag.InWords(path))
			continue
		}
		holds(t, catalog, transcript)
		walksOn(t, catalog, machines[1].Flow, transcript, path)
	}
	menu := []diag.Step{{Event: "menu", To: "ask_guests"}}
	if transcript, ok := Prove(catalog, machines[0].Definition, menu, "test: menu"); !ok {
		t.Error("the menu is not proved")
	} else {
		holds(t, catalog, transcript)
	}
}

// TestProofsOfAProjectAreBounded: findings without a path, of flows that are not there and behind the limit stay as they are.
func TestProofsOfAProjectAreBounded(t *testing.T) {
	t.Parallel()
	catalog := demo(t)
	in := func(file string, path ...diag.Step) diag.Diagnostic {
		return diag.Diagnostic{Code: "made-up", Message: "something", Range: diag.Range{File: file, Start: diag.Pos{Line: 1, Column: 1}}, Path: path}
	}
	start := diag.Step{Event: "phrase", To: "ask_order"}
	findings := diag.List{in("flows/order_tracking.yaml"), in("flows/gone.yaml", start)}
	for range MaxProofs + 5 {
		findings = append(findings, in("flows/order_tracking.yaml", start))
	}
	ProveAll(catalog, findings)
	made := 0
	for _, d := range findings {
		if d.Transcript != "" {
			made++
			if !strings.HasPrefix(d.Transcript, "# made-up: something\nflow flows/order_tracking.yaml\n") {
				t.Errorf("got\n%s", d.Transcript)
			}
		}
	}
	if made != MaxProofs || findings[0].Transcript+findings[1].Transcript != "" {
		t.Errorf("%d transcripts, want %d of the findings behind the first two", made, MaxProofs)
	}
}

// TestHopelessPathsShareTheirTries: many paths that can not be gone end after a number of inputs, not after one for each.
func TestHopelessPathsShareTheirTries(t *testing.T) {
	t.Parallel()
	catalog := demo(t)
	hopeless := []diag.Step{{Event: "phrase", To: "ask_order"}, {From: "ask_order", Event: "answered", To: "find_order"}, {From: "find_order", Event: "ok", To: "bye"}}
	findings := make(diag.List, MaxProofs)
	for i := range findings {
		findings[i] = diag.Diagnostic{Range: diag.Range{File: "flows/order_tracking.yaml"}, Path: hopeless}
	}
	tries := MaxProofTries
	if _, ok := prove(catalog, catalog.Current[slices.IndexFunc(catalog.Current, isOrders)].Definition, hopeless, "", &tries); ok || tries == MaxProofTries {
		t.Errorf("%d tries are left of %d, proved: %v", tries, MaxProofTries, ok)
	}
	ProveAll(catalog, findings)
	for _, d := range findings {
		if d.Transcript != "" {
			t.Errorf("got\n%s", d.Transcript)
		}
	}
}

func isOrders(m *engine.Machine) bool { return m.Flow == "order_tracking" }

// TestWithoutScriptsNothingIsMadeUp: a path that needs a script has no transcript where there are none; one that needs none has.
func TestWithoutScriptsNothingIsMadeUp(t *testing.T) {
	t.Parallel()
	o := demo(t).CatalogOptions
	o.Scripts = nil
	catalog := engine.NewCatalog(o)
	def := catalog.Current[slices.IndexFunc(catalog.Current, isOrders)].Definition
	path := []diag.Step{{Event: "phrase", To: "ask_order"}, {From: "ask_order", Event: "answered", To: "find_order"}, {From: "find_order", Event: "404", To: "not_found"}}
	if transcript, ok := Prove(catalog, def, path, "not found"); !ok || !strings.Contains(transcript, "= GET /orders/AB123456 404\n> AB123456\n") {
		t.Errorf("got %v\n%s", ok, transcript)
	}
	path = append(path[:2], diag.Step{From: "find_order", Event: "ok", To: "report"}, diag.Step{From: "report", To: "anything_else", Way: 2})
	if transcript, ok := Prove(catalog, def, path, "needs a script"); ok {
		t.Errorf("got\n%s", transcript)
	}
}

package engine_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"relevo/channel/webchat"
	"relevo/channel/whatsapp"
	"relevo/engine"
	"relevo/engine/diag"
	"relevo/flows"
	"relevo/flows/flowtest"
	"relevo/flows/locale"
)

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// standIn is an evaluator for tests: its functions are Go. "fail" throws, as often as it is called.
type standIn struct{}

func (standIn) Call(c engine.ScriptCall) (any, error) {
	switch c.Script + "." + c.Function {
	case "orders.describe":
		order, _ := c.Args[0].(map[string]any)
		return fmt.Sprintf("Order %v is %v (%v).", order["id"], order["status"], c.Args[1]), nil
	case "tricks.fail":
		return nil, &engine.ScriptError{Script: "tricks.js", Function: "fail", Reason: "threw", Detail: "no such order", Line: 3, Column: 1}
	case "tricks.long":
		return strings.Repeat("ñ", engine.MaxRenderedBytes), nil
	case "tricks.seed":
		return fmt.Sprint(c.Seed), nil
	}
	if answer := shippedScripts[scriptName(c.Script)+"."+c.Function]; answer != nil {
		return answer, nil
	}
	return nil, &engine.ScriptError{Script: c.Script + ".js", Function: c.Function, Reason: "unknown_function"}
}

// shippedScripts are what stands in for the functions of the shipped scripts.
var shippedScripts = map[string]any{
	"appointments.short": "Wed 25 Nov, 10:00", "appointments.list": "Wed 25 Nov, 10:00 or Thu 26 Nov, 09:30", "appointments.isFree": true, "appointments.minutes": 20.0,
	"payments.inDays": "in 3 days", "payments.payHere": " You can pay here: https://pay.example/1",
}

// scriptName is a script's name without its version.
func scriptName(ref string) string {
	name, _, _ := strings.Cut(ref, "@")
	return name
}

var knownScripts = map[string]engine.Script{
	"orders": {Name: "orders", File: "orders.js", Functions: []string{"describe"}},
	"tricks": {Name: "tricks", File: "tricks.js", Functions: []string{"fail", "long", "seed"}},
}

var around = engine.Surroundings{
	Scripts: knownScripts, Config: map[string]any{"orders_url": "http://shop.example"}, Queues: []string{"orders", "general", "vip"},
	Channels: []engine.ChannelLimits{webchat.Capabilities().Limits("the web chat"), whatsapp.Capabilities().Limits("WhatsApp")},
}

func rendered(l diag.List, source []byte) string {
	var b strings.Builder
	if err := diag.Render(&b, l, func(string) []byte { return source }); err != nil {
		return err.Error()
	}
	return b.String()
}

// machine compiles a flow that has no errors.
func machine(t testing.TB, file, source string) *engine.Machine {
	t.Helper()
	def, findings := flows.Load(file, []byte(source))
	if def == nil {
		t.Fatal(rendered(findings, []byte(source)))
	}
	m, findings := engine.Compile(def, around)
	if m == nil {
		t.Fatal(rendered(findings, []byte(source)))
	}
	return m
}

// options are those of a catalog with the shipped commands, before its flows.
func options(t testing.TB, machines ...*engine.Machine) engine.CatalogOptions {
	t.Helper()
	source, err := os.ReadFile("../flows/commands.yaml")
	if err != nil {
		t.Fatal(err)
	}
	commands, findings := flows.LoadCommands("commands.yaml", source)
	if len(findings) > 0 {
		t.Fatal(rendered(findings, source))
	}
	return engine.CatalogOptions{
		Current: machines, Commands: commands, Config: around.Config, Scripts: standIn{}, DefaultQueue: "general",
	}
}

func catalog(t testing.TB, sources ...string) *engine.Catalog {
	t.Helper()
	var machines []*engine.Machine
	for i, source := range sources {
		machines = append(machines, machine(t, fmt.Sprintf("flow%d.yaml", i), source))
	}
	return engine.NewCatalog(options(t, machines...))
}

// shipped is the catalog of the shipped flow.
func shipped(t testing.TB) *engine.Catalog {
	t.Helper()
	source, err := os.ReadFile("../flows/order_tracking.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return catalog(t, string(source))
}

// everything is the catalog of all shipped flows.
func everything(t testing.TB) *engine.Catalog {
	t.Helper()
	scripts := maps.Clone(knownScripts)
	for ref := range shippedScripts {
		name, function, _ := strings.Cut(ref, ".")
		s := scripts[name]
		s.Name, s.File, s.Functions = name, name+".js", append(s.Functions, function)
		slices.Sort(s.Functions)
		scripts[name] = s
	}
	files, err := filepath.Glob("../flows/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	config := map[string]any{"orders_url": "http://shop.example", "clinic_url": "http://clinic.example", "billing_url": "http://billing.example", "clinic_timezone": "Europe/Madrid"}
	var machines []*engine.Machine
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Base(file) == "commands.yaml" {
			continue
		}
		def, findings := flows.Load(file, source)
		if def == nil {
			t.Fatal(rendered(findings, source))
		}
		m, findings := engine.Compile(def, engine.Surroundings{Scripts: scripts, Config: config})
		if m == nil {
			t.Fatal(rendered(findings, source))
		}
		machines = append(machines, m)
	}
	o := options(t, machines...)
	o.Config, o.Locale = config, locale.New()
	return engine.NewCatalog(o)
}

// talk runs a transcript and reports where the conversation went another way.
func talk(t *testing.T, c *engine.Catalog, script string) {
	t.Helper()
	text := "flow flow.yaml\nat 2026-03-02T09:00:00Z\n" + strings.TrimLeft(script, "\n")
	transcript, findings := flowtest.Parse("talk", []byte(text))
	if len(findings) > 0 {
		t.Fatal(rendered(findings, []byte(text)))
	}
	result := flowtest.Run(transcript, c)
	for _, f := range result.Failures {
		t.Errorf("line %d: %s\nwant:\n  %s\ngot:\n  %s", f.Line-2, f.Message, strings.Join(f.Want, "\n  "), strings.Join(f.Got, "\n  "))
	}
}

// said lists the texts of the bot in some turns.
func said(turns []flowtest.Turn) []string {
	var texts []string
	for _, turn := range turns {
		for _, e := range turn.Effects {
			if e.Kind == engine.EffectSend && e.Send.Origin == engine.OriginBot {
				texts = append(texts, e.Send.Message.Text)
			}
		}
	}
	return texts
}

// traced tells that some turns left a trace with that code.
func traced(turns []flowtest.Turn, code string) bool {
	for _, turn := range turns {
		for _, e := range turn.Effects {
			if e.Kind == engine.EffectTrace && e.Trace.Code == code {
				return true
			}
		}
	}
	return false
}

// effects lists the effects of one kind in some turns.
func effects(turns []flowtest.Turn, kind engine.EffectKind) []engine.Effect {
	var found []engine.Effect
	for _, turn := range turns {
		for _, e := range turn.Effects {
			if e.Kind == kind {
				found = append(found, e)
			}
		}
	}
	return found
}

// begin starts a simulated conversation. Calls get a 200 with a shipped order.
func begin(c *engine.Catalog) *flowtest.Simulator {
	s := flowtest.New(c, start)
	s.Call = func(e engine.Effect) engine.CallResult {
		return engine.CallResult{Effect: e.ID, Status: 200, Body: map[string]any{"id": "AB123456", "status": "shipped"}}
	}
	return s
}

// must carries out the lines of a transcript and returns the turns of the last one.
func must(t testing.TB, s *flowtest.Simulator, lines ...string) []flowtest.Turn {
	t.Helper()
	var turns []flowtest.Turn
	for _, line := range lines {
		var err error
		if turns, err = s.Input(line[:1], strings.TrimSpace(line[1:]), "en", lastChoices(s)); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
	}
	return turns
}

// lastChoices are the choices of the bot's last message.
func lastChoices(s *flowtest.Simulator) []engine.Choice {
	for i := len(s.Journal) - 1; i >= 0; i-- {
		sends := effects(s.Journal[i:i+1], engine.EffectSend)
		if len(sends) > 0 {
			return sends[len(sends)-1].Send.Message.Choices
		}
	}
	return nil
}

package engine_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"relevo/engine"
	"relevo/engine/diag"
	"relevo/flows"
)

// compiled loads and compiles flow files as they are.
func compiled(t testing.TB, files map[string]string, names ...string) []*engine.Machine {
	t.Helper()
	var machines []*engine.Machine
	for _, name := range names {
		def, findings := flows.Load(name, []byte(files[name]))
		if def == nil {
			t.Fatal(findings.Error())
		}
		m, findings := engine.Compile(def, engine.Surroundings{})
		if m == nil {
			t.Fatal(findings.Error())
		}
		machines = append(machines, m)
	}
	return machines
}

// shippedCommands are the commands that come with the program.
func shippedCommands(t testing.TB) engine.Commands {
	t.Helper()
	source, err := os.ReadFile("../flows/commands.yaml")
	if err != nil {
		t.Fatal(err)
	}
	commands, findings := flows.LoadCommands("commands.yaml", source)
	if len(findings) > 0 {
		t.Fatal(findings.Error())
	}
	return commands
}

// TestShadowsStandOnTheirLines holds what Shadows finds in testdata/shadows against the comments on the lines, and looks at where the winners stand.
func TestShadowsStandOnTheirLines(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("../testdata/shadows/*.yaml")
	if err != nil || len(paths) < 4 {
		t.Fatalf("%d files: %v", len(paths), err)
	}
	files, want := map[string]string{"commands.yaml": read(t, "../flows/commands.yaml")}, map[string]bool{}
	var names []string
	for _, path := range paths {
		name := filepath.Base(path)
		names, files[name] = append(names, name), read(t, path)
		for i, line := range strings.Split(files[name], "\n") {
			if comment := wanted.FindStringSubmatch(line); comment != nil {
				for _, f := range finding.FindAllStringSubmatch(comment[1], -1) {
					want[fmt.Sprintf("%s:%d %s %s", name, i+1, f[1], unquoted(f[2]))] = true
				}
			}
		}
	}
	marks := func(r diag.Range) string { return marked(strings.Split(files[r.File], "\n"), r) }
	catalog := engine.NewCatalog(engine.CatalogOptions{Current: compiled(t, files, names...), Commands: shippedCommands(t)})
	winners := map[string]string{}
	for _, d := range catalog.Shadows() {
		key := fmt.Sprintf("%s:%d %s %s", d.Range.File, d.Range.Start.Line, d.Code, marks(d.Range))
		if !want[key] {
			t.Errorf("not wanted: %s\n%v", key, d)
		}
		delete(want, key)
		if d.Hint == "" {
			t.Errorf("%v has no hint", d)
		}
		for _, r := range d.Related {
			winners[d.Code+" "+marks(d.Range)] = r.Range.File + ": " + marks(r.Range)
		}
	}
	for key := range want {
		t.Errorf("not found: %s", key)
	}
	for shadowed, winner := range map[string]string{
		"phrase-shadowed MY ACCOUNT": "account.yaml: my account", "phrase-shadowed cancel": "commands.yaml: cancel",
		"phrase-shadowed talk to a person about a bill": "commands.yaml: talk to a person", "phrase-shadowed my accounts": "account.yaml: my account",
		"duplicate-phrase My account!": "account.yaml: my account", "event-shared bill.issued": "billing.yaml: bill.issued",
		"choice-shadowed Done": "account.yaml: done", "choice-shadowed Salir": "commands.yaml: salir", "choice-shadowed 4": "account.yaml: Everything",
		"choice-shadowed Horário": "closing.yaml: Horários", "command-off back": "account.yaml: back",
	} {
		if winners[shadowed] != winner {
			t.Errorf("%s: the winner is %q, want %q", shadowed, winners[shadowed], winner)
		}
	}
}

// TestAShadowIsWhatATurnDoes writes the phrases that are found to a bot that has all the flows: none of them starts its flow, and every other one does.
func TestAShadowIsWhatATurnDoes(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	names := []string{"account.yaml", "billing.yaml", "closing.yaml", "hours.yaml"}
	for _, name := range names {
		files[name] = read(t, "../testdata/shadows/"+name)
	}
	machines := compiled(t, files, names...)
	catalog := engine.NewCatalog(engine.CatalogOptions{Current: machines, Commands: shippedCommands(t), DefaultQueue: "general"})
	shadowed := map[diag.Range]bool{}
	for _, d := range catalog.Shadows() {
		shadowed[d.Range] = shadowed[d.Range] || d.Code == "phrase-shadowed"
	}
	tried := 0
	for _, m := range machines {
		for _, tr := range m.Definition.Triggers {
			for _, p := range tr.Phrases {
				for _, phrase := range p.Phrases {
					tried++
					conv := engine.Conversation{ID: "c1", Owner: engine.Owner{Kind: engine.OwnerClosed}}
					next, out, err := catalog.Step(conv, engine.Event{ID: "m1", At: start, Kind: engine.EventMessage, Message: &engine.Message{Kind: engine.MessageText, Text: phrase.V}})
					if err != nil {
						t.Fatal(err)
					}
					state := tr.Goto.V
					if state == "" {
						state = m.Definition.Initial.V
					}
					if got := startsAt(next, out, m.Flow, state); got == shadowed[phrase.At] {
						t.Errorf("%q of %s: started %v, shadowed %v", phrase.V, m.Flow, got, shadowed[phrase.At])
					}
				}
			}
		}
	}
	if tried < 15 {
		t.Errorf("only %d phrases were tried", tried)
	}
}

// startsAt tells whether a first turn has started a flow in a state.
func startsAt(next engine.Conversation, out []engine.Effect, flow, state string) bool {
	for _, r := range next.Runs {
		if r.Flow == flow {
			return r.State == state
		}
	}
	for _, e := range out {
		if e.Kind == engine.EffectEnd && e.End.Flow == flow {
			return state == "over" // the only state that ends at once
		}
	}
	return false
}

// crowded is a flow file with many phrases, made of two words that differ from flow to flow.
func crowded(flow string, phrases int, word func(i int) string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "flow: %s\ntitle: The flow %s\nlanguages: [en]\ninitial: over\nstates: {over: {end: over}}\ntriggers:\n", flow, flow)
	for i := range phrases {
		if i%200 == 0 {
			b.WriteString("  - phrases:\n      en:\n")
		}
		fmt.Fprintf(&b, "        - %s\n", word(i))
	}
	return b.String()
}

// TestPhrasesWithoutEndAreNotCompared: a project of words that are all alike ends the work, and says so.
func TestPhrasesWithoutEndAreNotCompared(t *testing.T) {
	t.Parallel()
	files := map[string]string{"a.yaml": crowded("a", 2500, func(i int) string { return fmt.Sprintf("aa%04dbb", i) })}
	catalog := engine.NewCatalog(engine.CatalogOptions{Current: compiled(t, files, "a.yaml"), Commands: shippedCommands(t)})
	begun := time.Now()
	findings := catalog.Shadows()
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
	for _, d := range findings {
		if d.Code == "too-many-phrases" {
			return
		}
	}
	t.Errorf("got %v, want too-many-phrases", findings)
}

// BenchmarkShadows goes through 100 flows of 50 phrases each.
func BenchmarkShadows(b *testing.B) {
	words := strings.Fields("order parcel invoice appointment doctor refund change move cancel confirm status address payment delivery voucher return exchange size colour gift")
	files := map[string]string{}
	topic := func(f int) string { return strings.Repeat(string([]byte{'a' + byte(f%26), 'a' + byte(f/26)}), 3) }
	var names []string
	for f := range 100 {
		name := fmt.Sprintf("flow%d.yaml", f)
		names = append(names, name)
		files[name] = crowded("f"+topic(f), 50, func(i int) string {
			return fmt.Sprintf("please %s the %s of %s", words[i%20], words[(i/20+f)%20], topic(f))
		})
	}
	machines, commands := compiled(b, files, names...), shippedCommands(b)
	if found := engine.NewCatalog(engine.CatalogOptions{Current: machines, Commands: commands}).Shadows(); len(found) > 0 {
		b.Fatal(found.Error())
	}
	for b.Loop() {
		engine.NewCatalog(engine.CatalogOptions{Current: machines, Commands: commands}).Shadows()
	}
}

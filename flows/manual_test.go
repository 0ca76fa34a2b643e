package flows

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"relevo/engine"
)

// manuals are the reference of the language in each of its languages.
var manuals = map[string]string{"en": "../docs/flow-language.md", "es": "../docs/es/flow-language.md"}

// example is a yaml block of the manual.
type example struct {
	line     int // of the manual
	source   string
	fragment bool // some keys of a flow; frame makes a flow of it
}

// examples are the yaml blocks of a manual but for the files of the tutorial.
func examples(t *testing.T, file string) []example {
	t.Helper()
	manual, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var found []example
	before := ""
	for i, block := range strings.Split(string(manual), "```yaml\n") {
		text, _, _ := strings.Cut(block, "```")
		if i > 0 && !strings.HasPrefix(text, "# ") {
			found = append(found, example{line: strings.Count(before, "\n") + i + 1, source: text, fragment: !strings.Contains("\n"+text, "\nflow:")})
		}
		before += block
	}
	return found
}

// framed are the keys that a fragment gets where it does not have them itself.
var framed = []struct{ key, text string }{
	{"flow", "flow: fragment\n"}, {"title", "title: A fragment\n"}, {"languages", "languages: [%s]\n"}, {"initial", "initial: %s\n"},
	{"params", "params: [name, order_id, day, order, appointment, invoice]\n"}, // the rest of the flow, which is not shown, has set them
	{"slots", "slots: {name: {type: text}, order_id: {type: text}, day: {type: date}, order: {type: object}, appointment: {type: object}, invoice: {type: object}}\n"},
}

var (
	firstState  = regexp.MustCompile(`(?m)^states:\n  ([a-z_]+):`)
	missingName = regexp.MustCompile(`no state is named "([a-z_]+)"`)
)

// stands are what stands in for states that hand over in both languages; others end the flow.
var stands = map[string]string{"to_agent": handsOver, "a_persona": handsOver}

const handsOver = ": {handoff: {queue: general, outcomes: [resolved]}, on: {resolved: handed_over}}\n  handed_over: {end: done}\n"

// frame makes a flow of a fragment. States that it leads to and does not show end the flow.
func frame(fragment, language string) string {
	if !strings.Contains("\n"+fragment, "\nstates:") {
		fragment += "states:\n  start: {end: done}\n"
	}
	initial := "start"
	if m := firstState.FindStringSubmatch(fragment); m != nil {
		initial = m[1]
	}
	head := ""
	for _, f := range framed {
		if strings.Contains("\n"+fragment, "\n"+f.key+":") || f.key == "params" && (strings.Contains("\n"+fragment, "\nslots:") || strings.Contains("\n"+fragment, "\ntriggers:")) {
			continue
		}
		switch f.key {
		case "languages":
			head += fmt.Sprintf(f.text, language)
		case "initial":
			head += fmt.Sprintf(f.text, initial)
		default:
			head += f.text
		}
	}
	source := head + fragment
	def, _ := Load("manual", []byte(source))
	if def == nil {
		return source
	}
	_, findings := engine.Compile(def, around)
	added := map[string]bool{}
	for _, f := range findings {
		if m := missingName.FindStringSubmatch(f.Message); m != nil && !added[m[1]] {
			added[m[1]] = true
			source += "  " + m[1] + stands[m[1]]
			if stands[m[1]] == "" {
				source += ": {end: done}\n"
			}
		}
	}
	return source
}

// TestExamplesOfTheManual loads and compiles every example of docs/flow-language.md, in both languages, without findings.
func TestExamplesOfTheManual(t *testing.T) {
	t.Parallel()
	for language, file := range manuals {
		found := examples(t, file)
		if len(found) < 20 {
			t.Fatalf("only %d examples in %s", len(found), file)
		}
		for _, e := range found {
			t.Run(fmt.Sprintf("%s:%d", language, e.line), func(t *testing.T) {
				t.Parallel()
				source := e.source
				if e.fragment {
					source = frame(source, language)
				}
				def, findings := Load(file, []byte(source))
				if len(findings) > 0 {
					t.Fatalf("%s\n%s", rendered(t, []byte(source), findings), source)
				}
				if _, findings := engine.Compile(def, around); len(findings) > 0 {
					t.Errorf("%s\n%s", rendered(t, []byte(source), findings), source)
				}
			})
		}
	}
}

// sources are all examples of a manual as one text.
func sources(t *testing.T, file string) string {
	var all strings.Builder
	for _, e := range examples(t, file) {
		all.WriteString(e.source)
	}
	return all.String()
}

// TestManualShowsEveryKey: each key of the schema is used in an example, and each slot type.
func TestManualShowsEveryKey(t *testing.T) {
	t.Parallel()
	var doc struct {
		Properties map[string]any
		Defs       map[string]struct{ Properties map[string]any } `json:"$defs"`
	}
	if err := json.Unmarshal(Schema, &doc); err != nil {
		t.Fatal(err)
	}
	used := keys(doc.Properties)
	for name, def := range doc.Defs {
		if name != "commands" && name != "sentences" { // flows/commands.yaml has them all
			used = append(used, keys(def.Properties)...)
		}
	}
	for _, file := range manuals {
		all := sources(t, file)
		for _, key := range used {
			if rare := []string{"put", "patch", "delete"}; !slices.Contains(rare, key) && !strings.Contains(all, key+":") {
				t.Errorf("no example in %s uses %s", file, key)
			}
		}
		for _, typ := range engine.SlotTypes {
			if !strings.Contains(all, "type: "+string(typ)) {
				t.Errorf("no example in %s has a slot of type %s", file, typ)
			}
		}
	}
}

// waiting are states that wait, by their key, for the table of events.
var waiting = map[string]string{
	"ask": "ask: name\n    say: Who?", "call": `call: {get: "https://shop.example/orders"}`, "wait": "wait: {for: 1h}",
	"handoff": "handoff: {queue: orders, outcomes: [resolved]}", "run": "run: other",
}

var (
	eventRow  = regexp.MustCompile("(?m)^\\| `(ask|call|wait|handoff|run)` \\|([^\n]*)\\|$")
	eventName = regexp.MustCompile("`([a-z0-9_]+)`")
)

// TestTableOfEvents: a state can catch each event that the manual says it raises.
func TestTableOfEvents(t *testing.T) {
	t.Parallel()
	for language, file := range manuals {
		manual, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		shown := 0
		for _, row := range eventRow.FindAllStringSubmatch(string(manual), -1) {
			names := eventName.FindAllStringSubmatch(row[2], -1)
			if len(names) == 0 { // the table of what states wait for
				continue
			}
			shown++
			source := "states:\n  start:\n    " + waiting[row[1]] + "\n    on:\n"
			for _, event := range names {
				way := "over"
				if event[1] == engine.EventNameAccepted {
					way = "{set: {name: '\"taken\"'}}"
				}
				source += "      " + event[1] + ": " + way + "\n"
			}
			if row[1] == "handoff" {
				source += "      resolved: over\n"
			}
			source = frame(source, language)
			def, findings := Load(file, []byte(source))
			if len(findings) == 0 {
				_, findings = engine.Compile(def, around)
			}
			if len(findings) > 0 {
				t.Errorf("%s\n%s", rendered(t, []byte(source), findings), source)
			}
		}
		if shown != len(waiting) {
			t.Errorf("%s has %d rows of events, want %d", file, shown, len(waiting))
		}
	}
}

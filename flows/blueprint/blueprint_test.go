package blueprint

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"relevo/engine"
	"relevo/flows"
	"relevo/flows/flowtest"
	"relevo/flows/format"
	"relevo/flows/project"
)

// every calls f with the answers for every kind and several sets of languages, with what can follow silence in turns.
func every(t *testing.T, f func(*testing.T, Answers)) {
	for _, kind := range Kinds {
		for i, languages := range [][]string{{"en"}, {"es"}, {"pt"}, {"en", "es", "pt"}, {"pt", "es"}, {"es", "en"}} {
			a := New(kind, languages, Languages[i%3])
			a.Silence = Silences[(i+i/3)%3]
			t.Run(fmt.Sprintf("%s in %v, %s", kind, languages, a.Silence), func(t *testing.T) {
				t.Parallel()
				f(t, a)
			})
		}
	}
}

// compiled makes the flow and checks it together with the shipped ones.
func compiled(t *testing.T, a Answers) *project.Project {
	t.Helper()
	text, err := Flow(a)
	if err != nil {
		t.Fatal(err)
	}
	commands, err := flows.Files.ReadFile(flows.CommandsFile)
	if err != nil {
		t.Fatal(err)
	}
	p := project.Build(project.Files{
		Flows: []project.File{{Name: "flows/new.yaml", Text: text}}, Commands: project.File{Name: "flows/commands.yaml", Text: commands},
	}, project.Options{Config: map[string]any{"orders_url": "http://orders.test"}, Queues: []string{"general"}})
	for _, d := range p.Findings {
		t.Errorf("%v; %s\n%s", d, d.Hint, strings.Split(string(text), "\n")[d.Range.Start.Line-1])
	}
	if len(p.Machines) != 1 {
		t.Fatalf("no machine:\n%s", text)
	}
	return p
}

// TestNewFlowsAreRight: check finds nothing, fmt has nothing to say, and the first conversation goes as it should in every language of the flow.
func TestNewFlowsAreRight(t *testing.T) {
	t.Parallel()
	every(t, func(t *testing.T, a Answers) {
		p := compiled(t, a)
		text := p.Source("flows/new.yaml")
		again, findings, err := format.Source("new.yaml", text)
		if err != nil || len(findings) > 0 || string(again) != string(text) {
			t.Errorf("%v %v\n%s", err, findings, format.Diff("new.yaml", text, again))
		}
		for n, line := range strings.Split(string(text), "\n") {
			if len([]rune(line)) > 240 || strings.Contains(line, "%") {
				t.Errorf("line %d: %s", n+1, line)
			}
		}
		catalog := engine.NewCatalog(p.CatalogOptions(map[string]any{"orders_url": "http://orders.test"}, nil))
		for _, language := range a.Languages {
			requireGoesWell(t, catalog, language, Transcript(a, "flows/new.yaml", language))
		}
	})
}

func requireGoesWell(t *testing.T, catalog *engine.Catalog, language, text string) {
	t.Helper()
	transcript := run(t, catalog, text)
	for _, want := range []string{"\n! end re", "\n< "} {
		if !strings.Contains(transcript, want) {
			t.Errorf("%q is not in\n%s", want, transcript)
		}
	}
	for _, bad := range []string{"script_failed", "! refused", "reason=\"exhausted\""} {
		if strings.Contains(transcript, bad) {
			t.Errorf("%q is in\n%s", bad, transcript)
		}
	}
	if want := "\n! language " + language; !strings.Contains(run(t, catalog, transcript+want+"\n"), want) {
		t.Errorf("the conversation is not in %s:\n%s", language, transcript)
	}
}

// run fills in what the bot answers and runs the result again.
func run(t *testing.T, catalog *engine.Catalog, text string) string {
	t.Helper()
	parsed, findings := flowtest.Parse("new.transcript", []byte(text))
	if findings.HasErrors() {
		t.Fatal(findings)
	}
	updated := flowtest.Run(parsed, catalog).Updated
	if parsed, findings = flowtest.Parse("new.transcript", []byte(updated)); findings.HasErrors() {
		t.Fatal(findings)
	}
	if again := flowtest.Run(parsed, catalog); len(again.Failures) > 0 {
		t.Errorf("%v\n%s", again.Failures, updated)
	}
	return updated
}

// TestOtherAnswers: what people name themselves comes out right, also when it needs quotes.
func TestOtherAnswers(t *testing.T) {
	t.Parallel()
	collect := New(Collect, []string{"es", "en"}, "es")
	collect.Details = nil
	for i, typ := range DetailTypes {
		collect.Details = append(collect.Details, NewDetail(fmt.Sprintf("detail %d", i), typ))
	}
	lookup := New(Lookup, []string{"en"}, "en")
	lookup.Number, lookup.Example, lookup.URL = Text{"en": "claim: \"number\"", "es": "x", "pt": "x"}, "ab-12/X3", "https://claims.example.org/v1/{}?full=yes"
	menu := New(Menu, []string{"en", "pt"}, "pt")
	menu.Topics = nil
	for _, title := range []string{"No", "Yes, please: now", "¿Cuánto?", "123", "Yes; please: then", "menu", "日本", "#hash"} {
		var taken []string
		for _, topic := range menu.Topics {
			taken = append(taken, topic.Name)
		}
		menu.Topics = append(menu.Topics, NewTopic(ChoiceName(title, taken), Text{"en": title, "es": title, "pt": title}))
	}
	for _, a := range []Answers{collect, lookup, menu} {
		p := compiled(t, a)
		catalog := engine.NewCatalog(p.CatalogOptions(map[string]any{"orders_url": "http://orders.test"}, nil))
		for _, language := range a.Languages {
			if got := run(t, catalog, Transcript(a, "flows/new.yaml", language)); !strings.Contains(got, "\n! end resolved") {
				t.Error(got)
			}
		}
	}
}

// FuzzWords: whatever words somebody chooses, the flow can be read and holds these words.
func FuzzWords(f *testing.F) {
	for _, seed := range []string{"Hello", "yes", "1.5e3", "a: b # c", `"quoted" \ 'twice'`, "- dash", "¿Qué?", "日本 👩‍👩‍👧", "null", "a, b", "[x]", "&a *b !c", "%d %s", "true ", "\u00a0x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, words string) {
		if words == "" || strings.ContainsFunc(words, func(r rune) bool { return r == '{' || r == '}' || r == utf8.RuneError || !unicode.IsGraphic(r) }) {
			return // init does not take it
		}
		everywhere := Text{"en": words, "es": words, "pt": words}
		a := New(Collect, []string{"en", "es"}, "pt")
		a.Title, a.Phrases["es"] = everywhere, []string{"hola", words}
		a.Details = []Detail{{Name: "one", Type: "text", Title: everywhere, Question: everywhere}}
		text, err := Flow(a)
		if err != nil {
			t.Fatal(err)
		}
		def, findings := flows.Load("a.yaml", text)
		if def == nil {
			t.Fatalf("%v\n%s", findings, text)
		}
		if got := []string{def.Title.By[0].Text.V, def.Triggers[0].Phrases[1].Phrases[1].V, def.Slots[0].Title.By[1].Text.V, def.States[0].Say[0].Text.By[1].Text.V}; slices.ContainsFunc(got, func(s string) bool { return s != words }) {
			t.Errorf("got %q, want %q everywhere", got, words)
		}
	})
}

func TestPattern(t *testing.T) {
	t.Parallel()
	for example, want := range map[string]string{"AB123456": "[A-Z]{2}[0-9]{6}", "7": "[0-9]", "ab-12.X": `[A-Za-z]{2}-[0-9]{2}\.[A-Z]`, "": ""} {
		if got := Pattern(example); got != want {
			t.Errorf("%q: got %q, want %q", example, got, want)
		}
	}
}

func TestChoiceNames(t *testing.T) {
	t.Parallel()
	for title, want := range map[string]string{"¿Cuánto cuesta?": "cuanto_cuesta", "Opening hours": "opening_hours", "24 h": "topic_24_h", "Menu": "topic_menu", "日本": "topic", "Preços": "precos", "Taken": "taken_2"} {
		if got := ChoiceName(title, []string{"taken"}); got != want {
			t.Errorf("%q: got %q, want %q", title, got, want)
		}
	}
}

// TestTexts: every text is there in every language, and titles fit into their places.
func TestTexts(t *testing.T) {
	t.Parallel()
	for kind, s := range starts {
		if len(s.title) != len(Languages) || len(purpose[kind]) != len(Languages) || !slices.Contains(Kinds, kind) {
			t.Errorf("%s: texts are missing", kind)
		}
		for _, language := range Languages {
			if title := s.title[language]; title == "" || len([]rune(title)) > MaxTitle || len(s.phrases[language]) < 3 {
				t.Errorf("%s in %s: %q, %q", kind, language, title, s.phrases[language])
			}
		}
	}
	for _, button := range []Text{tryAnother, something, another, noThanks, person, goOn, thatsAll, openingHours.Title, prices.Title, place.Title} {
		for _, language := range Languages {
			if n := len([]rune(button[language])); n == 0 || n > MaxButton {
				t.Errorf("%s: %q has %d characters", language, button[language], n)
			}
		}
	}
}

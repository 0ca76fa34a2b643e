package flows

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"relevo/engine"
)

func shippedCommands(t *testing.T) engine.Commands {
	t.Helper()
	source, err := fs.ReadFile(Files, CommandsFile)
	if err != nil {
		t.Fatal(err)
	}
	c, findings := LoadCommands(CommandsFile, source)
	if len(findings) > 0 {
		t.Fatal(rendered(t, source, findings))
	}
	return c
}

var shippedLanguages = []string{"en", "es", "pt"}

func TestShippedCommandsAreComplete(t *testing.T) {
	t.Parallel()
	c := shippedCommands(t)
	for _, language := range shippedLanguages {
		for _, command := range engine.CommandNames {
			if n := len(c.Phrases[command][language]); n < 10 {
				t.Errorf("%s has only %d phrases in %s", command, n, language)
			}
		}
		if len(c.Abuse[language]) < 10 {
			t.Errorf("only %d insults in %s", len(c.Abuse[language]), language)
		}
		for _, key := range engine.TextKeys {
			text := c.Texts[key][language]
			if text == "" {
				t.Errorf("no %s in %s", key, language)
			}
			for _, needed := range placeholders[key] {
				if !strings.Contains(text, needed) {
					t.Errorf("%s in %s lacks %s", key, language, needed)
				}
			}
		}
	}
	for _, key := range []engine.TextKey{engine.TextPerson, engine.TextChoose, engine.TextYes, engine.TextNo} {
		for language, text := range c.Texts[key] {
			if n := len([]rune(text)); n > 20 {
				t.Errorf("%s in %s has %d characters", key, language, n)
			}
		}
	}
}

// TestCommandsSchemaIsTheEngines: the schema of commands demands what the engine needs, and nothing else.
func TestCommandsSchemaIsTheEngines(t *testing.T) {
	t.Parallel()
	type part struct {
		Properties map[string]any
		Required   []string
	}
	var doc struct {
		Properties struct{ Commands, Texts part }
	}
	if err := json.Unmarshal(commandsSchema, &doc); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		got  part
		want []string
	}{"commands": {doc.Properties.Commands, names(engine.CommandNames)}, "texts": {doc.Properties.Texts, names(engine.TextKeys)}} {
		slices.Sort(tc.got.Required)
		if !slices.Equal(tc.got.Required, tc.want) || !slices.Equal(keys(tc.got.Properties), tc.want) {
			t.Errorf("%s: the schema demands %v of %v, the engine %v", name, tc.got.Required, keys(tc.got.Properties), tc.want)
		}
	}
}

// probe asks for a place, which no words answer, after a question that was answered: whatever is understood there is a command.
const probe = `
flow: probe
title: {en: Probe, es: Prueba, pt: Teste}
languages: [en, es, pt]
triggers: [{phrases: {en: [xyzzy]}}]
slots: {word: {type: text}, place: {type: location}}
initial: first
states:
  first: {ask: word, say: {en: A word?, es: ¿Una palabra?, pt: Uma palavra?}, on: {answered: second, exhausted: over}}
  second: {ask: place, say: {en: Where?, es: ¿Dónde?, pt: Onde?}, on: {answered: over, exhausted: over}}
  over: {end: done}
`

// reader returns what the engine makes of a message with the shipped commands: the name of a command, "abuse", or "".
func reader(t *testing.T, c engine.Commands) func(message string) string {
	t.Helper()
	def, findings := Load("probe.yaml", []byte(probe))
	if def == nil {
		t.Fatal(rendered(t, []byte(probe), findings))
	}
	m, findings := engine.Compile(def, engine.Surroundings{})
	if m == nil {
		t.Fatal(rendered(t, []byte(probe), findings))
	}
	catalog := engine.NewCatalog(engine.CatalogOptions{Current: []*engine.Machine{m}, Commands: c, DefaultQueue: "general"})
	step := func(conv engine.Conversation, text string) (engine.Conversation, []engine.Effect) {
		next, effects, err := catalog.Step(conv, engine.Event{
			ID: "m", Kind: engine.EventMessage, At: time.Unix(0, 0).UTC(), Message: &engine.Message{Kind: engine.MessageText, Text: text},
		})
		if err != nil {
			t.Fatal(err)
		}
		return next, effects
	}
	conv := engine.Conversation{ID: "c", Owner: engine.Owner{Kind: engine.OwnerClosed}}
	conv, _ = step(conv, "xyzzy")
	conv, _ = step(conv, "plugh")
	if r := conv.InFocus(); r == nil || r.State != "second" {
		t.Fatalf("the probe stands at %+v", conv)
	}
	conv.Contact.OptedOut = true // otherwise start is the menu
	return func(message string) string {
		_, effects := step(conv, message)
		for _, e := range effects {
			switch {
			case e.Kind != engine.EffectTrace:
			case e.Trace.Code == "command":
				return e.Trace.Detail
			case e.Trace.Code == "insulted":
				return "abuse"
			}
		}
		return ""
	}
}

// TestPhrasesBelongToOneCommand: a phrase means its own command, also where another one is near to it.
func TestPhrasesBelongToOneCommand(t *testing.T) {
	t.Parallel()
	c := shippedCommands(t)
	meaning := reader(t, c)
	for command, byLanguage := range c.Phrases {
		for language, phrases := range byLanguage {
			for _, phrase := range phrases {
				if got := meaning(phrase); got != string(command) {
					t.Errorf("%q (%s, %s) is taken for %q", phrase, command, language, got)
				}
			}
		}
	}
	for language, phrases := range c.Abuse {
		for _, phrase := range phrases {
			if got := meaning(phrase); got != "abuse" {
				t.Errorf("%q (abuse, %s) is taken for %q", phrase, language, got)
			}
		}
	}
}

// TestWhatPeopleWrite holds the commands against messages as they come, and against ordinary answers, which mean no command.
func TestWhatPeopleWrite(t *testing.T) {
	t.Parallel()
	meaning := reader(t, shippedCommands(t))
	for want, messages := range map[string][]string{
		"agent":  {"I want to talk to a person!", "quiero hablar con alguien ya", "me passa um atendente por favor"},
		"stop":   {"STOP", "Baja", "sair", "unsubscribe", "No quiero más mensajes", "pare", "Unsubscibe"},
		"start":  {"start", "ALTA", "empezar de nuevo", "Começar", "comecar"},
		"cancel": {"cancel", "cancle", "Olvídalo", "deixa pra lá", "never mind"},
		"back":   {"back", "volver", "Atrás", "voltar", "go back"},
		"correct": {"sorry, the other order", "No, I meant AB123456", "no, quise decir el martes", "me equivoqué", "na verdade é amanhã", "perdón, AB123456",
			"Não, o outro pedido", "No, la otra dirección", "eu quis dizer segunda"},
		"repeat":   {"¿Qué?", "¿cómo?", "repite", "what?", "não entendi", "Como?", "can you repeat that?"},
		"language": {"English please", "en español por favor", "Português", "hablas español?", "inglés"},
		"menu":     {"menú", "menu", "opciones", "main menu"},
		"help":     {"ayuda", "HELP", "ajuda", "¿Qué hago?"},
		"abuse":    {"eres un idiota", "this is bullshit", "vai se foder"},
		"": {
			"no", "yes", "sí", "si", "não", "sim", "ok", "vale", "claro", "gracias", "thanks", "obrigado", "hola", "hi", "oi", "bom dia", "mañana", "tomorrow", "amanhã",
			"AB123456", "pagar", "quiero pagar", "poder", "puedo pasar mañana", "quero pagar", "carbon", "hasta mañana", "la otra", "el martes", "martes", "the second one",
			"no thanks", "no, gracias", "não, obrigada", "no puedo", "no he sido yo", "no fui yo", "it was not me", "não fui eu", "no es mío", "me duele una muela",
			"que no se pierda", "foi uma perda", "horario de tarde", "a las 3 y media", "cada mañana", "todas", "tanto da", "otro", "another order", "una pizza", "pasta",
			"can you cancel my order", "quiero cancelar mi pedido", "cancelar mi cita", "quero cancelar minha consulta", "I want to change my appointment",
			"dónde está mi pedido", "where is my order", "cadê meu pedido", "12,50", "15/03", "calle Mayor 5", "ana@example.com", "not yet", "todavía no", "ainda não", "depende",
			"no me ha llegado", "no ha llegado", "hace dos días", "it's broken", "está roto", "tá quebrado", "bom", "bien", "mal", "alto", "baixa", "bajo", "todo", "nada",
		},
	} {
		for _, message := range messages {
			if got := meaning(message); got != want {
				t.Errorf("%q is taken for %q, want %q", message, got, want)
			}
		}
	}
}

// TestCommandsLeaveTheFlowsAlone: no phrase that starts a shipped flow is a command, and no shipped choice looks like a word with which the
// contact would leave.
func TestCommandsLeaveTheFlowsAlone(t *testing.T) {
	t.Parallel()
	meaning := reader(t, shippedCommands(t))
	for _, def := range shipped(t) {
		for _, trigger := range def.Triggers {
			for _, list := range trigger.Phrases {
				for _, phrase := range list.Phrases {
					if got := meaning(phrase.V); got != "" {
						t.Errorf("%v: %q is the command %s", phrase.At, phrase.V, got)
					}
				}
			}
		}
		for _, st := range def.States {
			if st.Ask == nil {
				continue
			}
			for _, choice := range st.Ask.Choices {
				for _, title := range choice.Title.By {
					if got := meaning(title.Text.V); slices.Contains([]string{"stop", "start", "language", "correct", "repeat", "abuse"}, got) {
						t.Errorf("%v: %q is the command %s", title.Text.At, title.Text.V, got)
					}
				}
			}
		}
	}
}

func TestCommandsFindings(t *testing.T) {
	t.Parallel()
	c, findings := LoadCommands("commands.yaml", []byte("commands:\n  agnet: {en: [person]}\ntexts: {menu: Hello, person: {en: A person in another place}}\n"))
	if len(c.Phrases) > 0 || !findings.HasErrors() {
		t.Errorf("commands %v, findings %v", c, findings)
	}
	got := map[string]int{}
	for _, d := range findings {
		got[fmt.Sprintf("%d %s", d.Range.Start.Line, d.Code)]++
	}
	want := map[string]int{
		"1 missing-key": len(engine.CommandNames) - 1, "2 unknown-key": 1, "3 missing-key": len(engine.TextKeys) - 2, "3 wrong-type": 1, "3 too-many": 1,
	}
	if d := cmp.Diff(got, want); d != "" {
		t.Errorf("got (-) want (+):\n%s", d)
	}
}

// TestPlaceholdersOfTheTexts: {value} and {limit} stand only where the engine fills them in.
func TestPlaceholdersOfTheTexts(t *testing.T) {
	t.Parallel()
	source, err := fs.ReadFile(Files, CommandsFile)
	if err != nil {
		t.Fatal(err)
	}
	at := regexp.MustCompile(`(?m)^    en: "Sorry, only from \{limit\} on\."$`)
	wrong := at.ReplaceAll(source, []byte(`    en: "Sorry, only from {value} on."`))
	c, findings := LoadCommands(CommandsFile, wrong)
	if len(findings) != 1 || findings[0].Code != "bad-value" || findings[0].Hint != "write {limit}" || len(c.Texts) > 0 {
		t.Errorf("findings %v", findings)
	}
}

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"relevo/flows"
	"relevo/scripts"
	"relevo/store/sqlite"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == scripts.WorkerArg {
		os.Exit(scripts.WorkerMain(os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

// patient gives scripts time: a busy machine must not change what a test sees.
var patient = map[string]string{"RELEVO_SCRIPT_DEADLINE": "10s"}

// ran is what a command line did.
type ran struct {
	code     int
	out, err string
}

// relevo runs a command line in memory, in a folder of its own.
func relevo(t *testing.T, dir, in string, env map[string]string, args ...string) ran {
	t.Helper()
	var out, errs bytes.Buffer
	a := &app{
		args: args, in: strings.NewReader(in), out: &out, err: &errs, dir: dir,
		getenv: func(k string) string { return env[k] },
		now:    func() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) },
	}
	code := a.run(context.Background())
	return ran{code, out.String(), errs.String()}
}

func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

const smallFlow = `flow: hello
title: {en: Say hello}
languages: [en]
triggers:
  - phrases: {en: [hello]}
slots:
  name: {type: text}
initial: ask_name
states:
  ask_name:
    ask: name
    say: {en: What is your name?}
    on: {answered: bye, exhausted: quiet}
  bye:
    say: {en: "Nice to meet you, {{ name }}!"}
    end: resolved
  quiet: {end: no_answer}
`

// scriptFlow needs shop.js.
var scriptFlow = strings.NewReplacer("initial:", "scripts: [shop.js]\ninitial:", "Nice to meet you, {{ name }}!", "{{ shop.greet(name) }}").Replace(smallFlow)

const smallTranscript = `flow flows/hello.yaml
at   2026-03-02T09:00:00Z

> Hello
< What is your name?

> Ana
< Nice to meet you, Ana!
! end resolved
`

func TestExitCodes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "flows/hello.yaml", smallFlow)
	write(t, dir, "broken/hello.yaml", strings.Replace(smallFlow, "answered: bye", "answered: bey", 1))
	doubtful := strings.Replace(smallFlow, "exhausted: quiet", "start: quiet", 1)
	write(t, dir, "doubtful.yaml", doubtful)
	write(t, dir, "accepted.yaml", strings.Replace(doubtful, "ask_name:\n", "ask_name:    # accept no-way-out: everybody has a name\n", 1))
	write(t, dir, "hello.transcript", smallTranscript)
	write(t, dir, "wrong.transcript", strings.Replace(smallTranscript, "Nice to", "Good to", 1))
	write(t, dir, "garbage.transcript", "this is\nnot a transcript\n")
	write(t, dir, "other/bye.yaml", strings.NewReplacer("flow: hello", "flow: bye", "[hello]", "[goodbye]", "Nice to meet you", "Farewell").Replace(smallFlow))
	with := strings.NewReplacer("at  ", "with other/bye.yaml\nat  ", "Hello", "Goodbye", "Nice to meet you", "Farewell").Replace(smallTranscript)
	write(t, dir, "with.transcript", with)
	write(t, dir, "without.transcript", strings.Replace(with, "flows/hello.yaml", "flows/gone.yaml", 1))
	write(t, dir, "bad.yaml", "listen: 127.0.0.1:0\nlisten_on: 3\n")
	write(t, dir, "secret.yaml", "channels:\n  - {id: main, type: whatsapp, phone_number_id: \"1\", access_token: \"${NOT_SET_ANYWHERE}\"}\n")
	write(t, dir, "notadb.db", strings.Repeat("this is no database ", 500))
	write(t, dir, "empty/readme.txt", "no flows")
	write(t, dir, "shop/flows/hello.yaml", scriptFlow)
	write(t, dir, "shop/scripts/shop.js", "exports.greet = name => `Hello ${name}!`;\n")
	shipped, err := flows.Files.ReadFile(flows.CommandsFile)
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "beside/commands.yaml", string(shipped))
	const wide = `flow: wide
title: Wide
languages: [en]
triggers: [{phrases: {en: [wide ones]}}]
initial: pick
states:
  pick:
    ask: wish
    say: Which one?
    choices: {a: A title that is longer than a row, b: Another}
    on: {a: over, b: over, exhausted: over}
    after: {1h: over}
  over: {end: over}
`
	write(t, dir, "wide.yaml", wide)
	write(t, dir, "web.yaml", "channels: [{id: page, type: webchat}]\n")
	tests := []struct {
		name string
		args []string
		code int
		want string // in out or err
	}{
		{"without a configuration flows are held against every channel", []string{"check", "wide.yaml"}, exitFindings, "wide.yaml:10:18: error: WhatsApp has 24 characters for a choice"},
		{"with channels, against those", []string{"check", "wide.yaml", "--config", "web.yaml"}, exitGood, "1 flow checked: 0 errors, 0 warnings"},
		{"help is shown without a command", nil, exitGood, "relevo serve"},
		{"an unknown command is a mistake of usage", []string{"sevre"}, exitUsage, "no command \"sevre\""},
		{"an unknown flag is a mistake of usage", []string{"check", "--jsonn"}, exitUsage, "unknown flag"},
		{"the version is printed", []string{"version"}, exitGood, "relevo "},
		{"a good flow has nothing wrong", []string{"check", "flows/hello.yaml"}, exitGood, "1 flow checked: 0 errors, 0 warnings"},
		{"a folder is checked whole", []string{"check", "flows"}, exitGood, "1 flow checked"},
		{"the shipped flows have nothing wrong", []string{"check"}, exitGood, "0 errors, 0 warnings"},
		{"a wrong state is found at its place", []string{"check", "broken/hello.yaml"}, exitFindings, "broken/hello.yaml:13:20: error: no state is named \"bey\" [unknown-state]"},
		{"a warning is no failure", []string{"check", "doubtful.yaml"}, exitGood, "1 flow checked: 0 errors, 1 warning"},
		{"unless it is strict", []string{"check", "--strict", "doubtful.yaml"}, exitFindings, "[no-way-out]"},
		{"an accepted warning is counted", []string{"check", "--strict", "accepted.yaml"}, exitGood, "0 errors, 0 warnings, 1 accepted"},
		{"findings as annotations", []string{"check", "--format", "github", "broken/hello.yaml"}, exitFindings, "::error file=broken/hello.yaml,line=13,col=20,"},
		{"findings as SARIF", []string{"check", "--format", "sarif", "broken/hello.yaml"}, exitFindings, `"ruleId": "unknown-state"`},
		{"SARIF explains its rules", []string{"check", "--format", "sarif", "accepted.yaml"}, exitGood, "**Why:**"},
		{"an unknown form is a mistake of usage", []string{"check", "--format", "xml"}, exitUsage, "text, json, sarif or github"},
		{"a code is explained", []string{"check", "--explain", "no-way-out"}, exitGood, "**Mend:**"},
		{"a misspelt code is a mistake of usage", []string{"check", "--explain", "no-way-ou"}, exitUsage, `did you mean "no-way-out"?`},
		{"a missing file is the environment's", []string{"check", "nowhere.yaml"}, exitEnvironment, "nowhere.yaml can not be read"},
		{"a folder without flows is the environment's", []string{"check", "empty"}, exitEnvironment, "no flow files"},
		{"a good transcript passes", []string{"test", "hello.transcript"}, exitGood, "1 passed, 0 failed"},
		{"a transcript with a flow of another folder passes", []string{"test", "with.transcript"}, exitGood, "1 passed, 0 failed"},
		{"a further flow without the first one is a mistake of usage", []string{"test", "without.transcript"}, exitUsage, "other/bye.yaml"},
		{"a wrong transcript fails with both texts", []string{"test", "wrong.transcript"}, exitFindings, "  - < Good to meet you, Ana!\n  + < Nice to meet you, Ana!"},
		{"a garbled transcript fails with its line", []string{"test", "garbage.transcript"}, exitFindings, "garbage.transcript:1"},
		{"no transcripts is a mistake of usage", []string{"test", "flows"}, exitUsage, "no transcripts"},
		{"a flow is drawn as Mermaid", []string{"draw", "flows/hello.yaml", "--format", "mermaid"}, exitGood, "ask_name"},
		{"a flow is drawn as SVG", []string{"draw", "order_tracking"}, exitGood, "<svg"},
		{"a format that does not exist is a mistake of usage", []string{"draw", "order_tracking", "--format", "gif"}, exitUsage, "no format"},
		{"a flow that does not exist can not be drawn", []string{"draw", "nothing"}, exitEnvironment, "no file and no flow"},
		{"a wrong key of the configuration is found at its place", []string{"serve", "--config", "bad.yaml"}, exitFindings, "bad.yaml:2:1: error"},
		{"an unset variable of the configuration is found", []string{"serve", "--config", "secret.yaml"}, exitFindings, "NOT_SET_ANYWHERE is not set"},
		{"a configuration that is not there is the environment's", []string{"serve", "--config", "none.yaml"}, exitEnvironment, "none.yaml can not be read"},
		{"a port that is no port is a mistake of usage", []string{"serve", "--listen", "nowhere"}, exitUsage, "not an address with a port"},
		{"a database that is none is the environment's", []string{"doctor", "--database", "sqlite:notadb.db"}, exitEnvironment, "notadb.db"},
		{"a database that is not there is the environment's", []string{"doctor", "--database", "sqlite:none.db"}, exitEnvironment, "none.db can not be read"},
		{"a database of another kind is a mistake of usage", []string{"serve", "--database", "mysql:x"}, exitUsage, `--database: "mysql:x" is not a database that can be used; write sqlite: and a file`},
		{"a role that does not exist is a mistake of usage", []string{"token", "add", "crm", "--role", "king"}, exitUsage, "no role"},
		{"a password on no input is a mistake of usage", []string{"user", "add", "ana@example.org"}, exitUsage, "--password-stdin"},
		{"a flow is talked to by its name", []string{"talk", "order_tracking"}, exitGood, ""},
		{"a flow that does not exist can not be talked to", []string{"talk", "nothing"}, exitEnvironment, "no file and no flow"},
		{"too many arguments are a mistake of usage", []string{"talk", "a", "b"}, exitUsage, "it is used as: relevo talk [FLOW] [flags]; see relevo talk --help"},
		{"too few arguments of a command below another are told with both", []string{"user", "add"}, exitUsage, "see relevo user add --help"},
		{"an unknown command below another is a mistake of usage", []string{"user", "ad", "x"}, exitUsage, `there is no command "ad"; see relevo user --help`},
		{"the commands beside named flows are no flow", []string{"check", "flows/hello.yaml", "beside/commands.yaml"}, exitGood, "1 flow checked: 0 errors"},
		{"scripts beside the flows are used", []string{"check", "shop/flows"}, exitGood, "1 flow checked: 0 errors"},
		{"scripts beside a flow file are used", []string{"draw", "shop/flows/hello.yaml"}, exitGood, "<svg"},
		{"scripts that are named go first", []string{"check", "shop/flows", "--scripts", "empty"}, exitFindings, "unknown-script"},
		{"an address that is none is told with an example", []string{"serve", "--public-url", "shop"}, exitUsage, `"shop" is not an address of the web; write it with http:// or https://`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := relevo(t, dir, "", nil, tt.args...)
			if got.code != tt.code || !strings.Contains(got.out+got.err, tt.want) {
				t.Errorf("exit code %d, want %d; output without %q:\n%s%s", got.code, tt.code, tt.want, got.out, got.err)
			}
		})
	}
}

func TestEveryCommandHasHelpWithExamples(t *testing.T) {
	t.Parallel()
	a := &app{}
	for _, cmd := range a.command().Commands() {
		if len(cmd.Commands()) > 0 {
			cmd = cmd.Commands()[0]
		}
		if cmd.Name() == "help" || cmd.Hidden {
			continue
		}
		if cmd.Example == "" || cmd.Short == "" {
			t.Errorf("%s has no example or no short text", cmd.CommandPath())
		}
	}
}

func TestJSONForPrograms(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "broken.yaml", strings.Replace(smallFlow, "answered: bye", "answered: bey", 1))
	write(t, dir, "flows/hello.yaml", smallFlow)
	write(t, dir, "hello.transcript", smallTranscript)
	for _, args := range [][]string{{"check", "--json", "broken.yaml"}, {"test", "--json", "hello.transcript"}, {"version", "--json"}} {
		got := relevo(t, dir, "", nil, args...)
		var v map[string]any
		if err := json.Unmarshal([]byte(got.out), &v); err != nil {
			t.Errorf("%v: %v in %s", args, err, got.out)
		}
	}
}

func TestUpdateWritesWhatHappens(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "flows/hello.yaml", smallFlow)
	file := write(t, dir, "hello.transcript", strings.Replace(smallTranscript, "< What is your name?", "< Who are you?", 1))
	if got := relevo(t, dir, "", nil, "test", "--update", "hello.transcript"); got.code != exitGood || !strings.Contains(got.out, "1 rewritten") {
		t.Fatalf("%+v", got)
	}
	text, err := os.ReadFile(file)
	if err != nil || string(text) != smallTranscript {
		t.Errorf("got %q, want %q (%v)", text, smallTranscript, err)
	}
}

func TestJUnit(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "flows/hello.yaml", smallFlow)
	write(t, dir, "a.transcript", smallTranscript)
	write(t, dir, "b.transcript", strings.Replace(smallTranscript, "Nice to", "Good to", 1))
	file := filepath.Join(dir, "results.xml")
	if got := relevo(t, dir, "", nil, "test", "--junit", file, "."); got.code != exitFindings {
		t.Fatalf("%+v", got)
	}
	text, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(text), `tests="2" failures="1"`) {
		t.Errorf("%s (%v)", text, err)
	}
}

func TestTalkFromAPipe(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := strings.Join([]string{
		"where is my order", "/state", "AB123459", "/agent claim", "/agent : Hello, I am on it.", "/agent close refund", "/slots",
		"track my order", "/timers", "/advance 29m", "/advance 1m", "/advance nonsense", "/event order.delayed AB123458", "2", "/dance", "/save my.transcript", "/quit", "never read",
	}, "\n")
	got := relevo(t, dir, in, patient, "talk", "--language", "en")
	for _, want := range []string{
		"< Happy to check.", "order_tracking.ask_order, waits for ask", "handed over to queue \"orders\" (lost)", "owner: agent:you", "you: Hello, I am on it.",
		"Your refund is under way", "order_tracking ended: refunded", "after:30m0s in 30m0s", "Are you still there?", `! "nonsense" is not a duration`,
		"longer than planned", "! there is no /dance", "saved to my.transcript",
	} {
		if !strings.Contains(got.out, want) {
			t.Errorf("output without %q:\n%s%s", want, got.out, got.err)
		}
	}
	if got.code != exitGood || strings.Contains(got.out, "never read") {
		t.Errorf("exit code %d", got.code)
	}
	if again := relevo(t, dir, "", nil, "test", "my.transcript"); again.code != exitGood {
		t.Errorf("the saved transcript does not pass:\n%s%s", again.out, again.err)
	}
}

// TestTalkSavesTheFlowThatAnswered: the transcript runs without being told again where the flow and its scripts are.
func TestTalkSavesTheFlowThatAnswered(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "shop/flows/hello.yaml", scriptFlow)
	write(t, dir, "shop/scripts/shop.js", "exports.greet = name => `Hello ${name}!`;\n")
	got := relevo(t, dir, "/save early.transcript\nhello\nAna\n/save my.transcript\n", patient, "talk", "--flows", "shop/flows")
	if got.code != exitGood || !strings.Contains(got.out, "Hello Ana!") || !strings.Contains(got.out, "! no flow has answered yet") {
		t.Fatalf("%+v", got)
	}
	text, err := os.ReadFile(filepath.Join(dir, "my.transcript"))
	if err != nil || !strings.Contains(string(text), "\nflow shop/flows/hello.yaml\n") {
		t.Errorf("%s (%v)", text, err)
	}
	if again := relevo(t, dir, "", nil, "test", "my.transcript"); again.code != exitGood {
		t.Errorf("the saved transcript does not pass:\n%s%s", again.out, again.err)
	}
}

// TestTalkToAFileOfAFolder: the other flows of the folder are there too, unless they have errors.
func TestTalkToAFileOfAFolder(t *testing.T) {
	t.Parallel()
	const hours = "flow: hours\ntitle: Hours\nlanguages: [en]\ntriggers: [{phrases: {en: [opening hours]}}]\ninitial: told\nstates:\n  told: {say: From nine to five., end: told}\n"
	const visit = "flow: visit\ntitle: Visit\nlanguages: [en]\ntriggers: [{phrases: {en: [visit you]}}]\nslots: {day: {type: date}}\ninitial: ask\nstates:\n" +
		"  ask: {ask: day, say: On which day?, on: {answered: bye, exhausted: bye}}\n  bye: {end: bye}\n"
	dir := t.TempDir()
	write(t, dir, "mine/hours.yaml", hours)
	write(t, dir, "mine/visit.yaml", visit)
	for _, named := range []string{"mine/visit.yaml", "mine", "./mine/"} {
		got := relevo(t, dir, "visit you\nopening hours\n/state\n", patient, "talk", named)
		for _, want := range []string{"< On which day?\n", "< From nine to five.\n  hours ended: told\n< On which day?\n", "visit.ask, waits for ask; owner bot"} {
			if got.code != exitGood || !strings.Contains(got.out, want) {
				t.Errorf("%s: no %q in:\n%s%s", named, want, got.out, got.err)
			}
		}
	}
	write(t, dir, "mine/hours.yaml", "flow: hours\n")
	if got := relevo(t, dir, "visit you\n", patient, "talk", "mine/visit.yaml"); got.code != exitGood || !strings.Contains(got.out, "Other flows of mine have errors") || !strings.Contains(got.out, "< On which day?") {
		t.Errorf("exit code %d:\n%s%s", got.code, got.out, got.err)
	}
	if got := relevo(t, dir, "visit you\n", patient, "talk", "mine/hours.yaml"); got.code != exitFindings {
		t.Errorf("exit code %d:\n%s%s", got.code, got.out, got.err)
	}
}

// TestTalkShowsRunsInTheBackground: what waits for a time or an event is told by /state and /slots, too.
func TestTalkShowsRunsInTheBackground(t *testing.T) {
	t.Parallel()
	const booked = `/event appointment.booked CT200101 {"id":"CT200101","at":"2026-11-24T16:30:00+01:00","doctor":"Dr. Vega","place":"Centro"}`
	got := relevo(t, t.TempDir(), booked+"\n/state\n/slots\n", patient, "talk", "--at", "2026-11-18T10:00:00Z")
	for _, want := range []string{"appointment_reminder.until_day_before, waits for wait, in the background; owner bot", `"doctor": "Dr. Vega"`} {
		if !strings.Contains(got.out, want) {
			t.Errorf("no %q in:\n%s%s", want, got.out, got.err)
		}
	}
}

func TestADatabaseInUseIsSaidOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db, err := sqlite.Open(t.Context(), filepath.Join(dir, "relevo.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	got := relevo(t, dir, "", nil, "token", "add", "crm")
	if want := "relevo: database relevo.db: the database is in use by another process; stop relevo serve first\n"; got.code != exitEnvironment || got.err != want {
		t.Errorf("exit code %d, got %q, want %q", got.code, got.err, want)
	}
}

// TestPeopleFindTheOrderFlow: what contacts write first, in their own words, starts the flow in their language.
func TestPeopleFindTheOrderFlow(t *testing.T) {
	t.Parallel()
	for language, question := range map[string]string{"en": "What is your order number?", "es": "¿Cuál es tu número de pedido?", "pt": "Qual é o número do seu pedido?"} {
		for _, text := range map[string][]string{
			"en": {"Hi, where is my package?", "my parcel has not arrived yet", "I have not received my order", "can you track my parcel", "My order never arrived!!"},
			"es": {"mi paquete no ha llegado", "Hola, ¿dónde está mi paquete?", "donde esta mi pedido", "aún no he recibido mi pedido", "¿cuándo llega mi pedido?"},
			"pt": {"cadê meu pedido", "meu pacote não chegou", "oi, onde está o meu pedido?", "meu pedido ainda não chegou", "minha encomenda nao chegou"},
		}[language] {
			t.Run(text, func(t *testing.T) {
				t.Parallel()
				if got := relevo(t, t.TempDir(), text+"\n", patient, "talk", "--language", language); !strings.Contains(got.out, question) {
					t.Errorf("%s%s", got.out, got.err)
				}
			})
		}
	}
}

func TestUsersAndTokens(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	password := "seven calm blue kettles\n"
	if got := relevo(t, dir, password, nil, "user", "add", "Ana@Example.org", "--role", "supervisor", "--password-stdin"); got.code != exitGood || !strings.Contains(got.out, "ana@example.org added as supervisor") {
		t.Fatalf("%+v", got)
	}
	if got := relevo(t, dir, password, nil, "user", "add", "ana@example.org", "--password-stdin"); got.code != exitFindings || !strings.Contains(got.err, "there already") {
		t.Errorf("%+v", got)
	}
	if got := relevo(t, dir, "short\n", nil, "user", "add", "ben@example.org", "--password-stdin"); got.code != exitUsage {
		t.Errorf("%+v", got)
	}
	if got := relevo(t, dir, password, nil, "user", "add", "not an address", "--password-stdin"); got.code != exitUsage {
		t.Errorf("%+v", got)
	}
	got := relevo(t, dir, "", nil, "token", "add", "crm", "--role", "agent")
	if got.code != exitGood || !strings.HasPrefix(got.out, "rlv_") || strings.Count(got.out, "\n") != 1 {
		t.Errorf("%+v", got)
	}
	if got := relevo(t, dir, "", nil, "token", "add", "crm"); got.code != exitFindings {
		t.Errorf("%+v", got)
	}
	if got := relevo(t, dir, "", nil, "doctor"); got.code != exitGood || !strings.Contains(got.out, "nothing found") {
		t.Errorf("%+v", got)
	}
}

func TestSettingsAreFlagsThenEnvironmentThenFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "relevo.yaml", "listen: 127.0.0.1:1\ndatabase: sqlite:file.db\ndefault_queue: vip\nqueues: [{id: vip}]\nlog_level: warn\n")
	env := map[string]string{"RELEVO_DATABASE": "sqlite:env.db", "RELEVO_LISTEN": "127.0.0.1:2", "RELEVO_ALLOW": "10.0.0.0/8,127.0.0.1:9"}
	var got config
	a := &app{dir: dir, getenv: func(k string) string { return env[k] }, now: time.Now}
	cmd := a.serveCommand()
	if err := cmd.ParseFlags([]string{"--listen", "127.0.0.1:3", "--values", "{orders_url: http://x.example}"}); err != nil {
		t.Fatal(err)
	}
	got, err := a.loadConfig(cmd)
	if err != nil {
		t.Fatal(err)
	}
	if got.Listen != "127.0.0.1:3" || got.Database != "sqlite:env.db" || got.LogLevel != "warn" || got.DefaultQueue != "vip" ||
		len(got.Allow) != 2 || got.Values["orders_url"] != "http://x.example" {
		t.Errorf("%+v", got)
	}
}

func TestEverySettingIsInTheSchema(t *testing.T) {
	t.Parallel()
	var schema struct {
		Properties map[string]any `json:"properties"`
	}
	if err := json.Unmarshal(configSchema, &schema); err != nil {
		t.Fatal(err)
	}
	for _, s := range settings {
		if schema.Properties[s.key] == nil {
			t.Errorf("%s is not in relevo.schema.json", s.key)
		}
		delete(schema.Properties, s.key)
	}
	for key := range schema.Properties {
		t.Errorf("%s has no flag and no environment variable", key)
	}
}

// TestTheDocumentedConfigurationIsGood reads the relevo.yaml of docs/operations.md as serve would.
func TestTheDocumentedConfigurationIsGood(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, found := strings.Cut(string(text), "```yaml\n# relevo.yaml\n")
	example, _, closed := strings.Cut(example, "```")
	if !found || !closed {
		t.Fatal("docs/operations.md shows no relevo.yaml")
	}
	for _, s := range settings {
		if !strings.Contains(string(text), "`"+s.key+"`") || !strings.Contains(string(text), "`"+s.variable()+"`") {
			t.Errorf("docs/operations.md does not explain %s", s.key)
		}
	}
	dir := t.TempDir()
	write(t, dir, "relevo.yaml", example)
	env := map[string]string{"WHATSAPP_TOKEN": "t", "WHATSAPP_APP_SECRET": "s", "WHATSAPP_VERIFY_TOKEN": "v"}
	a := &app{dir: dir, getenv: func(k string) string { return env[k] }, now: time.Now}
	c, err := a.loadConfig(a.serveCommand())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.queues(); err != nil || len(c.Channels) != 2 || c.Channels[1].AppSecret != "s" || c.Demo {
		t.Errorf("%+v, %v", c, err)
	}
}

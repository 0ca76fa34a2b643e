package project

import (
	"fmt"
	"path"
	"strings"
	"testing"

	"relevo/engine"
	"relevo/engine/diag"
	"relevo/flows"
)

// mistake is a slip that an analyst makes in a copy of a shipped flow.
type mistake struct {
	name string
	file string
	// right stands exactly once in the file; wrong stands there instead. What the finding must mark is between « and ».
	right, wrong string
	code         string
	hint         string // a part of the hint that alone is enough to mend it
}

// anythingElse is how the question goes on of which "No, thanks" is a choice.
const anythingElse = `, es: "No, gracias", pt: "Não, é só isso"}
    on: {another: ask_order, person: to_agent, done: bye, exhausted: to_agent}
    after: {30m: still_there}`

// mistakes are planted one by one. Each must be found where it was made, and nothing else with it.
var mistakes = []mistake{
	// Names.
	{"a state is misspelt", "order_tracking", "answered: find_order,", "answered: «find_ordr»,", "unknown-state", `"find_order"`},
	{"the first state is misspelt", "order_tracking", "initial: ask_order", "initial: «ask_oder»", "unknown-state", `"ask_order"`},
	{"a slot is misspelt in a question", "order_tracking", "ask: order_id", "ask: «oder_id»", "unknown-slot", `"order_id"`},
	{"a slot is misspelt in a text", "order_tracking", "I can't find {{ order_id }}.", "I can't find {{ «order_ids» }}.", "unknown-name", `"order_id"`},
	{"a choice is misspelt under on", "order_tracking", "on: {again: ask_order,", "on: {«agian»: ask_order,", "unknown-event", `"again"`},
	{"an outcome is misspelt under on", "order_tracking", "on: {resolved: bye, refund: refund, unavailable: leave_message, abandoned: abandoned}\n    after: {5m",
		"on: {resolved: bye, «refunded»: refund, unavailable: leave_message, abandoned: abandoned}\n    after: {5m", "unknown-event", `"refund"`},
	{"a queue is misspelt", "payment_alert", "      queue: billing\n      summary: 'Overdue,", "      queue: «biling»\n      summary: 'Overdue,", "unknown-queue", `"billing"`},
	{"a script is misspelt", "order_tracking", "scripts: [orders.js]", "scripts: [«order.js»]", "unknown-script", `"orders.js"`},
	{"a function of a script is misspelt", "order_tracking", "orders.describe(order", "orders.«descibe»(order", "expression", `"describe"`},
	{"a function of expressions is misspelt", "payment_alert", "{{ format_money(invoice.amount) }} on {{", "{{ «format_mony»(invoice.amount) }} on {{", "unknown-name", `"format_money"`},
	{"a key is misspelt", "order_tracking", "    reask:\n      en: \"Hmm", "    «reaks»:\n      en: \"Hmm", "unknown-key", `"reask"`},
	{"a slot type is none", "payment_alert", "broken: {type: integer}", "broken: {type: «int»}", "bad-value", `"integer"`},
	{"a field of the contact is misspelt", "order_tracking", `Have a good day{{ contact.name == \"\"`, `Have a good day{{ contact.«nam» == \"\"`, "expression", `"name"`},
	{"a priority that there is not", "payment_alert", "      priority: high\n", "      priority: «urgent»\n", "bad-value", "high"},
	{"a command that there is not", "security_alert", "commands: {cancel: false, back: false}", "commands: {«cancell»: false, back: false}", "unknown-key", `"cancel"`},

	// Ways.
	{"a choice leads nowhere", "order_tracking", "on: {wait: anything_else, person: to_agent, exhausted: to_agent}", "on: {wait: anything_else, exhausted: to_agent}", "missing-event", "person"},
	{"a call that nobody expects to fail", "order_tracking", "on: {ok: report, 404: not_found, failed: service_down}", "on: {ok: report, 404: not_found}", "missing-event", "failed"},
	{"a state says something and stops", "order_tracking", "    goto: to_agent\n\n  # --- How is it", "\n  # --- How is it", "dead-end", "goto"},
	{"guards without an else", "order_tracking", "        goto: delayed\n      - goto: anything_else", "        goto: delayed", "missing-else", "without when"},
	{"the else stands first", "payment_alert", "      - when: invoice != nil\n        goto: until_paid\n      - goto: quiet", "      - goto: quiet\n      - «when»: invoice != nil\n        goto: until_paid", "unreachable-alternative", "end"},
	{"a question that waits for ever", "order_tracking", "    on: {answered: find_order, exhausted: to_agent}\n    after: {30m: still_there}", "    on: {answered: find_order}", "no-way-out", "exhausted"},
	{"a state that nothing leads to any more", "order_tracking", "exhausted: no_message}\n    after: {1h: no_message}", "exhausted: message_taken}\n    after: {1h: message_taken}", "unreachable-state", "lead a way"},
	{"states that lead to each other for ever", "payment_alert", "    goto: disputed\n", "    goto: dispute\n", "loop-without-wait", "wait"},

	// Values.
	{"a duration in words", "order_tracking", "after: {5m: apologise", "after: {«5 mins»: apologise", "bad-duration", "15m"},
	{"= instead of ==", "order_tracking", `when: order.status == "lost"`, `when: order.status «=» "lost"`, "expression", "=="},
	{"a guard that is no question", "payment_alert", "      - when: promise != nil and promise >= today\n        goto: until_promise", "      - when: «promise»\n        goto: until_promise", "expression", "compare"},
	{"an example that does not match the pattern", "order_tracking", "example: AB123456", "example: «AB12345»", "bad-example", "pattern"},
	{"a bracket is open in a pattern", "order_tracking", `pattern: "[A-Z]{2}[0-9]{6}"`, `pattern: «"[A-Z{2}[0-9{6}"»`, "bad-pattern", "RE2"},
	{"an answer is saved in a text", "order_tracking", "      save: order\n", "      save: «message»\n", "wrong-slot-type", "object"},
	{"quiet hours as people say them", "payment_alert", `quiet: "21:00-09:00"`, "quiet: «9pm-9am»", "bad-value", "21:00-09:00"},
	{"an expression is never closed", "order_tracking", "I can't find {{ order_id }}.", "I can't find «{{» order_id.", "unclosed-expression", "}}"},

	{"a time that is no time", "appointment_reminder", "wait: {until: appointment.at - 2h, quiet: earlier}", "wait: {until: «2h», quiet: earlier}", "expression", "write a time"},
	{"a length of time in words", "appointment_reminder", "min: 1m, max: 2h}", "min: 1m, max: 2 «hours»}", "expression", "2h"},
	{"a limit below the other one", "appointment_reminder", "min: 1m, max: 2h}", "min: 3h, max: «2h»}", "bad-value", "below"},
	{"a value for wait that there is not", "appointment_reminder", "wait: {until: appointment.at, quiet: ignore}", "wait: {until: appointment.at, quiet: «never»}", "bad-value", "ignore"},
	{"a schema that allows anything by a slip", "appointment_reminder", "      required: [id]\n", "      «requierd»: [id]\n", "bad-event-schema", `"required"`},
	{"a text where a slot takes a yes or no", "appointment_reminder", `set: {gone: "false"}`, `set: {gone: «'"no"'»}`, "expression", "yes_no"},

	{"single braces", "order_tracking", "I can't find {{ order_id }}.", "I can't find «{ order_id }».", "single-braces", "{{ order_id }}"},

	// Texts and languages.
	{"a language is missing", "order_tracking", "again: {en: Try another number, es: Probar con otro, pt: Tentar outro}", "«again»: {en: Try another number, es: Probar con otro}", "missing-language", "pt"},
	{"a language that the flow does not have", "order_tracking", "title: {en: Track an order, es: Seguir un pedido, pt: Acompanhar um pedido}",
		"title: {en: Track an order, es: Seguir un pedido, pt: Acompanhar um pedido, «fr»: Suivre une commande}", "unknown-language", "languages"},
	{"two choices that look the same", "order_tracking", "done: {en: \"That's all\", es: Eso es todo, pt: É só isso}", "done: {en: «Talk to a person», es: Eso es todo, pt: É só isso}", "duplicate-choice", "another title"},
	{"a template without a name", "security_alert", "          name: suspicious_payment\n", "          nane: suspicious_payment\n", "unknown-key", `"name"`},

	// What something else captures.
	{"a phrase that another flow has", "payment_alert", "en: [my invoice, my bill,", "en: [my invoice, «my appointment», my bill,", "phrase-shadowed", "only one of the two flows"},
	{"a phrase that is a command", "order_tracking", "      en: [where is my order,", "      en: [«help me», where is my order,", "phrase-shadowed", "out of the commands"},
	{"a phrase that asks for a person", "payment_alert", "en: [my invoice, my bill,", "en: [my invoice, my bill, «talk to a person about my bill»,", "phrase-shadowed", "use other words"},
	{"a phrase twice, with an accent", "order_tracking", "es: [dónde está mi pedido,", "es: [dónde está mi pedido, «¿donde esta mi pedido?»,", "duplicate-phrase", "remove one"},
	{"a choice that keeps contacts from opting out", "order_tracking", "done: {en: \"That's all\", es: Eso es todo, pt: É só isso}", "done: {en: «Stop», es: Eso es todo, pt: É só isso}", "choice-shadowed", "no more messages"},
	{"a choice with the name of another one", "order_tracking", `done: {en: "No, thanks"` + anythingElse, `done: {en: «Another»` + anythingElse, "choice-shadowed", "rename that choice"},
	{"a title that is a command", "order_tracking", "title: {en: Track an order, es: Seguir un pedido, pt: Acompanhar um pedido}", "title: {en: «Options», es: Seguir un pedido, pt: Acompanhar um pedido}", "choice-shadowed", "another title"},
	{"an event that starts another flow, too", "security_alert", "  - event: payment.suspicious\n    goto: ask_you\n", "  - event: payment.suspicious\n    goto: ask_you\n  - event: «invoice.issued»\n", "event-shared", "run the other one"},
	{"a command that is switched off and answered", "security_alert", "  undeliverable: block ", "  «cancel»: block\n  undeliverable: block ", "command-off", "remove it"},
	{"a command where nothing is asked", "order_tracking", "on: {ok: report, 404: not_found, failed: service_down}", "on: {ok: report, 404: not_found, failed: service_down, «cancel»: bye}", "command-unheard", "on of the question"},

	// What happens on the way.
	{"a slot that nobody has asked for yet", "order_tracking", `'Order {{ order_id ?? "not given" }}: {{ order?.status`, `'Order {{ «order_id» }}: {{ order?.status`, "slot-may-be-unset", `?? "not known"`},
	{"a field of an object that is not there yet", "payment_alert", `summary: 'Invoice {{ invoice?.id ?? number ??`, `summary: 'Invoice {{ «invoice».id ?? number ??`, "slot-may-be-unset", "invoice?.id"},
	{"a plain message after a day of silence", "order_tracking", "details: find_order, person: to_agent, exhausted: to_agent}\n    after: {24h: quiet}",
		"details: find_order, person: to_agent, exhausted: to_agent}\n    after: {24h: still_there}", "window-closed", "template"},
	{"a reminder loses its template", "appointment_reminder", "        template:\n          name: appointment_soon\n          language: {en: en, es: es, pt: pt_BR}\n" +
		`          parameters: ["{{ appointment.doctor }}", "{{ format_time(appointment.at) }}", "{{ appointment.place }}"]` + "\n", "", "window-closed", "template"},
	{"a choice that the question does not have", "order_tracking", `when: order.status == "delayed"`, `when: delayed_choice == «"wiat"»`, "unknown-choice", `"wait"`},
	{"a guard that always holds", "order_tracking", `when: order.status == "lost"`, `when: «"true"»`, "guard-always-holds", ""},

	// What a channel can show.
	{"a text without an end in three messages with buttons", "order_tracking", "    pattern: \"[A-Z]{2}[0-9]{6}\"\n", "", "may-be-too-long", "give the slot a max"},
	{"a title that is cut", "order_tracking", "again: {en: Try another number,", "again: {en: «Try out another order number»,", "title-too-long", "fewer words"},

	// YAML.
	{"a colon in a text without quotes", "order_tracking", `en: "Are you still there? We can go on whenever you like."`, "en: Are you still there«:» we can go on", "yaml-syntax", "quotes"},
	{"a colon in a short text without quotes", "order_tracking", "again: {en: Try another number,", "again: «{»en: Try another: a number,", "yaml-syntax", "colons"},
	{"a quote is never closed", "order_tracking", "    summary: 'Left a message: {{ message }}'", "    summary: «'»Left a message: {{ message }}", "yaml-syntax", "quote"},
	{"a tab", "order_tracking", "  abandoned:\n    end: abandoned", "  abandoned:\n«\t»end: abandoned", "yaml-syntax", "spaces"},
	{"a key stands twice", "order_tracking", "    attempts: 3\n", "    attempts: 3\n    «attempts»: 2\n", "duplicate-key", "remove one"},
	{"braces without quotes", "order_tracking", `say: "{{ orders.describe(order, language) }}"`, "say: «{»{ orders.describe(order, language) }}", "wrong-type", "quotes"},
	{"a comma in a short text", "order_tracking", `done: {en: "No, thanks"` + anythingElse, `done: {en: No, «thanks»` + anythingElse, "bad-value", "quotes"},
	{"a state is indented too far", "order_tracking", "  quiet:                              # nothing", "    «quiet»:                            # nothing", "unknown-key", ""},
}

// TestMistakesOfAnalysts plants them.
func TestMistakesOfAnalysts(t *testing.T) {
	t.Parallel()
	shipped, err := Read(Options{})
	if err != nil {
		t.Fatal(err)
	}
	options := Options{
		Queues:   []string{"orders", "appointments", "billing", "general"},
		Channels: []engine.ChannelLimits{{Name: "WhatsApp", MaxText: 4096, MaxChoiceText: 1024, MaxButtons: 3, MaxButtonTitle: 20, MaxListRows: 10, MaxRowTitle: 24, Templates: true}},
	}
	if p := Build(shipped, options); len(p.Findings) > 0 {
		t.Fatalf("the shipped flows have findings of their own:\n%v", p.Findings)
	}
	for _, m := range mistakes {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			files, name, at, marked := m.plant(t, shipped)
			found := Build(files, options).Findings
			if len(found) != 1 {
				t.Fatalf("%d findings, want one:\n%v", len(found), found)
			}
			got, text := found[0], lines(files, name)
			t.Logf("%-45s %-24s %d:%d", m.name, got.Code, got.Range.Start.Line, got.Range.Start.Column)
			if got.Code != m.code || got.Range.File != name || marked && got.Range.Start != at.Start {
				t.Errorf("got %v, want %s at %d:%d", got, m.code, at.Start.Line, at.Start.Column)
			}
			if marked && got.Range.End != at.End {
				t.Errorf("it marks %q up to %v, want up to %v", cut(text, got.Range), got.Range.End, at.End)
			}
			if !strings.Contains(got.Hint, m.hint) {
				t.Errorf("the hint is %q, want one with %q", got.Hint, m.hint)
			}
		})
	}
}

// plant makes the mistake in a copy of the files, and tells the place between the marks. marked is false where there are none.
func (m mistake) plant(t *testing.T, shipped Files) (files Files, name string, at diag.Range, marked bool) {
	t.Helper()
	name = path.Join("flows", m.file+".yaml")
	files = Files{Scripts: shipped.Scripts, Commands: shipped.Commands}
	for _, f := range shipped.Flows {
		if f.Name == name {
			if n := strings.Count(string(f.Text), m.right); n != 1 {
				t.Fatalf("%q stands %d times in %s, want once", m.right, n, name)
			}
			before, after, _ := strings.Cut(string(f.Text), m.right)
			wrong, start, end := m.marks()
			marked = end > start
			at = diag.Range{File: name, Start: position(before + wrong[:start]), End: position(before + wrong[:end])}
			f.Text = []byte(before + wrong + after)
		}
		files.Flows = append(files.Flows, f)
	}
	return files, name, at, marked
}

// marks takes the marks out of the wrong text and tells where they were, in bytes.
func (m mistake) marks() (wrong string, start, end int) {
	before, rest, _ := strings.Cut(m.wrong, "«")
	inside, after, marked := strings.Cut(rest, "»")
	if !marked {
		return m.wrong, 0, 0
	}
	return before + inside + after, len(before), len(before) + len(inside)
}

// position is the place behind a text.
func position(text string) diag.Pos {
	line := text[strings.LastIndexByte(text, '\n')+1:]
	return diag.Pos{Line: strings.Count(text, "\n") + 1, Column: len([]rune(line)) + 1}
}

func lines(files Files, name string) []string {
	for _, f := range files.Flows {
		if f.Name == name {
			return strings.Split(string(f.Text), "\n")
		}
	}
	return nil
}

// cut is what a place on one line marks.
func cut(lines []string, r diag.Range) string {
	if r.Start.Line != r.End.Line || r.Start.Line > len(lines) {
		return fmt.Sprint(r)
	}
	return string([]rune(lines[r.Start.Line-1])[r.Start.Column-1 : r.End.Column-1])
}

// TestMistakesAreEnough: thirty kinds of slips at the least, in each of the three big flows, and no two rows are the same.
func TestMistakesAreEnough(t *testing.T) {
	t.Parallel()
	names, planted := map[string]bool{}, map[string]int{}
	for _, m := range mistakes {
		if names[m.name] {
			t.Errorf("%q stands there twice", m.name)
		}
		names[m.name] = true
		planted[m.file]++
	}
	if len(mistakes) < 30 {
		t.Errorf("%d mistakes, want 30", len(mistakes))
	}
	for _, flow := range []string{"order_tracking", "appointment_reminder", "payment_alert"} {
		if _, err := flows.Files.ReadFile(flow + ".yaml"); err != nil || planted[flow] == 0 {
			t.Errorf("nothing is planted in %s (%v)", flow, err)
		}
	}
}

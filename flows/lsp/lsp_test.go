package lsp

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"relevo/flows/project"
)

// order is a flow with a bit of everything. Its lines are counted in the tests, from 0.
const order = `flow: order
title: {en: Track an order, es: Seguir un pedido}
languages: [en, es]
triggers:
  - phrases: {en: [where is my order], es: [dónde está mi pedido]}
  - phrases: {en: [a parcel got lost], es: [un paquete perdido]}
    goto: to_agent
slots:
  order_id: {type: text, title: {en: order number, es: número de pedido}}
  order: {type: object}
scripts: [orders.js]
initial: ask_order
on:
  agent: to_agent
states:
  ask_order:
    ask: order_id
    say: {en: "¿😀? Which order is it?", es: "¿Qué pedido es?"}
    on: {answered: find, exhausted: to_agent}
    after: {30m: bye}
  find:
    call: {get: "{{ config.orders_url }}/orders/{{ order_id }}", save: order}
    on: {ok: report, failed: to_agent}
  report:
    say: "{{ orders.describe(order, language) }} on {{ format_date(now) }}"
    goto:
      - when: order.status == "lost" && order_id != nil
        goto: to_agent
      - goto: bye
  to_agent:
    handoff:
      queue: orders
      say: {en: One moment., es: Un momento.}
      summary: "About {{ order_id ?? 'nothing' }}"
      outcomes: [resolved]
    on: {resolved: bye, unavailable: bye}
  bye:
    say: {en: Bye!, es: ¡Adiós!}
    end: resolved
`

const script = `// Says in one sentence how an order is doing.
// order may be nil.
export function describe(order, language) {
  return order.status
}
`

var shop = map[string]string{"flows/order.yaml": order, "scripts/orders.js": script}

// at puts the cursor into a text: behind the n-th place where some words stand, from 1.
func marked(body, words string, n int) string {
	at := 0
	for range n {
		next := strings.Index(body[at:], words)
		if next < 0 {
			panic(words + " is not there")
		}
		at += next + len(words)
	}
	return body[:at] + "¦" + body[at:]
}

func TestDefinition(t *testing.T) {
	t.Parallel()
	c := start(t, shop, "")
	c.open("flows/order.yaml", order)
	if found := c.findings("flows/order.yaml"); len(found) != 0 {
		t.Fatalf("the example has findings: %v", found)
	}
	tests := []struct {
		words string
		n     int
		want  string
	}{
		{"answered: fi", 1, "20:2 find"},
		{"initial: ask", 1, "15:2 ask_order"},
		{"    goto: to_a", 1, "29:2 to_agent"},
		{"{ok: rep", 1, "23:2 report"},
		{"  agent: to_", 1, "29:2 to_agent"},
		{"{30m: by", 1, "36:2 bye"},
		{"        goto: to_a", 1, "29:2 to_agent"},
		{"- goto: b", 1, "36:2 bye"},
		{"{resolved: by", 1, "36:2 bye"},
		{"ask: order", 1, "8:2 order_id"},
		{"/orders/{{ ord", 1, "8:2 order_id"},
		{"save: ord", 1, "9:2 order"},
		{"describe(ord", 1, "9:2 order"},
		{"&& order_", 1, "8:2 order_id"},
		{"summary: \"About {{ order", 1, "8:2 order_id"},
		{"orders.desc", 1, "2:16 describe"},
		{"scripts: [ord", 1, "0:0 "},
		{"say: {en: \"¿", 1, ""},
		{"flow: ord", 1, "0:6 order"},
	}
	for _, tt := range tests {
		_, at := cut(marked(order, tt.words, tt.n))
		got := decode[[]location](t, c.call("textDocument/definition", c.params("flows/order.yaml", at)))
		body := order
		if len(got) > 0 && strings.HasSuffix(got[0].URI, ".js") {
			body = script
		}
		if places(body, got) != tt.want {
			t.Errorf("%s: got %q, want %q", tt.words, places(body, got), tt.want)
		}
	}
}

func TestReferences(t *testing.T) {
	t.Parallel()
	c := start(t, shop, "")
	c.open("flows/order.yaml", order)
	tests := []struct {
		words string
		n     int
		want  string
	}{
		{"  find", 1, "18:19 find, 20:2 find"},
		{"describe(order", 1, "9:2 order, 21:71 order, 24:29 order, 26:14 order"},
		{"queue: ", 1, "31:13 orders"},
		{"orders.desc", 1, "24:13 orders.describe"},
		{"{ok", 1, "22:9 ok"},
	}
	c.findings("flows/order.yaml")
	for _, tt := range tests {
		_, at := cut(marked(order, tt.words, tt.n))
		params := strings.TrimSuffix(c.params("flows/order.yaml", at), "}") + `,"context":{"includeDeclaration":true}}`
		if got := places(order, decode[[]location](t, c.call("textDocument/references", params))); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.words, got, tt.want)
		}
	}
}

func TestSymbols(t *testing.T) {
	t.Parallel()
	c := start(t, shop, "")
	c.open("flows/order.yaml", order)
	var got []string
	for _, group := range decode[[]documentSymbol](t, c.call("textDocument/documentSymbol", fmt.Sprintf(`{"textDocument":{"uri":%q}}`, c.uri("flows/order.yaml")))) {
		for _, symbol := range group.Children {
			got = append(got, symbol.Name+" "+symbol.Detail)
		}
	}
	want := "order_id text, order object, ask_order asks order_id, find calls another system, report decides where to go, to_agent hands over to orders, bye ends: resolved"
	if strings.Join(got, ", ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, ", "), want)
	}
}

func TestRename(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, words, to string
		replaced        string // what becomes of the words of the flow, "old=new"
		refused         string
	}{
		{"a state, everywhere", "answered: fi", "look_up", "answered: find=answered: look_up|  find:=  look_up:", ""},
		{"a state that triggers and guards lead to", "  agent: to", "people", "to_agent=people", ""},
		{"the first state", "initial: ask", "begin", "initial: ask_order=initial: begin|  ask_order:=  begin:", ""},
		{"a slot, in expressions too", "ask: order", "number", "  order_id: {=  number: {|ask: order_id=ask: number|/{{ order_id }}=/{{ number }}|&& order_id !==&& number !=|{{ order_id ??={{ number ??", ""},
		{"a name that is taken", "answered: fi", "bye", "", `there is a state called "bye" already`},
		{"a name that is none", "answered: fi", "Find it", "", `"Find it" is not a name`},
		{"a slot with a name of expressions", "ask: order", "contact", "", `"contact" has a meaning of its own`},
		{"a slot with the name of a script", "ask: order", "orders", "", `"orders" is the name of a script`},
		{"a word of the language", "title", "x", "", "only states and slots"},
		{"a value of expressions", "describe(order, lang", "x", "", `no slot of this flow is called "language"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := start(t, shop, "")
			at := c.open("flows/order.yaml", marked(order, tt.words, 1))
			m := c.try("textDocument/rename", strings.TrimSuffix(c.params("flows/order.yaml", at), "}")+`,"newName":`+quoted(tt.to)+`}`)
			if tt.refused != "" {
				if m.Error == nil || !strings.Contains(m.Error.Message, tt.refused) {
					t.Errorf("got %+v, want %s", m.Error, tt.refused)
				}
				return
			}
			if m.Error != nil {
				t.Fatal(m.Error.Message)
			}
			want := order
			for _, pair := range strings.Split(tt.replaced, "|") {
				old, next := pair[:len(pair)/2], ""
				for i := range pair { // the = that makes both halves occur
					if pair[i] == '=' && strings.Contains(order, pair[:i]) {
						old, next = pair[:i], pair[i+1:]
					}
				}
				want = strings.ReplaceAll(want, old, next)
			}
			got := apply(order, decode[workspaceEdit](t, m.Result).Changes[c.uri("flows/order.yaml")])
			if got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			c.change("flows/order.yaml", got)
			if found := c.findings("flows/order.yaml"); len(found) != 0 {
				t.Errorf("the renamed flow has findings: %v", found)
			}
		})
	}
}

// TestRenameNeedsYAML: names may be missed in a file that can not be read.
func TestRenameNeedsYAML(t *testing.T) {
	t.Parallel()
	c := start(t, shop, "")
	at := c.open("flows/order.yaml", strings.Replace(marked(order, "answered: fi", 1), "after: {30m: bye}", "after: {30m: bye", 1))
	m := c.try("textDocument/prepareRename", c.params("flows/order.yaml", at))
	if m.Error == nil || !strings.Contains(m.Error.Message, "mend line 20 first") {
		t.Errorf("got %+v", m.Error)
	}
}

// labels of what is offered at the cursor, one for all.
func (c *client) offered(name string, at position) []completionItem {
	c.t.Helper()
	return decode[completionList](c.t, c.call("textDocument/completion", c.params(name, at))).Items
}

func TestCompletion(t *testing.T) {
	t.Parallel()
	with := func(old, new string) string {
		if !strings.Contains(order, old) {
			panic(old + " is not there")
		}
		return strings.Replace(order, old, new, 1)
	}
	tests := []struct {
		name, text string
		want       string // all of these
		not        string // none of these
	}{
		{"states behind goto, while the rest is whole", with("- goto: bye", "- goto: ¦"), "ask_order find report to_agent bye", "order_id"},
		{"states in on, in brackets", with("answered: find", "answered: ¦"), "find bye", "order_id"},
		{"states in brackets that are not closed", with("on: {ok: report, failed: to_agent}", "on: {ok: re¦"), "report bye", ""},
		{"no keys where a state stands behind its key", with("ok: report, failed: to_agent}", "ok: report}\n    after:\n      1d: ¦"), "bye", "when goto"},
		{"no keys where a text stands behind its key", with("say: {en: One moment., es: Un momento.}", "say: ¦"), "", "en"},
		{"states behind initial", with("initial: ask_order", "initial: ¦"), "ask_order", ""},
		{"states in after", with("{30m: bye}", "{30m: ¦}"), "bye", ""},
		{"slots behind ask", with("ask: order_id", "ask: o¦"), "order_id order", "bye"},
		{"slots that hold data behind save", with("save: order}", "save: ¦}"), "order", "order_id"},
		{"names in a text", with("on {{ format_date(now) }}", "on {{ ¦ }}"), "order_id order contact config language now format_date orders upper", "bye"},
		{"names in braces that are not closed", with("on {{ format_date(now) }}", "on {{ or¦"), "order_id orders", ""},
		{"names in a guard", with(`order.status == "lost" && order_id != nil`, "¦"), "order_id days_until", ""},
		{"functions of a script", with("orders.describe(order, language)", "orders.¦"), "describe", "order_id"},
		{"fields of the contact", with("on {{ format_date(now) }}", "on {{ contact.¦ }}"), "name timezone", "order_id"},
		{"what is configured", with("config.orders_url", "config.¦"), "orders_url", ""},
		{"events of a question", with("on: {answered: find, exhausted: to_agent}", "on: {¦}"), "answered exhausted agent undeliverable", "ok stop"},
		{"events of a call", with("on: {ok: report, failed: to_agent}", "on:\n      ok: report\n      ¦"), "failed 404 5xx", "answered ok"},
		{"outcomes of a handoff", with("on: {resolved: bye, unavailable: bye}", "on:\n      ¦"), "resolved accepted unavailable", "answered"},
		{"events of the flow's own on", with("on:\n  agent: to_agent\n", "on:\n  ¦\n"), "exhausted failed unavailable agent undeliverable", "elapsed"},
		{"languages that are missing", with(`{en: One moment., es: Un momento.}`, `{en: One moment., ¦}`), "es", "en"},
		{"queues", with("queue: orders", "queue: ¦"), "orders", ""},
		{"types of slots", with("{type: object}", "{type: ¦}"), "text yes_no object", ""},
		{"script files", with("scripts: [orders.js]", "scripts: [¦]"), "orders.js", ""},
		{"keys of a state that are not there", with("    end: resolved\n", "    ¦\n"), "end goto ask handoff", "say"},
		{"keys of the file", order + "¦", "timezone quiet renamed", "flow states"},
		{"keys of a slot", with("order: {type: object}", "order: {type: object, ¦}"), "title min", "type"},
		{"keys of a handoff", with("      queue: orders\n", "      queue: orders\n      ¦\n"), "priority", "queue say"},
		{"words of a key", with("      queue: orders\n", "      queue: orders\n      priority: ¦\n"), "high normal low", ""},
		{"durations", with("{30m: bye}", "{¦}"), "30m 1d", ""},
		{"nothing in a plain text", with("One moment.", "One ¦moment."), "", "order_id bye"},
		{"nothing in a comment", with("initial: ask_order", "# here ¦\ninitial: ask_order"), "", "flow"},
		{"an empty file", "¦", "flow title states", ""},
		{"an alternative", with("      - goto: bye", "      - goto: bye\n      - ¦"), "when set goto", ""},
		{"slots in set", with("    end: resolved", "    set: {¦}\n    end: resolved"), "order_id", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := start(t, shop, "")
			c.open("flows/order.yaml", order)
			c.findings("flows/order.yaml")
			at := c.change("flows/order.yaml", tt.text)
			var labels []string
			for _, item := range c.offered("flows/order.yaml", at) {
				labels = append(labels, item.Label)
			}
			for _, want := range strings.Fields(tt.want) {
				if !slices.Contains(labels, want) {
					t.Errorf("%s is not offered: %v", want, labels)
				}
			}
			for _, not := range strings.Fields(tt.not) {
				if slices.Contains(labels, not) {
					t.Errorf("%s is offered: %v", not, labels)
				}
			}
			if tt.want == "" && len(labels) > 0 {
				t.Errorf("got %v, want nothing", labels)
			}
		})
	}
}

// TestCodesAreOfferedWhereTheyAreAccepted: in a comment, the codes of the warnings that the file has.
func TestCodesAreOfferedWhereTheyAreAccepted(t *testing.T) {
	t.Parallel()
	c := start(t, shop, "")
	at := c.open("flows/order.yaml", strings.Replace(order, "    say: {en: Bye!, es: ¡Adiós!}", "    # accept yaml¦\n    say: {en: yes, es: ¡Adiós!}", 1))
	c.findings("flows/order.yaml")
	items := c.offered("flows/order.yaml", at)
	if len(items) != 1 || items[0].Label != "yaml-ambiguous" || items[0].TextEdit.NewText != "yaml-ambiguous: " {
		t.Errorf("got %+v", items)
	}
}

// TestCompletionReplacesTheWord: what was typed of a name is replaced, and quotes and brackets around it stay.
func TestCompletionReplacesTheWord(t *testing.T) {
	t.Parallel()
	c := start(t, shop, "")
	c.open("flows/order.yaml", order)
	text := strings.Replace(order, "answered: find", "answered: fi¦", 1)
	at := c.change("flows/order.yaml", text)
	for _, item := range c.offered("flows/order.yaml", at) {
		if item.Label == "find" {
			body, _ := cut(text)
			if got := apply(body, []textEdit{*item.TextEdit}); got != order {
				t.Errorf("got\n%s", got)
			}
			return
		}
	}
	t.Error("find is not offered")
}

func TestHover(t *testing.T) {
	t.Parallel()
	c := start(t, shop, "")
	c.open("flows/order.yaml", order)
	c.findings("flows/order.yaml")
	for words, want := range map[string][]string{
		"answered: fi":   {"state find", "calls another system", "- ok → `report`", "`ask_order` (answered)"},
		"initial: ask":   {"state ask_order", "the start of the flow", "after 30m → `bye`", "Which order is it?"},
		"  agent: to_":   {"agent, from any state"},
		"    goto: to_a": {"a trigger"},
		"/orders/{{ ord": {"slot order_id", "text", "order number", "`ask_order` (ask)"},
		"orders.desc":    {"orders.describe(order, language)", "Says in one sentence", "order may be nil."},
		"format_d":       {"format_date(time, style?)"},
		"order, lang":    {"The language spoken now"},
		"on: {answ":      {"The contact has given a valid answer"},
		"    handof":     {"Hands the conversation over"},
	} {
		_, at := cut(marked(order, words, 1))
		got := decode[hover](t, c.call("textDocument/hover", c.params("flows/order.yaml", at)))
		for _, part := range want {
			if !strings.Contains(got.Contents.Value, part) {
				t.Errorf("%s: %q is not in\n%s", words, part, got.Contents.Value)
			}
		}
	}
}

// TestFindings: they come while people type, stand where they belong in UTF-16, and go when mended.
func TestFindings(t *testing.T) {
	t.Parallel()
	c := start(t, shop, "")
	c.open("flows/order.yaml", order)
	c.findings("flows/order.yaml")
	body, _ := cut(strings.NewReplacer("{{ order_id ??", "😀 {{ oder_id ??", "answered: find", "answered: fnd").Replace(order))
	c.change("flows/order.yaml", body)
	found := c.findings("flows/order.yaml")
	var got []string
	for _, d := range found {
		got = append(got, fmt.Sprintf("%s %s %s", d.Code, places(body, []location{{Range: d.Range}}), strings.ReplaceAll(d.Message, "\n", " | ")))
	}
	want := []string{
		`unknown-state 18:19 fnd no state is named "fnd" | hint: did you mean "find" (line 21)?`,
		`unknown-name 33:28 oder_id nothing here is called "oder_id" | hint: did you mean "order_id"?`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	_, at := cut(marked(body, "answered: f", 1))
	if said := decode[hover](t, c.call("textDocument/hover", c.params("flows/order.yaml", at))); !strings.Contains(said.Contents.Value, "manual of unknown-state") {
		t.Errorf("the finding is not explained: %s", said.Contents.Value)
	}
	c.change("flows/order.yaml", order)
	if found := c.findings("flows/order.yaml"); len(found) != 0 {
		t.Errorf("mended, and still %v", found)
	}
}

// TestFindingsOfOtherFiles: files that are not open are checked as they are on disk, against the texts that are.
func TestFindingsOfOtherFiles(t *testing.T) {
	t.Parallel()
	files := map[string]string{"flows/order.yaml": strings.Replace(order, "orders.describe", "orders.describ", 1), "scripts/orders.js": script}
	c := start(t, files, "")
	if found := c.findings("flows/order.yaml"); len(found) != 1 || found[0].Code != "expression" {
		t.Fatalf("got %v", found)
	}
	c.open("scripts/orders.js", strings.Replace(script, "describe", "describ", 1))
	if found := c.findings("flows/order.yaml"); len(found) != 0 {
		t.Errorf("got %v", found)
	}
	c.change("scripts/orders.js", "export function describ( {")
	if found := c.findings("scripts/orders.js"); len(found) == 0 || found[0].Code != "script-syntax" {
		t.Errorf("got %v", found)
	}
}

// TestTheConfigurationIsReadAgain: a queue that was added to relevo.yaml is known without a restart.
func TestTheConfigurationIsReadAgain(t *testing.T) {
	t.Parallel()
	var queue atomic.Value
	queue.Store("others")
	c := start(t, shop, "", func(o *Options) {
		o.Configure = func(folder string) (project.Options, error) { return configured(queue.Load().(string))(folder) }
	})
	c.open("flows/order.yaml", order)
	if found := c.findings("flows/order.yaml"); len(found) != 1 || found[0].Code != "unknown-queue" {
		t.Fatalf("got %v", found)
	}
	queue.Store("orders")
	c.notify("workspace/didChangeWatchedFiles", fmt.Sprintf(`{"changes":[{"uri":%q,"type":2}]}`, c.uri("relevo.yaml")))
	if found := c.findings("flows/order.yaml"); len(found) != 0 {
		t.Errorf("got %v", found)
	}
}

// TestOtherYAMLIsLeftAlone: a file that is no flow has no findings, and no check is made.
func TestOtherYAMLIsLeftAlone(t *testing.T) {
	t.Parallel()
	c := start(t, map[string]string{"bot/order.yaml": order, "bot/relevo.yaml": "listen: 127.0.0.1:8080\n", "scripts/orders.js": script}, "")
	c.open("bot/relevo.yaml", "listen: 127.0.0.1:8080\n")
	c.version["bot/relevo.yaml"] = 0
	c.open("bot/order.yaml", strings.Replace(order, "answered: find", "answered: fnd", 1))
	for range 2 { // relevo.yaml would come behind order.yaml
		if found := c.findings("bot/order.yaml"); len(found) != 1 {
			t.Fatalf("got %v", found)
		}
		c.change("bot/order.yaml", strings.Replace(order, "answered: find", "answered: fnnd", 1))
	}
	at := c.open("bot/compose.yaml", "services:\n  ¦")
	if items := c.offered("bot/compose.yaml", at); len(items) > 0 {
		t.Errorf("%d things are offered in a file that is no flow", len(items))
	}
	for len(c.notes) > 0 {
		if m := <-c.notes; strings.Contains(string(m.Params), "relevo.yaml") {
			t.Errorf("got %s", m.Params)
		}
	}
}

func TestCodeActions(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, old, new string // what is broken in the flow
		title          string
		want           string // what is in the mended flow
	}{
		{"a name is replaced", "answered: find", "answered: fnd", `Write "find"`, "answered: find,"},
		{"quotes stay", "answered: find", `answered: "fnd"`, `Write "find"`, `answered: "find",`},
		{"a name in an expression is replaced", "{{ order_id ??", "{{ oder_id ??", `Write "order_id"`, "About {{ order_id ??"},
		{"a key is replaced", "handoff:", "hand_off:", `Write "handoff"`, "    handoff:"},
		{"a language is added", `{en: Bye!, es: ¡Adiós!}`, `{en: Bye!}`, "Add es, with the text to translate", `say: {en: Bye!, es: Bye!}`},
		{"a language is added on a line", `{en: Bye!, es: ¡Adiós!}`, "\n      en: Bye!", "Add es, with the text to translate", "      en: Bye!\n      es: Bye!\n"},
		{"a state is added", "answered: find", "answered: thank_you", `Add a state called "thank_you"`, "\n\n  thank_you:\n    say: {en: \"…\", es: \"…\"}\n    end: resolved\n"},
		{"an event is led on", "failed: to_agent", "404: to_agent", `Lead failed to "to_agent"`, "on: {ok: report, 404: to_agent, failed: to_agent}"},
		{"on is added", "    on: {ok: report, failed: to_agent}\n", "", `Lead ok to "report"`, "save: order}\n    on: {ok: report}\n  report:"},
		{"a script is listed", "scripts: [orders.js]\n", "", "List orders.js under scripts", "scripts: [orders.js]\ninitial: ask_order"},
		{"a warning is accepted", "    say: {en: Bye!, es: ¡Adiós!}", "    say: {en: yes, es: ¡Adiós!}", "Accept this finding, and say why", "  bye:\n    # accept yaml-ambiguous: \n    say: {en: yes,"},
		{"a slot is declared", "ask: order_id", "ask: weight", `Declare a slot called "weight"`, "  order: {type: object}\n  weight: {type: text}\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := start(t, shop, "")
			body := strings.Replace(order, tt.old, tt.new, 1)
			if body == order {
				t.Fatalf("%s is not there", tt.old)
			}
			c.open("flows/order.yaml", body)
			found := c.findings("flows/order.yaml")
			params := fmt.Sprintf(`{"textDocument":{"uri":%q},"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":0}},"context":{"diagnostics":%s}}`, c.uri("flows/order.yaml"), mustJSON(found))
			var titles []string
			for _, action := range decode[[]codeAction](t, c.call("textDocument/codeAction", params)) {
				titles = append(titles, action.Title)
				if action.Title != tt.title {
					continue
				}
				if got := apply(body, action.Edit.Changes[c.uri("flows/order.yaml")]); !strings.Contains(got, tt.want) {
					t.Errorf("got\n%s", got)
				}
				return
			}
			t.Errorf("got %q, for %v", titles, found)
		})
	}
}

// TestARenamedStateIsNoted: who renames a state can keep its old name for the runs that stand in it.
func TestARenamedStateIsNoted(t *testing.T) {
	t.Parallel()
	c := start(t, shop, "")
	at := c.open("flows/order.yaml", marked(order, "answered: fi", 1))
	edit := decode[workspaceEdit](t, c.call("textDocument/rename", strings.TrimSuffix(c.params("flows/order.yaml", at), "}")+`,"newName":"look_up"}`))
	body := apply(order, edit.Changes[c.uri("flows/order.yaml")])
	c.change("flows/order.yaml", body)
	_, at = cut(marked(body, "  look", 1))
	params := fmt.Sprintf(`{"textDocument":{"uri":%q},"range":{"start":%[2]s,"end":%[2]s},"context":{"diagnostics":[]}}`, c.uri("flows/order.yaml"), mustJSON(at))
	actions := decode[[]codeAction](t, c.call("textDocument/codeAction", params))
	if len(actions) != 1 {
		t.Fatalf("got %v", actions)
	}
	if got := apply(body, actions[0].Edit.Changes[c.uri("flows/order.yaml")]); !strings.Contains(got, "\nrenamed: {find: look_up}\ninitial:") {
		t.Errorf("got\n%s", got)
	}
}

// TestFindingsInTheLanguageOfTheEditor: and what mends them is found in each.
func TestFindingsInTheLanguageOfTheEditor(t *testing.T) {
	t.Parallel()
	portuguese := func(o *Options) { o.Language = "pt" }
	for name, tt := range map[string]struct {
		initialize string // capabilities, and what else the editor says of itself
		adjust     []func(*Options)
		want       string
	}{
		"an editor that says nothing":      {`{}`, nil, "no state is named \"fnd\"\nhint: did you mean \"find\" (line 21)?"},
		"an editor in Mexico":              {`{},"locale":"es-MX"`, nil, "ningún estado se llama \"fnd\"\npista: ¿quisiste decir \"find\" (línea 21)?"},
		"a machine in Brazil":              {`{}`, []func(*Options){portuguese}, "nenhum estado se chama \"fnd\"\ndica: você quis dizer \"find\" (linha 21)?"},
		"a Spanish editor there":           {`{},"locale":"es"`, []func(*Options){portuguese}, "ningún estado se llama \"fnd\"\npista: ¿quisiste decir \"find\" (línea 21)?"},
		"a language that there is not yet": {`{},"locale":"fr-FR"`, nil, "no state is named \"fnd\"\nhint: did you mean \"find\" (line 21)?"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := start(t, shop, tt.initialize, tt.adjust...)
			c.open("flows/order.yaml", strings.Replace(order, "answered: find", "answered: fnd", 1))
			found := c.findings("flows/order.yaml")
			if len(found) != 1 || found[0].Message != tt.want {
				t.Fatalf("got %v, want %q", found, tt.want)
			}
			params := fmt.Sprintf(`{"textDocument":{"uri":%q},"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":0}},"context":{"diagnostics":%s}}`, c.uri("flows/order.yaml"), mustJSON(found))
			actions := decode[[]codeAction](t, c.call("textDocument/codeAction", params))
			if !slices.ContainsFunc(actions, func(a codeAction) bool { return a.Title == `Write "find"` }) {
				t.Errorf("nothing mends it: %v", actions)
			}
		})
	}
}

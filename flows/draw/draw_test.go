package draw

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"relevo/engine"
)

func str(v string) engine.Str { return engine.Str{V: v} }

func text(pairs ...string) engine.Text {
	var t engine.Text
	for i := 0; i < len(pairs); i += 2 {
		t.By = append(t.By, engine.LanguageText{Language: str(pairs[i]), Text: str(pairs[i+1])})
	}
	return t
}

func to(state string) []engine.Alternative { return []engine.Alternative{{Goto: str(state)}} }

func on(pairs ...string) []engine.Handler {
	var list []engine.Handler
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, engine.Handler{Event: str(pairs[i]), Alternatives: to(pairs[i+1])})
	}
	return list
}

func after(d time.Duration, state string) []engine.After {
	return []engine.After{{After: engine.Duration{V: d, Set: true}, Alternatives: to(state)}}
}

func messages(texts ...engine.Text) []engine.Say {
	var list []engine.Say
	for _, t := range texts {
		list = append(list, engine.Say{Text: t})
	}
	return list
}

// sample is a small flow with a state of every kind, and with words that break what does not escape them.
func sample() *engine.Definition {
	return &engine.Definition{
		Hash: "sha256:0123456789abcdef", Flow: str("order_tracking"),
		Title:     text("en", `Track <an> "order" & more`, "es", "Seguir un pedido"),
		Languages: []engine.Str{str("en"), str("es")},
		Triggers: []engine.Trigger{
			{Phrases: []engine.Phrases{{Language: str("en"), Phrases: []engine.Str{str("where is my order")}}}},
			{Event: str("order.delayed"), Goto: str("quiet")},
		},
		Initial: str("ask_order"),
		On:      on("order.cancelled", "end"),
		States: []engine.State{
			{
				Name: str("ask_order"), Ask: &engine.Ask{Slot: str("order_id")},
				Say: messages(text("en", "What is your order number? </text><script>alert(1)</script>", "es", "¿Cuál es tu número de pedido?")),
				On:  on("answered", "find_order", "exhausted", "to_agent"), After: after(30*time.Minute, "quiet"),
			},
			{
				Name: str("find_order"), Call: &engine.CallSpec{Method: "GET", URL: str("{{ config.orders_url }}/orders/{{ order_id }}"), Save: str("order")},
				On: on("ok", "report", "404", "ask_order", "failed", "to_agent"),
			},
			{
				Name: str("report"), Say: messages(engine.Text{All: &engine.Str{V: "{{ orders.describe(order, language) }}"}}),
				Goto: []engine.Alternative{{When: str(`order.status == "lost" && order.total > 100 || false`), Goto: str("to_agent")}, {Goto: str("end")}},
			},
			{
				Name: str("to_agent"), Handoff: &engine.HandoffSpec{Queue: str("orders"), Priority: str("high"), Say: text("en", "I'll bring in a colleague.")},
				On: on("resolved", "end", "unavailable", "confrim"),
			},
			{Name: str("quiet"), After: after(26*time.Hour, "quiet")},
			{
				Name: str("sleep"), Wait: &engine.WaitSpec{Until: str("order.at - 24h"), Quiet: str("earlier")}, Say: messages(text("en", "I'll write to you.")),
				On: append(on("elapsed", "pay"), engine.Handler{Event: str("order.delayed"), Alternatives: []engine.Alternative{
					{When: str("event.data.days > 1"), Set: []engine.Assign{{Target: str("late"), Value: str("true")}}}, {Goto: str("quiet")},
				}}),
			},
			{
				Name: str("pay"), Run: &engine.RunSpec{Flow: str("payment"), With: []engine.Assign{{Target: str("amount"), Value: str("12")}}, Save: str("paid")},
				On: on("paid", "pictures", "ended", "end"),
			},
			{Name: str("pictures"), Say: []engine.Say{
				{Media: &engine.MediaSpec{Kind: engine.OutgoingImage, URL: str("https://a.example/b.png")}, Text: text("en", "Our shop")},
				{Location: &engine.LocationSpec{Name: text("en", "Shop")}},
				{Link: &engine.LinkSpec{Title: text("en", "Pay")}, Text: text("en", "Ready"), Template: &engine.TemplateSpec{Name: str("ready")}},
			}, Goto: to("end")},
			{Name: str("end"), Say: messages(text("en", "Have a good day!\x00")), End: str("resolved")},
		},
	}
}

func draw(t *testing.T, def *engine.Definition, opts Options) string {
	t.Helper()
	var out bytes.Buffer
	if err := Flow(def, opts).SVG(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestSVGIsWellFormedAndSafe(t *testing.T) {
	t.Parallel()
	svg := draw(t, sample(), Options{})
	dec := xml.NewDecoder(strings.NewReader(svg))
	states := map[string]int{}
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if name := start.Name.Local; name == "script" || name == "foreignObject" || name == "image" {
			t.Errorf("the picture has a <%s>", name)
		}
		for _, a := range start.Attr {
			if a.Name.Local == "data-state" {
				states[a.Value]++
			}
		}
	}
	want := map[string]int{"ask_order": 1, "find_order": 1, "report": 1, "to_agent": 1, "quiet": 1, "sleep": 1, "pay": 1, "pictures": 1, "end": 1, "confrim": 1}
	if diff := cmp.Diff(want, states); diff != "" {
		t.Errorf("states (-want +got)\n%s", diff)
	}
	for _, part := range []string{
		"<title id=\"flow-order_tracking-title\">Track &lt;an&gt;", "prefers-color-scheme:dark", "no such state", "queue orders",
		"after 26h", "order.cancelled", "GET {config.orders_url}/", "to_agent (handoff): I&#39;ll bring in a colleague.",
		"until order.at - 24h", "quiet hours: earlier", "flow payment with amount", "into paid", ">stays here</text>", "if event.data.days &gt; 1 stays here",
		"[image] Our shop [location] Shop Ready [link: Pay] [template ready]",
	} {
		if !strings.Contains(svg, part) {
			t.Errorf("the picture does not hold %q", part)
		}
	}
	for _, outside := range []string{"http://", "https://", "url(//", "@import"} {
		if rest := strings.ReplaceAll(svg, "http://www.w3.org/2000/svg", ""); strings.Contains(rest, outside) {
			t.Errorf("the picture asks for something outside: %s", outside)
		}
	}
}

func TestSVGIsTheSameEveryTime(t *testing.T) {
	t.Parallel()
	if named := draw(t, sample(), Options{Version: "sha256:0123456789abcdef"}); !strings.Contains(named, "version 0123456789ab<") {
		t.Error("the picture does not name its version")
	}
	first := draw(t, sample(), Options{Language: "es"})
	for range 3 {
		if draw(t, sample(), Options{Language: "es"}) != first {
			t.Fatal("two pictures of one flow differ")
		}
	}
}

func TestSVGSpeaksTheLanguage(t *testing.T) {
	t.Parallel()
	for language, want := range map[string]string{"es": "Seguir un pedido", "en": "Track &lt;an&gt;", "fr": "Track &lt;an&gt;", "": "Track &lt;an&gt;"} {
		svg := draw(t, sample(), Options{Language: language})
		if !strings.Contains(svg, want) {
			t.Errorf("%q: the picture does not hold %q", language, want)
		}
		if !strings.Contains(svg, "Have a good day!") {
			t.Errorf("%q: a text that this language lacks is gone", language)
		}
	}
}

func TestKindsDifferInShapeAndIcon(t *testing.T) {
	t.Parallel()
	outlines, marks, brackets, nodes := map[string]kind{}, map[string]kind{}, map[[2]string]kind{}, map[string]kind{}
	for _, k := range []kind{kindSay, kindAsk, kindCall, kindHandoff, kindWait, kindRun, kindEnd} {
		behind, shape, bars := outline(k, 0, 0, 200, 100)
		form := fmt.Sprint(behind, shape, bars)
		if other, taken := outlines[form]; taken {
			t.Errorf("%s has the shape of %s", k, other)
		}
		if other, taken := brackets[shapes[k]]; taken {
			t.Errorf("%s has the brackets of %s in Mermaid", k, other)
		}
		if other, taken := nodes[nodeShapes[k]]; taken || nodeShapes[k] == "" {
			t.Errorf("%s has the shape of %s in dot", k, other)
		}
		icon := icons[k].String()
		if other, taken := marks[icon]; taken || icon == "" {
			t.Errorf("%s has the icon of %s", k, other)
		}
		outlines[form], marks[icon], brackets[shapes[k]], nodes[nodeShapes[k]] = k, k, k, k
	}
}

func TestSVGOfAnEmptyFlow(t *testing.T) {
	t.Parallel()
	if svg := draw(t, &engine.Definition{Flow: str("empty")}, Options{}); !strings.Contains(svg, "empty") {
		t.Error("the picture has no name")
	}
}

func TestMermaid(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := Flow(sample(), Options{}).Mermaid(&out); err != nil {
		t.Fatal(err)
	}
	want := `---
title: "Track <an> \"order\" & more"
---
flowchart TB
  s0(("start<br/>“where is my order”<br/>event order.delayed")):::startBox
  s1{{"ask: ask_order<br/>What is your order number? #lt;/text#gt;#lt;script#gt;alert(1)#lt;/script#gt;<br/>into order_id"}}:::askBox
  s2[/"call: find_order<br/>GET {config.orders_url}/orders/{order_id}<br/>into order"/]:::callBox
  s3("say: report<br/>{orders.describe(order…}"):::sayBox
  s4[/"handoff: to_agent<br/>I'll bring in a colleague.<br/>queue orders  ·  high"\]:::handoffBox
  s5[\"wait: quiet"/]:::waitBox
  s6[\"wait: sleep<br/>I'll write to you.<br/>until order.at - 24h<br/>quiet hours: earlier"/]:::waitBox
  s7[["run: pay<br/>flow payment with amount<br/>into paid"]]:::runBox
  s8("say: pictures<br/>[image] Our shop [location] Shop Ready [link: Pay]…"):::sayBox
  s9((("end: end<br/>Have a good day!<br/>resolved"))):::endBox
  s10(["any state"]):::anyBox
  s11>"missing: confrim<br/>no such state"]:::missingBox
  s0 --> s1
  s0 -->|"order.delayed"| s5
  s1 -->|"answered"| s2
  s1 ==>|"exhausted"| s4
  s1 -.->|"after 30m"| s5
  s2 -->|"ok"| s3
  s2 -->|"404"| s1
  s2 ==>|"failed"| s4
  s3 ==>|"if order.status == #quot;lost#quot; #amp;#amp; order.total #gt; 100…"| s4
  s3 -->|"else"| s9
  s4 -->|"resolved"| s9
  s4 -->|"unavailable"| s11
  s5 -.->|"after 26h"| s5
  s6 -->|"elapsed"| s7
  s6 -->|"order.delayed, if event.data.days #gt; 1<br/>(stays here)"| s6
  s6 -->|"order.delayed, else"| s5
  s7 -->|"paid"| s8
  s7 -->|"ended"| s9
  s8 --> s9
  s10 -->|"order.cancelled"| s9
  classDef handoffBox stroke:#0f766e,stroke-width:3px
  classDef queueBox stroke:#0f766e,stroke-width:3px
  classDef endBox fill:#34312d,color:#ffffff,stroke:#34312d
  classDef anyBox stroke-dasharray:2 4
  classDef missingBox stroke-dasharray:6 4
  classDef marked stroke:#b45309,stroke-width:5px
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestWrap(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text  string
		lines int
		want  []string
	}{
		{"", 3, nil},
		{"short", 3, []string{"short"}},
		{"one two three four five six seven eight", 2, []string{"one two three four", "five six seven eight"}},
		{"first\nsecond", 3, []string{"first", "second"}},
		{"https/averyveryverylongname/tail", 3, []string{"https/", "averyveryverylong", "name/tail"}},
		{"ñandúñandúñandúñandúñandú", 1, []string{"ñandúñandúñand…"}},
		{"one two three four five six seven eight nine", 2, []string{"one two three four", "five six seven…"}},
	} {
		if diff := cmp.Diff(tt.want, wrap(tt.text, 10, 100, tt.lines)); diff != "" {
			t.Errorf("%q: (-want +got)\n%s", tt.text, diff)
		}
	}
}

func TestDuration(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		30 * time.Minute: "30m", 90 * time.Minute: "1h30m", 48 * time.Hour: "2d", time.Hour: "1h", 90 * time.Second: "1m30s", 26 * time.Hour: "26h",
	} {
		if got := duration(engine.Duration{V: d}); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestShortenKeepsCharactersWhole(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text string
		length     int
		want       string
	}{
		{"a short text stays", "hello", 5, "hello"},
		{"a word is not cut where its beginning is near", "where is my order today", 18, "where is my order…"},
		{"a long word is cut", "abcdefghijklmnop", 6, "abcde…"},
		{"an accent stays with its letter", "cafe\u0301 cafe\u0301", 5, "cafe\u0301…"},
		{"a family is one character", "👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧", 2, "👨‍👩‍👧…"},
		{"a skin stays with its hand", "👍🏽👍🏽👍🏽", 2, "👍🏽…"},
		{"a flag is one character", "🇪🇸🇵🇹🇲🇽", 2, "🇪🇸…"},
		{"Hebrew is cut at its end", "שלום עולם ועוד הרבה", 10, "שלום עולם…"},
		{"nothing stays nothing", "", 3, ""},
	} {
		if got := shorten(tt.text, tt.length); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestWideCharactersAreMeasuredWide(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"請問訂單", "👍👍👍👍", "👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧"} {
		if got := textWidth(text, 10); got < 40 || got > 48 {
			t.Errorf("%s: got %v, want about 44", text, got)
		}
	}
	if plain, accented := textWidth("cafe", 10), textWidth("cafe\u0301", 10); plain != accented {
		t.Errorf("an accent makes a word wider: %v, %v", plain, accented)
	}
}

package draw

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"relevo/engine"
	"relevo/engine/diag"
)

func walk() *Marks {
	return &Marks{Walk: []diag.Step{
		{To: "ask_order"}, {From: "ask_order", Event: "answered", To: "find_order"}, {From: "find_order", Event: "404", To: "ask_order"},
		{From: "ask_order", Event: "after:30m0s", To: "quiet"}, {From: "quiet", Event: "order.cancelled", Anywhere: true, To: "end"},
	}}
}

func TestAWalkIsNumbered(t *testing.T) {
	t.Parallel()
	p := Flow(sample(), Options{Marks: walk()})
	badges := map[string]string{}
	for _, b := range p.boxes {
		if b.marks.on {
			badges[nameOf(b.id)] = b.marks.badge()
		}
	}
	if diff := cmp.Diff(map[string]string{"ask_order": "1 · 3", "find_order": "2", "quiet": "4", "end": "5"}, badges); diff != "" {
		t.Errorf("states (-want +got)\n%s", diff)
	}
	ways := map[string]string{}
	for _, a := range p.arrows {
		if a.marks.on {
			ways[nameOf(a.from)+" "+nameOf(a.to)] = a.marks.badge()
		}
	}
	want := map[string]string{"start ask_order": "1", "ask_order find_order": "2", "find_order ask_order": "3", "ask_order quiet": "4", "any end": "5"}
	if diff := cmp.Diff(want, ways); diff != "" {
		t.Errorf("ways (-want +got)\n%s", diff)
	}
}

func TestAWalkIsDrawnWithoutColourToo(t *testing.T) {
	t.Parallel()
	svg := draw(t, sample(), Options{Marks: walk()})
	for _, part := range []string{`class="box say dim"`, ">1 · 3</text>", `class="way-mark"`, `class="halo"`, "order in the transcript", "[1 · 3]"} {
		if !strings.Contains(svg, part) {
			t.Errorf("the picture does not hold %q", part)
		}
	}
}

func TestCountsAreBadgesAndWeights(t *testing.T) {
	t.Parallel()
	svg := draw(t, sample(), Options{Marks: &Marks{Counts: map[string]int64{"ask_order": 90, "to_agent": 40, "quiet": 3, "report": 0, "gone": 9}}})
	for _, part := range []string{">90</text>", ">40</text>", ">3</text>", `class="halo-most"`, `class="halo"`, `class="halo-few"`, "runs that stand here"} {
		if !strings.Contains(svg, part) {
			t.Errorf("the picture does not hold %q", part)
		}
	}
	if strings.Contains(svg, "box say dim") || strings.Contains(svg, ">0</text>") {
		t.Error("a state without runs is marked, or steps back")
	}
}

func TestALongWalkIsCutInTheBadge(t *testing.T) {
	t.Parallel()
	if got := (mark{on: true, orders: []int{1, 2, 3, 4, 5}}).badge(); got != "1 · 2 · 3 · …" {
		t.Errorf("got %q", got)
	}
}

func TestMarksInMermaidAndDot(t *testing.T) {
	t.Parallel()
	p := Flow(sample(), Options{Marks: walk()})
	var mermaid, dot bytes.Buffer
	if err := p.Mermaid(&mermaid); err != nil {
		t.Fatal(err)
	}
	if err := p.Dot(&dot); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"(1 · 3)\"}}:::marked", "linkStyle 0 stroke-width:4px"} {
		if !strings.Contains(mermaid.String(), part) {
			t.Errorf("Mermaid does not hold %q:\n%s", part, &mermaid)
		}
	}
	for _, part := range []string{`(1 · 3)", shape=hexagon, penwidth=5`, `label="answered\n(2)", penwidth=4`} {
		if !strings.Contains(dot.String(), part) {
			t.Errorf("dot does not hold %q:\n%s", part, &dot)
		}
	}
}

func TestDot(t *testing.T) {
	t.Parallel()
	def := &engine.Definition{
		Flow: str(`a"b\c`), Title: text("en", "A \"title\"\n\x00\\"), Initial: str("ask"), On: on("agent", "people"),
		States: []engine.State{
			{Name: str("ask"), Ask: &engine.Ask{Slot: str("x")}, Say: messages(text("en", `Say "yes"`)), On: on("answered", "bye"), After: after(1800e9, "people")},
			{Name: str("people"), Handoff: &engine.HandoffSpec{Queue: str("q")}, On: on("resolved", "gone")},
			{Name: str("bye"), End: str("done")},
		},
	}
	var out bytes.Buffer
	if err := Flow(def, Options{}).Dot(&out); err != nil {
		t.Fatal(err)
	}
	want := `digraph "a\"b\\c" {
  graph [label="A \"title\" \\", labelloc=t, fontname=Helvetica, fontsize=20, rankdir=TB, nodesep=0.4]
  node [fontname=Helvetica, fontsize=11]
  edge [fontname=Helvetica, fontsize=10, color="#857f75"]
  s0 [label="start", shape=circle, penwidth=2]
  s1 [label="ask: ask\nSay \"yes\"\ninto x", shape=hexagon]
  s2 [label="handoff: people\nqueue q", shape=octagon, penwidth=3, color="#0f766e"]
  s3 [label="end: bye\ndone", shape=oval, style=filled, fillcolor="#34312d", fontcolor=white]
  s4 [label="any state", shape=ellipse, style=dotted]
  s5 [label="missing: gone\nno such state", shape=diamond, style=dashed]
  s0 -> s1 [label=""]
  s1 -> s3 [label="answered"]
  s1 -> s2 [label="after 30m", style=dashed, penwidth=3, color="#0f766e"]
  s2 -> s5 [label="resolved"]
  s4 -> s2 [label="agent", style=dotted, penwidth=3, color="#0f766e"]
}
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestAllFlows(t *testing.T) {
	t.Parallel()
	payment := &engine.Definition{Flow: str("payment"), Title: text("en", "Pay"), States: []engine.State{
		{Name: str("help"), Handoff: &engine.HandoffSpec{Queue: str("orders")}}, {Name: str("more"), Run: &engine.RunSpec{Flow: str("nowhere")}},
	}}
	p := All([]*engine.Definition{sample(), payment}, Options{Marks: &Marks{Counts: map[string]int64{"payment": 2}}})
	var out bytes.Buffer
	if err := p.SVG(&out); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{
		"All flows", "2 flows", "“where is my order”", "event order.delayed", "order_tracking (flow)", `pay: paid, ended leads to payment`, "to_agent leads to queue orders",
		"orders (queue)", "no such flow", ">2</text>",
	} {
		if !strings.Contains(out.String(), part) {
			t.Errorf("the picture does not hold %q", part)
		}
	}
	var twice bytes.Buffer
	if err := All([]*engine.Definition{sample(), sample()}, Options{}).Mermaid(&twice); err != nil || strings.Count(twice.String(), "flow: order_tracking") != 1 {
		t.Errorf("a flow that is there twice: %v\n%s", err, &twice)
	}
}

// TestEveryLanguageHasEveryWord: a word that is missing in one language would leave a hole in its pictures.
func TestEveryLanguageHasEveryWord(t *testing.T) {
	t.Parallel()
	for language, w := range vocabularies {
		v := reflect.ValueOf(w)
		for i := range v.NumField() {
			if field := v.Field(i); field.Kind() == reflect.String && field.String() == "" {
				t.Errorf("%s: %s is empty", language, v.Type().Field(i).Name)
			}
		}
		for k := range icons {
			if w.kinds[k] == "" {
				t.Errorf("%s: no word for %s", language, k)
			}
		}
	}
	for language, want := range map[string]string{"es": "CUALQUIER ESTADO", "pt-BR": "QUALQUER ESTADO", "fr": "ANY STATE", "": "ANY STATE"} {
		if svg := draw(t, sample(), Options{Language: language}); !strings.Contains(svg, want) {
			t.Errorf("%q: the picture does not hold %q", language, want)
		}
	}
}

package draw

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"relevo/engine"
	"relevo/flows"
)

// shipped reads a shipped flow.
func shipped(t testing.TB, name string) *engine.Definition {
	t.Helper()
	source, err := os.ReadFile("../" + name + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	def, findings := flows.Load(name+".yaml", source)
	if def == nil {
		t.Fatal(findings)
	}
	return def
}

var shippedFlows = []string{"order_tracking", "appointment_reminder", "payment_alert", "security_alert"}

// large is a flow of so many states that all lead to the next one, to one that everything leads to, and back.
func large(states int) *engine.Definition {
	def := &engine.Definition{Flow: str("large"), Initial: str("s0")}
	for i := range states {
		def.States = append(def.States, engine.State{
			Name: str(fmt.Sprint("s", i)), Ask: &engine.Ask{Slot: str("answer")}, Say: messages(text("en", "What would you like to do now? Please choose.")),
			On:    on("answered", fmt.Sprint("s", (i+1)%states), "person", "s5", "back", fmt.Sprint("s", i/2), "jump", fmt.Sprint("s", i*7%states)),
			After: after(time.Hour, fmt.Sprint("s", i*3%states)),
		})
	}
	return def
}

// fan is a menu from which everything is reached.
func fan(states int) *engine.Definition {
	def := &engine.Definition{Flow: str("fan"), Initial: str("menu"), States: []engine.State{{Name: str("menu"), Ask: &engine.Ask{Slot: str("wish")}}}}
	for i := range states {
		name := fmt.Sprint("s", i)
		def.States = append(def.States, engine.State{Name: str(name), End: str("done")})
		def.States[0].On = append(def.States[0].On, on(fmt.Sprint("choice", i), name)...)
	}
	return def
}

// islands are states that nothing leads to, each with more ways out than a chapter takes.
func islands(states int) *engine.Definition {
	def := &engine.Definition{Flow: str("islands")}
	for i := range states {
		def.States = append(def.States, engine.State{Name: str(fmt.Sprint("s", i)), Ask: &engine.Ask{Slot: str("x")}})
		for way := range 9 {
			def.States[i].On = append(def.States[i].On, on(fmt.Sprint("w", way), fmt.Sprint("gone", i*9+way))...)
		}
	}
	return def
}

// drawings are flows of every form.
func drawings(t testing.TB) map[string]Picture {
	t.Helper()
	all := map[string]Picture{
		"sample": Flow(sample(), Options{}), "empty": Flow(&engine.Definition{Flow: str("empty")}, Options{}),
		"large": Flow(large(60), Options{}), "fan": Flow(fan(40), Options{}), "islands": Flow(islands(3), Options{}),
		"loop": Flow(&engine.Definition{Flow: str("loop"), Initial: str("a"), States: []engine.State{{Name: str("a"), Goto: to("a")}}}, Options{}),
	}
	var defs []*engine.Definition
	for _, name := range shippedFlows {
		def := shipped(t, name)
		defs = append(defs, def)
		all[name] = Flow(def, Options{Language: "es"})
	}
	all["all"] = All(append(defs, sample()), Options{})
	return all
}

func TestEveryBoxAndArrowIsShownOnce(t *testing.T) {
	t.Parallel()
	for name, p := range drawings(t) {
		s := newSketch(p)
		seen, ways := map[string]int{}, 0
		for _, ch := range s.chapters {
			ways += len(ch.links)
			for _, c := range ch.cards {
				seen[c.id]++
				ways += len(c.jumps)
			}
		}
		for _, b := range p.boxes {
			if seen[b.id] != 1 && b.kind != kindStart {
				t.Errorf("%s: box %q is there %d times", name, b.id, seen[b.id])
			}
		}
		want := 0
		for _, a := range p.arrows {
			if a.from != startID {
				want++
			}
		}
		if ways != want {
			t.Errorf("%s: %d ways are drawn or written, want %d", name, ways, want)
		}
	}
}

// frame is a rectangle of the picture.
type frame struct {
	name                     string
	left, top, right, bottom float64
}

func (f frame) overlaps(g frame) bool {
	const hair = 0.5
	return f.left < g.right-hair && g.left < f.right-hair && f.top < g.bottom-hair && g.top < f.bottom-hair
}

// frames are the cards and labels of a chapter, on the page.
func (ch *chapter) frames() (cards, labels []frame) {
	for _, c := range ch.cards {
		cards = append(cards, frame{c.id, ch.x + c.x - c.width/2, ch.y + c.y, ch.x + c.x + c.width/2, ch.y + c.y + c.height})
	}
	for _, l := range ch.links {
		if h := l.labelHeight(); h > 0 {
			bottom := ch.y + l.target.y - tipGap
			labels = append(labels, frame{strings.Join(l.labels, ","), ch.x + l.port - l.labelWidth/2, bottom - h, ch.x + l.port + l.labelWidth/2, bottom})
		}
	}
	return cards, labels
}

func TestNothingLiesOnSomethingElse(t *testing.T) {
	t.Parallel()
	for name, p := range drawings(t) {
		s := newSketch(p)
		var all []frame
		for _, ch := range s.chapters {
			cards, labels := ch.frames()
			all = append(append(all, cards...), labels...)
		}
		for i, f := range all {
			if f.left < 0 || f.top < headerHeight || f.right > s.width || f.bottom > s.height-margin-s.legendHeight() {
				t.Errorf("%s: %q lies outside the page: %v", name, f.name, f)
			}
			for _, g := range all[:i] {
				if f.overlaps(g) {
					t.Errorf("%s: %q lies on %q: %v %v", name, f.name, g.name, f, g)
				}
			}
		}
	}
}

// rulerCanvas collects the texts.
type rulerCanvas struct {
	t     *testing.T
	texts int
	right float64
}

func (c *rulerCanvas) begin(group)     {}
func (c *rulerCanvas) end()            {}
func (c *rulerCanvas) path(look, path) {}
func (c *rulerCanvas) text(l look, x, y float64, text string) {
	c.texts++
	size := l.size
	if l.heavy {
		size *= boldWider
	}
	w := textWidth(text, size)
	switch l.anchor {
	case "end":
		w = 0
	case "middle":
		w /= 2
	}
	c.right = math.Max(c.right, x+w)
}

func TestNoTextLeavesThePage(t *testing.T) {
	t.Parallel()
	for name, p := range drawings(t) {
		s := newSketch(p)
		c := &rulerCanvas{t: t}
		s.draw(c)
		if c.right > s.width || c.texts == 0 {
			t.Errorf("%s: %d texts reach to %v, the page to %v", name, c.texts, c.right, s.width)
		}
	}
}

// TestPagesHaveTheShapeOfAPage holds a picture of any flow within what a wall or a screen takes.
func TestPagesHaveTheShapeOfAPage(t *testing.T) {
	t.Parallel()
	for name, p := range drawings(t) {
		s := newSketch(p)
		if shape := s.width / s.height; len(p.boxes) > 6 && (shape < 0.4 || shape > 2.4) {
			t.Errorf("%s: %v by %v", name, s.width, s.height)
		}
	}
}

func TestTheLargestFlowIsDrawnInTime(t *testing.T) {
	t.Parallel()
	for _, def := range []*engine.Definition{large(engine.MaxStates), fan(engine.MaxStates - 1)} {
		begin := time.Now()
		var out strings.Builder
		if err := Flow(def, Options{}).SVG(&out); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begin); took > 10*time.Second {
			t.Errorf("%s: %v", def.Flow.V, took)
		}
		if got := strings.Count(out.String(), "data-state="); got != engine.MaxStates {
			t.Errorf("%s: %d states", def.Flow.V, got)
		}
	}
}

func TestWaysToPeopleAndTimeAreDrawnApart(t *testing.T) {
	t.Parallel()
	def := &engine.Definition{Flow: str("f"), Initial: str("a"), States: []engine.State{
		{Name: str("a"), Ask: &engine.Ask{Slot: str("x")}, On: on("answered", "b", "person", "c"), After: append(after(time.Hour, "d"), after(2*time.Hour, "e")...)},
		{Name: str("b"), End: str("done")}, {Name: str("c"), Handoff: &engine.HandoffSpec{Queue: str("q")}},
		{Name: str("d"), End: str("late")}, {Name: str("e"), Handoff: &engine.HandoffSpec{Queue: str("q")}},
	}}
	svg := draw(t, def, Options{})
	for _, l := range []look{lookWay, lookWayHuman, lookWayTimed, lookLate} {
		if strings.Count(svg, `class="`+l.class+`"`) == 0 {
			t.Errorf("no line looks like %s", l.class)
		}
	}
	if lookWayHuman.width < lookWay.width*1.5 || len(lookWayTimed.dash) == 0 || len(lookLate.dash) == 0 || lookLate.width != lookWayHuman.width {
		t.Error("without colour, lines to people and lines after a time are like others")
	}
}

func TestPlacesAreAsNearAsTheyCanBe(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name                      string
		want, weight, apart, goal []float64
	}{
		{"far enough apart", []float64{0, 50, 100}, []float64{1, 1, 1}, []float64{0, 10, 10}, []float64{0, 50, 100}},
		{"at one place", []float64{10, 10}, []float64{1, 1}, []float64{0, 20}, []float64{0, 20}},
		{"the heavier one moves less", []float64{10, 10}, []float64{3, 1}, []float64{0, 20}, []float64{5, 25}},
		{"in the wrong order", []float64{30, 0, 60}, []float64{1, 1, 1}, []float64{0, 10, 10}, []float64{10, 20, 60}},
		{"nothing", nil, nil, nil, nil},
	} {
		got := apartBy(tt.want, tt.weight, tt.apart)
		if fmt.Sprint(got) != fmt.Sprint(tt.goal) && len(got)+len(tt.goal) > 0 {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.goal)
		}
	}
}

func BenchmarkSVG(b *testing.B) {
	for _, name := range shippedFlows {
		def := shipped(b, name)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				var out strings.Builder
				if err := Flow(def, Options{}).SVG(&out); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

package draw

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"strings"

	"relevo/engine"
	"relevo/scripts/layout"
)

// Options say how a flow is drawn.
type Options struct {
	Language string // of the texts, "es"; the flow's first language where it is empty or a text lacks it
	Version  string // that the picture names; none where it is empty: a file alone has no version, as its scripts are a part of it
}

// Sizes of the picture, in pixels.
const (
	margin       = 44.0
	headerHeight = 84.0
	legendHeight = 64.0
	boxWidth     = 272.0
	padding      = 16.0
	textLeft     = 50.0 // beside the icon
	maxBodyLines = 3
	maxLabels    = 4     // of one arrow
	longArrow    = 400.0 // from box to box; longer ones are written
	maxTried     = 120   // arrows that are laid out to see which are long

	kindSize  = 9.5
	titleSize = 14.5
	bodySize  = 12.5
	footSize  = 11.5
	labelSize = 11.5
	bold      = 1.08 // wider than the same text in regular
	bodyLine  = 17.0
	labelLine = 15.0
	jumpLine  = 17.0
	maxLabel  = 190.0
)

// SVG writes the flow as a picture that needs nothing else: it brings its style, light and dark, and a description for people
// who hear it. Boxes carry data-state with the name of their state.
func SVG(w io.Writer, def *engine.Definition, opts Options) error {
	p := newPicture(def, languagesOf(def, opts.Language), opts.Version)
	whole := p.describe()
	p, cards, placed, err := arrange(p)
	if err != nil {
		return fmt.Errorf("draw %s: %w", def.Flow.V, err)
	}
	c := &canvas{prefix: "flow-" + identifier(def.Flow.V)}
	c.open(p.title, whole, math.Max(placed.Width, 420)+2*margin, placed.Height+2*margin+headerHeight+legendHeight)
	c.header(p)
	c.printf(`<g transform="translate(%s %s)">`+"\n", n(margin), n(margin+headerHeight))
	for i, a := range p.arrows {
		c.arrow(a, placed.Edges[i], placed.Nodes)
	}
	for i, a := range p.arrows {
		c.label(a, placed.Edges[i])
	}
	for i := range cards {
		c.card(cards[i], placed.Nodes[i])
	}
	c.printf("</g>\n")
	c.legend(p, placed.Height+2*margin+headerHeight)
	c.printf("</svg>\n")
	if _, err := w.Write(c.out.Bytes()); err != nil {
		return fmt.Errorf("draw %s: %w", def.Flow.V, err)
	}
	return nil
}

// card is a box with its words broken into lines.
type card struct {
	box
	name          string
	body          []string
	foot          string
	jumps         []arrow // ways out that are written, not drawn
	width, height float64
}

func newCard(b box, jumps []arrow) card {
	c := card{box: b, width: boxWidth, jumps: jumps}
	room := boxWidth - textLeft - padding
	c.name = fit(b.title, titleSize*bold, room)
	c.body = wrap(b.body, bodySize, room, maxBodyLines)
	c.foot = fit(b.foot, footSize, room)
	if len(c.body)+len(jumps) == 0 && (b.kind == kindAny || b.kind == kindMissing || b.kind == kindEnd) {
		c.width = math.Min(boxWidth, textLeft+padding+8+math.Max(80, math.Max(textWidth(c.name, titleSize*bold), textWidth(c.foot, footSize))))
	}
	c.height = 2*padding + 28 + bodyLine*float64(len(c.body))
	if !c.named() {
		c.height -= 14
	}
	if c.foot != "" {
		c.height += 20
	}
	if len(c.jumps) > 0 {
		c.height += 14 + jumpLine*float64(len(c.jumps))
	}
	return c
}

// named tells that the title says more than the kind.
func (c card) named() bool { return c.kind != kindStart && c.kind != kindAny }

// arrange lays the picture out, and writes the long arrows into the box where they begin: ways back, and the ways to a state that
// everything leads to. Lines for them would cross the whole picture. So are those back to the same box. Every box keeps the
// shortest arrow that leads to it from another.
func arrange(p picture) (picture, []card, layout.Graph, error) {
	cards := make([]card, len(p.boxes))
	for i, b := range p.boxes {
		cards[i] = newCard(b, nil)
	}
	at, err := p.roughPlaces(cards)
	if err != nil {
		return p, nil, layout.Graph{}, err
	}
	reach := func(a arrow) float64 { return math.Abs(at[a.to].Y-at[a.from].Y) + math.Abs(at[a.to].X-at[a.from].X)/4 }
	nearest := map[string]float64{}
	for _, a := range p.arrows {
		if best, known := nearest[a.to]; a.from != a.to && (!known || reach(a) < best) {
			nearest[a.to] = reach(a)
		}
	}
	jumps := map[string][]arrow{}
	var drawn []arrow
	for _, a := range p.arrows {
		up := at[a.to].Y < at[a.from].Y
		if long := reach(a) > longArrow || up && reach(a) > longArrow/2; a.from == a.to || long && reach(a) > nearest[a.to] && len(a.labels) > 0 {
			jumps[a.from] = append(jumps[a.from], a)
			continue
		}
		drawn = append(drawn, a)
	}
	p.arrows = drawn
	for i, b := range p.boxes {
		cards[i] = newCard(b, jumps[b.id])
	}
	placed, err := place(p, cards)
	return p, cards, placed, err
}

// roughPlaces says about where the boxes will be. For a picture of some size that is found by a layout with every arrow; for a
// larger one, where this would take minutes, from how many steps a box is away from the start.
func (p picture) roughPlaces(cards []card) (map[string]layout.Node, error) {
	at := make(map[string]layout.Node, len(p.boxes))
	if len(p.arrows) <= maxTried {
		placed, err := place(p, cards)
		for _, node := range placed.Nodes {
			at[node.ID] = node
		}
		return at, err
	}
	ways := map[string][]string{}
	for _, a := range p.arrows {
		ways[a.from] = append(ways[a.from], a.to)
	}
	for _, root := range []string{startID, anyID} {
		next := []string{root}
		for steps := 0; len(next) > 0; steps++ {
			var reached []string
			for _, id := range next {
				if _, seen := at[id]; !seen {
					at[id] = layout.Node{ID: id, Y: float64(steps) * longArrow / 2}
					reached = append(reached, ways[id]...)
				}
			}
			next = reached
		}
	}
	return at, nil
}

func place(p picture, cards []card) (layout.Graph, error) {
	g := layout.Graph{NodeGap: 44, RankGap: 38, EdgeGap: 22}
	for _, c := range cards {
		g.Nodes = append(g.Nodes, layout.Node{ID: c.id, Width: c.width, Height: c.height})
	}
	for _, a := range p.arrows {
		lines := labelLines(a)
		e := layout.Edge{From: a.from, To: a.to, Weight: weight(a)}
		if len(lines) > 0 {
			for _, line := range lines {
				e.Width = math.Max(e.Width, textWidth(line, labelSize)+14)
			}
			e.Height = labelLine*float64(len(lines)) + 8
		}
		g.Edges = append(g.Edges, e)
	}
	return layout.Run(g)
}

// weight keeps the way that most contacts take short and straight.
func weight(a arrow) int {
	switch {
	case a.anywhere || a.timed:
		return 1
	case a.from == startID:
		return 6
	}
	return 3
}

func labelLines(a arrow) []string {
	var lines []string
	for i, l := range a.labels {
		if i == maxLabels-1 && len(a.labels) > maxLabels {
			return append(lines, fmt.Sprintf("and %d more", len(a.labels)-i))
		}
		lines = append(lines, fit(l, labelSize, maxLabel))
	}
	return lines
}

// canvas is an SVG that is being written.
type canvas struct {
	out    bytes.Buffer
	prefix string // of ids, so that two pictures can stand in one page
}

func (c *canvas) printf(format string, args ...any) { fmt.Fprintf(&c.out, format, args...) }

func (c *canvas) open(title, description string, width, height float64) {
	c.printf(`<svg xmlns="http://www.w3.org/2000/svg" class="relevo-flow" width="%s" height="%s" viewBox="0 0 %s %s" role="img" aria-labelledby="%s-title %s-desc">`+"\n",
		n(width), n(height), n(width), n(height), c.prefix, c.prefix)
	c.printf(`<title id="%s-title">%s</title>`+"\n", c.prefix, esc(title))
	c.printf(`<desc id="%s-desc">%s</desc>`+"\n", c.prefix, esc(description))
	c.printf("<style>%s</style>\n", style)
	for _, tip := range []string{"tip", "tip-soft"} {
		c.printf(`<marker id="%s-%s" viewBox="0 0 10 10" refX="8.5" refY="5" markerWidth="7.5" markerHeight="7.5" orient="auto-start-reverse"><path class="%s" d="M1 1.2 9 5 1 8.8z"/></marker>`+"\n",
			c.prefix, tip, tip)
	}
	c.printf(`<rect class="paper" width="%s" height="%s"/>`+"\n", n(width), n(height))
}

func (c *canvas) header(p picture) {
	c.printf(`<rect class="mark" x="%s" y="%s" width="4" height="44" rx="2"/>`+"\n", n(margin), n(margin-4))
	c.text("h1", margin+18, margin+16, shorten(p.title, maxTitleRunes))
	c.text("sub", margin+18, margin+38, p.subtitle)
}

func (c *canvas) text(class string, x, y float64, text string) {
	c.printf(`<text class="%s" x="%s" y="%s">%s</text>`+"\n", class, n(x), n(y), esc(text))
}

// card draws a box with its centre at a place.
func (c *canvas) card(b card, at layout.Node) {
	x, y := at.X-b.width/2, at.Y-b.height/2
	state := ""
	if name, ok := strings.CutPrefix(b.id, stateID("")); ok {
		state = ` data-state="` + esc(name) + `"`
	}
	c.printf(`<g class="box %s"%s transform="translate(%s %s)"><title>%s</title>`+"\n", class(b.kind), state, n(x), n(y), esc(b.describe()))
	c.printf("%s\n", outline(b.kind, b.width, b.height))
	c.printf(`<g class="icon" transform="translate(18 %s)">%s</g>`+"\n", n(padding+2), icons[b.kind])
	top := padding + 8
	c.text("kind", textLeft, top, strings.ToUpper(string(b.kind)))
	if b.named() {
		top += 18
		c.text("name", textLeft, top, b.name)
	} else {
		top += 4
	}
	top += 4
	for _, line := range b.body {
		top += bodyLine
		c.text("body", textLeft, top, line)
	}
	if b.foot != "" {
		top += 20
		c.text("foot", textLeft, top, b.foot)
	}
	c.jumps(b, top+14)
	c.printf("</g>\n")
}

// jumps writes the ways out that are not drawn: what happens, and the state it leads to.
func (c *canvas) jumps(b card, top float64) {
	if len(b.jumps) == 0 {
		return
	}
	if len(b.body) > 0 || b.foot != "" {
		c.printf(`<path class="rule" d="M%s %sH%s"/>`+"\n", n(textLeft), n(top), n(b.width-padding))
	} else {
		top -= 8
	}
	for _, a := range b.jumps {
		top += jumpLine
		room := b.width - textLeft - padding
		to := fit(a.target(), labelSize*bold, room*0.6)
		on := fit(cmp.Or(strings.Join(a.labels, ", "), "always"), labelSize, room-textWidth(" → "+to, labelSize*bold))
		c.printf(`<text class="jump" x="%s" y="%s" data-goto="%s">%s → <tspan>%s</tspan></text>`+"\n",
			n(textLeft), n(top), esc(strings.TrimPrefix(a.to, stateID(""))), esc(on), esc(to))
	}
}

// arrow draws the line, through every point that the layout gave, straight up or down in each.
func (c *canvas) arrow(a arrow, e layout.Edge, nodes []layout.Node) {
	class, tip := "arrow", "tip"
	switch {
	case a.timed:
		class, tip = "arrow timed", "tip-soft"
	case a.anywhere:
		class, tip = "arrow anywhere", "tip-soft"
	}
	c.printf(`<path class="%s" marker-end="url(#%s-%s)" d="%s"/>`+"\n", class, c.prefix, tip, route(e, nodes))
}

func (c *canvas) label(a arrow, e layout.Edge) {
	lines := labelLines(a)
	if len(lines) == 0 {
		return
	}
	class := "label"
	if a.timed {
		class = "label timed"
	}
	c.printf(`<g class="%s"><rect x="%s" y="%s" width="%s" height="%s" rx="9"/>`, class, n(e.X-e.Width/2), n(e.Y-e.Height/2), n(e.Width), n(e.Height))
	for i, line := range lines {
		c.printf(`<text x="%s" y="%s">%s</text>`, n(e.X), n(e.Y-e.Height/2+labelLine*float64(i+1)), esc(line))
	}
	c.printf("</g>\n")
}

// route is the path of an arrow.
func route(e layout.Edge, nodes []layout.Node) string {
	var d strings.Builder
	points := dock(e, nodes)
	fmt.Fprintf(&d, "M%s %s", n(points[0].X), n(points[0].Y))
	for i := 1; i < len(points); i++ {
		a, b := points[i-1], points[i]
		mid := (a.Y + b.Y) / 2
		fmt.Fprintf(&d, "C%s %s %s %s %s %s", n(a.X), n(mid), n(b.X), n(mid), n(b.X), n(b.Y))
	}
	return d.String()
}

// dock moves the ends of an arrow to the lower and upper borders of its boxes, towards where the line comes from.
func dock(e layout.Edge, nodes []layout.Node) []layout.Point {
	points := append([]layout.Point(nil), e.Points...)
	last := len(points) - 1
	for _, b := range nodes {
		room := b.Width/2 - 30
		if b.ID == e.From {
			points[0] = layout.Point{X: clamp(points[1].X, b.X-room, b.X+room), Y: b.Y + side(points[1].Y > b.Y)*b.Height/2}
		}
		if b.ID == e.To {
			points[last] = layout.Point{X: clamp(points[last-1].X, b.X-room, b.X+room), Y: b.Y + side(points[last-1].Y > b.Y)*(b.Height/2+3)}
		}
	}
	return points
}

func side(below bool) float64 {
	if below {
		return 1
	}
	return -1
}

func clamp(v, low, high float64) float64 { return math.Max(low, math.Min(high, v)) }

// legend names the shapes that the picture has.
func (c *canvas) legend(p picture, y float64) {
	c.printf(`<g class="legend" transform="translate(%s %s)">`+"\n", n(margin), n(y))
	x := 0.0
	for _, k := range kinds {
		if !p.has(k) {
			continue
		}
		c.printf(`<g class="box %s" transform="translate(%s 0)"><g class="icon">%s</g></g>`+"\n", class(k), n(x), icons[k])
		c.text("word", x+27, 14, string(k))
		x += 27 + textWidth(string(k), footSize) + 20
	}
	for _, line := range []struct {
		class, word string
		shown       bool
	}{{"arrow timed", "after a time", p.any(func(a arrow) bool { return a.timed })}, {"arrow anywhere", "from any state", p.any(func(a arrow) bool { return a.anywhere })}} {
		if line.shown {
			c.printf(`<path class="%s" d="M%s 10h26"/>`+"\n", line.class, n(x))
			c.text("word", x+34, 14, line.word)
			x += 34 + textWidth(line.word, footSize) + 20
		}
	}
	c.printf("</g>\n")
}

// kinds in the order of the legend.
var kinds = []kind{kindStart, kindSay, kindAsk, kindCall, kindWait, kindRun, kindHandoff, kindEnd, kindAny, kindMissing}

func (p picture) has(k kind) bool {
	for _, b := range p.boxes {
		if b.kind == k {
			return true
		}
	}
	return false
}

func (p picture) any(f func(arrow) bool) bool {
	for _, a := range p.arrows {
		if f(a) {
			return true
		}
	}
	return false
}

// describe is the picture in words, one sentence a box.
func (p picture) describe() string {
	var d strings.Builder
	for _, b := range p.boxes {
		d.WriteString(b.describe())
		for _, a := range p.arrows {
			if a.from == b.id {
				d.WriteString("; ")
				if len(a.labels) > 0 {
					d.WriteString(strings.Join(a.labels, " or ") + " ")
				}
				if !a.stays {
					d.WriteString("leads to ")
				}
				d.WriteString(a.target())
			}
		}
		d.WriteString(".\n")
	}
	return d.String()
}

func (b box) describe() string {
	text := b.title
	if b.title != string(b.kind) {
		text += " (" + string(b.kind) + ")"
	}
	for _, part := range []string{b.body, b.foot} {
		if part != "" {
			text += ": " + part
		}
	}
	return text
}

// class is the style class of a kind.
func class(k kind) string { return strings.Fields(string(k))[0] }

// identifier keeps what an XML id may hold.
func identifier(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return '-'
	}, text)
}

func esc(text string) string {
	var out bytes.Buffer
	_ = xml.EscapeText(&out, []byte(text)) // a buffer takes everything
	return out.String()
}

// n writes a length with one decimal at most, the same on every machine.
func n(v float64) string {
	v = math.Round(v*10) / 10
	if v == math.Trunc(v) {
		return fmt.Sprintf("%d", int64(v))
	}
	return fmt.Sprintf("%.1f", v)
}

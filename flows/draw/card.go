package draw

import (
	"cmp"
	"math"
	"strings"
)

// Sizes of cards, in pixels.
const (
	boxWidth     = 268.0
	padding      = 16.0
	textLeft     = 50.0 // beside the icon
	rowLeft      = 18.0 // of the ways that are written
	rowRight     = 40.0 // beside the sign
	maxBodyLines = 3
	maxFlowLines = 10
	nameSize     = 14.5
	bodySize     = 12.5
	smallSize    = 11.5
	bodyLine     = 17.0
	rowLine      = 18.0
	tail         = 11.0 // of the bubble of a question, below the card
	badgeHeight  = 18.0
)

// card is a box with its words broken into lines, and its place.
type card struct {
	box
	name  string
	body  []string
	foot  string
	jumps []jump

	width, height float64
	x, y          float64 // of the middle of the upper border, in its chapter

	chapter     *chapter
	rank, depth int   // how far down; depth is before others pushed it down
	order       int   // in the chapter
	first       *card // the one that it was reached from
}

// jump is a way out that is written, not drawn.
type jump struct {
	arrow
	target  *card
	label   string
	to      string
	apart   bool // the target stands in a line of its own
	ordered float64
}

// measure breaks the words into lines.
func (p *Picture) measure(c *card) {
	c.width = boxWidth
	room := boxWidth - textLeft - padding
	c.name = fit(c.title, nameSize*boldWider, room)
	c.body = wrap(c.box.body, bodySize, room, bodyLines(c.kind))
	c.foot = fit(c.box.foot, smallSize, room)
	if len(c.body)+len(c.jumps) == 0 {
		words := math.Max(textWidth(c.name, nameSize*boldWider), math.Max(textWidth(c.foot, smallSize), textWidth(p.words.kinds[c.kind], smallSize*1.2)))
		c.width = math.Min(boxWidth, math.Max(168, textLeft+padding+8+words))
	}
	c.height = 2*padding + 28 + bodyLine*float64(len(c.body))
	if c.foot != "" {
		c.height += 20
	}
	if c.kind == kindAny {
		c.height -= 16
	}
	if len(c.jumps) > 0 {
		c.height += 12
	}
	for i := range c.jumps {
		p.measureJump(&c.jumps[i])
		c.height += c.jumps[i].height()
	}
}

// bodyLines is how many lines say what a box does: of a flow also what starts it.
func bodyLines(k kind) int {
	if k == kindFlow {
		return maxFlowLines
	}
	return maxBodyLines
}

// measureJump gives the label and the target a line each where they do not fit side by side.
func (p *Picture) measureJump(j *jump) {
	const gap = 14
	room := boxWidth - rowLeft - rowRight
	if j.marks.on {
		j.ordered = badgeWidth(j.marks.badge()) + 6
	}
	label := cmp.Or(strings.Join(j.labels, ", "), p.words.always)
	j.to = fit(p.target(j.arrow), smallSize*boldWider, room)
	wide := textWidth(label, smallSize) + textWidth(j.to, smallSize*boldWider) + gap + j.ordered
	j.apart = wide > room
	j.label = fit(label, smallSize, room-j.ordered)
}

func (j jump) height() float64 {
	if j.apart {
		return 2*rowLine - 3
	}
	return rowLine
}

// deep is the height with what hangs below the card.
func (c *card) deep() float64 {
	if c.kind == kindAsk {
		return c.height + tail
	}
	return c.height
}

// badgeWidth is the width of the plate of a badge.
func badgeWidth(text string) float64 {
	return math.Max(badgeHeight, textWidth(text, smallSize*boldWider)+10)
}

// describe is the box in words.
func (p *Picture) describe(b box) string {
	text := b.title
	if word := p.words.kinds[b.kind]; b.title != word {
		text += " (" + word + ")"
	}
	for _, part := range []string{b.body, b.foot} {
		if part != "" {
			text += ": " + strings.ReplaceAll(part, "\n", "; ")
		}
	}
	if badge := b.marks.badge(); badge != "" {
		text += " [" + badge + "]"
	}
	return text
}

// description is the whole picture in words, one sentence a box.
func (p *Picture) description() string {
	ways := map[string][]string{}
	for _, a := range p.arrows {
		words := strings.Join(a.labels, ", ")
		if !a.stays {
			words = strings.TrimSpace(words + " " + p.words.leads)
		}
		ways[a.from] = append(ways[a.from], words+" "+p.target(a))
	}
	var d strings.Builder
	for _, b := range p.boxes {
		d.WriteString(strings.Join(append([]string{p.describe(b)}, ways[b.id]...), "; "))
		d.WriteString(".\n")
	}
	return d.String()
}

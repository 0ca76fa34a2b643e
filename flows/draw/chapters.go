package draw

import (
	"fmt"
	"slices"
	"strings"
)

// Limits of a chapter. What goes beyond begins another one, so that a picture grows in both directions and stays readable.
const (
	maxRanks  = 8
	maxRow    = 4 // cards side by side
	maxSpan   = 2 // ranks that an arrow which is not the first to its card may cross
	maxArrows = 4 // that are drawn into one card
)

// chapter is a part of a flow that is drawn together: what follows the place where a run begins or jumps to. Its arrows lead downwards and are
// short. All others are written as rows in the card that they leave: lines for them would cross the whole picture.
type chapter struct {
	cards  []*card // the first one is where it begins
	links  []*link
	tags   []tag // what leads to the first card from outside
	width  float64
	height float64
	x, y   float64 // of the upper left corner

	layers  [][]*slot
	tops    []float64 // of the ranks
	bottoms []float64
}

// link is an arrow that is drawn.
type link struct {
	arrow
	source, target *card
	lines          []string // of the label
	labelWidth     float64
	port           float64 // where it arrives, across
	slots          []*slot // from source to target
}

// tag says how runs get to the first card of a chapter. Its kind is kindStart, kindAny, kindMissing where nothing leads to it, or "" for cards
// of other chapters.
type tag struct {
	kind  kind
	event bool // a business event starts it
	text  string
	marks mark
}

// division puts boxes into chapters.
type division struct {
	p        *Picture
	cards    map[string]*card
	ways     map[string][]arrow
	chapters []*chapter
	heads    []string
	isHead   map[string]bool
	nowhere  map[string]bool // heads that nothing leads to
}

// divide makes the chapters of a picture, with cards that are measured and not yet placed.
func (p *Picture) divide() []*chapter {
	d := &division{p: p, cards: map[string]*card{}, ways: map[string][]arrow{}, isHead: map[string]bool{}, nowhere: map[string]bool{}}
	for _, b := range p.boxes {
		d.cards[b.id] = &card{box: b, rank: -1}
	}
	for _, a := range p.arrows {
		d.ways[a.from] = append(d.ways[a.from], a)
	}
	d.begin()
	d.growAll()
	for _, b := range p.boxes {
		if c := d.cards[b.id]; c.chapter == nil && b.kind != kindStart && b.kind != kindAny {
			d.nowhere[b.id] = !p.whole
			d.head(b.id)
			d.growAll()
		}
	}
	d.connect()
	d.anyState()
	return d.chapters
}

// growAll makes the chapters of the heads that are known, and of those that they find.
func (d *division) growAll() {
	for at := 0; at < len(d.heads); at++ {
		d.grow(d.heads[at])
	}
	d.heads = nil
}

// begin lists where chapters begin: where runs start, and where they get to from any state.
func (d *division) begin() {
	if d.p.whole {
		for _, b := range d.p.boxes {
			if b.kind == kindFlow && !slices.ContainsFunc(d.p.arrows, func(a arrow) bool { return a.to == b.id && a.from != b.id }) {
				d.head(b.id)
			}
		}
		return
	}
	for _, from := range []string{startID, anyID} {
		for _, a := range d.ways[from] {
			if !a.stays {
				d.head(a.to)
			}
		}
	}
	d.silences()
}

// manySources is from how many cards silence leads to one before that begins a chapter.
const manySources = 3

// silences lets a state begin a chapter that the silence of many questions leads to: "are you still there?" belongs to none of them.
func (d *division) silences() {
	from := map[string]int{}
	for _, a := range d.p.arrows {
		if a.timed && a.from != a.to {
			from[a.to]++
		}
	}
	for _, b := range d.p.boxes {
		if from[b.id] >= manySources && b.kind != kindEnd {
			d.head(b.id)
		}
	}
}

func (d *division) head(id string) {
	if !d.isHead[id] && d.cards[id] != nil {
		d.isHead[id] = true
		d.heads = append(d.heads, id)
	}
}

// grow fills a chapter with what follows its first card, step by step, until something else begins or it is large enough.
func (d *division) grow(id string) {
	first := d.cards[id]
	if first.chapter != nil {
		return
	}
	ch := &chapter{}
	d.chapters = append(d.chapters, ch)
	rows := map[int]int{}
	add := func(c *card, rank int) {
		c.chapter, c.rank, c.depth, c.order = ch, rank, rank, len(ch.cards)
		rows[rank]++
		ch.cards = append(ch.cards, c)
	}
	follow := func(c *card, timed bool) {
		for _, a := range d.ways[c.id] {
			target := d.cards[a.to]
			switch {
			case a.timed != timed || target.chapter != nil || d.isHead[a.to]:
			case !d.p.whole && (c.rank+1 >= maxRanks || rows[c.rank+1] >= maxRow):
				d.head(a.to)
			default:
				target.first = c
				add(target, c.rank+1)
			}
		}
	}
	add(first, 0)
	for at, late := 0, 0; late < len(ch.cards); {
		if at < len(ch.cards) {
			follow(ch.cards[at], false)
			at++
			continue
		}
		follow(ch.cards[late], true) // what follows silence comes after what follows an answer
		late++
	}
}

// connect decides which arrows are drawn and which are written, and in which rank every card stands.
func (d *division) connect() {
	for _, ch := range d.chapters {
		for _, c := range ch.cards { // those before it in the chapter have their rank
			for _, a := range d.ways[c.id] {
				t := d.cards[a.to]
				if near := t.depth - c.depth; forward(c, t) && (t.first == c || near == 0 || near == 1) {
					t.rank = max(t.rank, c.rank+1)
				}
			}
		}
	}
	arrived := map[*card]int{}
	for _, a := range d.p.arrows {
		source, target := d.cards[a.from], d.cards[a.to]
		switch {
		case a.from == startID: // a tag says it
		case forward(source, target) && target.rank > source.rank && (target.first == source || target.rank-source.rank <= maxSpan && arrived[target] < maxArrows):
			arrived[target]++
			source.chapter.links = append(source.chapter.links, &link{arrow: a, source: source, target: target})
		default:
			source.jumps = append(source.jumps, jump{arrow: a, target: target})
		}
	}
	for _, ch := range d.chapters {
		ch.tags = d.tags(ch.cards[0])
	}
}

// forward tells that an arrow leads on within a chapter.
func forward(c, t *card) bool {
	return c.chapter != nil && c.chapter == t.chapter && t.order > c.order
}

// anyState adds the card that stands for every state as a chapter of its own, behind the first one.
func (d *division) anyState() {
	c := d.cards[anyID]
	if c == nil {
		return
	}
	c.rank = 0
	c.chapter = &chapter{cards: []*card{c}}
	d.chapters = slices.Insert(d.chapters, min(1, len(d.chapters)), c.chapter)
}

// tags lists what leads to the first card of a chapter.
func (d *division) tags(head *card) []tag {
	list := d.starts(head)
	var anywhere, names []string
	marks := mark{}
	for _, a := range d.p.arrows {
		switch {
		case a.to != head.id || a.from == startID || a.from == head.id:
		case a.from == anyID:
			anywhere = append(anywhere, a.labels...)
			marks = marks.and(a.marks)
		case !slices.Contains(names, d.cards[a.from].title):
			names = append(names, d.cards[a.from].title)
		}
	}
	if len(anywhere) > 0 {
		list = append(list, tag{kind: kindAny, text: strings.Join(anywhere, ", "), marks: marks})
	}
	if len(names) > 0 {
		list = append(list, tag{text: d.p.words.from + " " + d.p.some(names)})
	}
	if d.nowhere[head.id] && len(list) == 0 {
		list = append(list, tag{kind: kindMissing, text: d.p.words.unreached})
	}
	return list
}

// starts lists what starts a run at a card.
func (d *division) starts(head *card) []tag {
	var list []tag
	for _, a := range d.ways[startID] {
		if a.to != head.id {
			continue
		}
		for _, e := range d.p.entries {
			if e.to == head.id {
				list = append(list, tag{kind: kindStart, event: e.event, text: e.text, marks: a.marks})
			}
		}
		if len(list) == 0 {
			list = append(list, tag{kind: kindStart, text: d.p.words.kinds[kindStart], marks: a.marks})
		}
		break
	}
	return list
}

// maxNames is how wide a list of names is, in pixels.
const maxNames = 190.0

// some writes the first names of a list, and how many more there are.
func (p *Picture) some(names []string) string {
	for n := len(names); n > 1; n-- {
		if text := p.someOf(names, n); textWidth(text, smallSize) <= maxNames {
			return text
		}
	}
	return p.someOf(names, 1)
}

func (p *Picture) someOf(names []string, n int) string {
	text := strings.Join(names[:n], ", ")
	if rest := len(names) - n; rest > 0 {
		text += fmt.Sprintf(" +%d", rest)
	}
	return text
}

package draw

import (
	"cmp"
	"math"
	"slices"
)

// Gaps between cards, in pixels.
const (
	cardGap    = 26.0
	bendGap    = 34.0 // where arrows turn, below a row of cards
	tipGap     = 20.0 // from a label to the card
	labelLine  = 15.0
	labelPad   = 7.0
	maxLabel   = 190.0
	maxLabels  = 4   // lines of one label
	portGap    = 8.0 // between labels side by side
	laneWidth  = 30.0
	tagHeight  = 26.0
	tagGap     = 6.0
	sweeps     = 8
	straighten = 14
)

// slot is a place in a rank: of a card, or of an arrow that passes.
type slot struct {
	card     *card
	width    float64
	x        float64
	up, down []tie
}

// tie joins slots of neighbouring ranks; a heavier one is kept straighter.
type tie struct {
	to     *slot
	weight float64
}

// arrange places the cards of a chapter and routes its arrows: ranks from top to bottom, in each an order with few crossings, then places in
// which arrows are as straight as they can be.
func (p *Picture) arrange(ch *chapter) {
	ch.label(p)
	ch.rank()
	ch.untangle()
	ch.spread()
	ch.stack()
}

// label measures what is written on the arrows.
func (ch *chapter) label(p *Picture) {
	for _, l := range ch.links {
		for i, text := range l.labels {
			if i == maxLabels-1 && len(l.labels) > maxLabels {
				l.lines = append(l.lines, "+"+count(len(l.labels)-i, p.words.more, p.words.more))
				break
			}
			l.lines = append(l.lines, fit(text, smallSize, maxLabel))
		}
		l.labelWidth = portGap * 2
		for _, line := range l.lines {
			l.labelWidth = math.Max(l.labelWidth, textWidth(line, smallSize)+2*labelPad+l.sign())
		}
	}
}

// sign is the room for what stands before a label: a clock, a person, the places in a walk.
func (l *link) sign() float64 {
	width := 0.0
	if l.timed || isHuman(l.target.kind) {
		width = 17
	}
	if l.marks.on {
		width += badgeWidth(l.marks.badge()) + 4
	}
	return width
}

func (l *link) labelHeight() float64 {
	if len(l.lines) == 0 {
		return 0
	}
	return labelLine*float64(len(l.lines)) + 7
}

// rank makes the slots, rank by rank, in the order in which the flow's file reaches them.
func (ch *chapter) rank() {
	places := map[*card]*slot{}
	ranks := 0
	for _, c := range ch.cards {
		ranks = max(ranks, c.rank+1)
	}
	ch.layers = make([][]*slot, ranks)
	put := func(rank int, s *slot) *slot {
		ch.layers[rank] = append(ch.layers[rank], s)
		return s
	}
	for _, c := range ch.cards {
		places[c] = put(c.rank, &slot{card: c, width: math.Max(c.width, ch.doors(c))})
	}
	for _, l := range ch.links {
		last := places[l.source]
		l.slots = []*slot{last}
		weight := 1.0
		if l.target.first == l.source {
			weight = 3
		}
		for rank := l.source.rank + 1; rank <= l.target.rank; rank++ {
			next := places[l.target]
			if rank < l.target.rank {
				next = put(rank, &slot{width: laneWidth})
			}
			last.down, next.up = append(last.down, tie{next, weight}), append(next.up, tie{last, weight})
			l.slots = append(l.slots, next)
			last = next
		}
	}
}

// doors is how wide the labels of what arrives at a card are together.
func (ch *chapter) doors(c *card) float64 {
	width := 0.0
	for _, l := range ch.links {
		if l.target == c {
			width += l.labelWidth + portGap
		}
	}
	return width
}

// untangle orders the slots of each rank by the middle of what they are tied to, down and up again, and keeps the order with the fewest crossings.
func (ch *chapter) untangle() {
	ch.number()
	best, crossings := ch.orders(), ch.crossings()
	for i := 0; i < sweeps && crossings > 0; i++ {
		for at := range ch.layers {
			if i%2 == 0 {
				ch.reorder(at, func(s *slot) []tie { return s.up })
			} else {
				ch.reorder(len(ch.layers)-1-at, func(s *slot) []tie { return s.down })
			}
		}
		if n := ch.crossings(); n < crossings {
			best, crossings = ch.orders(), n
		}
	}
	ch.layers = best
	ch.number()
}

func (ch *chapter) orders() [][]*slot {
	out := make([][]*slot, len(ch.layers))
	for i, layer := range ch.layers {
		out[i] = slices.Clone(layer)
	}
	return out
}

// number lets x be the place in the rank.
func (ch *chapter) number() {
	for _, layer := range ch.layers {
		for i, s := range layer {
			s.x = float64(i)
		}
	}
}

func (ch *chapter) reorder(at int, ties func(*slot) []tie) {
	middle := map[*slot]float64{}
	for _, s := range ch.layers[at] {
		middle[s] = s.x
		if list := ties(s); len(list) > 0 {
			middle[s] = mean(list)
		}
	}
	slices.SortStableFunc(ch.layers[at], func(a, b *slot) int { return cmp.Compare(middle[a], middle[b]) })
	for i, s := range ch.layers[at] {
		s.x = float64(i)
	}
}

func mean(list []tie) float64 {
	sum, weight := 0.0, 0.0
	for _, t := range list {
		sum, weight = sum+t.to.x*t.weight, weight+t.weight
	}
	return sum / weight
}

// crossings counts pairs of ties that cross. Ranks are short, so every pair is looked at; long ones only count as they are.
func (ch *chapter) crossings() int {
	const maxTies = 400
	n := 0
	for _, layer := range ch.layers {
		var pairs [][2]float64
		for _, s := range layer {
			for _, t := range s.down {
				pairs = append(pairs, [2]float64{s.x, t.to.x})
			}
		}
		pairs = pairs[:min(len(pairs), maxTies)]
		for i, a := range pairs {
			for _, b := range pairs[:i] {
				if (a[0]-b[0])*(a[1]-b[1]) < 0 {
					n++
				}
			}
		}
	}
	return n
}

// spread finds how far to the right everything stands.
func (ch *chapter) spread() {
	for _, layer := range ch.layers {
		at := 0.0
		for _, s := range layer {
			s.x = at + s.width/2
			at += s.width + cardGap
		}
	}
	for i := range straighten {
		for at := range ch.layers {
			switch {
			case i == straighten-1:
				ch.settle(ch.layers[at], func(s *slot) []tie { return slices.Concat(s.up, s.down) })
			case i%2 == 0:
				ch.settle(ch.layers[len(ch.layers)-1-at], func(s *slot) []tie { return s.down })
			default:
				ch.settle(ch.layers[at], func(s *slot) []tie { return s.up })
			}
		}
	}
	ch.toTheLeft()
}

// settle moves the slots of a rank as near as possible to what they are tied to, without a change of their order.
func (ch *chapter) settle(layer []*slot, ties func(*slot) []tie) {
	want, weight, apart := make([]float64, len(layer)), make([]float64, len(layer)), make([]float64, len(layer))
	for i, s := range layer {
		want[i], weight[i] = s.x, 0.1
		if list := ties(s); len(list) > 0 {
			want[i], weight[i] = mean(list), float64(len(list))
		}
		if i > 0 {
			apart[i] = (layer[i-1].width+s.width)/2 + cardGap
		}
	}
	for i, x := range apartBy(want, weight, apart) {
		layer[i].x = x
	}
}

// apartBy is the list of places nearest to the wanted ones, by weighted squares, in which each is at least so far behind the one before it. It
// pools neighbours that would be too close (isotonic regression).
func apartBy(want, weight, apart []float64) []float64 {
	type pool struct {
		sum, weight float64
		count       int
	}
	var pools []pool
	offset := 0.0
	for i := range want {
		offset += apart[i]
		pools = append(pools, pool{(want[i] - offset) * weight[i], weight[i], 1})
		for len(pools) > 1 {
			a, b := pools[len(pools)-2], pools[len(pools)-1]
			if a.sum/a.weight <= b.sum/b.weight {
				break
			}
			pools = append(pools[:len(pools)-2], pool{a.sum + b.sum, a.weight + b.weight, a.count + b.count})
		}
	}
	out := make([]float64, 0, len(want))
	offset = 0
	for _, p := range pools {
		for range p.count {
			offset += apart[len(out)]
			out = append(out, p.sum/p.weight+offset)
		}
	}
	return out
}

// toTheLeft lets the chapter begin at 0.
func (ch *chapter) toTheLeft() {
	left, right := math.Inf(1), math.Inf(-1)
	for _, layer := range ch.layers {
		for _, s := range layer {
			left, right = math.Min(left, s.x-s.width/2), math.Max(right, s.x+s.width/2)
		}
	}
	for _, layer := range ch.layers {
		for _, s := range layer {
			if s.x -= left; s.card != nil {
				s.card.x = s.x
			}
		}
	}
	ch.width = right - left
}

// stack finds how far down everything stands, and where arrows arrive.
func (ch *chapter) stack() {
	y := ch.tagsHeight()
	for rank, layer := range ch.layers {
		labels := 0.0
		for _, l := range ch.links {
			if l.target.rank == rank {
				labels = math.Max(labels, l.labelHeight())
			}
		}
		if rank > 0 {
			y += bendGap + labels + tipGap
		}
		ch.tops = append(ch.tops, y)
		height := 0.0
		for _, s := range layer {
			if s.card != nil {
				s.card.y = y
				height = math.Max(height, s.card.deep())
			}
		}
		y += height
		ch.bottoms = append(ch.bottoms, y)
	}
	ch.height = y
	for _, c := range ch.cards {
		ch.arrivals(c)
	}
}

func (ch *chapter) tagsHeight() float64 {
	if len(ch.tags) == 0 {
		return 0
	}
	return float64(len(ch.tags))*(tagHeight+tagGap) - tagGap + tipGap + 4
}

// arrivals spreads what arrives at a card over its upper border.
func (ch *chapter) arrivals(c *card) {
	var in []*link
	for _, l := range ch.links {
		if l.target == c {
			in = append(in, l)
		}
	}
	slices.SortStableFunc(in, func(a, b *link) int {
		return cmp.Compare(a.slots[len(a.slots)-2].x, b.slots[len(b.slots)-2].x)
	})
	at := c.x - ch.doors(c)/2
	for _, l := range in {
		l.port = at + (l.labelWidth+portGap)/2
		at += l.labelWidth + portGap
	}
}

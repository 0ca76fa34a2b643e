package draw

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// canvas is what a picture is drawn on. All places are pixels of the whole picture.
type canvas interface {
	// begin opens a group; everything up to end belongs to it. Groups do not lie in each other.
	begin(g group)
	end()
	path(l look, p path)
	text(l look, x, y float64, text string)
}

// group is a part of the picture.
type group struct {
	class string
	state string // the name of a state
	to    string // the state that a click leads to
	title string // shown under the pointer, and read aloud
	dim   bool   // it steps back behind what is marked
}

// sketch is a picture with everything in its place.
type sketch struct {
	Picture
	chapters      []*chapter
	width, height float64
	legend        []legendEntry
	on            canvas
}

// newSketch places everything.
func newSketch(p Picture) *sketch {
	s := &sketch{Picture: p, chapters: p.divide()}
	for _, ch := range s.chapters {
		for _, c := range ch.cards {
			p.measure(c)
		}
		p.arrange(ch)
	}
	width, height := pack(s.chapters)
	s.width = math.Max(width, minWidth) + 2*margin
	s.legend = s.newLegend(s.width - 2*margin)
	s.height = 2*margin + headerHeight + height + legendGap + s.legendHeight()
	for _, ch := range s.chapters {
		ch.x, ch.y = ch.x+margin, ch.y+margin+headerHeight
	}
	return s
}

// draw draws everything, what lies below first.
func (s *sketch) draw(on canvas) {
	s.on = on
	on.path(lookPaper, rectangle(0, 0, s.width, s.height, 0))
	s.header()
	for _, ch := range s.chapters {
		on.path(lookPanel, rectangle(ch.x-chapterPad, ch.y-chapterPad, ch.width+2*chapterPad, ch.height+2*chapterPad, 18))
	}
	for _, ch := range s.chapters {
		s.lines(ch)
		s.tags(ch)
		for _, c := range ch.cards {
			s.card(c, ch)
		}
	}
	s.drawLegend()
}

func (s *sketch) header() {
	s.on.path(lookMark, rectangle(margin, margin-4, 4, 44, 2))
	room := s.width - 2*margin - 20
	s.on.text(lookTitle, margin+20, margin+15, fit(shorten(s.title, maxTitle), lookTitle.size*boldWider, room))
	s.on.text(lookSub, margin+20, margin+37, fit(s.subtitle, lookSub.size, room))
}

// dim tells that something steps back behind the way of a walk. Numbers leave everything readable.
func (s *sketch) dim(m mark) bool { return s.marked == walked && !m.on }

// lines draws the arrows of a chapter: first those that step back, then the others, then the labels.
func (s *sketch) lines(ch *chapter) {
	links := slices.Clone(ch.links)
	slices.SortStableFunc(links, func(a, b *link) int { return rankOf(a) - rankOf(b) })
	departures := ch.departures()
	for _, l := range links {
		s.on.begin(group{class: "arrow", dim: s.dim(l.marks)})
		s.link(l, ch, departures[l])
		s.on.end()
	}
	for _, l := range links {
		if len(l.lines) > 0 || l.marks.on {
			s.on.begin(group{class: "note", dim: s.dim(l.marks)})
			s.label(l, ch)
			s.on.end()
		}
	}
}

// rankOf says what lies above: ways to people above others, what is marked above all.
func rankOf(l *link) int {
	switch {
	case l.marks.on:
		return 2
	case isHuman(l.target.kind):
		return 1
	}
	return 0
}

// departures spreads the arrows that leave a card over its lower border, each as near as it can be to where it goes.
func (ch *chapter) departures() map[*link]float64 {
	const left, right, apart = 52, 32, 16
	out := map[*link]float64{}
	for _, c := range ch.cards {
		var links []*link
		for _, l := range ch.links {
			if l.source == c {
				links = append(links, l)
			}
		}
		next := func(l *link) float64 {
			if len(l.slots) == 2 {
				return l.port
			}
			return l.slots[1].x
		}
		slices.SortStableFunc(links, func(a, b *link) int { return cmp.Compare(next(a), next(b)) })
		want, weight, gaps := make([]float64, len(links)), make([]float64, len(links)), make([]float64, len(links))
		for i, l := range links {
			want[i], weight[i], gaps[i] = min(max(next(l), c.x-c.width/2+left), c.x+c.width/2-right), 1, apart
		}
		for i, x := range apartBy(want, weight, gaps) {
			out[links[i]] = min(max(x, c.x-c.width/2+left/2), c.x+c.width/2-right/2)
		}
	}
	return out
}

func (s *sketch) link(l *link, ch *chapter, from float64) {
	shape, tip := l.looks()
	top := l.target.y
	y := l.source.y + l.source.height
	p := path{}.move(ch.x+from, ch.y+y)
	x := from
	bottom := ch.bottoms[l.source.rank]
	if bottom > y {
		p = p.line(ch.x+x, ch.y+bottom)
	}
	for i, slot := range l.slots[1:] {
		rank := l.source.rank + 1 + i
		last := i == len(l.slots)-2
		to, end := slot.x, ch.tops[rank]
		if last {
			to, end = l.port, top-tipGap-l.labelHeight()
		}
		mid := (bottom + end) / 2
		p = p.curve(ch.x+x, ch.y+mid, ch.x+to, ch.y+mid, ch.x+to, ch.y+end)
		if x = to; !last {
			bottom = ch.bottoms[rank]
			p = p.line(ch.x+x, ch.y+bottom)
		}
	}
	if len(l.lines) > 0 { // behind a label that steps back a line would shine through
		p = p.move(ch.x+x, ch.y+top-tipGap)
	}
	p = p.line(ch.x+x, ch.y+top-9)
	s.on.path(shape, p)
	s.on.path(tip, arrowhead(ch.x+x, ch.y+top-1, shape.width))
}

// arrowhead points down at a place.
func arrowhead(x, y, width float64) path {
	half := 3.4 + width*0.9
	return path{}.move(x-half, y-10).line(x+half, y-10).line(x, y).closed()
}

// looks is how an arrow appears: to people by weight, after a time by dashes.
func (l *link) looks() (line, tip look) {
	human := isHuman(l.target.kind)
	switch {
	case l.marks.on && l.timed:
		return lookLateMark, lookTipMark
	case l.marks.on:
		return lookWayMark, lookTipMark
	case human && l.timed:
		return lookLate, lookTipHuman
	case human:
		return lookWayHuman, lookTipHuman
	case l.timed:
		return lookWayTimed, lookTip
	}
	return lookWay, lookTip
}

// label draws the plate on an arrow, with a clock where time takes it and a person where it leads to people.
func (s *sketch) label(l *link, ch *chapter) {
	height := max(l.labelHeight(), badgeHeight+2)
	x, y := ch.x+l.port-l.labelWidth/2, ch.y+l.target.y-tipGap-height
	if len(l.lines) > 0 {
		pill := lookPill
		switch {
		case isHuman(l.target.kind):
			pill = lookPillHuman
		case l.timed:
			pill = lookPillTimed
		}
		s.on.path(pill, rectangle(x, y, l.labelWidth, height, 9))
	}
	left := x + labelPad
	if l.marks.on {
		s.badge(left-3, y+height/2, l.marks.badge())
		left += badgeWidth(l.marks.badge()) + 4
	}
	switch {
	case len(l.lines) == 0:
	case l.timed:
		s.on.path(lookIcon, signOf(kindWait).shifted(left-1, y+height/2-6, 1))
		left += 15
	case isHuman(l.target.kind):
		s.on.path(lookIconHuman, signOf(kindHandoff).shifted(left-1, y+height/2-6, 1))
		left += 15
	}
	for i, line := range l.lines {
		s.on.text(lookPillText, (left+x+l.labelWidth-labelPad)/2, y+labelLine*float64(i+1)+0.5, line)
	}
}

// badge draws a plate with a number; y is its middle.
func (s *sketch) badge(x, y float64, text string) {
	w := badgeWidth(text)
	s.on.path(lookBadge, rectangle(x, y-badgeHeight/2, w, badgeHeight, badgeHeight/2))
	s.on.text(lookBadgeText, x+w/2, y+4, text)
}

// tags draws what leads to a chapter, above its first card.
func (s *sketch) tags(ch *chapter) {
	head := ch.cards[0]
	y := ch.y
	for _, t := range ch.tags {
		s.on.begin(group{class: "entry", title: t.text, dim: s.dim(t.marks)})
		s.tag(t, ch.x+head.x, y, head.width)
		s.on.end()
		y += tagHeight + tagGap
	}
	if len(ch.tags) > 0 && ch.tags[0].kind != kindMissing {
		x, top := ch.x+head.x, ch.y+head.y
		s.on.begin(group{class: "arrow", dim: s.dim(head.marks)})
		s.on.path(lookWay, path{}.move(x, y-tagGap).line(x, top-9))
		s.on.path(lookTip, arrowhead(x, top-1, lookWay.width))
		s.on.end()
	}
}

func (s *sketch) tag(t tag, middle, y, room float64) {
	shape, word := lookTagFrom, lookTagText
	icon := signAway
	switch t.kind {
	case kindStart:
		shape, word, icon = lookTagStart, lookTagBold, signOf(kindStart)
		if t.event {
			icon = signEvent
		}
	case kindAny:
		shape, icon = lookTagAny, signOf(kindAny)
	case kindMissing:
		shape, icon = lookMissing, signOf(kindMissing)
	}
	size := smallSize
	if word.heavy {
		size *= boldWider
	}
	text := fit(t.text, size, max(room, boxWidth)-44)
	w := textWidth(text, size) + 44
	s.on.path(shape, rectangle(middle-w/2, y, w, tagHeight, tagHeight/2))
	pen := lookIcon
	if t.kind == kindStart {
		pen = lookIconStart
	}
	s.on.path(pen, icon.shifted(middle-w/2+12, y+7, 1))
	s.on.text(word, middle+9, y+17.2, text)
}

// card draws a box.
func (s *sketch) card(c *card, ch *chapter) {
	x, y := ch.x+c.x-c.width/2, ch.y+c.y
	state := ""
	if name, ok := strings.CutPrefix(c.id, stateID("")); ok {
		state = name
	}
	s.on.begin(group{class: "box " + strings.Fields(string(c.kind))[0], state: state, title: s.describe(c.box), dim: s.dim(c.marks)})
	s.outline(c, x, y)
	top := s.heading(c, x, y)
	for _, line := range c.body {
		top += bodyLine
		s.on.text(pick(c.kind, lookBody, lookBody, lookBodyEnd), x+textLeft, top, line)
	}
	if c.foot != "" {
		top += 19
		s.on.text(pick(c.kind, lookFoot, lookFootHuman, lookFootEnd), x+textLeft, top, c.foot)
	}
	s.on.end()
	s.jumps(c, x, top+12)
	if c.marks.on {
		s.on.begin(group{class: "badge-of", state: ""})
		text := c.marks.badge()
		s.badge(x+c.width-badgeWidth(text)+6, y, text)
		s.on.end()
	}
}

// heading writes the kind and the name, with the icon beside them, and returns how far down it came.
func (s *sketch) heading(c *card, x, y float64) float64 {
	top := y + padding + 8
	icon := y + padding + 2
	if c.kind == kindAny { // its kind is its name
		icon = top - 13.5
	}
	s.on.path(pick(c.kind, lookIcon, lookIconHuman, lookIconEnd), icons[c.kind].shifted(x+18, icon, 1))
	s.on.text(pick(c.kind, lookKind, lookKindHuman, lookKindEnd), x+textLeft, top, strings.ToUpper(s.words.kinds[c.kind]))
	if c.kind == kindAny {
		return top + 10
	}
	s.on.text(pick(c.kind, lookName, lookName, lookNameEnd), x+textLeft, top+19, c.name)
	return top + 23
}

func (s *sketch) outline(c *card, x, y float64) {
	behind, shape, bars := outline(c.kind, x, y, c.width, c.height)
	l := pick(c.kind, lookShape, lookHuman, lookEnd)
	switch c.kind {
	case kindAny, kindStart:
		l = lookAny
	case kindMissing:
		l = lookMissing
	}
	if c.marks.on {
		s.on.path(halo(c.marks), rectangle(x-6, y-6, c.width+12, c.height+12, 20))
	}
	if behind != nil {
		s.on.path(l, behind)
	}
	s.on.path(l, shape)
	if bars != nil {
		s.on.path(lookBar, bars)
	}
}

// halo is the frame of a marked box: the larger its number, the heavier.
func halo(m mark) look {
	switch {
	case m.share > 2.0/3:
		return lookHaloMost
	case m.share > 1.0/3 || m.count == 0:
		return lookHalo
	}
	return lookHaloFew
}

// jumps writes the ways out that are not drawn: what happens, the state it leads to, and a sign that says where that is.
func (s *sketch) jumps(c *card, x, top float64) {
	if len(c.jumps) == 0 {
		return
	}
	s.on.path(lookRule, path{}.move(x+rowLeft, top).line(x+c.width-rowLeft, top))
	for _, j := range c.jumps {
		target := strings.TrimPrefix(j.arrow.to, stateID(""))
		s.on.begin(group{class: "row", to: target, title: strings.Join(j.labels, ", ") + " → " + s.target(j.arrow), dim: s.dim(j.marks)})
		s.jump(c, j, x, top+rowLine)
		s.on.end()
		top += j.height()
	}
}

func (s *sketch) jump(c *card, j jump, x, y float64) {
	left := x + rowLeft
	if j.marks.on {
		s.badge(left-2, y-4, j.marks.badge())
		left += j.ordered
	}
	s.on.text(lookJump, left, y, j.label)
	if j.apart {
		y += rowLine - 3
	}
	to, pen := lookJumpTo, lookIcon
	if isHuman(j.target.kind) {
		to, pen = lookJumpHuman, lookIconHuman
	}
	s.on.text(to, x+c.width-rowRight, y, j.to)
	s.on.path(pen, j.sign(c).shifted(x+c.width-rowRight+9, y-10, 1))
}

// sign says what waits at the end of a jump, or where it is.
func (j jump) sign(c *card) path {
	switch {
	case j.stays || j.target == c:
		return signStay
	case isHuman(j.target.kind), j.target.kind == kindEnd, j.target.kind == kindMissing:
		return signOf(j.target.kind)
	case j.target.chapter != c.chapter:
		return signAway
	case j.target.rank <= c.rank:
		return signUp
	}
	return signDown
}

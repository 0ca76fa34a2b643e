package draw

const (
	legendGap  = 30.0
	legendLine = 26.0
)

// legendEntry explains an icon or a line.
type legendEntry struct {
	icon path
	pen  look
	line *look
	mark string
	word string
	x, y float64
}

// extra is how much wider than an icon its sign is.
func (e legendEntry) extra() float64 {
	switch {
	case e.line != nil:
		return 12
	case e.mark != "":
		return max(0, badgeWidth(e.mark)-20)
	}
	return 0
}

// kinds in the order of the legend.
var kinds = []kind{kindStart, kindFlow, kindSay, kindAsk, kindCall, kindWait, kindRun, kindHandoff, kindQueue, kindEnd, kindAny, kindMissing}

// newLegend explains what the picture holds, in as many lines as the width needs.
func (s *sketch) newLegend(width float64) []legendEntry {
	var list []legendEntry
	for _, k := range kinds {
		if s.has(k) {
			list = append(list, legendEntry{icon: icons[k], pen: pick(k, lookIcon, lookIconHuman, lookIcon), word: s.words.kinds[k]})
		}
	}
	if s.any(func(a arrow) bool { return a.timed }) {
		list = append(list, legendEntry{line: &lookWayTimed, word: s.words.timed})
	}
	if s.has(kindHandoff) || s.has(kindQueue) {
		list = append(list, legendEntry{line: &lookWayHuman, word: s.words.human})
	}
	if s.any(func(a arrow) bool { return a.from != startID }) {
		list = append(list, legendEntry{icon: signAway.shifted(4, 4, 1), pen: lookIcon, word: s.words.jump})
	}
	switch s.marked {
	case walked:
		list = append(list, legendEntry{mark: "1", word: s.words.walked})
	case counted:
		list = append(list, legendEntry{mark: "12", word: s.words.live})
	}
	x, y := 0.0, 0.0
	for i := range list {
		e := &list[i]
		w := 28 + textWidth(e.word, smallSize) + 22
		w += e.extra()
		if x+w > width && x > 0 {
			x, y = 0, y+legendLine
		}
		e.x, e.y = x, y
		x += w
	}
	return list
}

func (s *sketch) legendHeight() float64 {
	if len(s.legend) == 0 {
		return 0
	}
	return s.legend[len(s.legend)-1].y + 20
}

func (s *sketch) drawLegend() {
	top := s.height - margin - s.legendHeight()
	s.on.begin(group{class: "legend"})
	for _, e := range s.legend {
		x, y := margin+e.x, top+e.y
		word := x + 28 + e.extra()
		switch {
		case e.line != nil:
			s.on.path(*e.line, path{}.move(x+2, y+10).line(x+32, y+10))
		case e.mark != "":
			s.badge(x, y+10, e.mark)
		default:
			s.on.path(e.pen, e.icon.shifted(x, y, 1))
		}
		s.on.text(lookWord, word, y+14, e.word)
	}
	s.on.end()
}

func (p *Picture) has(k kind) bool {
	for _, b := range p.boxes {
		if b.kind == k {
			return true
		}
	}
	return false
}

func (p *Picture) any(f func(arrow) bool) bool {
	for _, a := range p.arrows {
		if f(a) {
			return true
		}
	}
	return false
}

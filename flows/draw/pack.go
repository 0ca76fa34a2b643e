package draw

import (
	"cmp"
	"math"
	"slices"
)

// The page, in pixels.
const (
	margin       = 40.0
	headerHeight = 72.0
	chapterPad   = 24.0
	chapterGap   = 20.0
	minWidth     = 460.0
	shapeOfPage  = 1.05 // width by height
	tries        = 32
	emptiness    = 2.0 // how much worse an empty page is than one of another shape
)

// pack puts the chapters on a page, each where it comes highest and then furthest left, in their order or the tall ones first. It chooses the
// order and the width with which the page has the wanted shape and little of it stays empty. It returns the width and height of what they cover.
func pack(chapters []*chapter) (width, height float64) {
	widest, area := 0.0, 0.0
	for _, ch := range chapters {
		w, h := ch.outer()
		widest, area = math.Max(widest, w), area+w*h
	}
	tall := slices.Clone(chapters)
	if len(tall) > 1 {
		slices.SortStableFunc(tall[1:], func(a, b *chapter) int { return cmp.Compare(b.height, a.height) })
	}
	best, chosen, page := math.Inf(1), chapters, widest
	for _, order := range [][]*chapter{chapters, tall} {
		for i := range tries {
			try := math.Max(widest, math.Sqrt(area*shapeOfPage)*(0.7+float64(i)*0.03))
			w, h := shelve(order, try)
			shape := math.Abs(math.Log(w / h / shapeOfPage))
			if cost := emptiness*w*h/math.Max(area, 1) + shape; cost < best-1e-9 {
				best, chosen, page = cost, order, try
			}
		}
	}
	return shelve(chosen, page)
}

// outer is the size of a chapter with its panel and the gap around.
func (ch *chapter) outer() (width, height float64) {
	return ch.width + 2*chapterPad + chapterGap, ch.height + 2*chapterPad + chapterGap
}

// ledge is a stretch of the page down to which it is covered.
type ledge struct{ x, width, y float64 }

// shelve places the chapters on a page of a width.
func shelve(chapters []*chapter, page float64) (width, height float64) {
	line := []ledge{{0, page, 0}}
	for _, ch := range chapters {
		w, h := ch.outer()
		x, y := lowest(line, w, page)
		ch.x, ch.y = x+chapterPad, y+chapterPad
		line = cover(line, ledge{x, w, y + h})
		width, height = math.Max(width, x+w), math.Max(height, y+h)
	}
	return math.Max(width-chapterGap, 0), math.Max(height-chapterGap, 0)
}

// lowest finds where something of a width comes highest on the page.
func lowest(line []ledge, width, page float64) (x, y float64) {
	y = math.Inf(1)
	for i, l := range line {
		if l.x+width > page+0.01 {
			break
		}
		top := 0.0
		for _, other := range line[i:] {
			if other.x >= l.x+width-0.01 {
				break
			}
			top = math.Max(top, other.y)
		}
		if top < y-0.01 {
			x, y = l.x, top
		}
	}
	return x, y
}

// cover puts a new ledge over the line.
func cover(line []ledge, over ledge) []ledge {
	end := over.x + over.width
	var out []ledge
	for _, l := range line {
		if l.x < over.x {
			out = append(out, ledge{l.x, math.Min(l.width, over.x-l.x), l.y})
		}
	}
	out = append(out, over)
	for _, l := range line {
		if right := l.x + l.width; right > end+0.01 {
			out = append(out, ledge{math.Max(l.x, end), right - math.Max(l.x, end), l.y})
		}
	}
	return out
}

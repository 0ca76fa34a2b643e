package draw

import (
	"slices"
	"strconv"
	"strings"

	"relevo/engine/diag"
)

// Marks say what a picture brings out: the way that a conversation took, or where runs stand.
type Marks struct {
	// Walk is the way, in order: its states and arrows are numbered, and everything else steps back. A step that this flow does not have is
	// left out. Where it is set, Counts are not shown.
	Walk []diag.Step
	// Counts are numbers by state, such as the runs that stand there. The larger, the heavier the frame.
	Counts map[string]int64
}

// mark is what is brought out of a box or an arrow.
type mark struct {
	on     bool
	orders []int // places in the walk, from 1
	count  int64
	share  float64 // of the largest count, up to 1
}

// and is both marks together.
func (m mark) and(other mark) mark {
	return mark{on: m.on || other.on, orders: append(slices.Clone(m.orders), other.orders...), count: m.count + other.count}
}

// marked says what kind of marks a picture has.
type marked int

const (
	unmarked marked = iota
	walked
	counted
)

// mark puts the marks on the boxes and arrows that they are about.
func (p *Picture) mark(m *Marks) {
	switch {
	case m == nil:
	case len(m.Walk) > 0:
		p.marked = walked
		p.walk(m.Walk)
	default:
		p.marked = counted
		p.number(m.Counts)
	}
}

// walk numbers the boxes and arrows along the way.
func (p *Picture) walk(steps []diag.Step) {
	for i, s := range steps {
		for at := range p.boxes {
			if b := &p.boxes[at]; b.id == stateID(s.To) {
				b.marks.on, b.marks.orders = true, append(b.marks.orders, i+1)
			}
		}
		for at := range p.arrows {
			if a := &p.arrows[at]; a.isStep(s) {
				a.marks.on, a.marks.orders = true, append(a.marks.orders, i+1)
			}
		}
	}
}

// isStep tells that a step takes the arrow.
func (a arrow) isStep(s diag.Step) bool {
	from := stateID(s.From)
	switch {
	case s.From == "":
		return a.from == startID && a.to == stateID(s.To)
	case s.Anywhere:
		from = anyID
	}
	return a.from == from && a.to == stateID(s.To) && slices.Contains(a.ways, way{s.Event, s.Way})
}

func (p *Picture) number(counts map[string]int64) {
	var most int64 = 1
	for _, n := range counts {
		most = max(most, n)
	}
	for at := range p.boxes {
		b := &p.boxes[at]
		name, isState := strings.CutPrefix(b.id, stateID(""))
		if n := counts[name]; isState && n > 0 {
			b.marks = mark{on: true, count: n, share: float64(n) / float64(most)}
		}
	}
}

// maxOrders is how many places in a walk a badge shows.
const maxOrders = 4

// badge is what stands on a marked box or arrow: "12", or the places in the walk "2 · 5".
func (m mark) badge() string {
	if m.count > 0 {
		return strconv.FormatInt(m.count, 10)
	}
	var parts []string
	for i, at := range m.orders {
		if i == maxOrders-1 && len(m.orders) > maxOrders {
			parts = append(parts, "…")
			break
		}
		parts = append(parts, strconv.Itoa(at))
	}
	return strings.Join(parts, " · ")
}

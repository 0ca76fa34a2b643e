package draw

import (
	"fmt"
	"strconv"
	"strings"
)

// point is a place in the picture, in pixels; y grows downwards.
type point struct{ x, y float64 }

// towards is the point a part of the way to another one.
func (p point) towards(q point, part float64) point {
	return point{p.x + (q.x-p.x)*part, p.y + (q.y-p.y)*part}
}

// step is a move 'M', a line 'L', a cubic curve 'C' or the way back to the last move 'Z'.
type step struct {
	op         byte
	c1, c2, to point
}

// path is a line or an outline.
type path []step

func (p path) move(x, y float64) path { return append(p, step{op: 'M', to: point{x, y}}) }
func (p path) line(x, y float64) path { return append(p, step{op: 'L', to: point{x, y}}) }
func (p path) closed() path           { return append(p, step{op: 'Z'}) }

func (p path) curve(x1, y1, x2, y2, x, y float64) path {
	return append(p, step{op: 'C', c1: point{x1, y1}, c2: point{x2, y2}, to: point{x, y}})
}

// round is how far the handles of a curve lie that stands for a quarter of a circle.
const round = 0.5523

// corner goes to a point by a quarter of a circle that begins upright or level.
func (p path) corner(x, y float64, upright bool) path {
	from := p[len(p)-1].to
	if upright {
		return p.curve(from.x, from.y+(y-from.y)*round, x+(from.x-x)*(1-round), y, x, y)
	}
	return p.curve(from.x+(x-from.x)*round, from.y, x, y+(from.y-y)*(1-round), x, y)
}

// rectangle has round corners.
func rectangle(x, y, w, h, r float64) path {
	r = min(r, w/2, h/2)
	return path{}.move(x+r, y).line(x+w-r, y).corner(x+w, y+r, false).line(x+w, y+h-r).corner(x+w-r, y+h, true).
		line(x+r, y+h).corner(x, y+h-r, false).line(x, y+r).corner(x+r, y, true).closed()
}

// reversed is a rectangle that cuts a hole.
func reversed(x, y, w, h float64) path {
	return path{}.move(x, y).line(x, y+h).line(x+w, y+h).line(x+w, y).closed()
}

func circle(x, y, r float64) path { return rectangle(x-r, y-r, 2*r, 2*r, r) }

// shifted is the path at another place, in another size.
func (p path) shifted(x, y, scale float64) path {
	at := func(q point) point { return point{x + q.x*scale, y + q.y*scale} }
	out := make(path, len(p))
	for i, s := range p {
		out[i] = step{s.op, at(s.c1), at(s.c2), at(s.to)}
	}
	return out
}

// String writes the path as SVG has it.
func (p path) String() string {
	var b strings.Builder
	for _, s := range p {
		switch s.op {
		case 'Z':
			b.WriteByte('Z')
		case 'C':
			fmt.Fprintf(&b, "C%s %s %s %s %s %s", n(s.c1.x), n(s.c1.y), n(s.c2.x), n(s.c2.y), n(s.to.x), n(s.to.y))
		default:
			fmt.Fprintf(&b, "%c%s %s", s.op, n(s.to.x), n(s.to.y))
		}
	}
	return b.String()
}

// parsePath reads the notation of icons: M, L, C and Z as in SVG with capital letters, and O x y r for a circle. Numbers stand between spaces.
func parsePath(text string) path {
	var p path
	fields := strings.Fields(text)
	for len(fields) > 0 {
		op := fields[0]
		fields = fields[1:]
		var v [6]float64
		count := operands(op)
		for i := range count {
			v[i], _ = strconv.ParseFloat(fields[i], 64) // icons are constants, and a test reads them
		}
		fields = fields[count:]
		switch op {
		case "M":
			p = p.move(v[0], v[1])
		case "L":
			p = p.line(v[0], v[1])
		case "C":
			p = p.curve(v[0], v[1], v[2], v[3], v[4], v[5])
		case "O":
			p = append(p, circle(v[0], v[1], v[2])...)
		case "Z":
			p = p.closed()
		}
	}
	return p
}

// operands is how many numbers follow a letter of an icon.
func operands(op string) int {
	switch op {
	case "M", "L":
		return 2
	case "O":
		return 3
	case "C":
		return 6
	}
	return 0
}

package draw

import (
	"math"
	"slices"
)

// flatness is how far, in pixels, a line may lie from the curve that it stands for.
const flatness = 0.15

// flatten turns the parts of a path into lines of points. A closed part ends where it begins.
func flatten(p path) [][]point {
	var out [][]point
	var part []point
	finish := func() {
		if len(part) > 0 {
			out = append(out, part)
		}
		part = nil
	}
	for _, s := range p {
		switch s.op {
		case 'M':
			finish()
			part = []point{s.to}
		case 'L':
			part = append(part, s.to)
		case 'C':
			part = curvePoints(part, s)
		case 'Z':
			if len(part) > 0 {
				part = append(part, part[0])
			}
		}
	}
	finish()
	return out
}

// curvePoints adds points of a cubic curve, so many that the lines between them look like it.
func curvePoints(part []point, s step) []point {
	from := part[len(part)-1]
	bend := distance(from, s.c1) + distance(s.c1, s.c2) + distance(s.c2, s.to)
	n := int(math.Min(64, math.Max(2, math.Ceil(math.Sqrt(bend/flatness)/2))))
	for i := 1; i <= n; i++ {
		t := float64(i) / float64(n)
		a, b, c := from.towards(s.c1, t), s.c1.towards(s.c2, t), s.c2.towards(s.to, t)
		part = append(part, a.towards(b, t).towards(b.towards(c, t), t))
	}
	return part
}

func distance(a, b point) float64 { return math.Hypot(b.x-a.x, b.y-a.y) }

// stroke is the outline of lines with a width, with round ends and joins; with a dash, of its pieces.
func stroke(lines [][]point, width float64, dash []float64) [][]point {
	var out [][]point
	for _, line := range lines {
		for _, piece := range dashes(line, dash) {
			out = append(out, outlines(distinct(piece), width/2)...)
		}
	}
	return out
}

// distinct leaves out points that are where the one before them is.
func distinct(line []point) []point {
	var out []point
	for _, p := range line {
		if len(out) == 0 || distance(out[len(out)-1], p) > 1e-6 {
			out = append(out, p)
		}
	}
	return out
}

// outlines goes along one side of a line and back along the other; around a ring, once outside and once inside.
func outlines(line []point, half float64) [][]point {
	last := len(line) - 1
	if last < 1 {
		return [][]point{arc(nil, line[0], half, 0, 2*math.Pi)}
	}
	if last > 1 && distance(line[0], line[last]) < 1e-6 {
		ring := append(append([]point{line[last-1]}, line...), line[1])
		return [][]point{side(ring, half), side(backwards(ring), half)}
	}
	out := append([]point{line[0]}, line...)
	out = append(out, line[last])
	return [][]point{append(side(out, half), side(backwards(out), half)...)}
}

func backwards(line []point) []point {
	out := slices.Clone(line)
	slices.Reverse(out)
	return out
}

// side is the left side of a line, for each of its points but the first and the last, which only say where it comes from and goes to. A point
// that is there twice is an end, and gets half of a circle.
func side(line []point, half float64) []point {
	var out []point
	for i := 1; i < len(line)-1; i++ {
		p := line[i]
		switch {
		case line[i-1] == p:
			out = append(out, arc(nil, p, half, heading(p, line[i+1])-math.Pi, heading(p, line[i+1])-math.Pi/2)...)
		case line[i+1] == p:
			out = append(out, arc(nil, p, half, heading(line[i-1], p)-math.Pi/2, heading(line[i-1], p))...)
		default:
			out = turn(out, p, half, heading(line[i-1], p), heading(p, line[i+1]))
		}
	}
	return out
}

// turn goes around a point: by an arc outside, through the point inside, and at once where the line is nearly straight.
func turn(out []point, p point, half, in, away float64) []point {
	by := math.Remainder(away-in, 2*math.Pi)
	const straight = 0.25
	switch {
	case math.Abs(by) < straight:
		return append(out, around(p, half/math.Cos(by/2), in+by/2-math.Pi/2))
	case by > 0:
		return arc(out, p, half, in-math.Pi/2, in-math.Pi/2+by)
	}
	return append(out, around(p, half, in-math.Pi/2), p, around(p, half, away-math.Pi/2))
}

func heading(a, b point) float64 { return math.Atan2(b.y-a.y, b.x-a.x) }

func around(p point, r, angle float64) point {
	sin, cos := math.Sincos(angle)
	return point{p.x + r*cos, p.y + r*sin}
}

// arc adds points of a circle.
func arc(out []point, p point, r, from, to float64) []point {
	n := int(math.Ceil(math.Abs(to-from) * math.Max(1.5, math.Sqrt(r)*1.5)))
	for i := range n + 1 {
		out = append(out, around(p, r, from+(to-from)*float64(i)/float64(max(n, 1))))
	}
	return out
}

// dashes cuts a line into its visible pieces.
func dashes(line []point, dash []float64) [][]point {
	if len(dash) < 2 || dash[0]+dash[1] <= 0 {
		return [][]point{line}
	}
	var out [][]point
	piece, visible, left := []point{line[0]}, true, dash[0]
	for i := 1; i < len(line); i++ {
		from, to := line[i-1], line[i]
		for d := distance(from, to); d > left; d = distance(from, to) {
			from = from.towards(to, left/d)
			if visible {
				out = append(out, append(piece, from))
			}
			visible = !visible
			piece, left = []point{from}, dash[0]
			if !visible {
				left = dash[1]
			}
		}
		left -= distance(from, to)
		piece = append(piece, to)
	}
	if visible && len(piece) > 1 {
		out = append(out, piece)
	}
	return out
}

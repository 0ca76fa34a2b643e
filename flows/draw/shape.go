package draw

// icons are drawn in 20 by 20 pixels.
var icons = map[kind]path{
	kindStart:   parsePath("O 10 10 9 M 8 6.2 L 8 13.8 L 14 10 Z"),
	kindAny:     parsePath("O 3.2 10 1.6 O 10 10 1.6 O 16.8 10 1.6"),
	kindSay:     parsePath("M 3.5 3 L 16.5 3 C 17.6 3 18.5 3.9 18.5 5 L 18.5 12.5 C 18.5 13.6 17.6 14.5 16.5 14.5 L 9 14.5 L 5 18 L 5 14.5 L 3.5 14.5 C 2.4 14.5 1.5 13.6 1.5 12.5 L 1.5 5 C 1.5 3.9 2.4 3 3.5 3 Z M 5.5 7.2 L 14.5 7.2 M 5.5 10.4 L 11.5 10.4"),
	kindAsk:     parsePath("O 10 10 9 M 7.3 7.6 C 7.3 4.4 12.7 4.4 12.7 7.6 C 12.7 9.8 10 9.6 10 11.8 M 10 14.6 L 10 14.7"),
	kindCall:    parsePath("M 3 7 L 16.5 7 M 13 3.5 L 16.5 7 L 13 10.5 M 17 13 L 3.5 13 M 7 9.5 L 3.5 13 L 7 16.5"),
	kindHandoff: parsePath("O 10 6 4 M 2 18.5 C 2.6 14.5 5.7 12.2 10 12.2 C 14.3 12.2 17.4 14.5 18 18.5"),
	kindQueue:   parsePath("O 7 6.5 3.5 M 1 17.5 C 1.4 14 3.7 12.4 7 12.4 C 10.3 12.4 12.6 14 13 17.5 M 12.5 3.3 C 16.6 3.3 16.6 9.7 12.5 9.7 M 15 12.8 C 17.4 13.2 18.7 14.9 19 17.5"),
	kindWait:    parsePath("O 10 10 9 M 10 4.8 L 10 10 L 13.6 12.2"),
	kindRun:     parsePath("M 4 5.5 L 11 5.5 C 12.4 5.5 13.5 6.6 13.5 8 L 13.5 15 C 13.5 16.4 12.4 17.5 11 17.5 L 4 17.5 C 2.6 17.5 1.5 16.4 1.5 15 L 1.5 8 C 1.5 6.6 2.6 5.5 4 5.5 Z M 6.5 5.5 L 6.5 4 C 6.5 2.6 7.6 1.5 9 1.5 L 16 1.5 C 17.4 1.5 18.5 2.6 18.5 4 L 18.5 11 C 18.5 12.4 17.4 13.5 16 13.5 L 13.5 13.5"),
	kindFlow:    parsePath("O 4.5 4.5 3 O 15.5 15.5 3 M 4.5 7.5 L 4.5 10 C 4.5 13 7 15.5 10 15.5 L 12.5 15.5"),
	kindEnd:     parsePath("O 10 10 9 M 6 10.4 L 8.8 13.2 L 14.2 7.4"),
	kindMissing: parsePath("M 10 2 L 19 17.5 L 1 17.5 Z M 10 8 L 10 12.2 M 10 14.8 L 10 14.9"),
}

// Signs stand in rows, labels and tags, in 12 by 12 pixels.
var (
	signEvent = parsePath("M 6.8 1 L 2.6 7 L 5.8 7 L 5.2 11 L 9.4 5 L 6.2 5 Z")
	signUp    = parsePath("M 6 11 L 6 2 M 2.5 5.5 L 6 2 L 9.5 5.5")
	signDown  = parsePath("M 6 1 L 6 10 M 2.5 6.5 L 6 10 L 9.5 6.5")
	signAway  = parsePath("M 1.5 10.5 L 10 2 M 4 2 L 10 2 L 10 8")
	signStay  = parsePath("M 10 4.2 C 8.6 0.6 1.4 0.8 1.4 6 C 1.4 11.2 8.6 11.4 10 7.8 M 10.4 1 L 10.2 4.4 L 6.8 4.2")
)

// signOf is an icon in the size of a sign.
func signOf(k kind) path { return icons[k].shifted(0, 0, 0.6) }

// outline is the shape of a box at a place: a bubble asks, a box with side bars is another system, two sheets are another flow, a narrow waist
// is time, cut corners are people, a pill ends. What stands behind the shape comes first; bars come last.
func outline(k kind, x, y, w, h float64) (behind, shape, bars path) {
	switch k {
	case kindStart, kindAny, kindEnd:
		return nil, rectangle(x, y, w, h, 30), nil
	case kindAsk:
		return nil, path{}.move(x+14, y).line(x+w-14, y).corner(x+w, y+14, false).line(x+w, y+h-14).corner(x+w-14, y+h, true).
			line(x+36, y+h).line(x+22, y+h+tail).line(x+22, y+h).line(x+14, y+h).corner(x, y+h-14, false).line(x, y+14).corner(x+14, y, true).closed(), nil
	case kindCall:
		return nil, rectangle(x, y, w, h, 3), path{}.move(x+7, y).line(x+7, y+h).move(x+w-7, y).line(x+w-7, y+h)
	case kindRun, kindFlow:
		const back = 6
		return rectangle(x+back, y-back, w-back, h, 4), rectangle(x, y, w-back, h, 4), nil
	case kindHandoff, kindQueue:
		const cut = 15
		return nil, path{}.move(x+cut, y).line(x+w-cut, y).line(x+w, y+cut).line(x+w, y+h-cut).line(x+w-cut, y+h).line(x+cut, y+h).
			line(x, y+h-cut).line(x, y+cut).closed(), nil
	case kindWait:
		const waist = 10
		return nil, path{}.move(x, y).line(x+w, y).line(x+w-waist, y+h/2).line(x+w, y+h).line(x, y+h).line(x+waist, y+h/2).closed(), nil
	}
	return nil, rectangle(x, y, w, h, 14), nil
}

package draw

import (
	"sync"

	"github.com/go-fonts/dejavu/dejavusans"
	"github.com/go-fonts/liberation/liberationsansbold"
	"github.com/go-fonts/liberation/liberationsansregular"
	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// fonts are read at their first use. DejaVu Sans holds what Liberation Sans lacks; it is also the widest of the fonts that people commonly
// have, so a text that fits in it fits everywhere.
type fonts struct {
	regular, bold, wide *sfnt.Font

	mu     sync.Mutex
	buffer sfnt.Buffer
	widths map[rune]float64 // of wide, in ems
}

var loadFonts = sync.OnceValue(func() *fonts {
	return &fonts{
		regular: mustParse(liberationsansregular.TTF), bold: mustParse(liberationsansbold.TTF), wide: mustParse(dejavusans.TTF),
		widths: map[rune]float64{},
	}
})

// mustParse reads a font that is part of the program: a test reads all of them.
func mustParse(data []byte) *sfnt.Font {
	f, err := sfnt.Parse(data)
	if err != nil {
		panic(err)
	}
	return f
}

const (
	noGlyphEm = 1.1       // the width of what no font here has, as a viewer with CJK or emoji shows it
	unitsEm   = 1000      // glyphs are asked for in this size, in which a unit is a thousandth
	maxWidths = 1 << 14   // runes whose width is remembered
	boldWider = 1.1       // than the same text in regular
	scaleEm   = 64 * 1000 // fixed-point units of an em
)

// width is how wide a rune can get, in ems.
func (f *fonts) width(r rune) float64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	if w, known := f.widths[r]; known {
		return w
	}
	w := f.measure(r)
	if len(f.widths) < maxWidths {
		f.widths[r] = w
	}
	return w
}

func (f *fonts) measure(r rune) float64 {
	if joins(r) {
		return 0
	}
	index, err := f.wide.GlyphIndex(&f.buffer, r)
	if err != nil || index == 0 || emoji(r) {
		return noGlyphEm
	}
	advance, err := f.wide.GlyphAdvance(&f.buffer, index, fixed.I(unitsEm), font.HintingNone)
	if err != nil {
		return noGlyphEm
	}
	return float64(advance) / scaleEm
}

// glyph is a rune's outline with its lower left corner at the origin, y growing downwards, and how far the next one is; in ems. What no font
// has is an empty box.
func (f *fonts) glyph(r rune, heavy bool) (path, float64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	first := f.regular
	if heavy {
		first = f.bold
	}
	for _, font := range []*sfnt.Font{first, f.wide} {
		if outline, advance, ok := f.load(font, r); ok {
			return outline, advance
		}
	}
	if joins(r) {
		return nil, 0
	}
	return noGlyph, noGlyphEm
}

// noGlyph is a thin frame.
var noGlyph = append(rectangle(0.14, -0.74, 0.78, 0.78, 0.08), reversed(0.2, -0.68, 0.66, 0.66)...)

func (f *fonts) load(from *sfnt.Font, r rune) (path, float64, bool) {
	index, err := from.GlyphIndex(&f.buffer, r)
	if err != nil || index == 0 {
		return nil, 0, false
	}
	advance, err := from.GlyphAdvance(&f.buffer, index, fixed.I(unitsEm), font.HintingNone)
	if err != nil {
		return nil, 0, false
	}
	segments, err := from.LoadGlyph(&f.buffer, index, fixed.I(unitsEm), nil)
	if err != nil {
		return nil, 0, false
	}
	return glyphPath(segments), float64(advance) / scaleEm, true
}

func glyphPath(segments sfnt.Segments) path {
	var p path
	var at point
	em := func(v fixed.Point26_6) point { return point{float64(v.X) / scaleEm, float64(v.Y) / scaleEm} }
	for _, s := range segments {
		a, b, c := em(s.Args[0]), em(s.Args[1]), em(s.Args[2])
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			p, at = append(p, step{op: 'M', to: a}), a
		case sfnt.SegmentOpLineTo:
			p, at = append(p, step{op: 'L', to: a}), a
		case sfnt.SegmentOpQuadTo: // the same curve as a cubic one
			p = append(p, step{op: 'C', c1: at.towards(a, 2.0/3), c2: b.towards(a, 2.0/3), to: b})
			at = b
		case sfnt.SegmentOpCubeTo:
			p, at = append(p, step{op: 'C', c1: a, c2: b, to: c}), c
		}
	}
	return p
}

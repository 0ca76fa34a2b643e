package draw

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"strconv"

	"golang.org/x/image/vector"
	"golang.org/x/text/unicode/bidi"
)

// Limits of a PNG.
const (
	DefaultScale = 2.0
	MinScale     = 0.1
	MaxScale     = 8.0
	MaxPixels    = 64_000_000 // a picture of this size takes 256 MB of memory while it is drawn
	maxSide      = 1 << 15    // pixels; what many viewers can show
)

// ErrTooLarge is returned for a picture over MaxPixels.
var ErrTooLarge = errors.New("the picture is too large")

// PNGOptions say how pixels are made of a picture.
type PNGOptions struct {
	// Scale is pixels of the file by pixels of the picture; 0 is DefaultScale, or less where the picture would be over MaxPixels. A scale that is
	// asked for and makes it too large is ErrTooLarge.
	Scale float64
	Dark  bool // on dark paper; an SVG follows its reader
}

// PNG writes the picture that SVG writes, as pixels.
func (p Picture) PNG(w io.Writer, o PNGOptions) error {
	s := newSketch(p)
	scale, err := scaleFor(s.width, s.height, o.Scale)
	if err != nil {
		return fmt.Errorf("draw %s: %w", p.id, err)
	}
	c := newRaster(s.width, s.height, scale, o.Dark)
	s.draw(c)
	if err := png.Encode(w, c.img); err != nil {
		return fmt.Errorf("draw %s: %w", p.id, err)
	}
	return nil
}

// scaleFor is the scale that was asked for, or the largest one up to the default that stays within the limits.
func scaleFor(width, height, asked float64) (float64, error) {
	fits := math.Min(math.Sqrt(MaxPixels/(width*height)), maxSide/math.Max(width, height))
	fits = math.Floor(fits*100) / 100
	switch {
	case asked != 0 && (asked < MinScale || asked > MaxScale || math.IsNaN(asked)):
		return 0, fmt.Errorf("%w or too small: a scale lies between %v and %v", ErrTooLarge, MinScale, MaxScale)
	case asked > fits || fits <= 0:
		return 0, fmt.Errorf("%w: a scale up to %v fits", ErrTooLarge, fits)
	case asked == 0:
		return math.Min(DefaultScale, fits), nil
	}
	return asked, nil
}

// raster is a canvas of pixels.
type raster struct {
	img   *image.RGBA
	scale float64
	dark  bool
	dim   bool
	pen   vector.Rasterizer
}

func newRaster(width, height, scale float64, dark bool) *raster {
	bounds := image.Rect(0, 0, int(math.Ceil(width*scale)), int(math.Ceil(height*scale)))
	return &raster{img: image.NewRGBA(bounds), scale: scale, dark: dark}
}

// begin implements canvas.
func (c *raster) begin(g group) { c.dim = g.dim }

// end implements canvas.
func (c *raster) end() { c.dim = false }

// path implements canvas.
func (c *raster) path(l look, p path) {
	p = p.shifted(0, 0, c.scale)
	if l.fill != none {
		c.fill(flatten(p), l.fill)
	}
	if l.stroke != none {
		dash := make([]float64, len(l.dash))
		for i, d := range l.dash {
			dash[i] = d * c.scale
		}
		c.fill(stroke(flatten(p), l.width*c.scale, dash), l.stroke)
	}
}

// text implements canvas. Words that run from right to left are turned around.
func (c *raster) text(l look, x, y float64, text string) {
	size := l.size
	glyphs, width := c.glyphs(visual(text), l)
	switch l.anchor {
	case "middle":
		x -= width * size / 2
	case "end":
		x -= width * size
	}
	var all [][]point
	for _, g := range glyphs {
		all = append(all, flatten(g.outline.shifted((x+g.at*size)*c.scale, y*c.scale, size*c.scale))...)
	}
	c.fill(all, l.fill)
}

// glyph is an outline and where it stands, in ems.
type glyph struct {
	outline path
	at      float64
}

func (c *raster) glyphs(text string, l look) ([]glyph, float64) {
	var list []glyph
	at := 0.0
	for _, r := range text {
		outline, advance := loadFonts().glyph(r, l.heavy)
		list = append(list, glyph{outline, at})
		if at += advance; l.spaced {
			at += letterSpace / l.size
		}
	}
	return list, at
}

// visual is a text in the order in which it stands on paper, from left to right.
func visual(text string) string {
	var p bidi.Paragraph
	if !hasRightToLeft(text) {
		return text
	}
	if _, err := p.SetString(text); err != nil {
		return text
	}
	order, err := p.Order()
	if err != nil || order.NumRuns() == 0 {
		return text
	}
	out := ""
	for i := range order.NumRuns() {
		run := order.Run(i)
		part := run.String()
		if run.Direction() == bidi.RightToLeft {
			part = bidi.ReverseString(part)
		}
		if order.Direction() == bidi.RightToLeft {
			out = part + out
		} else {
			out += part
		}
	}
	return out
}

func hasRightToLeft(text string) bool {
	for _, r := range text {
		properties, _ := bidi.LookupRune(r)
		if class := properties.Class(); class == bidi.R || class == bidi.AL {
			return true
		}
	}
	return false
}

// fill paints what the outlines enclose.
func (c *raster) fill(outlines [][]point, with ink) {
	box := boundsOf(outlines).Intersect(c.img.Bounds())
	if box.Empty() {
		return
	}
	c.pen.Reset(box.Dx(), box.Dy())
	dx, dy := float64(box.Min.X), float64(box.Min.Y)
	for _, outline := range outlines {
		for i, p := range outline {
			if x, y := float32(p.x-dx), float32(p.y-dy); i == 0 {
				c.pen.MoveTo(x, y)
			} else {
				c.pen.LineTo(x, y)
			}
		}
		c.pen.ClosePath()
	}
	c.pen.Draw(c.img, box, image.NewUniform(c.color(with)), image.Point{})
}

func boundsOf(outlines [][]point) image.Rectangle {
	left, top, right, bottom := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, outline := range outlines {
		for _, p := range outline {
			left, top, right, bottom = math.Min(left, p.x), math.Min(top, p.y), math.Max(right, p.x), math.Max(bottom, p.y)
		}
	}
	if left > right {
		return image.Rectangle{}
	}
	return image.Rect(int(math.Floor(left)), int(math.Floor(top)), int(math.Ceil(right)), int(math.Ceil(bottom)))
}

// color is an ink on the paper; what steps back is mixed with it.
func (c *raster) color(i ink) color.RGBA {
	on := func(i ink) string {
		if c.dark {
			return i.dark
		}
		return i.light
	}
	v, back := channels(on(i)), channels(on(panel))
	if c.dim {
		for at := range v {
			v[at] = v[at]*dimmed + back[at]*(1-dimmed)
		}
	}
	return color.RGBA{uint8(v[0] + 0.5), uint8(v[1] + 0.5), uint8(v[2] + 0.5), 255}
}

// channels are red, green and blue of RRGGBB; inks are constants, and a test reads them.
func channels(hex string) [3]float64 {
	v, _ := strconv.ParseUint(hex, 16, 32)
	return [3]float64{float64(v >> 16 & 255), float64(v >> 8 & 255), float64(v & 255)}
}

package webchat

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// theme is the accent colour made readable everywhere it is used. Contrast is WCAG 2.2's: 4.5 for text, 3 for shapes.
type theme struct {
	inkLight, inkDark   colour // the accent as text or outline on the page, in both themes
	fillLight, fillDark colour // the accent as a surface that stands out from the page
	onLight, onDark     colour // text on those
}

// The page's grounds, as in app.css.
var (
	white      = colour{255, 255, 255}
	black      = colour{0, 0, 0}
	groundDark = colour{0x12, 0x15, 0x17}
	// What ink is read on: the least favourable surface of each theme.
	surfaceLight = colour{0xf1, 0xf3, 0xf4}
	surfaceDark  = colour{0x22, 0x27, 0x2a}
)

const (
	textContrast  = 4.5
	shapeContrast = 1.6 // a filled bubble is also told by its side and shape; this keeps it from melting into the page
)

func mustTheme(accent string) theme {
	c, ok := parseColour(accent)
	if !ok {
		c, _ = parseColour(defaultAccent)
	}
	return newTheme(c)
}

func newTheme(accent colour) theme {
	var t theme
	t.inkLight = accent.until(black, surfaceLight, textContrast)
	t.inkDark = accent.until(white, surfaceDark, textContrast)
	t.fillLight = accent.until(black, white, shapeContrast)
	t.fillDark = accent.until(white, groundDark, shapeContrast)
	t.onLight, t.onDark = readableOn(t.fillLight), readableOn(t.fillDark)
	return t
}

// css renders the tokens that app.css leaves open.
func (t theme) css() string {
	return fmt.Sprintf(`:root{--accent:%s;--on-accent:%s;--ink:%s}
@media (prefers-color-scheme:dark){:root{--accent:%s;--on-accent:%s;--ink:%s}}
`, t.fillLight, t.onLight, t.inkLight, t.fillDark, t.onDark, t.inkDark)
}

// colour is an sRGB colour.
type colour struct{ r, g, b uint8 }

// parseColour reads "#rrggbb".
func parseColour(s string) (colour, bool) {
	hex, ok := strings.CutPrefix(s, "#")
	if !ok || len(hex) != 6 {
		return colour{}, false
	}
	n, err := strconv.ParseUint(hex, 16, 32)
	if err != nil {
		return colour{}, false
	}
	return colour{uint8(n >> 16), uint8(n >> 8), uint8(n)}, true
}

// String renders "#rrggbb".
func (c colour) String() string { return fmt.Sprintf("#%02x%02x%02x", c.r, c.g, c.b) }

// luminance is the relative luminance of WCAG 2.2.
func (c colour) luminance() float64 {
	part := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*part(c.r) + 0.7152*part(c.g) + 0.0722*part(c.b)
}

// contrast is the contrast ratio of WCAG 2.2, from 1 to 21.
func contrast(a, b colour) float64 {
	x, y := a.luminance(), b.luminance()
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// readableOn returns white or black, whichever reads better. The worse case is 4.58.
func readableOn(ground colour) colour {
	if contrast(white, ground) >= contrast(black, ground) {
		return white
	}
	return black
}

// until mixes c with towards, in steps of 2 %, until it stands out from ground by ratio.
func (c colour) until(towards, ground colour, ratio float64) colour {
	const steps = 50
	for i := range steps {
		if m := c.mix(towards, float64(i)/steps); contrast(m, ground) >= ratio {
			return m
		}
	}
	return towards
}

func (c colour) mix(with colour, share float64) colour {
	part := func(a, b uint8) uint8 { return uint8(math.Round(float64(a)*(1-share) + float64(b)*share)) }
	return colour{part(c.r, with.r), part(c.g, with.g), part(c.b, with.b)}
}

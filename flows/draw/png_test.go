package draw

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"math"
	"strings"
	"testing"

	"relevo/engine"
)

func pixels(t *testing.T, p Picture, o PNGOptions) image.Image {
	t.Helper()
	var out bytes.Buffer
	if err := p.PNG(&out, o); err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(&out)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func TestPNGHasTheSizeOfTheSVG(t *testing.T) {
	t.Parallel()
	p := Flow(sample(), Options{})
	s := newSketch(p)
	for scale, want := range map[float64]float64{0: 2, 1: 1, 0.5: 0.5} {
		got := pixels(t, p, PNGOptions{Scale: scale}).Bounds()
		if got.Dx() != int(math.Ceil(s.width*want)) || got.Dy() != int(math.Ceil(s.height*want)) {
			t.Errorf("scale %v: %v, want %v by %v, %v times", scale, got, s.width, s.height, want)
		}
	}
}

// ink counts the pixels of a part that are not as its first one, as a share.
func inked(img image.Image, r image.Rectangle) float64 {
	paper, n := img.At(r.Min.X, r.Min.Y), 0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if img.At(x, y) != paper {
				n++
			}
		}
	}
	return float64(n) / float64(r.Dx()*r.Dy())
}

func TestPNGShowsEveryCard(t *testing.T) {
	t.Parallel()
	p := Flow(sample(), Options{})
	s := newSketch(p)
	for _, dark := range []bool{false, true} {
		img := pixels(t, p, PNGOptions{Scale: 1, Dark: dark})
		if !same(img.At(2, 2), paper, dark) {
			t.Errorf("dark %v: the paper is %v", dark, img.At(2, 2))
		}
		for _, ch := range s.chapters {
			for _, c := range ch.cards {
				x, y := int(ch.x+c.x-c.width/2), int(ch.y+c.y)
				if share := inked(img, image.Rect(x+textLeft, y+8, x+textLeft+60, y+34)); share < 0.03 || share > 0.6 {
					t.Errorf("dark %v: %s: %.2f of the place of its kind is ink", dark, c.id, share)
				}
			}
		}
	}
}

func same(c color.Color, i ink, dark bool) bool {
	raster := raster{dark: dark}
	r, g, b, _ := c.RGBA()
	want := raster.color(i)
	return uint8(r>>8) == want.R && uint8(g>>8) == want.G && uint8(b>>8) == want.B
}

// TestPNGTellsKindsApartInGrey draws each kind alone, without colour, and holds the pictures apart.
func TestPNGTellsKindsApartInGrey(t *testing.T) {
	t.Parallel()
	const size = 140
	seen := map[kind]*image.Gray{}
	for _, k := range []kind{kindSay, kindAsk, kindCall, kindHandoff, kindWait, kindRun, kindEnd, kindAny, kindMissing} {
		c := newRaster(size, size, 1, false)
		s := sketch{Picture: Picture{words: vocabularies["en"]}, on: c}
		card := &card{box: box{kind: k}, width: 100, height: 80}
		s.outline(card, 20, 20)
		c.path(pick(k, lookIcon, lookIconHuman, lookIconEnd), icons[k].shifted(40, 40, 1))
		grey := image.NewGray(c.img.Bounds())
		for y := range size {
			for x := range size {
				grey.Set(x, y, c.img.At(x, y))
			}
		}
		for other, img := range seen {
			if n := difference(grey, img); n < 150 {
				t.Errorf("%s and %s differ in %d pixels only", k, other, n)
			}
		}
		seen[k] = grey
	}
}

func difference(a, b *image.Gray) int {
	n := 0
	for i := range a.Pix {
		if d := int(a.Pix[i]) - int(b.Pix[i]); d > 40 || d < -40 {
			n++
		}
	}
	return n
}

func TestPNGIsTheSameEveryTime(t *testing.T) {
	t.Parallel()
	draw := func() []byte {
		var out bytes.Buffer
		if err := Flow(sample(), Options{}).PNG(&out, PNGOptions{Scale: 0.7}); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	if !bytes.Equal(draw(), draw()) {
		t.Error("two pictures of one flow differ")
	}
}

func TestScale(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name                 string
		width, height, asked float64
		want                 float64
		err                  bool
	}{
		{"the default", 1000, 1000, 0, 2, false},
		{"what is asked for", 1000, 1000, 3, 3, false},
		{"an enormous picture gets less by itself", 20000, 20000, 0, 0.4, false},
		{"a long picture is bound by what viewers show", 100, 60000, 0, 0.54, false},
		{"too large where it is asked for", 20000, 20000, 1, 0, true},
		{"too small", 1000, 1000, 0.01, 0, true},
		{"too much", 10, 10, 9, 0, true},
		{"less than nothing", 10, 10, -1, 0, true},
		{"no number", 10, 10, math.NaN(), 0, true},
	} {
		got, err := scaleFor(tt.width, tt.height, tt.asked)
		if got != tt.want || errors.Is(err, ErrTooLarge) != tt.err {
			t.Errorf("%s: got %v, %v", tt.name, got, err)
		}
	}
}

func TestPNGOfWhatNoFontHas(t *testing.T) {
	t.Parallel()
	c := newRaster(200, 40, 1, false)
	c.text(lookName, 10, 20, "請👍")
	if share := inked(c.img, image.Rect(8, 6, 60, 26)); share < 0.05 {
		t.Errorf("%.2f is ink where characters without a glyph stand", share)
	}
}

func TestRightToLeftStandsTurnedAround(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":          "",
		"hello":     "hello",
		"אבג":       "גבא",
		"order אבג": "order גבא",
		"אבג order": "order גבא",
		"{\u202e}":  "{\u202e}",
	} {
		if got := visual(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestStrokesHaveTheirWidth(t *testing.T) {
	t.Parallel()
	c := newRaster(100, 40, 1, false)
	c.path(look{stroke: strong, width: 6}, path{}.move(20, 20).line(80, 20))
	for y, want := range map[int]bool{15: false, 18: true, 20: true, 22: true, 25: false} {
		if _, _, _, alpha := c.img.At(50, y).RGBA(); (alpha > 0x7fff) != want {
			t.Errorf("row %d is inked: %v", y, !want)
		}
	}
	pieces := dashes([]point{{0, 0}, {25, 0}}, []float64{6, 4})
	if len(pieces) != 3 || pieces[2][1].x != 25 {
		t.Errorf("a line of 25 in dashes of 6 and gaps of 4: %v", pieces)
	}
}

func TestIconsAndInksAreReadable(t *testing.T) {
	t.Parallel()
	for k, icon := range icons {
		for _, s := range icon {
			if s.to.x < 0 || s.to.x > 20 || s.to.y < 0 || s.to.y > 20 {
				t.Errorf("icon of %s leaves its place: %v", k, s)
			}
		}
	}
	classes := map[string]bool{}
	for _, l := range looks {
		if classes[l.class] {
			t.Errorf("two looks are called %s", l.class)
		}
		classes[l.class] = true
		for _, i := range []ink{l.fill, l.stroke} {
			if i != none && (len(i.light) != 6 || len(i.dark) != 6) {
				t.Errorf("%s: an ink is not RRGGBB: %v", l.class, i)
			}
		}
	}
}

// TestTextIsReadableOnItsGround holds the contrast of WCAG 2.2, 1.4.3 (AA): 4.5 to 1.
func TestTextIsReadableOnItsGround(t *testing.T) {
	t.Parallel()
	for name, pair := range map[string][2]ink{
		"title": {strong, paper}, "subtitle": {faint, paper}, "body": {soft, sheet}, "kind": {faint, sheet}, "name": {strong, sheet},
		"foot of people": {teal, tealWash}, "kind of an end": {onNight2, night}, "name of an end": {onNight, night}, "row": {soft, panel},
		"person in a row": {teal, sheet}, "badge": {onAmber, amber}, "legend": {soft, paper},
	} {
		for _, dark := range []bool{false, true} {
			r := raster{dark: dark}
			if got := contrast(r.color(pair[0]), r.color(pair[1])); got < 4.5 {
				t.Errorf("%s, dark %v: %.2f", name, dark, got)
			}
		}
	}
}

func contrast(a, b color.RGBA) float64 {
	light := func(c color.RGBA) float64 {
		part := func(v uint8) float64 {
			s := float64(v) / 255
			if s <= 0.04045 {
				return s / 12.92
			}
			return math.Pow((s+0.055)/1.055, 2.4)
		}
		return 0.2126*part(c.R) + 0.7152*part(c.G) + 0.0722*part(c.B)
	}
	x, y := light(a)+0.05, light(b)+0.05
	return math.Max(x, y) / math.Min(x, y)
}

func TestPNGOfTheLargestFlow(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	err := Flow(large(engine.MaxStates), Options{}).PNG(&out, PNGOptions{Scale: MaxScale})
	if !errors.Is(err, ErrTooLarge) || out.Len() > 0 || !strings.Contains(err.Error(), "fits") {
		t.Errorf("got %v and %d bytes", err, out.Len())
	}
}

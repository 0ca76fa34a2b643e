package draw

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"strings"
)

// SVG writes a picture that needs nothing else: it brings its style, light and dark, and a description for people who hear it. Boxes carry
// data-state with the name of their state.
func (p Picture) SVG(w io.Writer) error {
	s := newSketch(p)
	c := &svg{prefix: "flow-" + identifier(p.id)}
	c.open(s)
	s.draw(c)
	c.printf("</svg>\n")
	if _, err := w.Write(c.out.Bytes()); err != nil {
		return fmt.Errorf("draw %s: %w", p.id, err)
	}
	return nil
}

// svg is a canvas that writes an SVG document.
type svg struct {
	out    bytes.Buffer
	prefix string // of ids, so that two pictures can stand in one page
	ends   string // of the open group
}

func (c *svg) printf(format string, args ...any) { fmt.Fprintf(&c.out, format, args...) }

func (c *svg) open(s *sketch) {
	width, height := n(math.Ceil(s.width)), n(math.Ceil(s.height))
	c.printf(`<svg xmlns="http://www.w3.org/2000/svg" class="relevo-flow" width="%s" height="%s" viewBox="0 0 %s %s" role="img" aria-labelledby="%s-title %s-desc">`+"\n",
		width, height, width, height, c.prefix, c.prefix)
	c.printf(`<title id="%s-title">%s</title>`+"\n", c.prefix, esc(s.title))
	c.printf(`<desc id="%s-desc">%s</desc>`+"\n", c.prefix, esc(s.description()))
	c.printf("<style>%s</style>\n", style())
}

// begin implements canvas.
func (c *svg) begin(g group) {
	c.ends = "</g>\n"
	class := g.class
	if g.dim {
		class += " dim"
	}
	if g.to != "" {
		c.printf(`<a href="#%s-%s" tabindex="-1">`, c.prefix, identifier(g.to)) // the description says it to who does not see it
		c.ends = "</g></a>\n"
	}
	c.printf(`<g class="%s"`, class)
	if g.state != "" {
		c.printf(` id="%s-%s" data-state="%s"`, c.prefix, identifier(g.state), esc(g.state))
	}
	if g.to != "" {
		c.printf(` data-goto="%s"`, esc(g.to))
	}
	c.printf(">")
	if g.title != "" {
		c.printf("<title>%s</title>", esc(g.title))
	}
	c.printf("\n")
}

// end implements canvas.
func (c *svg) end() { c.printf("%s", c.ends) }

// path implements canvas.
func (c *svg) path(l look, p path) { c.printf(`<path class="%s" d="%s"/>`+"\n", l.class, p) }

// text implements canvas.
func (c *svg) text(l look, x, y float64, text string) {
	c.printf(`<text class="%s" x="%s" y="%s">%s</text>`+"\n", l.class, n(x), n(y), esc(text))
}

// identifier keeps what an XML id may hold.
func identifier(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return '-'
	}, text)
}

func esc(text string) string {
	var out bytes.Buffer
	_ = xml.EscapeText(&out, []byte(text)) // a buffer takes everything
	return out.String()
}

// n writes a length with one decimal at most, the same on every machine.
func n(v float64) string {
	v = math.Round(v*10) / 10
	if v == math.Trunc(v) {
		return fmt.Sprintf("%d", int64(v))
	}
	return fmt.Sprintf("%.1f", v)
}

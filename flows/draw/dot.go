package draw

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// nodeShapes are Graphviz's shapes, with what else tells the kinds apart.
var nodeShapes = map[kind]string{
	kindStart:   `shape=circle, penwidth=2`,
	kindAny:     `shape=ellipse, style=dotted`,
	kindSay:     `shape=box, style=rounded`,
	kindAsk:     `shape=hexagon`,
	kindCall:    `shape=component`,
	kindHandoff: `shape=octagon, penwidth=3, color="#0f766e"`,
	kindWait:    `shape=parallelogram`,
	kindRun:     `shape=box3d`,
	kindEnd:     `shape=oval, style=filled, fillcolor="#34312d", fontcolor=white`,
	kindMissing: `shape=diamond, style=dashed`,
	kindFlow:    `shape=tab`,
	kindQueue:   `shape=cylinder, penwidth=3, color="#0f766e"`,
}

// Dot writes a graph for Graphviz: dot -Tpdf. Ways to people are thick, ways after a time dashed, ways from any state dotted.
func (p Picture) Dot(w io.Writer) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "digraph %s {\n", dotQuote(p.id))
	fmt.Fprintf(out, "  graph [label=%s, labelloc=t, fontname=Helvetica, fontsize=20, rankdir=TB, nodesep=0.4]\n", dotQuote(shorten(p.title, maxTitle)))
	fmt.Fprint(out, "  node [fontname=Helvetica, fontsize=11]\n  edge [fontname=Helvetica, fontsize=10, color=\"#857f75\"]\n")
	names := p.names()
	for _, b := range p.boxes {
		shape := nodeShapes[b.kind]
		if b.marks.on {
			shape += `, penwidth=5, color="#b45309"`
		}
		fmt.Fprintf(out, "  %s [label=%s, %s]\n", names[b.id], dotQuote(p.boxText(b)), shape)
	}
	for _, a := range p.arrows {
		fmt.Fprintf(out, "  %s -> %s [label=%s%s]\n", names[a.from], names[a.to], dotQuote(p.arrowText(a)), p.dotLine(a))
	}
	fmt.Fprint(out, "}\n")
	if err := out.Flush(); err != nil {
		return fmt.Errorf("draw %s: %w", p.id, err)
	}
	return nil
}

func (p *Picture) dotLine(a arrow) string {
	line := ""
	switch {
	case a.timed:
		line += ", style=dashed"
	case a.anywhere:
		line += ", style=dotted"
	}
	switch {
	case a.marks.on:
		line += `, penwidth=4, color="#b45309"`
	case p.leadsToPeople(a):
		line += `, penwidth=3, color="#0f766e"`
	}
	return line
}

var dotEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// dotQuote writes a text as a string of dot. Control characters are left out.
func dotQuote(text string) string { return `"` + dotEscapes.Replace(visible(text)) + `"` }

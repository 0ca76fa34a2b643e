package draw

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode"

	"relevo/engine"
)

// shapes are Mermaid's brackets around the text of a box.
var shapes = map[kind][2]string{
	kindStart:   {`((`, `))`},
	kindAny:     {`([`, `])`},
	kindSay:     {`(`, `)`},
	kindAsk:     {`{{`, `}}`},
	kindCall:    {`[/`, `/]`},
	kindHandoff: {`[/`, `\]`},
	kindWait:    {`[\`, `/]`},
	kindRun:     {`[[`, `]]`},
	kindEnd:     {`([`, `])`},
	kindMissing: {`>`, `]`},
}

// maxMermaidRunes is how much of what a state says is shown in its box.
const maxMermaidRunes = 60

// Mermaid writes the flow as a Mermaid flowchart, with its texts in the flow's first language. GitHub and many wikis show it as
// a picture.
func Mermaid(w io.Writer, def *engine.Definition) error {
	p := newPicture(def, languagesOf(def, ""), "")
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "---\ntitle: %s\n---\nflowchart TB\n", mermaidTitle(p.title))
	names := make(map[string]string, len(p.boxes)) // a state may be called "end", which is a word of Mermaid
	for i, b := range p.boxes {
		names[b.id] = fmt.Sprintf("s%d", i)
		shape := shapes[b.kind]
		fmt.Fprintf(out, "  s%d%s\"%s\"%s:::%s\n", i, shape[0], mermaidText(b), shape[1], strings.Fields(string(b.kind))[0]+"Box")
	}
	for _, a := range p.arrows {
		line := "-->"
		if a.timed || a.anywhere {
			line = "-.->"
		}
		labels := a.labels
		if a.stays {
			labels = append(labels[:len(labels):len(labels)], "("+a.target()+")")
		}
		if len(labels) > 0 {
			line += `|"` + mermaidEscape(strings.Join(labels, "\n")) + `"|`
		}
		fmt.Fprintf(out, "  %s %s %s\n", names[a.from], line, names[a.to])
	}
	fmt.Fprint(out, "  classDef handoffBox stroke:#0f766e,stroke-width:3px\n  classDef missingBox stroke-dasharray:4 4\n")
	if err := out.Flush(); err != nil {
		return fmt.Errorf("draw %s: %w", def.Flow.V, err)
	}
	return nil
}

func mermaidText(b box) string {
	var lines []string
	switch b.kind {
	case kindStart, kindAny:
		lines = append(lines, b.title)
	default:
		lines = append(lines, string(b.kind)+": "+b.title)
	}
	for line := range strings.Lines(b.body) {
		lines = append(lines, shorten(line, maxMermaidRunes))
	}
	if b.foot != "" {
		lines = append(lines, b.foot)
	}
	return mermaidEscape(strings.Join(lines, "\n"))
}

// mermaidTitle is a YAML string.
func mermaidTitle(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", " ").Replace(visible(shorten(text, maxTitleRunes))) + `"`
}

var mermaidEntities = strings.NewReplacer(
	`#`, `#35;`, `"`, `#quot;`, `<`, `#lt;`, `>`, `#gt;`, `&`, `#amp;`, "`", `#96;`, `\`, `#92;`, "\n", `<br/>`,
)

// mermaidEscape writes a text as Mermaid reads it between quotes. Control characters are left out.
func mermaidEscape(text string) string {
	return mermaidEntities.Replace(visible(text))
}

func visible(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' {
			return -1
		}
		return r
	}, text)
}

package draw

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode"
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
	kindEnd:     {`(((`, `)))`},
	kindMissing: {`>`, `]`},
	kindFlow:    {`[`, `]`},
	kindQueue:   {`[(`, `)]`},
}

// maxTextLength is how much of what a state says is shown in a box of Mermaid or dot, in characters.
const maxTextLength = 60

// Mermaid writes a Mermaid flowchart. Code hosts and many wikis show it as a picture. Ways to people are thick, ways after a time dashed.
func (p Picture) Mermaid(w io.Writer) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "---\ntitle: %s\n---\nflowchart TB\n", mermaidTitle(p.title))
	names := p.names() // a state may be called "end", which is a word of Mermaid
	for _, b := range p.boxes {
		shape := shapes[b.kind]
		fmt.Fprintf(out, "  %s%s\"%s\"%s:::%s\n", names[b.id], shape[0], mermaidEscape(p.boxText(b)), shape[1], className(b))
	}
	for _, a := range p.arrows {
		line := mermaidLine(a, p.leadsToPeople(a))
		if label := p.arrowText(a); label != "" {
			line += `|"` + mermaidEscape(label) + `"|`
		}
		fmt.Fprintf(out, "  %s %s %s\n", names[a.from], line, names[a.to])
	}
	for i, a := range p.arrows {
		if a.marks.on || a.timed && p.leadsToPeople(a) {
			fmt.Fprintf(out, "  linkStyle %d stroke-width:4px\n", i)
		}
	}
	fmt.Fprint(out, mermaidClasses)
	if err := out.Flush(); err != nil {
		return fmt.Errorf("draw %s: %w", p.id, err)
	}
	return nil
}

const mermaidClasses = `  classDef handoffBox stroke:#0f766e,stroke-width:3px
  classDef queueBox stroke:#0f766e,stroke-width:3px
  classDef endBox fill:#34312d,color:#ffffff,stroke:#34312d
  classDef anyBox stroke-dasharray:2 4
  classDef missingBox stroke-dasharray:6 4
  classDef marked stroke:#b45309,stroke-width:5px
`

func className(b box) string {
	if b.marks.on {
		return "marked"
	}
	return strings.Fields(string(b.kind))[0] + "Box"
}

func mermaidLine(a arrow, human bool) string {
	switch {
	case a.timed:
		return "-.->"
	case human:
		return "==>"
	}
	return "-->"
}

// names gives every box a short name of its own.
func (p *Picture) names() map[string]string {
	names := make(map[string]string, len(p.boxes))
	for i, b := range p.boxes {
		names[b.id] = fmt.Sprintf("s%d", i)
	}
	return names
}

// leadsToPeople tells that people take over where an arrow leads.
func (p *Picture) leadsToPeople(a arrow) bool {
	for _, b := range p.boxes {
		if b.id == a.to {
			return isHuman(b.kind)
		}
	}
	return false
}

// boxText is a box in a few lines.
func (p *Picture) boxText(b box) string {
	var list []string
	switch b.kind {
	case kindStart, kindAny:
		list = append(list, b.title)
	default:
		list = append(list, p.words.kinds[b.kind]+": "+b.title)
	}
	for line := range strings.Lines(b.body) {
		list = append(list, shorten(line, maxTextLength))
	}
	if b.foot != "" {
		list = append(list, b.foot)
	}
	if badge := b.marks.badge(); badge != "" {
		list = append(list, "("+badge+")")
	}
	return strings.Join(list, "\n")
}

// arrowText is what stands on an arrow, a line for each way.
func (p *Picture) arrowText(a arrow) string {
	list := append([]string(nil), a.labels...)
	if a.stays {
		list = append(list, "("+p.target(a)+")")
	}
	if badge := a.marks.badge(); badge != "" {
		list = append(list, "("+badge+")")
	}
	return strings.Join(list, "\n")
}

// mermaidTitle is a YAML string.
func mermaidTitle(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", " ").Replace(visible(shorten(text, maxTitle))) + `"`
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

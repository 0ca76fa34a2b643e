package draw

import (
	"fmt"
	"strings"
)

// style holds for light and dark; the shapes alone tell the kinds apart. Classes lie below .relevo-flow, because a picture can
// stand in a page.
var style = compact(`
.relevo-flow{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
.relevo-flow .paper{fill:#faf9f7}
.relevo-flow .mark{fill:#0f766e}
.relevo-flow .h1{font-size:22px;font-weight:650;letter-spacing:-.01em;fill:#1c1b19}
.relevo-flow .sub{font-size:12.5px;fill:#75716a}
.relevo-flow .shape{fill:#fff;stroke:#cfcac1;stroke-width:1.4}
.relevo-flow .bar{fill:none;stroke:#cfcac1;stroke-width:1.4}
.relevo-flow .icon{fill:none;stroke:#6b665e;stroke-width:1.6;stroke-linecap:round;stroke-linejoin:round}
.relevo-flow .kind{font-size:9.5px;font-weight:600;letter-spacing:.09em;fill:#8a857c}
.relevo-flow .name{font-size:14.5px;font-weight:600;fill:#1c1b19}
.relevo-flow .body{font-size:12.5px;fill:#57534c}
.relevo-flow .foot{font-size:11.5px;font-weight:500;fill:#8a857c}
.relevo-flow .rule{stroke:#e4e0d8}
.relevo-flow .jump{font-size:11.5px;fill:#75716a}
.relevo-flow .jump tspan{font-weight:600;fill:#3f3c37}
.relevo-flow .start .shape,.relevo-flow .any .shape{fill:#f1efeb}
.relevo-flow .any .shape,.relevo-flow .missing .shape{stroke-dasharray:5 4}
.relevo-flow .end .shape{fill:#34312d;stroke:#34312d}
.relevo-flow .end .name{fill:#fff}
.relevo-flow .end .kind,.relevo-flow .end .foot,.relevo-flow .end .body{fill:#cfcac1}
.relevo-flow .end>.icon{stroke:#fff}
.relevo-flow .legend .end>.icon{stroke:#6b665e}
.relevo-flow .handoff .shape{fill:#f0faf8;stroke:#0f766e;stroke-width:2.2}
.relevo-flow .handoff .icon{stroke:#0f766e}
.relevo-flow .handoff .kind,.relevo-flow .handoff .foot{fill:#0f766e}
.relevo-flow .arrow{fill:none;stroke:#8f897f;stroke-width:1.5}
.relevo-flow .timed{stroke-dasharray:6 4}
.relevo-flow .anywhere{stroke-dasharray:1.5 4.5;stroke-linecap:round}
.relevo-flow .tip,.relevo-flow .tip-soft{fill:#8f897f}
.relevo-flow .label rect{fill:#faf9f7;stroke:#e4e0d8;stroke-dasharray:none}
.relevo-flow .label.timed rect{stroke-dasharray:4 3;stroke:#bdb7ac}
.relevo-flow .label text{font-size:11.5px;text-anchor:middle;fill:#3f3c37;stroke:none}
.relevo-flow .word{font-size:11.5px;fill:#75716a}
@media (prefers-color-scheme:dark){
.relevo-flow .paper{fill:#171614}
.relevo-flow .mark{fill:#2dd4bf}
.relevo-flow .h1,.relevo-flow .name{fill:#f4f2ee}
.relevo-flow .sub,.relevo-flow .word,.relevo-flow .kind,.relevo-flow .foot{fill:#9d978c}
.relevo-flow .shape{fill:#211f1d;stroke:#4a4640}
.relevo-flow .bar{stroke:#4a4640}
.relevo-flow .icon{stroke:#b8b2a7}
.relevo-flow .body{fill:#c9c4ba}
.relevo-flow .start .shape,.relevo-flow .any .shape{fill:#1c1b19}
.relevo-flow .end .shape{fill:#e9e6e0;stroke:#e9e6e0}
.relevo-flow .end .name{fill:#1c1b19}
.relevo-flow .end .kind,.relevo-flow .end .foot,.relevo-flow .end .body{fill:#57534c}
.relevo-flow .end>.icon{stroke:#1c1b19}
.relevo-flow .legend .end>.icon{stroke:#b8b2a7}
.relevo-flow .handoff .shape{fill:#10231f;stroke:#2dd4bf}
.relevo-flow .handoff .icon{stroke:#2dd4bf}
.relevo-flow .handoff .kind,.relevo-flow .handoff .foot{fill:#5eead4}
.relevo-flow .rule{stroke:#4a4640}
.relevo-flow .jump{fill:#9d978c}
.relevo-flow .jump tspan{fill:#d9d5cc}
.relevo-flow .arrow{stroke:#7d776d}
.relevo-flow .tip,.relevo-flow .tip-soft{fill:#7d776d}
.relevo-flow .label rect{fill:#171614;stroke:#34312d}
.relevo-flow .label.timed rect{stroke:#57534c}
.relevo-flow .label text{fill:#d9d5cc}
}`)

func compact(css string) string { return strings.ReplaceAll(css, "\n", "") }

// icons are drawn in 20 by 20 pixels.
var icons = map[kind]string{
	kindStart:   `<circle cx="10" cy="10" r="9"/><path d="M8 6.5v7l5.5-3.5z"/>`,
	kindAny:     `<circle cx="3.5" cy="10" r="1.3"/><circle cx="10" cy="10" r="1.3"/><circle cx="16.5" cy="10" r="1.3"/>`,
	kindSay:     `<path d="M3 3.5h14a1.5 1.5 0 0 1 1.5 1.5v8a1.5 1.5 0 0 1-1.5 1.500H9L5 18v-3.500H3a1.5 1.5 0 0 1-1.5-1.500V5A1.5 1.5 0 0 1 3 3.500z"/><path d="M5.5 7.500h9M5.5 10.500h5.5"/>`,
	kindAsk:     `<circle cx="10" cy="10" r="9"/><path d="M7.3 7.600a2.7 2.7 0 1 1 3.9 2.400c-.8.4-1.2.9-1.2 1.800M10 14.600v.1"/>`,
	kindCall:    `<path d="M3 7h13.500M13 3.5 16.5 7 13 10.500M17 13H3.500M7 9.5 3.5 13 7 16.5"/>`,
	kindHandoff: `<circle cx="10" cy="6" r="4"/><path d="M2 18.500c.6-4 3.7-6.3 8-6.300s7.4 2.3 8 6.3"/>`,
	kindWait:    `<circle cx="10" cy="10" r="9"/><path d="M10 5v5.200l3.4 2"/>`,
	kindRun:     `<rect x="1.500" y="5.500" width="12" height="12" rx="2.500"/><path d="M6.500 5.500V4A2.500 2.500 0 0 1 9 1.500h7A2.500 2.500 0 0 1 18.500 4v7a2.500 2.500 0 0 1-2.500 2.500h-2.500"/>`,
	kindEnd:     `<circle cx="10" cy="10" r="9"/><path d="m6 10.4 2.8 2.800L14.2 7.4"/>`,
	kindMissing: `<path d="M10 2 19 17.500H1zM10 8v4.200M10 14.800v.1"/>`,
}

// outline is the shape of a box: a bubble asks, a box with side bars is another system, two sheets are another
// flow, a narrow waist is time, cut corners are people, a dark pill ends.
func outline(k kind, w, h float64) string {
	switch k {
	case kindStart, kindAny, kindEnd:
		return fmt.Sprintf(`<rect class="shape" width="%s" height="%s" rx="%s"/>`, n(w), n(h), n(min(h/2, 30)))
	case kindAsk:
		return fmt.Sprintf(`<path class="shape" d="M14 0H%s a14 14 0 0 1 14 14V%s a14 14 0 0 1-14 14H36l-14 11v-11H14a14 14 0 0 1-14-14V14A14 14 0 0 1 14 0z"/>`,
			n(w-14), n(h-14))
	case kindCall:
		return fmt.Sprintf(`<rect class="shape" width="%s" height="%s" rx="4"/><path class="bar" d="M7 0V%sM%s 0V%s"/>`, n(w), n(h), n(h), n(w-7), n(h))
	case kindRun:
		const behind = 6
		return fmt.Sprintf(`<rect class="shape" x="%d" y="-%d" width="%s" height="%s" rx="4"/><rect class="shape" width="%s" height="%s" rx="4"/>`, behind, behind, n(w-behind), n(h), n(w), n(h))
	case kindHandoff:
		const cut = 14
		return fmt.Sprintf(`<path class="shape" d="M%d 0H%sL%s %dV%sL%s %sH%dL0 %sV%dz"/>`, cut, n(w-cut), n(w), cut, n(h-cut), n(w-cut), n(h), cut, n(h-cut), cut)
	case kindWait:
		const waist = 9
		return fmt.Sprintf(`<path class="shape" d="M0 0H%sL%s %sL%s %sH0L%d %sz"/>`, n(w), n(w-waist), n(h/2), n(w), n(h), waist, n(h/2))
	}
	return fmt.Sprintf(`<rect class="shape" width="%s" height="%s" rx="14"/>`, n(w), n(h))
}

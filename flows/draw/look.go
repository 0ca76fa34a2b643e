package draw

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// ink is a colour on light and on dark paper, as RRGGBB.
type ink struct{ light, dark string }

var (
	paper    = ink{"fbfaf8", "141312"}
	panel    = ink{"f3f1ec", "1c1a18"}
	sheet    = ink{"ffffff", "262320"}
	hairline = ink{"e4e0d8", "3b3733"}
	edge     = ink{"bdb7ac", "57524b"}
	strong   = ink{"1c1b19", "f4f2ee"}
	soft     = ink{"57534c", "c9c4ba"}
	faint    = ink{"716c64", "a39d92"}
	wire     = ink{"857f75", "8b857a"}
	teal     = ink{"0f766e", "2dd4bf"}
	tealWash = ink{"eefaf7", "10251f"}
	night    = ink{"34312d", "e9e6e0"} // what ends
	onNight  = ink{"ffffff", "1c1b19"}
	onNight2 = ink{"d4cfc6", "4b4741"}
	amber    = ink{"b45309", "fbbf24"} // what is marked
	onAmber  = ink{"ffffff", "1c1b19"}
	none     = ink{}
)

// look is how a line, a shape or a text appears. It becomes a class of the SVG's style and the pen of the PNG.
type look struct {
	class  string
	fill   ink
	stroke ink
	width  float64
	dash   []float64
	size   float64 // of a text
	heavy  bool
	anchor string // of a text: "", "middle" or "end"
	spaced bool   // letters apart
}

// The looks. Weight, shape and line pattern tell things apart; colour only helps.
var (
	lookPaper = look{class: "paper", fill: paper}
	lookPanel = look{class: "panel", fill: panel}
	lookMark  = look{class: "mark", fill: teal}
	lookTitle = look{class: "h1", fill: strong, size: 23, heavy: true}
	lookSub   = look{class: "sub", fill: faint, size: 12.5}
	lookWord  = look{class: "word", fill: soft, size: smallSize}

	lookShape    = look{class: "shape", fill: sheet, stroke: edge, width: 1.4}
	lookHuman    = look{class: "shape-human", fill: tealWash, stroke: teal, width: 2.6}
	lookEnd      = look{class: "shape-end", fill: night, stroke: night, width: 1.4}
	lookAny      = look{class: "shape-any", fill: panel, stroke: faint, width: 1.6, dash: []float64{1.6, 4}}
	lookMissing  = look{class: "shape-missing", fill: paper, stroke: strong, width: 1.6, dash: []float64{6, 4}}
	lookBar      = look{class: "bar", stroke: edge, width: 1.4}
	lookRule     = look{class: "rule", stroke: hairline, width: 1}
	lookHaloFew  = look{class: "halo-few", stroke: amber, width: 1.8}
	lookHalo     = look{class: "halo", stroke: amber, width: 3.6}
	lookHaloMost = look{class: "halo-most", stroke: amber, width: 6.5}

	lookIcon      = look{class: "icon", stroke: soft, width: 1.6}
	lookIconHuman = look{class: "icon-human", stroke: teal, width: 2}
	lookIconEnd   = look{class: "icon-end", stroke: onNight, width: 1.6}
	lookIconStart = look{class: "icon-start", stroke: strong, width: 1.8}

	lookKind      = look{class: "kind", fill: faint, size: 9.5, heavy: true, spaced: true}
	lookKindHuman = look{class: "kind-human", fill: teal, size: 9.5, heavy: true, spaced: true}
	lookKindEnd   = look{class: "kind-end", fill: onNight2, size: 9.5, heavy: true, spaced: true}
	lookName      = look{class: "name", fill: strong, size: nameSize, heavy: true}
	lookNameEnd   = look{class: "name-end", fill: onNight, size: nameSize, heavy: true}
	lookBody      = look{class: "body", fill: soft, size: bodySize}
	lookBodyEnd   = look{class: "body-end", fill: onNight2, size: bodySize}
	lookFoot      = look{class: "foot", fill: faint, size: smallSize}
	lookFootHuman = look{class: "foot-human", fill: teal, size: smallSize, heavy: true}
	lookFootEnd   = look{class: "foot-end", fill: onNight2, size: smallSize}

	lookJump      = look{class: "jump", fill: soft, size: smallSize}
	lookJumpTo    = look{class: "jump-to", fill: strong, size: smallSize, heavy: true, anchor: "end"}
	lookJumpHuman = look{class: "jump-human", fill: teal, size: smallSize, heavy: true, anchor: "end"}

	lookWay      = look{class: "way", stroke: wire, width: 1.5}
	lookWayTimed = look{class: "way-timed", stroke: wire, width: 1.5, dash: []float64{6, 4.5}}
	lookWayHuman = look{class: "way-human", stroke: teal, width: 3}
	lookLate     = look{class: "way-late", stroke: teal, width: 3, dash: []float64{7, 5}} // to a person when time has passed
	lookTip      = look{class: "tip", fill: wire}
	lookTipHuman = look{class: "tip-human", fill: teal}
	lookTipMark  = look{class: "tip-mark", fill: amber}
	lookWayMark  = look{class: "way-mark", stroke: amber, width: 4}
	lookLateMark = look{class: "way-late-mark", stroke: amber, width: 4, dash: []float64{8, 5}}

	lookPill      = look{class: "pill", fill: panel, stroke: hairline, width: 1}
	lookPillTimed = look{class: "pill-timed", fill: panel, stroke: wire, width: 1, dash: []float64{4, 3}}
	lookPillHuman = look{class: "pill-human", fill: tealWash, stroke: teal, width: 1.4}
	lookPillText  = look{class: "label", fill: strong, size: smallSize, anchor: "middle"}

	lookTagStart = look{class: "tag-start", fill: sheet, stroke: strong, width: 2.2}
	lookTagAny   = look{class: "tag-any", fill: panel, stroke: faint, width: 1.6, dash: []float64{1.6, 4}}
	lookTagFrom  = look{class: "tag-from", fill: panel, stroke: panel, width: 1}
	lookTagText  = look{class: "tag-text", fill: soft, size: smallSize, anchor: "middle"}
	lookTagBold  = look{class: "tag-bold", fill: strong, size: smallSize, heavy: true, anchor: "middle"}

	lookBadge     = look{class: "badge", fill: amber, stroke: paper, width: 2}
	lookBadgeText = look{class: "badge-text", fill: onAmber, size: smallSize, heavy: true, anchor: "middle"}
)

var looks = []look{
	lookPaper, lookPanel, lookMark, lookTitle, lookSub, lookWord, lookShape, lookHuman, lookEnd, lookAny, lookMissing, lookBar, lookRule, lookHaloFew, lookHalo, lookHaloMost,
	lookIcon, lookIconHuman, lookIconEnd, lookIconStart, lookKind, lookKindHuman, lookKindEnd, lookName, lookNameEnd, lookBody, lookBodyEnd,
	lookFoot, lookFootHuman, lookFootEnd, lookJump, lookJumpTo, lookJumpHuman, lookWay, lookWayTimed, lookWayHuman, lookLate, lookTip, lookTipHuman,
	lookTipMark, lookWayMark, lookLateMark, lookPill, lookPillTimed, lookPillHuman, lookPillText, lookTagStart, lookTagAny, lookTagFrom, lookTagText,
	lookTagBold, lookBadge, lookBadgeText,
}

// dimmed is how much of what is not marked stays visible.
const dimmed = 0.42

// style is the SVG's style sheet. Classes lie below .relevo-flow, because a picture can stand in a page.
var style = sync.OnceValue(func() string { return sheetOf(looks) })

func sheetOf(looks []look) string {
	var b strings.Builder
	b.WriteString(`.relevo-flow{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Liberation Sans",Arial,sans-serif;stroke-linecap:round;stroke-linejoin:round}`)
	b.WriteString(".relevo-flow text{unicode-bidi:plaintext;stroke:none}")
	fmt.Fprintf(&b, ".relevo-flow .dim{opacity:%v}", dimmed)
	b.WriteString(".relevo-flow a{cursor:pointer}")
	for _, l := range looks {
		b.WriteString(l.rule(false))
	}
	b.WriteString("@media (prefers-color-scheme:dark){")
	for _, l := range looks {
		b.WriteString(l.rule(true))
	}
	b.WriteString("}")
	return b.String()
}

// rule is a line of the style sheet; for dark paper only the colours.
func (l look) rule(dark bool) string {
	var parts []string
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	add("fill:%s", l.fill.css(dark))
	if l.stroke != none {
		add("stroke:%s", l.stroke.css(dark))
	}
	if !dark {
		parts = append(parts, l.pen()...)
	}
	return ".relevo-flow ." + l.class + "{" + strings.Join(parts, ";") + "}"
}

// pen is what a look has besides colour.
func (l look) pen() []string {
	var parts []string
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	if l.width > 0 {
		add("stroke-width:%v", l.width)
	}
	if len(l.dash) > 0 {
		add("stroke-dasharray:%v %v", l.dash[0], l.dash[1])
	}
	if l.size > 0 {
		add("font-size:%vpx", l.size)
	}
	if l.heavy {
		add("font-weight:650")
	}
	if l.anchor != "" {
		add("text-anchor:%s", l.anchor)
	}
	if l.spaced {
		add("letter-spacing:%vpx", letterSpace)
	}
	return parts
}

// letterSpace is between letters that stand apart, in pixels.
const letterSpace = 0.8

func (i ink) css(dark bool) string {
	switch {
	case i == none:
		return "none"
	case dark:
		return "#" + i.dark
	}
	return "#" + i.light
}

// pick is the look of a kind among three.
func pick(k kind, plain, human, end look) look {
	switch {
	case isHuman(k):
		return human
	case k == kindEnd:
		return end
	}
	return plain
}

// isHuman tells that people take over there.
func isHuman(k kind) bool { return slices.Contains([]kind{kindHandoff, kindQueue}, k) }

package draw

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"

	"relevo/engine"
)

// How much of an author's words a picture shows, in characters as people count them.
const (
	maxGuard = 44
	maxExpr  = 28
	maxTitle = 60
)

var expression = regexp.MustCompile(`\{\{\s*(.*?)\s*\}\}`)

// plain turns a text with {{ expressions }} into one line in which they are {short}.
func plain(text string) string {
	text = expression.ReplaceAllStringFunc(text, func(e string) string {
		return "{" + shorten(strings.TrimSpace(e[2:len(e)-2]), maxExpr) + "}"
	})
	return strings.Join(strings.Fields(text), " ")
}

// shorten cuts a text to a number of characters, the last one being an ellipsis when something is missing.
func shorten(text string, length int) string {
	list := characters(strings.Join(strings.Fields(text), " "))
	if len(list) <= length {
		return strings.Join(list, "")
	}
	return ellipsis(list, length-1)
}

// ellipsis keeps a number of characters, cuts them at the end of a word where one is near, and adds the sign that something is missing.
func ellipsis(list []string, keep int) string {
	const near = 10
	keep = max(keep, 1)
	for at := keep; at > keep-near && at > keep/2; at-- {
		if at < len(list) && list[at] == " " {
			keep = at
			break
		}
	}
	kept := strings.TrimRightFunc(strings.Join(list[:keep], ""), func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(".,;:-–—¡¿", r) })
	return kept + "…"
}

// characters splits a text into what people see as one character: a letter with its accents, an emoji with its skin, a flag.
func characters(text string) []string {
	var list []string
	var last rune
	flags := 0
	for _, r := range text {
		isFlag := unicode.Is(unicode.Regional_Indicator, r)
		if isFlag {
			flags++
		} else {
			flags = 0
		}
		if len(list) > 0 && (joins(r) || last == zeroWidthJoiner || isFlag && flags%2 == 0) {
			list[len(list)-1] += string(r)
		} else {
			list = append(list, string(r))
		}
		last = r
	}
	return list
}

const zeroWidthJoiner = '\u200d'

// joins tells runes that belong to the character before them.
func joins(r rune) bool {
	return r == zeroWidthJoiner || unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) || r >= 0x1f3fb && r <= 0x1f3ff || r >= 0xfe00 && r <= 0xfe0f
}

// emoji tells runes that viewers show as a picture of their own width, whatever the font.
func emoji(r rune) bool { return r >= 0x1f000 && r <= 0x1faff }

// wrap breaks a text into at most n lines of a width in pixels; the last one gets an ellipsis when something is missing. A line
// break in the text is kept.
func wrap(text string, size, width float64, n int) []string {
	var lines []string
	for paragraph := range strings.Lines(text) {
		line := ""
		for _, word := range words(paragraph, size, width) {
			if joined := strings.TrimSpace(line + " " + word); textWidth(joined, size) <= width {
				line = joined
				continue
			}
			lines = append(lines, line)
			line = word
		}
		lines = append(lines, line)
		if len(lines) > n {
			break
		}
	}
	if len(lines) > n {
		lines = append(lines[:n-1], fit(lines[n-1]+" "+lines[n], size, width))
	}
	return lines
}

// words splits at spaces, and in the middle of what is too wide for a line.
func words(text string, size, width float64) []string {
	var list []string
	for _, word := range strings.Fields(text) {
		rest := characters(word)
		for len(rest) > 0 {
			to := fitting(rest, size, width)
			if at := lastBreak(rest[:to]); to < len(rest) && at > 0 {
				to = at + 1
			}
			list = append(list, strings.Join(rest[:to], ""))
			rest = rest[to:]
		}
	}
	return list
}

// fitting is how many characters, one at least, are within a width.
func fitting(list []string, size, width float64) int {
	at := 0.0
	for i, c := range list {
		if at += textWidth(c, size); at > width && i > 0 {
			return i
		}
	}
	return len(list)
}

// lastBreak is the last place behind which an address or an expression is broken best; -1 where there is none.
func lastBreak(list []string) int {
	for i := len(list) - 1; i >= 0; i-- {
		if strings.Contains("/(.,", list[i]) {
			return i
		}
	}
	return -1
}

// fit cuts a text to a width in pixels.
func fit(text string, size, width float64) string {
	if textWidth(text, size) <= width {
		return text
	}
	list := characters(text)
	return ellipsis(list, fitting(list, size, width-textWidth("…", size)))
}

// textWidth is how wide a text can get in a sans-serif font of some size, in pixels: the picture does not know which font its viewer has.
func textWidth(text string, size float64) float64 {
	f := loadFonts()
	em := 0.0
	for _, c := range characters(text) {
		for _, r := range c {
			em += f.width(r)
			break // what joins a character makes it no wider
		}
	}
	return em * size
}

// duration writes a duration as authors do: 30m, 1h30m, 2d.
func duration(d engine.Duration) string {
	const day = 24 * time.Hour
	v := d.V
	if v >= day && v%day == 0 {
		return fmt.Sprintf("%dd", v/day)
	}
	s := v.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

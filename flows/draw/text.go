package draw

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"relevo/engine"
)

// How much of an author's words a picture shows.
const (
	maxGuardRunes = 36
	maxExprRunes  = 28
	maxTitleRunes = 60
)

var expression = regexp.MustCompile(`\{\{\s*(.*?)\s*\}\}`)

// plain turns a text with {{ expressions }} into one line in which they are {short}.
func plain(text string) string {
	text = expression.ReplaceAllStringFunc(text, func(e string) string {
		return "{" + shorten(strings.TrimSpace(e[2:len(e)-2]), maxExprRunes) + "}"
	})
	return strings.Join(strings.Fields(text), " ")
}

// shorten cuts a text to a number of runes, the last one being an ellipsis when something is missing.
func shorten(text string, runes int) string {
	r := []rune(strings.Join(strings.Fields(text), " "))
	if len(r) <= runes {
		return string(r)
	}
	return strings.TrimRightFunc(string(r[:runes-1]), func(r rune) bool { return unicode.IsSpace(r) || unicode.IsPunct(r) }) + "…"
}

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
		r := []rune(word)
		for from := 0; from < len(r); {
			to := len(r)
			for to > from+1 && textWidth(string(r[from:to]), size) > width {
				to--
			}
			if slash := strings.LastIndexByte(string(r[from:to]), '/'); to < len(r) && slash > 0 {
				to = from + utf8.RuneCountInString(string(r[from:to])[:slash+1])
			}
			list = append(list, string(r[from:to]))
			from = to
		}
	}
	return list
}

// fit cuts a text to a width in pixels.
func fit(text string, size, width float64) string {
	if textWidth(text, size) <= width {
		return text
	}
	r := []rune(text)
	for len(r) > 1 && textWidth(string(r)+"…", size) > width {
		r = r[:len(r)-1]
	}
	return strings.TrimRightFunc(string(r), func(r rune) bool { return unicode.IsSpace(r) || unicode.IsPunct(r) }) + "…"
}

// textWidth estimates the width of a text in a sans-serif font of some size, a little on the wide side, because the picture does
// not know which font its viewer has.
func textWidth(text string, size float64) float64 {
	em := 0.0
	for _, r := range text {
		switch {
		case strings.ContainsRune("iljI.,:;'|! ·‘’", r):
			em += 0.32
		case strings.ContainsRune("tfr()[]", r):
			em += 0.41
		case strings.ContainsRune("mwMW@%…—", r):
			em += 0.95
		case r > 0x2e7f: // CJK, emoji
			em += 1.1
		case unicode.IsUpper(r):
			em += 0.7
		default:
			em += 0.61
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

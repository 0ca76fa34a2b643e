package blueprint

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Measures of what is written, in runes.
const (
	noteColumn = 38  // of comments at line ends
	inlineMax  = 110 // of a text in all its languages on one line
)

// writer writes a flow file line by line. What only alignment would tell is left to relevo fmt.
type writer struct {
	strings.Builder
	languages []string
	speak     string
}

// line writes a line; the text is indented as it should be.
func (w *writer) line(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }

// noted writes a line with a comment behind it.
func (w *writer) noted(line string, note Text) {
	w.line("%s%s# %s", line, strings.Repeat(" ", max(2, noteColumn-utf8.RuneCountInString(line))), note[w.speak])
}

// remark writes a comment on a line of its own.
func (w *writer) remark(indent string, note Text) { w.line("%s# %s", indent, note[w.speak]) }

// part begins a part of the states.
func (w *writer) part(title Text) {
	if !strings.HasSuffix(w.String(), "states:\n") {
		w.line("")
	}
	w.line("  # --- %s %s\n", title[w.speak], strings.Repeat("-", max(3, 110-utf8.RuneCountInString(title[w.speak]))))
}

// text writes a key with a text in the flow's languages.
func (w *writer) text(indent, key string, t Text) {
	if inline := w.inline(t); len(w.languages) == 1 || utf8.RuneCountInString(inline) <= inlineMax && !strings.Contains(inline, `. `) {
		w.line("%s%s: %s", indent, key, inline)
		return
	}
	w.line("%s%s:", indent, key)
	for _, language := range w.languages {
		w.line("%s  %s: %s", strings.Repeat(" ", len(indent)), language, quote(t[language])) // indent may hold a dash
	}
}

// inline is a text as it stands in a line: one text, or a map of its languages.
func (w *writer) inline(t Text) string {
	if len(w.languages) == 1 {
		return scalar(t[w.languages[0]])
	}
	parts := make([]string, len(w.languages))
	for i, language := range w.languages {
		parts[i] = language + ": " + scalar(t[language])
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// Texts that YAML takes for texts without quotes, everywhere.
var (
	plainText = regexp.MustCompile(`^[\p{L}][\p{L}\p{N} .!?'/-]*$`)
	otherWord = regexp.MustCompile(`^(?i:y|yes|n|no|on|off|true|false|null|nan|inf)$`)
)

// scalar writes a text, with quotes where it needs them.
func scalar(text string) string {
	if plainText.MatchString(text) && !otherWord.MatchString(text) && strings.TrimSpace(text) == text {
		return text
	}
	return quote(text)
}

func quote(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`).Replace(text) + `"`
}

func list(texts []string) string {
	parts := make([]string, len(texts))
	for i, text := range texts {
		parts[i] = scalar(text)
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// with puts words in the place of %s and %e.
func (t Text) with(words Text, example string) Text {
	out := Text{}
	for language, text := range t {
		out[language] = strings.NewReplacer("%s", words[language], "%e", example).Replace(text)
	}
	return out
}

// Package words says findings in the languages of the analysts. English is canonical: it stands in the source, at the calls that make findings, and
// travels in JSON. The tables beside this file give each English sentence in Spanish and in Portuguese, three lines a sentence:
//
//	no state is named %q
//	ningún estado se llama %q
//	nenhum estado se chama %q
//
// A finished sentence is recognised by its format, and its parts are carried over. A part that is itself in a table ("a text", "the number 404") is
// translated, too. To add a finding, add its sentence and its hint to the table of their area, with the verbs of the English line; where the order
// changes, number them: %[2]s. TestEverySentenceIsTranslated names what is missing.
package words

import (
	"embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"relevo/engine/diag"
)

// Languages are those in which findings can be said. The first one is that of the source.
var Languages = []string{"en", "es", "pt"}

// Limits of one translation, whatever an author wrote.
const (
	maxSentenceBytes = 8 << 10 // longer ones stay as they are; findings quote 60 characters of a word
	maxParts         = 3       // of a sentence within a part of a sentence
)

//go:embed *.txt
var tables embed.FS

// sentence is one entry of a table.
type sentence struct {
	english string
	fixes   []string // the text around the verbs, in order; the first one begins the sentence, the last one ends it
	fixed   int      // bytes that are not verbs: of several sentences that fit, the one with the most is meant
	in      map[string]string
	pattern func() *regexp.Regexp
}

// table is all sentences: those without verbs by their text, the others with the most fixed text first.
type table struct {
	plain   map[string]*sentence
	formats []*sentence
}

var all = sync.OnceValue(func() *table {
	t := &table{plain: map[string]*sentence{}}
	for _, s := range entries() {
		if verb.MatchString(s.english) {
			t.formats = append(t.formats, s)
		} else {
			t.plain[s.english] = s
		}
	}
	slices.SortStableFunc(t.formats, func(a, b *sentence) int { return b.fixed - a.fixed })
	return t
})

// entries reads the tables. That they hold three lines a sentence is a test.
func entries() []*sentence {
	var list []*sentence
	names, _ := tables.ReadDir(".") // an embedded folder can be read
	for _, name := range names {
		text, _ := tables.ReadFile(name.Name())
		for _, block := range strings.Split(string(text), "\n\n") {
			lines := strings.Split(strings.Trim(block, "\n"), "\n")
			if len(lines) == len(Languages) && !strings.HasPrefix(lines[0], "# ") {
				list = append(list, newSentence(lines))
			}
		}
	}
	return list
}

// verb is a verb of a format as fmt has them. A percent sign that stands alone, as the signs of transcripts do, is none.
var verb = regexp.MustCompile(`%(?:\[\d+\])?#?[0-9.]*[a-zA-Z]`)

func newSentence(lines []string) *sentence {
	s := &sentence{english: lines[0], in: map[string]string{}}
	for i, language := range Languages {
		s.in[language] = lines[i]
	}
	s.fixes = verb.Split(s.english, -1)
	s.fixed = len(verb.ReplaceAllString(s.english, ""))
	s.pattern = sync.OnceValue(func() *regexp.Regexp { return patternOf(s.english) })
	return s
}

// quote is what %q writes.
const quote = `"(?:[^"\\]|\\.)*"`

// patternOf matches what a format can have written.
func patternOf(format string) *regexp.Regexp {
	var b strings.Builder
	b.WriteString(`(?s)^`)
	from := 0
	for _, at := range verb.FindAllStringIndex(format, -1) {
		b.WriteString(regexp.QuoteMeta(format[from:at[0]]))
		switch format[at[1]-1] {
		case 'q':
			b.WriteString(`(` + quote + `)`)
		case 'd':
			b.WriteString(`(-?\d+)`)
		default:
			b.WriteString(`(.*?)`)
		}
		from = at[1]
	}
	b.WriteString(regexp.QuoteMeta(format[from:]) + `$`)
	return regexp.MustCompile(b.String())
}

// Known tells that findings can be said in a language.
func Known(language string) bool { return slices.Contains(Languages, language) }

// Translate says a finding in a language. Its code, its place and its path stay. ok is false when a sentence of it is not in the tables and stayed
// English, such as what a parser said.
func Translate(d diag.Diagnostic, language string) (said diag.Diagnostic, ok bool) {
	said, ok = d, true
	say := func(s string) string {
		if s == "" {
			return ""
		}
		text, known := Text(s, language)
		ok = ok && known
		return text
	}
	said.Message, said.Hint = say(d.Message), say(d.Hint)
	said.Related = slices.Clone(d.Related)
	for i := range said.Related {
		said.Related[i].Message = say(said.Related[i].Message)
	}
	return said, ok
}

// List says all findings of a list in a language. The list itself is left alone.
func List(l diag.List, language string) diag.List {
	if language == Languages[0] || !Known(language) {
		return l
	}
	said := make(diag.List, len(l))
	for i, d := range l {
		said[i], _ = Translate(d, language)
	}
	return said
}

// Text says a finished English sentence in a language; ok is false, and the text as it was, for one that is not in the tables.
func Text(s, language string) (text string, ok bool) {
	if language == Languages[0] {
		return s, true
	}
	if !Known(language) || len(s) > maxSentenceBytes {
		return s, false
	}
	return all().say(s, language, maxParts)
}

// Format says a sentence of the tables with its arguments, as fmt.Sprintf does: words.Format("es", "%d flows", 3). A format that is in no table is
// used as it is.
func Format(language, format string, args ...any) string {
	text, _ := Text(fmt.Sprintf(format, args...), language)
	return text
}

func (t *table) say(s, language string, depth int) (string, bool) {
	if known := t.plain[s]; known != nil {
		return known.in[language], true
	}
	for _, f := range t.formats {
		if !f.mayBe(s) {
			continue
		}
		if found := f.pattern().FindStringSubmatch(s); found != nil {
			return t.fill(f.in[language], found[1:], language, depth), true
		}
	}
	return s, false
}

// mayBe tells in a moment that a text is not of this format: nearly all formats end here, before their pattern is asked.
func (f *sentence) mayBe(s string) bool {
	last := len(f.fixes) - 1
	rest, begins := strings.CutPrefix(s, f.fixes[0])
	if !begins || !strings.HasSuffix(rest, f.fixes[last]) {
		return false
	}
	for _, fix := range f.fixes[1:last] {
		at := strings.Index(rest, fix)
		if at < 0 {
			return false
		}
		rest = rest[at+len(fix):]
	}
	return strings.HasSuffix(rest, f.fixes[last])
}

// fill puts the parts of a sentence into its translation.
func (t *table) fill(format string, parts []string, language string, depth int) string {
	next := 0
	return verb.ReplaceAllStringFunc(format, func(v string) string {
		at := next
		next++
		if _, err := fmt.Sscanf(v, "%%[%d]", &at); err == nil {
			at--
		}
		if at < 0 || at >= len(parts) {
			return v
		}
		if strings.HasSuffix(v, "q") || strings.HasSuffix(v, "d") {
			return parts[at]
		}
		return t.part(parts[at], language, depth-1)
	})
}

// part says a part of a sentence where it is made of words of ours: "a text or a time", `"say" is the number 404`. Names of the author stay.
func (t *table) part(s, language string, depth int) string {
	if s == "" || depth <= 0 || wholeQuote.MatchString(s) {
		return s
	}
	if text, ok := t.choice(s, language, depth); ok {
		return text
	}
	if subject, rest, cut := strings.Cut(s, " "); cut && predicate.MatchString(rest) { // "until is missing": a field, and what is wrong with it
		if text, ok := t.say(rest, language, depth); ok {
			return subject + " " + text
		}
	}
	text, _ := t.say(s, language, depth)
	return text
}

// predicate is how what is wrong with a field begins.
var predicate = regexp.MustCompile(`^(?:is|has|holds|lacks|fits|must|does|can) `)

var wholeQuote = regexp.MustCompile(`(?s)^` + quote + `$`)

// conjunctions join what may stand in a place.
var conjunctions = map[string]string{"es": " o ", "pt": " ou "}

// choice says "a text or a time" and "a text, a time", all of whose parts must be known.
func (t *table) choice(s, language string, depth int) (string, bool) {
	if t.plain[s] != nil || !strings.Contains(s, " or ") {
		return "", false
	}
	alternatives := strings.Split(s, " or ")
	for i, a := range alternatives {
		text, ok := t.say(a, language, depth-1)
		if !ok {
			return "", false
		}
		alternatives[i] = text
	}
	return strings.Join(alternatives, conjunctions[language]), true
}

// Captions says the words around findings, for diag.RenderIn.
func Captions(language string) func(caption string) string {
	return func(caption string) string {
		text, _ := Text(caption, language)
		return text
	}
}

// Checked is the last line of a check: "3 flows checked: 0 errors, 1 warning", with ", 2 accepted" where findings were accepted.
func Checked(language string, flows, errors, warnings, accepted int) string {
	line := fmt.Sprintf(translated(language, "%s checked: %s, %s"), Count(language, flows, "flow"), Count(language, errors, "error"), Count(language, warnings, "warning"))
	if accepted > 0 {
		line += ", " + Format(language, "%d accepted", accepted)
	}
	return line
}

// Count writes a number with what it counts: flow, error or warning.
func Count(language string, n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return Format(language, "%d "+what, n)
}

// translated is the format itself in a language.
func translated(language, format string) string {
	for _, f := range all().formats {
		if f.english == format && Known(language) {
			return f.in[language]
		}
	}
	return format
}

// Choose returns the language that the environment asks for: RELEVO_LANGUAGE, else the first of LC_ALL, LC_MESSAGES and LANG that is set, else English.
// explicit, such as a flag, goes before all of them.
func Choose(explicit string, getenv func(string) string) string {
	if Known(explicit) {
		return explicit
	}
	if own := short(getenv("RELEVO_LANGUAGE")); Known(own) {
		return own
	}
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} { // POSIX: the first that is set counts, whatever it says
		if value := getenv(name); value != "" {
			if language := short(value); Known(language) {
				return language
			}
			break
		}
	}
	return Languages[0]
}

// short is the language of a locale: "pt_BR.UTF-8" is "pt".
func short(locale string) string {
	end := strings.IndexAny(locale, "_-.@")
	if end < 0 {
		end = len(locale)
	}
	return strings.ToLower(locale[:end])
}

package engine

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// accents folds the Latin letters that Spanish, Portuguese and their neighbours use.
var accents = strings.NewReplacer(
	"á", "a", "à", "a", "â", "a", "ã", "a", "ä", "a", "å", "a", "ç", "c", "é", "e", "è", "e", "ê", "e", "ë", "e",
	"í", "i", "ì", "i", "î", "i", "ï", "i", "ñ", "n", "ó", "o", "ò", "o", "ô", "o", "õ", "o", "ö", "o",
	"ú", "u", "ù", "u", "û", "u", "ü", "u", "ý", "y", "ÿ", "y", "ß", "ss", "æ", "ae", "œ", "oe",
)

// apostrophes are dropped: in a hurry "I'll" is "ill", and phones turn the sign.
var apostrophes = strings.NewReplacer("'", "", "’", "", "‘", "", "´", "", "`", "")

// words folds a text to what matters for matching: lower case, no accents, no apostrophes, letters and digits only, cut at everything else.
func words(s string) []string {
	s = strings.ToLower(s)
	if strings.ContainsAny(s, "'’‘´`") {
		s = apostrophes.Replace(s)
	}
	if !ascii(s) {
		s = strings.Map(dropMarks, accents.Replace(s))
	}
	return strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// dropMarks drops combining accents: some phones write "é" as "e" and a mark.
func dropMarks(r rune) rune {
	if unicode.Is(unicode.Mn, r) {
		return -1
	}
	return r
}

// minNearRunes is the length from which a word may have one slip: "pedido" ~ "peddo". Shorter words differ by one letter too often.
const minNearRunes = 5

// near tells that two folded words are the same but for one slip: a letter missing, added, changed, or two neighbours swapped.
func near(a, b string) bool {
	if a == b {
		return true
	}
	short, long := min(len(a), len(b)), max(len(a), len(b))
	if short < minNearRunes || long-short > utf8.UTFMax || a[0] != b[0] && a[len(a)-1] != b[len(b)-1] { // one slip leaves one end as it was
		return false
	}
	m, n := utf8.RuneCountInString(a), utf8.RuneCountInString(b)
	return min(m, n) >= minNearRunes && max(m, n) <= min(m, n)+1 && slip(a, b)
}

// slip tells that two different words have one slip between them: what is left without their common ends is a letter at most, or two swapped ones.
// It asks this of most words of a message for most phrases, so it does not allocate.
func slip(a, b string) bool {
	for a != "" && b != "" {
		x, n := utf8.DecodeRuneInString(a)
		if y, _ := utf8.DecodeRuneInString(b); x != y {
			break
		}
		a, b = a[n:], b[n:]
	}
	for a != "" && b != "" {
		x, n := utf8.DecodeLastRuneInString(a)
		if y, _ := utf8.DecodeLastRuneInString(b); x != y {
			break
		}
		a, b = a[:len(a)-n], b[:len(b)-n]
	}
	m, n := utf8.RuneCountInString(a), utf8.RuneCountInString(b)
	if m == 2 && n == 2 {
		first, size := utf8.DecodeRuneInString(a)
		last, _ := utf8.DecodeLastRuneInString(b)
		return first == last && strings.HasPrefix(b, a[size:])
	}
	return m <= 1 && n <= 1
}

// contains tells that the words of phrase stand next to each other, in order, somewhere in text; slips allowed as in near.
func contains(text, phrase []string) bool {
	if len(phrase) == 0 {
		return false
	}
	for start := 0; start+len(phrase) <= len(text); start++ {
		if slices.EqualFunc(text[start:start+len(phrase)], phrase, near) {
			return true
		}
	}
	return false
}

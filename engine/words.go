package engine

import (
	"slices"
	"strings"
	"unicode"

	"relevo/engine/diag"
)

// accents folds the Latin letters that Spanish, Portuguese and their neighbours use.
var accents = strings.NewReplacer(
	"á", "a", "à", "a", "â", "a", "ã", "a", "ä", "a", "å", "a", "ç", "c", "é", "e", "è", "e", "ê", "e", "ë", "e",
	"í", "i", "ì", "i", "î", "i", "ï", "i", "ñ", "n", "ó", "o", "ò", "o", "ô", "o", "õ", "o", "ö", "o",
	"ú", "u", "ù", "u", "û", "u", "ü", "u", "ý", "y", "ÿ", "y", "ß", "ss", "æ", "ae", "œ", "oe",
)

// words folds a text to what matters for matching: lower case, no accents, letters and digits only, cut at everything else.
func words(s string) []string {
	folded := strings.Map(dropMarks, accents.Replace(strings.ToLower(s)))
	return strings.FieldsFunc(folded, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
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
	x, y := []rune(a), []rune(b)
	return min(len(x), len(y)) >= minNearRunes && max(len(x), len(y)) <= min(len(x), len(y))+1 && diag.Distance(x, y) <= 1
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

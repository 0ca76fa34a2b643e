package engine

import (
	"fmt"
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
	return min(utf8.RuneCountInString(a), utf8.RuneCountInString(b)) >= minNearRunes && distance([]rune(a), []rune(b)) <= 1
}

// distance is the optimal string alignment distance (Damerau–Levenshtein without overlaps).
func distance(a, b []rune) int {
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
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

// suggest makes the hint "did you mean …?" from the nearest of the names, else returns otherwise.
func suggest(name string, names []string, otherwise string) string {
	best, bestDistance := "", max(1, len(name)/3)+1
	slices.Sort(names)
	for _, candidate := range names {
		if d := distance([]rune(strings.ToLower(name)), []rune(strings.ToLower(candidate))); d < bestDistance {
			best, bestDistance = candidate, d
		}
	}
	if best == "" {
		return otherwise
	}
	return fmt.Sprintf("did you mean %q?", best)
}

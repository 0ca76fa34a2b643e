package diag

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxNameRunes is the length up to which a name is taken for a slip of the pen.
const maxNameRunes = 64

// Suggest makes the hint "did you mean …?" from the nearest of the names, else returns otherwise. Case does not matter; ties go to the first
// in the alphabet.
func Suggest(name string, names []string, otherwise string) string {
	if len(name) > maxNameRunes*utf8.UTFMax {
		return otherwise
	}
	wrong := []rune(strings.ToLower(name))
	if len(wrong) > maxNameRunes {
		return otherwise
	}
	best, bestDistance := "", max(1, len(wrong)/3)+1
	for _, candidate := range slices.Sorted(slices.Values(names)) {
		runes := []rune(strings.ToLower(candidate))
		if longer := len(runes) - len(wrong); max(longer, -longer) >= bestDistance {
			continue // each letter more or less is one step
		}
		if d := Distance(wrong, runes); d < bestDistance {
			best, bestDistance = candidate, d
		}
	}
	if best == "" && len(wrong) >= minBegun {
		best = begun(string(wrong), names)
	}
	if best == "" {
		return otherwise
	}
	return fmt.Sprintf("did you mean %q?", best)
}

// minBegun is how many letters of a name tell which one was meant.
const minBegun = 3

// begun is the shortest name that begins with the letters: "fail" is meant to be "failed". "" is none.
func begun(letters string, names []string) string {
	best := ""
	for _, name := range slices.Sorted(slices.Values(names)) {
		if strings.HasPrefix(strings.ToLower(name), letters) && (best == "" || len(name) < len(best)) {
			best = name
		}
	}
	return best
}

// Distance counts the letters to add, remove, change or swap with their neighbour to make b of a (optimal string alignment). It takes
// time in the product of the lengths.
func Distance(a, b []rune) int {
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

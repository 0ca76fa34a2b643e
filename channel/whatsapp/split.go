package whatsapp

import (
	"strings"
	"unicode"
)

const (
	zeroWidthJoiner = '\u200d'
	firstSkinTone   = 0x1F3FB
	lastSkinTone    = 0x1F3FF
)

// split cuts text into parts of at most limit runes: between paragraphs where the part stays at least half full, else between lines,
// sentences, words, and at last anywhere but inside an emoji or before a combining mark. Space at the borders is dropped.
func split(text string, limit int) []string {
	var parts []string
	rest := []rune(strings.TrimSpace(text))
	for len(rest) > limit {
		at := border(rest, limit)
		if part := strings.TrimSpace(string(rest[:at])); part != "" {
			parts = append(parts, part)
		}
		rest = []rune(strings.TrimLeftFunc(string(rest[at:]), unicode.IsSpace))
	}
	if len(rest) > 0 {
		parts = append(parts, string(rest))
	}
	return parts
}

// border returns where to cut text, which is longer than limit: 1 … limit.
func border(text []rune, limit int) int {
	ends := []func(i int) bool{ // text[:i] may be a part
		func(i int) bool { return text[i-1] == '\n' && text[i] == '\n' },
		func(i int) bool { return text[i-1] == '\n' },
		func(i int) bool {
			return unicode.IsSpace(text[i]) && strings.ContainsRune(".!?…。！？؟", text[i-1])
		},
		func(i int) bool { return unicode.IsSpace(text[i]) },
	}
	for _, end := range ends {
		for i := limit; i >= max(1, limit/2); i-- {
			if end(i) {
				return i
			}
		}
	}
	return whole(text, limit)
}

// maxCluster is the longest run of runes that is kept together; the longest emoji has ten.
const maxCluster = 32

// whole returns the last place at or before limit that does not cut what is seen as one character.
func whole(text []rune, limit int) int {
	if limit >= len(text) {
		return len(text)
	}
	for i := limit; i > max(0, limit-maxCluster); i-- {
		if !joined(text, i) {
			return i
		}
	}
	return limit
}

// joined tells whether text[i] belongs to the character before it (the cases of Unicode Standard Annex 29 that people meet: combining
// marks, variation selectors, joined emoji, skin tones, tag sequences, flags).
func joined(text []rune, i int) bool {
	r, prev := text[i], text[i-1]
	switch {
	case r == zeroWidthJoiner || prev == zeroWidthJoiner,
		unicode.Is(unicode.M, r),
		r >= firstSkinTone && r <= lastSkinTone,
		r >= 0xE0020 && r <= 0xE007F, // tags
		r == '\n' && prev == '\r':
		return true
	case regional(r) && regional(prev):
		n := 0 // two letters make a flag; count those before
		for j := i - 1; j >= 0 && regional(text[j]) && n < maxCluster; j-- {
			n++
		}
		return n%2 == 1
	}
	return false
}

func regional(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }

// shorten cuts s to limit runes and says so with an ellipsis.
func shorten(s string, limit int) string {
	text := []rune(s)
	if len(text) <= limit {
		return s
	}
	return strings.TrimRightFunc(string(text[:whole(text, limit-1)]), unicode.IsSpace) + "…"
}

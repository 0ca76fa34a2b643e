package engine

import (
	"encoding/binary"
	"slices"
)

// phraseBook finds phrases by their words, slips allowed as in near. Words that are near to each other, over any number of steps, are kin. Only phrases
// whose words are kin, one by one, can match the same text: all others need not be compared.
type phraseBook struct {
	all    []*listener
	places map[string]uint32      // word → its place in words
	words  []string               // each once
	parent []uint32               // of the word in the same place: a word's kin is where its parents end
	byKin  map[string][]*listener // key → phrases, in their order
	opens  map[uint32]bool        // kin of the words that phrases of CommandAgent begin with
	buffer []byte                 // of the last key
	work   int                    // comparisons so far
}

// newPhraseBook makes a book of phrases. Texts are what will be looked for besides the phrases themselves.
func newPhraseBook(all []*listener, texts []shownTitle) *phraseBook {
	b := &phraseBook{all: all, places: map[string]uint32{}, byKin: map[string][]*listener{}, opens: map[uint32]bool{}}
	ends := map[string][]uint32{}
	for _, l := range all {
		b.learn(l.words, ends)
	}
	for _, t := range texts {
		b.learn(t.words, ends)
	}
	for _, l := range all {
		b.byKin[string(b.key(l.words))] = append(b.byKin[string(b.key(l.words))], l)
		if l.command == CommandAgent && len(l.words) > 0 {
			b.opens[b.kin(l.words[0])] = true
		}
	}
	return b
}

// learn finds the kin of words. One slip leaves the first two letters or the last two as they were, so only words that share them are compared; ends
// holds the words under both.
func (b *phraseBook) learn(words []string, ends map[string][]uint32) {
	for _, w := range words {
		if _, known := b.places[w]; known {
			continue
		}
		at := uint32(len(b.words))
		b.places[w], b.words, b.parent = at, append(b.words, w), append(b.parent, at)
		if len(w) < minNearRunes {
			continue
		}
		runes := []rune(w)
		n := min(2, len(runes))
		for _, end := range [...]string{"^" + string(runes[:n]), "$" + string(runes[len(runes)-n:])} {
			for _, other := range ends[end] {
				b.join(at, other)
			}
			ends[end] = append(ends[end], at)
		}
	}
}

// join makes two words kin when they are near.
func (b *phraseBook) join(x, y uint32) {
	if b.work++; b.work > maxShadowWork {
		return
	}
	if from, to := b.root(x), b.root(y); from != to && near(b.words[x], b.words[y]) {
		b.parent[from] = to
	}
}

func (b *phraseBook) root(i uint32) uint32 {
	for b.parent[i] != i {
		b.parent[i] = b.parent[b.parent[i]]
		i = b.parent[i]
	}
	return i
}

// kin is the kin of a word that was learned.
func (b *phraseBook) kin(word string) uint32 { return b.root(b.places[word]) }

// key is the same for all phrases that can match the same text. It holds until the next one is made.
func (b *phraseBook) key(text []string) []byte {
	b.buffer = b.buffer[:0]
	for _, w := range text {
		b.buffer = binary.BigEndian.AppendUint32(b.buffer, b.kin(w))
	}
	return b.buffer
}

// rivals lists what may take a message of these words: phrases of all of them, and phrases of CommandAgent that stand in it.
func (b *phraseBook) rivals(text []string) []*listener {
	var found []*listener
	for _, l := range b.byKin[string(b.key(text))] {
		if b.work++; slices.EqualFunc(l.words, text, near) {
			found = append(found, l)
		}
	}
	for start := range text {
		if !b.opens[b.kin(text[start])] {
			continue
		}
		for end := start + 1; end <= len(text); end++ {
			if end-start < len(text) {
				found = append(found, b.agents(text[start:end])...)
			}
		}
	}
	if b.work > maxShadowWork {
		return nil
	}
	return found
}

// agents lists the phrases of CommandAgent that may be these words.
func (b *phraseBook) agents(text []string) []*listener {
	return slices.DeleteFunc(slices.Clone(b.byKin[string(b.key(text))]), func(l *listener) bool { return l.command != CommandAgent })
}

// inside lists what may take a message of these words: as rivals, and the phrases of flows that stand in it.
func (b *phraseBook) inside(text []string) []*listener {
	found := b.rivals(text)
	for start := range text {
		for end := start + 1; end <= len(text); end++ {
			for _, l := range b.byKin[string(b.key(text[start:end]))] {
				if b.work++; b.work <= maxShadowWork && l.machine != nil && end-start < len(text) {
					found = append(found, l)
				}
			}
		}
	}
	slices.SortStableFunc(found, func(x, y *listener) int { return x.order - y.order })
	return found
}

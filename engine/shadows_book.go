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

// newPhraseBook makes a book of phrases. Titles are what will be looked for besides the phrases themselves.
func newPhraseBook(all []*listener, titles []*shownTitle) *phraseBook {
	b := &phraseBook{all: all, places: map[string]uint32{}, byKin: map[string][]*listener{}, opens: map[uint32]bool{}}
	ends := map[string][]uint32{}
	for _, l := range all {
		l.placed = b.learn(l.words, ends)
	}
	for _, t := range titles {
		t.placed = b.learn(t.words, ends)
	}
	for _, l := range all {
		key := string(b.key(l.placed))
		b.byKin[key] = append(b.byKin[key], l)
		if l.command == CommandAgent && len(l.placed) > 0 {
			b.opens[b.root(l.placed[0])] = true
		}
	}
	return b
}

// learn gives words their places and their kin. One slip leaves the first two letters or the last two as they were, so only words that share them are compared; ends
// holds the words under both.
func (b *phraseBook) learn(words []string, ends map[string][]uint32) []uint32 {
	placed := make([]uint32, len(words))
	for i, w := range words {
		at, known := b.places[w]
		if !known {
			at = uint32(len(b.words))
			b.places[w], b.words, b.parent = at, append(b.words, w), append(b.parent, at)
			if len(w) >= minNearRunes {
				b.findKin(at, ends)
			}
		}
		placed[i] = at
	}
	return placed
}

// findKin joins a new word to those that are near to it.
func (b *phraseBook) findKin(at uint32, ends map[string][]uint32) {
	runes := []rune(b.words[at])
	n := min(2, len(runes))
	for _, end := range [...]string{"^" + string(runes[:n]), "$" + string(runes[len(runes)-n:])} {
		for _, other := range ends[end] {
			b.join(at, other)
		}
		ends[end] = append(ends[end], at)
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

// key is the same for all phrases that can match the same text, given by the places of its words. It holds until the next one is made.
func (b *phraseBook) key(placed []uint32) []byte {
	b.buffer = b.buffer[:0]
	for _, at := range placed {
		b.buffer = binary.BigEndian.AppendUint32(b.buffer, b.root(at))
	}
	return b.buffer
}

// rivals lists what may take a message of these words: phrases of all of them, and phrases of CommandAgent that stand in it.
func (b *phraseBook) rivals(text []string, placed []uint32) []*listener {
	var found []*listener
	for _, l := range b.byKin[string(b.key(placed))] {
		if b.work++; slices.EqualFunc(l.words, text, near) {
			found = append(found, l)
		}
	}
	for start := range placed {
		if !b.opens[b.root(placed[start])] {
			continue
		}
		for end := start + 1; end <= len(placed); end++ {
			if end-start < len(placed) {
				found = append(found, b.agents(placed[start:end])...)
			}
		}
	}
	if b.work > maxShadowWork {
		return nil
	}
	return found
}

// agents lists the phrases of CommandAgent that may be these words.
func (b *phraseBook) agents(placed []uint32) []*listener {
	return slices.DeleteFunc(slices.Clone(b.byKin[string(b.key(placed))]), func(l *listener) bool { return l.command != CommandAgent })
}

// inside lists what may take a message of these words: as rivals, and the phrases of flows that stand in it.
func (b *phraseBook) inside(text []string, placed []uint32) []*listener {
	found := b.rivals(text, placed)
	for start := range placed {
		for end := start + 1; end <= len(placed); end++ {
			for _, l := range b.byKin[string(b.key(placed[start:end]))] {
				if b.work++; b.work <= maxShadowWork && l.machine != nil && end-start < len(placed) {
					found = append(found, l)
				}
			}
		}
	}
	slices.SortStableFunc(found, func(x, y *listener) int { return x.order - y.order })
	return found
}

package reading

import (
	"math"
	"slices"
	"strings"
	"unicode"
)

// Guesser tells the language of a text by its letters. It is immutable.
type Guesser struct {
	languages []string             // sorted
	grams     map[string][]float32 // 1 to 3 letters → log probability by language
	unseen    [maxGram][]float32   // of a gram that a language never had
	typical   map[string][]float32 // common word → what it adds by language
}

const (
	maxGram       = 3
	maxLearned    = 40_000 // letters learned of one language: more would not make it better
	maxGuessed    = 300    // letters of a text that are looked at
	typicalBonus  = 2.5    // log probability that a common word of one language adds to it
	clearPerText  = 5.0    // how much likelier, as a log, the best language is than the next when it is clear
	clearLetters  = 3      // a shorter text is never clear
	builtinWeight = 3      // how often the built-in words are learned
)

// NewGuesser learns from texts by language. Languages without texts are never guessed.
func NewGuesser(texts map[string][]string) *Guesser {
	g := &Guesser{grams: map[string][]float32{}, typical: map[string][]float32{}}
	for language, list := range texts {
		if len(list) > 0 {
			g.languages = append(g.languages, language)
		}
	}
	slices.Sort(g.languages)
	for i, language := range g.languages {
		g.learn(i, texts[language], commonWords[language])
	}
	var totals [maxGram][]float32
	var kinds [maxGram]float32
	for n := range maxGram {
		totals[n] = make([]float32, len(g.languages))
	}
	for gram, counts := range g.grams {
		n := len([]rune(gram)) - 1
		kinds[n]++
		for i, c := range counts {
			totals[n][i] += c
		}
	}
	for gram, counts := range g.grams {
		n := len([]rune(gram)) - 1
		for i, c := range counts {
			counts[i] = logOf((c + 1) / (totals[n][i] + kinds[n] + 1))
		}
	}
	for n := range maxGram {
		g.unseen[n] = make([]float32, len(g.languages))
		for i := range g.languages {
			g.unseen[n][i] = logOf(1 / (totals[n][i] + kinds[n] + 1))
		}
	}
	return g
}

func logOf(p float32) float32 { return float32(math.Log(float64(p))) }

// learn counts the grams of texts.
func (g *Guesser) learn(language int, texts []string, common string) {
	count := func(words []string, by float32) {
		for _, w := range words {
			eachGram(w, func(gram string, _ int) { g.count(gram, language, by) })
			if plain := foldWord(w); plain != w { // many write without accents
				eachGram(plain, func(gram string, _ int) { g.count(gram, language, by) })
			}
		}
	}
	left := maxLearned
	for _, text := range texts {
		if left -= len(text); left < 0 {
			break
		}
		count(guessWords(text), 1)
	}
	for word := range strings.FieldsSeq(common) {
		count([]string{word}, builtinWeight)
		for _, w := range []string{word, foldWord(word)} {
			if g.typical[w] == nil {
				g.typical[w] = make([]float32, len(g.languages))
			}
			g.typical[w][language] = typicalBonus
		}
	}
}

func (g *Guesser) count(gram string, language int, by float32) {
	if g.grams[gram] == nil {
		g.grams[gram] = make([]float32, len(g.languages))
	}
	g.grams[gram][language] += by
}

// eachGram visits the runs of one to three letters of a word with its ends marked.
func eachGram(word string, visit func(gram string, n int)) {
	runes := []rune("_" + word + "_")
	for n := 1; n <= maxGram; n++ {
		for i := 0; i+n <= len(runes); i++ {
			if gram := string(runes[i : i+n]); gram != "_" {
				visit(gram, n)
			}
		}
	}
}

// guessWords are the words of a text in small letters with their accents. Words with digits say nothing about a language, nor do signs, but ¿ and ¡ do.
func guessWords(text string) []string {
	runes := []rune(strings.ToLower(text))
	runes = runes[:min(len(runes), maxLearned)]
	text = strings.NewReplacer("¿", " ¿ ", "¡", " ¡ ", "’", "'").Replace(string(runes))
	var out []string
	for _, field := range strings.Fields(text) {
		if strings.Contains(field, "://") || strings.Contains(field, "@") || strings.ContainsFunc(field, isDigit) {
			continue
		}
		for w := range strings.FieldsFuncSeq(field, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' && r != '¿' && r != '¡' }) {
			if w = strings.Trim(w, "'"); w != "" {
				out = append(out, w)
			}
		}
	}
	return out
}

// Guess returns the language that a text is most likely in, and whether that is clear enough to act on.
func (g *Guesser) Guess(text string) (language string, clear bool) {
	if len(g.languages) == 0 {
		return "", false
	}
	if len(text) > maxGuessed*4 {
		text = strings.ToValidUTF8(text[:maxGuessed*4], "")
	}
	words := guessWords(text)
	scores := make([]float32, len(g.languages))
	letters, spoken, telling := 0, 0, false
	own := make([]int, len(g.languages)) // common words of one language only
	for _, w := range words {
		if letters += len([]rune(w)); letters > maxGuessed {
			break
		}
		if w != "¿" && w != "¡" {
			spoken++
		}
		eachGram(w, func(gram string, n int) {
			row := g.grams[gram]
			if row == nil {
				row = g.unseen[n-1]
			}
			for i := range scores {
				scores[i] += row[i]
			}
		})
		if row := g.typical[w]; row != nil {
			owners, owner := 0, 0
			for i, bonus := range row {
				scores[i] += bonus
				if bonus > 0 {
					owners, owner = owners+1, i
				}
			}
			if owners == 1 && len(w) >= clearLetters {
				telling = true
				own[owner]++
			}
		}
	}
	best, next := top(scores)
	if letters == 0 {
		return g.languages[best], false
	}
	if next < 0 {
		return g.languages[best], false // with one language there is nothing to tell apart
	}
	if own[best] == 0 && slices.Max(own) > 0 { // "no problem" looks Portuguese, but its only telling word is English
		return g.languages[best], false
	}
	return g.languages[best], scores[best]-scores[next] >= clearPerText && letters >= clearLetters && (spoken >= 2 || telling)
}

// top finds the best two; next is -1 when there is only one.
func top(scores []float32) (best, next int) {
	next = -1
	for i := 1; i < len(scores); i++ {
		switch {
		case scores[i] > scores[best]:
			best, next = i, best
		case next < 0 || scores[i] > scores[next]:
			next = i
		}
	}
	return best, next
}

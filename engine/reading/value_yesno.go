package reading

import (
	"strings"
	"sync"
)

// A stance is what a part of an answer says.
type stance byte

const (
	stanceFiller stance = iota
	stanceYes
	stanceAgrees // weakly: "ok", "está bien"
	stanceNo
	stanceRefusal // a no that whatever follows belongs to
	stanceUnsure
	stanceUnknown
)

// An answerBook holds the phrases of all languages; of a phrase with several meanings, the one of the book's language.
type answerBook struct {
	phrases map[string]stance
	closed  map[string]bool  // phrases that nothing may follow
	longest int              // words
	words   map[string]bool  // of all phrases
	near    map[int][]string // the long ones, by length
}

// answerBooks are made when they are first needed: thousands of phrases would delay every start of the program.
var answerBooks = map[string]func() *answerBook{
	"en": sync.OnceValue(func() *answerBook { return newAnswerBook("en") }),
	"es": sync.OnceValue(func() *answerBook { return newAnswerBook("es") }),
	"pt": sync.OnceValue(func() *answerBook { return newAnswerBook("pt") }),
}

func newAnswerBook(own string) *answerBook {
	b := &answerBook{phrases: map[string]stance{}, closed: map[string]bool{}, words: map[string]bool{}, near: map[int][]string{}}
	order := languages(own)
	for _, language := range order {
		foreign := language != own
		b.add(unsurePhrases[language], stanceUnsure, foreign)
		b.add(refusals[language], stanceRefusal, foreign)
		b.add(noPhrases[language], stanceNo, foreign)
		b.add(yesPhrases[language], stanceYes, foreign)
	}
	b.add(fillerPhrases, stanceFiller, false)
	for phrase := range b.phrases {
		for word := range strings.FieldsSeq(phrase) {
			if n := len(word); n >= minAnswerSlip && !b.words[word] {
				b.near[n] = append(b.near[n], word)
			}
			b.words[word] = true
		}
	}
	return b
}

// foreignWords are answers of one language and ordinary words of another: they count in their own language only.
var foreignWords = setOf("e eh s y n na nada no se i me a em k ya so pode va ta ok vai vou fino padre asi error pass right good fine cool nice great eso todo that sin num nem deixa paso pois manda quero")

// add puts phrases in, unless they are known already.
func (b *answerBook) add(list string, s stance, foreign bool) {
	for phrase := range strings.FieldsFuncSeq(list, func(r rune) bool { return r == '|' || r == '\n' }) {
		phrase = strings.TrimSpace(phrase)
		s := s
		if weak, ok := strings.CutPrefix(phrase, "+"); ok {
			phrase, s = weak, stanceAgrees
		}
		phrase, closed := strings.CutPrefix(phrase, "=")
		var words []string
		for word := range strings.FieldsSeq(phrase) {
			words = append(words, unstretched(foldWord(word)))
		}
		phrase = strings.Join(words, " ")
		if _, known := b.phrases[phrase]; known && s != stanceRefusal || phrase == "" || foreign && len(words) == 1 && foreignWords[phrase] {
			continue
		}
		b.phrases[phrase] = s
		if closed {
			b.closed[phrase] = true
		}
		b.longest = max(b.longest, len(words))
	}
}

// unstretched undoes "siiiii" and "nooo".
func unstretched(word string) string {
	var b strings.Builder
	last := rune(0)
	for _, r := range word {
		if r != last {
			b.WriteRune(r)
		}
		last = r
	}
	return b.String()
}

// A remark is a part of an answer: a known phrase, or an unknown word.
type remark struct {
	stance
	comma  bool // a comma, or another mark, stands after it
	closed bool // nothing may follow it
	words  int
}

// readYesNo tells whether an answer is yes or no.
func readYesNo(text, language string) []any {
	book := answerBooks[languages(language)[0]]()
	yes, known := book.decide(book.remarks(text), strings.ContainsAny(text, "?"))
	if !known {
		return nil
	}
	return []any{yes}
}

// remarks cuts an answer into the longest known phrases.
func (b *answerBook) remarks(text string) []remark {
	words, commas := answerWords(text)
	var out []remark
	for i := 0; i < len(words); {
		if s, ok := pictures[words[i]]; ok {
			out = append(out, remark{stance: s, comma: true, words: 1})
			i++
			continue
		}
		n, s := b.longestAt(words, commas, i)
		if n == 0 || n == 1 && len(out) > 0 && askingWords[words[i]] {
			n, s = 1, stanceUnknown
		}
		if s == stanceUnknown && len(out) > 0 && out[len(out)-1].stance == stanceUnknown && !out[len(out)-1].comma {
			out[len(out)-1].words++
			out[len(out)-1].comma = commas[i]
		} else {
			out = append(out, remark{stance: s, comma: commas[i+n-1], words: n, closed: b.closed[strings.Join(words[i:i+n], " ")]})
		}
		i += n
	}
	return out
}

// longestAt finds the longest phrase at i, across commas too: "gracias, pero no".
func (b *answerBook) longestAt(words []string, commas []bool, i int) (n int, s stance) {
	return b.phraseAt(words, commas, i, b.turns(words, commas, i))
}

// phraseAt is longestAt; with turns the comma after the first word ends the phrase.
func (b *answerBook) phraseAt(words []string, commas []bool, i int, turns bool) (n int, s stance) {
	phrase := ""
	for j := i; j < len(words) && j-i < b.longest; j++ {
		if j > i {
			phrase += " "
		}
		phrase += b.spelled(words[j])
		if known, ok := b.phrases[phrase]; ok && (j == i || !commas[i] || (known == stanceRefusal || !contradicts(words[i], known)) && !turns) {
			n, s = j-i+1, known
		}
	}
	return n, s
}

// plainAnswers answer alone: behind their comma begins something else, "no, hay un problema", unless it says the same, "no, no quiero".
var plainAnswers = map[string]stance{
	"no": stanceNo, "nao": stanceNo, "nope": stanceNo, "si": stanceYes, "sim": stanceYes, "yes": stanceYes,
}

func contradicts(word string, s stance) bool {
	return plainAnswers[word] != 0 && plainAnswers[word] != s
}

// turns tells that what follows the comma of a plain answer says the opposite: "no, fui yo" is not "no fui yo".
func (b *answerBook) turns(words []string, commas []bool, i int) bool {
	if plainAnswers[words[i]] != stanceNo || !commas[i] || i+1 == len(words) {
		return false
	}
	n, s := b.phraseAt(words, commas, i+1, false)
	return n > 1 && s == stanceYes
}

// askingWords ask when a message begins with them. Behind an answer they only join: "sí, el que dijiste".
var askingWords = setOf("que como cual qual cuando quando donde onde quien quem porque what how when where which who if se")

// minAnswerSlip is how long a word is in which one slip is forgiven.
const minAnswerSlip = 6

// spelled corrects one slip in a long word: "porsupesto".
func (b *answerBook) spelled(word string) string {
	n := len(word)
	if n < minAnswerSlip || b.words[word] {
		return word
	}
	found := ""
	for _, length := range []int{n, n - 1, n + 1} {
		for _, known := range b.near[length] {
			if oneSlip(word, known) && (found == "" || known < found) {
				found = known
			}
		}
	}
	if found != "" {
		return found
	}
	return word
}

var pictures = func() map[string]stance {
	m := map[string]stance{}
	for signs, s := range map[string]stance{yesPictures: stanceYes, noPictures: stanceNo, unsureSigns: stanceUnsure} {
		for _, r := range signs {
			m[string(r)] = s
		}
	}
	return m
}()

// answerWords folds the words of an answer; commas tells after which one a mark stands, or could: "sí tengo" is no "si". Pictures that say something are words.
func answerWords(text string) (words []string, commas []bool) {
	for _, p := range cut(text) {
		_, picture := pictures[p.raw]
		switch {
		case p.kind == pieceMark && !picture:
			if len(commas) > 0 && p.text != "-" {
				commas[len(commas)-1] = true
			}
		case picture:
			words, commas = append(words, p.raw), append(commas, true)
		default:
			words, commas = append(words, unstretched(p.text)), append(commas, strings.EqualFold(p.raw, "sí"))
		}
	}
	return words, commas
}

// decide weighs the remarks of an answer. Yes and no together are neither; words that are not known leave a clear first word standing.
func (b *answerBook) decide(remarks []remark, question bool) (yes, known bool) {
	var yeses, agrees, noes, unknown int
	first := stanceUnknown        // the first remark that says something
	before := remark{comma: true} // the last one that says something, or is not known
	for _, r := range remarks {
		if r.stance == stanceRefusal {
			return false, !question && yeses == 0
		}
		if first == stanceUnknown && r.stance != stanceFiller && unknown == 0 {
			first = r.stance
		}
		switch r.stance {
		case stanceUnsure:
			return false, false
		case stanceYes:
			yeses++
		case stanceAgrees:
			agrees++
		case stanceNo:
			noes++
		case stanceUnknown:
			unknown += r.words
			if standing := before.closed && yeses+noes > 1; !before.comma && !leaves(before) && !standing { // "yes, I want to" stands
				return false, false
			}
		}
		if r.stance != stanceFiller {
			before = r
		}
		before.comma = before.comma || r.comma
	}
	whyNot := yeses > 0 && unknown == 0 && remarks[len(remarks)-1].words > 1
	switch {
	case noes > 0 && yeses > 0, noes+yeses+agrees == 0, question && !whyNot:
		return false, false
	case unknown > 0 && (first != stanceYes && first != stanceNo):
		return false, false
	}
	return noes == 0, true
}

// leaves tells that unknown words right behind a phrase leave its meaning: a phrase of several words does, "si" and "no" alone do not.
func leaves(before remark) bool {
	return before.words > 1 && !before.closed || before.stance == stanceUnknown
}

package reading

import (
	"slices"
	"strings"
)

// role is what a word can be in a date, a time or a duration.
type role uint8

const (
	dayWord    role = iota + 1 // "tomorrow": n days from today, with a part of the day in "tonight"
	weekday                    // n is a time.Weekday
	weekdays                   // "mondays", "sábados": every one of them
	month                      // n is a time.Month
	unitWord                   // n is one of the units below
	partWord                   // "in the morning"
	noon                       // "noon", "del mediodía"
	midnight                   //
	halfWord                   // "media", "half"
	quarter                    //
	numberWord                 // n is its value
	thousand                   // "mil"
	ordinal                    // n is its value, -1 is the last
	article1                   // "a", "an": one, before a unit
	and                        // "y", "e", "and"
	minus                      // "menos": before the hour
	toHour                     // "para las", "to": before the hour
	pastHour                   // "past"
	atWord                     // "a las"
	ofWord                     //
	theWord                    //
	theDay                     // "el día" before a number
	inWord                     // "dentro de"
	agoWord                    // "ago", after a span
	agoFirst                   // "hace", before a span
	fromNow                    // "from now", after a span
	onWord                     // "a week on friday"
	nextWord                   // "next", "próximo": before
	nextAfter                  // "que viene"
	thisWord                   //
	lastWord                   // "last": before
	lastAfter                  // "pasado": after
	endOf                      // "fin de"
	weekend                    //
	oclock                     //
	feira                      // "2ª feira"
	orWord                     //
	upTo                       // "a", "to": the other end of a range
	not                        //
	except                     // "except tuesday"
	inexact                    // "after", "before", "every": what follows is not a value; n 1: neither are the next two
	instead                    // "mejor", "I mean": what came before is taken back
	but                        // a new clause
	filler                     // words around an answer
)

// The units of a span.
const (
	second = iota + 1
	minute
	hour
	day
	week
	monthUnit
	year
)

// part is a part of the day.
type part uint8

const (
	morning part = iota + 1
	afternoon
	evening
	night
	dawn    // "de la madrugada", before the morning
	midday  // "del mediodía", after an hour
	beforeN // a.m.
	afterN  // p.m.
)

// entry is a row of a language's table: phrases, separated by |, without accents.
type entry struct {
	role    role
	n       int
	part    part
	phrases string
}

// meaning is one thing that a phrase can mean.
type meaning struct {
	role role
	n    int
	part part
}

type phrase struct {
	rest  []string // the words after the first
	means []meaning
}

// tongue is a language: its phrases by first word, longest first.
type tongue struct {
	code    string
	phrases map[string][]phrase
	near    []string // the names that are recognised with one slip
	own     map[string]bool
}

// common are words that mean something in one language and something else among the names of another: a contact who writes the first does not
// mean the second.
var common = map[string]string{
	"en": "set out sex ter ate son mar once dos dom sab seg qui qua dez sera media as no die dia mil do",
	"es": "segunda quarta quinta sexta marco sun may once sat son out set sex dez do as no ter qua qui mon",
	"pt": "dos once son sun sat may mon as no primero",
}

var tongues = []*tongue{newTongue("en", english), newTongue("es", spanish), newTongue("pt", portuguese)}

// known are the words of all tables: they are not misspellings.
var known = knownWords()

func knownWords() map[string]bool {
	all := setOf(lookalikes)
	for _, t := range tongues {
		for first, phrases := range t.phrases {
			all[first] = true
			for _, p := range phrases {
				for _, w := range p.rest {
					all[w] = true
				}
			}
		}
	}
	return all
}

func newTongue(code string, table []entry) *tongue {
	t := &tongue{code: code, phrases: map[string][]phrase{}, own: setOf(common[code])}
	for _, e := range table {
		for text := range strings.SplitSeq(e.phrases, "|") {
			words := strings.Fields(text)
			t.add(words, meaning{e.role, e.n, e.part})
			named := e.role == dayWord || e.role == weekday || e.role == month || e.role == partWord || e.role == unitWord || e.role == weekend
			if named && len(words) == 1 && len(words[0]) >= minSlipLetters {
				t.near = append(t.near, words[0])
			}
		}
	}
	for _, phrases := range t.phrases {
		slices.SortStableFunc(phrases, func(a, b phrase) int { return len(b.rest) - len(a.rest) })
	}
	slices.Sort(t.near)
	t.near = slices.Compact(t.near)
	return t
}

func (t *tongue) add(words []string, m meaning) {
	list := t.phrases[words[0]]
	for i := range list {
		if slices.Equal(list[i].rest, words[1:]) {
			list[i].means = append(list[i].means, m)
			return
		}
	}
	t.phrases[words[0]] = append(list, phrase{words[1:], []meaning{m}})
}

// find returns the longest phrase at the start of symbols, and how many symbols it takes. 0 is none.
func (t *tongue) find(symbols []symbol) (means []meaning, width int) {
	for _, p := range t.phrases[symbols[0].text] {
		if startsWith(symbols[1:], p.rest) {
			return p.means, 1 + len(p.rest)
		}
	}
	return nil, 0
}

func startsWith(symbols []symbol, words []string) bool {
	if len(symbols) < len(words) {
		return false
	}
	for i, w := range words {
		if symbols[i].text != w {
			return false
		}
	}
	return true
}

// atom is a phrase of a text with its meanings, or a symbol without any.
type atom struct {
	symbol
	means []meaning
	width int // symbols
}

// understand finds the phrases of a tongue in a text. Slips are forgiven in the contact's own tongue alone.
func (t *tongue) understand(symbols []symbol, forgive bool) []atom {
	atoms := make([]atom, 0, len(symbols))
	for i := 0; i < len(symbols); {
		means, width := t.find(symbols[i:])
		if width == 0 && forgive {
			means = t.findNear(symbols[i])
		}
		width = max(width, 1)
		atoms = append(atoms, atom{symbols[i], means, width})
		i += width
	}
	return atoms
}

// score is how many words of a text a tongue knows. For another than the contact's, words that mean something else to the contact do not count.
func (t *tongue) score(symbols []symbol, contact *tongue, said []bool) (known int) {
	for i := 0; i < len(symbols); {
		means, width := t.find(symbols[i:])
		switch {
		case t == contact && width == 0 && t.findNear(symbols[i]) != nil:
			known++
		case t == contact || contact == nil || !said[i] && (width != 1 || !contact.taken(symbols[i].text, means)):
			known += width
		}
		i += max(width, 1)
	}
	return known
}

// idle marks the words that the contact's tongue has in phrases without a meaning here: "llego tarde", "buenas noches".
func (t *tongue) idle(symbols []symbol) []bool {
	said := make([]bool, len(symbols))
	if t == nil {
		return said
	}
	for i := 0; i < len(symbols); {
		means, width := t.find(symbols[i:])
		for j := 0; j < width && width > 1 && means[0].role == filler; j++ {
			said[i+j] = true
		}
		i += max(width, 1)
	}
	return said
}

// taken tells that a word means something else to who speaks t.
func (t *tongue) taken(word string, means []meaning) bool {
	if t.own[word] {
		return true
	}
	for _, p := range t.phrases[word] {
		if len(p.rest) == 0 && !slices.Equal(p.means, means) {
			return content(p.means[0].role) && !slices.Contains(p.means, means[0])
		}
	}
	return false
}

func content(r role) bool { return r < article1 }

// minSlipLetters is the length from which a word may have one slip.
const minSlipLetters = 5

// findNear returns the meanings of the one name that a word misspells.
func (t *tongue) findNear(s symbol) []meaning {
	if !s.word() || len(s.text) < minSlipLetters || known[s.text] {
		return nil
	}
	var found []meaning
	for _, name := range t.near {
		if !oneSlip(s.text, name) {
			continue
		}
		means, _ := t.find([]symbol{{text: name}})
		if found != nil && !slices.Equal(found, means) {
			return nil
		}
		found = means
	}
	return found
}

// oneSlip tells that a and b differ by one letter missing, added or changed, or by two neighbours swapped. The first letter is seldom wrong, and asking
// for it keeps "partes" apart from "martes".
func oneSlip(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if a[0] != b[0] || len(b)-len(a) > 1 {
		return false
	}
	start := 0
	for start < len(a) && a[start] == b[start] {
		start++
	}
	x, y := a[start:], b[start:]
	if len(a) < len(b) {
		return x == y[1:]
	}
	return x == "" || x[1:] == y[1:] || len(x) > 1 && x[0] == y[1] && x[1] == y[0] && x[2:] == y[2:]
}

// lookalikes are common words one slip away from a name.
const lookalikes = `marte marca marco marcos marta martas martin abrir abriu abro junto juntos justo julia juliana entero entera
	sacado salado cansado manzana mananero vienes viene jueces tarta tarda tardan tardar tardo tarado noches semanal semanales mesas minuta horno hojas
	aranha minha mancha manhas terra cerca quanta quanto quantas quantos quintal sexto norte noiva marcar marcado amanhece
	match marsh mouth sundry sundae fridge mourning nigh right light might eight there matches marched august junior julian
	semanas dominio sabana sabina secunda segundos hours yours house weeks houses minute minutos minutes manama tardio abrilo maria mario mayor
	marque marcha merco otono`

package reading

import (
	"strconv"
	"strings"
)

// A numeral is a word that is part of a number.
type numeral struct {
	kind  numeralKind
	value int64
	weak  bool // also an article or a pronoun: "una", "one"
}

type numeralKind byte

const (
	numeralSmall   numeralKind = iota // adds to the number: 5, 16, 40, 300
	numeralHundred                    // makes hundreds of what stands before it: "five hundred"
	numeralScale                      // thousand, million
	numeralDozen                      // "dos docenas"
)

// A lexicon is how a language writes numbers.
type lexicon struct {
	language string
	words    map[string]numeral
	and      map[string]bool // between the parts of a number
	minus    map[string]bool
	point    map[string]bool // the decimal sign, spoken
	half     map[string]bool // after and: "y medio"
}

var lexicons = map[string]*lexicon{
	"en": newLexicon("en", `zero=0 none=0 two=2 three=3 four=4 five=5 six=6 seven=7 eight=8 nine=9 ten=10 eleven=11 twelve=12 thirteen=13 fourteen=14
		fifteen=15 sixteen=16 seventeen=17 eighteen=18 nineteen=19 twenty=20 thirty=30 forty=40 fourty=40 fifty=50 sixty=60 seventy=70 eighty=80 ninety=90`,
		"one a an", "hundred hundreds", "thousand=1000 thousands=1000 k=1000 million=1000000 millions=1000000 mil=1000", "dozen dozens",
		"and", "minus negative", "point", "half"),
	"es": newLexicon("es", `cero=0 ninguno=0 ninguna=0 ningun=0 uno=1 dos=2 tres=3 cuatro=4 cinco=5 seis=6 siete=7 ocho=8 nueve=9 diez=10 once=11 doce=12 trece=13
		catorce=14 quince=15 dieciseis=16 diecisiete=17 dieciocho=18 diecinueve=19 veinte=20 veintiuno=21 veintiun=21 veintiuna=21 veintidos=22 veintitres=23
		veinticuatro=24 veinticinco=25 veintiseis=26 veintisiete=27 veintiocho=28 veintinueve=29 treinta=30 cuarenta=40 cincuenta=50 sesenta=60 setenta=70
		ochenta=80 noventa=90 cien=100 ciento=100 doscientos=200 doscientas=200 trescientos=300 trescientas=300 cuatrocientos=400 cuatrocientas=400
		quinientos=500 quinientas=500 seiscientos=600 seiscientas=600 setecientos=700 setecientas=700 ochocientos=800 ochocientas=800 novecientos=900 novecientas=900`,
		"un una", "", "mil=1000 miles=1000 k=1000 luca=1000 lucas=1000 millon=1000000 millones=1000000", "docena docenas",
		"y", "menos negativo", "coma punto", "medio media"),
	"pt": newLexicon("pt", `zero=0 nenhum=0 nenhuma=0 dois=2 duas=2 tres=3 quatro=4 cinco=5 seis=6 sete=7 oito=8 nove=9 dez=10 onze=11 doze=12 treze=13 quatorze=14
		catorze=14 quinze=15 dezesseis=16 dezasseis=16 dezessete=17 dezassete=17 dezoito=18 dezenove=19 dezanove=19 vinte=20 trinta=30 quarenta=40 cinquenta=50
		cincoenta=50 sessenta=60 setenta=70 oitenta=80 noventa=90 cem=100 cento=100 duzentos=200 duzentas=200 trezentos=300 trezentas=300 quatrocentos=400
		quatrocentas=400 quinhentos=500 quinhentas=500 seiscentos=600 seiscentas=600 setecentos=700 setecentas=700 oitocentos=800 oitocentas=800 novecentos=900 novecentas=900`,
		"um uma", "", "mil=1000 k=1000 milhao=1000000 milhoes=1000000", "duzia duzias",
		"e", "menos negativo", "virgula ponto", "meio meia"),
}

// homonyms mean something else in another language: "once" in English, "dos" in Portuguese, "ten" in Spanish.
var homonyms = setOf("once dos ten k none")

func newLexicon(language, small, weak, hundred, scale, dozen, and, minus, point, half string) *lexicon {
	l := &lexicon{language: language, words: map[string]numeral{}, and: setOf(and), minus: setOf(minus), point: setOf(point), half: setOf(half)}
	pairs := func(kind numeralKind, list string) {
		for _, pair := range strings.Fields(list) {
			word, digits, _ := strings.Cut(pair, "=")
			value, err := strconv.ParseInt(digits, 10, 64)
			if err == nil {
				l.words[word] = numeral{kind: kind, value: value}
			}
		}
	}
	pairs(numeralSmall, small)
	pairs(numeralScale, scale)
	for word := range setOf(weak) {
		l.words[word] = numeral{kind: numeralSmall, value: 1, weak: true}
	}
	for word := range setOf(hundred) {
		l.words[word] = numeral{kind: numeralHundred, value: 100}
	}
	for word := range setOf(dozen) {
		l.words[word] = numeral{kind: numeralDozen, value: 12}
	}
	return l
}

// numeral finds a word of the language; in a text of another language only words that can not be misread.
func (l *lexicon) numeral(p piece, own bool) (numeral, bool) {
	if p.kind != pieceWord || !own && homonyms[p.text] {
		return numeral{}, false
	}
	n, ok := l.words[p.text]
	return n, ok && (own || !n.weak)
}

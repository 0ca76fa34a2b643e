package reading

import (
	"strings"
	"unicode"
)

// symbol is one word, one number or one mark of a text: "15h30, mañana" is 15 h 30 , manana.
type symbol struct {
	text   string // a folded word, the digits as written, or one mark
	value  int    // of a number
	digits int    // how many digits a number has; 0 is no number
	glued  bool   // nothing stood between it and the symbol before
	accent bool   // the word had an accent: "às" is not "as"
}

func (s symbol) word() bool { return s.digits == 0 && s.text[0] >= 'a' && s.text[0] <= 'z' }

// maxDigits is the longest number that dates and times are made of. A longer one is an order number or a phone number.
const maxDigits = 4

// foreign is the text of a number that is none of ours: a price, an order number, part of a code. No table knows it.
const foreign = "\u00a4"

// scan cuts a text into symbols. It drops accents and capital letters and undoes what punctuation does to words: "p.m.", "meia-noite", "o'clock".
func scan(text string) []symbol {
	runes := []rune(strings.ToLower(text))
	symbols := make([]symbol, 0, 16)
	glued := false
	for i := 0; i < len(runes); {
		switch r := runes[i]; {
		case isDigit(r):
			end := i
			for end < len(runes) && isDigit(runes[end]) {
				end++
			}
			symbols = append(symbols, number(string(runes[i:end]), glued))
			i, glued = end, true
		case r == 'º' || r == 'ª' || r == '°':
			symbols = ordinalSign(symbols, glued)
			i, glued = i+1, true
		case unicode.IsLetter(r):
			word, accent, end := scanWord(runes, i)
			symbols = append(symbols, symbol{text: word, glued: glued, accent: accent})
			i, glued = end, true
		case unicode.Is(unicode.Mn, r) || isApostrophe(r):
			i++
		case unicode.IsSpace(r) || isDash(r) && (i > 0 && unicode.IsLetter(runes[i-1]) || i+1 < len(runes) && unicode.IsLetter(runes[i+1])):
			i, glued = i+1, false
		default:
			symbols = append(symbols, symbol{text: mark(r), glued: glued})
			i, glued = i+1, true
		}
	}
	return ownNumbers(joinDots(symbols))
}

func scanWord(runes []rune, start int) (word string, accent bool, end int) {
	var b strings.Builder
	for end = start; end < len(runes); end++ {
		r := runes[end]
		switch {
		case r == 'º' || r == 'ª':
			return b.String(), accent, end
		case unicode.IsLetter(r):
			plain := plainLetter(r)
			accent = accent || plain != r
			b.WriteRune(plain)
		case unicode.Is(unicode.Mn, r):
			accent = true
		case isApostrophe(r) && end+1 < len(runes) && unicode.IsLetter(runes[end+1]):
		default:
			return b.String(), accent, end
		}
	}
	return b.String(), accent, end
}

// plainLetter folds the letters of Spanish, Portuguese and their neighbours.
func plainLetter(r rune) rune {
	switch r {
	case 'á', 'à', 'â', 'ã', 'ä', 'å':
		return 'a'
	case 'é', 'è', 'ê', 'ë':
		return 'e'
	case 'í', 'ì', 'î', 'ï':
		return 'i'
	case 'ó', 'ò', 'ô', 'õ', 'ö':
		return 'o'
	case 'ú', 'ù', 'û', 'ü':
		return 'u'
	case 'ç':
		return 'c'
	case 'ñ':
		return 'n'
	}
	return r
}

func number(digits string, glued bool) symbol {
	s := symbol{text: digits, digits: len(digits), glued: glued}
	if s.digits <= maxDigits {
		for _, d := range digits {
			s.value = 10*s.value + int(d-'0')
		}
	}
	return s
}

// ordinalSign reads º: "1º" is an ordinal, "nº" is a number of something else.
func ordinalSign(symbols []symbol, glued bool) []symbol {
	if last := len(symbols) - 1; glued && last >= 0 && symbols[last].text == "n" {
		symbols[last].text = "numero"
		return symbols
	}
	return append(symbols, symbol{text: "o", glued: glued})
}

func mark(r rune) string {
	if isDash(r) {
		return "-"
	}
	if r < unicode.MaxASCII || unicode.Is(unicode.Sc, r) {
		return string(r)
	}
	return ";" // pictures and foreign punctuation end a clause
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }
func isDash(r rune) bool  { return r == '-' || r >= '\u2010' && r <= '\u2015' || r == '\u2212' }
func isApostrophe(r rune) bool {
	return r == '\'' || r == '’' || r == '‘' || r == '´' || r == '`' || r == 'ʼ'
}

// shortened are words that are written with a dot which ends nothing.
var shortened = setOf(`ene feb mar abr may jun jul ago sep sept oct nov dic jan fev mai set out dez apr aug dec lun mie jue vie sab dom
	seg ter qua qui sex mon tue tues wed thu thur thurs fri sat sun h hs hr hrs min mins aprox approx`)

// joinDots makes one word of "p. m." and drops the dot of "mar.".
func joinDots(symbols []symbol) []symbol {
	out := symbols[:0]
	for i := 0; i < len(symbols); i++ {
		s := symbols[i]
		if end := meridiem(symbols, i); end > i {
			out = append(out, symbol{text: s.text + "m", glued: s.glued})
			i = end - 1
			continue
		}
		if s.text == "." && s.glued && len(out) > 0 && shortened[out[len(out)-1].text] {
			continue
		}
		out = append(out, s)
	}
	return out
}

// meridiem finds "a.m.", "p. m." or, after a number, "p m" at i. It returns where it ends, or i.
func meridiem(symbols []symbol, i int) int {
	if s := symbols[i].text; s != "a" && s != "p" {
		return i
	}
	next := i + 1
	dotted := next < len(symbols) && symbols[next].text == "."
	if dotted {
		next++
	}
	if !dotted && (i == 0 || symbols[i-1].digits == 0) || next >= len(symbols) || symbols[next].text != "m" {
		return i
	}
	if next+1 < len(symbols) && symbols[next+1].text == "." && symbols[next+1].glued {
		next++
	}
	return next + 1
}

var (
	suffixes  = setOf("h hs hr hrs m min mins d am pm a p o th st nd rd ro ero er ra t s")
	owners    = setOf("numero num number order pedido orden factura invoice fatura ref referencia codigo code telefono phone tel telefone mesa table habitacion room quarto piso floor opcion option opcao no")
	moneySign = "$€£¥%#"
)

// ownNumbers marks the numbers that belong to something else: "AB123456", "15 €", "pedido 15", "+34", "#3".
func ownNumbers(symbols []symbol) []symbol {
	for i := range symbols {
		s := &symbols[i]
		if s.digits == 0 {
			continue
		}
		if s.digits > maxDigits || ownedBefore(symbols, i) || ownedAfter(symbols, i) {
			*s = symbol{text: foreign, glued: s.glued}
		}
	}
	return symbols
}

func ownedBefore(symbols []symbol, i int) bool {
	if i == 0 {
		return false
	}
	before := symbols[i-1]
	switch {
	case strings.Contains(moneySign, before.text), before.text == "+":
		return true
	case before.text == "-" && symbols[i].glued: // a sign, not a separator
		return i < 2 || !before.glued || symbols[i-2].digits == 0
	case before.text == "." && i >= 2 && symbols[i-2].text == "no": // "no. 15"
		return true
	case before.word() && symbols[i].glued: // "15h30" is ours, "AB15" is not
		return i < 2 || !before.glued || symbols[i-2].digits == 0 || !suffixes[before.text]
	}
	return before.text != "no" && owners[before.text]
}

func ownedAfter(symbols []symbol, i int) bool {
	if i+1 >= len(symbols) {
		return false
	}
	after := symbols[i+1]
	return after.text != "#" && strings.Contains(moneySign, after.text) || after.word() && after.glued && !suffixes[after.text]
}

func setOf(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}

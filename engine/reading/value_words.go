package reading

import (
	"strings"
	"unicode"
)

// A piece is one part of a text as numbers, amounts and answers need it: a word, a number with its points and commas, or a mark.
type piece struct {
	kind  pieceKind
	text  string // folded: small letters without accents
	raw   string // as written
	glued bool   // nothing stood between it and the piece before
	space bool   // exactly one space stood between it and the piece before
}

type pieceKind byte

const (
	pieceWord   pieceKind = 'w'
	pieceNumber pieceKind = 'n' // digits, with points, commas and apostrophes between them
	pieceRange  pieceKind = 'r' // "5-6"
	pieceCode   pieceKind = 'c' // "AB123456", "15:30", "24/11": a number of none of our kinds
	pieceMark   pieceKind = 'm' // one character
)

// cut cuts a text into pieces.
func cut(text string) []piece {
	runes := cleaned(text)
	var ps []piece
	for i := 0; i < len(runes); {
		r := runes[i]
		if unicode.IsSpace(r) {
			i++
			continue
		}
		end := runEnd(runes, i)
		raw := string(runes[i:end])
		if r == '.' && i+1 < len(runes) && isDigit(runes[i+1]) && (i == 0 || !isAlnum(runes[i-1]) && runes[i-1] != '.') { // ".5"
			end = runEnd(runes, i+1)
			raw = "0" + string(runes[i:end])
		}
		first := len(ps)
		ps = append(ps, pieces(raw)...)
		if len(ps) > first {
			ps[first].glued = i > 0 && !unicode.IsSpace(runes[i-1])
			ps[first].space = i > 1 && unicode.IsSpace(runes[i-1]) && !unicode.IsSpace(runes[i-2])
		}
		i = end
	}
	return grouped(disowned(ps))
}

// cleaned undoes what keyboards do to texts: invisible characters, long dashes, curly apostrophes, halves.
func cleaned(text string) []rune {
	out := make([]rune, 0, len(text))
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r) || unicode.Is(unicode.Cf, r) || r >= 0x1F3FB && r <= 0x1F3FF: // accents, joiners, colours of hands
		case isApostrophe(r):
			out = append(out, '\'')
		case isDash(r):
			out = append(out, '-')
		case r == '½':
			out = append(out, []rune(" 1/2")...)
		case r == '¼':
			out = append(out, []rune(" 1/4")...)
		case r == '¾':
			out = append(out, []rune(" 3/4")...)
		case unicode.IsSpace(r):
			out = append(out, ' ')
		default:
			out = append(out, r)
		}
	}
	return out
}

// runEnd finds the end of the word, number, code or mark that begins at i.
func runEnd(runes []rune, i int) int {
	if !isAlnum(runes[i]) {
		return i + 1
	}
	end := i + 1
	for ; end < len(runes); end++ {
		r := runes[end]
		if isAlnum(r) {
			continue
		}
		if end+1 >= len(runes) || !isAlnum(runes[end+1]) {
			return end
		}
		before, after := isDigit(runes[end-1]), isDigit(runes[end+1])
		switch r {
		case '\'':
			continue
		case '.', ',', '/', ':':
			if before && after {
				continue
			}
		case '-', '_':
			if after { // "AB-1234", "600-111-222", but "twenty-five" and "50-euros" are two
				continue
			}
		}
		return end
	}
	return end
}

func isAlnum(r rune) bool { return unicode.IsLetter(r) || isDigit(r) || r == 'º' || r == 'ª' }

// foldWord writes a word in small letters without accents and apostrophes.
func foldWord(raw string) string {
	return strings.Map(func(r rune) rune {
		if r == '\'' {
			return -1
		}
		return plainLetter(unicode.ToLower(r))
	}, raw)
}

// pieces names what stands between two spaces or marks. "50eur" and "R50" are two pieces.
func pieces(raw string) []piece {
	first := []rune(raw)[0]
	digits := strings.ContainsFunc(raw, isDigit)
	switch {
	case !isAlnum(first):
		return []piece{{kind: pieceMark, text: string(unicode.ToLower(first)), raw: raw}}
	case !digits:
		return []piece{{kind: pieceWord, text: foldWord(raw), raw: raw}}
	case isLiteral(raw):
		return []piece{{kind: pieceNumber, text: raw, raw: raw}}
	case raw == "1/2", raw == "1/4", raw == "3/4":
		return []piece{{kind: pieceNumber, text: raw, raw: raw}}
	case isRange(raw):
		return []piece{{kind: pieceRange, text: raw, raw: raw}}
	}
	if head := strings.TrimRightFunc(raw, unicode.IsLetter); head != raw && isLiteral(head) {
		if tail := raw[len(head):]; isUnit(foldWord(tail)) {
			return []piece{{kind: pieceNumber, text: head, raw: head}, {kind: pieceWord, text: foldWord(tail), raw: tail, glued: true}}
		}
	}
	if tail := strings.TrimLeftFunc(raw, unicode.IsLetter); tail != raw && isLiteral(tail) {
		head := raw[:len(raw)-len(tail)]
		if folded := foldWord(head); gluedBefore[folded] || currencyWord(folded, head) != "" {
			return []piece{{kind: pieceWord, text: folded, raw: head}, {kind: pieceNumber, text: tail, raw: tail, glued: true}}
		}
	}
	if parts := splitUnits(raw); parts != nil {
		return parts
	}
	return []piece{{kind: pieceCode, text: foldWord(raw), raw: raw}}
}

// splitUnits cuts "12eur50" and "12e50".
func splitUnits(raw string) []piece {
	head := raw[:strings.IndexFunc(raw+"x", func(r rune) bool { return !isDigit(r) })]
	rest := raw[len(head):]
	middle := rest[:strings.IndexFunc(rest+"0", isDigit)]
	tail := rest[len(middle):]
	if head == "" || middle == "" || tail == "" || len(tail) > 2 || !isLiteral(tail) || currencyWord(foldWord(middle), middle) == "" {
		return nil
	}
	return []piece{
		{kind: pieceNumber, text: head, raw: head},
		{kind: pieceWord, text: foldWord(middle), raw: middle, glued: true},
		{kind: pieceNumber, text: tail, raw: tail, glued: true},
	}
}

var (
	// gluedBefore may stand before a number without a space: "x2", "R$50" is cut at its sign.
	gluedBefore = setOf("x r us u s c a mx ar n rs")
	// gluedAfter may stand after a number without a space.
	gluedAfter = setOf("k mil x kg g gr l ml km m cm mm gb mb euro euros e eu rs mn")
)

// minUnitLetters is how long a word is that may be glued to a number: "3personas", but not "123abc".
const minUnitLetters = 5

func isUnit(word string) bool {
	return gluedAfter[word] || len(word) >= minUnitLetters || currencyWord(word, word) != ""
}

// isLiteral tells that a text is digits with points, commas and apostrophes.
func isLiteral(raw string) bool {
	return raw != "" && isDigit(rune(raw[0])) && isDigit(rune(raw[len(raw)-1])) && strings.Trim(raw, "0123456789.,'") == ""
}

// isRange tells that a text is two short numbers with a dash: "5-6".
func isRange(raw string) bool {
	low, high, found := strings.Cut(raw, "-")
	short := func(s string) bool {
		return s != "" && len(s) <= 4 && strings.Trim(s, "0123456789") == "" && (s[0] != '0' || s == "0")
	}
	return found && short(low) && short(high) && (len(low) < 4 || len(high) > 2)
}

// minPhoneDigits is how many digits a + and its number have at least to be a phone number.
const minPhoneDigits = 8

// disowned makes codes of the numbers that are part of something else: "#123456", "+34 600 111 222", "user@12".
func disowned(ps []piece) []piece {
	for i := range ps {
		if ps[i].kind != pieceNumber && ps[i].kind != pieceRange || i == 0 {
			continue
		}
		before := ps[i-1]
		switch {
		case before.kind == pieceMark && ps[i].glued && strings.Contains("#@/_*&=", before.text):
			ps[i].kind = pieceCode
		case before.text == "+" && ps[i].glued && digitsFrom(ps[i:]) >= minPhoneDigits:
			for j := i; j < len(ps) && (ps[j].kind == pieceNumber || strings.Contains("()-", ps[j].text)); j++ {
				ps[j].kind = pieceCode
			}
		case orderWord(ps[:i]):
			ps[i].kind = pieceCode
		}
	}
	return ps
}

func digitsFrom(ps []piece) int {
	n := 0
	for _, p := range ps {
		if p.kind != pieceNumber && !strings.Contains("()-", p.text) {
			break
		}
		n += len(strings.Map(func(r rune) rune {
			if isDigit(r) {
				return r
			}
			return -1
		}, p.text))
	}
	return n
}

var (
	orderWords  = setOf("pedido pedidos orden order orders factura invoice fatura recibo ref referencia reference codigo code pin rastreo tracking guia cpf cnpj dni nif nie rfc curp")
	orderBridge = setOf("numero number num no nro n nº o is es e de mi my meu do del el the #  : .")
)

// orderWord tells that the words just before name an order: "pedido número", "invoice no.". A bare "orden de 50 euros" has a "de" too, which
// is why "de" alone is no bridge without "numero".
func orderWord(before []piece) bool {
	numbered := false
	for n := 0; n < 4 && len(before) > 0; n++ {
		p := before[len(before)-1]
		before = before[:len(before)-1]
		switch {
		case orderWords[p.text]:
			return n == 0 || numbered
		case p.text == "numero" || p.text == "number" || p.text == "num" || p.text == "no" || p.text == "nro" || p.text == "nº" || p.text == "#" || p.text == ":" || p.text == "es" || p.text == "is" || p.text == "e":
			numbered = true
		case !orderBridge[p.text]:
			return false
		}
	}
	return false
}

// grouped joins the groups of "1 250 000,50".
func grouped(ps []piece) []piece {
	out := ps[:0]
	for _, p := range ps {
		if n := len(out) - 1; n >= 0 && p.kind == pieceNumber && p.space && out[n].kind == pieceNumber && isHead(out[n].text) && isGroup(p.text) {
			out[n].text += " " + p.text
			out[n].raw += " " + p.raw
			continue
		}
		out = append(out, p)
	}
	return out
}

// isHead tells that "1" or "1 250" can be continued by a group.
func isHead(s string) bool {
	first, _, _ := strings.Cut(s, " ")
	return len(first) <= 3 && first[0] != '0' && strings.Trim(s, "0123456789 ") == ""
}

// isGroup tells that "250" or "250,50" can be the next group.
func isGroup(s string) bool {
	whole := s[:strings.IndexFunc(s+"x", func(r rune) bool { return !isDigit(r) })]
	return len(whole) == 3 && !strings.Contains(s, "/")
}

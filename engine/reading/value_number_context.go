package reading

import "strings"

func splitRange(s string) (low, high string) {
	low, high, _ = strings.Cut(s, "-")
	return low, high
}

var (
	monthWords = setOf(`enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre janeiro fevereiro marco maio junho julho
		setembro outubro novembro dezembro january february march april may june july august september october november december`)
	dayPart    = setOf("tarde manana noche madrugada manha noite morning afternoon evening")
	thanksWord = setOf("gracias disculpas perdones perdon obrigado obrigada obrigados desculpas thanks apologies besos abrazos")
	clockMarks = setOf("am pm hrs oclock")
)

// isTime tells that a number is one of a date or a time: "a las 3", "3 de la tarde", "3 pm", "15 de marzo".
func (c counter) isTime(f figure) bool {
	before := func(n int) piece { return c.piece(f.lo - n) }
	after := func(n int) piece { return c.piece(f.hi + n - 1) }
	switch {
	case before(1).text == "las" && before(2).text == "a", strings.EqualFold(before(1).raw, "às"), before(1).text == "at" && c.language == "en":
		return true
	case clockMarks[after(1).text] && len(c.ps) > 1:
		return true
	case monthWords[before(1).text] && before(1).text != "may", monthWords[after(1).text] && after(1).text != "may":
		return true
	}
	of := after(1).text
	if of != "de" && of != "da" && of != "in" && of != "do" {
		return false
	}
	next := after(2).text
	if next == "la" || next == "the" {
		next = after(3).text
	}
	return dayPart[next] || monthWords[next]
}

// isThanks tells that a number is one of "mil gracias".
func (c counter) isThanks(f figure) bool {
	return thanksWord[c.piece(f.hi).text] || c.piece(f.lo-1).text == "thanks" && c.piece(f.lo).text == "a"
}

// piece is the one at i, or an empty one outside.
func (c counter) piece(i int) piece { return pieceAt(c.ps, i) }

func pieceAt(ps []piece, i int) piece {
	if i < 0 || i >= len(ps) {
		return piece{}
	}
	return ps[i]
}

// bounds stand before a number that is only a limit: "más de 5" is not 5.
var bounds = []string{
	"mas de", "menos de", "al menos", "por lo menos", "como minimo", "como maximo", "minimo", "maximo", "hasta", "desde",
	"more than", "less than", "fewer than", "at least", "at most", "over", "under", "up to", "above", "below",
	"mais de", "mais que", "mas que", "menos que", "pelo menos", "no minimo", "no maximo", "ate",
	"ni", "nem", "not even", "not", "no son", "no es", "no eran", "nao sao", "nao e", "nao eram", "it isnt", "its not",
}

var (
	fillers = setOf(`si no sim yes yeah ok vale bueno bem bom well pues eh um uhm please por favor porfa gracias thanks thank you obrigado obrigada solo solamente so somente
		apenas just only nada mas mais nomas creo que acho i think de momento en total ya eso e es son seremos somos somente seria sera serian we are is it its a
		para nosotros mi for me us us, hi hola oi hello ola quiero necesito quero preciso want need like would id ill sera`)
	// asked are what "una …" counts when it is no answer: "una pregunta".
	asked = setOf(`pregunta duda momento segundo segundito minuto minutito cosa consulta question moment second sec minute thing pergunta instante coisa persona person pessoa
		humano human agente agent asesor atendente lot little bit few while bot favor vez poco rato pouco par casal couple pair`)
)

// answered keeps the numbers that can be the answer: no limits, and no article where a number is.
func answered(ps []piece, found []figure) []figure {
	var strong, weak []figure
	for _, f := range found {
		switch {
		case bounded(ps[:f.lo]), vague(ps[f.hi:]):
		case f.weak && len(strong) > 0 && ands[pieceAt(ps, f.lo-1).text] && !asked[pieceAt(ps, f.hi).text]: // "dos adultos y un niño"
			strong = append(strong, f)
		case f.weak:
			weak = append(weak, f)
		default:
			strong = append(strong, f)
		}
	}
	if len(strong) > 0 || len(weak) != 1 || !alone(ps, weak[0]) {
		return strong
	}
	return weak
}

var (
	ands      = setOf("y e and")
	uncertain = setOf("pico tantos tantas algo poucos poucas odd something")
)

// vague tells that a text goes on with what makes a number uncertain: "cincuenta y pico".
func vague(after []piece) bool {
	next := pieceAt(after, 0)
	if ands[next.text] {
		next = pieceAt(after, 1)
	}
	return uncertain[next.text]
}

// bounded tells that a text ends with one of the words that limit a number.
func bounded(before []piece) bool {
	for _, b := range bounds {
		words := strings.Fields(b)
		if n := len(before) - len(words); n >= 0 {
			match := true
			for i, w := range words {
				match = match && before[n+i].text == w
			}
			if match {
				return true
			}
		}
	}
	return false
}

// alone tells that an article answers: "una", "solo una", "una persona, por favor" but not "una pregunta" and not "the blue one".
func alone(ps []piece, f figure) bool {
	if ps[f.lo].text == "a" || ps[f.lo].text == "an" {
		return false
	}
	others := 0
	for i, p := range ps {
		switch {
		case i == f.hi && asked[p.text]:
			return false
		case i >= f.lo && i < f.hi, p.kind == pieceMark, fillers[p.text]:
		case i == f.hi && p.kind == pieceWord:
			if _, _, money := unitAt(ps, i); !money && p.text == "de" {
				return false
			}
		default:
			others++
		}
	}
	return others == 0
}

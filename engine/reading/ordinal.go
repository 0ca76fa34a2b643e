package reading

import "strings"

// ordinalWords are the places by name; 0 is the last one, -1 the one before it, -2 the one in the middle.
var ordinalWords = func() map[string]int {
	m := map[string]int{}
	for place, words := range map[int]string{
		1:  "first 1st 1ro 1ra 1er 1era 1ero 1º 1ª 1o 1a primero primera primer primeiro primeira one uno una um uma un former arriba",
		2:  "second 2nd 2do 2da 2º 2ª 2o 2a segundo segunda two dos dois duas",
		3:  "third 3rd 3ro 3ra 3er 3era 3º 3ª 3o 3a tercero tercera tercer terceiro terceira three tres",
		4:  "fourth 4th 4to 4ta 4º 4ª 4o 4a cuarto cuarta quarto quarta four cuatro quatro",
		5:  "fifth 5th 5to 5ta 5º 5ª 5o 5a quinto quinta five cinco",
		6:  "sixth 6th 6to 6ta 6º 6ª 6o 6a sexto sexta six seis",
		7:  "seventh 7th 7mo 7ma 7º 7ª 7o 7a septimo septima setimo setima seven siete sete",
		8:  "eighth 8th 8vo 8va 8º 8ª 8o 8a octavo octava oitavo oitava eight ocho oito",
		9:  "ninth 9th 9no 9na 9º 9ª 9o 9a noveno novena nono nona nine nueve nove",
		10: "tenth 10th 10mo 10ma 10º 10ª 10o 10a decimo decima ten diez dez",
		0:  "last ultimo ultima ultimos ultimas latter abajo final",
		-1: "penultimo penultima",
		-2: "middle medio meio centro",
	} {
		for word := range strings.FieldsSeq(words) {
			m[word] = place
		}
	}
	return m
}()

// spared are words around a place that say nothing else. "One" is a place only when nothing else is: "the second one".
var spared = setOf(`the el la lo o a os as los one ones uno opcion option opcao choice number num numero nro no nº n nr please por favor porfa pf gracias thanks thank you obrigado obrigada
	i ill id want would like take choose pick prefer go with lets for me it is its that this mejor melhor better quiero prefiero elijo escojo dame deme me quedo con eligo tomo quiere
	quero prefiro escolho fico com eu yo para mi que es sea e seja then entonces entao pues bueno si yes sim ok vale de del da do in alternative alternativa respuesta resposta answer
	item linea line button boton botao of them ellos ellas eles elas esa ese esta este essa esse esta and`)

// Ordinal reads which of several things is meant: "2", "the second one", "la última" (of = how many there are). 0 is none, or more than one.
func Ordinal(text string, of int) int {
	if of <= 0 || len(text) > MaxRunes {
		return 0
	}
	ps := cut(text)
	if n := letterPlace(ps); n > 0 && n <= of {
		return n
	}
	place, weak := 0, 0
	for i, p := range ps {
		n, ok := placeOf(ps, i, of)
		switch {
		case ok && n == 1 && spared[p.text]: // "one", "uno"
			weak = 1
		case ok && place != 0 && place != n:
			return 0
		case ok:
			place = n
		case p.kind == pieceMark && strings.Contains("-+$€£%/&@*=¥", p.text), p.kind != pieceMark && !spared[p.text]:
			return 0
		}
	}
	if place == 0 {
		place = weak
	}
	if place < 1 || place > of {
		return 0
	}
	return place
}

// placeOf reads one piece as a place.
func placeOf(ps []piece, i, of int) (int, bool) {
	p := ps[i]
	if p.kind == pieceNumber || p.kind == pieceCode && parsedDigits(p.text) {
		d, ok := parseDecimal(p.text)
		if !ok || !parsedDigits(p.text) || d.coef > int64(of) || d.coef == 0 {
			return -1, true // a number that is no place spoils the answer
		}
		return int(d.coef), true
	}
	n, ok := ordinalWords[p.text]
	if !ok {
		return 0, false
	}
	switch n {
	case 0:
		if p.text == "latter" && of != 2 {
			return -1, true
		}
		return of, true
	case -1:
		return of - 1, true
	case -2:
		if of%2 == 0 {
			return -1, true
		}
		return (of + 1) / 2, true
	case 1:
		if p.text == "former" && of != 2 {
			return -1, true
		}
	}
	return n, true
}

// letterPlace reads "b", "option b" and "la b)".
func letterPlace(ps []piece) int {
	var words []piece
	for _, p := range ps {
		if p.kind != pieceMark {
			words = append(words, p)
		}
	}
	n := len(words)
	if n == 0 || n > 3 || len(words[n-1].text) != 1 || words[n-1].kind != pieceWord {
		return 0
	}
	for _, p := range words[:n-1] {
		if !spared[p.text] {
			return 0
		}
	}
	letter := words[n-1].text[0]
	if n == 1 && strings.IndexByte("nsyeo", letter) >= 0 || letter < 'a' || letter > 'z' { // short for yes and no, or a word of its own
		return 0
	}
	return int(letter-'a') + 1
}

package reading

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// tableLine is one line of a table: "text = value; value", or "text = -" for nothing.
type tableLine struct {
	text string
	want []string
}

func tableLines(t *testing.T, table string) []tableLine {
	t.Helper()
	var out []tableLine
	for line := range strings.SplitSeq(table, "\n") {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		i := strings.LastIndex(line, " = ")
		if i < 0 {
			t.Fatalf("%q has no value", line)
		}
		p := tableLine{text: line[:i]}
		if v := line[i+3:]; v != "-" {
			p.want = strings.Split(v, "; ")
		}
		out = append(out, p)
	}
	return out
}

// written shows a value as the tables write it.
func written(v any) string {
	switch v := v.(type) {
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case map[string]any:
		minor := v["minor"].(float64)
		amount, _ := parseDecimal(strings.TrimPrefix(v["amount"].(string), "-"))
		_, want, _ := amount.fixed(decimalsOf(v["currency"].(string)))
		if float64(want) != minor && float64(-want) != minor {
			return fmt.Sprintf("minor %v of %v", minor, v)
		}
		return v["amount"].(string) + " " + v["currency"].(string)
	}
	return fmt.Sprint(v)
}

func checkPhrases(t *testing.T, kind Kind, ctx Context, table string) {
	t.Helper()
	for _, p := range tableLines(t, table) {
		var got []string
		for _, v := range readValue(kind, p.text, ctx).Values {
			got = append(got, written(v))
		}
		if strings.Join(got, "; ") != strings.Join(p.want, "; ") {
			t.Errorf("%s %s/%s %q: got %q, want %q", kind, ctx.Language, ctx.Region, p.text, got, p.want)
		}
	}
}

func TestNumbersInSpanish(t *testing.T) {
	t.Parallel()
	checkPhrases(t, Number, Context{Language: "es", Region: "ES"}, `
		5 = 5
		-5 = -5
		menos cinco = -5
		somos 4 = 4
		somos cuatro personas = 4
		para 2 por favor = 2
		mil doscientos cincuenta = 1250
		dos mil = 2000
		dos mil quinientos = 2500
		veintiuno = 21
		veintidós personas = 22
		treinta y uno = 31
		ciento veinte = 120
		cien = 100
		cien mil = 100000
		quinientos mil = 500000
		novecientos noventa y nueve mil novecientos noventa y nueve = 999999
		un millón = 1000000
		dos millones quinientos mil = 2500000
		1,5 millones = 1500000
		2 mil = 2000
		2 mil 500 = 2500
		3k = 3000
		3 k = 3000
		1,5k = 1500
		1.250,50 = 1250.5
		1.250 = 1250
		1,250 = 1.25
		1250 = 1250
		1 250 = 1250
		1.250.000 = 1250000
		0,5 = 0.5
		0,125 = 0.125
		12,5 = 12.5
		dos coma cinco = 2.5
		dos y medio = 2.5
		tres y media = 3.5
		2 1/2 = 2.5
		2½ = 2.5
		1/2 = 0.5
		10% = 10
		diez por ciento = 10
		un 10 % = 10
		10 o 12 = 10; 12
		entre 5 y 10 = 5; 10
		2-3 = 2; 3
		dos o tres = 2; 3
		uno = 1
		una = 1
		solo una = 1
		una persona = -
		un niño = 1
		una docena = 12
		media docena = 6
		dos docenas = 24
		ninguno = 0
		cero = 0
		creo que 7 = 7
		no, 8 = 8
		dieciséis = 16
		diez y seis = 16
		3personas = 3
		x2 = 2
		dos mil y tres = 2003
		mil uno = 1001
		cuatro mil dos = 4002
		1'250 = 1250
		70 kg = 70
		70kg = 70
		mil = 1000
		dos mil tres mil = 2000; 3000
		twenty five = 25
		vinte e cinco = 25
		quince mil = 15000
		veintiún mil = 21000
		once = 11
		15 mil = 15000`)
	checkPhrases(t, Number, Context{Language: "es", Region: "MX"}, `
		1,250.50 = 1250.5
		1,250 = 1250
		1.250 = 1.25
		12.5 = 12.5
		dos punto cinco = 2.5`)
	checkPhrases(t, Number, Context{Language: "es"}, `
		1,250 = 1250; 1.25
		1.250 = 1250; 1.25
		1.250,50 = 1250.5
		1,250.50 = 1250.5
		12,50 = 12.5
		1250 = 1250`)
	checkPhrases(t, Number, Context{Language: "es", Region: "ES"}, `
		hola = -
		no sé = -
		AB123456 = -
		pedido 123456 = -
		mi número de pedido es 123456 = -
		#123456 = -
		+34 600 111 222 = -
		24/11/2026 = -
		15:30 = -
		a las 3 = -
		mañana a las 3 = -
		las 3 de la tarde = -
		15 de marzo = -
		mil gracias = -
		más de 5 = -
		menos de 10 = -
		al menos 3 = -
		una pregunta = -
		quiero hablar con una persona = -
		un momento = -
		no son 5 = -
		1.25.3 = -
		1.2.3.4 = -
		12345678901234567890 = -
		ten paciencia = -
		ana22@example.com = -
		2026-11-24 = -
		15h = -`)
}

func TestNumbersInEnglish(t *testing.T) {
	t.Parallel()
	checkPhrases(t, Number, Context{Language: "en", Region: "US"}, `
		5 = 5
		-5 = -5
		minus five = -5
		we are 4 = 4
		four people = 4
		for two please = 2
		one thousand two hundred and fifty = 1250
		two thousand and five = 2005
		twelve hundred = 1200
		a hundred = 100
		a thousand = 1000
		a hundred and one = 101
		one hundred twenty = 120
		twenty-five = 25
		twenty five = 25
		forty two = 42
		five hundred thousand = 500000
		nine hundred ninety-nine thousand nine hundred and ninety-nine = 999999
		one million = 1000000
		2 million = 2000000
		two and a half million = 2500000
		1.5 million = 1500000
		2 thousand = 2000
		2 thousand five hundred = 2500
		3k = 3000
		1.5k = 1500
		1,250.50 = 1250.5
		1,250 = 1250
		1.250 = 1.25
		1250 = 1250
		1,250,000 = 1250000
		0.5 = 0.5
		12.5 = 12.5
		about .5 of it = 0.5
		más o menos 5 = 5
		two point five = 2.5
		two point zero five = 2.05
		two and a half = 2.5
		five and half = 5.5
		2 1/2 = 2.5
		½ = 0.5
		10% = 10
		ten percent = 10
		10 or 12 = 10; 12
		between 5 and 10 = 5; 10
		2-3 = 2; 3
		two or three = 2; 3
		one = 1
		just one = 1
		only one please = 1
		one adult = 1
		a dozen = 12
		half a dozen = 6
		two dozen = 24
		none = 0
		zero = 0
		I think 7 = 7
		no, 8 = 8
		sixteen = 16
		it's 42 = 42
		3people = 3
		x2 = 2
		seventy = 70
		eleven = 11
		ninety nine = 99
		15 thousand = 15000
		around 20 = 20
		30 of them = 30
		12 guests = 12
		hundred = 100
		three hundred and sixty five = 365
		seis = 6
		veinticinco = 25`)
	checkPhrases(t, Number, Context{Language: "en", Region: "US"}, `
		hello = -
		I don't know = -
		AB123456 = -
		order 123456 = -
		my order number is 123456 = -
		invoice no. 4711 = -
		#123456 = -
		+1 202 555 0143 = -
		11/24/2026 = -
		3:30 = -
		at 3 = -
		3 pm = -
		3pm = -
		3 in the afternoon = -
		march 15 = -
		15 march = -
		thanks a million = -
		more than 5 = -
		less than ten = -
		at least 3 = -
		up to 10 = -
		the blue one = -
		one moment = -
		not 5 = -
		I have been there once = -
		1,25,3 = -
		12345678901234567890 = -
		a question = -
		v2.0.1 = -`)
}

func TestNumbersInPortuguese(t *testing.T) {
	t.Parallel()
	checkPhrases(t, Number, Context{Language: "pt", Region: "BR"}, `
		5 = 5
		-5 = -5
		menos cinco = -5
		somos 4 = 4
		somos quatro pessoas = 4
		para dois, por favor = 2
		duzentos e dez = 210
		mil duzentos e cinquenta = 1250
		dois mil = 2000
		dois mil e quinhentos = 2500
		dois mil e cinco = 2005
		vinte e um = 21
		vinte e duas pessoas = 22
		trinta e um = 31
		cento e vinte = 120
		cem = 100
		cem mil = 100000
		quinhentos mil = 500000
		novecentos e noventa e nove mil novecentos e noventa e nove = 999999
		um milhão = 1000000
		dois milhões e quinhentos mil = 2500000
		1,5 milhão = 1500000
		2 mil = 2000
		2 mil e 500 = 2500
		3k = 3000
		1,5k = 1500
		1.250,50 = 1250.5
		1.250 = 1250
		1,250 = 1.25
		1250 = 1250
		1 250 = 1250
		1.250.000 = 1250000
		0,5 = 0.5
		12,5 = 12.5
		dois vírgula cinco = 2.5
		dois e meio = 2.5
		três e meia = 3.5
		2 1/2 = 2.5
		½ = 0.5
		10% = 10
		dez por cento = 10
		10 ou 12 = 10; 12
		entre 5 e 10 = 5; 10
		2-3 = 2; 3
		dois ou três = 2; 3
		um = 1
		uma = 1
		só uma = 1
		um adulto = 1
		uma dúzia = 12
		meia dúzia = 6
		um casal = -
		duas dúzias = 24
		nenhum = 0
		zero = 0
		acho que 7 = 7
		não, 8 = 8
		dezesseis = 16
		dezasseis = 16
		catorze = 14
		quatorze = 14
		3pessoas = 3
		x2 = 2
		mil = 1000
		mil e um = 1001
		quatro mil e dois = 4002
		70 kg = 70
		15 mil = 15000
		vinte e um mil = 21000
		veinticinco = 25
		twenty five = 25`)
	checkPhrases(t, Number, Context{Language: "pt", Region: "BR"}, `
		olá = -
		não sei = -
		AB123456 = -
		pedido 123456 = -
		o número do pedido é 123456 = -
		#123456 = -
		+55 11 98765 4321 = -
		24/11/2026 = -
		15:30 = -
		às 3 = -
		amanhã às 3 = -
		3 da tarde = -
		15 de março = -
		mil desculpas = -
		mais de 5 = -
		menos de 10 = -
		pelo menos 3 = -
		uma pergunta = -
		quero falar com uma pessoa = -
		um momento = -
		não são 5 = -
		1.25.3 = -
		um dos meus pedidos = -
		CPF 12345678909 = -
		12345678901234567890 = -`)
}

func TestIntegers(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"en", "es", "pt"} {
		checkPhrases(t, Integer, Context{Language: language}, `
			3 = 3
			-3 = -3
			2,0 = 2
			2,5 = -
			2.5 = -
			1.250 = 1250
			1,250 = 1250
			1,5k = 1500
			1/2 = -
			3-4 = 3; 4`)
	}
	checkPhrases(t, Integer, Context{Language: "es", Region: "ES"}, `
		tengo dos hijos y tres hijas = 2; 3
		dos y media = -
		un par = -
		somos dos adultos y un niño = 2; 1
		cincuenta y pico = -
		ni uno = -`)
}

func TestOptionsOfNumbers(t *testing.T) {
	t.Parallel()
	ctx := Context{Language: "es", Options: []any{1250.0, 1.25}}
	checkPhrases(t, Number, ctx, `
		la primera = 1250
		el segundo = 1.25
		2 = 1.25
		1250 = 1250
		mil doscientos cincuenta = 1250
		1,25 = 1.25
		14 = 14`)
}

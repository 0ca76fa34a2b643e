package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"relevo/engine"
	"relevo/engine/reading"
	"relevo/flows"
)

// goalPhrase is what understanding one message may take on one core, and so what reading the answer to a question, or telling its language, may take:
// a slot is read once a turn, and must be small beside the turn.
const goalPhrase = 60 * time.Microsecond

// phrases are what contacts answer, by language.
type phrases map[string][]string

var (
	datePhrases = phrases{
		"en": {"tomorrow", "next friday at 5pm", "the 3rd of march", "03/15", "in two weeks", "monday after next in the morning", "half past three on tuesday"},
		"es": {"mañana a las 3 y media", "el próximo martes por la tarde", "el 15 de marzo", "15/03", "dentro de dos semanas", "pasado mañana a primera hora", "el viernes que viene"},
		"pt": {"amanhã às 15h", "na próxima terça à tarde", "dia 15 de março", "15/03", "daqui a duas semanas", "depois de amanhã de manhã", "sexta que vem"},
	}
	amountPhrases = phrases{
		"en": {"$1,250.50", "twenty-five dollars", "about 300 euros", "1.2k", "a hundred and twenty"},
		"es": {"1.250,50 €", "veinticinco euros", "unos 300 pesos", "mil doscientos", "ciento veinte con cincuenta"},
		"pt": {"R$ 1.250,50", "vinte e cinco reais", "uns 300 euros", "mil e duzentos", "cento e vinte"},
	}
	languagePhrases = phrases{
		"en": {"where is my order", "hi, I would like to change my appointment please", "ok"},
		"es": {"dónde está mi pedido", "hola, quiero cambiar mi cita por favor", "vale"},
		"pt": {"onde está o meu pedido", "olá, quero mudar a minha consulta por favor", "tá bom"},
	}
	// longPhrase is as long as an answer that is read may be, and full of what a day and a time are made of.
	longPhrase = strings.Repeat("tomorrow at 3 or the 5th of march, ", reading.MaxRunes/35)
)

// measureReading takes the values of slots, and the language of a message, from what contacts write.
func measureReading() error {
	guesser, err := benchGuesser()
	if err != nil {
		return err
	}
	read := func(kind reading.Kind) func(language, text string) {
		zone, now := time.UTC, time.Date(2026, 11, 18, 10, 0, 0, 0, time.UTC)
		return func(language, text string) {
			reading.Read(kind, text, reading.Context{Language: language, Now: now, Zone: zone, Currency: "EUR"})
		}
	}
	for _, m := range []struct {
		what string
		said phrases
		f    func(language, text string)
	}{
		{"reading of a date and time", datePhrases, read(reading.DateTime)},
		{"reading of an amount", amountPhrases, read(reading.Amount)},
		{"guess of a language", languagePhrases, func(_, text string) { guesser.Guess(text) }},
	} {
		if err := measurePhrases(m.what, m.said, m.f); err != nil {
			return err
		}
	}
	long, err := each(func() error { read(reading.DateTime)("en", longPhrase); return nil })
	if err != nil {
		return err
	}
	fmt.Printf("%-52s %.1f µs\n", fmt.Sprintf("  a date and time out of %d letters of them", len(longPhrase)), long/1000)
	return nil
}

// measurePhrases prints the mean of a phrase, which has the goal, with its allocations, and the slowest one.
func measurePhrases(what string, said phrases, f func(language, text string)) error {
	var took, allocs, slowest float64
	count, worst := 0, ""
	for language, texts := range said {
		for _, text := range texts {
			one, err := each(func() error { f(language, text); return nil })
			if err != nil {
				return err
			}
			took, allocs, count = took+one, allocs+testing.AllocsPerRun(100, func() { f(language, text) }), count+1
			if one > slowest {
				slowest, worst = one, text
			}
		}
	}
	n := float64(count)
	line(what+", a phrase", fmt.Sprintf("%.1f µs, %.0f allocations", took/n/1000, allocs/n), float64(goalPhrase), max(took/n, 1), fmt.Sprintf("≤ %s", goalPhrase))
	fmt.Printf("%-52s %.1f µs, %q\n", "  the slowest of them", slowest/1000, worst)
	return nil
}

// benchGuesser learns what a catalog learns: what the shipped sentences say.
func benchGuesser() (*reading.Guesser, error) {
	source, err := flows.Files.ReadFile(flows.CommandsFile)
	if err != nil {
		return nil, err
	}
	commands, findings := flows.LoadCommands(flows.CommandsFile, source)
	if err := findings.Err(); err != nil {
		return nil, err
	}
	texts := map[string][]string{}
	for _, key := range engine.TextKeys {
		for language, text := range commands.Texts[key] {
			texts[language] = append(texts[language], text)
		}
	}
	return reading.NewGuesser(texts), nil
}

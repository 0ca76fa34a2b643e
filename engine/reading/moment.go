package reading

import (
	"strings"
	"time"
)

// readMoment reads dates, times and durations, in the language that knows most words of the text. The languages do not mix: "no sábado" is a refusal in
// Spanish and a day in Portuguese.
func readMoment(kind Kind, text string, ctx Context) Result {
	if r, ok := readWritten(kind, text, ctx); ok {
		return r
	}
	symbols := scan(text)
	if len(symbols) == 0 {
		return Result{}
	}
	contact := tongueOf(ctx.Language)
	t := believed(symbols, contact)
	p := newParser(t, t.understand(symbols, t == contact || contact == nil), kind, ctx)
	p.scanMentions()
	if ctx.Options != nil {
		if r, ok := p.pick(text); ok {
			return r
		}
	}
	p.preferPart()
	return p.result()
}

// preferPart reads "mañana" alone as the morning where a time is asked for.
func (p *parser) preferPart() {
	asked := p.kind == Time || p.kind == DateTime && p.ctx.Partial != nil && p.ctx.Partial.Date != ""
	if asked && len(p.mentions) == 1 && p.alsoPart(p.mentions[0]) {
		p.mentions[0].date, p.mentions[0].part = nil, morning
	}
}

// readWritten reads what machines write: a value as this package gives it.
func readWritten(kind Kind, text string, ctx Context) (Result, bool) {
	at, err := time.Parse(time.RFC3339, strings.TrimSpace(text))
	if err != nil || at.Year() < minYear || at.Year() > maxYear {
		return Result{}, false
	}
	at = at.In(ctx.Zone)
	switch kind {
	case Date:
		return Result{Values: []any{at.Format(time.DateOnly)}}, true
	case Time:
		return Result{Values: []any{at.Format("15:04")}}, true
	case DateTime:
		return Result{Values: []any{at.Format(time.RFC3339)}}, true
	}
	return Result{}, false
}

func tongueOf(language string) *tongue {
	base, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(language, "_", "-")), "-")
	for _, t := range tongues {
		if t.code == base {
			return t
		}
	}
	return nil
}

// believed is the tongue that knows most words of a text, and the contact's own if another knows as many.
func believed(symbols []symbol, contact *tongue) *tongue {
	best, most := contact, 0
	said := contact.idle(symbols)
	if contact != nil {
		most = contact.score(symbols, contact, said)
	}
	for _, t := range tongues {
		if t == contact {
			continue
		}
		if n := t.score(symbols, contact, said); best == nil || n > most {
			best, most = t, n
		}
	}
	return best
}

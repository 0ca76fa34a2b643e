package reading

import (
	"strings"
	"time"
)

// readMoment reads dates, times and durations. Each language reads the text for itself; the one that makes more of it is believed, and the contact's
// own if they make the same of it: "no sábado" is a refusal in Spanish and a day in Portuguese.
func readMoment(kind Kind, text string, ctx Context) Result {
	if r, ok := readWritten(kind, text, ctx); ok {
		return r
	}
	symbols := scan(text)
	if len(symbols) == 0 {
		return Result{}
	}
	contact := tongueOf(ctx.Language)
	said := contact.idle(symbols)
	var best *parser
	for _, t := range order(contact) {
		p := newParser(t, contact, symbols, said, kind, ctx)
		p.scanMentions()
		if best == nil || p.cover > best.cover {
			best = p
		}
	}
	if ctx.Options != nil {
		if r, ok := best.pick(text); ok {
			return r
		}
	}
	best.preferPart()
	return best.result()
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

// order puts the contact's language first.
func order(contact *tongue) []*tongue {
	all := make([]*tongue, 0, len(tongues))
	if contact != nil {
		all = append(all, contact)
	}
	for _, t := range tongues {
		if t != contact {
			all = append(all, t)
		}
	}
	return all
}

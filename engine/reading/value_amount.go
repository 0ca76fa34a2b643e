package reading

// A sum is an amount of money in a text, at the pieces from lo up to hi.
type sum struct {
	lo, hi int
	values []literal
	unit   unit
	named  bool // with a unit
	weak   bool
	words  bool // nothing of it was written in digits
}

// readAmounts reads the amounts of money that an answer names.
func readAmounts(text string, ctx Context) []any {
	ps := cut(text)
	var values []any
	for _, s := range meant(ps, sums(ps, ctx)) {
		for _, code := range s.unit.currencies(ctx) {
			for _, d := range s.readings(decimalsOf(code)) {
				text, minor, ok := d.fixed(decimalsOf(code))
				if ok {
					values = append(values, map[string]any{"amount": text, "currency": code, "minor": float64(minor)})
				}
			}
		}
	}
	return values
}

// readings are the values that fit a currency with so many decimals. Three digits after a point are thousands where money has two, unless the
// region writes its decimals so: then both are possible.
func (s sum) readings(decimals int) []decimal {
	if len(s.values) == 1 {
		return []decimal{s.values[0].value}
	}
	var out []decimal
	for _, l := range s.values {
		switch {
		case decimals > 2, l.grouped, l.decided:
			out = append(out, l.value)
		}
		if l.decided && (decimals > 2 || l.grouped) {
			break
		}
	}
	return out
}

// sums finds all amounts, with and without a unit.
func sums(ps []piece, ctx Context) []sum {
	found := figures(ps, ctx)
	portuguese := languages(ctx.Language)[0] == "pt"
	var out []sum
	for i := 0; i < len(found); i++ {
		if found[i].percent {
			continue
		}
		s := sumOf(ps, found[i])
		if i+1 < len(found) && s.cents(ps, found[i+1], portuguese) {
			i++
		}
		out = append(out, s)
	}
	return out
}

// sumOf finds the unit of a number, before or after it.
func sumOf(ps []piece, f figure) sum {
	s := sum{lo: f.lo, hi: f.hi, values: f.values, weak: f.weak, words: true}
	for _, p := range ps[f.lo:f.hi] {
		s.words = s.words && p.kind != pieceNumber
	}
	if u, start, ok := unitBefore(ps, f.lo); ok {
		s.unit, s.lo, s.named = u, start, true
		if before := pieceAt(ps, start-1); before.text == "-" && (!before.glued || pieceAt(ps, start-2).kind == pieceMark) {
			s.lo = start - 1
			for i := range s.values {
				s.values[i].value.coef = -s.values[i].value.coef
			}
		}
	}
	s.after(ps)
	return s
}

// after takes a unit that stands after the amount: "50 euros", "2 millones de pesos", "50 centavos", "2 euros y medio".
func (s *sum) after(ps []piece) {
	i := s.hi
	if pieceAt(ps, i).text == "de" {
		i++
	}
	u, end, ok := unitAt(ps, i)
	if ok && s.weak && pieceAt(ps, end).kind == pieceNumber && pieceAt(ps, end).glued { // "A$50"
		return
	}
	if !ok || s.named && (u.family != "" && s.unit.code == "" || u.cents) {
		if s.named && ok && u.family == s.unit.family { // "$50 pesos"
			s.hi = end
		}
		return
	}
	if s.named && u.code == "" { // "MX$50 pesos"
		s.hi = end
		return
	}
	s.hi, s.unit, s.named = end, u, true
	if u.cents {
		for j := range s.values {
			v := s.values[j].value
			s.values[j].value = decimal{v.coef, v.scale + 2}
		}
		return
	}
	if and, half := pieceAt(ps, end).text, pieceAt(ps, end+1).text; (and == "y" || and == "e") && (half == "medio" || half == "meio" || half == "media" || half == "meia") {
		if s.add(decimal{5, 1}) {
			s.hi = end + 2
		}
	}
}

// spans stand before two amounts: "entre 10 e 20 reais".
var spans = setOf("entre between de from")

// cents adds the hundredths that follow: "12 con 50", "12 euros con 50", "12 € 50", "two dollars and five cents".
func (s *sum) cents(ps []piece, next figure, portuguese bool) bool {
	between := ps[s.hi:max(next.lo, s.hi)]
	if len(next.values) != 1 || next.values[0].value.scale > 0 || next.values[0].value.coef > 99 || next.values[0].value.coef < 0 || next.lo < s.hi || len(between) > 1 || s.unit.cents || spans[pieceAt(ps, s.lo-1).text] {
		return false
	}
	digits := 2
	for _, p := range ps[next.lo:next.hi] {
		if p.kind == pieceNumber {
			digits = len(p.text)
		}
	}
	link := ""
	if len(between) == 1 {
		link = between[0].text
	}
	u, end, ok := unitAt(ps, next.hi)
	hundredths := ok && u.cents
	n := next.values[0].value.coef
	switch {
	case hundredths && s.named && (link == "" || link == "con" || link == "com" || link == "y" || link == "e" || link == "and" || link == "with" || link == ","):
	case hundredths && (link == "con" || link == "com" || link == "y" || link == "e"):
	case hundredths || next.weak:
		return false
	case (link == "con" || link == "com") && (n >= 10 || n == 0):
	case (link == "con" || link == "com") && digits == 1 && n < 10, (link == "con" || link == "com") && n < 10 && digits == 2 && s.words:
		return s.either(ps, next, n)
	case (link == "con" || link == "com") && digits == 2:
	case link == "" && s.named && digits == 2 && !s.words:
	case link == "e" && portuguese && n >= 10 && digits == 2:
	default:
		return false
	}
	if !s.add(decimal{n, 2}) {
		return false
	}
	s.hi = next.hi
	if hundredths {
		s.hi = end
	} else if !s.named {
		s.after(ps)
	}
	return true
}

// either reads "12 con 5": five hundredths or fifty.
func (s *sum) either(ps []piece, next figure, n int64) bool {
	if len(s.values) != 1 {
		return false
	}
	tens, ok := s.values[0].value.plus(decimal{n, 1})
	if !ok || !s.add(decimal{n, 2}) {
		return false
	}
	s.values = []literal{{value: tens, grouped: true}, {value: s.values[0].value, grouped: true}}
	s.hi = next.hi
	if !s.named {
		s.after(ps)
	}
	return true
}

// add adds hundredths to a whole amount.
func (s *sum) add(d decimal) bool {
	for _, l := range s.values {
		if l.grouped || len(s.values) == 1 {
			if l.value.trimmed().scale > 0 {
				return false
			}
			if l.value.coef < 0 {
				d.coef = -d.coef
			}
			v, ok := l.value.plus(d)
			if ok {
				s.values = one(v)
			}
			return ok
		}
	}
	return false
}

var (
	// alternatives stand between two amounts of one unit: "12 o 15 euros".
	alternatives = setOf("o u or ou y e and a to - /")
	// closers may follow an amount that has no unit. Another word would be what the number counts: "3 hijos".
	closers = setOf(`por para en em for on in at creo acho i mas about approx aprox aproximadamente por favor porfa please gracias thanks obrigado obrigada nada solo only just y e and
		o u or ou pero mas but que exactos exactly exatos justos total al no na ayer hoy ontem hoje yesterday today`)
)

// meant keeps the amounts that can be the answer: with a unit if any has one, no limits, nothing that counts something else.
func meant(ps []piece, found []sum) []sum {
	named := false
	for i := len(found) - 1; i >= 0; i-- {
		s := &found[i]
		if i+1 < len(found) && !s.named && !s.weak && found[i+1].named && found[i+1].lo == s.hi+1 && alternatives[ps[s.hi].text] {
			s.unit, s.named = found[i+1].unit, !found[i+1].unit.cents
		}
		if i > 0 && !s.named && !s.weak && found[i-1].named && s.lo == found[i-1].hi+1 && alternatives[ps[s.lo-1].text] && ps[s.lo-1].text != "y" {
			s.unit, s.named = found[i-1].unit, true
		}
		named = named || s.named
	}
	var out []sum
	for i, s := range found {
		next := pieceAt(ps, s.hi)
		counts := next.kind == pieceWord && !closers[next.text]
		beside := i > 0 && !named && found[i-1].hi == s.lo || i+1 < len(found) && !named && found[i+1].lo == s.hi // "twelve fifty"
		if bounded(ps[:s.lo]) || vague(ps[s.hi:]) || s.named != named || !named && (s.weak || counts || beside) {
			continue
		}
		out = append(out, s)
	}
	return out
}

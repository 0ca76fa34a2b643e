package reading

// A figure is a number that was found in a text, at the pieces from lo up to hi.
type figure struct {
	lo, hi  int
	values  []literal // the ways to read it, the likelier first
	weak    bool      // perhaps only an article: "una"
	percent bool
}

// readNumbers reads the numbers that an answer names.
func readNumbers(kind Kind, text string, ctx Context) []any {
	ps := cut(text)
	var values []any
	for _, f := range answered(ps, figures(ps, ctx)) {
		for _, l := range f.readings(kind) {
			values = append(values, l.float())
		}
	}
	return values
}

// readings are the values that a figure can have as a number or an integer.
func (f figure) readings(kind Kind) []decimal {
	var out []decimal
	for _, l := range f.values {
		// Nobody writes "1,250" for a whole number and means one and a quarter.
		if kind == Integer && !l.grouped && (len(f.values) > 1 || l.value.trimmed().scale > 0) {
			continue
		}
		out = append(out, l.value)
		if l.decided {
			break
		}
	}
	return out
}

// figures finds all numbers, in the language that explains most of the text; the contact's own wins a tie.
func figures(ps []piece, ctx Context) []figure {
	var best []figure
	most := 0
	for i, language := range languages(ctx.Language) {
		c := counter{ps: ps, lexicon: lexicons[language], own: i == 0 && ctx.Language != "", sign: decimalSign(ctx)}
		if found, covered := c.all(); covered > most {
			best, most = found, covered
		}
	}
	return best
}

// A counter reads numbers in one language.
type counter struct {
	ps   []piece
	own  bool // the contact's language
	sign byte // see decimalSign
	*lexicon
}

// all returns the numbers, without those that are times or thanks, and how many pieces they all cover.
func (c counter) all() (found []figure, covered int) {
	for i := 0; i < len(c.ps); {
		f, ok := c.at(i)
		if !ok {
			i++
			continue
		}
		if !c.isTime(f) && !c.isThanks(f) {
			found = append(found, f)
		}
		covered += f.hi - f.lo
		i = f.hi
	}
	return found, covered
}

// at reads the number that begins at a piece.
func (c counter) at(i int) (figure, bool) {
	f := figure{lo: i}
	negative := c.isMinus(i)
	if negative {
		i++
	}
	var scale int64
	switch {
	case i >= len(c.ps):
		return f, false
	case c.ps[i].kind == pieceRange:
		return c.rangeAt(i)
	case c.ps[i].kind == pieceNumber:
		if f.values = readLiteral(c.ps[i].text, c.sign); len(f.values) == 0 {
			return f, false
		}
		f.hi = i + 1
		scale = c.scaleDigits(&f)
	default:
		var n int64
		if n, f.hi, scale, f.weak = c.words(i); f.hi == i {
			return f, false
		}
		f.values = one(decimal{n, 0})
	}
	if c.fraction(&f, scale); scale == 0 && f.values[0].value.scale > 0 && c.ps[f.hi-1].kind == pieceWord { // "two and a half million"
		c.scaleDigits(&f)
	}
	if negative {
		for j := range f.values {
			f.values[j].value.coef = -f.values[j].value.coef
		}
	}
	switch next := c.piece(f.hi).text; {
	case next == "%", next == "percent":
		f.percent, f.hi = true, f.hi+1
	case (next == "por" || next == "per") && hundredWords[c.piece(f.hi+1).text]:
		f.percent, f.hi = true, f.hi+2
	}
	return f, len(f.values) > 0
}

var hundredWords = setOf("ciento cento cent cien") // of "por ciento"

// isMinus tells that a number below zero begins here: "-5", "menos cinco", but not "3 - 5" and "menos de 5".
func (c counter) isMinus(i int) bool {
	if i+1 >= len(c.ps) {
		return false
	}
	p, next := c.ps[i], c.ps[i+1]
	_, numeral := c.numeral(next, c.own)
	switch {
	case p.text == "-":
		return next.kind == pieceNumber && next.glued && (!p.glued || i == 0 || c.ps[i-1].kind == pieceMark)
	case c.minus[p.text] && !orLess[c.piece(i-1).text]:
		return next.kind == pieceNumber || numeral
	}
	return false
}

// orLess stands before a "menos" that is no sign: "al menos 3", "más o menos 5".
var orLess = setOf("al lo pelo o ou")

// rangeAt reads "5-6": both.
func (c counter) rangeAt(i int) (figure, bool) {
	f := figure{lo: i, hi: i + 1}
	low, high := splitRange(c.ps[i].text)
	f.values = append(readLiteral(low, c.sign), readLiteral(high, c.sign)...)
	for j := range f.values {
		f.values[j] = literal{value: f.values[j].value, grouped: true}
	}
	return f, len(f.values) == 2
}

// scaleDigits reads what stands after digits: "2 mil 500", "1,5 millones", "3k". It returns the last scale, or 0.
func (c counter) scaleDigits(f *figure) int64 {
	if f.hi >= len(c.ps) {
		return 0
	}
	n, ok := c.numeral(c.ps[f.hi], c.own || c.ps[f.hi].glued)
	if !ok || n.kind != numeralScale && n.kind != numeralDozen && n.kind != numeralHundred || c.isThanks(figure{lo: f.hi, hi: f.hi + 1}) {
		return 0
	}
	f.hi++
	scaled := f.values[:0]
	for _, l := range f.values {
		if v, ok := l.value.times(n.value); ok {
			scaled = append(scaled, literal{value: v, decided: l.decided, grouped: v.trimmed().scale == 0})
		}
	}
	f.values = scaled
	if n.kind != numeralScale {
		return 0
	}
	rest, end := c.rest(f.hi, n.value)
	if end > f.hi {
		f.hi = end
		for j := range f.values {
			if v, ok := f.values[j].value.plus(decimal{rest, 0}); ok {
				f.values[j].value = v
			}
		}
	}
	return n.value
}

// rest reads what may follow a scale: a number below it.
func (c counter) rest(i int, scale int64) (n int64, end int) {
	start := i
	if i+1 < len(c.ps) && c.and[c.ps[i].text] {
		i++
	}
	if i >= len(c.ps) {
		return 0, start
	}
	if c.ps[i].kind == pieceNumber {
		d, ok := parseDecimal(c.ps[i].text)
		if !ok || d.scale > 0 {
			return 0, start
		}
		n, end = d.coef, i+1
		if end < len(c.ps) {
			if next, ok := c.numeral(c.ps[end], c.own); ok && next.kind == numeralScale && scale > next.value {
				n, end = n*next.value, end+1
				if more, after := c.rest(end, next.value); after > end {
					n, end = n+more, after
				}
			} else if ok && next.kind == numeralScale {
				return 0, start
			}
		}
	} else if n, end, _, _ = c.words(i); end == i {
		return 0, start
	}
	if n <= 0 || n >= scale {
		return 0, start
	}
	return n, end
}

// fraction reads what makes a number broken: "y medio", "1/2", "punto cinco".
func (c counter) fraction(f *figure, scale int64) {
	i := f.hi
	if i >= len(c.ps) || len(f.values) == 0 {
		return
	}
	add := func(d decimal, end int) {
		for j := range f.values {
			if v, ok := f.values[j].value.plus(d); ok {
				f.values[j] = literal{value: v, decided: true}
			}
		}
		f.hi, f.weak = end, false
	}
	switch {
	case c.ps[i].kind == pieceNumber && len(c.ps[i].text) == 3 && c.ps[i].text[1] == '/':
		add(readLiteral(c.ps[i].text, 0)[0].value, i+1)
	case c.and[c.ps[i].text]:
		i++
		if i < len(c.ps) && c.language == "en" && c.ps[i].text == "a" {
			i++
		}
		if i < len(c.ps) && c.half[c.ps[i].text] && scale != 1000 {
			half := decimal{5, 1}
			if scale > 0 {
				half = decimal{scale / 2, 0}
			}
			add(half, i+1)
		}
	case c.point[c.ps[i].text] && f.values[0].value.scale == 0:
		if d, end, ok := c.decimals(i + 1); ok {
			add(d, end)
		}
	}
}

// maxSpokenDecimals is how many decimals somebody spells out.
const maxSpokenDecimals = 6

// decimals reads the digits after a spoken decimal sign: "cinco", "cero cinco", "veinticinco", "25".
func (c counter) decimals(i int) (decimal, int, bool) {
	if i < len(c.ps) && c.ps[i].kind == pieceNumber && len(c.ps[i].text) <= maxSpokenDecimals {
		d, ok := parseDecimal("0." + c.ps[i].text)
		return d, i + 1, ok && isLiteral(c.ps[i].text) && parsedDigits(c.ps[i].text)
	}
	var d decimal
	start := i
	for i < len(c.ps) && d.scale < maxSpokenDecimals {
		n, ok := c.numeral(c.ps[i], c.own)
		if !ok || n.kind != numeralSmall || n.value > 9 {
			break
		}
		d, i = decimal{d.coef*10 + n.value, d.scale + 1}, i+1
	}
	if i > start {
		return d, i, true
	}
	if n, end, _, _ := c.words(i); end > i && n < 100 {
		return decimal{n, 2}, end, true
	}
	return d, i, false
}

func parsedDigits(s string) bool {
	for _, r := range s {
		if !isDigit(r) {
			return false
		}
	}
	return true
}

// words reads a number in words from i up to end; end is i when there is none. It returns the last scale too, 0 for none.
func (c counter) words(i int) (value int64, end int, scale int64, weak bool) {
	var total, group int64
	below, scaleBelow := int64(1000), int64(1_000_000_000)
	start := i
	if dozen := c.halfDozen(i); dozen > i {
		return 6, dozen, 0, false
	}
	safe, safeTotal := i, int64(0) // after the last scale: what follows may turn out to be another number
	for i < len(c.ps) {
		at := i
		if i > start {
			at = c.joined(i)
		}
		if at >= len(c.ps) {
			break
		}
		n, ok := c.numeral(c.ps[at], c.own)
		if !ok || at > i && n.kind != numeralSmall {
			break
		}
		if n.kind == numeralSmall {
			if n.value >= below || n.value == 0 && at > start || at > i && group == 0 && total == 0 || n.weak && at > start && c.language == "en" && n.value == 1 && c.ps[at].text != "one" {
				break
			}
			group += n.value
			below = rank(n.value)
			weak = at == start && n.weak
			i = at + 1
			if n.value == 0 {
				return 0, i, 0, false
			}
			continue
		}
		switch {
		case n.kind == numeralHundred && group < 100 && below > 0:
			group, below = max(group, 1)*100, 100
		case n.kind == numeralDozen && total == 0:
			return max(group, 1) * 12, i + 1, 0, false
		case n.kind == numeralScale && n.value < scaleBelow && (group > 0 || i == start):
			total += max(group, 1) * n.value
			group, below, scaleBelow, scale = 0, 1000, n.value, n.value
			safe, safeTotal = i+1, total
		case n.kind == numeralScale && group > 0 && safe > start:
			return safeTotal, safe, scale, false
		default:
			return total + group, i, scale, weak && i == start+1
		}
		i, weak = i+1, false
	}
	if scale > 0 && group == 0 && i < len(c.ps) && c.ps[i].kind == pieceNumber && i == safe { // "dos mil 500"
		if more, after := c.rest(i, scale); after > i {
			return total + more, after, 0, false
		}
	}
	if group > 0 && safe > start {
		scale = 0
	}
	return total + group, i, scale, weak
}

// halfDozen finds the end of "media docena" at i, or i.
func (c counter) halfDozen(i int) int {
	if !c.half[c.piece(i).text] {
		return i
	}
	end := i + 1
	if c.language == "en" && c.piece(end).text == "a" {
		end++
	}
	if n, ok := c.numeral(c.piece(end), c.own); ok && n.kind == numeralDozen {
		return end + 1
	}
	return i
}

// joined skips the and, or the dash, between two parts of a number.
func (c counter) joined(i int) int {
	p := c.ps[i]
	if c.and[p.text] || p.text == "-" && p.glued && i+1 < len(c.ps) && c.ps[i+1].glued {
		return i + 1
	}
	return i
}

// rank is what the next part of a number must be below: after 300 comes 99 at most, after 40 comes 9, after 16 nothing.
func rank(n int64) int64 {
	switch {
	case n >= 100:
		return 100
	case n >= 20 && n%10 == 0 || n == 10:
		return 10
	}
	return 1
}

package reading

import (
	"math"
	"strconv"
	"strings"
)

// A decimal is an exact number: coef / 10^scale.
type decimal struct {
	coef  int64
	scale int
}

// maxDigitsOfValue is how many digits a number may have: so many a float64 holds exactly.
const maxDigitsOfValue = 15

// parseDecimal reads digits with at most one point.
func parseDecimal(s string) (decimal, bool) {
	whole, fraction, _ := strings.Cut(s, ".")
	digits := strings.TrimLeft(whole, "0") + fraction
	if len(digits) > maxDigitsOfValue || digits == "" && whole == "" {
		return decimal{}, false
	}
	coef, err := strconv.ParseInt("0"+digits, 10, 64)
	return decimal{coef, len(fraction)}, err == nil
}

// times multiplies by a whole number; it is not ok when the product has too many digits.
func (d decimal) times(n int64) (decimal, bool) {
	if n != 0 && abs(d.coef) > math.MaxInt64/abs(n) {
		return decimal{}, false
	}
	product := decimal{d.coef * n, d.scale}.trimmed()
	return product, product.fits()
}

// plus adds; it is not ok when the sum has too many digits.
func (d decimal) plus(o decimal) (decimal, bool) {
	for d.scale < o.scale {
		d = decimal{d.coef * 10, d.scale + 1}
		if !d.fits() {
			return d, false
		}
	}
	for o.scale < d.scale {
		o = decimal{o.coef * 10, o.scale + 1}
		if !o.fits() {
			return o, false
		}
	}
	sum := decimal{d.coef + o.coef, d.scale}
	return sum, sum.fits()
}

const maxCoef = 999_999_999_999_999

func (d decimal) fits() bool { return abs(d.coef) <= maxCoef }

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}

// trimmed drops the zeros at the end of the fraction.
func (d decimal) trimmed() decimal {
	for d.scale > 0 && d.coef%10 == 0 {
		d = decimal{d.coef / 10, d.scale - 1}
	}
	return d
}

// fixed writes a decimal with exactly so many decimals, and as a whole number of the smallest unit. It is not ok when it has more.
func (d decimal) fixed(decimals int) (text string, minor int64, ok bool) {
	d = d.trimmed()
	if d.scale > decimals {
		return "", 0, false
	}
	for d.scale < decimals {
		if d.coef > maxCoef || d.coef < -maxCoef {
			return "", 0, false
		}
		d = decimal{d.coef * 10, d.scale + 1}
	}
	return d.string(), d.coef, d.fits()
}

func (d decimal) string() string {
	s := strconv.FormatInt(abs(d.coef), 10)
	if d.scale > 0 {
		if len(s) <= d.scale {
			s = strings.Repeat("0", d.scale-len(s)+1) + s
		}
		s = s[:len(s)-d.scale] + "." + s[len(s)-d.scale:]
	}
	if d.coef < 0 {
		s = "-" + s
	}
	return s
}

func (d decimal) float() float64 {
	f, _ := strconv.ParseFloat(d.string(), 64) // what string writes is a number
	return f
}

// A literal is one way to read a written number. With grouped, the point or comma before its last three digits was taken for thousands, and could have
// been a decimal sign.
type literal struct {
	value   decimal
	decided bool // the only way to read it
	grouped bool
}

// readLiteral reads "1.250,50". The sign is the decimal sign where the contact is, 0 when it is not known; of two readings the first is the one
// that sign says, else the thousands.
func readLiteral(text string, sign byte) []literal {
	switch text {
	case "1/2":
		return one(decimal{5, 1})
	case "1/4":
		return one(decimal{25, 2})
	case "3/4":
		return one(decimal{75, 2})
	}
	plain := strings.NewReplacer(" ", "", "'", "").Replace(text)
	if strings.Contains(text, "'") && !groupsOf3(text, '\'') {
		return nil
	}
	last := strings.LastIndexAny(plain, ".,")
	if last < 0 {
		return parsed(plain)
	}
	mark := plain[last]
	other := '.' + ',' - mark
	switch {
	case strings.IndexByte(plain, other) >= 0: // 1.250,50
		whole := plain[:last]
		if strings.IndexByte(whole, mark) >= 0 || !groupsOf3(whole, rune(other)) {
			return nil
		}
		return parsed(strings.ReplaceAll(whole, string(other), "") + "." + plain[last+1:])
	case strings.Count(plain, string(mark)) > 1: // 1.250.000
		if !groupsOf3(plain, rune(mark)) {
			return nil
		}
		return parsed(strings.ReplaceAll(plain, string(mark), ""))
	case len(plain)-last-1 != 3 || last > 3 || plain[0] == '0' || plain != text: // 12,5 and 1250,125 and 0,125
		return parsed(strings.Replace(plain, string(mark), ".", 1))
	}
	fraction, ok1 := parseDecimal(strings.Replace(plain, string(mark), ".", 1))
	whole, ok2 := parseDecimal(strings.Replace(plain, string(mark), "", 1))
	if !ok1 || !ok2 {
		return nil
	}
	asWhole, asFraction := literal{value: whole, grouped: true}, literal{value: fraction}
	switch sign {
	case 0:
		return []literal{asWhole, asFraction}
	case mark:
		asFraction.decided = true
		return []literal{asFraction, asWhole}
	}
	asWhole.decided = true
	return []literal{asWhole, asFraction}
}

func one(d decimal) []literal { return []literal{{value: d, decided: true}} }

func parsed(s string) []literal {
	d, ok := parseDecimal(s)
	if !ok {
		return nil
	}
	return one(d)
}

// groupsOf3 tells that the marks of a number cut it into thousands.
func groupsOf3(s string, mark rune) bool {
	groups := strings.Split(s, string(mark))
	for i, g := range groups {
		if i > 0 && len(g) < 3 || i > 0 && i < len(groups)-1 && len(g) != 3 || i == len(groups)-1 && len(g) > 3 && isDigit(rune(g[3])) || i == 0 && (len(g) == 0 || len(g) > 3) {
			return false
		}
	}
	return true
}

var (
	pointRegions = setOf("US GB IE CA AU NZ IN SG PH HK CN JP KR TH MY IL NG KE GH PK BD LK UG TZ JM TT BZ BB BS GY MX GT HN NI SV PA DO PR PE CU")
	commaRegions = setOf("ES PT BR AR CL CO UY PY VE BO EC CR DE FR IT NL BE AT PL SE NO DK FI GR RO CZ HU AO MZ CV GW ST GQ TR RU UA ID VN MA")
)

// decimalSign is '.' or ',' by the contact's region and language, or 0 where both are usual or neither is known. Spanish has both.
func decimalSign(ctx Context) byte {
	own := languages(ctx.Language)[0]
	english := own == "en" && ctx.Language != ""
	switch {
	case pointRegions[ctx.Region]:
		if own == "pt" { // a Brazilian in New York
			return 0
		}
		return '.'
	case commaRegions[ctx.Region]:
		if english {
			return 0
		}
		return ','
	case ctx.Region != "":
		return 0
	case english:
		return '.'
	case own == "pt":
		return ','
	}
	return 0
}

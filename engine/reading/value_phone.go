package reading

import "strings"

const (
	minPhone          = 7  // digits of the shortest number that is tried
	maxPhone          = 15 // E.164
	minPhoneWithPlus  = 8
	minPhoneAnywhere  = 11 // digits of a number with country code and without +
	maxPhoneAttempts  = 60 // candidates that are tried in one text
	phoneSeparators   = " -.()/"
	maxPhoneSeparator = 3 // of them in a row: ") - "
)

// readPhones finds the phone numbers of a text.
func readPhones(text string, ctx Context) []any {
	p := phoneReader{ctx: ctx, left: maxPhoneAttempts}
	runes := cleaned(text)
	for i := 0; i < len(runes); {
		if !isDigit(runes[i]) && runes[i] != '+' && runes[i] != '(' {
			i++
			continue
		}
		end := phoneEnd(runes, i)
		if end == i {
			i++
			continue
		}
		outside := i > 0 && (isAlnum(runes[i-1]) || strings.ContainsRune("#@_$€£:", runes[i-1])) || i > 1 && strings.ContainsRune("-/.", runes[i-1]) && isAlnum(runes[i-2]) ||
			end < len(runes) && (isAlnum(runes[end]) || strings.ContainsRune("@_$€£%:", runes[end]))
		if !outside && !orderWord(cut(string(runes[:i]))) {
			p.read(string(runes[i:end]))
		}
		i = end
	}
	return p.found
}

// phoneEnd finds the end of digits with separators.
func phoneEnd(runes []rune, i int) int {
	end, separators := i, 0
	for j := i; j < len(runes); j++ {
		switch r := runes[j]; {
		case isDigit(r):
			end, separators = j+1, 0
		case r == '+' && j == i:
		case strings.ContainsRune(phoneSeparators, r) && separators < maxPhoneSeparator:
			separators++
		default:
			return end
		}
	}
	return end
}

type phoneReader struct {
	ctx   Context
	left  int // attempts
	found []any
}

// read takes the numbers out of groups of digits: all of them as one, else the longest ones from the left.
func (p *phoneReader) read(s string) {
	groups := strings.Fields(s)
	for len(groups) > 0 {
		taken := 0
		for n := min(len(groups), maxPhone); n > 0 && taken == 0; n-- { // a group has a digit at least
			if e164, ok := p.try(strings.Join(groups[:n], " ")); ok {
				p.found = append(p.found, e164)
				taken = n
			}
		}
		groups = groups[max(taken, 1):]
	}
}

func (p *phoneReader) try(candidate string) (string, bool) {
	digits := strings.Map(func(r rune) rune {
		if isDigit(r) {
			return r
		}
		return -1
	}, candidate)
	if len(digits) < minPhone || len(digits) > maxPhone || p.left == 0 || strings.LastIndexByte(candidate, '+') > 0 {
		return "", false
	}
	p.left--
	plus := candidate[0] == '+'
	if p.ctx.Phone == nil {
		return "+" + digits, plus && len(digits) >= minPhoneWithPlus && digits[0] != '0'
	}
	if e164, ok := p.ctx.Phone(candidate, p.ctx.Region); ok {
		return e164, true
	}
	if plus || p.ctx.Region == "" || len(digits) < minPhoneAnywhere || digits[0] == '0' {
		return "", false
	}
	return p.ctx.Phone("+"+digits, p.ctx.Region)
}

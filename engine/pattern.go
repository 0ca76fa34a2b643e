package engine

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
)

// MaxPatternSteps is how large an author's regular expression may become when its repetitions are written out. Reading a text costs its length
// times that, and few bytes make very many steps: (a{1,9}){1,99} are 1,800.
const MaxPatternSteps = 5000

// CompilePattern reads an author's regular expression (RE2) with before and after put around it, and says how many steps it has. The error is a
// sentence for the author.
func CompilePattern(before, text, after string) (re *regexp.Regexp, steps int, err error) {
	parsed, err := syntax.Parse(before+text+after, syntax.Perl) // as package regexp reads them
	if err != nil {
		return nil, 0, fmt.Errorf("this pattern can not be read: %s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	if steps = patternSteps(parsed); steps > MaxPatternSteps {
		return nil, steps, fmt.Errorf("this pattern has %d steps when its repetitions are written out, the limit is %d", steps, MaxPatternSteps)
	}
	re, err = regexp.Compile(before + text + after)
	return re, steps, err
}

// patternSteps counts what a pattern compiles to, about. It can not overflow: the parser takes at most 1,000 repetitions of one thing, inner ones
// multiplied.
func patternSteps(re *syntax.Regexp) int {
	steps := 1
	if re.Op == syntax.OpLiteral {
		steps = len(re.Rune)
	}
	for _, sub := range re.Sub {
		steps += patternSteps(sub)
	}
	if re.Op == syntax.OpRepeat {
		steps *= max(re.Max, re.Min+1)
	}
	return steps
}

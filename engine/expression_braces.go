package engine

import (
	"regexp"

	"relevo/engine/diag"
)

// singleBraces is a name, or a field of it, between single braces.
var singleBraces = regexp.MustCompile(`\{ *([a-z][a-z0-9_]*)((?:\??\.[a-z][a-z0-9_]*)*) *\}`)

// checkBraces reports what an author has meant as an expression: the name of a slot, or of what every flow has, in single braces. from is where the
// literal text begins in s, in bytes.
func (sc scope) checkBraces(l *diag.List, s Str, from int, literal string) {
	for _, m := range singleBraces.FindAllStringSubmatchIndex(literal, -1) {
		if _, known := sc.strict[literal[m[2]:m[3]]]; known {
			l.Warnf(part(s, from+m[0], m[1]-m[0]), "single-braces", "write two braces on each side: {{ "+literal[m[2]:m[5]]+" }}",
				"with single braces %q is not filled in: contacts see it as it stands", literal[m[0]:m[1]])
		}
	}
}

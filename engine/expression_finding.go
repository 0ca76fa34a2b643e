package engine

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/types"

	"relevo/engine/diag"
)

// seeExpressions is the hint for what has no better one.
const seeExpressions = "see Expressions in docs/flow-language.md"

// report turns the expression compiler's error into a finding at the smallest wrong thing, in the words of authors.
func (sc scope) report(l *diag.List, s Str, err error) {
	at, message, before := s.At, unmark(err.Error()), ""
	var fe *file.Error
	if errors.As(err, &fe) {
		at, message, before = within(s, fe.Line, fe.Column), strings.ReplaceAll(unmark(fe.Message), helperPrefix, ""), textBefore(s.V, fe.Line, fe.Column)
	}
	if name, ok := strings.CutPrefix(message, "unknown name "); ok {
		name, _, _ = strings.Cut(name, " ")
		l.Errorf(wide(at, name, s.At), "unknown-name", sc.nameHint(name), "nothing here is called %q", name)
		return
	}
	if name, ok := strings.CutPrefix(message, "unknown field "); ok {
		name, _, _ = strings.Cut(name, " ")
		owner, names := sc.fields(before)
		if script, isScript := sc.scripts[owner]; isScript {
			l.Errorf(wide(at, name, s.At), "expression", diag.Suggest(name, names, "add exports."+name+" = function (…) { … } to the script"), "%s exports no function %q", script.File, name)
			return
		}
		l.Errorf(wide(at, name, s.At), "expression", diag.Suggest(name, names, oneOf(names)), "%s has no field %q", owner, name)
		return
	}
	if token := unexpectedToken.FindStringSubmatch(message); token != nil {
		l.Errorf(wide(at, token[1], s.At), "expression", tokenHint(before, token[1]), "%q can not stand here", token[1])
		return
	}
	for _, w := range wordings {
		if found := w.message.FindStringSubmatch(message); found != nil {
			say, hint := w.words(found)
			if w.marks > 0 {
				at = wide(at, found[w.marks], s.At)
			}
			l.Errorf(at, "expression", hint, "%s", say)
			return
		}
	}
	switch {
	case strings.HasPrefix(message, "bad number syntax: "):
		l.Errorf(s.At, "expression", "write a time as 2h, 3d or 1d12h", "%s is no number", strings.TrimPrefix(message, "bad number syntax: "))
	case strings.HasPrefix(message, "unexpected token EOF"):
		l.Errorf(at, "expression", "write what is missing, or remove the last sign", "the expression ends too early")
	default:
		l.Errorf(at, "expression", seeExpressions, "%s", message)
	}
}

// wordings say in the words of authors what the expression compiler and the fitting of times have found.
var wordings = []struct {
	message *regexp.Regexp
	marks   int // the part of the message that stands in the source at the place of the finding; 0: none
	words   func(found []string) (say, hint string)
}{
	{regexp.MustCompile(`^invalid operation: (\S+) \(mismatched types (.+) and (.+)\)$`), 1, func(m []string) (string, string) {
		left, right := kindNamed(m[2]), kindNamed(m[3])
		hint := "both sides must be of one kind; " + seeExpressions
		if left == kindTime || right == kindTime {
			hint = "a length of time is written as 24h, 2d or 1d12h"
		}
		return fmt.Sprintf("%s can not stand between %s and %s", m[1], left.article(), right.article()), hint
	}},
	{regexp.MustCompile(`^invalid operation: (\S+) \(mismatched type (.+)\)$`), 1, func(m []string) (string, string) {
		return fmt.Sprintf("%s can not stand before %s", m[1], kindNamed(m[2]).article()), seeExpressions
	}},
	{regexp.MustCompile(`^cannot use (.+) as argument \(type .+\) to call (\S+) ?$`), 0, func(m []string) (string, string) {
		return fmt.Sprintf("%s can not take %s here", m[2], kindNamed(m[1]).article()), usage(m[2])
	}},
	{regexp.MustCompile(`^(not enough|too many) arguments to call (\S+)$`), 2, func(m []string) (string, string) {
		return fmt.Sprintf("%s arguments for %s", m[1], m[2]), usage(m[2])
	}},
	{regexp.MustCompile(`^not a (.+): (".*")$`), 2, func(m []string) (string, string) {
		return fmt.Sprintf("%s is not a %s", m[2], m[1]), `write for example "2026-11-24", "2026-11-24T15:30" or 1d12h`
	}},
	{regexp.MustCompile(`^cannot use (.+) as type (.+) in array$`), 0, func(m []string) (string, string) {
		return fmt.Sprintf("%s is never in a list of %ss", kindNamed(m[1]).article(), kindNamed(m[2])), "both sides must be of one kind; " + seeExpressions
	}},
	{regexp.MustCompile(`^type (.+)\[.+\] is undefined$`), 0, func(m []string) (string, string) {
		return fmt.Sprintf("%s has no items", kindNamed(m[1]).article()), "only lists and slots of type object have items"
	}},
	{regexp.MustCompile(`^type (.+) has no field (\S+)$`), 2, func(m []string) (string, string) {
		return fmt.Sprintf("%s has no field %q", kindNamed(m[1]).article(), m[2]), "only objects, amounts, locations and files have fields"
	}},
	{regexp.MustCompile(`^invalid argument for (\S+) \(type (.+)\)$`), 1, func(m []string) (string, string) {
		return fmt.Sprintf("%s can not take %s", m[1], kindNamed(m[2]).article()), seeExpressions
	}},
	{regexp.MustCompile(`^not callable: (\S+)$`), 0, func(m []string) (string, string) {
		if m[1] == "Local" {
			return "Local would be the time zone of the server", "write local(now) for the flow's own"
		}
		return m[1] + " is not a function", "leave out the brackets, or name a function; " + seeExpressions
	}},
	{regexp.MustCompile(`^a date can not be written as (".*")$`), 1, func(m []string) (string, string) { return m[0], usage("format_date") }},
}

// usage shows how a helper function is called.
func usage(name string) string {
	if h, ok := helpers[name]; ok {
		return "for example " + h.usage
	}
	return seeExpressions
}

var unexpectedToken = regexp.MustCompile(`^unexpected token (?:Operator|Identifier|Bracket|Number)\("(.+?)"\)`)

// spelledUnits are units of time that authors write out, by the letter of theirs in expressions.
var spelledUnits = map[string]string{
	"second": "s", "seconds": "s", "minute": "m", "minutes": "m", "min": "m", "mins": "m", "hour": "h", "hours": "h", "day": "d", "days": "d", "week": "w", "weeks": "w",
	"segundos": "s", "minuto": "m", "minutos": "m", "hora": "h", "horas": "h", "dia": "d", "dias": "d", "día": "d", "días": "d", "semana": "w", "semanas": "w",
	"s": "s", "m": "m", "h": "h", "d": "d", "w": "w",
}

var numberAtEnd = regexp.MustCompile(`([0-9]+)\s*$`)

// tokenHint is for signs that authors bring along from other languages.
func tokenHint(before, token string) string {
	if count, unit := numberAtEnd.FindStringSubmatch(before), spelledUnits[strings.ToLower(token)]; count != nil && unit != "" {
		return "write the length of time as " + count[1] + unit
	}
	switch {
	case token == "=":
		return "write == to compare"
	case slices.Contains([]string{"and", "or", "not"}, strings.ToLower(token)):
		return "write " + strings.ToLower(token) + " in small letters"
	case token == "}":
		return "close {{ with }}"
	default:
		return `a text needs quotes inside quotes: "'two words'"; ` + seeExpressions
	}
}

// nameHint says where an unknown name may come from.
func (sc scope) nameHint(name string) string {
	if script, ok := sc.scripts[name]; ok {
		return "add " + script.File + " to scripts"
	}
	if slices.Contains([]string{"yes", "no", "on", "off", "si", "sí"}, strings.ToLower(name)) {
		return "write true or false"
	}
	return diag.Suggest(name, sc.names(), fmt.Sprintf(`declare it under slots; a text needs quotes inside quotes: "'%s'"`, name))
}

// names are those that authors can write.
func (sc scope) names() []string {
	names := slices.Collect(maps.Keys(sc.strict))
	for name := range helpers {
		names = append(names, name)
	}
	return slices.DeleteFunc(names, func(n string) bool { return n == contextName })
}

var fieldOwner = regexp.MustCompile(`([A-Za-z_][A-Za-z0-9_]*)\??\.$`)

// fields says whose field is asked for at the end of some code, and which fields there are.
func (sc scope) fields(code string) (owner string, names []string) {
	m := fieldOwner.FindStringSubmatch(code)
	if m == nil {
		return "this", nil
	}
	if fields, ok := sc.strict[m[1]].(types.Map); ok {
		names = slices.DeleteFunc(slices.Sorted(maps.Keys(fields)), func(n string) bool { return n == types.Extra })
	}
	return m[1], names
}

func oneOf(names []string) string {
	if len(names) == 0 {
		return seeExpressions
	}
	return fmt.Sprintf("it can be %s", strings.Join(names, ", "))
}

// textBefore is the part of a line of an expression that stands before a column.
func textBefore(code string, line, column int) string {
	lines := strings.Split(code, "\n")
	if line < 1 || line > len(lines) {
		return ""
	}
	runes := []rune(lines[line-1])
	return string(runes[:max(0, min(column, len(runes)))])
}

// wide is a place that begins where at does and is as long as a word, inside another place.
func wide(at diag.Range, word string, outer diag.Range) diag.Range {
	if at == outer { // the exact place is not known
		return at
	}
	at.End = at.Start
	at.End.Column += utf8.RuneCountInString(word)
	return clip(at, outer)
}

// place is where a part of an expression stands, as long as a word that begins there.
func (e *expression) place(node ast.Node, word string) diag.Range {
	s := Str{V: e.source, At: e.at}
	line, column := e.lineOf(begins(node))
	return wide(within(s, line, column), word, e.at)
}

// lineOf is the line, from 1, and the column, from 0, of a rune of the source.
func (e *expression) lineOf(offset int) (line, column int) {
	line = 1
	for i, r := range []rune(e.source) {
		if i == offset {
			break
		}
		if column++; r == '\n' {
			line, column = line+1, 0
		}
	}
	return line, column
}

// begins is where a part of an expression begins: a member stands at its dot, and begins with what it is a part of.
func begins(node ast.Node) int {
	if n, ok := node.(*ast.MemberNode); ok {
		return begins(n.Node)
	}
	return node.Location().From
}

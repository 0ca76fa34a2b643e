package engine

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"

	"relevo/engine/diag"
)

// firstMark begins ten letters of an old script (Linear B) that stand for the first digit of a length of time: "24h" becomes one name of three
// letters, so that every column stays where the author sees it. No author needs these letters in a name.
const firstMark = '\U00010000'

// unmark gives a length of time its first digit back, and any other text unchanged.
func unmark(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= firstMark && r < firstMark+10 {
			return '0' + r - firstMark
		}
		return r
	}, s)
}

// markSpans makes names of the lengths of time in an expression, outside its texts.
func (sc scope) markSpans(l *diag.List, s Str) (source string, ok bool) {
	out, ok := []byte(nil), true
	quote := byte(0)
	for i := 0; i < len(s.V); i++ {
		b := s.V[i]
		switch {
		case quote != 0:
			if b == '\\' && quote != '`' && i+1 < len(s.V) {
				out = append(out, b)
				i++
				b = s.V[i]
			} else if b == quote {
				quote = 0
			}
		case b == '"' || b == '\'' || b == '`':
			quote = b
		case b >= '0' && b <= '9' && !continues(s.V[:i]):
			word := s.V[i : i+wordLength(s.V[i:])]
			if !isSpan(word) {
				break
			}
			if _, err := parseSpan(word); err != nil {
				l.Errorf(part(s, i, len(word)), "bad-duration", "write a shorter time, for example 366d", "%s is too long", word)
				ok = false
			}
			out = utf8.AppendRune(out, firstMark+rune(b-'0'))
			out = append(out, word[1:]...)
			i += len(word) - 1
			continue
		}
		out = append(out, b)
	}
	if out == nil {
		return s.V, ok
	}
	return string(out), ok
}

// continues tells that what follows belongs to the word or number before it.
func continues(before string) bool {
	r, _ := utf8.DecodeLastRuneInString(before)
	return before != "" && (r == '.' && !strings.HasSuffix(before, "..") || r == '_' || r == '$' || unicode.IsLetter(r) || unicode.IsDigit(r))
}

// wordLength is how many bytes of letters and digits a text begins with.
func wordLength(s string) int {
	n := strings.IndexFunc(s, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if n < 0 {
		return len(s)
	}
	return n
}

// isSpan tells the form of a length of time: numbers with the units w d h m s, each at most once and in this order.
func isSpan(word string) bool {
	rest := word
	for _, unit := range "wdhms" {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		if digits > 0 && digits < len(rest) && rest[digits] == byte(unit) {
			rest = rest[digits+1:]
		}
	}
	return rest == "" && word != ""
}

// fitter fits a tree to times: lengths of time become constants, and helper functions get the run's surroundings as a first argument that authors
// can not write.
type fitter struct {
	scope scope
	err   *file.Error
}

// Visit implements ast.Visitor.
func (f *fitter) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.IdentifierNode:
		if r, _ := utf8.DecodeRuneInString(n.Value); r >= firstMark && r < firstMark+10 {
			if s, err := parseSpan(unmark(n.Value)); err == nil {
				ast.Patch(node, &ast.ConstantNode{Value: s})
			}
		}
		if n.Value == "$env" {
			f.fail(n, "unknown name $env")
		}
	case *ast.CallNode:
		f.call(node, n)
	}
}

func (f *fitter) call(node *ast.Node, n *ast.CallNode) {
	switch callee := n.Callee.(type) {
	case *ast.IdentifierNode:
		h, isHelper := helpers[callee.Value]
		if !isHelper {
			f.notCallable(n, callee.Value)
			return
		}
		if h.check != nil {
			if message := h.check(n.Arguments); message != "" {
				f.fail(n.Arguments[len(n.Arguments)-1], "%s", message)
			}
		}
		name := &ast.IdentifierNode{Value: helperPrefix + callee.Value}
		name.SetLocation(callee.Location())
		patch(node, name, n.Arguments...)
	case *ast.MemberNode:
		if name, ok := callee.Property.(*ast.StringNode); !ok || name.Value == "Local" { // the zone of the server is nobody's business
			f.fail(n, "not callable: %s", "Local")
		}
	default:
		f.fail(n, "not callable: %s", "this")
	}
}

// notCallable reports a call of a name that is no function. Without types, the second time, there is nothing left to report.
func (f *fitter) notCallable(n *ast.CallNode, name string) {
	if _, known := f.scope.strict[name]; known {
		f.fail(n, "not callable: %s", name)
		return
	}
	f.fail(n, "unknown name %s", name)
}

func (f *fitter) fail(node ast.Node, format string, args ...any) {
	if f.err == nil {
		f.err = &file.Error{Location: node.Location(), Message: fmt.Sprintf(format, args...)}
	}
}

// patch makes a node a call of a function that gets the run's surroundings first.
func patch(node *ast.Node, callee *ast.IdentifierNode, arguments ...ast.Node) {
	context := &ast.IdentifierNode{Value: contextName}
	context.SetLocation((*node).Location())
	ast.Patch(node, &ast.CallNode{Callee: callee, Arguments: append([]ast.Node{context}, arguments...)})
}

// operators makes + - and comparisons work on times. With types known it decides which operators those are; without them it does what was decided.
type operators struct {
	fitter
	decided map[int]string // where an operator stands → the function that takes its place
	decide  bool
}

// Visit implements ast.Visitor.
func (o *operators) Visit(node *ast.Node) {
	n, ok := (*node).(*ast.BinaryNode)
	if !ok {
		return
	}
	if o.decide {
		if name := o.function(n); name != "" {
			o.decided[n.Location().From] = name
		}
	}
	if name := o.decided[n.Location().From]; name != "" {
		callee := &ast.IdentifierNode{Value: name}
		callee.SetLocation(n.Location())
		patch(node, callee, n.Left, n.Right)
	}
}

// comparisons are the operators that order values.
var comparisons = []string{"<", "<=", ">", ">=", "==", "!="}

// function names what takes an operator's place, "" for nothing.
func (o *operators) function(n *ast.BinaryNode) string {
	left, right := o.scope.kind(n.Left), o.scope.kind(n.Right)
	timely := func(k kind) bool { return k == kindTime || k == kindSpan }
	if !timely(left) && !timely(right) || left == kindNil || right == kindNil {
		return ""
	}
	switch {
	case slices.Contains(comparisons, n.Operator):
		return o.comparison(n, left, right)
	case n.Operator == "+":
		return o.sum(n, left, right)
	case n.Operator == "-":
		return o.difference(n, left, right)
	}
	return ""
}

// open tells that a value of this kind may turn out to be a time or a length of time.
func open(k kind) bool { return k == kindText || k == kindAny }

func (o *operators) comparison(n *ast.BinaryNode, left, right kind) string {
	for _, k := range []kind{kindTime, kindSpan} {
		if left == k && (right == k || open(right)) || right == k && open(left) {
			for _, side := range []ast.Node{n.Left, n.Right} {
				if text := literal(side); text != "" && !readable(text, k) {
					o.fail(side, "not a %s: %q", k, text)
				}
			}
			if k == kindTime {
				return timeOperator + n.Operator
			}
			return spanOperator + n.Operator
		}
	}
	o.mismatched(n, left, right)
	return ""
}

// literal is a text that the author wrote, or "".
func literal(node ast.Node) string {
	if s, ok := node.(*ast.StringNode); ok {
		return s.Value
	}
	return ""
}

func readable(text string, k kind) bool {
	var err error
	if k == kindTime {
		_, err = moment(text, time.UTC)
	} else {
		_, err = parseSpan(text)
	}
	return err == nil
}

func (o *operators) sum(n *ast.BinaryNode, left, right kind) string {
	switch {
	case left == kindSpan && right == kindSpan:
		return spanOperator + "+"
	case left == kindTime && right == kindText && o.written(n.Left), right == kindTime && left == kindText && o.written(n.Right):
		return "" // two texts
	case left == kindTime && (right == kindSpan || open(right)), right == kindTime && (left == kindSpan || open(left)):
		return timeOperator + "+"
	case open(left) || open(right):
		return anyOperator + "+"
	}
	o.mismatched(n, left, right)
	return ""
}

// written tells that a time is a text to expressions: a slot of type date or datetime, and today.
func (o *operators) written(node ast.Node) bool {
	name, ok := node.(*ast.IdentifierNode)
	return ok && name.Value != "now"
}

func (o *operators) difference(n *ast.BinaryNode, left, right kind) string {
	switch {
	case left == kindSpan && (right == kindSpan || open(right)):
		return spanOperator + "-"
	case right == kindTime && (left == kindTime || open(left)):
		return betweenOperator
	case left == kindTime && right == kindSpan:
		return timeOperator + "-"
	case left == kindTime && open(right), open(left) && right == kindSpan:
		return anyOperator + "-"
	}
	o.mismatched(n, left, right)
	return ""
}

func (o *operators) mismatched(n *ast.BinaryNode, left, right kind) {
	o.fail(n, "invalid operation: %s (mismatched types %s and %s)", n.Operator, left, right)
}

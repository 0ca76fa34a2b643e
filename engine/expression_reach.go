package engine

import (
	"fmt"
	"regexp/syntax"
	"strconv"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
)

// reach is how long a text can get, in characters. What nobody can know before the flow runs (data of a call, of a business event or of a script,
// the contact's name and attributes) counts as nothing: a finding is then sure, and its absence is not.
type reach struct {
	most int
	open string // a slot that counts as nothing because only its missing max would say how long it is; "" for none
}

// The longest forms of values, in characters. A test holds those of times against what is written in each language.
const (
	reachNumber   = 24 // what a float64 may need
	reachInteger  = 17 // an integer that a float64 holds exactly, and its sign
	reachDate     = len("2026-11-24")
	reachTime     = len("15:30")
	reachDateTime = len("2026-11-24T15:30:00+01:00")
	reachSpan     = len("8784h59m59s")
	reachEmail    = 254 // RFC 5321, 4.5.3.1.3, without the angle brackets
	reachPhone    = 16  // E.164: a plus and fifteen digits
	reachTruth    = len("false")
	reachDay      = 40 // a date in words: "quarta-feira, 30 de setembro de 2026"
	reachShortDay = 14 // "30/9/2026"
	reachClock    = 16 // "03:30 p. m."
	reachMoney    = 32
)

var reachOfType = map[SlotType]int{
	SlotNumber: reachNumber, SlotInteger: reachInteger, SlotDate: reachDate, SlotTime: reachTime, SlotDateTime: reachDateTime,
	SlotDuration: reachSpan, SlotEmail: reachEmail, SlotPhone: reachPhone, SlotYesNo: reachTruth,
}

// reachOfHelper is how long what a helper gives can be.
var reachOfHelper = map[string]int{
	"format_date": reachDay, "format_time": reachClock, "format_datetime": reachDay + reachClock + 2, "format_number": reachNumber,
	"format_money": reachMoney, "date_of": reachDate, "days_until": reachInteger, "hours_until": reachNumber,
}

// slotLengths is how long the values of a flow's slots can be. It goes by what contacts may answer; set can put anything into a slot.
func slotLengths(def *Definition) map[string]reach {
	lengths := map[string]reach{}
	for _, s := range def.Slots {
		lengths[s.Name.V] = s.reach()
	}
	for _, st := range def.States {
		if st.Ask == nil {
			continue
		}
		for _, ch := range st.Ask.Choices {
			before := lengths[st.Ask.Slot.V].most
			lengths[st.Ask.Slot.V] = reach{most: max(before, utf8.RuneCountInString(ch.Name.V))}
		}
	}
	return lengths
}

func (s Slot) reach() reach {
	switch SlotType(s.Type.V) {
	case SlotText:
		return s.textReach()
	case SlotNumber, SlotInteger:
		low, okLow := wholeNumber(s.Min.V)
		high, okHigh := wholeNumber(s.Max.V)
		if okLow && okHigh && SlotType(s.Type.V) == SlotInteger {
			return reach{most: max(len(low), len(high))}
		}
	}
	return reach{most: reachOfType[SlotType(s.Type.V)]}
}

// wholeNumber is a number that is written out, in the form that contacts read.
func wholeNumber(written string) (text string, ok bool) {
	n, err := strconv.ParseInt(written, 10, 64)
	return strconv.FormatInt(n, 10), err == nil
}

// textReach is the smaller of max and what the pattern lets through.
func (s Slot) textReach() reach {
	most := -1
	if n, err := strconv.Atoi(s.Max.V); err == nil && n >= 0 {
		most = n
	}
	re, err := syntax.Parse(s.Pattern.V, syntax.Perl)
	if err != nil {
		return reach{} // a finding of its own
	}
	if s.Pattern.V != "" {
		if n, bounded := longestMatch(re); bounded && (most < 0 || n < most) {
			most = n
		}
	}
	if most < 0 {
		return reach{open: s.Name.V}
	}
	return reach{most: min(most, MaxInboundRunes)}
}

// longestMatch is how many characters a pattern matches at most. bounded is false where there is no end.
func longestMatch(re *syntax.Regexp) (n int, bounded bool) {
	switch re.Op {
	case syntax.OpLiteral:
		return len(re.Rune), true
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return 1, true
	case syntax.OpStar, syntax.OpPlus:
		return 0, false
	case syntax.OpRepeat:
		n, bounded = longestMatch(re.Sub[0])
		return n * max(re.Max, 0), bounded && re.Max >= 0
	}
	for _, sub := range re.Sub { // of groups, sequences and alternatives
		m, ok := longestMatch(sub)
		if !ok {
			return 0, false
		}
		if n = n + m; re.Op == syntax.OpAlternate {
			n = max(n-m, m)
		}
	}
	return n, true
}

// reach tells how long the text can be that a node of a checked tree gives.
func (sc scope) reach(node ast.Node) reach {
	switch n := node.(type) {
	case *ast.StringNode:
		return reach{most: utf8.RuneCountInString(n.Value)}
	case *ast.IntegerNode:
		return reach{most: len(fmt.Sprint(n.Value))}
	case *ast.IdentifierNode:
		return sc.lengths[n.Value]
	case *ast.ChainNode:
		return sc.reach(n.Node)
	case *ast.ConditionalNode:
		return either(sc.reach(n.Exp1), sc.reach(n.Exp2))
	case *ast.BinaryNode:
		return sc.reachOfBoth(n)
	case *ast.BuiltinNode:
		if name := n.Name; name == "upper" || name == "lower" || name == "trim" {
			return sc.reach(n.Arguments[0])
		}
	case *ast.CallNode:
		return sc.reachOfCall(n)
	}
	return reach{}
}

func (sc scope) reachOfBoth(n *ast.BinaryNode) reach {
	left, right := sc.reach(n.Left), sc.reach(n.Right)
	switch {
	case n.Operator == "??":
		return either(left, right)
	case n.Operator == "+" && sc.kind(n) == kindText:
		return left.and(right)
	case sc.kind(n) == kindNumber:
		return reach{most: reachNumber}
	}
	return reach{}
}

func (sc scope) reachOfCall(n *ast.CallNode) reach {
	callee, ok := n.Callee.(*ast.IdentifierNode)
	if !ok || len(callee.Value) <= len(helperPrefix) || len(n.Arguments) < 2 {
		return reach{}
	}
	name, arguments := callee.Value[len(helperPrefix):], n.Arguments[1:] // the first one are the run's surroundings
	if style, ok := arguments[len(arguments)-1].(*ast.StringNode); ok && name == "format_date" && style.Value == styleShort {
		return reach{most: reachShortDay}
	}
	if name == "plural" && len(arguments) == 3 {
		return either(sc.reach(arguments[1]), sc.reach(arguments[2])).and(sc.reach(arguments[0]))
	}
	return reach{most: reachOfHelper[name]}
}

// and is the reach of two texts one after the other.
func (r reach) and(other reach) reach {
	r.most += other.most
	if r.open == "" {
		r.open = other.open
	}
	return r
}

// either is the reach of one text or the other.
func either(a, b reach) reach {
	if b.most > a.most {
		a.most = b.most
	}
	if a.open == "" {
		a.open = b.open
	}
	return a
}

package engine

import (
	"reflect"
	"strings"
	"time"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/types"
)

// kind is what authors know of a value.
type kind string

// The kinds. kindAny is not known before the flow runs.
const (
	kindAny    kind = ""
	kindText   kind = "text"
	kindNumber kind = "number"
	kindTruth  kind = "true or false"
	kindTime   kind = "time"
	kindSpan   kind = "length of time"
	kindMap    kind = "map"
	kindList   kind = "list"
	kindNil    kind = "nil"
)

// kindsOf says what expressions may give for each slot type. Types that are not here take anything.
var kindsOf = map[SlotType][]kind{
	SlotText: {kindText}, SlotEmail: {kindText}, SlotPhone: {kindText}, SlotChoice: {kindText}, SlotTime: {kindText},
	SlotNumber: {kindNumber}, SlotInteger: {kindNumber}, SlotYesNo: {kindTruth}, SlotAmount: {kindMap}, SlotLocation: {kindMap},
	SlotFile: {kindMap}, SlotImage: {kindMap}, SlotDate: {kindText, kindTime}, SlotDateTime: {kindText, kindTime}, SlotDuration: {kindText, kindSpan},
}

var (
	timeType = reflect.TypeFor[time.Time]()
	spanType = reflect.TypeFor[span]()
)

// kindOfType is the kind of the values of a Go type.
func kindOfType(t reflect.Type) kind {
	if t == nil {
		return kindAny
	}
	switch t {
	case timeType:
		return kindTime
	case spanType, reflect.TypeFor[time.Duration]():
		return kindSpan
	}
	switch t.Kind() {
	case reflect.String:
		return kindText
	case reflect.Bool:
		return kindTruth
	case reflect.Int, reflect.Int64, reflect.Float64, reflect.Int32, reflect.Uint8:
		return kindNumber
	case reflect.Map:
		return kindMap
	case reflect.Slice, reflect.Array:
		return kindList
	}
	return kindAny
}

// file of a slot, as strict types.
var fileType = types.Map{
	"id": types.String, "url": types.String, "mime": types.String, "filename": types.String, "sha256": types.String, "caption": types.String,
}

// slotType is what expressions see of a slot's values.
func slotType(typ SlotType) types.Type {
	switch typ {
	case SlotObject:
		return types.Any
	case SlotNumber, SlotInteger:
		return types.Float64
	case SlotYesNo:
		return types.Bool
	case SlotAmount:
		return types.Map{"amount": types.String, "currency": types.String, "minor": types.Float64}
	case SlotLocation:
		return types.Map{"latitude": types.Float64, "longitude": types.Float64, "name": types.String, "address": types.String}
	case SlotFile, SlotImage:
		return fileType
	default:
		return types.String
	}
}

// kind tells what a node of a checked tree gives.
func (sc scope) kind(node ast.Node) kind {
	switch n := node.(type) {
	case *ast.NilNode:
		return kindNil
	case *ast.ConstantNode:
		return kindOfType(reflect.TypeOf(n.Value))
	case *ast.StringNode:
		return kindText
	case *ast.IntegerNode, *ast.FloatNode:
		return kindNumber
	case *ast.IdentifierNode:
		if k, special := sc.kinds[n.Value]; special {
			return k
		}
		if t, known := sc.strict[n.Value]; known {
			return kindOfType(t.Nature().Type)
		}
		return kindAny
	case *ast.CallNode:
		if callee, ok := n.Callee.(*ast.IdentifierNode); ok {
			if h, known := functions[callee.Value]; known {
				return h.gives
			}
		}
	case *ast.ConditionalNode:
		return common(sc.kind(n.Exp1), sc.kind(n.Exp2))
	case *ast.BinaryNode:
		if n.Operator == "??" {
			return common(sc.kind(n.Left), sc.kind(n.Right))
		}
	}
	return kindOfType(node.Type())
}

// common is the kind of what is one or the other.
func common(a, b kind) kind {
	switch {
	case a == kindNil:
		return b
	case b == kindNil || a == b:
		return a
	}
	return kindAny
}

// article names a kind within a sentence.
func (k kind) article() string {
	if k == kindTruth || k == kindNil {
		return string(k)
	}
	return "a " + string(k)
}

// oneKindOf lists kinds for people: "a time or a text". That nil empties a slot needs no words.
func oneKindOf(kinds []kind) string {
	var names []string
	for _, k := range kinds {
		if k != kindNil {
			names = append(names, k.article())
		}
	}
	return strings.Join(names, " or ")
}

// kindNamed is the kind of a type by the name that the expression compiler has for it.
func kindNamed(name string) kind {
	switch {
	case name == "string":
		return kindText
	case name == "bool":
		return kindTruth
	case name == "int" || name == "float64":
		return kindNumber
	case name == timeType.String():
		return kindTime
	case name == spanType.String() || name == "time.Duration":
		return kindSpan
	case strings.HasPrefix(name, "map[") || strings.HasPrefix(name, "Map{"):
		return kindMap
	case strings.HasPrefix(name, "[]"):
		return kindList
	}
	return kind(name)
}

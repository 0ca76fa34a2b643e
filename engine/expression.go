package engine

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/types"
	"github.com/expr-lang/expr/vm"

	"relevo/engine/diag"
)

// Limits of expressions and of the texts they make.
const (
	// MaxExpressionBytes is the length of one expression; what does not fit in a line is a script.
	MaxExpressionBytes = 2000
	// maxExpressionNodes bounds what one expression can do in a turn.
	maxExpressionNodes = 500
	// MaxRenderedBytes is the length of a text after interpolation. A longer one is cut and the cut is traced.
	MaxRenderedBytes = 16 << 10
)

// maxExpressionItems is how many items an expression may make (a range, a list): with one loop, no loop in a loop and no more nodes than above,
// the worst expression ends within some hundred milliseconds.
const maxExpressionItems = 10_000

// maxExpressionFindings is how many findings a flow may have before its expressions are not looked at any more.
const maxExpressionFindings = 500

// unboundedBuiltins can make values that grow with every step: a few of them would fill the memory. Scripts have a fence for that.
// (reduce does, too; it can not be switched off, and is found in the tree instead.)
var unboundedBuiltins = []string{"replace", "repeat"}

// impureBuiltins would make a turn depend on something other than its inputs: the clock, or Go's random order of maps.
var impureBuiltins = []string{"now", "keys", "values", "toPairs"}

// expression is one compiled expression. It is read-only and shared by all runs of a flow version.
type expression struct {
	source  string
	program *vm.Program
	at      diag.Range
	reach   reach // how long what it gives can be
}

// scope is what names in expressions mean. Strict types find mistakes when a flow is compiled; at run time every name is
// dynamic, so that an unset slot is nil and not a crash.
type scope struct {
	strict  types.Map
	kinds   map[string]kind   // names that mean a time or a length of time, whatever their type is
	scripts map[string]Script // every one there is, listed by the flow or not
	lengths map[string]reach  // how long the values of slots can be
	made    *translations     // of this scope; a scope belongs to one goroutine
}

func newScope(def *Definition, scripts map[string]Script, config map[string]any) scope {
	sc := scope{scripts: scripts, made: newTranslations(), lengths: slotLengths(def), kinds: map[string]kind{"now": kindTime, "today": kindTime}, strict: types.Map{
		contextName: types.TypeOf((*exprContext)(nil)),
		"contact": types.Map{
			"id": types.String, "name": types.String, "language": types.String, "region": types.String, "timezone": types.String,
			"opted_out": types.Bool, "attributes": types.Map{types.Extra: types.Any},
		},
		"event": types.Map{
			"name": types.String, "key": types.String, "text": types.String,
			"data": types.Map{types.Extra: types.Any},
		},
		"language": types.String,
		"now":      types.TypeOf(time.Time{}),
		"today":    types.String,
		"config":   configType(config),
	}}
	for _, s := range def.Scripts {
		name := scriptName(s.V)
		script, known := scripts[name]
		sc.strict[name] = functionsType(script, known)
		if !known { // whichever script is meant: its calls are no mistakes of their own
			for other := range scripts {
				sc.strict[other] = types.Any
			}
		}
	}
	for _, st := range def.States {
		if st.Ask != nil && len(st.Ask.Choices) > 0 {
			sc.name(st.Ask.Slot.V, SlotChoice)
		}
	}
	for _, s := range def.Slots {
		sc.name(s.Name.V, SlotType(s.Type.V))
	}
	return sc
}

// name gives a name the meaning of a slot.
func (sc scope) name(name string, typ SlotType) {
	sc.strict[name] = slotType(typ)
	delete(sc.kinds, name)
	switch typ {
	case SlotDate, SlotDateTime:
		sc.kinds[name] = kindTime
	case SlotDuration:
		sc.kinds[name] = kindSpan
	}
}

// with is the scope with one more name.
func (sc scope) with(name string, typ SlotType) scope {
	sc.strict, sc.kinds, sc.made = maps.Clone(sc.strict), maps.Clone(sc.kinds), newTranslations()
	sc.name(name, typ)
	return sc
}

// functionsType is what the name of a script means. Anything goes where the script itself is the mistake.
func functionsType(script Script, known bool) types.Type {
	if !known || script.Unread {
		return types.Any
	}
	functions := types.Map{}
	for _, fn := range script.Functions {
		functions[fn] = types.TypeOf(func(...any) (any, error) { return nil, nil })
	}
	return functions
}

func configType(config map[string]any) types.Type {
	if config == nil {
		return types.Map{types.Extra: types.Any}
	}
	m := types.Map{}
	for k, v := range config {
		if _, isText := v.(string); isText {
			m[k] = types.String
		} else {
			m[k] = types.Any
		}
	}
	return m
}

func scriptName(file string) string { return strings.TrimSuffix(file, ".js") }

// needs is what an expression's value must be. The zero value takes anything.
type needs struct {
	what  string // "when", for findings
	kinds []kind // one of these; what is not known before the flow runs goes, too
	hint  string
}

var (
	anything = needs{}
	// guard is what a when must be.
	guard = needs{"when", []kind{kindTruth}, `compare it with something, for example order.status == "lost"`}
)

// compile checks an expression against the strict types and compiles it for dynamic ones.
func (sc scope) compile(l *diag.List, s Str, want needs) *expression {
	if len(*l) >= maxExpressionFindings && l.HasErrors() {
		return nil // the flow does not become a machine, and nobody reads further ones
	}
	if len(s.V) > MaxExpressionBytes {
		l.Errorf(s.At, "expression-too-long", "move it into a function of a script", "this expression has %d bytes, the limit is %d", len(s.V), MaxExpressionBytes)
		return nil
	}
	if strings.TrimSpace(s.V) == "" {
		if s.At.End == s.At.Start {
			s.At.Start.Column = max(1, s.At.Start.Column-1)
			s.At.End.Column++
		}
		l.Errorf(s.At, "expression", "write an expression, for example order.status == \"lost\"", "the expression is empty")
		return nil
	}
	done, known := sc.made.done[s.V]
	if !known {
		if done, known = sc.translateOnce(l, s); !known {
			return nil
		}
		sc.made.done[s.V] = done
	}
	if len(want.kinds) > 0 && done.gives != kindAny && !slices.Contains(want.kinds, done.gives) {
		l.Errorf(s.At, "expression", want.hint, "%s needs %s, and this is %s", want.what, oneKindOf(want.kinds), done.gives.article())
		return nil
	}
	return &expression{source: s.V, program: done.program, at: s.At, reach: done.reach}
}

// translateOnce compiles an expression that the scope has not seen yet. ok is false where it has findings.
func (sc scope) translateOnce(l *diag.List, s Str) (done translated, ok bool) {
	source, ok := sc.markSpans(l, s)
	if !ok {
		return translated{}, false
	}
	times := &operators{fitter: fitter{scope: sc}, decided: map[int]string{}, decide: true}
	checked, err := sc.translate(source, times, sc.made.strict(sc))
	if err != nil {
		sc.report(l, s, err)
		return translated{}, false
	}
	if node := checked.Node(); unbounded(node) {
		l.Errorf(s.At, "expression-too-much", "move it into a function of a script", "a loop in a loop, let and reduce are not for expressions")
		return translated{}, false
	}
	if name, ok := checked.Node().(*ast.IdentifierNode); ok && sc.isFunction(name.Value) {
		l.Errorf(s.At, "expression", "add brackets with what it is about; a text needs quotes inside quotes: \"'"+name.Value+"'\"", "%q is a function, not a value", name.Value)
		return translated{}, false
	}
	times.decide = false
	program, err := sc.translate(source, times, sc.made.dynamic(sc))
	if err != nil {
		sc.report(l, s, err)
		return translated{}, false
	}
	return translated{program: program, gives: sc.kind(checked.Node()), reach: sc.reach(checked.Node())}, true
}

// loops counts the predicates (of filter, any, map, …) below a node, and what makes values grow.
type loops struct {
	predicates, growing int
	nested              bool
}

// Visit implements ast.Visitor.
func (v *loops) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.VariableDeclaratorNode:
		v.growing++
	case *ast.BuiltinNode:
		if n.Name == "reduce" {
			v.growing++
		}
	case *ast.PredicateNode:
		v.predicates++
		inner := &loops{}
		ast.Walk(&n.Node, inner)
		v.nested = v.nested || inner.predicates > 0
	}
}

// unbounded tells that an expression's time or memory may grow by more than the size of what it reads.
func unbounded(node ast.Node) bool {
	v := &loops{}
	ast.Walk(&node, v)
	return v.nested || v.growing > 0
}

// within finds the place of a line (from 1) and column (from 0) inside a scalar. It is the whole scalar where nothing better is known.
func within(s Str, line, column int) diag.Range {
	if s.Places != nil {
		return withinPlaces(s, line, column)
	}
	width, length := s.At.End.Column-s.At.Start.Column, utf8.RuneCountInString(s.V)
	if s.At.Start.Line != s.At.End.Line || line > 1 || width != length && width != length+2 {
		return s.At
	}
	at := s.At
	at.Start.Column += column + (width-length)/2
	at.End = at.Start
	at.End.Column++
	return at
}

// withinPlaces is within for a scalar whose runes have places.
func withinPlaces(s Str, line, column int) diag.Range {
	at := column
	for i, text := range strings.Split(s.V, "\n") {
		if i+1 < line {
			at += utf8.RuneCountInString(text) + 1
		}
	}
	if at < 0 || at >= len(*s.Places) {
		return s.At
	}
	start := (*s.Places)[at]
	return diag.Range{File: s.At.File, Start: start, End: diag.Pos{Line: start.Line, Column: start.Column + 1}}
}

// clip keeps a place inside another one.
func clip(r, outer diag.Range) diag.Range {
	if r.Start.Line == outer.End.Line && r.End.Column > outer.End.Column {
		r.End.Column = max(outer.End.Column, r.Start.Column)
	}
	return r
}

// machines are what expressions run on, kept because a new one costs as much as a short guard. Each belongs to one goroutine at a time.
var machines = sync.Pool{New: func() any { return &vm.VM{MemoryBudget: maxExpressionItems} }}

// run evaluates the expression. Panics of the expression machine (a wrong type at run time) come back as errors.
func (e *expression) run(env map[string]any) (any, error) {
	machine, _ := machines.Get().(*vm.VM)
	v, err := machine.Run(e.program, env)
	clear(machine.Stack[:cap(machine.Stack)]) // nothing of a conversation stays behind
	machines.Put(machine)
	if err != nil {
		var se *ScriptError
		if errors.As(err, &se) {
			return nil, se
		}
		return nil, fmt.Errorf("%s:%d:%d: %s: %w", e.at.File, e.at.Start.Line, e.at.Start.Column, e.source, firstLine(err))
	}
	return v, nil
}

func firstLine(err error) error {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return errors.New(line)
}

// truth evaluates a guard. Anything but true does not hold.
func (e *expression) truth(env map[string]any) (bool, error) {
	v, err := e.run(env)
	if err != nil {
		return false, err
	}
	holds, _ := v.(bool)
	return holds, nil
}

// template is a text with {{ expressions }}, cut into parts once.
type template struct {
	parts []templatePart
}

// templatePart is either literal text or an expression.
type templatePart struct {
	text string
	expr *expression
}

// isFunction tells that a name is one of the functions of expressions, and nothing else here.
func (sc scope) isFunction(name string) bool {
	_, value := sc.strict[name]
	_, ours := helpers[name]
	_, theirs := builtin.Index[name]
	return !value && (ours || theirs)
}

// compileTemplate cuts a text at {{ and }} and compiles what is between.
func (sc scope) compileTemplate(l *diag.List, s Str) *template {
	t := &template{}
	rest, offset := s.V, 0
	for {
		open := strings.Index(rest, "{{")
		if open < 0 {
			sc.checkBraces(l, s, offset, rest)
			t.literal(rest)
			return t
		}
		end := closing(rest[open+2:])
		if end < 0 {
			l.Errorf(part(s, offset+open, 2), "unclosed-expression", "close it with }}", "{{ has no }}")
			return t
		}
		sc.checkBraces(l, s, offset, rest[:open])
		t.literal(rest[:open])
		inner := rest[open+2 : open+2+end]
		lead := len(inner) - len(strings.TrimLeft(inner, " \t\n"))
		code := strings.TrimSpace(inner)
		if e := sc.compile(l, s.sub(offset+open+2+lead, len(code)), anything); e != nil {
			t.parts = append(t.parts, templatePart{expr: e})
		}
		offset += open + 2 + end + 2
		rest = s.V[offset:]
	}
}

func (t *template) literal(s string) {
	if s != "" {
		t.parts = append(t.parts, templatePart{text: s})
	}
}

// closing finds the }} that ends an expression: not inside a string, not the end of a map inside the expression.
func closing(s string) int {
	depth, quote := 0, byte(0)
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case quote != 0:
			if c == '\\' {
				i++
			} else if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'' || c == '`':
			quote = c
		case c == '{':
			depth++
		case c == '}' && depth > 0:
			depth--
		case c == '}' && i+1 < len(s) && s[i+1] == '}':
			return i
		}
	}
	return -1
}

// part is the place of some bytes of a scalar, exact where within is.
func part(s Str, from, length int) diag.Range {
	if s.Places != nil {
		return s.Places.part(s.At, utf8.RuneCountInString(s.V[:from]), utf8.RuneCountInString(s.V[from:from+length]))
	}
	width, runes := s.At.End.Column-s.At.Start.Column, utf8.RuneCountInString(s.V)
	if s.At.Start.Line != s.At.End.Line || width != runes && width != runes+2 {
		return s.At
	}
	at := s.At
	at.Start.Column += utf8.RuneCountInString(s.V[:from]) + (width-runes)/2
	at.End = at.Start
	at.End.Column += utf8.RuneCountInString(s.V[from : from+length])
	return at
}

// part is the place of some runes of a scalar at outer.
func (p Places) part(outer diag.Range, from, length int) diag.Range {
	if from+length > len(p) || from >= len(p) {
		return outer
	}
	at := diag.Range{File: outer.File, Start: p[from], End: p[from]}
	if length == 0 {
		return at
	}
	last := p[from+length-1]
	if at.End = (diag.Pos{Line: last.Line, Column: last.Column + 1}); from+length < len(p) && p[from+length].Line == last.Line {
		at.End = p[from+length] // an escape is more than one column
	}
	return at
}

// render fills the template in. cut tells that the result was longer than MaxRenderedBytes.
func (t *template) render(env map[string]any) (text string, cut bool, err error) {
	if len(t.parts) == 1 && t.parts[0].expr == nil {
		return t.parts[0].text, false, nil
	}
	var b strings.Builder
	for _, p := range t.parts {
		if p.expr == nil {
			b.WriteString(p.text)
			continue
		}
		v, err := p.expr.run(env)
		if err != nil {
			return "", false, err
		}
		if s, isSpan := v.(span); isSpan {
			v = s.String()
		}
		b.WriteString(display(v))
	}
	text = b.String()
	if len(text) <= MaxRenderedBytes {
		return text, false, nil
	}
	text = text[:MaxRenderedBytes]
	for !utf8.ValidString(text) {
		text = text[:len(text)-1]
	}
	return text + "…", true, nil
}

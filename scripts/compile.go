package scripts

import (
	"bytes"
	"errors"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dop251/goja"
	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"
	"github.com/dop251/goja/parser"

	"relevo/engine"
	"relevo/engine/diag"
)

// Compile reads a script file without running it: what it exports, which version it is, and what is wrong with it. The functions
// are those of top-level statements of the forms
//
//	export function describe(order, language) { … }
//	export const describe = (order, language) => …
//	export { describe, sentence as short }
//	exports.describe = function (order, language) { … }
//
// Findings: script-too-large, script-too-deep, script-syntax, script-import, script-unsupported, script-unknown-name,
// script-exports-nothing, script-local-time, script-letters, script-locale.
func Compile(name, fileName string, code []byte) (engine.Script, diag.List) {
	script, _, found := translate(name, fileName, code)
	return script, found
}

// translate is Compile that also returns what workers run; nil when the file can not be read.
func translate(name, fileName string, code []byte) (engine.Script, []byte, diag.List) {
	script := engine.Script{Name: name, File: fileName, Ref: Ref(name, code)}
	c := compiler{file: fileName, code: code, text: bytes.Clone(code)}
	program := c.parse()
	if program == nil {
		script.Unread = true
		return script, nil, c.found
	}
	c.inspect(program)
	script.Functions = c.exports(program)
	if len(script.Functions) == 0 && !c.found.HasErrors() {
		c.found.Warnf(c.at(0, 1), "script-exports-nothing", "write export function name(…) { … }", "no flow can call this script: it exports no function")
	}
	c.found.Sort()
	return script, c.runnable(), c.found
}

type compiler struct {
	file     string
	code     []byte
	text     []byte // code with the word export taken out
	declared []int  // offsets of export before a declaration
	named    []named
	also     map[string]bool // names that are there beside the globals
	found    diag.List
}

// parse returns nil after a finding that leaves nothing to look at.
func (c *compiler) parse() (program *ast.Program) {
	defer func() {
		if x := recover(); x != nil { // the parser is not ours, and the text is anybody's
			program = nil
			c.found.Errorf(c.at(0, 1), "script-syntax", "", "this file makes the JavaScript parser fail")
		}
	}()
	if len(c.code) > MaxSourceBytes {
		c.found.Errorf(c.at(0, 1), "script-too-large", "split it into several files", "the file has %d bytes, at most %d are read", len(c.code), MaxSourceBytes)
		return nil
	}
	if !utf8.Valid(c.code) {
		c.found.Errorf(c.at(0, 1), "script-syntax", "save the file as UTF-8", "the file is not UTF-8 text")
		return nil
	}
	if at, ok := tooDeep(c.code); ok {
		c.found.Errorf(c.at(at, 1), "script-too-deep", "", "more than %d brackets are open at once", MaxNesting)
		return nil
	}
	program, err := c.unexport()
	if err == nil && program == nil {
		return nil
	}
	if err == nil {
		if c.inspectEarly(program); c.found.HasErrors() {
			return nil
		}
		_, err = goja.CompileAST(program, true)
	}
	if err != nil {
		c.syntax(err)
		return nil
	}
	return program
}

// awaits finds the word await before a place.
var awaits = regexp.MustCompile(`\bawait\s*$`)

// syntax reports the first error of the parser, or the one of goja's compiler.
func (c *compiler) syntax(err error) {
	var (
		list  parser.ErrorList
		wrong *goja.CompilerSyntaxError
		name  *goja.CompilerReferenceError
	)
	switch {
	case errors.As(err, &list):
		e := list[0] // the others are mostly what follows from it
		offset := offsetOf(c.code, e.Position.Line, e.Position.Column)
		if awaits.Match(c.code[:offset]) || bytes.HasPrefix(c.code[offset:], []byte("await")) {
			c.unsupported(c.at(offset, 1), hintAtOnce, "scripts have no await")
			break
		}
		c.syntaxAt(c.at(offset, 1), e.Message)
	case errors.As(err, &wrong):
		c.syntaxAt(c.at(wrong.Offset, 1), wrong.Message)
	case errors.As(err, &name):
		c.syntaxAt(c.at(name.Offset, 1), name.Message)
	default:
		c.syntaxAt(c.at(0, 1), err.Error())
	}
	c.found.Sort()
}

func (c *compiler) syntaxAt(at diag.Range, message string) {
	message = strings.TrimPrefix(message, "SyntaxError: ")
	c.found.Errorf(at, "script-syntax", "", "%s", strings.ToLower(message[:1])+message[1:])
}

// exports lists the exported functions, sorted. A name that is exported twice is listed once; the last one counts when it runs.
func (c *compiler) exports(program *ast.Program) []string {
	functions := map[string]bool{}
	for _, statement := range program.Body {
		switch s := statement.(type) {
		case *ast.VariableStatement:
			for _, b := range s.List {
				if id, ok := b.Target.(*ast.Identifier); ok && isFunction(b.Initializer) {
					functions[id.Name.String()] = true
				}
			}
		case *ast.FunctionDeclaration:
			functions[s.Function.Name.Name.String()] = true
		case *ast.LexicalDeclaration:
			for _, b := range s.List {
				if id, ok := b.Target.(*ast.Identifier); ok && isFunction(b.Initializer) {
					functions[id.Name.String()] = true
				}
			}
		}
	}
	var names []string
	for _, statement := range program.Body {
		name, value, ok := exported(statement)
		id, named := value.(*ast.Identifier)
		if ok && (isFunction(value) || named && functions[id.Name.String()]) {
			names = append(names, name)
		}
	}
	for _, n := range c.named {
		if functions[n.local] {
			names = append(names, n.as)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// exported takes apart exports.name = value.
func exported(s ast.Statement) (name string, value ast.Expression, ok bool) {
	expression, ok := s.(*ast.ExpressionStatement)
	if !ok {
		return "", nil, false
	}
	assign, ok := expression.Expression.(*ast.AssignExpression)
	if !ok {
		return "", nil, false
	}
	dot, ok := assign.Left.(*ast.DotExpression)
	if !ok {
		return "", nil, false
	}
	if owner, ok := dot.Left.(*ast.Identifier); !ok || owner.Name != "exports" {
		return "", nil, false
	}
	return dot.Identifier.Name.String(), assign.Right, true
}

func isFunction(e ast.Expression) bool {
	switch e.(type) {
	case *ast.FunctionLiteral, *ast.ArrowFunctionLiteral:
		return true
	}
	return false
}

// tooDeep finds the bracket that opens one level too many, without parsing. It does not know regular expressions and templates,
// and so can count a little wrong; what slips through is bounded by MaxSourceBytes.
func tooDeep(code []byte) (offset int, found bool) {
	open := 0
	for i := 0; i < len(code); i++ {
		switch c := code[i]; c {
		case '"', '\'':
			i = skipString(code, i)
		case '/':
			i = skipComment(code, i)
		case '(', '[', '{':
			if open++; open > MaxNesting {
				return i, true
			}
		case ')', ']', '}':
			open = max(open-1, 0)
		}
	}
	return 0, false
}

// skipString returns the offset of the closing quote, or of the end of the line.
func skipString(code []byte, start int) int {
	i := start + 1
	for ; i < len(code) && code[i] != code[start] && code[i] != '\n'; i++ {
		if code[i] == '\\' {
			i++
		}
	}
	return i
}

// skipComment returns the offset of the last byte of a comment, or start if none begins there.
func skipComment(code []byte, start int) int {
	rest := string(code[start:])
	var end string
	skip := 0
	switch {
	case strings.HasPrefix(rest, "//"):
		end = "\n"
	case strings.HasPrefix(rest, "/*"):
		end, skip = "*/", 1
	default:
		return start
	}
	if n := strings.Index(rest[2:], end); n >= 0 {
		return start + 2 + n + skip
	}
	return len(code)
}

// at is the range of n bytes from an offset.
func (c *compiler) at(offset, n int) diag.Range {
	offset = min(max(offset, 0), len(c.code))
	end := min(offset+n, len(c.code))
	return diag.Range{File: c.file, Start: place(c.code, offset), End: place(c.code, end)}
}

// node is the range of n bytes from a node's position. The parser counts from 1.
func (c *compiler) node(idx file.Idx, n int) diag.Range { return c.at(int(idx)-1, n) }

// place counts lines and runes up to an offset.
func place(code []byte, offset int) diag.Pos {
	before := string(code[:offset])
	start := strings.LastIndexByte(before, '\n') + 1
	return diag.Pos{Line: strings.Count(before, "\n") + 1, Column: utf8.RuneCountInString(before[start:]) + 1}
}

// position turns the line and the byte column of goja, both from 1, into a place that counts runes. It never lies outside code.
func position(code []byte, line, column int) diag.Pos {
	lines := strings.Split(string(code), "\n")
	line = min(max(line, 1), len(lines))
	text := lines[line-1]
	column = min(max(column, 1), len(text)+1)
	return diag.Pos{Line: line, Column: utf8.RuneCountInString(text[:column-1]) + 1}
}

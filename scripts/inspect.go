package scripts

import (
	"math/big"
	"reflect"
	"slices"
	"sync"

	"github.com/dop251/goja"
	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"

	"relevo/engine/diag"
)

// Hints for what people look for in a script and do not find.
const (
	hintCall    = "call other systems in the flow, with call:, and pass the answer to the script"
	hintTime    = "wait in the flow, with after:"
	hintOneFile = "a script is one file that exports functions: export function name(…) { … }; write the helpers into it"
	hintAtOnce  = "a script answers at once; it has nothing to wait for"
	hintLog     = "return what you want to see"
	hintNumbers = "use numbers, and text for what is longer than 15 digits"
	hintIntl    = "write dates and amounts out; scripts/orders.js shows how"
	hintText    = "write the code out; text can not be run"
	hintNone    = "docs/scripts.md lists what scripts have"
)

var hints = map[string]string{
	"fetch": hintCall, "XMLHttpRequest": hintCall, "WebSocket": hintCall,
	"setTimeout": hintTime, "setInterval": hintTime, "setImmediate": hintTime,
	"require": hintOneFile, "module": hintOneFile,
	"Promise": hintAtOnce, "queueMicrotask": hintAtOnce,
	"console": hintLog, "BigInt": hintNumbers, "Intl": hintIntl, "eval": hintText, "Function": hintText,
	"process": hintNone, "Buffer": hintNone, "window": hintNone, "document": hintNone, "structuredClone": hintNone,
	"Proxy": hintNone, "WeakRef": hintNone, "ArrayBuffer": hintNone, "DataView": hintNone, "crypto": hintNone,
	"URL": hintNone, "TextEncoder": hintNone, "TextDecoder": hintNone, "atob": hintNone, "btoa": hintNone,
}

// globals are the names that a script finds.
var globals = sync.OnceValue(func() map[string]bool {
	vm := goja.New()
	names := map[string]bool{"exports": true, "arguments": true}
	if err := fence(vm, everything); err != nil {
		return names
	}
	for _, name := range vm.GlobalObject().GetOwnPropertyNames() {
		names[name] = true
	}
	return names
})

// inspect finds what the parser accepts and a script does not have: names from nowhere, and what goja gets wrong in silence.
func (c *compiler) inspect(program *ast.Program) {
	declared := map[string]bool{}
	walk(reflect.ValueOf(program.Body), func(node any) { declare(declared, node) })
	for _, n := range c.named {
		if !declared[n.local] {
			c.found.Errorf(c.at(n.offset, len("export")), "script-unknown-name", "declare it, or take it out of the list", "nothing is named %q", n.local)
		}
	}
	walk(reflect.ValueOf(program.Body), func(node any) { c.inspectNode(declared, node) })
}

func (c *compiler) inspectNode(declared map[string]bool, node any) {
	switch n := node.(type) {
	case *ast.Identifier:
		name := n.Name.String()
		if !declared[name] && !globals()[name] && !c.also[name] {
			c.unknown(n.Idx, name)
		}
	case *ast.RegExpLiteral:
		c.pattern(n.Idx, n.Literal, n.Pattern)
	case *ast.StringLiteral:
		c.unicodeClass(n.Idx, n.Literal, n.Value.String())
	case *ast.TemplateElement:
		c.unicodeClass(n.Idx, n.Literal, n.Literal)
	case *ast.NewExpression:
		c.inspectNew(n)
	case *ast.CallExpression:
		c.inspectCall(n)
	case *ast.DotExpression:
		c.inspectMember(n)
	case *ast.FunctionLiteral:
		if n.Async {
			c.unsupported(c.node(n.Function, len("async")), hintAtOnce, "scripts have no async functions")
		}
	case *ast.ArrowFunctionLiteral:
		if n.Async {
			c.unsupported(c.node(n.Start, len("async")), hintAtOnce, "scripts have no async functions")
		}
	}
}

// inspectEarly refuses what must not reach goja's compiler, or what that says badly. goja computes constants while it compiles:
// 1n<<(2n**34n) takes all the memory of the program that only wanted to check a file.
func (c *compiler) inspectEarly(program *ast.Program) {
	walk(reflect.ValueOf(program.Body), func(node any) {
		switch n := node.(type) {
		case *ast.NumberLiteral:
			if _, large := n.Value.(*big.Int); large {
				c.unsupported(c.node(n.Idx, len(n.Literal)), hintNumbers, "scripts have no BigInt numbers")
			}
		case *ast.FunctionLiteral:
			if n.Async && n.Generator {
				c.unsupported(c.node(n.Function, len("async")), hintAtOnce, "scripts have no async generators")
			}
		}
	})
}

func (c *compiler) unsupported(at diag.Range, hint, message string) {
	c.found.Errorf(at, "script-unsupported", hint, "%s", message)
}

func (c *compiler) unknown(idx file.Idx, name string) {
	at := c.node(idx, len(name))
	hint, known := hints[name]
	if known || slices.Contains(absent, name) {
		if hint == "" {
			hint = hintNone
		}
		c.unsupported(at, hint, "scripts have no "+name)
		return
	}
	c.found.Errorf(at, "script-unknown-name", "declare it, or pass it to the function", "nothing is named %q", name)
}

// declare adds the names that a node brings into the file. Where they are visible is not looked at: that is for the tests of the
// script to find.
func declare(names map[string]bool, node any) {
	add := func(target any) {
		walk(reflect.ValueOf(target), func(node any) {
			switch n := node.(type) {
			case *ast.Identifier:
				names[n.Name.String()] = true
			case *ast.PropertyShort:
				names[n.Name.Name.String()] = true
			}
		})
	}
	switch n := node.(type) {
	case *ast.Binding:
		add(n.Target)
	case *ast.ParameterList:
		add(n.Rest)
	case *ast.FunctionLiteral:
		add(n.Name)
	case *ast.ClassLiteral:
		add(n.Name)
	case *ast.CatchStatement:
		add(n.Parameter)
	case *ast.ForDeclaration:
		add(n.Target)
	}
}

// walk visits every pointer to a struct below v, parents first. Labels and new.target are names of another kind, and declaration
// lists repeat what the statements hold.
func walk(v reflect.Value, visit func(node any)) {
	switch v.Kind() {
	case reflect.Interface:
		walk(v.Elem(), visit)
	case reflect.Slice:
		for i := range v.Len() {
			walk(v.Index(i), visit)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && f.Name != "Label" && f.Name != "DeclarationList" {
				walk(v.Field(i), visit)
			}
		}
	case reflect.Pointer:
		if v.IsNil() || v.Elem().Kind() != reflect.Struct {
			return
		}
		if _, ok := v.Interface().(*ast.MetaProperty); ok {
			return
		}
		if _, ok := v.Interface().(*big.Int); ok {
			return
		}
		visit(v.Interface())
		walk(v.Elem(), visit)
	}
}

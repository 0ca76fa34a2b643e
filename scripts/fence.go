package scripts

import (
	"bytes"
	"fmt"
	"sync"

	"github.com/dop251/goja"
)

// The first fence, inside the interpreter. goja looks at an interrupt only between byte-codes, so a built-in that is asked for
// something huge runs to its end. What scripts have no use for is taken away; what takes a size gets a limit. This saves most
// hostile calls from costing a worker; what passes is stopped by the process limits.

// Sizes a script can ask a built-in for.
const (
	maxText  = 1 << 20 // UTF-16 units of a string that a built-in makes
	maxItems = 100_000 // items of an array that a built-in walks
	maxFlat  = 16      // levels that flat opens
)

// absent are the globals that a script does not find. Promise: a script answers at once.
var absent = []string{
	"eval", "Function", "Proxy", "Promise", "BigInt", "GoError", "ArrayBuffer", "SharedArrayBuffer", "DataView", "Atomics",
	"Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array", "Uint32Array",
	"Float16Array", "Float32Array", "Float64Array", "BigInt64Array", "BigUint64Array", "WeakRef", "FinalizationRegistry",
}

// constructors takes away the ways to a function made of text.
var constructors = sync.OnceValues(func() (*goja.Program, error) {
	return goja.Compile("fence.js", `for (const f of [function () {}, function* () {}, async function () {}])
		delete Object.getPrototypeOf(f).constructor`, true)
})

// native is a built-in function with a limit. size returns what the call asks for.
type native struct {
	owner, name string
	limit       int64
	size        func(goja.FunctionCall) int64
}

var natives = []native{
	{"String", "repeat", maxText, func(c goja.FunctionCall) int64 { return product(textLength(c.This), c.Argument(0).ToInteger()) }},
	{"String", "padStart", maxText, func(c goja.FunctionCall) int64 { return c.Argument(0).ToInteger() }},
	{"String", "padEnd", maxText, func(c goja.FunctionCall) int64 { return c.Argument(0).ToInteger() }},
	{"String", "normalize", maxText, func(c goja.FunctionCall) int64 { return textLength(c.This) }},
	{"String", "split", maxText, func(c goja.FunctionCall) int64 { return textLength(c.This) }},
	{"String", "replaceAll", 16 * maxText, func(c goja.FunctionCall) int64 {
		return product(textLength(c.This), textLength(c.Argument(1)))
	}},
	{"Array", "fill", maxItems, items},
	{"Array", "join", maxItems, items},
	{"Array", "toString", maxItems, items},
	{"Array", "reverse", maxItems, items},
	{"Array", "indexOf", maxItems, items},
	{"Array", "lastIndexOf", maxItems, items},
	{"Array", "includes", maxItems, items},
	{"Array", "sort", maxItems, items},
	{"Array", "splice", maxItems, items},
	{"Array", "unshift", maxItems, items},
	{"Array", "concat", maxItems, func(c goja.FunctionCall) int64 {
		total := items(c)
		for _, v := range c.Arguments {
			total = max(total, length(v))
		}
		return total
	}},
	{"Array", "flat", maxFlat, func(c goja.FunctionCall) int64 { return c.Argument(0).ToInteger() }},
	{"Function", "apply", maxItems, func(c goja.FunctionCall) int64 { return length(c.Argument(1)) }},
	{"JSON", "parse", maxText, func(c goja.FunctionCall) int64 { return textLength(c.Argument(0)) }},
}

// reach is what of the first fence a script can run into. Putting all of it around a world costs more than most calls take, because
// goja makes a built-in when it is first touched; so a world gets the part that the script has a word for. One that puts a name together
// from pieces passes the first fence, and meets the second.
type reach struct {
	absent, constructors, reflect bool
	natives                       []native
}

// everything is the whole fence.
var everything = reach{true, true, true, natives}

// reachOf reads the words of a script. The global object is reached by this and globalThis.
func reachOf(code []byte) reach {
	has := func(word string) bool { return bytes.Contains(code, []byte(word)) }
	r := reach{constructors: has("constructor"), reflect: has("Reflect")}
	r.absent = r.constructors || has("this") || has("globalThis")
	for _, name := range absent {
		r.absent = r.absent || has(name)
	}
	for _, n := range natives {
		implied := n.name == "toString" && has("String") // String(list), and text out of it
		if has(n.name) || implied {
			r.natives = append(r.natives, n)
		}
	}
	return r
}

// fence puts the first fence around a fresh world.
func fence(vm *goja.Runtime, r reach) error {
	if r.constructors {
		program, err := constructors()
		if err != nil {
			return err
		}
		if _, err := vm.RunProgram(program); err != nil {
			return err
		}
	}
	for _, n := range r.natives {
		if err := n.wrap(vm); err != nil {
			return fmt.Errorf("limit %s.%s: %w", n.owner, n.name, err)
		}
	}
	if r.reflect {
		reflect := vm.Get("Reflect").ToObject(vm)
		for _, name := range []string{"apply", "construct"} {
			if err := reflect.Delete(name); err != nil {
				return err
			}
		}
	}
	if !r.absent {
		return nil
	}
	global := vm.GlobalObject()
	for _, name := range absent {
		if err := global.Delete(name); err != nil {
			return fmt.Errorf("take away %s: %w", name, err)
		}
	}
	return nil
}

// wrap puts the limit in front of the built-in. JSON.parse is also kept from text nested too deep, because it recurses.
func (n native) wrap(vm *goja.Runtime) error {
	owner, _ := vm.Get(n.owner).(*goja.Object)
	if n.owner != "JSON" {
		owner, _ = owner.Get("prototype").(*goja.Object)
	}
	original, ok := owner.Get(n.name).Export().(func(goja.FunctionCall) goja.Value)
	if !ok {
		return fmt.Errorf("not a built-in")
	}
	limited := func(c goja.FunctionCall) goja.Value {
		if size := n.size(c); size > n.limit {
			panic(rangeError(vm, fmt.Sprintf("%s: %d is more than the limit of %d", n.name, size, n.limit)))
		}
		if n.owner == "JSON" && nesting([]byte(c.Argument(0).String())) > MaxDataDepth {
			panic(rangeError(vm, fmt.Sprintf("parse: nested deeper than %d", MaxDataDepth)))
		}
		return original(c)
	}
	return owner.DefineDataProperty(n.name, vm.ToValue(limited), goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
}

func rangeError(vm *goja.Runtime, message string) goja.Value {
	if made, err := vm.New(vm.Get("RangeError"), vm.ToValue(message)); err == nil {
		return made
	}
	return vm.NewTypeError(message)
}

func items(c goja.FunctionCall) int64 { return length(c.This) }

// length is the length property of an array or of what behaves like one, else 0.
func length(v goja.Value) int64 {
	obj, ok := v.(*goja.Object)
	if !ok {
		return 0
	}
	if n := obj.Get("length"); n != nil {
		return n.ToInteger()
	}
	return 0
}

// textLength is the length of a string, else 0: numbers and the like make short ones.
func textLength(v goja.Value) int64 {
	if s, ok := v.(goja.String); ok {
		return int64(s.Length())
	}
	return 0
}

// product multiplies sizes without overflow. A negative factor is the built-in's own business.
func product(a, b int64) int64 {
	if b > maxText*maxText && a > 0 {
		return maxText * maxText
	}
	return a * max(b, 0)
}

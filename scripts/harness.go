package scripts

import (
	_ "embed"
	"fmt"
	"sync"
	"time"

	"github.com/dop251/goja"
)

// testCall is a call that runs a test instead of a function.
type testCall struct {
	Name  string `json:"name"` // of the script
	File  string `json:"file"`
	Code  []byte `json:"code"`
	Index int    `json:"index"` // which test; -1 lists them
}

//go:embed harness/harness.js
var harnessCode string

var harness = sync.OnceValues(func() (*goja.Program, error) { return goja.Compile("harness.js", harnessCode, true) })

// testPrefix makes a function of a file of tests, so that its names do not meet those of the script. It stands on the first line.
const testPrefix = "(function () {"

// test is one call of test(name, fn).
type test struct {
	Name   string `json:"name"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	run    goja.Callable
}

// evaluateTest loads the script and its tests, and runs one of them or lists all.
func (w world) evaluateTest(exports *goja.Object) (goja.Value, error) {
	var tests []test
	if err := w.arrange(exports, &tests); err != nil {
		return nil, err
	}
	program, err := goja.Compile(w.call.Test.File, testPrefix+string(w.call.Test.Code)+"\n})()", true)
	if err != nil {
		return nil, stop{ReasonThrew, "the tests do not compile"}
	}
	if _, err := w.vm.RunProgram(program); err != nil {
		return nil, err
	}
	i := w.call.Test.Index
	switch {
	case i < 0:
		return w.list(tests)
	case i >= len(tests):
		return nil, stop{ReasonThrew, "the tests are others than before"}
	}
	_, err = tests[i].run(goja.Undefined())
	return goja.Undefined(), err
}

// arrange gives the world what a file of tests uses.
func (w world) arrange(exports *goja.Object, tests *[]test) error {
	program, err := harness()
	if err != nil {
		return err
	}
	assert, err := w.vm.RunProgram(program)
	if err != nil {
		return err
	}
	for name, value := range map[string]any{
		w.call.Test.Name: exports,
		"assert":         assert,
		"at":             w.at,
		"test": func(c goja.FunctionCall) goja.Value {
			run, ok := goja.AssertFunction(c.Argument(1))
			if !ok {
				panic(w.vm.NewTypeError("test wants a name and a function"))
			}
			if len(*tests) == maxTests {
				panic(rangeError(w.vm, fmt.Sprintf("a file has at most %d tests", maxTests)))
			}
			t := test{Name: plainString(c.Argument(0)), run: run}
			t.Line, t.Column, _ = w.placeIn(w.call.Test.File, w.vm.CaptureCallStack(0, nil))
			*tests = append(*tests, t)
			return goja.Undefined()
		},
	} {
		if err := w.vm.Set(name, value); err != nil {
			return err
		}
	}
	return nil
}

// at is at("2026-11-20T09:30:00Z"): what Date shows from now on.
func (w world) at(c goja.FunctionCall) goja.Value {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04", time.DateOnly} {
		if t, err := time.Parse(layout, plainString(c.Argument(0))); err == nil {
			w.vm.SetTimeSource(func() time.Time { return t.UTC() })
			return goja.Undefined()
		}
	}
	panic(w.vm.NewTypeError("at wants a time like 2026-11-20T09:30:00Z"))
}

func (w world) list(tests []test) (goja.Value, error) {
	list := make([]any, len(tests))
	for i, t := range tests {
		list[i] = map[string]any{"name": t.Name, "line": t.Line, "column": t.Column}
	}
	return w.vm.ToValue(list), nil
}

// placeIn is the place of the innermost frame in a file, and how far inside the stack it is.
func (w world) placeIn(file string, stack []goja.StackFrame) (line, column, depth int) {
	code := w.program.source.Code
	if w.call.Test != nil && file == w.call.Test.File {
		code = w.call.Test.Code
	}
	for i, frame := range stack {
		pos := frame.Position()
		if frame.SrcName() != file || pos.Line <= 0 {
			continue
		}
		if w.call.Test != nil && file == w.call.Test.File && pos.Line == 1 {
			pos.Column -= len(testPrefix)
		}
		at := position(code, pos.Line, pos.Column)
		return at.Line, at.Column, i
	}
	return 0, 0, len(stack)
}

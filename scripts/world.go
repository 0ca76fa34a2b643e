package scripts

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dop251/goja"

	"relevo/engine"
)

// blank is a JavaScript world that no script has touched.
type blank struct {
	vm               *goja.Runtime
	parse, stringify goja.Callable // those of JSON, as the world was born with
}

func newBlank(maxDepth int) *blank {
	vm := goja.New()
	vm.SetMaxCallStackSize(maxDepth)
	natives := vm.Get("JSON").ToObject(vm)
	b := &blank{vm: vm}
	b.parse, _ = goja.AssertFunction(natives.Get("parse"))
	b.stringify, _ = goja.AssertFunction(natives.Get("stringify"))
	return b
}

// world is a blank world with a script in it, made for one call.
type world struct {
	*blank
	worker  *worker
	program program
	call    call
}

// stop is an outcome that is neither thrown nor an interrupt.
type stop struct{ reason, detail string }

func (s stop) Error() string { return s.reason + ": " + s.detail }

// evaluate loads the script, calls the function and returns its result as JSON.
func (w world) evaluate() ([]byte, error) {
	w.vm.SetTimeSource(func() time.Time { return w.call.Now.UTC() })
	w.vm.SetRandSource(rand.New(rand.NewPCG(w.call.Seed, 0)).Float64) //nolint:gosec // a replay must draw the same numbers
	reach := w.program.reach
	if w.call.Test != nil {
		reach = everything
	}
	if err := w.worker.fence(w.vm, reach); err != nil {
		return nil, err
	}
	args, err := w.arguments()
	if err != nil {
		return nil, err
	}
	exports := w.vm.NewObject()
	if err := w.vm.Set("exports", exports); err != nil {
		return nil, err
	}
	if _, err := w.vm.RunProgram(w.program.code); err != nil {
		return nil, err
	}
	if w.call.Test != nil {
		result, err := w.evaluateTest(exports)
		if err != nil {
			return nil, err
		}
		return w.export(result)
	}
	fn, ok := goja.AssertFunction(exports.Get(w.call.Function))
	if !ok {
		return nil, stop{ReasonUnknownFunction, ""}
	}
	result, err := fn(goja.Undefined(), args...)
	if err != nil {
		return nil, err
	}
	return w.export(result)
}

// arguments are parsed in the world itself: JSON.parse keeps the sorted order of the keys, while a Go map would be listed in
// random order.
func (w world) arguments() ([]goja.Value, error) {
	list, err := w.parse(goja.Undefined(), w.vm.ToValue(string(w.call.Args)))
	if err != nil {
		return nil, err
	}
	var args []goja.Value
	w.vm.ForOf(list, func(v goja.Value) bool {
		args = append(args, v)
		return true
	})
	return args, nil
}

// export makes plain JSON of a result. JSON.stringify refuses cycles; what it leaves out (functions, undefined) is null.
func (w world) export(result goja.Value) ([]byte, error) {
	text, err := w.stringify(goja.Undefined(), result)
	if err != nil {
		return nil, err
	}
	if goja.IsUndefined(text) {
		return []byte("null"), nil
	}
	if limit := w.worker.budget.MaxResultBytes; text.(goja.String).Length() > limit {
		return nil, stop{ReasonResultSize, fmt.Sprintf("more than %d bytes", limit)}
	}
	out := []byte(text.String())
	if limit := w.worker.budget.MaxResultBytes; len(out) > limit {
		return nil, stop{ReasonResultSize, fmt.Sprintf("more than %d bytes", limit)}
	}
	if nesting(out) > MaxDataDepth {
		return nil, stop{ReasonDepth, fmt.Sprintf("the result is nested deeper than %d", MaxDataDepth)}
	}
	if !json.Valid(out) { // a script can leave half a surrogate pair, which is not text
		return nil, stop{ReasonThrew, "the result is not data"}
	}
	return out, nil
}

// guard runs f and returns what it threw, or was stopped with, as an error. Code outside must not touch a value of the script.
func guard(f func() error) (err error) {
	defer func() {
		switch x := recover().(type) {
		case nil:
		case error:
			err = x
		default:
			err = fmt.Errorf("%v", reflect.TypeOf(x)) // not its text: that could run code of the script
		}
	}()
	return f()
}

// explain turns an error of evaluate into what the author reads. The text of a thrown object is read inside a guard, and only
// where it is a plain string.
func (w world) explain(err error) *engine.ScriptError {
	out := &engine.ScriptError{Script: w.program.source.File, Function: w.call.Function, Reason: ReasonThrew}
	var (
		stopped     stop
		interrupted *goja.InterruptedError
		overflow    *goja.StackOverflowError
		thrown      *goja.Exception
	)
	switch {
	case errors.As(err, &stopped):
		out.Reason, out.Detail = stopped.reason, stopped.detail
	case errors.As(err, &interrupted):
		out.Reason = ReasonDeadline
		w.locate(out, interrupted.Stack())
	case errors.As(err, &overflow):
		out.Reason = ReasonDepth
		w.locate(out, overflow.Stack())
		out.Detail += fmt.Sprintf("more than %d calls inside each other", w.worker.budget.MaxDepth)
	case errors.As(err, &thrown):
		w.locate(out, thrown.Stack())
		if g := guard(func() error { out.Detail += shorten(thrownText(thrown.Value()), w.maxDetail()); return nil }); errors.As(g, &interrupted) {
			out.Reason = ReasonDeadline
		}
	default:
		out.Detail = "internal error of the interpreter"
	}
	return out
}

// thrownText describes a thrown value: "RangeError: too many", or the value itself if it is not an object.
func thrownText(v goja.Value) string {
	obj, ok := v.(*goja.Object)
	if !ok {
		if v == nil {
			return ""
		}
		return v.String()
	}
	name, message := plainString(obj.Get("name")), plainString(obj.Get("message"))
	switch {
	case message == "" && name == "":
		return obj.ClassName()
	case message == "":
		return name
	case name == "" || name == "Error":
		return message
	}
	return name + ": " + message
}

func plainString(v goja.Value) string {
	if s, ok := v.(goja.String); ok {
		return s.String()
	}
	return ""
}

// locate sets the place of the innermost frame that is in the script's own file. In a test that is the file of the tests; a deeper
// place in the script is put before the detail.
func (w world) locate(out *engine.ScriptError, stack []goja.StackFrame) {
	line, column, depth := w.placeIn(w.program.source.File, stack)
	if w.call.Test == nil {
		out.Line, out.Column = line, column
		return
	}
	inTest, at, testDepth := w.placeIn(w.call.Test.File, stack)
	out.Script, out.Line, out.Column = w.call.Test.File, inTest, at
	if depth < testDepth {
		out.Detail = fmt.Sprintf("%s:%d:%d: ", w.program.source.File, line, column)
	}
}

// maxDetail bounds the text of an error.
func (w world) maxDetail() int {
	if w.call.Test != nil {
		return maxTestDetailBytes
	}
	return MaxDetailBytes
}

// shorten cuts text to so many bytes.
func shorten(text string, limit int) string {
	text = strings.ToValidUTF8(text, "�")
	if len(text) <= limit {
		return text
	}
	cut := limit
	for !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut]
}

package scripts

import (
	"fmt"
	"time"

	"github.com/dop251/goja"

	"relevo/engine"
)

// Bench holds one function of a script in several settings, for who compares what they cost (cmd/relevo-bench). It runs scripts in this
// process, without the second fence: for trusted code only. One goroutine at a time may use it.
type Bench struct {
	worker *worker
	call   call
	pooled world
	fn     goja.Callable
	args   []goja.Value
}

// NewBench prepares a function and its arguments.
func NewBench(source Source, function string, args []any) (*Bench, error) {
	_, code, found := translate(source.Name, source.File, source.Code)
	if err := found.Err(); err != nil {
		return nil, err
	}
	text, err := encode(args)
	if err != nil {
		return nil, err
	}
	b := &Bench{call: call{Script: Ref(source.Name, source.Code), Function: function, Args: text}}
	b.worker = &worker{fence: fence, budget: budget{time.Minute, DefaultMemoryBytes, DefaultMaxDepth, DefaultMaxResultBytes}}
	if err := b.worker.load(request{Load: []version{{b.call.Script, source.File, code}}}); err != nil {
		return nil, err
	}
	b.pooled = world{blank: newBlank(DefaultMaxDepth), worker: b.worker, program: b.worker.programs[b.call.Script], call: b.call}
	exports := b.pooled.vm.NewObject()
	if err := b.pooled.vm.Set("exports", exports); err != nil {
		return nil, err
	}
	if _, err := b.pooled.vm.RunProgram(b.pooled.program.code); err != nil {
		return nil, err
	}
	var ok bool
	if b.fn, ok = goja.AssertFunction(exports.Get(function)); !ok {
		return nil, fmt.Errorf("%s exports no function %s", source.File, function)
	}
	b.args, err = b.pooled.arguments()
	return b, err
}

// Isolated makes one call as a worker does: a fresh world with the first fence, JSON in and out, and a watch on the time.
func (b *Bench) Isolated() error {
	b.worker.next = newBlank(DefaultMaxDepth)
	if rep := b.worker.run(b.call); rep.Error != nil {
		return rep.Error
	}
	return nil
}

// Pooled makes one call in a world that is used again and has no fence, JSON in and out.
func (b *Bench) Pooled() error {
	args, err := b.pooled.arguments()
	if err != nil {
		return err
	}
	result, err := b.fn(goja.Undefined(), args...)
	if err != nil {
		return err
	}
	_, err = b.pooled.export(result)
	return err
}

// Bare calls the function with arguments that are in its world already, and leaves the result there.
func (b *Bench) Bare() error {
	_, err := b.fn(goja.Undefined(), b.args...)
	return err
}

// Across makes one call through a pool, over the pipe to a worker.
func (b *Bench) Across(pool *Pool, args []any) error {
	_, err := pool.Call(engine.ScriptCall{Script: b.call.Script, Function: b.call.Function, Args: args})
	return err
}

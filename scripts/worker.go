package scripts

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/dlclark/regexp2/v2"
	"github.com/dop251/goja"

	"relevo/engine"
)

// WorkerArg is the hidden argument that makes the program a worker: main calls WorkerMain when it is the only one.
const WorkerArg = "script-worker"

// maxStackBytes bounds the Go stack of a worker. A built-in that recurses over what a script made (JSON.stringify of a million
// nested objects) ends the process here instead of at Go's usual 1 GB.
const maxStackBytes = 16 << 20

// regexpGrace is how much later than the interrupt a back-tracking match gives up. goja takes a match that gave up for "no match",
// so it must never give up before the interrupt is set: the script then ends with ReasonDeadline and decides nothing.
const regexpGrace = 10 * time.Millisecond

// selfDestruct is when a worker that nobody killed ends itself, in multiples of the deadline. It matters where the system does not
// kill workers with their parent.
const selfDestruct = 20

// WorkerMain runs a worker process: it answers the frames on in until in ends, and returns the exit code. It lowers the limits of
// its process for good, so it must be all that the process does.
func WorkerMain(in io.Reader, out io.Writer) int {
	return serve(in, out, fence)
}

// worker holds the compiled scripts of a worker process.
type worker struct {
	budget   budget
	fence    func(*goja.Runtime, reach) error
	programs map[string]program
	next     *blank // made between two calls, while nobody waits
}

type program struct {
	source version
	code   *goja.Program
	reach  reach
}

func serve(in io.Reader, out io.Writer, fence func(*goja.Runtime, reach) error) int {
	w := &worker{fence: fence}
	r := bufio.NewReader(in)
	for {
		var req request
		if err := readFrame(r, maxFrameBytes, &req); err != nil {
			if errors.Is(err, io.EOF) {
				return 0
			}
			fmt.Fprintln(os.Stderr, "script worker:", err)
			return 1
		}
		rep, err := w.handle(req)
		if err == nil {
			err = writeFrame(out, rep)
		}
		if err == nil && w.next == nil {
			w.next = newBlank(w.budget.MaxDepth)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "script worker:", err)
			return 1
		}
	}
}

func (w *worker) handle(req request) (answer, error) {
	if req.Budget != nil {
		w.budget = *req.Budget
		if err := w.restrict(); err != nil {
			return answer{}, err
		}
	}
	if req.Call == nil {
		return answer{}, w.load(req)
	}
	alarm := time.AfterFunc(selfDestruct*w.budget.Deadline, func() { os.Exit(1) })
	defer alarm.Stop()
	return w.run(*req.Call), nil
}

// restrict puts the process in its fence. It must come before any script is compiled: regular expressions take their time limit
// when they are.
func (w *worker) restrict() error {
	time.Local = time.UTC // what Date takes for the local zone
	runtime.GOMAXPROCS(1)
	debug.SetTraceback("none")
	debug.SetMaxStack(maxStackBytes)
	debug.SetMemoryLimit(w.budget.MemoryBytes * 2 / 3)
	regexp2.DefaultMatchTimeout = w.budget.Deadline + regexpGrace
	regexp2.SetTimeoutCheckPeriod(regexpGrace / 2)
	if err := limitProcess(w.budget.MemoryBytes); err != nil {
		return fmt.Errorf("limit process: %w", err)
	}
	return nil
}

func (w *worker) load(req request) error {
	if w.programs == nil || req.Forget {
		w.programs = make(map[string]program, len(req.Load))
	}
	for _, s := range req.Load {
		code, err := goja.Compile(s.File, string(s.Code), true)
		if err != nil {
			return fmt.Errorf("compile %s: %w", s.File, err)
		}
		w.programs[s.Ref] = program{source: s, code: code, reach: reachOf(s.Code)}
	}
	return nil
}

// run calls a function in a world of its own. The interrupt stays armed until the answer is ready: reading a result or an error can
// run code of the script.
func (w *worker) run(c call) answer {
	prog, ok := w.programs[c.Script]
	if !ok {
		return answer{Error: &engine.ScriptError{Script: c.Script, Function: c.Function, Reason: ReasonUnknownFunction}}
	}
	world := world{blank: w.next, worker: w, program: prog, call: c}
	w.next = nil
	alarm := time.AfterFunc(w.budget.Deadline, func() { world.vm.Interrupt(ReasonDeadline) })
	defer alarm.Stop()
	var value []byte
	err := guard(func() (err error) {
		value, err = world.evaluate()
		return err
	})
	if err != nil {
		return answer{Error: world.explain(err)}
	}
	return answer{Value: value}
}

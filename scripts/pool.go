package scripts

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"runtime"
	"slices"
	"sync"
	"time"

	"relevo/engine"
)

// Options are the settings of a pool. The zero value of each but Sources has a default.
type Options struct {
	Sources        []Source
	Workers        int           // calls that run at the same time; runtime.NumCPU()
	Spare          int           // workers beyond that, kept warm for when one has to be killed; DefaultSpare
	Deadline       time.Duration // wall time of a call; DefaultDeadline
	MemoryBytes    int64         // beyond what an idle worker uses; DefaultMemoryBytes
	MaxDepth       int           // calls inside each other; DefaultMaxDepth
	MaxResultBytes int           // of the result as JSON; DefaultMaxResultBytes
	Command        []string      // starts a worker; this program with WorkerArg
	Logger         *slog.Logger  // slog.Default()
}

// waitLimit is how long a call waits for a worker when all are busy.
const waitLimit = 5 * time.Second

// Pause between attempts to start a worker, doubled each time.
const (
	minRestartPause = 100 * time.Millisecond
	maxRestartPause = 10 * time.Second
)

// ErrClosed is returned by Add and Keep on a pool that was closed.
var ErrClosed = errors.New("scripts: the pool is closed")

// Pool runs script functions in worker processes. It implements engine.Evaluator and is safe for concurrent use.
type Pool struct {
	opts Options
	log  *slog.Logger
	idle chan *process  // room for every worker
	stop chan struct{}  // closed by Close
	work sync.WaitGroup // calls, and starts of workers; counted up under mu while not closed

	mu       sync.Mutex
	versions versions
	closed   bool
}

var _ engine.Evaluator = (*Pool)(nil)

// NewPool starts the workers. Sources that do not compile are returned as a diag.List; Add takes in more later. Close the pool when it is no longer needed.
func NewPool(opts Options) (*Pool, error) {
	if err := opts.fill(); err != nil {
		return nil, err
	}
	v := versions{byRef: map[string]version{}, latest: map[string]string{}}
	if err := v.add(opts.Sources); err != nil {
		return nil, err
	}
	return newPool(opts, v)
}

func newPool(opts Options, v versions) (*Pool, error) {
	size := opts.Workers + opts.Spare
	p := &Pool{
		opts: opts, log: opts.Logger, versions: v,
		idle: make(chan *process, size), stop: make(chan struct{}),
	}
	first, err := startProcess(opts, p.current()) // a worker that can not start is known here, not in a turn
	if err != nil {
		return nil, err
	}
	p.idle <- first
	for range size - 1 {
		p.replace()
	}
	return p, nil
}

func (o *Options) fill() error {
	if o.Workers < 0 || o.Spare < 0 || o.Deadline < 0 || o.MemoryBytes < 0 || o.MaxDepth < 0 || o.MaxResultBytes < 0 {
		return errors.New("scripts: an option is negative")
	}
	setDefault(&o.Workers, runtime.NumCPU())
	setDefault(&o.Spare, DefaultSpare)
	setDefault(&o.Deadline, DefaultDeadline)
	setDefault(&o.MemoryBytes, DefaultMemoryBytes)
	setDefault(&o.MaxDepth, DefaultMaxDepth)
	setDefault(&o.MaxResultBytes, DefaultMaxResultBytes)
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if len(o.Command) == 0 {
		self, err := os.Executable()
		if err != nil {
			return fmt.Errorf("scripts: find this program: %w", err)
		}
		o.Command = []string{self, WorkerArg}
	}
	return nil
}

func setDefault[T comparable](v *T, value T) {
	var zero T
	if *v == zero {
		*v = value
	}
}

// Call runs a function of a script; see engine.Evaluator. Its error is always a *engine.ScriptError. Times among the arguments
// reach the script as RFC 3339 text.
func (p *Pool) Call(c engine.ScriptCall) (any, error) {
	script, ok := p.find(c.Script)
	if !ok {
		return nil, &engine.ScriptError{Script: c.Script, Function: c.Function, Reason: ReasonUnknownFunction}
	}
	args, err := encode(c.Args)
	if err != nil {
		return nil, &engine.ScriptError{Script: script.File, Function: c.Function, Reason: ReasonArguments, Detail: err.Error()}
	}
	text, err := p.run(script, call{Script: script.Ref, Function: c.Function, Args: args, Now: c.Now, Seed: c.Seed})
	if err != nil {
		return nil, err
	}
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		return nil, &engine.ScriptError{Script: script.File, Function: c.Function, Reason: ReasonThrew, Detail: "the result is not data"}
	}
	return value, nil
}

// run has a worker make a call and returns the result as JSON. Its error is always a *engine.ScriptError.
func (p *Pool) run(script version, c call) (json.RawMessage, error) {
	fail := func(reason, detail string) (json.RawMessage, error) {
		return nil, &engine.ScriptError{Script: script.File, Function: c.Function, Reason: reason, Detail: detail}
	}
	if !p.enter() {
		return fail(ReasonWorkerLost, ErrClosed.Error())
	}
	defer p.work.Done()
	w, err := p.take(script)
	if err != nil {
		return fail(ReasonWorkerLost, err.Error())
	}
	rep, err := w.ask(request{Call: &c}, p.opts.Deadline+killGrace, 6*p.opts.MaxResultBytes+frameSlack) // JSON in JSON escapes
	if err != nil {
		w.kill()
		reason := w.death()
		p.log.Warn("script worker ended", "script", script.File, "function", c.Function, "reason", reason)
		p.replace()
		return fail(reason, "")
	}
	p.give(w)
	if rep.Error != nil {
		return nil, rep.Error
	}
	return rep.Value, nil
}

// enter counts a call in, so that Close can wait for it.
func (p *Pool) enter() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return false
	}
	p.work.Add(1)
	return true
}

// encode makes the JSON that a worker reads. Go writes the keys of a map sorted.
func encode(args []any) (json.RawMessage, error) {
	if args == nil {
		args = []any{}
	}
	text, err := json.Marshal(args)
	if err != nil {
		return nil, errors.New("the arguments are not data")
	}
	if len(text) > MaxArgumentBytes {
		return nil, fmt.Errorf("the arguments are %d bytes as JSON, at most %d are passed", len(text), MaxArgumentBytes)
	}
	if depth := nesting(text); depth > MaxDataDepth {
		return nil, fmt.Errorf("the arguments are nested %d deep, at most %d", depth, MaxDataDepth)
	}
	return text, nil
}

// take waits for a worker that is alive, and gives it the script if it does not hold it yet.
func (p *Pool) take(script version) (*process, error) {
	timer := time.NewTimer(waitLimit)
	defer timer.Stop()
	for {
		select {
		case <-p.stop:
			return nil, ErrClosed
		case <-timer.C:
			return nil, fmt.Errorf("no worker was free in %s", waitLimit)
		case w := <-p.idle:
			if p.load(w, script) {
				return w, nil
			}
			w.kill()
			p.replace()
		}
	}
}

// load gives a worker the script that a call needs, if it does not hold it yet. One that holds as many as it may forgets them first.
func (p *Pool) load(w *process, script version) bool {
	if !w.alive() {
		return false
	}
	if w.holds[script.Ref] {
		return true
	}
	req := request{Load: []version{script}, Forget: len(w.holds) >= maxHeld}
	if err := w.load(req, loadTimeout); err != nil {
		p.log.Warn("script worker did not load a script", "script", script.Ref, "error", err)
		return false
	}
	return true
}

// give returns a worker after a call.
func (p *Pool) give(w *process) {
	if !w.alive() { // killed in the moment in which it answered
		w.kill()
		p.replace()
		return
	}
	p.idle <- w // never blocks: there is room for all
}

// replace starts a worker in the background, again and again until it succeeds.
func (p *Pool) replace() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	p.work.Go(func() {
		for pause := minRestartPause; ; pause = min(2*pause, maxRestartPause) {
			select {
			case <-p.stop:
				return
			default:
			}
			w, err := startProcess(p.opts, p.current())
			if err == nil {
				p.idle <- w
				return
			}
			p.log.Error("script worker did not start", "error", err)
			select {
			case <-p.stop:
				return
			case <-time.After(pause):
			}
		}
	})
}

// current are the scripts that a new worker begins with: the latest of each name, as far as they fit.
func (p *Pool) current() []version {
	p.mu.Lock()
	defer p.mu.Unlock()
	var list []version
	for _, name := range slices.Sorted(maps.Keys(p.versions.latest)) {
		if s, ok := p.versions.find(name); ok && len(list) < maxHeld/2 {
			list = append(list, s)
		}
	}
	return list
}

// Close waits for the calls that run, at most for their deadline, and ends the workers. Calls that come later fail with
// ReasonWorkerLost.
func (p *Pool) Close() error {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil
	}
	p.closed = true
	close(p.stop)
	p.mu.Unlock()
	p.work.Wait()
	for {
		select {
		case w := <-p.idle:
			w.kill()
		default:
			return nil
		}
	}
}

package scripts

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"sync"
	"time"

	"relevo/engine"
	"relevo/engine/diag"
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

// ErrClosed is returned by SetSources on a pool that was closed.
var ErrClosed = errors.New("scripts: the pool is closed")

// Pool runs script functions in worker processes. It implements engine.Evaluator and is safe for concurrent use.
type Pool struct {
	opts Options
	log  *slog.Logger
	idle chan *process  // room for every worker
	stop chan struct{}  // closed by Close
	work sync.WaitGroup // calls, and starts of workers; counted up under mu while not closed

	mu      sync.Mutex
	sources []Source
	version int // grows with every SetSources
	closed  bool
}

var _ engine.Evaluator = (*Pool)(nil)

// NewPool starts the workers. Sources that do not compile are returned as a diag.List. Close the pool when it is no longer needed.
func NewPool(opts Options) (*Pool, error) {
	if err := opts.fill(); err != nil {
		return nil, err
	}
	if err := check(opts.Sources); err != nil {
		return nil, err
	}
	return newPool(opts)
}

func newPool(opts Options) (*Pool, error) {
	size := opts.Workers + opts.Spare
	p := &Pool{
		opts: opts, log: opts.Logger, sources: opts.Sources,
		idle: make(chan *process, size), stop: make(chan struct{}),
	}
	first, err := startProcess(opts, opts.Sources, 0) // a worker that can not start is known here, not in a turn
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

// check compiles every source, and refuses two of one name.
func check(sources []Source) error {
	if len(sources) > MaxSources {
		return fmt.Errorf("scripts: %d files, at most %d are loaded", len(sources), MaxSources)
	}
	var all diag.List
	files := map[string]string{}
	for _, s := range sources {
		if other, taken := files[s.Name]; taken {
			return fmt.Errorf("scripts: %s and %s are both called %q", other, s.File, s.Name)
		}
		files[s.Name] = s.File
		_, found := Compile(s.Name, s.File, s.Code)
		all = append(all, found...)
	}
	all.Sort()
	return all.Err()
}

// SetSources changes the scripts for all calls that begin from now on. When one does not compile, the old ones stay and the
// findings are returned.
func (p *Pool) SetSources(sources []Source) error {
	if err := check(sources); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return ErrClosed
	}
	p.sources = sources
	p.version++
	return nil
}

// Call runs a function of a script; see engine.Evaluator. Its error is always a *engine.ScriptError. Times among the arguments
// reach the script as RFC 3339 text.
func (p *Pool) Call(c engine.ScriptCall) (any, error) {
	fail := func(reason, detail string) (any, error) {
		return nil, &engine.ScriptError{Script: p.file(c.Script), Function: c.Function, Reason: reason, Detail: detail}
	}
	if !p.enter() {
		return fail(ReasonWorkerLost, ErrClosed.Error())
	}
	defer p.work.Done()
	args, err := encode(c.Args)
	if err != nil {
		return fail(ReasonArguments, err.Error())
	}
	w, err := p.take()
	if err != nil {
		return fail(ReasonWorkerLost, err.Error())
	}
	req := request{Call: &call{Script: c.Script, Function: c.Function, Args: args, Now: c.Now, Seed: c.Seed}}
	rep, err := w.ask(req, p.opts.Deadline+killGrace, 6*p.opts.MaxResultBytes+frameSlack) // JSON in JSON escapes
	if err != nil {
		w.kill()
		reason := w.death()
		p.log.Warn("script worker ended", "script", p.file(c.Script), "function", c.Function, "reason", reason)
		p.replace()
		return fail(reason, "")
	}
	p.give(w)
	if rep.Error != nil {
		return nil, rep.Error
	}
	var value any
	if err := json.Unmarshal(rep.Value, &value); err != nil {
		return fail(ReasonThrew, "the result is not data")
	}
	return value, nil
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

// take waits for a worker that is alive and holds the current sources.
func (p *Pool) take() (*process, error) {
	timer := time.NewTimer(waitLimit)
	defer timer.Stop()
	for {
		select {
		case <-p.stop:
			return nil, ErrClosed
		case <-timer.C:
			return nil, fmt.Errorf("no worker was free in %s", waitLimit)
		case w := <-p.idle:
			if p.refresh(w) {
				return w, nil
			}
			w.kill()
			p.replace()
		}
	}
}

// refresh gives a worker the sources that came since it was last used.
func (p *Pool) refresh(w *process) bool {
	if !w.alive() {
		return false
	}
	sources, version := p.current()
	if w.version == version {
		return true
	}
	if _, err := w.ask(request{Sources: sources}, loadTimeout, frameSlack); err != nil {
		p.log.Warn("script worker did not load the new scripts", "error", err)
		return false
	}
	w.version = version
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
			sources, version := p.current()
			w, err := startProcess(p.opts, sources, version)
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

func (p *Pool) current() ([]Source, int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sources, p.version
}

// file returns the file of a script, or its name if there is none.
func (p *Pool) file(name string) string {
	sources, _ := p.current()
	for _, s := range sources {
		if s.Name == name {
			return s.File
		}
	}
	return name
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

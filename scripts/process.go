package scripts

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"
)

// Times around a worker process.
const (
	killGrace    = 50 * time.Millisecond // after the deadline, for a script that ends by interrupt to answer
	startTimeout = 10 * time.Second      // until the first answer of a new worker; measured: 10 ms
	loadTimeout  = 5 * time.Second       // until scripts are compiled
)

// process is the pool's side of one worker. One goroutine at a time may use it.
type process struct {
	command *exec.Cmd
	in, out *os.File
	reader  *bufio.Reader
	stderr  *head
	exited  chan struct{}   // closed when the process is gone and reaped
	killed  atomic.Bool     // by us, at a deadline
	holds   map[string]bool // references of the scripts it has compiled
}

// maxHeld is how many scripts a worker keeps compiled. They count against its memory.
const maxHeld = 32

// startProcess starts a worker and gives it its budget and some scripts to begin with.
func startProcess(opts Options, scripts []version) (*process, error) {
	childIn, in, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("start script worker: %w", err)
	}
	out, childOut, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start script worker: %w", err), childIn.Close(), in.Close())
	}
	p := &process{in: in, out: out, reader: bufio.NewReader(out), stderr: &head{}, exited: make(chan struct{}), holds: map[string]bool{}}
	p.command = exec.Command(opts.Command[0], opts.Command[1:]...) //nolint:gosec // our own program
	p.command.Stdin, p.command.Stdout, p.command.Stderr = childIn, childOut, p.stderr
	p.command.Env = []string{} // nothing of ours is the script's business
	p.command.Dir = os.TempDir()
	p.command.SysProcAttr = workerAttributes()
	err = p.command.Start()
	_ = childIn.Close()
	_ = childOut.Close()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start script worker: %w", err), in.Close(), out.Close())
	}
	go func() {
		defer close(p.exited)
		_ = p.command.Wait() // how it ended is told by killed and stderr
	}()
	b := budget{opts.Deadline, opts.MemoryBytes, opts.MaxDepth, opts.MaxResultBytes}
	if err := p.load(request{Budget: &b, Load: scripts}, startTimeout); err != nil {
		p.kill()
		return nil, fmt.Errorf("start script worker: %w: %s", err, p.stderr)
	}
	return p, nil
}

// load sends a request that has the worker compile scripts.
func (p *process) load(req request, timeout time.Duration) error {
	if _, err := p.ask(req, timeout, frameSlack); err != nil {
		return err
	}
	if req.Forget {
		clear(p.holds)
	}
	for _, s := range req.Load {
		p.holds[s.Ref] = true
	}
	return nil
}

// ask sends a request and waits for its answer. The worker is killed when none has come in time; then, and after any other error,
// it must not be used again.
func (p *process) ask(req request, timeout time.Duration, limit int) (answer, error) {
	alarm := time.AfterFunc(timeout, func() {
		p.killed.Store(true)
		_ = p.command.Process.Kill()
	})
	defer alarm.Stop()
	var rep answer
	if err := writeFrame(p.in, req); err != nil {
		return rep, err
	}
	if err := readFrame(p.reader, limit, &rep); err != nil {
		return rep, err
	}
	return rep, nil
}

// alive tells that the process can take another request.
func (p *process) alive() bool {
	select {
	case <-p.exited:
		return false
	default:
		return !p.killed.Load()
	}
}

// kill ends the process at once and waits until it is gone. A worker has nothing to save, so an idle one is ended so, too.
func (p *process) kill() {
	_ = p.command.Process.Kill()
	<-p.exited
	_ = p.in.Close()
	_ = p.out.Close()
}

// deaths are the words with which Go's runtime, or libc, ends a process that asks for too much.
var deaths = []struct{ words, reason string }{
	{"out of memory", ReasonMemory},
	{"cannot allocate memory", ReasonMemory},
	{"cannot map pages", ReasonMemory},
	{"new OS thread", ReasonMemory},
	{"pthread_create failed", ReasonMemory},
	{"mgcmark", ReasonMemory}, // the collector itself got no memory and does not check for that: Go 1.26
	{"stack exceeds", ReasonDepth},
	{"stack overflow", ReasonDepth},
}

// death says why a process that gave no answer is gone. Call it after kill.
func (p *process) death() string {
	said := p.stderr.String()
	for _, d := range deaths {
		if bytes.Contains([]byte(said), []byte(d.words)) {
			return d.reason
		}
	}
	if p.killed.Load() {
		return ReasonDeadline
	}
	return ReasonWorkerLost
}

// maxStderrBytes is how much of a worker's last words is kept.
const maxStderrBytes = 2 << 10

// head keeps the beginning of what is written to it.
type head struct {
	mu   sync.Mutex
	text []byte
}

func (h *head) Write(b []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.text = append(h.text, b[:min(len(b), maxStderrBytes-len(h.text))]...)
	return len(b), nil
}

func (h *head) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return string(h.text)
}

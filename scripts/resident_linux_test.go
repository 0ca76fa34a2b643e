package scripts

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// residentBytes is the resident memory of this process.
func residentBytes(t *testing.T) int64 {
	t.Helper()
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := strconv.ParseInt(strings.Fields(string(statm))[1], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return pages * int64(os.Getpagesize())
}

// TestHostileScriptsLeaveThisProcessAlone runs every hostile script again, one after another, and looks at our own memory.
func TestHostileScriptsLeaveThisProcessAlone(t *testing.T) {
	pool := openPool(t, Options{Workers: 1, Deadline: 20 * time.Millisecond, Sources: script(allHostile())})
	before := residentBytes(t)
	for i := range hostile {
		_, _ = callTest(pool, fmt.Sprintf("run%d", i), map[string]any{})
	}
	if grown := residentBytes(t) - before; grown > 64<<20 {
		t.Errorf("this process grew by %d MiB", grown>>20)
	}
}

// maxGrowth is how much more memory than an idle worker a hostile script may get hold of.
const maxGrowth = DefaultMemoryBytes

// peak has a worker of its own run a function, and returns its resident memory at its highest and how long after the deadline it was gone
// or had answered.
func peak(t *testing.T, opts Options, code, function string) (bytes int64, late time.Duration) {
	t.Helper()
	ref := "test@0"
	w, err := startProcess(opts, []version{{ref, "test.js", []byte(code)}})
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	_, _ = w.ask(request{Call: &call{Script: ref, Function: function, Args: []byte(`[{"text":"hello"}]`)}}, opts.Deadline+killGrace, 1<<20)
	late = time.Since(start) - opts.Deadline
	w.kill()
	usage, ok := w.command.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		t.Fatal("no usage")
	}
	return usage.Maxrss << 10, late
}

// TestHostileScriptsStayInTheirMemory runs each hostile script in a worker with the default budgets, with and without the first fence.
func TestHostileScriptsStayInTheirMemory(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{WorkerArg, bareArg} {
		opts := Options{Command: self(t, kind)}
		if err := opts.fill(); err != nil {
			t.Fatal(err)
		}
		idle, _ := peak(t, opts, `exports.run = () => 1`, "run")
		type figure struct {
			body   string
			growth int64
			late   time.Duration
		}
		var figures []figure
		for _, h := range hostile {
			if h.body == killsCompiler {
				continue
			}
			most, late := peak(t, opts, "exports.run = function (msg) {"+h.body+"\n}", "run")
			figures = append(figures, figure{h.body, most - idle, late})
			if most-idle > maxGrowth {
				t.Errorf("%s: %s: %d MiB over idle", kind, h.body, (most-idle)>>20)
			}
		}
		large := slices.MaxFunc(figures, func(a, b figure) int { return cmp.Compare(a.growth, b.growth) })
		late := slices.MaxFunc(figures, func(a, b figure) int { return cmp.Compare(a.late, b.late) })
		t.Logf("%s: idle %d MiB; at most %d MiB over it (%s), %s over the deadline (%s)", kind, idle>>20, large.growth>>20, large.body,
			late.late.Round(time.Millisecond), late.body)
	}
}

package scripts

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"syscall"
)

// limitProcess lets the process have memoryBytes more data than it has now, and neither a core dump nor a file. The limit is on
// data (RLIMIT_DATA), not on address space: Go reserves 100 MB and more of that before it does anything
// (docs/decisions/003-script-fence.md).
func limitProcess(memoryBytes int64) error {
	used, err := dataBytes()
	if err != nil {
		return err
	}
	data := uint64(used + memoryBytes)
	for _, l := range []struct {
		resource int
		max      uint64
	}{
		{syscall.RLIMIT_CORE, 0},
		{syscall.RLIMIT_FSIZE, 0},
		{syscall.RLIMIT_DATA, data},
	} {
		if err := syscall.Setrlimit(l.resource, &syscall.Rlimit{Cur: l.max, Max: l.max}); err != nil {
			return fmt.Errorf("set limit %d: %w", l.resource, err)
		}
	}
	return nil
}

// dataBytes is what the kernel counts against RLIMIT_DATA.
func dataBytes() (int64, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	for line := range bytes.Lines(status) {
		if rest, ok := bytes.CutPrefix(line, []byte("VmData:")); ok {
			kb, err := strconv.ParseInt(string(bytes.TrimSuffix(bytes.TrimSpace(rest), []byte(" kB"))), 10, 64)
			if err != nil {
				return 0, fmt.Errorf("read VmData: %w", err)
			}
			return kb << 10, nil
		}
	}
	return 0, fmt.Errorf("no VmData in /proc/self/status")
}

// workerAttributes puts a worker in a process group of its own, so that Ctrl-C in a terminal does not end it under a turn, and
// has it killed when the program dies.
func workerAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

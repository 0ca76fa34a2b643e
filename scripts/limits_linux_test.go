package scripts

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestWorkerHasNothingOfOurs(t *testing.T) {
	t.Parallel()
	pool := openPool(t, Options{Workers: 1, Deadline: roomy, Sources: script(`exports.v = () => 1`)})
	w := <-pool.idle
	defer pool.give(w)
	proc := fmt.Sprintf("/proc/%d/", w.command.Process.Pid)
	if environ, err := os.ReadFile(proc + "environ"); err != nil || len(environ) > 0 {
		t.Errorf("got environment %q, %v", environ, err)
	}
	limits, err := os.ReadFile(proc + "limits")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(limits)) {
		fields := strings.Fields(strings.TrimPrefix(line, "Max "))
		switch {
		case strings.HasPrefix(line, "Max core") && fields[3] != "0", strings.HasPrefix(line, "Max file size") && fields[2] != "0",
			strings.HasPrefix(line, "Max data") && fields[2] == "unlimited":
			t.Errorf("got limit %s", line)
		}
	}
	if group, err := syscall.Getpgid(w.command.Process.Pid); err != nil || group != w.command.Process.Pid {
		t.Errorf("got process group %d, %v", group, err)
	}
}

// parentArg makes the test program start a pool, run a script that does not end by itself, and print the worker's process id.
const parentArg = "script-parent"

func beParent() int {
	pool, err := newTestPool(Options{Workers: 1, Deadline: time.Hour, Sources: script(`exports.hang = () => { while (true) {} }`)})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	for w := range pool.idle { // the spare one, too
		fmt.Println(w.command.Process.Pid)
		go func() {
			_, _ = w.ask(request{Call: &call{Script: pool.current()[0].Ref, Function: "hang", Args: []byte("[]")}}, time.Hour, 100)
		}()
	}
	return 0
}

func TestWorkersDieWithTheirParent(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	parent := exec.Command(self, parentArg)
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	var line [32]byte
	n, err := out.Read(line[:])
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := bytes.Cut(line[:n], []byte("\n"))
	pid, err := strconv.Atoi(string(first))
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait()
	deadline := time.After(10 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for running(pid) {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("the worker lives on")
		}
	}
}

// running tells that a process exists and is not a zombie that nobody has reaped yet.
func running(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, rest, _ := bytes.Cut(stat, []byte(") "))
	return !bytes.HasPrefix(rest, []byte("Z"))
}

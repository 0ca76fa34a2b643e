//go:build !linux

package scripts

import "syscall"

// limitProcess sets no limit of the operating system: those that hold Go's memory are found on Linux only. Elsewhere, on machines
// that people develop on, the deadline, Go's own memory limit and the limits inside the interpreter remain.
func limitProcess(int64) error { return nil }

// workerAttributes asks for nothing special; a worker ends when its standard input does.
func workerAttributes() *syscall.SysProcAttr { return nil }

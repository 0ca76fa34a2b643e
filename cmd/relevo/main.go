// Command relevo answers contacts with flows and hands them over to people. `relevo --help` lists what it can do.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	// Business hours and contacts' times need the zones, also where the machine has none.
	_ "time/tzdata"

	"relevo/scripts"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == scripts.WorkerArg {
		os.Exit(scripts.WorkerMain(os.Stdin, os.Stdout)) // a worker that runs scripts for another process of this program
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	a := &app{
		args: os.Args[1:], in: os.Stdin, out: os.Stdout, err: os.Stderr, dir: ".",
		getenv: os.Getenv, now: time.Now, terminal: isTerminal(os.Stdout), answers: isTerminal(os.Stdin),
	}
	code := a.run(ctx)
	stop()
	os.Exit(code)
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

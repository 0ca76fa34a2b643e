// Command relevo-bench measures the path of a turn, and relevo check, against what the machine can do, in alternating rounds of one run, and says of each goal
// whether it is met. `make bench` runs it. Absolute figures drift with the machine; the ratios are what counts.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"time"

	"relevo/runner"
	"relevo/scripts"
)

// conversations is how many contacts write in a durable round.
const conversations = 10_000

// connections is how many deliveries are under way at once.
const connections = 128

func main() {
	if len(os.Args) == 2 && os.Args[1] == scripts.WorkerArg {
		os.Exit(scripts.WorkerMain(os.Stdin, os.Stdout)) // a worker of the pool that is measured
	}
	rounds := flag.Int("rounds", 5, "rounds of each kind; medians are printed")
	length := flag.Duration("length", 1500*time.Millisecond, "length of a round")
	flag.Usage = func() {
		_, _ = fmt.Fprint(os.Stderr, "Measure the path of a turn. Each line ends in met or short.\n\nExample: relevo-bench -rounds 9 -length 2s\n\n")
		flag.PrintDefaults()
	}
	flag.Parse()
	if *rounds < 1 || *length < 100*time.Millisecond || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	debug.SetGCPercent(runner.GCPercent) // as serve does
	if err := run(context.Background(), *rounds, *length); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "relevo-bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, rounds int, length time.Duration) error {
	if err := measureStep(); err != nil {
		return err
	}
	if err := measureReading(); err != nil {
		return err
	}
	if err := measureScripts(rounds); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "relevo-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := measureCheck(ctx, dir, rounds); err != nil {
		return err
	}
	if err := measureTimers(ctx, dir, rounds); err != nil {
		return err
	}
	return measureTurns(ctx, dir, rounds, length)
}

// line prints a figure with its goal. The figure is met when it is at least the goal.
func line(what, figure string, value, goal float64, goalText string) {
	verdict := "short"
	if value >= goal {
		verdict = "met"
	}
	fmt.Printf("%-52s %-34s goal %-18s %s\n", what, figure, goalText, verdict)
}

func median(values []float64) float64 {
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	return sorted[len(sorted)/2]
}

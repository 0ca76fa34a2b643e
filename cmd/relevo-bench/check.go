package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"go.yaml.in/yaml/v4"

	"relevo/channel/webchat"
	"relevo/channel/whatsapp"
	"relevo/engine"
	"relevo/flows"
	"relevo/flows/flowgen"
	"relevo/flows/project"
)

// What relevo check may take, seen by an analyst who waits for it.
const (
	checkedFlows  = 100
	goalFolder    = 100 * time.Millisecond
	goalFile      = 20 * time.Millisecond
	goalHostile   = 50 * time.Millisecond
	goalHostileKB = 64 << 10
)

// checkRounds is how many times each of the two sides is measured for one round of the flag; the fastest counts, because whatever else the machine
// does only makes them slower.
const checkRounds = 3

// checkOptions are those of relevo check where nothing is configured.
var checkOptions = project.Options{Channels: []engine.ChannelLimits{whatsapp.Capabilities().Limits("WhatsApp"), webchat.Capabilities().Limits("the web chat")}}

// measureCheck checks a folder, a file and hostile files. Its yardstick is the YAML library alone, on the same bytes and processors.
func measureCheck(ctx context.Context, dir string, rounds int) error {
	files, err := project.Read(project.Options{})
	if err != nil {
		return err
	}
	if err := measureFolder(files, rounds); err != nil {
		return err
	}
	if err := measureFile(files, rounds); err != nil {
		return err
	}
	if err := measureProcess(ctx, dir, rounds); err != nil {
		return err
	}
	return measureHostile(rounds)
}

func measureFolder(files project.Files, rounds int) error {
	files.Flows = nil
	for i := range checkedFlows {
		files.Flows = append(files.Flows, project.File{Name: flowgen.Name(i) + ".yaml", Text: flowgen.Flow(i, flowgen.States)})
	}
	var failed error
	parse, check := time.Hour, time.Hour
	for range rounds * checkRounds {
		parse = min(parse, took(func() { parseAll(files.Flows) }))
		check = min(check, took(func() {
			if p := project.Build(files, checkOptions); len(p.Machines) != checkedFlows {
				failed = p.Findings
			}
		}))
	}
	line(fmt.Sprintf("check of %d flows of %d states, %d processors", checkedFlows, flowgen.States, runtime.GOMAXPROCS(0)),
		fmt.Sprintf("%.0f ms", check.Seconds()*1000), goalFolder.Seconds(), check.Seconds(), fmt.Sprintf("≤ %s", goalFolder))
	fmt.Printf("%-52s %.1f times as long (%.0f ms)\n", "  against only reading their YAML", check.Seconds()/parse.Seconds(), parse.Seconds()*1000)
	return failed
}

// parseAll reads the YAML of files on all processors.
func parseAll(files []project.File) {
	var workers sync.WaitGroup
	for w := range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := w; i < len(files); i += runtime.GOMAXPROCS(0) {
				var node yaml.Node
				_ = yaml.Load(files[i].Text, &node)
			}
		})
	}
	workers.Wait()
}

func measureFile(files project.Files, rounds int) error {
	slowest, name := time.Duration(0), ""
	for _, f := range files.Flows {
		alone := files
		alone.Flows = []project.File{f}
		best := time.Hour
		for range rounds * checkRounds {
			best = min(best, took(func() {
				project.Build(alone, project.Options{Files: []string{f.Name}, Channels: checkOptions.Channels})
			}))
		}
		if best > slowest {
			slowest, name = best, f.Name
		}
	}
	line("check of one file, its scripts and the commands", fmt.Sprintf("%.1f ms, %s", slowest.Seconds()*1000, filepath.Base(name)),
		goalFile.Seconds(), slowest.Seconds(), fmt.Sprintf("≤ %s", goalFile))
	return nil
}

// measureProcess is the whole program on one file, from its start to its end.
func measureProcess(ctx context.Context, dir string, rounds int) error {
	program, file := filepath.Join(dir, "relevo"), filepath.Join(dir, "payment_alert.yaml")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", program, "./cmd/relevo").CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w: %s", err, out)
	}
	text, err := flows.Files.ReadFile("payment_alert.yaml")
	if err != nil {
		return err
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return err
	}
	best := time.Hour
	var failed error
	for range rounds * checkRounds {
		best = min(best, took(func() { failed = exec.CommandContext(ctx, program, "check", file).Run() }))
	}
	fmt.Printf("%-52s %.0f ms\n", "  as a process, from its start to its end", best.Seconds()*1000)
	return failed
}

// measureHostile finds the hostile file that takes longest, and the one that takes most memory.
func measureHostile(rounds int) error {
	var slowest time.Duration
	var fattest uint64
	var slow, fat string
	for _, h := range flowgen.AllHostile() {
		best, bytes := time.Hour, uint64(0)
		for range rounds {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			best = min(best, took(func() {
				if def, _ := flows.Load("hostile.yaml", h.Text); def != nil {
					_, _ = engine.Compile(def, engine.Surroundings{Channels: checkOptions.Channels})
				}
			}))
			runtime.ReadMemStats(&after)
			bytes = after.TotalAlloc - before.TotalAlloc
		}
		if best > slowest {
			slowest, slow = best, h.Name
		}
		if bytes > fattest {
			fattest, fat = bytes, h.Name
		}
	}
	line("the slowest hostile file", fmt.Sprintf("%.1f ms, %s", slowest.Seconds()*1000, slow), goalHostile.Seconds(), slowest.Seconds(), fmt.Sprintf("≤ %s", goalHostile))
	line("the hostile file that takes most memory", fmt.Sprintf("%d MiB, %s", fattest>>20, fat), goalHostileKB, float64(fattest>>10), fmt.Sprintf("≤ %d MiB", goalHostileKB>>10))
	return nil
}

func took(f func()) time.Duration {
	begin := time.Now()
	f()
	return time.Since(begin)
}

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/looplab/fsm"

	"relevo/engine"
	"relevo/flows"
	"relevo/scripts"
)

// Goals of the parts of a turn (performance goals 3 to 6): at most so much of the yardstick.
const (
	goalGuard    = 0.9
	goalMove     = 1.5
	goalIsolated = 1.25
)

// partLength is how long one part is measured at a time: short, so that what else the machine does meets both sides of a ratio alike.
const partLength = 2 * time.Millisecond

// partRounds is how many times they take turns for one round of the flag.
const partRounds = 100

// guardFlow has the guard that guardScript has.
const guardFlow = `
flow: guard
title: Guard
languages: [en]
triggers:
  - phrases: {en: [begin]}
slots:
  total: {type: number}
  order: {type: object}
initial: ask
states:
  ask:
    ask: total
    say: How much?
    on:
      answered:
        - {when: 'total > 100 && order.status == "shipped"', goto: bye}
        - {goto: ask}
      exhausted: bye
  bye:
    say: Bye
    end: resolved
`

// guardScript is the same guard as authors would write it in JavaScript, on the slots and one of them.
const guardScript = `export function guard(slots, order) { return slots.total > 100 && order.status === 'shipped' }`

// loopScript is a script that does something: fifty turns of a loop that makes objects.
const loopScript = `export function work(order) {
  const lines = []
  for (let i = 0; i < 50; i++) {
    const item = {id: order.id + i, total: i * 2, tags: ['new', 'blue']}
    lines.push(item.total > 20 && order.status === 'shipped' ? item : {id: item.id})
  }
  return lines.length
}`

func order() map[string]any {
	return map[string]any{
		"id": "AB123456", "status": "shipped", "placed": "2026-11-02", "carrier": "Correos", "tracking": "PK43ES", "expected": "2026-11-25",
		"items": []any{map[string]any{"name": "Trail shoes", "quantity": 1.0}}, "total": map[string]any{"amount": "59.90", "currency": "EUR"},
	}
}

// measureScripts compares the engine's guard with one in JavaScript, its transition with looplab/fsm alone, and a script's call in a world of
// its own with one in a world that is used again.
func measureScripts(rounds int) error {
	rounds *= partRounds
	if err := measureGuard(rounds); err != nil {
		return err
	}
	return measureCalls(rounds)
}

func measureGuard(rounds int) error {
	def, findings := flows.Load("guard.yaml", []byte(guardFlow))
	if err := findings.Err(); err != nil {
		return err
	}
	machine, findings := engine.Compile(def, engine.Surroundings{})
	if err := findings.Err(); err != nil {
		return err
	}
	holds, move, ok := machine.FirstWay("ask", "answered")
	if !ok || holds == nil {
		return errors.New("the bench flow has no guard")
	}
	names := map[string]any{"total": 150.0, "order": order()}
	bench, err := scripts.NewBench(scripts.Source{Name: "guard", File: "guard.js", Code: []byte(guardScript)}, "guard", []any{map[string]any{"total": 150.0}, order()})
	if err != nil {
		return err
	}
	guard := func() error {
		yes, err := holds(names)
		if err == nil && !yes {
			err = errors.New("the guard does not hold")
		}
		return err
	}
	ours, bare, ratio, err := compare(rounds, guard, bench.Bare)
	if err != nil {
		return err
	}
	atMost("guard, against a bare goja call", fmt.Sprintf("%d ns, %.2f of %d ns", ours.Nanoseconds(), ratio, bare.Nanoseconds()), ratio, goalGuard)

	pooled := fsm.NewFSM("ask", fsm.Events{
		{Name: "ask/answered/0", Src: []string{"ask"}, Dst: "bye"}, {Name: "ask/answered/1", Src: []string{"ask"}, Dst: "ask"},
		{Name: "ask/exhausted/0", Src: []string{"ask"}, Dst: "bye"},
	}, fsm.Callbacks{})
	ours, alone, ratio, err := compare(rounds, func() error { _, err := move(); return err }, func() error {
		pooled.SetState("ask")
		return pooled.Event(context.Background(), "ask/answered/0")
	})
	if err != nil {
		return err
	}
	atMost("transition, against looplab/fsm alone", fmt.Sprintf("%d ns, %.2f of %d ns", ours.Nanoseconds(), ratio, alone.Nanoseconds()), ratio, goalMove)
	return nil
}

// measureCalls takes a script that does something, which has a goal, and the shipped one, most of which is its tables of words.
func measureCalls(rounds int) (err error) {
	shipped, err := scripts.Files.ReadFile("orders.js")
	if err != nil {
		return err
	}
	loop := scripts.Source{Name: "loop", File: "loop.js", Code: []byte(loopScript)}
	orders := scripts.Source{Name: "orders", File: "orders.js", Code: shipped}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	pool, err := scripts.NewPool(scripts.Options{
		Sources: []scripts.Source{loop, orders}, Workers: 1, Deadline: time.Second,
		Command: []string{program, scripts.WorkerArg}, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	for _, c := range []struct {
		source   scripts.Source
		function string
		args     []any
		goal     bool
	}{{loop, "work", []any{order()}, true}, {orders, "describe", []any{order(), "es"}, false}} {
		bench, err := scripts.NewBench(c.source, c.function, c.args)
		if err != nil {
			return err
		}
		isolated, pooled, ratio, err := compare(rounds, bench.Isolated, bench.Pooled)
		if err != nil {
			return err
		}
		what, figure := c.source.Name+"."+c.function+", own world against a used one", fmt.Sprintf("%.0f µs, %.2f of %.0f µs", micros(isolated), ratio, micros(pooled))
		if c.goal {
			atMost(what, figure, ratio, goalIsolated)
		} else {
			fmt.Printf("%-52s %s\n", what, figure)
		}
		across, here, ratio, err := compare(rounds, func() error { return bench.Across(pool, c.args) }, bench.Isolated)
		if err != nil {
			return err
		}
		fmt.Printf("%-52s %.0f µs, %.2f of %.0f µs in this process: %+.0f µs\n", "  the same over the pipe to a worker", micros(across), ratio, micros(here), micros(across-here))
	}
	return nil
}

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

// atMost prints a ratio with its goal.
func atMost(what, figure string, ratio, goal float64) {
	line(what, figure, goal/ratio, 1, fmt.Sprintf("≤ %.2f", goal))
}

// compare runs two things in turns and returns the medians of what one call of each takes, and of the ratio of the two.
func compare(rounds int, ours, yardstick func() error) (o, y time.Duration, ratio float64, err error) {
	var theirs, mine, ratios []float64
	for range rounds {
		a, err := each(ours)
		if err != nil {
			return 0, 0, 0, err
		}
		b, err := each(yardstick)
		if err != nil {
			return 0, 0, 0, err
		}
		mine, theirs, ratios = append(mine, a), append(theirs, b), append(ratios, a/b)
	}
	return time.Duration(median(mine)), time.Duration(median(theirs)), median(ratios), nil
}

// each returns the nanoseconds of one call.
func each(f func() error) (float64, error) {
	begin, calls := time.Now(), 0
	for {
		for range 10 {
			if err := f(); err != nil {
				return 0, err
			}
		}
		calls += 10
		if took := time.Since(begin); took >= partLength {
			return float64(took) / float64(calls), nil
		}
	}
}

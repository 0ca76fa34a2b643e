package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"relevo/engine"
	"relevo/flows"
	"relevo/runner"
	"relevo/store"
	"relevo/store/sqlite"
	"relevo/store/sqlite/sqlitebench"
)

// The goals of waiting runs (performance goal 16), and how much more it may cost to find the due ones among a thousand times as many.
const (
	goalIdlePoll  = 50 * time.Microsecond
	goalRead      = 2 * time.Millisecond
	goalStart     = 50 * time.Millisecond
	goalHeap      = 10 << 20 // bytes
	goalGrowth    = 2.0
	pendingTimers = 1_000_000
	fewTimers     = 1_000
)

const (
	// waitsEach is how many runs wait in each conversation.
	waitsEach = 10
	// timerBatch is how many timers are read at once, timerCrowd how many the runner finds due.
	timerBatch = 100
	timerCrowd = 2_000
	timerYear  = 365 * 24 * time.Hour
)

// waitFlow waits in as many runs as there are appointments.
const waitFlow = `
flow: visit
title: Visit
languages: [en]
key: visit.id
triggers:
  - {event: visit.booked}
slots:
  visit: {type: object}
initial: rest
states:
  rest:
    set: {visit: event.data}
    wait: {for: 30d}
    on: {elapsed: bye}
  bye:
    end: resolved
`

var timersBegin = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// waiting is a database with waiting runs.
type waiting struct {
	file    string
	catalog *engine.Catalog
	db      *sqlite.DB
	own     engine.Conversation // one whose timers are claimed and armed again
}

// measureTimers compares a million waiting runs with a thousand.
func measureTimers(ctx context.Context, dir string, rounds int) (err error) {
	many, few := &waiting{file: filepath.Join(dir, "many.db")}, &waiting{file: filepath.Join(dir, "few.db")}
	begin := time.Now()
	if err := errors.Join(many.fill(ctx, pendingTimers), few.fill(ctx, fewTimers)); err != nil {
		return err
	}
	fmt.Printf("%-52s %d in %.1f s\n", "waiting runs, filled", pendingTimers, time.Since(begin).Seconds())

	var starts []float64
	for range rounds {
		took, err := many.start(ctx)
		if err != nil {
			return err
		}
		starts = append(starts, float64(took))
		if err := many.db.Close(); err != nil {
			return err
		}
	}
	for _, w := range []*waiting{many, few} {
		if _, err := w.start(ctx); err != nil {
			return err
		}
		defer func() {
			if w.db != nil {
				err = errors.Join(err, w.db.Close())
			}
		}()
	}
	atMostTime("start among a million timers, to the earliest due", time.Duration(median(starts)), goalStart)

	type measure struct {
		what string
		goal time.Duration
		of   func(*waiting) func() error
	}
	for _, m := range []measure{
		{"idle poll", goalIdlePoll, func(w *waiting) func() error { return func() error { return w.read(ctx, timersBegin, 0) } }},
		{"read of 100 due", goalRead, func(w *waiting) func() error {
			return func() error { return w.read(ctx, timersBegin.Add(10*timerYear), timerBatch) }
		}},
	} {
		a, b, ratio, err := compare(rounds*partRounds, m.of(many), m.of(few))
		if err != nil {
			return err
		}
		atMostTime(m.what+" among a million timers", a, m.goal)
		atMost("  the same against a thousand", fmt.Sprintf("%.2f of %.1f µs", ratio, micros(b)), ratio, goalGrowth)
	}
	took, yardstick, ratio, err := compareClaims(ctx, rounds*partRounds, many, few)
	if err != nil {
		return err
	}
	atMostTime("claim of 100: read and removed in one commit", took, goalRead)
	atMost("  the same against a thousand", fmt.Sprintf("%.2f of %.0f µs", ratio, micros(yardstick)), ratio, goalGrowth)
	var rates []float64
	for range rounds {
		took, err := many.work(ctx)
		if err != nil {
			return err
		}
		rates = append(rates, timerCrowd/took.Seconds())
	}
	fmt.Printf("%-52s %.0f turns/s\n", fmt.Sprintf("%d timers due at once, look to last commit", timerCrowd), median(rates))
	return many.measureHeap(ctx)
}

// atMostTime prints a time with its goal.
func atMostTime(what string, took, goal time.Duration) {
	line(what, fmt.Sprintf("%.1f µs", micros(took)), float64(goal), float64(max(took, 1)), fmt.Sprintf("≤ %s", goal))
}

// heap is what is in use after a collection, in bytes.
func heap() uint64 {
	runtime.GC()
	runtime.GC() // what pools kept over the first
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// measureHeap opens the database again, with a runner that waits for the timers.
func (w *waiting) measureHeap(ctx context.Context) error {
	if err := w.db.Close(); err != nil {
		return err
	}
	w.db = nil
	before := heap()
	if _, err := w.start(ctx); err != nil {
		return err
	}
	idle := &worked{Store: w.db, looked: make(chan struct{}), done: make(chan struct{})}
	r := w.runner(idle, timersBegin)
	if err := r.Start(ctx); err != nil {
		return err
	}
	defer r.Close()
	<-idle.looked
	grown := max(float64(heap())-float64(before), 1)
	line("heap of a million waiting runs", fmt.Sprintf("%.2f MiB", grown/(1<<20)), goalHeap/grown, 1, fmt.Sprintf("≤ %d MiB", goalHeap>>20))
	return nil
}

// compareClaims claims in turns, and returns the medians.
func compareClaims(ctx context.Context, rounds int, many, few *waiting) (took, yardstick time.Duration, ratio float64, err error) {
	var a, b, ratios []float64
	for range rounds {
		x, err := many.claim(ctx)
		if err != nil {
			return 0, 0, 0, err
		}
		y, err := few.claim(ctx)
		if err != nil {
			return 0, 0, 0, err
		}
		a, b, ratios = append(a, float64(x)), append(b, float64(y)), append(ratios, float64(x)/float64(y))
	}
	return time.Duration(median(a)), time.Duration(median(b)), median(ratios), nil
}

// fill makes the database: one conversation whose runs wait, taken through the engine and the store, and copies of it.
func (w *waiting) fill(ctx context.Context, timers int) error {
	def, findings := flows.Load("visit.yaml", []byte(waitFlow))
	if err := findings.Err(); err != nil {
		return err
	}
	machine, findings := engine.Compile(def, engine.Surroundings{})
	if err := findings.Err(); err != nil {
		return err
	}
	w.catalog = engine.NewCatalog(engine.CatalogOptions{Current: []*engine.Machine{machine}, DefaultQueue: "general", DefaultLanguage: "en"})
	db, err := sqlite.Open(ctx, w.file, sqlite.Options{})
	if err != nil {
		return err
	}
	if err := w.book(ctx, db); err != nil {
		return errors.Join(err, db.Close())
	}
	if err := db.Close(); err != nil {
		return err
	}
	if err := sqlitebench.Multiply(ctx, w.file, timers/waitsEach-1, timerYear); err != nil {
		return err
	}
	if _, err := w.start(ctx); err != nil { // the first one writes down what the filling left to the system
		return err
	}
	return w.db.Close()
}

func (w *waiting) book(ctx context.Context, db store.Store) error {
	for i := range waitsEach {
		id := fmt.Sprint(i)
		accepted, err := db.Accept(ctx, []store.Arrival{{
			Channel: "main", DedupeKey: id, Bucket: timersBegin, Identities: []engine.Identity{{Kind: "phone", Value: "+34600111222"}}, Name: "Ana",
			NewContact: "ct_visit", NewConversation: "cv_visit",
			Event: engine.Event{ID: id, Kind: engine.EventBusiness, At: timersBegin, Business: &engine.BusinessEvent{Name: "visit.booked", Key: id, Data: map[string]any{"id": id}}},
		}}, nil)
		if err != nil {
			return err
		}
		conv, _, err := db.Load(ctx, accepted[0].Conversation)
		if err != nil {
			return err
		}
		next, effects, err := w.catalog.Step(conv, accepted[0].Event)
		if err != nil {
			return err
		}
		if err := db.Commit(ctx, store.Turn{Conversation: next, Event: accepted[0].Event, Effects: effects, Inbox: accepted[0].Inbox}); err != nil {
			return err
		}
		if len(next.Runs) != i+1 {
			return fmt.Errorf("%d runs wait after %d bookings", len(next.Runs), i+1)
		}
		w.own = next
	}
	return nil
}

// start opens the database and reads the earliest due time, as serve does.
func (w *waiting) start(ctx context.Context) (time.Duration, error) {
	begin := time.Now()
	db, err := sqlite.Open(ctx, w.file, sqlite.Options{})
	if err != nil {
		return 0, err
	}
	w.db = db
	err = w.read(ctx, timersBegin, 0)
	return time.Since(begin), err
}

// read looks at the timers due by then and expects so many.
func (w *waiting) read(ctx context.Context, now time.Time, want int) error {
	due, next, err := w.db.Due(ctx, now, timerBatch)
	if err == nil && (len(due) != want || next.IsZero()) {
		err = fmt.Errorf("%d timers are due, the next at %s", len(due), next)
	}
	return err
}

// claim arms timers of one conversation and then reads and removes them. Only that is measured.
func (w *waiting) claim(ctx context.Context) (time.Duration, error) {
	arm := func(kind engine.EffectKind, timer func(n int) *engine.Timer) error {
		w.own.Seq++
		turn := store.Turn{Conversation: w.own, Event: engine.Event{ID: fmt.Sprint(w.own.Seq), Kind: engine.EventMessage, At: timersBegin}}
		for n := range timerBatch {
			turn.Effects = append(turn.Effects, engine.Effect{ID: engine.EffectID(w.own.ID, w.own.Seq, n), Kind: kind, Timer: timer(n)})
		}
		return w.db.Commit(ctx, turn)
	}
	seq := w.own.Seq + 1
	if err := arm(engine.EffectTimer, func(n int) *engine.Timer {
		return &engine.Timer{ID: engine.EffectID(w.own.ID, seq, n), Due: timersBegin, Run: "r1", Event: "elapsed"}
	}); err != nil {
		return 0, err
	}
	begin := time.Now()
	due, _, err := w.db.Due(ctx, timersBegin, timerBatch)
	if err == nil && len(due) != timerBatch {
		err = fmt.Errorf("%d timers are due", len(due))
	}
	if err != nil {
		return 0, err
	}
	err = arm(engine.EffectCancelTimer, func(n int) *engine.Timer { return &due[n].Timer })
	return time.Since(begin), err
}

// runner makes a runner whose clock stands still.
func (w *waiting) runner(s store.Store, now time.Time) *runner.Runner {
	return runner.New(runner.Options{
		Store: s, Catalog: w.catalog, Logger: slog.New(slog.DiscardHandler), Now: func() time.Time { return now },
		NewID: func() string { return uuid.Must(uuid.NewV7()).String() },
	})
}

// work lets the runner take the turns of the next timers, and returns how long it took from its look at them to the last commit.
func (w *waiting) work(ctx context.Context) (time.Duration, error) {
	due, _, err := w.db.Due(ctx, timersBegin.Add(10*timerYear), timerCrowd)
	if err == nil && len(due) != timerCrowd {
		err = fmt.Errorf("%d timers are due", len(due))
	}
	if err != nil {
		return 0, err
	}
	watched := &worked{Store: w.db, looked: make(chan struct{}), done: make(chan struct{})}
	watched.left.Store(timerCrowd)
	r := w.runner(watched, due[timerCrowd-1].Timer.Due)
	begin := time.Now()
	if err := r.Start(ctx); err != nil {
		return 0, err
	}
	defer r.Close()
	select {
	case <-watched.done:
		return time.Since(begin), nil
	case <-time.After(time.Minute):
		return 0, fmt.Errorf("%d due timers had no turn", watched.left.Load())
	}
}

// worked tells when the timers were looked at and when the turns of so many are committed.
type worked struct {
	store.Store
	once   sync.Once
	looked chan struct{}
	left   atomic.Int64
	done   chan struct{}
}

// Due implements store.Store.
func (w *worked) Due(ctx context.Context, now time.Time, limit int) ([]store.DueTimer, time.Time, error) {
	due, next, err := w.Store.Due(ctx, now, limit)
	w.once.Do(func() { close(w.looked) })
	return due, next, err
}

// Commit implements store.Store.
func (w *worked) Commit(ctx context.Context, t store.Turn) error {
	err := w.Store.Commit(ctx, t)
	if err == nil && t.Timer != nil && w.left.Add(-1) == 0 {
		close(w.done)
	}
	return err
}

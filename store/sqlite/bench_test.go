package sqlite

import (
	"context"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"relevo/store/sqlite/sqlitebench"
)

const (
	benchConversations = 10_240
	benchGoroutines    = 128
)

// BenchmarkBareGroupCommit is the yardstick: four bare statements a turn, 128 turns a transaction.
func BenchmarkBareGroupCommit(b *testing.B) {
	bare, err := sqlitebench.OpenBare(b.Context(), b.TempDir(), benchConversations)
	if err != nil {
		b.Fatal(err)
	}
	defer bare.Close()
	b.ResetTimer()
	before := cpu(b)
	if err := bare.Run(b.Context(), b.N, 128); err != nil {
		b.Fatal(err)
	}
	report(b, before)
}

// BenchmarkTurn is accept, commit of 128 goroutines; the others add the reading of the conversation and the mark of the delivery.
func BenchmarkTurn(b *testing.B)     { benchTurns(b, Options{}, false, false) }
func BenchmarkTurnRead(b *testing.B) { benchTurns(b, Options{}, true, false) }
func BenchmarkTurnDone(b *testing.B) { benchTurns(b, Options{}, true, true) }

// BenchmarkTurnSingle pays a sync for every write.
func BenchmarkTurnSingle(b *testing.B) { benchTurns(b, Options{MaxGroup: 1}, false, false) }

func benchTurns(b *testing.B, opts Options, read, done bool) {
	db := openDB(b, newPath(b), opts)
	load := sqlitebench.NewLoad(db, time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	load.Read, load.Done = read, done
	workers := make([]*sqlitebench.Worker, benchGoroutines)
	var wg sync.WaitGroup
	for i := range workers {
		wg.Go(func() {
			var err error
			if workers[i], err = load.Worker(context.Background(), i, benchConversations/benchGoroutines); err != nil {
				b.Error(err)
			}
		})
	}
	wg.Wait()
	if b.Failed() {
		return
	}
	var left atomic.Int64
	left.Store(int64(b.N))
	b.ResetTimer()
	before := cpu(b)
	for _, w := range workers {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				if err := w.Turn(context.Background()); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	report(b, before)
}

// report gives turns a second, and the CPU time of a turn, which drifts less than the rate when others use the machine.
func report(b *testing.B, before time.Duration) {
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "turns/s")
	b.ReportMetric(float64((cpu(b)-before).Microseconds())/float64(b.N), "cpu-µs/turn")
}

// cpu is the user and system time of this process.
func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

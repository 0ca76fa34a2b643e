package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mattn/go-sqlite3"

	"relevo/engine"
	"relevo/store"
)

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// plant runs SQL that no method of the store would.
func plant(t testing.TB, db *DB, queries ...string) {
	t.Helper()
	for _, q := range queries {
		err := db.writer.write(t.Context(), func(c *conn) error {
			_, err := c.sql.ExecContext(context.Background(), q)
			return err
		})
		if err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
}

// hold keeps the writer busy until free is called, so that further writes gather into one group. A test that ends before frees it, too: Close
// would wait for ever.
func hold(t *testing.T, db *DB) (free func()) {
	t.Helper()
	begun, release := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	go func() {
		done <- db.writer.write(context.Background(), func(*conn) error {
			close(begun)
			<-release
			return nil
		})
	}()
	<-begun
	free = sync.OnceFunc(func() {
		close(release)
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(free)
	return free
}

// together starts writes while the writer is held, waits until all wait, and returns their answers.
func together(t *testing.T, db *DB, writes ...func() error) []error {
	t.Helper()
	free := hold(t, db)
	answers := make([]error, len(writes))
	var wg sync.WaitGroup
	var over atomic.Int64 // refused before they came to the writer
	for i, w := range writes {
		wg.Go(func() { answers[i] = w(); over.Add(1) })
	}
	for len(db.writer.queue)+int(over.Load()) < len(writes) {
		runtime.Gosched()
	}
	free()
	wg.Wait()
	return answers
}

func TestAFaultyWriteFailsAlone(t *testing.T) {
	t.Parallel()
	db := openDB(t, newPath(t), Options{})
	fault := errors.New("a fault after a change")
	add := func(id string) func() error {
		return func() error { return db.AddUser(t.Context(), store.User{ID: id, Email: id}) }
	}
	answers := together(t, db, add("a"), add("b"),
		func() error {
			return db.writer.write(t.Context(), func(c *conn) error {
				if err := c.addUser(store.User{ID: "half", Email: "half"}); err != nil {
					return err
				}
				return fault
			})
		}, add("c"))
	for i, want := range []error{nil, nil, fault, nil} {
		if !errors.Is(answers[i], want) {
			t.Errorf("write %d: %v, want %v", i, answers[i], want)
		}
	}
	users, err := db.Users(t.Context())
	if err != nil || len(users) != 3 {
		t.Fatalf("got %d users, %v", len(users), err)
	}
}

func TestARefusedWriteDoesNotDisturbItsGroup(t *testing.T) {
	t.Parallel()
	db := openDB(t, newPath(t), Options{})
	runs := 0
	answers := together(t, db,
		func() error { return db.writer.write(t.Context(), func(*conn) error { runs++; return nil }) },
		func() error {
			return db.writer.write(t.Context(), func(*conn) error { return refuse("no: %w", store.ErrConflict) })
		})
	if answers[0] != nil || !errors.Is(answers[1], store.ErrConflict) || runs != 1 {
		t.Fatalf("answers %v, the first ran %d times", answers, runs)
	}
}

func TestACancelledWriteIsNotBegun(t *testing.T) {
	t.Parallel()
	db := openDB(t, newPath(t), Options{})
	free := hold(t, db)
	ctx, cancel := context.WithCancel(t.Context())
	answer := make(chan error, 1)
	go func() { answer <- db.AddUser(ctx, store.User{ID: "a", Email: "a"}) }()
	for len(db.writer.queue) == 0 && len(answer) == 0 {
		runtime.Gosched()
	}
	cancel()
	if err := <-answer; !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	free()
	if _, err := db.User(t.Context(), "a"); !errors.Is(err, store.ErrNotFound) {
		t.Fatalf("got %v", err)
	}
}

func TestAFullDiskFailsWritesAndHealsByItself(t *testing.T) {
	t.Parallel()
	db := openDB(t, newPath(t), Options{})
	limit := func(pages int) {
		var got int
		err := db.writer.write(t.Context(), func(c *conn) error {
			return c.sql.QueryRowContext(context.Background(), fmt.Sprintf("PRAGMA max_page_count = %d", pages)).Scan(&got)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	keep := func() error {
		_, err := db.Accept(t.Context(), nil, []store.Kept{{Channel: "main", Kind: "x", Body: make([]byte, 200_000), At: start}})
		return err
	}
	limit(1) // SQLite makes it the present size
	var full sqlite3.Error
	for _, err := range together(t, db, keep, keep) {
		if !errors.As(err, &full) || full.Code != sqlite3.ErrFull {
			t.Fatalf("got %v", err)
		}
	}
	limit(1 << 30)
	if err := keep(); err != nil {
		t.Fatal(err)
	}
	parts, err := db.KeptParts(t.Context(), 10)
	if err != nil || len(parts) != 1 {
		t.Fatalf("got %d parts, %v", len(parts), err)
	}
}

func TestTheWALStaysBounded(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	db := openDB(t, path, Options{})
	body := make([]byte, 1<<20)
	for range 300 {
		if _, err := db.Accept(t.Context(), nil, []store.Kept{{Channel: "main", Kind: "x", Body: body, At: start}}); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > 160<<20 {
		t.Fatalf("the WAL has %d MiB after 300 MiB of writes", info.Size()>>20)
	}
}

// arrivalOf is an arrival on channel "main".
func arrivalOf(key string, at time.Time) store.Arrival {
	return store.Arrival{
		Channel: "main", DedupeKey: key, Bucket: at, Identities: []engine.Identity{{Kind: "phone", Value: "1"}}, NewContact: "ct", NewConversation: "cv",
		Event: engine.Event{ID: key, Kind: engine.EventMessage, At: at, Message: &engine.Message{Kind: engine.MessageText, Text: "hi"}},
	}
}

func TestEventsWhoseHashesCollideAreToldApart(t *testing.T) {
	t.Parallel()
	for name, bucket := range map[string]time.Time{"by hour": start, "without a time": {}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := openDB(t, newPath(t), Options{})
			db.identify = func(channel, key string) (int64, []byte) {
				_, digest := identify(channel, key)
				return 7, digest
			}
			for round := range 2 {
				for i := range maxProbes {
					a := arrivalOf(fmt.Sprint("m", i), start)
					a.Bucket = bucket
					if bucket.IsZero() {
						a.Event.At = start.AddDate(0, 0, round*30) // the next period
					}
					got, err := db.Accept(t.Context(), []store.Arrival{a}, nil)
					if err != nil {
						t.Fatal(err)
					}
					if got[0].Duplicate != (round == 1) {
						t.Fatalf("round %d, event %d: %+v", round, i, got[0])
					}
				}
			}
		})
	}
}

func TestOldRowsArePruned(t *testing.T) {
	t.Parallel()
	db := openDB(t, newPath(t), Options{})
	ctx := t.Context()
	old, late := arrivalOf("old", start), arrivalOf("late", start.Add(time.Hour))
	late.Event.At = start.Add(9 * 24 * time.Hour) // an old message that came a moment ago, from a history import
	plain := arrivalOf("plain", start)
	plain.Bucket = time.Time{}
	for _, a := range []store.Arrival{old, plain, late} {
		if _, err := db.Accept(ctx, []store.Arrival{a}, nil); err != nil {
			t.Fatal(err)
		}
	}
	count := func() (n int) {
		if err := db.row(ctx, `SELECT count(*) FROM dedupe`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	prune := func(now time.Time) { // the keeper does the same after a commit, in its own time
		for _, p := range prunings {
			if err := db.keeper.pruneOne(p, now); err != nil {
				t.Fatal(err)
			}
		}
	}
	prune(late.Event.At)
	if n := count(); n != 2 {
		t.Fatalf("%d keys are left, want those of late and plain", n)
	}
	for _, a := range []store.Arrival{late, plain} {
		got, err := db.Accept(ctx, []store.Arrival{a}, nil)
		if err != nil || !got[0].Duplicate {
			t.Fatalf("%s: %+v, %v", a.DedupeKey, got, err)
		}
	}
	far := arrivalOf("far", start.AddDate(0, 3, 0))
	if _, err := db.Accept(ctx, []store.Arrival{far}, nil); err != nil {
		t.Fatal(err)
	}
	prune(far.Event.At)
	if n := count(); n != 1 {
		t.Fatalf("%d keys are left, want that of far", n)
	}
}

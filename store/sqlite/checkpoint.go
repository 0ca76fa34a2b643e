package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// A checkpoint copies committed pages from the WAL into the database file. Done by the writer it would be the p99 of every turn, so the
// keeper does it beside the writer, without blocking anybody (PASSIVE). While turns keep coming, a passive checkpoint never reaches the
// WAL's end and the file grows; past a size the writer itself finishes the small rest and lets the WAL start over (RESTART).
const (
	pageBytes = 4096
	// checkpointPages is how much waits before it is copied: 8 MiB.
	checkpointPages = 8 << 20 / pageBytes
	// restartPages is how long the WAL may grow before it must start over: 64 MiB.
	restartPages = 64 << 20 / pageBytes
	// restartWait is how long a restart may wait for readers, in milliseconds; turns wait with it.
	restartWait = "20"
	// pruneEvery is how often old rows are looked for, by the times of events.
	pruneEvery = 10 * time.Minute
)

// keeper looks after the file: checkpoints and pruning. It works only after commits, so an idle database stays idle.
type keeper struct {
	db          *DB
	checkpoints *sql.DB
	wake        chan struct{}
	ending      context.Context
	end         context.CancelFunc
	done        chan struct{}

	pruneNext time.Time
	// retryAt is the WAL's length from which a restart is asked for again, after readers got in the way of one.
	retryAt int64
}

func newKeeper(db *DB) *keeper {
	ending, end := context.WithCancel(context.Background())
	return &keeper{
		db:          db,
		checkpoints: openPool(db.path, commonPragmas, 1, lockDeferred),
		wake:        make(chan struct{}, 1),
		ending:      ending, end: end,
		done: make(chan struct{}),
	}
}

// nudge tells the keeper that something was committed. It never blocks.
func (k *keeper) nudge() {
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

func (k *keeper) stop() {
	k.end()
	<-k.done
}

func (k *keeper) loop() {
	defer close(k.done)
	for {
		select {
		case <-k.ending.Done():
			return
		case <-k.wake:
		}
		k.checkpoint()
		k.prune()
	}
}

func (k *keeper) checkpoint() {
	if k.db.writer.emptyWAL.Load() {
		return
	}
	wal, err := checkpoint(k.checkpoints, "NOOP") // only measures
	if err == nil && wal.pages-wal.copied >= checkpointPages {
		wal, err = checkpoint(k.checkpoints, "PASSIVE")
	}
	if err != nil {
		k.db.log.Warn("checkpoint", "error", err)
		return
	}
	if wal.pages < restartPages {
		k.retryAt = 0
		return
	}
	if wal.pages >= k.retryAt {
		k.retryAt = wal.pages + restartPages/4
		k.db.writer.emptyWAL.Store(true)
	}
}

// restartWAL runs in the writer, between two groups. Readers of old pages may hold it up; then a later one succeeds.
func (w *writer) restartWAL() {
	if err := w.conn.restartWAL(); err != nil {
		w.log.Warn("restart WAL", "error", err)
	}
}

func (c *conn) restartWAL() error {
	// Not prepared: SQLite sets a time-out when it compiles the statement.
	ctx := context.Background()
	if _, err := c.sql.ExecContext(ctx, "PRAGMA busy_timeout = "+restartWait); err != nil {
		return err
	}
	_, err := c.checkpoint("RESTART")
	_, restored := c.sql.ExecContext(ctx, "PRAGMA busy_timeout = "+busyWait)
	return errors.Join(err, restored)
}

// walState is what a checkpoint found.
type walState struct {
	busy          int64 // 1 when it could not finish
	pages, copied int64 // in the WAL; of them in the database file
}

func checkpoint(pool *sql.DB, mode string) (walState, error) {
	var s walState
	err := pool.QueryRow("PRAGMA wal_checkpoint("+mode+")").Scan(&s.busy, &s.pages, &s.copied)
	return s, err
}

func (c *conn) checkpoint(mode string) (walState, error) {
	var s walState
	err := c.sql.QueryRowContext(context.Background(), "PRAGMA wal_checkpoint("+mode+")").Scan(&s.busy, &s.pages, &s.copied)
	return s, err
}

package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/mattn/go-sqlite3"
)

// maxWaiting is how many writes may wait for the writer; further ones wait to be let in.
const maxWaiting = 4096

// writer is the one goroutine that changes the database. It takes every write that waits, never longer than that, runs them in one
// transaction and answers them after its commit: under load many turns share one sync, alone a turn waits for nobody.
type writer struct {
	pool      *sql.DB
	conn      *conn
	max       int // writes a transaction
	log       *slog.Logger
	queue     chan *write
	committed func() // called after each commit
	failed    chan struct{}
	done      chan struct{}

	closing sync.RWMutex
	closed  bool

	// emptyWAL asks for a checkpoint that lets the WAL start over. The keeper sets it and the writer clears it when that is over; in between
	// the keeper makes no checkpoint of its own, because only one can be under way and the writer's would give up.
	emptyWAL atomic.Bool
}

// write is one unit that succeeds or fails whole. run may be called more than once: what it did is rolled back in between.
type write struct {
	ctx    context.Context
	run    func(*conn) error
	taken  atomic.Bool // by the writer, or by a caller who gave up
	answer chan error
}

// refusal is an error of a write that has not changed anything yet. It fails alone; the transaction goes on without it.
type refusal struct{ error }

func (r refusal) Unwrap() error { return r.error }

func refuse(format string, args ...any) error { return refusal{fmt.Errorf(format, args...)} }

func newWriter(ctx context.Context, pool *sql.DB, limit int, log *slog.Logger) (*writer, error) {
	c, err := newConn(ctx, pool)
	if err != nil {
		return nil, err
	}
	return &writer{
		pool: pool, conn: c, max: limit, log: log,
		queue: make(chan *write, maxWaiting), failed: make(chan struct{}), done: make(chan struct{}),
	}, nil
}

// write hands run to the writer and waits for the commit. When ctx ends before run was started, run never is, and ctx's error comes back;
// once started, the answer is waited for, because the caller must know.
func (w *writer) write(ctx context.Context, run func(*conn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	wr := &write{ctx: ctx, run: run, answer: make(chan error, 1)}
	if err := w.enqueue(wr); err != nil {
		return err
	}
	select {
	case err := <-wr.answer:
		return err
	case <-ctx.Done():
		if wr.taken.CompareAndSwap(false, true) {
			return ctx.Err()
		}
		return <-wr.answer
	}
}

func (w *writer) enqueue(wr *write) error {
	w.closing.RLock()
	defer w.closing.RUnlock()
	if w.closed {
		return ErrClosed
	}
	select {
	case w.queue <- wr:
		return nil
	case <-wr.ctx.Done():
		return wr.ctx.Err()
	}
}

// loop works until stop.
func (w *writer) loop() {
	defer close(w.done)
	group := make([]*write, 0, w.max)
	for first := range w.queue {
		group = w.gather(append(group[:0], first))
		w.commit(group)
		w.committed()
		if w.emptyWAL.Load() {
			w.restartWAL()
			w.emptyWAL.Store(false)
		}
	}
}

// gather adds the writes that already wait.
func (w *writer) gather(group []*write) []*write {
	for len(group) < w.max {
		select {
		case wr, open := <-w.queue:
			if !open {
				return group
			}
			group = append(group, wr)
		default:
			return group
		}
	}
	return group
}

// commit runs a group and answers its members. A member whose statements fail spoils the transaction, so the members are then done one by
// one: only the one with the fault fails. A transaction that can not begin or commit fails all of them.
func (w *writer) commit(group []*write) {
	started := group[:0]
	for _, wr := range group {
		if wr.taken.CompareAndSwap(false, true) {
			started = append(started, wr)
		}
	}
	if len(started) == 0 {
		return
	}
	answers := make([]error, len(started))
	spoiled, err := w.attempt(started, answers)
	if spoiled && len(started) > 1 {
		for i := range started {
			_, answers[i] = w.attempt(started[i:i+1], answers[i:i+1])
		}
		err = nil
	}
	for i, wr := range started {
		if err != nil {
			answers[i] = err
		}
		wr.answer <- answers[i]
	}
}

// attempt runs members in one transaction. Refusals go to answers. spoiled says that a member's statement failed.
func (w *writer) attempt(members []*write, answers []error) (spoiled bool, err error) {
	select {
	case <-w.failed:
		return false, ErrDisk
	default:
	}
	if _, err := w.conn.exec("BEGIN IMMEDIATE"); err != nil {
		return false, w.noteDisk(fmt.Errorf("begin: %w", err))
	}
	for i, wr := range members {
		err := wr.run(w.conn)
		var refused refusal
		if errors.As(err, &refused) {
			answers[i] = refused.error
			continue
		}
		if err != nil {
			w.rollback()
			return true, w.noteDisk(err)
		}
	}
	if _, err := w.conn.exec("COMMIT"); err != nil {
		w.rollback()
		return false, w.noteDisk(fmt.Errorf("commit: %w", err))
	}
	if len(members) == 1 {
		return false, answers[0]
	}
	return false, nil
}

// rollback ends the transaction. SQLite has ended it already after some errors (a full disk); then this fails and that is all right.
func (w *writer) rollback() {
	if _, err := w.conn.exec("ROLLBACK"); err != nil {
		w.log.Debug("rollback", "error", err)
	}
}

// noteDisk stops all writing after a failed sync: the kernel has dropped what it could not write, and a later sync would claim success.
func (w *writer) noteDisk(err error) error {
	var e sqlite3.Error
	if !errors.As(err, &e) || e.ExtendedCode != sqlite3.ErrIoErrFsync && e.ExtendedCode != sqlite3.ErrIoErrDirFsync {
		return err
	}
	w.log.Error("the disk failed to keep a write: nothing more is written until a restart", "error", err)
	close(w.failed) // only here, and attempt does not get here again
	return fmt.Errorf("%w: %w", ErrDisk, err)
}

// stop lets the writes that wait finish and takes no new ones.
func (w *writer) stop() {
	w.closing.Lock()
	if !w.closed {
		w.closed = true
		close(w.queue)
	}
	w.closing.Unlock()
	<-w.done
}

// close empties the WAL and closes the connection. The other connections must be closed before.
func (w *writer) close() error {
	var truncated error
	select {
	case <-w.failed:
	default:
		_, truncated = w.conn.checkpoint("TRUNCATE")
	}
	return errors.Join(truncated, w.conn.close(), w.pool.Close())
}

// conn is the writer's connection with its prepared statements and the numbers it gives out. Only the writer's goroutine uses it.
type conn struct {
	sql   *sql.Conn
	stmts map[string]*sql.Stmt

	// The last numbers given out. They only grow, also when what they were given for is rolled back.
	lastInbox, lastConversation int64
}

func newConn(ctx context.Context, pool *sql.DB) (*conn, error) {
	sc, err := pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	c := &conn{sql: sc, stmts: map[string]*sql.Stmt{}}
	err = c.row("SELECT (SELECT coalesce(max(id), 0) FROM inbox), (SELECT coalesce(max(key), 0) FROM conversations)").
		Scan(&c.lastInbox, &c.lastConversation)
	if err != nil {
		return nil, errors.Join(err, sc.Close())
	}
	return c, nil
}

// prepared returns the statement for a query, which must be a constant. No context ends a statement of the writer: a started write is
// finished.
func (c *conn) prepared(query string) (*sql.Stmt, error) {
	if s, ok := c.stmts[query]; ok {
		return s, nil
	}
	s, err := c.sql.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	c.stmts[query] = s
	return s, nil
}

// exec runs a statement and returns how many rows it changed.
func (c *conn) exec(query string, args ...any) (int64, error) {
	s, err := c.prepared(query)
	if err != nil {
		return 0, err
	}
	result, err := s.Exec(args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// row runs a query that returns at most one row.
func (c *conn) row(query string, args ...any) scanner {
	s, err := c.prepared(query)
	if err != nil {
		return failedRow{err}
	}
	return s.QueryRow(args...)
}

// scanner is a row to be read.
type scanner interface{ Scan(dest ...any) error }

type failedRow struct{ err error }

func (r failedRow) Scan(...any) error { return r.err }

func (c *conn) close() error {
	var errs []error
	for _, s := range c.stmts {
		errs = append(errs, s.Close())
	}
	return errors.Join(append(errs, c.sql.Close())...)
}

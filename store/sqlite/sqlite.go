// Package sqlite keeps conversations in one SQLite file.
//
// One goroutine writes: it takes all writes that wait, runs them in one transaction and answers each after the commit (writer.go). Reads
// run beside it on connections of their own. Checkpoints happen off the writer (checkpoint.go).
//
//	Open → lock file → connections, PRAGMAs → migrations → writer, checkpointer
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/mattn/go-sqlite3"

	"relevo/store"
)

// The errors of Open and of a database that is over.
var (
	// ErrInUse is a file that another process has open.
	ErrInUse = errors.New("the database is in use by another process")
	// ErrNewer is a file written by a newer version of this program.
	ErrNewer = errors.New("the database was made by a newer version")
	// ErrClosed is a write after Close.
	ErrClosed = errors.New("the database is closed")
	// ErrDisk is a disk that failed to keep what it was given (fsync). What it holds is not certain any more, so nothing more is written.
	ErrDisk = errors.New("the disk failed to keep a write")
)

const (
	// minLibrary is SQLite 3.51.3: older ones can corrupt a WAL that two connections reset at once.
	minLibrary     = 3_051_003
	minLibraryName = "3.51.3"

	defaultMaxGroup = 512
	readConns       = 4
)

// Options tune a database. The zero value is right for a server.
type Options struct {
	Logger *slog.Logger
	// MaxGroup is how many writes share a transaction at most; 512 when it is 0. With 1 every write pays for its own sync.
	MaxGroup int
}

// DB is a store.Store in a SQLite file. It is safe for concurrent use.
type DB struct {
	path    string
	log     *slog.Logger
	readers *sql.DB
	stmts   sync.Map // query → *sql.Stmt, prepared on readers
	writer  *writer
	keeper  *keeper
	lock    *fileLock

	// latest is the newest time of an event, in microseconds. Nothing here looks at a clock: what is old is old against this.
	latest atomic.Int64

	// identify turns what is unique about an event into a hash and what confirms it; tests put collisions here.
	identify func(channel, key string) (hash int64, digest []byte)

	closeOnce sync.Once
	closeErr  error
}

var _ store.Store = (*DB)(nil)

// Open opens the database file at path, makes it (mode 0600) and its folder (0700) where they are missing, and brings its tables up to
// date. It fails with ErrInUse while another process has it open and with ErrNewer for a file of a newer version.
func Open(ctx context.Context, path string, opts Options) (*DB, error) {
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	if opts.MaxGroup <= 0 {
		opts.MaxGroup = defaultMaxGroup
	}
	if err := checkLibrary(sqlite3.Version()); err != nil {
		return nil, err
	}
	path, err := makeFile(path)
	if err != nil {
		return nil, err
	}
	lock, err := lockFile(path + ".lock")
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	db := &DB{path: path, log: opts.Logger, lock: lock, identify: identify}
	if err := db.start(ctx, opts); err != nil {
		return nil, fmt.Errorf("open %s: %w", path, errors.Join(err, db.release()))
	}
	return db, nil
}

// start opens the connections and the two goroutines that work on them.
func (db *DB) start(ctx context.Context, opts Options) error {
	writes := openPool(db.path, writerPragmas, 1, lockImmediate)
	if err := migrate(ctx, writes); err != nil {
		return errors.Join(err, writes.Close())
	}
	w, err := newWriter(ctx, writes, opts.MaxGroup, db.log)
	if err != nil {
		return errors.Join(err, writes.Close())
	}
	db.writer = w
	db.readers = openPool(db.path, readerPragmas, readConns, lockDeferred)
	if err := db.readers.PingContext(ctx); err != nil {
		return err
	}
	db.keeper = newKeeper(db)
	w.committed = db.keeper.nudge
	go w.loop()
	go db.keeper.loop()
	return nil
}

// Failed is closed when the disk failed to keep a write (ErrDisk). The program should stop: only a restart finds out what is there.
func (db *DB) Failed() <-chan struct{} { return db.writer.failed }

// saw notes the time of an event, before it is written: the keeper looks at it after the commit.
func (db *DB) saw(at int64) {
	for {
		latest := db.latest.Load()
		if at <= latest || db.latest.CompareAndSwap(latest, at) {
			return
		}
	}
}

// Close finishes the writes that wait, moves everything into the database file and gives the file free. Further calls return the same.
func (db *DB) Close() error {
	db.closeOnce.Do(func() {
		db.keeper.stop()
		db.writer.stop()
		db.closeErr = db.release()
	})
	return db.closeErr
}

// release closes what is open, in the order that lets the last checkpoint empty the WAL.
func (db *DB) release() error {
	var errs []error
	if db.keeper != nil {
		errs = append(errs, db.keeper.checkpoints.Close())
	}
	if db.readers != nil {
		errs = append(errs, db.readers.Close())
	}
	if db.writer != nil {
		errs = append(errs, db.writer.close())
	}
	return errors.Join(append(errs, db.lock.release())...)
}

func checkLibrary(name string, number int, _ string) error {
	if number < minLibrary {
		return fmt.Errorf("SQLite %s is too old: this program needs %s or newer", name, minLibraryName)
	}
	return nil
}

// makeFile returns the absolute path of the database file and makes it where it is missing, readable by its owner alone. SQLite gives its
// companion files the same mode.
func makeFile(path string) (string, error) {
	if path == "" {
		return "", errors.New("open database: the path is empty")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return "", err
	}
	return path, f.Close()
}

package sqlite

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"relevo/engine"
	"relevo/store"
)

const (
	// maxJSON is the size of one stored JSON value (a state, an event, a turn's effects) in bytes. The engine limits each slot; a flow
	// that fills very many of them gets here.
	maxJSON = 8 << 20
	// maxRows is how many rows a list for people returns at most, whatever was asked for.
	maxRows = 10_000
)

// micros is a time as it is stored; 0 is the zero time.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(v int64) time.Time {
	if v == 0 {
		return time.Time{}
	}
	return time.UnixMicro(v).UTC()
}

// hours counts from 1970; times before it are 0.
func hours(t time.Time) int64 { return max(0, t.Unix()/3600) }

func limitRows(limit int) int64 {
	if limit <= 0 || limit > maxRows {
		return maxRows
	}
	return int64(limit)
}

// allRows is the limit of a list that nothing may be missing from: what a restart takes up.
func allRows(limit int) int64 {
	if limit <= 0 {
		return -1 // SQLite: no limit
	}
	return int64(limit)
}

func encode(what string, v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("encode %s: %w", what, err)
	}
	if len(b) > maxJSON {
		return "", fmt.Errorf("encode %s: %d bytes are more than %d: %w", what, len(b), maxJSON, store.ErrTooLarge)
	}
	return string(b), nil
}

func decode(what string, b []byte, v any) error {
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("decode %s: %w", what, err)
	}
	return nil
}

// effectID is an effect's id in parts: "conversation/seq/n".
type effectID struct {
	conversation string
	seq, n       int64
}

func parseEffect(id string) (effectID, bool) {
	conversation, seq, n, ok := engine.ParseEffectID(id)
	return effectID{conversation, seq, int64(n)}, ok && conversation != ""
}

func (e effectID) String() string {
	return engine.EffectID(e.conversation, e.seq, int(e.n))
}

// identify makes 8 bytes to look up by and 16 to be sure by, from SHA-256, so that nobody outside can choose names that collide and a
// long name takes no more room than a short one.
func identify(channel, key string) (hash int64, digest []byte) {
	sum := sha256.Sum256([]byte(channel + "\x00" + key))
	return int64(binary.BigEndian.Uint64(sum[:8])), sum[8:24]
}

// reader returns a prepared statement for the read connections. The query must be a constant.
func (db *DB) reader(query string) (*sql.Stmt, error) {
	if s, ok := db.stmts.Load(query); ok {
		return s.(*sql.Stmt), nil
	}
	s, err := db.readers.Prepare(query)
	if err != nil {
		return nil, err
	}
	if prior, taken := db.stmts.LoadOrStore(query, s); taken {
		return prior.(*sql.Stmt), s.Close()
	}
	return s, nil
}

// row reads at most one row. A cancelled ctx is noticed before, not during: the driver pays for watching it with a goroutine a query, more
// than these look-ups cost.
func (db *DB) row(ctx context.Context, query string, args ...any) scanner {
	if err := ctx.Err(); err != nil {
		return failedRow{err}
	}
	s, err := db.reader(query)
	if err != nil {
		return failedRow{err}
	}
	return s.QueryRow(args...)
}

// each reads all rows of a query with scan, which reads one.
func (db *DB) each(ctx context.Context, scan func(scanner) error, query string, args ...any) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	s, err := db.reader(query)
	if err != nil {
		return err
	}
	rows, err := s.Query(args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// found turns "no rows" into store.ErrNotFound with what was looked for.
func found(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, sql.ErrNoRows) {
		err = store.ErrNotFound
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}

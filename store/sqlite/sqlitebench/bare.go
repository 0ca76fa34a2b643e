// Package sqlitebench measures how near store/sqlite comes to what SQLite itself can do. Bare is the yardstick, Load the product's turn; a
// program runs them in alternating rounds and compares pair by pair, because the absolute figures of one machine drift.
package sqlitebench

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"

	_ "github.com/mattn/go-sqlite3" // registers "sqlite3"
)

// Sizes of a bare turn in bytes.
const (
	inboxBytes  = 1000
	stateBytes  = 600
	outboxBytes = 300
	logBytes    = 150
)

// bareSchema is the least that can hold a durable turn. The duplicate check is by hour and hash, as in the product.
const bareSchema = `
CREATE TABLE inbox (bucket INTEGER NOT NULL, hash INTEGER NOT NULL, ext_id TEXT NOT NULL, conversation INTEGER NOT NULL, body BLOB NOT NULL,
	PRIMARY KEY (bucket, hash)) STRICT, WITHOUT ROWID;
CREATE TABLE conversation (key INTEGER PRIMARY KEY, seq INTEGER NOT NULL, state BLOB NOT NULL) STRICT;
CREATE TABLE outbox (id INTEGER PRIMARY KEY, conversation INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE TABLE log (id INTEGER PRIMARY KEY, conversation INTEGER NOT NULL, body BLOB NOT NULL) STRICT;`

// bareTurn are the four statements of a turn.
var bareTurn = [4]string{
	`INSERT INTO inbox (bucket, hash, ext_id, conversation, body) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
	`UPDATE conversation SET seq = seq + 1, state = ? WHERE key = ?`,
	`INSERT INTO outbox (conversation, body) VALUES (?, ?)`,
	`INSERT INTO log (conversation, body) VALUES (?1, ?2), (?1, ?2)`,
}

// Bare is a database with nothing but the four statements of a turn, durable (synchronous=FULL), many turns a transaction.
type Bare struct {
	pool          *sql.DB
	conn          *sql.Conn
	stmts         [4]*sql.Stmt
	conversations int
	turns         int64
	random        *rand.Rand
}

// OpenBare makes the database bare.db in dir, with so many conversations.
func OpenBare(ctx context.Context, dir string, conversations int) (*Bare, error) {
	pool, err := sql.Open("sqlite3", "file:"+filepath.Join(dir, "bare.db")+"?_journal_mode=WAL&_synchronous=FULL&_txlock=immediate&_cache_size=-32768")
	if err != nil {
		return nil, err
	}
	b := &Bare{pool: pool, conversations: conversations, random: rand.New(rand.NewPCG(1, 2))}
	if err := b.prepare(ctx); err != nil {
		return nil, fmt.Errorf("prepare yardstick: %w", errors.Join(err, pool.Close()))
	}
	return b, nil
}

func (b *Bare) prepare(ctx context.Context) (err error) {
	if b.conn, err = b.pool.Conn(ctx); err != nil {
		return err
	}
	if _, err := b.conn.ExecContext(ctx, bareSchema); err != nil {
		return err
	}
	_, err = b.conn.ExecContext(ctx, `WITH RECURSIVE n(key) AS (SELECT 1 UNION ALL SELECT key + 1 FROM n WHERE key < ?)
		INSERT INTO conversation (key, seq, state) SELECT key, 0, zeroblob(?) FROM n`, b.conversations, stateBytes)
	if err != nil {
		return err
	}
	for i, query := range bareTurn {
		if b.stmts[i], err = b.conn.PrepareContext(ctx, query); err != nil {
			return err
		}
	}
	return nil
}

// Run does so many turns, batch of them in each transaction.
func (b *Bare) Run(ctx context.Context, turns, batch int) error {
	for done := 0; done < turns; done += batch {
		if err := b.group(min(batch, turns-done)); err != nil {
			return errors.Join(err, ctx.Err())
		}
	}
	return nil
}

var (
	inboxBody  = bytes.Repeat([]byte("i"), inboxBytes)
	stateBody  = bytes.Repeat([]byte("s"), stateBytes)
	outboxBody = bytes.Repeat([]byte("o"), outboxBytes)
	logBody    = bytes.Repeat([]byte("l"), logBytes)
)

func (b *Bare) group(turns int) error {
	ctx := context.Background() // one that can end costs the driver a goroutine a statement
	if _, err := b.conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	for range turns {
		b.turns++
		key := 1 + b.random.Int64N(int64(b.conversations))
		hash := int64(b.random.Uint64())
		bucket := b.turns / 100_000
		_, err1 := b.stmts[0].Exec(bucket, hash, fmt.Sprintf("wamid.%016x%016x%016x", hash, b.turns, hash), key, inboxBody)
		_, err2 := b.stmts[1].Exec(stateBody, key)
		_, err3 := b.stmts[2].Exec(key, outboxBody)
		_, err4 := b.stmts[3].Exec(key, logBody)
		if err := errors.Join(err1, err2, err3, err4); err != nil {
			return err
		}
	}
	_, err := b.conn.ExecContext(ctx, "COMMIT")
	return err
}

// Close closes the database.
func (b *Bare) Close() error { return errors.Join(b.conn.Close(), b.pool.Close()) }

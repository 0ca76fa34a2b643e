package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"strings"

	"github.com/mattn/go-sqlite3"
	"github.com/pressly/goose/v3"
)

// pragma is a setting that is made and then read back: the driver and the library have defaults of their own.
type pragma struct{ name, set, want string }

const (
	maxWAL   = "67108864" // 64 MiB: what is left of a WAL file after it was emptied
	busyWait = "5000"     // milliseconds to wait for a lock; only another program (a backup, the sqlite3 shell) can hold one that long
)

var commonPragmas = []pragma{
	{"busy_timeout", busyWait, busyWait},
	{"journal_mode", "WAL", "wal"},
	{"synchronous", "FULL", "2"}, // a commit that was answered survives a power cut
	{"foreign_keys", "ON", "1"},
	{"trusted_schema", "OFF", "0"},
	{"cell_size_check", "ON", "1"},
	{"secure_delete", "ON", "1"},
	{"journal_size_limit", maxWAL, maxWAL},
	{"wal_autocheckpoint", "0", "0"}, // see checkpoint.go
	{"temp_store", "MEMORY", "2"},
}

var (
	writerPragmas = append(commonPragmas[:len(commonPragmas):len(commonPragmas)], pragma{"cache_size", "-32768", "-32768"}) // KiB, negative
	readerPragmas = append(commonPragmas[:len(commonPragmas):len(commonPragmas)], pragma{"query_only", "ON", "1"})
)

// txLock says when a transaction takes its lock. One that begins deferred and then writes gets SQLITE_BUSY at once, whatever the time-out.
type txLock string

const (
	lockImmediate txLock = "immediate"
	lockDeferred  txLock = "deferred"
)

// connector opens connections with its settings.
type connector struct {
	driver *sqlite3.SQLiteDriver
	dsn    string
}

func (c *connector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.dsn) }
func (c *connector) Driver() driver.Driver                        { return c.driver }

// openPool makes a pool of connections. Only the writer's transactions take the write lock when they begin.
func openPool(path string, settings []pragma, conns int, lock txLock) *sql.DB {
	u := url.URL{Path: path}
	pool := sql.OpenDB(&connector{
		driver: &sqlite3.SQLiteDriver{ConnectHook: func(c *sqlite3.SQLiteConn) error { return applyPragmas(c, settings) }},
		dsn:    "file:" + u.EscapedPath() + "?_txlock=" + string(lock),
	})
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	return pool
}

func applyPragmas(c *sqlite3.SQLiteConn, settings []pragma) error {
	for _, p := range settings {
		if _, err := c.Exec("PRAGMA "+p.name+" = "+p.set, nil); err != nil {
			return fmt.Errorf("set %s: %w", p.name, err)
		}
		got, err := readPragma(c, p.name)
		if err != nil {
			return fmt.Errorf("read %s: %w", p.name, err)
		}
		if got != p.want {
			return fmt.Errorf("SQLite did not take %s = %s: it says %s", p.name, p.set, got)
		}
	}
	return nil
}

func readPragma(c *sqlite3.SQLiteConn, name string) (string, error) {
	rows, err := c.Query("PRAGMA "+name, nil)
	if err != nil {
		return "", err
	}
	row := make([]driver.Value, len(rows.Columns()))
	if err := rows.Next(row); err != nil {
		return "", errors.Join(err, rows.Close())
	}
	return strings.ToLower(fmt.Sprint(row[0])), rows.Close()
}

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the tables up to date. It changes nothing in a file that a newer version has migrated further.
func migrate(ctx context.Context, pool *sql.DB) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, pool, files)
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	current, newest, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read the schema's version: %w", err)
	}
	if current > newest {
		return fmt.Errorf("%w: its schema is %d, this program knows %d", ErrNewer, current, newest)
	}
	if current == newest {
		return nil
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate from schema %d: %w", current, err)
	}
	return nil
}

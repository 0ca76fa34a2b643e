package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mattn/go-sqlite3"
)

func TestOpenMakesPrivateFiles(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "data?100%#")
	path := filepath.Join(folder, "relevo.db")
	db := openDB(t, path, Options{})
	if err := db.SetSetup(t.Context(), "x", start); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]os.FileMode{folder: 0o700, path: 0o600, path + "-wal": 0o600, path + ".lock": 0o600} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", filepath.Base(name), got, want)
		}
	}
}

func TestOpenTwiceIsRefused(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	db := openDB(t, path, Options{})
	if _, err := Open(t.Context(), path, Options{}); !errors.Is(err, ErrInUse) {
		t.Fatalf("got %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	openDB(t, path, Options{})
}

func TestOpenRefusesANewerSchema(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	db := openDB(t, path, Options{})
	plant(t, db, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)`)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), path, Options{}); !errors.Is(err, ErrNewer) || !strings.Contains(err.Error(), "999") {
		t.Fatalf("got %v", err)
	}
}

func TestOpenRefusesAnOldLibrary(t *testing.T) {
	t.Parallel()
	for number, good := range map[int]bool{3_051_002: false, 3_051_003: true, 3_054_001: true} {
		if err := checkLibrary("3.x", number, ""); (err == nil) != good {
			t.Errorf("%d: %v", number, err)
		}
	}
}

func TestOpenRefusesWhatIsNoDatabase(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	if err := os.WriteFile(path, []byte(strings.Repeat("not a database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), path, Options{}); err == nil || !strings.Contains(err.Error(), "not a database") {
		t.Fatalf("got %v", err)
	}
	if _, err := Open(t.Context(), "", Options{}); err == nil {
		t.Fatal("an empty path was taken")
	}
}

func TestSettingsHoldOnEveryConnection(t *testing.T) {
	t.Parallel()
	db := openDB(t, newPath(t), Options{})
	pools := map[string]*sql.DB{"reader": db.readers, "checkpoints": db.keeper.checkpoints}
	check := func(who string, row func(string) *sql.Row, settings []pragma) {
		for _, p := range settings {
			var got string
			if err := row("PRAGMA " + p.name).Scan(&got); err != nil || got != p.want {
				t.Errorf("%s: %s is %q, want %q (%v)", who, p.name, got, p.want, err)
			}
		}
	}
	check("writer", func(q string) *sql.Row { return db.writer.conn.sql.QueryRowContext(t.Context(), q) }, writerPragmas)
	for who, pool := range pools {
		settings := commonPragmas
		if who == "reader" {
			settings = readerPragmas
		}
		check(who, func(q string) *sql.Row { return pool.QueryRow(q) }, settings)
	}
	if _, err := db.readers.Exec(`DELETE FROM users`); err == nil {
		t.Error("a reader wrote")
	}
}

func TestCloseEmptiesTheWAL(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	db := openDB(t, path, Options{})
	if err := db.SetSetup(t.Context(), "x", start); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path + "-wal"); err == nil && info.Size() > 0 {
		t.Fatalf("the WAL still has %d bytes", info.Size())
	}
	if err := db.SetSetup(t.Context(), "x", start); !errors.Is(err, ErrClosed) {
		t.Fatalf("a write after Close: %v", err)
	}
}

// Deleted text must not stay in the file.
func TestDeletedTextIsOverwritten(t *testing.T) {
	t.Parallel()
	const secret = "canary-7f3a"
	path := newPath(t)
	db := openDB(t, path, Options{})
	for i := range 50 {
		if err := db.AddFailedSignIn(t.Context(), fmt.Sprint(secret, i), start); err != nil {
			t.Fatal(err)
		}
	}
	plant(t, db, `DELETE FROM sign_in_failures`)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(content), secret) {
		t.Fatal("the text is still in the file")
	}
}

func TestAFailedSyncStopsAllWriting(t *testing.T) {
	t.Parallel()
	db := openDB(t, newPath(t), Options{})
	err := db.writer.write(t.Context(), func(*conn) error {
		return fmt.Errorf("commit: %w", sqlite3.Error{Code: sqlite3.ErrIoErr, ExtendedCode: sqlite3.ErrIoErrFsync})
	})
	if !errors.Is(err, ErrDisk) {
		t.Fatalf("got %v", err)
	}
	<-db.Failed()
	if err := db.SetSetup(context.Background(), "x", start); !errors.Is(err, ErrDisk) {
		t.Fatalf("the next write: %v", err)
	}
	if _, err := db.Users(t.Context()); err != nil {
		t.Fatalf("a read: %v", err)
	}
}

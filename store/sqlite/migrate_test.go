package sqlite

import (
	"io/fs"
	"testing"
	"time"

	"github.com/pressly/goose/v3"
)

// TestTheFirstSchemaIsMigrated opens a file of before publications were counted: its versions stay, the current one stays current.
func TestTheFirstSchemaIsMigrated(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	pool := openPool(path, writerPragmas, 1, lockImmediate)
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, pool, files)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.UpTo(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	_, err = pool.Exec(`INSERT INTO flow_versions VALUES ('v1', 'orders', 'orders.yaml', 1000000, x'6f6e65'), ('v2', 'orders', 'orders.yaml', 2000000, x'74776f');
		INSERT INTO flows VALUES ('orders', 'v2')`)
	if err != nil {
		t.Fatal(err)
	}
	if err := pool.Close(); err != nil {
		t.Fatal(err)
	}
	db := openDB(t, path, Options{})
	published, err := db.Published(t.Context())
	if err != nil || published.Number != 0 || published.Flows["orders"] != "v2" {
		t.Errorf("%+v, %v", published, err)
	}
	history, err := db.FlowHistory(t.Context(), "", 0)
	if err != nil || len(history) != 2 || !history[0].Current || !history[0].CurrentSince.Equal(time.Unix(2, 0)) || history[1].Hash != "v1" {
		t.Errorf("%+v, %v", history, err)
	}
	v, err := db.FlowVersion(t.Context(), "v1")
	if err != nil || string(v.Source) != "one" {
		t.Errorf("%+v, %v", v, err)
	}
}

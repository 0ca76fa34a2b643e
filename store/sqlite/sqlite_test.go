package sqlite

import (
	"path/filepath"
	"testing"

	"relevo/store"
	"relevo/store/storetest"
)

// openDB opens the database at path and closes it at the end of the test.
func openDB(t testing.TB, path string, opts Options) *DB {
	t.Helper()
	db, err := Open(t.Context(), path, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func newPath(t testing.TB) string { return filepath.Join(t.TempDir(), "relevo.db") }

func opener(opts Options) storetest.Opener {
	return func(t *testing.T) (store.Store, func() store.Store) {
		path := newPath(t)
		db := openDB(t, path, opts)
		return db, func() store.Store {
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			db = openDB(t, path, opts)
			return db
		}
	}
}

func TestContract(t *testing.T) {
	t.Parallel()
	storetest.Run(t, opener(Options{}))
}

func TestContractOneWriteATransaction(t *testing.T) {
	t.Parallel()
	storetest.Run(t, opener(Options{MaxGroup: 1}))
}

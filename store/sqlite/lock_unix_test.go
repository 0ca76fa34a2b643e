//go:build unix

package sqlite

import (
	"path/filepath"
	"syscall"
	"testing"
)

func TestAReleasedLockIsFreeAlthoughAChildHasTheFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "relevo.db.lock")
	first, err := lockFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// What a child has between fork and exec: another descriptor of the same open file.
	child, err := syscall.Dup(int(first.f.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = syscall.Close(child) }()
	if err := first.release(); err != nil {
		t.Fatal(err)
	}
	second, err := lockFile(path)
	if err != nil {
		t.Fatalf("the lock is not free: %v", err)
	}
	if err := second.release(); err != nil {
		t.Error(err)
	}
}

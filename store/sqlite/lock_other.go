//go:build !unix

package sqlite

// fileLock does nothing on systems without flock: there SQLite's own locks alone keep two processes from writing at once.
type fileLock struct{}

func lockFile(string) (*fileLock, error) { return &fileLock{}, nil }

func (l *fileLock) release() error { return nil }

package watch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fakeSource is a system that says what a test says.
type fakeSource struct {
	changes chan string
	added   []string
	refuses error // what Add answers
	closed  int
}

func newFake() *fakeSource { return &fakeSource{changes: make(chan string, 1000)} }

func (f *fakeSource) Add(folder string) error {
	f.added = append(f.added, folder)
	return f.refuses
}
func (f *fakeSource) Remove(string)          {}
func (f *fakeSource) Changes() <-chan string { return f.changes }
func (f *fakeSource) Close() error           { f.closed++; return nil }

func isYAML(name string) bool {
	return strings.HasSuffix(name, ".yaml") && !strings.HasPrefix(name, ".")
}

func save(t *testing.T, file, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
}

// world is a folder and a watcher of it.
type world struct {
	*testing.T
	folder string
	source *fakeSource
	seen   chan Change
}

// start watches a folder in which a.yaml and b.yaml are, with a source or, without one, by looking.
func start(t *testing.T, source *fakeSource) *world {
	t.Helper()
	w := &world{T: t, folder: filepath.Join(t.TempDir(), "flows"), source: source, seen: make(chan Change, 100)}
	save(t, w.file("a.yaml"), "a")
	save(t, w.file("b.yaml"), "b")
	watcher := New(Options{Folders: []string{w.folder, w.folder}, Wanted: isYAML, Logger: slog.New(slog.DiscardHandler), Open: func() (Source, error) {
		if source == nil {
			return nil, errors.New("too many open files")
		}
		return source, nil
	}})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- watcher.Run(ctx, func(c Change) { w.seen <- c }) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if source != nil && source.closed != 1 {
			t.Errorf("closed %d times", source.closed)
		}
	})
	synctest.Wait()
	return w
}

func (w *world) file(name string) string { return filepath.Join(w.folder, name) }

// says makes the source tell of files.
func (w *world) says(names ...string) {
	for _, name := range names {
		w.source.changes <- w.file(name)
	}
}

// wants waits for one change of these files, at most d, and for none after it.
func (w *world) wants(d time.Duration, names ...string) {
	w.Helper()
	select {
	case c := <-w.seen:
		for i := range c.Files {
			c.Files[i] = filepath.Base(c.Files[i])
		}
		if !slices.Equal(c.Files, names) {
			w.Errorf("changed are %v, want %v", c.Files, names)
		}
	case <-time.After(d):
		w.Errorf("nothing has changed after %s, want %v", d, names)
	}
	w.quiet()
}

// quiet wants no change in the time in which every other one would be seen.
func (w *world) quiet() {
	w.Helper()
	select {
	case c := <-w.seen:
		w.Errorf("%v changed, too", c.Files)
	case <-time.After(2 * pollSure):
	}
}

func TestASaveInSeveralStepsIsOneChange(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := start(t, newFake())
		for i := range 5 { // an editor makes a file beside it, cuts the old one, writes, renames
			save(t, w.file("a.yaml"), strings.Repeat("x", i))
			w.says(".a.yaml.swp", "a.yaml", "4913")
			time.Sleep(quiet / 2)
		}
		w.wants(quiet*2, "a.yaml")
	})
}

func TestManyFilesAtOnceAreOneChange(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := start(t, newFake())
		var want []string
		for i := range 200 { // git checkout
			name := fmt.Sprintf("f%03d.yaml", i)
			save(t, w.file(name), "text")
			w.says(name)
			want = append(want, name)
		}
		if err := os.Remove(w.file("b.yaml")); err != nil {
			t.Fatal(err)
		}
		w.says("b.yaml")
		w.wants(2*patience, append([]string{"b.yaml"}, want...)...)
	})
}

func TestAFileThatIsWrittenWithoutAPauseIsLookedAtAnyway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := start(t, newFake())
		begun := time.Now()
		for range 60 {
			w.says("a.yaml")
			time.Sleep(quiet / 2)
		}
		first := <-w.seen
		if took := first.Noticed.Sub(begun); took > quiet {
			t.Errorf("noticed after %s", took)
		}
		if n := len(w.seen); n < 1 || n > 3 {
			t.Errorf("%d more changes in %s", n, 30*quiet)
		}
	})
}

func TestTheSameContentSavedAgainIsAChange(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := start(t, newFake())
		info, err := os.Stat(w.file("a.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		save(t, w.file("a.yaml"), "A") // as long as before, and the clock of the file system stood still
		if err := os.Chtimes(w.file("a.yaml"), info.ModTime(), info.ModTime()); err != nil {
			t.Fatal(err)
		}
		w.says("a.yaml")
		w.wants(2*quiet, "a.yaml")
	})
}

func TestWhatTheSystemMissedIsFoundByLooking(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := start(t, newFake())
		save(t, w.file("c.yaml"), "c")
		w.wants(pollSure+2*quiet, "c.yaml")
		save(t, w.file("c.yaml"), "more")
		w.source.changes <- "" // its queue ran over
		w.wants(2*quiet, "c.yaml")
	})
}

func TestOtherFilesAreNobodysBusiness(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := start(t, newFake())
		for _, name := range []string{"a.yaml~", ".a.yaml", "relevo.db-wal", "deeper/a.yaml"} {
			save(t, w.file(name), "x")
			w.says(name)
		}
		if err := os.Symlink("nowhere", w.file(".#a.yaml")); err != nil { // Emacs, while it is edited
			t.Fatal(err)
		}
		w.quiet()
	})
}

func TestWithoutTheSystemFoldersAreLookedAt(t *testing.T) {
	t.Parallel()
	silent := func() *fakeSource {
		f := newFake()
		f.refuses = errors.New("no space left on device") // no more watches
		return f
	}
	for name, source := range map[string]func() *fakeSource{
		"nothing to listen to":                 func() *fakeSource { return nil },
		"a folder that can not be listened to": silent,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := start(t, source())
				save(t, w.file("a.yaml"), "longer")
				w.wants(pollAlone+2*quiet, "a.yaml")
				info, err := os.Stat(w.file("b.yaml"))
				if err != nil {
					t.Fatal(err)
				}
				save(t, w.file("new"), "B") // put in the place of b.yaml, as large and as old
				if err := errors.Join(os.Chtimes(w.file("new"), info.ModTime(), info.ModTime()), os.Rename(w.file("new"), w.file("b.yaml"))); err != nil {
					t.Fatal(err)
				}
				w.wants(pollAlone+2*quiet, "b.yaml")
				if err := os.Remove(w.file("a.yaml")); err != nil {
					t.Fatal(err)
				}
				w.wants(pollAlone+2*quiet, "a.yaml")
			})
		})
	}
}

func TestAFolderGoesAndComesBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := start(t, newFake())
		away := w.folder + ".away"
		if err := os.Rename(w.folder, away); err != nil {
			t.Fatal(err)
		}
		w.source.changes <- w.folder
		w.wants(2*quiet, "a.yaml", "b.yaml")
		time.Sleep(pollAlone / 2)                                // not in the instant in which it is looked for
		save(t, w.file("a.yaml"), "another folder of that name") // the system does not know that one
		w.wants(pollAlone+2*quiet, "a.yaml")
		if len(w.source.added) != 2 {
			t.Errorf("listened to %v", w.source.added)
		}
		save(t, w.file("a.yaml"), "heard again")
		w.says("a.yaml")
		w.wants(2*quiet, "a.yaml")
	})
}

func TestChangesDuringAReloadComeNext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		folder, source := t.TempDir(), newFake()
		watcher := New(Options{Folders: []string{folder}, Wanted: isYAML, Open: func() (Source, error) { return source, nil }})
		ctx, cancel := context.WithCancel(t.Context())
		var texts []string
		source.changes <- filepath.Join(folder, "a.yaml")
		err := watcher.Run(ctx, func(Change) {
			text, _ := os.ReadFile(filepath.Join(folder, "a.yaml"))
			if texts = append(texts, string(text)); len(texts) == 2 {
				cancel()
				return
			}
			for i := range 50 { // many quick saves while this one is worked on
				save(t, filepath.Join(folder, "a.yaml"), fmt.Sprint(i))
				source.changes <- filepath.Join(folder, "a.yaml")
			}
		})
		if err != nil || !slices.Equal(texts, []string{"", "49"}) {
			t.Errorf("%q, %v", texts, err)
		}
	})
}

// TestTheSystemTells saves as editors do, on a real file system. Where the system tells nothing, looking finds the same.
func TestTheSystemTells(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	file := filepath.Join(folder, "a.yaml")
	save(t, file, "a")
	watcher := New(Options{Folders: []string{folder}, Wanted: isYAML})
	if watcher.source == nil || len(watcher.heard) != 1 {
		t.Log("this machine has no watches to give: the changes are found by looking")
	}
	ctx, cancel := context.WithCancel(t.Context())
	seen, done := make(chan Change, 100), make(chan error, 1)
	go func() { done <- watcher.Run(ctx, func(c Change) { seen <- c }) }()
	for _, how := range []struct {
		name string
		save func() error
	}{
		{"written in place", func() error { return os.WriteFile(file, []byte("one"), 0o600) }},
		{"replaced by a new file", func() error {
			return errors.Join(os.WriteFile(file+".tmp", []byte("two"), 0o600), os.Rename(file+".tmp", file))
		}},
		{"moved aside and made anew", func() error {
			return errors.Join(os.Rename(file, file+"~"), os.WriteFile(file, []byte("three"), 0o600))
		}},
		{"removed", func() error { return os.Remove(file) }},
		{"made", func() error { return os.WriteFile(file, []byte("four"), 0o600) }},
	} {
		if err := how.save(); err != nil {
			t.Fatal(err)
		}
		select {
		case c := <-seen:
			if !slices.Equal(c.Files, []string{file}) {
				t.Errorf("%s: %v", how.name, c.Files)
			}
		case <-time.After(30 * time.Second):
			t.Fatalf("%s: not heard", how.name)
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// Package watch tells when files in folders change. It listens to the operating system and looks for itself as well, so that a network drive, a
// folder that is replaced, or a machine that has no more watches to give only makes it a little slower.
package watch

import (
	"context"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// How long things take.
const (
	quiet     = 40 * time.Millisecond  // a save is over when nothing has happened for so long: editors write in several steps
	patience  = 400 * time.Millisecond // a file that is written without a pause is looked at after so long, and again later
	pollSure  = 2 * time.Second        // how often folders are looked at that the system tells about
	pollAlone = 250 * time.Millisecond // and how often when one of them is missing, or the system does not tell
)

// maxFiles is how many files of one folder are watched; a project may hold fewer.
const maxFiles = 5000

// Source is the system's word on changes.
type Source interface {
	// Add begins to listen to a folder, not to what is below it.
	Add(folder string) error
	// Remove ends it. A folder that nobody listens to is fine.
	Remove(folder string)
	// Changes are the paths of files and folders that were written, made, renamed or removed; "" means that some were missed.
	Changes() <-chan string
	Close() error
}

// Options say what is watched.
type Options struct {
	Folders []string               // need not be there, and may go and come back
	Wanted  func(name string) bool // of a file without its folder: "order_tracking.yaml"
	Open    func() (Source, error) // nil: the operating system's
	Logger  *slog.Logger           // nil: slog.Default()
}

// Change is what happened since the one before.
type Change struct {
	Files   []string  // new, changed or gone, as Folders and names make them; sorted
	Noticed time.Time // when the first of it was heard of
}

// Watcher watches folders. Make it before the files are read, so that no change is lost in between.
type Watcher struct {
	opts   Options
	source Source                 // nil: the system can not be listened to
	heard  map[string]os.FileInfo // the folders that the source tells about, as they were then
	seen   map[string]os.FileInfo // files by path
	told   map[string]bool        // folders whose silence was logged
}

// New begins to watch. Close ends it, and so does Run.
func New(o Options) *Watcher {
	if o.Open == nil {
		o.Open = openSystem
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	o.Folders = slices.Compact(slices.Sorted(slices.Values(o.Folders)))
	w := &Watcher{opts: o, heard: map[string]os.FileInfo{}, told: map[string]bool{}}
	var err error
	if w.source, err = o.Open(); err != nil {
		w.source = nil
		o.Logger.Warn("the system does not tell about changed files; they are looked at instead", "every", pollAlone, "err", err)
	}
	w.listen()
	w.seen = w.look()
	return w
}

// Close ends the watching. It may be called again.
func (w *Watcher) Close() error {
	if w.source == nil {
		return nil
	}
	source := w.source
	w.source = nil
	return source.Close()
}

// Run calls changed for every change, one at a time, until the context ends. What happens meanwhile comes with the next call.
func (w *Watcher) Run(ctx context.Context, changed func(Change)) error {
	defer func() { _ = w.Close() }()
	for ctx.Err() == nil {
		named, woken := w.wait(ctx, w.pause())
		noticed := time.Now()
		w.listen()
		next := w.look()
		if !woken && same(w.seen, next) {
			continue
		}
		next = w.settle(ctx, next, named)
		for _, file := range difference(w.seen, next) {
			named[file] = true
		}
		w.seen = next
		if len(named) > 0 && ctx.Err() == nil {
			changed(Change{Files: slices.Sorted(maps.Keys(named)), Noticed: noticed})
		}
	}
	return w.Close()
}

// pause is how long nobody looks when nothing is heard.
func (w *Watcher) pause() time.Duration {
	if w.source != nil && len(w.heard) == len(w.opts.Folders) {
		return pollSure
	}
	return pollAlone
}

// wait listens until something that matters was heard, or for d. named are the files that were.
func (w *Watcher) wait(ctx context.Context, d time.Duration) (named map[string]bool, woken bool) {
	named = map[string]bool{}
	var changes <-chan string
	if w.source != nil {
		changes = w.source.Changes()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return named, false
		case <-timer.C:
			return named, false
		case path := <-changes:
			if w.opts.Wanted(filepath.Base(path)) && slices.Contains(w.opts.Folders, filepath.Dir(path)) {
				named[path] = true
				return named, true
			}
			if path == "" || slices.Contains(w.opts.Folders, path) {
				return named, true
			}
		}
	}
}

// settle waits until nothing happens any more, and adds the files that were named meanwhile. It returns what there is then.
func (w *Watcher) settle(ctx context.Context, now map[string]os.FileInfo, named map[string]bool) map[string]os.FileInfo {
	for end := time.Now().Add(patience); time.Now().Before(end) && ctx.Err() == nil; {
		more, woken := w.wait(ctx, quiet)
		maps.Copy(named, more)
		before := now
		if now = w.look(); !woken && same(before, now) {
			return now
		}
	}
	return now
}

// listen asks the system about folders that it does not tell about: new ones, and those that are other ones by now.
func (w *Watcher) listen() {
	if w.source == nil {
		return
	}
	for _, folder := range w.opts.Folders {
		info, err := os.Stat(folder)
		known := w.heard[folder]
		if err == nil && known != nil && os.SameFile(known, info) {
			continue
		}
		if known != nil {
			w.source.Remove(folder)
			delete(w.heard, folder)
		}
		if err != nil || !info.IsDir() {
			continue
		}
		if err := w.source.Add(folder); err != nil {
			w.complain(folder, err)
			continue
		}
		w.heard[folder] = info
	}
}

func (w *Watcher) complain(folder string, err error) {
	if w.told[folder] {
		return
	}
	w.told[folder] = true
	w.opts.Logger.Warn("the system does not tell about changes in a folder; it is looked at instead", "folder", folder, "every", pollAlone, "err", err)
}

// look lists the wanted files of all folders. A folder that can not be read has none.
func (w *Watcher) look() map[string]os.FileInfo {
	files := map[string]os.FileInfo{}
	for _, folder := range w.opts.Folders {
		entries, _ := os.ReadDir(folder)
		n := 0
		for _, e := range entries {
			if !w.opts.Wanted(e.Name()) {
				continue
			}
			if n++; n > maxFiles {
				break
			}
			path := filepath.Join(folder, e.Name())
			if info, err := os.Stat(path); err == nil && !info.IsDir() { // follows links
				files[path] = info
			}
		}
	}
	return files
}

func same(a, b map[string]os.FileInfo) bool { return maps.EqualFunc(a, b, sameFile) }

// sameFile tells that a file was not written, nor replaced by another one.
func sameFile(a, b os.FileInfo) bool {
	return os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}

// difference names the files that are not what they were.
func difference(before, after map[string]os.FileInfo) (files []string) {
	for path, info := range after {
		if old, ok := before[path]; !ok || !sameFile(old, info) {
			files = append(files, path)
		}
	}
	for path := range before {
		if _, ok := after[path]; !ok {
			files = append(files, path)
		}
	}
	return files
}

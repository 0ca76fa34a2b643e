package watch

import (
	"fmt"

	"github.com/fsnotify/fsnotify"
)

// system listens to inotify and its like. Folders are listened to, not files: most editors save by putting a new file in the old one's place.
type system struct {
	watcher *fsnotify.Watcher
	changes chan string
	stop    chan struct{}
	done    chan struct{}
}

func openSystem() (Source, error) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("watch files: %w", err)
	}
	s := &system{watcher: w, changes: make(chan string), stop: make(chan struct{}), done: make(chan struct{})}
	go s.forward()
	return s, nil
}

func (s *system) Add(folder string) error { return s.watcher.Add(folder) }

func (s *system) Remove(folder string) { _ = s.watcher.Remove(folder) } // it fails for a folder that is gone, which ended it already

func (s *system) Changes() <-chan string { return s.changes }

func (s *system) Close() error {
	close(s.stop)
	err := s.watcher.Close()
	<-s.done
	return err
}

// forward leaves out what changes no content: permissions, and the time of the last look.
func (s *system) forward() {
	defer close(s.done)
	for {
		path := ""
		select {
		case <-s.stop:
			return
		case ev, ok := <-s.watcher.Events:
			if !ok {
				return
			}
			if ev.Op == fsnotify.Chmod {
				continue
			}
			path = ev.Name
		case _, ok := <-s.watcher.Errors: // the queue ran over: what was in it is not known
			if !ok {
				return
			}
		}
		select {
		case s.changes <- path:
		case <-s.stop:
			return
		}
	}
}

package runner

import (
	"sync"

	"relevo/engine"
)

// job is one event that waits for its turn.
type job struct {
	event engine.Event
	inbox int64         // the inbox row it consumes
	timer *engine.Timer // the timer it consumes
	call  string        // the call it consumes
	done  chan result   // who waits for the end, buffered; nil: nobody. An error ends the job: it is not tried again
	ended chan result   // who wants to know how it ended, buffered; nil: nobody. The job does not depend on them
}

// result is how a job ended.
type result struct {
	conv    engine.Conversation
	effects []engine.Effect
	err     error
}

// mailbox keeps the jobs of each conversation in order and runs one at a time for each.
type mailbox struct {
	runner *Runner
	slots  chan struct{} // one for each turn that may run at once

	mu     sync.Mutex
	boxes  map[string][]job // a key is there while its conversation is being worked on
	queued int
	closed bool
}

func (m *mailbox) init(r *Runner, workers int) {
	m.runner, m.boxes, m.slots = r, map[string][]job{}, make(chan struct{}, workers)
}

// waiting returns how many jobs have not ended.
func (m *mailbox) waiting() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.queued
}

// post adds a job behind the conversation's others.
func (m *mailbox) post(conversation string, j job) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return // it stays in the store
	}
	m.queued++
	box, working := m.boxes[conversation]
	m.boxes[conversation] = append(box, j)
	if !working {
		m.runner.background(func() { m.work(conversation) })
	}
}

// work takes a conversation's turns until none is left.
func (m *mailbox) work(conversation string) {
	select {
	case m.slots <- struct{}{}:
		defer func() { <-m.slots }()
	case <-m.runner.ctx.Done():
		return
	}
	for {
		j, ok := m.next(conversation)
		if !ok {
			return
		}
		res := m.runner.turn(conversation, j)
		if j.done != nil {
			j.done <- res
		}
		if j.ended != nil {
			j.ended <- res
		}
	}
}

func (m *mailbox) next(conversation string) (job, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	box := m.boxes[conversation]
	if len(box) == 0 || m.closed {
		delete(m.boxes, conversation)
		return job{}, false
	}
	m.queued--
	m.boxes[conversation] = box[1:]
	return box[0], true
}

func (m *mailbox) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
}

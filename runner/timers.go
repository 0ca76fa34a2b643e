package runner

import (
	"sync"
	"time"

	"relevo/engine"
)

const (
	// timerPoll is the longest sleep between two looks at the due timers: the clock may jump, and other nodes may arm some.
	timerPoll = time.Second
	// maxDue is how many timers are taken at once.
	maxDue = 500
)

// timerLoop turns due timers into events. Timers are rows; nothing but the earliest due time is in memory.
type timerLoop struct {
	runner *Runner
	poke   chan struct{} // a timer was armed that is due before the next look

	mu   sync.Mutex
	next time.Time       // when the loop looks again
	sent map[string]bool // timers whose turn has not ended
}

func (l *timerLoop) init(r *Runner) {
	l.runner, l.poke, l.sent = r, make(chan struct{}, 1), map[string]bool{}
}

// armed tells the loop of a new due time.
func (l *timerLoop) armed(due time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.next.IsZero() || due.Before(l.next) {
		select {
		case l.poke <- struct{}{}:
		default:
		}
	}
}

func (l *timerLoop) start() { l.runner.background(l.loop) }

func (l *timerLoop) loop() {
	for {
		sleep := l.look()
		select {
		case <-time.After(sleep):
		case <-l.poke:
		case <-l.runner.ctx.Done():
			return
		}
	}
}

// look posts what is due and returns how long to sleep.
func (l *timerLoop) look() time.Duration {
	r := l.runner
	now := r.now().UTC()
	due, next, err := r.store.Due(r.ctx, now, maxDue)
	if err != nil {
		if r.ctx.Err() == nil {
			r.log.Error("read due timers", "err", err)
		}
		return timerPoll
	}
	for _, d := range due {
		l.post(d.Conversation, d.Timer, now)
	}
	sleep := timerPoll
	if !next.IsZero() {
		sleep = min(sleep, max(next.Sub(now), time.Millisecond))
	}
	l.mu.Lock()
	l.next = now.Add(sleep)
	l.mu.Unlock()
	return sleep
}

// post gives a due timer its turn, once: its row stays until that turn is committed.
func (l *timerLoop) post(conversation string, timer engine.Timer, now time.Time) {
	l.mu.Lock()
	if l.sent[timer.ID] {
		l.mu.Unlock()
		return
	}
	l.sent[timer.ID] = true
	l.mu.Unlock()
	done := make(chan result, 1)
	l.runner.mail.post(conversation, job{
		event: engine.Event{ID: "timer:" + timer.ID, Kind: engine.EventTimer, At: now, Timer: &timer},
		timer: &timer, done: done,
	})
	l.runner.background(func() {
		select {
		case res := <-done:
			if res.err != nil && l.runner.ctx.Err() == nil {
				l.runner.log.Error("timer turn failed", "conversation", conversation, "err", res.err)
			}
		case <-l.runner.ctx.Done():
		}
		l.mu.Lock()
		delete(l.sent, timer.ID)
		l.mu.Unlock()
	})
}

package runner

import (
	"maps"
	"sync"
	"time"

	"relevo/engine"
)

const (
	// timerPoll is the longest sleep between two looks at the due timers. The clock may jump, and the machine may have been suspended, which the
	// sleep does not notice; so nothing is later than this after a jump, and no wait of months is ever slept.
	timerPoll = time.Second
	// timerShare is the share of the turns that run at once which timers may take: one in so many. Messages always find the others free, also
	// when a hundred thousand timers are due at once.
	timerShare = 2
	// maxFailing is how many timers are remembered whose turn failed, until they are tried again. Beyond it no further ones are begun.
	maxFailing = 1_000
)

// timerLoop turns due timers into events. Timers are rows, which the turn removes that they cause; in memory are only those whose turn has begun.
//
//	look → post (working) → the turn is committed (over) → forgotten by the next look
//	                      → the turn failed (failing) → after retryTurnAfter: over, and its row is read again
type timerLoop struct {
	runner *Runner
	poke   chan struct{} // there is something to look at before the sleep ends
	atOnce int           // timers that may wait for their turn's end

	mu      sync.Mutex
	next    time.Time // when the loop looks again, by the wall clock
	posted  map[string]timerStage
	working int  // of posted
	more    bool // more is due than there was room for
}

// timerStage is how far a timer has come that the loop has taken up.
type timerStage int

const (
	timerWorking timerStage = iota
	timerFailing
	// timerOver is kept until the next look begins: a look under way may have read the row before the turn removed it.
	timerOver
)

func (l *timerLoop) init(r *Runner, workers int) {
	l.runner, l.poke, l.posted = r, make(chan struct{}, 1), map[string]timerStage{}
	l.atOnce = max(workers/timerShare, 1)
}

// armed tells the loop of a new due time.
func (l *timerLoop) armed(due time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if due.Before(l.next) {
		l.wake()
	}
}

func (l *timerLoop) wake() {
	select {
	case l.poke <- struct{}{}:
	default:
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

// look posts what is due, as many as there is room for, and returns how long to sleep.
func (l *timerLoop) look() time.Duration {
	r := l.runner
	now := r.now().Round(0).UTC() // by the wall clock: the monotonic one stands still while the machine is suspended
	room, known := l.begin(now)
	if room <= 0 {
		return timerPoll
	}
	due, next, err := r.store.Due(r.ctx, now, room+known)
	if err != nil {
		if r.ctx.Err() == nil {
			r.log.Error("read due timers", "err", err)
		}
		return timerPoll
	}
	for _, d := range due {
		if room > 0 && l.post(d.Conversation, d.Timer, now) {
			room--
		}
	}
	sleep := untilNext(now, next)
	l.mu.Lock()
	l.next, l.more = now.Add(sleep), !next.IsZero() && !next.After(now)
	l.refill()
	l.mu.Unlock()
	return sleep
}

// begin forgets the timers whose turn is over and returns how many may be taken up, and how many rows may be there that are taken up already.
func (l *timerLoop) begin(now time.Time) (room, known int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	maps.DeleteFunc(l.posted, func(_ string, s timerStage) bool { return s == timerOver })
	known = len(l.posted)
	room = min(l.atOnce-l.working, l.atOnce+maxFailing-known)
	l.next, l.more = now.Add(timerPoll), l.more || room <= 0
	return room, known
}

// untilNext is how long to sleep when the next timer that was not taken up is due then; zero is none. One that is due already had no room, and
// refill wakes the loop.
func untilNext(now, next time.Time) time.Duration {
	if next.IsZero() || !next.After(now) {
		return timerPoll
	}
	return min(next.Sub(now), timerPoll)
}

// post gives a due timer its turn, once: its row stays until that turn is committed. It tells whether the timer was not taken up before.
func (l *timerLoop) post(conversation string, timer engine.Timer, now time.Time) bool {
	l.mu.Lock()
	if _, taken := l.posted[timer.ID]; taken {
		l.mu.Unlock()
		return false
	}
	l.posted[timer.ID] = timerWorking
	l.working++
	l.mu.Unlock()
	done := make(chan result, 1)
	l.runner.mail.post(conversation, job{
		event: engine.Event{ID: "timer:" + timer.ID, Kind: engine.EventTimer, At: now, Timer: &timer},
		timer: &timer, done: done,
	})
	l.runner.background(func() { l.await(conversation, timer.ID, done) })
	return true
}

// await sees a timer's turn end. One that failed is not posted again here: the row says whether it is still wanted.
func (l *timerLoop) await(conversation, id string, done <-chan result) {
	var res result
	select {
	case res = <-done:
	case <-l.runner.ctx.Done():
		return
	}
	if res.err != nil && l.runner.ctx.Err() == nil {
		l.ended(id, timerFailing)
		l.runner.log.Error("timer turn failed, trying again", "conversation", conversation, "err", res.err)
		select {
		case <-time.After(retryTurnAfter):
		case <-l.runner.ctx.Done():
			return
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		l.posted[id] = timerOver
		l.wake()
		return
	}
	l.ended(id, timerOver)
}

// ended makes room for another timer.
func (l *timerLoop) ended(id string, stage timerStage) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.posted[id] = stage
	l.working--
	l.refill()
}

// refill wakes the loop when more is due and half of the room is free, so that one look takes up many. The caller holds mu.
func (l *timerLoop) refill() {
	if l.more && l.working <= l.atOnce/2 {
		l.wake()
	}
}

// Package runner carries out turns: it takes what channels receive, steps the conversation, commits everything in one transaction, and
// then delivers. Turns of one conversation run one at a time, in the order they were accepted; conversations run side by side.
//
//	channel → Accept → inbox → mailbox → load, Step, Commit → deliver
package runner

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"relevo/channel"
	"relevo/engine"
	"relevo/store"
)

// Limits of what waits in memory. What is beyond them waits in the store, or is refused before it is acknowledged.
const (
	// MaxQueued is how many events may wait for their turn. Beyond it Accept refuses with ErrOverloaded.
	MaxQueued = 50_000
	// maxHistory is how many turns of a transcript are read, historyPage how many at once.
	maxHistory  = 100_000
	historyPage = 250
	// maxConflicts is how often a turn is stepped again because its conversation had moved on.
	maxConflicts = 5
	// retryTurnAfter is how long a turn waits that the store could not commit (disk full, for example).
	retryTurnAfter = time.Second
	// DefaultUnknownAfter is how long a send whose answer was lost waits for a status before it is repeated once (promise I6).
	DefaultUnknownAfter = 120 * time.Second
	// GCPercent is the collector's pace for a process that runs turns: its live heap is small and its turns make garbage, so memory is traded
	// for CPU. GOGC overrides it.
	GCPercent = 400
	// DefaultWorkers is how many turns run at once. Many, because they share commits.
	DefaultWorkers = 256
)

// ErrOverloaded is more than the runner can hold. Nothing was stored; the sender may try again.
var ErrOverloaded = errors.New("too many events are waiting")

// ErrClosed is a runner that is shutting down.
var ErrClosed = errors.New("the runner is closed")

// Options is what a runner is made of. Store and Catalog are required.
type Options struct {
	Store   store.Store
	Catalog *engine.Catalog
	Client  *http.Client // for the calls of flows; see NewClient
	Now     func() time.Time
	NewID   func() string // of contacts and conversations
	Logger  *slog.Logger
	// UnknownAfter replaces DefaultUnknownAfter.
	UnknownAfter time.Duration
	Workers      int
}

// Runner runs turns. Make one with New, give it its channels with Use, then Start it.
type Runner struct {
	store   store.Store
	catalog atomic.Pointer[engine.Catalog]
	client  *http.Client
	now     func() time.Time
	newID   func() string
	log     *slog.Logger

	channels map[string]channel.Channel
	doors    doors
	mail     mailbox
	deliver  deliverer
	timers   timerLoop
	hub      hub
	started  atomic.Bool

	ctx  context.Context // ends when the runner closes
	stop context.CancelFunc
	work sync.WaitGroup

	closing sync.RWMutex
	closed  bool // nothing is begun any more
}

// New makes a runner that does nothing until Start.
func New(o Options) *Runner {
	r := &Runner{
		store: o.Store, client: o.Client, now: o.Now, newID: o.NewID, log: o.Logger,
		channels: map[string]channel.Channel{},
	}
	r.ctx, r.stop = context.WithCancel(context.Background())
	if r.now == nil {
		r.now = time.Now
	}
	if r.log == nil {
		r.log = slog.Default()
	}
	if o.Workers == 0 {
		o.Workers = DefaultWorkers
	}
	if o.UnknownAfter == 0 {
		o.UnknownAfter = DefaultUnknownAfter
	}
	r.catalog.Store(o.Catalog)
	r.doors.init()
	r.mail.init(r, o.Workers)
	r.deliver.init(r, o.UnknownAfter)
	r.timers.init(r, o.Workers)
	r.hub.init()
	return r
}

// Use gives the runner its channels. Call it before Start.
func (r *Runner) Use(channels ...channel.Channel) {
	for _, c := range channels {
		r.channels[c.ID()] = c
		r.deliver.sending[c.ID()] = make(chan struct{}, maxSending)
	}
}

// SetCatalog publishes: turns from now on use the new catalog. It must hold every version that a run still uses.
func (r *Runner) SetCatalog(c *engine.Catalog) { r.catalog.Store(c) }

// Start takes up what an earlier process left: arrivals without a turn, messages not delivered, calls not ended, timers.
func (r *Runner) Start(ctx context.Context) error {
	backlog, err := r.store.Backlog(ctx, 0)
	if err != nil {
		return fmt.Errorf("read the inbox: %w", err)
	}
	rows, err := r.store.Outbox(ctx, "", 0)
	if err != nil {
		return fmt.Errorf("read the outbox: %w", err)
	}
	r.started.Store(true)
	for _, a := range backlog {
		r.mail.post(a.Conversation, job{event: a.Event, inbox: a.Inbox})
	}
	for _, row := range rows {
		r.deliver.take(row)
	}
	r.timers.start()
	r.log.Info("runner started", "backlog", len(backlog), "outbox", len(rows))
	return nil
}

// Ready tells whether turns are being taken.
func (r *Runner) Ready() error {
	if !r.started.Load() {
		return errors.New("the runner has not started")
	}
	return r.ctx.Err()
}

// Close stops taking turns and waits for those under way. What is not done stays in the store for the next start.
func (r *Runner) Close() {
	r.stop()
	r.mail.close()
	r.hub.close()
	r.closing.Lock()
	r.closed = true
	r.closing.Unlock()
	r.work.Wait()
}

// background runs f until it returns; Close waits for it. After Close nothing is begun.
func (r *Runner) background(f func()) {
	r.closing.RLock()
	defer r.closing.RUnlock()
	if !r.closed {
		r.work.Go(f)
	}
}

// Channels lists the channels, by id.
func (r *Runner) Channels() []channel.Channel {
	ids := slices.Sorted(maps.Keys(r.channels))
	out := make([]channel.Channel, len(ids))
	for i, id := range ids {
		out[i] = r.channels[id]
	}
	return out
}

// Catalog returns the published flows.
func (r *Runner) Catalog() *engine.Catalog { return r.catalog.Load() }

package channeltest

import (
	"context"
	"slices"
	"sync"

	"relevo/channel"
)

// Recorder is a Sink that keeps what it was given. Its zero value is ready to use, also by an adapter's other tests.
type Recorder struct {
	mu      sync.Mutex
	err     error
	refused int
	all     []channel.Delivery
}

// Accept keeps d, or returns the error set by Fail and keeps nothing.
func (r *Recorder) Accept(ctx context.Context, d channel.Delivery) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if r.err != nil {
		r.refused++
		return r.err
	}
	r.all = append(r.all, d)
	return nil
}

// Fail makes Accept refuse with err from now on; nil makes it accept again.
func (r *Recorder) Fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.err = err
}

// Refused counts the deliveries that Accept refused.
func (r *Recorder) Refused() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.refused
}

// Deliveries returns everything accepted so far, in order.
func (r *Recorder) Deliveries() []channel.Delivery {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.all)
}

// Inbound returns the accepted events, in order.
func (r *Recorder) Inbound() []channel.Inbound {
	var out []channel.Inbound
	for _, d := range r.Deliveries() {
		out = append(out, d.Inbound...)
	}
	return out
}

// Kept returns what was accepted that is not a turn, in order.
func (r *Recorder) Kept() []channel.Kept {
	var out []channel.Kept
	for _, d := range r.Deliveries() {
		out = append(out, d.Kept...)
	}
	return out
}

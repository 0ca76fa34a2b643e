package runner

import (
	"context"
	"slices"
	"sync"

	"relevo/store"
)

// doors lets one delivery of a contact through at a time, so that turns are taken in the order in which their events were stored (promise
// I7): without it, of two deliveries in one commit, the one whose goroutine wakes first would be answered first.
type doors struct {
	mu   sync.Mutex
	open map[string]*door
}

// door is held by who put a token into it.
type door struct {
	token chan struct{}
	users int
}

func (d *doors) init() { d.open = map[string]*door{} }

// doorsOf names the doors of arrivals, sorted, so that two deliveries of several contacts can not wait for each other in a circle.
func doorsOf(arrivals []store.Arrival) []string {
	var keys []string
	for _, a := range arrivals {
		switch {
		case a.Conversation != "":
			keys = append(keys, "conversation/"+a.Conversation)
		case len(a.Identities) > 0:
			keys = append(keys, a.Channel+"/"+a.Identities[0].Kind+"/"+a.Identities[0].Value)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// enter waits for the doors and returns how to leave them.
func (d *doors) enter(ctx context.Context, keys []string) (leave func(), err error) {
	var held []string
	leave = func() {
		for _, key := range held {
			d.leave(key, true)
		}
	}
	for _, key := range keys {
		select {
		case d.at(key).token <- struct{}{}:
			held = append(held, key)
		case <-ctx.Done():
			d.leave(key, false)
			leave()
			return nil, ctx.Err()
		}
	}
	return leave, nil
}

func (d *doors) at(key string) *door {
	d.mu.Lock()
	defer d.mu.Unlock()
	o := d.open[key]
	if o == nil {
		o = &door{token: make(chan struct{}, 1)}
		d.open[key] = o
	}
	o.users++
	return o
}

func (d *doors) leave(key string, held bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	o := d.open[key]
	if held {
		<-o.token
	}
	if o.users--; o.users == 0 {
		delete(d.open, key)
	}
}

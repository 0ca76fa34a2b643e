package webchat

import (
	"container/list"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limits of what visitors may do.
const (
	messagesPerMinute = 60 // by visitor; a person who types fast sends 20
	sessionsPerMinute = 20 // new visitors by network, /24 or /64
	streamsPerVisitor = 5  // open pages of one visitor
	maxStreams        = 20_000
	maxVisitors       = 50_000 // remembered limits; about 300 bytes each
	maxNetworks       = 20_000
)

// limiter counts by key and forgets the keys that were quiet longest. Each key may do perMinute things at once and then one every
// minute/perMinute.
type limiter struct {
	mu    sync.Mutex
	rate  rate.Limit
	burst int
	max   int
	order *list.List // of *limited, the latest first
	keys  map[string]*list.Element
}

type limited struct {
	key    string
	tokens *rate.Limiter
}

func newLimiter(perMinute, maxKeys int) *limiter {
	return &limiter{
		rate: rate.Limit(float64(perMinute) / 60), burst: perMinute, max: maxKeys, order: list.New(), keys: map[string]*list.Element{},
	}
}

// take uses one token of key and returns 0, or returns how long to wait and uses none.
func (l *limiter) take(key string, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	tokens := l.touch(key)
	r := tokens.ReserveN(now, 1)
	wait := r.DelayFrom(now)
	if wait > 0 {
		r.CancelAt(now)
	}
	return wait
}

// knows tells whether key was remembered, without remembering it.
func (l *limiter) knows(key string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, ok := l.keys[key]
	return ok
}

// remember makes key known.
func (l *limiter) remember(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.touch(key)
}

func (l *limiter) touch(key string) *rate.Limiter {
	if e, ok := l.keys[key]; ok {
		l.order.MoveToFront(e)
		return e.Value.(*limited).tokens
	}
	if oldest := l.order.Back(); oldest != nil && l.order.Len() >= l.max {
		delete(l.keys, oldest.Value.(*limited).key)
		l.order.Remove(oldest)
	}
	tokens := rate.NewLimiter(l.rate, l.burst)
	l.keys[key] = l.order.PushFront(&limited{key, tokens})
	return tokens
}

// network returns the /24 or /64 that an address belongs to. What is no address shares one network.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return "unknown"
	}
	ip = ip.Unmap().WithZone("")
	bits := 64
	if ip.Is4() {
		bits = 24
	}
	p, err := ip.Prefix(bits)
	if err != nil {
		return "unknown"
	}
	return p.String()
}

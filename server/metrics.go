package server

import (
	"context"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"relevo/store"
)

// countsFor is how long counts from the store are good for: however often metrics are read, the store counts no more often.
const (
	countsFor     = 5 * time.Second
	countsTimeout = 5 * time.Second
)

// metrics are what operators watch. Labels are from closed lists: methods, routes, statuses, owners, chat states.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
}

func newMetrics(opts Options) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "relevo_http_request_seconds", Help: "Time to answer HTTP requests, by route. Streams count when they end.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"method", "route", "status"}),
	}
	m.registry.MustRegister(m.requests, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), &countCollector{store: opts.Store, now: opts.Now, log: opts.Logger})
	return m
}

// observe counts one request. Unknown paths and methods share a label.
func (m *metrics) observe(method, route string, status int, took time.Duration) {
	if route == "" {
		method, route = "any", "other"
	}
	m.requests.WithLabelValues(method, route, strconv.Itoa(status)).Observe(took.Seconds())
}

// countCollector reads the store's counts.
type countCollector struct {
	store store.Store
	now   func() time.Time
	log   *slog.Logger

	mu     sync.Mutex
	counts store.Counts
	at     time.Time
}

var (
	rowsDesc          = prometheus.NewDesc("relevo_rows", "Rows that wait to be worked off.", []string{"table"}, nil)
	conversationsDesc = prometheus.NewDesc("relevo_conversations", "Conversations by who owns them.", []string{"owner"}, nil)
	chatsDesc         = prometheus.NewDesc("relevo_chats", "Chats by state.", []string{"state"}, nil)
	oldestDesc        = prometheus.NewDesc("relevo_oldest_row_seconds", "Age of the oldest waiting row; 0 when there is none.", []string{"table"}, nil)
	countedDesc       = prometheus.NewDesc("relevo_store_up", "1 when the store could be counted.", nil, nil)
)

// Describe implements prometheus.Collector.
func (c *countCollector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{rowsDesc, conversationsDesc, chatsDesc, oldestDesc, countedDesc} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (c *countCollector) Collect(out chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	n, now, err := c.read()
	if err != nil {
		c.log.Error("count rows", slog.Any("error", err))
		gauge(countedDesc, 0)
		return
	}
	gauge(countedDesc, 1)
	gauge(rowsDesc, float64(n.Inbox), "inbox")
	gauge(rowsDesc, float64(n.Outbox), "outbox")
	gauge(rowsDesc, float64(n.Timers), "timers")
	gauge(oldestDesc, age(now, n.OldestInbox), "inbox")
	gauge(oldestDesc, age(now, n.OldestOutbox), "outbox")
	for _, owner := range sortedKeys(n.Conversations) {
		gauge(conversationsDesc, float64(n.Conversations[owner]), owner)
	}
	for _, state := range sortedKeys(n.Chats) {
		gauge(chatsDesc, float64(n.Chats[state]), state)
	}
}

func (c *countCollector) read() (store.Counts, time.Time, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if !c.at.IsZero() && now.Sub(c.at) < countsFor {
		return c.counts, now, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), countsTimeout)
	defer cancel()
	n, err := c.store.Counts(ctx)
	if err != nil {
		return n, now, err
	}
	c.counts, c.at = n, now
	return n, now, nil
}

func age(now, t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return max(0, now.Sub(t).Seconds())
}

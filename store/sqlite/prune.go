package sqlite

import (
	"errors"
	"time"
)

// How long things are kept that only matter for a while.
const (
	// keepDedupe outlives the longest time a provider repeats a delivery (7 days), with a day to spare.
	keepDedupe = 8 * 24 * time.Hour
	// keepEarly is how long a status waits for its message.
	keepEarly = 8 * 24 * time.Hour
	// keepSignInFailures outlives every window they are counted in.
	keepSignInFailures = 24 * time.Hour
	// maxKept is how many kept parts stay for the operator; the oldest go first.
	maxKept = 100_000
	// pruneRows is how many rows one step removes, so that no turn waits long behind it.
	pruneRows = 1000
)

// pruning is one kind of row that grows old. args are computed from the time at which the pruning runs.
type pruning struct {
	what  string
	query string
	args  func(now time.Time) []any
}

var prunings = []pruning{
	{"dedupe hours", `DELETE FROM dedupe WHERE (bucket, hash) IN
		(SELECT bucket, hash FROM dedupe WHERE bucket >= 0 AND bucket < ?1 AND at < ?1 LIMIT ?2)`,
		func(now time.Time) []any { return []any{hours(now.Add(-keepDedupe))} }},
	{"dedupe periods", `DELETE FROM dedupe WHERE (bucket, hash) IN
		(SELECT bucket, hash FROM dedupe WHERE bucket < 0 AND bucket > ?1 LIMIT ?2)`,
		func(now time.Time) []any { return []any{plainBucket(now) + 1} }},
	{"early statuses", `DELETE FROM early_statuses WHERE name IN (SELECT name FROM early_statuses WHERE at < ?1 LIMIT ?2)`,
		func(now time.Time) []any { return []any{micros(now.Add(-keepEarly))} }},
	{"sign-in failures", `DELETE FROM sign_in_failures WHERE id IN (SELECT id FROM sign_in_failures WHERE at < ?1 LIMIT ?2)`,
		func(now time.Time) []any { return []any{micros(now.Add(-keepSignInFailures))} }},
	{"sessions", `DELETE FROM sessions WHERE hash IN (SELECT hash FROM sessions WHERE expires_at < ?1 LIMIT ?2)`,
		func(now time.Time) []any { return []any{micros(now)} }},
	{"kept parts", `DELETE FROM kept WHERE id IN (SELECT id FROM kept WHERE id <= (SELECT max(id) FROM kept) - ?1 LIMIT ?2)`,
		func(time.Time) []any { return []any{int64(maxKept)} }},
}

// prune removes what is old, every so often, in steps that are writes like any other.
func (k *keeper) prune() {
	now := fromMicros(k.db.latest.Load())
	if now.IsZero() || now.Before(k.pruneNext) {
		return
	}
	k.pruneNext = now.Add(pruneEvery)
	for _, p := range prunings {
		if err := k.pruneOne(p, now); err != nil && k.ending.Err() == nil {
			k.db.log.Warn("prune", "what", p.what, "error", err)
		}
	}
}

func (k *keeper) pruneOne(p pruning, now time.Time) error {
	args := append(p.args(now), int64(pruneRows))
	for removed := int64(pruneRows); removed == pruneRows; {
		err := k.db.writer.write(k.ending, func(c *conn) (err error) {
			removed, err = c.exec(p.query, args...)
			return err
		})
		if errors.Is(err, ErrClosed) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

package sqlite

import (
	"context"
	"errors"
	"fmt"
	"time"

	"relevo/store"
)

func (c *conn) changeTimer(key int64, t timerChange) error {
	var err error
	if t.cancel {
		_, err = c.exec(`DELETE FROM timers WHERE due = ? AND conversation = ? AND seq = ? AND n = ?`,
			micros(t.timer.Due), key, t.id.seq, t.id.n)
	} else {
		_, err = c.exec(`INSERT INTO timers (due, conversation, seq, n, run, entry, event) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			micros(t.timer.Due), key, t.id.seq, t.id.n, t.timer.Run, t.timer.Entry, t.timer.Event)
	}
	if err != nil {
		return fmt.Errorf("change timer %s: %w", t.id, err)
	}
	return nil
}

// errEnough ends the reading of timers at the first that is not due.
var errEnough = errors.New("enough")

// Due implements store.Turns. It walks the timers in their order and stops at the first one that is not wanted, which says when the next is
// due: a look costs what the due ones cost, whatever their number. CROSS JOIN keeps SQLite from walking the conversations instead.
func (db *DB) Due(ctx context.Context, now time.Time, limit int) (due []store.DueTimer, next time.Time, err error) {
	rows, until := limitRows(limit), micros(now)
	err = db.each(ctx, func(r scanner) error {
		var t store.DueTimer
		var at int64
		var id effectID
		if err := r.Scan(&at, &id.conversation, &id.seq, &id.n, &t.Timer.Run, &t.Timer.Entry, &t.Timer.Event); err != nil {
			return err
		}
		if at > until || int64(len(due)) == rows {
			next = fromMicros(at)
			return errEnough
		}
		t.Conversation = id.conversation
		t.Timer.ID, t.Timer.Due = id.String(), fromMicros(at)
		due = append(due, t)
		return nil
	}, `SELECT t.due, c.id, t.seq, t.n, t.run, t.entry, t.event FROM timers t CROSS JOIN conversations c ON c.key = t.conversation
		ORDER BY t.due, t.conversation, t.seq, t.n LIMIT ?`, rows+1)
	if err != nil && !errors.Is(err, errEnough) {
		return nil, time.Time{}, fmt.Errorf("read due timers: %w", err)
	}
	return due, next, nil
}

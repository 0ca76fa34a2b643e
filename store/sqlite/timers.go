package sqlite

import (
	"context"
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

// Due implements store.Turns. A look that finds nothing costs microseconds, whatever the number of timers.
func (db *DB) Due(ctx context.Context, now time.Time, limit int) (due []store.DueTimer, next time.Time, err error) {
	rows := limitRows(limit)
	err = db.each(ctx, func(r scanner) error {
		var t store.DueTimer
		var at int64
		var id effectID
		if err := r.Scan(&at, &id.conversation, &id.seq, &id.n, &t.Timer.Run, &t.Timer.Entry, &t.Timer.Event); err != nil {
			return err
		}
		t.Conversation = id.conversation
		t.Timer.ID, t.Timer.Due = id.String(), fromMicros(at)
		due = append(due, t)
		return nil
	}, `SELECT t.due, c.id, t.seq, t.n, t.run, t.entry, t.event FROM timers t JOIN conversations c ON c.key = t.conversation
		WHERE t.due <= ? ORDER BY t.due, t.conversation, t.seq, t.n LIMIT ?`, micros(now), rows+1)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("read due timers: %w", err)
	}
	if int64(len(due)) > rows {
		return due[:rows], due[rows].Timer.Due, nil
	}
	var at int64
	if err := db.row(ctx, `SELECT coalesce(min(due), 0) FROM timers WHERE due > ?`, micros(now)).Scan(&at); err != nil {
		return nil, time.Time{}, fmt.Errorf("read next timer: %w", err)
	}
	return due, fromMicros(at), nil
}

package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"relevo/store"
)

// aliasPlace puts identities that a channel's answer taught behind those a contact came with.
const aliasPlace = maxIdentities

// Outbox implements store.Deliveries.
func (db *DB) Outbox(ctx context.Context, conversation string, limit int) ([]store.OutboxRow, error) {
	var rows []store.OutboxRow
	scan := func(r scanner) error {
		var o store.OutboxRow
		var effect []byte
		var attempts, next, attempted int64
		if err := r.Scan(&o.Conversation, &o.Channel, &attempts, &next, &attempted, &o.Unknowns, &effect); err != nil {
			return err
		}
		o.Attempts, o.NextAt, o.AttemptedAt = int(attempts), fromMicros(next), fromMicros(attempted)
		rows = append(rows, o)
		return decode("effect", effect, &rows[len(rows)-1].Effect)
	}
	const columns = `SELECT c.id, c.channel, o.attempts, o.next_at, o.attempted_at, o.unknowns, o.effect FROM outbox o JOIN conversations c ON c.key = o.conversation `
	const order = ` ORDER BY o.conversation, o.seq, o.n LIMIT ?`
	var err error
	if conversation == "" {
		err = db.each(ctx, scan, columns+order, allRows(limit))
	} else {
		err = db.each(ctx, scan, columns+`WHERE o.conversation = (SELECT key FROM conversations WHERE id = ?)`+order, conversation, allRows(limit))
	}
	if err != nil {
		return nil, fmt.Errorf("read outbox: %w", err)
	}
	return rows, nil
}

// MarkAttempt implements store.Deliveries.
func (db *DB) MarkAttempt(ctx context.Context, effect string, at time.Time) error {
	return db.changeOutbox(ctx, effect, `UPDATE outbox SET attempted_at = ?4, unknowns = unknowns + 1
		WHERE conversation = (SELECT key FROM conversations WHERE id = ?1) AND seq = ?2 AND n = ?3`, micros(at))
}

// MarkRetry implements store.Deliveries.
func (db *DB) MarkRetry(ctx context.Context, effect string, r store.Retry) error {
	return db.changeOutbox(ctx, effect, `UPDATE outbox SET attempts = ?4, next_at = ?5, error = ?6, attempted_at = iif(?7, attempted_at, 0),
			unknowns = iif(?7, unknowns, max(0, unknowns - 1))
		WHERE conversation = (SELECT key FROM conversations WHERE id = ?1) AND seq = ?2 AND n = ?3`,
		int64(r.Attempts), micros(r.NextAt), r.Error, r.KeepUnknown)
}

// changeOutbox runs an update of one row; store.ErrNotFound when it is over already.
func (db *DB) changeOutbox(ctx context.Context, effect, query string, args ...any) error {
	id, ok := parseEffect(effect)
	if !ok {
		return fmt.Errorf("outbox row %q: %w", effect, store.ErrNotFound)
	}
	return db.writer.write(ctx, func(c *conn) error {
		changed, err := c.exec(query, append([]any{id.conversation, id.seq, id.n}, args...)...)
		if err != nil {
			return fmt.Errorf("outbox row %s: %w", effect, err)
		}
		if changed == 0 {
			return refuse("outbox row %s: %w", effect, store.ErrNotFound)
		}
		return nil
	})
}

// MarkDone implements store.Deliveries. Repeated, it moves the message's state on like a status does. An effect that was never in the
// outbox is store.ErrNotFound.
func (db *DB) MarkDone(ctx context.Context, d store.Done) error {
	id, ok := parseEffect(d.Effect)
	if !ok {
		return fmt.Errorf("outbox row %q: %w", d.Effect, store.ErrNotFound)
	}
	err := db.writer.write(ctx, func(c *conn) error { return c.markDone(id, d) })
	if err != nil {
		return fmt.Errorf("mark %s done: %w", d.Effect, err)
	}
	return nil
}

func (c *conn) markDone(id effectID, d store.Done) error {
	key, err := c.keyOn(d.Channel, id.conversation)
	if err != nil {
		return refusal{found(err, "conversation %s on channel %s", id.conversation, d.Channel)}
	}
	now := message{key: key, id: id, channel: d.Channel, state: d.State, provider: d.ProviderID, code: d.Code, detail: d.Detail, at: micros(d.At)}
	before, err := c.messageByEffect(d.Channel, key, id)
	known := err == nil
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	removed, err := c.exec(`DELETE FROM outbox WHERE conversation = ? AND seq = ? AND n = ?`, key, id.seq, id.n)
	if err != nil {
		return err
	}
	if removed == 0 && !known {
		return refusal{store.ErrNotFound}
	}
	if known {
		now, _ = before.merge(now)
	}
	if now, err = c.joinEarly(now); err != nil {
		return err
	}
	if err := c.putMessage(now); err != nil {
		return err
	}
	for _, alias := range d.Aliases {
		if err := c.addIdentity(d.Channel, alias, key, aliasPlace); err != nil {
			return err
		}
	}
	return nil
}

// DeliveriesOf implements store.Reader.
func (db *DB) DeliveriesOf(ctx context.Context, conversation string) (map[string]store.Delivery, error) {
	deliveries := map[string]store.Delivery{}
	err := db.each(ctx, func(r scanner) error {
		id := effectID{conversation: conversation}
		var d store.Delivery
		var at int64
		if err := r.Scan(&id.seq, &id.n, &d.State, &d.ProviderID, &d.Code, &d.Detail, &at); err != nil {
			return err
		}
		d.Effect, d.At = id.String(), fromMicros(at)
		deliveries[d.Effect] = d
		return nil
	}, `SELECT seq, n, state, provider_id, code, detail, at FROM deliveries WHERE conversation = (SELECT key FROM conversations WHERE id = ?)`,
		conversation)
	if err != nil {
		return nil, fmt.Errorf("read deliveries of %s: %w", conversation, err)
	}
	return deliveries, nil
}

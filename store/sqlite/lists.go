package sqlite

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"relevo/engine"
	"relevo/handoff"
	"relevo/store"
)

const (
	// maxConversations is how many conversations one list holds.
	maxConversations = 200
	// recentTurns is how far back in the journal the last changed conversations are looked for before all are read. An index by time would
	// cost every turn a page.
	recentTurns = 5000
)

const summaryColumns = `SELECT c.id, c.channel, o.id, o.name, c.owner, c.agent, c.flow, c.flow_state, c.updated_at
	FROM conversations c JOIN contacts o ON o.key = c.contact `

// Conversations implements store.Reader. A conversation that has no turn yet may be missing in a big database: it changes in a moment.
func (db *DB) Conversations(ctx context.Context, f store.ConversationFilter) ([]store.Summary, error) {
	limit := f.Limit
	if limit <= 0 || limit > maxConversations {
		limit = maxConversations
	}
	const order = ` ORDER BY c.updated_at DESC, c.key DESC LIMIT ?2`
	if f.Owner != "" && f.Owner != engine.OwnerClosed {
		return db.summaries(ctx, summaryColumns+`WHERE c.owner = ?1 AND c.owner <> 'closed'`+order, string(f.Owner), limit)
	}
	recent, err := db.summaries(ctx, summaryColumns+`WHERE c.key IN (SELECT conversation FROM (SELECT conversation FROM journal ORDER BY id DESC LIMIT ?3))
		AND (?1 = '' OR c.owner = ?1)`+order, string(f.Owner), limit, int64(recentTurns))
	if err != nil || len(recent) == limit {
		return recent, err
	}
	return db.summaries(ctx, summaryColumns+`WHERE (?1 = '' OR c.owner = ?1)`+order, string(f.Owner), limit)
}

func (db *DB) summaries(ctx context.Context, query, owner string, limit int, more ...any) ([]store.Summary, error) {
	var list []store.Summary
	err := db.each(ctx, func(r scanner) error {
		var s store.Summary
		var kind, agent string
		var at int64
		if err := r.Scan(&s.ID, &s.Channel, &s.ContactID, &s.ContactName, &kind, &agent, &s.Flow, &s.State, &at); err != nil {
			return err
		}
		s.Owner, s.UpdatedAt = engine.Owner{Kind: engine.OwnerKind(kind), Agent: agent}.String(), fromMicros(at)
		list = append(list, s)
		return nil
	}, query, append([]any{owner, int64(limit)}, more...)...)
	if err != nil {
		return nil, fmt.Errorf("list conversations: %w", err)
	}
	return list, nil
}

// ConversationByIdentity implements store.Reader.
func (db *DB) ConversationByIdentity(ctx context.Context, channel string, id engine.Identity) (string, error) {
	var conversation string
	err := db.row(ctx, `SELECT c.id FROM identities i JOIN conversations c ON c.key = i.conversation
		WHERE i.channel = ? AND i.kind = ? AND i.value = ?`, channel, id.Kind, id.Value).Scan(&conversation)
	return conversation, found(err, "contact on %s", channel)
}

// Counts implements store.Reader.
func (db *DB) Counts(ctx context.Context) (store.Counts, error) {
	counts := store.Counts{Conversations: map[string]int64{}, Chats: map[string]int64{}, Runs: map[string]int64{}}
	var inbox, outbox, all, open int64
	err := db.row(ctx, `SELECT (SELECT count(*) FROM inbox), (SELECT coalesce(min(at), 0) FROM inbox), (SELECT count(*) FROM outbox),
		(SELECT coalesce(min(at), 0) FROM outbox), (SELECT count(*) FROM timers), (SELECT count(*) FROM conversations)`).
		Scan(&counts.Inbox, &inbox, &counts.Outbox, &outbox, &counts.Timers, &all)
	counts.OldestInbox, counts.OldestOutbox = fromMicros(inbox), fromMicros(outbox)
	err = errors.Join(err,
		db.each(ctx, func(r scanner) error {
			var owner string
			var n int64
			err := r.Scan(&owner, &n)
			counts.Conversations[owner] = n
			open += n
			return err
		}, `SELECT owner, count(*) FROM conversations WHERE owner <> 'closed' GROUP BY owner`),
		db.each(ctx, func(r scanner) error {
			var state handoff.State
			var n int64
			err := r.Scan(&state, &n)
			counts.Chats[string(state)] = n
			return err
		}, `SELECT state, count(*) FROM chats GROUP BY state`),
		db.each(ctx, func(r scanner) error {
			var versions string
			var n int64
			err := r.Scan(&versions, &n)
			for version := range strings.FieldsSeq(versions) {
				counts.Runs[version] += n
			}
			return err
		}, `SELECT versions, count(*) FROM conversations WHERE versions <> '' GROUP BY versions`))
	if err != nil {
		return store.Counts{}, fmt.Errorf("count: %w", err)
	}
	if all > open {
		counts.Conversations[string(engine.OwnerClosed)] = all - open
	}
	return counts, nil
}

package sqlite

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/mattn/go-sqlite3"

	"relevo/handoff"
	"relevo/store"
)

// maxChats is how many chats one list holds.
const maxChats = 200

// putChat inserts or replaces a chat. A second open one in a conversation is store.ErrExists.
func (c *conn) putChat(key int64, chat handoff.Chat) error {
	packet := chat.Packet
	if packet == nil {
		packet = []byte{}
	}
	_, err := c.exec(`INSERT INTO chats (id, conversation, channel, contact, contact_name, queue, state, priority, since, agent, agent_name,
			claimed_at, closed_at, outcome, reason, last_message, packet)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET conversation = excluded.conversation, channel = excluded.channel, contact = excluded.contact,
			contact_name = excluded.contact_name, queue = excluded.queue, state = excluded.state, priority = excluded.priority,
			since = excluded.since, agent = excluded.agent, agent_name = excluded.agent_name, claimed_at = excluded.claimed_at,
			closed_at = excluded.closed_at, outcome = excluded.outcome, reason = excluded.reason, last_message = excluded.last_message,
			packet = excluded.packet`,
		chat.ID, key, chat.Channel, chat.Contact, chat.ContactName, chat.Queue, string(chat.State), int64(chat.Priority), micros(chat.Since),
		chat.Agent, chat.AgentName, micros(chat.ClaimedAt), micros(chat.ClosedAt), chat.Outcome, chat.Reason, micros(chat.LastMessage), packet)
	var e sqlite3.Error
	if errors.As(err, &e) && e.ExtendedCode == sqlite3.ErrConstraintUnique {
		return fmt.Errorf("chat %s: an open chat of this conversation %w", chat.ID, store.ErrExists)
	}
	if err != nil {
		return fmt.Errorf("put chat %s: %w", chat.ID, err)
	}
	return nil
}

const chatColumns = `SELECT h.id, c.id, h.channel, h.contact, h.contact_name, h.queue, h.state, h.priority, h.since, h.agent, h.agent_name,
	h.claimed_at, h.closed_at, h.outcome, h.reason, h.last_message, h.packet FROM chats h JOIN conversations c ON c.key = h.conversation `

func scanChat(r scanner) (handoff.Chat, error) {
	var chat handoff.Chat
	var since, claimed, closed, last int64
	err := r.Scan(&chat.ID, &chat.Conversation, &chat.Channel, &chat.Contact, &chat.ContactName, &chat.Queue, &chat.State, &chat.Priority,
		&since, &chat.Agent, &chat.AgentName, &claimed, &closed, &chat.Outcome, &chat.Reason, &last, &chat.Packet)
	chat.Since, chat.ClaimedAt = fromMicros(since), fromMicros(claimed)
	chat.ClosedAt, chat.LastMessage = fromMicros(closed), fromMicros(last)
	return chat, err
}

// Chat implements store.Reader.
func (db *DB) Chat(ctx context.Context, id string) (handoff.Chat, error) {
	chat, err := scanChat(db.row(ctx, chatColumns+`WHERE h.id = ?`, id))
	if err != nil {
		return handoff.Chat{}, found(err, "chat %s", id)
	}
	return chat, nil
}

// Chats implements store.Reader: open ones first, then closed ones.
func (db *DB) Chats(ctx context.Context, f store.ChatFilter) ([]handoff.Chat, error) {
	limit := f.Limit
	if limit <= 0 || limit > maxChats {
		limit = maxChats
	}
	var open []handoff.State
	closed := len(f.States) == 0
	for _, s := range f.States {
		if s == handoff.Closed {
			closed = true
		} else {
			open = append(open, s)
		}
	}
	var chats []handoff.Chat
	if len(open) > 0 || len(f.States) == 0 {
		var err error
		if chats, err = db.chats(ctx, f, open, `h.state <> 'closed'`, `h.priority DESC, h.since, h.id`, limit); err != nil {
			return nil, err
		}
	}
	if closed && len(chats) < limit {
		more, err := db.chats(ctx, f, nil, `h.state = 'closed'`, `h.closed_at DESC, h.id`, limit-len(chats))
		if err != nil {
			return nil, err
		}
		chats = append(chats, more...)
	}
	return chats, nil
}

// chats runs one ordered query. The text is put together from constants; what was asked for is bound.
func (db *DB) chats(ctx context.Context, f store.ChatFilter, states []handoff.State, where, order string, limit int) ([]handoff.Chat, error) {
	var args []any
	query := strings.Builder{}
	query.WriteString(chatColumns + "WHERE " + where)
	restrict := func(text string, value string) {
		if value != "" {
			query.WriteString(text)
			args = append(args, value)
		}
	}
	restrict(" AND h.queue = ?", f.Queue)
	restrict(" AND h.agent = ?", f.Agent)
	restrict(" AND h.conversation = (SELECT key FROM conversations WHERE id = ?)", f.Conversation)
	if len(states) > 0 {
		query.WriteString(" AND h.state IN (?" + strings.Repeat(", ?", len(states)-1) + ")")
		for _, s := range states {
			args = append(args, string(s))
		}
	}
	query.WriteString(" ORDER BY " + order + " LIMIT ?")
	rows, err := db.readers.QueryContext(ctx, query.String(), append(args, int64(limit))...)
	if err != nil {
		return nil, fmt.Errorf("list chats: %w", err)
	}
	var chats []handoff.Chat
	for rows.Next() {
		chat, err := scanChat(rows)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("list chats: %w", err), rows.Close())
		}
		chats = append(chats, chat)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, fmt.Errorf("list chats: %w", err)
	}
	return chats, nil
}

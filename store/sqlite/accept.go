package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"relevo/engine"
	"relevo/store"
)

// maxIdentities is how many identities one arrival may bring.
const maxIdentities = 16

// arrival is a store.Arrival ready to be written.
type arrival struct {
	store.Arrival
	hash   int64
	digest []byte
	event  string // JSON
}

// place is where an event belongs.
type place struct {
	key int64 // 0: nowhere yet
	id  string
}

// Accept implements store.Turns. An arrival that names a conversation which does not exist fails the whole call with store.ErrNotFound.
func (db *DB) Accept(ctx context.Context, arrivals []store.Arrival, kept []store.Kept) ([]store.Accepted, error) {
	if len(arrivals)+len(kept) == 0 {
		return nil, ctx.Err()
	}
	prepared := make([]arrival, len(arrivals))
	for i, a := range arrivals {
		p, err := db.prepareArrival(a)
		if err != nil {
			return nil, fmt.Errorf("accept arrival %d: %w", i, err)
		}
		prepared[i] = p
		db.saw(micros(a.Event.At))
	}
	accepted := make([]store.Accepted, len(arrivals))
	err := db.writer.write(ctx, func(c *conn) error {
		if err := c.namedExist(prepared); err != nil {
			return err
		}
		for i := range prepared {
			var err error
			if accepted[i], err = c.accept(&prepared[i]); err != nil {
				return fmt.Errorf("accept arrival %d: %w", i, err)
			}
		}
		return c.keep(kept)
	})
	if err != nil {
		return nil, err
	}
	return accepted, nil
}

func (db *DB) prepareArrival(a store.Arrival) (arrival, error) {
	if a.Conversation == "" && len(a.Identities) == 0 {
		return arrival{}, errors.New("it names neither a conversation nor a contact")
	}
	if len(a.Identities) > maxIdentities {
		return arrival{}, fmt.Errorf("%d identities are more than %d", len(a.Identities), maxIdentities)
	}
	event, err := encode("event", a.Event)
	if err != nil {
		return arrival{}, err
	}
	p := arrival{Arrival: a, event: event}
	if a.DedupeKey != "" {
		scope := a.Scope
		if scope == "" {
			scope = a.Channel
		}
		p.hash, p.digest = db.identify(scope, a.DedupeKey)
	}
	return p, nil
}

// namedExist refuses the call, before anything is changed, when a named conversation does not exist.
func (c *conn) namedExist(arrivals []arrival) error {
	for _, a := range arrivals {
		if a.Conversation == "" {
			continue
		}
		if _, err := c.conversationKey(a.Conversation); err != nil {
			return refusal{err}
		}
	}
	return nil
}

func (c *conn) conversationKey(id string) (key int64, err error) {
	err = c.row(`SELECT key FROM conversations WHERE id = ?`, id).Scan(&key)
	return key, found(err, "conversation %s", id)
}

func (c *conn) accept(a *arrival) (store.Accepted, error) {
	at, missing, err := c.placeOf(a)
	if err != nil {
		return store.Accepted{}, err
	}
	fresh := at.key == 0
	if fresh {
		c.lastConversation++
		at = place{key: c.lastConversation, id: a.NewConversation}
	}
	if a.DedupeKey != "" {
		duplicate, of, err := c.seen(a, at.key)
		if err != nil {
			return store.Accepted{}, err
		}
		if duplicate {
			return c.duplicate(a, of)
		}
	}
	if fresh {
		if err := c.addContact(a, at.key); err != nil {
			return store.Accepted{}, err
		}
	}
	if err := c.addMissing(a, at.key, missing); err != nil {
		return store.Accepted{}, err
	}
	c.lastInbox++
	if _, err := c.exec(`INSERT INTO inbox (id, conversation, at, event) VALUES (?, ?, ?, ?)`,
		c.lastInbox, at.key, micros(a.Event.At), a.event); err != nil {
		return store.Accepted{}, fmt.Errorf("add to inbox: %w", err)
	}
	return store.Accepted{Inbox: c.lastInbox, Conversation: at.id, Event: a.Event}, nil
}

// addMissing adds the identities that nobody has. One that the arrival names before a known one is better than it (a changed number): it
// gets a place before all that are there.
func (c *conn) addMissing(a *arrival, conversation int64, missing []int) error {
	first := int64(0)
	if known := len(missing) < len(a.Identities); known && len(missing) > 0 && missing[0] == 0 {
		err := c.row(`SELECT coalesce(min(place), 0) FROM identities WHERE conversation = ?`, conversation).Scan(&first)
		if err != nil {
			return fmt.Errorf("find the best identity: %w", err)
		}
		first -= int64(len(a.Identities))
	}
	for _, i := range missing {
		place := first + int64(i)
		if err := c.addIdentity(a.Channel, a.Identities[i], conversation, place); err != nil {
			return err
		}
	}
	return nil
}

// placeOf finds the conversation of an arrival: the named one, else that of the best identity that is known. missing are the places of the
// identities that nobody has. (A join would cost SQLite three times what the subselect does.)
func (c *conn) placeOf(a *arrival) (at place, missing []int, err error) {
	if a.Conversation != "" {
		at.id = a.Conversation
		if at.key, err = c.conversationKey(a.Conversation); err != nil {
			return place{}, nil, err
		}
	}
	for i, id := range a.Identities {
		var p place
		err := c.row(`SELECT conversation, (SELECT id FROM conversations WHERE key = conversation) FROM identities
			WHERE channel = ? AND kind = ? AND value = ?`, a.Channel, id.Kind, id.Value).Scan(&p.key, &p.id)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			missing = append(missing, i)
		case err != nil:
			return place{}, nil, fmt.Errorf("find contact: %w", err)
		case at.key == 0:
			at = p
		}
	}
	return at, missing, nil
}

func (c *conn) duplicate(a *arrival, of int64) (store.Accepted, error) {
	known := store.Accepted{Duplicate: true, Event: a.Event}
	err := c.row(`SELECT id FROM conversations WHERE key = ?`, of).Scan(&known.Conversation)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return store.Accepted{}, fmt.Errorf("find duplicate's conversation: %w", err)
	}
	return known, nil
}

// addContact makes a contact and its conversation, owned by nobody, under one key.
func (c *conn) addContact(a *arrival, key int64) error {
	if a.NewContact == "" || a.NewConversation == "" {
		return errors.New("the contact is unknown and the arrival proposes no ids")
	}
	state, err := encode("state", engine.Conversation{ID: a.NewConversation, Channel: a.Channel, Owner: engine.Owner{Kind: engine.OwnerClosed}})
	if err != nil {
		return err
	}
	added, err := c.exec(`INSERT INTO contacts (key, id, name, language, attributes) VALUES (?, ?, ?, '', '') ON CONFLICT DO NOTHING`,
		key, a.NewContact, a.Name)
	if err != nil {
		return fmt.Errorf("add contact: %w", err)
	}
	if added == 0 {
		return fmt.Errorf("add contact %s: %w", a.NewContact, store.ErrExists)
	}
	added, err = c.exec(`INSERT INTO conversations (key, id, channel, contact, seq, epoch, owner, agent, versions, flow, flow_state, updated_at, state)
		VALUES (?1, ?2, ?3, ?1, 0, 0, 'closed', '', '', '', '', ?4, ?5) ON CONFLICT DO NOTHING`,
		key, a.NewConversation, a.Channel, micros(a.Event.At), state)
	if err != nil {
		return fmt.Errorf("add conversation: %w", err)
	}
	if added == 0 {
		return fmt.Errorf("add conversation %s: %w", a.NewConversation, store.ErrExists)
	}
	return nil
}

// addIdentity gives a conversation's contact one more identity. One that somebody has stays where it is: contacts are never merged in
// silence.
func (c *conn) addIdentity(channel string, id engine.Identity, conversation, place int64) error {
	_, err := c.exec(`INSERT INTO identities (channel, kind, value, conversation, place) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		channel, id.Kind, id.Value, conversation, place)
	if err != nil {
		return fmt.Errorf("add identity: %w", err)
	}
	return nil
}

func (c *conn) keep(parts []store.Kept) error {
	for _, k := range parts {
		body := k.Body
		if body == nil {
			body = []byte{}
		}
		if _, err := c.exec(`INSERT INTO kept (channel, kind, detail, at, body) VALUES (?, ?, ?, ?, ?)`,
			k.Channel, k.Kind, k.Detail, micros(k.At), body); err != nil {
			return fmt.Errorf("keep part: %w", err)
		}
	}
	return nil
}

// Backlog implements store.Turns.
func (db *DB) Backlog(ctx context.Context, limit int) ([]store.Accepted, error) {
	var backlog []store.Accepted
	err := db.each(ctx, func(r scanner) error {
		var a store.Accepted
		var event []byte
		if err := r.Scan(&a.Inbox, &a.Conversation, &event); err != nil {
			return err
		}
		backlog = append(backlog, a)
		return decode("event", event, &backlog[len(backlog)-1].Event)
	}, `SELECT i.id, c.id, i.event FROM inbox i JOIN conversations c ON c.key = i.conversation ORDER BY i.id LIMIT ?`, allRows(limit))
	if err != nil {
		return nil, fmt.Errorf("read backlog: %w", err)
	}
	return backlog, nil
}

// KeptParts implements store.Reader.
func (db *DB) KeptParts(ctx context.Context, limit int) ([]store.Kept, error) {
	var parts []store.Kept
	err := db.each(ctx, func(r scanner) error {
		var k store.Kept
		var at int64
		if err := r.Scan(&k.ID, &k.Channel, &k.Kind, &k.Detail, &at, &k.Body); err != nil {
			return err
		}
		k.At = fromMicros(at)
		parts = append(parts, k)
		return nil
	}, `SELECT id, channel, kind, detail, at, body FROM kept ORDER BY id DESC LIMIT ?`, limitRows(limit))
	if err != nil {
		return nil, fmt.Errorf("read kept parts: %w", err)
	}
	return parts, nil
}

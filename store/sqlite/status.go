package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"relevo/engine"
	"relevo/store"
)

// ranks order delivery states. A failure counts above "sent" and below "delivered": whatever the order in which statuses come, the same
// one is kept.
var ranks = map[engine.DeliveryState]int{
	engine.DeliveryQueued:     0,
	engine.DeliverySent:       1,
	engine.DeliveryFailed:     2,
	engine.DeliverySuppressed: 2,
	engine.DeliveryDelivered:  3,
	engine.DeliveryRead:       4,
	engine.DeliveryPlayed:     5,
}

// message is a row of deliveries.
type message struct {
	key      int64
	id       effectID
	channel  string
	state    engine.DeliveryState
	provider string
	code     string
	detail   string
	at       int64
}

// merge takes in a later word on the message, if it is a step forward, and the provider's id in any case.
func (m message) merge(next message) (merged message, changed bool) {
	if m.provider == "" {
		m.provider, changed = next.provider, next.provider != ""
	}
	if ranks[next.state] > ranks[m.state] {
		m.state, m.code, m.detail, m.at, changed = next.state, next.code, next.detail, next.at, true
	}
	return m, changed
}

const messageColumns = `SELECT conversation, (SELECT id FROM conversations WHERE key = conversation), seq, n, state, provider_id, code, detail, at
	FROM deliveries `

func scanMessage(channel string, r scanner) (message, error) {
	m := message{channel: channel}
	err := r.Scan(&m.key, &m.id.conversation, &m.id.seq, &m.id.n, &m.state, &m.provider, &m.code, &m.detail, &m.at)
	return m, err
}

func (c *conn) messageByEffect(channel string, key int64, id effectID) (message, error) {
	return scanMessage(channel, c.row(messageColumns+`WHERE conversation = ? AND seq = ? AND n = ?`, key, id.seq, id.n))
}

func (c *conn) messageByProvider(channel, provider string) (message, error) {
	hash, _ := identify(channel, provider)
	return scanMessage(channel, c.row(messageColumns+`WHERE provider_hash = ? AND provider_id = ?`, hash, provider))
}

// keyOn is the key of a conversation on a channel.
func (c *conn) keyOn(channel, id string) (key int64, err error) {
	err = c.row(`SELECT key FROM conversations WHERE id = ? AND channel = ?`, id, channel).Scan(&key)
	return key, err
}

func (c *conn) putMessage(m message) error {
	var hash any
	if m.provider != "" {
		hash, _ = identify(m.channel, m.provider)
	}
	_, err := c.exec(`INSERT INTO deliveries (conversation, seq, n, state, provider_id, provider_hash, code, detail, at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET state = excluded.state, provider_id = excluded.provider_id,
			provider_hash = excluded.provider_hash, code = excluded.code, detail = excluded.detail, at = excluded.at`,
		m.key, m.id.seq, m.id.n, string(m.state), m.provider, hash, m.code, m.detail, m.at)
	if err != nil {
		return fmt.Errorf("put delivery %s: %w", m.id, err)
	}
	return nil
}

// RecordStatus implements store.Deliveries. A status of a message that is still in the outbox names it in the answer, but changes it only
// when MarkDone comes.
func (db *DB) RecordStatus(ctx context.Context, channel string, s engine.Status, at time.Time) (effect, conversation string, changed bool, err error) {
	if s.Effect == "" && s.ProviderID == "" {
		return "", "", false, errors.New("record status: it names no message")
	}
	if _, ok := ranks[s.State]; !ok {
		return "", "", false, fmt.Errorf("record status: %q is no delivery state", s.State)
	}
	err = db.writer.write(ctx, func(c *conn) (err error) {
		effect, conversation, changed, err = c.recordStatus(channel, s, micros(at))
		return err
	})
	if err != nil {
		return "", "", false, fmt.Errorf("record status: %w", err)
	}
	return effect, conversation, changed, nil
}

func (c *conn) recordStatus(channel string, s engine.Status, at int64) (effect, conversation string, changed bool, err error) {
	m, err := c.messageOf(channel, s)
	if errors.Is(err, sql.ErrNoRows) {
		return c.keepEarly(channel, s, at)
	}
	if err != nil {
		return "", "", false, err
	}
	merged, differs := m.merge(message{state: s.State, provider: s.ProviderID, code: s.Code, detail: s.Detail, at: at})
	if differs {
		err = c.putMessage(merged)
	}
	return m.id.String(), m.id.conversation, merged.state != m.state, err
}

// messageOf finds a message by effect id, else by provider id.
func (c *conn) messageOf(channel string, s engine.Status) (message, error) {
	if id, ok := parseEffect(s.Effect); ok {
		m, err := c.messageOfEffect(channel, id)
		if !errors.Is(err, sql.ErrNoRows) {
			return m, err
		}
	}
	if s.ProviderID == "" {
		return message{}, sql.ErrNoRows
	}
	return c.messageByProvider(channel, s.ProviderID)
}

func (c *conn) messageOfEffect(channel string, id effectID) (message, error) {
	key, err := c.keyOn(channel, id.conversation)
	if err != nil {
		return message{}, err
	}
	return c.messageByEffect(channel, key, id)
}

// keepEarly keeps a status until its message is marked done: under its effect id when that is in the outbox, else under the provider's.
func (c *conn) keepEarly(channel string, s engine.Status, at int64) (effect, conversation string, changed bool, err error) {
	name := providerName(channel, s.ProviderID)
	if id, ok := parseEffect(s.Effect); ok {
		err := c.row(`SELECT c.id FROM outbox o JOIN conversations c ON c.key = o.conversation
			WHERE c.id = ? AND o.seq = ? AND o.n = ? AND c.channel = ?`, id.conversation, id.seq, id.n, channel).Scan(&conversation)
		if err == nil {
			effect, name = id.String(), effectName(channel, id.String())
		} else if !errors.Is(err, sql.ErrNoRows) {
			return "", "", false, err
		}
	}
	if name == "" { // an effect id that is none of ours
		return "", "", false, nil
	}
	next := message{state: s.State, provider: s.ProviderID, code: s.Code, detail: s.Detail, at: at}
	before, err := scanEarly(c.row(earlyColumns, name))
	if err == nil {
		next, _ = before.merge(next)
	} else if !errors.Is(err, sql.ErrNoRows) {
		return "", "", false, err
	}
	_, err = c.exec(`INSERT OR REPLACE INTO early_statuses (name, state, provider_id, code, detail, at) VALUES (?, ?, ?, ?, ?, ?)`,
		name, string(next.state), next.provider, next.code, next.detail, next.at)
	return effect, conversation, false, err
}

const earlyColumns = `SELECT state, provider_id, code, detail, at FROM early_statuses WHERE name = ?`

func scanEarly(r scanner) (message, error) {
	var m message
	err := r.Scan(&m.state, &m.provider, &m.code, &m.detail, &m.at)
	return m, err
}

// effectName and providerName are the names under which early statuses wait: "e/web/c1/4/0", "p/main/wamid.X".
func effectName(channel, effect string) string { return "e/" + channel + "/" + effect }

func providerName(channel, provider string) string {
	if provider == "" {
		return ""
	}
	return "p/" + channel + "/" + provider
}

// joinEarly takes in the statuses that came before the message was marked done.
func (c *conn) joinEarly(m message) (message, error) {
	for _, name := range []string{effectName(m.channel, m.id.String()), providerName(m.channel, m.provider)} {
		early, err := scanEarly(c.row(earlyColumns, name))
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return m, err
		}
		m, _ = m.merge(early)
		if _, err := c.exec(`DELETE FROM early_statuses WHERE name = ?`, name); err != nil {
			return m, err
		}
	}
	return m, nil
}

var _ store.Deliveries = (*DB)(nil)

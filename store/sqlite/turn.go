package sqlite

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"relevo/engine"
	"relevo/handoff"
	"relevo/store"
)

// Load implements store.Turns. Identities come best first.
func (db *DB) Load(ctx context.Context, conversation string) (engine.Conversation, []engine.Identity, error) {
	var state, attributes, identities []byte
	var contact engine.Contact
	err := db.row(ctx, `SELECT c.state, o.id, o.name, o.language, o.guessed, o.region, o.timezone, o.opted_out, o.attributes,
			(SELECT json_group_array(json_object('kind', kind, 'value', value)) FROM
				(SELECT kind, value FROM identities WHERE conversation = c.key AND channel = c.channel ORDER BY place, kind, value))
		FROM conversations c JOIN contacts o ON o.key = c.contact WHERE c.id = ?`, conversation).
		Scan(&state, &contact.ID, &contact.Name, &contact.Language, &contact.Guessed, &contact.Region, &contact.TimeZone, &contact.OptedOut,
			&attributes, &identities)
	if err != nil {
		return engine.Conversation{}, nil, found(err, "load conversation %s", conversation)
	}
	var conv engine.Conversation
	var known []engine.Identity
	err = errors.Join(decode("state", state, &conv), decode("identities", identities, &known))
	if len(attributes) > 0 {
		err = errors.Join(err, decode("attributes", attributes, &contact.Attributes))
	}
	if err != nil {
		return engine.Conversation{}, nil, fmt.Errorf("load conversation %s: %w", conversation, err)
	}
	conv.Contact = contact
	return conv, known, nil
}

// turn is a store.Turn ready to be written.
type turn struct {
	*store.Turn
	state, event, effects string // JSON
	owner, agent          string
	versions              string
	flow, flowState       string
	outbox                []outgoing
	timers                []timerChange
	contact               *engine.Contact
	attributes            string
	chats                 []handoff.Chat // closed ones first, so that a new one finds the place free
	call                  effectID
	consumed              effectID // the timer
}

// outgoing is an outbox row to be added.
type outgoing struct {
	id     effectID
	effect string // JSON
}

// timerChange arms or cancels a timer.
type timerChange struct {
	id     effectID
	timer  *engine.Timer
	cancel bool
}

// Commit implements store.Turns. When Turn.Inbox names a row that is not there, another turn has consumed the event: that is
// store.ErrNotFound, and nothing has changed. A timer or a call that is gone is no error, because its event does no harm twice.
func (db *DB) Commit(ctx context.Context, t store.Turn) error {
	p, err := prepareTurn(&t)
	if err == nil {
		db.saw(micros(t.Event.At))
		err = db.writer.write(ctx, func(c *conn) error { return c.commitTurn(p) })
	}
	if err != nil {
		return fmt.Errorf("save conversation %s at seq %d: %w", t.Conversation.ID, t.Conversation.Seq, err)
	}
	return nil
}

// prepareTurn does what needs no database, in the caller's goroutine: many turns are encoded at once while one is written.
func prepareTurn(t *store.Turn) (*turn, error) {
	conv := t.Conversation
	conv.Contact = engine.Contact{} // has a row of its own
	p := &turn{Turn: t, owner: string(conv.Owner.Kind), agent: conv.Owner.Agent, versions: versionsOf(conv.Runs)}
	if run := conv.InFocus(); run != nil {
		p.flow, p.flowState = run.Flow, run.State
	}
	var err1, err2, err3 error
	p.state, err1 = encode("state", conv)
	p.event, err2 = encode("event", t.Event)
	if len(t.Effects) > 0 {
		p.effects, err3 = encode("effects", t.Effects)
	}
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, err
	}
	for i := range t.Effects {
		if err := p.addEffect(&t.Effects[i]); err != nil {
			return nil, err
		}
	}
	if err := p.addConsumed(); err != nil {
		return nil, err
	}
	return p, p.addChats()
}

func (p *turn) addEffect(e *engine.Effect) error {
	switch {
	case e.Kind == engine.EffectSend || e.Kind == engine.EffectCall:
		id, err := p.own(e.ID)
		if err != nil {
			return err
		}
		row, err := encode("effect", e)
		p.outbox = append(p.outbox, outgoing{id, row})
		return err
	case (e.Kind == engine.EffectTimer || e.Kind == engine.EffectCancelTimer) && e.Timer != nil:
		id, err := p.own(e.Timer.ID)
		p.timers = append(p.timers, timerChange{id, e.Timer, e.Kind == engine.EffectCancelTimer})
		return err
	case e.Kind == engine.EffectContact && e.Contact != nil:
		p.contact, p.attributes = e.Contact, ""
		if len(e.Contact.Attributes) == 0 {
			return nil
		}
		var err error
		p.attributes, err = encode("attributes", e.Contact.Attributes)
		return err
	}
	return nil
}

func (p *turn) addConsumed() (err error) {
	if p.Call != "" {
		if p.call, err = p.own(p.Call); err != nil {
			return err
		}
	}
	if p.Timer != nil {
		p.consumed, err = p.own(p.Timer.ID)
	}
	return err
}

func (p *turn) addChats() error {
	for _, open := range []bool{false, true} {
		for _, chat := range p.Chats {
			if chat.Conversation != p.Conversation.ID {
				return fmt.Errorf("chat %s is of conversation %s", chat.ID, chat.Conversation)
			}
			if (chat.State != handoff.Closed) == open {
				p.chats = append(p.chats, chat)
			}
		}
	}
	return nil
}

// own reads an id, which must be one of this conversation.
func (p *turn) own(id string) (effectID, error) {
	e, ok := parseEffect(id)
	if !ok || e.conversation != p.Conversation.ID {
		return effectID{}, fmt.Errorf("%q is no id of an effect of this conversation", id)
	}
	return e, nil
}

// versionsOf lists the flow versions that runs use, sorted, each once.
func versionsOf(runs []engine.Run) string {
	versions := make([]string, 0, len(runs))
	for _, r := range runs {
		if r.Version != "" {
			versions = append(versions, r.Version)
		}
	}
	slices.Sort(versions)
	return strings.Join(slices.Compact(versions), " ")
}

func (c *conn) commitTurn(p *turn) error {
	key, err := c.advance(p)
	if err != nil {
		return err
	}
	if err := c.consume(p, key); err != nil {
		return err
	}
	if _, err := c.exec(`INSERT INTO journal (conversation, seq, at, event, effects) VALUES (?, ?, ?, ?, ?)`,
		key, p.Conversation.Seq, micros(p.Event.At), p.event, p.effects); err != nil {
		return fmt.Errorf("add to journal: %w", err)
	}
	for _, o := range p.outbox {
		if _, err := c.exec(`INSERT INTO outbox (conversation, seq, n, at, effect) VALUES (?, ?, ?, ?, ?)`,
			key, o.id.seq, o.id.n, micros(p.Event.At), o.effect); err != nil {
			return fmt.Errorf("add %s to outbox: %w", o.id, err)
		}
	}
	for _, t := range p.timers {
		if err := c.changeTimer(key, t); err != nil {
			return err
		}
	}
	for _, chat := range p.chats {
		if err := c.putChat(key, chat); err != nil {
			return err
		}
	}
	if p.contact == nil {
		return nil
	}
	k := p.contact
	if _, err := c.exec(`UPDATE contacts SET name = ?, language = ?, guessed = ?, region = ?, timezone = ?, opted_out = ?, attributes = ?
		WHERE key = (SELECT contact FROM conversations WHERE key = ?)`,
		k.Name, k.Language, k.Guessed, k.Region, k.TimeZone, k.OptedOut, p.attributes, key); err != nil {
		return fmt.Errorf("change contact: %w", err)
	}
	return nil
}

// standingRow is what a conversation's row says before a turn.
type standingRow struct {
	key, seq               int64
	owner, agent, versions string
}

// advance writes the new state over the one before it and returns the conversation's key. A turn that keeps owner and versions, as nearly
// all do, names no column that an index holds.
func (c *conn) advance(p *turn) (key int64, err error) {
	conv := &p.Conversation
	var before standingRow
	err = c.row(`SELECT key, seq, owner, agent, versions FROM conversations WHERE id = ?`, conv.ID).
		Scan(&before.key, &before.seq, &before.owner, &before.agent, &before.versions)
	if err != nil {
		return 0, refusal{found(err, "find it")}
	}
	if before.seq != conv.Seq-1 {
		return 0, refuse("it is at seq %d: %w", before.seq, store.ErrConflict)
	}
	at := micros(p.Event.At)
	if before.owner == p.owner && before.agent == p.agent && before.versions == p.versions {
		_, err = c.exec(`UPDATE conversations SET seq = ?, epoch = ?, flow = ?, flow_state = ?, updated_at = ?, state = ? WHERE key = ?`,
			conv.Seq, conv.Epoch, p.flow, p.flowState, at, p.state, before.key)
		return before.key, err
	}
	_, err = c.exec(`UPDATE conversations SET seq = ?, epoch = ?, flow = ?, flow_state = ?, updated_at = ?, state = ?,
			owner = ?, agent = ?, versions = ? WHERE key = ?`,
		conv.Seq, conv.Epoch, p.flow, p.flowState, at, p.state, p.owner, p.agent, p.versions, before.key)
	return before.key, err
}

// consume removes what the turn used up.
func (c *conn) consume(p *turn, key int64) error {
	if p.Inbox != 0 {
		removed, err := c.exec(`DELETE FROM inbox WHERE id = ? AND conversation = ?`, p.Inbox, key)
		if err != nil {
			return fmt.Errorf("consume inbox row: %w", err)
		}
		if removed == 0 {
			return fmt.Errorf("inbox row %d: %w", p.Inbox, store.ErrNotFound)
		}
	}
	if p.Timer != nil {
		if err := c.changeTimer(key, timerChange{p.consumed, p.Timer, true}); err != nil {
			return err
		}
	}
	if p.Call == "" {
		return nil
	}
	_, err := c.exec(`DELETE FROM outbox WHERE conversation = ? AND seq = ? AND n = ?`, key, p.call.seq, p.call.n)
	if err != nil {
		return fmt.Errorf("consume call %s: %w", p.call, err)
	}
	return nil
}

// Journal implements store.Reader.
func (db *DB) Journal(ctx context.Context, conversation string, after int64, limit int) ([]store.Record, error) {
	var records []store.Record
	err := db.each(ctx, func(r scanner) error {
		rec := store.Record{Conversation: conversation}
		var at int64
		var event, effects []byte
		if err := r.Scan(&rec.Seq, &at, &event, &effects); err != nil {
			return err
		}
		rec.At = fromMicros(at)
		if err := decode("event", event, &rec.Event); err != nil {
			return err
		}
		if len(effects) > 0 {
			if err := decode("effects", effects, &rec.Effects); err != nil {
				return err
			}
		}
		records = append(records, rec)
		return nil
	}, `SELECT seq, at, event, effects FROM journal WHERE conversation = (SELECT key FROM conversations WHERE id = ?) AND seq > ?
		ORDER BY seq LIMIT ?`, conversation, after, limitRows(limit))
	if err != nil {
		return nil, fmt.Errorf("read journal of %s: %w", conversation, err)
	}
	return records, nil
}

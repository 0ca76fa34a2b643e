package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"relevo/engine"
	"relevo/handoff"
	"relevo/store"
)

// maxViolations is how many violations of one kind are reported: a broken database is known to be one after that many.
const maxViolations = 1000

// examination looks for one kind of broken promise.
type examination struct {
	what string
	look func(*doctor) error
}

var examinations = []examination{
	{"integrity", (*doctor).integrity},
	{"references", (*doctor).references},
	{"journals", (*doctor).journals},
	{"chats", (*doctor).chats},
	{"owners", (*doctor).owners},
	{"stuck rows", (*doctor).stuckRows},
}

// doctor examines one snapshot of the database.
type doctor struct {
	ctx        context.Context
	tx         *sql.Tx
	now        time.Time
	stuck      time.Duration
	violations []store.Violation
}

// Doctor implements store.Reader. Beside what the contract lists it reports timers that should have fired ("stuck-timer"), rows that belong
// to no conversation ("reference") and conversations with two open chats ("two-chats").
func (db *DB) Doctor(ctx context.Context, now time.Time, stuck time.Duration) ([]store.Violation, error) {
	tx, err := db.readers.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, fmt.Errorf("doctor: %w", err)
	}
	d := &doctor{ctx: ctx, tx: tx, now: now, stuck: stuck}
	for _, e := range examinations {
		if err := e.look(d); err != nil {
			return nil, errors.Join(fmt.Errorf("doctor, %s: %w", e.what, err), tx.Rollback())
		}
	}
	return d.violations, tx.Rollback()
}

func (d *doctor) report(code, conversation, format string, args ...any) {
	d.violations = append(d.violations, store.Violation{Code: code, Conversation: conversation, Detail: fmt.Sprintf(format, args...)})
}

func (d *doctor) each(scan func(scanner) error, query string, args ...any) error {
	rows, err := d.tx.QueryContext(d.ctx, query, args...)
	if err != nil {
		return err
	}
	for rows.Next() {
		if err := scan(rows); err != nil {
			return errors.Join(err, rows.Close())
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}

func (d *doctor) integrity() error {
	return d.each(func(r scanner) error {
		var finding string
		err := r.Scan(&finding)
		if finding != "ok" {
			d.report("integrity", "", "%s", finding)
		}
		return err
	}, fmt.Sprintf("PRAGMA integrity_check(%d)", maxViolations))
}

// references finds rows whose conversation does not exist. The hot tables carry no foreign keys, so that turns do not pay for them.
func (d *doctor) references() error {
	for _, table := range []string{"inbox", "journal", "outbox", "deliveries", "timers", "identities", "chats"} {
		err := d.each(func(r scanner) error {
			var key int64
			err := r.Scan(&key)
			d.report("reference", "", "%s has rows of conversation number %d, which does not exist", table, key)
			return err
		}, `SELECT DISTINCT conversation FROM `+table+` WHERE conversation NOT IN (SELECT key FROM conversations) LIMIT ?`, maxViolations)
		if err != nil {
			return err
		}
	}
	return nil
}

// journals compares each journal with its conversation: turns 1 to Seq, each once.
func (d *doctor) journals() error {
	return d.each(func(r scanner) error {
		var id string
		var seq, turns, first, last int64
		err := r.Scan(&id, &seq, &turns, &first, &last)
		d.report("journal-gap", id, "the conversation is at seq %d, its journal has %d turns from %d to %d", seq, turns, first, last)
		return err
	}, `SELECT c.id, c.seq, coalesce(j.turns, 0), coalesce(j.first, 0), coalesce(j.last, 0) FROM conversations c
		LEFT JOIN (SELECT conversation, count(*) AS turns, min(seq) AS first, max(seq) AS last FROM journal GROUP BY conversation) j
			ON j.conversation = c.key
		WHERE c.seq <> coalesce(j.turns, 0) OR c.seq <> coalesce(j.last, 0) LIMIT ?`, maxViolations)
}

func (d *doctor) chats() error {
	return d.each(func(r scanner) error {
		var id string
		var n int64
		err := r.Scan(&id, &n)
		d.report("two-chats", id, "%d chats are open", n)
		return err
	}, `SELECT c.id, count(*) FROM chats h NOT INDEXED JOIN conversations c ON c.key = h.conversation WHERE h.state <> 'closed'
		GROUP BY h.conversation HAVING count(*) > 1 LIMIT ?`, maxViolations)
}

// standing is what is known of an open conversation, or of a closed one with an open chat.
type standing struct {
	id          string
	owner       engine.Owner
	state       []byte
	chat        handoff.State // of its open chat; empty without one
	agent       string        // of that chat
	timers      bool
	inbox, call bool // an event or a call is on its way
}

// owners compares each owner with the chat, and looks for what will move the conversation next.
func (d *doctor) owners() error {
	found := 0
	return d.each(func(r scanner) error {
		var s standing
		if err := r.Scan(&s.id, &s.owner.Kind, &s.owner.Agent, &s.state, &s.chat, &s.agent, &s.timers, &s.inbox, &s.call); err != nil {
			return err
		}
		if found >= maxViolations {
			return nil
		}
		if code, detail := s.judge(); code != "" {
			found++
			d.report(code, s.id, "%s", detail)
		}
		return nil
	}, `WITH armed AS MATERIALIZED (SELECT DISTINCT conversation FROM timers),
			called AS MATERIALIZED (SELECT DISTINCT conversation FROM outbox),
			waiting AS MATERIALIZED (SELECT DISTINCT conversation FROM inbox)
		SELECT c.id, c.owner, c.agent, c.state, coalesce(h.state, ''), coalesce(h.agent, ''),
			c.key IN armed, c.key IN waiting, c.key IN called
		FROM conversations c LEFT JOIN chats h ON h.conversation = c.key AND h.state <> 'closed'
		WHERE c.owner <> 'closed' OR h.id IS NOT NULL`)
}

// judge returns the code of the broken promise, or "".
func (s *standing) judge() (code, detail string) {
	if detail := s.contradiction(); detail != "" {
		return "owner-chat", detail
	}
	if s.timers || s.inbox {
		return "", ""
	}
	switch s.owner.Kind {
	case engine.OwnerPhone:
		return "orphan", "owned by the phone without a timer that gives it back"
	case engine.OwnerBot:
		return s.judgeRuns()
	default: // people, or nobody, move it next
		return "", ""
	}
}

// contradiction compares owner and chat.
func (s *standing) contradiction() string {
	switch s.owner.Kind {
	case engine.OwnerQueue:
		if s.chat != handoff.Queued {
			return fmt.Sprintf("owned by the queue, its chat is %q", s.chat)
		}
	case engine.OwnerAgent:
		if s.chat != handoff.Active || s.agent != s.owner.Agent {
			return fmt.Sprintf("owned by %s, its chat is %q with agent %q", s.owner, s.chat, s.agent)
		}
	case engine.OwnerBot, engine.OwnerPhone, engine.OwnerClosed:
		if s.chat != "" {
			return fmt.Sprintf("owned by %s, its chat is %q", s.owner.Kind, s.chat)
		}
	default:
		return fmt.Sprintf("owned by %q, which is no owner", s.owner.Kind)
	}
	return ""
}

// judgeRuns looks for a run that something will move: the contact's answer, or a call's end.
func (s *standing) judgeRuns() (code, detail string) {
	var conv engine.Conversation
	if err := decode("state of "+s.id, s.state, &conv); err != nil {
		return "integrity", err.Error()
	}
	for _, run := range conv.Runs {
		if run.Wait == engine.WaitAsk || run.Wait == engine.WaitCall && s.call {
			return "", ""
		}
	}
	return "orphan", "owned by the bot, but nothing is asked, called or timed"
}

// stuckRows finds what should have been done long ago.
func (d *doctor) stuckRows() error {
	limit := micros(d.now.Add(-d.stuck))
	for _, q := range []struct{ code, query string }{
		{"stuck-inbox", `SELECT c.id, i.id || '', i.at FROM inbox i JOIN conversations c ON c.key = i.conversation WHERE i.at < ? ORDER BY i.id LIMIT ?`},
		{"stuck-outbox", `SELECT c.id, c.id || '/' || o.seq || '/' || o.n, o.at FROM outbox o JOIN conversations c ON c.key = o.conversation
			WHERE o.at < ? ORDER BY o.conversation, o.seq, o.n LIMIT ?`},
		{"stuck-timer", `SELECT c.id, c.id || '/' || t.seq || '/' || t.n, t.due FROM timers t JOIN conversations c ON c.key = t.conversation
			WHERE t.due < ? ORDER BY t.due LIMIT ?`},
	} {
		err := d.each(func(r scanner) error {
			var id, row string
			var at int64
			err := r.Scan(&id, &row, &at)
			d.report(q.code, id, "%s since %s", row, fromMicros(at).Format(time.RFC3339))
			return err
		}, q.query, limit, maxViolations)
		if err != nil {
			return err
		}
	}
	return nil
}

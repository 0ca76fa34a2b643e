package sqlitebench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"time"
)

// copying are the statements of Multiply. What is copied are the rows of the first conversation; ?1 is how many copies, ?2 over how many
// microseconds their timers are spread. The factor spreads neighbours far apart; rows go in sorted, which is several times faster.
var copying = [...]string{
	`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
		INSERT INTO contacts (key, id, name, language, attributes)
		SELECT c.key + i, c.id || '-' || i, name, language, attributes FROM n, (SELECT * FROM contacts ORDER BY key LIMIT 1) c`,
	`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
		INSERT INTO conversations (key, id, channel, contact, seq, epoch, owner, agent, versions, flow, flow_state, updated_at, state)
		SELECT c.key + i, c.id || '-' || i, channel, contact + i, seq, epoch, owner, agent, versions, flow, flow_state, updated_at,
			replace(state, c.id, c.id || '-' || i)
		FROM n, (SELECT * FROM conversations ORDER BY key LIMIT 1) c`,
	`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
		INSERT INTO timers (due, conversation, seq, n, run, entry, event)
		SELECT t.due + ((i * 20 + t.seq) * 2654435761) % ?2 AS due, t.conversation + i, t.seq, t.n, run, entry, event
		FROM n, timers t WHERE t.conversation = (SELECT min(key) FROM conversations) ORDER BY 1, 2, 3, 4`,
}

// Multiply fills a closed database that holds one conversation with copies of it, and spreads the timers of the copies over a time after those of
// the original. The copies have no identities, and its id must be
// a word of its own. In their states the due times are the original's, which no turn looks at: a timer is known by its id.
func Multiply(ctx context.Context, path string, copies int, spread time.Duration) (err error) {
	path, err = filepath.Abs(path)
	if err != nil {
		return err
	}
	u := url.URL{Path: path}
	db, err := sql.Open("sqlite3", "file:"+u.EscapedPath()+"?_synchronous=OFF&_journal_mode=MEMORY&_txlock=immediate&_cache_size=-65536")
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	defer func() { err = errors.Join(err, db.Close()) }()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	for _, query := range copying {
		if _, err := tx.Exec(query, copies, spread.Microseconds()); err != nil {
			return errors.Join(fmt.Errorf("multiply %s: %w", path, err), tx.Rollback())
		}
	}
	return tx.Commit()
}

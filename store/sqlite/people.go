package sqlite

import (
	"context"
	"errors"
	"fmt"
	"time"

	"relevo/store"
)

const (
	// touchEvery is how far a session's SeenAt must move before it is worth a write.
	touchEvery = time.Minute
	// maxSignInKey is the longest key of a failed sign-in, in bytes: an email address has at most 320.
	maxSignInKey = 320
)

// AddUser implements store.People.
func (db *DB) AddUser(ctx context.Context, u store.User) error {
	return db.writer.write(ctx, func(c *conn) error { return c.addUser(u) })
}

func (c *conn) addUser(u store.User) error {
	added, err := c.exec(`INSERT INTO users (id, email, name, role, password_hash, language, created_at, disabled)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		u.ID, u.Email, u.Name, string(u.Role), u.PasswordHash, u.Language, micros(u.CreatedAt), u.Disabled)
	if err != nil {
		return fmt.Errorf("add user: %w", err)
	}
	if added == 0 {
		return refuse("add user: %w", store.ErrExists)
	}
	return nil
}

// AddFirstUser implements store.People.
func (db *DB) AddFirstUser(ctx context.Context, u store.User, setupHash string) error {
	return db.writer.write(ctx, func(c *conn) error {
		var users, links int64
		err := c.row(`SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM setup WHERE hash = ?)`, setupHash).Scan(&users, &links)
		switch {
		case err != nil:
			return fmt.Errorf("add first user: %w", err)
		case users > 0:
			return refuse("add first user: %w", store.ErrExists)
		case links == 0:
			return refuse("set-up link: %w", store.ErrNotFound)
		}
		if err := c.addUser(u); err != nil {
			return err
		}
		_, err = c.exec(`DELETE FROM setup`)
		return err
	})
}

// SetSetup implements store.People.
func (db *DB) SetSetup(ctx context.Context, hash string, at time.Time) error {
	return db.writer.write(ctx, func(c *conn) error {
		_, err := c.exec(`INSERT OR REPLACE INTO setup (id, hash, at) VALUES (1, ?, ?)`, hash, micros(at))
		return err
	})
}

const userColumns = `u.id, u.email, u.name, u.role, u.password_hash, u.language, u.created_at, u.disabled`

// userFields are where userColumns are read to.
func userFields(u *store.User, created *int64) []any {
	return []any{&u.ID, &u.Email, &u.Name, &u.Role, &u.PasswordHash, &u.Language, created, &u.Disabled}
}

func scanUser(r scanner) (store.User, error) {
	var u store.User
	var created int64
	err := r.Scan(userFields(&u, &created)...)
	u.CreatedAt = fromMicros(created)
	return u, err
}

// UserByEmail implements store.People.
func (db *DB) UserByEmail(ctx context.Context, email string) (store.User, error) {
	u, err := scanUser(db.row(ctx, `SELECT `+userColumns+` FROM users u WHERE u.email = ?`, email))
	return u, found(err, "user by email")
}

// User implements store.People.
func (db *DB) User(ctx context.Context, id string) (store.User, error) {
	u, err := scanUser(db.row(ctx, `SELECT `+userColumns+` FROM users u WHERE u.id = ?`, id))
	return u, found(err, "user %s", id)
}

// Users implements store.People; by email.
func (db *DB) Users(ctx context.Context) ([]store.User, error) {
	var users []store.User
	err := db.each(ctx, func(r scanner) error {
		u, err := scanUser(r)
		users = append(users, u)
		return err
	}, `SELECT `+userColumns+` FROM users u ORDER BY u.email LIMIT ?`, int64(maxRows))
	return users, err
}

// SetUserLanguage implements store.People.
func (db *DB) SetUserLanguage(ctx context.Context, id, language string) error {
	return db.writer.write(ctx, func(c *conn) error {
		changed, err := c.exec(`UPDATE users SET language = ? WHERE id = ?`, language, id)
		if err == nil && changed == 0 {
			return refuse("user %s: %w", id, store.ErrNotFound)
		}
		return err
	})
}

// AddSession implements store.People. A session of nobody is store.ErrNotFound.
func (db *DB) AddSession(ctx context.Context, s store.Session) error {
	return db.writer.write(ctx, func(c *conn) error {
		added, err := c.exec(`INSERT INTO sessions (hash, user, created_at, seen_at, expires_at) SELECT ?, id, ?, ?, ? FROM users WHERE id = ?`,
			s.Hash, micros(s.CreatedAt), micros(s.SeenAt), micros(s.ExpiresAt), s.User)
		if err == nil && added == 0 {
			return refuse("user %s: %w", s.User, store.ErrNotFound)
		}
		return err
	})
}

// Session implements store.People.
func (db *DB) Session(ctx context.Context, hash string, now time.Time) (store.Session, store.User, error) {
	s := store.Session{Hash: hash}
	var u store.User
	var created, seen, expires, joined int64
	err := db.row(ctx, `SELECT s.user, s.created_at, s.seen_at, s.expires_at, `+userColumns+` FROM sessions s JOIN users u ON u.id = s.user
		WHERE s.hash = ? AND s.expires_at > ? AND NOT u.disabled`, hash, micros(now)).
		Scan(append([]any{&s.User, &created, &seen, &expires}, userFields(&u, &joined)...)...)
	if err != nil {
		return store.Session{}, store.User{}, found(err, "session")
	}
	s.CreatedAt, s.SeenAt, s.ExpiresAt, u.CreatedAt = fromMicros(created), fromMicros(seen), fromMicros(expires), fromMicros(joined)
	return s, u, nil
}

// TouchSession implements store.People. Most calls only read: SeenAt moves at most once a minute.
func (db *DB) TouchSession(ctx context.Context, hash string, seen time.Time) error {
	var before int64
	if err := db.row(ctx, `SELECT seen_at FROM sessions WHERE hash = ?`, hash).Scan(&before); err != nil {
		return found(err, "session")
	}
	if seen.Sub(fromMicros(before)) < touchEvery {
		return nil
	}
	return db.writer.write(ctx, func(c *conn) error {
		_, err := c.exec(`UPDATE sessions SET seen_at = max(seen_at, ?) WHERE hash = ?`, micros(seen), hash)
		return err
	})
}

// RemoveSession implements store.People. One that is gone is no error.
func (db *DB) RemoveSession(ctx context.Context, hash string) error {
	return db.writer.write(ctx, func(c *conn) error {
		_, err := c.exec(`DELETE FROM sessions WHERE hash = ?`, hash)
		return err
	})
}

// AddToken implements store.People.
func (db *DB) AddToken(ctx context.Context, t store.Token) error {
	return db.writer.write(ctx, func(c *conn) error {
		added, err := c.exec(`INSERT INTO tokens (id, name, role, hash, created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			t.ID, t.Name, string(t.Role), t.Hash, micros(t.CreatedAt))
		if err == nil && added == 0 {
			return refuse("token %s: %w", t.Name, store.ErrExists)
		}
		return err
	})
}

func scanToken(r scanner) (store.Token, error) {
	var t store.Token
	var created int64
	err := r.Scan(&t.ID, &t.Name, &t.Role, &t.Hash, &created)
	t.CreatedAt = fromMicros(created)
	return t, err
}

// TokenByHash implements store.People.
func (db *DB) TokenByHash(ctx context.Context, hash string) (store.Token, error) {
	t, err := scanToken(db.row(ctx, `SELECT id, name, role, hash, created_at FROM tokens WHERE hash = ?`, hash))
	return t, found(err, "token")
}

// Tokens implements store.People; by name.
func (db *DB) Tokens(ctx context.Context) ([]store.Token, error) {
	var tokens []store.Token
	err := db.each(ctx, func(r scanner) error {
		t, err := scanToken(r)
		tokens = append(tokens, t)
		return err
	}, `SELECT id, name, role, hash, created_at FROM tokens ORDER BY name LIMIT ?`, int64(maxRows))
	return tokens, err
}

// FailedSignIns implements store.People.
func (db *DB) FailedSignIns(ctx context.Context, key string, since time.Time) (int, error) {
	var n int
	err := db.row(ctx, `SELECT count(*) FROM sign_in_failures WHERE key = ? AND at >= ?`, key, micros(since)).Scan(&n)
	return n, err
}

// AddFailedSignIn implements store.People.
func (db *DB) AddFailedSignIn(ctx context.Context, key string, at time.Time) error {
	if len(key) > maxSignInKey {
		return errors.New("note failed sign-in: the key is too long")
	}
	return db.writer.write(ctx, func(c *conn) error {
		_, err := c.exec(`INSERT INTO sign_in_failures (key, at) VALUES (?, ?)`, key, micros(at))
		return err
	})
}

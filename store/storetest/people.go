package storetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"relevo/store"
)

// user is a person with an address that derives from the id.
func user(id string) store.User {
	return store.User{ID: id, Email: id + "@example.org", Name: "Eva", Role: store.RoleAgent, PasswordHash: "$argon2id$" + id, Language: "es", CreatedAt: start}
}

var peopleCases = []testCase{
	{"users are found by id and by email, and listed", func(s *suite) {
		s.ok(s.s.AddUser(s.ctx, user("u1")))
		off := user("u2")
		off.Disabled, off.Role = true, store.RoleAdmin
		s.ok(s.s.AddUser(s.ctx, off))
		s.s = s.reopen()
		got, err := s.s.User(s.ctx, "u1")
		s.ok(err)
		equal(s.t, got, user("u1"))
		got, err = s.s.UserByEmail(s.ctx, "u2@example.org")
		s.ok(err)
		equal(s.t, got, off)
		all, err := s.s.Users(s.ctx)
		s.ok(err)
		equal(s.t, all, []store.User{user("u1"), off})
		_, err = s.s.User(s.ctx, "u3")
		is(s.t, err, store.ErrNotFound)
		_, err = s.s.UserByEmail(s.ctx, "u3@example.org")
		is(s.t, err, store.ErrNotFound)
	}},
	{"an email is one user's", func(s *suite) {
		s.ok(s.s.AddUser(s.ctx, user("u1")))
		second := user("u2")
		second.Email = "u1@example.org"
		is(s.t, s.s.AddUser(s.ctx, second), store.ErrExists)
	}},
	{"a user's language changes", func(s *suite) {
		s.ok(s.s.AddUser(s.ctx, user("u1")))
		s.ok(s.s.SetUserLanguage(s.ctx, "u1", "en"))
		got, err := s.s.User(s.ctx, "u1")
		s.ok(err)
		equal(s.t, got.Language, "en")
		is(s.t, s.s.SetUserLanguage(s.ctx, "u2", "en"), store.ErrNotFound)
	}},
	{"the first user needs the current set-up link and uses it up", func(s *suite) {
		is(s.t, s.s.AddFirstUser(s.ctx, user("u1"), "none"), store.ErrNotFound)
		s.ok(s.s.SetSetup(s.ctx, "old", start))
		s.ok(s.s.SetSetup(s.ctx, "new", start))
		is(s.t, s.s.AddFirstUser(s.ctx, user("u1"), "old"), store.ErrNotFound)
		s.ok(s.s.AddFirstUser(s.ctx, user("u1"), "new"))
		is(s.t, s.s.AddFirstUser(s.ctx, user("u2"), "new"), store.ErrExists)
		s.ok(s.s.SetSetup(s.ctx, "newer", start))
		is(s.t, s.s.AddFirstUser(s.ctx, user("u2"), "newer"), store.ErrExists)
	}},
	{"one set-up link makes one user, however many ask at once", func(s *suite) {
		s.ok(s.s.SetSetup(s.ctx, "link", start))
		var made atomic.Int32
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				err := s.s.AddFirstUser(s.ctx, user(fmt.Sprint("u", i)), "link")
				if err == nil {
					made.Add(1)
				} else if !errors.Is(err, store.ErrExists) {
					s.t.Error(err)
				}
			})
		}
		wg.Wait()
		equal(s.t, made.Load(), int32(1))
	}},
	{"a session ends when it expires, is removed, or its user is disabled", func(s *suite) {
		off := user("u2")
		off.Disabled = true
		s.ok(s.s.AddUser(s.ctx, user("u1")))
		s.ok(s.s.AddUser(s.ctx, off))
		session := store.Session{Hash: "s1", User: "u1", CreatedAt: start, SeenAt: start, ExpiresAt: start.Add(time.Hour)}
		disabled := session
		disabled.Hash, disabled.User = "s2", "u2"
		s.ok(s.s.AddSession(s.ctx, session))
		s.ok(s.s.AddSession(s.ctx, disabled))
		s.s = s.reopen()
		got, who, err := s.s.Session(s.ctx, "s1", start.Add(59*time.Minute))
		s.ok(err)
		equal(s.t, got, session)
		equal(s.t, who, user("u1"))
		_, _, err = s.s.Session(s.ctx, "s1", start.Add(time.Hour))
		is(s.t, err, store.ErrNotFound)
		_, _, err = s.s.Session(s.ctx, "s2", start)
		is(s.t, err, store.ErrNotFound)
		s.ok(s.s.RemoveSession(s.ctx, "s1"))
		s.ok(s.s.RemoveSession(s.ctx, "s1"))
		_, _, err = s.s.Session(s.ctx, "s1", start)
		is(s.t, err, store.ErrNotFound)
	}},
	{"a session of nobody is not stored", func(s *suite) {
		is(s.t, s.s.AddSession(s.ctx, store.Session{Hash: "s1", User: "u9", ExpiresAt: start}), store.ErrNotFound)
	}},
	{"a session's last use moves forward, at most once a minute", func(s *suite) {
		s.ok(s.s.AddUser(s.ctx, user("u1")))
		s.ok(s.s.AddSession(s.ctx, store.Session{Hash: "s1", User: "u1", CreatedAt: start, SeenAt: start, ExpiresAt: start.Add(time.Hour)}))
		for _, c := range []struct{ seen, want time.Duration }{
			{30 * time.Second, 0}, {time.Minute, time.Minute}, {90 * time.Second, time.Minute}, {0, time.Minute}, {5 * time.Minute, 5 * time.Minute},
		} {
			s.ok(s.s.TouchSession(s.ctx, "s1", start.Add(c.seen)))
			got, _, err := s.s.Session(s.ctx, "s1", start)
			s.ok(err)
			equal(s.t, got.SeenAt, start.Add(c.want))
		}
	}},
	{"tokens are found by hash, and a name is one token's", func(s *suite) {
		token := store.Token{ID: "t1", Name: "shop", Role: store.RoleAgent, Hash: "abc", CreatedAt: start}
		s.ok(s.s.AddToken(s.ctx, token))
		second := token
		second.ID, second.Hash = "t2", "def"
		is(s.t, s.s.AddToken(s.ctx, second), store.ErrExists)
		s.s = s.reopen()
		got, err := s.s.TokenByHash(s.ctx, "abc")
		s.ok(err)
		equal(s.t, got, token)
		_, err = s.s.TokenByHash(s.ctx, "def")
		is(s.t, err, store.ErrNotFound)
		all, err := s.s.Tokens(s.ctx)
		s.ok(err)
		equal(s.t, all, []store.Token{token})
	}},
	{"failed sign-ins are counted by key since a time", func(s *suite) {
		for i := range 5 {
			s.ok(s.s.AddFailedSignIn(s.ctx, "a@example.org", start.Add(time.Duration(i)*time.Minute)))
		}
		s.ok(s.s.AddFailedSignIn(s.ctx, "b@example.org", start))
		s.s = s.reopen()
		n, err := s.s.FailedSignIns(s.ctx, "a@example.org", start.Add(2*time.Minute))
		s.ok(err)
		equal(s.t, n, 3)
	}},
}

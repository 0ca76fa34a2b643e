package sqlite

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"relevo/engine"
	"relevo/store"
)

// What no method of the store can break is broken with SQL.
func TestDoctorFindsWhatSQLBroke(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		queries []string
		want    string
	}{
		{"a turn is gone", []string{`DELETE FROM journal WHERE seq = 2`}, "journal-gap cv"},
		{"the last turn is gone", []string{`DELETE FROM journal WHERE seq = 3`}, "journal-gap cv"},
		{"the journal is gone", []string{`DELETE FROM journal`}, "journal-gap cv"},
		{"rows of nobody", []string{`INSERT INTO inbox (id, conversation, at, event) VALUES (99, 99, 0, '{}')`}, "reference "},
		{"two open chats", []string{
			`DROP INDEX chats_one_open`,
			`INSERT INTO chats SELECT 'h' || n, key, channel, '', '', 'orders', 'queued', 1, 0, '', '', 0, 0, '', '', 0, x'' FROM conversations, (SELECT 1 AS n UNION SELECT 2)`,
			`UPDATE conversations SET owner = 'queue'`,
		}, "two-chats cv"},
		{"an owner that is none", []string{`UPDATE conversations SET owner = 'nobody'`}, "owner-chat cv"},
		{"a state that is no state", []string{`UPDATE conversations SET owner = 'bot', state = '{'`}, "integrity cv"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			db := openDB(t, newPath(t), Options{})
			conversation(t, db)
			if found, err := db.Doctor(t.Context(), start, time.Hour); err != nil || len(found) > 0 {
				t.Fatalf("before: %+v, %v", found, err)
			}
			plant(t, db, c.queries...)
			found, err := db.Doctor(t.Context(), start, time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, v := range found {
				got = append(got, v.Code+" "+v.Conversation)
			}
			if !strings.Contains(strings.Join(got, "|")+"|", c.want+"|") {
				t.Fatalf("found %q, want %q", got, c.want)
			}
		})
	}
}

// conversation makes "cv" with three turns.
func conversation(t *testing.T, db *DB) {
	t.Helper()
	ctx := t.Context()
	accepted, err := db.Accept(ctx, []store.Arrival{arrivalOf("m1", start)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	conv, _, err := db.Load(ctx, "cv")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		conv.Seq++
		turn := store.Turn{Conversation: conv, Event: engine.Event{ID: "e", Kind: engine.EventMessage, At: start}}
		if i == 0 {
			turn.Inbox = accepted[0].Inbox
		}
		if err := db.Commit(ctx, turn); err != nil {
			t.Fatal(err)
		}
	}
}

// A bit that the disk flips is found when the pages are read.
func TestDoctorFindsADamagedPage(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	db := openDB(t, path, Options{})
	conversation(t, db)
	var root int64
	if err := db.row(t.Context(), `SELECT rootpage FROM sqlite_schema WHERE name = 'journal_turn'`).Scan(&root); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteAt([]byte{0x7f}, root*pageBytes-1) // the end of the page holds the first entry
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	db = openDB(t, path, Options{})
	found, err := db.Doctor(t.Context(), start, time.Hour)
	if err != nil || len(found) == 0 || found[0].Code != "integrity" {
		t.Fatalf("found %+v, %v", found, err)
	}
}

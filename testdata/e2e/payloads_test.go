package e2e

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"relevo/channel"
	"relevo/channel/channeltest"
	"relevo/channel/whatsapp"
	"relevo/channel/whatsapp/graphtest"
	"relevo/engine"
	"relevo/store"
)

// payload is one body and what its index says must become of it.
type payload struct {
	file, kind, expected string
	body                 []byte
	channel              string // each body has a channel of its own, because bodies share message ids
}

// maxChannels is how many channels a configuration may hold.
const maxChannels = 100

func payloads(t *testing.T, dir string) []payload {
	t.Helper()
	index, err := os.Open(filepath.Join(dir, "index.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer index.Close()
	r := csv.NewReader(index)
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
	rows, err := r.ReadAll()
	if err != nil || len(rows) < 2 {
		t.Fatalf("%d rows in index.tsv: %v", len(rows), err)
	}
	var out []payload
	for i, row := range rows[1:] {
		body, err := os.ReadFile(filepath.Join(dir, row[0]))
		if err != nil {
			t.Fatal(err)
		}
		expected, _, _ := strings.Cut(row[2], " → ")
		out = append(out, payload{file: row[0], kind: row[1], expected: expected, body: body, channel: fmt.Sprintf("p%d", i%maxChannels)})
	}
	return out
}

// TestPayloads posts every kind of delivery to the real process: signed ones are answered 200 and the store holds what they said, others are
// 401 and leave nothing. RELEVO_PAYLOADS names a further folder with an index.tsv.
func TestPayloads(t *testing.T) {
	t.Parallel()
	folders := []string{filepath.Join("..", "..", "channel", "whatsapp", "testdata", "payloads")}
	if dir := os.Getenv("RELEVO_PAYLOADS"); dir != "" {
		folders = append(folders, dir)
	}
	for _, dir := range folders {
		t.Run(filepath.Base(filepath.Dir(dir))+"/"+filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			all := payloads(t, dir)
			for from := 0; from < len(all); from += maxChannels {
				postPayloads(t, all[from:min(from+maxChannels, len(all))])
			}
			t.Logf("%d bodies", len(all))
		})
	}
}

func postPayloads(t *testing.T, list []payload) {
	var config strings.Builder
	config.WriteString("listen: 127.0.0.1:0\ndatabase: sqlite:relevo.db\nlog_level: error\nchannels:\n")
	for _, p := range list {
		fmt.Fprintf(&config, "  - {id: %s, type: whatsapp, phone_number_id: \"*\", app_secret: test_app_secret}\n", p.channel)
	}
	s := newSite(t, config.String())
	s.serve()
	g := graphtest.New(t, graphtest.Options{})
	for _, p := range list {
		good := g.Sign(p.body)
		for name, header := range map[string][]string{
			"wrong": {g.Sign(append([]byte(" "), p.body...))}, "short": {good[:len(good)-2]}, "missing": nil, "empty": {""}, "bare": {"sha256="},
			"another hash": {"sha1=" + strings.TrimPrefix(good, "sha256=")[:40]}, "two": {good, good},
		} {
			if status := s.post(p, header); status != http.StatusUnauthorized {
				t.Errorf("%s with a signature that is %s: %d", p.file, name, status)
			}
		}
	}
	refused := s.keptAndConversations(t)
	if refused != 0 {
		t.Errorf("unsigned deliveries left %d rows", refused)
	}
	for range 2 { // and everything again: repeats change nothing
		for _, p := range list {
			if status := s.post(p, []string{g.Sign(p.body)}); status != http.StatusOK {
				t.Errorf("%s: %d", p.file, status)
			}
		}
	}
	s.quiet("inbox")
	s.stop()
	s.sound()
	db := s.open()
	for _, p := range list {
		s.stored(t, db, p)
	}
}

// post posts a body with these signature headers and returns the status.
func (s *site) post(p payload, signatures []string) int {
	s.Helper()
	req, err := http.NewRequest(http.MethodPost, s.url+"/webhooks/whatsapp/"+p.channel, bytes.NewReader(p.body))
	if err != nil {
		s.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if signatures != nil {
		req.Header["X-Hub-Signature-256"] = signatures
	}
	resp, err := clients().Do(req)
	if err != nil {
		s.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		s.Fatal(err)
	}
	return resp.StatusCode
}

// keptAndConversations stops the server, counts what it holds, and starts it again.
func (s *site) keptAndConversations(t *testing.T) int {
	t.Helper()
	s.stop()
	db := s.open()
	kept, err := db.KeptParts(context.Background(), 10)
	if err != nil {
		t.Fatal(err)
	}
	conversations, err := db.Conversations(context.Background(), store.ConversationFilter{})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s.serve()
	return len(kept) + len(conversations)
}

// families are what the index calls a body, by the kinds that must come of it.
var families = map[string]string{
	"inbound": "event", "revoke": "event", "echo": "event", "identity": "event", "status": "status", "ignore": "kept", "account": "kept",
	"template": "kept", "preference": "kept", "error": "kept", "history": "kept",
}

// stored compares the store with what the adapter makes of the body, and with the index.
func (s *site) stored(t *testing.T, db store.Store, p payload) {
	t.Helper()
	adapter, err := whatsapp.New(whatsapp.Config{ID: p.channel, PhoneNumberID: whatsapp.AnyNumber, AppSecrets: []string{"x"}}, &channeltest.Recorder{}, whatsapp.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := adapter.Decode(p.body)
	verb, _, _ := strings.Cut(p.expected, " ")
	got := "nothing"
	events := map[string][]engine.Event{}
	for _, in := range want.Inbound {
		if got = "status"; in.Event.Kind != engine.EventStatus {
			got = "event"
			id, err := db.ConversationByIdentity(context.Background(), p.channel, in.Identities[0])
			if err != nil {
				t.Errorf("%s: %s is not known: %v", p.file, in.Identities[0].Value, err)
				continue
			}
			events[id] = append(events[id], in.Event)
		}
	}
	for conversation, list := range events {
		wantJournal(t, db, p, conversation, list)
	}
	if len(want.Kept) > 0 {
		got = "kept"
	}
	if families[verb] != got {
		t.Errorf("%s: the index says %q, got %s", p.file, p.expected, got)
	}
	wantKept(t, db, p, want.Kept)
}

// wantJournal wants exactly these events in a conversation, once each, as they were decoded.
func wantJournal(t *testing.T, db store.Store, p payload, conversation string, want []engine.Event) {
	t.Helper()
	records, err := db.Journal(context.Background(), conversation, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var got []engine.Event
	for _, rec := range records {
		if k := rec.Event.Kind; k == engine.EventMessage || k == engine.EventEcho {
			rec.Event.At = time.Time{} // when we took it
			got = append(got, rec.Event)
		}
	}
	for i := range want {
		want[i].At = time.Time{}
	}
	if a, b := asJSON(t, got), asJSON(t, want); a != b {
		t.Errorf("%s: in the journal %s, want %s", p.file, a, b)
	}
}

// wantKept wants exactly these parts of a channel, each twice, because they are no turns and repeats of them are not told apart.
func wantKept(t *testing.T, db store.Store, p payload, want []channel.Kept) {
	t.Helper()
	all, err := db.KeptParts(context.Background(), 1000)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, k := range all {
		if k.Channel == p.channel {
			got = append(got, k.Kind+" "+k.Detail+" "+string(k.Body))
		}
	}
	if len(got) != 2*len(want) {
		t.Errorf("%s: %d parts kept, want %d", p.file, len(got), 2*len(want))
		return
	}
	for i, g := range got { // the newest first
		k := want[(len(want)-1)-i%len(want)]
		if g != k.Kind+" "+k.Detail+" "+string(k.Body) {
			t.Errorf("%s: kept %s, want %s %s", p.file, g, k.Kind, k.Detail)
		}
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"relevo/channel"
	"relevo/engine"
	"relevo/handoff"
	"relevo/runner"
	"relevo/store"
	"relevo/store/sqlite"
)

// world is a server on a real database over real HTTP, with a runner that knows only what people do.
type world struct {
	t      *testing.T
	store  store.Store
	runner *deskRunner
	server *Server
	http   *httptest.Server
	clock  *clock
	logged *lockedBuffer
	ids    int
}

// clock is a time that a test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// lockedBuffer collects what several goroutines log.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func newWorld(t *testing.T, change ...func(*Options)) *world {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "relevo.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, store: db, clock: &clock{now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}, logged: &lockedBuffer{}}
	w.runner = &deskRunner{store: db, now: w.clock.Now, subs: map[int]chan runner.Update{}}
	var ids sync.Mutex
	n := 0
	opts := Options{
		Store: db, Runner: w.runner, Now: w.clock.Now, Logger: slog.New(slog.NewTextHandler(w.logged, &slog.HandlerOptions{Level: slog.LevelDebug})),
		NewID:    func() string { ids.Lock(); defer ids.Unlock(); n++; return fmt.Sprintf("id%d", n) },
		Queues:   []Queue{{"orders", "Orders"}, {"refunds", "Refunds"}},
		Channels: []ChannelInfo{{ID: "web", Type: "webchat"}, {ID: "main", Type: "whatsapp", Window: 24 * time.Hour}},
		Flows: func(context.Context) ([]FlowInfo, error) {
			return []FlowInfo{{Flow: "order_status", Title: map[string]string{"en": "Order status"}, Version: "sha256:1", Languages: []string{"en"}, States: 3, Running: 1}}, nil
		},
		Drawing: func(_ context.Context, flow string, o DrawingOptions) ([]byte, error) {
			return fmt.Appendf(nil, "<svg>%s %s %v</svg>", flow, o.Language, o.Runs), nil
		},
		Mounts: map[string]http.Handler{"/webchat": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "chat "+r.URL.Path) }),
			"/webhooks/whatsapp/main": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "hook "+r.Method) })},
		Demo: Demo(), Version: "test",
	}
	for _, c := range change {
		c(&opts)
	}
	w.server, err = New(opts)
	if err != nil {
		t.Fatal(err)
	}
	w.http = httptest.NewUnstartedServer(nil)
	w.http.Config = HTTPServer("", w.server.Handler())
	w.http.Start()
	t.Cleanup(func() {
		w.server.Close()
		w.http.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// person adds somebody with that role and signs them in; the credential is their cookie.
func (w *world) person(role store.Role) credential {
	w.t.Helper()
	w.ids++
	id := fmt.Sprintf("u%d", w.ids)
	u := store.User{ID: id, Email: id + "@example.com", Name: fmt.Sprintf("%s %d", role, w.ids), Role: role, PasswordHash: "none", CreatedAt: w.clock.Now()}
	w.must(w.store.AddUser(context.Background(), u))
	return w.session(id)
}

func (w *world) session(user string) credential {
	w.t.Helper()
	secret, hash := NewSecret()
	now := w.clock.Now()
	w.must(w.store.AddSession(context.Background(), store.Session{Hash: hash, User: user, CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(sessionAbsolute)}))
	return credential{header: "Cookie", value: cookiePlain + "=" + secret, id: user, hash: hash}
}

// program adds a token with that role.
func (w *world) program(role store.Role) credential {
	w.t.Helper()
	w.ids++
	id := fmt.Sprintf("t%d", w.ids)
	token, hash := NewToken()
	w.must(w.store.AddToken(context.Background(), store.Token{ID: id, Name: "program " + id, Role: role, Hash: hash, CreatedAt: w.clock.Now()}))
	return credential{header: "Authorization", value: "Bearer " + token, id: programActorID + id}
}

// credential is how a request says who sends it.
type credential struct{ header, value, id, hash string }

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// answer is a whole HTTP answer.
type answer struct {
	status int
	header http.Header
	body   string
}

// do sends a request; body may be nil, a string (sent as it is) or a value (sent as JSON).
func (w *world) do(who credential, method, path string, body any, headers ...string) answer {
	w.t.Helper()
	var reader io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(b)
	default:
		encoded, err := json.Marshal(b)
		w.must(err)
		reader = bytes.NewReader(encoded)
	}
	req, err := http.NewRequest(method, w.http.URL+path, reader)
	w.must(err)
	if reader != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if who.header != "" {
		req.Header.Set(who.header, who.value)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	noRedirect := &http.Client{Transport: w.http.Client().Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := noRedirect.Do(req)
	w.must(err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	w.must(err)
	return answer{res.StatusCode, res.Header, string(text)}
}

// want checks the status and, for a problem, its type.
func (a answer) want(t *testing.T, status int, problem string) answer {
	t.Helper()
	if a.status != status {
		t.Fatalf("status %d, want %d: %s", a.status, status, a.body)
	}
	if problem == "" {
		return a
	}
	var p Problem
	if err := json.Unmarshal([]byte(a.body), &p); err != nil || a.header.Get("Content-Type") != problemType {
		t.Fatalf("not a problem document: %s %q %v", a.header.Get("Content-Type"), a.body, err)
	}
	if p.Type != "/problems/"+problem || p.Status != status || p.Title == "" || p.Detail == "" {
		t.Fatalf("problem %+v, want /problems/%s %d", p, problem, status)
	}
	return a
}

// get decodes a field of a JSON answer by path: "chat.state".
func (a answer) get(t *testing.T, path string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		t.Fatalf("%v: %s", err, a.body)
	}
	for key := range strings.SplitSeq(path, ".") {
		switch at := v.(type) {
		case map[string]any:
			v = at[key]
		case []any:
			i := 0
			fmt.Sscan(key, &i)
			if i >= len(at) {
				t.Fatalf("no %s in %s", path, a.body)
			}
			v = at[i]
		default:
			t.Fatalf("no %s in %s", path, a.body)
		}
	}
	return v
}

// contact makes a conversation that the bot owns.
func (w *world) contact(channelID, value string) engine.Conversation {
	w.t.Helper()
	w.ids++
	now, kind := w.clock.Now(), "phone"
	if channelID == "web" {
		kind = visitorKind
	}
	acc, err := w.store.Accept(context.Background(), []store.Arrival{{
		Channel: channelID, Identities: []engine.Identity{{Kind: kind, Value: value}}, Name: "Ana " + value,
		NewContact: fmt.Sprintf("k%d", w.ids), NewConversation: fmt.Sprintf("c%d", w.ids),
		Event: engine.Event{ID: "m" + value, Kind: engine.EventMessage, At: now, Message: &engine.Message{Kind: engine.MessageText, Text: "hello"}},
	}}, nil)
	w.must(err)
	conv, _, err := w.store.Load(context.Background(), acc[0].Conversation)
	w.must(err)
	conv.Seq, conv.Epoch, conv.Owner, conv.LastInbound = 1, 1, engine.Owner{Kind: engine.OwnerBot}, now
	conv.Runs = []engine.Run{{ID: "r1", Flow: "order_status", Version: "sha256:1", State: "ask", Wait: engine.WaitAsk, Started: now}}
	w.must(w.store.Commit(context.Background(), store.Turn{Conversation: conv, Event: acc[0].Event, Inbox: acc[0].Inbox}))
	return conv
}

// handOver puts a conversation into a queue and returns its chat's id.
func (w *world) handOver(conv engine.Conversation, queue string) string {
	w.t.Helper()
	now := w.clock.Now()
	conv.Seq++
	conv.Epoch++
	conv.Owner = engine.Owner{Kind: engine.OwnerQueue}
	id := engine.EffectID(conv.ID, conv.Seq, 0)
	packet := engine.HandoffPacket{
		Chat: id, Queue: queue, Priority: engine.PriorityNormal, Since: now, Reason: "asked", Summary: "wants to return shoes", Flow: "order_status", Title: "Order status",
		State: "to_person", Path: []string{"ask", "to_person"}, Slots: map[string]any{"order": "AB123456"}, Language: "es", Outcomes: []string{"solved", "refunded"},
	}
	conv.Chat = &engine.Chat{ID: id, Run: "r1", Queue: queue, Since: now, Outcomes: packet.Outcomes}
	body, err := json.Marshal(packet)
	w.must(err)
	chat := handoff.Chat{
		ID: id, Conversation: conv.ID, Channel: conv.Channel, Contact: conv.Contact.ID, ContactName: conv.Contact.Name, Queue: queue,
		State: handoff.Queued, Priority: 1, Since: now, Reason: "asked", Packet: body, LastMessage: now,
	}
	w.must(w.store.Commit(context.Background(), store.Turn{
		Conversation: conv, Event: engine.Event{ID: "h" + id, Kind: engine.EventMessage, At: now, Message: &engine.Message{Kind: engine.MessageText, Text: "a person please"}},
		Effects: []engine.Effect{{ID: id, Kind: engine.EffectHandoff, Handoff: &packet}}, Chats: []handoff.Chat{chat},
	}))
	w.runner.publish(runner.Update{Conversation: conv.ID, ContactName: conv.Contact.Name, Owner: conv.Owner, Seq: conv.Seq, Chat: &chat})
	return id
}

// chat is a conversation in the orders queue; the path is its address.
func (w *world) chat(value string) (id, path string) {
	w.t.Helper()
	id = w.handOver(w.contact("web", value), "orders")
	return id, "/v1/chats/" + strings.ReplaceAll(id, "/", "%2F")
}

// deskRunner does what human agents do, on the real store, with the engine's refusals.
type deskRunner struct {
	store    store.Store
	now      func() time.Time
	notReady error
	full     error // what Business answers instead of working

	mu       sync.Mutex
	subs     map[int]chan runner.Update
	nextSub  int
	business []runner.BusinessRequest
}

func (d *deskRunner) Ready() error { return d.notReady }

func (d *deskRunner) Subscribe(buffer int) (<-chan runner.Update, func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.nextSub++
	id := d.nextSub
	d.subs[id] = make(chan runner.Update, buffer)
	return d.subs[id], func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		delete(d.subs, id)
	}
}

func (d *deskRunner) publish(u runner.Update) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range d.subs {
		c <- u
	}
}

func (d *deskRunner) History(ctx context.Context, conversation string, after int64) ([]channel.Entry, error) {
	records, err := d.store.Journal(ctx, conversation, after, 1000)
	var entries []channel.Entry
	for _, r := range records {
		if r.Event.Message != nil {
			entries = append(entries, channel.Entry{ID: r.Event.ID, Seq: r.Seq, At: r.At, Kind: channel.EntryContact, Text: r.Event.Message.Text})
		}
	}
	return entries, err
}

func (d *deskRunner) Business(ctx context.Context, r runner.BusinessRequest) (runner.BusinessAnswer, error) {
	if d.full != nil {
		return runner.BusinessAnswer{}, d.full
	}
	if r.Conversation == "" {
		id, err := d.store.ConversationByIdentity(ctx, r.Channel, r.Identity)
		if err != nil {
			return runner.BusinessAnswer{}, err
		}
		r.Conversation = id
	}
	acc, err := d.store.Accept(ctx, []store.Arrival{{Channel: "business", DedupeKey: r.ID, Conversation: r.Conversation,
		Event: engine.Event{ID: r.ID, Kind: engine.EventBusiness, At: d.now(), Business: &engine.BusinessEvent{Name: r.Name, Key: r.Key, Data: r.Data}}}}, nil)
	if err != nil {
		return runner.BusinessAnswer{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.business = append(d.business, r)
	return runner.BusinessAnswer{Conversation: acc[0].Conversation, Duplicate: acc[0].Duplicate, Result: runner.BusinessStarted}, nil
}

func (d *deskRunner) Act(ctx context.Context, id string, a engine.AgentAction) (engine.Conversation, []engine.Effect, error) {
	for {
		conv, effects, err := d.try(ctx, id, a)
		if !errors.Is(err, store.ErrConflict) {
			return conv, effects, err
		}
	}
}

func (d *deskRunner) try(ctx context.Context, id string, a engine.AgentAction) (engine.Conversation, []engine.Effect, error) {
	conv, _, err := d.store.Load(ctx, id)
	if err != nil {
		return conv, nil, err
	}
	if err := refuse(conv, a); err != nil {
		return conv, nil, err
	}
	chat, err := d.store.Chat(ctx, conv.Chat.ID)
	if err != nil {
		return conv, nil, err
	}
	now := d.now()
	conv.Seq++
	effect := engine.Effect{ID: engine.EffectID(id, conv.Seq, 0), Kind: engine.EffectTrace, Trace: &engine.Trace{Code: string(a.Verb), Call: -1}}
	switch a.Verb {
	case engine.AgentClaim:
		conv.Owner, conv.Epoch = engine.Owner{Kind: engine.OwnerAgent, Agent: a.Agent}, conv.Epoch+1
		chat.State, chat.Agent, chat.AgentName, chat.ClaimedAt = handoff.Active, a.Agent, a.Name, now
	case engine.AgentRelease:
		conv.Owner, conv.Epoch = engine.Owner{Kind: engine.OwnerQueue}, conv.Epoch+1
		chat.State, chat.Agent, chat.AgentName, chat.ClaimedAt = handoff.Queued, "", "", time.Time{}
	case engine.AgentClose:
		conv.Owner, conv.Epoch, conv.Chat = engine.Owner{Kind: engine.OwnerBot}, conv.Epoch+1, nil
		chat.State, chat.Outcome, chat.ClosedAt = handoff.Closed, a.Outcome, now
	case engine.AgentReply:
		effect = engine.Effect{ID: effect.ID, Kind: engine.EffectSend, Send: &engine.Send{Origin: engine.OriginAgent, Author: a.Name, Epoch: conv.Epoch, Message: engine.Outgoing{Kind: engine.OutgoingText, Text: a.Text}, At: now}}
	case engine.AgentNote:
		effect = engine.Effect{ID: effect.ID, Kind: engine.EffectNote, Note: &engine.Note{Agent: a.Agent, Name: a.Name, Text: a.Text, At: now}}
	}
	effects := []engine.Effect{effect}
	err = d.store.Commit(ctx, store.Turn{Conversation: conv, Event: engine.Event{ID: effect.ID, Kind: engine.EventAgent, At: now, Agent: &a}, Effects: effects, Chats: []handoff.Chat{chat}})
	if err != nil {
		return conv, nil, err
	}
	d.publish(runner.Update{Conversation: id, ContactName: conv.Contact.Name, Owner: conv.Owner, Seq: conv.Seq, Chat: &chat})
	return conv, effects, nil
}

func refuse(conv engine.Conversation, a engine.AgentAction) error {
	mine := engine.Owner{Kind: engine.OwnerAgent, Agent: a.Agent}
	switch {
	case conv.Chat == nil:
		return &engine.Refusal{Code: engine.RefusedNoChat, Owner: conv.Owner}
	case a.Verb == engine.AgentNote:
		return nil
	case a.Epoch != 0 && a.Epoch != conv.Epoch:
		return &engine.Refusal{Code: engine.RefusedStaleEpoch, Owner: conv.Owner}
	case a.Verb == engine.AgentClaim && conv.Owner.Kind != engine.OwnerQueue, a.Verb != engine.AgentClaim && conv.Owner != mine:
		return &engine.Refusal{Code: engine.RefusedNotOwner, Owner: conv.Owner}
	case a.Verb == engine.AgentClose && !slices.Contains(conv.Chat.Outcomes, a.Outcome):
		return &engine.Refusal{Code: engine.RefusedBadOutcome, Owner: conv.Owner}
	}
	return nil
}

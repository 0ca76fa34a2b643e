package runner

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"relevo/channel"
	"relevo/engine"
	"relevo/flows"
	"relevo/store"
	"relevo/store/sqlite"
)

// Nothing that these tests start may outlive them: not the runner, not the databases.
func TestMain(m *testing.M) {
	resolveNamesHere()
	goleak.VerifyTestMain(m, goleak.Cleanup(os.Exit))
}

// talkFlow answers each word with an echo and the question again, and hands over on request.
const talkFlow = `
flow: talk
title: {en: Talk}
languages: [en]
triggers:
  - phrases: {en: [hello]}
  - event: shop.opened
slots:
  word: {type: text}
initial: ask_word
on:
  agent: people
states:
  ask_word:
    ask: word
    say: Say a word.
    on: {answered: echo, exhausted: people, undeliverable: lost}
    after: {10m: still_there}
  echo:
    say: "echo {{ word }}"
    goto: ask_word
  still_there:
    ask: word
    say: Are you there?
    on: {answered: echo, exhausted: people}
    after: {24h: bye}
  people:
    handoff: {queue: general, say: A colleague comes., outcomes: [resolved, again]}
    on: {resolved: bye, again: ask_word}
  lost:
    handoff: {queue: general, summary: not delivered, outcomes: [resolved]}
    on: {resolved: bye}
  bye:
    say: Bye.
    end: resolved
`

func machine(t testing.TB, file, source string) *engine.Machine {
	t.Helper()
	def, findings := flows.Load(file, []byte(source))
	if def == nil || findings.HasErrors() {
		t.Fatal(findings.Err())
	}
	m, findings := engine.Compile(def, engine.Surroundings{Scripts: map[string]engine.Script{"bomb": bombScript}})
	if m == nil || findings.HasErrors() {
		t.Fatal(findings.Err())
	}
	return m
}

var bombScript = engine.Script{Name: "bomb", File: "bomb.js", Functions: []string{"go"}}

func catalogOf(t testing.TB, change func(*engine.CatalogOptions), sources ...string) *engine.Catalog {
	t.Helper()
	text, err := flows.Files.ReadFile(flows.CommandsFile)
	if err != nil {
		t.Fatal(err)
	}
	commands, findings := flows.LoadCommands("commands.yaml", text)
	if findings.HasErrors() {
		t.Fatal(findings.Err())
	}
	o := engine.CatalogOptions{Commands: commands, DefaultQueue: "general", DefaultLanguage: "en"}
	for i, source := range sources {
		o.Current = append(o.Current, machine(t, fmt.Sprintf("flow%d.yaml", i), source))
	}
	if change != nil {
		change(&o)
	}
	return engine.NewCatalog(o)
}

// far is the far end of a channel: it keeps a ledger of what it took, and answers as a test wants.
type far struct {
	caps channel.Capabilities
	// answer decides about the n-th try (from 1) before it is taken; nil: every one is taken. taken enters it into the ledger.
	answer func(ctx context.Context, n int, m channel.Message, taken func()) error

	mu     sync.Mutex
	tries  int
	active map[string]int // sends under way, by conversation
	twice  bool           // two sends of one conversation were under way at once
	ledger []taken
}

type taken struct {
	channel.Message
	when time.Time
}

func (f *far) ID() string                         { return "main" }
func (f *far) Type() string                       { return "recording" }
func (f *far) Capabilities() channel.Capabilities { return f.caps }

func (f *far) Send(ctx context.Context, m channel.Message) (channel.Receipt, error) {
	f.mu.Lock()
	f.tries++
	n := f.tries
	if f.active == nil {
		f.active = map[string]int{}
	}
	f.active[m.Conversation]++
	f.twice = f.twice || f.active[m.Conversation] > 1
	f.mu.Unlock()
	take := func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.ledger = append(f.ledger, taken{m, time.Now()})
	}
	defer func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.active[m.Conversation]--
	}()
	if f.answer != nil {
		if err := f.answer(ctx, n, m, take); err != nil {
			return channel.Receipt{}, err
		}
	}
	take()
	return channel.Receipt{ProviderID: "p/" + m.ID, State: engine.DeliverySent}, nil
}

// took returns the ledger so far.
func (f *far) took() []taken {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.ledger)
}

func (f *far) tried() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.tries
}

// texts are what a contact got; all contacts' when the conversation is empty.
func (f *far) texts(conversation string) []string {
	var out []string
	for _, m := range f.took() {
		if conversation == "" || m.Conversation == conversation {
			out = append(out, m.Outgoing.Text)
		}
	}
	return out
}

func wantTexts(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// world is a runner on a database file with one channel. It can be closed and started again.
type world struct {
	*testing.T
	path    string
	options Options
	far     *far
	db      store.Store
	wrap    func(store.Store) store.Store // around the database; nil: none
	r       *Runner

	mu  sync.Mutex
	ids int
}

func newWorld(t *testing.T, f *far, change func(*Options), sources ...string) *world {
	t.Helper()
	if f == nil {
		f = &far{}
	}
	if len(sources) == 0 {
		sources = []string{talkFlow}
	}
	w := &world{T: t, path: filepath.Join(t.TempDir(), "relevo.db"), far: f}
	w.options = Options{Catalog: catalogOf(t, nil, sources...), Logger: slog.New(slog.DiscardHandler), NewID: w.id}
	if change != nil {
		change(&w.options)
	}
	return w
}

// id makes c1, c2, …
func (w *world) id() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ids++
	return fmt.Sprintf("c%d", w.ids)
}

func (w *world) start() {
	w.Helper()
	w.prepare()
	if err := w.r.Start(context.Background()); err != nil {
		w.Fatal(err)
	}
}

// prepare opens the database and makes the runner, without starting it.
func (w *world) prepare() {
	w.Helper()
	db, err := sqlite.Open(context.Background(), w.path, sqlite.Options{})
	if err != nil {
		w.Fatal(err)
	}
	w.db, w.options.Store = db, db
	if w.wrap != nil {
		w.options.Store = w.wrap(db)
	}
	w.r = New(w.options)
	w.r.Use(w.far)
}

func (w *world) stop() {
	w.Helper()
	w.r.Close()
	if err := w.db.Close(); err != nil {
		w.Error(err)
	}
}

func (w *world) restart() { w.stop(); w.start() }

// wrote is a delivery of one contact's text.
func wrote(from, id, text string) channel.Delivery {
	return channel.Delivery{Inbound: []channel.Inbound{{
		Channel: "main", DedupeKey: id, Identities: []engine.Identity{{Kind: "phone", Value: from}},
		Event: engine.Event{ID: id, Kind: engine.EventMessage, Message: &engine.Message{Kind: engine.MessageText, Text: text}},
	}}}
}

// say accepts a text of a contact and returns the conversation.
func (w *world) say(from, id, text string) string {
	w.Helper()
	if err := w.r.Accept(context.Background(), wrote(from, id, text)); err != nil {
		w.Fatal(err)
	}
	return w.conversation(from)
}

func (w *world) conversation(from string) string {
	w.Helper()
	id, err := w.db.ConversationByIdentity(context.Background(), "main", engine.Identity{Kind: "phone", Value: from})
	if err != nil {
		w.Fatal(err)
	}
	return id
}

func (w *world) load(conversation string) engine.Conversation {
	w.Helper()
	conv, _, err := w.db.Load(context.Background(), conversation)
	if err != nil {
		w.Fatal(err)
	}
	return conv
}

func (w *world) journal(conversation string) []store.Record {
	w.Helper()
	records, err := w.db.Journal(context.Background(), conversation, 0, 100_000)
	if err != nil {
		w.Fatal(err)
	}
	return records
}

// events lists the journal's events of a kind.
func (w *world) events(conversation string, kind engine.EventKind) []engine.Event {
	w.Helper()
	var out []engine.Event
	for _, rec := range w.journal(conversation) {
		if rec.Event.Kind == kind {
			out = append(out, rec.Event)
		}
	}
	return out
}

func (w *world) deliveries(conversation string) map[string]store.Delivery {
	w.Helper()
	d, err := w.db.DeliveriesOf(context.Background(), conversation)
	if err != nil {
		w.Fatal(err)
	}
	return d
}

// wantQuiet checks that nothing waits and that no promise is broken.
func (w *world) wantQuiet() {
	w.Helper()
	n, err := w.db.Counts(context.Background())
	if err != nil {
		w.Fatal(err)
	}
	if n.Inbox != 0 || n.Outbox != 0 {
		w.Errorf("%d rows wait in the inbox, %d in the outbox", n.Inbox, n.Outbox)
	}
	w.wantSound()
}

func (w *world) wantSound() {
	w.Helper()
	violations, err := w.db.Doctor(context.Background(), time.Now(), time.Hour)
	if err != nil {
		w.Fatal(err)
	}
	for _, v := range violations {
		w.Errorf("doctor: %s %s: %s", v.Code, v.Conversation, v.Detail)
	}
}

// pass lets the bubble's clock run, and then everything come to rest.
func pass(d time.Duration) {
	<-time.After(d) // the bubble's own clock
	synctest.Wait()
}

// bubble runs a test on a clock of its own.
func bubble(t *testing.T, f func(*testing.T)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, f)
}

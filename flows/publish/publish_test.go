package publish_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"relevo/channel"
	"relevo/engine"
	"relevo/flows/plan"
	"relevo/flows/project"
	"relevo/flows/publish"
	"relevo/runner"
	"relevo/scripts"
	"relevo/store"
	"relevo/store/sqlite"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == scripts.WorkerArg {
		os.Exit(scripts.WorkerMain(os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

// patience is how long anything may take before a test fails.
const patience = 30 * time.Second

// talkFlow asks for a word and echoes it. Each text has the file's number and the script's.
const talkFlow = `flow: talk
title: {en: Talk}
languages: [en]
triggers:
  - phrases: {en: [hello]}
slots:
  word: {type: text}
scripts: [tag.js]
initial: ask_word
states:
  ask_word:
    ask: word
    say: "N {{ tag.number() }} say a word"
    on: {answered: echo, exhausted: echo}
  echo:
    say: "N {{ tag.number() }} echo {{ word }}"
    end: resolved
`

// request is the n-th version of the flow and its script.
func request(n string) plan.PublishRequest {
	return plan.PublishRequest{
		Files:   []plan.SourceFile{{Name: "flows/talk.yaml", Text: strings.ReplaceAll(talkFlow, "N ", n+" ")}},
		Scripts: []plan.SourceFile{{Name: "scripts/tag.js", Text: fmt.Sprintf("exports.number = () => %q;\n", n)}},
	}
}

// folder is a request as it lies on a disk.
func folder(t testing.TB, r plan.PublishRequest) *project.Project {
	t.Helper()
	dir := t.TempDir()
	for _, f := range append(r.Files, r.Scripts...) {
		path := filepath.Join(dir, f.Name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(f.Text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	p, err := project.Load(project.Options{Dir: dir, Flows: "flows", Scripts: "scripts"})
	if err != nil || p.Findings.HasErrors() {
		t.Fatal(err, p.Findings)
	}
	return p
}

// place is a server without its doors: a store, a publisher, and a runner on a channel that a test listens to.
type place struct {
	testing.TB
	db        *sqlite.DB
	pool      *scripts.Pool
	publisher *publish.Publisher
	runner    *runner.Runner
	log       *lockedBuffer
	commanded []engine.Commands // what UseCommands was called with

	mu    sync.Mutex
	heard map[string]chan string // what each contact is told
	ids   int
}

// lockedBuffer collects what several goroutines log.
type lockedBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func openDB(t testing.TB, path string) *sqlite.DB {
	t.Helper()
	db, err := sqlite.Open(context.Background(), path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// open starts a place on a database, as a process does.
func open(t testing.TB, db *sqlite.DB, p *project.Project) *place {
	t.Helper()
	pl := &place{TB: t, db: db, heard: map[string]chan string{}, log: &lockedBuffer{}}
	log := slog.New(slog.NewTextHandler(pl.log, nil))
	var err error
	// A busy machine is no reason for a script to fail here.
	if pl.pool, err = scripts.NewPool(scripts.Options{Sources: p.Sources, Workers: 2, Deadline: patience, Logger: log}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pl.pool.Close() })
	catalog := func(current, old []*engine.Machine) *engine.Catalog {
		o := p.CatalogOptions(nil, pl.pool)
		o.Current, o.Old, o.DefaultQueue = current, old, "general"
		return engine.NewCatalog(o)
	}
	pl.publisher = publish.New(publish.Options{
		Store: db, Commands: p.CommandsFile(), Pool: pl.pool, Logger: log,
		UseCommands: func(c engine.Commands) { pl.commanded = append(pl.commanded, c) },
		Use:         func(current, old []*engine.Machine) { pl.runner.SetCatalog(catalog(current, old)) },
	})
	current, old, err := pl.publisher.Start(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	pl.runner = runner.New(runner.Options{Store: db, Catalog: catalog(current, old), NewID: pl.newID, Logger: log})
	pl.runner.Use(pl)
	if err := pl.runner.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pl.runner.Close)
	return pl
}

func (p *place) newID() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ids++
	return fmt.Sprintf("id%d-%p", p.ids, p)
}

func (p *place) ID() string                         { return "main" }
func (p *place) Type() string                       { return "test" }
func (p *place) Capabilities() channel.Capabilities { return channel.Capabilities{} }

// Send implements channel.Channel: the contact hears it.
func (p *place) Send(_ context.Context, m channel.Message) (channel.Receipt, error) {
	p.ear(m.To[0].Value) <- m.Outgoing.Text
	return channel.Receipt{ProviderID: m.ID, State: engine.DeliverySent}, nil
}

func (p *place) ear(contact string) chan string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.heard[contact] == nil {
		p.heard[contact] = make(chan string, 100)
	}
	return p.heard[contact]
}

// says writes as a contact and returns what is answered.
func (p *place) says(contact, text string) string {
	p.Helper()
	id := p.newID()
	err := p.runner.Accept(context.Background(), channel.Delivery{Inbound: []channel.Inbound{{
		Channel: "main", DedupeKey: id, Identities: []engine.Identity{{Kind: "phone", Value: contact}},
		Event: engine.Event{ID: id, Kind: engine.EventMessage, Message: &engine.Message{Kind: engine.MessageText, Text: text}},
	}}})
	if err != nil {
		p.Error(err)
	}
	select {
	case answer := <-p.ear(contact):
		return answer
	case <-time.After(patience):
		p.Errorf("%s: nobody answers %q", contact, text)
		return ""
	}
}

// want says something and wants an answer.
func (p *place) want(contact, text, answer string) {
	p.Helper()
	if got := p.says(contact, text); got != answer {
		p.Errorf("%q is answered %q, want %q", text, got, answer)
	}
}

// publish plans and publishes.
func (p *place) publish(r plan.PublishRequest) plan.Plan {
	p.Helper()
	planned, err := p.publisher.Plan(context.Background(), r)
	if err == nil {
		_, err = p.publisher.Publish(context.Background(), r, planned.ID, "Ana")
	}
	if err != nil {
		p.Error(err)
	}
	return planned
}

func (p *place) current() string {
	p.Helper()
	published, err := p.db.Published(context.Background())
	if err != nil {
		p.Fatal(err)
	}
	return published.Flows["talk"]
}

func TestARunKeepsItsVersionAndItsScripts(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "relevo.db")
	db := openDB(t, path)
	p := open(t, db, folder(t, request("1")))
	first := p.current()
	p.want("ana", "hello", "1 1 say a word")
	got := p.publish(request("2"))
	if f := got.Flows[0]; f.Change != plan.Changed || f.Previous != first || len(f.Scripts) != 1 || len(f.Runs) != 1 || f.Runs[0].State != "ask_word" || !f.Runs[0].Current {
		t.Errorf("%+v", f)
	}
	p.want("ben", "hello", "2 2 say a word")
	p.want("ana", "tea", "1 1 echo tea") // began with the first
	p.want("ana", "hello", "2 2 say a word")

	p.publish(plan.PublishRequest{Versions: []string{first}}) // rollback
	p.want("eva", "hello", "1 1 say a word")
	p.want("ben", "tea", "2 2 echo tea")

	// A restart keeps the rollback, though the folder holds another version, and the runs of every version.
	p.runner.Close()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	p = open(t, openDB(t, path), folder(t, request("2")))
	if p.current() != first || !strings.Contains(p.log.String(), "it stays that way") {
		t.Errorf("%s is current: %s", p.current(), p.log)
	}
	p.want("ana", "tea", "2 2 echo tea")
	p.want("eva", "tea", "1 1 echo tea")
	p.want("kim", "hello", "1 1 say a word")
	versions, err := p.publisher.Versions(context.Background(), "talk")
	if err != nil || len(versions) != 2 || versions[0].Version != first || versions[0].Running != 1 || versions[0].Runs[0].State != "ask_word" || versions[1].Running != 0 {
		t.Errorf("%+v, %v", versions, err)
	}
}

func TestANewVersionInTheFolderIsPublishedAtTheStart(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "relevo.db")
	db := openDB(t, path)
	p := open(t, db, folder(t, request("1")))
	p.want("ana", "hello", "1 1 say a word")
	p.publish(plan.PublishRequest{Files: []plan.SourceFile{{Name: "flows/other.yaml", Text: strings.NewReplacer("flow: talk", "flow: other", "hello", "other").Replace(request("9").Files[0].Text)}}, Scripts: request("9").Scripts})
	p.runner.Close()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	p = open(t, openDB(t, path), folder(t, request("2")))
	p.want("ben", "hello", "2 2 say a word")
	p.want("ana", "tea", "1 1 echo tea")
	p.want("eva", "other", "9 9 say a word") // has no file in the folder, and stays published
}

// TestPublishingRacesWithTurns publishes again and again while contacts write. No message is lost, and whatever a run began with it ends with.
func TestPublishingRacesWithTurns(t *testing.T) {
	t.Parallel()
	const contacts, rounds, publications = 4, 15, 12
	p := open(t, openDB(t, filepath.Join(t.TempDir(), "relevo.db")), folder(t, request("0")))
	var work sync.WaitGroup
	var mu sync.Mutex
	seen := map[string]bool{}
	for c := range contacts {
		work.Go(func() {
			contact := fmt.Sprintf("contact%d", c)
			for range rounds {
				question := p.says(contact, "hello")
				n, _, _ := strings.Cut(question, " ")
				if want := n + " " + n + " say a word"; question != want {
					t.Errorf("got %q, want %q", question, want)
				}
				p.want(contact, "tea", n+" "+n+" echo tea")
				mu.Lock()
				seen[n] = true
				mu.Unlock()
			}
		})
	}
	for i := range publications {
		p.publish(request(fmt.Sprint(i % 5))) // some of them again
	}
	work.Wait()
	if len(seen) < 2 {
		t.Logf("only version %v was seen; the contacts were too quick", seen)
	}
	if log := p.log.String(); strings.Contains(log, "level=ERROR") {
		t.Error(log)
	}
	violations, err := p.db.Doctor(context.Background(), time.Now(), time.Hour)
	if err != nil || len(violations) > 0 {
		t.Errorf("%+v, %v", violations, err)
	}
}

func TestWhatWasPlannedIsWhatIsPublished(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	p := open(t, openDB(t, filepath.Join(t.TempDir(), "relevo.db")), folder(t, request("1")))
	first := p.current()
	planned, err := p.publisher.Plan(ctx, request("2"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.publisher.Publish(ctx, request("3"), planned.ID, "Ana"); !errors.Is(err, plan.ErrStale) {
		t.Errorf("another file: %v", err)
	}
	script := request("2")
	script.Scripts = request("3").Scripts
	if _, err := p.publisher.Publish(ctx, script, planned.ID, "Ana"); !errors.Is(err, plan.ErrStale) {
		t.Errorf("another script: %v", err)
	}
	p.publish(request("4"))
	p.publish(plan.PublishRequest{Versions: []string{first}})
	if _, err := p.publisher.Publish(ctx, request("2"), planned.ID, "Ana"); !errors.Is(err, plan.ErrStale) {
		t.Errorf("published in between: %v", err)
	}
	if p.current() != first {
		t.Error("something was published")
	}
	broken := request("2")
	broken.Files[0].Text = strings.Replace(broken.Files[0].Text, "answered: echo", "answered: nowhere", 1)
	got, err := p.publisher.Publish(ctx, broken, "x", "Ana")
	if !errors.Is(err, plan.ErrFindings) || len(got.Findings) == 0 || got.Findings[0].Code != "unknown-state" || len(got.Flows) != 0 {
		t.Errorf("%+v, %v", got, err)
	}
	unchanged := p.publish(request("1"))
	if unchanged.Changes() != 0 || unchanged.Flows[0].Change != plan.Unchanged {
		t.Errorf("%+v", unchanged)
	}
	for _, tt := range []struct {
		req  plan.PublishRequest
		want error
	}{
		{plan.PublishRequest{Versions: []string{"sha256:0000000"}}, store.ErrNotFound},
		{plan.PublishRequest{Versions: []string{"sha"}}, store.ErrNotFound},
		{plan.PublishRequest{Files: request("2").Files, Scripts: request("2").Scripts, Versions: []string{first}}, plan.ErrTwice},
	} {
		if _, err := p.publisher.Plan(ctx, tt.req); !errors.Is(err, tt.want) {
			t.Errorf("%+v: %v, want %v", tt.req.Versions, err, tt.want)
		}
	}
}

// TestAVersionThatCanNotBeUsedIsReplaced: a stored version that this program does not understand any more gives way to the folder's.
func TestAVersionThatCanNotBeUsedIsReplaced(t *testing.T) {
	t.Parallel()
	db := openDB(t, filepath.Join(t.TempDir(), "relevo.db"))
	p := folder(t, request("1"))
	for i, v := range []store.FlowVersion{
		{Flow: "talk", Hash: p.Machines[0].Version, File: "flows/talk.yaml", Source: p.Source(p.Machines[0].Definition.File)},
		{Flow: "talk", Hash: "sha256:dead", File: "flows/talk.yaml", Source: []byte("flow: talk\nno: longer\n")},
	} {
		if _, err := db.Publish(context.Background(), store.Publication{After: int64(i), At: time.Now(), Versions: []store.FlowVersion{v}}); err != nil {
			t.Fatal(err)
		}
	}
	pl := open(t, db, p)
	if pl.current() != p.Machines[0].Version || !strings.Contains(pl.log.String(), "takes its place") {
		t.Errorf("%s is current: %s", pl.current(), pl.log)
	}
	pl.want("ana", "hello", "1 1 say a word")
}

// TestAFlowThatOthersRunIsNotTakenAwayFromThem: the flows that stay are held against the ones that would be published.
func TestAFlowThatOthersRunIsNotTakenAwayFromThem(t *testing.T) {
	t.Parallel()
	const child = `flow: child
title: {en: Child}
languages: [en]
params: [amount]
slots: {amount: {type: number}}
initial: bye
states:
  bye: {say: "{{ amount }}", end: done}
`
	const parent = `flow: parent
title: {en: Parent}
languages: [en]
triggers: [{phrases: {en: [begin]}}]
initial: other
states:
  other:
    run: {flow: child, with: {amount: "5"}}
    on: {done: bye}
  bye: {end: done}
`
	file := func(name, text string) plan.SourceFile {
		return plan.SourceFile{Name: "flows/" + name + ".yaml", Text: text}
	}
	p := open(t, openDB(t, filepath.Join(t.TempDir(), "relevo.db")), folder(t, request("1")))
	p.publish(plan.PublishRequest{Files: []plan.SourceFile{file("child", child), file("parent", parent)}})
	p.publish(plan.PublishRequest{Files: []plan.SourceFile{file("parent", strings.Replace(parent, `"5"`, `"6"`, 1))}}) // the child is published, and not among the files
	got, err := p.publisher.Plan(context.Background(), plan.PublishRequest{Files: []plan.SourceFile{file("child", strings.NewReplacer("amount", "sum").Replace(child))}})
	if err != nil || !got.Findings.HasErrors() || got.Findings[0].Range.File != "flows/parent.yaml" {
		t.Errorf("%+v, %v", got, err)
	}
}

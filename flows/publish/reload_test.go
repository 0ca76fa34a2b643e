package publish_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"relevo/engine/diag"
	"relevo/flows/plan"
	"relevo/flows/project"
)

// files are a request as a folder's files.
func files(t testing.TB, r plan.PublishRequest) project.Files {
	t.Helper()
	f, err := project.Files{}.WithShippedCommands()
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range r.Files {
		f.Flows = append(f.Flows, project.File{Name: file.Name, Text: []byte(file.Text)})
	}
	for _, file := range r.Scripts {
		f.Scripts = append(f.Scripts, project.File{Name: file.Name, Text: []byte(file.Text)})
	}
	return f
}

// reload reloads and writes what became of each flow: "talk file+", with a plus where it is another version than before.
func (p *place) reload(f project.Files) (uses []string, r plan.Reload) {
	p.Helper()
	r, err := p.publisher.Reload(context.Background(), f, "Ana")
	if err != nil {
		p.Error(err)
	}
	for _, flow := range r.Flows {
		use := fmt.Sprintf("%s %s", flow.Flow, flow.Use)
		if flow.WaitsFor != "" {
			use += " " + flow.WaitsFor
		}
		if flow.Changed() {
			use += "+"
		}
		uses = append(uses, use)
	}
	return uses, r
}

// becomes wants what reload writes.
func (p *place) becomes(f project.Files, want ...string) plan.Reload {
	p.Helper()
	uses, r := p.reload(f)
	if !slices.Equal(uses, want) {
		p.Errorf("got %q, want %q: %v", uses, want, r.Findings)
	}
	return r
}

func TestAReloadLeavesConversationsTheirVersion(t *testing.T) {
	t.Parallel()
	p := open(t, openDB(t, filepath.Join(t.TempDir(), "relevo.db")), folder(t, request("1")))
	p.becomes(files(t, request("1")), "talk file")
	p.want("ana", "hello", "1 1 say a word")
	p.becomes(files(t, request("2")), "talk file+")
	p.want("ben", "hello", "2 2 say a word")
	p.want("ana", "tea", "1 1 echo tea")

	broken := request("3")
	broken.Files[0].Text = strings.Replace(broken.Files[0].Text, "answered: echo", "answered: eco", 1)
	r := p.becomes(files(t, broken), "talk kept")
	if !r.Findings.HasErrors() || r.Flows[0].Since.IsZero() || r.Flows[0].File != "flows/talk.yaml" {
		t.Errorf("%+v", r)
	}
	p.want("eva", "hello", "2 2 say a word")

	noYAML := request("3")
	noYAML.Files[0].Text = "flow: [talk"
	p.becomes(files(t, noYAML), "talk kept") // known by the file it was published from
	script := request("3")
	script.Scripts[0].Text = "exports.number = () => {"
	p.becomes(files(t, script), "talk kept")
	p.want("kim", "hello", "2 2 say a word")

	onlyScript := request("2")
	onlyScript.Scripts = request("3").Scripts
	p.becomes(files(t, onlyScript), "talk file+")
	p.want("lea", "hello", "2 3 say a word")
	p.want("kim", "tea", "2 2 echo tea")
	p.becomes(files(t, request("1")), "talk file+") // published before, and current again: git checkout
	p.want("max", "hello", "1 1 say a word")
	p.becomes(project.Files{Commands: files(t, request("1")).Commands}) // its file is gone
	p.want("noa", "hello", "1 1 say a word")
}

func TestAGoodFileDoesNotWaitForABadOne(t *testing.T) {
	t.Parallel()
	p := open(t, openDB(t, filepath.Join(t.TempDir(), "relevo.db")), folder(t, request("1")))
	both := request("2")
	both.Files = append(both.Files, plan.SourceFile{Name: "flows/bad.yaml", Text: strings.NewReplacer("flow: talk", "flow: bad", "hello", "bad", "echo, exhausted", "eco, exhausted").Replace(both.Files[0].Text)})
	p.becomes(files(t, both), "bad none", "talk file+")
	unread := request("2")
	unread.Files = append(unread.Files, plan.SourceFile{Name: "flows/new.yaml", Text: "flow: ["})
	p.becomes(files(t, unread), "new none", "talk file")
	p.want("ana", "hello", "2 2 say a word")
	both.Files[1].Text = strings.Replace(both.Files[1].Text, "eco, exhausted", "echo, exhausted", 1)
	p.becomes(files(t, both), "bad file+", "talk file")
	p.want("ben", "bad", "2 2 say a word")
	twice := request("3")
	twice.Files = append(twice.Files, plan.SourceFile{Name: "flows/zz.yaml", Text: twice.Files[0].Text})
	if r := p.becomes(files(t, twice), "talk kept", "talk kept"); !slices.ContainsFunc(r.Findings, func(d diag.Diagnostic) bool { return d.Code == "duplicate-flow" }) {
		t.Errorf("%v", r.Findings)
	}
}

// TestAFlowWaitsForOneThatItFits: what is in use together was checked together.
func TestAFlowWaitsForOneThatItFits(t *testing.T) {
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
triggers: [{phrases: {en: [pay the rest]}}]
initial: other
states:
  other:
    run: {flow: child, with: {amount: "5"}}
    on: {done: bye}
  bye: {say: over, end: done}
`
	two := func(child, parent string) project.Files {
		return files(t, plan.PublishRequest{Files: []plan.SourceFile{{Name: "flows/child.yaml", Text: child}, {Name: "flows/parent.yaml", Text: parent}}})
	}
	renamed := strings.ReplaceAll(child, "amount", "sum")
	broken := func(text string) string { return strings.Replace(text, "initial: ", "initial: no", 1) }
	p := open(t, openDB(t, filepath.Join(t.TempDir(), "relevo.db")), folder(t, request("1")))
	p.becomes(two(broken(child), parent), "child none", "parent none child") // nothing to run yet
	p.becomes(two(child, parent), "child file+", "parent file+")
	p.becomes(two(renamed, parent), "child wait parent", "parent kept") // the parent gives what is not taken any more
	p.becomes(two(broken(renamed), strings.Replace(parent, "amount", "sum", 1)), "child kept", "parent wait child")
	p.becomes(two("nonsense: [", strings.Replace(parent, "over", "finished", 1)), "child kept", "parent file+")
	p.becomes(two(renamed, strings.Replace(parent, "amount", "sum", 1)), "child file+", "parent file+")
	p.want("ana", "pay the rest", "5")
}

func TestCommandsAreReloadedForEverybody(t *testing.T) {
	t.Parallel()
	p := open(t, openDB(t, filepath.Join(t.TempDir(), "relevo.db")), folder(t, request("1")))
	f := files(t, request("1"))
	if r := p.becomes(f, "talk file"); r.Commands {
		t.Error("nothing has changed")
	}
	f.Commands.Text = append(f.Commands.Text, "# another version\n"...)
	if r := p.becomes(f, "talk file"); !r.Commands || len(p.commanded) != 1 {
		t.Errorf("%+v, %d", r, len(p.commanded))
	}
	f.Commands.Text = []byte("commands: [")
	if r := p.becomes(f, "talk file"); r.Commands || !r.Findings.HasErrors() || len(p.commanded) != 1 {
		t.Errorf("%+v, %d", r, len(p.commanded))
	}
}

// TestReloadingRacesWithTurns: the last of many quick saves is the one that stays.
func TestReloadingRacesWithTurns(t *testing.T) {
	t.Parallel()
	p := open(t, openDB(t, filepath.Join(t.TempDir(), "relevo.db")), folder(t, request("0")))
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range 12 {
			p.reload(files(t, request(fmt.Sprint(i))))
		}
	}()
	for i := range 8 {
		contact := fmt.Sprintf("contact%d", i)
		n, _, _ := strings.Cut(p.says(contact, "hello"), " ")
		p.want(contact, "tea", n+" "+n+" echo tea")
	}
	<-done
	p.want("ana", "hello", "11 11 say a word")
	if log := p.log.String(); strings.Contains(log, "level=ERROR") {
		t.Error(log)
	}
}

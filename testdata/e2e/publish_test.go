package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"relevo/channel/whatsapp/graphtest"
)

// The first version of a flow, with a script that both of its texts call.
const (
	mugFlow = `flow: mugs
title: {en: Order a mug}
languages: [en]
triggers:
  - phrases: {en: [I want a mug]}
slots:
  colour: {type: text}
scripts: [mugs.js]
initial: ask_colour
states:
  ask_colour:
    ask: colour
    say: {en: "{{ mugs.shop() }}: which colour?"}
    on: {answered: done, exhausted: done}
  done:
    say: {en: "{{ mugs.shop() }}: a {{ colour }} mug is yours."}
    end: ordered
`
	mugScript = "exports.shop = () => 'Old shop';\n"
)

// TestPublishWhileARunIsUnderWay: the run ends with the version that it started with, a new one gets the new version, a rollback survives a
// restart.
func TestPublishWhileARunIsUnderWay(t *testing.T) {
	t.Parallel()
	g := graphtest.New(t, graphtest.Options{})
	s := &story{site: newSite(t, whatsappConfig(g, "demo: false\nflows: flows\n")), g: g}
	s.file("flows/mugs.yaml", mugFlow)
	s.file("scripts/mugs.js", mugScript)
	author, agent := s.token("Ana", "author"), s.token("Eva", "agent")
	s.serve()
	g.SetTarget(s.url + "/webhooks/whatsapp/main")

	s.says("wamid.p1", "I want a mug")
	s.hears("Old shop: which colour?")

	s.file("flows/mugs.yaml", strings.NewReplacer("ask_colour", "ask_size", "colour", "size", "initial:", "renamed: {ask_colour: ask_size}\ninitial:").Replace(mugFlow))
	s.file("scripts/mugs.js", strings.Replace(mugScript, "Old", "New", 1))
	s.publishes(agent, 3, "role does not allow this", "flows")
	out := s.publishes(author, 0, "1 flow published.", "flows")
	for _, want := range []string{"states renamed: ask_colour → ask_size", "scripts changed: mugs.js", "1 run keeps its version until it ends", "1 in ask_colour"} {
		if !strings.Contains(out, want) {
			t.Errorf("the plan lacks %q:\n%s", want, out)
		}
	}
	first := regexp.MustCompile(`mugs: changed, ([0-9a-f]{12}) → `).FindStringSubmatch(out)
	if first == nil {
		t.Fatalf("no versions in %s", out)
	}
	s.says("wamid.p2", "blue")
	s.hears("Old shop: a blue mug is yours.")
	s.says("wamid.p3", "I want a mug")
	s.hears("New shop: which size?")

	s.publishes(author, 0, "1 flow published.", "--version", first[1])
	s.says("wamid.p4", "large")
	s.hears("New shop: a large mug is yours.")
	s.says("wamid.p5", "I want a mug")
	s.hears("Old shop: which colour?")
	code, out, errs := s.run("flows", "--server", s.url, "--token", author)
	if code != 0 || !strings.Contains(out, first[1]+"  current since") || !strings.Contains(out, "by Ana; 1 run: 1 in ask_colour") {
		t.Errorf("flows: exit code %d: %s%s", code, out, errs)
	}
	if code, _, errs := s.run("publish", "flows", "--yes"); code != 3 || !strings.Contains(errs, "relevo serve is running on database relevo.db") {
		t.Errorf("publish beside the server: exit code %d: %s", code, errs)
	}
	if status, text := s.ask(author, http.MethodPost, "/v1/flows/plan", map[string]any{"versions": []string{"0000000"}}, nil); status != http.StatusNotFound {
		t.Errorf("a version that is none: %d %s", status, text)
	}

	s.stop()
	s.serve() // the folder holds the new version, and it was rolled back
	g.SetTarget(s.url + "/webhooks/whatsapp/main")
	s.says("wamid.p6", "red")
	s.hears("Old shop: a red mug is yours.")
	s.says("wamid.p7", "I want a mug")
	s.hears("Old shop: which colour?")
	s.quiet("inbox", "outbox")
	s.stop()
	s.sound()
	if err := os.Remove(filepath.Join(s.dir, "scripts/mugs.js")); err != nil {
		t.Fatal(err)
	}
	if code, out, _ := s.run("publish", "flows", "--yes"); code != 1 || !strings.Contains(out, "unknown-script") {
		t.Errorf("publish without the script: exit code %d: %s", code, out)
	}
}

// publishes runs relevo publish against the server and returns what it says.
func (s *story) publishes(token string, want int, text string, args ...string) string {
	s.Helper()
	code, out, errs := s.run(append([]string{"publish", "--yes", "--server", s.url, "--token", token}, args...)...)
	if code != want || !strings.Contains(out+errs, text) {
		s.Fatalf("publish %v: exit code %d, want %d with %q:\n%s%s", args, code, want, text, out, errs)
	}
	return out
}

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"relevo/store/sqlite"
)

// renamedFlow is smallFlow with its question under another name, and one more state.
var renamedFlow = strings.NewReplacer("ask_name", "ask_who", "initial:", "renamed: {ask_name: ask_who}\ninitial:", "end: resolved", "goto: done\n  done:\n    end: resolved").Replace(smallFlow)

func TestPublishShowsThePlanThenPublishes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "flows/hello.yaml", smallFlow)
	step := func(want []string, code int, args ...string) ran {
		t.Helper()
		got := relevo(t, dir, "", map[string]string{"USER": "ana"}, args...)
		for _, w := range want {
			if !strings.Contains(got.out+got.err, w) {
				t.Errorf("%v: output without %q:\n%s%s", args, w, got.out, got.err)
			}
		}
		if got.code != code {
			t.Errorf("%v: exit code %d, want %d: %s", args, got.code, code, got.err)
		}
		return got
	}
	step([]string{"none.db can not be read"}, exitEnvironment, "flows", "--database", "sqlite:none.db")
	step([]string{"hello: new, ", "1 flow would be published"}, exitGood, "publish", "flows", "--dry-run")
	step([]string{"relevo.db can not be read"}, exitEnvironment, "publish", "--version", "3f2a91c0", "--yes")
	if made, _ := filepath.Glob(filepath.Join(dir, "*.db*")); len(made) > 0 {
		t.Errorf("looking made %v", made)
	}
	step([]string{"hello: new, ", "nobody to ask"}, exitUsage, "publish", "flows")
	step([]string{"add --yes"}, exitUsage, "publish", "flows", "--json")
	step([]string{"Nothing is published yet"}, exitGood, "flows")
	step([]string{"1 flow published."}, exitGood, "publish", "flows", "--yes")
	step([]string{"hello: unchanged", "Nothing to publish."}, exitGood, "publish", "flows", "--yes")
	first := currentVersion(t, dir)

	write(t, dir, "flows/hello.yaml", renamedFlow)
	step([]string{"hello: changed, " + first + " → ", "states added: done", "states renamed: ask_name → ask_who", "1 flow published."}, exitGood, "publish", "flows/hello.yaml", "--yes")
	if currentVersion(t, dir) == first {
		t.Error("the new version is not current")
	}
	step([]string{"current since 2026-03-02 09:00 UTC by ana", first + "  published"}, exitGood, "flows")
	step([]string{"(published before)", "1 flow published."}, exitGood, "publish", "--version", first[:7], "--yes")
	if got := currentVersion(t, dir); got != first {
		t.Errorf("%s is current after the rollback, want %s", got, first)
	}

	write(t, dir, "flows/other.yaml", strings.ReplaceAll(smallFlow, "hello", "other"))
	step([]string{"hello: stays as it is", "other: new"}, exitGood, "publish", "flows/other.yaml", "--dry-run")
	write(t, dir, "flows/broken.yaml", strings.NewReplacer("hello", "broken", "answered: bye", "answered: bey").Replace(smallFlow))
	step([]string{"flows/broken.yaml:13:20: error: no state is named \"bey\" [unknown-state]"}, exitFindings, "publish", "flows", "--yes")
	step([]string{`"code": "unknown-state"`}, exitFindings, "publish", "flows", "--yes", "--json")
	step([]string{"no published version begins with that"}, exitUsage, "publish", "--version", "0000000", "--yes")
	step([]string{"not both"}, exitUsage, "publish", "flows", "--version", "0000000")
	step([]string{"nowhere can not be read"}, exitEnvironment, "publish", "nowhere")
	step([]string{"not an address of the web"}, exitUsage, "publish", "flows/hello.yaml", "--server", "shop", "--token", "x")
	step([]string{"set RELEVO_TOKEN"}, exitUsage, "publish", "flows/hello.yaml", "--server", "http://127.0.0.1:1")
	step([]string{"reach the server", "is relevo serve running there?"}, exitEnvironment, "flows", "--server", "http://127.0.0.1:1", "--token", "x")
}

// currentVersion returns the short hash of hello's current version.
func currentVersion(t *testing.T, dir string) string {
	t.Helper()
	got := relevo(t, dir, "", nil, "flows", "--json")
	var list struct {
		Flows []struct {
			Flow     string
			Versions []struct {
				Version string
				Current bool
			}
		}
	}
	if err := json.Unmarshal([]byte(got.out), &list); err != nil || len(list.Flows) == 0 || !list.Flows[0].Versions[0].Current {
		t.Fatalf("%v in %s%s", err, got.out, got.err)
	}
	return strings.TrimPrefix(list.Flows[0].Versions[0].Version, "sha256:")[:12]
}

func TestPublishAsksOnATerminal(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "flows/hello.yaml", smallFlow)
	for answer, want := range map[string]int{"n\n": exitFindings, "\n": exitFindings, "": exitUsage, "yes\n": exitGood} {
		var out, errs bytes.Buffer
		a := &app{
			args: []string{"publish", "flows", "--database", "sqlite:" + strings.TrimSpace(answer) + "x.db"}, in: strings.NewReader(answer), out: &out, err: &errs,
			dir: dir, getenv: func(string) string { return "" }, now: time.Now, answers: true,
		}
		code := a.run(context.Background())
		if code != want || !strings.Contains(out.String(), "Publish 1 flow? [y/N] ") || strings.Contains(out.String(), "1 flow published.") != (want == exitGood) {
			t.Errorf("%q: exit code %d, %s%s", answer, code, out.String(), errs.String())
		}
	}
}

func TestPublishSaysWhereTheServerIs(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "flows/hello.yaml", smallFlow)
	db, err := sqlite.Open(t.Context(), filepath.Join(dir, "relevo.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for _, args := range [][]string{{"publish", "flows", "--yes"}, {"flows"}} {
		got := relevo(t, dir, "", nil, args...)
		if got.code != exitEnvironment || !strings.Contains(got.err, "add --server http://127.0.0.1:8080 and set RELEVO_TOKEN") {
			t.Errorf("%v: %+v", args, got)
		}
	}
}

// TestPublishToldNoByTheServer holds what a server may answer against what people are told.
func TestPublishToldNoByTheServer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "flows/hello.yaml", smallFlow)
	for _, tt := range []struct {
		status     int
		body, want string
		code       int
	}{
		{401, `{"detail":"Sign in or send a valid token."}`, "does not know the token (401)", exitEnvironment},
		{403, `{"detail":"Your role does not allow this."}`, "role does not allow this (403)", exitEnvironment},
		{409, `{"detail":"Plan again."}`, "somebody else has published in between", exitFindings},
		{413, `{"detail":"The body may have at most 8388608 bytes."}`, "at most 8388608 bytes", exitFindings},
		{422, `{"detail":"No.","findings":[{"location":"body.files","message":"too many"}]}`, "body.files: too many", exitFindings},
		{502, `<html>bad gateway</html>`, "status 502", exitEnvironment},
		{200, `<html>a shop</html>`, "is no Relevo server", exitEnvironment},
		{302, ``, "status 302", exitEnvironment},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "Bearer secret" {
				t.Error("the token is missing")
			}
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(tt.status)
			_, _ = w.Write([]byte(tt.body))
		}))
		got := relevo(t, dir, "", map[string]string{"RELEVO_SERVER": server.URL + "/", "RELEVO_TOKEN": "secret"}, "publish", "flows", "--yes")
		if got.code != tt.code || !strings.Contains(got.err, tt.want) || strings.Contains(got.out+got.err, "secret") {
			t.Errorf("%d: %+v", tt.status, got)
		}
		server.Close()
	}
	if _, err := os.Stat(filepath.Join(dir, "relevo.db")); err == nil {
		t.Error("a database was made though a server was named")
	}
}

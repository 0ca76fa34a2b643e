package server

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"relevo/flows"
	"relevo/flows/plan"
	"relevo/flows/project"
	"relevo/flows/publish"
	"relevo/store"
)

const helloFlow = `flow: hello
title: {en: Say hello}
languages: [en]
triggers:
  - phrases: {en: [hello]}
slots:
  name: {type: text}
initial: ask_name
states:
  ask_name:
    ask: name
    say: {en: What is your name?}
    on: {answered: bye, exhausted: bye}
  bye:
    say: {en: "Nice to meet you, {{ name }}!"}
    end: resolved
`

// newPublishing is a world on which flows can be published.
func newPublishing(t *testing.T) *world {
	t.Helper()
	commands, err := flows.Files.ReadFile(flows.CommandsFile)
	if err != nil {
		t.Fatal(err)
	}
	return newWorld(t, func(o *Options) {
		o.Publisher = publish.New(publish.Options{
			Store: o.Store, Commands: project.File{Name: "flows/commands.yaml", Text: commands}, Now: o.Now, Logger: o.Logger,
		})
	})
}

func filesOf(text string) map[string]any {
	return map[string]any{"files": []any{map[string]any{"name": "flows/hello.yaml", "text": text}}}
}

func with(body map[string]any, key string, v any) map[string]any {
	body[key] = v
	return body
}

func TestPublishOverTheAPI(t *testing.T) {
	t.Parallel()
	w := newPublishing(t)
	author := w.person(store.RoleAuthor)
	planned := w.do(author, "POST", "/v1/flows/plan", filesOf(helloFlow)).want(t, 200, "")
	if planned.get(t, "flows.0.change") != "new" {
		t.Errorf("%s", planned.body)
	}
	base := planned.get(t, "id")
	changed := strings.ReplaceAll(helloFlow, "ask_name", "ask_who")
	w.do(author, "POST", "/v1/flows/publish", with(filesOf(changed), "base", base)).want(t, 409, "conflict")
	w.do(author, "POST", "/v1/flows/publish", filesOf(helloFlow)).want(t, 422, "invalid")
	first := w.do(author, "POST", "/v1/flows/publish", with(filesOf(helloFlow), "base", base)).want(t, 200, "").get(t, "flows.0.version").(string)
	w.do(author, "POST", "/v1/flows/publish", with(filesOf(helloFlow), "base", base)).want(t, 409, "conflict")

	planned = w.do(author, "POST", "/v1/flows/plan", filesOf(changed)).want(t, 200, "")
	if planned.get(t, "flows.0.change") != "changed" || planned.get(t, "flows.0.previous") != first || planned.get(t, "flows.0.added.0") != "ask_who" {
		t.Errorf("%s", planned.body)
	}
	second := w.do(author, "POST", "/v1/flows/publish", with(filesOf(changed), "base", planned.get(t, "id"))).want(t, 200, "").get(t, "flows.0.version").(string)

	versions := w.do(author, "GET", "/v1/flows/hello/versions", nil).want(t, 200, "")
	if versions.get(t, "versions.0.version") != second || versions.get(t, "versions.1.version") != first || versions.get(t, "versions.0.currentBy") != "author 1" {
		t.Errorf("%s", versions.body)
	}
	w.do(author, "GET", "/v1/flows/nothing/versions", nil).want(t, 404, "not-found")

	again := "/v1/flows/hello/versions/" + plan.Short(first) + "/publish"
	w.do(author, "POST", strings.Replace(again, "hello", "other", 1), nil).want(t, 404, "not-found")
	w.do(author, "POST", "/v1/flows/hello/versions/0000000/publish", nil).want(t, 404, "not-found")
	if got := w.do(author, "POST", again, nil).want(t, 200, ""); got.get(t, "flows.0.version") != first || got.get(t, "flows.0.again") != true {
		t.Errorf("%s", got.body)
	}
	if got := w.do(author, "POST", "/v1/flows/hello/versions/"+url.PathEscape(first)+"/publish", nil).want(t, 200, ""); got.get(t, "flows.0.change") != "unchanged" {
		t.Errorf("%s", got.body)
	}
	if got := w.do(author, "GET", "/v1/flows/hello/versions", nil); got.get(t, "versions.0.version") != first {
		t.Errorf("%s", got.body)
	}
}

func TestFindingsStopAPublication(t *testing.T) {
	t.Parallel()
	w := newPublishing(t)
	author := w.program(store.RoleAuthor)
	broken := strings.Replace(helloFlow, "answered: bye", "answered: bey", 1)
	planned := w.do(author, "POST", "/v1/flows/plan", filesOf(broken)).want(t, 200, "")
	if planned.get(t, "findings.0.code") != "unknown-state" || planned.get(t, "findings.0.range.start.line") != 13.0 || len(planned.get(t, "flows").([]any)) != 0 {
		t.Errorf("%s", planned.body)
	}
	refused := w.do(author, "POST", "/v1/flows/publish", with(filesOf(broken), "base", planned.get(t, "id").(string)+"x")).want(t, 422, "invalid")
	if refused.get(t, "findings.0.location") != "flows/hello.yaml:13:20" || !strings.Contains(refused.body, "[unknown-state]") {
		t.Errorf("%s", refused.body)
	}
	p, err := w.store.Published(t.Context())
	if err != nil || p.Number != 0 {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestWhatIsSentForPublishingIsLimited(t *testing.T) {
	t.Parallel()
	w := newPublishing(t)
	author := w.program(store.RoleAuthor)
	large := filesOf(strings.Repeat("#", maxBodyBytes) + "\n" + helloFlow) // more than other routes take
	w.do(author, "POST", "/v1/flows/plan", large).want(t, 200, "")
	w.do(author, "POST", "/v1/flows/plan", strings.Repeat(" ", plan.MaxBytes+1)).want(t, 413, "too-large")
	w.do(author, "POST", "/v1/flows/publish", strings.Repeat(" ", plan.MaxBytes+1)).want(t, 413, "too-large")
	var many []any
	for i := range plan.MaxFlows + 1 {
		many = append(many, map[string]any{"name": fmt.Sprint(i), "text": ""})
	}
	w.do(author, "POST", "/v1/flows/plan", map[string]any{"files": many}).want(t, 422, "invalid")
	for _, name := range []string{"", "a\x1b[31m.yaml", "a\nb.yaml", "a\u009b.yaml"} { // findings show it to people on terminals
		w.do(author, "POST", "/v1/flows/plan", map[string]any{"files": []any{map[string]any{"name": name, "text": helloFlow}}}).want(t, 422, "invalid")
	}
	for _, body := range []any{"", "{", "null", "[]", `{"files":[{}]}`, `{"files":[{"name":"a","text":1}]}`, `{"files":[{"name":"a","text":"` + strings.Repeat("[", 20000) + `"}]}`,
		`{"files":[{"name":"../../etc/passwd","text":"flow: x"}]}`, `{"versions":["%"]}`, `{"versions":[""]}`, `{"scripts":[{"name":"/","text":"x"}],"files":[{"name":"a","text":"a"}]}`} {
		for _, path := range []string{"/v1/flows/plan", "/v1/flows/publish"} {
			if got := w.do(author, "POST", path, body); got.status >= 500 {
				t.Errorf("%s %.80v: %d %s", path, body, got.status, got.body)
			}
		}
	}
}

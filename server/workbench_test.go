package server

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"relevo/engine/diag"
	"relevo/flows/plan"
	"relevo/store"
)

// withWorkbench gives a server a workbench, and the web chat a page.
func withWorkbench(b *Workbench) func(*Options) {
	return func(o *Options) {
		o.Workbench, o.PublicURL = b, "https://chat.example.org"
		o.Mounts["/webchat"] = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("ETag", `"1"`)
			if r.Header.Get("If-None-Match") == `"1"` {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			fmt.Fprint(w, "<!doctype html><head></head><body>")
		})
	}
}

// ask makes a request as somebody at an address would, with headers "Name: value".
func (w *world) ask(path, from string, headers ...string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(http.MethodGet, path, nil)
	req.Host, req.RemoteAddr = "localhost:8080", from
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if req.Header.Set(name, value); name == "Host" {
			req.Host = value
		}
	}
	rec := httptest.NewRecorder()
	w.server.Handler().ServeHTTP(rec, req)
	return rec
}

const here, elsewhere = "127.0.0.1:50000", "192.0.2.7:50000"

func TestTheWorkbenchIsForThisMachineAndForAuthors(t *testing.T) {
	t.Parallel()
	b := &Workbench{}
	w := newWorld(t, withWorkbench(b))
	if err := b.Show(WorkReport{Errors: 1, Findings: []ShownFinding{{Diagnostic: diag.Diagnostic{Code: "unknown-state", Message: "no state is named \"<b>\""}}}}); err != nil {
		t.Fatal(err)
	}
	cookie := func(role store.Role) string { return "Cookie: " + w.person(role).value }
	for _, tt := range []struct {
		name, from string
		headers    []string
		may        bool
	}{
		{"this machine", here, nil, true},
		{"this machine by its public name", here, []string{"Host: chat.example.org"}, true},
		{"this machine by IPv6", "[::1]:50000", []string{"Host: [::1]:8080"}, true},
		{"a page of another site whose name was made to point here", here, []string{"Host: evil.example:8080"}, false},
		{"somebody behind a proxy of this machine", here, []string{"X-Forwarded-For: 192.0.2.7"}, false},
		{"somebody elsewhere", elsewhere, nil, false},
		{"somebody elsewhere who says that he is here", elsewhere, []string{"Host: localhost"}, false},
		{"an author elsewhere", elsewhere, []string{strings.Replace(cookie(store.RoleAuthor), cookiePlain+"=", cookieSecure+"=", 1)}, true},
		{"an agent elsewhere", elsewhere, []string{strings.Replace(cookie(store.RoleAgent), cookiePlain+"=", cookieSecure+"=", 1)}, false},
		{"a program of an author", elsewhere, []string{"Authorization: " + w.program(store.RoleAuthor).value}, true},
	} {
		for path, holds := range map[string]string{"/dev/findings": "unknown-state", "/dev/": "/dev/page.js", "/dev/panel.js": "follow(", "/dev/drawing.svg?flow=x&language=es": "<svg>x es"} {
			got := w.ask(path, tt.from, tt.headers...)
			if tt.may && (got.Code != 200 || !strings.Contains(got.Body.String(), holds)) {
				t.Errorf("%s: %s: %d %s", tt.name, path, got.Code, got.Body)
			}
			if !tt.may && (got.Code != 403 || strings.Contains(got.Body.String(), holds)) {
				t.Errorf("%s: %s: %d %s", tt.name, path, got.Code, got.Body)
			}
		}
		page := w.ask("/webchat", tt.from, append(tt.headers, "Accept: text/html,*/*", `If-None-Match: "1"`)...)
		if has := strings.Contains(page.Body.String(), panelTag+"</head>"); has != tt.may {
			t.Errorf("%s: the page has the panel: %t", tt.name, has)
		}
		if tt.may && (page.Header().Get("ETag") != "" || page.Header().Get("Cache-Control") != "no-store") {
			t.Errorf("%s: a page with the panel may be kept: %v", tt.name, page.Header())
		}
		if !tt.may && page.Code != http.StatusNotModified {
			t.Errorf("%s: the page is changed for everybody: %d", tt.name, page.Code)
		}
	}
	if got := w.ask("/dev", here); got.Code != 302 || got.Header().Get("Location") != "/dev/" {
		t.Errorf("%d %v", got.Code, got.Header())
	}
	if got := w.ask("/dev/nothing.js", here); got.Code != 404 {
		t.Errorf("%d", got.Code)
	}
	for _, page := range []string{"/demo/", "/flows", "/"} {
		if got := w.ask(page, here, "Accept: text/html"); got.Code != 200 || strings.Count(got.Body.String(), panelTag) != 1 || got.Header().Get("Content-Security-Policy") == "" {
			t.Errorf("%s: %d %s", page, got.Code, got.Body)
		}
	}
	if got := w.ask("/v1/flows", here, "Accept: text/html"); strings.Contains(got.Body.String(), "script") {
		t.Errorf("%s", got.Body)
	}
}

func TestWithoutAWorkbenchPagesAreAsTheyAre(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withWorkbench(nil))
	for _, path := range []string{"/dev", "/dev/", "/dev/findings", "/dev/panel.js", "/dev/stream"} {
		if got := w.ask(path, here); got.Code != 404 || !strings.Contains(got.Body.String(), "--watch") {
			t.Errorf("%s: %d %s", path, got.Code, got.Body)
		}
	}
	for _, path := range []string{"/webchat", "/demo/", "/"} {
		if got := w.ask(path, here, "Accept: text/html"); got.Code != 200 || strings.Contains(got.Body.String(), "/dev/") {
			t.Errorf("%s: %d %s", path, got.Code, got.Body)
		}
	}
}

func TestReportsAreStreamed(t *testing.T) {
	t.Parallel()
	b := &Workbench{}
	w := newWorld(t, withWorkbench(b))
	show := func(r WorkReport) {
		if err := b.Show(r); err != nil {
			t.Fatal(err)
		}
	}
	res, err := http.Get(w.http.URL + "/dev/stream")
	if err != nil || res.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatal(res, err)
	}
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	next := func() (r WorkReport) {
		t.Helper()
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				if err := json.Unmarshal([]byte(data), &r); err != nil {
					t.Fatal(err)
				}
				return r
			}
		}
		t.Fatal("the stream has ended")
		return r
	}
	show(WorkReport{Reloaded: []string{"hello"}, Flows: []plan.ReloadedFlow{{Flow: "hello", Use: plan.UseFile}}})
	if r := next(); r.Number != 1 || r.Reloaded[0] != "hello" || r.Findings == nil || r.Gone == nil {
		t.Errorf("%+v", r)
	}
	show(WorkReport{Errors: 200, Findings: make([]ShownFinding, 200)})
	if r := next(); r.Number != 2 || r.Errors != 200 || len(r.Findings) != maxShownFindings {
		t.Errorf("%d of %d", len(r.Findings), r.Errors)
	}
}

func TestTheWorkbenchKnowsWhereAVisitorStands(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withWorkbench(&Workbench{}))
	token, _ := NewSecret()
	if got := w.ask("/dev/here", here, "Authorization: Bearer "+token); got.Code != 200 || !strings.Contains(got.Body.String(), `"runs":[]`) {
		t.Errorf("%d %s", got.Code, got.Body)
	}
	if got := w.ask("/dev/here", here); got.Code != 401 {
		t.Errorf("%d %s", got.Code, got.Body)
	}
}

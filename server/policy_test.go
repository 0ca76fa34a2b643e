package server

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"relevo/store"
)

func TestEveryRouteIsInThePolicy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	listed := map[string]bool{}
	for _, r := range routes {
		listed[r.method+" "+r.path] = true
	}
	for _, r := range w.server.router.Routes() {
		if w.server.passes(r.Path) {
			continue
		}
		if !listed[r.Method+" "+r.Path] {
			t.Errorf("%s %s is not in the table of routes: say in policy.go who may use it", r.Method, r.Path)
		}
		delete(listed, r.Method+" "+r.Path)
	}
	for _, r := range slices.Sorted(maps.Keys(listed)) {
		t.Errorf("%s is in the policy but the router does not have it", r)
	}
}

// expected says, independently of the table of roles, who gets past the door: letters are agent, supervisor, author (w for writes flows), admin (x);
// capitals are programs with a token of that role. "*" is everybody, signed in or not.
var expected = map[string]string{
	"GET /v1/setup": "*", "POST /v1/setup": "*", "POST /v1/session": "*", "DELETE /v1/session": "*",
	"GET /v1/session":                                "aswxASWX",
	"PATCH /v1/session":                              "aswx",
	"GET /v1/chats":                                  "asxASX",
	"GET /v1/chats/:id":                              "asxASX",
	"POST /v1/chats/:id/claim":                       "asxASX",
	"POST /v1/chats/:id/messages":                    "asxASX",
	"POST /v1/chats/:id/notes":                       "asxASX",
	"POST /v1/chats/:id/release":                     "asxASX",
	"POST /v1/chats/:id/close":                       "asxASX",
	"GET /v1/conversations":                          "asxASX",
	"GET /v1/conversations/:id":                      "asxASX",
	"GET /v1/conversations/:id/entries":              "asxASX",
	"GET /v1/queues":                                 "asxASX",
	"GET /v1/flows":                                  "aswxASWX",
	"GET /v1/flows/:flow/drawing.svg":                "aswxASWX",
	"GET /v1/flows/:flow/versions":                   "aswxASWX",
	"POST /v1/flows/plan":                            "wxWX",
	"POST /v1/flows/publish":                         "wxWX",
	"POST /v1/flows/:flow/versions/:version/publish": "wxWX",
	"POST /v1/events":                                "sxASX",
	"GET /v1/stream":                                 "asxASX",
}

func TestMatrixOfRoutesAndActors(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	gone := w.person(store.RoleAdmin)
	w.must(w.store.RemoveSession(t.Context(), gone.hash))
	disabled := store.User{ID: "disabled", Email: "disabled@example.com", Name: "Disabled", Role: store.RoleAdmin, PasswordHash: "none", Disabled: true}
	w.must(w.store.AddUser(t.Context(), disabled))
	idle := w.person(store.RoleAdmin)
	w.clock.advance(sessionIdle + time.Minute)
	actors := map[string]credential{
		"a": w.person(store.RoleAgent), "s": w.person(store.RoleSupervisor), "w": w.person(store.RoleAuthor), "x": w.person(store.RoleAdmin),
		"A": w.program(store.RoleAgent), "S": w.program(store.RoleSupervisor), "W": w.program(store.RoleAuthor), "X": w.program(store.RoleAdmin),
	}
	nobodies := map[string]credential{
		"nobody": {}, "signed out": gone, "idle for too long": idle, "disabled": w.session("disabled"),
		"unknown token":   {header: "Authorization", value: "Bearer rlv_unknown"},
		"cookie as token": {header: "Authorization", value: strings.Replace(actors["x"].value, cookiePlain+"=", "Bearer ", 1)},
		"basic":           {header: "Authorization", value: "Basic YTpi"},
		"long cookie":     {header: "Cookie", value: cookiePlain + "=" + strings.Repeat("x", 4000)},
	}
	for _, r := range routes {
		if !strings.HasPrefix(r.path, "/v1/") {
			continue
		}
		key := r.method + " " + r.path
		allowed, ok := expected[key]
		if !ok {
			t.Errorf("%s has no expectation", key)
		}
		path := strings.NewReplacer(":id", "missing", ":flow", "missing", ":version", "missing").Replace(r.path)
		if r.path == "/v1/stream" {
			path += "?bad=1" // past the door this is refused at once instead of staying open
		}
		var body any
		if r.method == "POST" || r.method == "PATCH" {
			body = map[string]any{}
		}
		for name, who := range nobodies {
			got := w.do(who, r.method, path, body)
			if refused := got.status == 401 && got.header.Get("WWW-Authenticate") != ""; refused == (allowed == "*") {
				t.Errorf("%s by %s: status %d", key, name, got.status)
			}
			if allowed != "*" {
				got.want(t, 401, "unauthenticated")
			}
		}
		if allowed == "*" {
			continue
		}
		for letter, who := range actors {
			got := w.do(who, r.method, path, body)
			if refused := got.status == 403; refused == strings.Contains(allowed, letter) || got.status == 401 || got.status >= 500 {
				t.Errorf("%s by %s: status %d, want allowed for %s only: %s", key, letter, got.status, allowed, got.body)
			}
		}
	}
}

func TestUnlistedMethodsAndPathsAreProblems(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
		w.do(credential{}, method, "/v1/nothing", nil).want(t, 404, "not-found")
	}
	w.do(credential{}, "PUT", "/v1/chats", nil).want(t, 405, "method-not-allowed")
	w.do(credential{}, "POST", "/somewhere", nil).want(t, 404, "not-found")
	w.do(credential{}, "GET", "/webhooks/whatsapp/other", nil).want(t, 404, "not-found")
	w.do(credential{}, "GET", "/assets/missing.js", nil).want(t, 404, "not-found")
}

func TestAForeignIDAnswersLikeAMissingOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	agent, boss := w.person(store.RoleAgent), w.person(store.RoleSupervisor)
	foreign := w.contact("web", "34600000001").ID // only the bot has spoken with them
	for _, path := range []string{"/v1/conversations/%s", "/v1/conversations/%s/entries"} {
		seen := w.do(agent, "GET", strings.Replace(path, "%s", foreign, 1), nil).want(t, 404, "not-found")
		missing := w.do(agent, "GET", strings.Replace(path, "%s", "missing", 1), nil).want(t, 404, "not-found")
		if seen.body != missing.body {
			t.Errorf("foreign %s, missing %s", seen.body, missing.body)
		}
		w.do(boss, "GET", strings.Replace(path, "%s", foreign, 1), nil).want(t, 200, "")
	}
	if got := w.do(agent, "GET", "/v1/conversations", nil).get(t, "conversations").([]any); len(got) != 0 {
		t.Errorf("agent sees %v", got)
	}
	if got := w.do(boss, "GET", "/v1/conversations", nil).get(t, "conversations").([]any); len(got) != 1 {
		t.Errorf("supervisor sees %v", got)
	}
}

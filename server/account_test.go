package server

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"relevo/store"
)

const goodPassword = "three cats on a roof"

// setUp makes the first admin through the link.
func (w *world) setUp() answer {
	w.t.Helper()
	link, err := SetupLink(context.Background(), w.store, w.http.URL+"/", w.clock.Now())
	w.must(err)
	base, token, ok := strings.Cut(link, "#token=")
	if !ok || base != w.http.URL+"/setup" {
		w.t.Fatalf("link %q", link)
	}
	return w.do(credential{}, "POST", "/v1/setup", map[string]any{"token": token, "email": "Ana@Example.com", "name": " Ana ", "password": goodPassword})
}

func TestTheFirstAdminIsMadeOnceByTheNewestLink(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if w.do(credential{}, "GET", "/v1/setup", nil).get(t, "needed") != true {
		t.Error("set-up is not needed")
	}
	old, err := SetupLink(t.Context(), w.store, w.http.URL, w.clock.Now())
	w.must(err)
	_, token, _ := strings.Cut(old, "#token=")
	body := func(token, email, name, password string) map[string]any {
		return map[string]any{"token": token, "email": email, "name": name, "password": password}
	}
	got := w.setUp().want(t, 201, "")
	if got.get(t, "user.email") != "ana@example.com" || got.get(t, "user.name") != "Ana" || got.get(t, "user.role") != "admin" {
		t.Errorf("user %s", got.body)
	}
	me := credential{header: "Cookie", value: strings.Split(got.header.Get("Set-Cookie"), ";")[0]}
	w.do(me, "GET", "/v1/session", nil).want(t, 200, "")
	if w.do(credential{}, "GET", "/v1/setup", nil).get(t, "needed") != false {
		t.Error("set-up is still needed")
	}
	w.do(credential{}, "POST", "/v1/setup", body(token, "eve@example.com", "Eve", goodPassword)).want(t, 409, "conflict")
	if link, err := SetupLink(t.Context(), w.store, w.http.URL, w.clock.Now()); link != "" || err != nil {
		t.Errorf("second link %q %v", link, err)
	}

	fresh := newWorld(t)
	first, err := SetupLink(t.Context(), fresh.store, fresh.http.URL, fresh.clock.Now())
	fresh.must(err)
	_, first, _ = strings.Cut(first, "#token=")
	second, err := SetupLink(t.Context(), fresh.store, fresh.http.URL, fresh.clock.Now())
	fresh.must(err)
	_, second, _ = strings.Cut(second, "#token=")
	fresh.do(credential{}, "POST", "/v1/setup", body(first, "a@example.com", "A", goodPassword)).want(t, 403, "forbidden")
	for field, b := range map[string]map[string]any{
		"body.email":    body(second, "not an email", "A", goodPassword),
		"body.name":     body(second, "a@example.com", "  ", goodPassword),
		"body.password": body(second, "a@example.com", "A", "Password1"),
	} {
		got := fresh.do(credential{}, "POST", "/v1/setup", b).want(t, 422, "invalid")
		if got.get(t, "findings.0.location") != field {
			t.Errorf("finding %s, want one at %s", got.body, field)
		}
	}
	fresh.do(credential{}, "POST", "/v1/setup", body(second, "a@example.com", "A", goodPassword)).want(t, 201, "")
}

func TestSignInAndOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.setUp().want(t, 201, "")
	w.do(credential{}, "POST", "/v1/session", map[string]any{"email": "ana@example.com", "password": "wrong password"}).want(t, 401, "unauthenticated")
	unknown := w.do(credential{}, "POST", "/v1/session", map[string]any{"email": "eve@example.com", "password": goodPassword}).want(t, 401, "unauthenticated")
	if !strings.Contains(unknown.body, "email or the password") {
		t.Errorf("an unknown email can be told from a wrong password: %s", unknown.body)
	}
	got := w.do(credential{}, "POST", "/v1/session", map[string]any{"email": " ANA@example.com ", "password": goodPassword}).want(t, 200, "")
	cookie := got.header.Get("Set-Cookie")
	for _, part := range []string{"relevo=", "HttpOnly", "SameSite=Lax", "Path=/"} {
		if !strings.Contains(cookie, part) {
			t.Errorf("cookie %q has no %s", cookie, part)
		}
	}
	if strings.Contains(cookie, "Secure") || strings.Contains(cookie, "Domain") {
		t.Errorf("cookie %q", cookie)
	}
	me := credential{header: "Cookie", value: strings.Split(cookie, ";")[0]}
	w.do(me, "PATCH", "/v1/session", map[string]any{"language": "pt"}).want(t, 200, "")
	w.do(me, "PATCH", "/v1/session", map[string]any{"language": "not a language"}).want(t, 422, "invalid")
	if w.do(me, "GET", "/v1/session", nil).get(t, "user.language") != "pt" {
		t.Error("the language is not kept")
	}
	out := w.do(me, "DELETE", "/v1/session", nil).want(t, 204, "")
	if !strings.Contains(out.header.Get("Set-Cookie"), "Max-Age=0") {
		t.Errorf("the cookie stays: %q", out.header.Get("Set-Cookie"))
	}
	w.do(me, "GET", "/v1/session", nil).want(t, 401, "unauthenticated")
	w.do(me, "DELETE", "/v1/session", nil).want(t, 204, "")
	if log := w.logged.String(); strings.Contains(log, goodPassword) || strings.Contains(log, strings.TrimPrefix(me.value, "relevo=")) {
		t.Error("a secret is in the log")
	}
}

func TestOverHTTPSTheCookieIsBoundToTheHost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.setUp().want(t, 201, "")
	secure := httptest.NewUnstartedServer(w.server.Handler())
	secure.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	secure.StartTLS()
	t.Cleanup(secure.Close)
	body := fmt.Sprintf(`{"email":"ana@example.com","password":%q}`, goodPassword)
	res, err := secure.Client().Post(secure.URL+"/v1/session", "application/json", strings.NewReader(body))
	w.must(err)
	defer res.Body.Close()
	if cookie := res.Header.Get("Set-Cookie"); !strings.HasPrefix(cookie, "__Host-relevo=") || !strings.Contains(cookie, "Secure") {
		t.Errorf("cookie %q", cookie)
	}
	if res.Header.Get("Strict-Transport-Security") == "" {
		t.Error("no Strict-Transport-Security")
	}
}

func TestGuessingIsSlowedDownByEmail(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.setUp().want(t, 201, "")
	try := func(password string) answer {
		return w.do(credential{}, "POST", "/v1/session", map[string]any{"email": "ana@example.com", "password": password}, "X-Forwarded-For", "203.0.113.9")
	}
	statuses := make(chan int, 30)
	var group sync.WaitGroup
	for range cap(statuses) { // all at once, so that nobody slips through between counting and noting
		group.Go(func() { statuses <- try("wrong password").status })
	}
	group.Wait()
	close(statuses)
	count := map[int]int{}
	for st := range statuses {
		count[st]++
	}
	if count[401] != maxSignInFailures || count[429] != 20 {
		t.Errorf("statuses %v, want %d × 401 and the rest 429", count, maxSignInFailures)
	}
	got := try(goodPassword).want(t, 429, "too-many-requests")
	if got.header.Get("Retry-After") != "900" {
		t.Errorf("Retry-After %q", got.header.Get("Retry-After"))
	}
	w.clock.advance(signInWindow + time.Second)
	try(goodPassword).want(t, 200, "")
}

func TestSessionsEndByIdlenessAndByAge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	idle, busy := w.person(store.RoleAgent), w.person(store.RoleAgent)
	for spent := time.Duration(0); spent < sessionAbsolute-20*time.Minute; spent += 20 * time.Minute {
		w.clock.advance(20 * time.Minute)
		w.do(busy, "GET", "/v1/session", nil).want(t, 200, "")
		if spent > sessionIdle {
			w.do(idle, "GET", "/v1/session", nil).want(t, 401, "unauthenticated")
		}
	}
	w.clock.advance(21 * time.Minute)
	w.do(busy, "GET", "/v1/session", nil).want(t, 401, "unauthenticated")
}

func TestOtherSitesCanNotActWithOurCookie(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	agent, program := w.person(store.RoleAgent), w.program(store.RoleAgent)
	_, path := w.chat("34600000001")
	for _, headers := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://elsewhere.example"}} {
		w.do(agent, "POST", path+"/claim", nil, headers...).want(t, 403, "forbidden")
	}
	w.do(agent, "GET", path, nil, "Sec-Fetch-Site", "cross-site").want(t, 200, "")
	w.do(agent, "POST", path+"/claim", nil, "Sec-Fetch-Site", "same-origin").want(t, 200, "")
	w.do(program, "POST", path+"/notes", map[string]any{"text": "hi"}, "Origin", "https://elsewhere.example").want(t, 201, "")
	if got := w.do(credential{}, "POST", "/webhooks/whatsapp/main", "{}", "Origin", "https://elsewhere.example"); got.status != http.StatusOK {
		t.Errorf("webhook %d", got.status)
	}
	w.do(credential{}, "POST", "/webchat/session", "{}", "Sec-Fetch-Site", "cross-site").want(t, 403, "forbidden")
}

func TestPasswordRules(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		password string
		ok       bool
	}{
		{"short", false}, {"password", false}, {"PassWord123", false}, {"aaaaaaaaaaaa", false}, {"contraseña1", false}, {"ana.lopez@example.com", false}, {"ana.lopez", false},
		{strings.Repeat("long ", 30), false}, {"bad\xff\xfebytes", false}, {goodPassword, true}, {"ñandúes", false}, {"ñandúes!", true}, {strings.Repeat("é", 127) + "!", true},
	} {
		if err := CheckPassword(c.password, "Ana.Lopez@example.com"); (err == nil) != c.ok {
			t.Errorf("%q: %v", c.password, err)
		}
	}
}

func TestHashingIsBounded(t *testing.T) {
	t.Parallel()
	h := newHashing()
	ctx, cancel := context.WithCancel(t.Context())
	for range maxHashing {
		_, err := h.enter(ctx)
		if err != nil {
			t.Fatal(err)
		}
	}
	results := make(chan error, maxHashWaiting+1)
	for range cap(results) {
		go func() {
			_, err := h.enter(ctx)
			results <- err
		}()
	}
	if err := <-results; err != errBusy {
		t.Errorf("one too many: %v", err)
	}
	cancel()
	for range maxHashWaiting {
		if err := <-results; err != context.Canceled {
			t.Errorf("waiting: %v", err)
		}
	}
}

package server

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/gin-gonic/gin"

	"relevo/store"
)

var update = flag.Bool("update", false, "rewrite openapi.json")

func TestOpenAPI(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got := w.do(credential{}, "GET", "/openapi.json", nil).want(t, 200, "")
	if *update {
		w.must(os.WriteFile("openapi.json", []byte(got.body), 0o644))
	}
	want, err := os.ReadFile("openapi.json")
	w.must(err)
	if got.body != string(want) {
		t.Error("openapi.json is not what the router does: run go test ./server -run OpenAPI -update, and look at the difference")
	}
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]json.RawMessage
	}
	w.must(json.Unmarshal([]byte(got.body), &doc))
	if !strings.HasPrefix(doc.OpenAPI, "3.1") {
		t.Errorf("version %q", doc.OpenAPI)
	}
	for _, r := range w.server.router.Routes() {
		path := regexp.MustCompile(`:(\w+)`).ReplaceAllString(r.Path, "{$1}")
		if _, ok := doc.Paths[path][strings.ToLower(r.Method)]; !ok && strings.HasPrefix(path, "/v1/") {
			t.Errorf("%s %s is not described", r.Method, path)
		}
	}
}

func TestWhateverIsSentIsNeverOurFault(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.program(store.RoleAdmin)
	id, path := w.chat("34600000001")
	posts := []string{"/v1/setup", "/v1/session", path + "/claim", path + "/messages", path + "/notes", path + "/release", path + "/close", "/v1/events"}
	deep := strings.Repeat("[", 20000)
	bodies := []string{
		"", "{", "null", "[]", `"x"`, "1e999", deep, `{"text":1}`, `{"text":null}`, `{"a":` + deep, "\xff\xfe", "{\"text\":\"\\ud800\"}", `{"text":"a","text":"b"}`,
		`{"email":["a"],"password":{}}`, `{"id":"x","name":"BAD NAME","contact":null}`, `{"id":"x","name":"a.b","contact":{"conversation":"` + id + `"},"data":[]}`,
		strings.Repeat(" ", 1000) + "{}", "<xml/>",
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 60 { // and mutants of a good one
		b := []byte(`{"id":"e1","name":"order.late","contact":{"channel":"main","phone":"34600111222"},"key":"AB","data":{"n":1,"l":[true,null]}}`)
		for range 1 + r.IntN(4) {
			b[r.IntN(len(b))] = byte(r.IntN(256))
		}
		bodies = append(bodies, string(b))
	}
	for _, p := range posts {
		for _, body := range bodies {
			got := w.do(admin, "POST", p, body)
			if got.status >= 500 {
				t.Errorf("POST %s %.60q: %d %s", p, body, got.status, got.body)
			}
			if got.status >= 400 && got.header.Get("Content-Type") != problemType {
				t.Errorf("POST %s %.60q: %s", p, body, got.header.Get("Content-Type"))
			}
		}
		w.do(admin, "POST", p, strings.Repeat("x", maxBodyBytes+1)).want(t, 413, "too-large")
	}
	w.do(admin, "POST", path+"/messages", `{"text":"x"}`, "Content-Type", "text/plain").want(t, 415, "unsupported-media-type")
	w.do(admin, "POST", path+"/messages", "{").want(t, 422, "invalid")
	w.do(admin, "GET", "/v1/chats?state=wrong", nil).want(t, 422, "invalid")
	w.do(admin, "GET", "/v1/chats?unknown=1", nil).want(t, 422, "invalid")
	secret := w.do(credential{}, "POST", "/v1/session", `{"email":"a@example.com","password":"hunter2hunter2","more":1}`).want(t, 422, "invalid")
	if strings.Contains(secret.body, "hunter2") {
		t.Errorf("the answer repeats the password: %s", secret.body)
	}
}

func TestABrokenBodyIsAProblem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	conn, err := net.Dial("tcp", w.http.Listener.Addr().String())
	w.must(err)
	defer conn.Close()
	fmt.Fprint(conn, "POST /v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nnot a chunk\r\n")
	w.must(conn.SetReadDeadline(time.Now().Add(10 * time.Second)))
	head := make([]byte, 64)
	n, err := io.ReadFull(conn, head)
	if err != nil || !strings.HasPrefix(string(head[:n]), "HTTP/1.1 422 ") {
		t.Errorf("%q %v", head[:n], err)
	}
}

func TestEveryAnswerCarriesSecurityHeaders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.person(store.RoleAdmin)
	for path, csp := range map[string]string{
		"/": consolePolicy, "/setup": consolePolicy, "/v1/session": dataPolicy, "/v1/nothing": dataPolicy, "/docs/": docsPolicy, "/openapi.json": dataPolicy,
		"/v1/flows/order_status/drawing.svg": drawingPolicy, "/webchat": "", "/webchat/app.js": "", "/demo/orders": "",
	} {
		h := w.do(admin, "GET", path, nil).header
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" || h.Get("Content-Security-Policy") != csp {
			t.Errorf("%s: %v", path, h)
		}
		if frames := h.Get("X-Frame-Options"); (frames == "DENY") == (csp == "") {
			t.Errorf("%s: X-Frame-Options %q", path, frames)
		}
		if strings.HasPrefix(path, "/v1/") && h.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: Cache-Control %q", path, h.Get("Cache-Control"))
		}
	}
}

func TestChannelsGetTheirWholePath(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for path, want := range map[string]string{"/webchat": "chat /webchat", "/webchat/": "chat /webchat/", "/webchat/a/b": "chat /webchat/a/b", "/webhooks/whatsapp/main": "hook GET"} {
		if got := w.do(credential{}, "GET", path, nil); got.body != want {
			t.Errorf("%s: %s", path, got.body)
		}
	}
	_, err := New(Options{Store: w.store, Runner: w.runner, Now: w.clock.Now, NewID: func() string { return "x" }, Logger: slog.New(slog.DiscardHandler),
		Mounts: map[string]http.Handler{"/v1/session": nil}})
	if err == nil {
		t.Error("a channel may take over the API")
	}
}

func TestFlowsAreListedAndDrawn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	author := w.person(store.RoleAuthor)
	if got := w.do(author, "GET", "/v1/flows", nil).want(t, 200, ""); got.get(t, "flows.0.title.en") != "Order status" || got.get(t, "flows.0.running") != 1.0 {
		t.Errorf("flows %s", got.body)
	}
	got := w.do(author, "GET", "/v1/flows/order_status/drawing.svg?language=es", nil).want(t, 200, "")
	if got.body != "<svg>order_status es false</svg>" || got.header.Get("Content-Type") != "image/svg+xml" {
		t.Errorf("drawing %s %s", got.header.Get("Content-Type"), got.body)
	}
	if got := w.do(author, "GET", "/v1/flows/order_status/drawing.svg?language=pt&runs=true&at=1764364000000", nil).want(t, 200, ""); got.body != "<svg>order_status pt true</svg>" {
		t.Errorf("drawing with runs %s", got.body)
	}
	w.do(author, "GET", "/v1/flows/missing/drawing.svg", nil).want(t, 404, "not-found")
}

func TestMetricsAreForThisMachineAndAdmins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.chat("34600000001")
	w.do(credential{}, "GET", "/v1/setup", nil).want(t, 200, "")
	got := w.do(credential{}, "GET", "/metrics", nil).want(t, 200, "")
	for _, line := range []string{`relevo_chats{state="queued"} 1`, `relevo_conversations{owner="queue"} 1`, `relevo_rows{table="outbox"}`, "relevo_store_up 1", "go_goroutines", `route="/v1/setup"`} {
		if !strings.Contains(got.body, line) {
			t.Errorf("no %s", line)
		}
	}
	away := []string{"X-Forwarded-For", "203.0.113.9"}
	w.do(credential{}, "GET", "/metrics", nil, away...).want(t, 403, "forbidden")
	w.do(w.program(store.RoleSupervisor), "GET", "/metrics", nil, away...).want(t, 403, "forbidden")
	w.do(w.program(store.RoleAdmin), "GET", "/metrics", nil, away...).want(t, 200, "")
	far := httptest.NewRequest("GET", "/metrics", nil) // from 192.0.2.1
	rec := httptest.NewRecorder()
	w.server.Handler().ServeHTTP(rec, far)
	if rec.Code != 403 {
		t.Errorf("from afar: %d", rec.Code)
	}
}

func TestAPanicIsAProblemAndIsLogged(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) {
		o.Demo = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("boom") })
	})
	got := w.do(credential{}, "GET", "/demo/orders", nil).want(t, 500, "internal")
	if strings.Contains(got.body, "boom") || !strings.Contains(w.logged.String(), "boom") {
		t.Errorf("body %s", got.body)
	}
}

func TestTheConsoleIsServedPackedAndCached(t *testing.T) {
	t.Parallel()
	script := strings.Repeat("console.log('hello');\n", 100)
	files := newAssets(fstest.MapFS{
		"index.html": {Data: []byte("<!doctype html>app")}, "assets/app-1a2b.js": {Data: []byte(script)}, ".gitkeep": {}, "docs/index.html": {Data: []byte("docs")},
	})
	s := &Server{opts: Options{Logger: slog.New(slog.DiscardHandler)}}
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.GET("/docs", func(c *gin.Context) { s.serveDocs(c, files) })
	r.GET("/docs/*file", func(c *gin.Context) { s.serveDocs(c, files) })
	r.NoRoute(func(c *gin.Context) { s.servePage(c, files) })
	get := func(path string, headers ...string) *httptest.ResponseRecorder {
		req := httptest.NewRequest("GET", path, nil)
		for i := 0; i+1 < len(headers); i += 2 {
			req.Header.Set(headers[i], headers[i+1])
		}
		rec := httptest.NewRecorder()
		r.ServeHTTP(rec, req)
		return rec
	}
	for path, want := range map[string]string{"/": "app", "/setup": "app", "/conversations/c1": "app", "/index.html": "app", "/.gitkeep": "app", "/docs/": "docs", "/assets/app-1a2b.js": "hello"} {
		if rec := get(path); rec.Code != 200 || !strings.Contains(rec.Body.String(), want) {
			t.Errorf("%s: %d %.40s", path, rec.Code, rec.Body)
		}
	}
	for path, want := range map[string]int{"/assets/other.js": 404, "/v1/x": 404, "/docs": 301, "/docs/missing.js": 404, "/docs/../index.html": 404, "/assets/": 404} {
		if rec := get(path); rec.Code != want {
			t.Errorf("%s: %d, want %d", path, rec.Code, want)
		}
	}
	packed := get("/assets/app-1a2b.js", "Accept-Encoding", "gzip, br")
	zr, err := gzip.NewReader(packed.Body)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(zr)
	if err != nil || !bytes.Equal(plain, []byte(script)) || !strings.Contains(packed.Header().Get("Cache-Control"), "immutable") {
		t.Errorf("packed: %v %v", err, packed.Header())
	}
	if rec := get("/", "If-None-Match", get("/").Header().Get("ETag")); rec.Code != 304 || rec.Header().Get("Cache-Control") != "no-cache" {
		t.Errorf("unchanged page: %d %v", rec.Code, rec.Header())
	}
}

func TestTheDemoShopHasAnOrderOfEachKind(t *testing.T) {
	t.Parallel()
	now := time.Date(2027, 1, 3, 12, 0, 0, 0, time.UTC)
	shop := httptest.NewServer(demoAt(func() time.Time { return now }))
	t.Cleanup(shop.Close)
	for id, want := range map[string]string{
		"AB123456": "shipped", "AB123457": "delivered", "AB123458": "delayed", "AB123459": "lost", "AB123460": "received",
		"AB123461": "out_for_delivery", "AB123462": "cancelled", "AB123463": "returned",
	} {
		var o demoOrder
		if status := getJSON(t, shop.URL+"/demo/orders/"+id, &o); status != 200 || o.Status != want || o.ID != id || o.Total.Amount == "" {
			t.Errorf("%s: %d %+v", id, status, o)
		}
	}
	var o demoOrder
	getJSON(t, shop.URL+"/demo/orders/AB123456", &o)
	if o.Placed != "2026-12-29" || o.Expected != "2027-01-05" {
		t.Errorf("dates %+v", o)
	}
	var problem map[string]string
	if status := getJSON(t, shop.URL+"/demo/orders/ZZ000000", &problem); status != 404 {
		t.Errorf("unknown: %d", status)
	}
	if status := getJSON(t, shop.URL+"/demo/orders/DW000503", &problem); status != 503 {
		t.Errorf("broken: %d", status)
	}
	var all struct{ Orders []demoOrder }
	if getJSON(t, shop.URL+"/demo/orders", &all); len(all.Orders) != len(demoRows) {
		t.Errorf("list %+v", all)
	}
}

func getJSON(t *testing.T, url string, into any) int {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(into); err != nil {
		t.Fatalf("%s: %v", url, err)
	}
	return res.StatusCode
}

package e2e

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"relevo/channel/whatsapp/graphtest"
	"relevo/store"
)

// garbage is a request that is wrong, and the statuses that are right for it.
type garbage struct {
	name, method, path string
	token, kind, body  string
	want               []int
}

func TestGarbage(t *testing.T) {
	t.Parallel()
	g := graphtest.New(t, graphtest.Options{})
	s := newSite(t, whatsappConfig(g, ""))
	agent := s.token("Eva", "agent")
	s.serve()
	g.SetTarget(s.url + "/webhooks/whatsapp/main")
	const json, form = "application/json", "application/x-www-form-urlencoded"
	hook := "/webhooks/whatsapp/main"
	deep := strings.Repeat("[", 30_000)
	for _, c := range []garbage{
		{"no such page of the API", "GET", "/v1/nothing", agent, "", "", []int{404}},
		{"no such method", "DELETE", "/v1/chats", agent, "", "", []int{405}},
		{"nobody", "GET", "/v1/chats", "", "", "", []int{401}},
		{"a wrong token", "GET", "/v1/chats", "rlv_wrong", "", "", []int{401}},
		{"a token of nonsense", "GET", "/v1/chats", strings.Repeat("x", 10_000), "", "", []int{401}},
		{"a state that does not exist", "GET", "/v1/chats?state=asleep", agent, "", "", []int{422}},
		{"a query that is broken", "GET", "/v1/chats?%zz=%&state=%ff", agent, "", "", []int{400, 422, 200}},
		{"an unknown chat", "POST", "/v1/chats/none/claim", agent, json, "{}", []int{404}},
		{"a chat with odd letters", "GET", "/v1/chats/%00%ff%2f..%2f..", agent, "", "", []int{404, 400}},
		{"a conversation with a long name", "GET", "/v1/conversations/" + strings.Repeat("x", 2000), agent, "", "", []int{404, 422}},
		{"an entry before the first", "GET", "/v1/conversations/x/entries?after=-1", agent, "", "", []int{422, 404}},
		{"a number that is none", "GET", "/v1/conversations/x/entries?after=9999999999999999999999", agent, "", "", []int{422, 404}},
		{"JSON that is cut off", "POST", "/v1/events", agent, json, `{"id": "1", "na`, []int{400, 422}},
		{"JSON that is deep", "POST", "/v1/events", agent, json, deep, []int{400, 413, 422}},
		{"JSON of another kind", "POST", "/v1/events", agent, json, `[1, 2, "x"]`, []int{422, 400}},
		{"JSON that is null", "POST", "/v1/events", agent, json, `null`, []int{422, 400}},
		{"JSON with a surplus key", "POST", "/v1/events", agent, json, `{"id":"1","name":"a","contact":{"channel":"main","phone":"34600111222"},"zzz":1}`, []int{422}},
		{"an event for nobody", "POST", "/v1/events", agent, json, `{"id":"1","name":"a","contact":{}}`, []int{422}},
		{"an event with a name that is none", "POST", "/v1/events", agent, json, `{"id":"1","name":"A b","contact":{"channel":"main","phone":"34600111222"}}`, []int{422}},
		{"an event to a channel that is none", "POST", "/v1/events", agent, json, `{"id":"1","name":"a","contact":{"channel":"x","phone":"34600111222"}}`, []int{422}},
		{"a body over the limit", "POST", "/v1/events", agent, json, `{"id":"` + strings.Repeat("x", 1<<20) + `"}`, []int{413}},
		{"a form where JSON is wanted", "POST", "/v1/events", agent, form, "id=1&name=a", []int{400, 415, 422}},
		{"bytes that are no text", "POST", "/v1/events", agent, json, "\x00\xff\xfe{", []int{400, 422}},
		{"a sign-in without anything", "POST", "/v1/session", "", json, `{}`, []int{422, 401}},
		{"a sign-in that is wrong", "POST", "/v1/session", "", json, `{"email":"ana@example.org","password":"not the right one"}`, []int{401}},
		{"a set-up with a token that is none", "POST", "/v1/setup", "", json, `{"token":"x","email":"ana@example.org","name":"Ana","password":"a long enough one"}`, []int{401, 403, 404, 422}},
		{"a drawing of no flow", "GET", "/v1/flows/none/drawing.svg", agent, "", "", []int{404}},
		{"a drawing of a path", "GET", "/v1/flows/..%2f..%2fetc%2fpasswd/drawing.svg", agent, "", "", []int{404}},
		{"a file above", "GET", "/../../etc/passwd", "", "", "", []int{200, 301, 307, 400, 404}},
		{"a page of the console that is none", "GET", "/assets/none.js", "", "", "", []int{404}},

		{"a webhook of no channel", "POST", "/webhooks/whatsapp/none", "", json, "{}", []int{404}},
		{"a webhook that is unsigned", "POST", hook, "", json, "{}", []int{401}},
		{"a verification with the wrong word", "GET", hook + "?hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=1", "", "", "", []int{403}},
		{"a verification without a word", "GET", hook, "", "", "", []int{403}},
		{"a webhook with another method", "PUT", hook, "", json, "{}", []int{405}},
		{"signed, empty", "SIGNED", hook, "", json, "", []int{200}},
		{"signed, not JSON", "SIGNED", hook, "", json, "not json", []int{200}},
		{"signed, cut off", "SIGNED", hook, "", json, `{"object":"whatsapp_business_account","entry":[{"changes":[{"field":"messages","value":{"messages":[{"id":"w`, []int{200}},
		{"signed, deep", "SIGNED", hook, "", json, deep, []int{200}},
		{"signed, other shapes", "SIGNED", hook, "", json, `{"object":7,"entry":{"changes":"x"}}`, []int{200}},
		{"signed, null everywhere", "SIGNED", hook, "", json, `{"object":"whatsapp_business_account","entry":[null,{"changes":[null,{"field":null,"value":null}]}]}`, []int{200}},
		{"signed, bytes", "SIGNED", hook, "", json, "\x00\xff\xfe\x80", []int{200}},
		{"signed, too long", "SIGNED", hook, "", json, strings.Repeat(" ", 3<<20+1), []int{413}},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, answer := s.throw(t, g, c)
			right := false
			for _, want := range c.want {
				right = right || status == want
			}
			if !right {
				t.Errorf("answered %d %.200s, want %v", status, answer, c.want)
			}
			if status >= 400 && strings.HasPrefix(c.path, "/v1/") && !strings.Contains(answer, `"title"`) {
				t.Errorf("not a problem document: %.200s", answer)
			}
		})
	}
	s.rawBytes(t)
	if status, _ := s.ask("", http.MethodGet, "/healthz", nil, nil); status != http.StatusOK {
		t.Errorf("healthz: %d", status)
	}
	if err := g.Text(t.Context(), ana, "wamid.after", "where is my order"); err != nil {
		t.Error(err)
	}
	if got := g.WaitTo(soon(t), ana, 1); len(got) != 1 {
		t.Errorf("after all that %d answers", len(got))
	}
	s.stop()
	if strings.Contains(s.log.String(), "panick") {
		t.Errorf("a handler panicked: %s", s.log)
	}
	s.sound()
	if list, err := s.open().Conversations(t.Context(), store.ConversationFilter{}); err != nil || len(list) != 1 {
		t.Errorf("%d conversations, %v", len(list), err)
	}
}

// throw makes a request as it is written, without cleaning its path.
func (s *site) throw(t *testing.T, g *graphtest.Server, c garbage) (status int, answer string) {
	t.Helper()
	method := c.method
	if method == "SIGNED" {
		method = http.MethodPost
	}
	req, err := http.NewRequest(method, s.url, bytes.NewBufferString(c.body))
	if err != nil {
		t.Fatal(err)
	}
	path, query, _ := strings.Cut(c.path, "?")
	req.URL.Opaque, req.URL.RawQuery = path, query
	if c.kind != "" {
		req.Header.Set("Content-Type", c.kind)
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	if c.method == "SIGNED" {
		req.Header.Set("X-Hub-Signature-256", g.Sign([]byte(c.body)))
	}
	resp, err := clients().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// rawBytes writes what is not HTTP to the port.
func (s *site) rawBytes(t *testing.T) {
	t.Helper()
	for _, text := range []string{
		"\x16\x03\x01\x02\x00\x01\x00\x01\xfc", "GET\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", strings.Repeat("A", 64<<10),
		"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", "POST /v1/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
		"GET / HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", 1<<20) + "\r\n\r\n",
	} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = conn.Write([]byte(text)) // the server may hang up at any time
		_ = conn.(*net.TCPConn).CloseWrite()
		answer, _ := io.ReadAll(conn)
		_ = conn.Close()
		if bytes.HasPrefix(answer, []byte("HTTP/1.1 5")) && !bytes.HasPrefix(answer, []byte("HTTP/1.1 501")) && !bytes.HasPrefix(answer, []byte("HTTP/1.1 505")) {
			t.Errorf("%.40q: answered %.80s", text, answer)
		}
	}
}

// TestBadStarts starts the program with what is wrong: findings have a place, and the exit code says whose fault it is.
func TestBadStarts(t *testing.T) {
	t.Parallel()
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	good := "listen: 127.0.0.1:0\n"
	for _, c := range []struct {
		name   string
		files  map[string]string
		args   []string
		code   int
		stderr string // a pattern
	}{
		{"a key that does not exist", map[string]string{"relevo.yaml": good + "lisen: x\n"}, nil, 1, `relevo\.yaml:2:1: error: .*\[`},
		{"a value of the wrong kind", map[string]string{"relevo.yaml": "listen: 127.0.0.1:0\ndemo: perhaps\n"}, nil, 1, `relevo\.yaml:2:7: error: `},
		{"YAML that is broken", map[string]string{"relevo.yaml": "listen: [\n"}, nil, 1, `relevo\.yaml:\d+:\d+: error: `},
		{"a key twice", map[string]string{"relevo.yaml": good + "listen: x\n"}, nil, 1, `relevo\.yaml:2:1: error: `},
		{"bytes that are no text", map[string]string{"relevo.yaml": "\x00\xff\xfe"}, nil, 1, `relevo\.yaml:1:1: error: `},
		{"an alias bomb", map[string]string{"relevo.yaml": "config: {a: &a x, b: *a}\n"}, nil, 1, `relevo\.yaml:1:\d+: error: `},
		{"a variable that is not set", map[string]string{"relevo.yaml": "public_url: https://${RELEVO_TEST_UNSET}\n"}, nil, 1, `relevo\.yaml:1:13: error: .*RELEVO_TEST_UNSET`},
		{"a flow with an unknown state", map[string]string{"relevo.yaml": good, "flows/a.yaml": brokenFlow}, []string{"--flows", "flows"}, 1, `flows/a\.yaml:9:11: error: .*\[unknown-state\]`},
		{"a flow that is no YAML", map[string]string{"relevo.yaml": good, "flows/a.yaml": "flow: [\n"}, []string{"--flows", "flows"}, 1, `flows/a\.yaml:\d+:\d+: error: `},
		{"a script that does not parse", map[string]string{"relevo.yaml": good, "scripts/orders.js": "export function f( {\n"}, []string{"--scripts", "scripts"}, 1, `scripts/orders\.js:\d+:\d+: error: `},
		{"a folder without flows", map[string]string{"relevo.yaml": good, "flows/readme.txt": "x"}, []string{"--flows", "flows"}, 3, `no flow files`},
		{"a folder that does not exist", map[string]string{"relevo.yaml": good}, []string{"--flows", "nowhere"}, 3, `nowhere`},
		{"a configuration that does not exist", nil, []string{"--config", "none.yaml"}, 3, `none\.yaml`},
		{"a port that is taken", nil, []string{"--listen", taken.Addr().String()}, 3, `address already in use`},
		{"an address that is none", nil, []string{"--listen", "here"}, 2, `listen`},
		{"a database that is none", map[string]string{"relevo.yaml": good, "x.db": strings.Repeat("not a database ", 1000)}, []string{"--database", "sqlite:x.db"}, 3, `x\.db`},
		{"a database in a file's place", map[string]string{"relevo.yaml": good, "file": "x"}, []string{"--database", "sqlite:file/x.db"}, 3, `file/x\.db`},
		{"another kind of database", nil, []string{"--database", "mysql://x"}, 2, `database`},
		{"a flag that does not exist", nil, []string{"--lissten", "x"}, 2, `unknown flag: --lissten`},
		{"a surplus word", nil, []string{"now"}, 2, `relevo serve --help`},
		{"a time that is none", nil, []string{"--unknown-after", "soon"}, 2, `unknown_after`},
		{"a channel without a secret", map[string]string{"relevo.yaml": good + "channels: [{id: main, type: whatsapp, phone_number_id: \"1\", access_token: x}]\n"}, nil, 2, `no app secret`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, good)
			for name, text := range c.files {
				s.file(name, text)
			}
			code, out, errs := s.run(append([]string{"serve"}, c.args...)...)
			if code != c.code {
				t.Errorf("exit code %d, want %d: %s%s", code, c.code, out, errs)
			}
			if !regexp.MustCompile(c.stderr).MatchString(errs) {
				t.Errorf("standard error has no %q: %s", c.stderr, errs)
			}
			if strings.Contains(errs, "goroutine ") || strings.Contains(errs, "panic") {
				t.Errorf("it panicked: %s", errs)
			}
		})
	}
	if code, _, errs := newSite(t, good).run("lserve"); code != 2 || !strings.Contains(errs, "lserve") {
		t.Errorf("a command that does not exist: exit code %d: %s", code, errs)
	}
}

const brokenFlow = `flow: a
title: {en: A}
languages: [en]
triggers:
  - phrases: {en: [hello]}
initial: b
states:
  b:
    goto: c
`

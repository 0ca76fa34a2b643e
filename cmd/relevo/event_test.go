package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"relevo/engine"
)

func TestEventIsSentAsItIsAsked(t *testing.T) {
	t.Parallel()
	var got map[string]any
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = map[string]any{}
		if r.Method != "POST" || r.URL.Path != "/v1/events" || r.Header.Get("Authorization") != "Bearer secret" {
			t.Errorf("%s %s with %q", r.Method, r.URL.Path, r.Header.Get("Authorization"))
		}
		if err := json.NewDecoder(r.Body).Decode(&got); err != nil {
			t.Error(err)
		}
		switch got["name"] {
		case "order.bad":
			w.WriteHeader(422)
			_, _ = w.Write([]byte(`{"detail":"The data of order.bad is not what the flows expect.","findings":[{"location":"body.data.days","message":"is missing"}]}`))
		case "order.secret":
			w.WriteHeader(401)
			_, _ = w.Write([]byte(`{"detail":"Sign in or send a valid token."}`))
		case "order.lost":
			w.WriteHeader(422)
			_, _ = w.Write([]byte(`{"detail":"There is no such channel.","findings":[{"location":"body.contact.channel","message":"There is no such channel."}]}`))
		case "order.elsewhere":
			w.WriteHeader(501)
		default:
			w.WriteHeader(202)
			_, _ = w.Write([]byte(`{"accepted":true,"duplicate":` + map[bool]string{true: "true", false: "false"}[got["id"] == "again"] + `,"conversation":"c1","known":true,"result":"opted_out"}`))
		}
	}))
	defer server.Close()
	dir := t.TempDir()
	write(t, dir, "data.json", `{"days": 3}`)
	env := map[string]string{"RELEVO_SERVER": server.URL, "RELEVO_TOKEN": "secret"}
	for _, c := range []struct {
		name, in string
		args     []string
		code     int
		out      string // in what is printed
		sent     string // of the request, without the id; "" for none
	}{
		{"by phone", "", []string{"order.delayed", "--phone", "+34600", "--key", "AB1", "--data", `{"days":2}`, "--id", "e1"}, 0, "order.delayed: opted out\n  id            e1\n  conversation  c1\n",
			`{"contact":{"channel":"main","phone":"+34600"},"data":{"days":2},"key":"AB1","name":"order.delayed"}`},
		{"by visitor, from a file", "", []string{"order.delayed", "--visitor", "v", "--data", "@data.json"}, 0, "cli-", `{"contact":{"channel":"web","visitor":"v"},"data":{"days":3},"name":"order.delayed"}`},
		{"by conversation, from standard input", `{"days": 4}`, []string{"order.delayed", "--conversation", "c1", "--data", "-", "--json"}, 0, `"result": "opted_out"`,
			`{"contact":{"conversation":"c1"},"data":{"days":4},"name":"order.delayed"}`},
		{"on a named channel", "", []string{"order.delayed", "--phone", "1", "--channel", "shop"}, 0, "", `{"contact":{"channel":"shop","phone":"1"},"name":"order.delayed"}`},
		{"a repeat", "", []string{"order.delayed", "--visitor", "v", "--id", "again"}, 0, "opted out, sent before", `{"contact":{"channel":"web","visitor":"v"},"name":"order.delayed"}`},
		{"data that is refused", "", []string{"order.bad", "--visitor", "v"}, 1, "body.data.days: is missing", `{"contact":{"channel":"web","visitor":"v"},"name":"order.bad"}`},
		{"a token that is refused", "", []string{"order.secret", "--visitor", "v"}, 3, "does not know the token (401): make one with 'relevo token add NAME'", `{"contact":{"channel":"web","visitor":"v"},"name":"order.secret"}`},
		{"one thing that is wrong, said once", "", []string{"order.lost", "--visitor", "v", "--id", "e2"}, 1, "(id e2): body.contact.channel: There is no such channel.\n", `{"contact":{"channel":"web","visitor":"v"},"name":"order.lost"}`},
		{"another program", "", []string{"order.elsewhere", "--visitor", "v"}, 3, "is it a Relevo server?", `{"contact":{"channel":"web","visitor":"v"},"name":"order.elsewhere"}`},
		{"nobody", "", []string{"order.delayed"}, 2, "name the contact by one of", ""},
		{"two contacts", "", []string{"order.delayed", "--phone", "1", "--visitor", "v"}, 2, "name the contact by one of", ""},
		{"data that is no object", "", []string{"order.delayed", "--visitor", "v", "--data", "[1]"}, 2, "not a JSON object", ""},
		{"a file that is not there", "", []string{"order.delayed", "--visitor", "v", "--data", "@none.json"}, 3, "can not be read", ""},
		{"too much data", strings.Repeat(" ", maxEventFile+1), []string{"order.delayed", "--visitor", "v", "--data", "-"}, 2, "more than", ""},
		{"no name", "", nil, 2, "relevo event", ""},
	} {
		got = nil
		ran := relevo(t, dir, c.in, env, append([]string{"event"}, c.args...)...)
		if ran.code != c.code || !strings.Contains(ran.out+ran.err, c.out) {
			t.Errorf("%s: code %d, want %d\n%s%s", c.name, ran.code, c.code, ran.out, ran.err)
		}
		delete(got, "id")
		sent := ""
		if got != nil {
			text, _ := json.Marshal(got)
			sent = string(text)
		}
		if sent != c.sent {
			t.Errorf("%s: sent %s, want %s", c.name, sent, c.sent)
		}
	}
	if ran := relevo(t, dir, "", map[string]string{"RELEVO_SERVER": server.URL}, "event", "order.delayed", "--visitor", "v"); ran.code != 2 || !strings.Contains(ran.err, "RELEVO_TOKEN") {
		t.Errorf("without a token: %d %s", ran.code, ran.err)
	}
	if ran := relevo(t, dir, "", map[string]string{"RELEVO_TOKEN": "x"}, "event", "order.delayed", "--visitor", "v", "--listen", "127.0.0.1:1"); ran.code != 3 {
		t.Errorf("without a server: %d %s", ran.code, ran.err)
	}
}

func TestEventsAreCheckedByThePublishedFlows(t *testing.T) {
	t.Parallel()
	definition := func(schema any) *engine.Catalog {
		d := &engine.Definition{}
		ev := engine.EventSpec{Schema: schema}
		ev.Name.V = "order.delayed"
		d.Events = append(d.Events, ev)
		return &engine.Catalog{CatalogOptions: engine.CatalogOptions{Current: []*engine.Machine{{Definition: d}}}}
	}
	now := definition(map[string]any{"type": "object", "required": []any{"days"}, "properties": map[string]any{"items": map[string]any{"items": map[string]any{"type": "string"}}}})
	check := eventChecker(func() *engine.Catalog { return now }, func(err error) { t.Error(err) })
	if known, findings := check("order.delayed", nil); !known || len(findings) != 1 || findings[0].Location != "days" {
		t.Errorf("got %v %+v", known, findings)
	}
	if _, findings := check("order.delayed", map[string]any{"days": 1.0, "items": []any{"a", 2.0}}); len(findings) != 1 || findings[0].Location != "items.1" {
		t.Errorf("got %+v", findings)
	}
	if known, findings := check("weather.changed", nil); known || findings != nil {
		t.Errorf("got %v %+v", known, findings)
	}
	now = definition(nil) // published anew
	if known, findings := check("order.delayed", nil); !known || findings != nil {
		t.Errorf("after publishing: %v %+v", known, findings)
	}
}

package whatsapp_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"relevo/channel"
	"relevo/channel/channeltest"
	"relevo/channel/whatsapp"
	"relevo/engine"
)

// The bodies in testdata/payloads, and what index.tsv says must become of them:
//
//	inbound image from 34600111222 id wamid.1 text "the box" media {"id": "9001", "mime_type": "image/jpeg"}
//
// RELEVO_PAYLOADS names another folder of the same form, such as recorded deliveries.
func payloadFolder() string {
	if dir := os.Getenv("RELEVO_PAYLOADS"); dir != "" {
		return dir
	}
	return filepath.Join("testdata", "payloads")
}

func fixtureBodies(f *testing.F) [][]byte {
	files, err := filepath.Glob(filepath.Join("testdata", "payloads", "*.json"))
	if err != nil || len(files) == 0 {
		f.Fatalf("no fixtures: %v", err)
	}
	var out [][]byte
	for _, name := range files {
		body, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		out = append(out, body)
	}
	return out
}

func TestPayloads(t *testing.T) {
	t.Parallel()
	index, err := os.Open(filepath.Join(payloadFolder(), "index.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer index.Close()
	r := csv.NewReader(index)
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(payloadFolder(), "*.json"))
	if err != nil || len(files) != len(rows)-1 {
		t.Errorf("%d bodies, %d rows in index.tsv (%v)", len(files), len(rows)-1, err)
	}
	for _, row := range rows[1:] {
		t.Run(row[0], func(t *testing.T) {
			t.Parallel()
			body, err := os.ReadFile(filepath.Join(payloadFolder(), row[0]))
			if err != nil {
				t.Fatal(err)
			}
			sink := &channeltest.Recorder{}
			if got := post(anyNumber(t, sink), string(body), sign(testSecret, string(body))); got != http.StatusOK {
				t.Fatalf("answered %d", got)
			}
			expected, _, _ := strings.Cut(row[2], " → ")
			expect{t, expected, row[1], sink.Inbound(), sink.Kept()}.check()
		})
	}
}

// expect is one row and what came of its body.
type expect struct {
	*testing.T
	want, kind string
	inbound    []channel.Inbound
	kept       []channel.Kept
}

func (e expect) check() {
	verb, rest, _ := strings.Cut(e.want, " ")
	switch verb {
	case "inbound", "revoke":
		e.message(rest)
	case "echo":
		e.echo(rest)
	case "identity":
		e.identity()
	case "status":
		e.status(rest)
	case "account":
		e.keptAs(whatsapp.KeptAccount)
	case "template":
		e.keptAs(whatsapp.KeptTemplate)
	case "preference":
		e.keptAs(whatsapp.KeptPreference)
	case "error":
		e.keptAs(whatsapp.KeptError)
	case "history":
		e.keptAs(whatsapp.KeptHistory)
	case "ignore":
		if e.kind == "malformed" {
			e.keptAs(whatsapp.KeptMalformed)
		} else {
			e.keptAs(whatsapp.KeptIgnored)
		}
	default:
		e.Fatalf("index.tsv: %q is not understood", e.want)
	}
}

var pairPattern = regexp.MustCompile(`(\w+)=("(?:[^"\\]|\\.)*"|[^, ]+)`)

// keptAs wants one part kept for the operator and no event; every pair of the row must be in its detail.
func (e expect) keptAs(kind string) {
	e.Helper()
	if len(e.inbound) != 0 || len(e.kept) != 1 || e.kept[0].Kind != kind {
		e.Fatalf("got %d events, kept %+v, want one kept as %s", len(e.inbound), e.kept, kind)
	}
	if strings.HasPrefix(e.want, "ignore") {
		return
	}
	for _, m := range pairPattern.FindAllStringSubmatch(e.want, -1) {
		plain, quoted := m[1]+"="+m[2], fmt.Sprintf("%s=%q", m[1], m[2])
		if d := e.kept[0].Detail; !strings.Contains(d, plain) && !strings.Contains(d, quoted) {
			e.Errorf("detail %s has no %s", d, plain)
		}
	}
}

// one returns the only event.
func (e expect) one() channel.Inbound {
	e.Helper()
	if len(e.inbound) != 1 || len(e.kept) != 0 {
		e.Fatalf("got %+v, kept %+v, want one event", e.inbound, e.kept)
	}
	return e.inbound[0]
}

// kindOfType maps the rows' words to ours.
var kindOfType = map[string]engine.MessageKind{
	"interactive/button_reply": engine.MessageButton, "interactive/list_reply": engine.MessageButton,
	"interactive/nfm_reply": engine.MessageForm, "interactive/call_permission_reply": engine.MessageSystem,
}

var headPattern = regexp.MustCompile(`^(\S+) (?:from|to) (\S+) id (\S+)`)

func (e expect) head(rest string, ids []channel.Identity, key string, got engine.MessageKind) {
	e.Helper()
	m := headPattern.FindStringSubmatch(rest)
	if m == nil {
		e.Fatalf("index.tsv: %q is not understood", rest)
	}
	want := engine.MessageKind(m[1])
	if k, ok := kindOfType[m[1]]; ok {
		want = k
	}
	if got != want || key != m[3] || ids[0].Value != m[2] {
		e.Errorf("got %s of %v with key %s, want %s of %s with %s", got, ids, key, want, m[2], m[3])
	}
	if kind := ids[0].Kind; (kind == whatsapp.IdentityPhone) != regexp.MustCompile(`^[0-9]+$`).MatchString(m[2]) {
		e.Errorf("%s is taken for a %s", m[2], kind)
	}
}

func (e expect) message(rest string) {
	in := e.one()
	if in.Event.Kind != engine.EventMessage {
		e.Fatalf("got event %s", in.Event.Kind)
	}
	e.head(rest, in.Identities, in.DedupeKey, in.Event.Message.Kind)
	e.content(rest, in.Event.Message)
}

func (e expect) echo(rest string) {
	in := e.one()
	if in.Event.Kind != engine.EventEcho {
		e.Fatalf("got event %s", in.Event.Kind)
	}
	e.head(rest, in.Identities, in.DedupeKey, in.Event.Echo.Kind)
	e.content(rest, in.Event.Echo)
}

func (e expect) identity() {
	in := e.one()
	if in.Event.Message == nil || in.Event.Message.Kind != engine.MessageSystem {
		e.Fatalf("got %+v", in.Event)
	}
	raw := fmt.Sprint(in.Event.Message.Extra["system"], in.Identities)
	for _, m := range pairPattern.FindAllStringSubmatch(e.want, -1) {
		if want := strings.TrimPrefix(strings.Trim(m[2], `"`), "identity_key"); !strings.Contains(raw, want) {
			e.Errorf("%s is not in %s", want, raw)
		}
	}
	for _, m := range pairPattern.FindAllStringSubmatch(e.want, -1) {
		if (m[1] == "wa_id" || m[1] == "user_id") && in.Identities[0].Value != strings.Trim(m[2], `"`) {
			e.Errorf("the first identity is %v, want %s", in.Identities[0], m[2])
		}
	}
}

var statusPattern = regexp.MustCompile(`^(\S+) for (\S+) to (\S+)`)

func (e expect) status(rest string) {
	in, m := e.one(), statusPattern.FindStringSubmatch(rest)
	st := in.Event.Status
	if m == nil || st == nil {
		e.Fatalf("got %+v for %q", in, rest)
	}
	if string(st.State) != m[1] || st.ProviderID != m[2] || in.DedupeKey != m[2]+":"+m[1]+":"+m[3] || len(in.Identities) != 0 {
		e.Errorf("got %+v key %s, want %v", st, in.DedupeKey, m[1:])
	}
	if want, _ := e.quoted(rest, "tracker"); st.Effect != want {
		e.Errorf("effect %q, want %q", st.Effect, want)
	}
	if codes := regexp.MustCompile(`errors \[(\d+)`).FindStringSubmatch(rest); codes != nil && st.Code != codes[1] {
		e.Errorf("code %q, want %s", st.Code, codes[1])
	}
}

// quoted reads `key "value"` or `key value`.
func (e expect) quoted(rest, key string) (value string, ok bool) {
	m := regexp.MustCompile(` ` + key + ` ("(?:[^"\\]|\\.)*"|wamid\S+)`).FindStringSubmatch(rest)
	if m == nil {
		return "", false
	}
	if json.Unmarshal([]byte(m[1]), &value) != nil {
		value = m[1]
	}
	return value, true
}

// content compares every attribute that the row names, and wants empty what it could name and does not.
func (e expect) content(rest string, m *engine.Message) {
	for key, got := range map[string]string{"text": m.Text, "payload": m.Payload, "reply_to": m.ReplyTo, "target": m.Target} {
		want, named := e.quoted(rest, key)
		if m.Kind == engine.MessageReaction && (key == "text" || key == "target") {
			continue // in the reaction's own object
		}
		if got != want && (named || key != "text") {
			e.Errorf("%s: got %q, want %q", key, got, want)
		}
	}
	if got, want := m.Extra["forwarded"] == true, strings.Contains(rest, " forwarded true"); got != want {
		e.Errorf("forwarded: got %v, want %v", got, want)
	}
	if want, named := e.quoted(rest, "unsupported_type"); named && m.Extra["unsupported_type"] != want {
		e.Errorf("unsupported_type: got %v, want %q", m.Extra["unsupported_type"], want)
	}
	if codes := regexp.MustCompile(` errors \[([\d, ]+)\]`).FindStringSubmatch(rest); codes != nil {
		raw := fmt.Sprint(m.Extra["errors"])
		for _, code := range strings.Split(codes[1], ", ") {
			if !strings.Contains(raw, "code:"+code) {
				e.Errorf("errors: %s is not in %s", code, raw)
			}
		}
	}
	if hasMedia := strings.Contains(rest, " media {"); hasMedia != (m.Media != nil) {
		e.Errorf("media: got %+v, want %v", m.Media, hasMedia)
	}
	for key, got := range map[string]any{
		"media": mediaOf(m), "location": m.Location, "contacts": m.Extra["contacts"], "order": orderOf(m), "referral": m.Extra["referral"],
		"flow_response": m.Extra["form"], "reaction": map[string]any{"target": m.Target, "emoji": m.Text},
	} {
		e.object(rest, key, got)
	}
}

func mediaOf(m *engine.Message) any {
	if m.Media == nil {
		return nil
	}
	return map[string]any{"id": m.Media.ID, "mime_type": m.Media.MIME, "caption": m.Text, "filename": m.Media.Filename,
		"voice": m.Media.Voice, "animated": m.Media.Animated, "url": m.Media.URL}
}

func orderOf(m *engine.Message) any {
	order, _ := m.Extra["order"].(map[string]any)
	items, _ := order["items"].([]any)
	var out []any
	for _, it := range items {
		it := it.(map[string]any)
		out = append(out, map[string]any{"id": it["id"], "qty": it["quantity"]})
	}
	return map[string]any{"catalog_id": order["catalog_id"], "items": out}
}

var memberPattern = regexp.MustCompile(`"(\w+)": ("(?:[^"\\]|\\.)*"|-?[0-9.]+|true|false|null)|"([0-9+][^"]*)"[\],]`)

// object compares the members that a row shows of an object; rows cut long ones off with "...".
func (e expect) object(rest, key string, got any) {
	_, shown, found := strings.Cut(rest, " "+key+" {")
	if !found {
		if _, shown, found = strings.Cut(rest, " "+key+" ["); !found {
			return
		}
	}
	if at := slices.IndexFunc([]string{" reply_to ", " forwarded "}, func(s string) bool { return strings.Contains(shown, s) }); at >= 0 {
		shown, _, _ = strings.Cut(shown, []string{" reply_to ", " forwarded "}[at])
	}
	raw, err := json.Marshal(got)
	if err != nil {
		e.Fatal(err)
	}
	for _, m := range memberPattern.FindAllStringSubmatch(shown, -1) {
		want := `"` + m[1] + `":` + m[2]
		switch {
		case m[3] != "":
			want = `"` + m[3] + `"`
		case m[2] == "null":
			want = `"` + m[1] + `":""`
		case strings.HasSuffix(m[2], `..."`):
			want = strings.TrimSuffix(want, `..."`)
		}
		if !strings.Contains(string(raw), want) {
			e.Errorf("%s: %s is not in %s", key, want, raw)
		}
	}
}

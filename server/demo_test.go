package server

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"
)

// demoCall makes a request to the demo and decodes its JSON answer.
func demoCall(t *testing.T, url, method, path, body string, headers ...string) (int, map[string]any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]any{}
	if bytes.HasPrefix(raw, []byte("{")) {
		if err := json.Unmarshal(raw, &out); err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
	} else {
		out["page"] = string(raw)
	}
	return res.StatusCode, out
}

func TestTheDemoClinicKeepsAppointments(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 19, 23, 30, 0, 0, time.UTC) // Friday the 20th in Madrid, for half an hour
	clinic := httptest.NewServer(demoAt(func() time.Time { return now }))
	defer clinic.Close()
	call := func(method, path, body string) (int, map[string]any) {
		t.Helper()
		return demoCall(t, clinic.URL, method, "/demo/appointments/"+path, body)
	}
	status, a := call("GET", "CT200101", "")
	if status != 200 || a["status"] != "booked" || a["at"] != "2026-11-21T10:30:00+01:00" || a["timezone"] != "Europe/Madrid" || a["doctor"] == "" || a["address"] == "" {
		t.Errorf("%d %v", status, a)
	}
	status, offer := call("GET", "CT200101/slots", "")
	slots, _ := offer["slots"].([]any)
	if status != 200 || len(slots) != demoSlots || slots[0].(map[string]any)["at"] != "2026-11-23T09:30:00+01:00" { // not at the weekend
		t.Fatalf("%d %v", status, offer)
	}
	chosen := slots[4].(map[string]any)["at"].(string)
	for _, c := range []struct {
		path, body string
		status     int
		field      string
		want       any
	}{
		{"CT200101/confirm", "", 200, "status", "confirmed"},
		{"CT200101/late", `{"minutes":15}`, 200, "late_minutes", 15.0},
		{"CT200101/late", `{"minutes":0}`, 422, "", nil},
		{"CT200101/late", `{"minutes":"many"}`, 422, "", nil},
		{"CT200101/reschedule", `{"at":"` + chosen + `"}`, 200, "at", chosen},
		{"CT200101/reschedule", `{"at":"2026-11-23T08:30:00Z"}`, 200, "at", "2026-11-23T09:30:00+01:00"}, // the same instant, written elsewhere
		{"CT200101/reschedule", `{"at":"2026-11-23T03:00:00+01:00"}`, 409, "", nil},
		{"CT200101/reschedule", `{"at":"tomorrow"}`, 422, "", nil},
		{"CT200101/reschedule", `{}`, 422, "", nil},
		{"CT200101/cancel", `{"reason":"` + strings.Repeat("é", 600) + `"}`, 200, "reason", strings.Repeat("é", demoMaxReason)},
		{"CT200101/confirm", "", 409, "", nil}, // it is cancelled
		{"nothing/confirm", "", 404, "", nil},
		{"DW000503/confirm", "", 503, "", nil},
		{"CT200102/cancel", strings.Repeat("x", maxDemoBody+1), 422, "", nil},
	} {
		status, got := call("POST", c.path, c.body)
		if status != c.status || c.field != "" && got[c.field] != c.want || status != 200 && got["error"] == "" {
			t.Errorf("%s %.60s: got %d %v", c.path, c.body, status, got)
		}
	}
	if _, a := call("GET", "CT200101", ""); a["status"] != "cancelled" {
		t.Errorf("it was forgotten: %v", a)
	}
}

func TestTheDemoKeepsInvoicesAndCards(t *testing.T) {
	t.Parallel()
	billing := httptest.NewServer(demoAt(func() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) }))
	defer billing.Close()
	status, v := demoCall(t, billing.URL, "GET", "/demo/invoices/FA300101", "")
	if status != 200 || v["status"] != "issued" || v["due"] != "2026-12-07" || fmt.Sprint(v["amount"]) != "map[amount:125.50 currency:EUR]" {
		t.Errorf("%d %v", status, v)
	}
	for _, c := range []struct {
		path, body string
		status     int
		field      string
		want       any
	}{
		{"invoices/FA300101/promise", `{"date":"2026-12-01"}`, 200, "promised", "2026-12-01"},
		{"invoices/FA300101/promise", `{"date":"2026-11-22"}`, 422, "", nil},
		{"invoices/FA300101/promise", `{"date":"2027-12-01"}`, 422, "", nil},
		{"invoices/FA300101/promise", `{"date":"soon"}`, 422, "", nil},
		{"invoices/FA300101/dispute", `{"reason":"I did not order it"}`, 200, "status", "disputed"},
		{"invoices/none/dispute", `{}`, 404, "", nil},
		{"invoices/DW000503/promise", `{"date":"2026-12-01"}`, 503, "", nil},
		{"cards/4821/block", "", 200, "status", "blocked"},
		{"cards/4821/block", "", 200, "status", "blocked"},
		{"cards/mine/block", "", 404, "", nil},
		{"cards/DW000503/block", "", 503, "", nil},
	} {
		status, got := demoCall(t, billing.URL, "POST", "/demo/"+c.path, c.body)
		if status != c.status || c.field != "" && got[c.field] != c.want {
			t.Errorf("%s %s: got %d %v", c.path, c.body, status, got)
		}
	}
}

func TestTheDemoForgetsTheOldest(t *testing.T) {
	t.Parallel()
	b := demoAt(time.Now)
	for n := range maxDemoThings + 10 {
		if _, err := b.changeInvoice(fmt.Sprintf("FA%06d", n), nil); err != nil {
			t.Fatal(err)
		}
	}
	if _, oldest := b.invoices.things["FA000000"]; oldest || len(b.invoices.things) != maxDemoThings || len(b.invoices.order) != maxDemoThings {
		t.Errorf("%d invoices are kept", len(b.invoices.things))
	}
}

func TestTheDemoPageSendsEventsToItsOwnVisitor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token := base64.RawURLEncoding.EncodeToString(bytes.Repeat([]byte{7}, visitorBytes))
	conv := w.contact("web", HashSecret(token)) // the stand-in of the runner knows the contacts that are there
	press := func(button string, headers ...string) (int, map[string]any) {
		t.Helper()
		return demoCall(t, w.http.URL, "POST", "/demo/events", `{"button":"`+button+`"}`, headers...)
	}
	mine := []string{"Authorization", "Bearer " + token}
	if status, _ := press("tomorrow"); status != 401 {
		t.Errorf("without a token: %d", status)
	}
	if status, _ := press("tomorrow", "Authorization", "Bearer rlv_short"); status != 401 {
		t.Errorf("with a token that is none: %d", status)
	}
	if status, _ := press("moved", mine...); status != 409 {
		t.Errorf("nothing is booked yet: %d", status)
	}
	if status, _ := press("everything", mine...); status != 422 {
		t.Errorf("no such button: %d", status)
	}
	for _, d := range demoButtons {
		if d.id == "cancelled" {
			continue // at the end
		}
		if status, got := press(d.id, mine...); status != 200 || got["result"] != "started" {
			t.Errorf("%s: %d %v", d.id, status, got)
		}
	}
	if status, _ := press("cancelled", mine...); status != 200 {
		t.Errorf("cancelled: %d", status)
	}
	var names []string
	for _, b := range w.runner.business {
		names = append(names, b.Name)
		if b.Conversation != conv.ID || b.Channel != "web" || b.Key == "" || b.Data["id"] != b.Key {
			t.Errorf("%+v", b)
		}
	}
	want := "appointment.booked appointment.booked appointment.moved invoice.issued invoice.due_soon invoice.overdue invoice.paid payment.suspicious appointment.cancelled"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	// One invoice went through its life; the clinic moved the later appointment.
	b := w.runner.business
	if b[3].Key != b[6].Key || b[1].Key != b[2].Key || b[1].Data["at"] == b[2].Data["at"] || b[0].Key == b[1].Key {
		t.Errorf("keys %s %s %s %s %s", b[0].Key, b[1].Key, b[2].Key, b[3].Key, b[6].Key)
	}
}

func TestAnInvoiceIsPaidAtItsPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token := base64.RawURLEncoding.EncodeToString(bytes.Repeat([]byte{9}, visitorBytes))
	w.contact("web", HashSecret(token))
	_, issued := demoCall(t, w.http.URL, "POST", "/demo/events", `{"button":"issued"}`, "Authorization", "Bearer "+token)
	id, _ := issued["key"].(string)
	if _, page := demoCall(t, w.http.URL, "GET", "/demo/pay/"+id+"?lang=es", ""); !strings.Contains(page["page"].(string), "Pagar ahora") {
		t.Errorf("the page: %v", page)
	}
	if status, page := demoCall(t, w.http.URL, "POST", "/demo/pay/"+id, ""); status != 200 || !strings.Contains(page["page"].(string), "Thank you") {
		t.Errorf("paying: %d %v", status, page)
	}
	demoCall(t, w.http.URL, "POST", "/demo/pay/"+id, "") // twice is once
	if n := len(w.runner.business); n != 2 || w.runner.business[1].Name != "invoice.paid" || w.runner.business[1].Key != id {
		t.Errorf("%+v", w.runner.business)
	}
	if status, _ := demoCall(t, w.http.URL, "GET", "/demo/pay/none", ""); status != 404 {
		t.Errorf("no such invoice: %d", status)
	}
}

func TestTheDemoPageIsStrictAndSpeaksThreeLanguages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range []struct{ query, browser, want string }{
		{"", "es-MX,es;q=0.9", "es"}, {"?lang=pt", "es", "pt"}, {"?lang=%3Cb%3E", "fr", "en"}, {"", "", "en"}, {"", "fr,PT-br;q=0.5", "pt"},
	} {
		req, err := http.NewRequestWithContext(t.Context(), "GET", w.http.URL+"/demo/"+c.query, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept-Language", c.browser)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		raw, _ := io.ReadAll(res.Body)
		res.Body.Close()
		page := string(raw)
		if res.StatusCode != 200 || res.Header.Get("Content-Security-Policy") != demoPolicy || !strings.Contains(page, `<html lang="`+c.want+`">`) || !strings.Contains(page, demoTexts[c.want].Buttons["tomorrow"]) {
			t.Errorf("%s %s: %d %s", c.query, c.browser, res.StatusCode, page)
		}
		if strings.Contains(page, "<style") || strings.Contains(page, " style=") || regexp.MustCompile(` on[a-z]+=|<script>`).MatchString(page) {
			t.Error("the page has something inline that its own policy forbids")
		}
		for _, link := range regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllStringSubmatch(page, -1) {
			if strings.Contains(link[1], "//") {
				t.Errorf("the page loads %s", link[1])
			}
		}
	}
	for _, name := range []string{"page.js", "page.css"} {
		if status, _ := demoCall(t, w.http.URL, "GET", "/demo/"+name, ""); status != 200 {
			t.Errorf("%s: %d", name, status)
		}
	}
	for l, words := range demoTexts {
		for _, b := range demoButtons {
			if words.Buttons[b.id] == "" || words.Groups[b.group] == "" {
				t.Errorf("%s has no words for %s", l, b.id)
			}
		}
		if len(words.Script) != len(demoTexts["en"].Script) {
			t.Errorf("%s has %d words for the script", l, len(words.Script))
		}
	}
}

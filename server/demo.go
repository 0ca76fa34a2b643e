package server

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// demoOrder is an order of the demo shop.
type demoOrder struct {
	ID       string     `json:"id"`
	Status   string     `json:"status"`
	Placed   string     `json:"placed"` // a date, "2026-11-02"
	Items    []demoItem `json:"items"`
	Carrier  string     `json:"carrier,omitempty"`
	Tracking string     `json:"tracking,omitempty"`
	Expected string     `json:"expected,omitempty"` // a date; empty when nothing is on its way
	Total    demoMoney  `json:"total"`
}

type demoItem struct {
	Name     string `json:"name"`
	Quantity int    `json:"quantity"`
}

// demoMoney is an exact amount: "59.90" "EUR".
type demoMoney struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
}

// demoRow is an order with days relative to today; expected 0 is none.
type demoRow struct {
	id, status       string
	placed, expected int
	carrier, track   string
	item             demoItem
	amount           string
}

var demoRows = []demoRow{
	{"AB123456", "shipped", -5, 2, "Correos", "PK4300012", demoItem{"Trail shoes", 1}, "59.90"},
	{"AB123457", "delivered", -9, -2, "Correos", "PK4300013", demoItem{"Rain jacket", 1}, "89.00"},
	{"AB123458", "delayed", -12, 4, "SEUR", "SE7700451", demoItem{"Camping stove", 1}, "42.50"},
	{"AB123459", "lost", -21, -10, "SEUR", "SE7700387", demoItem{"Hiking poles", 2}, "64.00"},
	{"AB123460", "received", 0, 5, "", "", demoItem{"Wool socks", 4}, "31.60"},
	{"AB123461", "out_for_delivery", -4, 0, "Correos", "PK4300021", demoItem{"Head torch", 1}, "27.95"},
	{"AB123462", "cancelled", -6, 0, "", "", demoItem{"Sleeping bag", 1}, "119.00"},
	{"AB123463", "returned", -30, 0, "Correos", "PK4299870", demoItem{"Backpack 40 l", 1}, "98.40"},
}

// demoBroken is a number for which the demo fails, whatever is asked of it.
const demoBroken = "DW000503"

// DemoBusiness is a business that does not exist, for trying the shipped flows: a shop, a clinic and a billing office. It is an http.Handler of
//
//	GET  /demo/orders, /demo/orders/{id}
//	GET  /demo/appointments/{id}, /demo/appointments/{id}/slots
//	POST /demo/appointments/{id}/confirm, /reschedule {"at":"2026-11-24T10:30:00+01:00"}, /cancel {"reason":"…"}, /late {"minutes":15}
//	GET  /demo/invoices/{id}
//	POST /demo/invoices/{id}/promise {"date":"2026-12-01"}, /dispute {"reason":"…"}
//	POST /demo/cards/{id}/block
//
// Dates are relative to today in the clinic's zone, so that it always looks current. What is changed is kept in memory. An unknown id is 404,
// DW000503 is 503 everywhere, to try what flows do then.
type DemoBusiness struct {
	now  func() time.Time
	zone *time.Location
	mux  *http.ServeMux
	// payURL is where an invoice's link leads, with the invoice's id put behind; set once, before the first request.
	payURL string

	mu           sync.Mutex
	appointments demoShelf[demoAppointment]
	invoices     demoShelf[demoInvoice]
	blocked      demoShelf[time.Time] // cards, by id
	visitors     demoShelf[demoVisitor]
}

// DemoZone is where the demo's clinic is.
const DemoZone = "Europe/Madrid"

// Demo opens the demo business.
func Demo() *DemoBusiness { return demoAt(time.Now) }

func demoAt(now func() time.Time) *DemoBusiness {
	zone, err := time.LoadLocation(DemoZone)
	if err != nil {
		zone = time.UTC // a machine without zones
	}
	b := &DemoBusiness{now: now, zone: zone, mux: http.NewServeMux()}
	b.orderRoutes()
	b.clinicRoutes()
	b.billingRoutes()
	return b
}

// ServeHTTP answers the services' requests.
func (b *DemoBusiness) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for part := range strings.SplitSeq(r.URL.Path, "/") {
		if part == demoBroken {
			writeJSON(w, http.StatusServiceUnavailable, map[string]string{"error": "the system is down"})
			return
		}
	}
	b.mux.ServeHTTP(w, r)
}

func (b *DemoBusiness) orderRoutes() {
	b.mux.HandleFunc("GET /demo/orders", func(w http.ResponseWriter, _ *http.Request) {
		orders := make([]demoOrder, len(demoRows))
		for i, r := range demoRows {
			orders[i] = r.order(b.now())
		}
		writeJSON(w, http.StatusOK, map[string]any{"orders": orders})
	})
	b.mux.HandleFunc("GET /demo/orders/{id}", func(w http.ResponseWriter, r *http.Request) {
		for _, row := range demoRows {
			if row.id == r.PathValue("id") {
				writeJSON(w, http.StatusOK, row.order(b.now()))
				return
			}
		}
		writeJSON(w, http.StatusNotFound, map[string]string{"error": "no such order"})
	})
}

// today is midnight of the clinic's day.
func (b *DemoBusiness) today() time.Time {
	y, m, d := b.now().In(b.zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, b.zone)
}

// maxDemoThings is how many appointments, invoices, cards and visitors the demo remembers of each; the oldest is forgotten first.
const maxDemoThings = 1000

// demoShelf keeps things by id. Its zero value is empty.
type demoShelf[T any] struct {
	things map[string]T
	order  []string
}

func (s *demoShelf[T]) put(id string, thing T) {
	if s.things == nil {
		s.things = map[string]T{}
	}
	if _, known := s.things[id]; !known {
		if len(s.order) == maxDemoThings {
			delete(s.things, s.order[0])
			s.order = s.order[1:]
		}
		s.order = append(s.order, id)
	}
	s.things[id] = thing
}

// demoRefusal is a request that the demo does not carry out.
type demoRefusal struct {
	status int
	why    string
}

func (e *demoRefusal) Error() string { return e.why }

// maxDemoBody is the size of a request to the demo.
const maxDemoBody = 4 << 10

// demoPost makes a handler that reads a JSON body, which may be empty, and answers with what change returns.
func demoPost[In any](change func(id string, in In) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in In
		err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxDemoBody)).Decode(&in)
		if err != nil && !errors.Is(err, io.EOF) {
			writeJSON(w, http.StatusUnprocessableEntity, map[string]string{"error": "the body is not the JSON that is wanted"})
			return
		}
		out, err := change(r.PathValue("id"), in)
		answerDemo(w, out, err)
	}
}

func answerDemo(w http.ResponseWriter, out any, err error) {
	var refused *demoRefusal
	switch {
	case err == nil:
		writeJSON(w, http.StatusOK, out)
	case errors.As(err, &refused):
		writeJSON(w, refused.status, map[string]string{"error": refused.why})
	default:
		writeJSON(w, http.StatusInternalServerError, map[string]string{"error": "something went wrong"})
	}
}

func (r demoRow) order(now time.Time) demoOrder {
	day := func(n int) string { return now.UTC().AddDate(0, 0, n).Format(time.DateOnly) }
	o := demoOrder{
		ID: r.id, Status: r.status, Placed: day(r.placed), Items: []demoItem{r.item}, Carrier: r.carrier, Tracking: r.track,
		Total: demoMoney{Amount: r.amount, Currency: "EUR"},
	}
	if r.status != "cancelled" && r.status != "returned" {
		o.Expected = day(r.expected)
	}
	return o
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // plain strings; fails only when the reader left
}

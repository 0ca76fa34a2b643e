package server

import (
	"encoding/json"
	"net/http"
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

// demoBroken is an order number for which the demo shop fails, to try what flows do then.
const demoBroken = "DW000503"

// Demo is the order service of a shop that does not exist: GET /demo/orders/{id} and GET /demo/orders. Dates are relative to today, so that it always
// looks current. Unknown orders are 404, DW000503 is 503.
func Demo() http.Handler { return demoAt(time.Now) }

func demoAt(now func() time.Time) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /demo/orders", func(w http.ResponseWriter, _ *http.Request) {
		orders := make([]demoOrder, len(demoRows))
		for i, r := range demoRows {
			orders[i] = r.order(now())
		}
		writeJSON(w, http.StatusOK, map[string]any{"orders": orders})
	})
	mux.HandleFunc("GET /demo/orders/{id}", func(w http.ResponseWriter, r *http.Request) {
		id := r.PathValue("id")
		if id == demoBroken {
			writeJSON(w, http.StatusServiceUnavailable, map[string]string{"error": "the order system is down"})
			return
		}
		for _, row := range demoRows {
			if row.id == id {
				writeJSON(w, http.StatusOK, row.order(now()))
				return
			}
		}
		writeJSON(w, http.StatusNotFound, map[string]string{"error": "no such order"})
	})
	return mux
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

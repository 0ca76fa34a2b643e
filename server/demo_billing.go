package server

import (
	"net/http"
	"regexp"
	"time"
)

// demoInvoice is an invoice of the demo's billing office.
//
//	{"id":"FA300101","status":"issued","amount":{"amount":"125.50","currency":"EUR"},"due":"2026-12-01","concept":"…","pay_url":"…"}
type demoInvoice struct {
	ID       string    `json:"id"`
	Status   string    `json:"status"` // "issued", "due_soon", "overdue", "promised", "disputed", "paid"
	Amount   demoMoney `json:"amount"`
	Due      string    `json:"due"` // a date
	Concept  string    `json:"concept"`
	PayURL   string    `json:"pay_url,omitempty"`
	Promised string    `json:"promised,omitempty"` // a date
	Reason   string    `json:"reason,omitempty"`   // of the dispute
}

var (
	// demoInvoiceID: every such number is an invoice, see demoAppointmentID.
	demoInvoiceID = regexp.MustCompile(`^FA[0-9]{6}$`)
	// demoCardID: a card's last four digits.
	demoCardID = regexp.MustCompile(`^[0-9]{4}$`)
)

// demoMaxPromise is how many days ahead a promise to pay may lie.
const demoMaxPromise = 60

func (b *DemoBusiness) billingRoutes() {
	b.mux.HandleFunc("GET /demo/invoices/{id}", func(w http.ResponseWriter, r *http.Request) {
		v, err := b.changeInvoice(r.PathValue("id"), nil)
		answerDemo(w, v, err)
	})
	b.mux.HandleFunc("POST /demo/invoices/{id}/promise", demoPost(func(id string, in struct {
		Date string `json:"date"`
	}) (any, error) {
		return b.changeInvoice(id, func(v *demoInvoice) error { return b.promise(v, in.Date) })
	}))
	b.mux.HandleFunc("POST /demo/invoices/{id}/dispute", demoPost(func(id string, in struct {
		Reason string `json:"reason"`
	}) (any, error) {
		return b.changeInvoice(id, func(v *demoInvoice) error {
			v.Status, v.Reason = "disputed", cutDemo(in.Reason)
			return nil
		})
	}))
	b.mux.HandleFunc("POST /demo/cards/{id}/block", demoPost(func(id string, _ struct{}) (any, error) { return b.block(id) }))
}

// changeInvoice finds an invoice, changes it unless change is nil, and returns it.
func (b *DemoBusiness) changeInvoice(id string, change func(*demoInvoice) error) (demoInvoice, error) {
	if !demoInvoiceID.MatchString(id) {
		return demoInvoice{}, &demoRefusal{http.StatusNotFound, "no such invoice"}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	v, known := b.invoices.things[id]
	if !known {
		v = b.newInvoice(id, 14)
	}
	if change != nil {
		if v.Status == "paid" {
			return v, &demoRefusal{http.StatusConflict, "the invoice is paid"}
		}
		if err := change(&v); err != nil {
			return v, err
		}
	}
	b.invoices.put(id, v)
	return v, nil
}

// newInvoice is due in a number of days.
func (b *DemoBusiness) newInvoice(id string, days int) demoInvoice {
	return demoInvoice{
		ID: id, Status: "issued", Amount: demoMoney{Amount: "125.50", Currency: "EUR"}, Due: b.day(days), Concept: "Physiotherapy, five sessions",
	}
}

func (b *DemoBusiness) day(n int) string { return b.today().AddDate(0, 0, n).Format(time.DateOnly) }

func (b *DemoBusiness) promise(v *demoInvoice, date string) error {
	if _, err := time.Parse(time.DateOnly, date); err != nil || date < b.day(0) || date > b.day(demoMaxPromise) {
		return &demoRefusal{http.StatusUnprocessableEntity, "date must be a day from today on, such as " + b.day(7) + ", within 60 days"}
	}
	v.Status, v.Promised = "promised", date
	return nil
}

// block blocks a card, once: blocking it again changes nothing.
func (b *DemoBusiness) block(id string) (any, error) {
	if !demoCardID.MatchString(id) {
		return nil, &demoRefusal{http.StatusNotFound, "no such card"}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	at, known := b.blocked.things[id]
	if !known {
		at = b.now()
		b.blocked.put(id, at)
	}
	return map[string]string{"id": id, "status": "blocked", "at": b.write(at)}, nil
}

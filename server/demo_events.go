package server

import (
	"fmt"
	"net/http"
	"time"
)

// demoVisitor is what a visitor of the demo page has: the last appointment and invoice that its buttons made.
type demoVisitor struct{ appointment, invoice string }

// demoEvent is a business event that a button of the demo page sends.
type demoEvent struct {
	name, key string
	data      map[string]any
}

// demoButtons are the buttons of the demo page in their order, with what each does. group is "clinic" or "billing".
var demoButtons = []struct {
	id, group string
	press     func(b *DemoBusiness, v *demoVisitor) (demoEvent, error)
}{
	{"tomorrow", "clinic", func(b *DemoBusiness, v *demoVisitor) (demoEvent, error) {
		return b.book(v, b.today().AddDate(0, 0, 1).Add(10*time.Hour+30*time.Minute))
	}},
	{"hour", "clinic", func(b *DemoBusiness, v *demoVisitor) (demoEvent, error) {
		return b.book(v, b.now().Add(time.Hour).Round(5*time.Minute))
	}},
	{"moved", "clinic", func(b *DemoBusiness, v *demoVisitor) (demoEvent, error) {
		return b.clinicActs(v, "appointment.moved", func(a *demoAppointment) error {
			at, err := time.Parse(time.RFC3339, a.At)
			if err != nil {
				return err
			}
			a.Status, a.At = "moved", b.write(at.In(b.zone).AddDate(0, 0, 1).Add(time.Hour))
			return nil
		})
	}},
	{"cancelled", "clinic", func(b *DemoBusiness, v *demoVisitor) (demoEvent, error) {
		return b.clinicActs(v, "appointment.cancelled", func(a *demoAppointment) error { a.Status = "cancelled"; return nil })
	}},
	{"issued", "billing", func(b *DemoBusiness, v *demoVisitor) (demoEvent, error) {
		v.invoice = ""
		return b.bill(v, "invoice.issued", func(i *demoInvoice) { i.Status = "issued" })
	}},
	{"due_soon", "billing", func(b *DemoBusiness, v *demoVisitor) (demoEvent, error) {
		return b.bill(v, "invoice.due_soon", func(i *demoInvoice) { i.Status, i.Due = "due_soon", b.day(2) })
	}},
	{"overdue", "billing", func(b *DemoBusiness, v *demoVisitor) (demoEvent, error) {
		return b.bill(v, "invoice.overdue", func(i *demoInvoice) { i.Status, i.Due = "overdue", b.day(-3) })
	}},
	{"paid", "billing", func(b *DemoBusiness, v *demoVisitor) (demoEvent, error) {
		return b.bill(v, "invoice.paid", func(i *demoInvoice) { i.Status = "paid" })
	}},
	{"suspicious", "billing", func(b *DemoBusiness, _ *demoVisitor) (demoEvent, error) {
		id := fmt.Sprintf("PS%06d", b.now().Unix()%1_000_000)
		return demoEvent{"payment.suspicious", id, map[string]any{
			"id": id, "amount": map[string]any{"amount": "249.90", "currency": "EUR"}, "merchant": "Gadgets Online", "card_last4": "4821", "at": b.write(b.now()),
		}}, nil
	}},
}

// press carries out a button for a visitor.
func (b *DemoBusiness) press(visitor, button string) (demoEvent, error) {
	for _, d := range demoButtons {
		if d.id != button {
			continue
		}
		b.mu.Lock()
		v := b.visitors.things[visitor]
		b.mu.Unlock()
		ev, err := d.press(b, &v)
		if err == nil {
			b.mu.Lock()
			b.visitors.put(visitor, v)
			b.mu.Unlock()
		}
		return ev, err
	}
	return demoEvent{}, &demoRefusal{http.StatusUnprocessableEntity, "there is no such button"}
}

// book makes an appointment for the visitor.
func (b *DemoBusiness) book(v *demoVisitor, at time.Time) (demoEvent, error) {
	b.mu.Lock()
	v.appointment = freeDemoID(b, "CT", b.appointments.things)
	a := b.newAppointment(v.appointment, at)
	b.appointments.put(a.ID, a)
	b.mu.Unlock()
	return a.event("appointment.booked"), nil
}

// clinicActs changes the visitor's last appointment.
func (b *DemoBusiness) clinicActs(v *demoVisitor, name string, change func(*demoAppointment) error) (demoEvent, error) {
	if v.appointment == "" {
		return demoEvent{}, &demoRefusal{http.StatusConflict, "book an appointment first"}
	}
	a, err := b.changeAppointment(v.appointment, change)
	return a.event(name), err
}

func (a demoAppointment) event(name string) demoEvent {
	return demoEvent{name, a.ID, map[string]any{
		"id": a.ID, "at": a.At, "timezone": a.TimeZone, "doctor": a.Doctor, "place": a.Place, "address": a.Address,
	}}
}

// bill changes the visitor's last invoice, and writes one first where there is none or it is paid.
func (b *DemoBusiness) bill(v *demoVisitor, name string, change func(*demoInvoice)) (demoEvent, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	i, known := b.invoices.things[v.invoice]
	if !known || i.Status == "paid" {
		v.invoice = freeDemoID(b, "FA", b.invoices.things)
		i = b.newInvoice(v.invoice, 14)
		i.PayURL = b.payURL + i.ID
	}
	change(&i)
	b.invoices.put(i.ID, i)
	return i.event(name), nil
}

func (i demoInvoice) event(name string) demoEvent {
	return demoEvent{name, i.ID, map[string]any{
		"id": i.ID, "amount": map[string]any{"amount": i.Amount.Amount, "currency": i.Amount.Currency}, "due": i.Due, "concept": i.Concept, "pay_url": i.PayURL,
	}}
}

// paid pays an invoice at its own page, and returns the visitor who has it, "" for nobody, with the event that tells so.
func (b *DemoBusiness) paid(invoice string) (visitor string, ev demoEvent) {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := b.invoices.things[invoice]
	i.Status = "paid"
	b.invoices.put(invoice, i)
	for id, v := range b.visitors.things {
		if v.invoice == invoice {
			visitor = id // an invoice is of one visitor
		}
	}
	return visitor, i.event("invoice.paid")
}

// freeDemoID is a number that is not in use and was not before a restart either, unless that was eleven days ago. b.mu is held.
func freeDemoID[T any](b *DemoBusiness, prefix string, taken map[string]T) string {
	for n := b.now().Unix(); ; n++ {
		id := fmt.Sprintf("%s%06d", prefix, n%1_000_000)
		if _, used := taken[id]; !used {
			return id
		}
	}
}

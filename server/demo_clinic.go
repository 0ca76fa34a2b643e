package server

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"time"
)

// demoAppointment is an appointment of the demo clinic.
//
//	{"id":"CT200101","status":"booked","at":"2026-11-24T10:30:00+01:00","timezone":"Europe/Madrid","doctor":"Dr. Vega","place":"…","address":"…"}
type demoAppointment struct {
	ID       string `json:"id"`
	Status   string `json:"status"` // "booked", "confirmed", "rescheduled", "moved", "cancelled"
	At       string `json:"at"`     // RFC 3339 with the zone's offset
	TimeZone string `json:"timezone"`
	Doctor   string `json:"doctor"`
	Place    string `json:"place"`
	Address  string `json:"address"`
	Late     int    `json:"late_minutes,omitempty"`
	Reason   string `json:"reason,omitempty"` // why it was cancelled
}

// demoSlot is a time that the clinic offers.
type demoSlot struct {
	At     string `json:"at"`
	Doctor string `json:"doctor"`
}

var (
	demoDoctors = []string{"Dr. Vega", "Dr. Molina", "Dr. Prado"}
	demoHours   = []struct{ hour, minute int }{{9, 30}, {12, 0}, {17, 15}}
	// demoAppointmentID: every such number is an appointment, so that one which a flow still waits for is there after a restart.
	demoAppointmentID = regexp.MustCompile(`^CT[0-9]{6}$`)
)

const (
	demoSlots     = 6 // times offered at once
	demoMaxReason = 500
	demoMaxLate   = 240 // minutes
)

func (b *DemoBusiness) clinicRoutes() {
	b.mux.HandleFunc("GET /demo/appointments/{id}", func(w http.ResponseWriter, r *http.Request) {
		a, err := b.changeAppointment(r.PathValue("id"), nil)
		answerDemo(w, a, err)
	})
	b.mux.HandleFunc("GET /demo/appointments/{id}/slots", func(w http.ResponseWriter, r *http.Request) {
		a, err := b.changeAppointment(r.PathValue("id"), nil)
		answerDemo(w, map[string]any{"id": a.ID, "timezone": a.TimeZone, "slots": b.slots(a)}, err)
	})
	type nothing struct{}
	b.mux.HandleFunc("POST /demo/appointments/{id}/confirm", demoPost(func(id string, _ nothing) (any, error) {
		return b.changeAppointment(id, func(a *demoAppointment) error { a.Status = "confirmed"; return nil })
	}))
	b.mux.HandleFunc("POST /demo/appointments/{id}/reschedule", demoPost(func(id string, in struct {
		At time.Time `json:"at"`
	}) (any, error) {
		return b.changeAppointment(id, func(a *demoAppointment) error { return b.reschedule(a, in.At) })
	}))
	b.mux.HandleFunc("POST /demo/appointments/{id}/cancel", demoPost(func(id string, in struct {
		Reason string `json:"reason"`
	}) (any, error) {
		return b.changeAppointment(id, func(a *demoAppointment) error {
			a.Status, a.Reason = "cancelled", cutDemo(in.Reason)
			return nil
		})
	}))
	b.mux.HandleFunc("POST /demo/appointments/{id}/late", demoPost(func(id string, in struct {
		Minutes json.Number `json:"minutes"` // 15 or "15": what a flow fills into a body is text
	}) (any, error) {
		return b.changeAppointment(id, func(a *demoAppointment) error {
			minutes, err := in.Minutes.Float64()
			if err != nil || !(minutes >= 1 && minutes <= demoMaxLate) {
				return &demoRefusal{http.StatusUnprocessableEntity, fmt.Sprintf("minutes must be 1 to %d", demoMaxLate)}
			}
			a.Late = int(minutes)
			return nil
		})
	}))
}

// changeAppointment finds an appointment, changes it unless change is nil, and returns it.
func (b *DemoBusiness) changeAppointment(id string, change func(*demoAppointment) error) (demoAppointment, error) {
	if !demoAppointmentID.MatchString(id) {
		return demoAppointment{}, &demoRefusal{http.StatusNotFound, "no such appointment"}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	a, known := b.appointments.things[id]
	if !known {
		a = b.newAppointment(id, b.today().AddDate(0, 0, 1).Add(10*time.Hour+30*time.Minute))
	}
	if change != nil {
		if a.Status == "cancelled" {
			return a, &demoRefusal{http.StatusConflict, "the appointment is cancelled"}
		}
		if err := change(&a); err != nil {
			return a, err
		}
	}
	b.appointments.put(id, a)
	return a, nil
}

func (b *DemoBusiness) newAppointment(id string, at time.Time) demoAppointment {
	return demoAppointment{
		ID: id, Status: "booked", At: b.write(at), TimeZone: DemoZone, Doctor: demoDoctors[int(id[len(id)-1]-'0')%len(demoDoctors)],
		Place: "Clínica Sol", Address: "Calle Mayor 12, Madrid",
	}
}

func (b *DemoBusiness) write(at time.Time) string { return at.In(b.zone).Format(time.RFC3339) }

// slots are the next free times: three a working day, from tomorrow on.
func (b *DemoBusiness) slots(a demoAppointment) []demoSlot {
	var out []demoSlot
	for day := b.today().AddDate(0, 0, 1); len(out) < demoSlots; day = day.AddDate(0, 0, 1) {
		if day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
			continue
		}
		for i, h := range demoHours {
			at := b.write(time.Date(day.Year(), day.Month(), day.Day(), h.hour, h.minute, 0, 0, b.zone))
			if at != a.At && len(out) < demoSlots {
				out = append(out, demoSlot{at, demoDoctors[i]})
			}
		}
	}
	return out
}

func (b *DemoBusiness) reschedule(a *demoAppointment, at time.Time) error {
	if at.IsZero() {
		return &demoRefusal{http.StatusUnprocessableEntity, "at must be a time such as 2026-11-24T10:30:00+01:00"}
	}
	offered := b.slots(*a)
	i := slices.IndexFunc(offered, func(s demoSlot) bool { return s.At == b.write(at) })
	if i < 0 {
		return &demoRefusal{http.StatusConflict, "that time is not free"}
	}
	a.Status, a.At, a.Doctor, a.Late = "rescheduled", offered[i].At, offered[i].Doctor, 0
	return nil
}

// cutDemo bounds what a contact wrote.
func cutDemo(s string) string {
	if r := []rune(s); len(r) > demoMaxReason {
		return string(r[:demoMaxReason])
	}
	return s
}

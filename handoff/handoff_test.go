package handoff

import (
	"strings"
	"testing"
	"time"
)

func TestChatLife(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	tests := []struct {
		name    string
		changes []Event
		want    State
		refused bool
	}{
		{"a claimed chat is active", []Event{Claim}, Active, false},
		{"a chat can not be claimed twice", []Event{Claim, Claim}, Active, true},
		{"a released chat waits again", []Event{Claim, Release}, Queued, false},
		{"a waiting chat can not be closed with an outcome", []Event{Close}, Queued, true},
		{"a claimed chat can be closed", []Event{Claim, Close}, Closed, false},
		{"a closed chat stays closed", []Event{Claim, Close, Claim}, Closed, true},
		{"the flow takes a waiting chat back", []Event{Withdraw}, Closed, false},
		{"the phone takes an active chat", []Event{Claim, Withdraw}, Closed, false},
		{"a waiting chat may be asked for again", []Event{Requeue}, Queued, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			chat, err := Chat{ID: "c", State: Queued, Since: at}, error(nil)
			for _, ev := range tt.changes {
				chat, err = chat.Apply(Change{Event: ev, At: at, Agent: "u_1", Outcome: "resolved"})
			}
			if chat.State != tt.want || (err != nil) != tt.refused {
				t.Errorf("got %s, %v; want %s, refused %v", chat.State, err, tt.want, tt.refused)
			}
			if !chat.Since.Equal(at) {
				t.Errorf("the waiting time changed to %s", chat.Since)
			}
		})
	}
}

func TestLifeIsDrawn(t *testing.T) {
	t.Parallel()
	diagram, err := Life()
	if err != nil || !strings.Contains(diagram, "queued --> active: claim") {
		t.Errorf("got %q, %v", diagram, err)
	}
}

func TestHours(t *testing.T) {
	t.Parallel()
	h, err := NewHours("Europe/Madrid", map[string][]string{"monday": {"09:00-14:00", "16:00-24:00"}})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		at   string
		want bool
	}{
		{"before opening", "2026-03-02T07:59:00Z", false},
		{"at opening, an hour ahead of UTC", "2026-03-02T08:00:00Z", true},
		{"at lunch", "2026-03-02T13:00:00Z", false},
		{"until midnight", "2026-03-02T22:59:00Z", true},
		{"on a closed day", "2026-03-03T10:00:00Z", false},
		{"in summer, two hours ahead of UTC", "2026-07-06T07:00:00Z", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			at, err := time.Parse(time.RFC3339, tt.at)
			if err != nil {
				t.Fatal(err)
			}
			if got := h.Open(at); got != tt.want {
				t.Errorf("open at %s: got %v, want %v", tt.at, got, tt.want)
			}
		})
	}
	if !(Hours{}).Open(time.Time{}) {
		t.Error("a queue without hours is closed")
	}
}

func TestHoursRefuse(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		zone string
		week map[string][]string
	}{
		"a zone that does not exist": {"Europe/Atlantis", nil},
		"a day in another language":  {"UTC", map[string][]string{"lunes": {"09:00-18:00"}}},
		"a stretch that ends before": {"UTC", map[string][]string{"monday": {"18:00-09:00"}}},
		"a stretch without an end":   {"UTC", map[string][]string{"monday": {"09:00"}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := NewHours(tt.zone, tt.week); err == nil {
				t.Error("accepted")
			}
		})
	}
}

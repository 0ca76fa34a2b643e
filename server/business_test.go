package server

import (
	"strings"
	"testing"

	"relevo/store"
)

func TestBusinessEventsAreCheckedBeforeTheyAreStored(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) {
		o.EventCheck = func(name string, data map[string]any) (bool, []Finding) {
			if name == "order.delayed" && data["days"] == nil {
				return true, []Finding{{Location: "days", Message: "is missing"}, {Message: "has nothing in it"}}
			}
			return name == "order.delayed", nil
		}
	})
	program := w.program(store.RoleAgent)
	conv := w.contact("main", "34600111222")
	event := func(id, name string, data map[string]any) map[string]any {
		return map[string]any{"id": id, "name": name, "contact": map[string]any{"conversation": conv.ID}, "data": data}
	}
	bad := w.do(program, "POST", "/v1/events", event("e1", "order.delayed", nil)).want(t, 422, "invalid")
	if bad.get(t, "findings.0.location") != "body.data.days" || bad.get(t, "findings.0.message") != "is missing" || bad.get(t, "findings.1.location") != "body.data" {
		t.Errorf("findings %s", bad.body)
	}
	w.do(program, "POST", "/v1/events", event("e1", "order.delayed", map[string]any{"x": strings.Repeat("x", maxEventBytes)})).want(t, 422, "invalid")
	if len(w.runner.business) != 0 {
		t.Errorf("%d events were stored", len(w.runner.business))
	}
	// What was refused was not stored, so its id is free.
	good := w.do(program, "POST", "/v1/events", event("e1", "order.delayed", map[string]any{"days": 3})).want(t, 202, "")
	if good.get(t, "known") != true || good.get(t, "result") != "started" || good.get(t, "duplicate") != false {
		t.Errorf("good %s", good.body)
	}
	unknown := w.do(program, "POST", "/v1/events", event("e2", "weather.changed", map[string]any{"any": "thing"})).want(t, 202, "")
	if unknown.get(t, "known") != false || unknown.get(t, "accepted") != true {
		t.Errorf("unknown %s", unknown.body)
	}
	nowhere := event("e3", "order.delayed", map[string]any{"days": 3})
	nowhere["contact"] = map[string]any{"conversation": "none"}
	if lost := w.do(program, "POST", "/v1/events", nowhere).want(t, 404, "not-found"); lost.get(t, "detail") != "There is no such conversation." {
		t.Errorf("an unknown conversation: %s", lost.body)
	}
}

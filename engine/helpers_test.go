package engine_test

import (
	"fmt"
	"testing"
	"time"

	"relevo/engine"
)

// timely is a flow with a slot of each kind that expressions about time and money know.
func timelyDefinition() *engine.Definition {
	def := &engine.Definition{}
	for name, typ := range map[string]string{
		"day": "date", "at": "datetime", "clock": "time", "every": "duration", "weight": "number", "count": "integer", "total": "amount", "order": "object",
		"note": "text", "agreed": "yes_no", "unset": "date", "time": "text",
	} {
		def.Slots = append(def.Slots, engine.Slot{Name: engine.Str{V: name}, Type: engine.Str{V: typ}})
	}
	return def
}

// timelyNames are what those slots hold, on the Saturday before the clocks go back in Madrid.
func timelyNames() map[string]any {
	return map[string]any{
		"day": "2026-10-25", "at": "2026-10-25T10:00:00+01:00", "clock": "15:30", "every": "1h30m0s", "weight": 1250.5, "count": 3.0, "note": "hello", "agreed": true,
		"time": "noon", "total": map[string]any{"amount": "12.50", "currency": "EUR", "minor": 1250.0},
		"order":   map[string]any{"at": "2026-10-26T10:00:00Z", "every": "2d", "sum": "7.5", "yen": map[string]any{"amount": "100", "currency": "JPY"}},
		"contact": map[string]any{"region": "ES", "timezone": "Europe/Madrid", "opted_out": false}, "language": "en",
	}
}

func TestExpressionsKnowTimesMoneyAndPlurals(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 10, 24, 15, 0, 0, 0, time.UTC)
	tests := []struct{ expression, want string }{
		// Lengths of time: days are days of the calendar, hours are hours.
		{"time(now + 24h)", "2026-10-25T15:00:00Z"},
		{"time(now + 1d)", "2026-10-25T16:00:00Z"}, // the clocks went back in between
		{"1d12h + 30m", "1d12h30m"},
		{"every + 30m", "2h"},
		{"every > 1h and every < 2h and every == 90m", "true"},
		{"24h", "24h"},
		{"'24h' + note", "24hhello"},
		{"time(day + 1d - 2h)", "2026-10-25T21:00:00Z"},
		{"time(order.at - 24h)", "2026-10-25T10:00:00Z"},
		{"time(now + order.every)", "2026-10-26T16:00:00Z"},
		{"24h + now == now + 24h", "true"},
		{"at - now", "18h"},
		{"order.at - now > 1d", "true"},
		{"time(today + 60d)", "2026-12-22T23:00:00Z"},
		{"time((order.missing ?? now) + 1h)", "2026-10-24T16:00:00Z"},
		// Comparing.
		{"day == today", "false"},
		{"day > today and today < day", "true"},
		{"at > now and now < order.at", "true"},
		{"at == '2026-10-25T09:00:00Z'", "true"},
		{"unset == nil and day != nil", "true"},
		{"unset == today", "false"},
		{"unset != today", "true"},
		{"day == ''", "false"},
		{"clock > '09:00'", "true"},
		{"agreed and count > 2 and weight + 1 > count", "true"},
		// Functions.
		{"local(now).Hour()", "17"},
		{"date_of(now)", "2026-10-24"},
		{"date_of('2026-10-24T23:30:00Z')", "2026-10-25"},
		{"days_until(day)", "1"},
		{"days_until('2026-10-20')", "-4"},
		{"hours_until(at)", "18"},
		{"format_date(day)", "2026-10-25"},
		{"format_date(unset)", ""},
		{"format_date(unset, 'short')", ""},
		{"format_time(at)", "10:00"},
		{"format_time(clock)", "15:30"},
		{"format_datetime(now)", "2026-10-24, 17:00"},
		{"format_number(weight)", "1250.5"},
		{"format_number(weight, 0)", "1250"},
		{"format_number(order.missing)", ""},
		{"format_money(total)", "12.50 EUR"},
		{"format_money(order.sum, 'USD')", "7.5 USD"},
		{"format_money(weight, 'USD')", "1250.5 USD"},
		{"format_money(order.missing)", ""},
		{"minor(total)", "1250"},
		{"minor(12.34)", "1234"},
		{"minor(order.yen)", "100"},
		{"plural(1, 'one order', '{} orders')", "one order"},
		{"plural(count, 'one order', '{} orders')", "3 orders"},
		// A slot may be called like a function, whose place it takes.
		{"time", "noon"},
		{"count + 1", "4"},
	}
	for _, tt := range tests {
		t.Run(tt.expression, func(t *testing.T) {
			t.Parallel()
			names := timelyNames()
			names["now"], names["today"] = now, "2026-10-24"
			engine.Surround(names, now, zone)
			got, findings, err := engine.Evaluate(timelyDefinition(), tt.expression, names)
			if findings.HasErrors() || err != nil {
				t.Fatal(findings, err)
			}
			if at, isTime := got.(time.Time); isTime {
				got = at.UTC().Format(time.RFC3339)
			}
			if fmt.Sprint(got) != tt.want {
				t.Errorf("got %v, want %s", got, tt.want)
			}
		})
	}
}

// TestWhatIsNotThereIsAnErrorInReckoning: the flow goes on with script_failed instead of reminding at the wrong time.
func TestWhatIsNotThereIsAnErrorInReckoning(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 10, 24, 15, 0, 0, 0, time.UTC)
	for _, expression := range []string{
		"unset + 1d", "unset < today", "now - unset", "days_until(unset)", "hours_until(order.note)", "time(note)", "now + note", "date_of(unset)", "format_date(note)", "format_money(order.sum)",
		"format_number(note)", "minor(order.missing)", "plural(order.missing, 'a', 'b')", "now + 99999d + 99999d > now - 99999d - 99999d - 99999d - 99999d - 99999d - 99999d - 99999d - 99999d", "100000d + 100000d > 1d",
	} {
		t.Run(expression, func(t *testing.T) {
			t.Parallel()
			names := timelyNames()
			names["now"], names["today"] = now, "2026-10-24"
			engine.Surround(names, now, time.UTC)
			v, findings, err := engine.Evaluate(timelyDefinition(), expression, names)
			if findings.HasErrors() || err == nil {
				t.Errorf("got %v %v, want an error", v, findings)
			}
		})
	}
}

// TestTimesNeedARun: the time zone of a flow is worked out before there are any surroundings.
func TestTimesNeedARun(t *testing.T) {
	t.Parallel()
	v, findings, err := engine.Evaluate(timelyDefinition(), "now + 24h > now", map[string]any{"now": time.Time{}})
	if findings.HasErrors() || err == nil {
		t.Errorf("got %v %v, want an error", v, findings)
	}
}

package engine_test

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"relevo/engine"
	"relevo/engine/diag"
	"relevo/flows"
)

// FuzzExpression: no guard makes the compiler or the evaluation panic, and none gives anything but true, false or an error.
func FuzzExpression(f *testing.F) {
	def := timely(shippedDefinition(f))
	for _, seed := range []string{
		`order.status == "lost"`, "order_id", "1/0 > 2", "filter(1..10, # > 3) != nil", `orders.describe(order, "es") contains "x"`, "now.Year() > 2000", "{", "a ? b", "repeat(\"a\", 1000000) == \"\"",
		"let x = order; x.y.z", "[1,2][5] == 1", `at - 1d12h > now`, `day + 2w - 90m < today`, `format_date(at, "short") == ""`, `24h`, `'24h' + "1d`, `now.Local() == now`, `$env.now == now`, `plural(1, "a{}", "{}") == ""`, `1..2h`,
		`every * 2 > 1h`, `(order.at ?? now) - 24h > at - every`, `format_money(order.total, "EUR") + minor(total)`, "`24h", "\U00010002h == 2h", "time(time(now - 99999d))<now", "-9223372036854775808 / -1 == 1", "1 % 0 == 0", "9223372036854775807..9223372036854775807 == nil", `"a" matches "("`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		guard, findings := engine.CompileGuard(def, around, source)
		if findings.HasErrors() {
			inside(t, source, findings)
			return
		}
		for _, env := range environments() {
			_, _ = guard.Holds(env) // an error is an outcome; a panic is what this looks for
		}
	})
}

// FuzzTemplate: no text with {{ }} makes anything panic, and what is rendered is text of a bounded size.
func FuzzTemplate(f *testing.F) {
	def := timely(shippedDefinition(f))
	for _, seed := range []string{"Order {{ order_id }}!", "{{", "}}", "{{ {\"a\": {}} }}", "{{ '}}' }}", "{{ order }}", "a {{ order?.items[0] }} b", "{{ \"\\\\\" }}", "{{ 1/0 }}", "{{{{ }}}}", "{{ now + 1d }} {{ format_time(at) }}", "ñ {{ day + 1w2 }}", "{{ 999999999d }}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		for _, env := range environments() {
			text, findings, err := engine.RenderTemplate(def, around, source, env)
			if findings.HasErrors() || err != nil {
				inside(t, source, findings)
				continue
			}
			if len(text) > max(engine.MaxRenderedBytes+len("…"), len(source)) {
				t.Errorf("%d bytes", len(text))
			}
			if utf8.ValidString(source) && !strings.Contains(source, `\`) && !utf8.ValidString(text) {
				t.Errorf("%q is not a text", text)
			}
		}
	})
}

// inside holds that findings of a text on one line stand within it.
func inside(t *testing.T, source string, findings diag.List) {
	t.Helper()
	if strings.ContainsAny(source, "\r\n") {
		return
	}
	for _, d := range findings {
		if d.Range.Start.Column < 1 || d.Range.End.Column < d.Range.Start.Column || d.Range.End.Column > utf8.RuneCountInString(source)+2 {
			t.Errorf("%+v stands outside of %q", d, source)
		}
	}
}

func shippedDefinition(t testing.TB) *engine.Definition {
	t.Helper()
	source, err := os.ReadFile("../flows/order_tracking.yaml")
	if err != nil {
		t.Fatal(err)
	}
	def, findings := flows.Load("order_tracking.yaml", source)
	if def == nil {
		t.Fatal(rendered(findings, source))
	}
	return def
}

// timely adds slots of other types to those of a definition.
func timely(def *engine.Definition) *engine.Definition {
	def.Slots = append(def.Slots, timelyDefinition().Slots...)
	def.Slots = slices.DeleteFunc(def.Slots, func(s engine.Slot) bool { return s.Name.V == "time" })
	return def
}

// environments are what names can mean: nothing at all, and something.
func environments() []map[string]any {
	names := map[string]any{
		"order_id": "AB123456", "order": map[string]any{"status": "lost", "items": []any{map[string]any{"name": "Trail shoes", "quantity": 1.0}}},
		"message": "hello", "language": "en", "now": start, "config": around.Config, "event": map[string]any{"name": "message", "key": "", "text": "", "data": map[string]any(nil)},
		"contact": map[string]any{"id": "p1", "name": "", "language": "en", "attributes": map[string]any(nil)},
		"orders":  map[string]any{"describe": func(...any) (any, error) { return "an order", nil }},
	}
	more := timelyNames()
	maps.Copy(more, names)
	more["today"] = "2026-03-02"
	engine.Surround(more, start, time.UTC)
	return []map[string]any{{}, names, more}
}

package eventschema

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"relevo/engine"
)

// values reads JSON as the loader gives it.
func values(t testing.TB, text string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return v
}

func compiled(t testing.TB, text string) *Schema {
	t.Helper()
	s, err := Compile("order.delayed", values(t, text))
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return s
}

const order = `{
	"$defs": {"money": {"type": "object", "required": ["amount", "currency"], "properties": {
		"amount": {"type": "string", "pattern": "^[0-9]+\\.[0-9]{2}$"}, "currency": {"enum": ["EUR", "MXN"]}}}},
	"type": "object", "required": ["id", "total"], "additionalProperties": false,
	"properties": {
		"id": {"type": "string", "minLength": 3}, "at": {"type": "string", "format": "date-time"}, "total": {"$ref": "#/$defs/money"},
		"days": {"type": "integer", "minimum": 1, "exclusiveMaximum": 30},
		"items": {"type": "array", "maxItems": 2, "uniqueItems": true, "items": {"type": "object", "required": ["sku"]}},
		"contact": {"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}
	}
}`

func TestCheck(t *testing.T) {
	t.Parallel()
	s := compiled(t, order)
	for name, tc := range map[string]struct {
		data string
		want []string
	}{
		"what matches":             {`{"id": "AB1", "total": {"amount": "3.50", "currency": "EUR"}, "at": "2026-11-24T15:30:00+01:00", "days": 2}`, nil},
		"nothing":                  {`{}`, []string{"id is missing", "total is missing"}},
		"another type":             {`{"id": 12, "total": []}`, []string{`id is 12, expected a text`, `total is a list, expected an object`}},
		"inside a reference":       {`{"id": "AB1", "total": {"amount": "3.5", "currency": "USD"}}`, []string{`total.amount is "3.5", which does not match "^[0-9]+\\.[0-9]{2}$"`, `total.currency is "USD", expected one of "EUR", "MXN"`}},
		"a key too many":           {`{"id": "AB1", "total": {"amount": "3.50", "currency": "EUR"}, "a/b": 1}`, []string{"a/b is not a key that is possible here"}},
		"limits":                   {`{"id": "A", "total": {"amount": "3.50", "currency": "EUR"}, "days": 30}`, []string{"days is 30, expected less than 30", "id is shorter than 3 characters"}},
		"a number that is broken":  {`{"id": "AB1", "total": {"amount": "3.50", "currency": "EUR"}, "days": 1.5}`, []string{"days is 1.5, expected a whole number"}},
		"a time that is none":      {`{"id": "AB1", "total": {"amount": "3.50", "currency": "EUR"}, "at": "tomorrow"}`, []string{`at is "tomorrow", which is not of the format date-time`}},
		"inside a list":            {`{"id": "AB1", "total": {"amount": "3.50", "currency": "EUR"}, "items": [{"sku": 1}, {}]}`, []string{"items.1.sku is missing"}},
		"a list that is too long":  {`{"id": "AB1", "total": {"amount": "3.50", "currency": "EUR"}, "items": [{"sku": 1}, {"sku": 1}, {"sku": 1}]}`, []string{"items has more than 2 entries", "items holds the same thing twice"}},
		"none of the alternatives": {`{"id": "AB1", "total": {"amount": "3.50", "currency": "EUR"}, "contact": {}}`, []string{"contact fits none of the forms that are possible here"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, p := range s.Check(values(t, tc.data).(map[string]any)) {
				got = append(got, p.String())
			}
			if d := cmp.Diff(got, tc.want); d != "" {
				t.Errorf("got (-) want (+):\n%s", d)
			}
		})
	}
}

func TestPathsAreJSONPointers(t *testing.T) {
	t.Parallel()
	s := compiled(t, `{"properties": {"a/b": {"items": {"required": ["~c d%"]}}}}`)
	got := s.Check(map[string]any{"a/b": []any{map[string]any{}}})
	want := []Problem{{Path: "/a~1b/0/~0c d%", Message: "is missing"}}
	if d := cmp.Diff(got, want); d != "" {
		t.Errorf("got (-) want (+):\n%s", d)
	}
}

func TestCheckTakesGoNumbersAndNil(t *testing.T) {
	t.Parallel()
	s := compiled(t, `{"properties": {"a": {"type": "integer"}, "b": {"type": "integer"}, "c": {"type": "integer"}}}`)
	if got := s.Check(map[string]any{"a": 1, "b": int64(2), "c": json.Number("3")}); got != nil {
		t.Errorf("problems %v", got)
	}
	if got := s.Check(nil); got != nil {
		t.Errorf("problems of no data: %v", got)
	}
	for _, wrong := range []any{json.Number("1e999999999"), struct{}{}, []int{1}} {
		if got := s.Check(map[string]any{"a": wrong}); len(got) != 1 || got[0].Path != "/a" {
			t.Errorf("%v: problems %v", wrong, got)
		}
	}
}

// TestLargeDataIsRefused: what would take long to check is not checked.
func TestLargeDataIsRefused(t *testing.T) {
	t.Parallel()
	s := compiled(t, `{"properties": {"items": {"uniqueItems": true, "allOf": [{"items": {"anyOf": [{"type": "string"}, {"pattern": "^(a|b|ab)*$"}]}}]}}}`)
	deep := any(1)
	for range MaxDataDepth + 1 {
		deep = []any{deep}
	}
	for name, data := range map[string]any{"long": make([]any, MaxDataValues), "deep": deep} {
		if got := s.Check(map[string]any{"items": data}); len(got) != 1 {
			t.Errorf("%s: problems %v", name, got)
		}
	}
	if got := s.Check(map[string]any{"items": make([]any, MaxWork/s.cost)}); len(got) != 1 || !strings.Contains(got[0].Message, "the schema takes") {
		t.Errorf("problems %v", got)
	}
	fine := make([]any, MaxWork/s.cost-2)
	for i := range fine {
		fine[i] = fmt.Sprint("abab", i)
	}
	if got := s.Check(map[string]any{"items": fine}); len(got) != 0 {
		t.Errorf("%d problems", len(got))
	}
	for i := range fine {
		fine[i] = float64(i)
	}
	if got := compiled(t, `{"properties": {"items": {"items": {"type": "string"}}}}`).Check(map[string]any{"items": fine}); len(got) != maxProblems {
		t.Errorf("%d problems, want the first %d", len(got), maxProblems)
	}
}

// TestHostileSchemas: what could reach outside or never end is refused, at its place.
func TestHostileSchemas(t *testing.T) {
	t.Parallel()
	nested := func(n int) string {
		return strings.Repeat(`{"properties": {"a": `, n) + `{}` + strings.Repeat(`}}`, n)
	}
	var doubling strings.Builder
	doubling.WriteString(`{"$ref": "#/$defs/d0", "$defs": {`)
	for i := range 60 {
		fmt.Fprintf(&doubling, `"d%d": {"allOf": [{"$ref": "#/$defs/d%d"}, {"$ref": "#/$defs/d%d"}]}, `, i, i+1, i+1)
	}
	doubling.WriteString(`"d60": {}}}`)
	for name, tc := range map[string]struct{ schema, path string }{
		"a file":                      {`{"properties": {"a": {"$ref": "file:///etc/passwd"}}}`, "/properties/a/$ref"},
		"an address":                  {`{"$ref": "http://127.0.0.1:1/schema.json"}`, "/$ref"},
		"a relative file":             {`{"$ref": "other.json#/a"}`, "/$ref"},
		"the schema's own address":    {`{"$ref": "relevo:///event.schema.json"}`, "/$ref"},
		"the draft":                   {`{"$ref": "https://json-schema.org/draft/2020-12/schema"}`, "/$ref"},
		"another draft":               {`{"$schema": "http://json-schema.org/draft-04/schema#"}`, "/$schema"},
		"a schema of schemas":         {`{"$schema": "file:///etc/passwd"}`, "/$schema"},
		"another base":                {`{"$id": "http://127.0.0.1:1/", "items": {"$ref": "#/a"}}`, "/$id"},
		"a dynamic reference":         {`{"items": {"$dynamicRef": "#meta"}}`, "/items/$dynamicRef"},
		"an anchor":                   {`{"$anchor": "a"}`, "/$anchor"},
		"a circle":                    {`{"properties": {"next": {"$ref": "#"}}}`, "/properties/next/$ref"},
		"a circle of one":             {`{"$defs": {"a": {"$ref": "#/$defs/a"}}}`, "/$defs/a/$ref"},
		"a circle of two":             {`{"$defs": {"a": {"items": {"$ref": "#/$defs/b"}}, "b": {"not": {"$ref": "#/$defs/a"}}}, "$ref": "#/$defs/a"}`, "/$defs/b/not/$ref"},
		"a reference to no schema":    {`{"properties": {"a": {}}, "items": {"$ref": "#/properties"}}`, "/items/$ref"},
		"a reference to nothing":      {`{"items": {"$ref": "#/$defs/none"}}`, "/items/$ref"},
		"a circle of many":            {circle(MaxProperties), "/$defs/d199/$ref"},
		"references that double":      {doubling.String(), ""},
		"too deep":                    {nested(engine.MaxSchemaDepth), strings.Repeat("/properties/a", engine.MaxSchemaDepth)},
		"far too deep":                {nested(400), strings.Repeat("/properties/a", 3*engine.MaxSchemaDepth/2) + "/properties"},
		"too large":                   {`{"description": "` + strings.Repeat("x", engine.MaxSchemaBytes) + `"}`, ""},
		"a pattern that is no RE2":    {`{"pattern": "(a+)+\\1"}`, "/pattern"},
		"a pattern that is too large": {`{"pattern": "` + strings.Repeat("a?", MaxPatternBytes) + `"}`, "/pattern"},
		"a pattern that explodes":     {`{"pattern": "((a{1000}){1000}){1000}"}`, "/pattern"},
		"a pattern that grows":        {`{"pattern": "` + strings.Repeat("(a{1,9}){1,99}", 4) + `"}`, "/pattern"},
		"many patterns that grow":     {`{"$defs": {"a": {"pattern": "(a{1,9}){1,99}(b{1,9}){1,99}"}, "b": {"pattern": "(a{1,9}){1,99}(b{1,9}){1,99}"}, "c": {"pattern": "(a{1,9}){1,99}"}, "d": {"pattern": "a{900}b{900}"}}}`, "/$defs/d/pattern"},
		"a key that is no pattern":    {`{"patternProperties": {"(": {}}}`, "/patternProperties/("},
		"too many names":              {`{"properties": {` + strings.TrimSuffix(strings.Repeat(`"N": {}, `, 1), ", ") + `}, "dependentSchemas": ` + manyNames(MaxProperties+1) + `}`, "/dependentSchemas"},
		"too many schemas":            {`{"items": {"allOf": [` + strings.TrimSuffix(strings.Repeat(`{},`, MaxCost), ",") + `]}}`, ""},
		"too many comparisons":        {`{"allOf": [` + strings.TrimSuffix(strings.Repeat(`{"uniqueItems":true},`, 30), ",") + `]}`, ""},
		"a slip":                      {`{"propertes": {}}`, "/propertes"},
		"an old word":                 {`{"definitions": {}}`, "/definitions"},
		"no type":                     {`{"type": ["string", "text"]}`, "/type/1"},
		"an unquoted null":            {`{"type": null}`, "/type"},
		"no format":                   {`{"format": "datetime"}`, "/format"},
		"no number":                   {`{"minimum": "3"}`, "/minimum"},
		"no count":                    {`{"maxLength": 1.5}`, "/maxLength"},
		"a number that is too large":  {`{"multipleOf": 1e300}`, "/multipleOf"},
		"no list":                     {`{"required": "id"}`, "/required"},
		"no list of schemas":          {`{"anyOf": {}}`, "/anyOf"},
		"an empty list of schemas":    {`{"anyOf": []}`, "/anyOf"},
		"no map of schemas":           {`{"properties": []}`, "/properties"},
		"no schema":                   {`{"items": "string"}`, "/items"},
		"no map":                      {`[]`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Compile("order.delayed", values(t, tc.schema))
			var wrong *Error
			if !errors.As(err, &wrong) {
				t.Fatalf("got %v", err)
			}
			if wrong.Path != tc.path {
				t.Errorf("got %q at %s, want it at %s", wrong.Message, wrong.Path, tc.path)
			}
		})
	}
}

// circle makes n schemas, each of which leads to the next one.
func circle(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `"d%d": {"$ref": "#/$defs/d%d"},`, i, (i+1)%n)
	}
	return `{"$ref": "#/$defs/d0", "$defs": {` + strings.TrimSuffix(b.String(), ",") + `}}`
}

func manyNames(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `"n%d": {},`, i)
	}
	return "{" + strings.TrimSuffix(b.String(), ",") + "}"
}

func TestRegistry(t *testing.T) {
	t.Parallel()
	str := func(v string) engine.Str { return engine.Str{V: v} }
	flow := func(name string, schema any) *engine.Definition {
		return &engine.Definition{
			Flow: str(name), Triggers: []engine.Trigger{{Event: str("order.delayed")}, {Event: str("restart")}}, On: []engine.Handler{{Event: str("order.cancelled")}, {Event: str("agent")}},
			States: []engine.State{{On: []engine.Handler{{Event: str("order.lost")}, {Event: str("answered")}}}},
			Events: []engine.EventSpec{{Name: str("order.paid"), Schema: schema}, {Name: str("order.any")}},
		}
	}
	r, err := NewRegistry([]*engine.Definition{flow("a", values(t, `{"required": ["id"]}`)), flow("b", values(t, `{"properties": {"total": {"type": "number"}}}`))})
	if err != nil {
		t.Fatal(err)
	}
	for event, want := range map[string]bool{
		"order.delayed": true, "restart": true, "order.cancelled": true, "order.lost": true, "order.any": true, "order.paid": true,
		"agent": false, "answered": false, "order.unknown": false, "": false,
	} {
		if known, _ := r.Check(event, nil); known != want {
			t.Errorf("%q is known: %t, want %t", event, known, want)
		}
	}
	_, problems := r.Check("order.paid", map[string]any{"total": "3"})
	want := []Problem{{Path: "/id", Message: "is missing"}, {Path: "/total", Message: `is "3", expected a number`}}
	if d := cmp.Diff(problems, want); d != "" {
		t.Errorf("got (-) want (+):\n%s", d)
	}
	if _, err := NewRegistry([]*engine.Definition{flow("c", values(t, `{"$ref": "file:///a"}`))}); err == nil || !strings.Contains(err.Error(), "event order.paid in flow c") {
		t.Errorf("got %v", err)
	}
}

// FuzzEventSchema: whatever a schema is, Compile returns soon; what it takes can check anything, and says the same twice.
func FuzzEventSchema(f *testing.F) {
	for _, s := range []string{
		order, `{}`, `{"$ref": "#"}`, `{"$ref": "file:///etc/passwd"}`, `{"$defs": {"a": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}`, `{"allOf": [{"$ref": "#/allOf/1"}, {}]}`,
		`{"properties": {"a~b/c%20d": {"not": true}}}`, `{"patternProperties": {"^a": {"type": ["string", "null"]}}, "additionalProperties": {"type": "number"}}`,
		`{"if": {"required": ["a"]}, "then": {"required": ["b"]}, "else": false}`, `{"unevaluatedProperties": false, "dependentRequired": {"a": ["b"]}}`,
		`{"items": {"prefixItems": [{"const": null}], "contains": {"type": "boolean"}, "minContains": 2}}`, `{"propertyNames": {"maxLength": 1}}`, `{"type": 5}`, `{"format": "email"}`,
	} {
		f.Add(s, `{"a": [1, "x", null, {"b": true}], "id": 3, "total": {"amount": "x"}}`)
	}
	f.Fuzz(func(t *testing.T, schema, data string) {
		var s, d any
		if json.Unmarshal([]byte(schema), &s) != nil || json.Unmarshal([]byte(data), &d) != nil {
			return
		}
		compiled, err := Compile("fuzz", s)
		if err != nil {
			var wrong *Error
			if !errors.As(err, &wrong) || wrong.Message == "" {
				t.Fatalf("got %v", err)
			}
			return
		}
		m, _ := d.(map[string]any)
		first := compiled.Check(m)
		if again := compiled.Check(m); !cmp.Equal(first, again) {
			t.Fatalf("got %v, then %v", first, again)
		}
		for _, p := range first {
			if p.Message == "" || len(p.Path) > 0 && p.Path[0] != '/' {
				t.Fatalf("problem %+v", p)
			}
		}
	})
}

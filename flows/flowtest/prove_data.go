package flowtest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"relevo/engine"
)

// maxGuesses is how many different data are tried for one call or event.
const maxGuesses = 40

// guesses makes up what other systems tell: data of calls and of business events with which the expressions of a flow can be worked out, and with
// which its guards hold or do not. It reads the expressions as texts; whether a guess is right is seen when the conversation runs.
type guesses struct {
	def   *engine.Definition
	texts []string         // everything written in the flow, expressions among it
	made  map[string][]any // what was made up before, by slot and time
}

func newGuesses(def *engine.Definition) *guesses {
	g := &guesses{def: def, made: map[string][]any{}}
	g.collect(reflect.ValueOf(*def))
	return g
}

// collect gathers what authors wrote, wherever it stands in a definition.
func (g *guesses) collect(v reflect.Value) {
	if s, isText := reflect.TypeAssert[engine.Str](v); isText {
		if strings.ContainsAny(s.V, ".[(=<>") {
			g.texts = append(g.texts, s.V)
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).Name != "Event" { // "order.delayed" is a name
				g.collect(v.Field(i))
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			g.collect(v.Index(i))
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			g.collect(v.MapIndex(key))
		}
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			g.collect(v.Elem())
		}
	}
}

// of lists data for a slot that a call saves into, the likeliest first.
func (g *guesses) of(slot string, now time.Time) []any {
	key := slot + " " + now.String()
	if g.made[key] == nil {
		g.made[key] = g.make(slot, now)
	}
	return g.made[key]
}

func (g *guesses) make(slot string, now time.Time) []any {
	fields := g.fields(slot)
	var base any = built(fields)
	if event := g.eventIn(slot); event != "" {
		if example := g.example(event); example != nil {
			base = example
		}
	}
	return g.vary(base, fields, now)
}

// ofEvent lists data for a business event: its example, or what its schema asks for, in several variations.
func (g *guesses) ofEvent(event string, now time.Time) []any {
	fields := g.fields("event.data")
	for _, slot := range g.slotsOf() {
		if g.eventIn(slot) != "" {
			fields = append(fields, g.fields(slot)...)
		}
	}
	base := g.example(event)
	if base == nil {
		return []any{nil, built(fields)}
	}
	return g.vary(base, fields, now)
}

// slotsOf are the names of the slots that hold objects.
func (g *guesses) slotsOf() []string {
	var names []string
	for _, sl := range g.def.Slots {
		if sl.Type.V == string(engine.SlotObject) {
			names = append(names, sl.Name.V)
		}
	}
	return names
}

// eventIn is the business event whose data a slot gets by set, "" where it gets none. Which of several does not matter: they tell of the same thing.
func (g *guesses) eventIn(slot string) string {
	sets := func(list []engine.Assign) bool {
		return slices.ContainsFunc(list, func(a engine.Assign) bool { return a.Target.V == slot && a.Value.V == "event.data" })
	}
	for _, st := range g.def.States {
		if !sets(st.Set) {
			continue
		}
		for _, tr := range g.def.Triggers {
			if tr.Event.V != "" && (tr.Goto.V == st.Name.V || tr.Goto.V == "" && g.def.Initial.V == st.Name.V) {
				return tr.Event.V
			}
		}
	}
	for _, h := range g.def.On {
		for _, a := range h.Alternatives {
			if sets(a.Set) {
				return h.Event.V
			}
		}
	}
	return ""
}

// example is data of a business event, nil where the flow says nothing of it.
func (g *guesses) example(event string) any {
	for _, e := range g.def.Events {
		if e.Name.V == event && e.Example != nil {
			return e.Example
		}
		if schema, isMap := e.Schema.(map[string]any); e.Name.V == event && isMap {
			return bySchema(schema, 0)
		}
	}
	return nil
}

// field is a part of an object that an expression reads, and what it is held against there.
type field struct {
	path   []string // "items", "0", "price"
	kind   string   // "time", "money", "list", "" for anything
	values []any    // what it is compared with
}

var (
	part       = regexp.MustCompile(`^\??\.([A-Za-z_][A-Za-z0-9_]*)|^\[([0-9]{1,2})\]`)
	span       = regexp.MustCompile(`^\s*[-+]\s*[0-9]+(?:ms|s|m|h|d)\b`)
	caller     = regexp.MustCompile(`([a-z_]+)\(\s*$`)
	comparison = regexp.MustCompile(`^\s*(?:\?\?\s*\[\]\s*)?\)?\s*(==|!=|<=|>=|<|>)\s*("[^"]*"|'[^']*'|-?[0-9]+(?:\.[0-9]+)?|true|false|nil)`)
)

// maxCaller is how long the name of a function may be, with its bracket and spaces.
const maxCaller = 40

// kindOfCaller tells by the function that a value is given to what it is.
var kindOfCaller = map[string]string{
	"format_date": "time", "format_time": "time", "format_datetime": "time", "time": "time", "days_until": "time", "format_money": "money", "len": "list",
}

// fields lists what expressions read of an object.
func (g *guesses) fields(root string) []field {
	var found []field
	for _, text := range g.texts {
		for at := 0; ; {
			i := strings.Index(text[at:], root)
			if i < 0 {
				break
			}
			start := at + i
			at = start + len(root)
			if start > 0 && (isWord(text[start-1]) || text[start-1] == '.') {
				continue
			}
			if f, ok := readField(text[:start], text[at:]); ok {
				found = append(found, f)
			}
		}
	}
	return unlike(found)
}

// unlike drops fields that are there twice.
func unlike(fields []field) []field {
	seen := map[string]bool{}
	return slices.DeleteFunc(fields, func(f field) bool {
		key := fmt.Sprint(f)
		twice := seen[key]
		seen[key] = true
		return twice
	})
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// readField reads the part of an object that stands between two texts.
func readField(before, after string) (field, bool) {
	var f field
	for {
		m := part.FindStringSubmatch(after)
		if m == nil {
			break
		}
		f.path = append(f.path, m[1]+m[2])
		after = after[len(m[0]):]
	}
	if len(f.path) == 0 {
		return f, false
	}
	if m := caller.FindStringSubmatch(before[max(0, len(before)-maxCaller):]); m != nil {
		f.kind = kindOfCaller[m[1]]
	}
	if m := comparison.FindStringSubmatch(after); m != nil {
		f.values = append(f.values, literal(m[2]))
	}
	if span.MatchString(after) {
		f.kind = cmp.Or(f.kind, "time")
	}
	return f, true
}

// literal is the value of a constant in an expression.
func literal(s string) any {
	if n, err := strconv.ParseFloat(s, 64); err == nil {
		return n
	}
	switch s {
	case "true", "false":
		return s == "true"
	case "nil":
		return nil
	}
	return s[1 : len(s)-1]
}

// sampleTime is a time that vary moves to where it is wanted.
const sampleTime = "2026-03-05T16:30:00Z"

// built makes an object that has everything that is read of it.
func built(fields []field) map[string]any {
	out := map[string]any{"id": "AB123456"}
	for _, f := range fields {
		var v any = "something"
		switch name := f.path[len(f.path)-1]; {
		case f.kind == "time" || name == "at":
			v = sampleTime
		case f.kind == "money":
			v = map[string]any{"amount": "59.90", "currency": "EUR"}
		case f.kind == "list":
			v = listOf(3)
		case name == "id":
			v = "AB123456"
		case len(f.values) > 0 && f.values[0] != nil:
			v = f.values[0]
		}
		put(out, f.path, v, false)
	}
	return out
}

// listOf is a list of things with a time each.
func listOf(n int) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = map[string]any{"id": "A" + strconv.Itoa(i+1), "at": "2026-03-0" + strconv.Itoa(6+i) + "T10:00:00Z"}
	}
	return list
}

// put sets a part of an object. What is there already stays, unless it is to be replaced. Parts of lists are left as they are.
func put(object map[string]any, path []string, v any, replace bool) {
	for _, name := range path[:len(path)-1] {
		inner, isMap := object[name].(map[string]any)
		if !isMap {
			if _, isList := object[name].([]any); isList {
				return
			}
			inner = map[string]any{}
			object[name] = inner
		}
		object = inner
	}
	last := path[len(path)-1]
	if _, isIndex := strconv.Atoi(last); isIndex == nil {
		return
	}
	if _, there := object[last]; !there || replace {
		object[last] = v
	}
}

// moments are how far away the earliest time of some data is put. Whole days keep the time of day.
var moments = []time.Duration{
	72 * time.Hour, 20 * time.Hour, 4 * time.Hour, 90 * time.Minute, 10 * time.Minute, -2 * time.Hour, -48 * time.Hour, -100 * 24 * time.Hour, 40 * 24 * time.Hour,
}

// vary lists variations of data: with each value that guards compare a field with, and at several distances from now. Nothing at all is the last one.
func (g *guesses) vary(base any, fields []field, now time.Time) []any {
	changes := []any{base}
	if object, isMap := base.(map[string]any); isMap {
		for _, f := range fields {
			for _, v := range alternatives(f) {
				if len(changes) >= maxGuesses {
					break
				}
				changed := cloned(object)
				put(changed, f.path, v, true)
				changes = append(changes, changed)
			}
		}
	}
	changes = distinct(changes)
	var out []any
	for _, changed := range changes {
		out = append(out, moved(changed, moments[0], now))
	}
	for _, changed := range changes {
		for _, by := range moments[1:] {
			out = append(out, moved(changed, by, now))
		}
	}
	out = distinct(out)
	return append(out[:min(len(out), maxGuesses)], map[string]any{})
}

// alternatives are values for a field with which comparisons hold, or do not.
func alternatives(f field) []any {
	var out []any
	if f.kind == "list" {
		out = append(out, []any{})
	}
	for _, v := range f.values {
		switch n := v.(type) {
		case float64:
			if f.kind == "list" {
				for _, size := range []float64{n, n - 1, n + 1} {
					if size >= 0 && size <= 5 {
						out = append(out, listOf(int(size)))
					}
				}
				continue
			}
			out = append(out, n, n-1, n+1)
		case bool:
			out = append(out, n, !n)
		case nil:
			out = append(out, nil, sampleTime[:len("2026-03-05")], "something")
		default:
			out = append(out, v, "other")
		}
	}
	return out
}

// cloned is a deep copy of JSON values.
func cloned(object map[string]any) map[string]any {
	out, _ := mapped(object, func(s string) string { return s }).(map[string]any)
	return out
}

// mapped is a copy of JSON values with every text changed.
func mapped(v any, change func(string) string) any {
	switch x := v.(type) {
	case string:
		return change(x)
	case []any:
		out := make([]any, len(x))
		for i := range x {
			out[i] = mapped(x[i], change)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(x))
		for _, key := range slices.Sorted(maps.Keys(x)) {
			out[key] = mapped(x[key], change)
		}
		return out
	}
	return v
}

// moved puts the times in some data so that the earliest of them is so far from now.
func moved(v any, by time.Duration, now time.Time) any {
	var earliest time.Time
	mapped(v, func(s string) string {
		if at, _, ok := momentIn(s); ok && (earliest.IsZero() || at.Before(earliest)) {
			earliest = at
		}
		return s
	})
	if earliest.IsZero() {
		return v
	}
	shift := now.Add(by).Sub(earliest)
	if day := 24 * time.Hour; by%day == 0 {
		shift = now.Truncate(day).Sub(earliest.Truncate(day)) + by
	}
	return mapped(v, func(s string) string {
		at, layout, ok := momentIn(s)
		if !ok {
			return s
		}
		return at.Add(shift).Format(layout)
	})
}

// momentIn reads a time or a day.
func momentIn(s string) (at time.Time, layout string, ok bool) {
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if at, err := time.Parse(layout, s); err == nil {
			return at, layout, true
		}
	}
	return time.Time{}, "", false
}

// distinct drops what is there twice.
func distinct(list []any) []any {
	seen := map[string]bool{}
	return slices.DeleteFunc(list, func(v any) bool {
		encoded, err := json.Marshal(v)
		twice := err != nil || seen[string(encoded)]
		seen[string(encoded)] = true
		return twice
	})
}

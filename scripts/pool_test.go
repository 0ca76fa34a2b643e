package scripts

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"relevo/engine"
)

var testTime = time.Date(2026, 11, 20, 9, 30, 0, 0, time.FixedZone("somewhere", 5*3600))

// roomy is a deadline for tests that are not about deadlines: the machine may be busy.
const roomy = 5 * time.Second

func openPool(t testing.TB, opts Options) *Pool {
	t.Helper()
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	pool, err := newTestPool(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := pool.Close(); err != nil {
			t.Error(err)
		}
	})
	return pool
}

// newTestPool does not look at the sources, so that a worker meets what Compile would refuse.
func newTestPool(opts Options) (*Pool, error) {
	if err := opts.fill(); err != nil {
		return nil, err
	}
	v := versions{byRef: map[string]version{}, latest: map[string]string{}}
	for _, s := range opts.Sources {
		ref := Ref(s.Name, s.Code)
		_, code, found := translate(s.Name, s.File, s.Code)
		if found.HasErrors() {
			code = s.Code
		}
		v.byRef[ref], v.latest[s.Name] = version{ref, s.File, code}, ref
	}
	return newPool(opts, v)
}

func script(code string) []Source {
	return []Source{{Name: "test", File: "test.js", Code: []byte(code)}}
}

func callTest(pool *Pool, function string, args ...any) (any, error) {
	return pool.Call(engine.ScriptCall{Script: "test", Function: function, Args: args, Now: testTime, Seed: 7})
}

func wantError(t *testing.T, err error, reason string) *engine.ScriptError {
	t.Helper()
	var got *engine.ScriptError
	if !errors.As(err, &got) {
		t.Fatalf("got %v, want a script error", err)
	}
	if got.Reason != reason {
		t.Fatalf("got reason %q (%v), want %q", got.Reason, got, reason)
	}
	return got
}

func TestCallPassesPlainData(t *testing.T) {
	t.Parallel()
	pool := openPool(t, Options{Workers: 1, Deadline: roomy, Sources: script(`
		exports.echo = function (...args) { return args }
		exports.keys = o => Object.keys(o).join()
		exports.nothing = () => {}
		exports.odd = () => ({f() {}, u: undefined, n: NaN, d: new Date(), __proto__: {hidden: 1}})
	`)})
	for _, tt := range []struct {
		name, function string
		args           []any
		want           any
	}{
		{"every kind of data", "echo", []any{nil, true, 1, 2.5, "ñ <&> \u2028", []any{"a"}, map[string]any{"b": 1}},
			[]any{nil, true, 1.0, 2.5, "ñ <&> \u2028", []any{"a"}, map[string]any{"b": 1.0}}},
		{"time as text", "echo", []any{testTime}, []any{"2026-11-20T09:30:00+05:00"}},
		{"keys are sorted", "keys", []any{map[string]any{"c": 1, "a": 1, "b": 1, "__proto__": 1}}, "__proto__,a,b,c"},
		{"no result is null", "nothing", nil, nil},
		{"what is not data is left out", "odd", nil, map[string]any{"n": nil, "d": "2026-11-20T04:30:00.000Z"}},
	} {
		got, err := callTest(pool, tt.function, tt.args...)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", tt.name, diff)
		}
	}
}

func TestCallsAreDeterministicAndApart(t *testing.T) {
	t.Parallel()
	pool := openPool(t, Options{Workers: 2, Deadline: roomy, Sources: script(`
		let calls = 0
		exports.look = function () {
			globalThis.count = (globalThis.count || 0) + 1
			calls++
			return [Date.now(), new Date(2026, 0, 1).getTimezoneOffset(), Math.random(), Math.random(), calls, count]
		}
	`)})
	var first any
	for range 20 {
		got, err := callTest(pool, "look")
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = got
		}
		if diff := cmp.Diff(first, got); diff != "" {
			t.Fatalf("two calls differ:\n%s", diff)
		}
	}
	list := first.([]any)
	if want := float64(testTime.UnixMilli()); list[0] != want || list[1] != 0.0 || list[4] != 1.0 || list[5] != 1.0 {
		t.Errorf("got %v", list)
	}
}

func TestErrorsSayWhere(t *testing.T) {
	t.Parallel()
	pool := openPool(t, Options{Workers: 1, Deadline: roomy, Sources: script(`exports.plain = () => { throw 'just text' }
exports.error = function () {
  const ñ = 1; throw new RangeError('no such ' + 'status')
}
exports.type = () => null.x
exports.long = () => { throw new Error('é'.repeat(300)) }
exports.object = () => { throw {code: 1} }
exports.deep = () => exports.deep() + 1
`)})
	for _, tt := range []struct {
		function string
		want     engine.ScriptError
	}{
		{"plain", engine.ScriptError{Reason: "threw", Detail: "just text", Line: 1, Column: 25}},
		{"error", engine.ScriptError{Reason: "threw", Detail: "RangeError: no such status", Line: 3, Column: 22}},
		{"type", engine.ScriptError{Reason: "threw", Detail: "TypeError: Cannot read property 'x' of undefined", Line: 5, Column: 27}},
		{"long", engine.ScriptError{Reason: "threw", Detail: strings.Repeat("é", 100), Line: 6, Column: 30}},
		{"object", engine.ScriptError{Reason: "threw", Detail: "Object", Line: 7, Column: 26}},
		{"deep", engine.ScriptError{Reason: "depth", Detail: "more than 256 calls inside each other", Line: 8, Column: 34}},
		{"missing", engine.ScriptError{Reason: "unknown_function"}},
	} {
		_, err := callTest(pool, tt.function)
		tt.want.Script, tt.want.Function = "test.js", tt.function
		var got *engine.ScriptError
		if !errors.As(err, &got) {
			t.Errorf("%s: got %v", tt.function, err)
			continue
		}
		if diff := cmp.Diff(tt.want, *got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", tt.function, diff)
		}
	}
	_, err := pool.Call(engine.ScriptCall{Script: "nobody", Function: "x"})
	wantError(t, err, ReasonUnknownFunction)
}

func TestModulesRunAndErrorsSayWhere(t *testing.T) {
	t.Parallel()
	pool := openPool(t, Options{Workers: 1, Deadline: roomy, Sources: script(`const rate = 2
export function twice(n) { return n * rate }
export const ñandú = () => { export_.x }, export_ = null
	export { twice as double } ; export class Shape { static of() { null.x } }
`)})
	for _, function := range []string{"twice", "double"} {
		if got, err := callTest(pool, function, 4); err != nil || got != 8.0 {
			t.Errorf("%s: got %v, %v", function, got, err)
		}
	}
	_, err := callTest(pool, "ñandú")
	if got := wantError(t, err, ReasonThrew); got.Line != 3 || got.Column != 38 {
		t.Errorf("got %v", got)
	}
}

func TestSizesAreBounded(t *testing.T) {
	t.Parallel()
	pool := openPool(t, Options{Workers: 1, Deadline: roomy, MaxResultBytes: 1000, Sources: script(`
		exports.text = n => 'é'.repeat(n)
		exports.deep = n => { let o = 1; for (let i = 0; i < n; i++) o = [o]; return o }
		exports.escaped = n => '<'.repeat(n)
	`)})
	_, err := callTest(pool, "text", 500)
	wantError(t, err, ReasonResultSize)
	_, err = callTest(pool, "text", 5000)
	wantError(t, err, ReasonResultSize)
	_, err = callTest(pool, "deep", 65)
	wantError(t, err, ReasonDepth)
	if _, err = callTest(pool, "deep", 64); err != nil {
		t.Error(err)
	}
	if got, err := callTest(pool, "escaped", 998); err != nil || got != strings.Repeat("<", 998) {
		t.Errorf("got %v, %v", got, err)
	}
	_, err = callTest(pool, "text", strings.Repeat("x", MaxArgumentBytes))
	wantError(t, err, ReasonArguments)
	_, err = callTest(pool, "text", func() {})
	wantError(t, err, ReasonArguments)
	var deep any
	for range MaxDataDepth {
		deep = []any{deep}
	}
	_, err = callTest(pool, "text", deep)
	wantError(t, err, ReasonArguments)
}

// TestAnHonestScriptHasRoom gives a script the most that a flow may pass, and work that sorts and joins it, within the default memory. It is not
// about time: with the race detector on a busy machine the work takes seconds.
func TestAnHonestScriptHasRoom(t *testing.T) {
	t.Parallel()
	pool := openPool(t, Options{Workers: 1, Deadline: time.Minute, Sources: script(`export function busy(orders) {
		const byCity = {}
		for (const o of orders) (byCity[o.city] = byCity[o.city] || []).push({ ...o, total: o.total * 2 })
		const text = orders.map(o => o.name.toUpperCase()).sort().join(', ')
		return [Object.keys(byCity).length, JSON.parse(JSON.stringify(byCity))['City 7'].length, text.length > 100000]
	}`)})
	var orders []any
	for i := range 12_000 {
		orders = append(orders, map[string]any{"name": fmt.Sprintf("Order %06d of somebody", i), "city": fmt.Sprintf("City %d", i%50), "total": i})
	}
	got, err := callTest(pool, "busy", orders)
	if diff := cmp.Diff([]any{50.0, 240.0, true}, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
}

func TestClosedPoolRefuses(t *testing.T) {
	t.Parallel()
	pool := openPool(t, Options{Workers: 1, Deadline: roomy, Sources: script(`exports.v = () => 1`)})
	if err := pool.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := callTest(pool, "v")
	wantError(t, err, ReasonWorkerLost)
	if err := pool.Add(nil); !errors.Is(err, ErrClosed) {
		t.Errorf("got %v, want ErrClosed", err)
	}
}

func TestNewPoolRefuses(t *testing.T) {
	t.Parallel()
	one := script(`exports.v = () => 1`)
	for name, opts := range map[string]Options{
		"a script that does not parse": {Sources: script(`exports.v = (`)},
		"two scripts of one name":      {Sources: []Source{one[0], {Name: "test", File: "other/test.js", Code: one[0].Code}}},
		"a negative option":            {Workers: -1},
		"a program that is not there":  {Command: []string{"/nowhere/at/all"}},
		"a program that is no worker":  {Command: []string{"/bin/true"}},
	} {
		opts.Logger = slog.New(slog.DiscardHandler)
		if pool, err := NewPool(opts); err == nil {
			t.Errorf("%s was taken", name)
			_ = pool.Close()
		}
	}
}

func TestConcurrentCallsSurviveKilledWorkers(t *testing.T) {
	t.Parallel()
	pool := openPool(t, Options{Workers: 4, Spare: 2, Deadline: 300 * time.Millisecond, Sources: script(`
		exports.add = (a, b) => a + b
		exports.hang = () => JSON.stringify({toJSON() { while (true) {} }})
		exports.eat = () => { let s = 'ab'; for (let i = 0; i < 40; i++) s += s; return s.length }
	`)})
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 10 {
				if j == 5 {
					_, err := callTest(pool, []string{"hang", "eat"}[i%2])
					if err == nil {
						t.Error("a hostile call came back")
					}
				}
				got, err := callTest(pool, "add", i, j)
				var failed *engine.ScriptError
				if errors.As(err, &failed) && failed.Reason == ReasonDeadline {
					continue // a busy machine
				}
				if err != nil || got != float64(i+j) {
					t.Errorf("got %v, %v", got, err)
				}
			}
		})
	}
	wg.Wait()
}

func TestWorkerRefusesBrokenFrames(t *testing.T) {
	t.Parallel()
	for _, in := range []string{"\xff\xff\xff\xff", "\x00\x00\x00\x05{", "\x00\x00\x00\x01{"} {
		var out strings.Builder
		if code := WorkerMain(strings.NewReader(in), &out); code != 1 || out.Len() > 0 {
			t.Errorf("%q: got exit code %d and %q", in, code, out.String())
		}
	}
}

func TestNesting(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{`1`: 0, `[]`: 1, `[[],[{}]]`: 3, `["[[[", "\"[["]`: 1} {
		if got := nesting([]byte(text)); got != want {
			t.Errorf("%s: got %d, want %d", text, got, want)
		}
	}
}

// order is what a shop's system answers, about 1 KB.
func order() map[string]any {
	var v map[string]any
	text := `{"id":"AB123456","status":"shipped","placed":"2026-11-02","items":[{"name":"Trail shoes","quantity":1}],
		"carrier":"Correos","tracking":"PK43ES","expected":"2026-11-25","total":{"amount":"59.90","currency":"EUR"}}`
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		panic(err)
	}
	return v
}

func shipped(t testing.TB) []Source {
	t.Helper()
	code, err := Files.ReadFile("orders.js")
	if err != nil {
		t.Fatal(err)
	}
	return []Source{{Name: "orders", File: "orders.js", Code: code}}
}

func BenchmarkCall(b *testing.B) {
	pool := openPool(b, Options{Workers: 1, Deadline: roomy, Sources: shipped(b)})
	c := engine.ScriptCall{Script: "orders", Function: "describe", Args: []any{order(), "es"}, Now: testTime}
	b.Run("worker", func(b *testing.B) {
		for b.Loop() {
			if _, err := pool.Call(c); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("worker start", func(b *testing.B) {
		for b.Loop() {
			p, err := startProcess(pool.opts, pool.current())
			if err != nil {
				b.Fatal(err)
			}
			p.kill()
		}
	})
}

func Example() {
	var list []string
	entries, _ := Files.ReadDir(".")
	for _, e := range entries {
		list = append(list, e.Name())
	}
	fmt.Println(list)
	// Output: [appointments.js appointments.test.js orders.js orders.test.js payments.js payments.test.js]
}

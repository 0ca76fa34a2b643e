package scripts

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"relevo/engine"
)

func runTests(t *testing.T, code string) ([]TestResult, error) {
	t.Helper()
	pool := openPool(t, Options{Workers: 1, Deadline: roomy, Sources: []Source{{Name: "sample", File: "sample.js", Code: []byte(`const order = 1
export function describe(o) { return { text: o.id + order, when: new Date() } }
let calls = 0
export const count = () => ++calls
`)}}})
	return pool.Test("sample", "sample.test.js", []byte(code))
}

func TestTests(t *testing.T) {
	t.Parallel()
	got, err := runTests(t, `test('on the first line', () => { assert.equal({a: 1}, {a: 2}, 'sum') })
const order = { id: 'A' }
test('passes', () => {
  at('2026-11-20T09:30:00Z')
  assert.equal(sample.describe(order), { when: new Date('2026-11-20T09:30:00Z'), text: 'A1' })
  assert.equal([sample.count(), [1, { b: undefined }]], [1, [1, { b: undefined }]])
  assert.notEqual([1], ['1'])
  assert.ok('x')
  assert.match('ñandú', /^ñ/)
  assert.throws(() => null.x, /TypeError/)
})
const subject = () => exports
test('in the script', () => {

  sample.describe(null)
})
test('a fresh world', () => assert.equal(sample.count(), 1))
test('at', () => at('tomorrow'))
test('nothing thrown', () => assert.throws(() => 1))
test('deep', () => { const f = () => f() + 1; f() })
`)
	if err != nil {
		t.Fatal(err)
	}
	want := []TestResult{
		{Name: "on the first line", Line: 1, Column: 47, Failure: `sum: got {"a":1}, want {"a":2}`},
		{Name: "passes", Line: 3, Column: 5},
		{Name: "in the script", Line: 15, Column: 18, Failure: "sample.js:2:48: TypeError: Cannot read property 'id' of undefined"},
		{Name: "a fresh world", Line: 17, Column: 5},
		{Name: "at", Line: 18, Column: 20, Failure: "TypeError: at wants a time like 2026-11-20T09:30:00Z"},
		{Name: "nothing thrown", Line: 19, Column: 43, Failure: "nothing was thrown"},
		{Name: "deep", Line: 20, Column: 39, Failure: "depth: more than 256 calls inside each other"},
	}
	for i := range want {
		want[i].File = "sample.test.js"
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestTestsAreBehindTheFence(t *testing.T) {
	t.Parallel()
	_, err := runTests(t, `for (;;) {}`)
	wantError(t, err, ReasonDeadline)
	_, err = runTests(t, fmt.Sprintf(`for (let i = 0; i <= %d; i++) test('x', () => 1)`, maxTests))
	wantError(t, err, ReasonThrew)
	_, err = runTests(t, `test('no function')`)
	if e := wantError(t, err, ReasonThrew); e.Script != "sample.test.js" || e.Line != 1 {
		t.Errorf("got %v", e)
	}
}

func TestCheckTestFinds(t *testing.T) {
	t.Parallel()
	if found := CheckTest("assert", "assert.test.js", []byte("assert.ok(1)")); !found.HasErrors() {
		t.Error("a script with the name of a helper was taken")
	}
	for code, want := range map[string]string{
		"test('a', () => { assert.ok(orders.describe) })": "",
		"\ntest('a', () => describe())":                   "2:17 script-unknown-name",
		"import { describe } from './orders.js'":          "1:1 script-import",
		"export const a = 1":                              "1:1 script-syntax",
		"test('a', () => fetch())":                        "1:17 script-unsupported",
	} {
		got := ""
		for _, d := range CheckTest("orders", "orders.test.js", []byte(code)) {
			got = fmt.Sprintf("%d:%d %s", d.Range.Start.Line, d.Range.Start.Column, d.Code)
		}
		if got != want {
			t.Errorf("%s: got %s, want %s", code, got, want)
		}
	}
}

func TestShippedTestsPass(t *testing.T) {
	t.Parallel()
	pool := openPool(t, Options{Workers: 2, Deadline: roomy, Sources: shipped(t)})
	code, err := Files.ReadFile("orders.test.js")
	if err != nil {
		t.Fatal(err)
	}
	results, err := pool.Test("orders", "orders.test.js", code)
	if err != nil || len(results) == 0 {
		t.Fatalf("got %v, %v", results, err)
	}
	for _, r := range results {
		if r.Failure != "" {
			t.Errorf("%s:%d: %s: %s", r.File, r.Line, r.Name, r.Failure)
		}
	}
	var failed *engine.ScriptError
	if _, err := pool.Test("nobody", "nobody.test.js", []byte("1")); !errors.As(err, &failed) {
		t.Errorf("got %v", err)
	}
}

package scripts

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"relevo/engine"
)

func version1(code string) Source { return Source{Name: "test", File: "test.js", Code: []byte(code)} }

func callRef(p *Pool, ref string) (any, error) {
	return p.Call(engine.ScriptCall{Script: ref, Function: "v", Now: testTime})
}

func TestRef(t *testing.T) {
	t.Parallel()
	got := Ref("orders", []byte("exports.f = () => 1"))
	if want := "orders@a05028cca5fb3c30"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if s, _ := Compile("orders", "orders.js", []byte("exports.f = () => 1")); s.Ref != got {
		t.Errorf("Compile says %s", s.Ref)
	}
}

func TestPoolHoldsSeveralVersions(t *testing.T) {
	t.Parallel()
	first, second := version1(`export const v = () => 1`), version1(`export const v = () => 2`)
	pool := openPool(t, Options{Workers: 2, Deadline: roomy, Sources: []Source{first}})
	if err := pool.Add([]Source{second, second}); err != nil {
		t.Fatal(err)
	}
	one, two := Ref("test", first.Code), Ref("test", second.Code)
	for range 8 {
		for script, want := range map[string]any{one: 1.0, two: 2.0, "test": 2.0} {
			if got, err := callRef(pool, script); err != nil || got != want {
				t.Fatalf("%s: got %v, %v, want %v", script, got, err, want)
			}
		}
	}
	if err := pool.Add([]Source{version1(`exports.v = () => 3`), version1(`exports.v = (`)}); err == nil {
		t.Error("a script that does not parse was taken")
	}
	if got, err := callRef(pool, "test"); err != nil || got != 2.0 {
		t.Errorf("after a refused version: got %v, %v", got, err)
	}
	if err := pool.Keep([]string{one, "nobody@0123456789abcdef"}); err != nil {
		t.Fatal(err)
	}
	for _, gone := range []string{two, "test"} {
		_, err := callRef(pool, gone)
		wantError(t, err, ReasonUnknownFunction)
	}
	if got, err := callRef(pool, one); err != nil || got != 1.0 {
		t.Errorf("the version that was kept: got %v, %v", got, err)
	}
}

func TestWorkersForgetWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	var sources []Source
	for i := range maxHeld + 5 {
		sources = append(sources, version1(fmt.Sprintf("exports.v = () => %d", i)))
	}
	pool := openPool(t, Options{Workers: 1, Spare: 1, Deadline: roomy})
	if err := pool.Add(sources); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		for i, s := range sources {
			if got, err := callRef(pool, Ref("test", s.Code)); err != nil || got != float64(i) {
				t.Fatalf("version %d: got %v, %v", i, got, err)
			}
		}
	}
}

// TestVersionsComeAndGoUnderCalls publishes while calls run: each gets the version it asked for, or is told that it is gone.
func TestVersionsComeAndGoUnderCalls(t *testing.T) {
	t.Parallel()
	stays := version1(`exports.v = () => 'stays'`)
	pool := openPool(t, Options{Workers: 2, Deadline: roomy, Sources: []Source{stays}})
	keep := Ref("test", stays.Code)
	var calls sync.WaitGroup
	for range 4 {
		calls.Go(func() {
			for range 40 {
				if got, err := callRef(pool, keep); err != nil || got != "stays" {
					t.Errorf("got %v, %v", got, err)
				}
			}
		})
	}
	for i := range 40 {
		comes := version1(fmt.Sprintf("exports.v = () => %d", i))
		if err := pool.Add([]Source{comes}); err != nil {
			t.Fatal(err)
		}
		if got, err := callRef(pool, Ref("test", comes.Code)); err != nil || got != float64(i) {
			t.Fatalf("version %d: got %v, %v", i, got, err)
		}
		if err := pool.Keep([]string{keep}); err != nil {
			t.Fatal(err)
		}
	}
	calls.Wait()
}

func TestPoolRefusesTooManyVersions(t *testing.T) {
	t.Parallel()
	v := versions{byRef: map[string]version{}, latest: map[string]string{}}
	for i := range MaxVersions {
		v.byRef[fmt.Sprint(i)] = version{}
	}
	if err := v.add([]Source{version1(`exports.v = () => 1`)}); err == nil || len(v.byRef) != MaxVersions {
		t.Errorf("got %v and %d versions", err, len(v.byRef))
	}
	var failed *engine.ScriptError
	pool := openPool(t, Options{Workers: 1, Deadline: roomy})
	if _, err := callRef(pool, "test@0123456789abcdef"); !errors.As(err, &failed) || failed.Reason != ReasonUnknownFunction {
		t.Errorf("got %v", err)
	}
}

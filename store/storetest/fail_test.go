package storetest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"reflect"
	"testing"

	"relevo/store"
	"relevo/store/sqlite"
	"relevo/store/storetest"
)

func open(t *testing.T) store.Store {
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "relevo.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func TestFailAtFailsTheNthCallOnce(t *testing.T) {
	t.Parallel()
	for _, lose := range []bool{false, true} {
		wrap := storetest.FailAt
		if lose {
			wrap = storetest.LoseAt
		}
		s, fired := wrap(open(t), 3)
		for call := 1; call <= 5; call++ {
			err := s.AddUser(t.Context(), store.User{ID: fmt.Sprint(call), Email: fmt.Sprint(call)})
			if got, want := errors.Is(err, storetest.ErrFault), call == 3; got != want {
				t.Fatalf("call %d: %v", call, err)
			}
			if fired() != (call >= 3) {
				t.Fatalf("call %d: fired is %v", call, fired())
			}
		}
		users, err := s.Users(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		want := 4
		if lose {
			want = 5 // the third was carried out
		}
		if len(users) != want {
			t.Fatalf("got %d users, want %d", len(users), want)
		}
	}
}

// Every method of the contract must be wrapped, also one that is added later.
func TestFailAtWrapsEveryMethod(t *testing.T) {
	t.Parallel()
	contract := reflect.TypeFor[store.Store]()
	closer := reflect.TypeFor[io.Closer]().Method(0).Name
	for i := range contract.NumMethod() {
		name := contract.Method(i).Name
		if name == closer {
			continue
		}
		s, fired := storetest.FailAt(open(t), 1)
		method := reflect.ValueOf(s).MethodByName(name)
		args := []reflect.Value{reflect.ValueOf(context.Background())}
		for a := 1; a < method.Type().NumIn(); a++ {
			args = append(args, reflect.Zero(method.Type().In(a)))
		}
		results := method.Call(args)
		err, _ := results[len(results)-1].Interface().(error)
		if !fired() || !errors.Is(err, storetest.ErrFault) {
			t.Errorf("%s: fired is %v, error is %v", name, fired(), err)
		}
	}
}

package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"relevo/engine"
	"relevo/store"
)

var flowCases = []testCase{
	{"the versions are the current ones and those that a run still uses, with their sources", func(s *suite) {
		v1, v2, v3 := version("orders", "v1", "shared", "first"), version("orders", "v2"), version("orders", "v3", "shared")
		s.publish(v1)
		using := s.runs("1", engine.Run{ID: "r1", Flow: "orders", Version: "v1"}, engine.Run{ID: "r2", Flow: "orders", Version: "v1"})
		s.publish(v2)
		s.publish(v3)
		s.s = s.reopen()
		s.versions(v1, v3)
		using.Runs = nil
		s.commit(turn(using, s.message("bye")))
		s.versions(v3)
	}},
	{"versions that are published together become current together", func(s *suite) {
		empty, err := s.s.Published(s.ctx)
		s.ok(err)
		equal(s.t, empty, store.Published{})
		number := s.publish(version("orders", "o1"), version("returns", "r1"))
		s.current(number, map[string]string{"orders": "o1", "returns": "r1"})
		next := s.publish(version("returns", "r2"))
		if next <= number {
			s.t.Fatalf("publication %d came after %d", next, number)
		}
		s.current(next, map[string]string{"orders": "o1", "returns": "r2"})
	}},
	{"a publication that was planned before another one is refused whole", func(s *suite) {
		s.publish(version("orders", "o1"))
		late := store.Publication{At: start, Versions: []store.FlowVersion{version("orders", "o2"), version("returns", "r1")}}
		_, err := s.s.Publish(s.ctx, late)
		is(s.t, err, store.ErrConflict)
		s.current(1, map[string]string{"orders": "o1"})
		_, err = s.s.FlowVersion(s.ctx, "r1")
		is(s.t, err, store.ErrNotFound)
	}},
	{"an older version becomes current again by its hash alone, and never changes", func(s *suite) {
		v1 := version("orders", "v1", "orders")
		s.publish(v1)
		s.publish(version("orders", "v2"))
		s.at = start.Add(time.Hour)
		changed := version("orders", "v1", "other")
		changed.Source = []byte("changed")
		s.publish(changed)
		s.versions(v1)
		s.publish(version("orders", "v2"))
		s.publish(store.FlowVersion{Flow: "orders", Hash: "v1"})
		s.versions(v1)
		got, err := s.s.FlowVersion(s.ctx, "v1")
		s.ok(err)
		if !got.PublishedAt.Equal(start) || !got.CurrentSince.Equal(s.at) || got.PublishedBy != "Ana" || got.CurrentBy != "Ana" {
			s.t.Fatalf("%+v", got)
		}
	}},
	{"a version that was never published, or as another flow's, is refused", func(s *suite) {
		s.publish(version("orders", "v1"))
		for _, v := range []store.FlowVersion{{Flow: "orders", Hash: "v9"}, {Flow: "returns", Hash: "v1"}, version("returns", "v1")} {
			_, err := s.s.Publish(s.ctx, store.Publication{After: 1, At: start, Versions: []store.FlowVersion{version("orders", "v2"), v}})
			is(s.t, err, store.ErrNotFound)
		}
		s.current(1, map[string]string{"orders": "v1"})
		_, err := s.s.FlowVersion(s.ctx, "v2")
		is(s.t, err, store.ErrNotFound)
	}},
	{"the history lists the current version first and then the last published, without sources", func(s *suite) {
		for i, hash := range []string{"v1", "v2", "v3"} {
			s.at = start.Add(time.Duration(i) * time.Minute)
			s.publish(version("orders", hash, "orders"))
		}
		s.publish(version("returns", "r1"))
		s.at = start.Add(time.Hour)
		s.publish(store.FlowVersion{Flow: "orders", Hash: "v1"})
		s.history("orders", 0, "v1", "v3", "v2")
		s.history("orders", 2, "v1", "v3")
		s.history("", 1, "v1", "r1")
		s.history("nothing", 0)
		list, err := s.s.FlowHistory(s.ctx, "orders", 1)
		s.ok(err)
		if v := list[0]; v.Source != nil || len(v.Scripts) != 0 || !v.Current || !v.CurrentSince.Equal(s.at) || !v.PublishedAt.Equal(start) {
			s.t.Fatalf("%+v", v)
		}
		if v, err := s.s.FlowVersion(s.ctx, "v2"); err != nil || v.Current || !v.CurrentSince.IsZero() {
			s.t.Fatalf("%+v, %v", v, err)
		}
	}},
	{"runs are counted by version and state, each run of a conversation", func(s *suite) {
		run := func(id, flow, version, state string) engine.Run {
			return engine.Run{ID: id, Flow: flow, Version: version, State: state, Wait: engine.WaitAsk}
		}
		s.runs("1", run("r1", "orders", "v1", "ask"), run("r2", "orders", "v2", "ask"), run("r3", "returns", "r1", "why"))
		s.runs("2", run("r1", "orders", "v2", "ask"))
		s.runs("3", run("r1", "orders", "v2", "bye"))
		ended := s.runs("4", run("r1", "orders", "v1", "bye"))
		ended.Runs = nil
		s.commit(turn(ended, s.message("bye")))
		s.begin("5")
		standing := func(flow, version, state string, runs int64) store.Standing {
			return store.Standing{Flow: flow, Version: version, State: state, Runs: runs}
		}
		orders := []store.Standing{standing("orders", "v1", "ask", 1), standing("orders", "v2", "ask", 2), standing("orders", "v2", "bye", 1)}
		got, err := s.s.Standings(s.ctx, "orders")
		s.ok(err)
		equal(s.t, got, orders)
		got, err = s.s.Standings(s.ctx, "")
		s.ok(err)
		equal(s.t, got, append(orders, standing("returns", "r1", "why", 1)))
		got, err = s.s.Standings(s.ctx, "nothing")
		s.ok(err)
		equal(s.t, got, nil)
	}},
	{"of many publications at once each is whole, and none is lost", func(s *suite) {
		const people = 8
		results := make(chan error, people)
		for i := range people {
			go func() { results <- s.insist(fmt.Sprintf("v%d", i)) }()
		}
		for range people {
			s.ok(<-results)
		}
		p, err := s.s.Published(s.ctx)
		s.ok(err)
		if p.Number != people || p.Flows["orders"] != p.Flows["returns"] {
			s.t.Fatalf("%+v", p)
		}
	}},
}

// version is a version of a flow that uses scripts of those names.
func version(flow, hash string, scripts ...string) store.FlowVersion {
	v := store.FlowVersion{Hash: hash, Flow: flow, File: flow + ".yaml", Source: []byte("flow: " + flow + " # " + hash)}
	for _, name := range scripts {
		v.Scripts = append(v.Scripts, store.ScriptVersion{Name: name, File: name + ".js", Hash: "hash-" + name, Code: []byte("// " + name)})
	}
	slices.SortFunc(v.Scripts, func(a, b store.ScriptVersion) int { return strings.Compare(a.Name, b.Name) })
	return v
}

// insist publishes a version of two flows until nobody else does at the same time.
func (s *suite) insist(hash string) error {
	for {
		p, err := s.s.Published(s.ctx)
		if err != nil {
			return err
		}
		_, err = s.s.Publish(s.ctx, store.Publication{After: p.Number, At: start, Versions: []store.FlowVersion{version("orders", hash), version("returns", hash)}})
		if !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
}

// publish publishes after whatever was the last publication, at s.at.
func (s *suite) publish(versions ...store.FlowVersion) int64 {
	s.t.Helper()
	before, err := s.s.Published(s.ctx)
	s.ok(err)
	if s.at.IsZero() {
		s.at = start
	}
	number, err := s.s.Publish(s.ctx, store.Publication{After: before.Number, At: s.at, By: "Ana", Versions: versions})
	s.ok(err)
	return number
}

// runs makes a conversation that holds these runs.
func (s *suite) runs(number string, runs ...engine.Run) engine.Conversation {
	s.t.Helper()
	accepted, conv := s.begin(number)
	conv.Owner, conv.Runs = engine.Owner{Kind: engine.OwnerBot}, runs
	t := turn(conv, accepted.Event)
	t.Inbox = accepted.Inbox
	s.commit(t)
	return t.Conversation
}

func (s *suite) current(number int64, flows map[string]string) {
	s.t.Helper()
	got, err := s.s.Published(s.ctx)
	s.ok(err)
	equal(s.t, got, store.Published{Number: number, Flows: flows})
}

// versions wants these versions, with their sources.
func (s *suite) versions(want ...store.FlowVersion) {
	s.t.Helper()
	got, err := s.s.FlowVersions(s.ctx)
	s.ok(err)
	for i := range got {
		v := &got[i]
		*v = store.FlowVersion{Hash: v.Hash, Flow: v.Flow, File: v.File, Source: v.Source, Scripts: v.Scripts}
	}
	equal(s.t, got, want)
}

func (s *suite) history(flow string, limit int, want ...string) {
	s.t.Helper()
	list, err := s.s.FlowHistory(s.ctx, flow, limit)
	s.ok(err)
	var got []string
	for _, v := range list {
		got = append(got, v.Hash)
	}
	equal(s.t, got, want)
}

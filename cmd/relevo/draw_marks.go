package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"relevo/engine"
	"relevo/flows/draw"
	"relevo/flows/flowtest"
	"relevo/flows/plan"
	"relevo/flows/project"
	"relevo/store"
)

// liveMarks is the word for the runs that are under way.
const liveMarks = "live"

// marks reads what --highlight names; nil where it names nothing.
func (a *app) marks(ctx context.Context, c config, def *engine.Definition, o drawing) (*draw.Marks, error) {
	switch {
	case o.highlight == "":
		return nil, nil
	case o.highlight == liveMarks:
		m := &draw.Marks{}
		err := a.withCounts(ctx, c, o, func(r registry) (err error) {
			m.Counts, err = countRuns(ctx, r, def.Flow.V)
			return err
		})
		return m, err
	}
	m, err := a.fileMarks(c, def, o.highlight)
	if err != nil {
		return nil, err
	}
	return m, knowsStates(def, m)
}

// marksOfAll counts the runs of each flow.
func (a *app) marksOfAll(ctx context.Context, c config, o drawing) (*draw.Marks, error) {
	switch {
	case o.highlight == "":
		return nil, nil
	case o.highlight == liveMarks:
		m := &draw.Marks{Counts: map[string]int64{}}
		return m, a.withCounts(ctx, c, o, func(r registry) error {
			versions, err := r.Versions(ctx, "")
			for _, v := range versions {
				m.Counts[v.Flow] += v.Running
			}
			return err
		})
	}
	if counts, ok := parseCounts(o.highlight); ok {
		return &draw.Marks{Counts: counts}, nil
	}
	return nil, &usageError{errors.New("with --all, --highlight is live or numbers by flow, such as order_tracking=3")}
}

// withCounts runs f with the server or the database in which runs can be counted.
func (a *app) withCounts(ctx context.Context, c config, o drawing, f func(registry) error) error {
	if err := a.needsDatabase(c, o.server); err != nil {
		return err
	}
	return a.withRegistry(ctx, c, o.server, o.token, project.File{}, func(r registry) error {
		if err := f(r); err != nil {
			return fmt.Errorf("count the runs: %w", err)
		}
		return nil
	})
}

// versioned is what lists the versions of a flow with the runs that use them.
type versioned interface {
	Versions(ctx context.Context, flow string) ([]plan.Version, error)
}

// countRuns counts the runs of every version of a flow, by state.
func countRuns(ctx context.Context, r versioned, flow string) (map[string]int64, error) {
	versions, err := r.Versions(ctx, flow)
	if errors.Is(err, store.ErrNotFound) { // not published yet: nobody runs it
		return nil, nil
	}
	counts := map[string]int64{}
	for _, v := range versions {
		for _, run := range v.Runs {
			counts[run.State] += run.Runs
		}
	}
	return counts, err
}

// fileMarks reads numbers, a transcript or a JSON file.
func (a *app) fileMarks(c config, def *engine.Definition, highlight string) (*draw.Marks, error) {
	source, err := os.ReadFile(a.path(highlight))
	if counts, ok := parseCounts(highlight); err != nil && ok {
		return &draw.Marks{Counts: counts}, nil
	}
	if err != nil {
		return nil, &environmentError{fmt.Errorf("%s can not be read: %w; --highlight is a transcript, live, or numbers such as ask_order=3", highlight, cause(err))}
	}
	if strings.HasSuffix(highlight, ".json") {
		return jsonMarks(highlight, source)
	}
	return a.walkMarks(c, def, highlight, source)
}

// parseCounts reads ask_order=3,report=1.
func parseCounts(text string) (map[string]int64, bool) {
	counts := map[string]int64{}
	for part := range strings.SplitSeq(text, ",") {
		name, number, found := strings.Cut(part, "=")
		n, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
		if !found || err != nil || n < 0 {
			return nil, false
		}
		counts[strings.TrimSpace(name)] = n
	}
	return counts, true
}

// jsonMarks reads numbers by state, or the path of a finding.
func jsonMarks(file string, source []byte) (*draw.Marks, error) {
	var m draw.Marks
	if json.Unmarshal(source, &m.Walk) == nil && len(m.Walk) > 0 || json.Unmarshal(source, &m.Counts) == nil {
		return &m, nil
	}
	return nil, &usageError{fmt.Errorf(`%s holds neither numbers by state, {"ask_order": 3}, nor the path of a finding, [{"to": "ask_order"}]`, file)}
}

// walkMarks follows a transcript. One that goes another way than it says is drawn as it really goes.
func (a *app) walkMarks(c config, def *engine.Definition, file string, source []byte) (*draw.Marks, error) {
	t, findings := flowtest.Parse(a.relative(file), source)
	if findings.HasErrors() {
		return nil, findingsOf(findings, source)
	}
	c.Values = demoValues(testURL, c.Values)
	stage := &stage{app: a, config: c, catalogs: map[string]*engine.Catalog{}}
	defer stage.close()
	catalog, err := stage.catalog(t.Flow, t.With)
	if err != nil {
		return nil, err
	}
	steps, result, err := flowtest.Walk(t, catalog, def.Flow.V, engine.Surroundings{Scripts: stage.open[0].project.Scripts})
	switch {
	case err != nil:
		return nil, &usageError{fmt.Errorf("%s: %w", file, err)}
	case len(steps) == 0:
		return nil, &usageError{fmt.Errorf("%s never gets into the flow %s", file, def.Flow.V)}
	case len(result.Failures) > 0:
		_, _ = fmt.Fprintf(a.err, "%s goes another way than it says (line %d): the picture shows where it really goes; relevo test tells more\n", file, result.Failures[0].Line)
	}
	return &draw.Marks{Walk: steps}, nil
}

// knowsStates refuses marks on states that the flow does not have: a slip of the pen would mark nothing, in silence.
func knowsStates(def *engine.Definition, m *draw.Marks) error {
	has := func(name string) bool {
		return slices.ContainsFunc(def.States, func(s engine.State) bool { return s.Name.V == name })
	}
	var unknown []string
	for name := range m.Counts {
		if !has(name) {
			unknown = append(unknown, name)
		}
	}
	for _, s := range m.Walk {
		if !has(s.To) && !slices.ContainsFunc(unknown, func(u string) bool { return u == s.To }) {
			unknown = append(unknown, s.To)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	slices.Sort(unknown)
	return &usageError{fmt.Errorf("flow %s has no state %s", def.Flow.V, strings.Join(unknown, ", "))}
}

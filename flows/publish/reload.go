package publish

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"relevo/engine"
	"relevo/engine/diag"
	"relevo/flows/plan"
	"relevo/flows/project"
	"relevo/store"
)

// reload is one look at a folder.
type reload struct {
	p         *Publisher
	files     *project.Project
	published store.Published
	standing  map[string]*engine.Machine // the current version by flow
	ready     map[string]*engine.Machine // of the folder, those that become or stay current
	waits     map[string]string          // good flows of the folder that do not fit a flow which stays as it was
}

// Reload makes the flows of a folder current that have no errors; each of the others keeps the version that it had. A flow waits, too, when it does
// not fit one that is kept: it runs that flow, or is run by it, in a way that only both new versions understand. Other than Start it also makes a
// version current that was published before. Commands without errors are used from now on. Files that are gone change nothing.
func (p *Publisher) Reload(ctx context.Context, files project.Files, by string) (plan.Reload, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	published, err := p.opts.Store.Published(ctx)
	if err != nil {
		return plan.Reload{}, err
	}
	r := &reload{p: p, published: published, standing: map[string]*engine.Machine{}, waits: map[string]string{}}
	for flow, hash := range published.Flows {
		if m := p.machines[hash]; m != nil {
			r.standing[flow] = m.Machine
		}
	}
	check := p.opts.Check
	check.Published = signaturesOf(r.standing)
	r.files = project.Build(files, check)
	r.ready = r.good()
	if err := r.fit(ctx); err != nil {
		return plan.Reload{}, err
	}
	out := plan.Reload{Findings: r.files.Findings, Files: r.files.Definitions, Commands: r.commands(files.Commands)}
	if err := r.publish(ctx, by, out.Commands); err != nil {
		return out, err
	}
	out.Flows, err = r.flows(ctx)
	return out, err
}

// good are the flows whose file and scripts have no errors. Of a flow that two files claim neither is: a copy that is not renamed yet must not take the
// place of what it was copied from.
func (r *reload) good() map[string]*engine.Machine {
	broken := map[string]bool{}
	for _, d := range r.files.Findings {
		if d.Severity == diag.Error {
			broken[d.Range.File] = true
		}
	}
	claims := map[string]int{}
	for _, def := range r.files.Definitions {
		claims[def.Flow.V]++
	}
	good := map[string]*engine.Machine{}
	for _, m := range r.files.Machines {
		if !broken[m.Definition.File] && claims[m.Flow] == 1 && r.hasScripts(m) {
			good[m.Flow] = m
		}
	}
	return good
}

// hasScripts tells that every script of a flow can be run.
func (r *reload) hasScripts(m *engine.Machine) bool {
	return len(versionOf(m, r.files).Scripts) == len(m.Scripts())
}

// fit takes flows out of ready until those that are left can live with what stays current.
func (r *reload) fit(ctx context.Context) error {
	for again := true; again; {
		again = false
		after := signaturesOf(r.standing)
		maps.Copy(after, signaturesOf(r.ready))
		for _, flow := range slices.Sorted(maps.Keys(r.ready)) {
			other, err := r.misfit(ctx, r.ready[flow], after)
			if err != nil {
				return err
			}
			if other != "" {
				r.waits[flow], again = other, true
			}
		}
		maps.DeleteFunc(r.ready, func(flow string, _ *engine.Machine) bool { return r.waits[flow] != "" })
	}
	return nil
}

// misfit names a flow that stays as it was and does not fit m, "" when there is none.
func (r *reload) misfit(ctx context.Context, m *engine.Machine, after map[string]engine.Signature) (string, error) {
	for _, target := range runs(m.Definition) {
		if r.ready[target] == nil {
			around := engine.Surroundings{Scripts: r.files.Scripts, Config: r.p.opts.Check.Config, Queues: r.p.opts.Check.Queues, Flows: after}
			if _, findings := engine.Compile(m.Definition, around); findings.HasErrors() {
				return target, nil
			}
		}
	}
	for _, caller := range slices.Sorted(maps.Keys(r.standing)) {
		if r.ready[caller] != nil || !slices.Contains(runs(r.standing[caller].Definition), m.Flow) {
			continue
		}
		v, err := r.p.opts.Store.FlowVersion(ctx, r.published.Flows[caller])
		if err != nil {
			return "", err
		}
		_, before := compile(v, engine.Surroundings{Flows: signaturesOf(r.standing)})
		if _, findings := compile(v, engine.Surroundings{Flows: after}); findings.HasErrors() && !before.HasErrors() {
			return caller, nil
		}
	}
	return "", nil
}

// runs are the flows that a flow runs.
func runs(def *engine.Definition) (flows []string) {
	for _, st := range def.States {
		if st.Run != nil {
			flows = append(flows, st.Run.Flow.V)
		}
	}
	return flows
}

func signaturesOf(machines map[string]*engine.Machine) map[string]engine.Signature {
	all := make(map[string]engine.Signature, len(machines))
	for flow, m := range machines {
		all[flow] = engine.SignatureOf(m.Definition)
	}
	return all
}

// commands takes the folder's commands if they have no errors, and tells whether they are other ones.
func (r *reload) commands(file project.File) bool {
	broken := func(d diag.Diagnostic) bool { return d.Severity == diag.Error && d.Range.File == file.Name }
	if bytes.Equal(file.Text, r.p.opts.Commands.Text) || slices.ContainsFunc(r.files.Findings, broken) {
		return false
	}
	r.p.opts.Commands = file
	if r.p.opts.UseCommands != nil {
		r.p.opts.UseCommands(r.files.Commands)
	}
	return true
}

// publish makes the ready flows current, as Publish does.
func (r *reload) publish(ctx context.Context, by string, commands bool) error {
	d := &draft{number: r.published.Number}
	for _, flow := range slices.Sorted(maps.Keys(r.ready)) {
		if m := r.ready[flow]; r.published.Flows[flow] != m.Version {
			d.versions, d.machines = append(d.versions, versionOf(m, r.files)), append(d.machines, m)
		}
	}
	if len(d.versions) == 0 {
		if commands {
			return r.p.use(ctx, nil)
		}
		return nil
	}
	if r.p.opts.Pool != nil {
		if err := r.p.opts.Pool.Add(d.sources()); err != nil {
			return fmt.Errorf("load the scripts: %w", err)
		}
	}
	if _, err := r.p.opts.Store.Publish(ctx, store.Publication{After: d.number, At: r.p.opts.Now().UTC(), By: by, Versions: d.versions}); err != nil {
		return err
	}
	return r.p.use(context.WithoutCancel(ctx), d.machines)
}

// flows says what became of each file.
func (r *reload) flows(ctx context.Context) (list []plan.ReloadedFlow, err error) {
	read := map[string]bool{}
	for _, def := range r.files.Definitions {
		read[def.File] = true
		f := plan.ReloadedFlow{Flow: def.Flow.V, File: def.File, WaitsFor: r.waits[def.Flow.V]}
		if m := r.ready[f.Flow]; m != nil {
			f.Use, f.Version, f.Previous = plan.UseFile, m.Version, r.published.Flows[f.Flow]
			list = append(list, f)
			continue
		}
		if f, err = r.kept(ctx, f); err != nil {
			return nil, err
		}
		list = append(list, f)
	}
	for _, flow := range slices.Sorted(maps.Keys(r.standing)) {
		file := r.unread(r.standing[flow].Definition.File, read)
		if file == "" || slices.ContainsFunc(list, func(f plan.ReloadedFlow) bool { return f.Flow == flow }) {
			continue
		}
		f, err := r.kept(ctx, plan.ReloadedFlow{Flow: flow, File: file})
		if err != nil {
			return nil, err
		}
		list = append(list, f)
	}
	for _, file := range r.files.FlowFiles() {
		if !slices.ContainsFunc(list, func(f plan.ReloadedFlow) bool { return f.File == file }) {
			list = append(list, plan.ReloadedFlow{Flow: strings.TrimSuffix(path.Base(file), path.Ext(file)), File: file, Use: plan.UseNone})
		}
	}
	slices.SortFunc(list, func(a, b plan.ReloadedFlow) int {
		return cmp.Or(cmp.Compare(a.Flow, b.Flow), cmp.Compare(a.File, b.File))
	})
	return list, nil
}

// unread finds the file of the folder that a version was published from, if it is there and can not be read as a flow.
func (r *reload) unread(published string, read map[string]bool) string {
	for _, name := range r.files.FlowFiles() {
		if path.Base(name) == path.Base(published) && !read[name] {
			return name
		}
	}
	return ""
}

// kept fills in what a flow has instead of its file.
func (r *reload) kept(ctx context.Context, f plan.ReloadedFlow) (plan.ReloadedFlow, error) {
	hash := r.published.Flows[f.Flow]
	switch {
	case hash == "":
		f.Use = plan.UseNone
		return f, nil
	case f.WaitsFor != "":
		f.Use = plan.UseWait
	default:
		f.Use = plan.UseKept
	}
	f.Version, f.Previous = hash, hash
	var err error
	f.Since, err = r.since(ctx, f.Flow)
	return f, err
}

func (r *reload) since(ctx context.Context, flow string) (time.Time, error) {
	history, err := r.p.opts.Store.FlowHistory(ctx, flow, 1)
	if err != nil || len(history) == 0 {
		return time.Time{}, err
	}
	return history[0].CurrentSince, nil
}

// Package publish makes versions of flows the current ones, while conversations go on: it plans what would change, keeps the versions in the
// store in one transaction, and gives the runner a new catalog. A run keeps the version that it started with, scripts included.
//
//	files → Plan (compiled, compared, runs counted) → Publish (one transaction) → new catalog → the runner's next turn
package publish

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"relevo/engine"
	"relevo/engine/diag"
	"relevo/flows/plan"
	"relevo/flows/project"
	"relevo/scripts"
	"relevo/store"
)

// retireAfter is how long a version stays in the catalog after it stopped being current: a turn that began with the catalog before may start
// a run of it that the store does not show yet.
const retireAfter = 10 * time.Minute

// maxHistory is how many versions of a flow are listed, and how many are looked through for the beginning of a hash.
const maxHistory = 1000

// Pool runs the scripts of flows; *scripts.Pool is one.
type Pool interface {
	// Add makes versions of scripts callable, without disturbing calls under way.
	Add(sources []scripts.Source) error
	// Keep drops every version but these.
	Keep(refs []string) error
}

// Options are what a publisher is made of. Store is required.
type Options struct {
	Store    store.Flows
	Check    project.Options // what flows may refer to: Config and Queues
	Commands project.File    // what files are checked together with
	Pool     Pool            // nil: nothing runs here
	// Use takes what is published from now on: the current version of each flow, and the others that runs use. nil: nothing runs here.
	Use func(current, old []*engine.Machine)
	// UseCommands takes other commands, before Use is called; see Reload. nil: nothing runs here.
	UseCommands func(engine.Commands)
	Now         func() time.Time
	Logger      *slog.Logger
}

// Publisher plans and publishes. It is safe for concurrent use.
type Publisher struct {
	opts Options

	mu       sync.Mutex // held while something is published
	machines map[string]*machine
}

// machine is a version in the catalog.
type machine struct {
	*engine.Machine
	current bool
	retired time.Time // when it stopped being current; zero for one that was not current since the start
}

// New makes a publisher. Where flows run, start it before anything else.
func New(o Options) *Publisher {
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Publisher{opts: o, machines: map[string]*machine{}}
}

// Start publishes what is in a folder and was never published before, so that what was published or rolled back since survives a restart, and
// returns what is current and what else runs use. A flow whose file is gone from the folder stays published.
func (p *Publisher) Start(ctx context.Context, folder *project.Project) (current, old []*engine.Machine, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	published, err := p.opts.Store.Published(ctx)
	if err != nil {
		return nil, nil, err
	}
	next := store.Publication{After: published.Number, At: p.opts.Now().UTC(), By: "relevo serve"}
	for _, m := range folder.Machines {
		log := p.opts.Logger.With("flow", m.Flow, "version", plan.Short(m.Version), "file", m.Definition.File)
		_, err := p.opts.Store.FlowVersion(ctx, m.Version)
		switch {
		case errors.Is(err, store.ErrNotFound):
			next.Versions = append(next.Versions, versionOf(m, folder))
			log.Info("flow published from its folder")
		case err != nil:
			return nil, nil, err
		case published.Flows[m.Flow] != m.Version:
			usable, err := p.usable(ctx, published.Flows[m.Flow])
			if err != nil {
				return nil, nil, err
			}
			if usable {
				log.Info("the folder's version was published before and is not the current one; it stays that way", "current", plan.Short(published.Flows[m.Flow]))
				continue
			}
			next.Versions = append(next.Versions, versionOf(m, folder))
			log.Warn("the current version can not be used; the folder's takes its place", "current", plan.Short(published.Flows[m.Flow]))
		}
	}
	if len(next.Versions) > 0 {
		if _, err := p.opts.Store.Publish(ctx, next); err != nil {
			return nil, nil, err
		}
	}
	return p.load(ctx, folder.Machines)
}

// usable tells whether a stored version still runs, and keeps it if it does.
func (p *Publisher) usable(ctx context.Context, hash string) (bool, error) {
	v, err := p.opts.Store.FlowVersion(ctx, hash)
	if err != nil {
		return false, err
	}
	m := p.open(v, nil)
	if m != nil {
		p.machines[hash] = m
	}
	return m != nil, nil
}

// versionOf is a compiled flow as it is stored.
func versionOf(m *engine.Machine, from *project.Project) store.FlowVersion {
	v := store.FlowVersion{Hash: m.Version, Flow: m.Flow, File: m.Definition.File, Source: from.Source(m.Definition.File)}
	for _, s := range m.Scripts() {
		i := slices.IndexFunc(from.Sources, func(src scripts.Source) bool { return src.Name == s.Name })
		if i >= 0 { // else the flow would not have compiled
			v.Scripts = append(v.Scripts, store.ScriptVersion{Name: s.Name, File: s.File, Hash: s.Hash, Code: from.Sources[i].Code})
		}
	}
	return v
}

// load brings the machines up to date with the store. ready are machines that were compiled just now.
func (p *Publisher) load(ctx context.Context, ready []*engine.Machine) (current, old []*engine.Machine, err error) {
	versions, err := p.opts.Store.FlowVersions(ctx)
	if err != nil {
		return nil, nil, err
	}
	now, used := p.opts.Now(), map[string]bool{}
	for _, v := range versions {
		used[v.Hash] = true
		m := p.machines[v.Hash]
		if m == nil {
			if m = p.open(v, ready); m == nil {
				continue
			}
			p.machines[v.Hash] = m
		}
		if m.current && !v.Current {
			m.retired = now
		}
		m.current = v.Current
	}
	for hash, m := range p.machines {
		if !used[hash] && m.current {
			m.current, m.retired = false, now
		}
		switch {
		case m.current:
			current = append(current, m.Machine)
		case used[hash] || !m.retired.IsZero() && now.Sub(m.retired) < retireAfter:
			old = append(old, m.Machine)
		default:
			delete(p.machines, hash)
		}
	}
	slices.SortFunc(current, compareMachines) // earlier ones win where phrases are equally good: never by chance
	slices.SortFunc(old, compareMachines)
	return current, old, nil
}

// open makes a stored version run again, with its scripts. nil when that can not be: its runs then go on with the current version.
func (p *Publisher) open(v store.FlowVersion, ready []*engine.Machine) *machine {
	m := &machine{}
	var err error
	if i := slices.IndexFunc(ready, func(r *engine.Machine) bool { return r.Version == v.Hash }); i >= 0 {
		m.Machine = ready[i]
	} else {
		var findings diag.List
		m.Machine, findings = compile(v, engine.Surroundings{})
		err = findings.Err()
	}
	if err == nil && p.opts.Pool != nil {
		err = p.opts.Pool.Add(sourcesOf(v))
	}
	if err != nil {
		p.opts.Logger.Error("a published version can not be used any more; its runs go on with the current one, or to people",
			"flow", v.Flow, "version", plan.Short(v.Hash), "current", v.Current, "err", err)
		return nil
	}
	return m
}

// Plan says what publishing would change.
func (p *Publisher) Plan(ctx context.Context, r plan.PublishRequest) (plan.Plan, error) {
	d, err := p.draft(ctx, r)
	if err == nil && d.Changes() > 0 {
		err = p.count(ctx, d)
	}
	return d.Plan, err
}

// Publish does what a plan said, without counting runs again. base is the plan's ID; plan.ErrStale when it would be another one by now, plan.ErrFindings when its findings
// stop it, with the plan as it is now.
func (p *Publisher) Publish(ctx context.Context, r plan.PublishRequest, base, by string) (plan.Plan, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	d, err := p.draft(ctx, r)
	switch {
	case err != nil:
		return d.Plan, err
	case d.Findings.HasErrors():
		return d.Plan, plan.ErrFindings
	case d.ID != base:
		return d.Plan, plan.ErrStale
	case d.Changes() == 0:
		return d.Plan, nil
	}
	if p.opts.Pool != nil { // before the transaction: what can fail, fails while nothing has changed
		if err := p.opts.Pool.Add(d.sources()); err != nil {
			return d.Plan, fmt.Errorf("load the scripts: %w", err)
		}
	}
	_, err = p.opts.Store.Publish(ctx, store.Publication{After: d.number, At: p.opts.Now().UTC(), By: by, Versions: d.versions})
	if errors.Is(err, store.ErrConflict) {
		return d.Plan, fmt.Errorf("%w: %w", plan.ErrStale, err)
	}
	if err != nil {
		return d.Plan, err
	}
	for _, f := range d.Flows {
		if f.Change == plan.New || f.Change == plan.Changed {
			p.opts.Logger.Info("flow published", "flow", f.Flow, "version", plan.Short(f.Version), "before", plan.Short(f.Previous), "by", by)
		}
	}
	return d.Plan, p.use(context.WithoutCancel(ctx), d.machines)
}

// use gives the runner the new catalog. Turns under way end with the one they began with.
func (p *Publisher) use(ctx context.Context, ready []*engine.Machine) error {
	current, old, err := p.load(ctx, ready)
	if err != nil {
		return fmt.Errorf("it is published, but not in use before a restart: %w", err)
	}
	if p.opts.Use != nil {
		p.opts.Use(current, old)
	}
	if p.opts.Pool == nil {
		return nil
	}
	var refs []string
	for _, m := range p.machines {
		for _, s := range m.Scripts() {
			refs = append(refs, m.ScriptRef(s.Name))
		}
	}
	return p.opts.Pool.Keep(refs)
}

// Versions lists the versions of a flow, or of all flows (empty), the current one first, with the runs that use them.
func (p *Publisher) Versions(ctx context.Context, flow string) ([]plan.Version, error) {
	return Versions(ctx, p.opts.Store, flow)
}

// Versions lists versions straight from a store; see Publisher.Versions. store.ErrNotFound when the flow was never published.
func Versions(ctx context.Context, s store.Flows, flow string) ([]plan.Version, error) {
	list, err := s.FlowHistory(ctx, flow, maxHistory)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 && flow != "" {
		return nil, fmt.Errorf("flow %s: %w", flow, store.ErrNotFound)
	}
	standings, err := s.Standings(ctx, flow)
	if err != nil {
		return nil, err
	}
	versions := make([]plan.Version, len(list))
	for i, v := range list {
		versions[i] = plan.VersionOf(v, standings)
	}
	return versions, nil
}

package publish

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"

	"relevo/engine"
	"relevo/engine/diag"
	"relevo/flows"
	"relevo/flows/plan"
	"relevo/flows/project"
	"relevo/scripts"
	"relevo/store"
)

// draft is a plan with what publishing it needs.
type draft struct {
	plan.Plan
	number   int64 // of the publication it was made on
	versions []store.FlowVersion
	machines []*engine.Machine
}

// sources are the scripts of the versions to be published.
func (d *draft) sources() (all []scripts.Source) {
	for _, v := range d.versions {
		all = append(all, sourcesOf(v)...)
	}
	return all
}

// candidate is a version that may become current.
type candidate struct {
	store.FlowVersion
	machine *engine.Machine
	again   bool // it was published before
}

// draft compiles a request and compares it with what is published.
func (p *Publisher) draft(ctx context.Context, r plan.PublishRequest) (*draft, error) {
	d := &draft{Plan: plan.Plan{Findings: diag.List{}, Flows: []plan.Flow{}}}
	published, err := p.opts.Store.Published(ctx)
	if err != nil {
		return d, err
	}
	d.number = published.Number
	candidates, err := p.candidates(ctx, d, r)
	if err != nil {
		return d, err
	}
	if d.Findings.Sort(); d.Findings.HasErrors() {
		return d, nil
	}
	standings, err := p.opts.Store.Standings(ctx, "")
	if err != nil {
		return d, err
	}
	chosen := map[string]bool{}
	for _, c := range candidates {
		if chosen[c.Flow] {
			return d, fmt.Errorf("flow %s: %w", c.Flow, plan.ErrTwice)
		}
		chosen[c.Flow] = true
		f, err := p.compare(ctx, c, published.Flows[c.Flow])
		if err != nil {
			return d, err
		}
		if f.Change != plan.Unchanged {
			d.versions, d.machines = append(d.versions, c.FlowVersion), append(d.machines, c.machine)
			f.Runs = plan.RunsOf(f.Flow, f.Previous, standings)
		}
		d.Flows = append(d.Flows, f)
	}
	for flow, hash := range published.Flows {
		if !chosen[flow] {
			d.Flows = append(d.Flows, plan.Flow{Flow: flow, Change: plan.Stays, Version: hash, Previous: hash})
		}
	}
	slices.SortFunc(d.Flows, func(a, b plan.Flow) int { return cmp.Compare(a.Flow, b.Flow) })
	d.ID = d.id()
	return d, nil
}

// id names the plan by what would become of every flow, on which publication.
func (d *draft) id() string {
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "%d\n", d.number) // a hash never fails to write
	for _, f := range d.Flows {
		_, _ = fmt.Fprintf(h, "%s %s %s\n", f.Flow, f.Previous, f.Version)
	}
	return hex.EncodeToString(h.Sum(nil))[:32]
}

// candidates compiles the files of a request and opens the versions that it names. What is wrong is added to the plan's findings.
func (p *Publisher) candidates(ctx context.Context, d *draft, r plan.PublishRequest) (list []candidate, err error) {
	if len(r.Files) > 0 {
		built := project.Build(p.files(r), p.opts.Check)
		d.Findings = append(d.Findings, built.Findings...)
		for _, m := range built.Machines {
			list = append(list, candidate{FlowVersion: versionOf(m, built), machine: m})
		}
	}
	for _, name := range r.Versions {
		v, err := p.find(ctx, name)
		if err != nil {
			return nil, err
		}
		m, findings := compile(v, engine.Surroundings{Config: p.opts.Check.Config, Queues: p.opts.Check.Queues})
		d.Findings = append(d.Findings, findings...)
		if m != nil {
			list = append(list, candidate{FlowVersion: v, machine: m, again: true})
		}
	}
	return list, nil
}

// files are those of a request, under the names that findings show, with the commands that hold here. The commands themselves have no
// versions: a file of theirs among the flows is left out.
func (p *Publisher) files(r plan.PublishRequest) project.Files {
	f := project.Files{Commands: p.opts.Commands}
	for _, file := range r.Files {
		if path.Base(file.Name) != flows.CommandsFile {
			f.Flows = append(f.Flows, project.File{Name: file.Name, Text: []byte(file.Text)})
		}
	}
	for _, file := range r.Scripts {
		f.Scripts = append(f.Scripts, project.File{Name: file.Name, Text: []byte(file.Text)})
	}
	return f
}

// find looks for the published version that begins with a prefix.
func (p *Publisher) find(ctx context.Context, prefix string) (store.FlowVersion, error) {
	all, err := p.opts.Store.FlowHistory(ctx, "", maxHistory)
	if err != nil {
		return store.FlowVersion{}, err
	}
	var hits []string
	for _, v := range all {
		if plan.Named(v.Hash, prefix) {
			hits = append(hits, v.Hash)
		}
	}
	switch len(hits) {
	case 0:
		return store.FlowVersion{}, fmt.Errorf("version %s: %w", prefix, store.ErrNotFound)
	case 1:
		return p.opts.Store.FlowVersion(ctx, hits[0])
	default:
		return store.FlowVersion{}, fmt.Errorf("version %s: %w", prefix, plan.ErrAmbiguous)
	}
}

// compare says what is different between a candidate and the current version.
func (p *Publisher) compare(ctx context.Context, c candidate, current string) (plan.Flow, error) {
	f := plan.Flow{Flow: c.Flow, File: c.File, Change: plan.Changed, Version: c.Hash, Previous: current, Again: c.again}
	if !c.again && c.Hash != current {
		_, err := p.opts.Store.FlowVersion(ctx, c.Hash)
		if f.Again = err == nil; err != nil && !errors.Is(err, store.ErrNotFound) {
			return f, err
		}
	}
	switch current {
	case "":
		f.Change = plan.New
		return f, nil
	case c.Hash:
		f.Change = plan.Unchanged
		return f, nil
	}
	before, err := p.opts.Store.FlowVersion(ctx, current)
	if err != nil {
		return f, err
	}
	def, _ := flows.Load(before.File, before.Source) // one that can not be read any more has no states to compare
	f.Compare(def, c.machine.Definition)
	f.Scripts = changedScripts(before.Scripts, c.Scripts)
	return f, nil
}

// changedScripts are the files of scripts that are new, gone or different.
func changedScripts(before, after []store.ScriptVersion) []string {
	files, hashes := map[string]string{}, map[string]string{}
	for _, s := range before {
		files[s.File], hashes[s.File] = s.File, s.Hash
	}
	for _, s := range after {
		if hashes[s.File] == s.Hash {
			delete(files, s.File)
		} else {
			files[s.File] = s.File
		}
	}
	return slices.Sorted(maps.Keys(files))
}

// compile makes a machine of a stored version, with the scripts it was published with. The machine is nil when the findings hold an error.
func compile(v store.FlowVersion, around engine.Surroundings) (*engine.Machine, diag.List) {
	def, findings := flows.Load(v.File, v.Source)
	around.Scripts = map[string]engine.Script{}
	for _, s := range v.Scripts {
		script, found := project.Script(s.Name, s.File, s.Code)
		around.Scripts[s.Name], findings = script, append(findings, found...)
	}
	if findings.HasErrors() {
		return nil, findings
	}
	m, found := engine.Compile(def, around)
	if m != nil {
		m.Version = v.Hash // what runs know it by, however versions are named by now
	}
	return m, append(findings, found...)
}

// sourcesOf are a version's scripts as the pool takes them.
func sourcesOf(v store.FlowVersion) (list []scripts.Source) {
	for _, s := range v.Scripts {
		list = append(list, scripts.Source{Name: s.Name, File: s.File, Code: s.Code})
	}
	return list
}

func compareMachines(a, b *engine.Machine) int {
	return cmp.Or(cmp.Compare(a.Flow, b.Flow), cmp.Compare(a.Version, b.Version))
}

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
	standing, err := p.standing(ctx, published.Flows)
	if err != nil {
		return d, err
	}
	candidates, err := p.candidates(ctx, d, r, standing)
	if err != nil {
		return d, err
	}
	d.Findings = append(d.Findings, p.callers(standing, candidates)...)
	if d.Findings.Sort(); d.Findings.HasErrors() {
		return d, nil
	}
	chosen := map[string]bool{}
	for _, c := range candidates {
		if chosen[c.Flow] {
			return d, fmt.Errorf("flow %s: %w", c.Flow, plan.ErrTwice)
		}
		chosen[c.Flow] = true
		f, err := p.compare(ctx, c, standing[c.Flow])
		if err != nil {
			return d, err
		}
		if f.Change != plan.Unchanged {
			d.versions, d.machines = append(d.versions, c.FlowVersion), append(d.machines, c.machine)
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

// count adds where runs stand.
func (p *Publisher) count(ctx context.Context, d *draft) error {
	standings, err := p.opts.Store.Standings(ctx, "")
	if err != nil {
		return err
	}
	for i := range d.Flows {
		if f := &d.Flows[i]; f.Change == plan.New || f.Change == plan.Changed {
			f.Runs = plan.RunsOf(f.Flow, f.Previous, standings)
		}
	}
	return nil
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

// version is a published version, read.
type version struct {
	store.FlowVersion
	def *engine.Definition // nil when it can not be read any more
}

// standing reads the current version of every flow.
func (p *Publisher) standing(ctx context.Context, current map[string]string) (map[string]version, error) {
	list := make(map[string]version, len(current))
	for flow, hash := range current {
		v, err := p.opts.Store.FlowVersion(ctx, hash)
		if err != nil {
			return nil, err
		}
		def, _ := flows.Load(v.File, v.Source)
		list[flow] = version{v, def}
	}
	return list, nil
}

// signatures are what flows can be run with.
func signatures(standing map[string]version) map[string]engine.Signature {
	all := make(map[string]engine.Signature, len(standing))
	for flow, v := range standing {
		if v.def != nil {
			all[flow] = engine.SignatureOf(v.def)
		}
	}
	return all
}

// callers finds published flows that run another one in a way that the candidates would break.
func (p *Publisher) callers(standing map[string]version, candidates []candidate) (broken diag.List) {
	before, after := signatures(standing), signatures(standing)
	for _, c := range candidates {
		after[c.Flow] = engine.SignatureOf(c.machine.Definition)
	}
	for flow, v := range standing {
		if v.def == nil || slices.ContainsFunc(candidates, func(c candidate) bool { return c.Flow == flow }) ||
			!slices.ContainsFunc(v.def.States, func(st engine.State) bool { return st.Run != nil }) {
			continue
		}
		_, findings := compile(v.FlowVersion, engine.Surroundings{Flows: after})
		if _, old := compile(v.FlowVersion, engine.Surroundings{Flows: before}); findings.HasErrors() && !old.HasErrors() {
			broken = append(broken, findings...)
		}
	}
	return broken
}

// candidates compiles the files of a request and opens the versions that it names. What is wrong is added to the plan's findings.
func (p *Publisher) candidates(ctx context.Context, d *draft, r plan.PublishRequest, standing map[string]version) (list []candidate, err error) {
	check := p.opts.Check
	check.Published = signatures(standing)
	if len(r.Files) > 0 {
		built := project.Build(p.files(r), check)
		check.Published = built.Signatures
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
		m, findings := compile(v, engine.Surroundings{Config: check.Config, Queues: check.Queues, Flows: check.Published})
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

// compare says what is different between a candidate and the current version, which is zero for a new flow.
func (p *Publisher) compare(ctx context.Context, c candidate, current version) (plan.Flow, error) {
	f := plan.Flow{Flow: c.Flow, File: c.File, Change: plan.Changed, Version: c.Hash, Previous: current.Hash, Again: c.again}
	if c.Hash == current.Hash {
		f.Change = plan.Unchanged
		return f, nil
	}
	if !c.again {
		_, err := p.opts.Store.FlowVersion(ctx, c.Hash)
		if f.Again = err == nil; err != nil && !errors.Is(err, store.ErrNotFound) {
			return f, err
		}
	}
	if current.Hash == "" {
		f.Change = plan.New
		return f, nil
	}
	f.Compare(current.def, c.machine.Definition)
	f.Scripts = changedScripts(current.Scripts, c.Scripts)
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

// Package project reads a folder of flows and a folder of scripts, and compiles them together into what the engine runs.
package project

import (
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"relevo/engine"
	"relevo/engine/diag"
	"relevo/flows"
	"relevo/flows/locale"
	"relevo/scripts"
)

// Options says where the files are. The shipped files are used where a folder is not given.
type Options struct {
	// Dir is where relative paths begin; "" is the working directory. Findings show paths as they were given.
	Dir     string
	Flows   string // a folder on disk; "": the shipped flows
	Scripts string // a folder on disk; "": the folder scripts beside that of the flows, else the shipped scripts
	// Files are single flow files to read instead of all of Flows.
	Files  []string
	Config map[string]any // nil: anything goes in config.*
	Queues []string       // nil: any queue goes
	// Channels are where messages go; nil: what channels can show is not looked at.
	Channels []engine.ChannelLimits
	// Published are flows that are there besides the files: a file may run them.
	Published map[string]engine.Signature
}

// Project is what the files hold.
type Project struct {
	Definitions []*engine.Definition
	Machines    []*engine.Machine // of the flows without errors
	Commands    engine.Commands
	Scripts     map[string]engine.Script
	Sources     []scripts.Source
	Signatures  map[string]engine.Signature // of every flow, the published ones included; nil where single files were read alone
	Findings    diag.List
	Accepted    []diag.Accepted // warnings that comments in the files accept; they are not among Findings

	acceptances []diag.Acceptance
	files       map[string][]byte
	commands    File
	flows       []string // flow files read
}

// Load reads and compiles a project. Everything that is wrong is in Findings; the error is only for what kept it from looking.
func Load(o Options) (*Project, error) {
	files, err := Read(o)
	if err != nil {
		return nil, err
	}
	return Build(files, o), nil
}

// Build compiles files that were read before, whatever folders the options name.
func Build(files Files, o Options) *Project {
	p := &Project{Scripts: map[string]engine.Script{}, files: map[string][]byte{}}
	for _, f := range files.Scripts {
		p.addScript(f)
	}
	p.addFlows(files.Flows)
	loaded, findings := flows.LoadCommands(files.Commands.Name, files.Commands.Text)
	p.files[files.Commands.Name], p.commands = files.Commands.Text, files.Commands
	p.acceptances = append(p.acceptances, flows.Acceptances(files.Commands.Name, files.Commands.Text)...)
	p.Commands, p.Findings = loaded, append(p.Findings, findings...)
	around := engine.Surroundings{Scripts: p.Scripts, Config: o.Config, Queues: o.Queues, Channels: o.Channels}
	if len(o.Files) == 0 || o.Published != nil { // single files may run flows that are not among them
		p.Signatures = signatures(p.Definitions)
		for flow, signature := range o.Published {
			if _, among := p.Signatures[flow]; !among {
				p.Signatures[flow] = signature
			}
		}
		around.Flows = p.Signatures
	}
	checkCircles(p.Definitions, &p.Findings)
	p.compile(around)
	p.Findings = append(p.Findings, p.shadows()...)
	p.Findings = sure(p.Findings)
	p.Findings.Sort()
	p.Findings, p.Accepted = p.Findings.Accept(p.acceptances)
	p.Findings.Sort()
	return p
}

// compile gives the definitions their meaning, several at a time.
func (p *Project) compile(around engine.Surroundings) {
	var unique []*engine.Definition
	seen := map[string]string{}
	for _, def := range p.Definitions {
		if other, twice := seen[def.Flow.V]; twice {
			p.Findings.Errorf(def.Flow.At, "duplicate-flow", "rename one of them", "flow %q is also in %s", def.Flow.V, other)
			continue
		}
		seen[def.Flow.V] = def.File
		unique = append(unique, def)
	}
	machines, findings := inParallel(unique, func(def *engine.Definition) (*engine.Machine, diag.List) { return engine.Compile(def, around) })
	for i, machine := range machines {
		p.Findings = append(p.Findings, findings[i]...)
		if machine != nil {
			p.Machines = append(p.Machines, machine)
		}
	}
}

// inParallel does the same with each of some things, on as many processors as there are. The results stand in the order of what they were made of.
func inParallel[In, Out any](things []In, do func(In) (Out, diag.List)) ([]Out, []diag.List) {
	made, findings := make([]Out, len(things)), make([]diag.List, len(things))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(things)) {
		workers.Go(func() {
			for i := next.Add(1) - 1; int(i) < len(things); i = next.Add(1) - 1 {
				made[i], findings[i] = do(things[i])
			}
		})
	}
	workers.Wait()
	return made, findings
}

// sure leaves out doubts on lines where something is wrong anyway: who writes yes for true needs no quotes, and in {en: No, thanks} it is the comma.
func sure(all diag.List) diag.List {
	return slices.DeleteFunc(slices.Clone(all), func(doubt diag.Diagnostic) bool {
		return doubt.Code == "yaml-ambiguous" && slices.ContainsFunc(all, func(d diag.Diagnostic) bool {
			return d.Severity == diag.Error && d.Range.Start.Line == doubt.Range.Start.Line && d.Range.File == doubt.Range.File
		})
	})
}

// CommandsFile is the file that the commands were read from.
func (p *Project) CommandsFile() File { return p.commands }

// Source returns the text of a file that findings name.
func (p *Project) Source(file string) []byte { return p.files[file] }

// addScript compiles a script file.
func (p *Project) addScript(f File) {
	file := path.Base(f.Name)
	name := strings.TrimSuffix(file, ".js")
	script, findings := Script(name, file, f.Text)
	for i := range findings {
		findings[i].Range.File = f.Name
	}
	p.files[f.Name] = f.Text
	p.acceptances = append(p.acceptances, scripts.Acceptances(f.Name, f.Text)...)
	p.Findings = append(p.Findings, findings...)
	p.Scripts[name] = script
	if !findings.HasErrors() {
		p.Sources = append(p.Sources, scripts.Source{Name: name, File: file, Code: f.Text})
	}
}

// addFlows reads flow files, several at a time.
func (p *Project) addFlows(files []File) {
	definitions, findings := inParallel(files, func(f File) (*engine.Definition, diag.List) { return flows.Load(f.Name, f.Text) })
	for i, f := range files {
		p.files[f.Name] = f.Text
		p.flows = append(p.flows, f.Name)
		p.acceptances = append(p.acceptances, flows.Acceptances(f.Name, f.Text)...)
		p.Findings = append(p.Findings, findings[i]...)
		if definitions[i] != nil {
			p.Definitions = append(p.Definitions, definitions[i])
		}
	}
}

// CatalogOptions begins the options of a catalog with everything that the project knows.
func (p *Project) CatalogOptions(config map[string]any, evaluator engine.Evaluator) engine.CatalogOptions {
	return engine.CatalogOptions{
		Current: p.Machines, Commands: p.Commands, Config: config, Scripts: evaluator, Locale: locale.New(),
	}
}

// Definition returns the flow of that name, or nil.
func (p *Project) Definition(flow string) *engine.Definition {
	i := slices.IndexFunc(p.Definitions, func(d *engine.Definition) bool { return d.Flow.V == flow })
	if i < 0 {
		return nil
	}
	return p.Definitions[i]
}

// Flows is how many flow files were read, the ones with errors included.
func (p *Project) Flows() int { return len(p.flows) }

// FlowFiles are the names of the flow files that were read, the ones with errors included.
func (p *Project) FlowFiles() []string { return p.flows }

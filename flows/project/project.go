// Package project reads a folder of flows and a folder of scripts, and compiles them together into what the engine runs.
package project

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"relevo/engine"
	"relevo/engine/diag"
	"relevo/flows"
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
}

func (o Options) path(p string) string {
	if filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(o.Dir, p)
}

// scriptsFolder is the folder to read scripts from, "" for the shipped ones.
func (o Options) scriptsFolder() string {
	folder := o.Flows
	if len(o.Files) > 0 {
		folder = filepath.Dir(o.Files[0])
	}
	if o.Scripts != "" || folder == "" {
		return o.Scripts
	}
	beside := filepath.Join(folder, "..", "scripts")
	if info, err := os.Stat(o.path(beside)); err != nil || !info.IsDir() {
		return ""
	}
	return beside
}

// Project is what the files hold.
type Project struct {
	Definitions []*engine.Definition
	Machines    []*engine.Machine // of the flows without errors
	Commands    engine.Commands
	Scripts     map[string]engine.Script
	Sources     []scripts.Source
	Findings    diag.List

	files map[string][]byte
	flows int // flow files read
}

// maxFlows is how many flow files a project may hold.
const maxFlows = 1000

// Load reads and compiles a project. Everything that is wrong is in Findings; the error is only for what kept it from looking.
func Load(o Options) (*Project, error) {
	p := &Project{Scripts: map[string]engine.Script{}, files: map[string][]byte{}}
	if err := p.loadScripts(o); err != nil {
		return nil, err
	}
	if err := p.loadFlows(o); err != nil {
		return nil, err
	}
	around := engine.Surroundings{Scripts: p.Scripts, Config: o.Config, Queues: o.Queues}
	seen := map[string]string{}
	for _, def := range p.Definitions {
		if other, twice := seen[def.Flow.V]; twice {
			p.Findings.Errorf(def.Flow.At, "duplicate-flow", "rename one of them", "flow %q is also in %s", def.Flow.V, other)
			continue
		}
		seen[def.Flow.V] = def.File
		machine, findings := engine.Compile(def, around)
		p.Findings = append(p.Findings, findings...)
		if machine != nil {
			p.Machines = append(p.Machines, machine)
		}
	}
	p.Findings.Sort()
	return p, nil
}

// Source returns the text of a file that findings name.
func (p *Project) Source(file string) []byte { return p.files[file] }

func (p *Project) loadScripts(o Options) error {
	var fsys fs.FS = scripts.Files
	folder := o.scriptsFolder()
	if folder != "" {
		fsys = os.DirFS(o.path(folder))
	}
	names, err := fs.Glob(fsys, "*.js")
	if err != nil {
		return fmt.Errorf("look for scripts: %w", err)
	}
	for _, file := range names {
		code, err := flows.ReadFile(fsys, file)
		if err != nil {
			return fmt.Errorf("read script: %w", err)
		}
		shown := path.Join(filepath.ToSlash(orShipped(folder, "scripts")), file)
		name := strings.TrimSuffix(file, ".js")
		script, findings := scripts.Compile(name, file, code)
		for i := range findings {
			findings[i].Range.File = shown
		}
		p.files[shown] = code
		p.Findings = append(p.Findings, findings...)
		p.Scripts[name] = script
		if !findings.HasErrors() {
			p.Sources = append(p.Sources, scripts.Source{Name: name, File: file, Code: code})
		}
	}
	return nil
}

func orShipped(folder, shipped string) string {
	if folder == "" {
		return shipped
	}
	return folder
}

// loadFlows reads the flow files and the commands beside them; without commands of their own the shipped ones hold.
func (p *Project) loadFlows(o Options) error {
	files := o.Files
	commands, text := path.Join("flows", flows.CommandsFile), []byte(nil)
	if len(files) == 0 {
		var fsys fs.FS = flows.Files
		if o.Flows != "" {
			fsys = os.DirFS(o.path(o.Flows))
		}
		names, err := fs.Glob(fsys, "*.yaml")
		if err != nil {
			return fmt.Errorf("look for flows: %w", err)
		}
		if len(names) > maxFlows {
			return fmt.Errorf("folder %s has %d flow files, at most %d are read", o.Flows, len(names), maxFlows)
		}
		for _, name := range names {
			source, err := flows.ReadFile(fsys, name)
			if err != nil {
				return fmt.Errorf("read flow: %w", err)
			}
			shown := path.Join(filepath.ToSlash(orShipped(o.Flows, "flows")), name)
			if name == flows.CommandsFile {
				commands, text = shown, source
				continue
			}
			p.load(shown, source)
		}
		if p.flows == 0 {
			return fmt.Errorf("folder %s: %w", o.Flows, ErrNoFlows)
		}
	}
	for _, file := range files {
		source, err := flows.ReadFile(os.DirFS(filepath.Dir(o.path(file))), filepath.Base(file)) // a huge one is a finding, not a full memory
		if err != nil {
			return fmt.Errorf("read flow: %w", err)
		}
		if filepath.Base(file) == flows.CommandsFile { // flows/*.yaml in a shell names it, too
			commands, text = filepath.ToSlash(file), source
			continue
		}
		p.load(filepath.ToSlash(file), source)
	}
	if text == nil {
		shipped, err := flows.Files.ReadFile(flows.CommandsFile)
		if err != nil {
			return fmt.Errorf("read the shipped commands: %w", err)
		}
		text = shipped
	}
	loaded, findings := flows.LoadCommands(commands, text)
	p.files[commands] = text
	p.Commands, p.Findings = loaded, append(p.Findings, findings...)
	return nil
}

// ErrNoFlows is a folder without flow files.
var ErrNoFlows = errors.New("there are no flow files (*.yaml) here")

func (p *Project) load(shown string, source []byte) {
	p.files[shown] = source
	p.flows++
	def, findings := flows.Load(shown, source)
	p.Findings = append(p.Findings, findings...)
	if def != nil {
		p.Definitions = append(p.Definitions, def)
	}
}

// CatalogOptions begins the options of a catalog with everything that the project knows.
func (p *Project) CatalogOptions(config map[string]any, evaluator engine.Evaluator) engine.CatalogOptions {
	return engine.CatalogOptions{
		Current: p.Machines, Commands: p.Commands, Config: config, Scripts: evaluator, Functions: p.Scripts,
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
func (p *Project) Flows() int { return p.flows }

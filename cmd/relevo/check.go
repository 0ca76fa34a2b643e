package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"relevo/channel/webchat"
	"relevo/channel/whatsapp"
	"relevo/engine"
	"relevo/engine/diag"
	"relevo/engine/diag/words"
	"relevo/flows"
	"relevo/flows/project"
	"relevo/scripts"
)

func (a *app) checkCommand() *cobra.Command {
	var asJSON, strict bool
	var format, explain string
	cmd := &cobra.Command{
		Use: "check [FLOW|DIR|- ...]", Short: "Find what is wrong in flows and scripts",
		Long: `Check reads flow files, the scripts they use, and the commands, and reports everything that is wrong at once: place, line,
and how to mend it. Where a conversation proves it, the conversation is shown: relevo test runs it as it stands. Without arguments it checks the
flows that serve would use; - reads one flow from the standard input.

A warning that is meant to be is accepted by a comment on its line, or alone on the line above:  # accept CODE: the reason

Exit code 0: nothing wrong (warnings may be shown). 1: errors, with --strict also warnings. 2: usage. 3: a file can not be read.`,
		Example: `  relevo check
  relevo check flows/order_tracking.yaml
  relevo check --language pt flows/              in Portuguese
  relevo check --explain no-way-out              what a code means, with an example
  relevo check --json flows/ | jq '.findings[].code'
  relevo check --format github --strict flows/   beside the lines of a change, in CI
  relevo check --format sarif flows/ > findings.sarif`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if explain != "" {
				return a.explain(explain)
			}
			if asJSON {
				format = "json"
			}
			if a.language != "" && !words.Known(a.language) {
				return &usageError{fmt.Errorf("findings can not be said in %q; it can be %s", a.language, strings.Join(words.Languages, ", "))}
			}
			report, known := reports[format]
			if !known {
				return &usageError{fmt.Errorf("there is no format %q; it can be text, json, sarif or github", format)}
			}
			c, err := a.loadConfig(cmd)
			if err != nil {
				return err
			}
			a.easeGC()
			found, err := a.check(c, args)
			if err != nil {
				return err
			}
			if err := report(a, found); err != nil {
				return err
			}
			if errs, warnings := found.findings.Count(); errs > 0 || strict && warnings > 0 {
				return failure{}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "short for --format json")
	cmd.Flags().StringVar(&format, "format", "text", "text, json, sarif (SARIF 2.1.0) or github (annotations of a change)")
	cmd.Flags().BoolVar(&strict, "strict", false, "warnings fail, too")
	cmd.Flags().StringVar(&a.language, "language", "", "say the findings in en, es or pt (default: the terminal's language) [RELEVO_LANGUAGE]")
	cmd.Flags().StringVar(&explain, "explain", "", "explain a code instead: what, why, how to mend it")
	addConfigFlags(cmd, "flows", "scripts", "config", "queues")
	return cmd
}

// checked is what a check has found.
type checked struct {
	findings diag.List
	accepted []diag.Accepted
	source   func(file string) []byte
	flows    int
}

// check loads each folder as a project, and single files together as another.
func (a *app) check(c config, args []string) (found checked, err error) {
	var projects []*project.Project
	var files []string
	load := func(o project.Options) error {
		p, err := project.Load(o)
		if err != nil {
			return &environmentError{err}
		}
		projects = append(projects, p)
		return nil
	}
	base := a.projectOptions(c)
	for _, arg := range args {
		if arg == "-" {
			p, err := a.fromInput(base)
			if err != nil {
				return checked{}, err
			}
			projects = append(projects, p)
			continue
		}
		info, err := os.Stat(a.path(arg))
		if err != nil {
			return checked{}, &environmentError{fmt.Errorf("%s can not be read: %w", arg, cause(err))}
		}
		if !info.IsDir() {
			files = append(files, arg)
			continue
		}
		o := base
		o.Flows = arg
		if err := load(o); err != nil {
			return checked{}, err
		}
	}
	if len(files) > 0 || len(args) == 0 {
		o := base
		o.Files = files
		if err := load(o); err != nil {
			return checked{}, err
		}
	}
	for _, p := range projects {
		prove(c, p)
		found.findings = append(found.findings, p.Findings...)
		found.accepted = append(found.accepted, p.Accepted...)
		found.flows += p.Flows()
	}
	found.findings.Sort()
	found.source = func(file string) []byte {
		for _, p := range projects {
			if text := p.Source(file); text != nil {
				return text
			}
		}
		return nil
	}
	return found, nil
}

// inputName is what findings call a flow that comes from the standard input.
const inputName = "stdin"

// fromInput reads one flow from the standard input, with the scripts and commands that the configuration names.
func (a *app) fromInput(o project.Options) (*project.Project, error) {
	text, err := io.ReadAll(io.LimitReader(a.in, flows.MaxFileBytes+1))
	if err != nil {
		return nil, &environmentError{fmt.Errorf("read the standard input: %w", err)}
	}
	files, err := project.Read(o)
	if err != nil {
		return nil, &environmentError{err}
	}
	files.Flows = []project.File{{Name: inputName, Text: text}}
	o.Files = []string{inputName} // it may run flows that are elsewhere
	return project.Build(files, o), nil
}

// projectOptions says where the flows are that the configuration names.
func (a *app) projectOptions(c config) project.Options {
	values := c.Values
	if c.Demo {
		values = demoValues("", values) // serve sets the address of the demo business
	}
	return project.Options{Dir: a.dir, Flows: c.Flows, Scripts: c.Scripts, Config: values, Queues: c.queueIDs(), Channels: c.limits()}
}

// channelKinds are the kinds of channels that there are, with what each can show.
var channelKinds = []struct {
	kind   string
	limits engine.ChannelLimits
}{
	{"whatsapp", whatsapp.Capabilities().Limits("WhatsApp")},
	{"webchat", webchat.Capabilities().Limits("the web chat")},
}

// limits are those of the configured channels, and of all that there are where nobody has chosen yet.
func (c config) limits() []engine.ChannelLimits {
	var limits []engine.ChannelLimits
	for _, k := range channelKinds {
		if c.anyChannel || slices.ContainsFunc(c.Channels, func(ch channelConfig) bool { return ch.Type == k.kind }) {
			limits = append(limits, k.limits)
		}
	}
	return limits
}

// count writes "1 flow", "2 flows".
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// playground is what test and talk need to run conversations: the flows, compiled, and the workers that run their scripts.
type playground struct {
	project *project.Project
	pool    *scripts.Pool
	options engine.CatalogOptions
}

// openPlayground loads the flows. What is wrong with them comes back as a findingsError.
func (a *app) openPlayground(c config, files []string, options scripts.Options) (*playground, error) {
	o := a.projectOptions(c)
	o.Files = files
	p, err := project.Load(o)
	if err != nil {
		return nil, &environmentError{err}
	}
	if p.Findings.HasErrors() {
		return nil, &findingsError{list: p.Findings, source: p.Source}
	}
	options.Sources = p.Sources
	pool, err := scripts.NewPool(options)
	if err != nil {
		return nil, &environmentError{fmt.Errorf("start the script workers: %w", err)}
	}
	queues, err := c.queues()
	if err != nil {
		_ = pool.Close()
		return nil, err
	}
	catalog := p.CatalogOptions(c.Values, pool)
	catalog.DefaultQueue, catalog.DefaultLanguage = c.DefaultQueue, c.DefaultLanguage
	catalog.Lease = c.duration(c.PhoneLease)
	catalog.QueueOpen = queueOpen(queues)
	return &playground{project: p, pool: pool, options: catalog}, nil
}

func (p *playground) close() { _ = p.pool.Close() }

// relative shows a path below the working directory without it.
func (a *app) relative(path string) string {
	return filepath.ToSlash(strings.TrimPrefix(path, a.dir+string(filepath.Separator)))
}

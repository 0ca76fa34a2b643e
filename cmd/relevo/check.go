package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"relevo/channel/webchat"
	"relevo/channel/whatsapp"
	"relevo/engine"
	"relevo/engine/diag"
	"relevo/flows/project"
	"relevo/scripts"
)

func (a *app) checkCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "check [FLOW|DIR ...]", Short: "Find what is wrong in flows and scripts",
		Long: `Check reads flow files, the scripts they use, and the commands, and reports everything that is wrong at once: place, line,
and how to mend it. Without arguments it checks the flows that serve would use.

Exit code 0: nothing wrong (warnings may be shown). 1: errors. 2: usage. 3: a file can not be read.`,
		Example: "  relevo check\n  relevo check flows/order_tracking.yaml\n  relevo check --json flows/ | jq '.findings[].code'",
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.loadConfig(cmd)
			if err != nil {
				return err
			}
			findings, sources, n, err := a.check(c, args)
			if err != nil {
				return err
			}
			return a.reportFindings(findings, sources, n, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print findings as JSON")
	addConfigFlags(cmd, "flows", "scripts", "config", "queues")
	return cmd
}

// check loads each folder as a project, and single files together as another.
func (a *app) check(c config, args []string) (findings diag.List, source func(string) []byte, n int, err error) {
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
		info, err := os.Stat(a.path(arg))
		if err != nil {
			return nil, nil, 0, &environmentError{fmt.Errorf("%s can not be read: %w", arg, cause(err))}
		}
		if !info.IsDir() {
			files = append(files, arg)
			continue
		}
		o := base
		o.Flows = arg
		if err := load(o); err != nil {
			return nil, nil, 0, err
		}
	}
	if len(files) > 0 || len(args) == 0 {
		o := base
		o.Files = files
		if err := load(o); err != nil {
			return nil, nil, 0, err
		}
	}
	for _, p := range projects {
		findings = append(findings, p.Findings...)
		n += p.Flows()
	}
	findings.Sort()
	source = func(file string) []byte {
		for _, p := range projects {
			if text := p.Source(file); text != nil {
				return text
			}
		}
		return nil
	}
	return findings, source, n, nil
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

func (a *app) reportFindings(findings diag.List, source func(string) []byte, n int, asJSON bool) error {
	errs, warnings := findings.Count()
	if asJSON {
		if findings == nil {
			findings = diag.List{}
		}
		if err := a.printJSON(map[string]any{"flows": n, "errors": errs, "warnings": warnings, "findings": findings}); err != nil {
			return err
		}
	} else {
		if err := diag.Render(a.out, findings, source); err != nil {
			return err
		}
		if len(findings) > 0 {
			if err := a.printf("\n"); err != nil {
				return err
			}
		}
		if err := a.printf("%s checked: %s, %s\n", count(n, "flow"), count(errs, "error"), count(warnings, "warning")); err != nil {
			return err
		}
	}
	if errs > 0 {
		return failure{}
	}
	return nil
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

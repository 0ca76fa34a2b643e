package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"relevo/engine"
	"relevo/flows"
	"relevo/flows/draw"
	"relevo/flows/project"
)

func (a *app) drawCommand() *cobra.Command {
	var format, output, language string
	cmd := &cobra.Command{
		Use: "draw FLOW", Short: "Draw a flow as a state machine", Args: exactly(1),
		Long: `Draw draws a flow: a file, or the name of a flow that serve would use. The format follows the output's file name, else it is SVG.

Exit code 0: drawn. 1: the flow has errors. 2: usage. 3: a file can not be read or written.`,
		Example: "  relevo draw order_tracking > order_tracking.svg\n  relevo draw flows/order_tracking.yaml --language es -o pedido.svg\n  relevo draw order_tracking --format mermaid",
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.loadConfig(cmd)
			if err != nil {
				return err
			}
			if format == "" && filepath.Ext(output) == ".mmd" {
				format = "mermaid"
			}
			if format == "" {
				format = "svg"
			}
			if !slices.Contains([]string{"svg", "mermaid"}, format) {
				return &usageError{fmt.Errorf("there is no format %q; it can be svg or mermaid", format)}
			}
			def, version, err := a.definition(c, args[0])
			if err != nil {
				return err
			}
			return a.draw(def, format, output, draw.Options{Language: language, Version: version})
		},
	}
	cmd.Flags().StringVar(&format, "format", "", "svg or mermaid")
	cmd.Flags().StringVarP(&output, "output", "o", "", "file to write (default: standard output)")
	cmd.Flags().StringVar(&language, "language", "", "language of the texts (default: the flow's first)")
	addConfigFlags(cmd, "flows", "scripts")
	return cmd
}

// definition finds a flow by file or by name. It need not compile to be drawn. One that compiles with its scripts has a version.
func (a *app) definition(c config, name string) (def *engine.Definition, version string, err error) {
	if source, err := os.ReadFile(a.path(name)); err == nil {
		def, findings := flows.Load(name, source)
		if def == nil {
			return nil, "", &findingsError{list: findings, source: func(string) []byte { return source }}
		}
		return def, "", nil
	}
	p, err := project.Load(project.Options{Dir: a.dir, Flows: c.Flows, Scripts: c.Scripts})
	if err != nil {
		return nil, "", &environmentError{err}
	}
	for _, m := range p.Machines {
		if m.Flow == name {
			version = m.Version
		}
	}
	if def := p.Definition(name); def != nil {
		return def, version, nil
	}
	return nil, "", &environmentError{fmt.Errorf("there is no file and no flow %q", name)}
}

func (a *app) draw(def *engine.Definition, format, output string, o draw.Options) (err error) {
	w := a.out
	if output != "" {
		f, failed := os.Create(a.path(output))
		if failed != nil {
			return &environmentError{fmt.Errorf("%s can not be written: %w", output, cause(failed))}
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		w = f
	}
	if format == "mermaid" {
		return draw.Mermaid(w, def)
	}
	return draw.SVG(w, def, o)
}

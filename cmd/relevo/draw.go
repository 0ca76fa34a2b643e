package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"relevo/engine"
	"relevo/engine/diag"
	"relevo/flows"
	"relevo/flows/draw"
	"relevo/flows/project"
)

// drawing is what the draw command was asked for.
type drawing struct {
	format, output, language string
	highlight                string
	server, token            string
	scale                    float64
	dark, all                bool
}

// drawFormats are the formats by the ending of a file's name.
var drawFormats = map[string]string{".svg": "svg", ".png": "png", ".mmd": "mermaid", ".mermaid": "mermaid", ".dot": "dot", ".gv": "dot"}

func (a *app) drawCommand() *cobra.Command {
	var o drawing
	cmd := &cobra.Command{
		Use: "draw [FLOW]", Short: "Draw a flow, or how all flows call each other", Args: usageArgs(cobra.MaximumNArgs(1)),
		Long: `Draw draws a flow: a file, or the name of a flow that serve would use. With --all it draws all flows: what starts them, how they run each other, and
the queues in which their contacts wait for people. The format follows the output's file name, else it is SVG. A flow with errors is drawn as far as it
can be read.

--highlight brings something out, and lets the rest step back:
  a transcript         the way that the conversation takes, its states numbered in order
  live                 how many runs stand in each state now, from the server of --server or the database of the configuration
  ask_order=3,report=1 numbers of your own, also as a JSON file: {"ask_order": 3, "report": 1}
  a JSON file with the path of a finding, as check --json prints it

Exit code 0: drawn. 1: the file is no flow. 2: usage. 3: a file, the database or the server can not be used.`,
		Example: `  relevo draw order_tracking > order_tracking.svg
  relevo draw flows/order_tracking.yaml --language es -o pedido.png
  relevo draw order_tracking --highlight testdata/transcripts/order_en_happy.transcript -o happy.svg
  RELEVO_TOKEN=$TOKEN relevo draw order_tracking --highlight live --server https://chat.example.org -o now.png
  relevo draw order_tracking --format dot | dot -Tpdf > order_tracking.pdf
  relevo draw --all -o flows.svg`,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.loadConfig(cmd)
			if err != nil {
				return err
			}
			if err := o.check(len(args), a.terminal); err != nil {
				return &usageError{err}
			}
			p, err := a.picture(cmd.Context(), c, args, o)
			if err != nil {
				return err
			}
			return a.writePicture(p, o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.format, "format", "", "svg, png, mermaid or dot (default: by the name of the output)")
	f.StringVarP(&o.output, "output", "o", "", "file to write (default: standard output)")
	f.StringVar(&o.language, "language", "", "language of the texts and of the picture's own words (default: the flow's first)")
	f.StringVar(&o.highlight, "highlight", "", "what to bring out: a transcript, live, or numbers by state")
	f.Float64Var(&o.scale, "scale", 0, "png: pixels for each pixel of the SVG (default 2, less for an enormous flow)")
	f.BoolVar(&o.dark, "dark", false, "png: on dark paper; an SVG follows its reader")
	f.BoolVar(&o.all, "all", false, "draw how all flows call each other")
	addServerFlags(cmd, &o.server, &o.token)
	addConfigFlags(cmd, "flows", "scripts", "config", "queues", "default_queue", "default_language", "database")
	return cmd
}

// check completes what was asked for, and says what does not go together.
func (o *drawing) check(args int, terminal bool) error {
	switch {
	case o.all && args > 0:
		return errors.New("--all draws every flow: leave the name out")
	case !o.all && args == 0:
		return errors.New("which flow? Name a file or a flow, or draw all of them with --all")
	}
	if err := o.chooseFormat(); err != nil {
		return err
	}
	switch {
	case o.format == "png" && o.output == "" && terminal:
		return errors.New("a PNG is not for a terminal: write it to a file with -o flow.png")
	case o.format != "png" && o.scale != 0:
		return errors.New("--scale is for PNG only")
	case o.format != "png" && o.dark:
		return errors.New("--dark is for PNG only: an SVG is dark where its reader is")
	case o.scale != 0 && (o.scale < draw.MinScale || o.scale > draw.MaxScale):
		return fmt.Errorf("--scale is a number from %v to %v", draw.MinScale, draw.MaxScale)
	}
	return nil
}

// chooseFormat follows the output's file name where no format is named.
func (o *drawing) chooseFormat() error {
	if o.format != "" {
		if !slices.Contains([]string{"svg", "png", "mermaid", "dot"}, o.format) {
			return fmt.Errorf("there is no format %q; it can be svg, png, mermaid or dot", o.format)
		}
		return nil
	}
	ending := strings.ToLower(filepath.Ext(o.output))
	if o.format = drawFormats[ending]; o.format == "" && ending != "" {
		return fmt.Errorf("%s: no format has the ending %s; it can be .svg, .png, .mmd or .dot, or name the format with --format", o.output, ending)
	}
	if o.format == "" {
		o.format = "svg"
	}
	return nil
}

// picture reads the flow, or all of them, and what should be brought out.
func (a *app) picture(ctx context.Context, c config, args []string, o drawing) (draw.Picture, error) {
	opts := draw.Options{Language: o.language}
	if o.all {
		p, err := a.project(c)
		if err != nil {
			return draw.Picture{}, err
		}
		opts.Marks, err = a.marksOfAll(ctx, c, o)
		return draw.All(p.Definitions, opts), err
	}
	def, version, err := a.definition(c, args[0])
	if err != nil {
		return draw.Picture{}, err
	}
	opts.Version = version
	opts.Marks, err = a.marks(ctx, c, def, o)
	return draw.Flow(def, opts), err
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
	p, err := a.project(c)
	if err != nil {
		return nil, "", err
	}
	for _, m := range p.Machines {
		if m.Flow == name {
			version = m.Version
		}
	}
	if def := p.Definition(name); def != nil {
		return def, version, nil
	}
	return nil, "", &environmentError{fmt.Errorf("there is no file and no flow %q%s", name, known(p.Definitions))}
}

// known names the flows that there are.
func known(defs []*engine.Definition) string {
	var names []string
	for _, def := range defs {
		names = append(names, def.Flow.V)
	}
	if len(names) == 0 {
		return ""
	}
	return "; the flows are " + strings.Join(names, ", ")
}

func (a *app) project(c config) (*project.Project, error) {
	p, err := project.Load(project.Options{Dir: a.dir, Flows: c.Flows, Scripts: c.Scripts})
	if err != nil {
		return nil, &environmentError{err}
	}
	return p, nil
}

// writePicture writes a picture whole, or nothing of it.
func (a *app) writePicture(p draw.Picture, o drawing) error {
	var b bytes.Buffer
	if err := encode(&b, p, o); err != nil {
		if errors.Is(err, draw.ErrTooLarge) {
			return &usageError{fmt.Errorf("%w; --scale sets it, and an SVG has no limit", err)}
		}
		return err
	}
	if o.output == "" {
		_, err := a.out.Write(b.Bytes())
		return err
	}
	if err := os.WriteFile(a.path(o.output), b.Bytes(), 0o644); err != nil {
		return &environmentError{fmt.Errorf("%s can not be written: %w", o.output, cause(err))}
	}
	return nil
}

func encode(w io.Writer, p draw.Picture, o drawing) error {
	switch o.format {
	case "png":
		return p.PNG(w, draw.PNGOptions{Scale: o.scale, Dark: o.dark})
	case "mermaid":
		return p.Mermaid(w)
	case "dot":
		return p.Dot(w)
	}
	return p.SVG(w)
}

// findingsOf makes an error of what is wrong in a transcript.
func findingsOf(list diag.List, source []byte) error {
	return &findingsError{list: list, source: func(string) []byte { return source }}
}

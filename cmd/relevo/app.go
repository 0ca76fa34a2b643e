package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"runtime/debug"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"relevo/engine/diag"
)

// Exit codes (design, the command line).
const (
	exitGood        = 0
	exitFindings    = 1 // findings or failures
	exitUsage       = 2
	exitEnvironment = 3 // a file, port or database that can not be used
)

// app is all contact with the process: a test runs the program with one of its own.
type app struct {
	args     []string
	in       io.Reader
	out, err io.Writer
	dir      string // the working directory
	getenv   func(string) string
	now      func() time.Time
	terminal bool   // out is a terminal
	answers  bool   // in is a terminal: somebody can be asked
	language string // the language of findings that --language asks for; "": as the environment says
}

// findingsError is findings that are yet to be shown. They are shown by run, not by who found them.
type findingsError struct {
	list   diag.List
	source func(string) []byte
}

func (e *findingsError) Error() string { return e.list.Error() }

// in tells that a flow file itself has errors.
func (e *findingsError) in(file string) bool {
	return slices.ContainsFunc(e.list, func(d diag.Diagnostic) bool {
		return d.Severity == diag.Error && filepath.Base(d.Range.File) == filepath.Base(file)
	})
}

// failure is a failure that was already reported.
type failure struct{}

func (failure) Error() string { return "failed" }

// usageError is a command line or setting that can not be understood.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

// environmentError is a machine that does not give what is needed.
type environmentError struct{ err error }

func (e *environmentError) Error() string { return e.err.Error() }
func (e *environmentError) Unwrap() error { return e.err }

// run runs the command line and returns the exit code.
func (a *app) run(ctx context.Context) int {
	root := a.command()
	root.SetArgs(a.args)
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	err := root.ExecuteContext(ctx)
	var (
		findings    *findingsError
		usage       *usageError
		environment *environmentError
	)
	switch {
	case err == nil:
		return exitGood
	case errors.As(err, &findings):
		if err := a.render(a.err, findings.list, findings.source); err != nil {
			return exitEnvironment
		}
		return exitFindings
	case errors.Is(err, failure{}):
		return exitFindings
	case errors.As(err, &environment):
		a.complain(err)
		return exitEnvironment
	case errors.As(err, &usage):
		a.complain(err)
		return exitUsage
	case errors.Is(err, context.Canceled):
		return exitGood
	default:
		a.complain(err)
		return exitFindings
	}
}

func (a *app) complain(err error) { _, _ = fmt.Fprintf(a.err, "relevo: %v\n", err) }

func (a *app) printf(format string, args ...any) error {
	_, err := fmt.Fprintf(a.out, format, args...)
	return err
}

func (a *app) printJSON(v any) error {
	encoder := json.NewEncoder(a.out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}

func (a *app) command() *cobra.Command {
	root := &cobra.Command{
		Use:   "relevo",
		Short: "Answer contacts with flows, and hand over to people",
		Long: `Relevo answers the contacts of a business with flows (state machines written in YAML), and hands them
over to human agents in a queue when the bot can not resolve.`,
		Example: `  relevo init                            begin a new flow by answering a few questions
  relevo serve                           the web chat, the console and the shipped flows, on http://127.0.0.1:8080
  relevo check flows/                    everything that is wrong in a folder of flows
  relevo talk                            talk to the flows in the terminal
  relevo test testdata/transcripts       run conversations as tests`,
		SilenceErrors: true, SilenceUsage: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return &usageError{fmt.Errorf("there is no command %q; see relevo --help", args[0])}
			}
			return cmd.Help()
		},
		Args: cobra.ArbitraryArgs,
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return &usageError{fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())}
	})
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(
		a.initCommand(), a.serveCommand(), a.checkCommand(), a.fmtCommand(), a.testCommand(), a.talkCommand(), a.drawCommand(), a.lspCommand(), a.publishCommand(),
		a.flowsCommand(), a.eventCommand(),
		a.doctorCommand(), a.userCommand(), a.tokenCommand(), a.versionCommand(),
	)
	return root
}

// atMost refuses surplus arguments as a mistake of usage.
func atMost(n int) cobra.PositionalArgs { return usageArgs(cobra.MaximumNArgs(n)) }

func exactly(n int) cobra.PositionalArgs { return usageArgs(cobra.ExactArgs(n)) }

func usageArgs(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if check(cmd, args) == nil {
			return nil
		}
		if cmd.HasSubCommands() && len(args) > 0 {
			return &usageError{fmt.Errorf("there is no command %q; see %s --help", args[0], cmd.CommandPath())}
		}
		return &usageError{fmt.Errorf("it is used as: %s; see %s --help", cmd.UseLine(), cmd.CommandPath())}
	}
}

// cause leaves out a path that the message names already.
func cause(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

// version is set when a release is built.
var version = ""

func programVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				return "devel-" + s.Value[:12]
			}
		}
	}
	return "devel"
}

func (a *app) versionCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "version", Short: "Print the version", Args: exactly(0),
		Example: "  relevo version\n  relevo version --json",
		RunE: func(*cobra.Command, []string) error {
			if asJSON {
				return a.printJSON(map[string]string{"version": programVersion()})
			}
			return a.printf("relevo %s\n", programVersion())
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

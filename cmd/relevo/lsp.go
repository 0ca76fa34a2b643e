package main

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/spf13/cobra"

	"relevo/docs"
	"relevo/flows/format"
	"relevo/flows/lsp"
	"relevo/flows/project"
)

func (a *app) lspCommand() *cobra.Command {
	var docsURL string
	var stdio bool
	cmd := &cobra.Command{
		Use: "lsp", Short: "Help an editor with flows", Args: exactly(0),
		Long: `Lsp is a language server: an editor starts it, and it speaks the Language Server Protocol over standard input and output. While a flow is
edited it shows what check finds, completes states, slots, scripts, functions and events, explains what is under the cursor, goes to where a
name is defined, lists who uses it, gives a state or a slot a new name everywhere, and mends what has an obvious mend.

docs/editors.md says how to set up VS Code, Neovim, Helix, Emacs and JetBrains. Started by hand, it waits for an editor: end it with Ctrl-D.

Exit code 0: the editor has ended it. 1: the editor went away. 2: usage. 3: the input is not the protocol.`,
		Example: "  relevo lsp                        what editors start\n  relevo lsp --config relevo.yaml   with the queues and config.* of a configuration",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.lsp(cmd.Context(), a.lspOptions(cmd, docsURL))
		},
	}
	cmd.Flags().StringVar(&docsURL, "docs", "", "address of the page that explains findings; editors link to it with # and the code")
	cmd.Flags().BoolVar(&stdio, "stdio", true, "speak over standard input and output; there is no other way")
	_ = cmd.Flags().MarkHidden("stdio") // many editors pass it to every server
	addConfigFlags(cmd, "scripts", "config", "queues")
	return cmd
}

// lspOptions are those of the program.
func (a *app) lspOptions(cmd *cobra.Command, docsURL string) lsp.Options {
	var mu sync.Mutex
	return lsp.Options{
		Version: programVersion(), Explain: explained, DocsURL: docsURL, Format: formatted, Language: a.spoken(),
		Configure: func(folder string) (project.Options, error) { return a.configured(cmd, folder) },
		Log: func(format string, args ...any) {
			mu.Lock()
			defer mu.Unlock()
			a.complain(fmt.Errorf(format, args...))
		},
	}
}

// formatted is a flow as relevo fmt writes it.
func formatted(text []byte) ([]byte, error) {
	out, findings, err := format.Source("flow", text)
	return out, errors.Join(err, findings.Err())
}

// explained is what the manual says of a code.
func explained(code string) string {
	entry, _ := docs.Diagnostic(code)
	return entry
}

// configured is what the configuration of a folder knows.
func (a *app) configured(cmd *cobra.Command, folder string) (project.Options, error) {
	there := *a
	there.dir = folder
	c, err := there.loadConfig(cmd)
	if err != nil {
		return project.Options{}, err
	}
	return there.projectOptions(c), nil
}

func (a *app) lsp(ctx context.Context, o lsp.Options) error {
	clean, err := lsp.Serve(ctx, a.in, a.out, o)
	switch {
	case err != nil:
		return &environmentError{fmt.Errorf("speak with the editor: %w", err)}
	case !clean:
		return failure{}
	}
	return nil
}

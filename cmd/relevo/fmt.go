package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/spf13/cobra"

	"relevo/engine/diag"
	"relevo/flows"
	"relevo/flows/format"
)

// fmtOptions says what to do with what is not in style. Without any the files are rewritten.
type fmtOptions struct {
	check bool // list it, and fail
	diff  bool // show it
}

func (a *app) fmtCommand() *cobra.Command {
	var o fmtOptions
	cmd := &cobra.Command{
		Use: "fmt [FLOW|DIR|- ...]", Short: "Write flow files in one style",
		Long: `Fmt writes flow files, and commands.yaml, in the style of the shipped flows: two blanks a level, {a: b} and [a, b], one blank line at most. Lines stay
lines; comments, the order of keys and the quotes of texts stay as they are, and so does what the file means. It prints the names of the files that it
has changed. Without arguments it formats the flows folder of the configuration; - reads a flow from standard input and writes it to standard output.

A file that is not YAML is not touched: what is wrong with it is shown. The version of a flow is the hash of its file: a formatted flow that is published
is a new version, with the same meaning.

Exit code 0: done. 1: a file is not YAML, or --check found one to format. 2: usage. 3: a file can not be read or written.`,
		Example: "  relevo fmt flows/\n  relevo fmt --check flows/            in a build: fails when a file is not in style\n  relevo fmt --diff flows/refund.yaml  what would change\n  relevo fmt - < refund.yaml           for an editor",
		RunE: func(cmd *cobra.Command, args []string) error {
			if slices.Contains(args, "-") {
				if len(args) > 1 {
					return &usageError{errors.New("- stands alone: standard input is one flow")}
				}
				return a.fmtStream(o)
			}
			files, err := a.fmtFiles(cmd, args)
			if err != nil {
				return err
			}
			return a.fmt(cmd.Context(), files, o)
		},
	}
	cmd.Flags().BoolVar(&o.check, "check", false, "change nothing; list the files that are not in style, and exit with 1 when there are any")
	cmd.Flags().BoolVar(&o.diff, "diff", false, "change nothing; show what would change")
	addConfigFlags(cmd, "flows")
	return cmd
}

// fmtFiles are the files to format, each once.
func (a *app) fmtFiles(cmd *cobra.Command, args []string) ([]string, error) {
	if len(args) == 0 {
		c, err := a.loadConfig(cmd)
		if err != nil {
			return nil, err
		}
		if c.Flows == "" {
			return nil, &usageError{errors.New("no flows folder is configured, and the shipped flows can not be changed; name files or a folder: relevo fmt flows/")}
		}
		args = []string{c.Flows}
	}
	var files []string
	for _, arg := range args {
		info, err := os.Stat(a.path(arg))
		if err != nil {
			return nil, &environmentError{fmt.Errorf("%s can not be read: %w", arg, cause(err))}
		}
		found := []string{arg}
		if info.IsDir() {
			if found, err = a.styledFiles(arg); err != nil {
				return nil, err
			}
		}
		for _, file := range found {
			if !slices.Contains(files, file) {
				files = append(files, file)
			}
		}
	}
	return files, nil
}

// flowKey is a key that only flow files have at their top.
var flowKey = regexp.MustCompile(`(?m)^\s{0,8}["']?(flow|states)["']?\s*:`)

// styledFiles are the flows of a folder and the commands. Other YAML files that happen to be there are left alone.
func (a *app) styledFiles(dir string) ([]string, error) {
	fsys := os.DirFS(a.path(dir))
	names, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("look for flows: %w", err)
	}
	var files []string
	for _, name := range names {
		text, err := flows.ReadFile(fsys, name)
		if err != nil {
			return nil, &environmentError{fmt.Errorf("%s can not be read: %w", filepath.Join(dir, name), cause(err))}
		}
		if name == flows.CommandsFile || flowKey.Match(text) {
			files = append(files, filepath.ToSlash(filepath.Join(dir, name)))
		}
	}
	if len(files) == 0 {
		return nil, &environmentError{fmt.Errorf("folder %s: there are no flow files (*.yaml) here", dir)}
	}
	return files, nil
}

// fmtStream formats standard input.
func (a *app) fmtStream(o fmtOptions) error {
	const name = "standard input"
	text, err := io.ReadAll(io.LimitReader(a.in, flows.MaxFileBytes+4))
	if err != nil {
		return &environmentError{fmt.Errorf("%s can not be read: %w", name, err)}
	}
	out, findings, err := format.Source(name, text)
	switch {
	case err != nil:
		return err
	case out == nil:
		return &findingsError{list: findings, source: func(string) []byte { return text }}
	case o.check || o.diff:
		changed, err := a.tell(name, text, out, o)
		if err == nil && changed && o.check {
			err = failure{}
		}
		return err
	}
	_, err = a.out.Write(out)
	return err
}

// fmt formats files one by one. One that can not be formatted keeps none of the others from it.
func (a *app) fmt(ctx context.Context, files []string, o fmtOptions) error {
	var findings diag.List
	var failed error
	sources := map[string][]byte{}
	changed := false
	for _, file := range files {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		text, err := flows.ReadFile(os.DirFS(filepath.Dir(a.path(file))), filepath.Base(file))
		if err != nil {
			failed = errors.Join(failed, &environmentError{fmt.Errorf("%s can not be read: %w", file, cause(err))})
			continue
		}
		out, found, err := format.Source(file, text)
		if err != nil || out == nil {
			failed, findings, sources[file] = errors.Join(failed, err), append(findings, found...), text
			continue
		}
		is, err := a.formatted(file, text, out, o)
		failed, changed = errors.Join(failed, err), changed || is
	}
	if len(findings) > 0 {
		if err := diag.Render(a.err, findings, func(file string) []byte { return sources[file] }); err != nil {
			return err
		}
	}
	if failed == nil && (len(findings) > 0 || changed && o.check) {
		return failure{}
	}
	return failed
}

// formatted writes a file that changes, or only says so.
func (a *app) formatted(file string, before, after []byte, o fmtOptions) (changed bool, err error) {
	if !o.check && !o.diff && string(before) != string(after) {
		if err := replaceFile(a.path(file), after); err != nil {
			return false, &environmentError{fmt.Errorf("%s can not be written: %w", file, cause(err))}
		}
	}
	return a.tell(file, before, after, o)
}

// tell prints the name of a file that changes, or the change.
func (a *app) tell(file string, before, after []byte, o fmtOptions) (changed bool, err error) {
	if string(before) == string(after) {
		return false, nil
	}
	if o.diff {
		return true, a.printf("%s", format.Diff(file, before, after))
	}
	return true, a.printf("%s\n", file)
}

var errReadOnly = errors.New("it is read-only")

// replaceFile gives a file another content, all of it or nothing: a second file takes the place of the first one, with its permissions. A link
// stays a link; what it leads to is replaced.
func replaceFile(file string, text []byte) (err error) {
	if file, err = filepath.EvalSymlinks(file); err != nil {
		return err
	}
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o200 == 0 {
		return errReadOnly
	}
	return writeWhole(file, text, info.Mode().Perm())
}

// writeWhole writes a file, all of it or nothing.
func writeWhole(file string, text []byte, mode fs.FileMode) (err error) {
	f, err := os.CreateTemp(filepath.Dir(file), ".relevo-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(text)
	if err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), file)
}

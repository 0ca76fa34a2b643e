package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"relevo/flows/plan"
	"relevo/flows/project"
	"relevo/flows/publish"
	"relevo/store"
	"relevo/store/sqlite"
)

// registry is where versions are published: a server, or the database itself.
type registry interface {
	Plan(ctx context.Context, r plan.PublishRequest) (plan.Plan, error)
	Publish(ctx context.Context, r plan.PublishRequest, base, by string) (plan.Plan, error)
	// Versions lists those of all flows where flow is empty.
	Versions(ctx context.Context, flow string) ([]plan.Version, error)
}

// publishing are the flags of relevo publish.
type publishing struct {
	server, token       string
	versions            []string
	yes, dryRun, asJSON bool
}

func (a *app) publishCommand() *cobra.Command {
	var o publishing
	cmd := &cobra.Command{
		Use: "publish [DIR|FILE...]", Short: "Make flow files the current versions, while conversations go on",
		Long: `Publish shows what would change: new, changed and unchanged flows, their states, which runs stand where, and what is wrong. Then it asks, and
publishes all of it or nothing. Runs under way keep the version that they started with, scripts included, until they end; runs that start afterwards
get the new one. Flows that have no file among those given stay published. Without arguments it takes the flows that serve would use.

With --server it publishes on a running server, which uses the new versions at once; the token needs the role author or admin. Without, it works
on the database of the configuration, as long as no server runs on it.

With --version an older version becomes current again; 'relevo flows' lists them.

Exit code 0: published, or nothing to publish. 1: findings, or it was not wanted. 2: usage. 3: a file, the database or the server can not be used.`,
		Example: "  relevo publish flows/ --dry-run\n  RELEVO_TOKEN=$TOKEN relevo publish flows/ --server https://chat.example.org\n  relevo publish --version 3f2a91c0d4e1 --yes",
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.loadConfig(cmd)
			if err != nil {
				return err
			}
			if o.asJSON && !o.yes && !o.dryRun {
				return &usageError{errors.New("--json can not ask: add --yes, or --dry-run to only look")}
			}
			files, err := a.flowFiles(c, args, o.versions)
			if err != nil {
				return err
			}
			if o.server == "" && a.getenv("RELEVO_SERVER") == "" {
				done, err := a.withoutDatabase(&c, o)
				if err != nil {
					return err
				}
				defer done()
			}
			return a.withRegistry(cmd.Context(), c, o.server, o.token, files.Commands, func(r registry) error { return a.publish(cmd.Context(), r, files, o) })
		},
	}
	cmd.Flags().BoolVar(&o.yes, "yes", false, "publish without asking")
	cmd.Flags().BoolVar(&o.dryRun, "dry-run", false, "only show what would change")
	cmd.Flags().BoolVar(&o.asJSON, "json", false, "print the plan as JSON")
	cmd.Flags().StringSliceVar(&o.versions, "version", nil, "make an older version current again, by the beginning of its hash")
	addServerFlags(cmd, &o.server, &o.token)
	addConfigFlags(cmd, "database", "flows", "scripts", "config", "queues")
	return cmd
}

func addServerFlags(cmd *cobra.Command, server, token *string) {
	cmd.Flags().StringVar(server, "server", "", "work on a running server, https://chat.example.org [RELEVO_SERVER]")
	cmd.Flags().StringVar(token, "token", "", "the token for it; better in the environment, where no list of processes shows it [RELEVO_TOKEN]")
}

// flowFiles reads what should be published; nothing when older versions were named instead.
func (a *app) flowFiles(c config, args, versions []string) (project.Files, error) {
	if len(versions) > 0 {
		if len(args) > 0 {
			return project.Files{}, &usageError{errors.New("name files or versions, not both")}
		}
		return project.Files{}, nil
	}
	o := a.projectOptions(c)
	for _, arg := range args {
		info, err := os.Stat(a.path(arg))
		switch {
		case err != nil:
			return project.Files{}, &environmentError{fmt.Errorf("%s can not be read: %w", arg, cause(err))}
		case info.IsDir() && len(args) > 1:
			return project.Files{}, &usageError{fmt.Errorf("%s is a folder: publish one folder, or files", arg)}
		case info.IsDir():
			o.Flows = arg
		default:
			o.Files = append(o.Files, arg)
		}
	}
	files, err := project.Read(o)
	if err != nil {
		return project.Files{}, &environmentError{err}
	}
	return files, nil
}

// withoutDatabase takes care that looking makes no database: where there is none, an older version can not be found in it, and a dry run works on
// one that is removed by done.
func (a *app) withoutDatabase(c *config, o publishing) (done func(), err error) {
	file := strings.TrimPrefix(c.Database, "sqlite:")
	_, err = os.Stat(a.path(file))
	switch {
	case err == nil || !o.dryRun && len(o.versions) == 0:
		return func() {}, nil
	case !errors.Is(err, os.ErrNotExist) || len(o.versions) > 0:
		return nil, &environmentError{fmt.Errorf("database %s can not be read: %w", file, cause(err))}
	}
	dir, err := os.MkdirTemp("", "relevo-plan-")
	if err != nil {
		return nil, &environmentError{err}
	}
	c.Database = "sqlite:" + filepath.Join(dir, "plan.db")
	return func() { _ = os.RemoveAll(dir) }, nil // what stays is empty, and the system's to remove
}

// withRegistry runs f with the server that is named, else with the database of the configuration. commands are what files are checked together
// with on the database; a server has its own.
func (a *app) withRegistry(ctx context.Context, c config, server, token string, commands project.File, f func(registry) error) (err error) {
	if server == "" {
		server = a.getenv("RELEVO_SERVER")
	}
	if token == "" {
		token = a.getenv("RELEVO_TOKEN")
	}
	if server != "" {
		r, err := newRemote(server, token)
		if err != nil {
			return &usageError{err}
		}
		return f(r)
	}
	db, err := a.openStore(ctx, c)
	if errors.Is(err, sqlite.ErrInUse) {
		return &environmentError{fmt.Errorf("relevo serve is running on database %s: add --server http://%s and set RELEVO_TOKEN", strings.TrimPrefix(c.Database, "sqlite:"), c.Listen)}
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return f(publish.New(publish.Options{Store: db, Check: a.projectOptions(c), Commands: commands, Now: a.now, Logger: slog.New(slog.DiscardHandler)}))
}

func (a *app) publish(ctx context.Context, r registry, files project.Files, o publishing) error {
	req := plan.PublishRequest{Files: sourceFiles(files.Flows), Scripts: sourceFiles(files.Scripts), Versions: o.versions}
	planned, err := r.Plan(ctx, req)
	if err != nil {
		return unpublished(err)
	}
	source := func(name string) []byte {
		for _, f := range append(files.Flows, files.Scripts...) {
			if f.Name == name {
				return f.Text
			}
		}
		return nil
	}
	switch {
	case planned.Findings.HasErrors():
		report := a.reportText
		if o.asJSON {
			report = a.reportJSON
		}
		return errors.Join(report(checked{findings: planned.Findings, source: source, flows: len(req.Files)}), failure{})
	case o.asJSON:
		published := false
		if !o.dryRun {
			if _, err := r.Publish(ctx, req, planned.ID, a.person()); err != nil {
				return unpublished(err)
			}
			published = true
		}
		return a.printJSON(map[string]any{"plan": planned, "published": published})
	}
	if err := errors.Join(a.render(a.out, planned.Findings, source), plan.Render(a.out, planned)); err != nil {
		return err
	}
	n := planned.Changes()
	if n == 0 {
		return a.printf("Nothing to publish.\n")
	}
	if o.dryRun {
		return a.printf("%s would be published.\n", count(n, "flow"))
	}
	if err := a.confirm(n, o.yes); err != nil {
		return err
	}
	if _, err := r.Publish(ctx, req, planned.ID, a.person()); err != nil {
		return unpublished(err)
	}
	return a.printf("%s published.\n", count(n, "flow"))
}

func sourceFiles(files []project.File) (list []plan.SourceFile) {
	for _, f := range files {
		list = append(list, plan.SourceFile{Name: f.Name, Text: string(f.Text)})
	}
	return list
}

// confirm asks, where somebody is there to answer.
func (a *app) confirm(n int, yes bool) error {
	if yes {
		return nil
	}
	nobody := &usageError{errors.New("there is nobody to ask: add --yes to publish, or --dry-run to only look")}
	if !a.answers {
		return nobody
	}
	if err := a.printf("Publish %s? [y/N] ", count(n, "flow")); err != nil {
		return err
	}
	answer, err := bufio.NewReader(io.LimitReader(a.in, 1024)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read the answer: %w", err)
	}
	if err != nil && answer == "" {
		return errors.Join(a.printf("\n"), nobody)
	}
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return nil
	}
	if err := a.printf("Not published.\n"); err != nil {
		return err
	}
	return failure{}
}

// person names who publishes on the database itself. A server knows by the token.
func (a *app) person() string {
	if user := a.getenv("USER"); user != "" {
		return user
	}
	return "relevo publish"
}

// unpublished says in plain words why nothing was published.
func unpublished(err error) error {
	var unusable *environmentError
	switch {
	case errors.As(err, &unusable):
		return err
	case errors.Is(err, plan.ErrStale):
		return errors.New("somebody else has published in between; nothing was changed, look at the plan again")
	case errors.Is(err, plan.ErrAmbiguous):
		return &usageError{errors.New("several versions begin with that; write more of the hash")}
	case errors.Is(err, plan.ErrTwice):
		return &usageError{errors.New("these are two versions of one flow")}
	case errors.Is(err, store.ErrNotFound):
		return &usageError{fmt.Errorf("no published version begins with that; 'relevo flows' lists them, and at least %d digits are needed", plan.MinPrefix)}
	}
	return fmt.Errorf("publish: %w", err)
}

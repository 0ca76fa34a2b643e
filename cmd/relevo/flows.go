package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"relevo/flows/plan"
	"relevo/flows/project"
)

// maxShown is how many versions without runs are shown of a flow.
const maxShown = 10

func (a *app) flowsCommand() *cobra.Command {
	var server, token string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "flows", Short: "List the published flows, their versions, and the runs that use them", Args: exactly(0),
		Long: `Flows lists what is published: each version with its short hash, when and by whom it was published, which one is current, and how many runs stand
in which state. It asks the server that --server names, else it reads the database of the configuration, as long as no server runs on it.

Exit code 0: listed. 2: usage. 3: the database or the server can not be used.`,
		Example: "  relevo flows\n  relevo flows --json | jq '.flows[].versions[] | select(.current)'\n  RELEVO_TOKEN=$TOKEN relevo flows --server https://chat.example.org",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.loadConfig(cmd)
			if err != nil {
				return err
			}
			if err := a.needsDatabase(c, server); err != nil {
				return err
			}
			return a.withRegistry(cmd.Context(), c, server, token, project.File{}, func(r registry) error {
				versions, err := r.Versions(cmd.Context(), "")
				if err != nil {
					return fmt.Errorf("list the flows: %w", err)
				}
				if asJSON {
					return a.printJSON(map[string]any{"flows": byFlow(versions)})
				}
				return a.printf("%s", listing(byFlow(versions)))
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON, every version")
	addServerFlags(cmd, &server, &token)
	addConfigFlags(cmd, "database")
	return cmd
}

// needsDatabase refuses to make an empty database only to say that it is empty, where no server is asked.
func (a *app) needsDatabase(c config, server string) error {
	if server != "" || a.getenv("RELEVO_SERVER") != "" {
		return nil
	}
	file := strings.TrimPrefix(c.Database, "sqlite:")
	if _, err := os.Stat(a.path(file)); err != nil {
		return &environmentError{fmt.Errorf("database %s can not be read: %w", file, cause(err))}
	}
	return nil
}

// flowVersions are a flow's versions, the current one first.
type flowVersions struct {
	Flow     string         `json:"flow"`
	Running  int64          `json:"running"`
	Versions []plan.Version `json:"versions"`
}

func byFlow(versions []plan.Version) []flowVersions {
	list := []flowVersions{}
	for _, v := range versions {
		if len(list) == 0 || list[len(list)-1].Flow != v.Flow {
			list = append(list, flowVersions{Flow: v.Flow})
		}
		f := &list[len(list)-1]
		f.Versions, f.Running = append(f.Versions, v), f.Running+v.Running
	}
	return list
}

// listing writes flows for people.
//
//	order_tracking, 12 runs
//	  3f2a91c0d4e1  current since 2026-03-02 09:00 UTC by Ana; 10 runs: 7 in ask_order, 3 in report
//	  77aa01e5f3b2  published 2026-02-20 17:12 UTC by Ana; 2 runs: 2 in to_agent
func listing(list []flowVersions) string {
	if len(list) == 0 {
		return "Nothing is published yet.\n"
	}
	var b strings.Builder
	for _, f := range list {
		fmt.Fprintf(&b, "%s, %s\n", f.Flow, count(int(f.Running), "run"))
		idle, hidden := 0, 0
		for _, v := range f.Versions {
			if v.Running == 0 && !v.Current {
				if idle++; idle > maxShown {
					hidden++
					continue
				}
			}
			b.WriteString("  " + line(v) + "\n")
		}
		if hidden > 0 {
			fmt.Fprintf(&b, "  … and %s without runs; --json lists all\n", count(hidden, "older version"))
		}
	}
	return b.String()
}

func line(v plan.Version) string {
	const minute = "2006-01-02 15:04 UTC"
	text := fmt.Sprintf("%s  published %s%s", plan.Short(v.Version), v.PublishedAt.UTC().Format(minute), by(v.PublishedBy))
	if v.Current {
		text = fmt.Sprintf("%s  current since %s%s", plan.Short(v.Version), v.CurrentSince.UTC().Format(minute), by(v.CurrentBy))
	}
	if v.Running == 0 {
		return text
	}
	places := make([]string, len(v.Runs))
	for i, r := range v.Runs {
		places[i] = fmt.Sprintf("%d in %s", r.Runs, r.State)
	}
	return text + "; " + count(int(v.Running), "run") + ": " + strings.Join(places, ", ")
}

func by(who string) string {
	if who == "" {
		return ""
	}
	return " by " + who
}

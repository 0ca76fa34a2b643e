package plan

import (
	"fmt"
	"io"
	"strings"
)

// Render writes a plan for people.
//
//	order_tracking: changed, 3f2a91c0d4e1 → 9ab04e77c2f0
//	  states added: ask_email
//	  states renamed: ask_number → ask_order
//	  12 runs keep their version until they end:
//	    3f2a91c0d4e1 (current): 7 in ask_number, 3 in report
//	    77aa01e5f3b2: 2 in to_agent
//	returns: stays as it is (no file for it here)
func Render(w io.Writer, p Plan) error {
	var b strings.Builder
	for _, f := range p.Flows {
		f.render(&b)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (f Flow) render(b *strings.Builder) {
	again := ""
	if f.Again {
		again = " (published before)"
	}
	switch f.Change {
	case New:
		fmt.Fprintf(b, "%s: new, %s%s\n", f.Flow, Short(f.Version), again)
	case Changed:
		fmt.Fprintf(b, "%s: changed, %s → %s%s\n", f.Flow, Short(f.Previous), Short(f.Version), again)
	case Unchanged:
		fmt.Fprintf(b, "%s: unchanged, %s\n", f.Flow, Short(f.Version))
		return
	default:
		fmt.Fprintf(b, "%s: stays as it is, %s (no file for it here)\n", f.Flow, Short(f.Version))
		return
	}
	list(b, "states added", f.Added)
	list(b, "states removed", f.Removed)
	renamed := make([]string, len(f.Renamed))
	for i, r := range f.Renamed {
		renamed[i] = r.Old + " → " + r.New
	}
	list(b, "states renamed", renamed)
	list(b, "scripts changed", f.Scripts)
	renderRuns(b, f.Runs)
}

func list(b *strings.Builder, what string, items []string) {
	if len(items) > 0 {
		fmt.Fprintf(b, "  %s: %s\n", what, strings.Join(items, ", "))
	}
}

// renderRuns writes where runs stand, a line for each version.
func renderRuns(b *strings.Builder, runs []Runs) {
	total := int64(0)
	for _, r := range runs {
		total += r.Runs
	}
	switch total {
	case 0:
		return
	case 1:
		b.WriteString("  1 run keeps its version until it ends:\n")
	default:
		fmt.Fprintf(b, "  %d runs keep their version until they end:\n", total)
	}
	for i := 0; i < len(runs); {
		current := ""
		if runs[i].Current {
			current = " (current)"
		}
		version := runs[i].Version
		var places []string
		for ; i < len(runs) && runs[i].Version == version; i++ {
			places = append(places, fmt.Sprintf("%d in %s", runs[i].Runs, runs[i].State))
		}
		fmt.Fprintf(b, "    %s%s: %s\n", Short(version), current, strings.Join(places, ", "))
	}
}

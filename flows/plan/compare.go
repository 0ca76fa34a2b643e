package plan

import (
	"slices"

	"relevo/engine"
	"relevo/store"
)

// Compare fills in what is different in the states of a flow. before is nil when there is no current version, or when it can not be read.
func (f *Flow) Compare(before, after *engine.Definition) {
	if before == nil || after == nil {
		return
	}
	old, now := states(before), states(after)
	for _, r := range after.Renamed {
		if slices.Contains(old, r.Old.V) && slices.Contains(now, r.New.V) {
			f.Renamed = append(f.Renamed, Rename{r.Old.V, r.New.V})
		}
	}
	for _, name := range now {
		if !slices.Contains(old, name) && !slices.ContainsFunc(f.Renamed, func(r Rename) bool { return r.New == name }) {
			f.Added = append(f.Added, name)
		}
	}
	for _, name := range old {
		if !slices.Contains(now, name) && !slices.ContainsFunc(f.Renamed, func(r Rename) bool { return r.Old == name }) {
			f.Removed = append(f.Removed, name)
		}
	}
}

// states are the names of a flow's states, in the order of the file.
func states(def *engine.Definition) []string {
	names := make([]string, len(def.States))
	for i, st := range def.States {
		names[i] = st.Name.V
	}
	return names
}

// RunsOf picks a flow's runs, those of the current version first.
func RunsOf(flow, current string, standings []store.Standing) []Runs {
	var runs []Runs
	for _, own := range []bool{true, false} {
		for _, s := range standings {
			if s.Flow == flow && (s.Version == current) == own {
				runs = append(runs, Runs{Version: s.Version, Current: own, State: s.State, Runs: s.Runs})
			}
		}
	}
	return runs
}

// VersionOf is a stored version with its runs.
func VersionOf(v store.FlowVersion, standings []store.Standing) Version {
	out := Version{
		Version: v.Hash, Flow: v.Flow, File: v.File, PublishedAt: v.PublishedAt, PublishedBy: v.PublishedBy,
		Current: v.Current, CurrentSince: v.CurrentSince, CurrentBy: v.CurrentBy,
	}
	for _, s := range standings {
		if s.Flow == v.Flow && s.Version == v.Hash {
			out.Runs = append(out.Runs, Runs{Version: s.Version, Current: v.Current, State: s.State, Runs: s.Runs})
			out.Running += s.Runs
		}
	}
	return out
}

package store

import (
	"context"
	"time"
)

// FlowVersion is a flow file together with the scripts it lists, as it was published. It never changes and is never removed, so that a journal
// can be replayed with the versions of its time.
type FlowVersion struct {
	Hash    string          `json:"version"` // of the file and its scripts; see engine.VersionOf
	Flow    string          `json:"flow"`
	File    string          `json:"file"` // the name it was published under; findings use it
	Source  []byte          `json:"-"`
	Scripts []ScriptVersion `json:"scripts,omitempty"` // by name

	PublishedAt time.Time `json:"publishedAt"` // for the first time
	PublishedBy string    `json:"publishedBy,omitempty"`

	Current      bool      `json:"current"`
	CurrentSince time.Time `json:"currentSince,omitzero"` // only of the current version
	CurrentBy    string    `json:"currentBy,omitempty"`
}

// ScriptVersion is a script file as a flow version uses it. Versions that use the same file share what is stored of it.
type ScriptVersion struct {
	Name string `json:"name"` // "orders"
	File string `json:"file"` // "orders.js"
	Hash string `json:"hash"` // "sha256:" and 64 hex digits of Code
	Code []byte `json:"-"`
}

// Publication makes versions the current ones of their flows: all of them, or none.
type Publication struct {
	// After is the number of the publication that it was planned on, 0 for the first one. When it is not the last one any more, somebody else
	// has published in between.
	After int64
	At    time.Time
	By    string // who publishes, as people know them
	// Versions are stored where they are new and then made current. One that was published before needs only Flow and Hash, and never
	// changes.
	Versions []FlowVersion
}

// Published is what is current.
type Published struct {
	Number int64             // of the last publication; 0: nothing was published yet
	Flows  map[string]string // the current version's hash by flow
}

// Standing counts the runs of one version that stand in one state.
type Standing struct {
	Flow    string `json:"flow"`
	Version string `json:"version"`
	State   string `json:"state"`
	Runs    int64  `json:"runs"`
}

// Flows keeps the versions of flows, and which of them is current.
type Flows interface {
	// Publish carries out a publication and returns its number. ErrConflict when Publication.After is not the last one; ErrNotFound when a
	// version without a source was never published as that flow's. Then nothing has changed.
	Publish(ctx context.Context, p Publication) (number int64, err error)
	// Published returns what is current.
	Published(ctx context.Context) (Published, error)
	// FlowVersions returns every version that is current or that a run still uses, with sources: by flow, the oldest first and the current
	// one last. Of the others nothing is read.
	FlowVersions(ctx context.Context) ([]FlowVersion, error)
	// FlowVersion returns one version with its sources.
	FlowVersion(ctx context.Context, hash string) (FlowVersion, error)
	// FlowHistory lists versions without sources, those of one flow or of all (empty): by flow, the current one first and then the last
	// published first. Limit is the number of versions for each flow; 0 is all of them.
	FlowHistory(ctx context.Context, flow string, limit int) ([]FlowVersion, error)
	// Standings counts the runs by version and state, of one flow or of all (empty), sorted by flow, version and state. It reads every
	// conversation that has a run.
	Standings(ctx context.Context, flow string) ([]Standing, error)
}

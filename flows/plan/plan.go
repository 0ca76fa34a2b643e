// Package plan says what a publication would change, before it is made: which flows and states, and which runs stand where. It is data for
// programs and text for people; package publish makes plans and carries them out.
package plan

import (
	"errors"
	"strings"
	"time"

	"relevo/engine/diag"
)

// Limits of a request.
const (
	MaxBytes    = 8 << 20 // of all files together, as JSON
	MaxFlows    = 1000
	MaxScripts  = 200
	MaxVersions = 100
	// MinPrefix is how many hex digits of a version are enough to name it.
	MinPrefix = 6
)

// Errors that callers branch on.
var (
	// ErrStale is a publication whose base is not the plan any more: a file has changed, or somebody else has published.
	ErrStale = errors.New("what would be published is not what was planned")
	// ErrFindings is a publication that the plan's findings stop.
	ErrFindings = errors.New("the flows have errors")
	// ErrTwice is a request that would make two versions of one flow current.
	ErrTwice = errors.New("the request has two versions of it")
	// ErrAmbiguous is a prefix that several versions begin with.
	ErrAmbiguous = errors.New("several versions begin with that")
)

// SourceFile is a file as its author wrote it.
type SourceFile struct {
	Name string `json:"name" minLength:"1" maxLength:"512" pattern:"^[^\\x00-\\x1f\\x7f-\\x9f]+$" doc:"As findings name it" example:"flows/order_tracking.yaml"`
	Text string `json:"text" doc:"The file's content"`
}

// PublishRequest is what should be published. Flows that are published and not in it stay as they are.
type PublishRequest struct {
	Files   []SourceFile `json:"files,omitempty" maxItems:"1000" doc:"Flow files"`
	Scripts []SourceFile `json:"scripts,omitempty" maxItems:"200" doc:"The script files that the flow files list; others do no harm"`
	// Versions are older versions to make current again.
	Versions []string `json:"versions,omitempty" maxItems:"100" doc:"Versions that were published before, by hash or by the beginning of one"`
}

// Change is what becomes of a flow.
type Change string

// The changes.
const (
	New       Change = "new"
	Changed   Change = "changed"
	Unchanged Change = "unchanged" // the file is the current version already
	Stays     Change = "stays"     // published, and not among the files
)

// Plan is what a publication would do.
type Plan struct {
	ID       string    `json:"id" doc:"Publish with it as base, so that what was planned is what is published"`
	Flows    []Flow    `json:"flows" doc:"By name; none where findings stop the publication"`
	Findings diag.List `json:"findings" doc:"Errors stop the publication"`
}

// Flow is one flow of a plan.
type Flow struct {
	Flow     string   `json:"flow"`
	File     string   `json:"file,omitempty"`
	Change   Change   `json:"change" enum:"new,changed,unchanged,stays"`
	Version  string   `json:"version" doc:"Current afterwards"`
	Previous string   `json:"previous,omitempty" doc:"Current now"`
	Again    bool     `json:"again,omitempty" doc:"The version was published before"`
	Added    []string `json:"added,omitempty" doc:"States that the current version does not have"`
	Removed  []string `json:"removed,omitempty" doc:"States that only the current version has"`
	Renamed  []Rename `json:"renamed,omitempty" doc:"States that go on under another name"`
	Scripts  []string `json:"scripts,omitempty" doc:"Script files that are not the current version's"`
	Runs     []Runs   `json:"runs,omitempty" doc:"Runs under way when it was planned; they keep their version until they end"`
}

// Rename is a state with its old and its new name.
type Rename struct {
	Old string `json:"old"`
	New string `json:"new"`
}

// Runs are runs that stand in one state of one version.
type Runs struct {
	Version string `json:"version"`
	Current bool   `json:"current,omitempty" doc:"The version is the current one now"`
	State   string `json:"state"`
	Runs    int64  `json:"runs"`
}

// Version is a published version with the runs that use it.
type Version struct {
	Version      string    `json:"version"`
	Flow         string    `json:"flow"`
	File         string    `json:"file"`
	PublishedAt  time.Time `json:"publishedAt" doc:"For the first time"`
	PublishedBy  string    `json:"publishedBy,omitempty"`
	Current      bool      `json:"current"`
	CurrentSince time.Time `json:"currentSince,omitzero"`
	CurrentBy    string    `json:"currentBy,omitempty"`
	Running      int64     `json:"running" doc:"Runs under way"`
	Runs         []Runs    `json:"runs,omitempty" doc:"By state"`
}

// Changes counts the flows that a publication would change.
func (p Plan) Changes() (n int) {
	for _, f := range p.Flows {
		if f.Change == New || f.Change == Changed {
			n++
		}
	}
	return n
}

// Short is a version's name for people: its first twelve hex digits.
func Short(version string) string {
	digits := strings.TrimPrefix(version, "sha256:")
	return digits[:min(12, len(digits))]
}

// Named tells whether a version is meant by a hash or the beginning of one.
func Named(version, prefix string) bool {
	digits, wanted := strings.TrimPrefix(version, "sha256:"), strings.TrimPrefix(prefix, "sha256:")
	return len(wanted) >= MinPrefix && strings.HasPrefix(digits, strings.ToLower(wanted))
}

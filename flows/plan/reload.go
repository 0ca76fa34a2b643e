package plan

import (
	"time"

	"relevo/engine"
	"relevo/engine/diag"
)

// Use is what becomes of a flow when its folder is reloaded.
type Use string

// The uses.
const (
	UseFile Use = "file" // the file is the current version
	UseKept Use = "kept" // the file has errors: the version before stays current
	UseWait Use = "wait" // the file is good, and does not fit a flow that is kept: the version before stays current
	UseNone Use = "none" // the file has errors, or waits, and there is no version before
)

// Reload is what a reload of a folder did.
type Reload struct {
	Flows    []ReloadedFlow       // by name
	Commands bool                 // the commands are other ones than before
	Findings diag.List            // of all files
	Files    []*engine.Definition // what could be read of them, with errors or without
}

// ReloadedFlow is a flow of the folder. Of a file that can not be read the name is that of the flow that was published from it, else
// that of the file.
type ReloadedFlow struct {
	Flow     string    `json:"flow"`
	File     string    `json:"file"`
	Use      Use       `json:"use"`
	Version  string    `json:"version,omitempty"`  // current now
	Previous string    `json:"previous,omitempty"` // current before
	Since    time.Time `json:"since,omitzero"`     // when the version became current
	WaitsFor string    `json:"waitsFor,omitempty"` // the flow that is kept
}

// Changed tells that the flow has another version than before.
func (f ReloadedFlow) Changed() bool { return f.Version != f.Previous }

// Changed are the flows that have another version than before.
func (r Reload) Changed() (flows []ReloadedFlow) {
	for _, f := range r.Flows {
		if f.Changed() {
			flows = append(flows, f)
		}
	}
	return flows
}

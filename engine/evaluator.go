package engine

import (
	"fmt"
	"time"
)

// Evaluator runs a function of a script. To the engine it is a function it was given: same script, arguments, time and seed,
// same result. Package scripts implements it with worker processes.
type Evaluator interface {
	// Call runs function fn of the script called name ("orders" for orders.js) with JSON-like arguments (nil, bool, float64,
	// string, []any, map[string]any; also int and time.Time) and returns a JSON-like result. A script that throws, does not end in
	// time, or wants too much gives a *ScriptError.
	Call(call ScriptCall) (any, error)
}

// ScriptCall is one call of a script function.
type ScriptCall struct {
	Script   string // "orders", or a version of it: "orders@0123456789abcdef"
	Function string // "describe"
	Args     []any
	Now      time.Time // what Date sees
	Seed     uint64    // what Math.random starts from
}

// ScriptError is a script that was stopped or that threw. It is an outcome: the turn goes on with script_failed.
type ScriptError struct {
	Script   string `json:"script"`   // "orders.js"
	Function string `json:"function"` // "describe"
	Reason   string `json:"reason"`   // "threw", "deadline", "memory", "depth", "result_size", "worker_lost", "unknown_function"
	Detail   string `json:"detail,omitempty"`
	Line     int    `json:"line,omitempty"`   // from 1; 0 when not known
	Column   int    `json:"column,omitempty"` // from 1
}

// Error renders the place first, as authors know it: "orders.js:12:3: describe: threw: no such status".
func (e *ScriptError) Error() string {
	place := e.Script
	if e.Line > 0 {
		place = fmt.Sprintf("%s:%d:%d", e.Script, e.Line, e.Column)
	}
	if e.Detail == "" {
		return fmt.Sprintf("%s: %s: %s", place, e.Function, e.Reason)
	}
	return fmt.Sprintf("%s: %s: %s: %s", place, e.Function, e.Reason, e.Detail)
}

// Script is what the compiler must know of a script file.
type Script struct {
	Name      string   // "orders"
	File      string   // "orders.js"
	Functions []string // exported, sorted
	Hash      string   // "sha256:" and 64 hex digits of the file
	Ref       string   // what to call this very version by: "orders@0123456789abcdef"; empty: by Name
	Unread    bool     // the file can not be read: nothing is known of its functions
}

// Package scripts runs the functions of JavaScript files for flows.
//
// A script runs in a worker process: the same program started again with a hidden argument, asked over pipes. What the
// interpreter can not stop by itself (its built-ins, its memory, a stack that overflows) the operating system stops: the worker
// dies and another takes its place (docs/decisions/003-script-fence.md). Every call gets a fresh JavaScript world.
//
//	turn ── Pool.Call ──▶ worker process ── goja, one world a call
//	            │  kill at the deadline + 50 ms        │
//	            ◀── result, or *engine.ScriptError ────┘
//
// The shipped script files lie in this folder and are embedded in Files.
package scripts

import (
	"embed"
	"time"
)

// Files holds the shipped scripts by file name, "orders.js".
//
//go:embed *.js
var Files embed.FS

// Source is a script file.
type Source struct {
	Name string // what expressions call it: "orders"
	File string // what findings and errors call it: "orders.js"
	Code []byte // UTF-8, at most MaxSourceBytes
}

// Limits of what an author may write, and of what goes in and out of a call.
const (
	// MaxSourceBytes bounds a file. goja's parser recurses: 40 KB of brackets took 111 MB before anything could stop it.
	MaxSourceBytes = 32 << 10
	// MaxNesting bounds the brackets in a file that are open at once; it is counted before the file is parsed.
	MaxNesting = 200
	// MaxVersions bounds the versions of all scripts that one pool keeps: 64 MiB at most.
	MaxVersions = 2000
	// MaxArgumentBytes bounds the arguments of a call as JSON.
	MaxArgumentBytes = 1 << 20
	// MaxDataDepth bounds how deep arguments and results are nested.
	MaxDataDepth = 64
	// MaxDetailBytes bounds what is kept of a thrown error's text.
	MaxDetailBytes = 200
)

// Budgets of one call when Options does not say otherwise.
const (
	DefaultDeadline       = 50 * time.Millisecond
	DefaultMemoryBytes    = 64 << 20
	DefaultMaxDepth       = 256
	DefaultMaxResultBytes = 64 << 10
	DefaultSpare          = 1
)

// Reasons of a *engine.ScriptError.
const (
	ReasonThrew           = "threw"            // the script threw, or a native refused a size
	ReasonDeadline        = "deadline"         // it did not end in time
	ReasonMemory          = "memory"           // it wanted more memory than its worker may have
	ReasonDepth           = "depth"            // calls, or data, nested too deep
	ReasonResultSize      = "result_size"      // it returned too much
	ReasonArguments       = "arguments"        // what the flow passed is too large or is not data
	ReasonWorkerLost      = "worker_lost"      // the worker died, or none was free in time
	ReasonUnknownFunction = "unknown_function" // no such script, or no such function in it
)

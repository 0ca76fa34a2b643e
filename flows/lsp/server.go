// Package lsp is a language server for flows: what relevo lsp runs beside an editor. It speaks the Language Server Protocol 3.17 over a pair of
// streams, and adds to what a JSON Schema can say what only the compiler knows: the findings of check while people type, where a state is and who
// leads to it, new names in all places, what can stand here, and how to mend it.
//
// A server has three goroutines: one reads messages, one answers them in their order, and one checks the project when something has changed.
package lsp

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"sync"
	"time"

	"relevo/flows/project"
)

// Options say what the server knows besides the files, and what it can do besides reading them.
type Options struct {
	// Configure returns what is configured in a folder of the workspace: Config, Queues and Scripts. Where the flows are is the editor's business.
	// It is called again when a file of the workspace has changed. nil: nothing is configured, and any name goes.
	Configure func(folder string) (project.Options, error)
	// Version is the program's, for the editor's log.
	Version string
	// Explain returns the entry of a finding's code in docs/diagnostics.md, in Markdown, "" where there is none; nil: nothing is explained.
	Explain func(code string) string
	// DocsURL is the address of the page that explains findings; "#" and the code follow. "" where it is not published.
	DocsURL string
	// Format returns a flow in its canonical layout. nil: the server does not format.
	Format func(source []byte) ([]byte, error)
	// Language is that of findings where the editor does not say its own: one of words.Languages; English when "".
	Language string
	// Debounce is how long the server waits for the next change before it checks; 120 ms when zero.
	Debounce time.Duration
	// Log gets what went wrong in the server, without the text of any file. It is called from several goroutines.
	Log func(format string, args ...any)
}

// Limits of what a client may ask the server to hold.
const (
	maxQueued    = 256  // messages that were read and not answered
	maxDocuments = 1000 // open files
)

// server is one client's session.
type server struct {
	o        Options
	out      *writer
	encoding encoding
	snippets bool // the client fills in snippets
	keys     bool // keys and their descriptions come from this server
	watch    bool // the client can be asked to watch files
	language string
	schema   schemaTree

	ready    bool // initialize was answered
	shutdown bool

	calls   *calls
	wake    chan struct{}         // something is dirty
	renamed map[string]renameDone // by path: the last new name of a state, for the file's renamed

	mu    sync.Mutex                 // guards what follows; texts and builds themselves never change
	roots map[string]project.Options // what is configured, by the folders of the workspace
	docs  map[string]*doc            // by path
	dirty map[string]bool            // folders to check
	built map[string]*build          // folders that were checked
	shown map[string][]diagnostic
}

// calls are the requests that wait for their answer.
type calls struct {
	mu        sync.Mutex
	cancelled map[string]bool // by id
}

// Serve runs a server until the client says exit or the input ends. clean tells that the client has said shutdown before: the process then ends with
// 0, otherwise with 1 (LSP 3.17, exit). The error is a stream that can not be read or written. A goroutine goes on reading in until that ends.
func Serve(ctx context.Context, in io.Reader, out io.Writer, o Options) (clean bool, err error) {
	ctx, stop := context.WithCancel(ctx)
	s, err := newServer(out, o)
	if err != nil {
		stop()
		return false, err
	}
	queue, ended := make(chan message, maxQueued), make(chan error, 1)
	go func() { ended <- s.read(ctx, bufio.NewReaderSize(in, maxHeaderBytes), queue) }()
	checked := make(chan struct{})
	go func() { defer close(checked); s.checkLoop(ctx) }()
	defer func() { stop(); <-checked }()
	for {
		select {
		case <-ctx.Done():
			return s.shutdown, nil
		case m, ok := <-queue:
			if !ok {
				return s.shutdown, orNil(<-ended)
			}
			if m.Method == "exit" {
				return s.shutdown, nil
			}
			if err := s.handle(m); err != nil {
				return s.shutdown, err
			}
		}
	}
}

// orNil is an error other than the end of a stream.
func orNil(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

func newServer(out io.Writer, o Options) (*server, error) {
	if o.Debounce == 0 {
		o.Debounce = 120 * time.Millisecond
	}
	if o.Log == nil {
		o.Log = func(string, ...any) {}
	}
	if o.Configure == nil {
		o.Configure = func(string) (project.Options, error) { return project.Options{}, nil }
	}
	if o.Explain == nil {
		o.Explain = func(string) string { return "" }
	}
	schema, err := newSchemaTree()
	if err != nil {
		return nil, err
	}
	return &server{
		o: o, out: &writer{w: out}, encoding: utf16Units, keys: true, schema: schema, calls: &calls{cancelled: map[string]bool{}},
		wake: make(chan struct{}, 1), renamed: map[string]renameDone{}, roots: map[string]project.Options{}, docs: map[string]*doc{}, dirty: map[string]bool{},
		built: map[string]*build{}, shown: map[string][]diagnostic{},
	}, nil
}

// read queues messages until the input ends. A message that is not JSON is answered at once; so is a request to cancel another.
func (s *server) read(ctx context.Context, r *bufio.Reader, queue chan<- message) error {
	defer close(queue)
	for {
		body, err := readFrame(r)
		if err != nil {
			return err
		}
		var m message
		if err := json.Unmarshal(body, &m); err != nil {
			if err := s.respond(json.RawMessage("null"), nil, &responseError{codeParseError, "a message is not JSON"}); err != nil {
				return err
			}
			continue
		}
		if m.Method == "$/cancelRequest" {
			s.calls.cancel(m.Params)
			continue
		}
		select {
		case queue <- m:
		case <-ctx.Done():
			return nil
		}
	}
}

// cancel notes that nobody waits for a request any more. A request that was answered already is forgotten with the next one of its id.
func (c *calls) cancel(params json.RawMessage) {
	var p struct {
		ID json.RawMessage `json:"id"`
	}
	if json.Unmarshal(params, &p) != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.cancelled) < maxQueued {
		c.cancelled[string(p.ID)] = true
	}
}

// take tells whether a request was cancelled, and forgets it.
func (c *calls) take(id json.RawMessage) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	cancelled := c.cancelled[string(id)]
	delete(c.cancelled, string(id))
	return cancelled
}

// handle answers a message. The error is a client that can not be reached.
func (s *server) handle(m message) error {
	isRequest := len(m.ID) > 0
	if m.Method == "" {
		if isRequest && m.Result == nil && m.Error == nil {
			return s.respond(m.ID, nil, &responseError{codeInvalidRequest, "a request has no method"})
		}
		return nil // an answer to a request of ours
	}
	if isRequest && s.calls.take(m.ID) {
		return s.respond(m.ID, nil, &responseError{codeCancelled, "cancelled"})
	}
	result, err := s.call(m)
	if !isRequest {
		if err != nil && err.Code != codeMethodNotFound {
			s.o.Log("%s: %s", m.Method, err.Message)
		}
		return nil
	}
	return s.respond(m.ID, result, err)
}

// call runs the method of a message. A panic is a mistake of ours: the client gets an error, the log the place.
func (s *server) call(m message) (result any, failed *responseError) {
	defer func() {
		if x := recover(); x != nil {
			s.o.Log("%s failed: %T\n%s", m.Method, x, debug.Stack())
			result, failed = nil, &responseError{codeInternalError, m.Method + " failed"}
		}
	}()
	if failed := s.refuse(m); failed != nil {
		return nil, failed
	}
	method, ok := methods[m.Method]
	if !ok {
		return nil, &responseError{codeMethodNotFound, fmt.Sprintf("%s is not known here", m.Method)}
	}
	return method(s, m.Params)
}

// refuse tells what may not be asked now: anything before initialize, and after shutdown.
func (s *server) refuse(m message) *responseError {
	switch {
	case m.Method == "initialize" && s.ready:
		return &responseError{codeInvalidRequest, "initialize was said before"}
	case m.Method != "initialize" && !s.ready:
		return &responseError{codeNotInitialized, "initialize comes first"}
	case s.shutdown:
		return &responseError{codeInvalidRequest, "the server is shutting down"}
	}
	return nil
}

func (s *server) respond(id json.RawMessage, result any, failed *responseError) error {
	if failed != nil {
		return s.out.send(message{ID: id, Error: failed})
	}
	body, err := json.Marshal(result)
	if err != nil {
		return fmt.Errorf("encode result: %w", err)
	}
	return s.out.send(message{ID: id, Result: body})
}

func (s *server) notify(method string, params any) error {
	body, err := json.Marshal(params)
	if err != nil {
		return fmt.Errorf("encode %s: %w", method, err)
	}
	return s.out.send(message{Method: method, Params: body})
}

// methods are what the server answers and hears.
var methods = map[string]func(*server, json.RawMessage) (any, *responseError){
	"initialize":                      handler((*server).initialize),
	"initialized":                     handler((*server).initialized),
	"shutdown":                        handler((*server).stop),
	"textDocument/didOpen":            handler((*server).didOpen),
	"textDocument/didChange":          handler((*server).didChange),
	"textDocument/didSave":            handler((*server).didSave),
	"textDocument/didClose":           handler((*server).didClose),
	"workspace/didChangeWatchedFiles": handler((*server).didChangeFiles),
	"textDocument/definition":         handler((*server).definition),
	"textDocument/references":         handler((*server).references),
	"textDocument/documentHighlight":  handler((*server).highlight),
	"textDocument/documentSymbol":     handler((*server).symbols),
	"textDocument/prepareRename":      handler((*server).prepareRename),
	"textDocument/rename":             handler((*server).rename),
	"textDocument/completion":         handler((*server).completion),
	"textDocument/hover":              handler((*server).hover),
	"textDocument/codeAction":         handler((*server).codeActions),
	"textDocument/formatting":         handler((*server).format),
}

// handler decodes the parameters of a method.
func handler[P, R any](method func(*server, P) (R, *responseError)) func(*server, json.RawMessage) (any, *responseError) {
	return func(s *server, params json.RawMessage) (any, *responseError) {
		var p P
		if len(params) > 0 {
			if err := json.Unmarshal(params, &p); err != nil {
				return nil, &responseError{codeInvalidParams, "the parameters can not be read"}
			}
		}
		result, failed := method(s, p)
		if failed != nil {
			return nil, failed
		}
		return result, nil
	}
}

// nothing is the parameter or the result of methods without one.
type nothing *struct{}

// request asks the client for something. Its answer is not waited for.
func (s *server) request(id, method string, params any) error {
	body, err := json.Marshal(params)
	if err != nil {
		return fmt.Errorf("encode %s: %w", method, err)
	}
	return s.out.send(message{ID: json.RawMessage(`"` + id + `"`), Method: method, Params: body})
}

package lsp

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"relevo/flows/project"
)

// client drives a server as an editor does: with bytes, over two pipes.
type client struct {
	t       *testing.T
	dir     string
	in      io.WriteCloser
	replies map[string]chan message
	notes   chan message // notifications and requests of the server
	ended   chan bool    // clean
	id      int
	version map[string]int
}

// patience is how long a test waits for what comes at once.
const patience = 20 * time.Second

// start runs a server on a folder with files. adjust may change the options.
func start(t *testing.T, files map[string]string, capabilities string, adjust ...func(*Options)) *client {
	t.Helper()
	dir := t.TempDir()
	for name, body := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	o := Options{Debounce: time.Millisecond, Configure: configured("orders"), Explain: func(code string) string { return "manual of " + code }}
	for _, change := range adjust {
		change(&o)
	}
	c := raw(t, o)
	c.dir = dir
	if capabilities == "" {
		capabilities = "{}"
	}
	c.call("initialize", fmt.Sprintf(`{"rootUri":%q,"capabilities":%s}`, uriOf(dir), capabilities))
	c.notify("initialized", `{}`)
	return c
}

// configured is a configuration with one queue.
func configured(queue string) func(string) (project.Options, error) {
	return func(string) (project.Options, error) {
		return project.Options{Config: map[string]any{"orders_url": "http://127.0.0.1"}, Queues: []string{queue}}, nil
	}
}

// raw runs a server to which nothing was said yet.
func raw(t *testing.T, o Options) *client {
	t.Helper()
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	c := &client{t: t, in: inW, replies: map[string]chan message{}, notes: make(chan message, 1000), ended: make(chan bool, 1), version: map[string]int{}}
	ctx, stop := context.WithCancel(context.Background())
	go func() {
		clean, err := Serve(ctx, inR, outW, o)
		if err != nil {
			clean = false
		}
		c.ended <- clean
		_ = inR.Close()
		_ = outW.Close()
	}()
	all := make(chan message, 1000)
	go func() {
		defer close(all)
		r := bufio.NewReader(outR)
		for {
			body, err := readFrame(r)
			if err != nil {
				return
			}
			var m message
			if json.Unmarshal(body, &m) == nil {
				all <- m
			}
		}
	}()
	answers := make(chan message, 1000)
	go func() {
		defer close(answers)
		for m := range all {
			if m.Method != "" {
				c.notes <- m
			} else {
				answers <- m
			}
		}
	}()
	c.replies[""] = answers
	t.Cleanup(func() { stop(); _ = inW.Close() })
	return c
}

func (c *client) send(body string) {
	c.t.Helper()
	if _, err := fmt.Fprintf(c.in, "Content-Length: %d\r\n\r\n%s", len(body), body); err != nil {
		c.t.Fatal(err)
	}
}

func (c *client) notify(method, params string) {
	c.t.Helper()
	c.send(fmt.Sprintf(`{"jsonrpc":"2.0","method":%q,"params":%s}`, method, params))
}

// reply waits for the next answer.
func (c *client) reply() message {
	c.t.Helper()
	select {
	case m, ok := <-c.replies[""]:
		if !ok {
			c.t.Fatal("the server has ended")
		}
		return m
	case <-time.After(patience):
		c.t.Fatal("the server does not answer")
	}
	return message{}
}

// try sends a request and returns its answer, an error included.
func (c *client) try(method, params string) message {
	c.t.Helper()
	c.id++
	c.send(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":%q,"params":%s}`, c.id, method, params))
	m := c.reply()
	if string(m.ID) != fmt.Sprint(c.id) {
		c.t.Fatalf("%s was answered as %s", method, m.ID)
	}
	return m
}

// call sends a request that has to succeed.
func (c *client) call(method, params string) json.RawMessage {
	c.t.Helper()
	m := c.try(method, params)
	if m.Error != nil {
		c.t.Fatalf("%s: %s", method, m.Error.Message)
	}
	return m.Result
}

func (c *client) uri(name string) string { return uriOf(filepath.Join(c.dir, name)) }

func quoted(s string) string {
	body, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(body)
}

// open opens a file with a text in which ¦ marks the cursor, and returns where that is.
func (c *client) open(name, marked string) position {
	c.t.Helper()
	body, at := cut(marked)
	c.version[name] = 1
	c.notify("textDocument/didOpen", fmt.Sprintf(`{"textDocument":{"uri":%q,"languageId":"yaml","version":1,"text":%s}}`, c.uri(name), quoted(body)))
	return at
}

// change puts another text in place of the whole file.
func (c *client) change(name, marked string) position {
	c.t.Helper()
	body, at := cut(marked)
	c.version[name]++
	c.notify("textDocument/didChange", fmt.Sprintf(`{"textDocument":{"uri":%q,"version":%d},"contentChanges":[{"text":%s}]}`, c.uri(name), c.version[name], quoted(body)))
	return at
}

// cut takes the cursor out of a text.
func cut(marked string) (body string, at position) {
	before, after, found := strings.Cut(marked, "¦")
	if !found {
		return marked, position{}
	}
	t := newText(before + after)
	return t.s, t.position(len(before), utf16Units)
}

func (c *client) params(name string, at position) string {
	return fmt.Sprintf(`{"textDocument":{"uri":%q},"position":{"line":%d,"character":%d}}`, c.uri(name), at.Line, at.Character)
}

// findings waits for the findings of a file in its present version.
func (c *client) findings(name string) []diagnostic {
	c.t.Helper()
	return c.findingsAt(c.uri(name), c.version[name])
}

// findingsAt waits for the findings of an address, in a version; 0 is any.
func (c *client) findingsAt(uri string, version int) []diagnostic {
	c.t.Helper()
	for timeout := time.After(patience); ; {
		select {
		case m := <-c.notes:
			if m.Method != "textDocument/publishDiagnostics" {
				continue
			}
			p := decode[publishDiagnosticsParams](c.t, m.Params)
			if p.URI == uri && (version == 0 || p.Version != nil && *p.Version == version) {
				return p.Diagnostics
			}
		case <-timeout:
			c.t.Fatalf("no findings come for %s", uri)
		}
	}
}

func decode[T any](t *testing.T, body json.RawMessage) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return v
}

// places writes ranges as "line:column word", from 0.
func places(body string, locations []location) string {
	t := newText(body)
	var out []string
	for _, l := range locations {
		from, to := t.offset(l.Range.Start, utf16Units), t.offset(l.Range.End, utf16Units)
		out = append(out, fmt.Sprintf("%d:%d %s", l.Range.Start.Line, l.Range.Start.Character, t.s[from:to]))
	}
	return strings.Join(out, ", ")
}

// apply carries out edits of a text.
func apply(body string, edits []textEdit) string {
	t := newText(body)
	for i := len(edits) - 1; i >= 0; i-- { // they come in the order of the file
		from, to := t.offset(edits[i].Range.Start, utf16Units), t.offset(edits[i].Range.End, utf16Units)
		body = body[:from] + edits[i].NewText + body[to:]
	}
	return body
}

func mustJSON(v any) string {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(body)
}

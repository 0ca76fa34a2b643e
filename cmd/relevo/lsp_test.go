package main

import (
	"fmt"
	"strings"
	"testing"
)

// said writes messages of an editor as they travel.
func said(bodies ...string) string {
	var b strings.Builder
	for _, body := range bodies {
		fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n%s", len(body), body)
	}
	return b.String()
}

// TestLSP: an editor's session from the first message to the exit code.
func TestLSP(t *testing.T) {
	t.Parallel()
	const (
		initialize = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"rootUri":"file:///nowhere","capabilities":{}}}`
		open       = `{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{"uri":"file:///nowhere/flows/a.yaml","version":1,"text":"flow: a\ninitial: b\nstates:\n  b: {end: c}\n"}}}`
		definition = `{"jsonrpc":"2.0","id":2,"method":"textDocument/definition","params":{"textDocument":{"uri":"file:///nowhere/flows/a.yaml"},"position":{"line":1,"character":10}}}`
		shutdown   = `{"jsonrpc":"2.0","id":3,"method":"shutdown"}`
		exit       = `{"jsonrpc":"2.0","method":"exit"}`
	)
	tests := []struct {
		name, in string
		args     []string
		code     int
		out, err string
	}{
		{"a session", said(initialize, open, definition, shutdown, exit), nil, exitGood, `"range":{"start":{"line":3,"character":2}`, ""},
		{"a flag that editors pass", said(initialize, shutdown, exit), []string{"--stdio"}, exitGood, `"definitionProvider":true`, ""},
		{"an editor that goes away", said(initialize), nil, exitFindings, "positionEncoding", ""},
		{"something else than the protocol", "hello\n\n", nil, exitEnvironment, "", "no message of the language server protocol"},
		{"a configuration that is wrong is told, and the session goes on", said(initialize, shutdown, exit), []string{"--config", "none.yaml"}, exitGood, "positionEncoding", "the configuration is not used"},
		{"an argument", "", []string{"flows"}, exitUsage, "", "relevo lsp"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := relevo(t, t.TempDir(), tt.in, nil, append([]string{"lsp"}, tt.args...)...)
			if got.code != tt.code || !strings.Contains(got.out, tt.out) || !strings.Contains(got.err, tt.err) {
				t.Errorf("got %d\n%s\n%s\nwant %d\n%s\n%s", got.code, got.out, got.err, tt.code, tt.out, tt.err)
			}
		})
	}
}

package lsp

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"relevo/engine"
	"relevo/engine/diag"
	"relevo/flows"
)

// frames writes messages as they travel.
func frames(bodies ...string) string {
	var b strings.Builder
	for _, body := range bodies {
		fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n%s", len(body), body)
	}
	return b.String()
}

const (
	sayInitialize = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}`
	sayShutdown   = `{"jsonrpc":"2.0","id":2,"method":"shutdown"}`
	sayExit       = `{"jsonrpc":"2.0","method":"exit"}`
)

// TestTheEndOfASession: the protocol wants 0 only after shutdown.
func TestTheEndOfASession(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in string
		clean    bool
		err      error
	}{
		{"shutdown and exit", frames(sayInitialize, sayShutdown, sayExit), true, nil},
		{"exit alone", frames(sayInitialize, sayExit), false, nil},
		{"an editor that is gone", frames(sayInitialize), false, nil},
		{"an editor that is gone after shutdown", frames(sayInitialize, sayShutdown), true, nil},
		{"nothing at all", "", false, nil},
		{"something else than the protocol", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", false, errFrame},
		{"a message that breaks off", frames(sayInitialize)[:40], false, io.ErrUnexpectedEOF},
		{"a length that is none", "Content-Length: many\r\n\r\n", false, errFrame},
		{"a negative length", "Content-Length: -1\r\n\r\n", false, errFrame},
		{"a length that is too much", fmt.Sprintf("Content-Length: %d\r\n\r\n", maxMessageBytes+1), false, errTooLarge},
		{"a header without an end", strings.Repeat("a", 2*maxHeaderBytes), false, errFrame},
		{"many headers", strings.Repeat("a: b\r\n", maxHeaderBytes), false, errFrame},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			clean, err := Serve(context.Background(), strings.NewReader(tt.in), io.Discard, Options{})
			if clean != tt.clean || !errors.Is(err, tt.err) {
				t.Errorf("got %v, %v, want %v, %v", clean, err, tt.clean, tt.err)
			}
		})
	}
}

// TestWrongMessages: each has its answer, and the session goes on.
func TestWrongMessages(t *testing.T) {
	t.Parallel()
	c := raw(t, Options{})
	tests := []struct {
		name, body string
		code       int
	}{
		{"a request before initialize", `{"jsonrpc":"2.0","id":9,"method":"textDocument/hover","params":{}}`, codeNotInitialized},
		{"no JSON", `{"jsonrpc":`, codeParseError},
		{"JSON of another shape", `[1, 2]`, codeParseError},
		{"a request without a method", `{"jsonrpc":"2.0","id":9}`, codeInvalidRequest},
		{"initialize", `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}`, 0},
		{"initialize again", `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}`, codeInvalidRequest},
		{"an unknown method", `{"jsonrpc":"2.0","id":9,"method":"textDocument/dance"}`, codeMethodNotFound},
		{"a file that is not open", `{"jsonrpc":"2.0","id":9,"method":"textDocument/hover","params":{"textDocument":{"uri":"file:///a.yaml"}}}`, codeInvalidParams},
		{"parameters of another shape", `{"jsonrpc":"2.0","id":9,"method":"textDocument/hover","params":[7]}`, codeInvalidParams},
		{"formatting without a formatter", `{"jsonrpc":"2.0","id":9,"method":"textDocument/formatting","params":{"textDocument":{"uri":"file:///a.yaml"}}}`, codeInvalidParams},
		{"an id that is a text", `{"jsonrpc":"2.0","id":"x","method":"shutdown"}`, 0},
		{"a request after shutdown", `{"jsonrpc":"2.0","id":9,"method":"textDocument/hover","params":{}}`, codeInvalidRequest},
	}
	for _, tt := range tests { // in this order, in one session
		c.send(`{"jsonrpc":"2.0","method":"$/unknown"}`)
		c.send(tt.body)
		m := c.reply()
		code := 0
		if m.Error != nil {
			code = m.Error.Code
		}
		if code != tt.code {
			t.Errorf("%s: got %d, want %d", tt.name, code, tt.code)
		}
	}
}

// TestCancel: a request that was cancelled before its turn is answered as such.
func TestCancel(t *testing.T) {
	t.Parallel()
	calls := &calls{cancelled: map[string]bool{}}
	calls.cancel(json.RawMessage(`{"id":7}`))
	calls.cancel(json.RawMessage(`nonsense`))
	if !calls.take(json.RawMessage("7")) || calls.take(json.RawMessage("7")) {
		t.Error("a request is cancelled once")
	}
	var out bytes.Buffer
	s, err := newServer(&out, Options{})
	if err != nil {
		t.Fatal(err)
	}
	s.calls.cancel(json.RawMessage(`{"id":8}`))
	if err := s.handle(message{ID: json.RawMessage("8"), Method: "textDocument/hover"}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "-32800") {
		t.Errorf("got %s", out.String())
	}
}

// TestAPanicIsAnAnswer: a mistake of ours costs one answer. The log gets the place and no text.
func TestAPanicIsAnAnswer(t *testing.T) {
	t.Parallel()
	var logged strings.Builder
	s, err := newServer(io.Discard, Options{Log: func(format string, args ...any) { fmt.Fprintf(&logged, format, args...) }})
	if err != nil {
		t.Fatal(err)
	}
	s.ready, s.schema.root = true, nil
	s.docs["/a.yaml"] = &doc{path: "/a.yaml", flow: true} // without an outline
	_, failed := s.call(message{ID: json.RawMessage("1"), Method: "textDocument/documentSymbol", Params: json.RawMessage(`{"textDocument":{"uri":"file:///a.yaml"}}`)})
	if failed == nil {
		_, failed = s.call(message{ID: json.RawMessage("1"), Method: "textDocument/hover", Params: json.RawMessage(`{"textDocument":{"uri":"file:///a.yaml"},"position":{"line":0}}`)})
	}
	if failed == nil || failed.Code != codeInternalError || !strings.Contains(logged.String(), "lsp") {
		t.Errorf("got %v, %s", failed, logged.String())
	}
}

// TestIncrementalChanges: edits of a line with letters of two UTF-16 units arrive where they belong, in every encoding.
func TestIncrementalChanges(t *testing.T) {
	t.Parallel()
	for _, e := range []encoding{utf8Units, utf16Units, utf32Units} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			c := start(t, shop, fmt.Sprintf(`{"general":{"positionEncodings":[%q,"utf-16"]}}`, e))
			c.open("flows/order.yaml", order)
			c.findings("flows/order.yaml")
			body := newText(order)
			from := strings.Index(order, "Which order")
			change := func(old, new string, version int) {
				at := strings.Index(body.s, old)
				r := body.span(at, at+len(old), e)
				c.notify("textDocument/didChange", fmt.Sprintf(`{"textDocument":{"uri":%q,"version":%d},"contentChanges":[{"range":%s,"text":%q}]}`, c.uri("flows/order.yaml"), version, mustJSON(r), new))
				body = newText(strings.Replace(body.s, old, new, 1))
			}
			change(order[from:from+5], "{{ nobody }}", 2)
			c.version["flows/order.yaml"] = 2
			found := c.findings("flows/order.yaml")
			if len(found) != 1 {
				t.Fatalf("got %v", found)
			}
			at := body.offset(found[0].Range.Start, e)
			if got := body.s[at:body.offset(found[0].Range.End, e)]; got != "nobody" {
				t.Errorf("the finding stands at %q", got)
			}
			change("{{ nobody }}", "Which", 3)
			c.version["flows/order.yaml"] = 3
			if found := c.findings("flows/order.yaml"); len(found) != 0 {
				t.Errorf("got %v", found)
			}
		})
	}
}

// TestFormatting is there only with a formatter.
func TestFormatting(t *testing.T) {
	t.Parallel()
	c := start(t, shop, "", func(o *Options) {
		o.Format = func(source []byte) ([]byte, error) {
			if bytes.HasPrefix(source, []byte("{")) {
				return nil, errors.New("broken")
			}
			return bytes.ReplaceAll(source, []byte("  "), []byte(" ")), nil
		}
	})
	params := fmt.Sprintf(`{"textDocument":{"uri":%q},"options":{"tabSize":2}}`, c.uri("flows/order.yaml"))
	c.open("flows/order.yaml", "a:  é\nb:  😀\n")
	if got := apply("a:  é\nb:  😀\n", decode[[]textEdit](t, c.call("textDocument/formatting", params))); got != "a: é\nb: 😀\n" {
		t.Errorf("got %q", got)
	}
	c.change("flows/order.yaml", "a: b\n")
	if got := string(c.call("textDocument/formatting", params)); got != "[]" {
		t.Errorf("got %s", got)
	}
	c.change("flows/order.yaml", "{")
	if m := c.try("textDocument/formatting", params); m.Error == nil || !strings.Contains(m.Error.Message, "can not be formatted") {
		t.Errorf("got %+v", m)
	}
	s, err := newServer(io.Discard, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if s.capabilities()["documentFormattingProvider"] != nil {
		t.Error("formatting is promised without a formatter")
	}
}

// TestFindingsComeWithinASecond: of a project of 100 flows, after a change, with the debounce that editors get.
func TestFindingsComeWithinASecond(t *testing.T) {
	files := map[string]string{"scripts/orders.js": script}
	for i := range 100 {
		name := fmt.Sprintf("order_%d", i)
		files["flows/"+name+".yaml"] = strings.NewReplacer("flow: order", "flow: "+name, "where is my order", "where is order "+name, "dónde está mi pedido", "dónde está "+name).Replace(order)
	}
	c := start(t, files, "", func(o *Options) { o.Debounce = 0 })
	body := files["flows/order_7.yaml"]
	c.open("flows/order_7.yaml", body)
	c.findings("flows/order_7.yaml")
	begin := time.Now()
	c.change("flows/order_7.yaml", strings.Replace(body, "answered: find", "answered: fnd", 1))
	if found := c.findings("flows/order_7.yaml"); len(found) != 1 {
		t.Errorf("got %v", found)
	}
	if took := time.Since(begin); took > 10*time.Second { // the promise is a second; a machine under test may be slow
		t.Errorf("it took %v", took)
	} else {
		t.Logf("it took %v", took)
	}
}

// TestEveryFunctionIsExplained: ours all are, and every one that is offered exists.
func TestEveryFunctionIsExplained(t *testing.T) {
	t.Parallel()
	ours := map[string]bool{}
	for _, f := range engine.Functions() {
		if ours[f.Name] = true; helpers[f.Name].gives == "" || !strings.HasPrefix(helpers[f.Name].signature, f.Name+"(") {
			t.Errorf("%s is not explained", f.Name)
		}
	}
	calls := map[string]string{"join": `join(["a"], ",")`, "split": `split("a,b", ",")`, "round": "round(1.5)", "any": "any([1], # > 0)", "all": "all([1], # > 0)", "count": "count([1], # > 0)", "filter": "filter([1], # > 0)", "map": "map([1], # + 1)", "first": "first([1])", "last": "last([1])"}
	for name := range helpers {
		if ours[name] {
			continue
		}
		call := calls[name]
		if call == "" {
			call = name + `("a")`
		}
		body := strings.Replace(order, `{{ format_date(now) }}`, `{{ `+strings.ReplaceAll(call, `"`, `'`)+` }}`, 1)
		def, findings := flows.Load("order.yaml", []byte(body))
		if def == nil {
			t.Fatalf("%s: %v", name, findings)
		}
		_, findings = engine.Compile(def, engine.Surroundings{Scripts: map[string]engine.Script{"orders": {Name: "orders", File: "orders.js", Functions: []string{"describe"}}}})
		if len(findings) > 0 {
			t.Errorf("%s: %v", call, findings)
		}
	}
}

// TestSamplesAreGood: every state that is offered as a snippet is one that the schema accepts.
func TestSamplesAreGood(t *testing.T) {
	t.Parallel()
	for _, sample := range stateSamples {
		plain := plainSample(sample.text)
		body := "flow: a\ntitle: A\nlanguages: [en]\ninitial: a\nstates:\n  " + strings.ReplaceAll(plain, "\n", "\n  ") + "\n"
		if def, findings := flows.Load("a.yaml", []byte(body)); def == nil {
			t.Errorf("%s: %v\n%s", sample.label, findings, body)
		}
	}
}

// TestHostileFilesAreAnsweredSoon: no file makes the server slow, whatever is asked of it.
func TestHostileFilesAreAnsweredSoon(t *testing.T) {
	t.Parallel()
	long := flows.MaxFileBytes / 2
	for name, body := range map[string]string{
		"brackets":              strings.Repeat("[", long),
		"lines of brackets":     strings.Repeat("a: {b: [\n", long/9),
		"quotes":                strings.Repeat("a: \"\n", long/5),
		"quotes, deeper":        "a:\n" + strings.Repeat("  \"\n", long/4),
		"dashes":                strings.Repeat("- ", long/2),
		"one line of states":    "states: {" + strings.Repeat("a: {end: b}, ", long/13),
		"states":                "initial: a\nstates:\n" + strings.Repeat("  a: {goto: a}\n", long/15),
		"lines of states":       "states: {\n" + strings.Repeat(strings.Repeat(" a: {goto: a},", 2000)+"\n", long/28000),
		"deeper and deeper":     stairs(long),
		"braces of expressions": "states:\n  a:\n    say: >\n" + strings.Repeat("      {{ a.b ( {{ \n", long/20),
		"nothing":               strings.Repeat("\n", long),
		"too long":              strings.Repeat("a: b\n", long/2),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := newServer(io.Discard, Options{})
			if err != nil {
				t.Fatal(err)
			}
			s.ready = true
			begin := time.Now()
			s.docs["/flows/a.yaml"] = newDoc("file:///flows/a.yaml", "/flows/a.yaml", 1, body)
			for _, method := range []string{"hover", "definition", "references", "documentSymbol", "completion", "documentHighlight"} {
				params := `{"textDocument":{"uri":"file:///flows/a.yaml"},"position":{"line":0,"character":10},"context":{"includeDeclaration":true}}`
				if _, failed := s.call(message{ID: json.RawMessage("1"), Method: "textDocument/" + method, Params: json.RawMessage(params)}); failed != nil {
					t.Errorf("%s: %s", method, failed.Message)
				}
			}
			if took := time.Since(begin); took > 30*time.Second { // some tenths of a second on a quiet machine
				t.Errorf("it took %v", took)
			} else {
				t.Logf("it took %v", took)
			}
		})
	}
}

// stairs is a file in which every line is indented more than the one before.
func stairs(length int) string {
	var b strings.Builder
	for indent := 0; b.Len() < length-indent; indent++ {
		b.WriteString(strings.Repeat(" ", indent) + "a:\n")
	}
	return b.String()
}

// FuzzFrames: whatever comes in, the reader ends with a message or an error.
func FuzzFrames(f *testing.F) {
	f.Add(frames(sayInitialize, sayExit))
	f.Add("Content-Length: 3\r\n\r\nab")
	f.Add("content-length:1\n\n{")
	f.Fuzz(func(t *testing.T, in string) {
		r := bufio.NewReaderSize(strings.NewReader(in), maxHeaderBytes)
		for range len(in) + 1 {
			body, err := readFrame(r)
			if err != nil {
				return
			}
			if len(body) > len(in) {
				t.Fatal("a message is longer than what was sent")
			}
		}
		t.Fatal("there is no end")
	})
}

// FuzzPositions: a place in a text survives the way to the client and back, and no place lies outside.
func FuzzPositions(f *testing.F) {
	f.Add("a😀é\r\nb\rc\n", 3, 1, 4)
	f.Add(byteOrderMark+"a", 0, 1, 2)
	f.Fuzz(func(t *testing.T, s string, offset, line, column int) {
		text := newText(s)
		for _, e := range []encoding{utf8Units, utf16Units, utf32Units} {
			at := text.offset(position{line, column}, e)
			if at < 0 || at > len(s) {
				t.Fatalf("%d:%d is outside: %d", line, column, at)
			}
			if p := text.position(at, e); text.offset(p, e) != at {
				t.Fatalf("%s: %d became %v became %d", e, at, p, text.offset(p, e))
			}
			if p := text.position(offset, e); text.offset(p, e) > len(s) {
				t.Fatal("outside")
			}
		}
		if at := text.place(diag.Pos{Line: line, Column: min(column, len(s)+1)}); at < 0 || at > len(s) {
			t.Fatalf("%d:%d is outside: %d", line, column, at)
		}
	})
}

// FuzzRequests: no text and no place makes an answer fail.
func FuzzRequests(f *testing.F) {
	for _, body := range files(f) {
		f.Add(body, 10, 8)
	}
	f.Add("states: {a: {on: {", 0, 18)
	f.Fuzz(func(t *testing.T, body string, line, column int) {
		if len(body) > 1<<16 || !utf8.ValidString(body) {
			return
		}
		s, err := newServer(io.Discard, Options{Log: func(format string, args ...any) { t.Fatalf(format, args...) }})
		if err != nil {
			t.Fatal(err)
		}
		s.ready, s.snippets = true, true
		path := filepath.FromSlash("/flows/a.yaml")
		s.docs[path] = newDoc("file:///flows/a.yaml", path, 1, body)
		params := fmt.Sprintf(`{"textDocument":{"uri":"file:///flows/a.yaml"},"position":{"line":%d,"character":%d},"newName":"b","context":{"diagnostics":[]}}`, line, column)
		for method := range methods {
			if strings.HasPrefix(method, "textDocument/") && !strings.HasPrefix(method, "textDocument/did") {
				if _, failed := s.call(message{ID: json.RawMessage("1"), Method: method, Params: json.RawMessage(params)}); failed != nil && failed.Code == codeInternalError {
					t.Fatal(failed.Message)
				}
			}
		}
	})
}

// TestTypingAFlow types a flow letter by letter: every letter is a change, and something is asked in between. The text arrives whole.
func TestTypingAFlow(t *testing.T) {
	t.Parallel()
	c := start(t, map[string]string{"scripts/orders.js": script}, "")
	c.open("flows/order.yaml", "")
	typed := newText("")
	for i, r := range order {
		at := mustJSON(typed.position(len(typed.s), utf16Units))
		c.version["flows/order.yaml"]++
		c.notify("textDocument/didChange", fmt.Sprintf(`{"textDocument":{"uri":%q,"version":%d},"contentChanges":[{"range":{"start":%[3]s,"end":%[3]s},"text":%[4]s}]}`, c.uri("flows/order.yaml"), c.version["flows/order.yaml"], at, quoted(string(r))))
		typed = newText(order[:i+utf8.RuneLen(r)])
		if i%7 == 0 {
			c.offered("flows/order.yaml", typed.position(len(typed.s), utf16Units))
		}
	}
	if found := c.findings("flows/order.yaml"); len(found) != 0 {
		t.Errorf("got %v", found)
	}
}

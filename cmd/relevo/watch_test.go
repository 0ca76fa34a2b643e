package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"relevo/server"
)

// patience is how long anything may take before a test fails.
const patience = 30 * time.Second

// lockedBuffer is written to by a program while a test reads it.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// bench is relevo serve --watch on a folder.
type bench struct {
	*testing.T
	dir, url  string
	out, errs lockedBuffer
	reports   *bufio.Scanner // of /dev/stream
	messages  int
}

var consoleAddress = regexp.MustCompile(`console +(http://\S+)/\n`)

func startBench(t *testing.T, dir string, args ...string) *bench {
	t.Helper()
	return startBenchIn(t, dir, nil, args...)
}

// startBenchIn is startBench with variables of the environment.
func startBenchIn(t *testing.T, dir string, env map[string]string, args ...string) *bench {
	t.Helper()
	b := &bench{T: t, dir: dir}
	a := &app{
		args: append([]string{"serve", "--watch", "--listen", "127.0.0.1:0", "--script-deadline", "10s"}, args...), in: strings.NewReader(""),
		out: &b.out, err: &b.errs, dir: dir, getenv: func(k string) string { return env[k] }, now: time.Now,
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan int, 1)
	go func() { ended <- a.run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if code := <-ended; code != exitGood {
			t.Errorf("exit code %d: %s", code, b.errs.String())
		}
	})
	b.until("the server runs", func() bool { return consoleAddress.MatchString(b.out.String()) })
	b.url = consoleAddress.FindStringSubmatch(b.out.String())[1]
	b.reports = b.open("/dev/stream", "")
	return b
}

// until waits for a condition.
func (b *bench) until(what string, is func() bool) {
	b.Helper()
	for end := time.Now().Add(patience); !is(); {
		if time.Now().After(end) {
			b.Fatalf("not after %s: %s\n%s%s", patience, what, b.out.String(), b.errs.String())
		}
		<-time.After(5 * time.Millisecond)
	}
}

// open asks for a stream, and returns its lines. It ends with the test.
func (b *bench) open(path, token string) *bufio.Scanner {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, b.url+path, nil)
	if err != nil {
		b.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil || res.StatusCode != http.StatusOK {
		b.Fatal(path, res, err)
	}
	stop := time.AfterFunc(patience, func() { _ = res.Body.Close() })
	b.Cleanup(func() { stop.Stop(); _ = res.Body.Close() })
	s := bufio.NewScanner(res.Body)
	s.Buffer(nil, 1<<20)
	return s
}

// report returns the next report of the stream that is as wanted.
func (b *bench) report(what string, is func(server.WorkReport) bool) server.WorkReport {
	b.Helper()
	for b.reports.Scan() {
		data, ok := strings.CutPrefix(b.reports.Text(), "data: ")
		if !ok {
			continue
		}
		var r server.WorkReport
		if err := json.Unmarshal([]byte(data), &r); err != nil {
			b.Fatal(err)
		}
		if is(r) {
			return r
		}
	}
	b.Fatalf("no report comes: %s\n%s%s", what, b.out.String(), b.errs.String())
	return server.WorkReport{}
}

// visitor begins a conversation in the web chat.
func (b *bench) visitor() string {
	b.Helper()
	res, err := http.Post(b.url+"/webchat/session", "application/json", nil)
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	var session struct{ Token string }
	if err := json.NewDecoder(res.Body).Decode(&session); err != nil {
		b.Fatal(err)
	}
	return session.Token
}

// says writes in the web chat and waits until the answer is there.
func (b *bench) says(token, text, answer string) {
	b.Helper()
	b.messages++
	body := fmt.Sprintf(`{"id":"%032x","text":%q}`, b.messages, text)
	req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, b.url+"/webchat/messages", strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil || res.StatusCode != http.StatusAccepted {
		b.Fatal(res, err)
	}
	_ = res.Body.Close()
	lines, heard := b.open("/webchat/stream?after=0", token), []string{}
	for lines.Scan() {
		if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			if heard = append(heard, data); strings.Contains(data, answer) {
				return
			}
		}
	}
	b.Errorf("%q is not answered %q but %q", text, answer, heard)
}

func (b *bench) page(path string) (int, string) {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, b.url+path, nil)
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Accept", "text/html")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.Fatal(err)
	}
	return res.StatusCode, string(text)
}

func reloaded(name string) func(server.WorkReport) bool {
	return func(r server.WorkReport) bool { return strings.Contains(strings.Join(r.Reloaded, " "), name) }
}

// TestWatchUsesWhatIsSaved: the analyst's loop, from a save to the next conversation.
func TestWatchUsesWhatIsSaved(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "flows/hello.yaml", scriptFlow)
	write(t, dir, "scripts/shop.js", "exports.greet = name => `Hello ${name}!`;\n")
	b := startBench(t, dir) // the folder flows of the working directory is found
	if r := b.report("the first one", func(r server.WorkReport) bool { return true }); r.Errors != 0 || len(r.Flows) != 1 {
		t.Errorf("%+v", r)
	}
	old := b.visitor()
	b.says(old, "hello", "What is your name?")

	begun := time.Now()
	write(t, dir, "flows/hello.yaml", strings.Replace(scriptFlow, "What is your name?", "Who are you?", 1))
	r := b.report("the new question", reloaded("hello"))
	t.Logf("saved, and in use after %s; of it the reload said %d ms", time.Since(begun), r.TookMS)
	b.says(b.visitor(), "hello", "Who are you?")
	b.until("the terminal tells it", func() bool {
		return regexp.MustCompile(`── flows/hello.yaml ──\nhello reloaded in \d+ ms; conversations under way keep their version.\n`).MatchString(b.out.String())
	})

	write(t, dir, "scripts/shop.js", "exports.greet = name => `Good day, ${name}.`;\n")
	b.report("the new script", reloaded("hello"))
	b.says(old, "Ana", "Hello Ana!") // began before both
	newer := b.visitor()
	b.says(newer, "hello", "Who are you?")
	b.says(newer, "Ben", "Good day, Ben.")
	if status, svg := b.page("/dev/drawing.svg?flow=hello"); status != http.StatusOK || !strings.Contains(svg, "Who are you?") {
		t.Errorf("%d %s", status, svg)
	}
}

func TestWatchShowsWhatIsWrongAndKeepsTheRest(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := write(t, dir, "mine/hello.yaml", smallFlow)
	write(t, dir, "mine/bye.yaml", strings.NewReplacer("flow: hello", "flow: bye", "[hello]", "[goodbye]", "What is your name?", "Who leaves?").Replace(smallFlow))
	b := startBench(t, dir, "--flows", "mine")
	b.report("the first one", func(r server.WorkReport) bool { return len(r.Flows) == 2 })

	write(t, dir, "mine/hello.yaml", strings.Replace(smallFlow, "answered: bye", "answered: <img src=x>", 1))
	r := b.report("the error", func(r server.WorkReport) bool { return r.Errors > 0 })
	if f := r.Findings[0]; f.Range.File != "mine/hello.yaml" || f.Range.Start.Line != 13 || !strings.Contains(f.Excerpt, "   13 |     on: {answered: <img src=x>") || !strings.Contains(f.Excerpt, "^^") || strings.Contains(f.Excerpt, f.Message) {
		t.Errorf("%+v", f)
	}
	if in := r.Findings[0].In; !strings.Contains(in["es"].Message, "no es un nombre") || !strings.Contains(in["pt"].Message, "não é um nome") || in["es"].Hint == "" {
		t.Errorf("the finding in other languages: %+v", in)
	}
	b.says(b.visitor(), "hello", "What is your name?") // the version before
	write(t, dir, "mine/bye.yaml", strings.NewReplacer("flow: hello", "flow: bye", "[hello]", "[goodbye]", "What is your name?", "Who goes?").Replace(smallFlow))
	b.report("the good one", reloaded("bye"))
	b.says(b.visitor(), "goodbye", "Who goes?")
	if svg := b.drawing("hello"); strings.Contains(svg, "<img") || !strings.Contains(svg, "What is your name?") {
		t.Errorf("the drawing of a file with errors: %s", svg)
	}

	for i := range 20 { // many quick saves: the last one counts
		write(t, dir, "mine/hello.yaml", strings.Replace(smallFlow, "What is your name?", fmt.Sprintf("Question %d?", i), 1))
	}
	b.report("mended", func(r server.WorkReport) bool { return r.Errors == 0 && len(r.Reloaded) > 0 })
	b.until("the last save is in use", func() bool { return strings.Contains(b.drawing("hello"), "Question 19?") })
	b.says(b.visitor(), "hello", "Question 19?")

	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	b.report("gone", func(r server.WorkReport) bool { return len(r.Gone) == 1 && r.Gone[0] == "hello" })
	b.says(b.visitor(), "hello", "Question 19?")
	if err := os.Rename(filepath.Join(dir, "mine"), filepath.Join(dir, "elsewhere")); err != nil {
		t.Fatal(err)
	}
	if r := b.report("the folder is gone", func(r server.WorkReport) bool { return r.Problem != "" }); len(r.Flows) != 1 || len(r.Reloaded) != 0 {
		t.Errorf("%+v", r)
	}
	if err := os.Rename(filepath.Join(dir, "elsewhere"), filepath.Join(dir, "mine")); err != nil {
		t.Fatal(err)
	}
	b.report("the folder is back", func(r server.WorkReport) bool { return r.Problem == "" && len(r.Flows) == 1 })
	b.until("the terminal tells everything", func() bool {
		for _, want := range []string{
			"mine/hello.yaml:13:20: error: ", "hello: the version of ", "1 error, 0 warnings\n", "bye reloaded in ", "mine/hello.yaml is mended.\n", "hello reloaded in ",
			"hello has no file any more; it stays published.\n", "no flow files (*.yaml) here\nEverything stays in use as it was.\n", "The files can be used again.\n",
		} {
			if !strings.Contains(b.out.String(), want) {
				return false
			}
		}
		return true
	})
}

func (b *bench) drawing(flow string) string {
	b.Helper()
	_, svg := b.page("/dev/drawing.svg?flow=" + flow)
	return svg
}

// TestWatchStartsWithErrors: a folder that is half written is what one begins with.
func TestWatchStartsWithErrors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "flows/hello.yaml", strings.Replace(smallFlow, "answered: bye", "answered: bey", 1))
	write(t, dir, "flows/commands.yaml", "commands: [")
	b := startBench(t, dir)
	r := b.report("the first one", func(r server.WorkReport) bool { return true })
	if r.Errors != 2 || r.Flows[0].Use != "none" {
		t.Errorf("%+v", r)
	}
	if svg := b.drawing("hello"); !strings.Contains(svg, "bey") {
		t.Errorf("a file with errors is drawn as it is: %s", svg)
	}
	write(t, dir, "flows/hello.yaml", smallFlow)
	b.report("mended", reloaded("hello"))
	b.says(b.visitor(), "hello", "What is your name?")
	if status, page := b.page("/webchat"); status != http.StatusOK || !strings.Contains(page, "/dev/panel.js") {
		t.Errorf("the web chat has no panel: %d", status)
	}
}

// TestWatchSpeaksTheLanguageOfTheTerminal: findings do, and pages still get the English sentence.
func TestWatchSpeaksTheLanguageOfTheTerminal(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "flows/hello.yaml", strings.Replace(smallFlow, "answered: bye", "answered: bey", 1))
	b := startBenchIn(t, dir, map[string]string{"LANG": "es_ES.UTF-8"})
	r := b.report("the first one", func(r server.WorkReport) bool { return r.Errors > 0 })
	if got := r.Findings[0].Message; got != `no state is named "bey"` {
		t.Errorf("the page is told %q", got)
	}
	b.until("the terminal says it in Spanish", func() bool {
		text := b.out.String()
		return strings.Contains(text, `ningún estado se llama "bey"`) && strings.Contains(text, `pista: ¿quisiste decir "bye"`)
	})
}

func TestWatchNeedsAFolder(t *testing.T) {
	t.Parallel()
	got := relevo(t, t.TempDir(), "", nil, "serve", "--watch")
	if got.code != exitUsage || !strings.Contains(got.err, "name one with --flows") {
		t.Errorf("%+v", got)
	}
	got = relevo(t, t.TempDir(), "", nil, "serve", "--watch", "--flows", "nowhere", "--listen", "127.0.0.1:0")
	if got.code != exitEnvironment || !strings.Contains(got.err, "nowhere") {
		t.Errorf("%+v", got)
	}
}

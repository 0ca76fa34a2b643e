// Package e2e tests the program as its users run it: the real binary as a process, on a real database, with a stand-in for the Graph API.
package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"relevo/channel/whatsapp/graphtest"
	"relevo/store/sqlite"
)

// patience is how long anything may take before a test fails.
const patience = 30 * time.Second

// binary is the program, built once.
var binary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "relevo-e2e")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	binary = filepath.Join(dir, "relevo")
	build := exec.Command("go", "build", "-o", binary, "relevo/cmd/relevo")
	build.Stdout, build.Stderr = os.Stderr, os.Stderr
	code := 1
	if err := build.Run(); err == nil {
		code = m.Run()
	}
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// site is a folder with a configuration and a database, and the process that serves it.
type site struct {
	testing.TB
	dir string
	url string
	cmd *exec.Cmd
	log *bytes.Buffer // what the process wrote to standard error; read it when the process is over
}

func newSite(t testing.TB, config string) *site {
	t.Helper()
	s := &site{TB: t, dir: t.TempDir()}
	s.file("relevo.yaml", config)
	return s
}

func (s *site) file(name, text string) {
	s.Helper()
	path := filepath.Join(s.dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		s.Fatal(err)
	}
}

// whatsappConfig configures one number whose Graph API is g.
func whatsappConfig(g *graphtest.Server, more string) string {
	return fmt.Sprintf(`listen: 127.0.0.1:0
database: sqlite:relevo.db
log_level: warn
channels:
  - id: main
    type: whatsapp
    phone_number_id: %q
    access_token: ${RELEVO_TEST_TOKEN}
    app_secret: ${RELEVO_TEST_SECRET}
    verify_token: verify-me
    graph_url: %s
%s`, g.PhoneNumberID, g.URL(), more)
}

func (s *site) environment() []string {
	return []string{
		"RELEVO_SCRIPT_DEADLINE=5s", "PATH=" + os.Getenv("PATH"), "HOME=" + s.dir, "TMPDIR=" + os.TempDir(), "RELEVO_TEST_TOKEN=test-token", "RELEVO_TEST_SECRET=test_app_secret",
	}
}

// run runs a command to its end.
func (s *site) run(args ...string) (code int, stdout, stderr string) {
	s.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Dir, cmd.Env = s.dir, s.environment()
	var out, err bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &err
	if e := cmd.Run(); e != nil && cmd.ProcessState == nil {
		s.Fatal(e)
	}
	return cmd.ProcessState.ExitCode(), out.String(), err.String()
}

// token makes a token. The server must not run: one process owns the database.
func (s *site) token(name, role string) string {
	s.Helper()
	code, out, errs := s.run("token", "add", name, "--role", role)
	if code != 0 {
		s.Fatalf("token add: exit code %d: %s", code, errs)
	}
	return strings.TrimSpace(out)
}

// serve starts the server and waits until it says where it is.
func (s *site) serve() {
	s.Helper()
	cmd := exec.Command(binary, "serve")
	cmd.Dir, cmd.Env, cmd.WaitDelay = s.dir, s.environment(), patience
	s.log = &bytes.Buffer{}
	cmd.Stderr = s.log
	out, err := cmd.StdoutPipe()
	if err != nil {
		s.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		s.Fatal(err)
	}
	s.cmd, s.url = cmd, ""
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if _, at, ok := strings.Cut(lines.Text(), "  API        "); ok {
			s.url = strings.TrimSuffix(at, "/docs")
			break
		}
	}
	if s.url == "" {
		_ = cmd.Wait()
		s.Fatalf("the server did not start: %s", s.log)
	}
	s.Cleanup(func() {
		if s.cmd == cmd {
			s.kill()
		}
	})
}

// kill ends the process without a warning, as a power cut would.
func (s *site) kill() {
	s.Helper()
	if err := s.cmd.Process.Kill(); err != nil {
		s.Error(err)
	}
	_ = s.cmd.Wait()
	s.cmd = nil
}

// stop asks the process to stop and wants a good end.
func (s *site) stop() {
	s.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		s.Error(err)
	}
	if err := s.cmd.Wait(); err != nil {
		s.Errorf("the server ended with %v: %s", err, s.log)
	}
	s.cmd = nil
}

// open opens the database of a server that is stopped.
func (s *site) open() *sqlite.DB {
	s.Helper()
	db, err := sqlite.Open(context.Background(), filepath.Join(s.dir, "relevo.db"), sqlite.Options{})
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { _ = db.Close() })
	return db
}

// sound wants `relevo doctor` to find nothing.
func (s *site) sound() {
	s.Helper()
	if code, out, errs := s.run("doctor"); code != 0 {
		s.Errorf("doctor: exit code %d: %s%s", code, out, errs)
	}
}

// client keeps connections of its own for each test.
var clients = sync.OnceValue(func() *http.Client {
	return &http.Client{Timeout: patience, Transport: &http.Transport{MaxIdleConnsPerHost: 32}}
})

// ask makes a request to the API and decodes the answer into out, which may be nil. It returns the status and the answer.
func (s *site) ask(token, method, path string, body, out any) (status int, answer string) {
	s.Helper()
	var in io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			s.Fatal(err)
		}
		in = bytes.NewReader(encoded)
	}
	req, err := http.NewRequest(method, s.url+path, in)
	if err != nil {
		s.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := clients().Do(req)
	if err != nil {
		s.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		s.Fatal(err)
	}
	if out != nil {
		if err := json.Unmarshal(text, out); err != nil {
			s.Fatalf("%s %s: %d %s: %v", method, path, resp.StatusCode, text, err)
		}
	}
	return resp.StatusCode, string(text)
}

// quiet waits until no row waits in a table: "inbox", "outbox". Counts are at most a few seconds old.
func (s *site) quiet(tables ...string) {
	s.Helper()
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	limit := time.After(patience)
	for {
		_, text := s.ask("", http.MethodGet, "/metrics", nil, nil)
		waiting := 0
		for _, table := range tables {
			if !strings.Contains(text, fmt.Sprintf("relevo_rows{table=%q} 0\n", table)) {
				waiting++
			}
		}
		if waiting == 0 {
			return
		}
		select {
		case <-look.C:
		case <-limit:
			s.Fatalf("rows wait in %v after %s", tables, patience)
		}
	}
}

// soon is a context for what should happen at once.
func soon(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

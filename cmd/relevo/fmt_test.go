package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// crooked is straight as somebody in a hurry writes it, with the line ends of Windows.
var crooked = strings.NewReplacer("languages: [en]", "languages: [ en ]   ", "\n  ask_name", "\n\n\n    # Who?\n  ask_name", "\n", "\r\n").Replace(smallFlow)

var straight = strings.Replace(smallFlow, "\n  ask_name", "\n\n  # Who?\n  ask_name", 1)

func readBack(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestFmt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	hello := write(t, dir, "flows/hello.yaml", crooked)
	good := write(t, dir, "flows/good.yaml", straight)
	other := write(t, dir, "flows/compose.yaml", "services:   {a:   b}\n")
	commands := write(t, dir, "flows/commands.yaml", "commands: {agent: {en: [ agent ]}}\n")
	broken := write(t, dir, "broken.yaml", "flow: [a\n")
	if err := os.Chmod(hello, 0o640); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link.yaml")
	if err := os.Symlink(filepath.Join("flows", "hello.yaml"), link); err != nil {
		t.Fatal(err)
	}

	if got := relevo(t, dir, "", nil, "fmt", "--check", "flows"); got != (ran{exitFindings, "flows/commands.yaml\nflows/hello.yaml\n", ""}) {
		t.Errorf("--check: %+v", got)
	}
	got := relevo(t, dir, "", nil, "fmt", "--diff", "flows/hello.yaml")
	if got.code != exitGood || !strings.Contains(got.out, "\n-languages: [ en ]   \r\n") || !strings.Contains(got.out, "\n+languages: [en]\n") {
		t.Errorf("--diff: %+v", got)
	}
	if readBack(t, hello) != crooked {
		t.Error("--check or --diff has written")
	}
	if got := relevo(t, dir, "", nil, "fmt", "broken.yaml", "link.yaml", "flows/hello.yaml", "flows/good.yaml"); got.code != exitFindings || got.out != "link.yaml\n" || !strings.Contains(got.err, "broken.yaml:") {
		t.Errorf("%+v", got)
	}
	if readBack(t, hello) != straight || readBack(t, good) != straight || readBack(t, broken) != "flow: [a\n" {
		t.Errorf("got %q", readBack(t, hello))
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Error("the link is none any more")
	}
	if info, err := os.Stat(hello); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("the permissions are others: %v", info.Mode())
	}
	if got := relevo(t, dir, "", map[string]string{"RELEVO_FLOWS": "flows"}, "fmt"); got != (ran{exitGood, "flows/commands.yaml\n", ""}) {
		t.Errorf("the configured folder: %+v", got)
	}
	if readBack(t, other) != "services:   {a:   b}\n" || readBack(t, commands) != "commands: {agent: {en: [agent]}}\n" {
		t.Error("fmt takes other files for flows, or not the commands")
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*", ".relevo-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestFmtOfAStream(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in   string
		args []string
		want ran
	}{
		{crooked, []string{"-"}, ran{exitGood, straight, ""}},
		{straight, []string{"-", "--check"}, ran{exitGood, "", ""}},
		{crooked, []string{"-", "--check"}, ran{exitFindings, "standard input\n", ""}},
		{"a: b\na: c\n", []string{"-"}, ran{exitFindings, "", "standard input:2:1: error: \"a\" is there twice [duplicate-key]\n    2 | a: c\n      | ^\nhint: the first one is on line 1; rename or remove one\n"}},
		{"", []string{"-", "a.yaml"}, ran{exitUsage, "", "relevo: - stands alone: standard input is one flow\n"}},
	} {
		if got := relevo(t, t.TempDir(), tt.in, nil, append([]string{"fmt"}, tt.args...)...); got != tt.want {
			t.Errorf("%v of %q: got %+v", tt.args, tt.in, got)
		}
	}
}

func TestFmtOfWhatCanNotBeFormatted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	fixed := write(t, dir, "fixed.yaml", crooked)
	if err := os.Chmod(fixed, 0o444); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "empty/notes.yaml", "a: b\n")
	for _, tt := range []struct {
		args []string
		code int
		says string
	}{
		{nil, exitUsage, "no flows folder is configured"},
		{[]string{"gone.yaml"}, exitEnvironment, "gone.yaml can not be read: no such file"},
		{[]string{"empty"}, exitEnvironment, "there are no flow files"},
		{[]string{"fixed.yaml"}, exitEnvironment, "fixed.yaml can not be written: it is read-only"},
		{[]string{"--fix"}, exitUsage, "unknown flag"},
	} {
		got := relevo(t, dir, "", nil, append([]string{"fmt"}, tt.args...)...)
		if got.code != tt.code || got.out != "" || !strings.Contains(got.err, tt.says) {
			t.Errorf("%v: got %+v", tt.args, got)
		}
	}
	if readBack(t, fixed) != crooked {
		t.Error("a read-only file was written")
	}
}

package relevo_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"relevo/handoff"
)

var (
	code  = regexp.MustCompile("`([^`\n]+)`")
	link  = regexp.MustCompile(`\]\(([^)#]+)[^)]*\)`)
	aPath = regexp.MustCompile(`^[a-z_]+(/[A-Za-z0-9_.-]+)+$|^[A-Za-z_]+\.(go|md|yaml)$`)
	step  = regexp.MustCompile(`(?m)^\| \d\. [^|]*\|([^|]*)\|([^|]*)\|`)
)

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestTheTourIsTrue checks every path and function that docs/architecture.md names.
func TestTheTourIsTrue(t *testing.T) {
	t.Parallel()
	tour := read(t, "docs/architecture.md")
	paths := 0
	for _, m := range code.FindAllStringSubmatch(tour, -1) {
		if !aPath.MatchString(m[1]) {
			continue
		}
		paths++
		if !exists(m[1]) {
			t.Errorf("docs/architecture.md names %s, which is not there", m[1])
		}
	}
	if paths < 20 {
		t.Errorf("only %d paths were found in the tour", paths)
	}
	functions := 0
	for _, row := range step.FindAllStringSubmatch(tour, -1) {
		var sources strings.Builder
		for _, file := range code.FindAllStringSubmatch(row[1], -1) {
			sources.WriteString(read(t, file[1]))
		}
		for _, name := range code.FindAllStringSubmatch(row[2], -1) {
			functions++
			if !regexp.MustCompile(`func (\([^)]*\) )?` + name[1] + `\b`).MatchString(sources.String()) {
				t.Errorf("docs/architecture.md names %s in%s, which has no such function", name[1], row[1])
			}
		}
	}
	if functions < 5 {
		t.Errorf("only %d functions were found in the tour", functions)
	}
}

// TestTheTourDrawsTheChatAsItIs holds the diagram of the chat's life against the machine itself.
func TestTheTourDrawsTheChatAsItIs(t *testing.T) {
	t.Parallel()
	life, err := handoff.Life()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(read(t, "docs/architecture.md"), "```mermaid\n"+life+"```") {
		t.Errorf("docs/architecture.md shows another machine than:\n%s", life)
	}
}

// exists tells whether a path is there, from the root or below the console's sources.
func exists(path string) bool {
	for _, root := range []string{".", "server/console/src/pages"} {
		if _, err := os.Stat(filepath.Join(root, path)); err == nil {
			return true
		}
	}
	return false
}

// TestLinksLead checks the links between documents and to pictures.
func TestLinksLead(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	below, err := filepath.Glob("docs/*/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(append(files, below...), "README.md", "CONTRIBUTING.md", "CHANGELOG.md") {
		for _, m := range link.FindAllStringSubmatch(read(t, file), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(file), m[1])); err != nil {
				t.Errorf("%s links to %s, which is not there", file, m[1])
			}
		}
	}
}

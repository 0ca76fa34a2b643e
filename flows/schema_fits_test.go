package flows

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"relevo/engine/diag"
)

// TestFitsAndTheLibraryAgree holds the fast answer against the library's, for the shipped files and for what is left of them when a line, or a word
// of one, is gone.
func TestFitsAndTheLibraryAgree(t *testing.T) {
	t.Parallel()
	for _, format := range []func() (*schema, error){flowSchema, commandsFormat} {
		sc, err := format()
		if err != nil || !sc.simple {
			t.Fatalf("a schema says more than fits knows: %v", err)
		}
	}
	names, err := filepath.Glob("*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	right, wrong := 0, 0
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		format := flowSchema
		if name == CommandsFile {
			format = commandsFormat
		}
		for _, changed := range broken(string(text)) {
			if requireAgreement(t, changed, format) {
				right++
			} else {
				wrong++
			}
		}
	}
	if right < 40 || wrong < 40 {
		t.Errorf("%d files were right and %d wrong", right, wrong)
	}
}

// requireAgreement tells what both say of a text.
func requireAgreement(t *testing.T, text string, format func() (*schema, error)) (fit bool) {
	t.Helper()
	var findings diag.List
	src := newSource("a.yaml", []byte(text))
	root := parse(src, &findings)
	if root == nil {
		return false
	}
	reader := tree{src: src, findings: &findings}
	value := reader.value(root, 1)
	sc, err := format()
	if err != nil || reader.stop {
		return false
	}
	slow := sc.compiled.Validate(value)
	if fit = fits(sc.compiled, value); fit != (slow == nil) {
		t.Errorf("fits says %t, the library %v of\n%s", fit, slow, text)
	}
	return fit
}

// broken are variants of a file: every fiftieth line is taken out, emptied of its value, or given another one.
func broken(text string) []string {
	lines := strings.SplitAfter(text, "\n")
	all := []string{text}
	for i := 0; i < len(lines); i += 50 {
		before, after := strings.Join(lines[:i], ""), strings.Join(lines[i+1:], "")
		key, value, _ := strings.Cut(lines[i], ":")
		all = append(all, before+after, before+key+":\n"+after, before+key+": 7\n"+after, before+key+": [a, a, 1.5]\n"+after, before+key+"x:"+value+after, before+key+": {a: b, en: ''}\n"+after)
	}
	return all
}

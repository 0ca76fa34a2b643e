package words_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"relevo/engine/diag"
	"relevo/engine/diag/words"
	"relevo/flows"
	"relevo/flows/flowtest"
	"relevo/flows/project"
	"relevo/scripts"
)

// TestEveryFindingOfTheTestFilesIsTranslated reads the files that show findings, and demands whole sentences in each language.
func TestEveryFindingOfTheTestFilesIsTranslated(t *testing.T) {
	t.Parallel()
	commands, err := flows.Files.ReadFile(flows.CommandsFile)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, pattern := range []string{"../../../testdata/findings/*.yaml", "../../../flows/testdata/findings/*.yaml", "../../../flows/project/testdata/*/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			p := project.Build(project.Files{
				Flows: []project.File{{Name: filepath.Base(file), Text: text}}, Commands: project.File{Name: flows.CommandsFile, Text: commands},
			}, project.Options{})
			n += len(p.Findings)
			translated(t, p.Findings)
		}
	}
	if n < 200 {
		t.Errorf("only %d findings", n)
	}
}

func TestEveryFindingOfScriptsAndTranscriptsIsTranslated(t *testing.T) {
	t.Parallel()
	for _, code := range []string{
		"let x = 1", "fetch('x')", "export default 1", "import x from 'y'", "export function f() { return nobody }", "export const a = async () => 1",
		"export function f(d) { return d.getHours() + d.toLocaleString() + 'x'.localeCompare('y', 'es') }", `export const f = s => /\bñ/.test(s) || /\p{L}/u.test(s)`,
		"export const f = () => 10n", "export function f() {}\nexport { f, f as g, nobody }", strings.Repeat("(", 2000), "setTimeout(f)",
	} {
		_, found := scripts.Compile("a", "a.js", []byte(code))
		if len(found) == 0 {
			t.Errorf("nothing was found in %.60s", code)
		}
		translated(t, found)
	}
	for _, text := range []string{
		"", "\xff", "flow a\nat yesterday\nregion mexico\ntimezone Mars\nqueue a\ncolour red\n", "flow a\nat 2026-03-02T09:00:00Z\n  more\n", "flow a\nat 2026-03-02T09:00:00Z\n< Hello\n",
		"flow a\nat 2026-03-02T09:00:00Z\n> Hello\n! nonsense\nwhat\n", "flow a\nat 2026-03-02T09:00:00Z\n> a\n= GET /a 200 {}\n< b\n", strings.Repeat("#\n", 100000),
	} {
		_, found := flowtest.Parse("a.transcript", []byte(text))
		if len(found) == 0 {
			t.Errorf("nothing was found in %.60q", text)
		}
		translated(t, found)
	}
}

var (
	quotedParts = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|\{[^{}]*\}|\[[^\[\]]*\]`)
	// foreign is what other programs said: the parsers of YAML, of patterns and of JSON Schema.
	foreign = regexp.MustCompile("(JSON Schema|YAML|leer|lido): .*")
	// english are words that no sentence of another language has; words of the flow language (on, with, until) may stand in any.
	english = regexp.MustCompile(`(?i)\b(the|is|are|not|this|that|here|write|there|has|have|which|nothing|expected|missing|these|those|named|it|can)\b`)
)

func translated(t *testing.T, l diag.List) {
	t.Helper()
	for _, d := range l {
		for _, language := range words.Languages[1:] {
			said, ok := words.Translate(d, language)
			if !ok {
				t.Errorf("%s: not in the tables: %q, hint %q", language, d.Message, d.Hint)
			}
			for _, text := range []string{said.Message, said.Hint} {
				if word := english.FindString(quotedParts.ReplaceAllString(foreign.ReplaceAllString(text, ""), "")); word != "" {
					t.Errorf("%s: %q is English in %q", language, word, text)
				}
			}
		}
	}
}

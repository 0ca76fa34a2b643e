package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// manuals are the reference of the flow language in each of its languages.
var manuals = []string{"docs/flow-language.md", "docs/es/flow-language.md"}

var (
	block    = regexp.MustCompile("(?sm)^```([a-z]+)\n(.*?)^```$")
	fileName = regexp.MustCompile(`^# ([a-z_]+\.(?:yaml|transcript))\n`)
	flowName = regexp.MustCompile(`(?m)^flow: ([a-z_]+)$`)
	needs    = regexp.MustCompile(`(?m)^(?:flow|with) ([a-z_]+)\.yaml$`)
	hash     = regexp.MustCompile(`\b[0-9a-f]{12}\b`)
)

func manual(t *testing.T, name string) [][]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", name))
	if err != nil {
		t.Fatal(err)
	}
	return block.FindAllStringSubmatch(string(text), -1)
}

// TestTutorial does what "your first flow in ten minutes" says, in an empty folder: files are written, commands run, and what they print is what the
// page shows. Hashes of versions are not compared.
func TestTutorial(t *testing.T) {
	t.Parallel()
	for _, name := range manuals {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, commands := t.TempDir(), map[string]bool{}
			for _, b := range manual(t, name) {
				if m := fileName.FindStringSubmatch(b[2]); m != nil {
					write(t, dir, m[1], b[2])
				}
				if b[1] != "console" {
					continue
				}
				for _, command := range strings.Split("\n"+b[2], "\n$ ")[1:] {
					line, want, _ := strings.Cut(strings.TrimRight(command, "\n")+"\n", "\n")
					args := strings.Fields(line)
					if args[0] != "relevo" {
						t.Fatalf("%q is not a command of relevo", line)
					}
					commands[args[1]] = true
					got := relevo(t, dir, typed(want), map[string]string{"USER": "ana"}, args[1:]...)
					if got := hash.ReplaceAllString(got.err+got.out, "#"); strings.TrimSpace(got) != strings.TrimSpace(hash.ReplaceAllString(want, "#")) {
						t.Errorf("$ %s\n--- prints\n%s\n--- the page shows\n%s", line, got, want)
					}
				}
			}
			for _, command := range []string{"check", "talk", "test", "publish", "flows"} {
				if !commands[command] {
					t.Errorf("the page does not run relevo %s", command)
				}
			}
		})
	}
}

// typed are the lines of a conversation that somebody types.
func typed(shown string) string {
	var in strings.Builder
	for _, line := range strings.Split(shown, "\n") {
		if text, ok := strings.CutPrefix(line, "> "); ok {
			in.WriteString(text + "\n")
		}
	}
	return in.String()
}

// TestTranscriptsOfTheManual runs the transcripts of the reference with the flows that the reference shows.
func TestTranscriptsOfTheManual(t *testing.T) {
	t.Parallel()
	for _, name := range manuals {
		flows, transcripts := map[string]string{}, []string{}
		for _, b := range manual(t, name) {
			if m := flowName.FindStringSubmatch(b[2]); m != nil && b[1] == "yaml" {
				flows[m[1]] = b[2] // the last one of a name: the tutorial's flow grows
			}
			if b[1] == "text" && needs.MatchString(b[2]) && !fileName.MatchString(b[2]) {
				transcripts = append(transcripts, b[2])
			}
		}
		if len(transcripts) < 6 {
			t.Errorf("only %d transcripts in %s", len(transcripts), name)
		}
		for i, transcript := range transcripts {
			dir := t.TempDir()
			for _, m := range needs.FindAllStringSubmatch(transcript, -1) {
				write(t, dir, m[1]+".yaml", flows[m[1]])
			}
			write(t, dir, "manual.transcript", transcript)
			if got := relevo(t, dir, "", nil, "test", "manual.transcript"); got.code != exitGood {
				t.Errorf("%s, transcript %d:\n%s%s", name, i+1, got.out, got.err)
			}
		}
	}
}

package relevo_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var givenUp = regexp.MustCompile(`giveUp\([^"\n]*"([a-z_]+)"`)

// TestTheConsoleHasWordsForEveryReason: why the engine itself hands a conversation over stands in the console in each of its languages.
func TestTheConsoleHasWordsForEveryReason(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("engine/turn*.go")
	if err != nil {
		t.Fatal(err)
	}
	reasons := []string{"asked", "script_failed"} // their names are constants
	for _, file := range append(files, "engine/catalog.go") {
		for _, m := range givenUp.FindAllStringSubmatch(read(t, file), -1) {
			reasons = append(reasons, m[1])
		}
	}
	if len(reasons) < 8 {
		t.Fatalf("only %v were found in the engine", reasons)
	}
	for _, language := range []string{"en", "es", "pt"} {
		words := read(t, filepath.Join("server/console/src/i18n", language+".ts"))
		_, words, _ = strings.Cut(words, "\n  reason: {")
		words, _, _ = strings.Cut(words, "\n  },")
		for _, reason := range reasons {
			if !strings.Contains(words, "\n    "+reason+": '") {
				t.Errorf("%s.ts has no words for the reason %s", language, reason)
			}
		}
	}
}

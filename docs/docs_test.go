package docs

import (
	"strings"
	"testing"
)

func TestFinding(t *testing.T) {
	t.Parallel()
	got := Finding("unknown-state")
	if !strings.HasPrefix(got, "**What:** A way leads to a state that does not exist.") || !strings.HasSuffix(got, "```") || strings.Contains(got, "##") {
		t.Errorf("got %q", got)
	}
	last := Finding("yaml-too-large") // the last one of its part
	if last == "" || strings.Contains(last, "\n# ") {
		t.Errorf("got %q", last)
	}
	for _, code := range []string{"", "no-such-code", "unknown"} {
		if got := Finding(code); got != "" {
			t.Errorf("%s: got %q", code, got)
		}
	}
}

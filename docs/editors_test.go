package docs

import (
	"strings"
	"testing"
)

// TestWhatEditorsShow: an entry is whole, and nothing of the next one is in it.
func TestWhatEditorsShow(t *testing.T) {
	t.Parallel()
	got, ok := Diagnostic("unknown-state")
	if !ok || !strings.HasPrefix(got, "**What:** A way leads to a state that does not exist.") || !strings.HasSuffix(got, "```") || strings.Contains(got, "##") {
		t.Errorf("got %q", got)
	}
	last, ok := Diagnostic("yaml-too-large") // the last one of its part
	if !ok || strings.Contains(last, "\n# ") {
		t.Errorf("got %q", last)
	}
	for _, code := range []string{"", "no-such-code", "unknown"} {
		if got, ok := Diagnostic(code); ok {
			t.Errorf("%s: got %q", code, got)
		}
	}
}

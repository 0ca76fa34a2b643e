// Package docs is the manual as the program carries it.
package docs

import (
	_ "embed" // the manual
	"strings"
)

//go:embed diagnostics.md
var diagnostics string

// Finding returns the entry of a finding's code, in Markdown, without its heading: what it is, why, how to mend it, an example. It is "" for a
// code that has none.
func Finding(code string) string {
	_, rest, found := strings.Cut(diagnostics, "\n## "+code+"\n")
	if !found || code == "" {
		return ""
	}
	if end := strings.Index(rest, "\n# "); end >= 0 {
		rest = rest[:end]
	}
	if end := strings.Index(rest, "\n## "); end >= 0 {
		rest = rest[:end]
	}
	return strings.TrimSpace(rest)
}

// Package docs holds the pages of this folder that the program itself shows.
package docs

import (
	_ "embed" // diagnostics.md
	"strings"
)

//go:embed diagnostics.md
var diagnostics string

// Diagnostic returns what diagnostics.md says of a finding's code, without its heading: what it is, why, how to mend it, and an example before and
// after. A code with several entries has them one behind the other. ok is false for a code that has none.
func Diagnostic(code string) (entry string, ok bool) {
	var parts []string
	for _, section := range strings.Split("\n"+diagnostics, "\n## ")[1:] {
		heading, text, _ := strings.Cut(section, "\n")
		text, _, _ = strings.Cut(text, "\n# ")
		if strings.TrimSpace(heading) == code {
			parts = append(parts, strings.TrimSpace(text))
		}
	}
	return strings.Join(parts, "\n\n"), len(parts) > 0
}

// Codes lists the codes that diagnostics.md explains, in the order of the page; a code with several entries more than once.
func Codes() []string {
	var codes []string
	for _, section := range strings.Split("\n"+diagnostics, "\n## ")[1:] {
		heading, _, _ := strings.Cut(section, "\n")
		codes = append(codes, strings.TrimSpace(heading))
	}
	return codes
}

package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"relevo/docs"
	"relevo/engine/diag"
	"relevo/engine/diag/words"
)

// reports are the forms in which findings are written.
var reports = map[string]func(*app, checked) error{
	"text":   (*app).reportText,
	"json":   (*app).reportJSON,
	"sarif":  (*app).reportSARIF,
	"github": (*app).reportGitHub,
}

// reportText is for people: each finding with its line, then the sum.
func (a *app) reportText(found checked) error {
	var b strings.Builder
	if err := a.render(&b, found.findings, found.source); err != nil {
		return err
	}
	if len(found.findings) > 0 {
		b.WriteString("\n")
	}
	text := b.String()
	if a.terminal && a.getenv("NO_COLOR") == "" {
		text = painted(text)
	}
	return a.printf("%s%s\n", text, found.sum(a.spoken()))
}

// sum is the last line: "2 flows checked: 1 error, 0 warnings, 1 accepted".
func (found checked) sum(language string) string {
	errs, warnings := found.findings.Count()
	return words.Checked(language, found.flows, errs, warnings, len(found.accepted))
}

// paints are the parts of a rendered finding that a terminal shows in colour. The sentence says the same without it.
var paints = []struct {
	part  *regexp.Regexp
	paint string
}{
	{regexp.MustCompile(`(?m)^(\S.*?:\d+:\d+: )(error|erro)(: .*)$`), "$1\x1b[1;31m$2\x1b[0m\x1b[1m$3\x1b[0m"},
	{regexp.MustCompile(`(?m)^(\S.*?:\d+:\d+: )(warning|advertencia|aviso)(: .*)$`), "$1\x1b[1;33m$2\x1b[0m\x1b[1m$3\x1b[0m"},
	{regexp.MustCompile(`(?m)^(      \| *)(\^+)$`), "$1\x1b[1;31m$2\x1b[0m"},
	{regexp.MustCompile(`(?m)^(hint|pista|dica|proof|prueba|prova|see|ver)\b`), "\x1b[36m$1\x1b[0m"},
}

func painted(text string) string {
	for _, p := range paints {
		text = p.part.ReplaceAllString(text, p.paint)
	}
	return text
}

func (a *app) reportJSON(found checked) error {
	found = a.asAsked(found)
	errs, warnings := found.findings.Count()
	if found.findings == nil {
		found.findings = diag.List{}
	}
	if found.accepted == nil {
		found.accepted = []diag.Accepted{}
	}
	return a.printJSON(map[string]any{"flows": found.flows, "errors": errs, "warnings": warnings, "findings": found.findings, "accepted": found.accepted})
}

func (a *app) reportSARIF(found checked) error {
	found = a.asAsked(found)
	explain := func(code string) string { entry, _ := docs.Diagnostic(code); return entry }
	return diag.SARIF(a.out, diag.Report{Findings: found.findings, Accepted: found.accepted, Version: programVersion(), Explain: explain, Hint: a.asked("hint")})
}

func (a *app) reportGitHub(found checked) error {
	found = a.asAsked(found)
	if err := diag.GitHub(a.out, diag.Report{Findings: found.findings, Hint: a.asked("hint")}); err != nil {
		return err
	}
	return a.printf("%s\n", found.sum(a.language))
}

// explain prints what docs/diagnostics.md says of a code.
func (a *app) explain(code string) error {
	entry, known := docs.Diagnostic(code)
	if !known {
		codes := slices.Compact(slices.Sorted(slices.Values(docs.Codes())))
		return &usageError{fmt.Errorf("no finding has the code %q; %s", code, diag.Suggest(code, codes, "docs/diagnostics.md lists them all"))}
	}
	return a.printf("%s\n\n%s\n", code, entry)
}

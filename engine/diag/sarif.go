package diag

import (
	"cmp"
	"encoding/json"
	"io"
	"net/url"
	"slices"
)

// Report is what a check has found, for the forms that other programs read.
type Report struct {
	Findings List
	Accepted []Accepted
	Version  string                   // of the program
	Explain  func(code string) string // what docs/diagnostics.md says of a code, in Markdown; nil or "": nothing
	Hint     string                   // the word before hints in the language of the findings; "": hint
}

// text is a finding's sentence and hint, a line each.
func (r Report) text(d Diagnostic) string {
	if d.Hint == "" {
		return d.Message
	}
	return d.Message + "\n" + cmp.Or(r.Hint, "hint") + ": " + d.Hint
}

// SARIF 2.1.0 (OASIS, sarif-v2.1.0-errata01): what code hosts and editors read of a static analysis. Only what we fill in is here.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version,omitempty"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID   string     `json:"id"`
		Help *sarifText `json:"help,omitempty"`
	}
	sarifText struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	sarifResult struct {
		RuleID       string             `json:"ruleId"`
		RuleIndex    int                `json:"ruleIndex"`
		Level        string             `json:"level"` // "error", "warning"
		Message      sarifText          `json:"message"`
		Locations    []sarifLocation    `json:"locations"`
		Related      []sarifLocation    `json:"relatedLocations,omitempty"`
		CodeFlows    []sarifCodeFlow    `json:"codeFlows,omitempty"`
		Suppressions []sarifSuppression `json:"suppressions,omitempty"`
	}
	sarifLocation struct {
		Physical *sarifPhysical `json:"physicalLocation,omitempty"`
		Message  *sarifText     `json:"message,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
		EndLine     int `json:"endLine"`
		EndColumn   int `json:"endColumn"` // exclusive, as ours
	}
	sarifCodeFlow struct {
		ThreadFlows []sarifThreadFlow `json:"threadFlows"`
	}
	sarifThreadFlow struct {
		Locations []sarifThreadLocation `json:"locations"`
	}
	sarifThreadLocation struct {
		Location sarifLocation `json:"location"`
	}
	sarifSuppression struct {
		Kind          string `json:"kind"` // "inSource"
		Justification string `json:"justification,omitempty"`
	}
)

// SARIF writes a report as a SARIF 2.1.0 log with one run.
func SARIF(w io.Writer, r Report) error {
	run := sarifRun{ColumnKind: "unicodeCodePoints", Results: []sarifResult{}}
	run.Tool.Driver = sarifDriver{Name: "relevo", Version: r.Version, Rules: r.rules()}
	for _, d := range r.Findings {
		run.Results = append(run.Results, run.result(d, r.text(d)))
	}
	for _, a := range r.Accepted {
		result := run.result(a.Diagnostic, r.text(a.Diagnostic))
		result.Suppressions = []sarifSuppression{{Kind: "inSource", Justification: a.Reason}}
		run.Results = append(run.Results, result)
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(sarifLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}})
}

// rules are the codes that occur, sorted, each with its explanation.
func (r Report) rules() []sarifRule {
	var codes []string
	for _, d := range r.Findings {
		codes = append(codes, d.Code)
	}
	for _, a := range r.Accepted {
		codes = append(codes, a.Code)
	}
	slices.Sort(codes)
	rules := []sarifRule{}
	for _, code := range slices.Compact(codes) {
		rule := sarifRule{ID: code}
		if r.Explain != nil && r.Explain(code) != "" {
			rule.Help = &sarifText{Text: r.Explain(code), Markdown: r.Explain(code)}
		}
		rules = append(rules, rule)
	}
	return rules
}

func (run sarifRun) result(d Diagnostic, message string) sarifResult {
	result := sarifResult{
		RuleID: d.Code, Level: string(d.Severity), Message: sarifText{Text: message}, Locations: []sarifLocation{location(d.Range, "")},
		RuleIndex: slices.IndexFunc(run.Tool.Driver.Rules, func(rule sarifRule) bool { return rule.ID == d.Code }),
	}
	for _, related := range d.Related {
		result.Related = append(result.Related, location(related.Range, related.Message))
	}
	if len(d.Path) > 0 {
		var flow sarifThreadFlow
		for i := range d.Path {
			step := sarifLocation{Message: &sarifText{Text: InWords(d.Path[i : i+1])}}
			flow.Locations = append(flow.Locations, sarifThreadLocation{Location: step})
		}
		result.CodeFlows = []sarifCodeFlow{{ThreadFlows: []sarifThreadFlow{flow}}}
	}
	return result
}

// location is a place in a file. Lines and columns count from 1 there, too, and the end is exclusive.
func location(r Range, message string) sarifLocation {
	uri := (&url.URL{Path: r.File}).String()
	at := sarifLocation{Physical: &sarifPhysical{Artifact: sarifArtifact{URI: uri}}}
	if !r.IsZero() {
		at.Physical.Region = &sarifRegion{StartLine: r.Start.Line, StartColumn: r.Start.Column, EndLine: r.End.Line, EndColumn: r.End.Column}
	}
	if message != "" {
		at.Message = &sarifText{Text: message}
	}
	return at
}

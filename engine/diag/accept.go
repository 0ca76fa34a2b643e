package diag

import (
	"regexp"
	"slices"
	"strings"
)

// MaxAcceptances is how many findings one file may accept; who has more has another problem.
const MaxAcceptances = 100

// Acceptance is an author's word that a warning is known and stays, written as a comment: accept CODE: the reason.
type Acceptance struct {
	Code   string
	Reason string // "" where none was given
	Line   int    // the line whose warnings of that code are accepted
	At     Range  // the code within the comment
}

// Accepted is a warning that its author accepts.
type Accepted struct {
	Diagnostic
	Reason string `json:"reason"`
}

// acceptance is the text of a comment that accepts a finding. Codes have a hyphen, but for one: a sentence that begins with "accept" is none.
var acceptance = regexp.MustCompile(`^\s*accept\s+([a-z]+(?:-[a-z]+)+|expression)\s*(?::\s*(.*?))?\s*$`)

// ParseAcceptance reads the text of a comment, without the sign that begins it. from and to are the bytes of the code in it; ok is false for a
// comment that is something else.
func ParseAcceptance(comment string) (code, reason string, from, to int, ok bool) {
	m := acceptance.FindStringSubmatchIndex(comment)
	if m == nil {
		return "", "", 0, 0, false
	}
	if m[4] >= 0 {
		reason = comment[m[4]:m[5]]
	}
	return comment[m[2]:m[3]], reason, m[2], m[3], true
}

// Accept takes out the warnings that acceptances name. What an acceptance gets wrong is a warning of its own: it has no reason, it is about an
// error, or there is nothing to accept on its line. The last one is not told of a file with errors: they hide warnings.
func (l List) Accept(acceptances []Acceptance) (left List, accepted []Accepted) {
	if len(acceptances) == 0 {
		return l, nil
	}
	used := make([]bool, len(acceptances))
	for _, d := range l {
		i := slices.IndexFunc(acceptances, func(a Acceptance) bool { return a.about(d) })
		if i >= 0 {
			used[i] = true
		}
		if i < 0 || d.Severity == Error || acceptances[i].Reason == "" {
			left = append(left, d)
			continue
		}
		accepted = append(accepted, Accepted{Diagnostic: d, Reason: acceptances[i].Reason})
	}
	for i, a := range acceptances {
		a.doubt(&left, l, used[i])
	}
	return left, accepted
}

// about tells that an acceptance is meant for a finding.
func (a Acceptance) about(d Diagnostic) bool {
	return a.Code == d.Code && a.Line == d.Range.Start.Line && a.At.File == d.Range.File
}

// doubt reports what is wrong with an acceptance itself.
func (a Acceptance) doubt(left *List, all List, used bool) {
	isError := slices.ContainsFunc(all, func(d Diagnostic) bool { return a.about(d) && d.Severity == Error })
	switch {
	case isError:
		left.Warnf(a.At, "accept-error", "mend it; only warnings can be accepted", "%s is an error, and errors can not be accepted", a.Code)
	case !used && all.stopped(a.At.File): // what the error hides may be what is accepted
	case !used:
		left.Warnf(a.At, "accept-unused", "remove the comment, or move it to the line of the finding", "there is no %s to accept on line %d", a.Code, a.Line)
	case strings.TrimSpace(a.Reason) == "":
		left.Warnf(a.At, "accept-without-reason", "write accept "+a.Code+": and why", "nothing says why %s is accepted", a.Code)
	}
}

// stopped tells that a file has an error.
func (l List) stopped(file string) bool {
	return slices.ContainsFunc(l, func(d Diagnostic) bool { return d.Severity == Error && d.Range.File == file })
}

package flows

import (
	"bytes"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"relevo/engine/diag"
)

// Acceptances finds the comments of a file by which its author accepts findings, on their line or alone on the line above:
//
//	after: {3d: remind}        # accept window-closed: the web chat is the only channel of this flow
//
// A # inside a text is none. A file that is not YAML has none.
func Acceptances(file string, text []byte) []diag.Acceptance {
	if !bytes.Contains(text, []byte("accept ")) || len(text) > MaxFileBytes {
		return nil
	}
	src := newSource(file, text)
	var ignored diag.List
	if src.check(&ignored); ignored.HasErrors() {
		return nil
	}
	root := parse(src, &ignored)
	if root == nil {
		return nil
	}
	var texts []diag.Range
	collectScalars(src, root, 1, &texts)
	var found []diag.Acceptance
	for i, line := range src.lines {
		if a, ok := src.acceptance(i+1, line, texts); ok && len(found) < diag.MaxAcceptances {
			found = append(found, a)
		}
	}
	return found
}

// collectScalars lists the places of all scalars below a node.
func collectScalars(src *source, n *yaml.Node, depth int, texts *[]diag.Range) {
	if n.Kind == yaml.ScalarNode {
		*texts = append(*texts, src.scalar(n))
	}
	for _, child := range n.Content {
		if depth < MaxDepth {
			collectScalars(src, child, depth+1, texts)
		}
	}
}

// acceptance reads the comment of a line.
func (s *source) acceptance(no int, line []rune, texts []diag.Range) (a diag.Acceptance, ok bool) {
	sign := slices.IndexFunc(line, func(r rune) bool { return r == '#' })
	for ; sign >= 0; sign = nextSign(line, sign) {
		blankBefore := sign == 0 || line[sign-1] == ' ' || line[sign-1] == '\t'
		if blankBefore && !slices.ContainsFunc(texts, func(r diag.Range) bool { return holds(r, diag.Pos{Line: no, Column: sign + 1}) }) {
			break
		}
	}
	if sign < 0 {
		return a, false
	}
	comment := string(line[sign+1:])
	code, reason, from, _, ok := diag.ParseAcceptance(comment)
	if !ok {
		return a, false
	}
	a = diag.Acceptance{Code: code, Reason: reason, Line: no, At: s.span(no, sign+2+len([]rune(comment[:from])), len(code))}
	if strings.TrimSpace(string(line[:sign])) == "" {
		a.Line = s.nextContent(no)
	}
	return a, true
}

func nextSign(line []rune, after int) int {
	for i := after + 1; i < len(line); i++ {
		if line[i] == '#' {
			return i
		}
	}
	return -1
}

// holds tells that a place is inside a range.
func holds(r diag.Range, p diag.Pos) bool {
	before := p.Line < r.Start.Line || p.Line == r.Start.Line && p.Column < r.Start.Column
	behind := p.Line > r.End.Line || p.Line == r.End.Line && p.Column >= r.End.Column
	return !before && !behind
}

// nextContent is the number of the next line that holds more than a comment, or of the line itself when there is none.
func (s *source) nextContent(no int) int {
	for n := no + 1; n <= len(s.lines); n++ {
		if text := strings.TrimSpace(string(s.lines[n-1])); text != "" && !strings.HasPrefix(text, "#") {
			return n
		}
	}
	return no
}

package scripts

import (
	"bytes"
	"strings"

	"relevo/engine/diag"
)

// Acceptances finds the comments of a script by which its author accepts findings, on their line or alone on the line above:
//
//	return new Date(at).getHours()   // accept script-local-time: at is UTC, as all times of this service
func Acceptances(file string, code []byte) []diag.Acceptance {
	if !bytes.Contains(code, []byte("accept ")) || len(code) > MaxSourceBytes {
		return nil
	}
	c := compiler{file: file, code: code}
	var found []diag.Acceptance
	for i := 0; i < len(code) && len(found) < diag.MaxAcceptances; i++ {
		switch code[i] {
		case '"', '\'':
			i = skipString(code, i)
		case '/':
			end := skipComment(code, i)
			if a, ok := c.acceptance(i, end); ok {
				found = append(found, a)
			}
			i = end
		}
	}
	return found
}

// acceptance reads the comment between two offsets.
func (c *compiler) acceptance(start, end int) (a diag.Acceptance, ok bool) {
	comment, isLine := strings.CutPrefix(string(c.code[start:min(end+1, len(c.code))]), "//")
	if !isLine {
		return a, false
	}
	code, reason, from, to, ok := diag.ParseAcceptance(strings.TrimRight(comment, "\r\n"))
	if !ok {
		return a, false
	}
	at := c.at(start+2+from, to-from)
	a = diag.Acceptance{Code: code, Reason: reason, Line: at.Start.Line, At: at}
	lines := strings.Split(string(c.code), "\n")
	if strings.HasPrefix(strings.TrimSpace(lines[a.Line-1]), "//") {
		a.Line = nextStatement(lines, a.Line)
	}
	return a, true
}

// nextStatement is the number of the next line that is neither empty nor a comment, or of the line itself when there is none.
func nextStatement(lines []string, no int) int {
	for n := no + 1; n <= len(lines); n++ {
		if text := strings.TrimSpace(lines[n-1]); text != "" && !strings.HasPrefix(text, "//") {
			return n
		}
	}
	return no
}

package diag

import (
	"fmt"
	"io"
	"strings"
)

// The escapes of workflow commands: in the message, and in the properties before it.
var (
	githubText     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// GitHub writes findings as workflow commands, which code hosts show beside the lines of a change:
//
//	::error file=flows/refund.yaml,line=8,col=15,endLine=8,endColumn=21,title=unknown-state::no state is named "confrim"%0Ahint: did you mean "confirm"?
//
// endColumn is inclusive there.
func GitHub(w io.Writer, r Report) error {
	for _, d := range r.Findings {
		place := "file=" + githubProperty.Replace(d.Range.File)
		if !d.Range.IsZero() {
			place += fmt.Sprintf(",line=%d,col=%d,endLine=%d", d.Range.Start.Line, d.Range.Start.Column, d.Range.End.Line)
			if d.Range.End.Line == d.Range.Start.Line {
				place += fmt.Sprintf(",endColumn=%d", max(d.Range.Start.Column, d.Range.End.Column-1))
			}
		}
		text := r.text(d)
		if len(d.Path) > 0 {
			text += "\n" + InWords(d.Path)
		}
		if _, err := fmt.Fprintf(w, "::%s %s,title=%s::%s\n", d.Severity, place, githubProperty.Replace(d.Code), githubText.Replace(text)); err != nil {
			return err
		}
	}
	return nil
}

package diag

import (
	"fmt"
	"strings"
)

// InWords writes a path for people, in one line: "phrase → ask_order —answered→ find_order —after 30m→ report → bye".
func InWords(path []Step) string {
	var b strings.Builder
	for i, step := range path {
		if i == 0 {
			b.WriteString(step.From)
		}
		b.WriteString(step.way() + step.To)
	}
	return strings.TrimPrefix(b.String(), " ")
}

// way is what leads to the step's state. Goto and the beginning are plain arrows.
func (s Step) way() string {
	event := s.Event
	if time, isTime := strings.CutPrefix(event, "after:"); isTime {
		event = "after " + shorter(time)
	}
	switch {
	case s.From == "":
		return event + " → "
	case event == "":
		return " → "
	}
	return " —" + event + "→ "
}

// shorter drops the zeros at the end of a duration: 1h0m0s is 1h.
func shorter(duration string) string {
	if strings.HasSuffix(duration, "m0s") {
		duration = strings.TrimSuffix(duration, "0s")
	}
	if strings.HasSuffix(duration, "h0m") {
		duration = strings.TrimSuffix(duration, "0m")
	}
	return duration
}

// proof writes how to get to where a finding holds: the conversation, else the states on the way.
func proof(d Diagnostic, caption string) string {
	switch {
	case d.Transcript != "":
		indented := strings.ReplaceAll("\n"+strings.TrimRight(d.Transcript, "\n"), "\n", "\n  ")
		return caption + ":" + strings.ReplaceAll(indented, "\n  \n", "\n\n") + "\n"
	case len(d.Path) > 0:
		return caption + ": " + InWords(d.Path) + "\n"
	}
	return ""
}

// related writes the other places that a finding is about, one a line.
func related(d Diagnostic, caption string) string {
	var b strings.Builder
	for _, r := range d.Related {
		fmt.Fprintf(&b, "%s %s:%d:%d: %s\n", caption, r.Range.File, r.Range.Start.Line, r.Range.Start.Column, r.Message)
	}
	return b.String()
}

package lsp

import (
	"fmt"
	"slices"

	"relevo/engine/diag"
	"relevo/engine/diag/words"
)

// converter turns findings into diagnostics. Texts are kept: one file often has many.
type converter struct {
	s     *server
	b     *build
	texts map[string]text
}

// grey are the codes of findings about what is never used.
var grey = []string{"unreachable-state", "unreachable-alternative", "unused-slot"}

// hintMark stands before the hint in the message of a diagnostic in English.
const hintMark = "\nhint: "

func (c converter) diagnostic(path string, d diag.Diagnostic) diagnostic {
	english := inEnglish{d.Message, d.Hint}
	d, _ = words.Translate(d, c.s.language)
	out := diagnostic{Range: c.span(path, d.Range), Severity: severityWarning, Code: d.Code, Source: "relevo", Message: d.Message}
	if c.s.language != words.Languages[0] {
		out.Data = &english
	}
	if d.Severity == diag.Error {
		out.Severity = severityError
	}
	if d.Hint != "" {
		out.Message += "\n" + words.Captions(c.s.language)("hint") + ": " + d.Hint
	}
	if c.s.o.DocsURL != "" {
		out.CodeDescription = &codeDescription{c.s.o.DocsURL + "#" + d.Code}
	}
	if slices.Contains(grey, d.Code) {
		out.Tags = []int{tagUnnecessary}
	}
	for _, r := range d.Related {
		out.RelatedInformation = append(out.RelatedInformation, c.related(r.Range, r.Message))
	}
	return c.steps(out, d)
}

// steps adds the way that leads to a finding, state by state.
func (c converter) steps(out diagnostic, d diag.Diagnostic) diagnostic {
	def := c.definitionIn(d.Range.File)
	for i, step := range d.Path {
		at, ok := def[step.To]
		if !ok {
			continue
		}
		event := step.Event
		if event == "" {
			event = "goto"
		}
		out.RelatedInformation = append(out.RelatedInformation, c.related(at, fmt.Sprintf("step %d: %s leads to %s", i+1, event, step.To)))
	}
	return out
}

// definitionIn are the places of the states of a flow file.
func (c converter) definitionIn(file string) map[string]diag.Range {
	states := map[string]diag.Range{}
	for _, def := range c.b.project.Definitions {
		if def.File != file {
			continue
		}
		for _, st := range def.States {
			states[st.Name.V] = st.Name.At
		}
	}
	return states
}

func (c converter) related(r diag.Range, message string) relatedLocation {
	path := c.b.path(r.File)
	return relatedLocation{Location: location{URI: c.s.uri(path), Range: c.span(path, r)}, Message: message}
}

func (c converter) span(path string, r diag.Range) span {
	t, ok := c.texts[path]
	if !ok {
		t = newText(string(c.b.project.Source(c.b.name(path))))
		c.texts[path] = t
	}
	return t.span(t.place(r.Start), t.place(r.End), c.s.encoding)
}

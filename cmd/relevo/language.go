package main

import (
	"io"
	"slices"

	"relevo/engine/diag"
	"relevo/engine/diag/words"
)

// spoken is the language in which people are told what is wrong in their files.
func (a *app) spoken() string { return words.Choose(a.language, a.getenv) }

// render writes findings for people, in their language.
func (a *app) render(w io.Writer, l diag.List, source func(file string) []byte) error {
	language := a.spoken()
	return diag.RenderIn(w, words.List(l, language), source, words.Captions(language))
}

// asked says a word around findings in the language that the command line asks for, else in English.
func (a *app) asked(caption string) string { return words.Captions(a.language)(caption) }

// asAsked says findings for programs: in English, whatever the environment says, unless the command line asks for a language.
func (a *app) asAsked(found checked) checked {
	found.findings = words.List(found.findings, a.language)
	found.accepted = slices.Clone(found.accepted)
	for i, accepted := range found.accepted {
		found.accepted[i].Diagnostic, _ = words.Translate(accepted.Diagnostic, a.language)
	}
	return found
}

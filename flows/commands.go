package flows

import (
	"regexp"
	"slices"

	"go.yaml.in/yaml/v4"

	"relevo/engine"
	"relevo/engine/diag"
)

// LoadCommands reads the file of commands and of the engine's own sentences. The commands are empty when the findings hold an
// error.
func LoadCommands(file string, source []byte) (engine.Commands, diag.List) {
	src, root, findings := read(file, source, commandsFormat)
	if root == nil {
		return engine.Commands{}, findings
	}
	c := engine.Commands{
		Phrases: map[engine.Command]map[string][]string{}, Texts: map[engine.TextKey]map[string]string{}, Places: map[engine.Command]map[string][]diag.Range{},
	}
	_, commands := step(root, "commands")
	for command, byLanguage := range pairs(commands) {
		name := engine.Command(command.Value)
		c.Phrases[name], c.Places[name] = phrasesByLanguage(byLanguage), placesByLanguage(src, byLanguage)
	}
	if _, abuse := step(root, "abuse"); abuse != nil {
		c.Abuse = phrasesByLanguage(abuse)
	}
	_, texts := step(root, "texts")
	for key, byLanguage := range pairs(texts) {
		k := engine.TextKey(key.Value)
		c.Texts[k] = map[string]string{}
		for language, text := range pairs(byLanguage) {
			c.Texts[k][language.Value] = text.Value
			checkPlaceholders(src, &findings, k, text)
		}
	}
	if findings = finish(findings); findings.HasErrors() {
		return engine.Commands{}, findings
	}
	return c, findings
}

func phrasesByLanguage(n *yaml.Node) map[string][]string {
	phrases := map[string][]string{}
	for language, list := range pairs(n) {
		for _, phrase := range list.Content {
			phrases[language.Value] = append(phrases[language.Value], phrase.Value)
		}
	}
	return phrases
}

// placesByLanguage are where the phrases of phrasesByLanguage stand.
func placesByLanguage(src *source, n *yaml.Node) map[string][]diag.Range {
	places := map[string][]diag.Range{}
	for language, list := range pairs(n) {
		for _, phrase := range list.Content {
			places[language.Value] = append(places[language.Value], src.scalar(phrase))
		}
	}
	return places
}

// placeholders are what the engine fills into its own sentences.
var placeholders = map[engine.TextKey][]string{
	engine.TextWhatTime: {"{value}"}, engine.TextWhatDate: {"{value}"}, engine.TextAtLeast: {"{limit}"}, engine.TextAtMost: {"{limit}"},
}

var braces = regexp.MustCompile(`\{[^{}]*\}`)

func checkPlaceholders(src *source, l *diag.List, key engine.TextKey, text *yaml.Node) {
	for _, found := range braces.FindAllString(text.Value, -1) {
		if slices.Contains(placeholders[key], found) {
			continue
		}
		hint := "remove it"
		if len(placeholders[key]) > 0 {
			hint = "write " + placeholders[key][0]
		}
		l.Errorf(src.scalar(text), "bad-value", hint, "%s means nothing in this text", quoted(found))
	}
}

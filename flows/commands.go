package flows

import (
	"go.yaml.in/yaml/v4"

	"relevo/engine"
	"relevo/engine/diag"
)

// LoadCommands reads the file of commands and of the engine's own sentences. The commands are empty when the findings hold an
// error.
func LoadCommands(file string, source []byte) (engine.Commands, diag.List) {
	_, root, findings := read(file, source, commandsFormat)
	if root == nil {
		return engine.Commands{}, findings
	}
	c := engine.Commands{Phrases: map[engine.Command]map[string][]string{}, Texts: map[engine.TextKey]map[string]string{}}
	_, commands := step(root, "commands")
	for command, byLanguage := range pairs(commands) {
		phrases := map[string][]string{}
		for language, list := range pairs(byLanguage) {
			for _, phrase := range list.Content {
				phrases[language.Value] = append(phrases[language.Value], phrase.Value)
			}
		}
		c.Phrases[engine.Command(command.Value)] = phrases
	}
	_, texts := step(root, "texts")
	for key, byLanguage := range pairs(texts) {
		c.Texts[engine.TextKey(key.Value)] = byWord(byLanguage)
	}
	return c, finish(findings)
}

func byWord(n *yaml.Node) map[string]string {
	m := map[string]string{}
	for key, val := range pairs(n) {
		m[key.Value] = val.Value
	}
	return m
}

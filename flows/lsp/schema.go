package lsp

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"relevo/flows"
)

// schemaTree is the schema of flows as what may stand at a place and what it means there.
type schemaTree struct {
	root     map[string]any
	patterns map[string]*regexp.Regexp
}

func newSchemaTree() (schemaTree, error) {
	t := schemaTree{patterns: map[string]*regexp.Regexp{}}
	if err := json.Unmarshal(flows.Schema, &t.root); err != nil {
		return t, fmt.Errorf("read the schema of flows: %w", err)
	}
	return t, t.compile(t.root)
}

// compile compiles the patterns of all keys.
func (t schemaTree) compile(v any) error {
	switch v := v.(type) {
	case map[string]any:
		patterns, _ := v["patternProperties"].(map[string]any)
		for pattern := range patterns {
			re, err := regexp.Compile(pattern)
			if err != nil {
				return fmt.Errorf("read the schema of flows: %w", err)
			}
			t.patterns[pattern] = re
		}
		for _, child := range v {
			if err := t.compile(child); err != nil {
				return err
			}
		}
	case []any:
		for _, child := range v {
			if err := t.compile(child); err != nil {
				return err
			}
		}
	}
	return nil
}

// at are the schemas of a place: several where there are alternatives.
func (t schemaTree) at(path []string) []map[string]any {
	found := t.alternatives(t.root)
	for _, key := range path {
		var next []map[string]any
		for _, schema := range found {
			for _, child := range t.children(schema, key) {
				next = append(next, t.alternatives(child)...)
			}
		}
		found = next
	}
	return found
}

// children are the schemas of a key: the one of its name, and those whose pattern it matches.
func (t schemaTree) children(schema map[string]any, key string) []map[string]any {
	if key == "-" {
		items, _ := schema["items"].(map[string]any)
		return []map[string]any{items}
	}
	var found []map[string]any
	properties, _ := schema["properties"].(map[string]any)
	if child, ok := properties[key].(map[string]any); ok {
		found = append(found, child)
	}
	patterns, _ := schema["patternProperties"].(map[string]any)
	for _, pattern := range sortedKeys(patterns) {
		if child, ok := patterns[pattern].(map[string]any); ok && t.patterns[pattern].MatchString(key) {
			found = append(found, child)
		}
	}
	return found
}

// alternatives follows references and alternatives. What stands beside a reference goes before what it leads to.
func (t schemaTree) alternatives(schema map[string]any) []map[string]any {
	if ref, ok := schema["$ref"].(string); ok {
		defs, _ := t.root["$defs"].(map[string]any)
		target, _ := defs[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any)
		merged := maps.Clone(target)
		for key, value := range schema {
			if key != "$ref" {
				merged[key] = value
			}
		}
		schema = merged
	}
	all := []map[string]any{schema}
	branches, _ := schema["oneOf"].([]any)
	for _, branch := range branches {
		if m, ok := branch.(map[string]any); ok && m["required"] == nil {
			all = append(all, t.alternatives(m)...)
		}
	}
	return all
}

// describe is the title and the description of a place, in Markdown. "" where the schema says nothing.
func (t schemaTree) describe(path []string) string {
	for _, schema := range t.at(path) {
		title, _ := schema["title"].(string)
		description, _ := schema["description"].(string)
		if description != "" {
			return "**" + title + "**\n\n" + description
		}
	}
	return ""
}

// keys are the keys that a map at a place may have, sorted, each with what it means.
func (t schemaTree) keys(path []string) map[string]string {
	found := map[string]string{}
	for _, schema := range t.at(path) {
		properties, _ := schema["properties"].(map[string]any)
		patterns, _ := schema["patternProperties"].(map[string]any)
		if patterns[languagePattern] != nil {
			continue // the languages of the flow are known better
		}
		for key := range properties {
			found[key] = t.describe(append(slices.Clone(path), key))
		}
	}
	return found
}

// languagePattern is the pattern of the keys of texts by language.
const languagePattern = "^[a-z]{2,3}(-[A-Z]{2})?$"

// byLanguage tells that the keys of a map at a place are languages.
func (t schemaTree) byLanguage(path []string) bool {
	return slices.ContainsFunc(t.at(path), func(schema map[string]any) bool {
		patterns, _ := schema["patternProperties"].(map[string]any)
		return patterns[languagePattern] != nil
	})
}

// values are the words that a place accepts, where they are listed.
func (t schemaTree) values(path []string) []string {
	var found []string
	for _, schema := range t.at(path) {
		if schema["type"] == "boolean" {
			found = append(found, "true", "false")
		}
		list, _ := schema["enum"].([]any)
		for _, v := range list {
			if word, ok := v.(string); ok {
				found = append(found, word)
			}
		}
	}
	return found
}

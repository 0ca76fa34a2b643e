package flows

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"

	"relevo/engine/diag"
)

// finding is a mismatch with the nodes it is about.
type finding struct {
	*reporter
	mismatch
	list     *diag.List
	key, val *yaml.Node
	value    any
}

// keywords says for each keyword of JSON Schema that a schema of ours uses what to report when it does not hold. Keywords that
// only lead to other schemas are not here.
var keywords map[string]func(finding)

func init() { // not a literal: locate reads the keys
	keywords = map[string]func(finding){
		"type":                 finding.wrongType,
		"enum":                 finding.notListed,
		"pattern":              finding.noMatch,
		"required":             finding.missingKeys,
		"dependentRequired":    finding.lonelyKey,
		"additionalProperties": finding.unknownKeys,
		"oneOf":                finding.oneOf,
		"anyOf":                finding.oneOf,
		"uniqueItems":          finding.repeated,
		"minLength":            finding.empty,
		"minItems":             finding.empty,
		"minProperties":        finding.empty,
		"maxLength":            finding.tooMany,
		"maxItems":             finding.tooMany,
		"maxProperties":        finding.tooMany,
		"minimum":              finding.outOfRange,
		"maximum":              finding.outOfRange,
	}
}

func (r *reporter) report(l *diag.List, m mismatch) {
	f := finding{reporter: r, mismatch: m, list: l}
	f.key, f.val, f.value = r.node(m.instance)
	tell := keywords[m.keyword]
	if tell == nil || f.val == nil {
		l.Errorf(r.src.top(), "bad-value", "", "the schema of flows refuses this file at %s", m.instance)
		return
	}
	tell(f)
}

func (f finding) errorf(code, hint, format string, args ...any) {
	f.list.Errorf(f.src.place(f.key, f.val), code, hint, format, args...)
}

func (f finding) wrongType() {
	expected, _ := f.schema["x-expect"].(string)
	if expected == "" {
		expected = kinds[fmt.Sprint(f.schema["type"])]
	}
	where := ""
	if f.key != nil {
		where = quoted(f.key.Value) + " is "
	}
	f.errorf("wrong-type", f.typeHint(expected), "%s%s, expected %s", where, describe(f.value), expected)
}

func (f finding) typeHint(expected string) string {
	switch value := f.value.(type) {
	case nil:
		return "write a value behind the colon"
	case bool, int64, float64:
		if strings.HasPrefix(expected, "a text") {
			return "if it is a text, put it in quotes: " + quoted(f.val.Value)
		}
	case string:
		if f.schema["type"] == "array" {
			return "write it as a list: [" + value + "]"
		}
	case []any:
		if f.schema["type"] == "object" {
			return "remove the dashes: write one key: value on each line"
		}
	}
	if hint, ok := f.schema["x-hint"].(string); ok {
		return hint
	}
	return wordsOf(f.schema["x-finding"]).Hint
}

var kinds = map[string]string{
	"string": "a text", "integer": "a whole number", "number": "a number", "object": "a map of keys and values", "array": "a list", "boolean": "true or false",
}

// describe says what was written.
func describe(v any) string {
	switch v := v.(type) {
	case nil:
		return "nothing"
	case bool:
		return fmt.Sprintf("%t", v)
	case string:
		return "the text " + quoted(v)
	case map[string]any:
		return "a map"
	case []any:
		return "a list"
	default:
		return fmt.Sprintf("the number %v", v)
	}
}

func (f finding) notListed() {
	var names []string
	for _, name := range list(f.schema["enum"]) {
		names = append(names, fmt.Sprint(name))
	}
	written := describe(f.value)
	if text, ok := f.value.(string); ok {
		written = quoted(text)
	}
	f.errorf("bad-value", diag.Suggest(f.val.Value, names, "write one of "+strings.Join(names, ", ")), "%s is not one of %s", written, strings.Join(names, ", "))
}

// words are the plain words that a schema holds for a finding.
type words struct {
	Code, Message, Hint string
}

func wordsOf(v any) words {
	m, _ := v.(map[string]any)
	text := func(key string) string { s, _ := m[key].(string); return s }
	return words{Code: text("code"), Message: text("message"), Hint: text("hint")}
}

func (f finding) noMatch() {
	w := wordsOf(f.schema["x-finding"])
	f.errorf(w.Code, w.Hint, "%s", strings.ReplaceAll(w.Message, "{value}", quoted(f.val.Value)))
}

func (f finding) missingKeys() {
	for _, name := range list(f.schema["required"]) {
		if step := fmt.Sprint(name); !f.has(step) && !f.misspelt(step) {
			f.list.Errorf(f.owner(), "missing-key", "add "+step+":", "%s is missing here", quoted(step))
		}
	}
}

// owner is the key under which a map stands, else the map's beginning.
func (f finding) owner() diag.Range {
	if f.key != nil {
		return f.src.scalar(f.key)
	}
	return f.src.place(nil, f.val)
}

func (f finding) has(name string) bool {
	m, _ := f.value.(map[string]any)
	_, ok := m[name]
	return ok
}

// misspelt tells that a key which is not known is meant to be one of some names. It has a finding of its own, and the name is not missing.
func (f finding) misspelt(names ...string) bool {
	for i := 0; i+1 < len(f.val.Content); i += 2 {
		if key := f.val.Content[i].Value; !knows(f.schema, key) && diag.Suggest(key, names, "") != "" {
			return true
		}
	}
	return false
}

func (f finding) lonelyKey() {
	if len(f.rest) == 0 {
		return
	}
	key, _ := step(f.val, f.rest[0])
	needs, _ := f.schema["dependentRequired"].(map[string]any)
	for _, name := range list(needs[f.rest[0]]) {
		if key != nil && !f.has(fmt.Sprint(name)) && !f.misspelt(fmt.Sprint(name)) {
			f.list.Errorf(f.src.scalar(key), "missing-key", fmt.Sprintf("add %v:, or remove %s", name, f.rest[0]), "%s means nothing without %q", quoted(f.rest[0]), name)
		}
	}
}

// unknownKeys reports the keys that the schema does not name, one by one.
func (f finding) unknownKeys() {
	known := slices.Sorted(maps.Keys(dict(f.schema["properties"])))
	for i := 0; i+1 < len(f.val.Content); i += 2 {
		key := f.val.Content[i]
		if knows(f.schema, key.Value) {
			continue
		}
		if w := wordsOf(f.schema["x-key"]); w.Code != "" {
			f.list.Errorf(f.src.scalar(key), w.Code, w.Hint, "%s", strings.ReplaceAll(w.Message, "{key}", quoted(key.Value)))
			continue
		}
		left := slices.DeleteFunc(slices.Clone(known), f.has)
		f.list.Errorf(f.src.scalar(key), "unknown-key", diag.Suggest(key.Value, left, "the keys here are "+strings.Join(known, ", ")), "no key is named %s here", quoted(key.Value))
	}
}

// knows tells that a schema of a map names a key, or has a pattern for it.
func knows(schema map[string]any, key string) bool {
	if _, named := dict(schema["properties"])[key]; named {
		return true
	}
	for pattern := range dict(schema["patternProperties"]) {
		if compiled(pattern).MatchString(key) {
			return true
		}
	}
	return false
}

var patterns sync.Map // of our own schemas, by their text

// compiled is a pattern of a schema; newSchema has compiled it, too.
func compiled(pattern string) *regexp.Regexp {
	p, ok := patterns.Load(pattern)
	if !ok {
		p, _ = patterns.LoadOrStore(pattern, regexp.MustCompile(pattern))
	}
	return p.(*regexp.Regexp)
}

// oneOf reports that of some keys none is there, or several where only one may be.
func (f finding) oneOf() {
	var names []string
	for _, name := range list(f.schema["x-one-of"]) {
		names = append(names, fmt.Sprint(name))
	}
	var found []*yaml.Node
	for i := 0; i+1 < len(f.val.Content); i += 2 {
		if slices.Contains(names, f.val.Content[i].Value) {
			found = append(found, f.val.Content[i])
		}
	}
	if len(found) < 2 {
		if f.misspelt(names...) {
			return
		}
		f.list.Errorf(f.owner(), "missing-key", "add one of them", "one of %s is missing here", strings.Join(names, ", "))
		return
	}
	f.list.Errorf(f.src.scalar(found[1]), "too-many", "keep one of them", "%s can not stand beside %s", quoted(found[1].Value), quoted(found[0].Value))
}

func (f finding) repeated() {
	seen := map[string]bool{}
	for i, item := range list(f.value) {
		written := describe(item)
		if f.val.Content[i].Kind != yaml.ScalarNode {
			continue
		}
		if seen[written] {
			f.list.Errorf(f.src.place(nil, f.val.Content[i]), "bad-value", "remove one of them", "%s is there twice", written)
			return // one finding for a list is enough
		}
		seen[written] = true
	}
}

func (f finding) empty() {
	f.errorf("bad-value", "write something, or remove the key", "this is empty")
}

func (f finding) tooMany() {
	limit, what, n := f.limit(), "characters", len([]rune(f.val.Value))
	switch f.val.Kind {
	case yaml.MappingNode:
		what, n = "entries", len(f.val.Content)/2
	case yaml.SequenceNode:
		what, n = "entries", len(f.val.Content)
	}
	f.errorf("too-many", "shorten it, or split it", "this has %d %s, the limit is %s", n, what, limit)
}

func (f finding) outOfRange() {
	low, high := number(f.schema["minimum"]), number(f.schema["maximum"])
	f.errorf("bad-value", "", "%s is out of range, write a number from %s to %s", f.val.Value, low, high)
}

func (f finding) limit() string { return number(f.schema[f.keyword]) }

// number writes a number of the schema as it stands there.
func number(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return "?"
	}
	return string(text)
}

func list(v any) []any {
	items, _ := v.([]any)
	return items
}

func dict(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

package flows

import (
	"bytes"
	_ "embed" // the schemas
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"go.yaml.in/yaml/v4"

	"relevo/engine/diag"
	"relevo/flows/eventschema"
)

// Schema is the JSON Schema (2020-12) of flow files. Editors use the same file for completion and hover texts.
//
// Besides the standard keywords it has a few that begin with x-, which hold the plain words of findings:
//
//	x-expect   what a value should be, for wrong-type
//	x-hint     how to mend a value of another type, for wrong-type
//	x-finding  {code, message, hint} when a pattern does not match; {value} in the message is what was written
//	x-key      {code, message, hint} for a key that matches no pattern; {key} in the message is the key
//	x-one-of   keys of which exactly one (oneOf) or at least one (anyOf) must be there
//
//go:embed flow.schema.json
var Schema []byte

//go:embed commands.schema.json
var commandsSchema []byte

// schema is a compiled schema and its JSON, in which the plain words are looked up.
type schema struct {
	compiled *jsonschema.Schema
	raw      any
	simple   bool // fits knows everything that it says
}

// newSchema compiles an embedded schema. Nothing is ever loaded from elsewhere.
func newSchema(name string, text []byte) (*schema, error) {
	c := jsonschema.NewCompiler()
	c.Draft = jsonschema.Draft2020
	c.AssertFormat = true
	c.LoadURL = func(s string) (io.ReadCloser, error) {
		return nil, fmt.Errorf("schema %s is not part of the program", s)
	}
	location := "relevo:///" + name
	if err := c.AddResource(location, bytes.NewReader(text)); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	compiled, err := c.Compile(location)
	if err != nil {
		return nil, fmt.Errorf("compile %s: %w", name, err)
	}
	var raw any
	if err := json.Unmarshal(text, &raw); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return &schema{compiled: compiled, raw: raw, simple: simple(compiled, map[*jsonschema.Schema]bool{})}, nil
}

// validate reports everything in which a file differs from the schema.
func (sc *schema) validate(src *source, l *diag.List, root *yaml.Node, value any) {
	if sc.simple && fits(sc.compiled, value) {
		return
	}
	err := sc.compiled.Validate(value)
	if err == nil {
		return
	}
	var ve *jsonschema.ValidationError
	if !errors.As(err, &ve) {
		l.Errorf(src.top(), "yaml-syntax", "", "this file can not be checked: %v", err)
		return
	}
	r := reporter{src: src, format: sc, root: root, value: value}
	for _, m := range r.mismatches(ve) {
		r.report(l, m)
	}
}

// mismatch is one thing that a schema refuses.
type mismatch struct {
	keyword  string         // of JSON Schema: "type", "required", …
	schema   map[string]any // the schema that has the keyword
	rest     []string       // what follows the keyword in the schema's location
	instance string         // where it is in the file, a JSON pointer
}

// reporter tells mismatches in the words of the file.
type reporter struct {
	src    *source
	format *schema
	root   *yaml.Node
	value  any
}

// mismatches flattens the tree of a validation error. Of alternatives it takes the one that the author meant.
func (r *reporter) mismatches(ve *jsonschema.ValidationError) []mismatch {
	m, ok := r.locate(ve)
	if ok && (m.keyword == "oneOf" || m.keyword == "anyOf") {
		if m.schema["x-one-of"] != nil {
			return []mismatch{m}
		}
		return r.meant(m, ve)
	}
	if len(ve.Causes) == 0 {
		return []mismatch{m}
	}
	var all []mismatch
	for _, cause := range ve.Causes {
		all = append(all, r.mismatches(cause)...)
	}
	return all
}

// meant chooses the alternative of a oneOf whose kind of value (text, map, list) is the one that was written, and of several
// the one in which most of the written keys are known. When none fits, the alternatives together are one wrong type.
func (r *reporter) meant(m mismatch, ve *jsonschema.ValidationError) []mismatch {
	var best []mismatch
	fewest := 0
	for _, cause := range ve.Causes {
		found := r.mismatches(cause)
		fits, wrong := true, 0
		for _, f := range found {
			fits = fits && (f.keyword != "type" || f.instance != m.instance)
			wrong += r.weight(f, m.instance)
		}
		if fits && (best == nil || wrong < fewest) {
			best, fewest = found, wrong
		}
	}
	if best == nil {
		m.keyword = "type"
		return []mismatch{m}
	}
	return best
}

// weight is how much speaks against an alternative for the value at top: above all the keys that it does not know.
func (r *reporter) weight(m mismatch, top string) int {
	const unknown = 10
	_, val, _ := r.node(m.instance)
	if m.keyword != "additionalProperties" || m.instance != top || val == nil {
		return 1
	}
	n := 0
	for key := range pairs(val) {
		if !knows(m.schema, key.Value) {
			n += unknown
		}
	}
	return n
}

// locate finds the keyword, and the schema around it, that a validation error talks about.
func (r *reporter) locate(ve *jsonschema.ValidationError) (m mismatch, ok bool) {
	m.instance = ve.InstanceLocation
	_, fragment, _ := strings.Cut(ve.AbsoluteKeywordLocation, "#")
	tokens := pointer(fragment)
	at := r.format.raw
	for i, token := range tokens {
		parent, isMap := at.(map[string]any)
		if isMap && keywords[token] != nil && !isName(tokens, i) {
			m.keyword, m.schema, m.rest = token, parent, tokens[i+1:]
			if i == len(tokens)-1 || token == "dependentRequired" {
				return m, true
			}
		}
		if at = child(at, token); at == nil {
			return m, false
		}
	}
	return m, false
}

// isName tells that a token of a pointer names a property or a definition and is no keyword.
func isName(tokens []string, i int) bool {
	return i > 0 && (tokens[i-1] == "properties" || tokens[i-1] == "patternProperties" || tokens[i-1] == "$defs")
}

func child(v any, token string) any {
	switch v := v.(type) {
	case map[string]any:
		return v[token]
	case []any:
		if i, err := strconv.Atoi(token); err == nil && i >= 0 && i < len(v) {
			return v[i]
		}
	}
	return nil
}

// pointer splits a JSON pointer, which the validator also escapes as a URL's path.
func pointer(p string) []string { return eventschema.Tokens(eventschema.PlainPointer(p)) }

// node finds a place of the file: its value, and its key when it stands in a map.
func (r *reporter) node(instance string) (key, val *yaml.Node, value any) {
	val, value = r.root, r.value
	for _, token := range pointer(instance) {
		key, val = step(val, token)
		if val == nil {
			return nil, nil, nil
		}
		value = child(value, token)
	}
	return key, val, value
}

func step(n *yaml.Node, token string) (key, val *yaml.Node) {
	if n == nil {
		return nil, nil
	}
	if n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == token {
				return n.Content[i], n.Content[i+1]
			}
		}
	}
	if i, err := strconv.Atoi(token); err == nil && n.Kind == yaml.SequenceNode && i >= 0 && i < len(n.Content) {
		return nil, n.Content[i]
	}
	return nil, nil
}

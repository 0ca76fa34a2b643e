package flows

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

// TestWhatEditorsOfferIsRight: the examples, the defaults and the snippets of the schemas are what the schemas accept.
func TestWhatEditorsOfferIsRight(t *testing.T) {
	t.Parallel()
	for name, text := range map[string][]byte{"flow.schema.json": Schema, "commands.schema.json": commandsSchema} {
		var raw any
		if err := json.Unmarshal(text, &raw); err != nil {
			t.Fatal(err)
		}
		c := jsonschema.NewCompiler()
		c.Draft = jsonschema.Draft2020
		if err := c.AddResource("relevo:///"+name, strings.NewReader(string(text))); err != nil {
			t.Fatal(err)
		}
		offered := 0
		eachOffer(raw, "", func(at string, v any) {
			offered++
			compiled, err := c.Compile("relevo:///" + name + "#" + at)
			if err != nil {
				t.Fatal(err)
			}
			if err := compiled.Validate(filledIn(v)); err != nil {
				t.Errorf("%s%s: %v", name, at, err)
			}
		})
		if name == "flow.schema.json" && offered < 50 {
			t.Errorf("only %d examples were found", offered)
		}
	}
}

// eachOffer visits the examples, the default and the bodies of the snippets of a schema and of those in it.
func eachOffer(v any, at string, visit func(at string, v any)) {
	m, isMap := v.(map[string]any)
	if !isMap {
		return
	}
	for _, example := range list(m["examples"]) {
		visit(at, example)
	}
	if v, ok := m["default"]; ok {
		visit(at, v)
	}
	for _, snippet := range list(m["defaultSnippets"]) {
		visit(at, dict(snippet)["body"])
	}
	for _, key := range []string{"properties", "patternProperties", "$defs"} {
		for name, child := range dict(m[key]) {
			eachOffer(child, at+"/"+key+"/"+strings.NewReplacer("~", "~0", "/", "~1", "^", "%5E", "\\", "%5C", "{", "%7B", "}", "%7D").Replace(name), visit)
		}
	}
	if items, ok := m["items"]; ok {
		eachOffer(items, at+"/items", visit)
	}
}

var placeToFill = regexp.MustCompile(`\$\{\d+:([^}]*)\}`)

// filledIn is the body of a snippet as it is before anybody types.
func filledIn(v any) any {
	switch v := v.(type) {
	case string:
		return placeToFill.ReplaceAllString(v, "$1")
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = filledIn(item)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, value := range v {
			out[placeToFill.ReplaceAllString(key, "$1")] = filledIn(value)
		}
		return out
	}
	return v
}

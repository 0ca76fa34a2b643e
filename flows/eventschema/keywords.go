package eventschema

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"relevo/engine"
	"relevo/engine/diag"
)

// checker looks at a schema before the validator does: it refuses what could reach outside or cost time, and slips in keywords, which JSON
// Schema would pass over in silence.
type checker struct {
	costs  map[string]int   // of the schema at a place, by itself
	follow map[string][]way // from the schema at a place to those that are checked with it, for the same value or below it
	steps  int              // of all patterns together
}

// way leads to the schema at a place. ref is the place of the $ref that leads there, "" where it stands inside.
type way struct{ to, ref string }

// holds says what schemas stand behind a keyword.
type holds int

const (
	nothing holds = iota
	one           // a schema
	list          // a list of schemas
	byName        // a map of schemas
)

// keywords of JSON Schema 2020-12 that an event's schema may use.
var keywords = map[string]holds{
	"type": nothing, "enum": nothing, "const": nothing, "required": nothing, "dependentRequired": nothing,
	"minLength": nothing, "maxLength": nothing, "pattern": nothing, "format": nothing,
	"minimum": nothing, "maximum": nothing, "exclusiveMinimum": nothing, "exclusiveMaximum": nothing, "multipleOf": nothing,
	"minItems": nothing, "maxItems": nothing, "uniqueItems": nothing, "minContains": nothing, "maxContains": nothing,
	"minProperties": nothing, "maxProperties": nothing,
	"$schema": nothing, "$ref": nothing, "$comment": nothing, "title": nothing, "description": nothing, "default": nothing, "examples": nothing,
	"deprecated": nothing, "readOnly": nothing, "writeOnly": nothing,
	"items": one, "contains": one, "additionalProperties": one, "propertyNames": one, "unevaluatedItems": one, "unevaluatedProperties": one,
	"not": one, "if": one, "then": one, "else": one,
	"prefixItems": list, "allOf": list, "anyOf": list, "oneOf": list,
	"properties": byName, "patternProperties": byName, "dependentSchemas": byName, "$defs": byName,
}

var types = []string{"string", "number", "integer", "boolean", "object", "array", "null"}

const draft = "https://json-schema.org/draft/2020-12/schema"

// size refuses what would be slow to look at: too many levels, and numbers that are none.
func (c *checker) size(v any, at string, depth int) error {
	const levels = 3 * engine.MaxSchemaDepth // a schema in a map in a keyword
	if depth > levels {
		return &Error{Path: at, Message: fmt.Sprintf("lists and maps are more than %d deep here", levels), Hint: "move parts below $defs, or allow any object here"}
	}
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if err := c.size(v[key], join(at, key), depth+1); err != nil {
				return err
			}
		}
	case []any:
		for i, item := range v {
			if err := c.size(item, join(at, fmt.Sprint(i)), depth+1); err != nil {
				return err
			}
		}
	case float64:
		if !(math.Abs(v) <= maxNumber) {
			return &Error{Path: at, Message: fmt.Sprintf("numbers go up to %.0f here", maxNumber)}
		}
	case nil, bool, string, int64:
	default:
		return &Error{Path: at, Message: fmt.Sprintf("a %T is no JSON value", v)}
	}
	return nil
}

// schema looks at a schema and those inside it.
func (c *checker) schema(v any, at string, depth int) error {
	c.costs[at] = 1
	if _, always := v.(bool); always {
		return nil
	}
	m, isMap := v.(map[string]any)
	if !isMap {
		return &Error{Path: at, Message: "a schema is a map, true or false", Hint: "write for example {type: string}"}
	}
	if depth > engine.MaxSchemaDepth {
		return &Error{Path: at, Message: fmt.Sprintf("schemas are more than %d deep here", engine.MaxSchemaDepth), Hint: "move parts below $defs, or allow any object here"}
	}
	for _, key := range slices.Sorted(maps.Keys(m)) {
		if err := c.keyword(m, key, at, depth); err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) keyword(m map[string]any, key, at string, depth int) error {
	place := join(at, key)
	kind, known := keywords[key]
	if !known && !strings.HasPrefix(key, "x-") {
		return c.unknown(m, key, place)
	}
	switch kind {
	case one:
		c.follow[at] = append(c.follow[at], way{to: place})
		return c.schema(m[key], place, depth+1)
	case list:
		return c.several(key, m[key], at, place, depth)
	case byName:
		return c.named(key, m[key], at, place, depth)
	}
	return c.value(key, m[key], at, place)
}

func (c *checker) unknown(m map[string]any, key, place string) error {
	switch key {
	case "$id", "$anchor", "$dynamicRef", "$dynamicAnchor", "$vocabulary", "$recursiveRef", "$recursiveAnchor":
		return &Error{Path: place, Message: key + " is not part of an event's schema", Hint: "refer to places of this schema: $ref: \"#/$defs/…\""}
	case "definitions":
		return &Error{Path: place, Message: "definitions is now called $defs", Hint: "write $defs"}
	}
	var left []string
	for _, name := range slices.Sorted(maps.Keys(keywords)) {
		if _, there := m[name]; !there {
			left = append(left, name)
		}
	}
	return &Error{Path: place, Message: fmt.Sprintf("JSON Schema has no keyword %.60q", key), Hint: diag.Suggest(key, left, "names of the data's own fields go below properties")}
}

func (c *checker) several(key string, v any, at, place string, depth int) error {
	items, isList := v.([]any)
	if !isList || len(items) == 0 {
		return &Error{Path: place, Message: key + " takes a list of schemas", Hint: "write [{…}, {…}]"}
	}
	for i, item := range items {
		below := join(place, fmt.Sprint(i))
		c.follow[at] = append(c.follow[at], way{to: below})
		if err := c.schema(item, below, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) named(key string, v any, at, place string, depth int) error {
	schemas, isMap := v.(map[string]any)
	if !isMap {
		return &Error{Path: place, Message: key + " takes a map of schemas by name", Hint: "write {name: {type: string}}"}
	}
	if len(schemas) > MaxProperties {
		return &Error{Path: place, Message: fmt.Sprintf("this has %d names, the limit is %d", len(schemas), MaxProperties)}
	}
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		below := join(place, name)
		if key == "patternProperties" {
			if err := c.pattern(name, at, below); err != nil {
				return err
			}
		}
		if key != "$defs" { // those count where they are referred to
			c.follow[at] = append(c.follow[at], way{to: below})
		}
		if err := c.schema(schemas[name], below, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// value looks at a keyword without schemas.
func (c *checker) value(key string, v any, at, place string) error {
	switch key {
	case "$ref":
		return c.reference(v, at, place)
	case "$schema":
		if v != draft {
			return &Error{Path: place, Message: "only JSON Schema 2020-12 is read here", Hint: "remove $schema"}
		}
	case "type":
		return typeNames(v, place)
	case "pattern":
		text, isText := v.(string)
		if !isText {
			return &Error{Path: place, Message: "a pattern is a text", Hint: "put it in quotes"}
		}
		return c.pattern(text, at, place)
	case "format":
		name, _ := v.(string)
		if jsonschema.Formats[name] == nil {
			known := slices.Sorted(maps.Keys(jsonschema.Formats))
			return &Error{Path: place, Message: fmt.Sprintf("no format is named %.60q", fmt.Sprint(v)), Hint: diag.Suggest(name, known, "write for example date, date-time, email, uri or uuid")}
		}
	case "enum", "required":
		if items, _ := v.([]any); len(items) > MaxValues {
			return &Error{Path: place, Message: fmt.Sprintf("this has %d entries, the limit is %d", len(items), MaxValues)}
		}
	case "uniqueItems":
		c.costs[at] += uniqueCost
	case "minLength", "maxLength", "minItems", "maxItems", "minContains", "maxContains", "minProperties", "maxProperties":
		if n, ok := whole(v); !ok || n < 0 {
			return &Error{Path: place, Message: key + " takes a whole number", Hint: "write digits, without quotes"}
		}
	}
	return nil
}

func typeNames(v any, place string) error {
	names, isList := v.([]any)
	if !isList {
		names = []any{v}
	}
	for i, name := range names {
		if text, _ := name.(string); !slices.Contains(types, text) {
			if isList {
				place = join(place, fmt.Sprint(i))
			}
			if name == nil {
				return &Error{Path: place, Message: "nothing is no type", Hint: `put it in quotes: "null"`}
			}
			return &Error{Path: place, Message: fmt.Sprintf("no type is named %.60q", fmt.Sprint(name)), Hint: diag.Suggest(text, types, "write one of "+strings.Join(types, ", "))}
		}
	}
	return nil
}

func whole(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, v == math.Trunc(v)
	}
	return 0, false
}

// pattern looks at a regular expression of the schema at a place.
func (c *checker) pattern(text, at, place string) error {
	if len(text) > MaxPatternBytes {
		return &Error{Path: place, Message: fmt.Sprintf("this pattern has %d bytes, the limit is %d", len(text), MaxPatternBytes)}
	}
	_, steps, err := engine.CompilePattern("", text, "")
	if c.steps += steps; err == nil && c.steps > maxPatternSteps {
		return &Error{Path: place, Message: fmt.Sprintf("the patterns of one schema have more than %d steps when their repetitions are written out", maxPatternSteps), Hint: "repeat less, and use maxLength for the length of a text"}
	}
	if err != nil {
		return &Error{Path: place, Message: err.Error(), Hint: "patterns are RE2: no look-around, no back references, and few repetitions"}
	}
	c.costs[at] += steps / patternUnit
	return nil
}

func (c *checker) reference(v any, at, place string) error {
	to, isText := v.(string)
	if !isText || to != "#" && !strings.HasPrefix(to, "#/") {
		return &Error{Path: place, Message: "a reference leads to a place of the same schema only", Hint: "write #/$defs/ and a name; nothing is read from files or addresses"}
	}
	c.follow[at] = append(c.follow[at], way{to: PlainPointer(strings.TrimPrefix(to, "#")), ref: place})
	return nil
}

// references refuses those that lead nowhere or in a circle, and schemas that cost too much when every reference is followed. It returns what
// the whole schema costs.
func (c *checker) references() (int, error) {
	known := map[string]int{}
	for _, at := range slices.Sorted(maps.Keys(c.follow)) { // the top, which is "", goes first
		if _, err := c.cost(at, "", known); err != nil {
			return 0, err
		}
	}
	cost, _ := c.cost("", "", known)
	if cost > MaxCost {
		return 0, &Error{Message: fmt.Sprintf("one value would be held against more than %d schemas", MaxCost), Hint: "describe less: allow any object where the flow does not look"}
	}
	return cost, nil
}

// cost is how many schemas stand at a place and below, references followed; ref is the last one on the way here. It stops counting above
// MaxCost.
func (c *checker) cost(at, ref string, known map[string]int) (int, error) {
	const open = -1 // on the way: whoever comes here again runs in a circle
	sum, isSchema := c.costs[at]
	if !isSchema {
		return 0, &Error{Path: ref, Message: fmt.Sprintf("no schema stands at #%.100s", at), Hint: "write #/$defs/ and one of the names there"}
	}
	switch before, seen := known[at]; {
	case before == open:
		return 0, &Error{Path: ref, Message: "this reference leads back to itself", Hint: "allow any object here: {type: object}"}
	case seen:
		return before, nil
	}
	known[at] = open
	for _, next := range c.follow[at] {
		below, err := c.cost(next.to, cmp.Or(next.ref, ref), known)
		if err != nil {
			return 0, err
		}
		sum = min(sum+below, MaxCost+1)
	}
	known[at] = sum
	return sum, nil
}

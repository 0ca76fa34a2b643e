package eventschema

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// tellers say in words what keyword does not hold for the data at a path. Keywords that only lead to other schemas are not here.
var tellers = map[string]func(r *report, path string, limit any){
	"type":     (*report).wrongType,
	"required": (*report).missing,
	"enum": func(r *report, path string, limit any) {
		r.add(path, "is %s, expected one of %s", show(r.value(path)), listed(limit))
	},
	"const": func(r *report, path string, limit any) {
		r.add(path, "is %s, expected %s", show(r.value(path)), show(limit))
	},
	"pattern": func(r *report, path string, limit any) {
		r.add(path, "is %s, which does not match %s", show(r.value(path)), show(limit))
	},
	"format": func(r *report, path string, limit any) {
		r.add(path, "is %s, which is not of the format %v", show(r.value(path)), limit)
	},
	"minimum": func(r *report, path string, limit any) {
		r.add(path, "is %s, expected at least %v", show(r.value(path)), limit)
	},
	"maximum": func(r *report, path string, limit any) {
		r.add(path, "is %s, expected at most %v", show(r.value(path)), limit)
	},
	"exclusiveMinimum": func(r *report, path string, limit any) {
		r.add(path, "is %s, expected more than %v", show(r.value(path)), limit)
	},
	"exclusiveMaximum": func(r *report, path string, limit any) {
		r.add(path, "is %s, expected less than %v", show(r.value(path)), limit)
	},
	"multipleOf": func(r *report, path string, limit any) {
		r.add(path, "is %s, expected a multiple of %v", show(r.value(path)), limit)
	},
	"minLength":     func(r *report, path string, limit any) { r.add(path, "is shorter than %v characters", limit) },
	"maxLength":     func(r *report, path string, limit any) { r.add(path, "is longer than %v characters", limit) },
	"minItems":      func(r *report, path string, limit any) { r.add(path, "has fewer than %v entries", limit) },
	"maxItems":      func(r *report, path string, limit any) { r.add(path, "has more than %v entries", limit) },
	"minProperties": func(r *report, path string, limit any) { r.add(path, "has fewer than %v keys", limit) },
	"maxProperties": func(r *report, path string, limit any) { r.add(path, "has more than %v keys", limit) },
	"uniqueItems":   func(r *report, path string, _ any) { r.add(path, "holds the same thing twice") },
	"contains":      func(r *report, path string, _ any) { r.add(path, "lacks an entry that it must hold") },
	"minContains":   func(r *report, path string, _ any) { r.add(path, "lacks an entry that it must hold") },
	"anyOf":         func(r *report, path string, _ any) { r.add(path, "fits none of the forms that are possible here") },
	"oneOf": func(r *report, path string, _ any) {
		r.add(path, "must fit exactly one of the forms that are possible here")
	},
	"not":           func(r *report, path string, _ any) { r.add(path, "is what must not be here") },
	"propertyNames": func(r *report, path string, _ any) { r.add(path, "has a key with a name that is not possible here") },
}

func (r *report) wrongType(path string, limit any) {
	names, isList := limit.([]any)
	if !isList {
		names = []any{limit}
	}
	var expected []string
	for _, name := range names {
		text := fmt.Sprint(name)
		if kinds[text] != "" {
			text = kinds[text]
		}
		expected = append(expected, text)
	}
	r.add(path, "is %s, expected %s", show(r.value(path)), strings.Join(expected, " or "))
}

var kinds = map[string]string{
	"string": "a text", "number": "a number", "integer": "a whole number", "boolean": "true or false", "object": "an object", "array": "a list", "null": "null",
}

func (r *report) missing(path string, limit any) {
	there, _ := r.value(path).(map[string]any)
	names, _ := limit.([]any)
	for _, name := range names {
		if key := fmt.Sprint(name); !has(there, key) {
			r.add(join(path, key), "is missing")
		}
	}
}

// extra names the keys of an object that its schema does not allow.
func (r *report) extra(path string, schema map[string]any) {
	there, _ := r.value(path).(map[string]any)
	properties, _ := schema["properties"].(map[string]any)
	patterns, _ := schema["patternProperties"].(map[string]any)
	for _, key := range slices.Sorted(maps.Keys(there)) {
		if has(properties, key) || matches(patterns, key) {
			continue
		}
		r.add(join(path, key), "is not a key that is possible here")
	}
}

func matches(patterns map[string]any, key string) bool {
	for text := range patterns {
		if p, err := regexp.Compile(text); err == nil && p.MatchString(key) {
			return true
		}
	}
	return false
}

func has(m map[string]any, key string) bool {
	_, ok := m[key]
	return ok
}

// show writes a value of the data, short enough to read.
func show(v any) string {
	const maxShown = 60
	switch v := v.(type) {
	case map[string]any:
		return "an object"
	case []any:
		return "a list"
	case string:
		if runes := []rune(v); len(runes) > maxShown {
			v = string(runes[:maxShown]) + "…"
		}
		return fmt.Sprintf("%q", v)
	}
	text, err := json.Marshal(v)
	if err != nil {
		return "?"
	}
	return string(text)
}

func listed(v any) string {
	const maxListed = 10
	items, _ := v.([]any)
	var out []string
	for i, item := range items {
		if i == maxListed {
			out = append(out, "…")
			break
		}
		out = append(out, show(item))
	}
	return strings.Join(out, ", ")
}

package flows

import (
	"fmt"
	"math/big"
	"slices"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

// fits tells whether a value is as a schema says, and nothing else: the library, which also tells why a value is not, takes ten times as long
// and is asked only then. It knows the keywords that simple lets through. A test holds the two against each other.
func fits(s *jsonschema.Schema, v any) bool {
	if s.Always != nil {
		return *s.Always
	}
	if len(s.Types) > 0 && !slices.ContainsFunc(s.Types, func(typ string) bool { return isOfType(typ, v) }) {
		return false
	}
	if len(s.Enum) > 0 && !slices.Contains(s.Enum, v) { // simple: texts only
		return false
	}
	return fitsItself(s, v) && fitsOthers(s, v)
}

// fitsOthers tells whether a value is as the schemas say that stand beside a schema's own keywords.
func fitsOthers(s *jsonschema.Schema, v any) bool {
	one := func(other *jsonschema.Schema) bool { return fits(other, v) }
	if s.Ref != nil && !one(s.Ref) || len(s.AnyOf) > 0 && !slices.ContainsFunc(s.AnyOf, one) {
		return false
	}
	for _, all := range s.AllOf {
		if !one(all) {
			return false
		}
	}
	n := 0
	for _, other := range s.OneOf {
		if one(other) {
			n++
		}
	}
	return n == min(1, len(s.OneOf))
}

func isOfType(typ string, v any) bool {
	switch v := v.(type) {
	case nil:
		return typ == "null"
	case bool:
		return typ == "boolean"
	case string:
		return typ == "string"
	case []any:
		return typ == "array"
	case map[string]any:
		return typ == "object"
	case int64:
		return typ == "integer" || typ == "number"
	case float64:
		return typ == "number" || typ == "integer" && v == float64(int64(v))
	}
	return false
}

// fitsItself holds a value against the keywords for its own type.
func fitsItself(s *jsonschema.Schema, v any) bool {
	switch v := v.(type) {
	case string:
		n := utf8.RuneCountInString(v)
		return within(n, s.MinLength, s.MaxLength) && (s.Pattern == nil || s.Pattern.MatchString(v))
	case int64, float64:
		return fitsNumber(s, v)
	case []any:
		return fitsList(s, v)
	case map[string]any:
		return fitsMap(s, v)
	}
	return true
}

// within tells whether a count is inside its limits, of which -1 is none.
func within(n, low, high int) bool { return n >= low && (high < 0 || n <= high) }

func fitsNumber(s *jsonschema.Schema, v any) bool {
	if s.Minimum == nil && s.Maximum == nil {
		return true
	}
	n, ok := new(big.Rat).SetString(fmt.Sprint(v))
	return ok && (s.Minimum == nil || n.Cmp(s.Minimum) >= 0) && (s.Maximum == nil || n.Cmp(s.Maximum) <= 0)
}

func fitsList(s *jsonschema.Schema, items []any) bool {
	if !within(len(items), s.MinItems, s.MaxItems) {
		return false
	}
	if s.UniqueItems && !unlike(items) {
		return false
	}
	for _, item := range items {
		if s.Items2020 != nil && !fits(s.Items2020, item) {
			return false
		}
	}
	return true
}

// unlike tells that all items are texts and no two are alike. simple lets a schema say so of texts only.
func unlike(items []any) bool {
	seen := make(map[any]bool, len(items))
	for _, item := range items {
		if _, isText := item.(string); !isText || seen[item] {
			return false
		}
		seen[item] = true
	}
	return true
}

func fitsMap(s *jsonschema.Schema, m map[string]any) bool {
	if !within(len(m), s.MinProperties, s.MaxProperties) {
		return false
	}
	has := func(name string) bool { _, there := m[name]; return there }
	for _, name := range s.Required {
		if !has(name) {
			return false
		}
	}
	for name, needed := range s.DependentRequired {
		if has(name) && slices.ContainsFunc(needed, func(n string) bool { return !has(n) }) {
			return false
		}
	}
	for name, v := range m {
		if !fitsEntry(s, name, v) {
			return false
		}
	}
	return true
}

// fitsEntry holds one entry of a map against the schemas that its name chooses.
func fitsEntry(s *jsonschema.Schema, name string, v any) bool {
	own, known := s.Properties[name]
	if known && !fits(own, v) {
		return false
	}
	for pattern, schema := range s.PatternProperties {
		if pattern.MatchString(name) {
			if known = true; !fits(schema, v) {
				return false
			}
		}
	}
	switch others := s.AdditionalProperties.(type) {
	case bool:
		return known || others
	case *jsonschema.Schema:
		return known || fits(others, v)
	}
	return true
}

// simple tells that fits knows everything a schema says. seen is what was looked at already.
func simple(s *jsonschema.Schema, seen map[*jsonschema.Schema]bool) bool {
	if s == nil || seen[s] {
		return true
	}
	seen[s] = true
	switch {
	case s.Format != "", s.RecursiveRef != nil, s.DynamicRef != nil, s.Constant != nil, s.Not != nil, s.If != nil, s.PropertyNames != nil,
		s.RegexProperties, s.Dependencies != nil, s.DependentSchemas != nil, s.UnevaluatedProperties != nil, s.Items != nil, s.AdditionalItems != nil,
		s.PrefixItems != nil, s.Contains != nil, s.UnevaluatedItems != nil, s.ContentEncoding != "", s.ContentMediaType != "",
		s.ExclusiveMinimum != nil, s.ExclusiveMaximum != nil, s.MultipleOf != nil:
		return false
	case slices.ContainsFunc(s.Enum, func(v any) bool { _, isText := v.(string); return !isText }):
		return false
	case s.UniqueItems && (s.Items2020 == nil || !ofTexts(s.Items2020)):
		return false
	}
	for _, other := range below(s) {
		if !simple(other, seen) {
			return false
		}
	}
	return true
}

// ofTexts tells that only texts fit a schema.
func ofTexts(s *jsonschema.Schema) bool {
	return slices.Equal(s.Types, []string{"string"}) || s.Ref != nil && ofTexts(s.Ref)
}

// below lists the schemas that a schema leads to.
func below(s *jsonschema.Schema) []*jsonschema.Schema {
	all := slices.Concat([]*jsonschema.Schema{s.Ref, s.Items2020}, s.AllOf, s.AnyOf, s.OneOf)
	for _, p := range s.Properties {
		all = append(all, p)
	}
	for _, p := range s.PatternProperties {
		all = append(all, p)
	}
	if others, ok := s.AdditionalProperties.(*jsonschema.Schema); ok {
		all = append(all, others)
	}
	return all
}

package eventschema

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

// Limits of an event's data.
const (
	MaxDataValues = 5000 // texts, numbers, lists and maps, keys not counted
	MaxDataDepth  = 32   // lists and maps inside each other
	// MaxWork is how many values a schema takes, times the schemas that one value may meet: 50 fields described, 2,000 values. The validator
	// makes an error of each that does not match, at some microseconds.
	MaxWork     = 100_000
	maxProblems = 20   // of one event; who has more has to begin with the first ones anyway
	maxFaults   = 1000 // of one event that are put into words, to find the first ones among them
	// textUnit is how many bytes of a text count as one more value: patterns read all of it.
	textUnit = 100
)

// Problem is one thing in which data differs from a schema.
type Problem struct {
	Path    string `json:"path"`    // a JSON Pointer (RFC 6901) into the data: "/items/0/price"; "" is the data itself
	Message string `json:"message"` // what is wrong there, without the path: "is missing", "is a text, expected a number"
}

// String is the problem in one line: "items.0.price is missing".
func (p Problem) String() string {
	if where := strings.Join(Tokens(p.Path), "."); where != "" {
		return where + " " + p.Message
	}
	return "the data " + p.Message
}

// Check returns in what data differs from the schema, sorted by path; nothing when it matches. Numbers may be of any Go type; nil data is {}.
func (s *Schema) Check(data map[string]any) []Problem {
	work := MaxWork
	return s.CheckWithin(data, &work)
}

// CheckWithin is Check with an allowance for several checks, in the unit of MaxWork: what the check may cost is taken off work, and nothing is checked
// that is not covered.
func (s *Schema) CheckWithin(data map[string]any, work *int) []Problem {
	values := 0
	plain, problem := normal(data, "", 0, &values)
	if problem != nil {
		return []Problem{*problem}
	}
	if values*s.cost > *work {
		return []Problem{{Message: fmt.Sprintf("holds %d values (a long text counts for several), the schema takes %d", values, *work/s.cost)}}
	}
	*work -= values * s.cost
	err := s.compiled.Validate(plain)
	if err == nil {
		return nil
	}
	var ve *jsonschema.ValidationError
	if !errors.As(err, &ve) {
		return []Problem{{Message: "can not be checked"}}
	}
	r := report{schema: s.raw, data: plain, seen: map[Problem]bool{}}
	r.walk(ve)
	slices.SortFunc(r.problems, func(a, b Problem) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Message, b.Message))
	})
	return r.problems[:min(len(r.problems), maxProblems)]
}

// normal copies data into what the validator takes: map[string]any, []any, string, float64, bool, nil. It refuses what would cost too much.
func normal(v any, at string, depth int, values *int) (any, *Problem) {
	if *values++; *values > MaxDataValues {
		return nil, &Problem{Message: fmt.Sprintf("holds more than %d values", MaxDataValues)}
	}
	if depth > MaxDataDepth {
		return nil, &Problem{Path: at, Message: fmt.Sprintf("is more than %d levels deep", MaxDataDepth)}
	}
	switch v := v.(type) {
	case map[string]any:
		m := make(map[string]any, len(v))
		for _, key := range slices.Sorted(maps.Keys(v)) {
			plain, problem := normal(v[key], join(at, key), depth+1, values)
			if problem != nil {
				return nil, problem
			}
			m[key] = plain
		}
		return m, nil
	case []any:
		items := make([]any, len(v))
		for i, item := range v {
			plain, problem := normal(item, join(at, strconv.Itoa(i)), depth+1, values)
			if problem != nil {
				return nil, problem
			}
			items[i] = plain
		}
		return items, nil
	case string:
		*values += len(v) / textUnit
		return v, nil
	case nil, bool:
		return v, nil
	case float64:
		return number(v, at)
	case int:
		return float64(v), nil
	case int64:
		return float64(v), nil
	case json.Number:
		f, err := v.Float64()
		if err != nil {
			return nil, &Problem{Path: at, Message: "is too large a number"}
		}
		return number(f, at)
	}
	return nil, &Problem{Path: at, Message: "is no JSON value"}
}

func number(v float64, at string) (any, *Problem) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil, &Problem{Path: at, Message: "is no JSON number"}
	}
	return v, nil
}

// report collects problems.
type report struct {
	schema   any
	data     any
	problems []Problem
	seen     map[Problem]bool
	faults   int // looked at so far
}

func (r *report) add(path, format string, args ...any) {
	p := Problem{Path: path, Message: fmt.Sprintf(format, args...)}
	if !r.seen[p] {
		r.seen[p] = true
		r.problems = append(r.problems, p)
	}
}

// walk goes down to the keywords that do not hold. Of alternatives it says only that none fits: which one was meant nobody knows.
func (r *report) walk(ve *jsonschema.ValidationError) {
	if r.faults++; r.faults > maxFaults {
		return
	}
	_, fragment, _ := strings.Cut(ve.AbsoluteKeywordLocation, "#")
	tokens := Tokens(PlainPointer(fragment))
	path := PlainPointer(ve.InstanceLocation)
	if len(tokens) > 0 {
		keyword, schema := tokens[len(tokens)-1], r.at(tokens[:len(tokens)-1])
		if keyword == "additionalProperties" && schema[keyword] == false {
			r.extra(path, schema)
			return
		}
		if tell := tellers[keyword]; tell != nil && schema[keyword] != nil {
			tell(r, path, schema[keyword])
			return
		}
	}
	if len(ve.Causes) == 0 {
		r.add(path, "does not match: %s", ve.Message)
		return
	}
	slices.SortFunc(ve.Causes, func(a, b *jsonschema.ValidationError) int { // the same ones are found first every time
		return cmp.Or(strings.Compare(a.InstanceLocation, b.InstanceLocation), strings.Compare(a.KeywordLocation, b.KeywordLocation))
	})
	for _, cause := range ve.Causes {
		r.walk(cause)
	}
}

// at is the map of the schema to which tokens lead.
func (r *report) at(tokens []string) map[string]any {
	m, _ := follow(r.schema, tokens).(map[string]any)
	return m
}

// value is the data at a path.
func (r *report) value(path string) any { return follow(r.data, Tokens(path)) }

func follow(v any, tokens []string) any {
	for _, token := range tokens {
		switch at := v.(type) {
		case map[string]any:
			v = at[token]
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(at) {
				return nil
			}
			v = at[i]
		default:
			return nil
		}
	}
	return v
}

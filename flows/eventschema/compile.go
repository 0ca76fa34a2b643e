// Package eventschema checks the data of business events against the JSON Schemas that flows give for them. A schema is a small one: JSON Schema
// 2020-12 without references to anything but itself, with limits on its size and on the work that a check may cost. No file and no network is ever
// touched.
package eventschema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"relevo/engine"
)

// Limits of a schema. The size and the depth are engine.MaxSchemaBytes and engine.MaxSchemaDepth.
const (
	MaxProperties   = 200                        // of one schema, or of its $defs
	MaxPatternBytes = 500                        // of one regular expression
	MaxValues       = 500                        // of one enum
	MaxCost         = 1000                       // schemas that one value may meet, with every reference followed
	uniqueCost      = 50                         // what uniqueItems counts for: it compares every item with every other
	maxPatternSteps = 2 * engine.MaxPatternSteps // of all patterns together
	patternUnit     = 20                         // steps of a pattern that count as one more schema
	maxNumber       = 1e15                       // of limits and values; beyond it whole numbers are not exact
)

// Schema is a compiled schema. It may be used from several goroutines.
type Schema struct {
	compiled *jsonschema.Schema
	raw      map[string]any
	cost     int // schemas that one value may meet, at least 1
}

// Error says what is wrong with a schema, and where.
type Error struct {
	Path    string // a JSON Pointer (RFC 6901) from the schema's top: "/properties/amount/type"
	Message string // one sentence
	Hint    string // what to write instead; may be ""
}

func (e *Error) Error() string {
	if e.Path == "" {
		return e.Message
	}
	return e.Path + ": " + e.Message
}

// location is where the validator believes the schema to be.
const location = "relevo:///event.schema.json"

// Compile makes a schema of the JSON values in a flow (map[string]any, []any, string, float64, int64, bool, nil). name is the event's, for
// messages. The error is an *Error.
func Compile(name string, schema any) (*Schema, error) {
	c := checker{costs: map[string]int{}, follow: map[string][]way{}}
	raw, isMap := schema.(map[string]any)
	if !isMap {
		return nil, &Error{Message: "the schema of " + name + " is not a map", Hint: "write {type: object, properties: {…}}"}
	}
	if err := c.size(schema, "", 0); err != nil {
		return nil, err
	}
	text, err := json.Marshal(schema)
	if err != nil {
		return nil, &Error{Message: "the schema of " + name + " is not JSON: " + err.Error()}
	}
	if len(text) > engine.MaxSchemaBytes {
		return nil, &Error{Message: fmt.Sprintf("the schema of %s has %d bytes, the limit is %d", name, len(text), engine.MaxSchemaBytes)}
	}
	if err := c.schema(schema, "", 1); err != nil {
		return nil, err
	}
	cost, err := c.references()
	if err != nil {
		return nil, err
	}
	compiled, err := compile(text)
	if err != nil {
		return nil, explain(name, err)
	}
	return &Schema{compiled: compiled, raw: raw, cost: cost}, nil
}

func compile(text []byte) (*jsonschema.Schema, error) {
	c := jsonschema.NewCompiler()
	c.Draft = jsonschema.Draft2020
	c.AssertFormat = true
	c.LoadURL = func(string) (io.ReadCloser, error) { return nil, errElsewhere }
	if err := c.AddResource(location, bytes.NewReader(text)); err != nil {
		return nil, err
	}
	return c.Compile(location)
}

var errElsewhere = errors.New("schemas are not read from elsewhere")

// explain turns what the validator says of a schema into the place and the words for its author.
func explain(name string, err error) *Error {
	var ve *jsonschema.ValidationError
	if !errors.As(err, &ve) {
		return &Error{Message: "the schema of " + name + " can not be used: " + strings.TrimPrefix(err.Error(), "jsonschema: ")}
	}
	for len(ve.Causes) > 0 {
		deepest := ve.Causes[0]
		for _, cause := range ve.Causes {
			if len(cause.InstanceLocation) > len(deepest.InstanceLocation) {
				deepest = cause
			}
		}
		ve = deepest
	}
	return &Error{Path: PlainPointer(ve.InstanceLocation), Message: "this is not JSON Schema: " + ve.Message}
}

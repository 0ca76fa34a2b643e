package flows

import (
	"errors"

	"go.yaml.in/yaml/v4"

	"relevo/engine"
	"relevo/engine/diag"
	"relevo/flows/eventschema"
)

var eventFields = fields[engine.EventSpec]{
	"title":   func(d *decoder, out *engine.EventSpec, key, val *yaml.Node) { out.Title = d.text(key, val) },
	"schema":  func(d *decoder, out *engine.EventSpec, _, val *yaml.Node) { out.Schema = d.json(val) },
	"example": func(d *decoder, out *engine.EventSpec, _, val *yaml.Node) { out.Example = d.json(val) },
}

func (d *decoder) events(n *yaml.Node) []engine.EventSpec {
	var out []engine.EventSpec
	for name, body := range pairs(n) {
		e := engine.EventSpec{At: d.src.place(name, body), Name: d.str(name)}
		eventFields.read(d, &e, body)
		d.checkEvent(e, body)
		out = append(out, e)
	}
	return out
}

// checkEvent holds an event's schema against what schemas may be, and its example against the schema.
func (d *decoder) checkEvent(e engine.EventSpec, body *yaml.Node) {
	if e.Schema == nil {
		return
	}
	key, node := step(body, "schema")
	schema, err := eventschema.Compile(e.Name.V, e.Schema)
	var wrong *eventschema.Error
	if errors.As(err, &wrong) {
		d.findings.Errorf(d.place(key, node, wrong.Path), "bad-event-schema", wrong.Hint, "%s", wrong.Message)
	}
	if err != nil || e.Example == nil {
		return
	}
	example, _ := e.Example.(map[string]any)
	key, node = step(body, "example")
	for _, p := range schema.CheckWithin(example, &d.examples) {
		d.findings.Errorf(d.place(key, node, p.Path), "bad-example", "change the example, or the schema above", "the example does not match the schema: %s", p)
	}
}

// place is the smallest thing that a JSON Pointer below a value finds: where something is missing, what should hold it.
func (d *decoder) place(key, val *yaml.Node, path string) diag.Range {
	for _, token := range eventschema.Tokens(path) {
		nextKey, next := step(val, token)
		if next == nil {
			break
		}
		key, val = nextKey, next
	}
	return d.src.place(key, val)
}

// json reads plain JSON values: numbers are float64.
func (d *decoder) json(n *yaml.Node) any {
	var none diag.List // the tree has been looked at before
	t := tree{src: d.src, findings: &none}
	return floats(t.value(n, 1))
}

func floats(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, item := range v {
			v[key] = floats(item)
		}
	case []any:
		for i, item := range v {
			v[i] = floats(item)
		}
	case int64:
		return float64(v)
	}
	return v
}

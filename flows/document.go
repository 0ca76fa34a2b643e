package flows

import (
	"go.yaml.in/yaml/v4"

	"relevo/engine/diag"
)

// Document is a YAML file that was read with the same care as a flow: relevo.yaml, for example.
type Document struct {
	// Value is what the file holds as plain values: map[string]any, []any, string, int64, float64, bool, nil.
	Value any

	src  *source
	root *yaml.Node
}

// ReadDocument reads a file against a schema of its own (JSON Schema 2020-12; name is for messages). Value is nil when the findings hold
// an error.
func ReadDocument(file string, text []byte, name string, schemaText []byte) (Document, diag.List) {
	src, root, findings := read(file, text, func() (*schema, error) { return newSchema(name, schemaText) })
	d := Document{src: src, root: root}
	if root != nil {
		var none diag.List
		t := tree{src: src, findings: &none}
		d.Value = t.value(root, 1)
	}
	return d, findings
}

// At returns the place of a value, by the keys and indexes that lead to it: At("queues", "0", "hours"). Where the path ends early it is the
// place of the last thing found.
func (d Document) At(path ...string) diag.Range {
	at, node := d.src.top(), d.root
	for _, token := range path {
		key, val := step(node, token)
		if val == nil {
			break
		}
		at, node = d.src.place(key, val), val
	}
	return at
}

package flows

import (
	"strings"

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

// Tree is a YAML file that was read with the care of a flow, but held against no schema: what the formatter works on.
type Tree struct {
	Root *yaml.Node // nil where the findings hold an error

	src *source
}

// ReadTree reads a file as YAML without anchors, tags, repeated keys and further documents.
func ReadTree(file string, text []byte) (Tree, diag.List) {
	var findings diag.List
	src := newSource(file, text)
	if src.check(&findings); findings.HasErrors() {
		return Tree{src: src}, finish(findings)
	}
	root := parse(src, &findings)
	if root != nil {
		t := tree{src: src, findings: &findings}
		t.value(root, 1)
	}
	if findings.HasErrors() {
		root = nil
	}
	return Tree{Root: root, src: src}, finish(findings)
}

// Lines are the lines of the file without their ends and without a byte order mark.
func (t Tree) Lines() [][]rune {
	var lines [][]rune
	for line := range strings.SplitSeq(string(t.src.text), "\n") {
		lines = append(lines, []rune(strings.TrimSuffix(line, "\r")))
	}
	return lines
}

// Top is the beginning of the file.
func (t Tree) Top() diag.Range { return t.src.top() }

// Scalar is the place of a scalar as it is written, quotes included. A text after | or > begins at that sign.
func (t Tree) Scalar(n *yaml.Node) diag.Range { return t.src.scalar(n) }

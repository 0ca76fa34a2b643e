// Package flows holds the shipped flow files, the schema of the flow language, and the loader: YAML → engine.Definition with the
// place of every word. What a flow means is checked afterwards, by engine.Compile.
package flows

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"

	"go.yaml.in/yaml/v4"

	"relevo/engine"
	"relevo/engine/diag"
	"relevo/flows/eventschema"
)

// CommandsFile is the name of the file that holds the commands; it stands beside the flows and is not one.
const CommandsFile = "commands.yaml"

// Files are the shipped flow files, the commands and the schema.
//
//go:embed *.yaml flow.schema.json
var Files embed.FS

var (
	flowSchema     = sync.OnceValues(func() (*schema, error) { return newSchema("flow.schema.json", Schema) })
	commandsFormat = sync.OnceValues(func() (*schema, error) { return newSchema("commands.schema.json", commandsSchema) })
)

// Load reads a flow file. file is the name used in findings. The definition is nil when the findings hold an error; otherwise it
// has the structure that the schema demands, and Compile can look for its meaning. All findings are sorted by place, and every
// place is inside the file: lines and columns from 1, columns in runes, not counting a byte order mark.
func Load(file string, source []byte) (*engine.Definition, diag.List) {
	src, root, findings := read(file, source, flowSchema)
	if root == nil {
		return nil, findings
	}
	d := decoder{src: src, findings: &findings, examples: eventschema.MaxWork}
	def := d.definition(root)
	sum := sha256.Sum256(source)
	def.Hash = "sha256:" + hex.EncodeToString(sum[:])
	findings = finish(findings)
	if findings.HasErrors() {
		return nil, findings
	}
	return def, findings
}

// read takes a file through the checks of bytes, YAML and schema. root is nil when one of them found an error.
func read(file string, text []byte, format func() (*schema, error)) (src *source, root *yaml.Node, findings diag.List) {
	src = newSource(file, text)
	if src.check(&findings); findings.HasErrors() {
		return src, nil, finish(findings)
	}
	if root = parse(src, &findings); root == nil {
		return src, nil, finish(findings)
	}
	t := tree{src: src, findings: &findings}
	value := t.value(root, 1)
	if !t.stop {
		sc, err := format()
		if err != nil {
			findings.Errorf(src.top(), "bad-value", "", "%v", err)
			return src, nil, finish(findings)
		}
		sc.validate(src, &findings, root, value)
	}
	if findings.HasErrors() {
		return src, nil, finish(findings)
	}
	return src, root, findings
}

func finish(l diag.List) diag.List {
	l.Sort()
	return l[:min(len(l), maxFindings)]
}

// ReadFile reads a file up to one byte more than Load takes, so that a huge one is a finding and not a full memory.
func ReadFile(fsys fs.FS, name string) (text []byte, err error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	text, err = io.ReadAll(io.LimitReader(f, MaxFileBytes+int64(len(byteOrderMark))+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return text, nil
}

// Package format writes flow files in one style: the one of the shipped flows. It moves what stands in a file, and rewrites nothing: every
// line stays a line, comments stay where they are, texts keep their quotes. docs/decisions/019-format.md has the reasons.
package format

import (
	"errors"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v4"

	"relevo/engine/diag"
	"relevo/flows"
)

// ErrMeaning is a file that would mean something else afterwards. It is a mistake of this package: the file is left alone.
var ErrMeaning = errors.New("formatting would change what the file means; nothing was changed, please report it with the file")

// Source returns the text of a flow file, or of the commands, in the style of the shipped ones. Formatting twice is formatting once, and
// the result means what the text meant. What is not YAML comes back as findings; a file that is, but has other mistakes, is formatted.
func Source(file string, text []byte) ([]byte, diag.List, error) {
	tree, findings := flows.ReadTree(file, text)
	if tree.Root != nil && tree.Root.Kind != yaml.MappingNode {
		findings.Errorf(tree.Top(), "wrong-type", "write keys and values, such as flow: greeting", "this file is not a map")
		return nil, findings, nil
	}
	if tree.Root == nil { // doubts do not matter where there are errors
		return nil, slices.DeleteFunc(findings, func(d diag.Diagnostic) bool { return d.Severity != diag.Error }), nil
	}
	tokens, err := scan(tree)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", file, err)
	}
	l := layout{levels: []level{outside}, end: len(tree.Lines()) - 1}
	out := []byte(l.text(tokens))
	if len(out) > flows.MaxFileBytes {
		findings.Errorf(tree.Top(), "yaml-too-large", "split the flow in two", "formatted, this file would have %d bytes, the limit is %d", len(out), flows.MaxFileBytes)
		return nil, findings, nil
	}
	if err := same(file, tree, tokens, out); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", file, err)
	}
	return out, nil, nil
}

// same tells that a formatted text has the values, in their order, and the comments of the text that it was made of.
func same(file string, before flows.Tree, tokens []token, out []byte) error {
	after, findings := flows.ReadTree(file, out)
	if after.Root == nil {
		return fmt.Errorf("%w (%s)", ErrMeaning, findings[0].Message)
	}
	if n := difference(before.Root, after.Root); n != nil {
		return fmt.Errorf("%w (line %d)", ErrMeaning, n.Line)
	}
	now, err := scan(after)
	if err != nil {
		return err
	}
	if !sameRemarks(remarks(tokens), remarks(now)) {
		return fmt.Errorf("%w (a comment would move)", ErrMeaning)
	}
	return nil
}

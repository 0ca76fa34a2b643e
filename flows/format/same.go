package format

import (
	"slices"

	"go.yaml.in/yaml/v4"
)

// difference is the first node of a that is not the same in b, or nil. Places and the width of texts do not count; quotes do.
func difference(a, b *yaml.Node) *yaml.Node {
	if a.Kind != b.Kind || a.Tag != b.Tag || a.Value != b.Value || a.Style != b.Style || len(a.Content) != len(b.Content) {
		return a
	}
	for i := range a.Content {
		if n := difference(a.Content[i], b.Content[i]); n != nil {
			return n
		}
	}
	return nil
}

// remark is a comment, and how many scalars stand before it.
type remark struct {
	text  string
	after int
}

func remarks(tokens []token) []remark {
	var out []remark
	n := 0
	for _, t := range tokens {
		if t.kind == scalar {
			n++
		}
		if t.comment != "" {
			out = append(out, remark{t.comment, n})
		}
	}
	return out
}

func sameRemarks(a, b []remark) bool { return slices.Equal(a, b) }

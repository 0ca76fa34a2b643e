package scripts

import (
	"bytes"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/parser"
)

// goja has no modules. A file that says export is made into one that does not, in place: the word becomes blanks, so that every
// line and column stays where the author has it, and what was exported is put on exports by a line behind the end.
//
//	export function describe(order) {…}   →          function describe(order) {…}
//	export { money as price }             →
//	                                         ;exports.describe=describe;exports.price=money;

// maxExports bounds the exports of a file: each takes another look at it.
const maxExports = 200

// named is one exported name.
type named struct {
	as, local string
	offset    int // of the word export
}

var (
	exportList   = regexp.MustCompile(`^export\s*\{([^{}]*)\}[ \t]*;?`)
	exportItem   = regexp.MustCompile(`^\s*([\p{L}_$][\p{L}\p{N}_$]*)(?:\s+as\s+([\p{L}_$][\p{L}\p{N}_$]*))?\s*$`)
	exportOther  = regexp.MustCompile(`^export\s*(default\b|\*|\{[^{}]*\}\s*from\b)`)
	exportBefore = regexp.MustCompile(`^export\s+(?:async\s+function|function|class|const|let|var)\b`)
)

// unexport parses the file, taking out each export that the parser stops at. It returns nil after a finding.
func (c *compiler) unexport() (*ast.Program, error) {
	for range maxExports {
		program, err := parser.ParseFile(nil, c.file, c.text, 0, parser.WithDisableSourceMaps)
		offset, word := reserved(c.text, err)
		switch {
		case word == "import":
			c.found.Errorf(c.at(offset, len(word)), "script-import", hintOneFile, "a script can not import: it is one file")
			return nil, nil
		case word == "export" && c.export(offset):
			continue
		case c.found.HasErrors():
			return nil, nil
		case err != nil:
			return nil, err
		}
		c.declarations(program)
		c.twice()
		return program, nil
	}
	c.found.Errorf(c.at(0, 1), "script-too-large", "split it into several files", "the file has more than %d exports", maxExports)
	return nil, nil
}

// reserved finds the word import or export that the parser stopped at.
func reserved(text []byte, err error) (offset int, word string) {
	var list parser.ErrorList
	if !errors.As(err, &list) || len(list) == 0 {
		return 0, ""
	}
	at := list[0].Position
	offset = offsetOf(text, at.Line, at.Column)
	for _, word := range []string{"import", "export"} {
		if bytes.HasPrefix(text[offset:], []byte(word)) {
			return offset, word
		}
	}
	return 0, ""
}

// offsetOf turns line and byte column, both from 1, into an offset inside text.
func offsetOf(text []byte, line, column int) int {
	offset := 0
	for range line - 1 {
		n := bytes.IndexByte(text[offset:], '\n')
		if n < 0 {
			break
		}
		offset += n + 1
	}
	return min(offset+max(column, 1)-1, len(text))
}

// export takes out the export at an offset, and tells whether it could.
func (c *compiler) export(offset int) bool {
	rest := c.text[offset:]
	if m := exportOther.FindSubmatch(rest); m != nil {
		if string(m[1]) == "default" {
			c.found.Errorf(c.at(offset, len("export default")), "script-unsupported", "give it a name: export function describe(…) { … }", "scripts have no default export: flows call functions by name")
		} else {
			c.found.Errorf(c.at(offset, len("export")), "script-import", hintOneFile, "a script can not export what another file holds")
		}
		return false
	}
	if m := exportList.FindSubmatch(rest); m != nil {
		c.exportList(offset, string(m[1]))
		wipe(rest[:len(m[0])])
		return true
	}
	if exportBefore.Match(rest) {
		c.declared = append(c.declared, offset)
		wipe(rest[:len("export")])
		return true
	}
	return false
}

// exportList reads "a, b as c".
func (c *compiler) exportList(offset int, items string) {
	for item := range strings.SplitSeq(strings.TrimSuffix(strings.TrimSpace(items), ","), ",") {
		m := exportItem.FindStringSubmatch(item)
		switch {
		case m != nil && m[2] != "":
			c.named = append(c.named, named{m[2], m[1], offset})
		case m != nil:
			c.named = append(c.named, named{m[1], m[1], offset})
		case strings.TrimSpace(items) != "":
			c.found.Errorf(c.at(offset, len("export")), "script-syntax", "", "%q is not a name to export", strings.TrimSpace(item))
		}
	}
}

// declarations finds what was declared behind each export that was taken out.
func (c *compiler) declarations(program *ast.Program) {
	for _, offset := range c.declared {
		i := slices.IndexFunc(program.Body, func(s ast.Statement) bool {
			return len(bytes.TrimSpace(c.text[offset:min(max(int(s.Idx0())-1, offset), len(c.text))])) == 0 && int(s.Idx0())-1 > offset
		})
		if i < 0 {
			c.found.Errorf(c.at(offset, len("export")), "script-syntax", "", "export stands at the beginning of a line of its own, outside of functions")
			continue
		}
		for _, name := range declaredBy(program.Body[i]) {
			c.named = append(c.named, named{name, name, offset})
		}
	}
}

// declaredBy lists the names that a top-level statement declares.
func declaredBy(s ast.Statement) []string {
	switch s := s.(type) {
	case *ast.FunctionDeclaration:
		return []string{s.Function.Name.Name.String()}
	case *ast.ClassDeclaration:
		return []string{s.Class.Name.Name.String()}
	case *ast.LexicalDeclaration:
		return bound(s.List)
	case *ast.VariableStatement:
		return bound(s.List)
	}
	return nil
}

// bound lists the names of bindings, sorted.
func bound(list []*ast.Binding) []string {
	names := map[string]bool{}
	for _, b := range list {
		declare(names, b)
	}
	return slices.Sorted(maps.Keys(names))
}

// twice reports names that are exported twice, where they are for the second time.
func (c *compiler) twice() {
	slices.SortStableFunc(c.named, func(a, b named) int { return a.offset - b.offset })
	seen := map[string]bool{}
	for _, n := range c.named {
		if seen[n.as] {
			c.found.Errorf(c.at(n.offset, len("export")), "script-syntax", "", "%q is exported twice", n.as)
		}
		seen[n.as] = true
	}
}

// runnable is the file as workers run it.
func (c *compiler) runnable() []byte {
	out := bytes.Clone(c.text)
	if len(c.named) == 0 {
		return out
	}
	out = append(out, "\n"...)
	for _, n := range c.named {
		out = append(out, ";exports."+n.as+"="+n.local...)
	}
	return append(out, ";\n"...)
}

// wipe overwrites text with blanks, keeping its lines.
func wipe(text []byte) {
	for i, b := range text {
		if b != '\n' && b != '\r' {
			text[i] = ' '
		}
	}
}

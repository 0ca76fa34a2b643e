package lsp

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"relevo/engine/diag"
	"relevo/flows"
)

// files are all YAML files of the project that are YAML.
func files(t testing.TB) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, root := range []string{"..", "../../testdata"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".yaml") && !strings.HasSuffix(path, ".yml") {
				return err
			}
			body, err := os.ReadFile(path)
			found[path] = string(body)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}

// TestTheOutlineIsWhatYAMLReads holds the outline of every valid file against the parser: the same keys, texts and places.
func TestTheOutlineIsWhatYAMLReads(t *testing.T) {
	t.Parallel()
	compared := 0
	for file, body := range files(t) {
		var root yaml.Node
		if yaml.Load([]byte(body), &root) != nil || len(root.Content) != 1 || !plainYAML(file, body) {
			continue
		}
		compared++
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			c := comparison{t: t, text: newText(body)}
			c.node(outline(body), root.Content[0])
		})
	}
	if compared < 10 {
		t.Errorf("only %d files were compared", compared)
	}
}

// plainYAML tells a file without what no flow may use of YAML: the outline does not know it.
func plainYAML(file, body string) bool {
	_, findings := flows.Load(file, []byte(body))
	return !slices.ContainsFunc(findings, func(d diag.Diagnostic) bool {
		return d.Severity == diag.Error && strings.HasPrefix(d.Code, "yaml-")
	})
}

type comparison struct {
	t    *testing.T
	text text
}

func (c comparison) node(got *node, want *yaml.Node) {
	switch want.Kind {
	case yaml.MappingNode:
		if len(got.kids) != len(want.Content)/2 {
			c.t.Errorf("line %d: got %d keys, want %d", want.Line, len(got.kids), len(want.Content)/2)
			return
		}
		for i, kid := range got.kids {
			c.word(kid.key, want.Content[2*i])
			c.node(kid, want.Content[2*i+1])
		}
	case yaml.SequenceNode:
		if len(got.kids) != len(want.Content) {
			c.t.Errorf("line %d: got %d items, want %d", want.Line, len(got.kids), len(want.Content))
			return
		}
		for i, kid := range got.kids {
			c.node(kid, want.Content[i])
		}
	default:
		c.word(got.val, want)
	}
}

func (c comparison) word(got word, want *yaml.Node) {
	if want.Value == "" && want.Style == 0 {
		return
	}
	if strings.Join(strings.Fields(got.text), " ") != strings.Join(strings.Fields(want.Value), " ") && !strings.Contains(got.text, `\`) {
		c.t.Errorf("line %d: got %q, want %q", want.Line, got.text, want.Value)
	}
	at := c.text.position(got.from, utf32Units)
	if at.Line+1 != want.Line || at.Character+1 != want.Column {
		c.t.Errorf("%q: got %d:%d, want %d:%d", want.Value, at.Line+1, at.Character+1, want.Line, want.Column)
	}
}

// TestTheOutlineOfWhatIsBeingTyped: what is not finished does not swallow what follows.
func TestTheOutlineOfWhatIsBeingTyped(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"a bracket that is not closed", "a:\n  on: {x: y, z\nb: c\n", "a a/on a/on/x=y a/on/z? b=c"},
		{"a quote that is not closed", "a:\n  say: \"Hello\n  goto: b\n", `a a/say=Hello a/goto=b`},
		{"a key without a colon", "a:\n  sa\n  goto: b\n", "a a/sa? a/goto=b"},
		{"a value that is not there", "a:\n  goto:\n  say: x\n", "a a/goto a/say=x"},
		{"a list inside a bracket", "a: {on: [x, {y: \n b: c\n", "a a/on a/on/- =x a/on/- a/on/-/y=b a/on/-/=c"},
		{"only brackets", "{[{[", "? ? ?"},
		{"a text on a line of its own", "a:\n  \"b\"\nc:\n  d e\n  f\ng:\n  {h: i}\n", "a=b c=d e f g g/h=i"},
		{"a dash alone", "a:\n- \n- b\nc: d\n", "a a/- a/- =b c=d"},
		{"windows line ends", "a: b\r\nc:\r\n  d: 'e'\r\n", "a=b c c/d=e"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			outline(tt.text).walk(func(n *node) {
				if n.parent == nil {
					return
				}
				line := strings.Join(n.path(), "/")
				if n.bare {
					line += "?"
				}
				if n.val.to > 0 {
					if n.item {
						line += " "
					}
					line += "=" + n.val.text
				}
				got = append(got, line)
			})
			if strings.Join(got, " ") != tt.want {
				t.Errorf("got  %s\nwant %s", strings.Join(got, " "), tt.want)
			}
		})
	}
}

// FuzzOutline: whatever the text is, there is an outline, and its places are inside the text and in order.
func FuzzOutline(f *testing.F) {
	for _, body := range files(f) {
		f.Add(body)
	}
	f.Add("a: {b: [c, \"d\n e: |\n  x\n- - - {{")
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > flows.MaxFileBytes/16 {
			return
		}
		outline(s).walk(func(n *node) {
			for _, w := range []word{n.key, n.val} {
				if w.from < 0 || w.to > len(s) || w.from > w.to {
					t.Fatalf("a word lies outside: %+v", w)
				}
			}
			if n.from > n.to || n.to > len(s) || n.parent != nil && n.from < n.parent.from {
				t.Fatalf("a node lies outside: %d to %d", n.from, n.to)
			}
		})
	})
}

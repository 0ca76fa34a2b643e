package format

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"relevo/engine/diag"
	"relevo/flows"
)

// odd are files that YAML allows and nobody should write.
var odd = []string{
	"# a\n\n\n# b\na: # c\n  # d\n  b: [ # e\n    # f\n    x , # g\n    y ] # h\n  # i\n# j\n\n\n",
	"a:\n- b\n- - c\n  -   d: e\n      f: g\n    # after\n  # after that\nh: i\n",
	"? a\n: b\n? c\n:\n  - d\n  - e: f\n",
	"a: {b: , c: d,e: [f,g ,  h],}\n\"i\" : 'j'\n",
	"a: |\n     one\n       two\n\n     three  \n\n\nb: >+\n    folded\n    text\n\n\nc: |2-\n    two\n   one\n",
	"a: |+\n   kept\n\n\n",
	"a: |\n  no line end",
	"a: \"two\n      lines \\\n      more\n\n      end\" # after\nb: 'it''s\n  here'\nc: plain words\n         on lines\n",
	"--- # begin\na: b   \n# end\n...\n# after\n",
	"%YAML 1.2\n---\na: b\n",
	"a: &x {b: c}\nd: *x\n<<: *x\n",
	"a: b\r\nc: |\r\n  d\r\n  e\r\n# f\r\n",
	"ключ: 'значение'   # 🎉 emoji\nañ: [\"👩‍👩‍👧\", ñandú]   # same\n",
	"a: \"# not a comment\" # one\nb: '# no' #two\nc: x#y\nd: http://x:8080/#a\n",
	"a:\tb\t# tab\nc: [d,\te]\t\n",
	"{a: b,\n c: {d: e\n },\n   f: [\n g]\n}\n",
	"  a: b\n  c:\n          d: e\n          # deep\n      # middle\n  # top\n",
	"- a\n- b\n", "just words\n", "[a, b]\n", "a: ~\nb: null\nc:\nd: ''\n", "'': 1\n: 2\n", "a: - b\n", "a: b: c\n", "\"a\\\n  b\": c\n",
	"a: [x # c\n]\nb: {c: d\n}\n", "a:\n    |\n    text\n", "a:\n  \"x\"\nb:\n    {c: d,\n  e: f}\n", "- - - a\n    - b\n  - c\n",
	"states:\n    a:   # why\n        say:   x\n\n\n\n    # --- Next? ---\n    b:\n        end:  over\n",
}

// FuzzFormat: what is YAML is formatted; twice is once; nothing changes its meaning; every finding is inside the file.
func FuzzFormat(f *testing.F) {
	for _, seed := range odd {
		f.Add([]byte(seed))
	}
	for _, pattern := range []string{"../*.yaml", "../testdata/*.yaml", "../testdata/findings/*.yaml", "../../testdata/findings/*.yaml", "testdata/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatalf("no files %s", pattern)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		def, found := flows.Load("a.yaml", text)
		inside(t, text, found)
		once, findings, err := Source("a.yaml", text)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		inside(t, text, findings)
		if once == nil {
			return
		}
		twice, findings, err := Source("a.yaml", once)
		if err != nil || string(once) != string(twice) {
			t.Fatalf("%v %v\n--- once\n%s\n--- twice\n%s", err, findings, once, twice)
		}
		if ended := strings.HasSuffix(string(text), "\n"); ended && bare(text) != bare(once) {
			t.Fatalf("more than blanks was moved:\n%s\n---\n%s", text, once)
		}
		again, foundAgain := flows.Load("a.yaml", once)
		if def != nil && again != nil {
			def.Hash, again.Hash = "", ""
		}
		if !cmp.Equal(def, again, butPlaces...) || !reflect.DeepEqual(codes(found), codes(foundAgain)) {
			t.Fatalf("another meaning:\n%s\n%v\n%v", cmp.Diff(def, again, butPlaces...), found, foundAgain)
		}
		commands, _ := flows.LoadCommands("commands.yaml", text)
		commandsAgain, _ := flows.LoadCommands("commands.yaml", once)
		if !cmp.Equal(commands, commandsAgain, butPlaces...) {
			t.Fatalf("other commands:\n%s", cmp.Diff(commands, commandsAgain, butPlaces...))
		}
	})
}

// butPlaces compares definitions without where things stand.
var butPlaces = cmp.Options{
	cmp.Exporter(func(reflect.Type) bool { return true }),
	cmp.Comparer(func(_, _ diag.Range) bool { return true }),
	cmp.Comparer(func(_, _ diag.Pos) bool { return true }),
}

// bare is a text without blanks and line ends: all that formatting may move. (At the end of a file without a line end, it may also cut what
// would become one.)
func bare(text []byte) string {
	return strings.NewReplacer(" ", "", "\t", "", "\r", "", "\n", "", "\uFEFF", "").Replace(string(text))
}

func codes(l diag.List) map[string]int {
	n := map[string]int{}
	for _, d := range l {
		n[d.Code]++
	}
	return n
}

func inside(t *testing.T, text []byte, l diag.List) {
	t.Helper()
	lines := strings.Split(strings.TrimPrefix(string(text), "\uFEFF"), "\n")
	for _, d := range l {
		for _, p := range []diag.Pos{d.Range.Start, d.Range.End} {
			if p.Line < 1 || p.Line > len(lines) || p.Column < 1 || p.Column > len([]rune(lines[p.Line-1]))+1 {
				t.Fatalf("%v: %v is not inside the file", d, d.Range)
			}
		}
	}
}

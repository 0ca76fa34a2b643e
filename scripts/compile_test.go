package scripts

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestCompileListsExports(t *testing.T) {
	t.Parallel()
	got, found := Compile("test", "test.js", []byte(`
		const helper = x => x
		function named({a, b: [c], ...rest}, d = 1) { label: for (const i of []) { continue label } return new.target ?? a + c + d + rest }
		class Shape { #side = 1; area() { return this.#side } static of() { return new Shape() } }
		exports.b = function (order) { try { return order?.x } catch ({message}) { return message } }
		exports.a = n => helper(n) + Math.max(1) + Shape.of().area() + /\d+(?<year>x)/u.test('') + arguments.length
		exports.named = named
		exports.a = helper
		exports.version = '1.0'
		exports.helper = helper
		if (helper) exports.hidden = () => 1
	`))
	if len(found) > 0 {
		t.Errorf("found %v", found)
	}
	if want := []string{"a", "b", "helper", "named"}; !slices.Equal(got.Functions, want) {
		t.Errorf("got %v, want %v", got.Functions, want)
	}
	if got.Name != "test" || got.File != "test.js" {
		t.Errorf("got %v", got)
	}
}

func TestCompileFinds(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, code, want string }{
		{"a bracket too many", "exports.f = () => 1\n  )", "2:3 script-syntax"},
		{"columns count characters", "/* ñandú */ )", "1:13 script-syntax"},
		{"what only the compiler sees", "exports.f = () => 1; const a = 1; const a = 2", "1:41 script-syntax"},
		{"no strict mode", "exports.f = () => { with ({}) {} }", "1:21 script-syntax"},
		{"not UTF-8", "exports.f = () => '\xff'", "1:1 script-syntax"},
		{"too much source", "// " + strings.Repeat("x", MaxSourceBytes), "1:1 script-too-large"},
		{"brackets", "exports.f = () => " + strings.Repeat("(", 201) + "1" + strings.Repeat(")", 201), "1:219 script-too-deep"},
		{"brackets in strings and comments", "exports.f = () => '" + strings.Repeat("(", 300) + "' // " + strings.Repeat("(", 300) + "\n/*" + strings.Repeat("(", 300) + "*/", ""},
		{"Unicode classes", `exports.f = s => /\p{L}/u.test(s)`, "1:18 script-unsupported"},
		{"Unicode classes in text", `exports.f = s => new RegExp("\\p{L}", "u").test(s)`, "1:29 script-unsupported"},
		{"BigInt", "exports.f = () => 1n<<(2n**34n)", "1:19 script-unsupported,1:24 script-unsupported,1:28 script-unsupported"},
		{"async", "exports.f = async () => 1; exports.g = async function () {}", "1:13 script-unsupported,1:40 script-unsupported"},
		{"the network", "exports.f = () => fetch('https://example.com')", "1:19 script-unsupported"},
		{"eval", "exports.f = s => eval(s)", "1:18 script-unsupported"},
		{"typed arrays", "exports.f = () => new Uint8Array(1)", "1:23 script-unsupported"},
		{"a typing error", "exports.f = order => ordr.id", "1:22 script-unknown-name"},
		{"nothing exported", "const f = () => 1", "1:1 script-exports-nothing"},
		{"an empty file", "", "1:1 script-exports-nothing"},
	} {
		_, found := Compile("test", "test.js", []byte(tt.code))
		var got []string
		for _, d := range found {
			got = append(got, fmt.Sprintf("%d:%d %s", d.Range.Start.Line, d.Range.Start.Column, d.Code))
		}
		if strings.Join(got, ",") != tt.want {
			t.Errorf("%s: got %v, want %s", tt.name, found, tt.want)
		}
	}
}

func TestShippedScriptsCompile(t *testing.T) {
	t.Parallel()
	entries, err := Files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		code, err := Files.ReadFile(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		if s, found := Compile(strings.TrimSuffix(e.Name(), ".js"), e.Name(), code); len(found) > 0 || len(s.Functions) == 0 {
			t.Errorf("%s: %v %v", e.Name(), s, found)
		}
	}
}

func FuzzCompile(f *testing.F) {
	f.Add([]byte("exports.f = (a) => /x/u.test(`${a}`)"))
	f.Add([]byte("class A { static { } }\n\t) 'ñ"))
	for _, h := range hostile {
		f.Add([]byte(h.body))
	}
	f.Fuzz(func(t *testing.T, code []byte) {
		_, found := Compile("test", "test.js", code)
		lines := bytes.Count(code, []byte("\n")) + 1
		for _, d := range found {
			if d.Range.Start.Line < 1 || d.Range.Start.Line > lines || d.Range.Start.Column < 1 || d.Range.Start.Column > len(code)+1 {
				t.Errorf("a place outside the file: %v", d)
			}
		}
	})
}

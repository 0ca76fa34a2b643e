package scripts

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
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
		{"an import", "const a = 1\n  import { b } from './b.js'", "2:3 script-import"},
		{"an import in an expression", "exports.f = () => import('./b.js')", "1:19 script-import"},
		{"import.meta", "exports.f = () => import.meta.url", "1:19 script-import"},
		{"an export from elsewhere", "export { a } from './b.js'", "1:1 script-import"},
		{"everything from elsewhere", "export * from './b.js'", "1:1 script-import"},
		{"a default export", "const ñ = 1;\n/* ñ */ export default () => 1", "2:9 script-unsupported"},
		{"an export inside a function", "export function f() { export const a = 1; return a }", "1:23 script-syntax"},
		{"an export in an expression", "exports.a = export function f() {}", "1:13 script-syntax"},
		{"an export of nothing", "export function f() {}\nexport { g }", "2:1 script-unknown-name"},
		{"an export of what is no name", "export function f() {}\nexport { 'a b' }", "2:1 script-syntax"},
		{"a name exported twice", "export function f() {}\nexport { f }", "2:1 script-syntax"},
		{"an error behind an export", "export function f() {}\nexport const g = () => { return 1 ) }", "2:35 script-syntax"},
		{"too many exports", strings.Repeat("export {}\n", maxExports), "1:1 script-too-large"},
		{"require", "const b = require('./b.js'); exports.f = () => b", "1:11 script-unsupported"},
		{"timers", "exports.f = () => setTimeout(() => 1, 5)", "1:19 script-unsupported"},
		{"the process", "exports.f = () => process.env", "1:19 script-unsupported"},
		{"structuredClone", "exports.f = o => structuredClone(o)", "1:18 script-unsupported"},
		{"Intl", "exports.f = n => new Intl.NumberFormat('es').format(n)", "1:22 script-unsupported"},
		{"what hangs on globalThis", "exports.f = () => globalThis.fetch('x')", "1:30 script-unsupported"},
		{"Object.groupBy", "exports.f = l => Object.groupBy(l, x => x)", "1:18 script-unsupported"},
		{"Map.groupBy", "exports.f = l => Map.groupBy(l, x => x).size", "1:18 script-unsupported"},
		{"methods that are not there", "exports.f = s => s.isWellFormed()", "1:20 script-unsupported"},
		{"async generators", "exports.f = 1; async function* g() {}", "1:16 script-unsupported"},
		{"for await", "exports.f = function () { for await (const x of []) {} }", "1:31 script-unsupported"},
		{"await at the top", "exports.f = () => 1\nawait exports.f()", "2:7 script-unsupported"},
		{"numbers in a language", "exports.f = n => n.toLocaleString('es')", "1:20 script-locale"},
		{"numbers in no language", "exports.f = n => n.toLocaleString()", "1:20 script-locale"},
		{"dates in a language", "exports.f = d => new Date(d).toLocaleDateString('es')", "1:30 script-locale"},
		{"comparing in a language", "exports.f = (a, b) => a.localeCompare(b, 'es')", "1:25 script-locale"},
		{"capitals in a language", "exports.f = a => a.toLocaleUpperCase('tr')", "1:20 script-locale"},
		{"comparing and capitals", "exports.f = (a, b) => a.localeCompare(b) + a.toLocaleUpperCase()", ""},
		{"local time", "exports.f = d => new Date(d).getHours()", "1:30 script-local-time"},
		{"a local date", "exports.f = () => new Date(2026, 0, 1).toISOString()", "1:23 script-local-time"},
		{"UTC", "exports.f = d => new Date(Date.UTC(2026, 0, 1)).getUTCHours() + new Date(d).getTime()", ""},
		{"word ends beside other letters", `exports.f = s => /\bétage\b/.test(s)`, "1:18 script-letters"},
		{"word ends in text", `exports.f = s => new RegExp("ñ\\W").test(s)`, "1:29 script-letters"},
		{"word ends of English", `exports.f = s => /^\w\w\d+\b/.test(s) && /\\bñ/.test(s)`, ""},
		{"Unicode classes kept as text", `const L = "\\p{L}+"; exports.f = s => new RegExp(L, "u").test(s)`, "1:11 script-unsupported"},
		{"Unicode classes in a template", "exports.f = s => new RegExp(String.raw`^\\p{L}`, 'u').test(s)", "1:41 script-unsupported"},
		{"what is not a letter", `exports.f = s => /\P{L}/u.test(s)`, "1:18 script-unsupported"},
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

// TestEveryCodeIsExplained looks for an entry in the manual, and in its overview for authors, of every code that this package writes.
func TestEveryCodeIsExplained(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	codes := map[string]bool{}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, m := range regexp.MustCompile(`"(script-[a-z-]+)", `).FindAllSubmatch(source, -1) {
			codes[string(m[1])] = true
		}
	}
	for file, form := range map[string]string{"../docs/diagnostics.md": "\n## %s\n", "../docs/scripts.md": "`%s`"} {
		manual, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for code := range codes {
			if !strings.Contains(string(manual), fmt.Sprintf(form, code)) {
				t.Errorf("%s does not explain %s", file, code)
			}
		}
	}
	if len(codes) < 10 {
		t.Errorf("found the codes %v only", codes)
	}
}

func TestCompileListsModuleExports(t *testing.T) {
	t.Parallel()
	code := strings.ReplaceAll(`// export function comment() {}
	const text = ~export function text() {}~
	export function plain(a) { return helper(a) }
	export   const arrow = a => a, {x, y: [z]} = {x: 1, y: [2]}
	export let version = '1', count
	export var old = function () { return x + z + count }
	export function* steps() { yield /export const a/.source }
	export class Shape {}
	function helper(a) { return a + text }
	export { helper, plain as short,
		version as number, }
	exports.legacy = helper
	export {}; export { old as ñandú }`, "~", "`")
	got, runs, found := translate("test", "test.js", []byte(code))
	if len(found) > 0 {
		t.Errorf("found %v", found)
	}
	if want := []string{"arrow", "helper", "legacy", "old", "plain", "short", "steps", "ñandú"}; !slices.Equal(got.Functions, want) {
		t.Errorf("got %v, want %v", got.Functions, want)
	}
	for i, line := range strings.Split(code, "\n") {
		if other := strings.Split(string(runs), "\n")[i]; len(other) != len(line) {
			t.Errorf("line %d became %q", i+1, other)
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
		if IsTest(e.Name()) {
			continue
		}
		if s, found := Compile(strings.TrimSuffix(e.Name(), ".js"), e.Name(), code); len(found) > 0 || len(s.Functions) == 0 {
			t.Errorf("%s: %v %v", e.Name(), s, found)
		}
	}
}

func FuzzCompile(f *testing.F) {
	f.Add([]byte("exports.f = (a) => /x/u.test(`${a}`)"))
	f.Add([]byte("export function f(a) { return a }\nexport { f as g }\n\texport const {x: [y]} = 1"))
	f.Add([]byte("import x from 'y'\nexport default 1"))
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

package main

import (
	"strings"
	"testing"
)

func TestScriptTestsRun(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "scripts/shop.js", "export const greet = name => `Hello ${name}!`\nexport const lost = o => o.id\n")
	write(t, dir, "scripts/shop.test.js", "test('greets', () => assert.equal(shop.greet('Ana'), 'Hello Ana!'))\n")
	write(t, dir, "bad/shop.js", "export const lost = o => o.id\n")
	write(t, dir, "bad/shop.test.js", "test('good', () => 1)\n\ntest('equal', () => {\n  assert.equal(shop.lost({id: 1}), 2)\n})\ntest('throws', () => shop.lost())\n")
	write(t, dir, "alone/shop.test.js", "test('x', () => 1)\n")
	write(t, dir, "empty/shop.js", "export const greet = () => 1\n")
	write(t, dir, "empty/shop.test.js", "// nothing yet\n")
	write(t, dir, "typo/shop.js", "export const greet = () => 1\n")
	write(t, dir, "typo/shop.test.js", "\ntest('x', () => shoop.greet())\n")
	write(t, dir, "broken/shop.js", "export const greet = () => (\n")
	write(t, dir, "broken/shop.test.js", "test('x', () => 1)\n")
	write(t, dir, "hangs/shop.js", "export const greet = () => 1\n")
	write(t, dir, "hangs/shop.test.js", "test(1)\n")
	for _, tt := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"a folder", []string{"scripts"}, exitGood, "1 passed, 0 failed"},
		{"a file", []string{"scripts/shop.test.js"}, exitGood, "1 passed, 0 failed"},
		{"no arguments", nil, exitGood, "1 passed, 0 failed"},
		{"a failure names line and values", []string{"bad"}, exitFindings, "bad/shop.test.js:4: equal: got 1, want 2"},
		{"an error in the script names both places", []string{"bad"}, exitFindings, "bad/shop.test.js:6: throws: bad/shop.js:1:28: TypeError"},
		{"all tests run", []string{"bad"}, exitFindings, "1 passed, 2 failed"},
		{"no script beside it", []string{"alone"}, exitFindings, "alone/shop.test.js:1: it tests alone/shop.js, which can not be read"},
		{"no test in it", []string{"empty"}, exitFindings, "empty/shop.test.js:1: it holds no test"},
		{"a name that is not there", []string{"typo"}, exitFindings, "typo/shop.test.js:2: nothing is named \"shoop\" [script-unknown-name]"},
		{"a script that does not compile", []string{"broken"}, exitFindings, "broken/shop.js:"},
		{"a file that does not run", []string{"hangs"}, exitFindings, "hangs/shop.test.js:1: threw: TypeError: test wants a name and a function"},
		{"as JSON", []string{"--json", "bad"}, exitFindings, `"test": "throws"`},
		{"as JUnit", []string{"--junit", dir + "/out.xml", "bad"}, exitFindings, "2 failed"},
	} {
		got := relevo(t, dir, "", nil, append([]string{"test"}, tt.args...)...)
		if got.code != tt.code || !strings.Contains(got.out, tt.want) {
			t.Errorf("%s: got exit code %d and\n%s%s\nwant %d and %s", tt.name, got.code, got.out, got.err, tt.code, tt.want)
		}
	}
}

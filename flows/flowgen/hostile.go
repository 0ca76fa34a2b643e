package flowgen

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"
)

// Hostile is a file that means no good: it would make a careless reader slow, fat, wrong or dead.
type Hostile struct {
	Name string
	Text []byte
}

const (
	mebibyte = 1 << 20
	// beginning and ending make a flow of what stands between them.
	beginning = "flow: a\ntitle: A\nlanguages: [en]\ntriggers: [{phrases: {en: [begin]}}]\ninitial: x\n"
	ending    = "states: {x: {end: over}}\n"
)

// fill repeats a piece up to the size that a file may have.
func fill(piece string) string { return strings.Repeat(piece, (mebibyte-1000)/len(piece)) }

// texts are the hostile files that are plain text, by what is wrong with them.
var texts = map[string]func() string{
	"aliases that double":               func() string { return doubled("*") },
	"aliases in lists, nine deep":       func() string { return laughs() },
	"merge keys that double":            func() string { return "<<: " + doubled("*") },
	"an anchor in a circle":             func() string { return "a: &a [*a, *a]\n" },
	"an alias of nothing":               func() string { return "a: *nobody\n" },
	"a megabyte of anchors":             func() string { return fill("- &a b\n") },
	"ten thousand flow lists deep":      func() string { return "a: " + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) },
	"ten thousand flow maps deep":       func() string { return strings.Repeat("{a: ", 10_000) + "1" + strings.Repeat("}", 10_000) },
	"ten thousand dashes deep":          func() string { return strings.Repeat("- ", 10_000) + "a" },
	"ten thousand question marks deep":  func() string { return strings.Repeat("? ", 10_000) + "a" },
	"a thousand block maps deep":        func() string { return stairs(1000) },
	"lists in maps in lists":            func() string { return strings.Repeat("- a:\n", 1) + strings.Repeat("[{a: ", 5000) },
	"sixty-five deep":                   func() string { return "a: " + strings.Repeat("[", 65) + strings.Repeat("]", 65) },
	"a megabyte of brackets":            func() string { return fill("[") },
	"a megabyte of closing brackets":    func() string { return fill("]") },
	"a megabyte of braces":              func() string { return fill("{") },
	"brackets and braces":               func() string { return fill("[{") },
	"a megabyte of dashes":              func() string { return fill("- ") },
	"dashes on lines of their own":      func() string { return fill("-\n") },
	"a megabyte of keys":                func() string { return fill("a: \n") },
	"keys that are not alike":           func() string { return numbered("k%d: 1\n", 80_000) },
	"a megabyte of items":               func() string { return "a:\n" + numbered("- %d\n", 100_000) },
	"a megabyte of empty lists":         func() string { return "a: [" + fill("[],") + "]" },
	"a megabyte of empty maps":          func() string { return "a: [" + fill("{},") + "]" },
	"one long line":                     func() string { return "a: " + fill("x") },
	"one long line of words":            func() string { return "a: " + fill("x ") },
	"words over many lines":             func() string { return "a: b\n" + fill(" x\n") },
	"a megabyte of double quotes":       func() string { return fill(`"`) },
	"a megabyte of single quotes":       func() string { return fill(`'`) },
	"a double quote that never ends":    func() string { return `a: "` + fill("x\n ") },
	"a single quote that never ends":    func() string { return `a: '` + fill("x\n ") },
	"many quotes that never end":        func() string { return numbered("k%d: \"\n", 50_000) },
	"a megabyte of comments":            func() string { return fill("#") },
	"comments on lines of their own":    func() string { return fill("#\n") },
	"comments behind keys":              func() string { return numbered("k%d: 1 # a\n", 50_000) },
	"a megabyte of question marks":      func() string { return fill("? ") },
	"question marks on lines":           func() string { return fill("?\n") },
	"a megabyte of colons":              func() string { return fill(": ") },
	"colons without spaces":             func() string { return "a: " + fill(":") },
	"a megabyte of escapes":             func() string { return `a: "` + fill(`\n`) + `"` },
	"escapes of letters":                func() string { return `a: "` + fill(`\u0041`) + `"` },
	"escapes of surrogates":             func() string { return `a: "` + fill(`\ud800`) + `"` },
	"escapes of nothing":                func() string { return `a: "` + fill(`\q`) + `"` },
	"escapes cut short":                 func() string { return `a: "\u00` },
	"block texts":                       func() string { return numbered("k%d: |\n  a\n", 40_000) },
	"block texts with nothing in them":  func() string { return numbered("k%d: |\n", 40_000) },
	"a block text of blank lines":       func() string { return "a: |\n" + fill("\n") },
	"a block text of spaces":            func() string { return "a: >\n" + fill(" \n") },
	"a block text of a thousand steps":  func() string { return "a: |9\n" + fill("  x\n") },
	"a megabyte of spaces":              func() string { return fill(" ") },
	"a megabyte of tabs":                func() string { return fill("\t") },
	"a megabyte of commas":              func() string { return "a: [" + fill(",") },
	"a megabyte of bangs":               func() string { return fill("!") },
	"a megabyte of ampersands":          func() string { return fill("&") },
	"a megabyte of stars":               func() string { return fill("*") },
	"a megabyte of percent signs":       func() string { return fill("%") },
	"a megabyte of pipes":               func() string { return fill("|\n") },
	"an enormous key":                   func() string { return fill("k") + ": 1\n" },
	"an enormous key in quotes":         func() string { return `"` + fill("k") + "\": 1\n" },
	"an enormous key of a flow map":     func() string { return "{" + fill("k") + ": 1}\n" },
	"a hundred thousand entries":        func() string { return "{" + numbered("k%d, ", 100_000) + "}" },
	"a key twice":                       func() string { return beginning + "flow: b\n" + ending },
	"a key twice, quoted":               func() string { return beginning + "\"flow\": b\n" + ending },
	"a key twice, escaped":              func() string { return beginning + "\"\\x66low\": b\n" + ending },
	"a key twice, in single quotes":     func() string { return beginning + "'flow': b\n" + ending },
	"a key twice, deep":                 func() string { return beginning + "states: {x: {say: {en: a, en: b}, end: over}}\n" },
	"a key twice, behind a ?":           func() string { return beginning + "? flow\n: b\n" + ending },
	"one key a thousand times":          func() string { return beginning + strings.Repeat("title: A\n", 1000) + ending },
	"a map as a key":                    func() string { return beginning + "? {a: b}\n: c\n" + ending },
	"a list as a key":                   func() string { return beginning + "? [a]\n: c\n" + ending },
	"a binary tag":                      func() string { return beginning + "key: !!binary aGVsbG8=\n" + ending },
	"a tag of Python":                   func() string { return beginning + "key: !!python/object/apply:os.system [ls]\n" + ending },
	"a tag of our own":                  func() string { return beginning + "key: !include /etc/passwd\n" + ending },
	"a tag of a text":                   func() string { return beginning + "key: !!str 5\n" + ending },
	"a tag of a number":                 func() string { return beginning + "key: !!int \"x\"\n" + ending },
	"a tag of a set":                    func() string { return beginning + "key: !!set {a, b}\n" + ending },
	"a verbatim tag":                    func() string { return beginning + "key: !<tag:yaml.org,2002:str> x\n" + ending },
	"a bang alone":                      func() string { return beginning + "key: ! x\n" + ending },
	"a tag directive":                   func() string { return "%TAG ! tag:example.com,2026:\n---\n" + beginning + "key: !x y\n" + ending },
	"an unknown version":                func() string { return "%YAML 9.9\n---\n" + beginning + ending },
	"a thousand directives":             func() string { return strings.Repeat("%TAG !a! tag:a\n", 1000) + "---\n" + beginning + ending },
	"a second document":                 func() string { return beginning + ending + "---\n" + beginning + ending },
	"a second document behind dots":     func() string { return beginning + ending + "...\n" + beginning + ending },
	"a second document in its own line": func() string { return beginning + ending + "--- a\n" },
	"a hundred thousand documents":      func() string { return fill("---\na\n") },
	"documents of nothing":              func() string { return fill("---\n") },
	"dots":                              func() string { return fill("...\n") },
	"nothing":                           func() string { return "" },
	"only a comment":                    func() string { return "# nothing\n" },
	"only a document's beginning":       func() string { return "---\n" },
	"a NUL":                             func() string { return beginning + "key: a\x00b\n" + ending },
	"a bell":                            func() string { return beginning + "key: \"a\x07b\"\n" + ending },
	"an escape of a terminal":           func() string { return beginning + "key: \"\x1b[31m\"\n" + ending },
	"a carriage return alone":           func() string { return beginning + "key: a\rb: c\n" + ending },
	"a next line":                       func() string { return beginning + "key: a\u0085b\n" + ending },
	"a line separator":                  func() string { return beginning + "key: a\u2028b\n" + ending },
	"a paragraph separator":             func() string { return beginning + "key: a\u2029b\n" + ending },
	"a byte order mark in the middle":   func() string { return beginning + "key: a\ufeffb\n" + ending },
	"two byte order marks":              func() string { return "\ufeff\ufeff" + beginning + ending },
	"a direction override":              func() string { return beginning + "key: a\u202eb\n" + ending },
	"a direction isolate":               func() string { return beginning + "title: \"a\u2066b\u2069\"\n" + ending },
	"overlong UTF-8":                    func() string { return beginning + "key: \xc0\xaf\n" + ending },
	"overlong UTF-8 of three bytes":     func() string { return beginning + "key: \xe0\x80\xaf\n" + ending },
	"a lone surrogate":                  func() string { return beginning + "key: \xed\xa0\x80\n" + ending },
	"UTF-8 cut short":                   func() string { return beginning + "key: \xe2\x82" },
	"over the end of Unicode":           func() string { return beginning + "key: \xf4\x90\x80\x80\n" + ending },
	"Latin-1":                           func() string { return beginning + "key: caf\xe9\n" + ending },
	"a number that is infinite":         func() string { return state("attempts: 1e999999") },
	"a hexadecimal number":              func() string { return state("attempts: 0x3") },
	"an octal number":                   func() string { return state("attempts: 0o3") },
	"an old octal number":               func() string { return state("attempts: 03") },
	"a binary number":                   func() string { return state("attempts: 0b11") },
	"a number with underscores":         func() string { return state("attempts: 1_0") },
	"a number with a plus":              func() string { return state("attempts: +3") },
	"infinity":                          func() string { return state("attempts: .inf") },
	"less than infinity":                func() string { return state("attempts: -.INF") },
	"not a number":                      func() string { return state("attempts: .nan") },
	"ten thousand digits":               func() string { return state("attempts: " + strings.Repeat("9", 10_000)) },
	"a megabyte of digits":              func() string { return state("attempts: " + fill("9")) },
	"a fraction of ten thousand digits": func() string { return state("attempts: 0." + strings.Repeat("9", 10_000)) },
	"a negative number":                 func() string { return state("attempts: -3") },
	"a number of sixties":               func() string { return state("attempts: 1:30") },
	"yes for a text":                    func() string { return state("say: yes") },
	"no for a text":                     func() string { return state("say: No") },
	"on for a text":                     func() string { return state("say: on") },
	"off for a text":                    func() string { return state("say: OFF") },
	"y for a text":                      func() string { return state("say: y") },
	"n for a text":                      func() string { return state("say: N") },
	"true for a text":                   func() string { return state("say: true") },
	"null for a text":                   func() string { return state("say: null") },
	"a tilde for a text":                func() string { return state("say: ~") },
	"a time for a text":                 func() string { return state("say: 12:30") },
	"a date for a text":                 func() string { return state("say: 2026-11-24") },
	"a version for a text":              func() string { return state("say: 1.10") },
	"a pattern that grows":              func() string { return slot("pattern: '" + strings.Repeat("(a{1,9}){1,99}", 100) + "'") },
	"a pattern of repetitions":          func() string { return slot("pattern: '((((a{1,50}){1,50}){1,50}){1,50}){1,50}'") },
	"a pattern of brackets":             func() string { return slot("pattern: '" + strings.Repeat("(", 5000) + strings.Repeat(")", 5000) + "'") },
	"a pattern that looks ahead":        func() string { return slot("pattern: '(?=a)b'") },
	"a pattern of a megabyte":           func() string { return slot("pattern: '" + fill("a|") + "'") },
	"a giant expression":                func() string { return slot("min: \"" + fill("1+") + "1\"") },
	"an expression of brackets": func() string {
		return slot("min: \"" + strings.Repeat("(", 900) + "nobody" + strings.Repeat(")", 900) + "\"")
	},
	"an expression of minus signs":    func() string { return slot("min: \"" + strings.Repeat("-", 1900) + "1\"") },
	"an expression of conditions":     func() string { return slot("min: \"" + strings.Repeat("1>0?1:", 300) + "1\"") },
	"an expression of lists":          func() string { return slot("min: \"" + strings.Repeat("[", 990) + strings.Repeat("]", 990) + "\"") },
	"an expression of operators":      func() string { return slot("min: \"" + strings.Repeat("1**", 600) + "1\"") },
	"an expression of many items":     func() string { return slot("min: \"nobody(0..1000000000)\"") },
	"a text of a hundred thousand {{": func() string { return state("say: \"" + strings.Repeat("{{", 100_000) + "\"") },
	"a text of many {{ }}":            func() string { return state("say: \"" + strings.Repeat("{{1}}", 800) + "{{\"") },
	"texts of many unclosed {{": func() string {
		return beginning + "states:\n" + numbered("  s%d: {say: \"{{ a {{ b {{\", end: over}\n", 499)
	},
	"messages of many expressions": func() string {
		return beginning + "states:\n" + numbered("  s%d: {say: \""+strings.Repeat("{{x.y+1}}", 200)+"\", end: over}\n", 400)
	},
	"many texts in many languages": func() string {
		return beginning + "states:\n" + numbered("  s%d: {say: {zz: a, zy: b, zx: c}, goto: nowhere}\n", 499)
	},
	"ways to everywhere": func() string {
		return beginning + "states:\n" + numbered("  s%d: {ask: a, say: x, on: {a.b: s1, a.c: s2, a.d: s3, answered: x}}\n", 499)
	},
	"a schema in circles": func() string {
		return beginning + "events: {a.b: {schema: {" + fill("items: {$ref: '#'}, allOf: [{$ref: '#'}], ") + "}}}\n" + ending
	},
}

// state is a flow whose question has one more key.
func state(key string) string {
	keys := "ask: a, say: What?, on: {answered: y, exhausted: y}"
	if strings.HasPrefix(key, "say") {
		keys = "goto: y"
	}
	return beginning + "states:\n  x: {" + keys + ", " + key + "}\n  y: {end: over}\nslots: {a: {type: text}}\n"
}

// slot is a flow whose slot has one more key.
func slot(key string) string {
	typ := "number"
	if strings.HasPrefix(key, "pattern") {
		typ = "text"
	}
	return beginning + ending + "slots:\n  a: {type: " + typ + ", " + key + "}\n"
}

// numbered repeats a line with a number in it, up to the size that a file may have.
func numbered(format string, n int) string {
	var b strings.Builder
	for i := range n {
		if b.Len() > mebibyte-1000 {
			break
		}
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// doubled names a value, and then twice the one before, sixty times.
func doubled(use string) string {
	var b strings.Builder
	b.WriteString("&a0 {k: v}\n")
	for i := range 60 {
		fmt.Fprintf(&b, "b%d: &a%d [%sa%d, %sa%d]\n", i, i+1, use, i, use, i)
	}
	return b.String()
}

// laughs is the bomb of a thousand million laughs.
func laughs() string {
	var b strings.Builder
	b.WriteString("a0: &a0 [lol, lol, lol]\n")
	for i := range 9 {
		fmt.Fprintf(&b, "a%d: &a%d [%s]\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i), 9), ", "))
	}
	return b.String()
}

// stairs is a block map in a block map in a block map.
func stairs(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

// AllHostile lists hostile files. Each is refused, or warned about, at a place inside it.
func AllHostile() []Hostile {
	var all []Hostile
	for name, text := range texts {
		all = append(all, Hostile{name, []byte(text())})
	}
	flow := string(Flow(0, States))
	return append(all,
		Hostile{"UTF-16, little end first", wide(binary.LittleEndian, true)},
		Hostile{"UTF-16, big end first", wide(binary.BigEndian, true)},
		Hostile{"UTF-16 without a mark", wide(binary.LittleEndian, false)},
		Hostile{"UTF-32", append([]byte("\xff\xfe\x00\x00"), bytes.ReplaceAll([]byte(beginning), nil, []byte("\x00\x00\x00"))...)},
		Hostile{"ten megabytes of noise", noise(10 << 20)},
		Hostile{"a megabyte of noise", noise(mebibyte - 100)},
		Hostile{"a megabyte of printable noise", printableNoise(mebibyte - 100)},
		Hostile{"ten megabytes of flows", []byte(strings.Repeat(flow, 10<<20/len(flow)))},
		Hostile{"a megabyte of one flow again and again", []byte(strings.Repeat(flow, mebibyte/len(flow)))},
	)
}

// wide is a flow in UTF-16.
func wide(order binary.AppendByteOrder, mark bool) []byte {
	var out []byte
	if mark {
		out = order.AppendUint16(out, 0xfeff)
	}
	for _, unit := range utf16.Encode([]rune(beginning + ending)) {
		out = order.AppendUint16(out, unit)
	}
	return out
}

// noise is the same on every machine.
func noise(n int) []byte {
	out, x := make([]byte, n), uint32(2463534242)
	for i := range out {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		out[i] = byte(x)
	}
	return out
}

// printableNoise is noise of the signs that mean something in YAML.
func printableNoise(n int) []byte {
	const signs = "ab: -?[]{},&*!|>'\"%@`#\n  "
	out := noise(n)
	for i, b := range out {
		out[i] = signs[int(b)%len(signs)]
	}
	return out
}

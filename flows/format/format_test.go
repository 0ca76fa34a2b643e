package format

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"relevo/flows"
)

// TestTheShippedFlowsAreTheStyle: the formatter has nothing to say about them.
func TestTheShippedFlowsAreTheStyle(t *testing.T) {
	t.Parallel()
	names, err := fs.Glob(flows.Files, "*.yaml")
	if err != nil || len(names) < 5 {
		t.Fatalf("%d files, %v", len(names), err)
	}
	for _, name := range names {
		text, err := flows.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		got, findings, err := Source(name, text)
		if err != nil || len(findings) > 0 {
			t.Fatalf("%s: %v %v", name, err, findings)
		}
		if string(got) != string(text) {
			t.Errorf("%s is changed:\n%s", name, Diff(name, text, got))
		}
	}
}

// messy is a text in style as somebody else's editor leaves it: four blanks a level, blanks and carriage returns at line ends, more blank lines.
func messy(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		indent := strings.Repeat(" ", len(line)-len(strings.TrimLeft(line, " ")))
		line = strings.Replace(line, indent+"- ", indent+"-   ", 1)
		if lines[i] = indent + line + "  \r"; line == "" && i+1 < len(lines) {
			lines[i] = "\r\n \r"
		}
	}
	return strings.TrimSuffix(strings.Join(lines, "\n"), "  \r")
}

var beforeComment = regexp.MustCompile(` +# `)

// TestAMessBecomesWhatItWas: the shipped flows come back out of it.
func TestAMessBecomesWhatItWas(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"order_tracking.yaml", "appointment_reminder.yaml", "payment_alert.yaml", "security_alert.yaml", "commands.yaml"} {
		text, err := flows.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		mess := messy(string(text))
		got, findings, err := Source(name, []byte(mess))
		if err != nil || len(findings) > 0 || mess == string(text) {
			t.Fatal(err, findings)
		}
		flat := func(text []byte) []byte { return beforeComment.ReplaceAll(text, []byte(" # ")) } // the mess has moved the columns of comments
		if d := Diff(name, flat(text), flat(got)); d != "" {
			t.Errorf("%s", d)
		}
	}
}

// TestStyle formats the pairs of testdata: name.in.yaml becomes name.out.yaml, and that stays as it is.
func TestStyle(t *testing.T) {
	t.Parallel()
	inputs, err := filepath.Glob("testdata/*.in.yaml")
	if err != nil || len(inputs) < 6 {
		t.Fatalf("%d inputs, %v", len(inputs), err)
	}
	for _, input := range inputs {
		t.Run(filepath.Base(input), func(t *testing.T) {
			t.Parallel()
			text := read(t, input)
			want := read(t, strings.Replace(input, ".in.", ".out.", 1))
			for _, source := range []string{text, strings.ReplaceAll(text, "\n", "\r\n"), "\uFEFF" + text, want} {
				got, findings, err := Source(input, []byte(source))
				if err != nil || len(findings) > 0 {
					t.Fatal(err, findings)
				}
				if string(got) != want {
					t.Errorf("got\n%s\nthe difference to what is wanted:\n%s", got, Diff(input, []byte(want), got))
				}
			}
		})
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestWhatIsNotYAMLIsNotTouched(t *testing.T) {
	t.Parallel()
	for source, code := range map[string]string{
		"flow: a\n\tb: c\n":      "yaml-syntax",
		"a: &x 1\nb: *x\n":       "yaml-alias",
		"a: !!str 1\n":           "yaml-tag",
		"a: 1\n---\nb: 1\n":      "yaml-documents",
		"a: 1\na: 2\n":           "duplicate-key",
		"a: \x00\n":              "yaml-encoding",
		"":                       "yaml-documents",
		"a: {{ x }}\n":           "wrong-type",
		"# only a comment\n":     "yaml-documents",
		"- a\n- b\n":             "wrong-type",
		"? |\n  block key\n: {}": "",
	} {
		out, findings, err := Source("a.yaml", []byte(source))
		if err != nil {
			t.Errorf("%q: %v", source, err)
		}
		got := ""
		if len(findings) > 0 {
			got = findings[0].Code
		}
		if got != code || (out == nil) != (code != "") {
			t.Errorf("%q: got %q and %q, want %q", source, got, out, code)
		}
	}
}

// TestAChangeOfMeaningIsRefused plants what a mistake of the layout would do.
func TestAChangeOfMeaningIsRefused(t *testing.T) {
	t.Parallel()
	const before = "a: [b, c]  # why\nd: \"x\"\n"
	tree, _ := flows.ReadTree("a.yaml", []byte(before))
	tokens, err := scan(tree)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		after string
		good  bool
	}{
		{before, true},
		{"a: [b,\n  c]    # why\n\nd: \"x\"\n", true},
		{"a: [b, c]\nd: \"x\"\n", false},
		{"a: [b, c]\nd: \"x\"  # why\n", false},
		{"a: [c, b]  # why\nd: \"x\"\n", false},
		{"a: [b, c]  # why\nd: x\n", false},
		{"a: [b, c]  # why\nd: \"x \"\n", false},
		{"d: \"x\"\na: [b, c]  # why\n", false},
		{"a: [b, c\n", false},
	} {
		if err := same("a.yaml", tree, tokens, []byte(tt.after)); (err == nil) != tt.good {
			t.Errorf("%q: %v", tt.after, err)
		}
	}
}

// TestHugeFilesEndSoon: a line of many values, and very many lines. The test's own time limit is the oracle; each takes well under a second.
func TestHugeFilesEndSoon(t *testing.T) {
	t.Parallel()
	lists := strings.TrimSuffix(strings.Repeat("["+strings.TrimSuffix(strings.Repeat("1,", 299), ",")+"],", 90), ",")
	for name, text := range map[string]string{
		"one line":      "a: [" + lists + "]\n",
		"comments":      "a: b\n" + strings.Repeat("  # c\n", 40_000),
		"blank lines":   "a: |\n" + strings.Repeat("\n", 80_000),
		"a long text":   "a: \"" + strings.Repeat("b\n", 80_000) + "\"\n",
		"line-end ones": strings.Repeat("# x\n", 10) + "a: [\n" + strings.Repeat("b,   # c\n", 1900) + "]\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, findings, err := Source("a.yaml", []byte(text))
			if err != nil || len(findings) > 0 || len(out) == 0 {
				t.Fatalf("%d bytes, %v, %v", len(out), findings, err)
			}
			if d := Diff("a.yaml", []byte(text), out); (d == "") != (text == string(out)) {
				t.Error("the diff does not show the change")
			}
		})
	}
}

func TestDiff(t *testing.T) {
	t.Parallel()
	numbers := func(from, to int) string {
		var b strings.Builder
		for i := from; i <= to; i++ {
			b.WriteString(strings.Repeat("i", i) + "\n")
		}
		return b.String()
	}
	for _, tt := range []struct{ name, before, after, want string }{
		{"equal texts", "a\nb\n", "a\nb\n", ""},
		{"one line", "a\nb\nc\n", "a\nB\nc\n", "--- f\n+++ f\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n"},
		{"no line end", "a", "a\n", "--- f\n+++ f\n@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a\n"},
		{"far from each other", numbers(1, 12), strings.Replace(numbers(2, 12), "iiiiiiiiiiii\n", "", 1) + "", "--- f\n+++ f\n@@ -1,4 +1,3 @@\n-i\n ii\n iii\n iiii\n@@ -9,4 +8,3 @@\n iiiiiiiii\n iiiiiiiiii\n iiiiiiiiiii\n-iiiiiiiiiiii\n"},
	} {
		if got := Diff("f", []byte(tt.before), []byte(tt.after)); got != tt.want {
			t.Errorf("%s: got\n%s\nwant\n%s", tt.name, got, tt.want)
		}
	}
}

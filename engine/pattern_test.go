package engine

import (
	"strings"
	"testing"
)

func TestPatternsAreBounded(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"[A-Z]{2}[0-9]{6}":                     "",
		".{0,1000}":                            "",
		`\p{L}+( \p{L}+){0,4}`:                 "",
		"[a-z":                                 "this pattern can not be read: missing closing ]: `[a-z",
		"((a{1000}){1000}){1000}":              "this pattern can not be read: invalid repeat count: `{1000}`",
		strings.Repeat("(a{1,9}){1,99}", 20):   "steps when its repetitions are written out, the limit is 5000",
		`[\pL '-]{2,200}`:                      "",
		strings.Repeat(`\pL{400}`, 20):         "steps when its repetitions are written out, the limit is 5000",
		strings.Repeat("a", MaxPatternSteps*3): "steps when its repetitions are written out, the limit is 5000",
	} {
		re, _, err := CompilePattern("^(?:", text, ")$")
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) || (re == nil) != (err != nil) {
			t.Errorf("%.40s: %v, want %q", text, err, want)
		}
	}
}

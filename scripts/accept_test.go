package scripts

import (
	"fmt"
	"strings"
	"testing"
)

func TestAcceptancesInScripts(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, code string
		want       string // line code@column: reason
	}{
		{"at the end of the line", "a() // accept script-locale: known", "1 script-locale@15: known"},
		{"alone on the line above", "\n  // accept script-locale: known\n  // more\n\na()", "5 script-locale@13: known"},
		{"with Windows line ends", "a() // accept script-locale: known\r\nb()", "1 script-locale@15: known"},
		{"in a string", `a("// accept script-locale: no")`, ""},
		{"in a comment of another kind", "/* // accept script-locale: no */ a()", ""},
		{"a sentence", "a() // accept what comes", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, a := range Acceptances("a.js", []byte(tt.code)) {
				got = append(got, fmt.Sprintf("%d %s@%d: %s", a.Line, a.Code, a.At.Start.Column, a.Reason))
			}
			if strings.Join(got, ", ") != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

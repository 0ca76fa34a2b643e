package words

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"relevo/engine/diag"
)

// shown is a list with everything that a finding can hold.
var shown = diag.List{
	{
		Code: "unknown-state", Severity: diag.Error, Message: `no state is named "confrim"`, Hint: `did you mean "confirm" (line 3)?`,
		Range: diag.Range{File: "refund.yaml", Start: diag.Pos{Line: 2, Column: 15}, End: diag.Pos{Line: 2, Column: 22}},
	},
	{
		Code: "phrase-shadowed", Severity: diag.Warning, Message: `"refund" does not start flow "refund": it is read as the command "cancel", by its phrase "refund"`,
		Hint:    "use other words, or take that phrase out of the commands",
		Range:   diag.Range{File: "refund.yaml", Start: diag.Pos{Line: 1, Column: 7}, End: diag.Pos{Line: 1, Column: 13}},
		Related: []diag.Related{{Range: diag.Range{File: "commands.yaml", Start: diag.Pos{Line: 4, Column: 2}}, Message: "this one wins"}},
		Path:    []diag.Step{{Event: "phrase", To: "ask_order"}, {From: "ask_order", Event: "answered", To: "find_order"}},
	},
	{
		Code: "silent-question", Severity: diag.Warning, Message: `a contact who can not answer "order" stays there until a person is asked for`,
		Hint:  "add exhausted under on, or after with a duration",
		Range: diag.Range{File: "refund.yaml", Start: diag.Pos{Line: 3, Column: 3}, End: diag.Pos{Line: 3, Column: 10}}, Transcript: "flow refund.yaml\n\n> refund\n",
	},
}

const refund = "flow: refund\n      answered: confrim\n  confirm: {end: done}\n"

// TestShownFindings compares the findings in each language with the files in testdata, as people see them.
func TestShownFindings(t *testing.T) {
	t.Parallel()
	for _, language := range Languages {
		var b strings.Builder
		if err := diag.RenderIn(&b, List(shown, language), func(string) []byte { return []byte(refund) }, Captions(language)); err != nil {
			t.Fatal(err)
		}
		b.WriteString("\n" + Checked(language, 1, 1, 2, 0) + "\n")
		want, err := os.ReadFile(filepath.Join("testdata", "shown."+language+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		if got := b.String(); got != string(want) {
			t.Errorf("%s: got\n%s\nwant\n%s", language, got, want)
		}
	}
}

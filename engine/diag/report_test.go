package diag

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// reported is a report with everything that a finding can hold.
var reported = Report{
	Findings: List{
		{Code: "unknown-state", Severity: Error, Message: `no state is named "confrim"`, Hint: "did you mean 100%:\n\"confirm\"?", Range: Range{"flows/ñ and so on.yaml", Pos{8, 15}, Pos{8, 22}}},
		{Code: "phrase-shadowed", Severity: Warning, Message: "another one wins", Range: Range{"a,b:c.yaml", Pos{2, 3}, Pos{4, 1}},
			Related: []Related{{Range: Range{"b.yaml", Pos{7, 1}, Pos{7, 4}}, Message: "this one"}}, Path: []Step{{Event: "phrase", To: "a"}, {From: "a", Event: "404", To: "b"}}},
		{Code: "yaml-too-large", Severity: Error, Message: "m", Range: Range{File: "c.yaml"}},
	},
	Accepted: []Accepted{{found("no-way-out", Warning, "m", "", place(3, 1, 4)), "it is known"}},
	Version:  "1.2.3",
	Explain: func(code string) string {
		if code == "unknown-state" {
			return "**What:** …"
		}
		return ""
	},
}

func TestGitHubAnnotations(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	if err := GitHub(&b, reported); err != nil {
		t.Fatal(err)
	}
	want := `::error file=flows/ñ and so on.yaml,line=8,col=15,endLine=8,endColumn=21,title=unknown-state::no state is named "confrim"%0Ahint: did you mean 100%25:%0A"confirm"?
::warning file=a%2Cb%3Ac.yaml,line=2,col=3,endLine=4,title=phrase-shadowed::another one wins%0Aphrase → a —404→ b
::error file=c.yaml,title=yaml-too-large::m
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
	if err := GitHub(&full{}, reported); err == nil {
		t.Error("a full disk is no error")
	}
}

// TestSARIF looks at the log as those who read it do: by the names of the standard.
func TestSARIF(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	if err := SARIF(&b, reported); err != nil {
		t.Fatal(err)
	}
	var log any
	if err := json.Unmarshal([]byte(b.String()), &log); err != nil {
		t.Fatal(err)
	}
	at := func(path ...any) any {
		v := log
		for _, step := range path {
			switch step := step.(type) {
			case string:
				v = v.(map[string]any)[step]
			case int:
				v = v.([]any)[step]
			}
		}
		return v
	}
	result := func(n int, path ...any) any { return at(append([]any{"runs", 0, "results", n}, path...)...) }
	for name, tt := range map[string]struct{ got, want any }{
		"the version of the standard":    {at("version"), "2.1.0"},
		"the program":                    {at("runs", 0, "tool", "driver", "name"), "relevo"},
		"its version":                    {at("runs", 0, "tool", "driver", "version"), "1.2.3"},
		"the rules are sorted":           {at("runs", 0, "tool", "driver", "rules", 0, "id"), "no-way-out"},
		"a rule that is explained":       {at("runs", 0, "tool", "driver", "rules", 2, "help", "markdown"), "**What:** …"},
		"a result and its rule":          {result(0, "ruleIndex"), 2.0},
		"a level":                        {result(1, "level"), "warning"},
		"the message has the hint":       {result(0, "message", "text"), "no state is named \"confrim\"\nhint: did you mean 100%:\n\"confirm\"?"},
		"a file name is an address":      {result(0, "locations", 0, "physicalLocation", "artifactLocation", "uri"), "flows/%C3%B1%20and%20so%20on.yaml"},
		"a colon does not make a scheme": {result(1, "locations", 0, "physicalLocation", "artifactLocation", "uri"), "./a,b:c.yaml"},
		"the place":                      {result(0, "locations", 0, "physicalLocation", "region"), map[string]any{"startLine": 8.0, "startColumn": 15.0, "endLine": 8.0, "endColumn": 22.0}},
		"a file as a whole":              {result(2, "locations", 0, "physicalLocation", "region"), nil},
		"another place":                  {result(1, "relatedLocations", 0, "message", "text"), "this one"},
		"a step of the way":              {result(1, "codeFlows", 0, "threadFlows", 0, "locations", 1, "location", "message", "text"), "a —404→ b"},
		"nothing else is suppressed":     {result(0, "suppressions"), nil},
		"what is accepted is suppressed": {result(3, "suppressions", 0, "justification"), "it is known"},
		"how columns are counted":        {at("runs", 0, "columnKind"), "unicodeCodePoints"},
	} {
		if !reflect.DeepEqual(tt.got, tt.want) {
			t.Errorf("%s: got %v, want %v", name, tt.got, tt.want)
		}
	}
	b.Reset()
	if err := SARIF(&b, Report{}); err != nil || !strings.Contains(b.String(), `"results": []`) || !strings.Contains(b.String(), `"rules": []`) {
		t.Errorf("without findings: %v\n%s", err, b.String())
	}
}

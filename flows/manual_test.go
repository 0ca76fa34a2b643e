package flows

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"relevo/engine"
)

// examples are the flows of the manual: its yaml blocks that begin with "flow:".
func examples(t *testing.T) []string {
	t.Helper()
	manual, err := os.ReadFile("../docs/flows.md")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for i, block := range strings.Split(string(manual), "```yaml\n") {
		text, _, _ := strings.Cut(block, "```")
		if i > 0 && strings.HasPrefix(text, "flow:") {
			found = append(found, text)
		}
	}
	return found
}

// TestExamplesOfTheManual loads and compiles every flow of docs/flows.md without findings.
func TestExamplesOfTheManual(t *testing.T) {
	t.Parallel()
	found := examples(t)
	if len(found) < 10 {
		t.Fatalf("only %d examples in the manual", len(found))
	}
	for _, source := range found {
		name, _, _ := strings.Cut(source, "\n")
		t.Run(strings.TrimPrefix(name, "flow: "), func(t *testing.T) {
			t.Parallel()
			def, findings := Load("docs/flows.md", []byte(source))
			if len(findings) > 0 {
				t.Fatal(rendered(t, []byte(source), findings))
			}
			if _, findings := engine.Compile(def, around); len(findings) > 0 {
				t.Error(rendered(t, []byte(source), findings))
			}
		})
	}
}

// TestManualShowsEveryKey: each key of the schema is used in an example.
func TestManualShowsEveryKey(t *testing.T) {
	t.Parallel()
	all := strings.Join(examples(t), "")
	var doc struct {
		Properties map[string]any
		Defs       map[string]struct{ Properties map[string]any } `json:"$defs"`
	}
	if err := json.Unmarshal(Schema, &doc); err != nil {
		t.Fatal(err)
	}
	used := keys(doc.Properties)
	for name, def := range doc.Defs {
		if name != "commands" && name != "sentences" { // flows/commands.yaml has them all
			used = append(used, keys(def.Properties)...)
		}
	}
	rare := []string{"put", "patch", "delete", "scripts"} // written as get and post; scripts have their own page
	for _, key := range used {
		if !slices.Contains(rare, key) && !strings.Contains(all, fmt.Sprintf("%s:", key)) {
			t.Errorf("no example in docs/flows.md uses %s", key)
		}
	}
}

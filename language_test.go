package relevo_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"relevo/engine"
	"relevo/engine/reading"
	"relevo/flows/locale"
)

var (
	readRow = regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| ([^|]+) \\| ([^|]+) \\|$")
	heading = regexp.MustCompile(`(?m)^(#+) `)
	fence   = regexp.MustCompile("(?m)^```([a-z]*)$")
)

// TestWhatPeopleMayWrite reads the phrases in the tables of docs/flow-language.md: «phrase» → `value`, several values where the contact is asked back.
func TestWhatPeopleMayWrite(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	for language, file := range map[string]string{"en": "docs/flow-language.md", "es": "docs/es/flow-language.md"} {
		ctx := reading.Context{
			Language: language, Region: "ES", Now: time.Date(2026, 11, 18, 10, 0, 0, 0, zone), Zone: zone, Phone: locale.New().Phone,
		}
		types := map[string]bool{}
		for _, row := range readRow.FindAllStringSubmatch(read(t, file), -1) {
			phrases := regexp.MustCompile(`“([^”]+)”`).FindAllStringSubmatch(row[2], -1)
			if len(phrases) == 0 {
				continue
			}
			types[row[1]] = true
			var want []string
			for _, v := range code.FindAllStringSubmatch(row[3], -1) {
				want = append(want, v[1])
			}
			for _, phrase := range phrases {
				got := reading.Read(reading.Kind(row[1]), phrase[1], ctx)
				var values []string
				for _, v := range got.Values {
					text, err := json.Marshal(v)
					if err != nil {
						t.Fatal(err)
					}
					values = append(values, strings.ReplaceAll(string(text), ",\"", ", \""))
				}
				if strings.Join(values, " ") != strings.Join(want, " ") {
					t.Errorf("%s: %s %q gives %v, the table says %v", file, row[1], phrase[1], values, want)
				}
			}
		}
		for _, typ := range engine.SlotTypes {
			switch typ {
			case engine.SlotText, engine.SlotChoice, engine.SlotLocation, engine.SlotFile, engine.SlotImage, engine.SlotObject: // not read out of words
			default:
				if !types[string(typ)] {
					t.Errorf("%s does not show what people write for %s", file, typ)
				}
			}
		}
	}
}

// TestBothReferencesHaveTheSameShape: what is added to one language of the reference is added to the other.
func TestBothReferencesHaveTheSameShape(t *testing.T) {
	t.Parallel()
	en, es := read(t, "docs/flow-language.md"), read(t, "docs/es/flow-language.md")
	for _, of := range []*regexp.Regexp{heading, fence} {
		got, want := of.FindAllStringSubmatch(es, -1), of.FindAllStringSubmatch(en, -1)
		if len(got) != len(want) {
			t.Errorf("the Spanish reference has %d of %s, the English one %d", len(got), of, len(want))
			continue
		}
		for i := range want {
			if got[i][1] != want[i][1] {
				t.Errorf("number %d of %s is %q in Spanish and %q in English", i+1, of, got[i][1], want[i][1])
			}
		}
	}
}

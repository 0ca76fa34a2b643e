package flows

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"relevo/engine"
	"relevo/engine/diag"
)

// around is what the shipped flows need to compile.
var around = engine.Surroundings{Scripts: map[string]engine.Script{
	"orders":       {Name: "orders", File: "orders.js", Functions: []string{"describe"}},
	"appointments": {Name: "appointments", File: "appointments.js", Functions: []string{"isFree", "list", "minutes", "short"}},
	"payments":     {Name: "payments", File: "payments.js", Functions: []string{"inDays", "payHere"}},
}}

// shipped loads every flow that the program comes with. A finding is a failure.
func shipped(t *testing.T) []*engine.Definition {
	t.Helper()
	names, err := fs.Glob(Files, "*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var defs []*engine.Definition
	for _, name := range names {
		if name == CommandsFile {
			continue
		}
		source, err := ReadFile(Files, name)
		if err != nil {
			t.Fatal(err)
		}
		def, findings := Load(name, source)
		if def == nil || len(findings) > 0 {
			t.Fatalf("%s: %v", name, findings)
		}
		defs = append(defs, def)
	}
	return defs
}

// TestShippedFlowsHaveNoFindings loads and compiles what the program comes with.
func TestShippedFlowsHaveNoFindings(t *testing.T) {
	t.Parallel()
	defs := shipped(t)
	names := []string{}
	for _, def := range defs {
		names = append(names, def.Flow.V)
		if _, found := engine.Compile(def, around); len(found) > 0 {
			t.Errorf("%s: %v", def.Flow.V, found)
		}
	}
	if !slices.Contains(names, "order_tracking") {
		t.Errorf("flows %v lack order_tracking", names)
	}
}

// TestShippedButtonsFit keeps titles within what WhatsApp shows on a button: 20 characters.
func TestShippedButtonsFit(t *testing.T) {
	t.Parallel()
	defs := shipped(t)
	for _, def := range defs {
		titles := slices.Clone(def.Title.By)
		for _, st := range def.States {
			if st.Ask == nil {
				continue
			}
			for _, c := range st.Ask.Choices {
				titles = append(titles, c.Title.By...)
			}
		}
		for _, title := range titles {
			if n := len([]rune(title.Text.V)); n > 20 {
				t.Errorf("%v: %q has %d characters", title.Text.At, title.Text.V, n)
			}
		}
	}
}

// TestLoadDecodesEveryKey holds a definition against a file that uses every key.
func TestLoadDecodesEveryKey(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("testdata/every_key.yaml")
	if err != nil {
		t.Fatal(err)
	}
	def, findings := Load("every_key.yaml", source)
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	want, err := os.ReadFile("testdata/every_key.txt")
	if err != nil {
		t.Fatal(err)
	}
	got := outline(def)
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile("testdata/every_key.txt", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if d := cmp.Diff(got, string(want)); d != "" {
		t.Errorf("got (-) want (+), UPDATE=1 writes it anew:\n%s", d)
	}
}

// outline writes a definition a value a line, with its place: "States[0].Ask.Slot order_id 20:10-20:18".
func outline(def *engine.Definition) string {
	var b strings.Builder
	var walk func(path string, v reflect.Value)
	walk = func(path string, v reflect.Value) {
		switch x := v.Interface().(type) {
		case diag.Range:
			return
		case engine.Str:
			if x != (engine.Str{}) {
				fmt.Fprintf(&b, "%s %q %s\n", path, x.V, place(x.At))
			}
			return
		case engine.Int:
			if x.Set {
				fmt.Fprintf(&b, "%s %d %s\n", path, x.V, place(x.At))
			}
			return
		case engine.Bool:
			if x.Set {
				fmt.Fprintf(&b, "%s %t %s\n", path, x.V, place(x.At))
			}
			return
		case engine.Duration:
			if x.Set {
				fmt.Fprintf(&b, "%s %s %s\n", path, x.V, place(x.At))
			}
			return
		}
		switch v.Kind() {
		case reflect.Pointer, reflect.Interface:
			if !v.IsNil() {
				walk(path, v.Elem())
			}
		case reflect.Struct:
			for i := range v.NumField() {
				walk(path+"."+v.Type().Field(i).Name, v.Field(i))
			}
		case reflect.Slice:
			for i := range v.Len() {
				walk(fmt.Sprintf("%s[%d]", path, i), v.Index(i))
			}
		case reflect.Map:
			m := v.Interface().(map[string]any)
			for _, key := range slices.Sorted(maps.Keys(m)) {
				if m[key] == nil {
					fmt.Fprintf(&b, "%s.%s nil\n", path, key)
					continue
				}
				walk(path+"."+key, reflect.ValueOf(m[key]))
			}
		default:
			if !v.IsZero() {
				fmt.Fprintf(&b, "%s %v\n", path, v.Interface())
			}
		}
	}
	walk("", reflect.ValueOf(def))
	return b.String()
}

func place(r diag.Range) string {
	return fmt.Sprintf("%d:%d-%d:%d", r.Start.Line, r.Start.Column, r.End.Line, r.End.Column)
}

// TestDecoderKnowsTheSchema: what the schema accepts is decoded, and nothing else.
func TestDecoderKnowsTheSchema(t *testing.T) {
	t.Parallel()
	var doc struct {
		Properties map[string]any
		Defs       map[string]struct{ Properties map[string]any } `json:"$defs"`
	}
	if err := json.Unmarshal(Schema, &doc); err != nil {
		t.Fatal(err)
	}
	kind := func(name string) map[string]any {
		return dict(dict(doc.Defs["rich"].Properties[name])["properties"])
	}
	call := slices.Concat(keys(callFields), keys(callMethods))
	slices.Sort(call)
	for name, tc := range map[string]struct {
		decoder []string
		schema  map[string]any
	}{
		"flow":        {keys(flowFields), doc.Properties},
		"event":       {keys(eventFields), doc.Defs["event"].Properties},
		"trigger":     {keys(triggerFields), doc.Defs["trigger"].Properties},
		"slot":        {keys(slotFields), doc.Defs["slot"].Properties},
		"state":       {keys(stateFields), doc.Defs["state"].Properties},
		"say":         {keys(sayFields), doc.Defs["rich"].Properties},
		"image":       {keys(imageFields), kind("image")},
		"video":       {keys(imageFields), kind("video")},
		"document":    {keys(documentFields), kind("document")},
		"audio":       {keys(audioFields), kind("audio")},
		"location":    {keys(locationFields), kind("location")},
		"link":        {keys(linkFields), kind("link")},
		"template":    {keys(templateFields), doc.Defs["template"].Properties},
		"alternative": {keys(alternativeFields), doc.Defs["alternative"].Properties},
		"call":        {call, doc.Defs["call"].Properties},
		"wait":        {keys(waitFields), doc.Defs["wait"].Properties},
		"run":         {keys(runFields), doc.Defs["subflow"].Properties},
		"handoff":     {keys(handoffFields), doc.Defs["handoff"].Properties},
	} {
		if got, want := tc.decoder, keys(tc.schema); !slices.Equal(got, want) {
			t.Errorf("%s: the decoder reads %v, the schema has %v", name, got, want)
		}
	}
	for name, want := range map[string][]string{"commands": names(engine.CommandNames), "sentences": names(engine.TextKeys)} {
		if got := keys(doc.Defs[name].Properties); !slices.Equal(got, want) {
			t.Errorf("%s: the schema has %v, the engine %v", name, got, want)
		}
	}
	var slot struct{ Enum []engine.SlotType }
	text, err := json.Marshal(doc.Defs["slot"].Properties["type"])
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &slot); err != nil || !slices.Equal(slot.Enum, engine.SlotTypes) {
		t.Errorf("the schema has the slot types %v, the engine %v", slot.Enum, engine.SlotTypes)
	}
}

func names[S ~string](list []S) []string {
	var out []string
	for _, name := range list {
		out = append(out, string(name))
	}
	slices.Sort(out)
	return out
}

func keys[M ~map[string]V, V any](m M) []string { return slices.Sorted(maps.Keys(m)) }

// TestSchemas: everything has a title and a description, every keyword has its finding, and the limits are the engine's.
func TestSchemas(t *testing.T) {
	t.Parallel()
	leading := []string{"$schema", "$id", "$ref", "$defs", "title", "description", "properties", "patternProperties", "items", "examples", "default", "defaultSnippets", "x-expect", "x-hint", "x-finding", "x-key", "x-one-of"}
	for name, text := range map[string][]byte{"flow": Schema, "commands": commandsSchema} {
		sc, err := newSchema(name+".schema.json", text)
		if err != nil {
			t.Fatal(err)
		}
		var walk func(at string, v any, names bool)
		walk = func(at string, v any, names bool) {
			m, _ := v.(map[string]any)
			for key, val := range m {
				if !names && !slices.Contains(leading, key) && keywords[key] == nil {
					t.Errorf("%s%s: no finding for keyword %s", name, at, key)
				}
				switch {
				case names:
					sub, _ := val.(map[string]any)
					_, ref := sub["$ref"]
					if (sub["title"] == nil || sub["description"] == nil) && !ref {
						t.Errorf("%s%s/%s: no title or description", name, at, key)
					}
					walk(at+"/"+key, val, false)
				case key == "properties", key == "patternProperties", key == "$defs":
					walk(at+"/"+key, val, true)
				case key == "items":
					walk(at+"/"+key, val, false)
				}
			}
		}
		walk("", sc.raw, false)
	}
	limits := map[string]any{
		"/properties/states/maxProperties":              engine.MaxStates,
		"/properties/events/maxProperties":              engine.MaxEvents,
		"/properties/params/maxItems":                   engine.MaxParams,
		"/$defs/subflow/properties/with/maxProperties":  engine.MaxParams,
		"/properties/slots/maxProperties":               engine.MaxSlots,
		"/$defs/state/properties/choices/maxProperties": engine.MaxChoices,
		"/$defs/state/properties/attempts/maximum":      engine.MaxAttempts,
		"/$defs/call/properties/retries/maximum":        engine.MaxCallRetries,
		"/$defs/string/maxLength":                       engine.MaxTextBytes,
	}
	sc, err := newSchema("flow.schema.json", Schema)
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range limits {
		v := sc.raw
		for _, token := range pointer(at) {
			v = child(v, token)
		}
		if got := number(v); got != fmt.Sprint(want) {
			t.Errorf("%s is %s, the engine says %v", at, got, want)
		}
	}
}

func TestHashIsTheContent(t *testing.T) {
	t.Parallel()
	source := []byte("\uFEFFflow: a\r\ntitle: A\r\nlanguages: [en]\r\ninitial: x\r\nstates:\r\n  x: {end: done}\r\n")
	def, findings := Load("a.yaml", source)
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	if !regexp.MustCompile(`^sha256:[0-9a-f]{64}$`).MatchString(def.Hash) {
		t.Errorf("hash %q", def.Hash)
	}
	if got, want := place(def.States[0].End.At), "6:12-6:16"; got != want {
		t.Errorf("place after a byte order mark and Windows line ends: got %s, want %s", got, want)
	}
	again, _ := Load("b.yaml", append(source, '\n'))
	if again == nil || again.Hash == def.Hash {
		t.Error("another content has the same hash")
	}
}

func TestParseDuration(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]time.Duration{
		"30m": 30 * time.Minute, "1h30m": 90 * time.Minute, "2d": 48 * time.Hour, "1d12h": 36 * time.Hour, "0.5d": 12 * time.Hour, "250ms": 250 * time.Millisecond,
		"": -1, "15 mins": -1, "30": -1, "-5m": -1, "d": -1, "1h2d": -1, "999999999d": -1, "9999999999h": -1, "1d-2h": -1, "NaNd": -1, "2d1d": -1,
	} {
		got, ok := parseDuration(written)
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("%q: got %v, want %v", written, got, want)
		}
	}
}

// FuzzLoad: whatever is in a file, Load returns, and every place is inside the file.
func FuzzLoad(f *testing.F) {
	shipped, err := fs.Glob(os.DirFS("."), "*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	wrong, err := fs.Glob(os.DirFS("."), "testdata/*/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range slices.Concat(shipped, wrong, []string{"testdata/every_key.yaml"}) {
		source, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(source)
	}
	for _, s := range []string{"a: |\n\n  x\n b", "? - a\n: {b: [}", "%TAG ! x\n--- !a\n", "\"a\\\n b\": 'c\n\n d'", "states: {a: {set: {x: .inf, y: 1e999, z: .nan}}}", "a: >2-\n\n    x\n", "null: 1\n~: 2\n: 3"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		def, findings := Load("f.yaml", source)
		if (def == nil) != findings.HasErrors() {
			t.Fatalf("definition %v, findings %v", def, findings)
		}
		requireInside(t, source, findings)
		_, findings = LoadCommands("f.yaml", source)
		requireInside(t, source, findings)
	})
}

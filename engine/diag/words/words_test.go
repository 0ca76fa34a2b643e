package words

import (
	"slices"
	"strings"
	"testing"

	"relevo/engine/diag"
)

// TestTables: three lines a sentence, no sentence twice, and the same verbs in each language.
func TestTables(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	names, err := tables.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := tables.ReadFile(name.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range strings.Split(strings.TrimSpace(string(text)), "\n\n") {
			lines := strings.Split(block, "\n")
			if strings.HasPrefix(lines[0], "# ") {
				continue
			}
			if len(lines) != len(Languages) {
				t.Errorf("%s: not a line for each of %v:\n%s", name.Name(), Languages, block)
				continue
			}
			if seen[lines[0]] {
				t.Errorf("%s: this sentence is there twice: %s", name.Name(), lines[0])
			}
			seen[lines[0]] = true
			for _, line := range lines {
				if got, want := verbsOf(line), verbsOf(lines[0]); !slices.Equal(got, want) || strings.TrimSpace(line) != line || line == "" {
					t.Errorf("%s: %q has the verbs %q, want %q", name.Name(), line, got, want)
				}
			}
		}
	}
	if len(seen) < 500 {
		t.Errorf("only %d sentences", len(seen))
	}
}

// verbsOf are the verbs of a format in the order of their arguments.
func verbsOf(format string) []string {
	found := verb.FindAllString(format, -1)
	ordered := slices.Clone(found)
	for i, v := range found {
		if at := strings.Index(v, "]"); at > 0 {
			if n := int(v[2] - '1'); n >= 0 && n < len(found) {
				ordered[n] = "%" + v[at+1:]
			}
		} else {
			ordered[i] = v
		}
	}
	return ordered
}

func TestText(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, english, es, pt string }{
		{"a name is carried over", `no state is named "confrim"`, `ningún estado se llama "confrim"`, `nenhum estado se chama "confrim"`},
		{"a name with quotes in it", `no state is named "a \"b\" is named c"`, `ningún estado se llama "a \"b\" is named c"`, `nenhum estado se chama "a \"b\" is named c"`},
		{"numbers", "this file has 2000000 bytes, the limit is 1048576", "este archivo tiene 2000000 bytes, el límite es 1048576", "este arquivo tem 2000000 bytes, o limite é 1048576"},
		{"a part that is a phrase of ours", `"say" is the number 404, expected a text`, `"say" es el número 404, y se espera un texto`, `"say" é o número 404, e se espera um texto`},
		{"a part that is a choice", "key needs a text or a number, and this is a map", "key necesita un texto o un número, y esto es un mapa", "key precisa de um texto ou um número, e isto é um mapa"},
		{"what an author wrote is no phrase of ours", `"the text" is there twice`, `"the text" está dos veces`, `"the text" aparece duas vezes`},
		{"the longer of two sentences that fit", `state "ask" is there twice`, `el estado "ask" está dos veces`, `o estado "ask" aparece duas vezes`},
		{"a field and what is wrong with it", "the example does not match the schema: until is not a key that is possible here", "el ejemplo no cumple el esquema: until no es una clave posible aquí", "o exemplo não segue o esquema: until não é uma chave possível aqui"},
		{"a limit of a channel", "WhatsApp has 1024 characters for a message with buttons, and this has 1100: its beginning goes out as a message of its own",
			"WhatsApp tiene 1024 caracteres para un mensaje con botones, y esto tiene 1100: su comienzo sale como un mensaje propio",
			"WhatsApp tem 1024 caracteres para uma mensagem com botões, e isto tem 1100: o começo sai como uma mensagem própria"},
		{"a sentence without parts", "use spaces", "usa espacios", "use espaços"},
		{"signs of transcripts are no verbs", "lines begin with one of > < ? % + * & ~ ^ = @ ! $ #", "las líneas empiezan con uno de > < ? % + * & ~ ^ = @ ! $ #", "as linhas começam com um de > < ? % + * & ~ ^ = @ ! $ #"},
		{"a percent sign in a name", `no slot is named "100%s"`, `ningún dato (slot) se llama "100%s"`, `nenhum dado (slot) se chama "100%s"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for language, want := range map[string]string{"en": tt.english, "es": tt.es, "pt": tt.pt} {
				if got, ok := Text(tt.english, language); got != want || !ok {
					t.Errorf("%s: got %q, %t, want %q", language, got, ok, want)
				}
			}
		})
	}
}

func TestWhatIsNotKnownStays(t *testing.T) {
	t.Parallel()
	long := "no state is named " + strings.Repeat("x", maxSentenceBytes)
	for _, s := range []string{"", "a sentence of some parser", long, `no state is named "open`, "\xff\x00"} {
		if got, ok := Text(s, "es"); got != s || ok {
			t.Errorf("got %.80q, %t", got, ok)
		}
	}
	if got, ok := Text("use spaces", "fr"); got != "use spaces" || ok {
		t.Errorf("in a language that is not there: %q, %t", got, ok)
	}
}

func TestTranslateKeepsWhatMachinesRead(t *testing.T) {
	t.Parallel()
	d := diag.Diagnostic{
		Code: "unknown-state", Severity: diag.Error, Message: `no state is named "confrim"`, Hint: `did you mean "confirm"?`,
		Range:   diag.Range{File: "a.yaml", Start: diag.Pos{Line: 1, Column: 2}},
		Related: []diag.Related{{Message: "this one wins"}}, Path: []diag.Step{{Event: "phrase", To: "ask"}}, Transcript: "flow a",
	}
	got, ok := Translate(d, "es")
	if !ok || got.Message != `ningún estado se llama "confrim"` || got.Hint != `¿quisiste decir "confirm"?` || got.Related[0].Message != "gana esta" {
		t.Errorf("got %+v, %t", got, ok)
	}
	if got.Code != d.Code || got.Severity != d.Severity || got.Range != d.Range || got.Transcript != d.Transcript || !slices.Equal(got.Path, d.Path) {
		t.Errorf("got %+v", got)
	}
	if d.Related[0].Message != "this one wins" {
		t.Error("the finding itself was changed")
	}
	list := diag.List{d, {Message: "what a parser says"}}
	if said := List(list, "pt"); said[0].Hint != `você quis dizer "confirm"?` || said[1].Message != "what a parser says" || list[0].Hint != `did you mean "confirm"?` {
		t.Errorf("got %v", said)
	}
	if _, ok := Translate(list[1], "pt"); ok {
		t.Error("a sentence that is not known is said to be")
	}
}

func TestChecked(t *testing.T) {
	t.Parallel()
	for language, want := range map[string]string{
		"en": "1 flow checked: 0 errors, 2 warnings, 1 accepted", "es": "Revisión de 1 flujo: 0 errores, 2 advertencias, 1 aceptada(s)", "pt": "Verificação de 1 fluxo: 0 erros, 2 avisos, 1 aceito(s)",
		"fr": "1 flow checked: 0 errors, 2 warnings, 1 accepted",
	} {
		if got := Checked(language, 1, 0, 2, 1); got != want {
			t.Errorf("%s: got %q, want %q", language, got, want)
		}
	}
	if got := Checked("es", 3, 1, 1, 0); got != "Revisión de 3 flujos: 1 error, 1 advertencia" {
		t.Errorf("got %q", got)
	}
}

func TestChoose(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, explicit string
		environment    map[string]string
		want           string
	}{
		{"nothing is set", "", nil, "en"},
		{"a flag goes first", "pt", map[string]string{"RELEVO_LANGUAGE": "es"}, "pt"},
		{"our own variable goes before the locale", "", map[string]string{"RELEVO_LANGUAGE": "es", "LC_ALL": "pt_BR.UTF-8"}, "es"},
		{"a locale", "", map[string]string{"LANG": "pt_BR.UTF-8"}, "pt"},
		{"LC_ALL goes before LANG", "", map[string]string{"LC_ALL": "C", "LANG": "es_MX.UTF-8"}, "en"},
		{"LC_MESSAGES goes before LANG", "", map[string]string{"LC_MESSAGES": "es@euro", "LANG": "pt"}, "es"},
		{"a language that is not there", "", map[string]string{"RELEVO_LANGUAGE": "xx", "LANG": "fr_FR"}, "en"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := Choose(tt.explicit, func(key string) string { return tt.environment[key] }); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// FuzzText: no text makes a translation panic, and one that is not known comes back as it was.
func FuzzText(f *testing.F) {
	f.Add(`no state is named "a"`)
	f.Add(`"x" is the text "y", expected a text or a map or a list`)
	f.Add("%s %[9]d or or or")
	f.Fuzz(func(t *testing.T, s string) {
		for _, language := range Languages {
			if got, ok := Text(s, language); !ok && got != s {
				t.Errorf("%s: got %q for %q", language, got, s)
			}
		}
	})
}

func BenchmarkTranslate(b *testing.B) {
	d := diag.Diagnostic{Message: `"say" is the number 404, expected a text`, Hint: `did you mean "confirm" (line 9)?`}
	for b.Loop() {
		if _, ok := Translate(d, "es"); !ok {
			b.Fatal("not known")
		}
	}
}

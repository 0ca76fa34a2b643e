package flows

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"relevo/engine"
	"relevo/flows/eventschema"
)

// schemaNumber reads a number of the flow schema by the names on the way to it.
func schemaNumber(t *testing.T, path ...string) int {
	t.Helper()
	var doc any
	if err := json.Unmarshal(Schema, &doc); err != nil {
		t.Fatal(err)
	}
	for _, name := range path {
		switch v := doc.(type) {
		case map[string]any:
			doc = v[name]
		case []any: // the list among several forms
			doc = v[len(v)-1].(map[string]any)[name]
		}
	}
	n, ok := doc.(float64)
	if !ok {
		t.Fatalf("the schema has no number at %v", path)
	}
	return int(n)
}

func thousands(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%d,%03d", n/1000, n%1000)
}

func days(d time.Duration) string { return fmt.Sprintf("%dd", d/(24*time.Hour)) }

// TestTableOfLimits holds the table of limits against the constants and the schema.
func TestTableOfLimits(t *testing.T) {
	t.Parallel()
	rows := []struct{ en, es, limit string }{
		{"a flow file", "un fichero de flujo", fmt.Sprintf("%d MiB", MaxFileBytes>>20)},
		{"line ends and signs of YAML in a file", "saltos de línea y signos de YAML en un fichero", thousands(maxSigns)},
		{"bytes without any of these", "bytes sin ninguno de ellos", fmt.Sprintf("%d KiB", maxStretch>>10)},
		{"lists and maps inside each other", "listas y mapas unos dentro de otros", thousands(MaxDepth)},
		{"languages of a flow", "idiomas de un flujo", thousands(schemaNumber(t, "properties", "languages", "maxItems"))},
		{"states of a flow", "estados de un flujo", thousands(engine.MaxStates)},
		{"slots of a flow", "slots de un flujo", thousands(engine.MaxSlots)},
		{"triggers of a flow", "disparadores de un flujo", thousands(schemaNumber(t, "properties", "triggers", "maxItems"))},
		{"phrases of a trigger in one language", "frases de un disparador en un idioma", thousands(schemaNumber(t, "$defs", "trigger", "properties", "phrases", "patternProperties", "^[a-z]{2,3}(-[A-Z]{2})?$", "maxItems"))},
		{"script files of a flow", "ficheros de script de un flujo", thousands(schemaNumber(t, "properties", "scripts", "maxItems"))},
		{"params, and returns", "params, y returns", thousands(engine.MaxParams)},
		{"business events of a flow", "eventos de negocio de un flujo", thousands(engine.MaxEvents)},
		{"the schema of an event", "el esquema de un evento", fmt.Sprintf("%d KiB", engine.MaxSchemaBytes>>10)},
		{"schemas inside each other", "esquemas unos dentro de otros", thousands(engine.MaxSchemaDepth)},
		{"values in the data of an event", "valores en los datos de un evento", thousands(eventschema.MaxDataValues)},
		{"a text in one language", "un texto en un idioma", thousands(engine.MaxTextBytes) + " bytes"},
		{"a text with its expressions filled in", "un texto con sus expresiones rellenas", fmt.Sprintf("%d KiB", engine.MaxRenderedBytes>>10)},
		{"messages of a state", "mensajes de un estado", thousands(schemaNumber(t, "$defs", "messages", "oneOf", "maxItems"))},
		{"parameters of a template", "parámetros de una plantilla", thousands(schemaNumber(t, "$defs", "template", "properties", "parameters", "maxItems"))},
		{"choices of a question", "opciones de una pregunta", thousands(engine.MaxChoices)},
		{"attempts", "attempts", fmt.Sprintf("%d; %d", engine.MaxAttempts, engine.DefaultAttempts)},
		{"after of a state", "after de un estado", thousands(schemaNumber(t, "$defs", "after", "maxProperties"))},
		{"a time in after", "un tiempo en after", days(engine.MaxAfter)},
		{"a wait", "una espera", days(engine.MaxWait)},
		{"one try of a call", "un intento de una llamada", fmt.Sprintf("%s; %s", engine.MaxCallTimeout, engine.DefaultTimeout)},
		{"further tries of a call", "más intentos de una llamada", fmt.Sprintf("%d; %d", engine.MaxCallRetries, engine.DefaultRetries)},
		{"outcomes of a handoff", "desenlaces de un traspaso", thousands(schemaNumber(t, "$defs", "handoff", "properties", "outcomes", "maxItems"))},
		{"an expression", "una expresión", thousands(engine.MaxExpressionBytes) + " bytes"},
		{"steps of a pattern, with its repetitions written out", "pasos de un pattern, con sus repeticiones escritas", thousands(engine.MaxPatternSteps)},
		{"a value in a slot", "un valor en un slot", fmt.Sprintf("%d KiB", engine.MaxValueBytes>>10)},
		{"states entered in one turn", "estados en un solo turno", thousands(engine.MaxSteps)},
		{"runs of a conversation", "ejecuciones de una conversación", thousands(engine.MaxRuns)},
		{"a message of the contact", "un mensaje del contacto", thousands(engine.MaxInboundRunes)},
	}
	for language, file := range manuals {
		manual, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			what, limit := row.en, row.limit
			if language == "es" {
				what, limit = row.es, strings.ReplaceAll(limit, ",", ".")
			}
			if want := "| " + what + " | " + limit; !strings.Contains(strings.ReplaceAll(string(manual), "`", ""), want) {
				t.Errorf("%s has no row %q", file, want)
			}
		}
	}
}

package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// slips are what an analyst does to a flow: what stood there, what stands there now, and what relevo check says of it in their language.
var slips = []struct {
	name, before, after string
	at                  string // a text that stands on the line with the finding, as it is after the slip
	code, hint          string
}{
	{"a state", "answered: ask_dia", "answered: ask_dai", "answered: ask_dai", "unknown-state", `¿quisiste decir "ask_dia"`},
	{"a slot", "    ask: dia\n", "    ask: dai\n", "    ask: dai", "unknown-slot", `¿quisiste decir "dia"?`},
	{"a name in a text", "Repito: {{ nombre", "Repito: {{ nombr", "Repito:", "unknown-name", `¿quisiste decir "nombre"?`},
	{"a quote", `"¿Qué día?"`, `"¿Qué día?`, "¿Qué día?", "yaml-syntax", "agrega la comilla de cierre"},
	{"a colon in a text", `{es: "¿Qué día?", en: On which day?}`, "Otra cosa: ¿qué día?", "Otra cosa:", "yaml-syntax", "pon el texto entre comillas"},
	{"no colon behind a state", "  ask_dia:\n", "  ask_dia\n", "  ask_dia", "yaml-syntax", "escribe dos puntos y un espacio después de la clave"},
	{"no blank behind a colon", "    ask: dia\n", "    ask:dia\n", "    ask:dia", "yaml-syntax", "escribe dos puntos y un espacio después de la clave"},
	{"an indentation", `    say: {es: "¿Qué día?"`, `   say: {es: "¿Qué día?"`, "¿Qué día?", "yaml-syntax", "revisa la sangría de la línea"},
	{"a tab", `    say: {es: "¿Qué día?"`, "\tsay: {es: \"¿Qué día?\"", "¿Qué día?", "yaml-syntax", "usa espacios"},
	{"a language", ", en: On which day?", "", "¿Qué día?", "missing-language", "agrega en: …"},
	{"the name of a language", "en: On which day?", "ne: On which day?", "ne: On which day?", "unknown-language", `¿quisiste decir "en"?`},
	{"a choice without a way", "      done: bye\n", "", "done: {es:", "missing-event", `agrega done: con un estado al on de "still_there"`},
	{"a guard with =", "when: all_right", "when: all_right = true", "when: all_right", "expression", "escribe == para comparar"},
	{"a message after two days", "    after: {30m: quiet}\n\n  quiet:", "    after: {2d: late}\n\n  late:\n    say: {es: Hola otra vez, en: Hello again}\n    goto: quiet\n\n  quiet:", "Hola otra vez", "window-closed", "agrega template: a su lado"},
	{"a long button", "es: Seguimos", "es: Seguimos con la cita de antes", "Seguimos con", "title-too-long", "dilo con menos palabras"},
	{"a slot before it is asked", `"¿Cómo te llamas?"`, `"{{ asunto }} ¿Cómo te llamas?"`, "¿Cómo te llamas?", "slot-may-be-unset", "pregúntalo o asígnalo"},
	{"a queue", "      queue: general\n      say:\n        es: \"¡Gracias", "      queue: generla\n      say:\n        es: \"¡Gracias", "queue: generla", "unknown-queue", `¿quisiste decir "general"?`},
}

// TestAnAnalystsPath is the way of somebody who never read Go, with real files: relevo init, slips that are made one by one, each found once with its line and a
// hint, mended, and then fmt, draw, test.
func TestAnAnalystsPath(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	spanish := map[string]string{"LANG": "es_ES.UTF-8"}
	answers := []string{"collect", "cita", "es, en", "Pedir una cita", "", "Book a visit", "", "nombre, día, asunto", "", "", "", "", "¿De qué se trata?", "What is it about?", "", "", "sí"}
	if got := relevo(t, dir, strings.Join(answers, "\n")+"\n", spanish, "init"); got.code != exitGood {
		t.Fatalf("init: %+v", got)
	}
	file := filepath.Join(dir, "flows", "cita.yaml")
	good := readBack(t, file)
	right := ran{exitGood, "Revisión de 1 flujo: 0 errores, 0 advertencias\n", ""}
	if got := relevo(t, dir, "", spanish, "check"); got != right {
		t.Fatalf("what init wrote: %+v", got)
	}
	for _, slip := range slips {
		wrong := strings.Replace(good, slip.before, slip.after, 1)
		if wrong == good {
			t.Fatalf("%s: %q is not in the flow", slip.name, slip.before)
		}
		write(t, dir, "flows/cita.yaml", wrong)
		got := relevo(t, dir, "", spanish, "check", "--strict")
		place := fmt.Sprintf("flows/cita.yaml:%d:", 1+strings.Count(wrong[:strings.Index(wrong, slip.at)], "\n"))
		if got.code != exitFindings || !strings.HasPrefix(got.out, place) || !strings.Contains(got.out, "["+slip.code+"]\n") {
			t.Errorf("%s: want %s at %s, got\n%s%s", slip.name, slip.code, place, got.out, got.err)
		}
		if strings.Count(got.out, "\npista: ") != 1 || !strings.Contains(got.out, slip.hint) {
			t.Errorf("%s: want one finding with the hint %q, got\n%s", slip.name, slip.hint, got.out)
		}
	}
	write(t, dir, "flows/cita.yaml", good)
	if got := relevo(t, dir, "", spanish, "check"); got != right {
		t.Errorf("mended: %+v", got)
	}
	if got := relevo(t, dir, "", spanish, "fmt"); got != (ran{}) || readBack(t, file) != good {
		t.Errorf("fmt: %+v", got)
	}
	if got := relevo(t, dir, "", spanish, "test"); got != (ran{exitGood, "1 passed, 0 failed\n", ""}) {
		t.Errorf("test: %+v", got)
	}
	if got := relevo(t, dir, "", spanish, "draw", "cita", "-o", "cita.png"); got.code != exitGood || !strings.HasPrefix(readBack(t, filepath.Join(dir, "cita.png")), "\x89PNG") {
		t.Errorf("draw: %+v", got)
	}
}

// TestTheAnalystsPage runs the commands of "The analyst's workbench" one after the other, in an empty folder.
func TestTheAnalystsPage(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"docs/analysts.md", "docs/es/analysts.md"} {
		dir, commands := t.TempDir(), 0
		for _, b := range manual(t, name) {
			for _, line := range strings.Split(strings.TrimSpace(b[2]), "\n") {
				args := strings.Fields(strings.TrimPrefix(line, "$ relevo "))
				if got := relevo(t, dir, "", nil, args...); got.code != exitGood || got.err != "" {
					t.Errorf("%s: %s: %+v", name, line, got)
				}
				commands++
			}
		}
		if commands != 5 {
			t.Errorf("%s runs %d commands", name, commands)
		}
	}
}

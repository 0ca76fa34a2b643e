package engine_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"relevo/engine"
	"relevo/flows/flowtest"
	"relevo/flows/locale"
)

// asking is a flow that asks for one slot of some type, with options.
func asking(typ, options string) string {
	return fmt.Sprintf(`
flow: asking
title: {en: Asking, es: Preguntas, pt: Perguntas}
languages: [en, es, pt]
timezone: Europe/Madrid
triggers:
  - phrases: {en: [begin now], es: [empieza ahora], pt: [comece agora]}
slots:
  x: {type: %s%s}
  least: {type: integer}
initial: asks
states:
  asks:
    set: {least: 3}
    ask: x
    say: {en: X?, es: ¿X?, pt: X?}
    attempts: 10
    on: {answered: over, exhausted: over}
  over: {say: Done., goto: rest}
  rest:
    wait: {for: 10d}
    on: {elapsed: done}
  done: {end: over}
`, typ, options)
}

// local is a catalog that writes as regions do.
func local(t testing.TB, sources ...string) *engine.Catalog {
	o := catalog(t, sources...).CatalogOptions
	o.Locale = locale.New()
	return engine.NewCatalog(o)
}

// answer asks for a slot and returns what it holds after the messages, and what the bot said to the last one. value is nil while it still asks.
func answer(t *testing.T, source string, contact engine.Contact, messages ...engine.Message) (value any, got []string) {
	t.Helper()
	s := flowtest.New(local(t, source), start)
	s.Know(contact)
	for _, m := range append([]engine.Message{{Kind: engine.MessageText, Text: "begin now"}}, messages...) {
		turns, err := s.Message(m)
		if err != nil {
			t.Fatal(err)
		}
		got = said(turns)
		for _, c := range lastChoices(s) {
			got = append(got, "["+c.Title+"]")
		}
	}
	return s.Conv.Runs[0].Slots["x"], got
}

func written(texts ...string) []engine.Message {
	var all []engine.Message
	for _, text := range texts {
		all = append(all, engine.Message{Kind: engine.MessageText, Text: text})
	}
	return all
}

func TestEverySlotType(t *testing.T) {
	t.Parallel()
	es := engine.Contact{Language: "es", Region: "ES"}
	en := engine.Contact{Language: "en", Region: "US"}
	pt := engine.Contact{Language: "pt", Region: "BR"}
	image := engine.Message{Kind: engine.MessageImage, Text: "my roof", Media: &engine.Media{ID: "m1", MIME: "image/jpeg"}}
	pdf := engine.Message{Kind: engine.MessageDocument, Media: &engine.Media{ID: "m2", MIME: "application/pdf", Filename: "a.pdf"}}
	scan := engine.Message{Kind: engine.MessageDocument, Media: &engine.Media{ID: "m3", MIME: "image/png", Filename: "a.png"}}
	here := engine.Message{Kind: engine.MessageLocation, Location: &engine.Location{Latitude: 40.41, Longitude: -3.7, Name: "Home"}}
	tests := []struct {
		name, typ, options string
		contact            engine.Contact
		messages           []engine.Message
		want               string // JSON; null while it still asks
	}{
		{"a text as it is", "text", "", en, written("  Anything, really!  "), `"Anything, really!"`},
		{"a text with a pattern, out of a sentence", "text", `, pattern: "[A-Z]{3}[0-9]"`, en, written("it is abc 1, I think"), `"ABC1"`},
		{"a text that is too short", "text", ", min: 3", en, written("ab"), `null`},
		{"a text that is long enough", "text", ", min: 3, max: 5", en, written("ñandú"), `"ñandú"`},
		{"a text that is too long", "text", ", max: 5", en, written("abcdef"), `null`},
		{"a text that the flow validates", "text", `, validate: 'value startsWith "x"'`, en, written("y1"), `null`},
		{"a text that the flow validates and likes", "text", `, validate: 'value startsWith "x"'`, en, written("x1"), `"x1"`},
		{"a text that the flow changes", "text", `, normalise: "upper(trim(value))"`, en, written(" abc "), `"ABC"`},
		{"what is changed is validated", "text", `, normalise: "upper(value)", validate: 'value == "ABC"'`, en, written("abc"), `"ABC"`},
		{"a number", "number", "", es, written("son 3,5 metros"), `3.5`},
		{"an integer in words", "integer", "", es, written("veinte"), `20`},
		{"an integer that is a fraction", "integer", "", en, written("2.5"), `null`},
		{"an integer over its bound", "integer", ", max: 12", en, written("13"), `null`},
		{"an integer at its bound", "integer", ", max: 12", en, written("12"), `12`},
		{"a bound out of another slot", "integer", ", min: least", en, written("2"), `null`},
		{"an amount with its currency", "amount", ", currency: EUR", es, written("1.250,50 €"), `{"amount":"1250.50","currency":"EUR","minor":125050}`},
		{"an amount in the slot's currency", "amount", ", currency: EUR", es, written("unos 20"), `{"amount":"20.00","currency":"EUR","minor":2000}`},
		{"an amount under its bound", "amount", ", currency: EUR, min: 50", es, written("20 euros"), `null`},
		{"an amount in another currency than its bound", "amount", ", currency: EUR, max: '{amount: \"50.00\", currency: \"EUR\", minor: 5000}'", es, written("20 dólares"), `null`},
		{"a date in words", "date", "", es, written("mañana"), `"2026-03-03"`},
		{"a date in Portuguese", "date", "", pt, written("amanhã"), `"2026-03-03"`},
		{"a date as its region writes it", "date", "", en, written("03/15/2026"), `"2026-03-15"`},
		{"a date in the past for a birthday", "date", ", prefer: past", es, written("15 de abril"), `"2025-04-15"`},
		{"a date before its bound", "date", ", min: today", en, written("yesterday"), `null`},
		{"today at its bound", "date", ", min: now", en, written("today"), `"2026-03-02"`},
		{"a date after its bound", "date", ", max: today + 60d", en, written("12/24/2026"), `null`},
		{"a time", "time", "", en, written("5pm"), `"17:00"`},
		{"a time over its bound", "time", `, max: '"18:00"'`, en, written("7pm"), `null`},
		{"a datetime in the flow's zone", "datetime", "", en, written("friday at 5pm"), `"2026-03-06T17:00:00+01:00"`},
		{"a datetime in summer time", "datetime", "", es, written("el 15 de abril a las 17:30"), `"2026-04-15T17:30:00+02:00"`},
		{"a datetime that is too soon", "datetime", ", min: now + 2h", en, written("today at 11am"), `null`},
		{"a duration", "duration", "", en, written("an hour and a half"), `"1h30m0s"`},
		{"a duration over its bound", "duration", ", max: 2h", en, written("3 hours"), `null`},
		{"an email address", "email", "", en, written("it's Ana.Vega@Example.COM, thanks"), `"Ana.Vega@example.com"`},
		{"a phone of the region", "phone", "", es, written("600 111 222"), `"+34600111222"`},
		{"no phone", "phone", "", es, written("12"), `null`},
		{"yes", "yes_no", "", es, written("claro que sí"), `true`},
		{"no", "yes_no", "", pt, written("não, obrigado"), `false`},
		{"a place", "location", "", en, []engine.Message{here}, `{"address":"","latitude":40.41,"longitude":-3.7,"name":"Home"}`},
		{"words for a place", "location", "", en, written("at home"), `null`},
		{"a picture", "image", "", en, []engine.Message{image}, `{"caption":"my roof","filename":"","id":"m1","mime":"image/jpeg","sha256":"","url":""}`},
		{"a picture sent as a document", "image", "", en, []engine.Message{scan}, `{"caption":"","filename":"a.png","id":"m3","mime":"image/png","sha256":"","url":""}`},
		{"a document for a picture", "image", "", en, []engine.Message{pdf}, `null`},
		{"a document", "file", "", en, []engine.Message{pdf}, `{"caption":"","filename":"a.pdf","id":"m2","mime":"application/pdf","sha256":"","url":""}`},
		{"a sticker for a file", "file", "", en, []engine.Message{{Kind: engine.MessageSticker, Media: &engine.Media{ID: "s"}}}, `null`},
		{"a file that the flow validates", "file", `, validate: 'value.mime == "application/pdf"'`, en, []engine.Message{scan}, `null`},
		{"an expression that fails refuses", "text", `, validate: "1 / (len(value) - 2) > 0 && [true][len(value)]"`, en, written("abcdef"), `null`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			value, got := answer(t, asking(tt.typ, tt.options), tt.contact, tt.messages...)
			encoded, err := json.Marshal(value)
			if err != nil || string(encoded) != tt.want {
				t.Errorf("got %s, want %s; the bot said %q", encoded, tt.want, got)
			}
			if tt.want == "null" && len(got) == 0 {
				t.Error("the bot said nothing")
			}
		})
	}
}

func TestAnswersThatAreAskedBack(t *testing.T) {
	t.Parallel()
	es := engine.Contact{Language: "es", Region: "ES"}
	en := engine.Contact{Language: "en", Region: "GB"}
	tests := []struct {
		name, typ, options string
		contact            engine.Contact
		texts              []string
		want, say          string
	}{
		{"three o'clock is asked back", "time", "", en, []string{"at 3"}, `null`, "Which one do you mean? | [15:00] | [03:00]"},
		{"and the part of the day answers it", "time", "", en, []string{"at 3", "in the afternoon"}, `"15:00"`, ""},
		{"and its place answers it", "time", "", es, []string{"a las 3", "la primera"}, `"15:00"`, ""},
		{"and a new answer is one", "time", "", en, []string{"at 3", "17:45"}, `"17:45"`, ""},
		{"a bound leaves one of the two", "time", `, min: '"09:00"'`, en, []string{"at 3"}, `"15:00"`, ""},
		{"a bound that leaves only the unlikely one is asked back", "datetime", ", min: now + 2h", es, []string{"hoy a las 11:00"}, `null`, "¿A cuál te refieres? | [lunes, 2 de marzo, 23:00]"},
		{"and its number takes it", "datetime", ", min: now + 2h", es, []string{"hoy a las 11:00", "1"}, `"2026-03-02T23:00:00+01:00"`, ""},
		{"and another time is another answer", "datetime", ", min: now + 2h", es, []string{"hoy a las 11:00", "hoy a las 5 de la tarde"}, `"2026-03-02T17:00:00+01:00"`, ""},
		{"a bound leaves none of the two", "time", `, max: '"02:00"'`, en, []string{"at 3"}, `null`, "Sorry, only up to 02:00. | X?"},
		{"nonsense asks the whole question", "time", "", en, []string{"at 3", "purple"}, `null`, "Sorry, I did not understand that. | X?"},
		{"and then the old options are gone", "time", "", en, []string{"at 3", "purple", "the latter"}, `null`, "I still don't get it, sorry. Let's try once more, or I can bring in a person. | X? | [Talk to a person]"},
		{"a number is minutes where they are all that fits", "duration", ", min: 1m, max: 2h", es, []string{"unos 10"}, `"10m0s"`, ""},
		{"a number of hours or days is asked back", "duration", ", min: 1h", en, []string{"10"}, `null`, "Which one do you mean? | [10 h] | [10 d]"},
		{"a bound of a duration", "duration", ", max: 1h30m", en, []string{"3 hours"}, `null`, "Sorry, only up to 1 h 30 min. | X?"},
		{"a bound of an amount has its currency", "amount", ", currency: EUR, min: 50", es, []string{"20 euros"}, `null`, "Lo siento, solo desde 50,00 €. | ¿X?"},
		{"a text that is too short is not understood", "text", ", min: 3", en, []string{"ab"}, `null`, "Sorry, I did not understand that. | X?"},
		{"a text that is too long is too long", "text", ", max: 5", en, []string{"abcdef"}, `null`, "That message is too long for me. Could you say it in fewer words? | X?"},
		{"days of far years are shown with them", "date", ", prefer: past", engine.Contact{Language: "en"}, []string{"5/6/1990"}, `null`, "Which one do you mean? | [Sunday, 6 May 1990] | [Tuesday, 5 June 1990]"},
		{"two numbers are asked back", "integer", "", en, []string{"2 or 3"}, `null`, "Which one do you mean? | [2] | [3]"},
		{"and one of them answers", "integer", "", en, []string{"2 or 3", "3"}, `3`, ""},
		{"two amounts", "amount", ", currency: EUR", es, []string{"20 o 30 euros"}, `null`, "¿A cuál te refieres? | [20,00 €] | [30,00 €]"},
		{"a day without a time asks the time", "datetime", "", en, []string{"on friday"}, `null`, "And at what time on Friday, 6 March?"},
		{"and the time completes it", "datetime", "", en, []string{"on friday", "5pm"}, `"2026-03-06T17:00:00+01:00"`, ""},
		{"a time without a day asks the day", "datetime", "", es, []string{"a las 17:30"}, `null`, ""},
		{"and the day completes it", "datetime", "", es, []string{"a las 17:30", "el viernes"}, `"2026-03-06T17:30:00+01:00"`, ""},
		{"words where a place is needed", "location", "", en, []string{"at home"}, `null`, "I need a place here. Please share a location: the paperclip, then Location. | X?"},
		{"words where a picture is needed", "image", "", es, []string{"es azul"}, `null`, "Aquí necesito una imagen. Envíame una foto, por favor. | ¿X?"},
		{"a part of the day asks the question again", "datetime", "", es, []string{"por la tarde"}, `null`, "¿X?"},
		{"and half an answer is still known", "datetime", "", es, []string{"por la tarde", "el viernes", "a las 5"}, `"2026-03-06T17:00:00+01:00"`, ""},
		{"a whole answer instead of the missing half", "datetime", "", en, []string{"on friday", "no, tuesday at 10am"}, `"2026-03-03T10:00:00+01:00"`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			value, got := answer(t, asking(tt.typ, tt.options), tt.contact, written(tt.texts...)...)
			encoded, err := json.Marshal(value)
			if err != nil || string(encoded) != tt.want || tt.say != "" && strings.Join(got, " | ") != tt.say {
				t.Errorf("got %s, want %s; the bot said %q, want %q", encoded, tt.want, strings.Join(got, " | "), tt.say)
			}
		})
	}
}

// TestTheButtonsOfAnAmbiguousAnswer pick one of its meanings, and are over with it.
func TestTheButtonsOfAnAmbiguousAnswer(t *testing.T) {
	t.Parallel()
	s := flowtest.New(local(t, asking("time", "")), start)
	must(t, s, "> begin now", "> at 3")
	choices := lastChoices(s)
	if len(choices) != 2 || choices[1].Payload != "run/r1/asks/#2" {
		t.Fatalf("got %+v", choices)
	}
	must(t, s, "> [15:00]")
	if x := s.Conv.Runs[0].Slots["x"]; x != "15:00" || s.Conv.Runs[0].Answer != nil {
		t.Fatalf("got %v", x)
	}
	if got := said(must(t, s, "> [03:00]")); len(got) == 0 || !strings.HasPrefix(got[0], "That button belongs to something") || s.Conv.Runs[0].Slots["x"] != "15:00" {
		t.Errorf("got %q", got)
	}
}

func TestYesAndNoAreButtons(t *testing.T) {
	t.Parallel()
	talk(t, catalog(t, asking("yes_no", "")), `
> empieza ahora
< ¿X?
? Sí | No
> [No]
< Done.
! owner bot
`)
}

// wellFormed says what a slot of each type may hold.
var wellFormed = map[engine.SlotType]func(any) bool{
	engine.SlotText:    func(v any) bool { s, ok := v.(string); return ok && s != "" },
	engine.SlotNumber:  func(v any) bool { _, ok := v.(float64); return ok },
	engine.SlotInteger: func(v any) bool { f, ok := v.(float64); return ok && f == float64(int64(f)) },
	engine.SlotAmount: func(v any) bool {
		m, _ := v.(map[string]any)
		amount, _ := m["amount"].(string)
		currency, _ := m["currency"].(string)
		_, minor := m["minor"].(float64)
		return minor && regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`).MatchString(amount) && regexp.MustCompile(`^[A-Z]{3}$`).MatchString(currency)
	},
	engine.SlotDate:     timeIn(time.DateOnly),
	engine.SlotTime:     timeIn("15:04"),
	engine.SlotDateTime: timeIn(time.RFC3339),
	engine.SlotDuration: func(v any) bool {
		s, _ := v.(string)
		_, err := time.ParseDuration(s)
		return err == nil
	},
	engine.SlotEmail: matches(`^[^@\s]+@[^@\s]+\.[^@\s.]+$`),
	engine.SlotPhone: matches(`^\+[1-9][0-9]{6,14}$`),
	engine.SlotYesNo: func(v any) bool { _, ok := v.(bool); return ok },
}

func timeIn(layout string) func(any) bool {
	return func(v any) bool {
		s, _ := v.(string)
		at, err := time.Parse(layout, s)
		return err == nil && at.Format(layout) == s
	}
}

func matches(pattern string) func(any) bool {
	re := regexp.MustCompile(pattern)
	return func(v any) bool { s, ok := v.(string); return ok && re.MatchString(s) }
}

// FuzzSlots: whatever a contact answers, twice in a row, no slot holds what its type does not, the conversation is what storage gives back, and every
// promise of Step holds.
func FuzzSlots(f *testing.F) {
	types := slices.DeleteFunc(slices.Clone(engine.SlotTypes), func(typ engine.SlotType) bool { return wellFormed[typ] == nil })
	catalogs := make([]*engine.Catalog, len(types))
	for i, typ := range types {
		options := map[engine.SlotType]string{
			engine.SlotAmount: ", currency: EUR, max: 1000000", engine.SlotDateTime: ", min: now, max: now + 400d", engine.SlotDate: ", prefer: past", engine.SlotTime: `, min: '"03:00"'`,
			engine.SlotDuration: ", max: 30d", engine.SlotInteger: ", min: -5, normalise: value", engine.SlotText: ", max: 100, validate: len(value) > 0",
		}[typ]
		catalogs[i] = local(f, asking(string(typ), options))
	}
	for _, texts := range [][2]string{
		{"at 3", "in the afternoon"}, {"el viernes", "a las 17:30"}, {"1.250,50 €", "2 or 3"}, {"amanhã às 15h", "não"}, {"29/02/2027", "tomorrow"}, {"600 111 222", "ana@example.com"},
		{"99999999999999999999 €", "1e308"}, {"-0", "٣"}, {"an hour and a half", "3 weeks"}, {"\x00\u202e", "sorry, 5"}, {"yes no yes", "#1"}, {"mañana", "mañana"}, {"at 25:61", "00:00"},
	} {
		f.Add(texts[0], texts[1], "es", "MX")
		f.Add(texts[0], texts[1], "en", "US")
	}
	f.Fuzz(func(t *testing.T, first, second, language, region string) {
		for i, c := range catalogs {
			w := newWorld(c)
			w.conv.Contact.Language, w.conv.Contact.Region = strings.ToValidUTF8(language, "?"), strings.ToValidUTF8(region, "?")
			for _, text := range []string{"begin now", first, second} {
				if err := w.take(message(strings.ToValidUTF8(text, "?"))); err != nil {
					t.Fatalf("%s: %v", types[i], err)
				}
			}
			for _, r := range w.conv.Runs {
				if v := r.Slots["x"]; v != nil && !wellFormed[types[i]](v) {
					t.Errorf("%s holds %#v after %q, %q", types[i], v, first, second)
				}
			}
		}
	})
}

package blueprint

import (
	"fmt"
	"net/url"
	"strings"
)

// What contacts write in the first conversation.
var (
	someText   = Text{"en": "something for Friday", "es": "algo para el viernes", "pt": "algo para sexta-feira"}
	somebody   = Text{"en": "Ana Silva", "es": "Ana Silva", "pt": "Ana Silva"}
	theDentist = Text{"en": "the dentist", "es": "el dentista", "pt": "o dentista"}
	tenthMarch = Text{"en": "on 10 March", "es": "el 10 de marzo", "pt": "em 10 de março"}
	atHalfPast = Text{"en": "on 10 March at 15:30", "es": "el 10 de marzo a las 15:30", "pt": "em 10 de março às 15:30"}
	happy      = Text{"en": "A first conversation in which all goes well.", "es": "Una primera conversación en la que todo va bien.", "pt": "Uma primeira conversa em que tudo dá certo."}
	howTo      = Text{"en": "relevo test runs it; relevo test --update writes what really happens into it.", "es": "relevo test la ejecuta; relevo test --update escribe en ella lo que de verdad ocurre.", "pt": "relevo test a executa; relevo test --update escreve nela o que de fato acontece."}
	agentSays  = Text{"en": "Hello, this is Luis. I'll take care of it.", "es": "Hola, soy Luis. Me encargo.", "pt": "Olá, aqui é o Luis. Eu cuido disso."}
)

// usualAnswers are answers to what has a name of its own.
var usualAnswers = map[string]Text{
	"name": somebody, "address": {"en": "1 Main Street", "es": "Calle Mayor 1", "pt": "Rua Principal, 1"},
}

// typedAnswers are answers to questions of a type.
var typedAnswers = map[string]Text{
	"text": someText, "number": {"en": "2.5", "es": "2,5", "pt": "2,5"}, "integer": {"en": "4", "es": "4", "pt": "4"},
	"amount": {"en": "250 euros", "es": "250 euros", "pt": "250 euros"}, "date": tenthMarch, "time": {"en": "15:30", "es": "15:30", "pt": "15:30"}, "datetime": atHalfPast,
	"email": {"en": "ana@example.org", "es": "ana@example.org", "pt": "ana@example.org"}, "phone": {"en": "+34600111222", "es": "+34600111222", "pt": "+34600111222"},
	"yes_no": {"en": "yes", "es": "sí", "pt": "sim"},
}

// Transcript writes what a contact does in a first conversation in a language of the flow, without what the bot answers: relevo test fills that
// in. file is the flow file as the transcript names it.
func Transcript(a Answers, file, language string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n# %s\nflow %s\nat   2026-03-02T09:00:00Z\n", happy[a.Speak], howTo[a.Speak], file)
	if language != "en" {
		fmt.Fprintf(&b, "language %s\n", language)
	}
	fmt.Fprintf(&b, "\n> %s\n", a.Phrases[language][0])
	switch a.Kind {
	case Lookup:
		fmt.Fprintf(&b, "\n= GET %s 200 {\"id\": %q, \"status\": \"shipped\"}\n> %s\n\n> [%s]\n! end resolved\n", a.answering(), a.Example, a.Example, noThanks[language])
	case Menu:
		fmt.Fprintf(&b, "\n> [%s]\n\n> [%s]\n! end resolved\n", a.Topics[0].Title[language], noThanks[language])
	case Reminder:
		fmt.Fprintf(&b, "\n> %s\n\n> %s\n\n+ until 2026-03-09 10:00\n! end reminded\n", theDentist[language], tenthMarch[language])
	case Collect:
		for _, d := range a.Details {
			fmt.Fprintf(&b, "\n> %s\n", d.answer(language))
		}
		fmt.Fprintf(&b, "\n> %s\n! owner queue\n\n& luis claim\n& luis: %s\n& luis close resolved\n! end resolved\n", yes[language], agentSays[language])
	}
	return b.String()
}

func (d Detail) answer(language string) string {
	name := d.Name
	if other, isOther := otherNames[name]; isOther {
		name = other
	}
	if t := usualAnswers[name]; t != nil && d.Type == "text" {
		return t[language]
	}
	return typedAnswers[d.Type][language]
}

// answering is the end of the address that the flow asks, as a transcript names it.
func (a Answers) answering() string {
	address := strings.ReplaceAll(a.URL, "{}", a.Example)
	if _, rest, found := strings.Cut(address, "}}"); found {
		return rest
	}
	if u, err := url.Parse(address); err == nil {
		return strings.TrimPrefix(address, u.Scheme+"://"+u.Host)
	}
	return address
}

package draw

import "strings"

// vocabulary is what a picture itself says, in one language. Words of the flow language, such as "exhausted", stay as authors write them.
type vocabulary struct {
	kinds map[kind]string

	state, states, choice, choices, flow, flows string // behind a number

	version, event, more, into, queue, quiet string
	until, after, when, otherwise            string
	lasting                                  string // a time: "for 2h"
	with, stays, always, leads, from         string
	noState, noFlow, unreached               string

	allFlows, timed, human, jump, walked, live string
}

var vocabularies = map[string]vocabulary{
	"en": {
		kinds: map[kind]string{
			kindStart: "start", kindAny: "any state", kindSay: "say", kindAsk: "ask", kindCall: "call", kindHandoff: "handoff", kindWait: "wait",
			kindRun: "run", kindEnd: "end", kindMissing: "missing", kindFlow: "flow", kindQueue: "queue",
		},
		state: "state", states: "states", choice: "choice", choices: "choices", flow: "flow", flows: "flows",
		version: "version", event: "event", more: "more", into: "into", queue: "queue", quiet: "quiet hours",
		until: "until", after: "after", when: "if", otherwise: "else", lasting: "for",
		with: "with", stays: "stays here", always: "always", leads: "leads to", from: "from",
		noState: "no such state", noFlow: "no such flow", unreached: "nothing leads here",
		allFlows: "All flows", timed: "when time has passed", human: "to a person", jump: "goes on elsewhere",
		walked: "order in the transcript", live: "runs that stand here",
	},
	"es": {
		kinds: map[kind]string{
			kindStart: "inicio", kindAny: "cualquier estado", kindSay: "dice", kindAsk: "pregunta", kindCall: "llamada", kindHandoff: "persona", kindWait: "espera",
			kindRun: "otro flujo", kindEnd: "fin", kindMissing: "falta", kindFlow: "flujo", kindQueue: "cola",
		},
		state: "estado", states: "estados", choice: "opción", choices: "opciones", flow: "flujo", flows: "flujos",
		version: "versión", event: "evento", more: "más", into: "en", queue: "cola", quiet: "horas de silencio",
		until: "hasta", after: "tras", when: "si", otherwise: "si no", lasting: "durante",
		with: "con", stays: "se queda aquí", always: "siempre", leads: "lleva a", from: "desde",
		noState: "no existe ese estado", noFlow: "no existe ese flujo", unreached: "nada lleva aquí",
		allFlows: "Todos los flujos", timed: "cuando pasa el tiempo", human: "a una persona", jump: "sigue en otro lugar",
		walked: "orden en la transcripción", live: "conversaciones que están aquí",
	},
	"pt": {
		kinds: map[kind]string{
			kindStart: "início", kindAny: "qualquer estado", kindSay: "diz", kindAsk: "pergunta", kindCall: "chamada", kindHandoff: "pessoa", kindWait: "espera",
			kindRun: "outro fluxo", kindEnd: "fim", kindMissing: "falta", kindFlow: "fluxo", kindQueue: "fila",
		},
		state: "estado", states: "estados", choice: "opção", choices: "opções", flow: "fluxo", flows: "fluxos",
		version: "versão", event: "evento", more: "mais", into: "em", queue: "fila", quiet: "horas de silêncio",
		until: "até", after: "após", when: "se", otherwise: "senão", lasting: "por",
		with: "com", stays: "fica aqui", always: "sempre", leads: "leva a", from: "de",
		noState: "este estado não existe", noFlow: "este fluxo não existe", unreached: "nada leva aqui",
		allFlows: "Todos os fluxos", timed: "quando o tempo passa", human: "para uma pessoa", jump: "continua em outro lugar",
		walked: "ordem na transcrição", live: "conversas que estão aqui",
	},
}

// vocabularyOf is that of the first language which has one: "es-MX" has that of "es". English is the last resort.
func vocabularyOf(languages []string) vocabulary {
	for _, language := range languages {
		base, _, _ := strings.Cut(language, "-")
		if w, known := vocabularies[strings.ToLower(base)]; known {
			return w
		}
	}
	return vocabularies["en"]
}

package engine_test

import (
	"strings"
	"testing"

	"relevo/engine"
)

// orderForm asks for several things, so that there is something to go back to.
const orderForm = `
flow: order_form
title: {en: Order form, es: Pedido, pt: Pedido}
languages: [en, es, pt]
triggers:
  - phrases: {en: [new order], es: [nuevo pedido], pt: [novo pedido]}
slots:
  number: {type: text, title: {en: order number, es: número de pedido, pt: número do pedido}, pattern: "[A-Z]{2}[0-9]{4}"}
  people: {type: integer, title: {en: guests, es: invitados, pt: convidados}, min: 1, max: 12}
  comment: {type: text}
initial: ask_number
states:
  ask_number:
    ask: number
    say: {en: The number?, es: "¿El número?", pt: O número?}
    help: {en: "It is on the box.", es: "Está en la caja.", pt: "Está na caixa."}
    on: {answered: ask_people, exhausted: people_first}
  ask_people:
    ask: people
    say: {en: "{{ number }}. How many?", es: "{{ number }}. ¿Cuántos?", pt: "{{ number }}. Quantos?"}
    on: {answered: ask_size, exhausted: people_first}
  ask_size:
    ask: size
    say: {en: "{{ people }}. Which size?", es: "{{ people }}. ¿Qué tamaño?", pt: "{{ people }}. Qual tamanho?"}
    choices:
      small: {en: Small, es: Pequeño, pt: Pequeno}
      large: {en: Large, es: Grande, pt: Grande}
    on: {small: ask_comment, large: ask_comment, exhausted: people_first}
  ask_comment:
    ask: comment
    say: {en: A comment?, es: "¿Un comentario?", pt: Um comentário?}
    on: {answered: over, exhausted: people_first}
  people_first:
    handoff: {queue: vip, outcomes: [resolved]}
    on: {resolved: over}
  over: {say: {en: "{{ number }}, {{ people }}, {{ size }}: {{ comment }}", es: "{{ number }}: {{ comment }}", pt: "{{ number }}: {{ comment }}"}, end: over}
`

// other is a second flow that digressions go to.
const other = `
flow: other
title: {en: Opening hours, es: Horario, pt: Horários}
languages: [en, es, pt]
triggers:
  - phrases: {en: [opening hours], es: [horario], pt: [horário de funcionamento]}
initial: told
states:
  told: {say: {en: From nine to five., es: De nueve a cinco., pt: Das nove às cinco.}, end: told}
`

func TestRepair(t *testing.T) {
	t.Parallel()
	const begun = "\n> new order\n< The number?\n"
	const third = begun + "> AB1234\n< AB1234. How many?\n> 4\n< 4. Which size?\n? Small | Large\n"
	const fourth = third + "> large\n< A comment?\n"
	tests := []struct{ name, script string }{
		{"help: the state's own words, and the question again", begun + `> help
< It is on the box.
< The number?`},
		{"help: the engine's words where the state has none", begun + `> AB1234
< AB1234. How many?
> help
< Answer in your own words or tap a button. You can also write "back", "cancel", "menu", or "a person" to talk to someone.
< AB1234. How many?`},
		{"help without a flow", `
> help
< Answer in your own words or tap a button. You can also write "back", "cancel", "menu", or "a person" to talk to someone.
< Here is what I can help with:
? Order form | Opening hours`},
		{"menu without a flow, and a number picks from it", `
> menu
< Here is what I can help with:
? Order form | Opening hours
> 2
< From nine to five.`},
		{"menu, and a title with a slip picks from it", `
> menu
< Here is what I can help with:
? Order form | Opening hours
> openng hours
< From nine to five.`},
		{"menu in the middle of a question keeps the question", begun + `> menu
< Here is what I can help with:
? Order form | Opening hours
! runs order_form:ask_number
> AB1234
< AB1234. How many?`},
		{"menu in the middle of a question, and back from there", begun + `> menu
< Here is what I can help with:
? Order form | Opening hours
> [Opening hours]
< From nine to five.
< The number?`},
		{"cancel ends it", third + `> never mind
< Done, I've left that.
! end cancelled
! owner closed`},
		{"cancel without anything under way", `
> cancel
< There is nothing going on that I could cancel.
< Here is what I can help with:
? Order form | Opening hours`},
		{"cancel as part of a longer answer is not the command", fourth + `> please cancel the old one first
< AB1234, 4, large: please cancel the old one first`},
		{"back asks the question before", third + `> back
< AB1234. How many?
> 5
< 5. Which size?
? Small | Large`},
		{"back twice", third + `> back
< AB1234. How many?
> go back
< The number?
> back
< This is the first question, there is nothing before it.
< The number?`},
		{"back where the question takes any text", fourth + `> back
< 4. Which size?
? Small | Large`},
		{"correct after a no", third + `> no, sorry, CD5678
< CD5678. How many?`},
		{"no, sorry is an answer where any text is one", fourth + `> no, sorry
< AB1234, 4, large: no, sorry`},
		{"repeat", third + `> what?
< 4. Which size?
? Small | Large
@ ask_size`},
		{"correct with the right answer to an earlier question", third + `> sorry, CD5678
< CD5678. How many?
> 4
< 4. Which size?
? Small | Large`},
		{"correct with an answer to the question before", third + `> no, I meant 6
< 6. Which size?
? Small | Large
$ people = 6`},
		{"correct by the name of what was wrong", third + `> sorry, the order number was wrong
< The number?`},
		{"correct without more asks the last one again", third + `> I made a mistake
< AB1234. How many?`},
		{"correct with an answer to the question that is open", third + `> sorry, I mean the small one
< A comment?
$ size = "small"`},
		{"correct where the question takes any text, with something before it", fourth + `> no, I meant small
< A comment?
$ size = "small"`},
		{"correct at the first question is a wrong answer", begun + `> sorry
< Sorry, I did not understand that.
< The number?`},
		{"another language, and the question again in it", begun + `> en español por favor
< Claro, seguimos en español.
< ¿El número?
! language es
> AB1234
< AB1234. ¿Cuántos?
> em português
< Claro, vamos continuar em português.
< AB1234. Quantos?
! language pt`},
		{"the chosen language is remembered", begun + `> en español
< Claro, seguimos en español.
< ¿El número?
> cancelar
< Listo, lo dejamos aquí.
> new order
< ¿El número?
! language es`},
		{"stop and start, in another language", `
> quero sair
< Pronto. Não vamos enviar mais mensagens. Se mudar de ideia, escreva COMEÇAR.
! contact opted_out true
> começar
< Que bom ter você de volta! Você vai receber nossas mensagens de novo. Escreva SAIR quando não quiser mais.
< Posso ajudar com isto:
? Pedido | Horários
! contact opted_out false`},
		{"stop in the middle of a question ends it", third + `> unsubscribe
< Done. You won't get any more messages from us. If you change your mind, just write START.
! runs -
! owner closed`},
		{"who opted out and asks is answered", `
> stop
< Done. You won't get any more messages from us. If you change your mind, just write START.
> opening hours
< From nine to five.
! contact opted_out true`},
		{"a person in the middle of a question, in a sentence", third + `> can I talk to a person please
< I'll bring in a colleague. One moment, please.
! handoff queue=general reason="asked"`},
		{"a digression and back", third + `> what are your opening hours?
< From nine to five.
< 4. Which size?
? Small | Large
> small
< A comment?`},
		{"no digression where any text is an answer, unless it is nothing else", fourth + `> deliver within opening hours
< AB1234, 4, large: deliver within opening hours`},
		{"a digression where any text is an answer", fourth + `> opening hours
< From nine to five.
< A comment?`},
		{"not understood once, twice, and exhausted", third + `> purple
< Sorry, I did not understand that.
< 4. Which size?
? Small | Large
> green
< I still don't get it, sorry. Let's try once more, or I can bring in a person.
< 4. Which size?
? Small | Large | Talk to a person
> blue
! handoff queue=vip reason="exhausted"`},
		{"the offered person is taken", third + `> purple
< Sorry, I did not understand that.
< 4. Which size?
? Small | Large
> green
< I still don't get it, sorry. Let's try once more, or I can bring in a person.
< 4. Which size?
? Small | Large | Talk to a person
> [Talk to a person]
< I'll bring in a colleague. One moment, please.
! handoff queue=general reason="asked"`},
		{"an empty message", begun + `>
< Your message arrived empty. Could you send it again?
< The number?`},
		{"emoji only", begun + `> 😀👍🏽
< I'm not sure what that means here. Could you put it in words?
< The number?`},
		{"a sticker", begun + `> (sticker)
< Nice one! But I need it in words, please.
< The number?`},
		{"a voice note", begun + `> (audio)
< I can't listen to voice notes yet. Could you write it to me, please?
< The number?`},
		{"a picture without words", begun + `> (image)
< I can't use that here. Could you write it to me, please?
< The number?`},
		{"a place where words are needed", begun + `> (location 40.41,-3.70)
< I can't use that here. Could you write it to me, please?
< The number?`},
		{"an empty message where any text is an answer", fourth + `>
< Your message arrived empty. Could you send it again?
< A comment?`},
		{"a reaction is no message", fourth + `> (reaction)
@ ask_comment`},
		{"an insult is answered calmly once, then people", third + `> fuck you
< I can tell this is frustrating, and I do want to help.
< 4. Which size?
? Small | Large
> you are an asshole
< I'll bring in a colleague. One moment, please.
! handoff queue=general reason="insulted"`},
		{"an insult without a flow", `
> vete a la mierda, no funciona nada
< Entiendo que esto es frustrante, y quiero ayudarte.
< Puedo ayudarte con esto:
? Pedido | Horario`},
		{"an answer with an insult in it is an answer", third + `> large, asshole
< A comment?`},
		{"a long comment with a rude word is a comment", fourth + `> the last time the driver was an idiot and left
< AB1234, 4, large: the last time the driver was an idiot and left`},
		{"out of bounds above", begun + `> AB1234
< AB1234. How many?
> 13
< Sorry, only up to 12.
< AB1234. How many?
> 0
< Sorry, only from 1 on.
< AB1234. How many?
> 3
< 3. Which size?
? Small | Large`},
		{"out of bounds until it is exhausted", begun + `> AB1234
< AB1234. How many?
> 13
< Sorry, only up to 12.
< AB1234. How many?
> 13
< Sorry, only up to 12.
< AB1234. How many?
> 13
! handoff queue=vip reason="exhausted"`},
	}
	c := catalog(t, orderForm, other)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			talk(t, c, tt.script)
		})
	}
}

// own is a flow that does everything in its own way.
const own = `
flow: own
title: {en: Own}
languages: [en]
triggers:
  - phrases: {en: [my way]}
commands: {back: false, agent: false, help: true}
texts:
  not_understood: {en: "Pardon me?"}
  cancelled: {en: "As you wish{{ word == nil ? \"\" : \", \" + word }}."}
  help: {en: "Write any word with one a digit."}
slots: {word: {type: text, pattern: "[a-z]+[0-9]"}}
initial: asks
on:
  cancel: {when: "word == 'hold1'", goto: asks_sure}
  menu: asks_sure
states:
  asks:
    ask: word
    say: A word?
    attempts: 4
    on: {answered: asks_more, exhausted: over}
  asks_more:
    ask: word
    say: "{{ word }}. Another one?"
    on: {answered: over, exhausted: over, repeat: asks_sure}
  asks_sure:
    ask: sure
    say: Sure?
    choices: {leave: Leave it, stay: Stay}
    on: {leave: over, stay: asks, exhausted: over}
  over: {say: Bye., end: over}
`

func TestAFlowsOwnRepair(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, script string }{
		{"its own texts, and no person where the command is off", `
> my way
< A word?
> ?
< I'm not sure what that means here. Could you put it in words?
< A word?
> what is that
< Pardon me?
< A word?
> agent
< Pardon me?
< A word?
! owner bot`},
		{"its own way to cancel, when its guard holds", `
> my way
< A word?
> hold1
< hold1. Another one?
> cancel
< Sure?
? Leave it | Stay`},
		{"the default where its guard does not hold, in its own words", `
> my way
< A word?
> ab1
< ab1. Another one?
> cancel
< As you wish, ab1.
! end cancelled`},
		{"a command of its own in one state", `
> my way
< A word?
> repeat
< A word?
> ab1
< ab1. Another one?
> repeat
< Sure?
? Leave it | Stay`},
		{"its own menu", `
> my way
< A word?
> menu
< Sure?
? Leave it | Stay`},
		{"back is off: a wrong answer", `
> my way
< A word?
> ab1
< ab1. Another one?
> back
< Pardon me?
< ab1. Another one?`},
		{"its own help", `
> my way
< A word?
> help
< Write any word with one a digit.
< A word?`},
		{"a choice wins over a command of the same words", `
> my way
< A word?
> menu
< Sure?
? Leave it | Stay
> leave it
< Bye.
! end over`},
	}
	c := catalog(t, own)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			talk(t, c, tt.script)
		})
	}
}

// TestEnormousMessages never reach a flow, and the question is still there.
func TestEnormousMessages(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{"words": strings.Repeat("cancel ", 10_000), "one word": strings.Repeat("a", 100_000), "emoji": strings.Repeat("😀", 10_000)} {
		s := begin(catalog(t, orderForm))
		must(t, s, "> new order")
		turns, err := s.Message(engine.Message{Kind: engine.MessageText, Text: text})
		if got := said(turns); err != nil || len(got) != 1 || !strings.HasPrefix(got[0], "That message is too long") || s.Conv.Runs[0].State != "ask_number" {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
}

func TestLanguages(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		known    engine.Contact
		text     string
		browser  string
		want     string
		guessed  bool
		firstSay string
	}{
		{"the phrase tells it", engine.Contact{}, "nuevo pedido", "en", "es", false, "¿El número?"},
		{"the words tell it", engine.Contact{}, "bom dia, não consigo entrar na minha conta", "en", "pt", false, "Posso ajudar com isto:"},
		{"the words tell it in English", engine.Contact{}, "good morning, I can not get into my account", "pt-BR", "en", false, "Here is what I can help with:"},
		{"a command's phrase tells it", engine.Contact{}, "ayúdame", "en", "es", false, "Responde con tus palabras"},
		{"the browser is only a guess", engine.Contact{}, "ok", "pt-BR", "pt", true, "Posso ajudar com isto:"},
		{"a language that no flow speaks is nothing", engine.Contact{}, "ok", "fr", "", false, "Here is what I can help with:"},
		{"a guess gives way to clear words", engine.Contact{Language: "en", Guessed: true}, "hola, no puedo entrar en mi cuenta", "en", "es", false, "Puedo ayudarte con esto:"},
		{"a guess stays when the words are not clear", engine.Contact{Language: "pt", Guessed: true}, "ok", "en", "pt", true, "Posso ajudar com isto:"},
		{"what is known stays", engine.Contact{Language: "es"}, "new order", "en", "es", false, "¿El número?"},
	}
	c := catalog(t, orderForm, other)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := begin(c)
			s.Know(tt.known)
			turns, err := s.Message(engine.Message{Kind: engine.MessageText, Text: tt.text, Language: tt.browser})
			if err != nil {
				t.Fatal(err)
			}
			contact := s.Conv.Contact
			if contact.Language != tt.want || contact.Guessed != tt.guessed || !strings.HasPrefix(strings.Join(said(turns), " | "), tt.firstSay) {
				t.Errorf("language %q, guessed %v, said %q", contact.Language, contact.Guessed, said(turns))
			}
		})
	}
}

// TestWhatTheChannelTellsOfTheContact is kept when it is new, and never overwrites what is known.
func TestWhatTheChannelTellsOfTheContact(t *testing.T) {
	t.Parallel()
	s := begin(catalog(t, orderForm))
	first := engine.Message{Kind: engine.MessageText, Text: "hi", Name: "Ana", Region: "MX", TimeZone: "America/Mexico_City"}
	if _, err := s.Message(first); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Message(engine.Message{Kind: engine.MessageText, Text: "hi", Name: "Eve", Region: "ES", TimeZone: "Europe/Madrid"}); err != nil {
		t.Fatal(err)
	}
	if c := s.Conv.Contact; c.Name != "Ana" || c.Region != "MX" || c.TimeZone != "America/Mexico_City" {
		t.Errorf("got %+v", c)
	}
	s = begin(catalog(t, orderForm))
	for _, zone := range []string{"Local", "../../etc/passwd", "Nowhere/Atlantis", strings.Repeat("x", 1000)} {
		if _, err := s.Message(engine.Message{Kind: engine.MessageText, Text: "hi", TimeZone: zone}); err != nil || s.Conv.Contact.TimeZone != "" {
			t.Errorf("%q is kept as a time zone, %v", zone, err)
		}
	}
}

// TestBackLeavesTheFlowThatRuns: before the first question of a flow that another one runs comes that one's last.
func TestBackLeavesTheFlowThatRuns(t *testing.T) {
	t.Parallel()
	const inner = `
flow: inner
title: Paying
languages: [en]
initial: ask_way
states:
  ask_way:
    ask: way
    say: How do you pay?
    choices: {card: Card, cash: Cash}
    on: {card: paid, cash: paid, exhausted: paid}
  paid: {end: paid}
`
	const outer = `
flow: outer
title: Cakes
languages: [en]
triggers: [{phrases: {en: [order a cake]}}]
slots:
  cakes: {type: integer}
initial: ask_cakes
states:
  ask_cakes:
    ask: cakes
    say: How many cakes?
    on: {answered: pay, exhausted: done}
  pay:
    run: inner
    on: {paid: done, ended: done}
  done: {say: "{{ cakes }} cakes.", end: ordered}
`
	talk(t, catalog(t, inner, outer), `
> order a cake
< How many cakes?
> 2
< How do you pay?
? Card | Cash
> back
< How many cakes?
> 3
< How do you pay?
? Card | Cash
> cash
< 3 cakes.
! runs -
! owner closed
`)
}

// TestBackStopsWhereACallHasChangedSomething, in whatever flow the call was.
func TestBackStopsWhereACallHasChangedSomething(t *testing.T) {
	t.Parallel()
	const inner = `
flow: inner
title: Paying
languages: [en]
initial: charge
states:
  charge:
    call: {post: "{{ config.orders_url }}/charge"}
    on: {ok: ask_receipt, failed: paid}
  ask_receipt:
    ask: receipt
    say: A receipt?
    choices: {want: Please, skip: No need}
    on: {want: paid, skip: paid, exhausted: paid}
  paid: {end: paid}
`
	const outer = `
flow: outer
title: Cakes
languages: [en]
triggers: [{phrases: {en: [order a cake]}}]
slots:
  cakes: {type: integer}
initial: ask_cakes
states:
  ask_cakes:
    ask: cakes
    say: How many cakes?
    on: {answered: pay, exhausted: done}
  pay:
    run: inner
    on: {paid: done, ended: done}
  done: {end: ordered}
`
	talk(t, catalog(t, inner, outer), `
> order a cake
< How many cakes?
= POST /charge 200 {}
> 2
< A receipt?
? Please | No need
> back
< This is the first question, there is nothing before it.
< A receipt?
? Please | No need
`)
}

// TestBackDoesNotSetAgain: what a question sets is about the event that led to it the first time.
func TestBackDoesNotSetAgain(t *testing.T) {
	t.Parallel()
	const invoices = `
flow: invoices
title: Invoices
languages: [en]
triggers: [{event: invoice.overdue}]
slots:
  invoice: {type: object}
  day: {type: date}
initial: overdue
states:
  overdue:
    set: {invoice: event.data}
    ask: answer
    say: Invoice {{ invoice.id }} is open.
    choices: {later: Later, done: Paid}
    on: {later: ask_day, done: over, exhausted: over}
  ask_day:
    ask: day
    say: On which day?
    on: {answered: over, exhausted: over}
  over: {end: over}
`
	talk(t, catalog(t, invoices), `
* invoice.overdue {"id": "FA1"}
< Invoice FA1 is open.
? Later | Paid
> later
< On which day?
> back
< Invoice FA1 is open.
? Later | Paid
> later
< On which day?
> no, the other one
< Invoice FA1 is open.
? Later | Paid
`)
}

// TestTheMenuIsNotOfferedWhereNothingMayInterrupt: every flow of it would be refused.
func TestTheMenuIsNotOfferedWhereNothingMayInterrupt(t *testing.T) {
	t.Parallel()
	const alert = `
flow: alert
title: Alert
languages: [en]
interruptible: false
triggers: [{event: payment.odd}]
slots:
  mine: {type: yes_no}
initial: ask_mine
states:
  ask_mine:
    ask: mine
    say: Was this you?
    on: {answered: over, exhausted: over}
  over: {end: over}
`
	talk(t, catalog(t, alert, other), `
* payment.odd
< Was this you?
? Yes | No
> menu
< Was this you?
? Yes | No
> yes
! owner closed
`)
}

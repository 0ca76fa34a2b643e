package engine_test

import (
	"strings"
	"testing"

	"relevo/engine"
)

// shop asks for things, in two languages.
const shop = `
flow: shop
title: {en: Buy something, es: Comprar}
languages: [en, es]
triggers:
  - phrases:
      en: [i want to buy, buy]
      es: [quiero comprar, cuánto cuesta]
slots:
  code: {type: text, pattern: "[A-Z]{2}[0-9]{4}", example: AB1234}
  comment: {type: text}
initial: ask_code
states:
  ask_code:
    ask: code
    say: {en: Which code?, es: ¿Qué código?}
    reask: {en: "Not a code.", es: "No es un código."}
    attempts: 3
    on: {answered: ask_size, exhausted: people}
  ask_size:
    ask: size
    say: {en: "Which size for {{ code }}?", es: "¿Qué talla para {{ code }}?"}
    choices:
      small: {en: Small, es: Pequeña}
      large: {en: Large, es: Grande}
      extra_large: {en: Extra large, es: Muy grande}
    on: {small: ask_comment, large: ask_comment, extra_large: ask_comment, exhausted: people}
  ask_comment:
    ask: comment
    say: {en: Anything to add?, es: ¿Algo más?}
    on: {answered: thanks, exhausted: people}
    after: {30m: people}
  thanks:
    say: {en: "Noted: {{ size }}, {{ comment }}", es: "Anotado: {{ size }}, {{ comment }}"}
    end: bought
  people:
    handoff: {queue: vip, outcomes: [resolved]}
    on: {resolved: over}
  over: {end: resolved}
`

// rentals shares words with shop.
const rentals = `
flow: rentals
title: {en: Rent something, es: Alquilar}
languages: [en, es]
triggers:
  - phrases:
      en: [i want to buy or rent, rent]
      es: [quiero alquilar]
initial: told
states:
  told:
    say: {en: Rentals open in May., es: Los alquileres abren en mayo.}
    end: told
`

func TestAnswers(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, script string }{
		{"a phrase inside a sentence starts its flow", `
> Hello! I want to buy, please
< Which code?
@ ask_code`},
		{"the longest phrase wins", `
> I want to buy or rent a bike
< Rentals open in May.`},
		{"capitals and accents do not matter", `
> CUANTO CUESTA??
< ¿Qué código?
! language es`},
		{"accents made of two characters do not matter", "\n> cua\u0301nto cuesta\n< ¿Qué código?"},
		{"one slip in a long word does not matter", `
> quiero compar
< ¿Qué código?`},
		{"an apostrophe does not matter", `
> Can you help, I dont know what to do
< Here is what I can help with:
? Buy something | Rent something
> i dont understand
< Here is what I can help with:
? Buy something | Rent something`},
		{"a slip in a short word matters: it would be another word", `
> buj
< Here is what I can help with:
? Buy something | Rent something`},
		{"the phrase tells the language, whatever the browser says", `
> quiero alquilar
< Los alquileres abren en mayo.
! language es`},
		{"a value is found in a sentence, whatever its case and spacing", `
> buy
< Which code?
> it's ab-12 34 I think
< Which size for AB1234?
? Small | Large | Extra large
$ code = "AB1234"`},
		{"a wrong value is asked again in other words", `
> buy
< Which code?
> AB12345
< Not a code.
@ ask_code`},
		{"the third wrong value ends in a handoff", `
> buy
< Which code?
> one
< Not a code.
> two
< I still don't get it, sorry. Let's try once more, or I can bring in a person.
< Not a code.
? Talk to a person
> three
! handoff queue=vip reason="exhausted"
! owner queue`},
		{"a right value starts the count anew", `
> buy
< Which code?
> one
< Not a code.
> two
< I still don't get it, sorry. Let's try once more, or I can bring in a person.
< Not a code.
? Talk to a person
> AB1234
< Which size for AB1234?
? Small | Large | Extra large
> medium
< Sorry, I did not understand that.
< Which size for AB1234?
? Small | Large | Extra large
@ ask_size`},
		{"a choice by its button", `
> buy
< Which code?
> AB1234
< Which size for AB1234?
? Small | Large | Extra large
> [Large]
< Anything to add?
$ size = "large"`},
		{"a choice by its number", `
> buy
< Which code?
> AB1234
< Which size for AB1234?
? Small | Large | Extra large
> 3.
< Anything to add?
$ size = "extra_large"`},
		{"a choice by its title, in capitals", `
> buy
< Which code?
> AB1234
< Which size for AB1234?
? Small | Large | Extra large
> LARGE
< Anything to add?
$ size = "large"`},
		{"a choice by its name", `
> buy
< Which code?
> AB1234
< Which size for AB1234?
? Small | Large | Extra large
> extra_large
< Anything to add?
$ size = "extra_large"`},
		{"a choice by a title with a slip", `
> buy
< Which code?
> AB1234
< Which size for AB1234?
? Small | Large | Extra large
> smal
< Sorry, I did not understand that.
< Which size for AB1234?
? Small | Large | Extra large
> smalll
< Anything to add?
$ size = "small"`},
		{"a choice by a title inside a sentence", `
> buy
< Which code?
> AB1234
< Which size for AB1234?
? Small | Large | Extra large
> the small one, please
< Anything to add?
$ size = "small"`},
		{"two choices in a sentence are asked again", `
> buy
< Which code?
> AB1234
< Which size for AB1234?
? Small | Large | Extra large
> small or large
< Sorry, I did not understand that.
< Which size for AB1234?
? Small | Large | Extra large
@ ask_size`},
		{"a number that no choice has is asked again", `
> buy
< Which code?
> AB1234
< Which size for AB1234?
? Small | Large | Extra large
> 4
< Sorry, I did not understand that.
< Which size for AB1234?
? Small | Large | Extra large`},
		{"a voice note is asked for as text", `
> buy
< Which code?
> (audio)
< I can't listen to voice notes yet. Could you write it to me, please?
< Which code?`},
		{"a picture's caption is read", `
> buy
< Which code?
> (image) AB1234
< Which size for AB1234?
? Small | Large | Extra large`},
		{"a reaction is not an answer", `
> buy
< Which code?
> (reaction)
@ ask_code`},
		{"asking for a person in the middle of a question", `
> buy
< Which code?
> Can I talk to a person?
< I'll bring in a colleague. One moment, please.
! handoff queue=general reason="asked"
! owner queue`},
		{"what no flow understands gets the menu, then people are on offer, then they come", `
> purple
< Here is what I can help with:
? Buy something | Rent something
! owner closed
> green
< I still don't get it, sorry. Let's try once more, or I can bring in a person.
< Here is what I can help with:
? Buy something | Rent something | Talk to a person
> blue
< I'll bring in a colleague. One moment, please.
! handoff queue=general reason="not_understood"`},
		{"a person on offer is taken", `
> purple
< Here is what I can help with:
? Buy something | Rent something
> green
< I still don't get it, sorry. Let's try once more, or I can bring in a person.
< Here is what I can help with:
? Buy something | Rent something | Talk to a person
> [Talk to a person]
< I'll bring in a colleague. One moment, please.
! handoff queue=general reason="asked"`},
		{"a command forgets what was not understood", `
> purple
< Here is what I can help with:
? Buy something | Rent something
> menu
< Here is what I can help with:
? Buy something | Rent something
> green
< Here is what I can help with:
? Buy something | Rent something`},
		{"a flow that starts forgets what was not understood", `
> purple
< Here is what I can help with:
? Buy something | Rent something
> rent
< Rentals open in May.
> purple
< Here is what I can help with:
? Buy something | Rent something`},
		{"a button of the menu starts its flow", `
> purple
< Here is what I can help with:
? Buy something | Rent something
> [Rent something]
< Rentals open in May.`},
		{"an unsupported message without a flow gets the menu", `
> (sticker)
< Nice one! But I need it in words, please.
< Here is what I can help with:
? Buy something | Rent something`},
	}
	c := catalog(t, shop, rentals)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			talk(t, c, tt.script)
		})
	}
}

func TestOldButtons(t *testing.T) {
	t.Parallel()
	c := catalog(t, shop)
	for _, payload := range []string{"run/r1/large", "run/r99/small", "flow/none", "run/", "run", "\x00", strings.Repeat("/", 99)} {
		s := begin(c)
		must(t, s, "> buy", "> AB1234", "> [Small]")
		turns, err := s.Message(engine.Message{Kind: engine.MessageButton, Text: "Large", Payload: payload})
		if err != nil || !traced(turns, "stale_button") {
			t.Errorf("%q: no trace of a stale button (%v)", payload, err)
		}
		if got := said(turns); len(got) != 1 || got[0] != "Noted: small, Large" {
			t.Errorf("%q: an old button is read as the text on it: got %q", payload, got)
		}
	}
}

func TestButtonOfARunInTheBackground(t *testing.T) {
	t.Parallel()
	c := catalog(t, shop, strings.ReplaceAll(told, "told", "news"))
	s := begin(c)
	must(t, s, "> buy", "> AB1234")
	sizes := lastChoices(s)
	must(t, s, "* shop.news")
	if len(s.Conv.Runs) != 2 || s.Conv.InFocus().Flow != "news" {
		t.Fatalf("the news did not interrupt: %+v", s.Conv.Focus)
	}
	turns, err := s.Message(engine.Message{Kind: engine.MessageButton, Text: "Large", Payload: sizes[1].Payload})
	if err != nil || len(said(turns)) != 1 || said(turns)[0] != "Anything to add?" {
		t.Fatalf("got %q, %v", said(turns), err)
	}
	if s.Conv.InFocus().Flow != "shop" {
		t.Error("the run whose button was pressed is not in focus")
	}
	turns = must(t, s, "> no")
	if got := said(turns); len(got) != 2 || got[1] != "The news is here. Seen?" {
		t.Errorf("the interrupted run was not asked again: %q", got)
	}
}

// told begins by a business event.
const told = `
flow: told
title: {en: told}
languages: [en]
triggers:
  - event: shop.told
initial: tell
states:
  tell:
    ask: seen
    say: The told is here. Seen?
    choices: {sure: Sure}
    on: {sure: over, exhausted: over}
    after: {1h: over}
  over: {end: told}
`

func TestLongMessages(t *testing.T) {
	t.Parallel()
	s := begin(catalog(t, shop))
	must(t, s, "> buy", "> AB1234", "> small")
	turns := must(t, s, "> "+strings.Repeat("á", engine.MaxInboundRunes+1))
	if got := said(turns); len(got) != 1 || !strings.HasPrefix(got[0], "That message is too long") || !traced(turns, "budget_message") {
		t.Errorf("got %q", got)
	}
	longest := strings.Repeat("á", engine.MaxInboundRunes)
	if got := said(must(t, s, "> "+longest)); len(got) != 1 || got[0] != "Noted: small, "+longest {
		t.Errorf("the longest message is not read: %d texts", len(got))
	}
}

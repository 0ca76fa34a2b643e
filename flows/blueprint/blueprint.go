// Package blueprint makes new flows: what somebody wants, in a few answers, becomes a flow file that is complete, and a conversation with it
// that shows that it works. Everything it writes passes relevo check, relevo test and relevo fmt.
package blueprint

import (
	"maps"
	"slices"
	"strings"
)

// Text is a text by language. Every text of this package has all of Languages.
type Text map[string]string

// Languages are those that there are texts for.
var Languages = []string{"en", "es", "pt"}

// Kind is what a new flow does.
type Kind string

// The kinds of flows.
const (
	Lookup   Kind = "lookup"   // asks for a number and looks it up in another system
	Menu     Kind = "menu"     // answers what people ask again and again
	Reminder Kind = "reminder" // writes again on the day before a date
	Collect  Kind = "collect"  // asks for details and hands over to people
)

// Kinds are all kinds, in the order in which they are offered.
var Kinds = []Kind{Lookup, Menu, Reminder, Collect}

// Silence is what follows when a contact does not answer for half an hour.
type Silence string

// What can follow silence.
const (
	AskAgain Silence = "ask"    // ask once whether they are still there, then leave them in peace
	Peace    Silence = "end"    // end without a word
	Person   Silence = "person" // hand over to people
)

// Silences are all of them, in the order in which they are offered.
var Silences = []Silence{AskAgain, Peace, Person}

// Limits of what goes into a flow, so that it fits every channel.
const (
	MaxTitle   = 24 // runes, of a row in a list
	MaxButton  = 20 // runes, of a button
	MaxTopics  = 8  // a list has 10 rows: one is for people
	MaxDetails = 10
	MaxPhrases = 50
	MaxText    = 300 // runes, of a question
)

// Topic is something that people ask about.
type Topic struct {
	Name   string // of its choice: small letters, digits and _
	Title  Text
	Answer Text
}

// Detail is something that the flow asks for.
type Detail struct {
	Name     string // of its slot
	Type     string // of DetailTypes
	Title    Text
	Question Text
}

// DetailTypes are the slot types that a detail can have.
var DetailTypes = []string{"text", "number", "integer", "amount", "date", "time", "datetime", "email", "phone", "yes_no"}

// Answers are what a flow is made of. New fills them in; all of it can be changed.
type Answers struct {
	Name      string
	Kind      Kind
	Languages []string // of Languages; the first one is the flow's default
	Speak     string   // the language of comments
	Title     Text
	Phrases   map[string][]string // by language
	Queue     string
	Silence   Silence

	Number  Text   // Lookup: what people call it: "order number"
	Example string // Lookup: one of them. Its letters and digits are the pattern of all others
	URL     string // Lookup: who knows it; {} stands for the number
	Topics  []Topic
	Details []Detail
}

// New are answers that make a good flow as they are. speak is the language of comments.
func New(kind Kind, languages []string, speak string) Answers {
	start := starts[kind]
	a := Answers{
		Name: start.name[speak], Kind: kind, Languages: languages, Speak: speak, Queue: "general", Silence: AskAgain,
		Title: maps.Clone(start.title), Phrases: map[string][]string{},
		Number: maps.Clone(orderNumber), Example: "AB123456", URL: "{{ config.orders_url }}/orders/{}",
	}
	for _, language := range Languages {
		a.Phrases[language] = slices.Clone(start.phrases[language])
	}
	switch kind {
	case Menu:
		a.Topics = []Topic{openingHours, prices, place}
	case Collect:
		a.Details = []Detail{NewDetail("name", ""), NewDetail("email", ""), NewDetail("need", "")}
	}
	return a
}

// NewTopic is a topic with that title in every language, and an answer to be written.
func NewTopic(name string, title Text) Topic {
	for _, known := range []Topic{openingHours, prices, place} {
		if maps.Equal(known.Title, title) {
			return known
		}
	}
	return Topic{Name: name, Title: title, Answer: maps.Clone(toBeWritten)}
}

// NewDetail is a detail that somebody calls by that title, with a question: a good one where the title is a usual one. Its name is made of the
// title, and its type is text where typ is "".
func NewDetail(title, typ string) Detail {
	d := Detail{Name: plainName(title), Type: typ, Title: Text{}, Question: Text{}}
	u, isUsual := usualDetails[d.Name]
	if other, isOther := otherNames[d.Name]; isOther {
		u, isUsual = usualDetails[other], true
	}
	if d.Type == "" {
		d.Type = "text"
	}
	if isUsual {
		if typ == "" {
			d.Type = u.typ
		}
		d.Title, d.Question = u.title, u.question
		return d
	}
	for _, language := range Languages {
		d.Title[language] = strings.ReplaceAll(title, "_", " ")
		d.Question[language] = strings.ReplaceAll(anyQuestion[language], "%s", d.Title[language])
	}
	return d
}

// plainName makes a name out of a title: small letters, digits and single _. It may be empty, or begin with a digit.
func plainName(title string) string {
	name := strings.Trim(strings.Map(plainLetter, strings.ToLower(title)), "_")
	for strings.Contains(name, "__") {
		name = strings.ReplaceAll(name, "__", "_")
	}
	return name
}

// ChoiceName makes the name of a choice out of its title: "¿Cuánto cuesta?" is cuanto_cuesta. taken are names that are given already.
func ChoiceName(title string, taken []string) string {
	name := plainName(title)
	if name == "" || name[0] < 'a' || slices.Contains(eventNames, name) {
		name = strings.TrimSuffix("topic_"+name, "_")
	}
	unique := name
	for n := 2; slices.Contains(taken, unique); n++ {
		unique = name + "_" + string(rune('0'+n))
	}
	return unique
}

// eventNames mean something else under on.
var eventNames = []string{
	"answered", "exhausted", "person", "done", "agent", "start", "stop", "cancel", "back", "correct", "repeat", "language", "menu", "help", "script_failed",
	"undeliverable", "elapsed", "missed", "ok", "failed", "accepted", "unavailable", "abandoned", "ended", "cancelled", "opted_out", "on", "off", "yes", "no", "y", "n", "true", "false", "null",
}

// accents are letters that a name can not have, and what stands for them.
var accents = strings.NewReplacer("á", "a", "à", "a", "â", "a", "ã", "a", "ä", "a", "é", "e", "è", "e", "ê", "e", "ë", "e", "í", "i", "ï", "i", "ó", "o", "ò", "o", "ô", "o", "õ", "o", "ö", "o", "ú", "u", "ü", "u", "ç", "c", "ñ", "n")

func plainLetter(r rune) rune {
	if plain := accents.Replace(string(r)); len(plain) == 1 && (plain[0] >= 'a' && plain[0] <= 'z' || plain[0] >= '0' && plain[0] <= '9') {
		return rune(plain[0])
	}
	return '_'
}

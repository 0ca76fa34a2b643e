package engine

import "relevo/engine/diag"

// Command is something a contact can ask for in every flow. A flow overrides one by catching the event of the same name, and switches it off
// under commands.
type Command string

// The commands, in the order in which they are looked for.
const (
	CommandAgent    Command = "agent"    // talk to a person
	CommandStop     Command = "stop"     // opt out
	CommandStart    Command = "start"    // opt in again
	CommandCancel   Command = "cancel"   // end the run in focus
	CommandBack     Command = "back"     // the question before this one
	CommandCorrect  Command = "correct"  // "no, the other order": an earlier answer was wrong; stands at the beginning of a message
	CommandRepeat   Command = "repeat"   // the question again
	CommandLanguage Command = "language" // speak another language
	CommandMenu     Command = "menu"     // what can be done here
	CommandHelp     Command = "help"     // what to do at this question
)

// CommandNames lists every command; a commands file must have them all.
var CommandNames = []Command{
	CommandAgent, CommandStop, CommandStart, CommandCancel, CommandBack, CommandCorrect, CommandRepeat, CommandLanguage, CommandMenu, CommandHelp,
}

// Commands are the words that work in every flow, and the engine's own sentences. Package flows loads them from commands.yaml.
type Commands struct {
	// Phrases are what a contact may write for each command, by language. Those of CommandLanguage stand under the language that they ask for.
	Phrases map[Command]map[string][]string
	// Abuse are insults, by language. A message with one is answered calmly once; the second one goes to people.
	Abuse map[string][]string
	// Texts are the engine's own sentences: TextKey → language → text.
	Texts map[TextKey]map[string]string
	// Places are where the phrases stand, in the order of Phrases, for findings; nil where that is not known.
	Places map[Command]map[string][]diag.Range
}

// place is where a phrase stands, the zero Range where that is not known.
func (c Commands) place(command Command, language string, i int) diag.Range {
	if places := c.Places[command][language]; i < len(places) {
		return places[i]
	}
	return diag.Range{}
}

// TextKey names one of the engine's own sentences.
type TextKey string

// The sentences that the engine says by itself when a flow does not.
const (
	TextMenu            TextKey = "menu"             // no flow understood the first message; the flows' titles follow as choices
	TextNotUnderstood   TextKey = "not_understood"   // an answer was not understood and the question has no reask
	TextOfferPerson     TextKey = "offer_person"     // before a question that was not understood twice; a button offers a person
	TextPerson          TextKey = "person"           // the title of that button; at most 20 characters
	TextHandingOver     TextKey = "handing_over"     // a handoff that no flow wrote, because the contact asked for a person
	TextSomethingFailed TextKey = "something_failed" // a handoff after a failure of ours
	TextUnavailable     TextKey = "unavailable"      // nobody can take the chat and the flow has no answer to that
	TextNotText         TextKey = "not_text"         // a file, contact card or the like where words are needed
	TextNeedLocation    TextKey = "need_location"    // anything else where a place is needed
	TextNeedFile        TextKey = "need_file"        // anything else where a file is needed
	TextNeedImage       TextKey = "need_image"       // anything else where a picture is needed
	TextVoice           TextKey = "voice"            // a voice note where words are needed
	TextSticker         TextKey = "sticker"          // a sticker where words are needed
	TextEmoji           TextKey = "emoji"            // a message of emoji only
	TextEmpty           TextKey = "empty"            // a message of nothing
	TextTooLong         TextKey = "too_long"         // a message over MaxInboundRunes
	TextCalm            TextKey = "calm"             // the answer to an insult
	TextChoose          TextKey = "choose"           // the label of the button that opens a list; at most 20 characters
	TextHelp            TextKey = "help"             // help where neither the state nor the flow has one
	TextCancelled       TextKey = "cancelled"        // a run was ended by the contact
	TextNothingToCancel TextKey = "nothing_to_cancel"
	TextNothingBefore   TextKey = "nothing_before" // back, at the first question
	TextLanguage        TextKey = "language"       // the language has changed; said in the new one
	TextStopped         TextKey = "stopped"        // opted out; says how to start again
	TextStarted         TextKey = "started"        // opted in again
	TextClosedButton    TextKey = "closed_button"  // a button of something that is over
	TextWhich           TextKey = "which"          // an answer can mean several things; they follow as choices
	TextWhatTime        TextKey = "what_time"      // a date without a time; {value} is the date
	TextWhatDate        TextKey = "what_date"      // a time without a date; {value} is the time
	TextAtLeast         TextKey = "at_least"       // below min; {limit} is it
	TextAtMost          TextKey = "at_most"        // above max; {limit} is it
	TextYes             TextKey = "yes"            // the title of a yes_no question's button
	TextNo              TextKey = "no"
)

// TextKeys lists every key; a commands file must have them all.
var TextKeys = []TextKey{
	TextMenu, TextNotUnderstood, TextOfferPerson, TextPerson, TextHandingOver, TextSomethingFailed, TextUnavailable, TextNotText,
	TextNeedLocation, TextNeedFile, TextNeedImage, TextVoice, TextSticker,
	TextEmoji, TextEmpty, TextTooLong, TextCalm, TextChoose, TextHelp, TextCancelled, TextNothingToCancel, TextNothingBefore, TextLanguage, TextStopped,
	TextStarted, TextClosedButton, TextWhich, TextWhatTime, TextWhatDate, TextAtLeast, TextAtMost, TextYes, TextNo,
}

// Text returns a sentence in the first of the languages that has it, else "".
func (c Commands) Text(key TextKey, languages ...string) string {
	for _, language := range languages {
		if t := c.Texts[key][language]; t != "" {
			return t
		}
	}
	return ""
}

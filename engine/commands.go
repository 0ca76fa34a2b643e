package engine

// Commands are the words that work in every flow, and the engine's own sentences. Package flows loads them from commands.yaml.
type Commands struct {
	// Agent are the phrases, by language, with which a contact asks for a person. They raise the event "agent".
	Agent map[string][]string
	// Texts are the engine's own sentences: TextKey → language → text.
	Texts map[TextKey]map[string]string
}

// TextKey names one of the engine's own sentences.
type TextKey string

// The sentences that the engine says by itself when a flow does not.
const (
	TextMenu            TextKey = "menu"             // no flow understood the first message; the flows' titles follow as choices
	TextNotUnderstood   TextKey = "not_understood"   // an answer was not understood and the question has no reask
	TextHandingOver     TextKey = "handing_over"     // a handoff that no flow wrote, because the contact asked for a person
	TextSomethingFailed TextKey = "something_failed" // a handoff after a failure of ours
	TextUnavailable     TextKey = "unavailable"      // nobody can take the chat and the flow has no answer to that
	TextNotText         TextKey = "not_text"         // a voice note, sticker or the like where words are needed
	TextTooLong         TextKey = "too_long"         // a message over MaxInboundRunes
	TextChoose          TextKey = "choose"           // the label of the button that opens a list; at most 20 characters
)

// TextKeys lists every key; a commands file must have them all.
var TextKeys = []TextKey{
	TextMenu, TextNotUnderstood, TextHandingOver, TextSomethingFailed, TextUnavailable, TextNotText, TextTooLong, TextChoose,
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

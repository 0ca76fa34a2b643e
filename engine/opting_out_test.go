package engine_test

import "testing"

// TestOptingOutIsNoAnswer: a "no" that only stands in the words for opting out is not the choice, and not the answer, of that name.
func TestOptingOutIsNoAnswer(t *testing.T) {
	t.Parallel()
	const asks = `
flow: asks
title: Asks
languages: [en]
triggers: [{phrases: {en: [more, sure]}}]
slots:
  sure: {type: yes_no}
initial: ask_more
states:
  ask_more:
    ask: more
    say: More?
    choices: {another: "Yes", done: "No", leave: Leave me}
    on: {another: ask_sure, done: over, leave: over, exhausted: over}
  ask_sure:
    ask: sure
    say: Sure?
    on: {answered: over, exhausted: over}
  over: {say: Bye., end: over}
`
	const question = "\n> more\n< More?\n? Yes | No | Leave me\n"
	const stopped = "< Done. You won't get any more messages from us. If you change your mind, just write START.\n! contact opted_out true"
	tests := []struct{ name, script string }{
		{"beside a choice", question + "> no more messages\n" + stopped},
		{"beside a yes or no", question + "> yes\n< Sure?\n? Yes | No\n> no more messages\n" + stopped},
		{"the choice itself", question + "> no\n< Bye.\n! contact opted_out false"},
		{"a choice in a sentence", question + "> no more of that, thank you\n< Bye.\n! contact opted_out false"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			talk(t, catalog(t, asks), tt.script)
		})
	}
}

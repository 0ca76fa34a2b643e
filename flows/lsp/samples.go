package lsp

import (
	"regexp"
	"strings"
)

// A sample is a state to begin with, as a snippet of the protocol: ${1:name} is a place to fill in.
type sample struct{ label, detail, text string }

var stateSamples = []sample{
	{"question", "a state that asks for a slot", `${1:ask_name}:
  ask: ${2:name}
  say: ${3:What is your name?}
  on: {answered: ${4:next}, exhausted: ${5:to_agent}}
  after: {30m: ${6:bye}}
$0`},
	{"choices", "a state that asks with choices", `${1:menu}:
  ask: ${2:wish}
  say: ${3:What can I do for you?}
  choices:
    ${4:first}: ${5:The first choice}
    ${6:second}: ${7:The second choice}
  on: {${4}: ${8:next}, ${6}: ${9:next}, exhausted: ${10:to_agent}}
  after: {30m: ${11:bye}}
$0`},
	{"call", "a state that asks another system", `${1:find}:
  call: {get: "{{ config.${2:orders_url} }}/${3:orders}", save: ${4:order}}
  on: {ok: ${5:report}, 404: ${6:not_found}, failed: ${7:sorry}}
$0`},
	{"wait", "a state that lets time pass", `${1:sleep}:
  wait: {for: ${2:2h}}
  on: {elapsed: ${3:remind}}
$0`},
	{"handoff", "a state that brings in people", `${1:to_agent}:
  handoff:
    queue: ${2:general}
    say: ${3:One moment, I'll bring in a colleague.}
    summary: "${4:What the contact wants}"
    outcomes: [${5:resolved}]
  on: {${5}: ${6:bye}}
$0`},
	{"run", "a state that runs another flow", `${1:pay}:
  run: {flow: ${2:take_payment}}
  on: {ended: ${3:next}, cancelled: ${4:bye}}
$0`},
	{"end", "a state that ends the flow", `${1:bye}:
  say: ${2:Have a good day!}
  end: ${3:resolved}
$0`},
}

var (
	filled = regexp.MustCompile(`\$\{(\d+):([^}]*)\}`)
	again  = regexp.MustCompile(`\$\{(\d+)\}`)
)

// plainSample is a sample as it looks before anything is filled in.
func plainSample(text string) string {
	words := map[string]string{}
	for _, m := range filled.FindAllStringSubmatch(text, -1) {
		words[m[1]] = m[2]
	}
	text = filled.ReplaceAllString(text, "$2")
	text = again.ReplaceAllStringFunc(text, func(place string) string { return words[again.FindStringSubmatch(place)[1]] })
	return strings.TrimSuffix(text, "\n$0")
}

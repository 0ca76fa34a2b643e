package blueprint

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"strings"

	"relevo/flows/format"
)

// maker writes the part of a flow that its kind decides.
type maker struct {
	slots  func(*writer, Answers)
	states func(*writer, Answers)
	first  func(Answers) string // the state in which the flow begins
	left   func(*writer, Answers)
	facts  func(Answers) string // what is known, for the human agent
}

var makers = map[Kind]maker{
	Lookup:   {lookupSlots, lookupStates, func(Answers) string { return "ask_number" }, nil, lookupFacts},
	Menu:     {nil, menuStates, func(Answers) string { return "menu" }, nil, nil},
	Reminder: {reminderSlots, reminderStates, func(Answers) string { return "ask_what" }, reminderLeft, reminderFacts},
	Collect:  {collectSlots, collectStates, func(a Answers) string { return "ask_" + a.Details[0].Name }, collectLeft, collectFacts},
}

// Flow writes the flow file.
func Flow(a Answers) ([]byte, error) {
	w := &writer{languages: a.Languages, speak: a.Speak}
	m := makers[a.Kind]
	w.line("# yaml-language-server: $schema=flow.schema.json\n#")
	w.remark("", purpose[a.Kind])
	w.remark("", madeBy)
	w.line("\nflow: %s", a.Name)
	w.text("", "title", a.Title)
	w.line("languages: %s\n", list(a.Languages))
	w.triggers(a)
	if m.slots != nil {
		w.line("")
		w.noted("slots:", onSlots)
		m.slots(w, a)
	}
	w.line("\ninitial: %s\n", m.first(a))
	w.noted("on:", onOn)
	w.noted("  agent: to_agent", onAgent)
	w.line("\nstates:")
	m.states(w, a)
	w.people(a, m)
	w.ends(a, m)
	text, findings, err := format.Source(a.Name+".yaml", []byte(w.String()))
	if err != nil || findings.HasErrors() {
		return nil, fmt.Errorf("write the flow: %w", errors.Join(err, findings.Err()))
	}
	return text, nil
}

func (w *writer) triggers(a Answers) {
	w.noted("triggers:", onTriggers)
	if len(a.Languages) == 1 {
		w.line("  - phrases: {%s: %s}", a.Languages[0], list(a.Phrases[a.Languages[0]]))
		return
	}
	w.line("  - phrases:")
	for _, language := range a.Languages {
		w.line("      %s: %s", language, list(a.Phrases[language]))
	}
}

// silence writes what follows when the contact does not answer.
func (w *writer) silence(a Answers) { w.line("    after: {30m: %s}", silent(a)) }

// silenceNoted writes it with a comment, once in a flow.
func (w *writer) silenceNoted(a Answers) {
	w.noted(fmt.Sprintf("    after: {30m: %s}", silent(a)), onAfter)
}

func silent(a Answers) string {
	return map[Silence]string{AskAgain: "still_there", Peace: "quiet", Person: "to_agent"}[a.Silence]
}

// people writes the way to them.
func (w *writer) people(a Answers, m maker) {
	summary := a.Title[a.Languages[0]]
	if m.facts != nil {
		summary += ". " + m.facts(a)
	}
	w.part(partPeople)
	w.line("  to_agent:\n    handoff:\n      queue: %s", a.Queue)
	w.text("      ", "say", bringIn)
	w.remark("      ", onSummary)
	w.line("      summary: %s", quote(summary))
	w.line("      outcomes: [resolved]\n    on: {resolved: bye, abandoned: abandoned}\n")
	w.noted("  abandoned:", onAbandoned)
	w.line("    end: abandoned")
}

// ends writes how the flow ends, and what silence leads to.
func (w *writer) ends(a Answers, m maker) {
	w.part(partEnd)
	if a.Silence == AskAgain {
		w.line("  still_there:\n    ask: silence_choice")
		w.text("    ", "say", stillThere)
		w.choices([]choice{{"go_on", goOn}, {"person", person}, {"done", thatsAll}})
		if m.left == nil {
			w.line("    on: {go_on: %s, person: to_agent, done: bye, exhausted: to_agent}", m.first(a))
		} else {
			w.line("    on:")
			w.noted("      go_on:", onWhereWeAre)
			m.left(w, a)
			w.line("      person: to_agent\n      done: bye\n      exhausted: to_agent")
		}
		w.line("    after: {30m: quiet}\n")
	}
	if a.Silence != Person {
		w.noted("  quiet:", onQuiet)
		w.line("    end: no_answer\n")
	}
	w.line("  bye:")
	w.text("    ", "say", goodbye)
	w.line("    end: resolved")
}

// choice is a button.
type choice struct {
	name  string
	title Text
}

func (w *writer) choices(choices []choice) {
	w.line("    choices:")
	for _, c := range choices {
		w.line("      %s: %s", c.name, w.inline(c.title))
	}
}

func lookupSlots(w *writer, a Answers) {
	w.line("  number:\n    type: text")
	w.text("    ", "title", a.Number)
	w.noted("    pattern: "+quote(Pattern(a.Example)), onPattern)
	w.line("    example: %s", quoteExample(a.Example))
	w.noted("  found: {type: object}", onFound)
}

func lookupStates(w *writer, a Answers) {
	question := askNumber
	if maps.Equal(a.Number, orderNumber) {
		question = askOrder
	}
	w.part(partQuestion)
	w.line("  ask_number:\n    ask: number")
	w.text("    ", "say", question.with(a.Number, a.Example))
	w.text("    ", "reask", reaskNumber.with(a.Number, a.Example))
	w.noted("    on: {answered: look_up, exhausted: to_agent}", onExhausted)
	w.silenceNoted(a)
	w.line("\n  look_up:\n    call:\n      get: %s\n      save: found\n      timeout: 5s", quote(strings.ReplaceAll(a.URL, "{}", "{{ number }}")))
	w.noted("    on: {ok: report, 404: not_found, failed: service_down}", onCall)
	w.line("\n  not_found:\n    ask: not_found_choice")
	w.text("    ", "say", notFound)
	w.choices([]choice{{"again", tryAnother}, {"person", person}})
	w.line("    on: {again: ask_number, person: to_agent, exhausted: to_agent}")
	w.silence(a)
	w.line("\n  service_down:")
	w.text("    ", "say", serviceDown)
	w.line("    goto: to_agent")
	w.part(partAnswer)
	w.line("  report:")
	w.text("    ", "say", found)
	w.line("    goto: anything_else\n")
	w.anythingElse(a, choice{"another", another}, "ask_number")
}

// anythingElse asks whether there is more to do.
func (w *writer) anythingElse(a Answers, more choice, target string) {
	w.line("  anything_else:\n    ask: next_step")
	w.text("    ", "say", anythingElse)
	w.choices([]choice{more, {"person", person}, {"done", noThanks}})
	w.line("    on: {%s: %s, person: to_agent, done: bye, exhausted: to_agent}", more.name, target)
	w.silence(a)
}

func lookupFacts(a Answers) string {
	first := a.Languages[0]
	return fmt.Sprintf("%s: {{ number ?? '%s' }}", upper(a.Number[first]), notGiven[first])
}

var (
	letters = regexp.MustCompile(`^[A-Za-z]+`)
	digits  = regexp.MustCompile(`^[0-9]+`)
)

// Pattern is what everything that is built like an example matches: AB123456 gives [A-Z]{2}[0-9]{6}.
func Pattern(example string) string {
	var b strings.Builder
	for rest := example; rest != ""; {
		if word := letters.FindString(rest); word != "" {
			class := "[A-Z]"
			if word != strings.ToUpper(word) {
				class = "[A-Za-z]"
			}
			b.WriteString(class + times(len(word)))
			rest = rest[len(word):]
		} else if number := digits.FindString(rest); number != "" {
			b.WriteString("[0-9]" + times(len(number)))
			rest = rest[len(number):]
		} else {
			b.WriteString(regexp.QuoteMeta(rest[:1]))
			rest = rest[1:]
		}
	}
	return b.String()
}

func times(n int) string {
	if n == 1 {
		return ""
	}
	return fmt.Sprintf("{%d}", n)
}

// quoteExample keeps an example of digits a text.
func quoteExample(example string) string {
	if letters.MatchString(example) {
		return scalar(example)
	}
	return quote(example)
}

func menuStates(w *writer, a Answers) {
	w.part(partMenu)
	w.line("  menu:\n    ask: topic")
	w.text("    ", "say", howToHelp)
	choices, ways := []choice{}, ""
	for _, topic := range a.Topics {
		choices = append(choices, choice{topic.Name, topic.Title})
		ways += fmt.Sprintf("%s: tell_%s, ", topic.Name, topic.Name)
	}
	w.choices(append(choices, choice{"person", person}))
	if line := fmt.Sprintf("    on: {%sperson: to_agent, exhausted: to_agent}", ways); len(line) <= inlineMax {
		w.line("%s", line)
	} else {
		w.line("    on:\n      %s\n      person: to_agent\n      exhausted: to_agent", strings.ReplaceAll(strings.TrimSuffix(ways, ", "), ", ", "\n      "))
	}
	w.silenceNoted(a)
	w.part(partAnswer)
	w.remark("  ", onAnswer)
	for _, topic := range a.Topics {
		w.line("\n  tell_%s:", topic.Name)
		w.text("    ", "say", topic.Answer)
		w.line("    goto: anything_else")
	}
	w.line("")
	w.anythingElse(a, choice{"more", something}, "menu")
}

func reminderSlots(w *writer, _ Answers) {
	w.line("  what: {type: text, title: %s, max: 200}", w.inline(whatIs))
	w.line("  day: {type: date, title: %s, min: today + 1d, max: today + 366d}", w.inline(dayIs))
}

func reminderStates(w *writer, a Answers) {
	w.part(partQuestion)
	w.line("  ask_what:\n    ask: what")
	w.text("    ", "say", askWhat)
	w.noted("    on: {answered: ask_day, exhausted: to_agent}", onExhausted)
	w.silenceNoted(a)
	w.line("\n  ask_day:\n    ask: day")
	w.text("    ", "say", askDay)
	w.line("    on: {answered: noted, exhausted: to_agent}")
	w.silence(a)
	w.line("\n  noted:")
	w.text("    ", "say", noted)
	w.line("    goto: sleep")
	w.part(partReminder)
	w.noted("  sleep:", onSleep)
	w.line("    wait: {until: day - 1d + 10h}")
	w.noted("    on: {elapsed: remind, missed: soon}", onMissed)
	w.line("\n  soon:")
	w.text("    ", "say", soon)
	w.line("    end: reminded\n\n  remind:\n    say:")
	w.remark("      ", onTemplate)
	w.remark("      ", onTemplate2)
	w.text("      - ", "text", reminded)
	template := Text{"en": "en", "es": "es", "pt": "pt_BR"}
	w.line("        template:\n          name: %s_day_before", a.Name)
	parts := make([]string, len(a.Languages))
	for i, language := range a.Languages {
		parts[i] = language + ": " + template[language]
	}
	w.line("          language: {%s}", strings.Join(parts, ", "))
	w.line("          parameters: [%s, %s]\n    end: reminded", quote("{{ format_date(day, 'day') }}"), quote("{{ what ?? '-' }}"))
}

func reminderLeft(w *writer, _ Answers) {
	w.line("        - when: what == nil\n          goto: ask_what\n        - goto: ask_day")
}

func reminderFacts(a Answers) string {
	first := a.Languages[0]
	return fmt.Sprintf("%s: {{ what ?? '%s' }}", upper(whatIs[first]), notGiven[first])
}

func collectSlots(w *writer, a Answers) {
	for _, d := range a.Details {
		longest := ""
		if d.Type == "text" {
			longest = fmt.Sprintf(", max: %d", maxDetail(a.Details))
		}
		w.line("  %s: {type: %s, title: %s%s}", d.Name, d.Type, w.inline(d.Title), longest)
	}
	w.line("  all_right: {type: yes_no}")
}

// maxDetail is how long a text may be, so that all details fit into one message with buttons: WhatsApp has 1024 characters for it.
func maxDetail(details []Detail) int {
	const room, ofOthers = 900, 60
	texts := 0
	for _, d := range details {
		if d.Type == "text" {
			texts++
		}
	}
	return min(300, (room-ofOthers*(len(details)-texts))/max(1, texts)/10*10)
}

func collectStates(w *writer, a Answers) {
	w.part(partDetails)
	for i, d := range a.Details {
		next := "confirm"
		if i+1 < len(a.Details) {
			next = "ask_" + a.Details[i+1].Name
		}
		w.line("  ask_%s:\n    ask: %s", d.Name, d.Name)
		w.text("    ", "say", d.Question)
		line := fmt.Sprintf("    on: {answered: %s, exhausted: to_agent}", next)
		if i == 0 {
			w.noted(line, onExhausted)
			w.silenceNoted(a)
		} else {
			w.line("%s", line)
			w.silence(a)
		}
		w.line("")
	}
	w.line("  confirm:\n    ask: all_right")
	values := Text{}
	for _, language := range a.Languages {
		var all []string
		for _, d := range a.Details {
			all = append(all, "{{ "+d.value(language, "-")+" }}")
		}
		values[language] = strings.Join(all, ", ")
	}
	w.text("    ", "say", isThatRight.with(values, ""))
	w.line("    on:\n      answered:\n        - when: all_right\n          goto: hand_over\n        - goto: once_more\n      exhausted: to_agent")
	w.silence(a)
	w.line("\n  once_more:")
	w.text("    ", "say", startAgain)
	w.line("    goto: ask_%s\n", a.Details[0].Name)
	w.line("  hand_over:\n    handoff:\n      queue: %s", a.Queue)
	w.text("      ", "say", thankYou)
	w.line("      summary: %s", quote(a.Title[a.Languages[0]]+". "+collectFacts(a)))
	w.line("      outcomes: [resolved]\n    on: {resolved: bye, abandoned: abandoned}")
}

// value is the expression that shows a detail, also when it is not known.
func (d Detail) value(language, unknown string) string {
	show := map[string]string{
		"date": "format_date(%[1]s)", "time": "format_time(%[1]s)", "datetime": "format_datetime(%[1]s)", "amount": "format_money(%[1]s)", "number": "format_number(%[1]s)",
		"yes_no": "%[1]s ? '" + yes[language] + "' : '" + no[language] + "'",
	}[d.Type]
	if show == "" {
		return fmt.Sprintf("%s ?? '%s'", d.Name, unknown)
	}
	return fmt.Sprintf("%[1]s == nil ? '%[2]s' : "+show, d.Name, unknown)
}

func collectLeft(w *writer, a Answers) {
	for _, d := range a.Details {
		w.line("        - when: %s == nil\n          goto: ask_%s", d.Name, d.Name)
	}
	w.line("        - goto: confirm")
}

func collectFacts(a Answers) string {
	first := a.Languages[0]
	facts := make([]string, len(a.Details))
	for i, d := range a.Details {
		facts[i] = fmt.Sprintf("%s: {{ %s }}", upper(d.Title[first]), d.value(first, notGiven[first]))
	}
	return strings.Join(facts, ". ")
}

// upper begins a text with a capital.
func upper(text string) string {
	for i, r := range text {
		if i == 0 {
			return strings.ToUpper(string(r)) + text[len(string(r)):]
		}
	}
	return text
}

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"relevo/engine"
	"relevo/engine/diag"
	"relevo/flows/blueprint"
	"relevo/flows/project"
)

// interview asks for the answers that a new flow is made of.
type interview struct {
	app     *app
	config  config
	place   place
	files   project.Files // the flows that are there
	options project.Options
	known   diag.List         // what check says of them already
	taken   map[string]string // their phrases and titles, in small letters, with the flow

	speak   string
	given   initOptions
	force   bool
	named   bool // the name was chosen, not made
	answers blueprint.Answers
	made    made          // what was written
	lines   <-chan string // what is typed; closed at its end
}

// question is one thing to ask. set takes the answer and returns "", or a complaint.
type question struct {
	text    string
	hint    string // a line above it
	options []string
	normal  string // what Enter means
	set     func(answer string) string
}

var (
	errEnded    = errors.New("the answers have ended")
	errGoBack   = errors.New("back")
	queueName   = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,63}$`)
	namePattern = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)
	example     = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9./_-]{0,38}[A-Za-z0-9])?$`)
	address     = regexp.MustCompile(`^(https?://[^\s{}]+|\{\{ config\.[a-z_]+ \}\}[^\s{}]*)\{\}[^\s{}]*$`)
)

func (a *app) newInterview(c config, o initOptions) (*interview, error) {
	speak, err := a.speaks(o.language)
	if err != nil {
		return nil, err
	}
	iv := &interview{app: a, config: c, place: a.newPlace(c), speak: speak, given: o, force: o.force, taken: map[string]string{}}
	if iv.files, iv.options, err = a.around(c, iv.place.flows); err != nil {
		return nil, err
	}
	around := project.Build(iv.files, iv.options)
	iv.known = around.Findings
	for _, def := range around.Definitions {
		if !o.force || def.Flow.V != o.name {
			iv.take(def)
		}
	}
	iv.begin(blueprint.Kinds[0])
	return iv, iv.takeFlags()
}

// take remembers what leads to a flow.
func (iv *interview) take(def *engine.Definition) {
	for _, trigger := range def.Triggers {
		for _, phrases := range trigger.Phrases {
			for _, p := range phrases.Phrases {
				iv.taken[strings.ToLower(p.V)] = def.Flow.V
			}
		}
	}
	if def.Title.All != nil {
		iv.taken[strings.ToLower(def.Title.All.V)] = def.Flow.V
	}
	for _, in := range def.Title.By {
		iv.taken[strings.ToLower(in.Text.V)] = def.Flow.V
	}
}

// takeFlags holds what the command line says against the same rules as what is typed.
func (iv *interview) takeFlags() error {
	for _, f := range []struct {
		flag, value string
		set         func(string) string
	}{
		{"NAME", iv.given.name, iv.setName}, {"--languages", strings.Join(iv.given.languages, ","), iv.setLanguages}, {"--kind", iv.given.kind, iv.setKind},
		{"--queue", iv.given.queue, iv.setQueue}, {"--silence", iv.given.silence, iv.setSilence},
	} {
		if f.value == "" {
			continue
		}
		if complaint := f.set(f.value); complaint != "" {
			return &usageError{fmt.Errorf("%s: %s", f.flag, strings.TrimSuffix(complaint, "."))}
		}
	}
	return nil
}

// begin takes the usual answers of a kind, and keeps what was said before.
func (iv *interview) begin(kind blueprint.Kind) {
	before := iv.answers
	iv.answers = blueprint.New(kind, []string{iv.speak}, iv.speak)
	if len(before.Languages) > 0 {
		iv.answers.Languages, iv.answers.Silence = before.Languages, before.Silence
	}
	iv.answers.Queue = iv.config.DefaultQueue
	if before.Queue != "" {
		iv.answers.Queue = before.Queue
	}
	if iv.named {
		iv.answers.Name = before.Name
	}
	for n := 2; !iv.named && iv.exists(iv.flowFile()) && n < 100; n++ {
		iv.answers.Name = fmt.Sprintf("%s_%d", blueprint.New(kind, nil, iv.speak).Name, n)
	}
	if _, known := iv.config.Values["orders_url"]; !known && !iv.config.Demo {
		iv.answers.URL = "https://example.org/orders/{}"
	}
	iv.avoidTaken()
}

// avoidTaken proposes what leads to no other flow.
func (iv *interview) avoidTaken() {
	iv.answers.Title, iv.answers.Phrases = maps.Clone(iv.answers.Title), maps.Clone(iv.answers.Phrases)
	name := strings.ReplaceAll(iv.answers.Name, "_", " ")
	for language, phrases := range iv.answers.Phrases {
		title := iv.answers.Title[language]
		if iv.taken[strings.ToLower(title)] != "" {
			title = string([]rune(strings.ToUpper(name[:1]) + name[1:])[:min(len(name), blueprint.MaxTitle)])
			iv.answers.Title[language] = title
		}
		phrases = slices.DeleteFunc(slices.Clone(phrases), func(p string) bool { return iv.taken[p] != "" })
		if len(phrases) == 0 {
			phrases = []string{name}
		}
		iv.answers.Phrases[language] = phrases
	}
}

func (iv *interview) say(t blueprint.Text, args ...any) string {
	if len(args) == 0 {
		return t[iv.speak]
	}
	return fmt.Sprintf(t[iv.speak], args...)
}

// questions are what there is to ask, given the answers so far.
func (iv *interview) questions() (list []question) {
	add := func(given string, q question) {
		if given == "" {
			list = append(list, q)
		}
	}
	add(iv.given.kind, question{iv.say(wordKind), "", iv.kindOptions(), string(iv.answers.Kind), iv.setKind})
	add(iv.given.name, question{iv.say(wordName), "", nil, iv.answers.Name, iv.setName})
	add(strings.Join(iv.given.languages, ","), question{iv.say(wordLanguages), "", nil, strings.Join(iv.answers.Languages, ", "), iv.setLanguages})
	for _, language := range iv.answers.Languages {
		add("", question{iv.in(language, wordTitle), "", nil, iv.answers.Title[language], iv.setTitle(language)})
		add("", question{iv.in(language, wordPhrases), "", nil, strings.Join(iv.answers.Phrases[language], ", "), iv.setPhrases(language)})
	}
	list = append(list, iv.kindQuestions()...)
	add(iv.given.queue, question{iv.say(wordQueue, strings.Join(iv.config.queueIDs(), ", ")), "", nil, iv.answers.Queue, iv.setQueue})
	add(iv.given.silence, question{iv.say(wordSilence), "", iv.silenceOptions(), string(iv.answers.Silence), iv.setSilence})
	return list
}

// kindQuestions are those of one kind of flow only.
func (iv *interview) kindQuestions() (list []question) {
	switch iv.answers.Kind {
	case blueprint.Lookup:
		for _, language := range iv.answers.Languages {
			list = append(list, question{iv.in(language, wordNumber), "", nil, iv.answers.Number[language], iv.setNumber(language)})
		}
		list = append(list, question{iv.say(wordExample), "", nil, iv.answers.Example, iv.setExample}, question{iv.say(wordURL), "", nil, iv.answers.URL, iv.setURL})
	case blueprint.Menu:
		for i, language := range iv.answers.Languages {
			list = append(list, question{iv.in(language, wordTopics), "", nil, iv.topics(language), iv.setTopics(language, i == 0)})
		}
	case blueprint.Collect:
		list = append(list, question{iv.say(wordDetails), iv.say(wordTypes, strings.Join(blueprint.DetailTypes, ", ")), nil, iv.details(), iv.setDetails})
		for i, d := range iv.answers.Details {
			for _, language := range iv.answers.Languages {
				list = append(list, question{iv.in(language, blueprint.Text{iv.speak: iv.say(wordQuestion, d.Name)}), "", nil, d.Question[language], iv.setQuestion(i, language)})
			}
		}
	}
	return list
}

// in says in which language an answer is wanted, where there are several.
func (iv *interview) in(language string, t blueprint.Text) string {
	if len(iv.answers.Languages) == 1 {
		return iv.say(t)
	}
	return fmt.Sprintf("%s (%s)", iv.say(t), iv.say(languageWords[language]))
}

func (iv *interview) kindOptions() (list []string) {
	for _, k := range blueprint.Kinds {
		list = append(list, fmt.Sprintf("%-8s  %s", k, iv.say(kindWords[k])))
	}
	return list
}

func (iv *interview) silenceOptions() (list []string) {
	for _, s := range blueprint.Silences {
		list = append(list, fmt.Sprintf("%-6s  %s", s, iv.say(silenceWords[s])))
	}
	return list
}

// run asks everything, shows what it comes to, and returns when that is agreed to.
func (iv *interview) run(ctx context.Context) error {
	iv.listen(ctx)
	if err := iv.app.printf("%s\n", iv.say(wordHello)); err != nil {
		return err
	}
	for i := 0; ; {
		list := iv.questions()
		var err error
		if i < len(list) {
			err = iv.ask(ctx, list[i])
		} else {
			err = iv.confirm(ctx)
		}
		switch {
		case errors.Is(err, errGoBack):
			i = max(0, min(i, len(list))-1)
		case errors.Is(err, context.Canceled):
			return errors.Join(iv.app.printf("\n%s\n", iv.say(wordNothing)), failure{})
		case errors.Is(err, errEnded):
			return errors.Join(iv.app.printf("\n"), &usageError{errors.New(iv.say(wordAnswersEnded))})
		case err != nil || i >= len(list):
			return err
		default:
			i++
		}
	}
}

// listen reads what is typed, line by line, so that Ctrl-C is heard meanwhile.
func (iv *interview) listen(ctx context.Context) {
	lines := make(chan string)
	iv.lines = lines
	go func() {
		defer close(lines)
		in := bufio.NewScanner(iv.app.in)
		in.Buffer(nil, maxTyped)
		for in.Scan() {
			select {
			case lines <- strings.TrimSpace(in.Text()):
			case <-ctx.Done():
				return
			}
		}
	}()
}

// typed prompts for a line.
func (iv *interview) typed(ctx context.Context, prompt, normal string) (string, error) {
	if normal != "" {
		prompt += " [" + normal + "]"
	}
	if err := iv.app.printf("%s: ", prompt); err != nil {
		return "", err
	}
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case line, more := <-iv.lines:
		if !more {
			return "", errors.Join(errEnded, ctx.Err())
		}
		if !iv.app.answers { // a terminal shows what is typed by itself
			if err := iv.app.printf("%s\n", line); err != nil {
				return "", err
			}
		}
		if slices.Contains(wordBack, strings.ToLower(line)) {
			return "", errGoBack
		}
		if line == "" {
			line = normal
		}
		return line, nil
	}
}

// ask asks until the answer is good.
func (iv *interview) ask(ctx context.Context, q question) error {
	var b strings.Builder
	b.WriteString("\n")
	if q.hint != "" {
		b.WriteString("  " + q.hint + "\n")
	}
	for i, option := range q.options {
		fmt.Fprintf(&b, "  %d  %s\n", i+1, option)
	}
	if err := iv.app.printf("%s", b.String()); err != nil {
		return err
	}
	for {
		answer, err := iv.typed(ctx, q.text, q.normal)
		if err != nil {
			return err
		}
		complaint, err := iv.try(q, answer)
		if err != nil || complaint == "" {
			return err
		}
		if err := iv.app.printf("  %s\n", complaint); err != nil {
			return err
		}
	}
}

// try takes an answer when it is good, and when relevo check has nothing to say about it.
func (iv *interview) try(q question, answer string) (complaint string, err error) {
	before := iv.answers
	known, err := iv.make()
	if err != nil {
		return "", err
	}
	if complaint := q.set(answer); complaint != "" {
		return complaint, nil
	}
	now, err := iv.make()
	if err != nil {
		return "", err
	}
	for _, d := range now.findings {
		if !contains(known.findings, d) {
			iv.answers = before
			return iv.say(wordFinding, withHint(d)), nil
		}
	}
	return "", nil
}

// contains tells that a finding is in a list, at whatever place.
func contains(l diag.List, d diag.Diagnostic) bool {
	return slices.ContainsFunc(l, func(k diag.Diagnostic) bool {
		return k.Code == d.Code && k.Message == d.Message && k.Range.File == d.Range.File
	})
}

// confirm shows the answers and asks whether to write.
func (iv *interview) confirm(ctx context.Context) error {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s\n  %s: %s, %s\n", iv.say(wordSummary), iv.flowFile(), iv.answers.Kind, strings.Join(iv.answers.Languages, ", "))
	for _, language := range iv.answers.Languages {
		fmt.Fprintf(&b, "  %s: %s (%s)\n", language, iv.answers.Title[language], strings.Join(iv.answers.Phrases[language], ", "))
	}
	switch iv.answers.Kind {
	case blueprint.Lookup:
		fmt.Fprintf(&b, "  %s: %s\n", iv.answers.Example, iv.answers.URL)
	case blueprint.Menu:
		fmt.Fprintf(&b, "  %s\n", iv.topics(iv.answers.Languages[0]))
	case blueprint.Collect:
		fmt.Fprintf(&b, "  %s\n", iv.details())
	}
	fmt.Fprintf(&b, "  30m: %s; %s\n", iv.say(silenceWords[iv.answers.Silence]), iv.answers.Queue)
	if err := iv.app.printf("%s", b.String()); err != nil {
		return err
	}
	for {
		answer, err := iv.typed(ctx, iv.say(wordConfirm), iv.say(wordYes))
		if err != nil {
			return err
		}
		switch strings.ToLower(answer) {
		case "y", "yes", "s", "si", "sí", "sim":
			return nil
		case "n", "no", "não", "nao":
			return errors.Join(iv.app.printf("%s\n", iv.say(wordNothing)), failure{})
		}
	}
}

// takeDefaults answers every question as Enter would.
func (iv *interview) takeDefaults() error {
	for _, q := range iv.questions() {
		if complaint := q.set(q.normal); complaint != "" {
			return &usageError{errors.New(strings.TrimSuffix(complaint, "."))}
		}
	}
	return nil
}

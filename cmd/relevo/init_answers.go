package main

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"relevo/flows/blueprint"
)

// choose finds what was chosen out of a list, by its number or its name.
func choose[T ~string](answer string, of []T) (T, bool) {
	if n, err := strconv.Atoi(answer); err == nil && n >= 1 && n <= len(of) {
		return of[n-1], true
	}
	chosen := T(strings.ToLower(answer))
	return chosen, slices.Contains(of, chosen)
}

func (iv *interview) setKind(answer string) string {
	kind, ok := choose(answer, blueprint.Kinds)
	if !ok {
		return iv.say(wordNoChoice, strconv.Quote(answer))
	}
	if kind != iv.answers.Kind {
		iv.begin(kind)
	}
	return ""
}

func (iv *interview) setSilence(answer string) string {
	silence, ok := choose(answer, blueprint.Silences)
	if !ok {
		return iv.say(wordNoChoice, strconv.Quote(answer))
	}
	iv.answers.Silence = silence
	return ""
}

func (iv *interview) setName(answer string) string {
	if !namePattern.MatchString(answer) {
		return iv.say(wordNotAName, strconv.Quote(answer))
	}
	before := iv.answers.Name
	iv.answers.Name = answer
	for _, file := range []string{iv.flowFile(), iv.transcriptFile()} {
		if !iv.force && iv.exists(file) {
			iv.answers.Name = before
			return iv.say(wordIsThere, file)
		}
	}
	iv.named = true
	iv.avoidTaken()
	return ""
}

func (iv *interview) setLanguages(answer string) string {
	var languages []string
	for _, language := range pieces(strings.ToLower(answer)) {
		if !slices.Contains(blueprint.Languages, language) {
			return iv.say(wordNoLanguage, strconv.Quote(language))
		}
		if !slices.Contains(languages, language) {
			languages = append(languages, language)
		}
	}
	if len(languages) == 0 {
		return iv.say(wordNeeded)
	}
	iv.answers.Languages = languages
	return ""
}

// pieces are the parts of a list with commas that are not empty.
func pieces(answer string) (list []string) {
	for piece := range strings.SplitSeq(answer, ",") {
		if piece = strings.TrimSpace(piece); piece != "" {
			list = append(list, piece)
		}
	}
	return list
}

// words holds a text against what every text must be.
func (iv *interview) words(answer string, most int) string {
	switch {
	case answer == "":
		return iv.say(wordNeeded)
	case utf8.RuneCountInString(answer) > most:
		return iv.say(wordTooLong, strconv.Quote(answer), most)
	case strings.ContainsFunc(answer, func(r rune) bool { return r == '{' || r == '}' || !unicode.IsGraphic(r) || r == utf8.RuneError }):
		return iv.say(wordNoBraces)
	}
	return ""
}

// with is a text with another one in one language.
func with(t blueprint.Text, language, text string) blueprint.Text {
	t = maps.Clone(t)
	t[language] = text
	return t
}

func (iv *interview) setTitle(language string) func(string) string {
	return func(answer string) string {
		if complaint := iv.words(answer, blueprint.MaxTitle); complaint != "" {
			return complaint
		}
		if flow := iv.taken[strings.ToLower(answer)]; flow != "" {
			return iv.say(wordTaken, strconv.Quote(answer), flow)
		}
		if answer != iv.answers.Title[language] {
			iv.retitle(language, answer)
		}
		return ""
	}
}

// retitle gives the flow another title than the usual one. Phrases that went with that one go, too; and what the first language says is what
// the others can be made of.
func (iv *interview) retitle(language, title string) {
	languages := []string{language}
	if language == iv.answers.Languages[0] {
		languages = iv.answers.Languages
	}
	iv.answers.Phrases = maps.Clone(iv.answers.Phrases)
	for _, of := range languages {
		iv.answers.Title = with(iv.answers.Title, of, title)
		iv.answers.Phrases[of] = []string{strings.ToLower(strings.ReplaceAll(title, ",", ""))}
	}
}

func (iv *interview) setPhrases(language string) func(string) string {
	return func(answer string) string {
		phrases := pieces(answer)
		if len(phrases) == 0 {
			return iv.say(wordNeeded)
		}
		if len(phrases) > blueprint.MaxPhrases {
			return iv.say(wordTooMany, blueprint.MaxPhrases)
		}
		for i, phrase := range phrases {
			if complaint := iv.words(phrase, blueprint.MaxText); complaint != "" {
				return complaint
			}
			if flow := iv.taken[strings.ToLower(phrase)]; flow != "" {
				return iv.say(wordTaken, strconv.Quote(phrase), flow)
			}
			if slices.Contains(phrases[:i], phrase) {
				return iv.say(wordTwice, strconv.Quote(phrase))
			}
		}
		iv.answers.Phrases = maps.Clone(iv.answers.Phrases)
		iv.answers.Phrases[language] = phrases
		return ""
	}
}

func (iv *interview) setQueue(answer string) string {
	queues := iv.config.queueIDs()
	switch known := slices.Contains(queues, answer); {
	case !known && !iv.place.settings:
		return iv.say(wordNoQueue, strconv.Quote(answer), strings.Join(queues, ", "))
	case !known && !queueName.MatchString(answer):
		return iv.say(wordNotAName, strconv.Quote(answer))
	}
	iv.answers.Queue = answer
	iv.options.Queues = append(queues, answer) // a new one goes into relevo.yaml
	return ""
}

func (iv *interview) setNumber(language string) func(string) string {
	return func(answer string) string {
		if complaint := iv.words(answer, blueprint.MaxTitle); complaint != "" {
			return complaint
		}
		if language == iv.answers.Languages[0] && answer != iv.answers.Number[language] {
			iv.answers.Number = blueprint.Text{"en": answer, "es": answer, "pt": answer}
		}
		iv.answers.Number = with(iv.answers.Number, language, answer)
		return ""
	}
}

func (iv *interview) setExample(answer string) string {
	if !example.MatchString(answer) {
		return iv.say(wordNoExample, strconv.Quote(answer))
	}
	iv.answers.Example = answer
	return ""
}

func (iv *interview) setURL(answer string) string {
	if !address.MatchString(answer) {
		return iv.say(wordNoURL)
	}
	iv.answers.URL = answer
	return ""
}

func (iv *interview) topics(language string) string {
	var titles []string
	for _, topic := range iv.answers.Topics {
		titles = append(titles, topic.Title[language])
	}
	return strings.Join(titles, ", ")
}

// setTopics takes the titles of topics. In the first language they are the topics, in the others they name them.
func (iv *interview) setTopics(language string, first bool) func(string) string {
	return func(answer string) string {
		titles := pieces(answer)
		if complaint := iv.titles(titles); complaint != "" {
			return complaint
		}
		if !first && len(titles) != len(iv.answers.Topics) {
			return iv.say(wordSameNumber, len(iv.answers.Topics))
		}
		if first && answer == iv.topics(language) {
			return ""
		}
		var topics []blueprint.Topic
		var taken []string
		for i, title := range titles {
			if first {
				topics = append(topics, blueprint.NewTopic(blueprint.ChoiceName(title, taken), blueprint.Text{"en": title, "es": title, "pt": title}))
			} else {
				topic := iv.answers.Topics[i]
				topic.Title = with(topic.Title, language, title)
				topics = append(topics, topic)
			}
			taken = append(taken, topics[i].Name)
		}
		iv.answers.Topics = topics
		return ""
	}
}

func (iv *interview) titles(titles []string) string {
	if len(titles) == 0 {
		return iv.say(wordNeeded)
	}
	if len(titles) > blueprint.MaxTopics {
		return iv.say(wordTooMany, blueprint.MaxTopics)
	}
	most := blueprint.MaxTitle
	if len(titles) < 3 { // with the one for people they are three buttons
		most = blueprint.MaxButton
	}
	for i, title := range titles {
		if complaint := iv.words(title, most); complaint != "" {
			return complaint
		}
		if slices.ContainsFunc(titles[:i], func(t string) bool { return strings.EqualFold(t, title) }) {
			return iv.say(wordTwice, strconv.Quote(title))
		}
	}
	return ""
}

func (iv *interview) details() string {
	var list []string
	for _, d := range iv.answers.Details {
		item := d.Name
		if blueprint.NewDetail(d.Name, "").Type != d.Type {
			item += ":" + d.Type
		}
		list = append(list, item)
	}
	return strings.Join(list, ", ")
}

func (iv *interview) setDetails(answer string) string {
	if answer == iv.details() {
		return ""
	}
	var details []blueprint.Detail
	for _, piece := range pieces(answer) {
		title, typ, hasType := strings.Cut(piece, ":")
		title, typ = strings.TrimSpace(title), strings.TrimSpace(typ)
		if complaint := iv.words(title, blueprint.MaxTitle); complaint != "" {
			return complaint
		}
		d := blueprint.NewDetail(title, typ)
		switch {
		case !namePattern.MatchString(d.Name):
			return iv.say(wordNotAName, strconv.Quote(title))
		case hasType && !slices.Contains(blueprint.DetailTypes, typ):
			return iv.say(wordNoType, strconv.Quote(typ))
		case slices.ContainsFunc(details, func(other blueprint.Detail) bool { return other.Name == d.Name }):
			return iv.say(wordTwice, strconv.Quote(d.Name))
		}
		details = append(details, d)
	}
	if len(details) == 0 {
		return iv.say(wordNeeded)
	}
	if len(details) > blueprint.MaxDetails {
		return iv.say(wordTooMany, blueprint.MaxDetails)
	}
	iv.answers.Details = details
	return ""
}

func (iv *interview) setQuestion(i int, language string) func(string) string {
	return func(answer string) string {
		if complaint := iv.words(answer, blueprint.MaxText); complaint != "" {
			return complaint
		}
		iv.answers.Details = slices.Clone(iv.answers.Details)
		iv.answers.Details[i].Question = with(iv.answers.Details[i].Question, language, answer)
		return ""
	}
}

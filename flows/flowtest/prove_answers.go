package flowtest

import (
	"cmp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"time"

	"relevo/engine"
)

// Limits of made-up data.
const (
	maxSchemaLevels = 16
	maxMadeRunes    = 200 // of a text made from a pattern
)

// answers lists what a contact may write to a question.
func (p *prover) answers(s spot, a *engine.Ask) []move {
	i := slices.IndexFunc(p.def.Slots, func(sl engine.Slot) bool { return sl.Name.V == a.Slot.V })
	if i < 0 {
		return nil // choices only
	}
	var moves []move
	for _, text := range p.texts(s, p.def.Slots[i]) {
		moves = append(moves, sends(">", text))
	}
	return moves
}

// texts lists answers that a slot may read, the likeliest first.
func (p *prover) texts(s spot, sl engine.Slot) []string {
	now := s.sim.Now
	day := func(n int) string { return now.AddDate(0, 0, n).Format(time.DateOnly) }
	switch engine.SlotType(sl.Type.V) {
	case engine.SlotNumber, engine.SlotInteger:
		return p.numbers(sl)
	case engine.SlotAmount:
		currency := cmp.Or(sl.Currency.V, "EUR")
		var out []string
		for _, n := range p.numbers(sl) {
			out = append(out, n+" "+currency)
		}
		return out
	case engine.SlotDate:
		return []string{day(1), day(2), day(7), day(0), day(30), day(-1), "1990-05-17"}
	case engine.SlotTime:
		return []string{"10:30", "15:00", "18:30", "08:00"}
	case engine.SlotDateTime:
		return append(p.timesKnown(s), day(1)+" 15:30", day(3)+" 10:00", day(7)+" 10:00", day(0)+" 18:00")
	case engine.SlotDuration:
		return []string{"15 min", "1 h", "2 h", "1 min", "3 days"}
	case engine.SlotEmail:
		return []string{"ana@example.com"}
	case engine.SlotPhone:
		return []string{"+34 600111222", "+5215512345678"}
	case engine.SlotYesNo:
		return []string{"yes", "no"}
	case engine.SlotLocation:
		return []string{"(location 40.41,-3.70)"}
	case engine.SlotFile:
		return []string{"(document)", "(image)"}
	case engine.SlotImage:
		return []string{"(image)"}
	case engine.SlotText, engine.SlotChoice:
		return p.words(sl)
	}
	return nil
}

// words lists texts for a slot: its example, what its pattern allows, what guards compare it with, a few words.
func (p *prover) words(sl engine.Slot) []string {
	var out []string
	if sl.Example.V != "" {
		out = append(out, sl.Example.V)
	}
	if sl.Pattern.V != "" {
		if made, ok := byPattern(sl.Pattern.V); ok {
			out = append(out, made)
		}
		return out
	}
	for _, v := range p.data.comparedWith(sl.Name.V) {
		if text, isText := v.(string); isText && text != "" && !strings.Contains(text, "\n") {
			out = append(out, text)
		}
	}
	out = append(out, "The blue one", "ok")
	if n, err := strconv.Atoi(sl.Min.V); err == nil && n > 0 {
		out = append(out, strings.TrimSpace(strings.Repeat("blue ", min(n, maxMadeRunes)/5+1)))
	}
	return out
}

// numbers lists numbers for a slot: around its limits, around what guards compare it with, and a small one.
func (p *prover) numbers(sl engine.Slot) []string {
	var list []float64
	around := func(n float64) { list = append(list, n, n+1, n-1) }
	for _, v := range p.data.comparedWith(sl.Name.V) {
		if n, isNumber := v.(float64); isNumber {
			around(n)
		}
	}
	for _, limit := range []string{sl.Min.V, sl.Max.V} {
		if n, err := strconv.ParseFloat(limit, 64); err == nil {
			list = append(list, n)
		}
	}
	list = append(list, 2, 10, 100)
	var out []string
	for _, n := range list {
		if text := strconv.FormatFloat(n, 'f', -1, 64); !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return out
}

// timesKnown lists the times that a run knows of, as its contact would write them: a time on offer is the best answer to when.
func (p *prover) timesKnown(s spot) []string {
	var out []string
	r := s.sim.Conv.Run(s.run)
	if r == nil {
		return nil
	}
	for _, sl := range p.def.Slots {
		mapped(r.Slots[sl.Name.V], func(text string) string {
			if at, err := time.Parse(time.RFC3339, text); err == nil && at.After(s.sim.Now) {
				out = append(out, at.Format("2006-01-02 15:04"))
			}
			return text
		})
	}
	return out
}

// comparedWith lists the constants that expressions compare a slot with.
func (g *guesses) comparedWith(slot string) []any {
	var out []any
	for _, text := range g.texts {
		for at := strings.Index(text, slot); at >= 0; {
			end := at + len(slot)
			if m := comparison.FindStringSubmatch(text[end:]); m != nil && (at == 0 || !isWord(text[at-1]) && text[at-1] != '.') {
				out = append(out, literal(m[2]))
			}
			next := strings.Index(text[end:], slot)
			if next < 0 {
				break
			}
			at = end + next
		}
	}
	return out
}

// byPattern makes a text that a regular expression matches; ok is false for what is too long or not known.
func byPattern(pattern string) (text string, ok bool) {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return "", false
	}
	var b strings.Builder
	if !writeMatch(&b, re) || b.Len() == 0 || b.Len() > maxMadeRunes {
		return "", false
	}
	return b.String(), true
}

// writeMatch writes what a part of a regular expression matches, as little as possible.
func writeMatch(b *strings.Builder, re *syntax.Regexp) bool {
	if b.Len() > maxMadeRunes {
		return false
	}
	switch re.Op {
	case syntax.OpLiteral:
		b.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		r, ok := likely(re.Rune)
		b.WriteRune(r)
		return ok
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteByte('a')
	case syntax.OpAlternate:
		return writeMatch(b, re.Sub[0])
	case syntax.OpStar, syntax.OpQuest, syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText:
	case syntax.OpCapture, syntax.OpPlus, syntax.OpConcat, syntax.OpRepeat:
		times := 1
		if re.Op == syntax.OpRepeat {
			times = re.Min
		}
		for range times {
			for _, sub := range re.Sub {
				if !writeMatch(b, sub) {
					return false
				}
			}
		}
	default:
		return false
	}
	return true
}

// likely picks a letter or digit of a class of characters, given as pairs of first and last.
func likely(pairs []rune) (rune, bool) {
	for _, wish := range "A1ab-_ " {
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i] <= wish && wish <= pairs[i+1] {
				return wish, true
			}
		}
	}
	if len(pairs) == 0 {
		return 0, false
	}
	return pairs[0], true
}

// bySchema makes data that a JSON Schema describes: what is required of it, or everything where nothing is.
func bySchema(schema map[string]any, level int) any {
	if level > maxSchemaLevels {
		return nil
	}
	for _, key := range []string{"const", "default"} {
		if v, there := schema[key]; there {
			return v
		}
	}
	if list, isList := schema["enum"].([]any); isList && len(list) > 0 {
		return list[0]
	}
	switch schema["type"] {
	case "string":
		return textBySchema(schema)
	case "integer", "number":
		if least, isNumber := schema["minimum"]; isNumber {
			return least
		}
		return 1
	case "boolean":
		return true
	case "array":
		item, isMap := schema["items"].(map[string]any)
		if !isMap {
			return []any{}
		}
		return []any{bySchema(item, level+1)}
	}
	out := map[string]any{}
	properties, _ := schema["properties"].(map[string]any)
	required, some := schema["required"].([]any)
	for name, property := range properties {
		if inner, isMap := property.(map[string]any); isMap && (!some || slices.Contains(required, any(name))) {
			out[name] = bySchema(inner, level+1)
		}
	}
	return out
}

func textBySchema(schema map[string]any) string {
	switch schema["format"] {
	case "date-time":
		return sampleTime
	case "date":
		return sampleTime[:len(time.DateOnly)]
	case "time":
		return "10:30:00Z"
	case "email":
		return "ana@example.com"
	case "uri":
		return "https://example.com/1"
	}
	if pattern, isText := schema["pattern"].(string); isText {
		if made, ok := byPattern(pattern); ok {
			return made
		}
	}
	return "AB123456"
}

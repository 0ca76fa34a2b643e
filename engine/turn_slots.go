package engine

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"relevo/engine/reading"
)

// heardAnswer is what a message says about a slot. At most one of its parts is set; none is: it says nothing.
type heardAnswer struct {
	value   any
	options []any            // it can mean all of these
	partial *reading.Partial // it lacks a part
	why     TextKey          // it is refused: TextAtLeast or TextAtMost
	limit   string           // with why
}

// free tells that a slot takes any text.
func (s *slot) free() bool {
	return s == nil || (s.typ == SlotText || s.typ == SlotChoice) && s.pattern == nil && s.validate == nil
}

// use goes on with what a message says about the slot in question. It tells whether the message said anything.
func (t *turn) use(m *Machine, r *Run, a *ask, h heardAnswer) bool {
	switch {
	case h.value != nil:
		r.Answer = nil
		t.answered(r, a.slot, h.value, EventNameAnswered)
	case len(h.options) > 0:
		r.Answer = &Answer{Options: h.options}
		question := Outgoing{Text: t.sentence(r, TextWhich)}
		for i, v := range h.options {
			question.Choices = append(question.Choices, Choice{Payload: choicePayload(r, optionName(i)), Title: t.shown(m, r, m.slots[a.slot].typ, v)})
		}
		t.again(m, r, m.states[r.State])
		t.put(r, question)
	case h.partial != nil:
		r.Answer = &Answer{Partial: h.partial}
		if h.partial.Date == "" && h.partial.Time == "" { // only "in the afternoon": the question itself asks for the rest
			t.askAgain(r, nil)
			return true
		}
		key, value, typ := TextWhatTime, h.partial.Date, SlotDate
		if h.partial.Date == "" && h.partial.Time != "" {
			key, value, typ = TextWhatDate, h.partial.Time, SlotTime
		}
		t.again(m, r, m.states[r.State])
		t.put(r, Outgoing{Kind: OutgoingText, Text: strings.ReplaceAll(t.sentence(r, key), "{value}", t.shown(m, r, typ, value))})
	case h.why != "":
		t.refused(m, r, a, h)
	default:
		return false
	}
	return true
}

// refused counts an answer that is out of bounds, says which ones, and asks again.
func (t *turn) refused(m *Machine, r *Run, a *ask, h heardAnswer) {
	if r.Attempts+1 >= a.attempts {
		t.misunderstood(m, r, a, "")
		return
	}
	r.Attempts++
	t.send(r, Outgoing{Kind: OutgoingText, Text: strings.ReplaceAll(t.sentence(r, h.why), "{limit}", h.limit)})
	t.askAgain(r, nil)
}

// maxOptions is how many meanings of one answer are offered.
const maxOptions = 5

// readAnswer finds a slot's value in a message.
func (t *turn) readAnswer(m *Machine, r *Run, sl *slot, msg Message) heardAnswer {
	if sl == nil {
		return heardAnswer{}
	}
	switch sl.typ {
	case SlotText, SlotChoice:
		if text, ok := sl.read(msg.Text); ok {
			return t.checked(m, r, sl, []any{text})
		}
		return heardAnswer{}
	case SlotLocation:
		if l := msg.Location; l != nil {
			return t.checked(m, r, sl, []any{map[string]any{"latitude": l.Latitude, "longitude": l.Longitude, "name": l.Name, "address": l.Address}})
		}
		return heardAnswer{}
	case SlotFile, SlotImage:
		if v := fileOf(sl.typ, msg); v != nil {
			return t.checked(m, r, sl, []any{v})
		}
		return heardAnswer{}
	case SlotObject:
		return heardAnswer{}
	}
	ctx := reading.Context{
		Language: t.language(), Region: t.conv.Contact.Region, Now: t.now(), Zone: t.zone(m, r), Currency: sl.currency, Past: sl.past, Phone: t.catalog.Locale.Phone,
	}
	if r.Answer != nil {
		ctx.Options, ctx.Partial = r.Answer.Options, r.Answer.Partial
	}
	result := reading.Read(reading.Kind(sl.typ), msg.Text, ctx)
	if len(result.Values) > 0 {
		return t.checked(m, r, sl, result.Values)
	}
	if result.Partial != nil {
		return heardAnswer{partial: result.Partial}
	}
	if n := reading.Ordinal(msg.Text, 2); sl.typ == SlotYesNo && n > 0 { // a channel without buttons shows "1. Yes", "2. No"
		return t.checked(m, r, sl, []any{n == 1})
	}
	return heardAnswer{}
}

// fileOf is what a file or image slot holds of a message, or nil.
func fileOf(typ SlotType, msg Message) any {
	f := msg.Media
	if f == nil {
		return nil
	}
	switch msg.Kind {
	case MessageImage:
	case MessageDocument, MessageVideo, MessageAudio:
		if typ == SlotImage && !strings.HasPrefix(f.MIME, "image/") {
			return nil
		}
	default:
		return nil
	}
	return map[string]any{"id": f.ID, "url": f.URL, "mime": f.MIME, "filename": f.Filename, "sha256": f.SHA256, "caption": msg.Text}
}

// checked keeps the values that the slot allows. One is the answer; several are asked back; of none the reason is kept.
func (t *turn) checked(m *Machine, r *Run, sl *slot, values []any) heardAnswer {
	var good []any
	var refused heardAnswer
	likeliest := false // the first value is allowed
	for i, v := range values {
		v, why := t.check(m, r, sl, v)
		if why.why != "" {
			refused = why
		}
		if v != nil {
			good = append(good, v)
			likeliest = likeliest || i == 0
		}
	}
	switch {
	case len(good) == 1 && likeliest:
		return heardAnswer{value: good[0]}
	case len(good) > 0: // also when only an unlikely one is left: "at 11" is not 23:00 because 11:00 is over
		return heardAnswer{options: good[:min(len(good), maxOptions)]}
	}
	return refused
}

// check applies the slot's normalise, min, max and validate. The value is nil when it is refused. An expression that fails refuses, too: the contact is
// asked again, and the journal says why.
func (t *turn) check(m *Machine, r *Run, sl *slot, v any) (any, heardAnswer) {
	if sl.normalise == nil && sl.min == nil && sl.max == nil && sl.validate == nil {
		return v, heardAnswer{}
	}
	env := t.env(m, r)
	env["value"] = v
	defer delete(env, "value")
	fail := func(err error) (any, heardAnswer) {
		t.trace(EventNameScriptFailed, err.Error())
		return nil, heardAnswer{}
	}
	if sl.normalise != nil {
		changed, err := sl.normalise.run(env)
		if err == nil {
			changed, err = plain(changed)
		}
		if err != nil {
			return fail(err)
		}
		if v = changed; v == nil {
			return nil, heardAnswer{}
		}
		env["value"] = v
	}
	for _, bound := range []struct {
		of   *expression
		sign int
		why  TextKey
	}{{sl.min, 1, TextAtLeast}, {sl.max, -1, TextAtMost}} {
		if bound.of == nil {
			continue
		}
		limit, err := bound.of.run(env)
		if err != nil {
			return fail(err)
		}
		order, err := t.compare(m, r, sl.typ, v, limit)
		if err != nil {
			return fail(err)
		}
		if order*bound.sign < 0 {
			return nil, t.outOfBounds(m, r, sl.typ, v, bound.why, limit)
		}
	}
	if sl.validate != nil {
		holds, err := sl.validate.truth(env)
		if err != nil {
			return fail(err)
		}
		if !holds {
			return nil, heardAnswer{}
		}
	}
	return v, heardAnswer{}
}

// outOfBounds says why a value is refused. The length of a text is no number for people: one is too long, or not understood.
func (t *turn) outOfBounds(m *Machine, r *Run, typ SlotType, v any, why TextKey, limit any) heardAnswer {
	switch typ {
	case SlotText, SlotChoice, SlotEmail, SlotPhone:
		if why == TextAtLeast {
			return heardAnswer{}
		}
		return heardAnswer{why: TextTooLong}
	case SlotAmount:
		if n, isNumber := number(limit); isNumber { // 50 is 50.00 of the currency that was said
			limit = map[string]any{"amount": strconv.FormatFloat(n, 'f', -1, 64), "currency": field(v, "currency")}
		}
	}
	return heardAnswer{why: why, limit: t.limitShown(m, r, typ, limit)}
}

// compare orders a value and a limit as the slot's type does: -1, 0 or 1.
func (t *turn) compare(m *Machine, r *Run, typ SlotType, v, limit any) (int, error) {
	switch typ {
	case SlotText, SlotChoice, SlotEmail, SlotPhone:
		most, ok := number(limit)
		if !ok {
			return 0, errNotComparable(typ, limit)
		}
		return compareNumbers(float64(utf8.RuneCountInString(display(v))), most), nil
	case SlotAmount:
		a, okA := minorUnits(v)
		b, okB := minorUnits(limit)
		if field(v, "currency") != field(limit, "currency") { // dollars are not less than euros
			okB = false
		}
		if plainLimit, isNumber := number(limit); isNumber { // 50 is 50.00 of whatever currency
			a, okA = number(field(v, "amount"))
			b, okB = plainLimit, true
		}
		if !okA || !okB {
			return 0, errNotComparable(typ, limit)
		}
		return compareNumbers(a, b), nil
	case SlotDate, SlotDateTime:
		zone := t.zone(m, r)
		a, err := moment(v, zone)
		if err != nil {
			return 0, err
		}
		b, err := moment(limit, zone)
		if err != nil {
			return 0, err
		}
		if typ == SlotDate { // now is today
			b = b.In(zone)
			b = reading.Local(b.Year(), b.Month(), b.Day(), 0, 0, zone)
		}
		return a.Compare(b), nil
	case SlotTime:
		return strings.Compare(display(v), display(limit)), nil
	case SlotDuration:
		a, err := asSpan(v)
		if err != nil {
			return 0, err
		}
		b, err := asSpan(limit)
		if err != nil {
			return 0, err
		}
		return compareNumbers(float64(a.length()), float64(b.length())), nil
	}
	a, okA := number(v)
	b, okB := number(limit)
	if !okA || !okB {
		return 0, errNotComparable(typ, limit)
	}
	return compareNumbers(a, b), nil
}

// limitShown writes a limit for people.
func (t *turn) limitShown(m *Machine, r *Run, typ SlotType, limit any) string {
	switch typ {
	case SlotDate, SlotDateTime:
		if at, err := moment(limit, t.zone(m, r)); err == nil {
			return t.shown(m, r, typ, at.Format(time.RFC3339))
		}
	case SlotDuration:
		return t.shown(m, r, typ, limit)
	}
	if f, isNumber := number(limit); isNumber && typ != SlotTime {
		return t.catalog.Locale.Number(f, maxShownDecimals, t.language(), t.conv.Contact.Region)
	}
	return t.shown(m, r, typ, limit)
}

// maxWithoutYear is how far away a day may be that is named without its year.
const maxWithoutYear = 180 * 24 * time.Hour

// maxShownDecimals is how exactly numbers are shown to people.
const maxShownDecimals = 2

// shown writes a slot's value for people, in the contact's language and the flow's zone.
func (t *turn) shown(m *Machine, r *Run, typ SlotType, v any) string {
	locale, language, region := t.catalog.Locale, t.language(), t.conv.Contact.Region
	zone := t.zone(m, r)
	switch typ {
	case SlotDate, SlotDateTime:
		at, err := moment(v, zone)
		if err != nil {
			return display(v)
		}
		style := "day"
		if away := at.Sub(t.now()).Abs(); away > maxWithoutYear {
			style = "long"
		}
		day := locale.Date(at.In(zone), style, language, region)
		if typ == SlotDate {
			return day
		}
		return day + ", " + locale.Clock(at.In(zone), language, region)
	case SlotTime:
		if at, err := time.Parse("15:04", display(v)); err == nil {
			return locale.Clock(at, language, region)
		}
	case SlotDuration:
		if s, err := asSpan(v); err == nil {
			return s.shown()
		}
	case SlotAmount:
		if amount, ok := field(v, "amount").(string); ok {
			return locale.Money(amount, display(field(v, "currency")), language, region)
		}
	case SlotNumber, SlotInteger:
		if f, ok := number(v); ok {
			return locale.Number(f, maxShownDecimals, language, region)
		}
	case SlotYesNo:
		if v == true {
			return t.sentence(r, TextYes)
		}
		return t.sentence(r, TextNo)
	}
	return display(v)
}

// maxValueWords is over how many words a value with a pattern may be spread: "AB 12 34 56".
const maxValueWords = 4

// read finds a slot's value in what the contact wrote. With a pattern, what is around the value and how it is spaced and cased do not
// matter: "it's ab-123456!" is AB123456.
func (s *slot) read(text string) (string, bool) {
	text = strings.TrimSpace(text)
	if s.pattern == nil {
		return text, text != ""
	}
	for _, c := range []string{text, strings.ToUpper(text)} {
		if s.pattern.MatchString(c) {
			return c, true
		}
	}
	fields := strings.Fields(text)
	if c := compact(text); s.pattern.MatchString(c) {
		return c, true
	}
	for width := 1; width <= maxValueWords; width++ {
		for i := 0; i+width <= len(fields); i++ {
			if c := compact(strings.Join(fields[i:i+width], " ")); s.pattern.MatchString(c) {
				return c, true
			}
		}
	}
	return "", false
}

// compact drops everything but letters and digits, in upper case.
func compact(s string) string { return strings.ToUpper(strings.Join(words(s), "")) }

// optionName is the choice name of one of the things that an answer can mean.
func optionName(i int) string { return "#" + strconv.Itoa(i+1) }

// field reads a key of a map, nil where there is none.
func field(v any, key string) any {
	m, _ := v.(map[string]any)
	return m[key]
}

// minorUnits reads the exact value of an amount.
func minorUnits(v any) (float64, bool) { return number(field(v, "minor")) }

func compareNumbers(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func errNotComparable(typ SlotType, limit any) error {
	return fmt.Errorf("%q is no limit for a value of type %s", display(limit), typ)
}

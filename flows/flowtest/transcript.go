package flowtest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"relevo/engine"
	"relevo/engine/diag"
)

// Limits of a transcript file.
const (
	maxTranscriptBytes = 1 << 20
	maxTranscriptLines = 20_000
)

// Transcript is a conversation as a test: what goes in, and what must come out. docs/transcripts.md describes the text form.
type Transcript struct {
	File     string
	Flow     string // the flow file it is about
	At       time.Time
	Language string               // the channel's guess of the contact's language
	Closed   []string             // queues outside their business hours
	Closes   map[string]time.Time // queues whose business hours end at a time
	With     []string             // further flow files that take part
	// Contact is what is known of the contact before anything happens: name, language, region and time zone.
	Contact engine.Contact
	Steps   []Step

	zone *time.Location // of Contact, for times without an offset

	head []string // the lines before the first step, for Update
}

// Step is one input with what must follow it.
type Step struct {
	Line   int
	Input  Line
	Expect []Line
	tail   []string // blank lines and comments behind it
	raw    []string // all its lines as they were written
}

// Line is one line of a transcript. Text may have several lines of its own.
type Line struct {
	No   int
	Sign string // ">", "<", "?", "%", "+", "*", "&", "~", "^", "=", "@", "!", "$"
	Text string
}

// inputs are the signs of lines that something happens by; expectations are those of what must follow.
const (
	inputs       = ">+*&~^="
	expectations = "<?%@!$"
)

// facts are the words behind "!".
var facts = []string{"handoff", engine.EventNameScriptFailed, "refused", "owner", "language", "end", "summary", "runs", "contact", "event"}

// Parse reads a transcript. All findings are reported at once.
func Parse(file string, source []byte) (*Transcript, diag.List) {
	p := &parser{t: &Transcript{File: file, Language: "en", zone: time.UTC}}
	switch {
	case len(source) > maxTranscriptBytes:
		p.fail(1, "", "too-large", "split it into several files", "a transcript has at most 1 MiB")
	case !utf8.Valid(source):
		p.fail(1, "", "encoding", "save the file as UTF-8", "the file is not UTF-8")
	default:
		p.parse(strings.Split(strings.TrimRight(strings.ReplaceAll(string(source), "\r\n", "\n"), "\n"), "\n"))
	}
	p.findings.Sort()
	return p.t, p.findings
}

type parser struct {
	t        *Transcript
	findings diag.List
}

func (p *parser) fail(no int, line, code, hint, format string, args ...any) {
	start := diag.Pos{Line: no, Column: 1}
	end := diag.Pos{Line: no, Column: utf8.RuneCountInString(line) + 1}
	p.findings.Errorf(diag.Range{File: p.t.File, Start: start, End: end}, "transcript-"+code, hint, format, args...)
}

func (p *parser) parse(lines []string) {
	if len(lines) > maxTranscriptLines {
		p.fail(maxTranscriptLines, "", "too-large", "split it into several files", "a transcript has at most %d lines", maxTranscriptLines)
		return
	}
	for i, raw := range lines {
		p.line(i+1, raw)
	}
	if p.t.Flow == "" {
		p.fail(1, "", "no-flow", "begin with: flow flows/order_tracking.yaml", "the transcript does not say which flow it is about")
	}
	if p.t.At.IsZero() {
		p.fail(1, "", "no-time", "add a line: at 2026-03-02T09:00:00Z", "the transcript does not say when it takes place")
	}
	if len(p.t.Steps) == 0 && len(p.findings) == 0 {
		p.fail(1, "", "empty", "add a line: > Hello", "nothing happens in this transcript")
	}
}

func (p *parser) line(no int, raw string) {
	line := strings.TrimRight(raw, " \t")
	switch {
	case line == "" || strings.HasPrefix(line, "#"):
		p.keep(raw)
	case strings.HasPrefix(line, "  "):
		p.more(no, line)
	case len(p.t.Steps) == 0 && !strings.ContainsAny(line[:1], inputs+expectations):
		p.header(no, line)
		p.t.head = append(p.t.head, raw)
	case strings.ContainsAny(line[:1], inputs):
		p.input(no, line)
	case strings.ContainsAny(line[:1], expectations):
		p.expect(no, line)
	default:
		p.fail(no, line, "line", "lines begin with one of > < ? % + * & ~ ^ = @ ! $ #", "this line is not understood")
	}
	if n := len(p.t.Steps); n > 0 {
		p.t.Steps[n-1].raw = append(p.t.Steps[n-1].raw, raw)
	}
}

// keep holds on to a blank line or comment, for Update.
func (p *parser) keep(raw string) {
	if n := len(p.t.Steps); n > 0 {
		p.t.Steps[n-1].tail = append(p.t.Steps[n-1].tail, raw)
	} else {
		p.t.head = append(p.t.head, raw)
	}
}

func (p *parser) header(no int, line string) {
	key, value, _ := strings.Cut(line, " ")
	value = strings.TrimSpace(value)
	switch key {
	case "flow":
		p.t.Flow = value
	case "at":
		at, err := time.Parse(time.RFC3339, value)
		if err != nil {
			p.fail(no, line, "time", "write it like 2026-03-02T09:00:00Z", "%q is not a time", value)
		}
		p.t.At = at.UTC()
	case "language":
		p.t.Language = value
	case "speaks":
		p.t.Contact.Language = value
	case "name":
		p.t.Contact.Name = value
	case "region":
		if p.t.Contact.Region = value; len(value) != 2 || strings.ToUpper(value) != value {
			p.fail(no, line, "header", "write the two letters of ISO 3166, for example: region MX", "%q is not a region", value)
		}
	case "timezone":
		zone, err := time.LoadLocation(value)
		if err != nil || value == "" || value == "Local" {
			p.fail(no, line, "header", "write it like this: timezone America/Mexico_City", "%q is not a time zone", value)
			return
		}
		p.t.Contact.TimeZone, p.t.zone = value, zone
	case "with":
		p.t.With = append(p.t.With, value)
	case "queue":
		name, state, _ := strings.Cut(value, " ")
		state, when, _ := strings.Cut(state, " ")
		closes, err := time.Parse(time.RFC3339, when)
		switch {
		case state == "closed" && when == "":
			p.t.Closed = append(p.t.Closed, name)
		case state == "closes" && err == nil:
			if p.t.Closes == nil {
				p.t.Closes = map[string]time.Time{}
			}
			p.t.Closes[name] = closes
		default:
			p.fail(no, line, "header", "write: queue orders closed, or: queue orders closes 2026-03-02T18:00:00Z", "a queue can only be closed, or close at a time")
		}
	default:
		p.fail(no, line, "header", "the first lines are flow, with, at, language, speaks, name, region, timezone, queue", "%q is not known here", key)
	}
}

// more continues the text of the line before.
func (p *parser) more(no int, line string) {
	if len(p.t.Steps) == 0 {
		p.fail(no, line, "line", "remove the two spaces at the start", "this line continues nothing")
		return
	}
	st := &p.t.Steps[len(p.t.Steps)-1]
	last := &st.Input
	if len(st.Expect) > 0 {
		last = &st.Expect[len(st.Expect)-1]
	}
	last.Text += "\n" + line[2:]
}

func (p *parser) input(no int, line string) {
	in := Line{No: no, Sign: line[:1], Text: strings.TrimSpace(line[1:])}
	if err := in.check(); err != nil {
		p.fail(no, line, "line", err.hint, "%s", err.message)
	}
	p.t.Steps = append(p.t.Steps, Step{Line: no, Input: in})
}

func (p *parser) expect(no int, line string) {
	if len(p.t.Steps) == 0 {
		p.fail(no, line, "line", "begin with what the contact writes: > Hello", "nothing has happened yet that this could follow")
		return
	}
	st := &p.t.Steps[len(p.t.Steps)-1]
	if st.Input.Sign == "=" {
		p.fail(no, line, "line", "write the answer before the line that leads to the call", "nothing follows an answer: it waits for its call")
	}
	e := Line{No: no, Sign: line[:1], Text: strings.TrimSpace(line[1:])}
	if word, _, _ := strings.Cut(e.Text, " "); e.Sign == "!" && !slices.Contains(facts, word) {
		p.fail(no, line, "line", "it can be "+strings.Join(facts, ", "), "%q is not something that ! can tell", word)
	}
	st.Expect = append(st.Expect, e)
}

// lineError is a line that can not be understood.
type lineError struct{ message, hint string }

func (l Line) check() *lineError {
	switch l.Sign {
	case "+":
		if _, err := parsePassing(l.Text, time.UTC); err != nil {
			return &lineError{err.Error(), "write: + 15m · + 2d · + until 2026-03-02 09:00 · + down 8h · + back 1h"}
		}
	case "=":
		if _, err := parseAnswer(l.Text); err != nil {
			return &lineError{err.Error(), `write: = GET /orders/AB123456 200 {"status": "shipped"}`}
		}
	case "&":
		if _, err := parseAction(l.Text); err != nil {
			return &lineError{err.Error(), "write: & ana claim · & ana: Hello · & ana note: late again · & ana release · & ana close resolved"}
		}
	case "^":
		if _, err := parseDelivery(l.Text); err != nil {
			return &lineError{err.Error(), "write: ^ failed 131026 · ^ delivered · ^ read"}
		}
	case "*":
		if _, err := parseEvent(l.Text); err != nil {
			return &lineError{err.Error(), `write: * order.delayed key=AB123456 {"days": 2}`}
		}
	}
	return nil
}

// decodeData reads the JSON at the end of a line; nothing is nil.
func decodeData(s string) (any, error) {
	if strings.TrimSpace(s) == "" {
		return nil, nil
	}
	var v any
	if err := json.Unmarshal([]byte(s), &v); err != nil {
		return nil, fmt.Errorf("the data is not JSON: %w", err)
	}
	return v, nil
}

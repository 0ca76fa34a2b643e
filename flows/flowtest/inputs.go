package flowtest

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"relevo/engine"
)

// answer is what a call of the flow gets: "GET /orders/AB123456 200 {…}" or "GET /orders/AB123456 timeout".
type answer struct {
	line   int
	method string
	url    string // the end of the address
	result engine.CallResult
}

func parseAnswer(s string) (answer, error) {
	head, data := s, ""
	if i := strings.IndexAny(s, "{["); i >= 0 {
		head, data = s[:i], s[i:]
	}
	f := strings.Fields(head)
	if len(f) != 3 {
		return answer{}, errors.New("an answer has a method, an address and a status")
	}
	a := answer{method: f[0], url: f[1]}
	body, err := decodeData(data)
	if err != nil {
		return answer{}, err
	}
	a.result.Body = body
	if status, err := strconv.Atoi(f[2]); err != nil {
		a.result.Error = f[2]
	} else if a.result.Status = status; status < 100 || status > 599 {
		return answer{}, fmt.Errorf("%d is not an HTTP status", status)
	}
	return a, nil
}

// parseAction reads what a human agent does: "ana claim", "ana: Hello", "ana note: …", "ana close resolved".
func parseAction(s string) (engine.AgentAction, error) {
	head, text, says := strings.Cut(s, ":")
	f := strings.Fields(head)
	if len(f) == 0 {
		return engine.AgentAction{}, errors.New("nobody acts here")
	}
	a := engine.AgentAction{Agent: f[0], Name: f[0], Text: strings.TrimSpace(text)}
	verb := strings.Join(f[1:], " ")
	switch {
	case says && verb == "":
		a.Verb = engine.AgentReply
	case says && verb == "note":
		a.Verb = engine.AgentNote
	case verb == "claim":
		a.Verb = engine.AgentClaim
	case verb == "release":
		a.Verb = engine.AgentRelease
	case len(f) == 3 && f[1] == "close":
		a.Verb, a.Outcome = engine.AgentClose, f[2]
	default:
		return a, fmt.Errorf("a human agent can not %q", verb)
	}
	return a, nil
}

// parseEvent reads a business event: "order.delayed key=AB123456 {…}". What the business system knows of the contact can stand beside the key:
// "invoice.issued key=FA300101 language=es-MX timezone=America/Mexico_City name=Ana {…}".
func parseEvent(s string) (engine.BusinessEvent, error) {
	head, data := s, ""
	if i := strings.IndexByte(s, '{'); i >= 0 {
		head, data = s[:i], s[i:]
	}
	f := strings.Fields(head)
	if len(f) == 0 {
		return engine.BusinessEvent{}, errors.New("an event has a name, and perhaps a key and data")
	}
	b := engine.BusinessEvent{Name: f[0]}
	var known engine.KnownContact
	parts := map[string]*string{"key": &b.Key, "name": &known.Name, "language": &known.Language, "timezone": &known.TimeZone}
	for _, word := range f[1:] {
		what, value, _ := strings.Cut(word, "=")
		if parts[what] == nil || value == "" {
			return b, fmt.Errorf("%q is none of key=, name=, language= and timezone=", word)
		}
		*parts[what] = value
	}
	if known != (engine.KnownContact{}) {
		b.Contact = &known
	}
	v, err := decodeData(data)
	if err != nil {
		return b, err
	}
	b.Data, _ = v.(map[string]any)
	return b, nil
}

// ParseMessage reads what the contact sends: text, "[Title]" for a button of the last message with choices, "(audio)", "(image) a caption",
// "(location 40.41,-3.70)". last are the choices of the bot's last message.
func ParseMessage(s string, last []engine.Choice) (engine.Message, error) {
	if title, of, isButton := parsePress(s); isButton {
		if m, found := press(title, last); found && of == "" {
			return m, nil
		}
		return engine.Message{}, fmt.Errorf("the last message has no button %q", title)
	}
	head, caption, isMedia := strings.Cut(s, ")")
	if !isMedia || !strings.HasPrefix(head, "(") {
		return engine.Message{Kind: engine.MessageText, Text: s}, nil
	}
	kind, rest, _ := strings.Cut(head[1:], " ")
	m := engine.Message{Kind: engine.MessageKind(kind), Text: strings.TrimSpace(caption)}
	switch m.Kind {
	case engine.MessageImage, engine.MessageVideo, engine.MessageAudio, engine.MessageDocument, engine.MessageSticker:
		m.Media = &engine.Media{ID: "media"}
	case engine.MessageLocation:
		l := &engine.Location{}
		if _, err := fmt.Sscanf(rest, "%f,%f", &l.Latitude, &l.Longitude); err != nil {
			return m, fmt.Errorf("a location is written (location 40.41,-3.70)")
		}
		m.Location = l
	case engine.MessageReaction, engine.MessageUnsupported, engine.MessageContacts:
	default:
		return engine.Message{Kind: engine.MessageText, Text: s}, nil
	}
	return m, nil
}

// parsePress reads "[Yes]", and "[Yes] of Dr. Vega" for the button of the last message in which these words stand.
func parsePress(s string) (title, of string, isButton bool) {
	if !strings.HasPrefix(s, "[") {
		return "", "", false
	}
	if title, isLast := strings.CutSuffix(s[1:], "]"); isLast {
		return title, "", true
	}
	title, of, isOlder := strings.Cut(s[1:], "] of ")
	return title, of, isOlder && of != ""
}

func press(title string, choices []engine.Choice) (engine.Message, bool) {
	for _, c := range choices {
		if c.Title == title {
			return engine.Message{Kind: engine.MessageButton, Text: title, Payload: c.Payload}, true
		}
	}
	return engine.Message{}, false
}

// parseDelivery reads what the channel says of the bot's last message: "failed 131026", "delivered", "read".
func parseDelivery(s string) (engine.Status, error) {
	word, code, _ := strings.Cut(s, " ")
	status := engine.Status{State: engine.DeliveryState(word), Code: strings.TrimSpace(code)}
	switch status.State {
	case engine.DeliveryFailed:
		return status, nil
	case engine.DeliverySent, engine.DeliveryDelivered, engine.DeliveryRead:
		if code == "" {
			return status, nil
		}
		return status, fmt.Errorf("only a failure has a code")
	}
	return status, fmt.Errorf("a message can not be %q", word)
}

// passing is how time passes: by so much, or until a time. down tells that the program did not run meanwhile, back that the clock is set back.
type passing struct {
	by         time.Duration
	until      time.Time
	down, back bool
}

// parsePassing reads "15m", "2d", "until 2026-03-02T09:00:00Z", "until 2026-03-02 09:00" on the clock of a zone, "down 8h", "back 1h".
func parsePassing(s string, zone *time.Location) (passing, error) {
	var p passing
	word, rest, _ := strings.Cut(s, " ")
	rest = strings.TrimSpace(rest)
	switch word {
	case "until":
		at, err := time.Parse(time.RFC3339, rest)
		if err != nil {
			at, err = time.ParseInLocation("2006-01-02 15:04", rest, zone)
		}
		if err != nil {
			return p, fmt.Errorf("%q is not a time", rest)
		}
		p.until = at.UTC()
		return p, nil
	case "down":
		p.down, s = true, rest
	case "back":
		p.back, s = true, rest
	}
	by, err := parseDuration(s)
	if err != nil {
		return p, fmt.Errorf("%q is not a duration", s)
	}
	p.by = by
	return p, nil
}

// parseDuration reads 15m, 1h30m, 2d.
func parseDuration(s string) (time.Duration, error) {
	if days, isDays := strings.CutSuffix(s, "d"); isDays {
		n, err := strconv.Atoi(days)
		if err != nil || n < 0 || n > 3660 {
			return 0, fmt.Errorf("%q is not a number of days", days)
		}
		return time.Duration(n) * 24 * time.Hour, nil
	}
	d, err := time.ParseDuration(s)
	if err == nil && d < 0 {
		return 0, fmt.Errorf("%q goes back in time", s)
	}
	return d, err
}

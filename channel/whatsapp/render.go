package whatsapp

import (
	"errors"
	"fmt"
	"strings"

	"relevo/channel"
	"relevo/engine"
)

// object is a JSON object of the Graph API.
type object = map[string]any

// defaultListLabel opens a list where the flow names no label. It reads the same in most languages.
const defaultListLabel = "Menu"

// maxTemplateParameters is a sane limit for one body; Meta counts the template's own.
const maxTemplateParameters = 100

// render makes the request bodies of one message, without recipient and id: one, or several where the text is over a limit. Choices go
// with the last part. The forms of choices, best first:
//
//	up to 3 whose titles fit                  reply buttons
//	up to 10                                  a list; a long title is cut and stands whole in the row's description
//	more, or a payload that no button holds   the text with numbered lines
//
// out.As asks for one of the forms: "list" and "text" as they say; "buttons" where they fit, which is what happens without it.
func render(out engine.Outgoing) ([]object, error) {
	switch out.Kind {
	case engine.OutgoingTemplate:
		return renderTemplate(out.Template, out.Choices)
	case engine.OutgoingText, engine.OutgoingChoices:
	default:
		return renderOther(out)
	}
	if strings.TrimSpace(out.Text) == "" {
		return nil, errors.New("the text is empty")
	}
	if n := runes(out.Text); n > maxText*maxParts {
		return nil, fmt.Errorf("the text has %d characters, over the limit of %d", n, maxText*maxParts)
	}
	if out.Kind == engine.OutgoingText || len(out.Choices) == 0 {
		return texts(out.Text), nil
	}
	choices := clean(out.Choices)
	var action object
	switch {
	case out.As == "text" || !pressable(choices, out.As):
		return texts(channel.Numbered(out.Text, choices)), nil
	case buttonsFit(choices, out.As):
		action = buttons(choices)
	default:
		action = list(choices, out.Button)
	}
	return interactive(out.Text, action), nil
}

// interactive puts a text over buttons, a list or a link; what is over the limit goes before it.
func interactive(body string, action object) []object {
	parts := split(body, maxChoiceText)
	action["body"] = object{"text": parts[len(parts)-1]}
	var bodies []object
	for _, p := range parts[:len(parts)-1] {
		bodies = append(bodies, text(p))
	}
	return append(bodies, object{"type": "interactive", "interactive": action})
}

// texts keeps a text that fits exactly as it was written.
func texts(body string) []object {
	if runes(body) <= maxText {
		return []object{text(body)}
	}
	var out []object
	for _, p := range split(body, maxText) {
		out = append(out, text(p))
	}
	return out
}

func text(body string) object {
	return object{"type": "text", "text": object{"body": body, "preview_url": false}}
}

// clean makes titles that the platform takes: one line, not empty, no two alike.
func clean(in []engine.Choice) []engine.Choice {
	out := make([]engine.Choice, len(in))
	seen := map[string]bool{}
	for i, c := range in {
		title := strings.Join(strings.Fields(c.Title), " ")
		if title == "" || seen[title] {
			title = strings.TrimSpace(fmt.Sprintf("%s (%d)", title, i+1))
		}
		seen[title] = true
		out[i] = engine.Choice{Payload: c.Payload, Title: title}
	}
	return out
}

// pressable tells whether the choices can be buttons or rows.
func pressable(choices []engine.Choice, as string) bool {
	limit := maxRowID
	if buttonsFit(choices, as) {
		limit = maxButtonID
	}
	seen := map[string]bool{}
	for _, c := range choices {
		if c.Payload == "" || runes(c.Payload) > limit || seen[c.Payload] || strings.TrimSpace(c.Payload) != c.Payload {
			return false
		}
		seen[c.Payload] = true
	}
	return len(choices) <= maxRows
}

// buttonsFit tells whether the choices are shown as buttons rather than as a list.
func buttonsFit(choices []engine.Choice, as string) bool {
	return as != "list" && len(choices) <= maxButtons && longest(choices) <= maxButtonTitle
}

func longest(choices []engine.Choice) int {
	n := 0
	for _, c := range choices {
		n = max(n, runes(c.Title))
	}
	return n
}

func buttons(choices []engine.Choice) object {
	var rows []object
	for _, c := range choices {
		rows = append(rows, object{"type": "reply", "reply": object{"id": c.Payload, "title": c.Title}})
	}
	return object{"type": "button", "action": object{"buttons": rows}}
}

func list(choices []engine.Choice, label string) object {
	label = strings.Join(strings.Fields(label), " ")
	if label == "" {
		label = defaultListLabel
	}
	var rows []object
	taken := map[string]bool{}
	for i, c := range choices {
		title := shorten(c.Title, maxRowTitle)
		if taken[title] { // two long titles with one beginning
			mark := fmt.Sprintf(" (%d)", i+1)
			title = shorten(c.Title, maxRowTitle-runes(mark)) + mark
		}
		taken[title] = true
		row := object{"id": c.Payload, "title": title}
		if title != c.Title {
			row["description"] = shorten(c.Title, maxRowDetail)
		}
		rows = append(rows, row)
	}
	return object{"type": "list", "action": object{
		"button": shorten(label, maxListLabel), "sections": []object{{"rows": rows}},
	}}
}

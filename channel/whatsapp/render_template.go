package whatsapp

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"relevo/engine"
)

// renderTemplate fills a template's body in order, and gives its quick replies the payloads of choices, in order. A parameter may hold no line
// break, tab or longer run of spaces, so white space is folded; an empty one would be refused by the platform and is refused here with its number.
func renderTemplate(t *engine.Template, choices []engine.Choice) ([]object, error) {
	if t == nil || t.Name == "" || t.Language == "" {
		return nil, errors.New("the template has no name or language")
	}
	if len(t.Parameters) > maxTemplateParameters {
		return nil, fmt.Errorf("template %s: %d parameters, over the limit of %d", t.Name, len(t.Parameters), maxTemplateParameters)
	}
	if len(choices) > maxQuickReplies {
		return nil, fmt.Errorf("template %s: %d quick replies, over the limit of %d", t.Name, len(choices), maxQuickReplies)
	}
	var params, components []object
	for i, p := range t.Parameters {
		p = strings.Join(strings.Fields(p), " ")
		if p == "" {
			return nil, fmt.Errorf("template %s: parameter %d is empty", t.Name, i+1)
		}
		params = append(params, object{"type": "text", "text": p})
	}
	if len(params) > 0 {
		components = append(components, object{"type": "body", "parameters": params})
	}
	for i, c := range choices {
		if c.Payload == "" || runes(c.Payload) > maxButtonID {
			return nil, fmt.Errorf("template %s: quick reply %d has no payload, or one over %d characters", t.Name, i+1, maxButtonID)
		}
		components = append(components, object{
			"type": "button", "sub_type": "quick_reply", "index": strconv.Itoa(i), // the platform's examples write the index as text
			"parameters": []object{{"type": "payload", "payload": c.Payload}},
		})
	}
	tpl := object{"name": t.Name, "language": object{"code": strings.ReplaceAll(t.Language, "-", "_")}}
	if len(components) > 0 {
		tpl["components"] = components
	}
	return []object{{"type": "template", "template": tpl}}, nil
}

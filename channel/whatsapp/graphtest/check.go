package graphtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"unicode/utf8"
)

// request is the part of a send that is checked.
type request struct {
	Product   string `json:"messaging_product"`
	Kind      string `json:"recipient_type"`
	To        string `json:"to"`
	Recipient string `json:"recipient"`
	Type      string `json:"type"`
	Opaque    string `json:"biz_opaque_callback_data"`
	Text      *struct {
		Body string `json:"body"`
	} `json:"text"`
	Interactive *struct {
		Type string `json:"type"`
		Body struct {
			Text string `json:"text"`
		} `json:"body"`
		Action struct {
			Button  string `json:"button"`
			Buttons []struct {
				Type  string
				Reply struct{ ID, Title string }
			} `json:"buttons"`
			Sections []struct {
				Title string
				Rows  []struct{ ID, Title, Description string }
			} `json:"sections"`
		} `json:"action"`
	} `json:"interactive"`
	Template *struct {
		Name     string
		Language struct{ Code string }
		Parts    []struct {
			Type       string
			Parameters []struct{ Type, Text string }
		} `json:"components"`
	} `json:"template"`
}

var (
	phone = regexp.MustCompile(`^\+[0-9]{5,20}$`)
	bsuid = regexp.MustCompile(`^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$`)
)

// check reads a send and finds what the platform would refuse.
func check(body []byte) (Send, *Fault) {
	var q request
	if err := json.Unmarshal(body, &q); err != nil {
		return Send{}, bad(100, "the body is not JSON")
	}
	s := Send{Opaque: q.Opaque, To: strings.TrimPrefix(first(q.To, q.Recipient), "+"), Type: first(q.Type, "text")}
	switch {
	case q.Product != "whatsapp":
		return s, bad(100, "messaging_product is missing")
	case q.To != "" && !phone.MatchString(q.To):
		return s, bad(100, "to needs a plus and digits")
	case q.To == "" && !bsuid.MatchString(q.Recipient):
		return s, bad(131008, "recipient is missing")
	case over(q.Opaque, 512):
		return s, bad(131009, "biz_opaque_callback_data is over 512 characters")
	}
	switch {
	case s.Type == "text" && q.Text != nil:
		s.Text = q.Text.Body
		return s, length("text.body", s.Text, 4096)
	case s.Type == "interactive" && q.Interactive != nil:
		return s, q.interactive(&s)
	case s.Type == "template" && q.Template != nil:
		return s, q.template(&s)
	}
	return s, bad(131008, "the object named by type is missing or of a kind this stand-in does not know")
}

func (q request) interactive(s *Send) *Fault {
	s.Text = q.Interactive.Body.Text
	if f := length("body", s.Text, 1024); f != nil {
		return f
	}
	a := q.Interactive.Action
	maxID, maxTitle, maxCount := 256, 20, 3
	switch q.Interactive.Type {
	case "button":
		for _, b := range a.Buttons {
			s.Choices = append(s.Choices, Choice{ID: b.Reply.ID, Title: b.Reply.Title})
		}
	case "list":
		maxID, maxTitle, maxCount = 200, 24, 10
		if f := length("action.button", a.Button, 20); f != nil {
			return f
		}
		for _, section := range a.Sections {
			if len(a.Sections) > 1 && section.Title == "" {
				return bad(131009, "a section has no title")
			}
			for _, r := range section.Rows {
				s.Choices = append(s.Choices, Choice{r.ID, r.Title, r.Description})
			}
		}
	default:
		return bad(131009, "unknown interactive type")
	}
	if len(s.Choices) == 0 || len(s.Choices) > maxCount {
		return bad(131009, fmt.Sprintf("%d choices, want 1 to %d", len(s.Choices), maxCount))
	}
	ids, titles := map[string]bool{}, map[string]bool{}
	for _, c := range s.Choices {
		if f := length("id", c.ID, maxID); f != nil {
			return f
		}
		if f := length("title", c.Title, maxTitle); f != nil {
			return f
		}
		if over(c.Description, 72) || ids[c.ID] || titles[c.Title] {
			return bad(131009, "a description is too long, or an id or title is not unique")
		}
		ids[c.ID], titles[c.Title] = true, true
	}
	return nil
}

func (q request) template(s *Send) *Fault {
	s.Text, s.Language = q.Template.Name, q.Template.Language.Code
	if s.Text == "" || s.Language == "" {
		return bad(132001, "Template name does not exist in the translation")
	}
	for _, part := range q.Template.Parts {
		for _, p := range part.Parameters {
			if strings.TrimSpace(p.Text) == "" || strings.ContainsAny(p.Text, "\n\t") || strings.Contains(p.Text, "     ") {
				return bad(132012, "Parameter format does not match")
			}
			if part.Type == "body" {
				s.Template = append(s.Template, p.Text)
			}
		}
	}
	return nil
}

func length(name, s string, limit int) *Fault {
	if strings.TrimSpace(s) == "" {
		return bad(131008, name+" is empty")
	}
	if over(s, limit) {
		return bad(131009, fmt.Sprintf("%s is over %d characters", name, limit))
	}
	return nil
}

func over(s string, limit int) bool { return utf8.RuneCountInString(s) > limit }

func bad(code int, details string) *Fault {
	return &Fault{Status: http.StatusBadRequest, Code: code, Message: "Parameter value is not valid", Details: details}
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

package graphtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
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
			Name       string `json:"name"`
			Parameters struct {
				Text string `json:"display_text"`
				URL  string `json:"url"`
			} `json:"parameters"`
		} `json:"action"`
	} `json:"interactive"`
	Template *struct {
		Name     string
		Language struct{ Code string }
		Parts    []struct {
			Type       string
			SubType    string `json:"sub_type"`
			Index      string
			Parameters []struct{ Type, Text, Payload string }
		} `json:"components"`
	} `json:"template"`
	Image    *file `json:"image"`
	Document *file `json:"document"`
	Video    *file `json:"video"`
	Audio    *file `json:"audio"`
	Location *struct {
		Latitude, Longitude *float64
		Name, Address       string
	} `json:"location"`
}

// file is what the platform fetches from an address.
type file struct{ Link, Caption, Filename string }

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
	case s.Type == "location" && q.Location != nil:
		return s, q.location(&s)
	}
	if f := q.file(s.Type); f != nil {
		return s, f.check(&s)
	}
	return s, bad(131008, "the object named by type is missing or of a kind this stand-in does not know")
}

func (q request) file(kind string) *file {
	switch kind {
	case "image":
		return q.Image
	case "document":
		return q.Document
	case "video":
		return q.Video
	case "audio":
		return q.Audio
	}
	return nil
}

// check reads a file. Only documents have names, and sounds no caption.
func (f *file) check(s *Send) *Fault {
	s.Shows, s.URL, s.Text, s.Title = s.Type, f.Link, f.Caption, f.Filename
	switch {
	case !strings.HasPrefix(f.Link, "https://"):
		return bad(131008, s.Type+" needs an id or a link by https")
	case over(f.Link, 2000), over(f.Caption, 1024):
		return bad(131009, "the link or caption is too long")
	case s.Type == "audio" && f.Caption != "", s.Type != "document" && f.Filename != "":
		return bad(100, "Unexpected key in "+s.Type)
	}
	return nil
}

func (q request) location(s *Send) *Fault {
	s.Shows, s.Title = s.Type, q.Location.Name
	lat, long := q.Location.Latitude, q.Location.Longitude
	if lat == nil || long == nil || *lat < -90 || *lat > 90 || *long < -180 || *long > 180 {
		return bad(131009, "latitude or longitude is missing or not on the map")
	}
	s.Place = [2]float64{*lat, *long}
	return nil
}

// link reads an interactive message of type cta_url.
func (q request) link(s *Send) *Fault {
	p := q.Interactive.Action.Parameters
	s.Shows, s.URL, s.Title = "link", p.URL, p.Text
	if q.Interactive.Action.Name != "cta_url" || !strings.HasPrefix(p.URL, "http") || over(p.URL, 2000) {
		return bad(131009, "action of a cta_url needs its name and an address")
	}
	return length("display_text", p.Text, 20)
}

func (q request) interactive(s *Send) *Fault {
	s.Text = q.Interactive.Body.Text
	if f := length("body", s.Text, 1024); f != nil {
		return f
	}
	if q.Interactive.Type == "cta_url" {
		return q.link(s)
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
		if part.Type == "button" {
			if part.SubType != "quick_reply" || part.Index != strconv.Itoa(len(s.Choices)) || len(part.Parameters) != 1 ||
				part.Parameters[0].Type != "payload" || part.Parameters[0].Payload == "" || len(s.Choices) == 10 {
				return bad(132012, "a button is not a quick reply with a payload at its index")
			}
			s.Choices = append(s.Choices, Choice{ID: part.Parameters[0].Payload})
			continue
		}
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

package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"relevo/engine"
	"relevo/runner"
	"relevo/store"
)

type businessInput struct {
	Body struct {
		ID      string          `json:"id" minLength:"1" maxLength:"128" doc:"Unique among all senders, however the contact is named; repeating it changes nothing"`
		Name    string          `json:"name" pattern:"^[a-z0-9_]+([.-][a-z0-9_]+)*$" maxLength:"64" example:"order.delayed"`
		Contact businessContact `json:"contact"`
		Key     string          `json:"key,omitempty" maxLength:"128" doc:"What it is about" example:"AB123456"`
		Data    map[string]any  `json:"data,omitempty"`
	}
}

// businessContact names the contact: by conversation, or on a channel by phone or visitor.
type businessContact struct {
	Channel      string `json:"channel,omitempty" maxLength:"64" doc:"The channel's id; not needed with conversation" example:"main"`
	Phone        string `json:"phone,omitempty" maxLength:"32" doc:"With country code" example:"34600111222"`
	Visitor      string `json:"visitor,omitempty" maxLength:"128" doc:"The web chat visitor's id"`
	Conversation string `json:"conversation,omitempty" maxLength:"128"`

	Name     string `json:"name,omitempty" maxLength:"128" doc:"The contact's name, where it is not known yet"`
	Language string `json:"language,omitempty" pattern:"^[a-z]{2,3}(-[A-Z]{2})?$" maxLength:"6" example:"es-MX" doc:"The contact's language, where it is not known yet"`
	TimeZone string `json:"timezone,omitempty" maxLength:"64" example:"America/Mexico_City" doc:"The contact's time zone, where it is not known yet"`
}

type businessOutput struct {
	Body struct {
		Accepted     bool   `json:"accepted" doc:"It is stored"`
		Duplicate    bool   `json:"duplicate" doc:"It was accepted before"`
		Conversation string `json:"conversation"`
		Known        bool   `json:"known" doc:"Some published flow has to do with an event of this name"`
		Result       string `json:"result" enum:"started,delivered,deferred,ignored,late,opted_out,duplicate,accepted" doc:"What it did: started a run, was delivered to one, is deferred until people give the conversation back, was ignored because no flow knows it or because too many of the contact's runs or events wait already, came late for every run, or the contact has opted out. A repeated one has the result of the first, or duplicate where that is not known any more. accepted: its turn has not come yet"`
	}
}

// maxEventBytes is the size of an event's data, written as JSON.
const maxEventBytes = 32 << 10

func (s *Server) eventRoutes(api huma.API) {
	huma.Register(api, accepted(op("POST", "/v1/events", "Tell what happened in a business system; idempotent by id")), s.takeEvent)
}

func (s *Server) takeEvent(ctx context.Context, in *businessInput) (*businessOutput, error) {
	req := runner.BusinessRequest{ID: in.Body.ID, Name: in.Body.Name, Key: in.Body.Key, Data: in.Body.Data}
	known, err := s.checkEvent(req)
	if err != nil {
		return nil, err
	}
	if err := s.nameContact(&req, in.Body.Contact); err != nil {
		return nil, err
	}
	answer, err := s.opts.Runner.Business(ctx, req)
	if errors.Is(err, store.ErrNotFound) {
		const unknown = "There is no such conversation."
		return nil, newProblem(http.StatusNotFound, unknown, Finding{Location: "body.contact.conversation", Message: unknown})
	}
	if err != nil {
		return nil, s.fail("take business event", err)
	}
	out := &businessOutput{}
	out.Body.Accepted, out.Body.Duplicate, out.Body.Conversation = true, answer.Duplicate, answer.Conversation
	out.Body.Known, out.Body.Result = known, string(answer.Result)
	return out, nil
}

// checkEvent holds an event's data against the limits and the flows' schemas, before anything is stored.
func (s *Server) checkEvent(req runner.BusinessRequest) (known bool, err error) {
	if engine.TooDeep(req.Data) {
		return false, invalid("body.data", fmt.Sprintf("At most %d lists and maps inside each other.", engine.MaxValueDepth))
	}
	if text, err := json.Marshal(req.Data); err != nil || len(text) > maxEventBytes {
		return false, invalid("body.data", fmt.Sprintf("At most %d bytes of JSON.", maxEventBytes))
	}
	if s.opts.EventCheck == nil {
		return false, nil
	}
	known, findings := s.opts.EventCheck(req.Name, req.Data)
	if len(findings) == 0 {
		return known, nil
	}
	p := newProblem(http.StatusUnprocessableEntity, "The data of "+req.Name+" is not what the flows expect.")
	for _, f := range findings {
		p.Findings = append(p.Findings, Finding{Location: strings.TrimSuffix("body.data."+f.Location, "."), Message: f.Message})
	}
	return known, p
}

// nameContact fills in the contact, or says what is missing.
func (s *Server) nameContact(req *runner.BusinessRequest, c businessContact) error {
	given := 0
	for _, v := range []string{c.Phone, c.Visitor, c.Conversation} {
		if v != "" {
			given++
		}
	}
	if given != 1 {
		return invalid("body.contact", "Name the contact by one of: phone, visitor, conversation.")
	}
	at := slices.IndexFunc(s.opts.Channels, func(i ChannelInfo) bool { return i.ID == c.Channel })
	if at < 0 && (c.Channel != "" || c.Conversation == "") {
		return invalid("body.contact.channel", "There is no such channel.")
	}
	if c.Phone != "" && s.opts.Channels[at].Type == "webchat" {
		return invalid("body.contact.phone", "A web chat does not know its visitors by phone. Name the visitor or the conversation.")
	}
	if c.Visitor != "" && s.opts.Channels[at].Type != "webchat" {
		return invalid("body.contact.visitor", "Only a web chat has visitors. Name the phone or the conversation.")
	}
	req.Channel, req.Conversation = c.Channel, c.Conversation
	if c.Name != "" || c.Language != "" || c.TimeZone != "" {
		req.Contact = &engine.KnownContact{Name: c.Name, Language: c.Language, TimeZone: c.TimeZone}
	}
	if c.Visitor != "" {
		req.Identity = engine.Identity{Kind: "visitor", Value: c.Visitor}
	}
	if c.Phone != "" {
		phone, ok := digits(c.Phone)
		if !ok {
			return invalid("body.contact.phone", "Write the number with its country code, for example +34 600 111 222.")
		}
		req.Identity = engine.Identity{Kind: "phone", Value: phone}
	}
	return nil
}

// Lengths of a phone number with country code (E.164).
const (
	minPhoneDigits = 7
	maxPhoneDigits = 15
)

// digits reduces a written phone number to its digits: "+34 600-111-222" → "34600111222". ok is false when it is none.
func digits(s string) (number string, ok bool) {
	number = strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", ".", "").Replace(strings.TrimPrefix(strings.TrimSpace(s), "+"))
	for _, r := range number {
		if r < '0' || r > '9' {
			return "", false
		}
	}
	return number, len(number) >= minPhoneDigits && len(number) <= maxPhoneDigits
}

package graphtest

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
)

// SetTarget sets the webhook's address that deliveries go to. It may change at any time, as when a server starts again.
func (s *Server) SetTarget(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.target = url
}

func (s *Server) targetURL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.target
}

// Sign returns the X-Hub-Signature-256 header of a body.
func (s *Server) Sign(body []byte) string {
	h := hmac.New(sha256.New, []byte(s.AppSecret))
	h.Write(body)
	return "sha256=" + hex.EncodeToString(h.Sum(nil))
}

// Deliver posts body, signed over its exact bytes, and returns the status.
func (s *Server) Deliver(ctx context.Context, body []byte) (status int, err error) {
	return s.DeliverSigned(ctx, body, s.Sign(body))
}

// DeliverSigned posts body with a header of the caller's; no header when it is empty.
func (s *Server) DeliverSigned(ctx context.Context, body []byte, signature string) (status int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.targetURL(), bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	if signature != "" {
		req.Header.Set("X-Hub-Signature-256", signature)
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, err
}

// DeliverUntilTaken repeats a delivery every gap until it is answered 200, as the platform does for a week, or until ctx ends. It returns
// how often it was posted.
func (s *Server) DeliverUntilTaken(ctx context.Context, body []byte, gap time.Duration) (posts int, err error) {
	tick := time.NewTicker(gap)
	defer tick.Stop()
	for {
		posts++
		if status, err := s.Deliver(ctx, body); err == nil && status == http.StatusOK {
			return posts, nil
		}
		select {
		case <-ctx.Done():
			return posts, ctx.Err()
		case <-tick.C:
		}
	}
}

// Verify makes the GET of the address's verification and returns status and body.
func (s *Server) Verify(ctx context.Context, token, challenge string) (status int, body string, err error) {
	q := url.Values{"hub.mode": {"subscribe"}, "hub.challenge": {challenge}, "hub.verify_token": {token}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.targetURL()+"?"+q.Encode(), nil)
	if err != nil {
		return 0, "", err
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxRequest))
	return resp.StatusCode, string(raw), err
}

// Text delivers a contact's text. from is a phone, or a BSUID; an empty id gets the next free one. The error is not nil unless the
// delivery was answered 200.
func (s *Server) Text(ctx context.Context, from, id, text string) error {
	return s.inbound(ctx, s.Message(from, id, "text", object{"body": text}))
}

// Button delivers a press of a reply button.
func (s *Server) Button(ctx context.Context, from, id, payload, title string) error {
	return s.inbound(ctx, s.Message(from, id, "interactive", object{"type": "button_reply", "button_reply": object{"id": payload, "title": title}}))
}

// Row delivers a choice from a list.
func (s *Server) Row(ctx context.Context, from, id, payload, title string) error {
	return s.inbound(ctx, s.Message(from, id, "interactive", object{"type": "list_reply", "list_reply": object{"id": payload, "title": title}}))
}

// Message makes one messages[] element by the server's clock. An id that was used before keeps its first time, because a repeat carries
// the timestamp unchanged.
func (s *Server) Message(from, id, kind string, content object) map[string]any {
	id, at := s.stamp(id)
	m := object{"id": id, "timestamp": strconv.FormatInt(at.Unix(), 10), "type": kind, kind: content}
	if bsuid.MatchString(from) {
		m["from_user_id"] = from
	} else {
		m["from"] = from
	}
	return m
}

// maxStamps is how many ids keep their time; load tests use millions.
const maxStamps = 65536

// stamp returns an id, the next free one for "", and its time.
func (s *Server) stamp(id string) (string, time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id == "" {
		s.nextID++
		return fmt.Sprintf("wamid.IN%d", s.nextID), s.Now()
	}
	at, used := s.stamps[id]
	if !used {
		at = s.Now()
		if len(s.stamps) >= maxStamps {
			clear(s.stamps)
		}
		s.stamps[id] = at
	}
	return id, at
}

func (s *Server) inbound(ctx context.Context, m object) error {
	s.wrote(m)
	return s.must(s.Deliver(ctx, s.Messages(m)))
}

// wrote opens the contact's window.
func (s *Server) wrote(m object) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range []string{"from", "from_user_id"} {
		if who, ok := m[key].(string); ok {
			s.opened[who] = s.Now()
		}
	}
}

// Messages makes the body of a delivery with these messages.
func (s *Server) Messages(messages ...map[string]any) []byte {
	var contacts []object
	for _, m := range messages {
		contact := object{"profile": object{"name": "Ana"}}
		if from, ok := m["from"]; ok {
			contact["wa_id"] = from
		}
		if user, ok := m["from_user_id"]; ok {
			contact["user_id"] = user
		}
		contacts = append(contacts, contact)
	}
	return s.Body("messages", object{"contacts": contacts, "messages": messages})
}

// Status delivers what became of a send: "sent", "delivered", "read".
func (s *Server) Status(ctx context.Context, send Send, state string) error {
	return s.must(s.Deliver(ctx, s.StatusBody(send, state, 0)))
}

// StatusFailed delivers that a send failed after it was accepted.
func (s *Server) StatusFailed(ctx context.Context, send Send, code int) error {
	return s.must(s.Deliver(ctx, s.StatusBody(send, "failed", code)))
}

// StatusBody makes the body of a status; code is that of its error, 0 for none.
func (s *Server) StatusBody(send Send, state string, code int) []byte {
	st := object{"id": send.WAMID, "status": state, "timestamp": strconv.FormatInt(s.Now().Unix(), 10)}
	if bsuid.MatchString(send.To) {
		st["recipient_user_id"] = send.To
	} else {
		st["recipient_id"] = send.To
	}
	if send.Opaque != "" {
		st["biz_opaque_callback_data"] = send.Opaque
	}
	if code != 0 {
		st["errors"] = []object{{"code": code, "title": "Message failed", "error_data": object{"details": "as scripted"}}}
	}
	return s.Body("messages", object{"statuses": []object{st}})
}

// Echo delivers a message that a person wrote to the contact from the phone on the business's number.
func (s *Server) Echo(ctx context.Context, to, id, text string) error {
	m := s.Message(s.Number, id, "text", object{"body": text})
	m["to"] = to
	return s.must(s.Deliver(ctx, s.Body("smb_message_echoes", object{"message_echoes": []object{m}})))
}

func (s *Server) must(status int, err error) error {
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("the delivery was answered %d", status)
	}
	return err
}

// Body makes a delivery around one change's value, written as Meta writes: other than ASCII as \u escapes, slashes escaped. value holds
// what encoding/json can write; else the body is empty, which no webhook takes for a delivery.
func (s *Server) Body(field string, value map[string]any) []byte {
	value["messaging_product"] = "whatsapp"
	value["metadata"] = object{"display_phone_number": s.Number, "phone_number_id": s.PhoneNumberID}
	raw, err := json.Marshal(object{"object": "whatsapp_business_account", "entry": []object{
		{"id": s.AccountID, "changes": []object{{"field": field, "value": value}}},
	}})
	if err != nil {
		return nil
	}
	var out strings.Builder
	for _, r := range string(raw) {
		switch {
		case r == '/':
			out.WriteString(`\/`)
		case r < 0x80:
			out.WriteRune(r)
		case r > 0xFFFF:
			hi, lo := utf16.EncodeRune(r)
			fmt.Fprintf(&out, `\u%04x\u%04x`, hi, lo)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
	}
	return []byte(out.String())
}

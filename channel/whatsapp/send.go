package whatsapp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"unicode"

	"relevo/channel"
	"relevo/engine"
)

const (
	maxAnswer  = 64 << 10 // bytes read of an answer; a good one has about 300
	maxPartial = 1024     // messages whose earlier parts are remembered
	maxParts   = 20       // parts of one message
)

// Send delivers m and returns the channel's word that it was accepted, which is not yet that it arrived: a status tells that.
//
// One message is one request, but a text over the platform's limit goes out in parts, one after the other. The last part carries m.ID as
// biz_opaque_callback_data and stands for the message; earlier ones carry m.ID + "#1", "#2", … so that only their failure counts. When a
// part is refused, a further Send of the same m.ID goes on with that part; after a restart it begins again (at least once).
//
// Errors are *channel.SendError. Unknown is set when the request may have been taken although no answer could be read: the platform has no
// idempotency key, so the caller should wait for a status that carries m.ID before trying again.
func (c *Channel) Send(ctx context.Context, m channel.Message) (channel.Receipt, error) {
	if c.url == "" {
		return channel.Receipt{}, &channel.SendError{Class: channel.ClassChannel, Code: "no_number", Detail: "a channel for any number only receives"}
	}
	if m.ID == "" || runes(m.ID) > maxOpaque-len("#99") {
		return channel.Receipt{}, refuse("bad_id", "the message's id is empty or longer than the platform gives back")
	}
	to, ok := recipient(m.To)
	if !ok {
		return channel.Receipt{}, refuse("no_recipient", "the contact has no identity of kind phone, bsuid or parent")
	}
	bodies, err := render(m.Outgoing)
	if err != nil {
		return channel.Receipt{}, refuse("unsendable", err.Error())
	}
	if len(bodies) > maxParts {
		return channel.Receipt{}, refuse("too_long", fmt.Sprintf("the text makes %d parts, over the limit of %d", len(bodies), maxParts))
	}
	var receipt channel.Receipt
	first := c.taken(m.ID)
	if m.Outgoing.Kind == engine.OutgoingTemplate {
		first = 0 // it may stand in for a message whose first parts went out before the window closed
	}
	for i := first; i < len(bodies); i++ {
		body, last := bodies[i], i == len(bodies)-1
		body["messaging_product"], body["recipient_type"] = "whatsapp", "individual"
		body[to.key] = to.value
		body["biz_opaque_callback_data"] = m.ID
		if !last {
			body["biz_opaque_callback_data"] = fmt.Sprintf("%s#%d", m.ID, i+1)
		}
		receipt, err = c.post(ctx, body, m.To)
		if err != nil {
			return channel.Receipt{}, err
		}
		c.remember(m.ID, i+1, last)
	}
	return receipt, nil
}

func refuse(code, detail string) *channel.SendError {
	return &channel.SendError{Class: channel.ClassFatal, Code: code, Detail: clip(detail, maxDetail)}
}

// taken returns how many parts of a message went out in an earlier Send that failed half-way.
func (c *Channel) taken(id string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.partial[id]
}

func (c *Channel) remember(id string, parts int, done bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if done {
		delete(c.partial, id)
		return
	}
	if _, known := c.partial[id]; !known && len(c.partial) >= maxPartial {
		for other := range c.partial {
			delete(c.partial, other) // its message may repeat a part
			break
		}
	}
	c.partial[id] = parts
}

// address is the key and value that name the recipient in a request.
type address struct{ key, value string }

// recipient prefers the phone, always with a plus: without it the business's own country code may be put in front.
func recipient(ids []channel.Identity) (address, bool) {
	var best address
	for _, id := range ids {
		switch {
		case id.Kind == IdentityPhone && phonePattern.MatchString(id.Value):
			return address{"to", "+" + id.Value}, true
		case id.Kind == IdentityUser && userPattern.MatchString(id.Value):
			if best.key == "" || kindOf(best.value) == IdentityParent {
				best = address{"recipient", id.Value}
			}
		case id.Kind == IdentityParent && userPattern.MatchString(id.Value) && best.key == "":
			best = address{"recipient", id.Value}
		}
	}
	return best, best.key != ""
}

// post makes one request.
func (c *Channel) post(ctx context.Context, body object, known []channel.Identity) (channel.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return channel.Receipt{}, &channel.SendError{Class: channel.ClassRetry, Code: "cancelled", Detail: err.Error()}
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return channel.Receipt{}, refuse("unsendable", err.Error())
	}
	ctx, cancel := context.WithTimeout(ctx, SendTimeout)
	defer cancel()
	// Known not to have been taken: the request's head never left, for want of a connection. A client whose transport reports
	// nothing gets the benefit of the doubt: the message may have gone.
	var asked, wrote atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn:      func(string) { asked.Store(true) },
		WroteHeaders: func() { wrote.Store(true) },
	})
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(raw))
	if err != nil {
		return channel.Receipt{}, refuse("unsendable", "the request could not be made")
	}
	req.Header.Set("Authorization", "Bearer "+c.cfg.AccessToken)
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.client.Do(req)
	if err != nil {
		return channel.Receipt{}, &channel.SendError{
			Class: channel.ClassRetry, Code: "transport", Detail: c.plain(err.Error()),
			Unknown: !dialing(err) && (wrote.Load() || !asked.Load()),
		}
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return channel.Receipt{}, &channel.SendError{
			Class: channel.ClassRetry, Code: "transport", Detail: c.plain("reading the answer: " + err.Error()), Unknown: maybeTaken(resp.StatusCode),
		}
	}
	return c.read(resp, answer, known)
}

// dialing tells that no connection was made.
func dialing(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// maybeTaken tells whether a request with this status, and no word of the platform, may have had its effect.
func maybeTaken(status int) bool { return status < 300 || status >= 500 }

// read judges an answer. The status alone says little: an error may come with 200, and a gateway's page with 502.
func (c *Channel) read(resp *http.Response, answer []byte, known []channel.Identity) (channel.Receipt, error) {
	n := parse(answer)
	after := retryAfter(resp.Header, c.now())
	if e := n.at("error"); !e.missing() {
		code, _ := e.at("code").number()
		if e.at("code").missing() {
			code = -1
		}
		subcode, _ := e.at("error_subcode").number()
		words := []string{e.at("message").text(), e.at("error_data", "details").text(), e.at("fbtrace_id").text()}
		return channel.Receipt{}, judge(resp.StatusCode, int(code), int(subcode), c.plain(strings.Join(words, " | ")), after)
	}
	sent := n.at("messages").list()
	if resp.StatusCode >= 200 && resp.StatusCode < 300 && len(sent) > 0 && sent[0].at("id").text() != "" {
		return channel.Receipt{ProviderID: sent[0].at("id").text(), State: engine.DeliverySent, Aliases: aliases(n.at("contacts"), known)}, nil
	}
	refused := judge(resp.StatusCode, -1, 0, fmt.Sprintf("status %d with an answer that is not the Graph API's", resp.StatusCode), after)
	if resp.StatusCode < 300 {
		refused.Code = "unparsable"
	}
	refused.Unknown = maybeTaken(resp.StatusCode)
	return channel.Receipt{}, refused
}

// aliases are identities in an answer that were not known: WhatsApp's own spelling of a number, the contact's BSUID.
func aliases(contacts node, known []channel.Identity) []channel.Identity {
	people := contacts.list()
	if len(people) != 1 {
		return nil
	}
	var out []channel.Identity
	for _, id := range identities(people[0].at("wa_id").text(), people[0].at("user_id").text(), "") {
		if !contains(known, id) {
			out = append(out, id)
		}
	}
	return out
}

func contains(ids []channel.Identity, id channel.Identity) bool {
	for _, k := range ids {
		if k == id {
			return true
		}
	}
	return false
}

// plain makes a far end's words fit for a log: one line, bounded, without the token.
func (c *Channel) plain(s string) string {
	s = strings.ReplaceAll(s, c.cfg.AccessToken, "[token]")
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
	return clip(strings.Trim(s, " |"), maxDetail)
}

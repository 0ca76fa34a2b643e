package whatsapp

import (
	"encoding/json"
	"strings"

	"relevo/channel"
	"relevo/engine"
)

// message reads one messages[] element: something that the contact did.
func (d *decoder) message(raw json.RawMessage, people map[string]person) {
	n := parse(raw)
	kind := n.at("type").text()
	id := n.at("id").text()
	if n.at("group_id").text() != "" || kind == "request_welcome" {
		// A group is not a conversation with one contact. request_welcome only says that the chat was opened.
		d.keep(KeptIgnored, detail("type", kind, "id", id, "group_id", n.at("group_id").text()), raw)
		return
	}
	from, user := n.at("from").text(), n.at("from_user_id").text()
	who := find(people, from, user)
	ids := identities(first(from, who.phone), first(user, who.user), first(n.at("from_parent_user_id").text(), who.parent))
	if kind == "system" {
		ids = append(changedIdentities(n.at("system")), ids...)
	}
	if len(ids) == 0 {
		d.strangers++
		d.keep(KeptIgnored, detail("type", kind, "id", id, "sender", "unknown"), raw)
		return
	}
	m := d.content(n, kind)
	m.Name, m.Region = who.name, regionOf(ids)
	if who.username != "" {
		extra(m, "username", who.username)
	}
	d.turn(engine.EventMessage, n, raw, ids, m)
}

// echo reads one message_echoes[] element: what a person wrote to the contact from the phone on the same number.
func (d *decoder) echo(raw json.RawMessage, people map[string]person) {
	n := parse(raw)
	to, user := n.at("to").text(), n.at("to_user_id").text()
	who := find(people, to, user)
	ids := identities(to, first(user, who.user), first(n.at("to_parent_user_id").text(), who.parent))
	if len(ids) == 0 || n.at("group_id").text() != "" {
		d.keep(KeptIgnored, detail("type", n.at("type").text(), "id", n.at("id").text(), "echo", "true"), raw)
		return
	}
	d.turn(engine.EventEcho, n, raw, ids, d.content(n, n.at("type").text()))
}

func (d *decoder) turn(kind engine.EventKind, n node, raw []byte, ids []channel.Identity, m *engine.Message) {
	key := messageKey(n.at("id").text(), raw)
	m.Sent = n.at("timestamp").unix()
	if !m.Sent.IsZero() && d.now.Sub(m.Sent) > d.c.maxAge {
		extra(m, "late", true) // keeps its place, but is not answered by itself
	}
	ev := engine.Event{ID: d.c.cfg.ID + ":" + key, Kind: kind}
	if kind == engine.EventEcho {
		ev.Echo = m
	} else {
		ev.Message = m
	}
	d.add(key, m.Sent, ids, ev)
}

// contents reads what is under the key named by a message's type. Unknown types are unsupported, never lost.
var contents = map[string]func(m *engine.Message, n, c node){
	"text":        func(m *engine.Message, _, c node) { m.Kind = engine.MessageText; readText(m, c.at("body")) },
	"image":       readMedia(engine.MessageImage),
	"video":       readMedia(engine.MessageVideo),
	"audio":       readMedia(engine.MessageAudio),
	"voice":       readMedia(engine.MessageAudio),
	"document":    readMedia(engine.MessageDocument),
	"sticker":     readMedia(engine.MessageSticker),
	"location":    readLocation,
	"contacts":    readCards,
	"button":      readTemplateButton,
	"interactive": readInteractive,
	"reaction":    readReaction,
	"order":       readOrder,
	"system":      readSystem,
	"revoke": func(m *engine.Message, _, c node) {
		m.Kind, m.Target = engine.MessageRevoke, c.at("original_message_id").text()
	},
}

// content reads a message of that type, with what any message can carry.
func (d *decoder) content(n node, kind string) *engine.Message {
	m := &engine.Message{Kind: engine.MessageUnsupported}
	switch read, known := contents[kind]; {
	case known:
		read(m, n, n.at(kind))
	case kind == "edit":
		readEdit(m, n.at("edit"))
	default: // "unsupported", "unknown", and what was invented since
		extra(m, "type", kind)
		if t := n.at("unsupported", "type").text(); t != "" {
			extra(m, "unsupported_type", t)
		}
	}
	readContext(m, n.at("context"))
	if ref := members2strings(n.at("referral"), "source_type", "source_id", "source_url", "headline", "body", "media_type",
		"image_url", "video_url", "thumbnail_url", "ctwa_clid", "ref"); len(ref) > 0 {
		extra(m, "referral", ref)
	}
	if errs := readErrors(n.at("errors")); len(errs) > 0 {
		extra(m, "errors", errs)
		m.Media = nil // its download failed; the caption stays
	}
	return m
}

func readContext(m *engine.Message, c node) {
	m.ReplyTo = first(c.at("id").text(), m.ReplyTo)
	if c.at("forwarded").bool() || c.at("frequently_forwarded").bool() {
		extra(m, "forwarded", true)
	}
	if p := members2strings(c.at("referred_product"), "catalog_id", "product_retailer_id"); len(p) > 0 {
		extra(m, "product", p)
	}
}

// readEdit reads the new content. The outer message's kind is edit whatever it holds.
func readEdit(m *engine.Message, c node) {
	inner := c.at("message")
	kind := inner.at("type").text()
	if read, ok := contents[kind]; ok {
		read(m, inner, inner.at(kind))
	}
	m.Kind = engine.MessageEdit
	m.Target = c.at("original_message_id").text()
	m.ReplyTo = inner.at("context", "id").text()
}

// changedIdentities reads who the contact is now and was before. The new ones come first: they are the ones to write to.
func changedIdentities(s node) []channel.Identity {
	phone := first(s.at("wa_id").text(), s.at("new_wa_id").text())
	out := identities(phone, s.at("user_id").text(), s.at("parent_user_id").text())
	return append(out, identities("", s.at("previous_user_id").text(), s.at("previous_parent_user_id").text())...)
}

// readSystem keeps its sentence out of Text, so that no flow takes it for the contact's words.
func readSystem(m *engine.Message, n, c node) {
	m.Kind = engine.MessageSystem
	s := members2strings(c, "type", "body", "wa_id", "new_wa_id", "user_id", "parent_user_id", "previous_user_id", "previous_parent_user_id")
	hash := first(n.at("identity", "hash").text(), c.at("identity", "hash").text())
	if hash != "" {
		s["identity_hash"] = hash
	}
	extra(m, "system", s)
}

func readReaction(m *engine.Message, _, c node) {
	m.Kind, m.Text, m.Target = engine.MessageReaction, c.at("emoji").text(), c.at("message_id").text()
	if m.Text == "" {
		extra(m, "removed", true)
	}
}

func readTemplateButton(m *engine.Message, _, c node) {
	m.Kind, m.Text, m.Payload = engine.MessageButton, c.at("text").text(), c.at("payload").text()
}

func readInteractive(m *engine.Message, _, c node) {
	kind := c.at("type").text()
	reply := c.at(kind)
	switch kind {
	case "button_reply", "list_reply":
		m.Kind, m.Text, m.Payload = engine.MessageButton, reply.at("title").text(), reply.at("id").text()
	case "nfm_reply":
		readForm(m, reply)
	case "call_permission_reply":
		// The contact's answer to the platform's own question; a flow has not asked anything.
		m.Kind, m.Payload = engine.MessageSystem, reply.at("response").text()
		extra(m, "system", map[string]any{"type": kind})
	default:
		extra(m, "type", strings.TrimSuffix("interactive/"+kind, "/"))
	}
}

// readForm keeps the answer as it came and, where it is an object of a sane depth, decoded.
func readForm(m *engine.Message, c node) {
	m.Kind, m.Text = engine.MessageForm, c.at("body").text()
	if name := c.at("name").text(); name != "" {
		extra(m, "form_name", name)
	}
	raw := c.at("response_json").cut(maxForm)
	if raw == "" {
		return
	}
	extra(m, "form_raw", raw)
	var answers map[string]any
	if json.Unmarshal([]byte(raw), &answers) == nil && shallow(answers, maxFormDepth) {
		extra(m, "form", answers)
	}
}

func shallow(v any, depth int) bool {
	if depth == 0 {
		return false
	}
	switch v := v.(type) {
	case map[string]any:
		for _, e := range v {
			if !shallow(e, depth-1) {
				return false
			}
		}
	case []any:
		for _, e := range v {
			if !shallow(e, depth-1) {
				return false
			}
		}
	}
	return true
}

func readText(m *engine.Message, body node) {
	m.Text = body.cut(maxBody)
	if s, ok := body.v.(string); ok && len(s) > len(m.Text) {
		extra(m, "cut", true)
	}
}

func readMedia(kind engine.MessageKind) func(*engine.Message, node, node) {
	return func(m *engine.Message, n, c node) {
		m.Kind, m.Text = kind, c.at("caption").cut(maxBody)
		media := &engine.Media{
			ID: c.at("id").text(), URL: c.at("url").text(), MIME: c.at("mime_type").text(), Filename: c.at("filename").text(),
			SHA256: c.at("sha256").text(), Animated: c.at("animated").bool(),
			Voice: c.at("voice").bool() || n.at("type").text() == "voice", // the older form of a voice note
		}
		if media.ID != "" || media.URL != "" {
			m.Media = media
		}
	}
}

func readLocation(m *engine.Message, _, c node) {
	m.Kind = engine.MessageLocation
	lat, ok1 := c.at("latitude").number()
	long, ok2 := c.at("longitude").number()
	if ok1 && ok2 && lat >= -90 && lat <= 90 && long >= -180 && long <= 180 {
		m.Location = &engine.Location{Latitude: lat, Longitude: long, Name: c.at("name").text(), Address: c.at("address").text()}
	}
	if u := c.at("url").text(); u != "" {
		extra(m, "url", u)
	}
}

// readCards reads contact cards: {"name":"Luis","phones":["34600333444"]}.
func readCards(m *engine.Message, n, c node) {
	m.Kind = engine.MessageContacts
	cards := []any{}
	for i, card := range c.list() {
		if i == maxCards {
			break
		}
		phones := []any{}
		for j, p := range card.at("phones").list() {
			if number := first(p.at("wa_id").text(), p.at("phone").text()); number != "" && j < maxPhones {
				phones = append(phones, number)
			}
		}
		name := first(card.at("name", "formatted_name").text(), card.at("name", "first_name").text())
		cards = append(cards, map[string]any{"name": name, "phones": phones})
	}
	extra(m, "contacts", cards)
	if origin := n.at("origin").text(); origin != "" {
		extra(m, "origin", origin) // "contact_request": the answer to our question
	}
}

// readOrder keeps prices as they were written: money is never a float.
func readOrder(m *engine.Message, _, c node) {
	m.Kind, m.Text = engine.MessageOrder, c.at("text").text()
	items := []any{}
	for i, it := range c.at("product_items").list() {
		if i == maxItems {
			break
		}
		quantity, _ := it.at("quantity").number()
		items = append(items, map[string]any{
			"id": it.at("product_retailer_id").text(), "quantity": quantity,
			"price": it.at("item_price").text(), "currency": it.at("currency").text(),
		})
	}
	extra(m, "order", map[string]any{"catalog_id": c.at("catalog_id").text(), "items": items})
}

func readErrors(errs node) []any {
	var out []any
	for i, e := range errs.list() {
		if i == maxErrors {
			break
		}
		out = append(out, map[string]any{
			"code": e.at("code").text(), "title": e.at("title").text(),
			"details": first(e.at("error_data", "details").text(), e.at("details").text()),
		})
	}
	return out
}

func members2strings(n node, keys ...string) map[string]any {
	out := map[string]any{}
	for _, k := range keys {
		if v := n.at(k).text(); v != "" {
			out[k] = v
		}
	}
	return out
}

// extra adds to Message.Extra. Values are those of encoding/json, so that a stored event reads back equal.
func extra(m *engine.Message, key string, value any) {
	if m.Extra == nil {
		m.Extra = map[string]any{}
	}
	m.Extra[key] = value
}

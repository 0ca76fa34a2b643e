package whatsapp

import (
	"encoding/json"
	"regexp"

	"relevo/engine"
)

// states maps the platform's words. Others ("deleted", "warning") say nothing about the delivery.
var states = map[string]engine.DeliveryState{
	"sent":      engine.DeliverySent,
	"delivered": engine.DeliveryDelivered,
	"read":      engine.DeliveryRead,
	"played":    engine.DeliveryPlayed,
	"failed":    engine.DeliveryFailed,
}

// status reads one statuses[] element: what became of a message of ours. They come in no order, and may come before the answer to the
// send; the store joins them by effect or provider id.
func (d *decoder) status(raw json.RawMessage) {
	n := parse(raw)
	id, word := n.at("id").text(), n.at("status").text()
	effect, part := splitOpaque(n.at("biz_opaque_callback_data").text())
	state, known := states[word]
	recipient := first(n.at("recipient_participant_id").text(), n.at("recipient_id").text(), n.at("recipient_user_id").text())
	switch {
	case !known || n.at("recipient_type").text() == "group":
		d.keep(KeptIgnored, detail("status", word, "id", id), raw)
		return
	case id == "" && effect == "" || len(id) > maxID:
		d.keep(KeptMalformed, detail("status", word, "id", ""), raw)
		return
	case part && state != engine.DeliveryFailed:
		// A long text went out in parts. The last one stands for the message; of the others only a failure counts.
		d.keep(KeptIgnored, detail("status", word, "id", id, "part", "true"), raw)
		return
	}
	st := &engine.Status{Effect: effect, ProviderID: id, State: state}
	if errs := n.at("errors").list(); len(errs) > 0 {
		e := errs[0]
		st.Code = e.at("code").text()
		st.Detail = first(e.at("error_data", "details").text(), e.at("details").text(), e.at("message").text(), e.at("title").text())
	}
	key := first(id, effect) + ":" + word + ":" + recipient
	d.add(key, n.at("timestamp").unix(), nil, engine.Event{ID: d.c.cfg.ID + ":" + key, Kind: engine.EventStatus, Status: st})
}

var partSuffix = regexp.MustCompile(`#[0-9]+$`)

// splitOpaque takes the mark of an earlier part off our id, see send.go.
func splitOpaque(opaque string) (effect string, part bool) {
	if at := partSuffix.FindStringIndex(opaque); at != nil {
		return opaque[:at[0]], true
	}
	return opaque, false
}

package runner

import (
	"strings"

	"relevo/channel"
	"relevo/engine"
	"relevo/store"
)

// entries renders one turn of the journal as people read it.
func entries(rec store.Record, deliveries map[string]store.Delivery) []channel.Entry {
	var out []channel.Entry
	add := func(e channel.Entry) {
		e.Seq = rec.Seq
		if e.At.IsZero() {
			e.At = rec.At
		}
		out = append(out, e)
	}
	switch ev := rec.Event; ev.Kind {
	case engine.EventMessage:
		add(said(ev.ID, channel.EntryContact, *ev.Message))
	case engine.EventEcho:
		add(said(ev.ID, channel.EntryPhone, *ev.Echo))
	case engine.EventBusiness:
		add(channel.Entry{ID: ev.ID, Kind: channel.EntrySystem, Code: "event", Text: ev.Business.Name})
	}
	for _, e := range rec.Effects {
		if entry, ok := effectEntry(rec, e, deliveries); ok {
			add(entry)
		}
	}
	return out
}

func said(id string, kind channel.EntryKind, m engine.Message) channel.Entry {
	e := channel.Entry{ID: id, Kind: kind, Text: m.Text, Media: m.Media, Location: m.Location}
	if m.Kind != engine.MessageText {
		e.Message = m.Kind
	}
	return e
}

func effectEntry(rec store.Record, e engine.Effect, deliveries map[string]store.Delivery) (channel.Entry, bool) {
	system := func(code, text string) (channel.Entry, bool) {
		return channel.Entry{ID: e.ID, Kind: channel.EntrySystem, Code: code, Text: text}, true
	}
	switch e.Kind {
	case engine.EffectSend:
		return sendEntry(e, deliveries), true
	case engine.EffectNote:
		return channel.Entry{ID: e.ID, At: e.Note.At, Kind: channel.EntryNote, Author: e.Note.Name, Text: e.Note.Text}, true
	case engine.EffectHandoff:
		return system("handoff", e.Handoff.Queue)
	case engine.EffectChat:
		entry, ok := system(string(e.Chat.Verb), e.Chat.Outcome)
		if rec.Event.Agent != nil {
			entry.Author = rec.Event.Agent.Name
		}
		return entry, ok
	case engine.EffectEnd:
		return system("ended", e.End.Flow+": "+e.End.Outcome)
	case engine.EffectOwner:
		if engine.ParseOwner(e.Owner.To).Kind == engine.OwnerPhone {
			return system("phone", "")
		}
	case engine.EffectTrace:
		switch e.Trace.Code {
		case engine.EventNameScriptFailed, "rescued", "version_missing", "dead_end", "undeclared":
			return system("failed", e.Trace.Detail)
		}
		if strings.HasPrefix(e.Trace.Code, "budget_") {
			return system("failed", e.Trace.Code+": "+e.Trace.Detail)
		}
	}
	return channel.Entry{}, false
}

func sendEntry(e engine.Effect, deliveries map[string]store.Delivery) channel.Entry {
	s, out := e.Send, e.Send.Message
	entry := channel.Entry{
		ID: e.ID, At: s.At, Kind: channel.EntryBot, Author: s.Author, Text: out.Text, Choices: out.Choices, As: out.As,
		File: out.File, Location: out.Location, Link: out.Link, Flow: s.Flow, State: s.State, Status: engine.DeliveryQueued,
	}
	switch out.Kind {
	case engine.OutgoingImage, engine.OutgoingDocument, engine.OutgoingVideo, engine.OutgoingAudio, engine.OutgoingLocation:
		entry.Message = engine.MessageKind(out.Kind) // the words are the same for both directions
	case engine.OutgoingTemplate:
		if out.Template != nil {
			entry.Template = out.Template.Name
		}
	}
	if s.Origin == engine.OriginAgent {
		entry.Kind = channel.EntryAgent
	}
	if d, ok := deliveries[e.ID]; ok {
		entry.Status, entry.Problem = d.State, d.Detail
		if d.Detail == "" {
			entry.Problem = d.Code
		}
	}
	return entry
}

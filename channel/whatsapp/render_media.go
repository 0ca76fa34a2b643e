package whatsapp

import (
	"strings"

	"relevo/channel"
	"relevo/engine"
)

// renderOther makes the bodies of what is not made of text. Files are fetched by the platform from their address. A caption over the limit, or of a
// sound, which has none, is a text of its own after it.
func renderOther(out engine.Outgoing) ([]object, error) {
	if err := channel.Check(out); err != nil {
		return nil, err
	}
	switch out.Kind {
	case engine.OutgoingLocation:
		return withCaption(object{"type": "location", "location": place(*out.Location)}, out.Text), nil
	case engine.OutgoingLink:
		return link(out), nil
	}
	file := object{"link": out.File.URL}
	if out.Kind == engine.OutgoingDocument {
		if name := fileName(out.File); name != "" {
			file["filename"] = name
		}
	}
	body := object{"type": string(out.Kind), string(out.Kind): file}
	if caption := strings.TrimSpace(out.Text); caption != "" && out.Kind != engine.OutgoingAudio && runes(caption) <= maxCaption {
		file["caption"] = caption
		return []object{body}, nil
	}
	return withCaption(body, out.Text), nil
}

func withCaption(body object, caption string) []object {
	if strings.TrimSpace(caption) == "" {
		return []object{body}
	}
	return append([]object{body}, texts(caption)...)
}

// fileName is what the contact sees of a document, with the end of its address where the flow gives no name: without one it has no kind.
func fileName(f *engine.File) string {
	name := f.Name
	if name == "" {
		path, _, _ := strings.Cut(f.URL, "?")
		path, _, _ = strings.Cut(path, "#")
		if i := strings.LastIndexByte(path, '/'); strings.Contains(path[i+1:], ".") && strings.Count(path, "/") > 2 {
			name = path[i+1:]
		}
	}
	return shorten(strings.Join(strings.Fields(name), " "), maxFileName)
}

func place(l engine.Location) object {
	out := object{"latitude": l.Latitude, "longitude": l.Longitude}
	if name := strings.TrimSpace(l.Name); name != "" {
		out["name"] = name
	}
	if address := strings.TrimSpace(l.Address); address != "" {
		out["address"] = address
	}
	return out
}

// link is a text with one button that opens an address ("cta_url").
func link(out engine.Outgoing) []object {
	title := strings.Join(strings.Fields(out.Link.Title), " ")
	body := out.Text
	if strings.TrimSpace(body) == "" {
		body = title // the platform wants a body
	}
	return interactive(body, object{"type": "cta_url", "action": object{
		"name": "cta_url", "parameters": object{"display_text": shorten(title, maxLinkTitle), "url": out.Link.URL},
	}})
}

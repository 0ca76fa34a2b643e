package flows

import (
	"go.yaml.in/yaml/v4"

	"relevo/engine"
)

func (d *decoder) messages(key, val *yaml.Node) []engine.Say {
	if val.Kind != yaml.SequenceNode {
		return []engine.Say{d.message(key, val)}
	}
	out := make([]engine.Say, 0, len(val.Content))
	for _, item := range val.Content {
		out = append(out, d.message(nil, item))
	}
	return out
}

// sayFields are the keys of a message that is more than a text. None of them can be a language code.
var sayFields = fields[engine.Say]{
	"text":     func(d *decoder, out *engine.Say, key, val *yaml.Node) { out.Text = d.text(key, val) },
	"image":    media(engine.OutgoingImage, imageFields),
	"document": media(engine.OutgoingDocument, documentFields),
	"video":    media(engine.OutgoingVideo, imageFields),
	"audio":    media(engine.OutgoingAudio, audioFields),
	"location": func(d *decoder, out *engine.Say, _, val *yaml.Node) { out.Location = d.location(val) },
	"link": func(d *decoder, out *engine.Say, _, val *yaml.Node) {
		out.Link = &engine.LinkSpec{}
		linkFields.read(d, out, val)
	},
	"template": func(d *decoder, out *engine.Say, _, val *yaml.Node) { out.Template = d.template(val) },
}

// message reads a text, a text by language, or a map with the message's kind.
func (d *decoder) message(key, val *yaml.Node) engine.Say {
	out := engine.Say{At: d.src.place(key, val)}
	for k := range pairs(val) {
		if sayFields[k.Value] != nil {
			sayFields.read(d, &out, val)
			return out
		}
	}
	out.Text = d.text(key, val)
	return out
}

// The keys of media, read into the message: the caption is its text.
var (
	audioFields = fields[engine.Say]{
		"url": func(d *decoder, out *engine.Say, _, val *yaml.Node) { out.Media.URL = d.str(val) },
	}
	imageFields = fields[engine.Say]{
		"url":     audioFields["url"],
		"caption": func(d *decoder, out *engine.Say, key, val *yaml.Node) { out.Text = d.text(key, val) },
	}
	documentFields = fields[engine.Say]{
		"url":      audioFields["url"],
		"caption":  imageFields["caption"],
		"filename": func(d *decoder, out *engine.Say, _, val *yaml.Node) { out.Media.Filename = d.str(val) },
	}
)

func media(kind engine.OutgoingKind, keys fields[engine.Say]) func(*decoder, *engine.Say, *yaml.Node, *yaml.Node) {
	return func(d *decoder, out *engine.Say, _, val *yaml.Node) {
		out.Media = &engine.MediaSpec{Kind: kind}
		keys.read(d, out, val)
	}
}

var locationFields = fields[engine.LocationSpec]{
	"latitude":  func(d *decoder, out *engine.LocationSpec, _, val *yaml.Node) { out.Latitude = d.expression(val) },
	"longitude": func(d *decoder, out *engine.LocationSpec, _, val *yaml.Node) { out.Longitude = d.expression(val) },
	"name":      func(d *decoder, out *engine.LocationSpec, key, val *yaml.Node) { out.Name = d.text(key, val) },
	"address":   func(d *decoder, out *engine.LocationSpec, key, val *yaml.Node) { out.Address = d.text(key, val) },
}

func (d *decoder) location(n *yaml.Node) *engine.LocationSpec {
	l := &engine.LocationSpec{}
	locationFields.read(d, l, n)
	return l
}

var linkFields = fields[engine.Say]{
	"text":  func(d *decoder, out *engine.Say, key, val *yaml.Node) { out.Text = d.text(key, val) },
	"url":   func(d *decoder, out *engine.Say, _, val *yaml.Node) { out.Link.URL = d.str(val) },
	"title": func(d *decoder, out *engine.Say, key, val *yaml.Node) { out.Link.Title = d.text(key, val) },
}

var templateFields = fields[engine.TemplateSpec]{
	"name":       func(d *decoder, out *engine.TemplateSpec, _, val *yaml.Node) { out.Name = d.str(val) },
	"language":   func(d *decoder, out *engine.TemplateSpec, _, val *yaml.Node) { out.Language = d.byLanguage(val) },
	"parameters": func(d *decoder, out *engine.TemplateSpec, _, val *yaml.Node) { out.Parameters = d.strs(val) },
}

func (d *decoder) template(n *yaml.Node) *engine.TemplateSpec {
	t := &engine.TemplateSpec{}
	templateFields.read(d, t, n)
	return t
}

func (d *decoder) byLanguage(n *yaml.Node) []engine.LanguageText {
	var out []engine.LanguageText
	for language, text := range pairs(n) {
		out = append(out, engine.LanguageText{Language: d.str(language), Text: d.line(text)})
	}
	return out
}

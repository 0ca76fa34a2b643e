package engine

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// render fills in a state's messages before any of them is sent, so that a failing script does not leave half an answer.
func (t *turn) render(m *Machine, r *Run, messages []saying) ([]Outgoing, error) {
	out := make([]Outgoing, 0, len(messages))
	for i := range messages {
		o, err := t.saying(m, r, &messages[i])
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}

func (t *turn) saying(m *Machine, r *Run, s *saying) (out Outgoing, err error) {
	out.Kind = s.kind
	if out.Text, err = t.text(m, r, s.text); err != nil {
		return out, err
	}
	switch s.kind {
	case OutgoingImage, OutgoingDocument, OutgoingVideo, OutgoingAudio:
		out.File = &File{}
		if out.File.URL, err = t.address(m, r, s.url); err != nil {
			return out, err
		}
		if s.name != nil {
			if out.File.Name, _, err = s.name.render(t.env(m, r)); err != nil {
				return out, err
			}
		}
	case OutgoingLink:
		out.Link = &Link{}
		if out.Link.URL, err = t.address(m, r, s.url); err != nil {
			return out, err
		}
		if out.Link.Title, err = t.text(m, r, s.title); err != nil {
			return out, err
		}
	case OutgoingLocation:
		if out.Location, err = t.place(m, r, s); err != nil {
			return out, err
		}
	}
	if s.template != nil {
		out.Template, err = t.approved(m, r, s.template)
	}
	return out, err
}

// address fills in an address and refuses what no channel may show.
func (t *turn) address(m *Machine, r *Run, tmpl *template) (string, error) {
	url, _, err := tmpl.render(t.env(m, r))
	if err == nil && (!strings.HasPrefix(url, "https://") && !strings.HasPrefix(url, "http://") || strings.ContainsFunc(url, notInAddress)) {
		err = fmt.Errorf("%s.%s: %q is not an address: it begins with https:// and has no spaces", r.Flow, r.State, url)
	}
	return url, err
}

func notInAddress(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }

func (t *turn) place(m *Machine, r *Run, s *saying) (*Location, error) {
	l := &Location{}
	for _, part := range []struct {
		of    *expression
		limit float64
		to    *float64
	}{{s.latitude, 90, &l.Latitude}, {s.longitude, 180, &l.Longitude}} {
		v, err := part.of.run(t.env(m, r))
		if err != nil {
			return nil, err
		}
		degrees, ok := number(v)
		if !ok || degrees < -part.limit || degrees > part.limit {
			return nil, fmt.Errorf("%s.%s: %q is not a place on the map", r.Flow, r.State, display(v))
		}
		*part.to = degrees
	}
	var err error
	if l.Name, err = t.text(m, r, s.place); err == nil {
		l.Address, err = t.text(m, r, s.address)
	}
	return l, err
}

// number reads what JSON and people write for a number.
func number(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case int:
		return float64(v), true
	case string:
		f, err := strconv.ParseFloat(v, 64)
		return f, err == nil
	}
	return 0, false
}

func (t *turn) approved(m *Machine, r *Run, a *approved) (*Template, error) {
	out := &Template{Name: a.name, Language: t.language()}
	if a.language[out.Language] == "" && !m.speaks(out.Language) {
		out.Language = m.languages[0]
	}
	if code := a.language[out.Language]; code != "" {
		out.Language = code
	}
	for _, p := range a.parameters {
		text, _, err := p.render(t.env(m, r))
		if err != nil {
			return nil, err
		}
		out.Parameters = append(out.Parameters, text)
	}
	return out, nil
}

// text fills a text in, in the contact's language.
func (t *turn) text(m *Machine, r *Run, msg message) (string, error) {
	if msg == nil {
		return "", nil
	}
	tmpl := m.text(msg, t.language())
	if tmpl == nil {
		return "", nil
	}
	text, cut, err := tmpl.render(t.env(m, r))
	if cut {
		t.trace("budget_text", r.Flow+"."+r.State)
	}
	return text, err
}

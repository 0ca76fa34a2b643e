package engine

import "strconv"

// saying compiles one message.
func (c *compilation) saying(def Say) saying {
	s := saying{kind: OutgoingText, text: c.message(def.Text)}
	switch {
	case def.Media != nil:
		s.kind, s.url = def.Media.Kind, c.address(def.Media.URL)
		if def.Media.Filename.V != "" {
			s.name = c.scope.compileTemplate(&c.findings, def.Media.Filename)
		}
	case def.Location != nil:
		s.kind = OutgoingLocation
		s.latitude, s.longitude = c.degrees(def.Location.Latitude, maxLatitude), c.degrees(def.Location.Longitude, maxLongitude)
		s.place, s.address = c.message(def.Location.Name), c.message(def.Location.Address)
	case def.Link != nil:
		s.kind, s.url, s.title = OutgoingLink, c.address(def.Link.URL), c.message(def.Link.Title)
	}
	if def.Template != nil {
		s.template = c.approved(def)
	}
	return s
}

// address compiles an address that the contact's device or the channel opens.
func (c *compilation) address(url Str) *template {
	c.checkAddress(url, `write the whole address, for example "https://www.example.com/map.png"`)
	return c.scope.compileTemplate(&c.findings, url)
}

// How far north or south, and east or west, a place can be, in degrees.
const (
	maxLatitude  = 90
	maxLongitude = 180
)

// degrees compiles a coordinate.
func (c *compilation) degrees(s Str, limit float64) *expression {
	if v, err := strconv.ParseFloat(s.V, 64); err == nil && (v < -limit || v > limit) {
		c.findings.Errorf(s.At, "bad-value", "write degrees, for example 40.4168", "no place is at %s degrees: the limit is %g", s.V, limit)
	}
	return c.scope.compile(&c.findings, s, needs{"a coordinate", []kind{kindNumber, kindText}, "write degrees, for example 40.4168"})
}

// approved compiles a channel's template. It stands in for a message, so there must be one.
func (c *compilation) approved(def Say) *approved {
	if def.Text.IsZero() && def.Media == nil && def.Location == nil && def.Link == nil {
		c.findings.Errorf(def.Template.Name.At, "lone-template", "add text: with the same message; it goes out while the 24-hour window is open, and on other channels", "a template stands in for a message, and there is none")
	}
	a := &approved{name: def.Template.Name.V, language: map[string]string{}}
	for _, lt := range def.Template.Language {
		c.checkLanguage(lt.Language)
		a.language[lt.Language.V] = lt.Text.V
	}
	for _, p := range def.Template.Parameters {
		a.parameters = append(a.parameters, c.scope.compileTemplate(&c.findings, p))
	}
	return a
}

// How choices are shown.
const (
	asButtons = "buttons"
	asList    = "list"
	asText    = "text"
)

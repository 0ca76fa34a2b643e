package flows

import (
	"regexp"

	"go.yaml.in/yaml/v4"

	"relevo/engine"
)

var slotFields = fields[engine.Slot]{
	"type":      func(d *decoder, out *engine.Slot, _, val *yaml.Node) { out.Type = d.str(val) },
	"title":     func(d *decoder, out *engine.Slot, key, val *yaml.Node) { out.Title = d.text(key, val) },
	"pattern":   func(d *decoder, out *engine.Slot, _, val *yaml.Node) { out.Pattern = d.str(val) },
	"example":   func(d *decoder, out *engine.Slot, _, val *yaml.Node) { out.Example = d.str(val) },
	"min":       func(d *decoder, out *engine.Slot, _, val *yaml.Node) { out.Min = d.moment(val) },
	"max":       func(d *decoder, out *engine.Slot, _, val *yaml.Node) { out.Max = d.moment(val) },
	"validate":  func(d *decoder, out *engine.Slot, _, val *yaml.Node) { out.Validate = d.expression(val) },
	"normalise": func(d *decoder, out *engine.Slot, _, val *yaml.Node) { out.Normalise = d.expression(val) },
	"currency":  func(d *decoder, out *engine.Slot, _, val *yaml.Node) { out.Currency = d.str(val) },
	"prefer":    func(d *decoder, out *engine.Slot, _, val *yaml.Node) { out.Prefer = d.str(val) },
}

func (d *decoder) slots(n *yaml.Node) []engine.Slot {
	var out []engine.Slot
	for name, body := range pairs(n) {
		s := engine.Slot{Name: d.str(name)}
		slotFields.read(d, &s, body)
		out = append(out, s)
	}
	return out
}

// bareMoment is a day or a time of day without quotes of its own: as an expression 2026-11-24 is a subtraction.
var bareMoment = regexp.MustCompile(`^([0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([T ][0-9:+Z-]*)?|[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?)$`)

// moment reads an expression in which a day or a time of day is a likely slip.
func (d *decoder) moment(n *yaml.Node) engine.Str {
	s := d.expression(n)
	if bareMoment.MatchString(s.V) {
		d.findings.Errorf(s.At, "bad-value", `write '"`+s.V+`"', with the quotes inside`, "%s is no expression: a day or a time needs quotes of its own", s.V)
	}
	return s
}

package flows

import (
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"relevo/engine"
	"relevo/engine/diag"
)

// decoder turns nodes that the schema has accepted into a definition.
type decoder struct {
	src      *source
	findings *diag.List
	examples int // what may still be spent on holding examples against schemas, see eventschema.MaxWork
}

// fields says for each key of a map how it is read into a T. A test holds the keys against the schema's.
type fields[T any] map[string]func(d *decoder, out *T, key, val *yaml.Node)

// read decodes the keys of a map in the order of the file.
func (f fields[T]) read(d *decoder, out *T, n *yaml.Node) {
	for key, val := range pairs(n) {
		if decode := f[key.Value]; decode != nil {
			decode(d, out, key, val)
		}
	}
}

// pairs walks a map in the order of the file.
func pairs(n *yaml.Node) func(yield func(key, val *yaml.Node) bool) {
	return func(yield func(key, val *yaml.Node) bool) {
		for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i], n.Content[i+1]) {
				return
			}
		}
	}
}

var flowFields = fields[engine.Definition]{
	"flow":          func(d *decoder, out *engine.Definition, _, val *yaml.Node) { out.Flow = d.str(val) },
	"title":         func(d *decoder, out *engine.Definition, key, val *yaml.Node) { out.Title = d.text(key, val) },
	"languages":     func(d *decoder, out *engine.Definition, _, val *yaml.Node) { out.Languages = d.strs(val) },
	"triggers":      func(d *decoder, out *engine.Definition, _, val *yaml.Node) { out.Triggers = d.triggers(val) },
	"slots":         func(d *decoder, out *engine.Definition, _, val *yaml.Node) { out.Slots = d.slots(val) },
	"scripts":       func(d *decoder, out *engine.Definition, _, val *yaml.Node) { out.Scripts = d.strs(val) },
	"key":           func(d *decoder, out *engine.Definition, _, val *yaml.Node) { out.Key = d.str(val) },
	"params":        func(d *decoder, out *engine.Definition, _, val *yaml.Node) { out.Params = d.strs(val) },
	"returns":       func(d *decoder, out *engine.Definition, _, val *yaml.Node) { out.Returns = d.strs(val) },
	"interruptible": func(d *decoder, out *engine.Definition, _, val *yaml.Node) { out.Interruptible = d.boolean(val) },
	"timezone":      func(d *decoder, out *engine.Definition, _, val *yaml.Node) { out.TimeZone = d.str(val) },
	"quiet":         func(d *decoder, out *engine.Definition, _, val *yaml.Node) { out.Quiet = d.str(val) },
	"events":        func(d *decoder, out *engine.Definition, _, val *yaml.Node) { out.Events = d.events(val) },
	"renamed":       func(d *decoder, out *engine.Definition, _, val *yaml.Node) { out.Renamed = d.renamed(val) },
	"commands":      func(d *decoder, out *engine.Definition, _, val *yaml.Node) { out.Commands = d.commands(val) },
	"texts":         func(d *decoder, out *engine.Definition, _, val *yaml.Node) { out.Texts = d.sentences(val) },
	"initial":       func(d *decoder, out *engine.Definition, _, val *yaml.Node) { out.Initial = d.str(val) },
	"on":            func(d *decoder, out *engine.Definition, _, val *yaml.Node) { out.On = d.handlers(val) },
	"states":        func(d *decoder, out *engine.Definition, _, val *yaml.Node) { out.States = d.states(val) },
}

func (d *decoder) definition(root *yaml.Node) *engine.Definition {
	def := &engine.Definition{File: d.src.file, At: d.src.place(nil, root)}
	flowFields.read(d, def, root)
	return def
}

var triggerFields = fields[engine.Trigger]{
	"phrases": func(d *decoder, out *engine.Trigger, _, val *yaml.Node) { out.Phrases = d.phrases(val) },
	"event":   func(d *decoder, out *engine.Trigger, _, val *yaml.Node) { out.Event = d.str(val) },
	"goto":    func(d *decoder, out *engine.Trigger, _, val *yaml.Node) { out.Goto = d.str(val) },
}

func (d *decoder) triggers(n *yaml.Node) []engine.Trigger {
	out := make([]engine.Trigger, 0, len(n.Content))
	for _, item := range n.Content {
		t := engine.Trigger{At: d.src.place(nil, item)}
		triggerFields.read(d, &t, item)
		out = append(out, t)
	}
	return out
}

func (d *decoder) phrases(n *yaml.Node) []engine.Phrases {
	var out []engine.Phrases
	for language, phrases := range pairs(n) {
		out = append(out, engine.Phrases{Language: d.str(language), Phrases: d.strs(phrases)})
	}
	return out
}

func (d *decoder) renamed(n *yaml.Node) []engine.Rename {
	var out []engine.Rename
	for old, now := range pairs(n) {
		out = append(out, engine.Rename{Old: d.str(old), New: d.str(now)})
	}
	return out
}

func (d *decoder) commands(n *yaml.Node) []engine.CommandSwitch {
	var out []engine.CommandSwitch
	for command, on := range pairs(n) {
		out = append(out, engine.CommandSwitch{Command: d.str(command), On: d.boolean(on)})
	}
	return out
}

func (d *decoder) sentences(n *yaml.Node) []engine.TextOverride {
	var out []engine.TextOverride
	for key, text := range pairs(n) {
		out = append(out, engine.TextOverride{Key: d.str(key), Text: d.text(key, text)})
	}
	return out
}

func (d *decoder) str(n *yaml.Node) engine.Str {
	at := d.src.scalar(n)
	return engine.Str{V: n.Value, At: at, Places: d.src.places(n, at)}
}

func (d *decoder) strs(n *yaml.Node) []engine.Str {
	out := make([]engine.Str, 0, len(n.Content))
	for _, item := range n.Content {
		out = append(out, d.str(item))
	}
	return out
}

func (d *decoder) integer(n *yaml.Node) engine.Int {
	v, err := strconv.ParseFloat(n.Value, 64) // the schema also takes 3.0 for a whole number
	if err != nil {
		d.findings.Errorf(d.src.scalar(n), "wrong-type", "write plain digits", "%s is not a plain number", quoted(n.Value))
	}
	return engine.Int{V: int(v), At: d.src.scalar(n), Set: err == nil}
}

func (d *decoder) boolean(n *yaml.Node) engine.Bool {
	return engine.Bool{V: strings.EqualFold(n.Value, "true"), At: d.src.scalar(n), Set: true}
}

// expression reads an expression. A number, true or false is one as it stands.
func (d *decoder) expression(n *yaml.Node) engine.Str {
	s := d.str(n)
	if n.Tag == "!!bool" {
		s.V = strings.ToLower(s.V)
	}
	return s
}

// text reads a text for all languages, or a map by language.
func (d *decoder) text(key, val *yaml.Node) engine.Text {
	t := engine.Text{At: d.src.place(key, val)}
	if val.Kind == yaml.ScalarNode {
		s := d.line(val)
		t.All = &s
		return t
	}
	t.By = d.byLanguage(val)
	return t
}

// line reads a text without the line end that | and > leave behind it.
func (d *decoder) line(n *yaml.Node) engine.Str {
	s := d.str(n)
	s.V = strings.TrimRight(s.V, "\n")
	return s
}

func (d *decoder) duration(n *yaml.Node) engine.Duration {
	v, ok := parseDuration(n.Value)
	if !ok {
		d.findings.Errorf(d.src.scalar(n), "bad-duration", "write a number and a unit, for example 15m or 1h30m", "%s is not a duration", quoted(n.Value))
	}
	return engine.Duration{V: v, At: d.src.scalar(n), Set: ok}
}

// parseDuration reads what time.ParseDuration reads, and days: 2d, 1d12h.
func parseDuration(s string) (time.Duration, bool) {
	const maxDays = 100_000 // 273 years; a time.Duration ends at 292
	var days time.Duration
	for i, r := range s {
		if r != 'd' {
			continue
		}
		n, err := strconv.ParseFloat(s[:i], 64)
		if err != nil || !(n >= 0 && n <= maxDays) { // not: n < 0, which a NaN passes
			return 0, false
		}
		if days = time.Duration(n * float64(24*time.Hour)); i == len(s)-1 {
			return days, true
		}
		s = s[i+1:]
		break
	}
	rest, err := time.ParseDuration(s)
	if err != nil || rest < 0 || days+rest < 0 {
		return 0, false
	}
	return days + rest, true
}

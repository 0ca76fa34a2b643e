package flowtest

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"relevo/engine"
)

// Shown writes a message of the bot: "Hello", "(image https://…) a caption", "(link https://… \"Pay now\") the text above",
// "(location 40.41,-3.7) the name, the address".
func Shown(m engine.Outgoing) string {
	var head string
	switch {
	case m.Kind == engine.OutgoingTemplate && m.Template != nil:
		head = template(*m.Template)
	case m.File != nil:
		head = strings.TrimRight(string(m.Kind)+" "+m.File.URL+" "+m.File.Name, " ")
	case m.Link != nil:
		head = "link " + m.Link.URL + " " + strconv.Quote(m.Link.Title)
	case m.Location != nil:
		head = fmt.Sprintf("location %s,%s", degrees(m.Location.Latitude), degrees(m.Location.Longitude))
		m.Text = strings.Trim(strings.Join([]string{m.Text, m.Location.Name, m.Location.Address}, ", "), ", ")
	default:
		return m.Text
	}
	return strings.TrimRight("("+head+") "+m.Text, " ")
}

func degrees(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// template writes an approved template: "template appointment_reminder es: Dr. Vega | martes".
func template(t engine.Template) string {
	return strings.TrimRight(fmt.Sprintf("template %s %s: %s", t.Name, t.Language, strings.Join(t.Parameters, " | ")), ": ")
}

func titles(choices []engine.Choice) string {
	list := make([]string, len(choices))
	for i, c := range choices {
		list[i] = c.Title
	}
	return strings.Join(list, " | ")
}

// runs lists runs in the order in which they were started, as flow:state.
func runs(list []engine.Run) string {
	out := make([]string, len(list))
	for i, r := range list {
		out[i] = r.Flow + ":" + r.State
	}
	if len(out) == 0 {
		return "-"
	}
	return strings.Join(out, " ")
}

// known is what is known of a contact: name, language, region, timezone, opted_out, or an attribute as JSON.
func known(c engine.Contact, field string) string {
	text := ""
	switch field {
	case "name":
		text = c.Name
	case "language":
		text = c.Language
	case "region":
		text = c.Region
	case "timezone":
		text = c.TimeZone
	case "opted_out":
		text = strconv.FormatBool(c.OptedOut)
	default:
		if encoded, err := json.Marshal(c.Attributes[field]); err == nil {
			text = string(encoded)
		}
	}
	if text == "" {
		return "-"
	}
	return text
}

// fates are the codes of what became of a business event, as transcripts call them.
var fates = map[string]string{
	engine.TraceDelivered: "delivered", engine.TraceStarted: "started", engine.TraceLate: "late", "ignored": "ignored", "deferred": "deferred",
	"opted_out": "opted_out",
}

// became tells what became of the business event of an input.
func became(turns []Turn) string {
	for _, turn := range turns {
		if turn.Event.Kind != engine.EventBusiness {
			continue
		}
		for _, e := range turn.Effects {
			if e.Kind == engine.EffectTrace && fates[e.Trace.Code] != "" {
				return fates[e.Trace.Code]
			}
		}
	}
	return "-"
}

// line writes a line in one piece; written cuts it where its text has several.
func line(l Line) string { return strings.Join(written(l), "\n") }

func written(l Line) []string {
	parts := strings.Split(l.Text, "\n")
	out := []string{strings.TrimRight(l.Sign+" "+parts[0], " ")}
	for _, p := range parts[1:] {
		out = append(out, strings.TrimRight("  "+p, " "))
	}
	return out
}

func all(lines []Line) []string {
	var out []string
	for _, l := range lines {
		out = append(out, written(l)...)
	}
	return out
}

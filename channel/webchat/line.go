package webchat

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"

	"relevo/channel"
	"relevo/engine"
)

// line is one bubble as the page gets it.
//
//	{"id":"c_1/4/0","kind":"bot","text":"Which order?","choices":[{"payload":"r1/3/a","title":"The shoes"}],"at":1772442000000}
//	{"id":"c_1/5/0","kind":"bot","text":"Your ticket","show":"image","url":"https://shop.example/t.png","at":1772442000000}
type line struct {
	ID      string            `json:"id"`
	Kind    channel.EntryKind `json:"kind"` // contact, bot, agent or phone
	Author  string            `json:"author,omitempty"`
	Text    string            `json:"text"`
	Choices []engine.Choice   `json:"choices,omitempty"`
	As      string            `json:"as,omitempty"` // how the choices are shown: "list" or "buttons"
	attachment
	At int64 `json:"at"` // milliseconds since 1970

	// cursor is where a page that has seen this line goes on reading: a turn after which the journal holds everything that it may
	// lack. It is one turn back, since the rest of this line's turn may be under way. -1: the line says nothing about that.
	cursor int64
}

// maxReplay is how many lines a page is shown again. Older ones stay in the journal.
const maxReplay = 500

// replayLines turns entries of the journal into what the visitor may see: his own messages, and those to him that went out. Notes
// and system entries stay inside; so does a message that is not sent yet, since it may still be withdrawn. Such a message holds the
// cursor back, so that a page which misses it live finds it when it connects again.
func replayLines(visitor string, entries []channel.Entry, wasSent func(id string) bool) []line {
	var lines []line
	hold := int64(math.MaxInt64)
	for _, e := range entries {
		switch e.Kind {
		case channel.EntryContact, channel.EntryPhone:
		case channel.EntryBot, channel.EntryAgent:
			if !wentOut(e.Status) {
				if e.Status != "" && e.Status != engine.DeliveryQueued {
					continue // it never will
				}
				if !wasSent(e.ID) {
					hold = min(hold, before(e.Seq))
					continue
				}
			}
		default:
			continue
		}
		l := line{
			ID: strings.TrimPrefix(e.ID, visitor+":"), Kind: e.Kind, Author: e.Author, Text: e.Text, Choices: e.Choices, As: e.As, At: e.At.UnixMilli(),
			attachment: attach(engine.OutgoingKind(e.Message), e.File, e.Location, e.Link), cursor: min(before(e.Seq), hold),
		}
		if l.Text == "" && len(l.Choices) == 0 && l.Show == "" {
			continue
		}
		lines = append(lines, l.fit()...)
	}
	return lines[max(0, len(lines)-maxReplay):]
}

func wentOut(s engine.DeliveryState) bool {
	switch s {
	case engine.DeliverySent, engine.DeliveryDelivered, engine.DeliveryRead, engine.DeliveryPlayed:
		return true
	}
	return false
}

func before(seq int64) int64 { return max(0, seq-1) }

// outgoingLines is a message as it is sent live. It must look the same as the message's journal entry does in replayLines.
func outgoingLines(m channel.Message) []line {
	out := m.Outgoing
	l := line{
		ID: m.ID, Kind: channel.EntryKind(m.Origin), Author: m.Author, Text: out.Text, Choices: out.Choices, As: out.As, At: m.At.UnixMilli(),
		attachment: attach(out.Kind, out.File, out.Location, out.Link), cursor: -1,
	}
	if seq, ok := turnOf(m.ID); ok {
		l.cursor = before(seq)
	}
	return l.fit()
}

// contactLine is the visitor's own message for his other pages. Its turn is yet to come, so it says nothing about the cursor.
func contactLine(id, text string, at time.Time) line {
	return line{ID: id, Kind: channel.EntryContact, Text: text, At: at.UnixMilli(), cursor: -1}
}

// turnOf reads the turn from an effect's id, see engine.EffectID.
func turnOf(id string) (seq int64, ok bool) {
	parts := strings.Split(id, "/")
	if len(parts) < 3 {
		return 0, false
	}
	seq, err := strconv.ParseInt(parts[len(parts)-2], 10, 64)
	return seq, err == nil && seq >= 0
}

// fit makes a line keep the channel's limits: more choices than a list holds become numbered text, a long text becomes several
// lines with ids derived from the first one's. Choices and links stay with the last of them, files and places with the first.
func (l line) fit() []line {
	if len(l.Choices) > 0 && (len(l.Choices) > maxListRows || l.As == "text") {
		l.Text, l.Choices, l.As = channel.Numbered(l.Text, l.Choices), nil, ""
	}
	parts := split(l.Text, maxText)
	lines := make([]line, len(parts))
	for i, text := range parts {
		lines[i] = l
		lines[i].Text = text
		if i > 0 {
			lines[i].ID = fmt.Sprintf("%s~%d", l.ID, i+1)
		}
		if i < len(parts)-1 {
			lines[i].Choices, lines[i].As = nil, ""
		}
		if last := l.Show == string(engine.OutgoingLink); last && i < len(parts)-1 || !last && i > 0 {
			lines[i].attachment = attachment{}
		}
	}
	return lines
}

// split cuts a text into parts of at most size runes, at a space where there is one in the last quarter of a part.
func split(text string, size int) []string {
	runes := []rune(text)
	var parts []string
	for len(runes) > size {
		cut := size
		for i := size; i > size*3/4; i-- {
			if unicode.IsSpace(runes[i]) {
				cut = i
				break
			}
		}
		parts = append(parts, strings.TrimSpace(string(runes[:cut])))
		runes = runes[cut:]
	}
	if len(parts) == 0 {
		return []string{text}
	}
	return append(parts, strings.TrimSpace(string(runes)))
}

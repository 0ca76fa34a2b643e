package whatsapp

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of what is read from a delivery. What is over them is cut, never refused: the rest of the message still counts.
const (
	maxUpdates   = 5000      // messages and statuses of one delivery; Meta sends up to 1,000
	maxBody      = 65536     // a text, in runes; people may write far more than we may send
	maxField     = 1024      // any other field, in runes
	maxID        = 512       // a message id, in bytes
	maxKeptBody  = 256 << 10 // the raw part kept for the operator, in bytes
	maxCards     = 20        // contact cards
	maxPhones    = 10        // phones of a card
	maxItems     = 100       // items of an order
	maxErrors    = 10
	maxForm      = 64 << 10 // a form's answer, in bytes
	maxFormDepth = 16
)

// node is a place in a decoded JSON document. Every reader of it bears every kind of value: a missing key, null, a number where a string
// belongs and a string where a number belongs are all fine, because what is optional or quoted changes without notice.
type node struct{ v any }

// parse decodes one part of a delivery. Numbers keep their digits. It returns an empty node for what is not JSON.
func parse(raw []byte) node {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil {
		return node{}
	}
	return node{v}
}

// at follows keys.
func (n node) at(keys ...string) node {
	for _, k := range keys {
		m, _ := n.v.(map[string]any)
		n = node{m[k]}
	}
	return n
}

func (n node) missing() bool { return n.v == nil }

// list returns the elements of an array.
func (n node) list() []node {
	a, _ := n.v.([]any)
	out := make([]node, len(a))
	for i, v := range a {
		out[i] = node{v}
	}
	return out
}

// text returns a string, or a number's digits.
func (n node) text() string { return n.cut(maxField) }

func (n node) cut(limit int) string {
	var s string
	switch v := n.v.(type) {
	case string:
		s = v
	case json.Number:
		s = v.String()
	default:
		return ""
	}
	return clip(strings.ReplaceAll(s, "\x00", "\uFFFD"), limit) // databases refuse a NUL in text
}

func (n node) bool() bool {
	b, _ := n.v.(bool)
	return b || n.text() == "true"
}

// number returns a finite number.
func (n node) number() (float64, bool) {
	f, err := strconv.ParseFloat(strings.TrimSpace(n.text()), 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return 0, false
	}
	return f, true
}

// maxUnix is the latest time believed, the end of 2199.
const maxUnix = 7_258_118_399

// unix reads a time in seconds. What can not be one is the zero time.
func (n node) unix() time.Time {
	f, ok := n.number()
	if !ok || f <= 0 || f > maxUnix {
		return time.Time{}
	}
	return time.Unix(int64(f), 0).UTC()
}

// clip cuts s to limit runes.
func clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	n := 0
	for i := range s {
		if n == limit {
			return s[:i]
		}
		n++
	}
	return s
}

func runes(s string) int { return utf8.RuneCountInString(s) }

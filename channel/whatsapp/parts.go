package whatsapp

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// members cuts an object into its raw values. nil when raw is not an object. raw is part of a document that json.Valid has accepted, so that
// cutting need not check it again: five levels of a delivery would otherwise be checked five times.
func members(raw json.RawMessage) map[string]json.RawMessage {
	c := cutter{raw: raw}
	if !c.open('{') {
		return nil
	}
	m := map[string]json.RawMessage{}
	for !c.end('}') {
		key := c.value()
		c.skip(':')
		m[unquote(key)] = c.value()
		c.skip(',')
	}
	return m
}

// elements cuts an array into its raw elements. nil when raw is not an array. What members says of raw holds here, too.
func elements(raw json.RawMessage) []json.RawMessage {
	c := cutter{raw: raw}
	if !c.open('[') {
		return nil
	}
	a := []json.RawMessage{}
	for !c.end(']') {
		a = append(a, c.value())
		c.skip(',')
	}
	return a
}

// unquote reads a key. Only one with escapes, or bytes that are not text, costs more than a copy.
func unquote(key json.RawMessage) string {
	s := strings.Trim(string(key), `"`)
	if !strings.ContainsRune(s, '\\') && utf8.ValidString(s) {
		return s
	}
	if json.Unmarshal(key, &s) != nil {
		return ""
	}
	return s
}

// cutter walks over valid JSON.
type cutter struct {
	raw []byte
	at  int
}

func (c *cutter) space() {
	for c.at < len(c.raw) && strings.IndexByte(" \t\r\n", c.raw[c.at]) >= 0 {
		c.at++
	}
}

// open steps over the bracket that a value must begin with.
func (c *cutter) open(bracket byte) bool {
	c.space()
	if c.at == len(c.raw) || c.raw[c.at] != bracket {
		return false
	}
	c.at++
	return true
}

// end tells that the bracket, or the input, ends here.
func (c *cutter) end(bracket byte) bool {
	c.space()
	return c.at >= len(c.raw) || c.raw[c.at] == bracket
}

// skip steps over a separator where there is one.
func (c *cutter) skip(separator byte) {
	c.space()
	if c.at < len(c.raw) && c.raw[c.at] == separator {
		c.at++
	}
}

// value steps over one value and returns it. It always moves on, whatever the input.
func (c *cutter) value() json.RawMessage {
	c.space()
	start, depth := c.at, 0
	for c.at < len(c.raw) {
		switch c.raw[c.at] {
		case '"':
			c.text()
		case '{', '[':
			depth++
			c.at++
		case '}', ']':
			depth--
			c.at++
		default:
			c.at++
		}
		if depth <= 0 && (c.at == len(c.raw) || strings.IndexByte(" \t\r\n,:]}", c.raw[c.at]) >= 0) {
			break
		}
	}
	return c.raw[start:c.at:c.at]
}

// text steps over a string.
func (c *cutter) text() {
	for c.at++; c.at < len(c.raw); c.at++ {
		switch c.raw[c.at] {
		case '\\':
			c.at++
		case '"':
			c.at++
			return
		}
	}
	c.at = len(c.raw)
}

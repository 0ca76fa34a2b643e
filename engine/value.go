package engine

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// MaxValueBytes is the size of one slot or attribute, as JSON. A flow that appends to a slot again and again must not fill the store.
const MaxValueBytes = 256 << 10

// MaxValueDepth is how many lists and maps a value may hold inside each other: what comes from a call's answer or a business event, and slots.
// Stored values are read with encoding/json, which stops at 10,000; a conversation with more could never be read again.
const MaxValueDepth = 64

// TooDeep tells that a JSON value is nested deeper than MaxValueDepth.
func TooDeep(v any) bool { return deeper(v, MaxValueDepth) }

func deeper(v any, levels int) bool {
	switch v := v.(type) {
	case map[string]any:
		for _, item := range v {
			if levels == 0 || deeper(item, levels-1) {
				return true
			}
		}
	case []any:
		for _, item := range v {
			if levels == 0 || deeper(item, levels-1) {
				return true
			}
		}
	}
	return false
}

// plain turns what an expression gave into what JSON can hold, so that a turn sees the same value that the next one will read from
// storage: integers become float64, times become RFC 3339 texts. What JSON can not hold (infinity, a function) is an error.
func plain(v any) (any, error) {
	switch x := v.(type) {
	case nil, bool:
		return v, nil
	case int:
		return float64(x), nil
	case string:
		if len(x) > MaxValueBytes {
			return nil, fmt.Errorf("the value has %d bytes, the limit is %d", len(x), MaxValueBytes)
		}
		return v, nil
	case time.Time:
		return x.UTC().Format(time.RFC3339Nano), nil
	case span:
		return x.String(), nil
	}
	encoded, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("the value can not be kept: %w", err)
	}
	if len(encoded) > MaxValueBytes {
		return nil, fmt.Errorf("the value has %d bytes, the limit is %d", len(encoded), MaxValueBytes)
	}
	var out any
	if err := json.Unmarshal(encoded, &out); err != nil {
		return nil, fmt.Errorf("the value can not be kept: %w", err)
	}
	if TooDeep(out) {
		return nil, fmt.Errorf("the value has more than %d lists and maps inside each other", MaxValueDepth)
	}
	return out, nil
}

// display writes a value for people.
func display(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case int:
		return strconv.Itoa(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case time.Time:
		return v.UTC().Format("2006-01-02 15:04")
	case span:
		return v.String()
	default:
		b, err := json.Marshal(v) // sorts the keys of maps
		if err != nil {
			return ""
		}
		return string(b)
	}
}

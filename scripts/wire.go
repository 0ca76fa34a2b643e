package scripts

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"relevo/engine"
)

// Pool and worker exchange frames: four bytes of length, big-endian, then that much JSON. The pool speaks first and each of its
// frames gets exactly one answer.

// maxFrameBytes bounds a frame from the pool: as many scripts as a worker holds, each at its limit, fit.
const maxFrameBytes = 2*maxHeld*MaxSourceBytes + MaxArgumentBytes

// frameSlack is what an answer may hold beside the result.
const frameSlack = 4 << 10

// request is one frame from the pool: the first one carries Budget and Load, later ones Load or Call.
type request struct {
	Budget *budget   `json:"budget,omitempty"`
	Forget bool      `json:"forget,omitempty"` // all scripts, before Load
	Load   []version `json:"load,omitempty"`
	Call   *call     `json:"call,omitempty"`
}

// budget is what a worker must know of Options.
type budget struct {
	Deadline       time.Duration `json:"deadline"`
	MemoryBytes    int64         `json:"memory_bytes"`
	MaxDepth       int           `json:"max_depth"`
	MaxResultBytes int           `json:"max_result_bytes"`
}

// call is one call of a function.
type call struct {
	Script   string          `json:"script"` // a reference
	Function string          `json:"function"`
	Args     json.RawMessage `json:"args"` // a JSON array; the keys of its objects are sorted
	Now      time.Time       `json:"now"`
	Seed     uint64          `json:"seed"`
	Test     *testCall       `json:"test,omitempty"` // runs a test instead of Function
}

// answer is one frame from a worker.
type answer struct {
	Value json.RawMessage     `json:"value,omitempty"`
	Error *engine.ScriptError `json:"error,omitempty"`
}

func writeFrame(w io.Writer, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode frame: %w", err)
	}
	frame := binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(body)), uint32(len(body)))
	if _, err := w.Write(append(frame, body...)); err != nil {
		return fmt.Errorf("write frame: %w", err)
	}
	return nil
}

func readFrame(r io.Reader, limit int, v any) error {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return err
	}
	size := binary.BigEndian.Uint32(head[:])
	if int64(size) > int64(limit) {
		return fmt.Errorf("frame of %d bytes, at most %d are read", size, limit)
	}
	body := make([]byte, size)
	if _, err := io.ReadFull(r, body); err != nil {
		return fmt.Errorf("read frame: %w", err)
	}
	if err := json.Unmarshal(body, v); err != nil {
		return fmt.Errorf("decode frame: %w", err)
	}
	return nil
}

// nesting returns how many brackets are open at once in JSON text, not counting those in strings.
func nesting(text []byte) int {
	open, deepest, quoted := 0, 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[' || c == '{':
			open++
			deepest = max(deepest, open)
		case c == ']' || c == '}':
			open--
		}
	}
	return deepest
}

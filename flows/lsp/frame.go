package lsp

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
)

// Limits of what a client may send. An editor sends a file's text in one message; flows have up to 1 MiB.
const (
	maxHeaderBytes  = 8 << 10
	maxMessageBytes = 16 << 20
)

var (
	errFrame    = errors.New("this is no message of the language server protocol")
	errTooLarge = fmt.Errorf("a message is longer than %d bytes", maxMessageBytes)
)

// readFrame reads one message as it travels:
//
//	Content-Length: 52\r\n\r\n{"jsonrpc":"2.0","id":1,"method":"shutdown"}
//
// io.EOF is an end between two messages. After any other error there is no telling where the next message begins.
func readFrame(r *bufio.Reader) ([]byte, error) {
	length, err := readHeader(r)
	if err != nil {
		return nil, err
	}
	if length > maxMessageBytes {
		return nil, errTooLarge
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(r, body); err != nil {
		return nil, fmt.Errorf("read message: %w", err)
	}
	return body, nil
}

// readHeader reads up to the empty line and returns the length of what follows.
func readHeader(r *bufio.Reader) (length int, err error) {
	length = -1
	for size := 0; ; {
		line, err := r.ReadSlice('\n')
		if size += len(line); size > maxHeaderBytes || errors.Is(err, bufio.ErrBufferFull) {
			return 0, fmt.Errorf("read header: %w", errFrame)
		}
		if errors.Is(err, io.EOF) && size > 0 {
			return 0, fmt.Errorf("read header: %w", io.ErrUnexpectedEOF)
		}
		if err != nil {
			return 0, err
		}
		field := strings.TrimRight(string(line), "\r\n")
		if field == "" && length >= 0 {
			return length, nil
		}
		name, value, ok := strings.Cut(field, ":")
		if !ok { // also an empty line without a length before it
			return 0, fmt.Errorf("read header: %w", errFrame)
		}
		if !strings.EqualFold(strings.TrimSpace(name), "Content-Length") {
			continue
		}
		if length, err = strconv.Atoi(strings.TrimSpace(value)); err != nil || length < 0 {
			return 0, fmt.Errorf("read length: %w", errFrame)
		}
	}
}

// writer writes messages, one at a time, from several goroutines.
type writer struct {
	mu sync.Mutex
	w  io.Writer
}

func (w *writer) send(m message) error {
	m.JSONRPC = "2.0"
	body, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("encode message: %w", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, err := fmt.Fprintf(w.w, "Content-Length: %d\r\n\r\n%s", len(body), body); err != nil {
		return fmt.Errorf("write message: %w", err)
	}
	return nil
}

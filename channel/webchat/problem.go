package webchat

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"time"
)

// problem is an RFC 9457 problem document. Types are stable; app.js goes by the status alone.
type problem struct {
	Type   string `json:"type"` // "/problems/too-many-requests"
	Title  string `json:"title"`
	Status int    `json:"status"`

	retryAfter time.Duration
}

// The problems of the web chat. The types are those of the HTTP API.
var (
	problemToken       = problem{Type: "/problems/unauthenticated", Title: "The chat session is missing or not known", Status: http.StatusUnauthorized}
	problemBody        = problem{Type: "/problems/invalid", Title: "This is not something the chat can take", Status: http.StatusUnprocessableEntity}
	problemTooLarge    = problem{Type: "/problems/too-large", Title: "The message is too long", Status: http.StatusRequestEntityTooLarge}
	problemRate        = problem{Type: "/problems/too-many-requests", Title: "That was too much at once", Status: http.StatusTooManyRequests}
	problemStreams     = problem{Type: "/problems/too-many-requests", Title: "The chat is open too often", Status: http.StatusTooManyRequests, retryAfter: 10 * time.Second}
	problemUnavailable = problem{Type: "/problems/unavailable", Title: "The chat is not available right now", Status: http.StatusServiceUnavailable, retryAfter: 2 * time.Second}
)

// after returns p with a time to wait.
func (p problem) after(d time.Duration) problem {
	p.retryAfter = d
	return p
}

func (p problem) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/problem+json")
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	if p.retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(p.retryAfter.Seconds()))))
	}
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the client is gone when this fails
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

package graphtest

import (
	"net"
	"net/http"
)

// Fault is one way to answer a send wrongly. Its zero value is an empty 200. Taken faults have had their effect: the message is in the
// ledger although the caller was not told so.
type Fault struct {
	Status     int    // 200 when 0
	Code       int    // of the error object; with 0 and no Raw the body is {}
	Message    string // of the error object
	Details    string
	RetryAfter string // the header, when not empty
	Raw        string // the body, instead of an error object
	Taken      bool
	Hang       bool // never answers; ends when the client gives up or the server closes
	Reset      bool // the connection is reset
}

// The faults that callers must bear. Codes and statuses are those of the platform's "Error codes" page.
var (
	TooManyRequests = Fault{Status: http.StatusTooManyRequests, Code: 613, Message: "Calls to this api have exceeded the rate limit", RetryAfter: "7"}
	RateLimit       = Fault{Status: http.StatusBadRequest, Code: 130429, Message: "Rate limit hit"}
	PairRateLimit   = Fault{Status: http.StatusBadRequest, Code: 131056, Message: "(Business Account, Consumer Account) pair rate limit hit"}
	WindowClosed    = Fault{Status: http.StatusBadRequest, Code: 131047, Message: "Re-engagement message"}
	Undeliverable   = Fault{Status: http.StatusBadRequest, Code: 131026, Message: "Message undeliverable"}
	TokenExpired    = Fault{Status: http.StatusUnauthorized, Code: 190, Message: "Error validating access token"}
	ServerError     = Fault{Status: http.StatusInternalServerError, Code: 131000, Message: "Something went wrong"}
	Unavailable     = Fault{Status: http.StatusServiceUnavailable, Code: 2, Message: "Service temporarily unavailable"}
	BadGateway      = Fault{Status: http.StatusBadGateway, Raw: "<html>Bad gateway</html>"}
	OKWithError     = Fault{Status: http.StatusOK, Code: 131026, Message: "Message undeliverable"}
	Garbage         = Fault{Status: http.StatusOK, Raw: "\x00\x01 not json", Taken: true}
	HangBefore      = Fault{Hang: true}
	HangAfter       = Fault{Hang: true, Taken: true}
	ResetBefore     = Fault{Reset: true}
	ResetAfter      = Fault{Reset: true, Taken: true}
)

// Fail queues faults for the next sends, one each.
func (s *Server) Fail(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, faults...)
}

// FailWhen lets decide choose the fault of a send for which none is queued; nil is none. decide must not call the server.
func (s *Server) FailWhen(decide func(Send) *Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.decide = decide
}

// nextFault takes the next fault. The lock is held.
func (s *Server) nextFault(send Send) *Fault {
	if len(s.faults) > 0 {
		f := s.faults[0]
		s.faults = s.faults[1:]
		return &f
	}
	if s.decide != nil {
		return s.decide(send)
	}
	return nil
}

func (s *Server) fail(w http.ResponseWriter, r *http.Request, f Fault) {
	switch {
	case f.Hang:
		select {
		case <-r.Context().Done():
		case <-s.ctx.Done():
		}
		return
	case f.Reset:
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		_ = conn.Close()
		return
	}
	if f.RetryAfter != "" {
		w.Header().Set("Retry-After", f.RetryAfter)
	}
	status := f.Status
	if status == 0 {
		status = http.StatusOK
	}
	switch {
	case f.Raw != "":
		w.WriteHeader(status)
		_, _ = w.Write([]byte(f.Raw))
	case f.Code == 0 && f.Message == "":
		reply(w, status, object{})
	default:
		reply(w, status, failure(f.Code, f.Message, f.Details))
	}
}

package server

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"relevo/runner"
	"relevo/store"
)

// Problem is an RFC 9457 problem document.
//
//	{"type":"/problems/invalid","title":"The request is not valid","status":422,"detail":"…",
//	 "findings":[{"location":"body.email","message":"expected string to be RFC 5322 email"}]}
type Problem struct {
	Type     string    `json:"type" doc:"Stable; a URI relative to the server" example:"/problems/not-found"`
	Title    string    `json:"title"`
	Status   int       `json:"status"`
	Detail   string    `json:"detail"`
	Findings []Finding `json:"findings,omitempty" doc:"What is wrong in the request"`
}

// Finding is one thing that is wrong in a request. It never repeats the value, which may be a secret.
type Finding struct {
	Location string `json:"location" doc:"Where: body.email, query.state, path.id"`
	Message  string `json:"message"`
}

// Error renders the detail.
func (p *Problem) Error() string { return p.Detail }

// GetStatus returns the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType names the media type of problem documents.
func (p *Problem) ContentType(string) string { return problemType }

const problemType = "application/problem+json"

// problemTypes are the stable types with their titles, by status. A status without a row is /problems/internal.
var problemTypes = map[int]struct{ slug, title, detail string }{
	http.StatusUnauthorized:          {"unauthenticated", "Not signed in", "Sign in or send a valid token."},
	http.StatusForbidden:             {"forbidden", "Not allowed", "Your role does not allow this."},
	http.StatusNotFound:              {"not-found", "Not found", "There is nothing at this address that you may see."},
	http.StatusMethodNotAllowed:      {"method-not-allowed", "Method not allowed", "This address does not take that method."},
	http.StatusRequestTimeout:        {"timeout", "The request came too slowly", "The request's body did not arrive in time."},
	http.StatusConflict:              {"conflict", "Somebody else was first", "This has changed meanwhile."},
	http.StatusRequestEntityTooLarge: {"too-large", "The request is too large", "The body is larger than allowed."},
	http.StatusUnsupportedMediaType:  {"unsupported-media-type", "Not JSON", "Send the body as application/json."},
	http.StatusUnprocessableEntity:   {"invalid", "The request is not valid", "See the findings."},
	http.StatusTooManyRequests:       {"too-many-requests", "Too many requests", "Wait a while, then try again."},
	http.StatusServiceUnavailable:    {"unavailable", "Not available now", "Try again in a moment."},
	http.StatusInternalServerError:   {"internal", "Something went wrong here", "The operator's log has the cause."},
}

func newProblem(status int, detail string, findings ...Finding) *Problem {
	t, ok := problemTypes[status]
	if !ok {
		status = http.StatusInternalServerError
		t = problemTypes[status]
	}
	if detail == "" {
		detail = t.detail
	}
	return &Problem{Type: "/problems/" + t.slug, Title: t.title, Status: status, Detail: detail, Findings: findings}
}

func notFound() error { return newProblem(http.StatusNotFound, "") }

func invalid(location, message string) error {
	return newProblem(http.StatusUnprocessableEntity, message, Finding{Location: location, Message: message})
}

// huma keeps its error maker and this default in package variables, so both are set once, before any server exists.
func init() {
	huma.NewError = problemOf
	huma.DefaultArrayNullable = false
}

// problemOf turns what huma found into a problem document. Only 4xx texts are shown: others could tell about our insides.
func problemOf(status int, message string, errs ...error) huma.StatusError {
	if status >= http.StatusInternalServerError {
		return newProblem(status, "")
	}
	if status == http.StatusBadRequest || status == http.StatusNotAcceptable {
		status = http.StatusUnprocessableEntity
	}
	p := newProblem(status, "")
	if message != "" && message != "validation failed" {
		p.Detail = sentence(message)
	}
	for _, err := range errs {
		if err != nil {
			p.Findings = append(p.Findings, findingOf(err))
		}
	}
	return p
}

func findingOf(err error) Finding {
	var d huma.ErrorDetailer
	if !errors.As(err, &d) {
		return Finding{Message: err.Error()}
	}
	detail := d.ErrorDetail()
	return Finding{Location: detail.Location, Message: detail.Message}
}

func sentence(s string) string {
	return strings.ToUpper(s[:1]) + strings.TrimSuffix(s[1:], ".") + "."
}

// writeProblem answers outside of huma.
func writeProblem(w http.ResponseWriter, p *Problem) {
	body, err := json.Marshal(p)
	if err != nil { // strings and numbers only
		body = []byte(`{"type":"/problems/internal"}`)
	}
	w.Header().Set("Content-Type", problemType)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(p.Status)
	_, _ = w.Write(append(body, '\n')) // who asked is gone when this fails
}

// busyRetry is when to come back after a 503.
const busyRetry = 2 * time.Second

// fail turns an error of the store or the runner into a problem; the cause goes to the log.
func (s *Server) fail(what string, err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return notFound()
	}
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	if errors.Is(err, runner.ErrOverloaded) || errors.Is(err, runner.ErrClosed) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return retryLater(newProblem(http.StatusServiceUnavailable, ""), busyRetry)
	}
	s.opts.Logger.Error("request failed", slog.String("what", what), slog.Any("error", err))
	return newProblem(http.StatusInternalServerError, "")
}

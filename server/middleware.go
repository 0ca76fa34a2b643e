package server

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"relevo/flows/plan"
)

// Limits of one request to the API.
const (
	maxBodyBytes = 64 << 10
	bodyTimeout  = 10 * time.Second
)

// quietPaths are asked for so often that they are logged at debug level only.
var quietPaths = map[string]bool{"/healthz": true, "/readyz": true, "/metrics": true}

// accessLog writes one line a request, without query string and body, and measures it.
func (s *Server) accessLog(c *gin.Context) {
	start := time.Now()
	c.Next()
	took := time.Since(start)
	s.metrics.observe(c.Request.Method, c.FullPath(), c.Writer.Status(), took)
	level := slog.LevelInfo
	if quietPaths[c.FullPath()] {
		level = slog.LevelDebug
	}
	s.opts.Logger.LogAttrs(c.Request.Context(), level, "request",
		slog.String("method", c.Request.Method), slog.String("path", c.Request.URL.Path), slog.Int("status", c.Writer.Status()),
		slog.Duration("took", took), slog.Int("bytes", max(0, c.Writer.Size())), slog.String("actor", actorOf(c.Request.Context()).id))
}

// recoverPanic answers a problem where a handler broke. A handler that aborts on purpose keeps its way out.
func (s *Server) recoverPanic(c *gin.Context) {
	defer func() {
		cause := recover()
		if cause == nil {
			return
		}
		if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
			panic(cause) // net/http closes the connection
		}
		s.opts.Logger.Error("handler panicked", slog.String("path", c.Request.URL.Path), slog.Any("cause", cause), slog.String("stack", string(debug.Stack())))
		if !c.Writer.Written() {
			abort(c, newProblem(http.StatusInternalServerError, ""))
		}
	}()
	c.Next()
}

// Content security policies. The console's is reliability §3.9; its pages load nothing from elsewhere and set no markup from strings.
const (
	consolePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; font-src 'self'; connect-src 'self'; " +
		"frame-ancestors 'none'; base-uri 'none'; form-action 'self'; require-trusted-types-for 'script'"
	// Swagger UI builds markup from strings and uses data: pictures.
	docsPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
		"frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
	dataPolicy    = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox"
	drawingPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox"
)

// secureHeaders sets what every answer carries. Channels may be embedded elsewhere and decide the rest for themselves.
func (s *Server) secureHeaders(c *gin.Context) {
	h := c.Writer.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	if s.isSecure(c.Request) {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
	if s.passes(c.FullPath()) {
		return
	}
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	h.Set("Content-Security-Policy", dataPolicy)
	h.Set("Cache-Control", "no-store")
}

// limitBody reads the body of an API request, at most bodyLimit in bodyTimeout, so that whatever is wrong with it has a clear answer.
func (s *Server) limitBody(c *gin.Context) {
	if !strings.HasPrefix(c.FullPath(), "/v1/") || c.Request.Body == nil || c.Request.Body == http.NoBody {
		return
	}
	rc := http.NewResponseController(c.Writer)
	_ = rc.SetReadDeadline(time.Now().Add(bodyTimeout)) // where deadlines are not supported the server's own holds
	body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, bodyLimit(c.FullPath())))
	if err != nil {
		abort(c, bodyProblem(err))
		return
	}
	_ = rc.SetReadDeadline(time.Time{})
	c.Request.Body = io.NopCloser(bytes.NewReader(body))
}

// bodyLimit is the largest body of a route, in bytes. Flow files are sent whole.
func bodyLimit(path string) int64 {
	if path == planPath || path == publishPath {
		return plan.MaxBytes
	}
	return maxBodyBytes
}

func bodyProblem(err error) *Problem {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return newProblem(http.StatusRequestEntityTooLarge, fmt.Sprintf("The body may have at most %d bytes.", tooLarge.Limit))
	}
	var timeout net.Error
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout() {
		return newProblem(http.StatusRequestTimeout, "")
	}
	return newProblem(http.StatusUnprocessableEntity, "The body could not be read.", Finding{Location: "body", Message: "broken off or badly encoded"})
}

// liftReadDeadline lets a request stay open: net/http takes a read deadline that passes for a client that left.
func liftReadDeadline(c *gin.Context) {
	_ = http.NewResponseController(c.Writer).SetReadDeadline(time.Time{}) // not supported: nothing to lift
}

// crossOrigin refuses unsafe requests that another site's page sent with our cookie. Programs with a token and the webhooks (which check a
// signature) carry no cookie of ours.
func crossOrigin(next http.Handler, public *url.URL) (http.Handler, error) {
	cop := http.NewCrossOriginProtection()
	cop.AddInsecureBypassPattern("/webhooks/")
	if public.Host != "" {
		if err := cop.AddTrustedOrigin(public.Scheme + "://" + public.Host); err != nil {
			return nil, fmt.Errorf("public URL: %w", err)
		}
	}
	cop.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		writeProblem(w, newProblem(http.StatusForbidden, "Another site's page may not do this."))
	}))
	guarded := cop.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, ok := bearer(r.Header.Get("Authorization")); ok {
			next.ServeHTTP(w, r)
			return
		}
		guarded.ServeHTTP(w, r)
	}), nil
}

// chatPath is a chat's address with the slashes of its id ("conversation/seq/n") left as they are.
var chatPath = regexp.MustCompile(`^/v1/chats/([^/]+/\d+/\d+)(/[a-z]+)?$`)

// escapeChatIDs accepts chat ids with plain slashes as well as escaped ones: people type them, and some proxies unescape.
func escapeChatIDs(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if m := chatPath.FindStringSubmatch(r.URL.Path); m != nil {
			u := *r.URL
			u.RawPath = "/v1/chats/" + url.PathEscape(m[1]) + m[2]
			r2 := *r
			r2.URL = &u
			r = &r2
		}
		next.ServeHTTP(w, r)
	})
}

package server

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"relevo/store"
)

// How long a session lasts (reliability: agents' sessions). A live stream counts as activity.
const (
	sessionIdle     = 30 * time.Minute
	sessionAbsolute = 12 * time.Hour
	touchEvery      = time.Minute
)

const (
	tokenPrefix    = "rlv_"
	maxCredential  = 256 // bytes of a cookie or token worth hashing
	secretBytes    = 32  // 256 bits
	cookiePlain    = "relevo"
	cookieSecure   = "__Host-relevo" // RFC 6265bis: Secure, no Domain, Path=/
	programActorID = "token:"        // before a token's id, where an agent's id is wanted
)

// actor is who sends a request. The zero actor is nobody.
type actor struct {
	id      string // a user's id, or "token:" and a token's id
	name    string
	email   string
	role    store.Role
	lang    string
	program bool
	session string // hash of the session, for people
}

func (a actor) known() bool { return a.id != "" }

type actorKey struct{}

func actorOf(ctx context.Context) actor {
	a, _ := ctx.Value(actorKey{}).(actor)
	return a
}

// NewSecret returns 256 random bits in a form for URLs and cookies, and the hash under which they are stored.
func NewSecret() (secret, hash string) {
	var b [secretBytes]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	secret = base64.RawURLEncoding.EncodeToString(b[:])
	return secret, HashSecret(secret)
}

// NewToken returns an API token and the hash under which it is stored.
func NewToken() (token, hash string) {
	secret, _ := NewSecret()
	token = tokenPrefix + secret
	return token, HashSecret(token)
}

// HashSecret returns the hex SHA-256 of a secret with 256 random bits; slow hashing would add nothing to those.
func HashSecret(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// guard finds out who asks and refuses what the policy does not allow. It knows the API's and the operators' routes; files of the console and the
// channels' handlers pass (they are public, or check for themselves).
func (s *Server) guard(c *gin.Context) {
	path := c.FullPath()
	if path == "" || s.passes(path) {
		return
	}
	wants, ok := needs(c.Request.Method, path)
	if !ok {
		abort(c, newProblem(http.StatusForbidden, ""))
		return
	}
	who, err := s.authenticate(c.Request)
	if err != nil {
		s.opts.Logger.Error("authentication failed", "error", err)
		abort(c, newProblem(http.StatusServiceUnavailable, ""))
		return
	}
	if !who.known() && wants != public {
		c.Header("WWW-Authenticate", `Bearer realm="relevo"`)
		abort(c, newProblem(http.StatusUnauthorized, ""))
		return
	}
	if !who.may(wants) {
		abort(c, newProblem(http.StatusForbidden, ""))
		return
	}
	c.Request = c.Request.WithContext(context.WithValue(c.Request.Context(), actorKey{}, who))
}

// passes tells that a route belongs to a channel or the demo service.
func (s *Server) passes(path string) bool {
	path = strings.TrimSuffix(path, "/*rest")
	if _, ok := s.opts.Mounts[path]; ok {
		return true
	}
	return s.opts.Demo != nil && path == "/demo"
}

func abort(c *gin.Context, p *Problem) {
	writeProblem(c.Writer, p)
	c.Abort()
}

// authenticate returns who sent a request; nobody when nothing valid was sent. A request with an Authorization header is judged by it alone.
func (s *Server) authenticate(r *http.Request) (actor, error) {
	if header := r.Header.Get("Authorization"); header != "" {
		return s.byToken(r.Context(), header)
	}
	cookie, err := r.Cookie(s.cookieName(r))
	if errors.Is(err, http.ErrNoCookie) {
		return actor{}, nil
	}
	if err != nil {
		return actor{}, err
	}
	if len(cookie.Value) > maxCredential {
		return actor{}, nil
	}
	return s.bySession(r.Context(), HashSecret(cookie.Value))
}

func (s *Server) byToken(ctx context.Context, header string) (actor, error) {
	token, ok := bearer(header)
	if !ok || !strings.HasPrefix(token, tokenPrefix) || len(token) > maxCredential {
		return actor{}, nil
	}
	t, err := s.opts.Store.TokenByHash(ctx, HashSecret(token))
	if errors.Is(err, store.ErrNotFound) {
		return actor{}, nil
	}
	if err != nil {
		return actor{}, fmt.Errorf("read token: %w", err)
	}
	return actor{id: programActorID + t.ID, name: t.Name, role: t.Role, program: true}, nil
}

// bearer reads `Bearer <token>`; the scheme's case does not matter (RFC 9110 11.1).
func bearer(header string) (token string, ok bool) {
	scheme, token, ok := strings.Cut(header, " ")
	return strings.TrimSpace(token), ok && strings.EqualFold(scheme, "Bearer")
}

func (s *Server) bySession(ctx context.Context, hash string) (actor, error) {
	now := s.opts.Now()
	sess, u, err := s.opts.Store.Session(ctx, hash, now)
	if errors.Is(err, store.ErrNotFound) {
		return actor{}, nil
	}
	if err != nil {
		return actor{}, fmt.Errorf("read session: %w", err)
	}
	if u.Disabled || now.Sub(sess.SeenAt) > sessionIdle || !now.Before(sess.ExpiresAt) {
		return actor{}, nil
	}
	if now.Sub(sess.SeenAt) >= touchEvery {
		if err := s.opts.Store.TouchSession(ctx, hash, now); err != nil {
			return actor{}, fmt.Errorf("touch session: %w", err)
		}
	}
	return actor{id: u.ID, name: u.Name, email: u.Email, role: u.Role, lang: u.Language, session: hash}, nil
}

// again looks whether the actor of a long request is still who they were, and keeps the session alive.
func (s *Server) again(ctx context.Context, r *http.Request, a actor) bool {
	if a.program {
		now, err := s.byToken(ctx, r.Header.Get("Authorization"))
		return err == nil && now.id == a.id && now.role == a.role
	}
	now, err := s.bySession(ctx, a.session)
	return err == nil && now.id == a.id && now.role == a.role
}

func (s *Server) isSecure(r *http.Request) bool { return s.secure || r.TLS != nil }

func (s *Server) cookieName(r *http.Request) string {
	if s.isSecure(r) {
		return cookieSecure
	}
	return cookiePlain
}

// cookie makes the session cookie; an empty value removes it.
func (s *Server) cookie(secure bool, value string) http.Cookie {
	c := http.Cookie{Name: cookiePlain, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode}
	if secure {
		c.Name, c.Secure = cookieSecure, true
	}
	if value == "" {
		c.MaxAge = -1
		return c
	}
	c.MaxAge = int(sessionAbsolute / time.Second)
	return c
}

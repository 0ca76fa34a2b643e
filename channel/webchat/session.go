package webchat

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"

	"relevo/channel"
)

// tokenBytes is the randomness of a token: 256 bits, so that nobody finds one by trying.
const tokenBytes = 32

// serveSession starts a session. Nothing is stored: who holds a token is the visitor with that token's hash.
func (c *Channel) serveSession(w http.ResponseWriter, r *http.Request) {
	now := c.opts.Now()
	if wait := c.networks.take(network(c.opts.ClientIP(r)), now); wait > 0 {
		problemRate.after(wait).write(w)
		return
	}
	raw := make([]byte, tokenBytes)
	if _, err := io.ReadFull(c.opts.Rand, raw); err != nil {
		c.opts.Logger.ErrorContext(r.Context(), "make a visitor's token", "error", err)
		problemUnavailable.write(w)
		return
	}
	token := base64.RawURLEncoding.EncodeToString(raw)
	visitor := visitorOf(token)
	c.visitors.remember(visitor)
	writeJSON(w, http.StatusCreated, map[string]string{"token": token, "visitor": visitor})
}

func visitorOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// bearer returns the visitor of a request's token, or "".
func bearer(r *http.Request) string {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok || len(token) != base64.RawURLEncoding.EncodedLen(tokenBytes) {
		return ""
	}
	if _, err := base64.RawURLEncoding.DecodeString(token); err != nil {
		return ""
	}
	return visitorOf(token)
}

func identity(visitor string) channel.Identity {
	return channel.Identity{Kind: IdentityKind, Value: visitor}
}

// admit lets a request's visitor in. Sessions are not stored, so a token that was never given out looks like one that was; a visitor
// who is neither remembered nor has a conversation therefore counts as a new session of his network, wherever the token is from.
// It returns nil, or the problem that keeps the visitor out.
func (c *Channel) admit(ctx context.Context, r *http.Request, visitor string) *problem {
	if c.visitors.knows(visitor) {
		return nil
	}
	conversation, err := c.opts.Conversations(ctx, identity(visitor))
	if err != nil {
		return c.unavailable(ctx, fmt.Errorf("find the conversation of a visitor: %w", err))
	}
	if conversation == "" {
		if wait := c.networks.take(network(c.opts.ClientIP(r)), c.opts.Now()); wait > 0 {
			p := problemRate.after(wait)
			return &p
		}
	}
	c.visitors.remember(visitor)
	return nil
}

func (c *Channel) unavailable(ctx context.Context, err error) *problem {
	if ctx.Err() == nil {
		c.opts.Logger.ErrorContext(ctx, "web chat", "error", err)
	}
	p := problemUnavailable
	return &p
}

package whatsapp

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strings"
)

// maxDelivery is the largest body of a delivery, in bytes (Webhooks overview: "up to 3 MB").
const maxDelivery = 3 << 20

// A body is held whole until its signature is checked, so until then it costs memory for anybody who sends one, and slowly.
const (
	// smallDelivery is what every request may send, in bytes. A message has about 1 KiB.
	smallDelivery = 64 << 10
	// maxLarge is how many longer bodies are read at once. One more is refused, to come again.
	maxLarge = 16
)

var errBusy = errors.New("too many large deliveries at once")

// ServeHTTP answers Meta: GET is the verification of the address, POST a delivery. Status codes of a delivery:
//
//	200  stored, or nothing in it that could be stored; Meta will not repeat it
//	401  not signed by one of our apps; nothing was read from it
//	413  over 3 MiB
//	503  the Sink refused it, or too many large ones are being read; Meta repeats it for up to seven days
func (c *Channel) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	switch r.Method {
	case http.MethodGet:
		c.verify(w, r)
	case http.MethodPost:
		c.receive(w, r)
	default:
		w.Header().Set("Allow", "GET, POST")
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}

// maxChallenge is the longest challenge that is repeated, in bytes; Meta's have about ten digits.
const maxChallenge = 256

// verify answers the GET that Meta makes when the address or the token is saved. It carries no signature.
func (c *Channel) verify(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	token, challenge := q.Get("hub.verify_token"), q.Get("hub.challenge")
	good := subtle.ConstantTimeCompare([]byte(token), []byte(c.cfg.VerifyToken)) == 1
	if !good || c.cfg.VerifyToken == "" || q.Get("hub.mode") != "subscribe" || len(challenge) > maxChallenge {
		c.log.Warn("webhook verification refused")
		w.WriteHeader(http.StatusForbidden)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, challenge)
}

func (c *Channel) receive(w http.ResponseWriter, r *http.Request) {
	mac, ok := parseSignature(r.Header.Values("X-Hub-Signature-256"))
	if !ok {
		c.log.Warn("delivery without a usable signature refused")
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if r.ContentLength > maxDelivery {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	body, err := c.readBody(http.MaxBytesReader(w, r.Body, maxDelivery))
	if errors.Is(err, errBusy) {
		c.log.Warn("delivery refused", "error", err)
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			return
		}
		w.WriteHeader(http.StatusBadRequest) // the connection broke; Meta repeats
		return
	}
	if !signedBy(c.cfg.AppSecrets, body, mac) {
		c.log.Warn("delivery with a wrong signature refused")
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	d := c.Decode(body)
	if len(d.Inbound) == 0 && len(d.Kept) == 0 {
		w.WriteHeader(http.StatusOK) // a well-formed delivery with nothing in it
		return
	}
	if err := c.sink.Accept(r.Context(), d); err != nil {
		c.log.Error("delivery not stored", "error", err, "inbound", len(d.Inbound), "kept", len(d.Kept))
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusOK)
}

// readBody reads a body whole. A long one needs a place.
func (c *Channel) readBody(in io.Reader) ([]byte, error) {
	head, err := io.ReadAll(io.LimitReader(in, smallDelivery))
	if err != nil || len(head) < smallDelivery {
		return head, err
	}
	select {
	case c.large <- struct{}{}:
		defer func() { <-c.large }()
	default:
		return nil, errBusy
	}
	return io.ReadAll(io.MultiReader(bytes.NewReader(head), in))
}

// parseSignature reads the one header "sha256=<64 hex digits>".
func parseSignature(headers []string) (mac []byte, ok bool) {
	if len(headers) != 1 {
		return nil, false
	}
	digest, found := strings.CutPrefix(headers[0], "sha256=")
	if !found || len(digest) != 2*sha256.Size {
		return nil, false
	}
	mac, err := hex.DecodeString(digest)
	return mac, err == nil
}

// signedBy tells whether mac is the HMAC-SHA256 of exactly these bytes under one of the secrets. Every secret is tried, in constant time.
func signedBy(secrets []string, body, mac []byte) bool {
	good := 0
	for _, secret := range secrets {
		h := hmac.New(sha256.New, []byte(secret))
		h.Write(body)
		good |= subtle.ConstantTimeCompare(h.Sum(nil), mac)
	}
	return good == 1
}

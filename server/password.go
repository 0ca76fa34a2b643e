package server

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"hash/maphash"
	"net/mail"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
)

// Limits of what people type to sign in, in characters.
const (
	minPassword = 8
	maxPassword = 128
	maxEmail    = 254 // RFC 5321 4.5.3.1.3
	maxName     = 80
)

// passwordParams are argon2id's, of the OWASP password storage cheat sheet: 46 MiB, one pass, one lane.
var passwordParams = &argon2id.Params{Memory: 46 << 10, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}

//go:embed common_passwords.txt
var commonPasswordFile string

var commonPasswords = sync.OnceValue(func() map[string]bool {
	set := map[string]bool{}
	for line := range strings.Lines(commonPasswordFile) {
		set[strings.TrimSpace(line)] = true
	}
	return set
})

// CheckPassword tells what is wrong with a password that somebody wants to use, or nil. The error is a sentence for the person.
// A short sentence is the best password: long, and easy to keep.
func CheckPassword(password, email string) error {
	lower := strings.ToLower(password)
	user, _, _ := strings.Cut(strings.ToLower(email), "@")
	switch n := utf8.RuneCountInString(password); {
	case !utf8.ValidString(password):
		return errors.New("The password is not valid text.")
	case n < minPassword:
		return fmt.Errorf("Use at least %d characters. A short sentence works well.", minPassword)
	case n > maxPassword:
		return fmt.Errorf("Use at most %d characters.", maxPassword)
	case commonPasswords()[lower] || strings.Count(lower, lower[:1]) == len(lower):
		return errors.New("This password is on every list of common ones. A short sentence works well.")
	case lower == strings.ToLower(email) || lower == user:
		return errors.New("The password must not be the email address. A short sentence works well.")
	}
	return nil
}

// CheckEmail tells what is wrong with an email address, or nil.
func CheckEmail(email string) error {
	a, err := mail.ParseAddress(email)
	if err != nil || a.Address != email || len(email) > maxEmail {
		return errors.New("This is not an email address.")
	}
	return nil
}

// NormalEmail is how addresses are stored and compared.
func NormalEmail(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

// HashPassword returns the argon2id hash to store. It takes 46 MiB and some tens of milliseconds.
func HashPassword(password string) (string, error) {
	h, err := argon2id.CreateHash(password, passwordParams)
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	return h, nil
}

// Limits of hashing at once: each one takes 46 MiB. More than maxHashWaiting in line are sent away.
const (
	maxHashing     = 2
	maxHashWaiting = 64
)

var errBusy = errors.New("too many sign-ins at once")

// hashing bounds parallel password hashes.
type hashing struct {
	slots   chan struct{}
	waiting atomic.Int64
	dummy   func() string
}

func newHashing() *hashing {
	return &hashing{
		slots: make(chan struct{}, maxHashing),
		dummy: sync.OnceValue(func() string {
			secret, _ := NewSecret()
			h, err := HashPassword(secret)
			if err != nil { // no randomness: nothing works
				return ""
			}
			return h
		}),
	}
}

// enter takes a slot; leave must follow.
func (h *hashing) enter(ctx context.Context) (leave func(), err error) {
	defer h.waiting.Add(-1)
	if h.waiting.Add(1) > maxHashWaiting {
		return nil, errBusy
	}
	select {
	case h.slots <- struct{}{}:
		return func() { <-h.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (h *hashing) hash(ctx context.Context, password string) (string, error) {
	leave, err := h.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	return HashPassword(password)
}

// matches compares in constant time for known and unknown people: an empty stored hash is compared with one that nothing matches.
func (h *hashing) matches(ctx context.Context, password, stored string) (bool, error) {
	leave, err := h.enter(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	known := stored != ""
	if !known {
		stored = h.dummy()
	}
	ok, err := argon2id.ComparePasswordAndHash(password, stored)
	if err != nil {
		return false, fmt.Errorf("compare password: %w", err)
	}
	return ok && known, nil
}

// keyLocks lets one request for a key through at a time, so that parallel sign-ins can not outrun the count of failures. Keys share locks.
type keyLocks struct {
	seed  maphash.Seed
	locks [64]sync.Mutex
}

func newKeyLocks() *keyLocks { return &keyLocks{seed: maphash.MakeSeed()} }

func (k *keyLocks) lock(key string) (unlock func()) {
	m := &k.locks[maphash.String(k.seed, key)%uint64(len(k.locks))]
	m.Lock()
	return m.Unlock
}

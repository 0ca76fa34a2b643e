package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"relevo/store"
)

// Failed sign-ins per email before more are refused, and for how long they count (OWASP: slow guessing down, lock nobody out for long).
const (
	maxSignInFailures = 10
	signInWindow      = 15 * time.Minute
)

// userView is a person as the API shows them.
type userView struct {
	ID       string `json:"id"`
	Email    string `json:"email"`
	Name     string `json:"name"`
	Role     string `json:"role" enum:"agent,supervisor,author,admin"`
	Language string `json:"language" doc:"Of the console; empty until chosen" example:"es"`
}

type userBody struct {
	User userView `json:"user"`
}

type userOutput struct{ Body userBody }

type signedInOutput struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
	Body      userBody
}

func (s *Server) accountRoutes(api huma.API) {
	huma.Register(api, op("GET", "/v1/setup", "Whether the first admin is still to be made"), s.setupNeeded)
	huma.Register(api, created(op("POST", "/v1/setup", "Make the first admin with the one-time link's token, and sign in")), s.setUp)
	huma.Register(api, op("POST", "/v1/session", "Sign in"), s.signIn)
	huma.Register(api, op("GET", "/v1/session", "Who is signed in"), s.whoAmI)
	huma.Register(api, op("DELETE", "/v1/session", "Sign out"), s.signOut)
	huma.Register(api, op("PATCH", "/v1/session", "Choose the console's language"), s.chooseLanguage)
}

// SetupLink returns the link on which the first admin is made, or "" when there is a user already. Each call replaces the link before it. The
// token is in the fragment, which browsers do not send, so that it is in no log.
func SetupLink(ctx context.Context, st store.Store, baseURL string, now time.Time) (string, error) {
	users, err := st.Users(ctx)
	if err != nil {
		return "", fmt.Errorf("read users: %w", err)
	}
	if len(users) > 0 {
		return "", nil
	}
	token, hash := NewSecret()
	if err := st.SetSetup(ctx, hash, now); err != nil {
		return "", fmt.Errorf("store set-up link: %w", err)
	}
	return strings.TrimSuffix(baseURL, "/") + "/setup#token=" + token, nil
}

type setupNeededOutput struct {
	Body struct {
		Needed bool `json:"needed"`
	}
}

func (s *Server) setupNeeded(ctx context.Context, _ *struct{}) (*setupNeededOutput, error) {
	users, err := s.opts.Store.Users(ctx)
	if err != nil {
		return nil, s.fail("read users", err)
	}
	out := &setupNeededOutput{}
	out.Body.Needed = len(users) == 0
	return out, nil
}

type setUpInput struct {
	Secure requestSecurity
	Body   struct {
		Token    string `json:"token" minLength:"1" maxLength:"256"`
		Email    string `json:"email" minLength:"3" maxLength:"254"`
		Name     string `json:"name" minLength:"1" maxLength:"80"`
		Password string `json:"password" maxLength:"512" doc:"8 to 128 characters; a short sentence works well"`
	}
}

func (s *Server) setUp(ctx context.Context, in *setUpInput) (*signedInOutput, error) {
	needed, err := s.setupNeeded(ctx, nil)
	if err != nil {
		return nil, err
	}
	if !needed.Body.Needed {
		return nil, newProblem(http.StatusConflict, "Relevo is set up already. Sign in.")
	}
	email, name := NormalEmail(in.Body.Email), strings.TrimSpace(in.Body.Name)
	if err := CheckEmail(email); err != nil {
		return nil, invalid("body.email", err.Error())
	}
	if name == "" {
		return nil, invalid("body.name", "Write your name.")
	}
	if err := CheckPassword(in.Body.Password, email); err != nil {
		return nil, invalid("body.password", err.Error())
	}
	hash, err := s.hashing.hash(ctx, in.Body.Password)
	if err != nil {
		return nil, s.busyOr("hash password", err)
	}
	u := store.User{ID: s.opts.NewID(), Email: email, Name: name, Role: store.RoleAdmin, PasswordHash: hash, CreatedAt: s.opts.Now()}
	switch err := s.opts.Store.AddFirstUser(ctx, u, HashSecret(in.Body.Token)); {
	case errors.Is(err, store.ErrNotFound):
		return nil, newProblem(http.StatusForbidden, "This set-up link is not the current one. Start the server again to get a new one.")
	case errors.Is(err, store.ErrExists):
		return nil, newProblem(http.StatusConflict, "Relevo is set up already. Sign in.")
	case err != nil:
		return nil, s.fail("add first user", err)
	}
	return s.openSession(ctx, u, in.Secure)
}

type signInInput struct {
	Secure requestSecurity
	Body   struct {
		Email    string `json:"email" maxLength:"512"`
		Password string `json:"password" maxLength:"512"`
	}
}

func (s *Server) signIn(ctx context.Context, in *signInInput) (*signedInOutput, error) {
	email := NormalEmail(in.Body.Email)
	defer s.locks.lock(email)()
	now := s.opts.Now()
	failures, err := s.opts.Store.FailedSignIns(ctx, email, now.Add(-signInWindow))
	if err != nil {
		return nil, s.fail("count failed sign-ins", err)
	}
	if failures >= maxSignInFailures {
		return nil, retryLater(newProblem(http.StatusTooManyRequests, "Too many failed sign-ins for this email. Try again in 15 minutes."), signInWindow)
	}
	u, err := s.opts.Store.UserByEmail(ctx, email)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, s.fail("read user", err)
	}
	ok, err := s.hashing.matches(ctx, in.Body.Password, u.PasswordHash)
	if err != nil {
		return nil, s.busyOr("check password", err)
	}
	if !ok || u.Disabled {
		if err := s.opts.Store.AddFailedSignIn(ctx, email, now); err != nil {
			return nil, s.fail("note failed sign-in", err)
		}
		return nil, newProblem(http.StatusUnauthorized, "The email or the password is wrong.")
	}
	return s.openSession(ctx, u, in.Secure)
}

// openSession signs a person in. The cookie's value is new each time, so a planted one is worth nothing.
func (s *Server) openSession(ctx context.Context, u store.User, secure requestSecurity) (*signedInOutput, error) {
	now := s.opts.Now()
	secret, hash := NewSecret()
	sess := store.Session{Hash: hash, User: u.ID, CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(sessionAbsolute)}
	if err := s.opts.Store.AddSession(ctx, sess); err != nil {
		return nil, s.fail("add session", err)
	}
	return &signedInOutput{SetCookie: s.cookie(s.secure || secure.tls, secret), Body: userBody{viewUser(u)}}, nil
}

func viewUser(u store.User) userView {
	return userView{ID: u.ID, Email: u.Email, Name: u.Name, Role: string(u.Role), Language: u.Language}
}

func (s *Server) whoAmI(ctx context.Context, _ *struct{}) (*userOutput, error) {
	a := actorOf(ctx)
	return &userOutput{userBody{userView{ID: a.id, Email: a.email, Name: a.name, Role: string(a.role), Language: a.lang}}}, nil
}

type signOutOutput struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
}

func (s *Server) signOut(ctx context.Context, in *struct{ Secure requestSecurity }) (*signOutOutput, error) {
	if a := actorOf(ctx); a.session != "" {
		if err := s.opts.Store.RemoveSession(ctx, a.session); err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, s.fail("remove session", err)
		}
	}
	return &signOutOutput{SetCookie: s.cookie(s.secure || in.Secure.tls, "")}, nil
}

type languageInput struct {
	Body struct {
		Language string `json:"language" pattern:"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$" maxLength:"35" doc:"BCP 47" example:"es"`
	}
}

func (s *Server) chooseLanguage(ctx context.Context, in *languageInput) (*userOutput, error) {
	a := actorOf(ctx)
	if err := s.opts.Store.SetUserLanguage(ctx, a.id, in.Body.Language); err != nil {
		return nil, s.fail("set language", err)
	}
	u, err := s.opts.Store.User(ctx, a.id)
	if err != nil {
		return nil, s.fail("read user", err)
	}
	return &userOutput{userBody{viewUser(u)}}, nil
}

// busyOr answers 503 when hashing has no room.
func (s *Server) busyOr(what string, err error) error {
	if errors.Is(err, errBusy) {
		return retryLater(newProblem(http.StatusServiceUnavailable, "Many people sign in right now. Try again in a moment."), busyRetry)
	}
	return s.fail(what, err)
}

// retryLater adds Retry-After to a problem.
func retryLater(p *Problem, after time.Duration) error {
	return huma.ErrorWithHeaders(p, http.Header{"Retry-After": {strconv.Itoa(int(after / time.Second))}})
}

// requestSecurity tells a handler whether the request itself came by TLS.
type requestSecurity struct{ tls bool }

// Resolve implements huma.Resolver.
func (r *requestSecurity) Resolve(ctx huma.Context) []error {
	r.tls = ctx.TLS() != nil
	return nil
}

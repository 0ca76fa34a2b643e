// Package graphtest is a scriptable stand-in for Meta's Graph API, over real HTTP on the loopback. It takes sends as the platform does
// (token, shapes, limits, 24-hour window), keeps a ledger of what a contact would have received, fails on request, and posts signed
// deliveries. It needs no *testing.T, so that load tests and kill -9 loops can use it.
//
//	g := graphtest.New(t, graphtest.Options{})
//	cfg := whatsapp.Config{PhoneNumberID: g.PhoneNumberID, AccessToken: g.Token, AppSecrets: []string{g.AppSecret}, GraphURL: g.URL()}
//	g.SetTarget(webhookURL)
//	err := g.Text(ctx, "34600111222", "wamid.1", "where is my order")
//	got := g.Wait(ctx, 1)
package graphtest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"
)

// Options configure a Server. Every field has a default.
type Options struct {
	PhoneNumberID string // "300200100"
	Token         string // "test-token"
	AppSecret     string // "test_app_secret"
	AccountID     string // "200100300400"
	Number        string // the business's own number, "15550100200"
	Now           func() time.Time
	// Window refuses free-form sends to a contact whose last message is older, with 131047. 0: not checked.
	Window time.Duration
	// Statuses are posted to the target after each accepted send, in this order: "sent", "delivered", "read".
	Statuses []string
}

// Cleaner is the part of testing.TB that is used.
type Cleaner interface{ Cleanup(func()) }

// Send is one message in the ledger: it was accepted, so the contact has it (whatever the caller was answered).
type Send struct {
	Seq      int        // from 1, in order of acceptance
	WAMID    string     // the id that was given to it
	Opaque   string     // biz_opaque_callback_data
	To       string     // digits of the phone, or the BSUID
	Type     string     // "text", "interactive", "template", "image", "location", …
	Text     string     // the body or caption; a template's name
	Shows    string     // what is there beside text: "image", "document", "video", "audio", "location", "link"
	URL      string     // of a file or a link's button
	Title    string     // a file's name, a place's name, or what is on a link's button
	Place    [2]float64 // latitude and longitude of a location
	Choices  []Choice   // buttons or rows; a template's quick replies, with ids only
	Template []string   // a template's body parameters
	Language string     // a template's language
	At       time.Time  // by Options.Now
	Body     []byte     // as it came
}

// Choice is one button or row.
type Choice struct{ ID, Title, Description string }

// Server is the stand-in. It is safe for concurrent use.
type Server struct {
	Options
	http   *httptest.Server
	client *http.Client
	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	posts  sync.WaitGroup // status callbacks under way

	mu      sync.Mutex
	target  string
	faults  []Fault
	decide  func(Send) *Fault
	ledger  []Send
	tries   int
	changed chan struct{} // closed and replaced at each change of the ledger or of tries
	opened  map[string]time.Time
	nextID  int
	stamps  map[string]time.Time // message id → its timestamp
}

// New starts a server. With t it is closed at the end of the test; with nil the caller closes it.
func New(t Cleaner, o Options) *Server {
	def := func(v *string, d string) {
		if *v == "" {
			*v = d
		}
	}
	def(&o.PhoneNumberID, "300200100")
	def(&o.Token, "test-token")
	def(&o.AppSecret, "test_app_secret")
	def(&o.AccountID, "200100300400")
	def(&o.Number, "15550100200")
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Server{Options: o, changed: make(chan struct{}), opened: map[string]time.Time{}, stamps: map[string]time.Time{}, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.http = httptest.NewServer(s)
	if t != nil {
		t.Cleanup(s.Close)
	}
	return s
}

// URL is the Graph URL to configure, version included.
func (s *Server) URL() string { return s.http.URL + "/v23.0" }

// Close stops the server and waits for what it has under way.
func (s *Server) Close() {
	s.cancel()
	s.http.Close() // no handler starts further posts after this
	s.posts.Wait()
	s.client.CloseIdleConnections()
}

// Sends returns the ledger, in order.
func (s *Server) Sends() []Send {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Send(nil), s.ledger...)
}

// SendsTo returns the ledger of one contact.
func (s *Server) SendsTo(contact string) []Send {
	var out []Send
	for _, x := range s.Sends() {
		if x.To == contact {
			out = append(out, x)
		}
	}
	return out
}

// ByOpaque counts accepted sends by opaque id: a count over 1 is a message that the contact has twice.
func (s *Server) ByOpaque() map[string]int {
	out := map[string]int{}
	for _, x := range s.Sends() {
		out[x.Opaque]++
	}
	return out
}

// Tries counts the requests to the messages endpoint, refused ones too.
func (s *Server) Tries() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tries
}

// Wait returns the ledger once it holds n sends, or when ctx ends.
func (s *Server) Wait(ctx context.Context, n int) []Send {
	s.until(ctx, func() bool { return len(s.ledger) >= n })
	return s.Sends()
}

// WaitTo is Wait for one contact.
func (s *Server) WaitTo(ctx context.Context, contact string, n int) []Send {
	s.until(ctx, func() bool {
		have := 0
		for _, x := range s.ledger {
			if x.To == contact {
				have++
			}
		}
		return have >= n
	})
	return s.SendsTo(contact)
}

// WaitTries waits for n requests, or the end of ctx, and returns how many there were.
func (s *Server) WaitTries(ctx context.Context, n int) int {
	s.until(ctx, func() bool { return s.tries >= n })
	return s.Tries()
}

// until waits until done, which is called under the lock.
func (s *Server) until(ctx context.Context, done func() bool) {
	for {
		s.mu.Lock()
		ok, changed := done(), s.changed
		s.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}

// notify wakes those who wait. The lock is held.
func (s *Server) notify() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// maxRequest is the largest request body read, in bytes.
const maxRequest = 1 << 20

// ServeHTTP is the Graph API.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxRequest))
	if err != nil {
		return // the client went away
	}
	_, path, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/") // without the version
	switch {
	case r.Header.Get("Authorization") != "Bearer "+s.Token:
		reply(w, http.StatusUnauthorized, failure(190, "Invalid OAuth access token.", ""))
	case r.Method != http.MethodPost || path != s.PhoneNumberID+"/messages":
		reply(w, http.StatusBadRequest, object{"error": object{
			"message": "Unsupported post request.", "type": "GraphMethodException", "code": 100, "error_subcode": 33,
		}})
	default:
		s.messages(w, r, body)
	}
}

func (s *Server) messages(w http.ResponseWriter, r *http.Request, body []byte) {
	send, problem := check(body)
	send.Body, send.At = body, s.Now()

	s.mu.Lock()
	s.tries++
	s.notify()
	fault := s.nextFault(send)
	if problem == nil && fault == nil && !s.open(send) {
		problem = &Fault{Status: http.StatusBadRequest, Code: 131047, Message: "Re-engagement message"}
	}
	var accepted *Send
	if problem == nil && (fault == nil || fault.Taken) {
		accepted = s.accept(send)
	}
	s.mu.Unlock()

	switch {
	case fault != nil:
		s.fail(w, r, *fault)
	case problem != nil:
		s.fail(w, r, *problem)
	default:
		reply(w, http.StatusOK, object{
			"messaging_product": "whatsapp",
			"contacts":          []object{{"input": send.To, "wa_id": send.To}},
			"messages":          []object{{"id": accepted.WAMID, "message_status": "accepted"}},
		})
	}
	if accepted != nil && len(s.Statuses) > 0 {
		s.posts.Go(func() {
			for _, state := range s.Statuses {
				_ = s.Status(s.ctx, *accepted, state) // a target that is down loses it, as the platform would after a week
			}
		})
	}
}

// open tells whether the contact's window allows send. The lock is held.
func (s *Server) open(send Send) bool {
	if s.Window == 0 || send.Type == "template" {
		return true
	}
	at, wrote := s.opened[send.To]
	return wrote && s.Now().Sub(at) < s.Window
}

// accept enters a send into the ledger. The lock is held.
func (s *Server) accept(send Send) *Send {
	send.Seq = len(s.ledger) + 1
	send.WAMID = fmt.Sprintf("wamid.OUT%d", send.Seq)
	s.ledger = append(s.ledger, send)
	s.notify()
	return &send
}

type object = map[string]any

func failure(code int, message, details string) object {
	return object{"error": object{
		"message": fmt.Sprintf("(#%d) %s", code, message), "type": "OAuthException", "code": code,
		"error_data": object{"messaging_product": "whatsapp", "details": details}, "fbtrace_id": "AbCdEf",
	}}
}

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

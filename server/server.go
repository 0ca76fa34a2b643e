// Package server is Relevo's HTTP front: the API, its authentication, live updates, the embedded console, and the handlers of the channels.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"relevo/channel"
	"relevo/engine"
	"relevo/runner"
	"relevo/store"
)

// Runner is what the server needs of the runner.
type Runner interface {
	channel.History
	// Act takes a turn with a human agent's action. An action that does not count gives an *engine.Refusal.
	Act(ctx context.Context, conversation string, a engine.AgentAction) (engine.Conversation, []engine.Effect, error)
	// Business stores a business event and tells what became of it. store.ErrNotFound is an unknown conversation, runner.ErrOverloaded one too many.
	Business(ctx context.Context, r runner.BusinessRequest) (runner.BusinessAnswer, error)
	// Subscribe returns what changes from now on. The channel is closed when the subscriber falls behind by more than buffer, or when
	// the runner stops. cancel ends the subscription and may be called again.
	Subscribe(buffer int) (updates <-chan runner.Update, cancel func())
	// Ready tells why turns can not be taken, or nil.
	Ready() error
}

// Queue is where chats wait.
type Queue struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// ChannelInfo is what the API tells of a channel.
type ChannelInfo struct {
	ID     string
	Type   string        // "webchat", "whatsapp"
	Window time.Duration // how long after the contact's last message free text may be sent; 0 is no limit
}

// FlowInfo is a published flow.
type FlowInfo struct {
	Flow      string            `json:"flow"`
	Title     map[string]string `json:"title" doc:"In each of its languages"`
	Version   string            `json:"version" doc:"Hash of the flow's content"`
	Languages []string          `json:"languages"`
	States    int               `json:"states" doc:"Number of states"`
	Running   int               `json:"running" doc:"Number of runs under way, of any version"`
}

// DrawingOptions say how a flow is drawn.
type DrawingOptions struct {
	Language string // of the texts
	Runs     bool   // with the number of runs that stand in each state
}

// Options are what a server is made of. Store, Runner, Now, NewID and Logger are required.
type Options struct {
	Store    store.Store
	Runner   Runner
	Queues   []Queue // in the order they are shown
	Channels []ChannelInfo
	Flows    func(context.Context) ([]FlowInfo, error)
	// Drawing returns a flow as SVG; store.ErrNotFound for an unknown flow.
	Drawing func(ctx context.Context, flow string, o DrawingOptions) ([]byte, error)
	// Publisher publishes flows; nil: nothing can be published here.
	Publisher Publisher
	// EventCheck holds a business event's data against what the published flows expect of it. known: a flow has to do with that name. A
	// finding's location is a path in the data, "amount.currency". Nil knows none and finds nothing.
	EventCheck func(name string, data map[string]any) (known bool, problems []Finding)
	// Mounts are the channels' own handlers by path: "/webhooks/whatsapp/main", "/webchat". Each gets the path and all below it, unstripped,
	// and sets its own security headers.
	Mounts map[string]http.Handler
	// Workbench tells the browsers beside an analyst's editor what became of each save; nil: flows are not reloaded here.
	Workbench *Workbench
	Demo      http.Handler // a *DemoBusiness has its page at /demo/; nil: none
	Now       func() time.Time
	NewID     func() string
	Logger    *slog.Logger
	// PublicURL is where people reach the server: "https://relevo.example". Https makes the session cookie secure.
	PublicURL      string
	TrustedProxies []string // addresses or networks whose forwarding headers count; none by default
	Version        string
}

// Server answers HTTP. Make it with New, end it with Close.
type Server struct {
	opts       Options
	secure     bool   // people reach us by https
	publicHost string // of the public URL
	handler    http.Handler
	router     *gin.Engine
	hub        *hub
	hashing    *hashing
	locks      *keyLocks
	metrics    *metrics
	streams    streamCount
	openapi    []byte
	recheck    time.Duration // how often a stream looks whether its session still holds
	comment    time.Duration // how often a stream says that it is still there
}

// New makes a server and starts to follow the runner's updates.
func New(opts Options) (*Server, error) {
	if opts.Store == nil || opts.Runner == nil || opts.Now == nil || opts.NewID == nil || opts.Logger == nil {
		return nil, errors.New("server needs a store, a runner, a clock, ids and a logger")
	}
	if opts.Flows == nil {
		opts.Flows = func(context.Context) ([]FlowInfo, error) { return nil, nil }
	}
	if opts.Drawing == nil {
		opts.Drawing = func(context.Context, string, DrawingOptions) ([]byte, error) { return nil, store.ErrNotFound }
	}
	public, err := url.Parse(opts.PublicURL)
	if err != nil {
		return nil, fmt.Errorf("public URL: %w", err)
	}
	s := &Server{
		opts: opts, secure: public.Scheme == "https", publicHost: public.Host, recheck: streamRecheck, comment: streamComment,
		hashing: newHashing(), locks: newKeyLocks(), streams: streamCount{byWho: map[string]int{}}, metrics: newMetrics(opts),
	}
	if err := s.route(public); err != nil {
		return nil, err
	}
	s.hub = startHub(opts)
	return s, nil
}

// Handler answers every path.
func (s *Server) Handler() http.Handler { return s.handler }

// Close ends the live streams and the subscription. Call it before http.Server.Shutdown, which waits for open streams.
func (s *Server) Close() { s.hub.close() }

// route builds the router. Gin's own default of trusting every proxy is not wanted.
func (s *Server) route(public *url.URL) error {
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.RedirectTrailingSlash, r.HandleMethodNotAllowed = false, true
	r.UseRawPath = true // ids may hold an escaped slash
	if err := r.SetTrustedProxies(s.opts.TrustedProxies); err != nil {
		return fmt.Errorf("trusted proxies: %w", err)
	}
	s.router = r
	r.Use(s.accessLog, s.recoverPanic, s.secureHeaders, s.guard, s.limitBody, s.showPanel)
	r.NoMethod(func(c *gin.Context) {
		writeProblem(c.Writer, newProblem(http.StatusMethodNotAllowed, "This address does not take "+c.Request.Method+"."))
	})
	s.operatorRoutes(r)
	s.apiRoutes(r)
	s.workbenchRoutes(r)
	if err := s.mount(r); err != nil {
		return err
	}
	if err := s.consoleRoutes(r); err != nil {
		return err
	}
	protected, err := crossOrigin(r, public)
	if err != nil {
		return err
	}
	s.handler = escapeChatIDs(protected)
	return nil
}

func (s *Server) mount(r *gin.Engine) error {
	mounts := map[string]http.Handler{}
	for path, h := range s.opts.Mounts {
		if !strings.HasPrefix(path, "/webhooks/") && path != "/webchat" {
			return fmt.Errorf("mount %q: channels live at /webhooks/… or /webchat", path)
		}
		mounts[path] = h
	}
	if s.opts.Demo != nil {
		mounts["/demo"] = s.opts.Demo
		if b, ok := s.opts.Demo.(*DemoBusiness); ok {
			mounts["/demo"] = s.demoSite(b)
		}
	}
	for _, path := range sortedKeys(mounts) {
		h := mounts[path]
		serve := func(c *gin.Context) {
			if c.Request.Method == http.MethodGet {
				liftReadDeadline(c) // a stream may stay open; a GET has no body to wait for
			}
			h.ServeHTTP(c.Writer, c.Request)
			c.Abort()
		}
		r.Any(path, serve)
		r.Any(path+"/*rest", serve)
	}
	return nil
}

// Limits of a connection. Streams lift the write and read deadlines for themselves.
const (
	maxHeaderBytes    = 32 << 10
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 30 * time.Second
	writeTimeout      = 60 * time.Second
	idleTimeout       = 2 * time.Minute
)

// HTTPServer returns an http.Server with Relevo's limits.
func HTTPServer(addr string, handler http.Handler) *http.Server {
	return &http.Server{
		Addr: addr, Handler: handler,
		ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes: maxHeaderBytes,
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

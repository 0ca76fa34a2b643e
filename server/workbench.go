package server

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"relevo/engine/diag"
	"relevo/flows/plan"
	"relevo/store"
)

// maxShownFindings is how many findings a page is told of; Errors and Warnings count all of them.
const maxShownFindings = 50

// WorkReport is what an analyst's pages show after a reload.
//
//	{"number":7,"at":"2026-11-18T14:02:11Z","tookMs":84,"reloaded":["order_tracking"],"errors":0,"warnings":0,"findings":[],"flows":[…],"gone":[]}
type WorkReport struct {
	Number   int64               `json:"number"` // grows with each report of this process
	At       time.Time           `json:"at"`
	TookMS   int64               `json:"tookMs"`            // from the first sign of the change to flows in use
	Problem  string              `json:"problem,omitempty"` // why the folder could not be looked at
	Reloaded []string            `json:"reloaded"`          // flows, and commands.yaml, that are other ones than before
	Flows    []plan.ReloadedFlow `json:"flows"`
	Gone     []string            `json:"gone"` // flows whose file was removed; they stay published
	Errors   int                 `json:"errors"`
	Warnings int                 `json:"warnings"`
	Findings []ShownFinding      `json:"findings"` // by file and place
}

// ShownFinding is a finding with the line that it is about.
type ShownFinding struct {
	diag.Diagnostic
	Excerpt string `json:"excerpt,omitempty"` // the line with a caret under it, as in a terminal
	// In is what the finding says in other languages than English: {"es": {"message": "…"}, "pt": {…}}.
	In map[string]Said `json:"in,omitempty"`
}

// Said is what a finding says in one language.
type Said struct {
	Message string         `json:"message"`
	Hint    string         `json:"hint,omitempty"`
	Related []diag.Related `json:"related,omitempty"`
}

// Workbench tells the browsers beside an analyst's editor what became of each save. Its zero value is ready to use; it is for a server that reloads
// its flows. Who asks from this machine may see it, and authors who are signed in.
type Workbench struct {
	// Drawing returns a flow as its file is by now, as SVG; store.ErrNotFound where that can not be drawn. nil draws none. Set it before the server
	// is made.
	Drawing func(flow, language string) ([]byte, error)

	mu      sync.Mutex
	number  int64
	report  []byte        // JSON; nil before the first one
	changed chan struct{} // closed with the next report; nil while nobody waits
}

// Show makes r the newest report. Its number is given here.
func (b *Workbench) Show(r WorkReport) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	r.Number = b.number + 1
	r.Reloaded, r.Flows, r.Gone, r.Findings = filled(r.Reloaded), filled(r.Flows), filled(r.Gone), filled(r.Findings)
	r.Findings = r.Findings[:min(len(r.Findings), maxShownFindings)]
	text, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("encode the report: %w", err)
	}
	b.number, b.report = r.Number, text
	if b.changed != nil {
		close(b.changed)
		b.changed = nil
	}
	return nil
}

func (b *Workbench) draw(flow, language string) ([]byte, error) {
	if b.Drawing == nil {
		return nil, store.ErrNotFound
	}
	return b.Drawing(flow, language)
}

// last returns the newest report, and a channel that is closed when there is another one.
func (b *Workbench) last() (report []byte, changed <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.changed == nil {
		b.changed = make(chan struct{})
	}
	return b.report, b.changed
}

// workbenchRoutes are there for everybody's policy, and answer only where there is a workbench.
func (s *Server) workbenchRoutes(r *gin.Engine) {
	r.GET("/dev", s.serveWorkbench)
	r.GET("/dev/*file", s.serveWorkbench)
}

// serveWorkbench answers
//
//	GET /dev/             the page: the flow's drawing, its findings and the web chat side by side
//	GET /dev/findings     the newest report
//	GET /dev/stream       every report, as server-sent events "report"
//	GET /dev/drawing.svg  ?flow=order_tracking&language=es
//	GET /dev/here         with the web chat's token as bearer: where that visitor's conversation stands
//	GET /dev/panel.js …   what pages get a script tag for; see showPanel
func (s *Server) serveWorkbench(c *gin.Context) {
	if s.opts.Workbench == nil {
		abort(c, newProblem(http.StatusNotFound, "This server does not reload its flows. Start it with relevo serve --watch."))
		return
	}
	if !s.mayWatch(c.Request) {
		abort(c, newProblem(http.StatusForbidden, "The workbench is for this machine, and for authors who are signed in."))
		return
	}
	switch file := c.Param("file"); file {
	case "":
		c.Redirect(http.StatusFound, "/dev/")
	case "/findings":
		report, _ := s.opts.Workbench.last()
		c.Data(http.StatusOK, "application/json", report)
	case "/stream":
		s.streamReports(c)
	case "/drawing.svg":
		s.workbenchDrawing(c)
	case "/here":
		s.workbenchHere(c)
	default:
		s.workbenchFile(c, strings.TrimPrefix(file, "/"))
	}
}

// mayWatch tells that a request comes from this machine, by a name of it (another site's page could have its own name point here), or from
// an author.
func (s *Server) mayWatch(r *http.Request) bool {
	if isLocal(r) && (isLocalName(r.Host) || r.Host == s.publicHost) {
		return true
	}
	who, err := s.authenticate(r)
	if err != nil {
		s.opts.Logger.Error("authentication failed", "error", err)
	}
	return err == nil && who.may(writeFlows)
}

func isLocalName(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return host == "localhost" || err == nil && addr.Unmap().IsLoopback()
}

// streamReports sends the newest report, and each one after it, until the browser leaves or the server closes.
func (s *Server) streamReports(c *gin.Context) {
	leave, ok := s.streams.enter("workbench")
	if !ok {
		abort(c, newProblem(http.StatusTooManyRequests, "Too many open streams."))
		return
	}
	defer leave()
	liftReadDeadline(c)
	c.Header("Content-Type", "text/event-stream")
	st := &stream{s: s, w: c.Writer, rc: http.NewResponseController(c.Writer)}
	comment := time.NewTicker(s.comment)
	defer comment.Stop()
	open := st.send(fmt.Sprintf("retry: %d\n\n", workbenchRetry.Milliseconds()))
	report, changed := s.opts.Workbench.last()
	for open && st.send(reportEvent(report)) {
		for waiting := true; waiting; {
			select {
			case <-c.Request.Context().Done():
				return
			case <-s.hub.closed:
				return
			case <-comment.C:
				if !st.send(":\n\n") {
					return
				}
			case <-changed:
				waiting = false
			}
		}
		report, changed = s.opts.Workbench.last()
	}
}

// workbenchRetry is what a browser waits before it connects again: a server that was restarted is soon back.
const workbenchRetry = time.Second

func reportEvent(report []byte) string {
	if report == nil {
		return ":\n\n"
	}
	return fmt.Sprintf("event: report\ndata: %s\n\n", report) // JSON has no line breaks
}

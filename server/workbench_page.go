package server

import (
	"bytes"
	"embed"
	"errors"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"relevo/engine"
	"relevo/store"
)

//go:embed dev
var workbenchFiles embed.FS

// workbenchPolicy lets the page load its own files and the web chat.
const workbenchPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self'; " +
	"frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"

// workbenchFile answers with a file of the workbench; "" is its page.
func (s *Server) workbenchFile(c *gin.Context, name string) {
	if name == "" {
		name = "page.html"
		c.Header("Content-Security-Policy", workbenchPolicy)
	}
	body, err := workbenchFiles.ReadFile(path.Join("dev", name))
	if err != nil {
		abort(c, newProblem(http.StatusNotFound, ""))
		return
	}
	if name == "page.html" {
		body = bytes.Replace(body, []byte("{channel}"), []byte(s.webchatID()), 1) // a name: letters, digits, _ and -
	}
	c.Data(http.StatusOK, kindOf(name), body)
}

// webchatID is the web chat's id, "" when there is none.
func (s *Server) webchatID() string {
	for _, c := range s.opts.Channels {
		if c.Type == "webchat" {
			return c.ID
		}
	}
	return ""
}

// workbenchDrawingPolicy lets the workbench's page look into the drawing, to mark a state of it. Scripts are in none.
const workbenchDrawingPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"

// workbenchDrawing draws a flow as its file is, with errors or without, and else as it is in use.
func (s *Server) workbenchDrawing(c *gin.Context) {
	c.Header("Content-Security-Policy", workbenchDrawingPolicy)
	c.Header("X-Frame-Options", "SAMEORIGIN")
	svg, err := s.opts.Workbench.draw(c.Query("flow"), c.Query("language"))
	if errors.Is(err, store.ErrNotFound) {
		svg, err = s.opts.Drawing(c.Request.Context(), c.Query("flow"), DrawingOptions{Language: c.Query("language")})
	}
	if errors.Is(err, store.ErrNotFound) {
		abort(c, newProblem(http.StatusNotFound, ""))
		return
	}
	if err != nil {
		s.opts.Logger.Error("draw a flow", "flow", c.Query("flow"), "error", err)
		abort(c, newProblem(http.StatusInternalServerError, ""))
		return
	}
	c.Data(http.StatusOK, kindOf(".svg"), svg)
}

// herePlace is where a visitor's conversation stands.
type herePlace struct {
	Conversation string    `json:"conversation"`
	Owner        string    `json:"owner"`
	Runs         []hereRun `json:"runs"` // the one that hears what the contact writes first
}

type hereRun struct {
	ID      string `json:"id"`
	Flow    string `json:"flow"`
	State   string `json:"state"`
	Version string `json:"version"`
}

func (p *herePlace) add(r *engine.Run) {
	if r != nil && !slices.ContainsFunc(p.Runs, func(o hereRun) bool { return o.ID == r.ID }) {
		p.Runs = append(p.Runs, hereRun{r.ID, r.Flow, r.State, r.Version})
	}
}

// workbenchHere tells where the conversation of the web chat's visitor stands; nothing is in it before the first message.
func (s *Server) workbenchHere(c *gin.Context) {
	visitor, ok := visitorOf(c.Request)
	if !ok {
		abort(c, newProblem(http.StatusUnauthorized, "Send the web chat's token."))
		return
	}
	ctx, place := c.Request.Context(), herePlace{Runs: []hereRun{}}
	id, err := s.opts.Store.ConversationByIdentity(ctx, s.webchatID(), engine.Identity{Kind: visitorKind, Value: visitor})
	if errors.Is(err, store.ErrNotFound) {
		c.JSON(http.StatusOK, place)
		return
	}
	var conv engine.Conversation
	if err == nil {
		conv, _, err = s.opts.Store.Load(ctx, id)
	}
	if err != nil {
		s.opts.Logger.Error("read a conversation", "error", err)
		abort(c, newProblem(http.StatusServiceUnavailable, ""))
		return
	}
	place.Conversation, place.Owner = conv.ID, conv.Owner.String()
	place.add(conv.InFocus())
	for i := range conv.Runs {
		place.add(&conv.Runs[i])
	}
	c.JSON(http.StatusOK, place)
}

// panelTag goes into the pages of a server with a workbench, so that shipped pages carry nothing of it.
const panelTag = `<script type="module" src="/dev/panel.js"></script>`

// showPanel puts the panel into the web chat, the demo page and the console of whoever may see it. Customers get the pages as they are.
func (s *Server) showPanel(c *gin.Context) {
	if s.opts.Workbench == nil || !isPage(c) || !s.mayWatch(c.Request) {
		return
	}
	// The page is another one than without the workbench: neither may be taken for the other.
	c.Request.Header.Del("If-None-Match")
	c.Request.Header.Del("Accept-Encoding")
	w := &pageWriter{ResponseWriter: c.Writer}
	c.Writer = w
	c.Next()
	c.Writer = w.ResponseWriter
	body := w.body.Bytes()
	if h := c.Writer.Header(); strings.HasPrefix(h.Get("Content-Type"), "text/html") {
		h.Del("ETag")
		h.Del("Content-Length")
		h.Set("Cache-Control", "no-store")
		body = withPanel(body)
	}
	if w.status != 0 {
		c.Writer.WriteHeader(w.status)
	}
	_, _ = c.Writer.Write(body) // the browser left when this fails
}

// isPage tells that a browser wants to show a page of the web chat, the demo or the console.
func isPage(c *gin.Context) bool {
	if c.Request.Method != http.MethodGet || !strings.Contains(c.GetHeader("Accept"), "text/html") {
		return false
	}
	switch c.Request.URL.Path {
	case "/webchat", "/demo/":
		return true
	}
	return c.FullPath() == ""
}

// withPanel adds the panel at the end of a page's head, or of the whole page where it has none.
func withPanel(page []byte) []byte {
	if head := []byte("</head>"); bytes.Contains(page, head) {
		return bytes.Replace(page, head, append([]byte(panelTag), head...), 1)
	}
	return append(page, panelTag...)
}

// pageWriter holds a page back until it is whole.
type pageWriter struct {
	gin.ResponseWriter
	body   bytes.Buffer
	status int
}

func (w *pageWriter) Write(p []byte) (int, error)       { return w.body.Write(p) }
func (w *pageWriter) WriteString(s string) (int, error) { return w.body.WriteString(s) }
func (w *pageWriter) WriteHeader(status int)            { w.status = status }
func (w *pageWriter) WriteHeaderNow()                   {}
func (w *pageWriter) Flush()                            {}
func (w *pageWriter) Written() bool                     { return w.body.Len() > 0 }

package server

import (
	"bytes"
	"context"
	"embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"strings"

	"golang.org/x/time/rate"

	"relevo/engine"
	"relevo/runner"
)

//go:embed demo
var demoFiles embed.FS

var demoPage = template.Must(template.ParseFS(demoFiles, "demo/*.html"))

const (
	demoPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; frame-src 'self'; form-action 'self'; " +
		"frame-ancestors 'none'; base-uri 'none'"
	demoRate     = 5  // buttons a second that the demo page takes, of all visitors together
	demoBurst    = 20 // at once
	visitorBytes = 32 // of the web chat's tokens, see package webchat
	visitorKind  = "visitor"
	maxDemoPress = 512 // bytes of a button's request
)

// demoSite is the demo page, its buttons, and behind them the services.
type demoSite struct {
	server   *Server
	business *DemoBusiness
	mux      *http.ServeMux
	presses  *rate.Limiter
}

// demoSite puts the page before the business's services.
//
//	GET  /demo/            the page: buttons beside the web chat; ?lang=es overrides the browser's language
//	POST /demo/events      {"button":"tomorrow"} with the web chat's own token as bearer: the event goes to that visitor
//	GET  /demo/pay/{id}    where an invoice's link leads; POST pays it
func (s *Server) demoSite(b *DemoBusiness) http.Handler {
	d := &demoSite{server: s, business: b, mux: http.NewServeMux(), presses: rate.NewLimiter(demoRate, demoBurst)}
	b.payURL = strings.TrimSuffix(s.opts.PublicURL, "/") + "/demo/pay/"
	d.mux.HandleFunc("GET /demo", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/demo/", http.StatusFound) })
	d.mux.HandleFunc("GET /demo/{$}", d.page)
	d.mux.HandleFunc("GET /demo/page.js", d.file("demo/page.js", "text/javascript; charset=utf-8"))
	d.mux.HandleFunc("GET /demo/page.css", d.file("demo/page.css", "text/css; charset=utf-8"))
	d.mux.HandleFunc("POST /demo/events", d.press)
	d.mux.HandleFunc("GET /demo/pay/{id}", d.pay)
	d.mux.HandleFunc("POST /demo/pay/{id}", d.pay)
	d.mux.Handle("/demo/", b)
	return d.mux
}

// demoView is what the pages are made of.
type demoView struct {
	Language string
	Words    demoWords
	Groups   []demoGroup
	Channel  string // of the web chat; "" when there is none
	Settings string // JSON for page.js
	Invoice  demoInvoice
}

type demoGroup struct {
	Title   string
	Buttons []demoButton
}

type demoButton struct{ ID, Title string }

func (d *demoSite) page(w http.ResponseWriter, r *http.Request) {
	v := d.view(r)
	for _, name := range []string{"clinic", "billing"} {
		g := demoGroup{Title: v.Words.Groups[name]}
		for _, b := range demoButtons {
			if b.group == name {
				g.Buttons = append(g.Buttons, demoButton{b.id, v.Words.Buttons[b.id]})
			}
		}
		v.Groups = append(v.Groups, g)
	}
	d.render(w, "page.html", v)
}

func (d *demoSite) view(r *http.Request) demoView {
	l := demoLanguage(r)
	v := demoView{Language: l, Words: demoTexts[l], Channel: d.channel()}
	settings, err := json.Marshal(map[string]any{"channel": v.Channel, "language": l, "words": v.Words.Script})
	if err == nil { // strings only
		v.Settings = string(settings)
	}
	return v
}

// channel is the web chat's id, "" when there is none.
func (d *demoSite) channel() string {
	for _, c := range d.server.opts.Channels {
		if c.Type == "webchat" {
			return c.ID
		}
	}
	return ""
}

// demoLanguage is the one asked for, else the first of the browser's that the page speaks.
func demoLanguage(r *http.Request) string {
	wanted := r.URL.Query().Get("lang") + "," + r.Header.Get("Accept-Language")
	for _, tag := range strings.SplitN(wanted, ",", 20) {
		l, _, _ := strings.Cut(strings.TrimSpace(tag), "-")
		l, _, _ = strings.Cut(l, ";")
		if _, ok := demoTexts[strings.ToLower(l)]; ok {
			return strings.ToLower(l)
		}
	}
	return "en"
}

func (d *demoSite) render(w http.ResponseWriter, name string, v demoView) {
	var b bytes.Buffer
	if err := demoPage.ExecuteTemplate(&b, name, v); err != nil {
		d.server.opts.Logger.Error("render the demo page", slog.Any("error", err))
		writeProblem(w, newProblem(http.StatusInternalServerError, ""))
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", demoPolicy)
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cache-Control", "no-store")
	h.Set("Vary", "Accept-Language")
	_, _ = b.WriteTo(w) // who asked is gone when this fails
}

func (d *demoSite) file(name, kind string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := demoFiles.ReadFile(name)
		if err != nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(body)
	}
}

// visitorOf returns the web chat visitor of a request's token, as the web chat knows it: the token's hash. Whoever has the token is the visitor, so
// a page can send events to its own conversation only.
func visitorOf(r *http.Request) (visitor string, ok bool) {
	token, ok := bearer(r.Header.Get("Authorization"))
	if raw, err := base64.RawURLEncoding.DecodeString(token); !ok || err != nil || len(raw) != visitorBytes {
		return "", false
	}
	return HashSecret(token), true
}

// press sends what a button of the page stands for to the visitor's conversation.
func (d *demoSite) press(w http.ResponseWriter, r *http.Request) {
	visitor, ok := visitorOf(r)
	if !ok {
		writeProblem(w, newProblem(http.StatusUnauthorized, "Send the web chat's token."))
		return
	}
	if !d.presses.Allow() {
		w.Header().Set("Retry-After", "2")
		writeProblem(w, newProblem(http.StatusTooManyRequests, ""))
		return
	}
	var in struct {
		Button   string `json:"button"`
		Language string `json:"language"` // of the page
		TimeZone string `json:"timezone"` // of the browser
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxDemoPress)).Decode(&in); err != nil {
		writeProblem(w, newProblem(http.StatusUnprocessableEntity, "Name a button."))
		return
	}
	ev, err := d.business.press(visitor, in.Button)
	if err != nil {
		answerDemo(w, nil, err)
		return
	}
	answer, known, err := d.tell(r.Context(), visitor, ev, &engine.KnownContact{Language: in.Language, TimeZone: in.TimeZone})
	if err != nil {
		d.refuse(w, err)
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"name": ev.name, "key": ev.key, "known": known, "result": answer.Result})
}

// tell sends an event to a visitor as POST /v1/events would.
func (d *demoSite) tell(ctx context.Context, visitor string, ev demoEvent, contact *engine.KnownContact) (answer runner.BusinessAnswer, known bool, err error) {
	req := runner.BusinessRequest{
		ID: "demo-" + d.server.opts.NewID(), Name: ev.name, Key: ev.key, Data: ev.data,
		Channel: d.channel(), Identity: engine.Identity{Kind: visitorKind, Value: visitor}, Contact: contact,
	}
	if known, err = d.server.checkEvent(req); err != nil {
		return answer, known, err
	}
	answer, err = d.server.opts.Runner.Business(ctx, req)
	return answer, known, err
}

func (d *demoSite) refuse(w http.ResponseWriter, err error) {
	p := newProblem(http.StatusServiceUnavailable, "")
	errors.As(d.server.fail("demo event", err), &p)
	writeProblem(w, p)
}

// pay shows an invoice, and on POST pays it and tells the visitor who has it.
func (d *demoSite) pay(w http.ResponseWriter, r *http.Request) {
	invoice, err := d.business.changeInvoice(r.PathValue("id"), nil)
	if err != nil {
		answerDemo(w, nil, err)
		return
	}
	if r.Method == http.MethodPost && invoice.Status != "paid" {
		visitor, ev := d.business.paid(invoice.ID)
		if visitor != "" {
			if _, _, err := d.tell(r.Context(), visitor, ev, nil); err != nil {
				d.refuse(w, err)
				return
			}
		}
		invoice.Status = "paid"
	}
	v := d.view(r)
	v.Invoice = invoice
	d.render(w, "pay.html", v)
}

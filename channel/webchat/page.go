package webchat

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"path"
	"regexp"
	"strings"
)

//go:embed ui
var ui embed.FS

// routes lists every address. Other methods get 405, other paths 404.
func (c *Channel) routes() error {
	var err error
	if c.page, err = template.ParseFS(ui, "ui/page.html"); err != nil {
		return fmt.Errorf("read the page: %w", err)
	}
	c.mux = http.NewServeMux()
	for pattern, h := range map[string]http.HandlerFunc{
		"GET " + Prefix:                c.servePage,
		"GET " + Prefix + "/theme.css": c.serveTheme,
		"GET " + Prefix + "/stream":    private(c.serveStream),
		"POST " + Prefix + "/session":  private(c.serveSession),
		"POST " + Prefix + "/messages": private(c.serveMessage),
	} {
		c.mux.HandleFunc(pattern, h)
	}
	for name, mime := range assets {
		a, err := loadAsset(name, mime, c.cfg.Accent)
		if err != nil {
			return err
		}
		c.mux.Handle("GET "+Prefix+"/"+name, a)
	}
	return nil
}

// private is for answers about one visitor.
func private(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		h(w, r)
	}
}

// pageData is what page.html is filled with.
type pageData struct {
	Language string
	Title    string
	MaxText  int    // runes
	Initial  string // of the title, for the round sign in the header
	Accent   string // of ?accent=, without #; "" uses the configured one
	Words    words
	Settings string // JSON for app.js
}

// settings is what app.js needs to know.
type settings struct {
	ID       string   `json:"id"`
	Title    string   `json:"title"`
	Language string   `json:"language"`
	Asked    bool     `json:"asked"` // the language was asked for, so it goes along with messages instead of the browser's
	Greeting string   `json:"greeting"`
	Starters []string `json:"starters"`
	MaxText  int      `json:"maxText"`
	MaxChips int      `json:"maxChips"` // more choices than that are shown as a list
	Words    words    `json:"words"`
}

// servePage renders the page in the visitor's language.
func (c *Channel) servePage(w http.ResponseWriter, r *http.Request) {
	asked := primaryLanguage(r.URL.Query().Get("lang"))
	l := pickLanguage(asked, r.Header.Get("Accept-Language"), c.cfg.Languages)
	s := settings{
		ID: c.cfg.ID, Title: c.cfg.Title, Language: l, Asked: asked == l, Greeting: c.cfg.Greeting[l], Starters: c.cfg.Starters[l],
		MaxText: maxInbound, MaxChips: maxButtons, Words: pageWords[l],
	}
	if s.Greeting == "" {
		s.Greeting = s.Words.Greeting
	}
	encoded, err := json.Marshal(s)
	if err != nil {
		c.unavailable(r.Context(), fmt.Errorf("render the page: %w", err)).write(w)
		return
	}
	data := pageData{Language: l, Title: c.cfg.Title, Initial: initial(c.cfg.Title), MaxText: maxInbound, Words: s.Words, Settings: string(encoded)}
	if _, ok := parseColour("#" + r.URL.Query().Get("accent")); ok {
		data.Accent = r.URL.Query().Get("accent")
	}
	var page bytes.Buffer
	if err := c.page.Execute(&page, data); err != nil {
		c.unavailable(r.Context(), fmt.Errorf("render the page: %w", err)).write(w)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", c.contentPolicy())
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-cache")
	h.Add("Vary", "Accept-Language")
	_, _ = page.WriteTo(w)
}

// contentPolicy lets the page load its own files, and from elsewhere the pictures, videos and sounds that a flow sends, by https alone and
// without telling where from. Icons are data: images inside app.css.
func (c *Channel) contentPolicy() string {
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; media-src https:; connect-src 'self'; " +
		"base-uri 'none'; form-action 'none'; frame-ancestors " + strings.Join(c.cfg.FrameAncestors, " ")
}

func initial(title string) string {
	for _, r := range title {
		return strings.ToUpper(string(r))
	}
	return ""
}

// serveTheme is the accent colour as CSS: the configured one, or that of ?accent=rrggbb, which a widget's data-colour asks for.
func (c *Channel) serveTheme(w http.ResponseWriter, r *http.Request) {
	t := c.theme
	if asked, ok := parseColour("#" + r.URL.Query().Get("accent")); ok {
		t = newTheme(asked)
	}
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, _ = w.Write([]byte(t.css()))
}

// assets is every file of ui/ that is served as it is.
var assets = map[string]string{
	"app.js":    "text/javascript; charset=utf-8",
	"line.js":   "text/javascript; charset=utf-8",
	"view.js":   "text/javascript; charset=utf-8",
	"app.css":   "text/css; charset=utf-8",
	"widget.js": "text/javascript; charset=utf-8",
}

// asset is one of them.
type asset struct {
	mime, etag   string
	body, packed []byte // packed with gzip
}

// wordless finds what only readers of the sources need: comments of their own, types, and indentation. Comments behind code stay.
var wordless = regexp.MustCompile(`(?m)(?s:/\*\*.*?\*/) ?|^[ \t]*//.*\n|^[ \t]+`)

// loadAsset reads a file. Where it names the default accent, as widget.js does, it gets the configured one.
func loadAsset(name, mime, accent string) (*asset, error) {
	body, err := ui.ReadFile(path.Join("ui", name))
	if err != nil {
		return nil, err
	}
	body = bytes.ReplaceAll(body, []byte(`"`+defaultAccent+`";`), []byte(`"`+accent+`";`))
	body = wordless.ReplaceAll(body, nil)
	packed, err := pack(body)
	if err != nil {
		return nil, fmt.Errorf("pack %s: %w", name, err)
	}
	sum := sha256.Sum256(body)
	return &asset{mime: mime, etag: `W/"` + hex.EncodeToString(sum[:8]) + `"`, body: body, packed: packed}, nil
}

func pack(body []byte) ([]byte, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(body); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// ServeHTTP answers with the file, or 304 when the browser has it.
func (a *asset) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", a.mime)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin") // widget.js is for other people's pages
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", a.etag)
	h.Add("Vary", "Accept-Encoding")
	if r.Header.Get("If-None-Match") == a.etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := a.body
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = a.packed
	}
	_, _ = w.Write(body)
}

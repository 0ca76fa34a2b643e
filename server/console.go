package server

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"
)

// built is the console as `make build` leaves it. Without a build it holds only .gitkeep.
//
//go:embed all:console/dist
var built embed.FS

const (
	notBuiltPage = "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Relevo</title>\n<h1>Relevo</h1>\n<p>Console not built: run <code>make build</code>.</p>\n" +
		"<p><a href=\"/openapi.json\">The API's description</a></p>\n</html>\n"
	noDocsPage = "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Relevo API</title>\n<h1>Relevo API</h1>\n<p><a href=\"/openapi.json\">openapi.json</a></p>\n</html>\n"
)

// minGzip is the size in bytes from which packing a file pays.
const minGzip = 1024

// asset is one file of the console.
type asset struct {
	body, packed []byte // packed is nil where it does not pay
	etag, kind   string
	hashed       bool // the name changes with the content
}

// assets are the console's files. They are read once; nothing is packed before it is asked for.
type assets struct {
	files fs.FS
	mu    sync.Mutex
	known map[string]*asset
}

func newAssets(files fs.FS) *assets { return &assets{files: files, known: map[string]*asset{}} }

// get returns a file, or nil when there is none of that name. Names of dot files are none.
func (a *assets) get(name string) (*asset, error) {
	if !fs.ValidPath(name) || strings.HasPrefix(path.Base(name), ".") {
		return nil, nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if known, ok := a.known[name]; ok {
		return known, nil
	}
	info, err := fs.Stat(a.files, name)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.IsDir() {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("console file: %w", err)
	}
	body, err := fs.ReadFile(a.files, name)
	if err != nil {
		return nil, fmt.Errorf("console file: %w", err)
	}
	loaded := newAsset(name, body)
	a.known[name] = loaded
	return loaded, nil
}

func newAsset(name string, body []byte) *asset {
	sum := sha256.Sum256(body)
	f := &asset{body: body, etag: `"` + hex.EncodeToString(sum[:16]) + `"`, kind: kindOf(name), hashed: strings.HasPrefix(name, "assets/")}
	if len(body) >= minGzip && (strings.HasPrefix(f.kind, "text/") || strings.Contains(f.kind, "javascript") || strings.Contains(f.kind, "json") || strings.Contains(f.kind, "svg")) {
		f.packed = pack(body)
	}
	return f
}

// kinds are fixed here because the system's own table may differ from machine to machine.
var kinds = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
	".json": "application/json", ".svg": "image/svg+xml", ".png": "image/png", ".ico": "image/x-icon", ".woff2": "font/woff2", ".webmanifest": "application/manifest+json",
	".txt": "text/plain; charset=utf-8", ".map": "application/json",
}

func kindOf(name string) string {
	if kind, ok := kinds[path.Ext(name)]; ok {
		return kind
	}
	if kind := mime.TypeByExtension(path.Ext(name)); kind != "" {
		return kind
	}
	return "application/octet-stream"
}

func pack(body []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, werr := w.Write(body)
	if err := w.Close(); err != nil || werr != nil || out.Len() >= len(body) {
		return nil
	}
	return out.Bytes()
}

// consoleRoutes serves the console's files, its pages for every path that is nobody else's, and the API's page.
func (s *Server) consoleRoutes(r *gin.Engine) error {
	dist, err := fs.Sub(built, "console/dist")
	if err != nil {
		return fmt.Errorf("console files: %w", err)
	}
	files := newAssets(dist)
	docs := func(c *gin.Context) { s.serveDocs(c, files) }
	r.GET("/docs", docs)
	r.GET("/docs/*file", docs)
	r.NoRoute(func(c *gin.Context) { s.servePage(c, files) })
	return nil
}

// apart are paths that belong to programs: an unknown one is a problem document, not the console.
var apart = []string{"/v1", "/webhooks", "/webchat", "/demo", "/dev", "/assets", "/favicon.ico", "/openapi.json", "/healthz", "/readyz", "/metrics"}

func (s *Server) servePage(c *gin.Context, files *assets) {
	name := strings.TrimPrefix(c.Request.URL.Path, "/")
	if c.Request.Method != http.MethodGet && c.Request.Method != http.MethodHead {
		writeProblem(c.Writer, newProblem(http.StatusNotFound, ""))
		return
	}
	f, err := files.get(name)
	if err != nil {
		_ = s.fail("read console file", err)
	}
	if f != nil && name != "index.html" {
		c.Header("Content-Security-Policy", consolePolicy)
		serveAsset(c, f)
		return
	}
	for _, prefix := range apart {
		if c.Request.URL.Path == prefix || strings.HasPrefix(c.Request.URL.Path, prefix+"/") {
			writeProblem(c.Writer, newProblem(http.StatusNotFound, ""))
			return
		}
	}
	c.Header("Content-Security-Policy", consolePolicy)
	index, err := files.get("index.html")
	if err != nil {
		_ = s.fail("read console page", err)
	}
	if index == nil {
		index = newAsset("index.html", []byte(notBuiltPage))
	}
	serveAsset(c, index)
}

func (s *Server) serveDocs(c *gin.Context, files *assets) {
	if c.Request.URL.Path == "/docs" { // its files are addressed relative to /docs/
		c.Redirect(http.StatusMovedPermanently, "/docs/")
		return
	}
	c.Header("Content-Security-Policy", docsPolicy)
	name := strings.TrimPrefix(c.Request.URL.Path, "/")
	page := name == "docs/"
	if page {
		name = "docs/index.html"
	}
	f, err := files.get(name)
	if err != nil {
		_ = s.fail("read API page", err)
	}
	if f == nil && page {
		f = newAsset("index.html", []byte(noDocsPage))
	}
	if f == nil {
		writeProblem(c.Writer, newProblem(http.StatusNotFound, ""))
		return
	}
	serveAsset(c, f)
}

// serveAsset answers a file, packed where the browser takes that. Names under assets/ change with their content and are kept for a year.
func serveAsset(c *gin.Context, f *asset) {
	h := c.Writer.Header()
	h.Set("Cache-Control", "no-cache")
	if f.hashed {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	h.Set("ETag", f.etag)
	h.Set("Content-Type", f.kind)
	h.Set("Vary", "Accept-Encoding")
	if strings.Contains(c.GetHeader("If-None-Match"), f.etag) {
		c.Status(http.StatusNotModified)
		c.Writer.WriteHeaderNow()
		return
	}
	body := f.body
	if f.packed != nil && strings.Contains(c.GetHeader("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = f.packed
	}
	h.Set("Content-Length", fmt.Sprint(len(body)))
	c.Status(http.StatusOK)
	if c.Request.Method == http.MethodHead {
		c.Writer.WriteHeaderNow()
		return
	}
	_, _ = c.Writer.Write(body) // the browser left when this fails
}

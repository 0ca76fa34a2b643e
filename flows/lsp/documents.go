package lsp

import (
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"relevo/flows"
)

// doc is an open file, or one that was read for an answer. It never changes: a change makes a new one.
type doc struct {
	uri     string
	path    string // absolute; the uri itself where there is no file
	version int
	flow    bool // nothing is said about other files
	text    text
	root    *node
	marks   []mark

	onceWays sync.Once
	allWays  map[string]*stateWays
}

func newDoc(uri, path string, version int, body string) *doc {
	d := &doc{uri: uri, path: path, version: version, text: newText(body), root: &node{indent: -1}}
	if d.flow = isFlow(path, body) && filepath.Base(path) != flows.CommandsFile; d.flow {
		d.root = outline(body)
		d.marks = marks(body, d.root)
	}
	return d
}

// pathOf is the file of a URI, or the URI itself where it names none.
func pathOf(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "file" {
		return uri
	}
	path := u.Path
	if len(path) > 2 && path[0] == '/' && path[2] == ':' { // /c:/flows
		path = path[1:]
	}
	return filepath.Clean(filepath.FromSlash(path))
}

func uriOf(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}

// uri is how the client names a file.
func (s *server) uri(path string) string {
	if d := s.document(path); d != nil {
		return d.uri
	}
	return uriOf(path)
}

// document is an open file, or nil.
func (s *server) document(path string) *doc {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.docs[path]
}

// file is a file of a project, as it is in the editor, else as it was checked.
func (s *server) file(b *build, path string) *doc {
	if d := s.document(path); d != nil {
		return d
	}
	return b.doc(path)
}

// opened is the file that a request is about.
func (s *server) opened(uri string) (*doc, *responseError) {
	if d := s.document(pathOf(uri)); d != nil {
		return d, nil
	}
	return nil, &responseError{codeInvalidParams, "the file is not open"}
}

func (s *server) didOpen(p didOpenParams) (nothing, *responseError) {
	d := newDoc(p.TextDocument.URI, pathOf(p.TextDocument.URI), p.TextDocument.Version, p.TextDocument.Text)
	s.mu.Lock()
	full := len(s.docs) >= maxDocuments
	if !full {
		s.docs[d.path] = d
	}
	s.mu.Unlock()
	if full {
		return nil, &responseError{codeRequestFailed, fmt.Sprintf("more than %d files are open", maxDocuments)}
	}
	s.changed(d)
	return nil, nil
}

// didChange applies changes in their order, each to the text that the one before it left.
func (s *server) didChange(p didChangeParams) (nothing, *responseError) {
	before, failed := s.opened(p.TextDocument.URI)
	if failed != nil {
		return nil, failed
	}
	t := before.text
	for _, change := range p.ContentChanges {
		body := change.Text
		if change.Range != nil {
			from, to := t.offset(change.Range.Start, s.encoding), t.offset(change.Range.End, s.encoding)
			body = t.s[:from] + change.Text + t.s[max(from, to):]
		}
		if len(body) > maxMessageBytes {
			return nil, &responseError{codeRequestFailed, "the file is too large"}
		}
		t = newText(body)
	}
	d := newDoc(before.uri, before.path, p.TextDocument.Version, t.s)
	s.mu.Lock()
	s.docs[d.path] = d
	s.mu.Unlock()
	s.changed(d)
	return nil, nil
}

func (s *server) didSave(p documentParams) (nothing, *responseError) {
	d, failed := s.opened(p.TextDocument.URI)
	if failed == nil {
		s.changed(d)
	}
	return nil, failed
}

// didClose forgets a text: from now on the file on disk counts.
func (s *server) didClose(p documentParams) (nothing, *responseError) {
	d, failed := s.opened(p.TextDocument.URI)
	if failed != nil {
		return nil, failed
	}
	s.mu.Lock()
	delete(s.docs, d.path)
	s.mu.Unlock()
	s.changed(d)
	return nil, nil
}

// didChangeFiles checks again what was checked before: a file changed outside of the editor.
func (s *server) didChangeFiles(struct{}) (nothing, *responseError) {
	for root := range s.rootsNow() {
		s.configure(root)
	}
	for _, folder := range s.folders() {
		s.touch(folder)
	}
	return nil, nil
}

func (s *server) folders() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.built))
}

// changed has the folders checked that a file belongs to.
func (s *server) changed(d *doc) {
	if filepath.Ext(d.path) == ".js" {
		folder := filepath.Join(filepath.Dir(d.path), "..", flowsFolder)
		if info, err := os.Stat(folder); err == nil && info.IsDir() {
			s.touch(folder)
		}
		return
	}
	folder := filepath.Dir(d.path)
	if !filepath.IsAbs(d.path) {
		folder = d.path
	}
	if _, known := s.build(folder); known || isFlow(d.path, d.text.s) {
		s.touch(folder)
	}
}

// flowsFolder is where a project keeps its flows.
const flowsFolder = "flows"

// A file that begins like a flow, or says that it is one.
var flowLine = regexp.MustCompile(`(?m)^(flow|states|triggers):|^#.*\$schema=.*(flow|commands)\.schema\.json`)

// isFlow tells flow files from other YAML: all in a folder called flows are, elsewhere those that look like one.
func isFlow(path, body string) bool {
	if ext := filepath.Ext(path); ext != "" && ext != ".yaml" {
		return false
	}
	return filepath.Base(filepath.Dir(path)) == flowsFolder || flowLine.MatchString(body)
}

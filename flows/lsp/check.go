package lsp

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"relevo/engine/diag"
	"relevo/flows"
	"relevo/flows/project"
)

// build is a folder of flows as it was checked the last time.
type build struct {
	project *project.Project
	options project.Options
	base    string          // where the names of files begin
	files   map[string]bool // the paths of what was read
	used    map[string]*doc // the open files, as they were

	mu   sync.Mutex
	docs map[string]*doc // the files that were looked at since
}

// doc is a file as it was checked.
func (b *build) doc(path string) *doc {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.docs[path] == nil {
		b.docs[path] = newDoc(uriOf(path), path, 0, string(b.project.Source(b.name(path))))
	}
	return b.docs[path]
}

// path is where the file is that findings call name.
func (b *build) path(name string) string {
	if path := filepath.FromSlash(name); filepath.IsAbs(path) || b.base == "" {
		return path
	}
	return filepath.Join(b.base, filepath.FromSlash(name))
}

// build is the last check of a folder.
func (s *server) build(folder string) (b *build, known bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, known = s.built[folder]
	return b, known
}

// around is the last check of the folder that a file is in, or nil.
func (s *server) around(d *doc) *build {
	folder := filepath.Dir(d.path)
	if !filepath.IsAbs(d.path) {
		folder = d.path
	}
	b, _ := s.build(folder)
	return b
}

// touch has a folder checked soon.
func (s *server) touch(folder string) {
	s.mu.Lock()
	s.dirty[folder] = true
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default: // it will look at all that is dirty
	}
}

// maxDebounces is for how many debounces a check waits while changes keep coming.
const maxDebounces = 4

// checkLoop checks what is dirty whenever the changes pause, one folder after the other.
func (s *server) checkLoop(ctx context.Context) {
	for s.pause(ctx) {
		for _, folder := range s.takeDirty() {
			s.checkFolder(folder)
		}
	}
}

// pause waits for a change, and then until no other follows. false: the session is over.
func (s *server) pause(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return false
	case <-s.wake:
	}
	latest := time.After(maxDebounces * s.o.Debounce)
	for {
		select {
		case <-ctx.Done():
			return false
		case <-s.wake:
		case <-latest:
			return true
		case <-time.After(s.o.Debounce):
			return true
		}
	}
}

func (s *server) takeDirty() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	folders := slices.Sorted(maps.Keys(s.dirty))
	clear(s.dirty)
	return folders
}

// checkFolder checks a folder and shows what was found. A panic is a mistake of ours: the session goes on without these findings.
func (s *server) checkFolder(folder string) {
	defer func() {
		if x := recover(); x != nil {
			s.o.Log("the check failed: %T\n%s", x, debug.Stack())
		}
	}()
	s.mu.Lock()
	used := maps.Clone(s.docs)
	s.mu.Unlock()
	b, err := load(folder, s.rootsNow(), used)
	if err != nil {
		s.o.Log("check: %v", err)
		return
	}
	s.mu.Lock()
	before := s.built[folder]
	s.built[folder] = b
	s.mu.Unlock()
	if err := s.show(b, before); err != nil {
		s.o.Log("check: %v", err)
	}
}

// load reads a folder and puts in place what is open in the editor.
func load(folder string, roots map[string]project.Options, used map[string]*doc) (*build, error) {
	base := baseOf(folder, roots)
	o := roots[base]
	o.Dir, o.Flows, o.Files = base, folder, nil
	if name, err := filepath.Rel(base, folder); err == nil && base != "" {
		o.Flows = name
	}
	files, err := read(o)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", folder, err)
	}
	if !filepath.IsAbs(folder) {
		o.Files = []string{folder} // a file that was never saved may run flows that are elsewhere
	}
	b := &build{options: o, base: base, files: map[string]bool{}, used: used, docs: map[string]*doc{}}
	files = b.overlay(files, folder)
	for _, f := range slices.Concat(files.Flows, files.Scripts, []project.File{files.Commands}) {
		b.files[b.path(f.Name)] = true
	}
	b.project = project.Build(files, o)
	return b, nil
}

// read reads a folder, which may be empty: its flows may not be saved yet.
func read(o project.Options) (project.Files, error) {
	files, err := project.Read(o)
	if errors.Is(err, project.ErrNoFlows) || errors.Is(err, fs.ErrNotExist) {
		files, err = project.Read(project.Options{})
		files.Flows = nil
	}
	return files, err
}

// overlay puts the open files in place, also those that are not on disk, and leaves out what is no flow.
func (b *build) overlay(files project.Files, folder string) project.Files {
	b.replace(files.Flows)
	b.replace(files.Scripts)
	if d := b.used[filepath.Join(folder, flows.CommandsFile)]; d != nil {
		files.Commands = project.File{Name: b.name(d.path), Text: []byte(d.text.s)}
	}
	files.Flows = append(files.Flows, b.unsaved(folder, files.Flows)...)
	files.Flows = slices.DeleteFunc(files.Flows, func(f project.File) bool { return !isFlow(b.path(f.Name), string(f.Text)) })
	return files
}

// baseOf is the innermost folder of the workspace that a folder is in, "" for none.
func baseOf(folder string, roots map[string]project.Options) string {
	for _, root := range slices.Backward(sortedKeys(roots)) {
		if name, err := filepath.Rel(root, folder); err == nil && name != ".." && !strings.HasPrefix(name, ".."+string(filepath.Separator)) {
			return root
		}
	}
	return ""
}

// name is how findings call a file.
func (b *build) name(path string) string {
	if name, err := filepath.Rel(b.base, path); err == nil && b.base != "" {
		return filepath.ToSlash(name)
	}
	return filepath.ToSlash(path)
}

func (b *build) replace(files []project.File) {
	for i, f := range files {
		if d := b.used[b.path(f.Name)]; d != nil {
			files[i].Text = []byte(d.text.s)
		}
	}
}

// unsaved are the open files of a folder that are not on disk.
func (b *build) unsaved(folder string, onDisk []project.File) []project.File {
	read := map[string]bool{filepath.Join(folder, flows.CommandsFile): true}
	for _, f := range onDisk {
		read[b.path(f.Name)] = true
	}
	var files []project.File
	for _, path := range slices.Sorted(maps.Keys(b.used)) {
		in := filepath.Dir(path) == folder && filepath.Ext(path) == ".yaml" || path == folder
		if in && !read[path] {
			files = append(files, project.File{Name: b.name(path), Text: []byte(b.used[path].text.s)})
		}
	}
	return files
}

// show tells the client what was found in each file, and that nothing is found any more where something was.
func (s *server) show(b, before *build) error {
	found := map[string]diag.List{}
	for _, d := range b.project.Findings {
		path := b.path(d.Range.File)
		found[path] = append(found[path], d)
	}
	paths := maps.Clone(b.files)
	if before != nil {
		maps.Copy(paths, before.files)
	}
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		if err := s.showFile(b, path, found[path]); err != nil {
			return err
		}
	}
	return nil
}

// showFile publishes the findings of a file. Those of a text that has changed meanwhile are not: the next check is on its way.
func (s *server) showFile(b *build, path string, found diag.List) error {
	used := b.used[path]
	if now := s.document(path); now != nil && used != nil && now.version != used.version {
		return nil
	}
	p := publishDiagnosticsParams{URI: uriOf(path), Diagnostics: []diagnostic{}}
	if used != nil {
		p.URI, p.Version = used.uri, &used.version
	}
	c := converter{s: s, b: b, texts: map[string]text{}}
	for _, d := range found {
		p.Diagnostics = append(p.Diagnostics, c.diagnostic(path, d))
	}
	s.mu.Lock()
	shownBefore := len(s.shown[path]) > 0
	s.shown[path] = p.Diagnostics
	s.mu.Unlock()
	if len(found) == 0 && !shownBefore && used == nil {
		return nil
	}
	return s.notify("textDocument/publishDiagnostics", p)
}

package lsp

import (
	"cmp"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"relevo/engine/diag/words"
	"relevo/flows/project"
)

type serverInfo struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
}

type initializeResult struct {
	Capabilities map[string]any `json:"capabilities"`
	ServerInfo   serverInfo     `json:"serverInfo"`
}

// initialize agrees with the client on what both can do.
func (s *server) initialize(p initializeParams) (initializeResult, *responseError) {
	s.ready = true
	for _, e := range p.Capabilities.General.PositionEncodings { // the client's favourite comes first
		if slices.Contains([]encoding{utf8Units, utf16Units, utf32Units}, e) {
			s.encoding = e
			break
		}
	}
	s.snippets = p.Capabilities.TextDocument.Completion.CompletionItem.SnippetSupport
	s.watch = p.Capabilities.Workspace.DidChangeWatchedFiles.DynamicRegistration
	s.keys = p.InitializationOptions.Schema == nil || *p.InitializationOptions.Schema
	s.language = cmp.Or(s.o.Language, words.Languages[0])
	if language, _, _ := strings.Cut(strings.ReplaceAll(p.Locale, "_", "-"), "-"); words.Known(language) {
		s.language = language
	}
	s.setRoots(p)
	return initializeResult{Capabilities: s.capabilities(), ServerInfo: serverInfo{"relevo", s.o.Version}}, nil
}

func (s *server) capabilities() map[string]any {
	c := map[string]any{
		"positionEncoding":          s.encoding,
		"textDocumentSync":          map[string]any{"openClose": true, "change": 2, "save": map[string]any{}},
		"definitionProvider":        true,
		"referencesProvider":        true,
		"documentHighlightProvider": true,
		"documentSymbolProvider":    true,
		"renameProvider":            map[string]any{"prepareProvider": true},
		"hoverProvider":             true,
		"codeActionProvider":        map[string]any{"codeActionKinds": []string{kindQuickFix}},
		"completionProvider":        map[string]any{"triggerCharacters": []string{".", ":", " ", "{", "["}},
	}
	if s.o.Format != nil {
		c["documentFormattingProvider"] = true
	}
	return c
}

func (s *server) setRoots(p initializeParams) {
	uris := []string{p.RootURI}
	if len(p.WorkspaceFolders) > 0 {
		uris = nil
		for _, f := range p.WorkspaceFolders {
			uris = append(uris, f.URI)
		}
	}
	for _, uri := range uris {
		if path := pathOf(uri); filepath.IsAbs(path) {
			s.configure(path)
		}
	}
}

// configure reads the configuration of a folder of the workspace. One that can not be read is left out: flows can be edited all the same.
func (s *server) configure(root string) {
	o, err := s.o.Configure(root)
	if err != nil {
		s.o.Log("the configuration is not used: %v", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.roots[root] = o
}

// rootsNow are the folders of the workspace with what is configured there.
func (s *server) rootsNow() map[string]project.Options {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.roots)
}

// initialized asks for news of files that are not open, and checks the flows of the workspace.
func (s *server) initialized(nothing) (nothing, *responseError) {
	for root := range s.rootsNow() {
		folder := filepath.Join(root, flowsFolder)
		if info, err := os.Stat(folder); err == nil && info.IsDir() {
			s.touch(folder)
		}
	}
	if !s.watch {
		return nil, nil
	}
	patterns := []map[string]any{{"globPattern": "**/*.yaml"}, {"globPattern": "**/*.js"}} // relevo.yaml, too
	register := map[string]any{"registrations": []map[string]any{{
		"id": "files", "method": "workspace/didChangeWatchedFiles", "registerOptions": map[string]any{"watchers": patterns},
	}}}
	if err := s.request("files", "client/registerCapability", register); err != nil {
		return nil, &responseError{codeInternalError, err.Error()}
	}
	return nil, nil
}

// stop is shutdown: nothing more is answered, and exit follows.
func (s *server) stop(nothing) (nothing, *responseError) {
	s.shutdown = true
	return nil, nil
}

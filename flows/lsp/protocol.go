package lsp

import "encoding/json"

// The parts of the Language Server Protocol 3.17 that this server speaks, in its own names of fields.
// https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/

type position struct {
	Line      int `json:"line"`      // from 0
	Character int `json:"character"` // from 0, in units of the encoding that was agreed on
}

type span struct {
	Start position `json:"start"`
	End   position `json:"end"`
}

type location struct {
	URI   string `json:"uri"`
	Range span   `json:"range"`
}

type textEdit struct {
	Range   span   `json:"range"`
	NewText string `json:"newText"`
}

type workspaceEdit struct {
	Changes map[string][]textEdit `json:"changes"`
}

type document struct {
	URI string `json:"uri"`
}

// at is what most requests say: a place in a file.
type at struct {
	TextDocument document `json:"textDocument"`
	Position     position `json:"position"`
}

type initializeParams struct {
	RootURI          string `json:"rootUri"`
	Locale           string `json:"locale"` // of the editor, "es-MX"
	WorkspaceFolders []struct {
		URI string `json:"uri"`
	} `json:"workspaceFolders"`
	InitializationOptions struct {
		Schema *bool `json:"schema"` // false: another server completes and explains the keys
	} `json:"initializationOptions"`
	Capabilities struct {
		General struct {
			PositionEncodings []encoding `json:"positionEncodings"`
		} `json:"general"`
		Workspace struct {
			DidChangeWatchedFiles struct {
				DynamicRegistration bool `json:"dynamicRegistration"`
			} `json:"didChangeWatchedFiles"`
		} `json:"workspace"`
		TextDocument struct {
			Completion struct {
				CompletionItem struct {
					SnippetSupport bool `json:"snippetSupport"`
				} `json:"completionItem"`
			} `json:"completion"`
		} `json:"textDocument"`
	} `json:"capabilities"`
}

type didOpenParams struct {
	TextDocument struct {
		URI     string `json:"uri"`
		Version int    `json:"version"`
		Text    string `json:"text"`
	} `json:"textDocument"`
}

type didChangeParams struct {
	TextDocument struct {
		URI     string `json:"uri"`
		Version int    `json:"version"`
	} `json:"textDocument"`
	ContentChanges []contentChange `json:"contentChanges"`
}

type contentChange struct {
	Range *span  `json:"range"` // nil: the whole text
	Text  string `json:"text"`
}

type documentParams struct {
	TextDocument document `json:"textDocument"`
}

type referenceParams struct {
	at
	Context struct {
		IncludeDeclaration bool `json:"includeDeclaration"`
	} `json:"context"`
}

type renameParams struct {
	at
	NewName string `json:"newName"`
}

type codeActionParams struct {
	TextDocument document `json:"textDocument"`
	Range        span     `json:"range"`
	Context      struct {
		Diagnostics []diagnostic `json:"diagnostics"`
	} `json:"context"`
}

// DiagnosticSeverity.
const (
	severityError   = 1
	severityWarning = 2
)

// tagUnnecessary makes editors show code in grey: DiagnosticTag.Unnecessary.
const tagUnnecessary = 1

type diagnostic struct {
	Range              span              `json:"range"`
	Severity           int               `json:"severity"`
	Code               string            `json:"code"`
	CodeDescription    *codeDescription  `json:"codeDescription,omitempty"`
	Source             string            `json:"source"`
	Message            string            `json:"message"`
	Tags               []int             `json:"tags,omitempty"`
	RelatedInformation []relatedLocation `json:"relatedInformation,omitempty"`
	Data               *inEnglish        `json:"data,omitempty"` // nil where Message is English; the client gives it back
}

// inEnglish is what a finding says in the language from which its mends are read.
type inEnglish struct {
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

type codeDescription struct {
	Href string `json:"href"`
}

type relatedLocation struct {
	Location location `json:"location"`
	Message  string   `json:"message"`
}

type publishDiagnosticsParams struct {
	URI         string       `json:"uri"`
	Version     *int         `json:"version,omitempty"`
	Diagnostics []diagnostic `json:"diagnostics"`
}

type markup struct {
	Kind  string `json:"kind"`
	Value string `json:"value"`
}

func markdown(s string) *markup { return &markup{Kind: "markdown", Value: s} }

type hover struct {
	Contents markup `json:"contents"`
	Range    span   `json:"range"`
}

// SymbolKind and CompletionItemKind, as far as they are used.
const (
	symbolField    = 8
	symbolState    = 5 // Class
	symbolVariable = 13

	itemFunction = 3
	itemField    = 5
	itemVariable = 6
	itemModule   = 9
	itemProperty = 10
	itemValue    = 12
	itemSnippet  = 15
	itemState    = 7 // Class
	itemEvent    = 23
)

type documentSymbol struct {
	Name           string           `json:"name"`
	Detail         string           `json:"detail,omitempty"`
	Kind           int              `json:"kind"`
	Range          span             `json:"range"`
	SelectionRange span             `json:"selectionRange"`
	Children       []documentSymbol `json:"children,omitempty"`
}

type completionItem struct {
	Label            string    `json:"label"`
	Kind             int       `json:"kind"`
	Detail           string    `json:"detail,omitempty"`
	Documentation    *markup   `json:"documentation,omitempty"`
	SortText         string    `json:"sortText,omitempty"`
	InsertTextFormat int       `json:"insertTextFormat,omitempty"` // 2: a snippet
	TextEdit         *textEdit `json:"textEdit,omitempty"`
}

type completionList struct {
	IsIncomplete bool             `json:"isIncomplete"`
	Items        []completionItem `json:"items"`
}

type codeAction struct {
	Title       string        `json:"title"`
	Kind        string        `json:"kind"`
	Diagnostics []diagnostic  `json:"diagnostics,omitempty"`
	IsPreferred bool          `json:"isPreferred,omitempty"`
	Edit        workspaceEdit `json:"edit"`
}

// A message is a request, a notification or a response of JSON-RPC 2.0. Requests have an id and a method, notifications a method, responses an id.
type message struct {
	JSONRPC string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  json.RawMessage `json:"params,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"` // "null" where there is nothing to say
	Error   *responseError  `json:"error,omitempty"`
}

type responseError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

func (e *responseError) Error() string { return e.Message }

// Error codes of JSON-RPC and of the protocol.
const (
	codeParseError     = -32700
	codeInvalidRequest = -32600
	codeMethodNotFound = -32601
	codeInvalidParams  = -32602
	codeInternalError  = -32603
	codeNotInitialized = -32002
	codeCancelled      = -32800
	codeRequestFailed  = -32803
)

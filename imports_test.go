package relevo_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// An edge is one import: from a folder of this module, to a package.
type edge struct{ file, from, to string }

const module = "relevo/"

// A room is a part of the house with what it may import of this module, and of others. Standard library packages are free but for those in
// keepers. The first row that holds a folder is its room.
type room struct {
	folder  string // and everything below it
	own     []string
	foreign []string // prefixes; nil: nothing
	reason  string
}

var rooms = []room{
	{"engine/diag/words", []string{"engine/diag"}, nil, "translating findings is pure: standard library only"},
	{"engine/diag", nil, nil, "findings are data: standard library only"},
	{"docs", nil, nil, "pages that the program shows are text: standard library only"},
	{"engine/reading", nil, nil, "reading what people write is pure: standard library only"},
	{"engine", []string{"engine/diag", "engine/reading"}, []string{"github.com/looplab/fsm", "github.com/expr-lang/expr"}, "the engine is pure: it knows findings, looplab/fsm and expr, and no room of the house"},
	{"handoff", nil, []string{"github.com/looplab/fsm"}, "handoff is pure: standard library and looplab/fsm only"},
	{"flows/project", []string{"engine", "engine/diag", "flows", "flows/eventschema", "flows/locale", "scripts"}, nil, "a project is flows and scripts, compiled"},
	{"flows/plan", []string{"engine", "engine/diag", "store"}, nil, "a plan is data, made of what the engine compiled and the store counted"},
	{"flows/publish", []string{"engine", "engine/diag", "flows", "flows/plan", "flows/project", "scripts", "store"}, nil, "publishing compiles files and keeps them, in any store"},
	{"flows/flowtest", []string{"engine", "engine/diag", "flows", "scripts"}, nil, "transcripts run on the engine alone, without a store or a channel"},
	{"flows/locale", []string{"engine"}, []string{"github.com/nyaruka/phonenumbers", "github.com/go-playground/locales", "github.com/bojanz/currency"}, "how languages and regions write things, by libraries the engine may not use"},
	{"flows/eventschema", []string{"engine", "engine/diag"}, []string{"github.com/santhosh-tekuri/jsonschema"}, "business events are checked by their schemas, without a file or a network"},
	{"flows/draw", []string{"engine", "engine/diag"}, []string{"golang.org/x/image", "golang.org/x/text/unicode/bidi", "github.com/go-fonts"}, "pictures are drawn from what an author wrote, with fonts and pixels and nothing else"},
	{"flows/lsp", []string{"engine", "engine/diag", "engine/diag/words", "flows", "flows/project"}, nil, "a language server reads flows and what check finds in them; it knows streams, and neither the program nor a store"},
	{"flows/format", []string{"engine/diag", "flows"}, []string{"go.yaml.in/yaml"}, "formatting moves what stands in a file, and knows nothing of what flows mean"},
	{"flows/blueprint", []string{"flows/format"}, nil, "a new flow is text made of answers; it is checked like any other, elsewhere"},
	{"flows/watch", nil, []string{"github.com/fsnotify/fsnotify"}, "watching knows folders and names of files, not what is in them"},
	{"flows", []string{"engine", "engine/diag", "flows/eventschema"}, []string{"go.yaml.in/yaml", "github.com/santhosh-tekuri/jsonschema"}, "the loader knows YAML, the schema and the engine's definitions"},
	{"scripts", []string{"engine", "engine/diag", "scripts"}, []string{"github.com/dop251/goja", "github.com/dlclark/regexp2", "golang.org/x/sys"}, "scripts implement what the engine declares, with goja"},
	{"store/storetest", []string{"engine", "handoff", "store", "store/storetest"}, []string{"github.com/google/go-cmp"}, "the suite knows the contract, not a database"},
	{"store", []string{"engine", "handoff", "store"}, []string{"github.com/mattn/go-sqlite3", "github.com/jackc/pgx", "github.com/pressly/goose"}, "a store keeps what engine and handoff decide; drivers live below store"},
	{"channel", []string{"engine", "channel"}, []string{"golang.org/x/time", "github.com/nyaruka/phonenumbers"}, "a channel maps messages from and to the types of engine, and knows no store and no runner"},
	{"runner", []string{"engine", "handoff", "store", "channel", "runner"}, []string{"code.dny.dev/ssrf", "github.com/prometheus/client_golang", "github.com/google/uuid", "golang.org/x/time"}, "the runner knows contracts only: no adapter, no database, no flows"},
	{"server", []string{"engine", "engine/diag", "flows/plan", "handoff", "store", "channel", "runner", "server"}, []string{
		"github.com/gin-gonic/gin", "github.com/danielgtaylor/huma", "github.com/alexedwards/argon2id", "github.com/prometheus/client_golang", "github.com/google/uuid", "golang.org/x/time",
	}, "the server speaks HTTP for the runner; it knows contracts, no adapter and no database"},
}

// keepers are packages that only some folders may import, with the reason.
var keepers = []struct {
	prefix  string
	folders []string
	reason  string
}{
	{"github.com/gin-gonic/gin", []string{"server"}, "gin stays in server"},
	{"github.com/fsnotify/fsnotify", []string{"flows/watch"}, "fsnotify stays in flows/watch"},
	{"github.com/danielgtaylor/huma", []string{"server"}, "huma stays in server"},
	{"github.com/dop251/goja", []string{"scripts"}, "goja stays in scripts, behind its fence"},
	{"database/sql", []string{"store"}, "SQL stays below store"},
	{"github.com/mattn/go-sqlite3", []string{"store"}, "SQL stays below store"},
	{"github.com/jackc/pgx", []string{"store"}, "SQL stays below store"},
	{"github.com/pressly/goose", []string{"store"}, "SQL stays below store"},
	{module + "cmd", []string{"cmd"}, "nobody knows the program"},
	{module + "store/storetest", []string{"store"}, "test suites are for tests"},
	{module + "channel/channeltest", []string{"channel"}, "test suites are for tests"},
}

// pure rooms may not reach outside: these parts of the standard library would let them.
var (
	pure   = []string{"engine", "handoff"}
	impure = []string{"net", "net/http", "os", "os/exec", "io/ioutil", "database/sql", "math/rand", "math/rand/v2", "crypto/rand", "log", "log/slog", "syscall", "unsafe"}
)

// check returns why an edge is wrong, or "".
func check(e edge) string {
	for _, k := range keepers {
		if below(e.to, k.prefix) && !slices.ContainsFunc(k.folders, func(f string) bool { return below(e.from, f) }) {
			return k.reason
		}
	}
	if adapter, other := adapterOf(e.from), adapterOf(strings.TrimPrefix(e.to, module)); adapter != "" && other != "" && adapter != other {
		return "adapters never know each other"
	}
	if below(e.from, "cmd") {
		return "" // wires everything
	}
	i := slices.IndexFunc(rooms, func(r room) bool { return below(e.from, r.folder) })
	if i < 0 {
		return "this folder is no room of the house: add a row to rooms"
	}
	r := rooms[i]
	own, isOwn := strings.CutPrefix(e.to, module)
	switch {
	case isOwn:
		inside := adapterOf(own) != "" && adapterOf(own) == adapterOf(e.from)
		if !slices.Contains(r.own, own) && !inside {
			return r.reason
		}
	case strings.Contains(strings.SplitN(e.to, "/", 2)[0], "."):
		if !slices.ContainsFunc(r.foreign, func(p string) bool { return below(e.to, p) }) {
			return r.reason
		}
	case slices.Contains(impure, e.to) && slices.ContainsFunc(pure, func(f string) bool { return below(e.from, f) }):
		return "the core is pure: no I/O, no clock, no chance"
	}
	return ""
}

// below tells that a path is a folder or something in it.
func below(p, folder string) bool { return p == folder || strings.HasPrefix(p, folder+"/") }

// adapterOf names the adapter that a folder belongs to, "channel/whatsapp" or "store/sqlite". Contracts and suites belong to none.
func adapterOf(folder string) string {
	parts := strings.Split(folder, "/")
	if len(parts) < 2 || parts[0] != "channel" && parts[0] != "store" || parts[1] == "channeltest" || parts[1] == "storetest" {
		return ""
	}
	return path.Join(parts[0], parts[1])
}

// TestImports walks every import of every file that is not a test, for all operating systems.
func TestImports(t *testing.T) {
	t.Parallel()
	edges, err := imports(".")
	if err != nil {
		t.Fatal(err)
	}
	if len(edges) < 200 {
		t.Fatalf("only %d imports were found", len(edges))
	}
	for _, e := range edges {
		if reason := check(e); reason != "" {
			t.Errorf("%s: %s must not import %s: %s", e.file, e.from, e.to, reason)
		}
	}
}

func imports(root string) ([]edge, error) {
	var edges []edge
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && name != "." && (strings.HasPrefix(name, ".") || slices.Contains([]string{"testdata", "node_modules", "tmpdeps", "bin"}, name)) {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return fmt.Errorf("read %s: %w", file, err)
		}
		for _, i := range parsed.Imports {
			to, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return fmt.Errorf("read %s: %w", file, err)
			}
			edges = append(edges, edge{file, filepath.ToSlash(filepath.Dir(file)), to})
		}
		return nil
	})
	return edges, err
}

// TestWrongImportsAreReported plants edges and holds the checker against them.
func TestWrongImportsAreReported(t *testing.T) {
	t.Parallel()
	tests := []struct{ from, to, reason string }{
		{"engine", "relevo/store", "the engine is pure"},
		{"engine", "relevo/handoff", "the engine is pure"},
		{"engine", "github.com/google/uuid", "the engine is pure"},
		{"engine", "net/http", "the core is pure"},
		{"handoff", "os", "the core is pure"},
		{"handoff", "relevo/engine", "handoff is pure"},
		{"engine/diag", "relevo/engine", "findings are data"},
		{"engine/diag", "github.com/looplab/fsm", "findings are data"},
		{"engine", "github.com/dop251/goja", "goja stays in scripts"},
		{"flows", "relevo/scripts", "the loader knows"},
		{"flows", "relevo/store", "the loader knows"},
		{"flows/flowtest", "relevo/runner", "transcripts run on the engine"},
		{"flows/project", "relevo/server", "a project is"},
		{"flows/lsp", "relevo/store", "a language server reads"},
		{"flows/lsp", "github.com/spf13/cobra", "a language server reads"},
		{"docs", "relevo/engine", "pages that the program shows"},
		{"flows/plan", "relevo/scripts", "a plan is data"},
		{"flows/format", "relevo/engine", "formatting moves"},
		{"flows/blueprint", "relevo/flows/project", "a new flow is text"},
		{"flows/watch", "relevo/flows/project", "watching knows folders"},
		{"flows/project", "github.com/fsnotify/fsnotify", "fsnotify stays in flows/watch"},
		{"flows/publish", "relevo/store/sqlite", "publishing compiles"},
		{"server", "relevo/flows/publish", "the server speaks HTTP"},
		{"scripts", "relevo/flows", "scripts implement"},
		{"store", "relevo/channel", "a store keeps"},
		{"store/sqlite", "relevo/runner", "a store keeps"},
		{"store/sqlite", "relevo/store/postgres", "adapters never know each other"},
		{"store/storetest", "relevo/store/sqlite", "the suite knows the contract"},
		{"channel", "relevo/store", "a channel maps"},
		{"channel/webchat", "relevo/channel/whatsapp", "adapters never know each other"},
		{"channel/whatsapp", "relevo/store/sqlite", "adapters never know each other"},
		{"channel/whatsapp", "relevo/runner", "a channel maps"},
		{"channel/whatsapp", "github.com/gin-gonic/gin", "gin stays in server"},
		{"runner", "database/sql", "SQL stays below store"},
		{"runner", "relevo/store/sqlite", "the runner knows contracts only"},
		{"runner", "relevo/flows", "the runner knows contracts only"},
		{"runner", "relevo/store/storetest", "test suites are for tests"},
		{"server", "relevo/store/sqlite", "the server speaks HTTP"},
		{"server", "relevo/channel/whatsapp", "the server speaks HTTP"},
		{"server", "github.com/mattn/go-sqlite3", "SQL stays below store"},
		{"server", "relevo/cmd/relevo", "nobody knows the program"},
		{"cmd/relevo", "github.com/danielgtaylor/huma/v2", "huma stays in server"},
		{"basement", "fmt", "no room of the house"},
	}
	for _, tt := range tests {
		t.Run(tt.from+" to "+tt.to, func(t *testing.T) {
			t.Parallel()
			if got := check(edge{from: tt.from, to: tt.to}); !strings.Contains(got, tt.reason) {
				t.Errorf("got %q, want %q", got, tt.reason)
			}
		})
	}
	for _, e := range []edge{
		{"", "engine", "time"}, {"", "engine", "github.com/expr-lang/expr/vm"}, {"", "store/sqlite", "database/sql"}, {"", "server", "github.com/gin-gonic/gin"},
		{"", "channel/whatsapp/graphtest", "relevo/channel/whatsapp"}, {"", "cmd/relevo", "relevo/store/sqlite"}, {"", "scripts", "os/exec"},
	} {
		if got := check(e); got != "" {
			t.Errorf("%s to %s: %s", e.from, e.to, got)
		}
	}
}

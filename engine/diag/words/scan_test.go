package words

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// root is the module's folder, seen from here.
const root = "../../.."

// reporters are the functions that make findings, by name, with the places of their hint and message among the arguments; -1 is none. A new one
// is a new row.
var reporters = map[string]struct{ args, hint, message int }{
	"Errorf":       {4, 2, 3},  // diag.List
	"Warnf":        {4, 2, 3},  // diag.List
	"errorf":       {3, 1, 2},  // flows
	"unsupported":  {3, 1, 2},  // scripts
	"syntaxAt":     {2, -1, 1}, // scripts
	"Suggest":      {3, 2, -1}, // diag
	"fail":         {5, 3, 4},  // flowtest
	"add":          {2, -1, 1}, // eventschema
	"related":      {2, -1, 1}, // engine
	"need":         {4, -1, 2}, // engine
	"checkAddress": {2, 1, -1}, // engine
}

// literals are the types of values that hold sentences without naming the field: the places of the sentences.
var literals = map[string][]int{"needs": {0, 2}, "lineError": {0, 1}}

// sheets are package variables that hold sentences: the columns with the sentences.
var sheets = map[string][]int{"syntax": {3, 4}, "members": {2}, "boundedBy": {0, 2}}

// reasons are functions whose errors become findings, in the words they have.
var reasons = []string{"CompilePattern", "parsePassing", "parseDuration", "parseAnswer", "parseAction", "parseDelivery", "parseEvent", "decodeData"}

// names are words of the flow language, which stay as they are in every language.
var names = []string{"when", "for", "until", "key", "validate"}

// values are functions whose result is a name or a number of the author's, not a sentence.
var values = []string{"quoted", "describe", "kindNamed", "article", "spelledUnits", "oneOfThese", "String", "Error", "Sprint", "Join"}

// scan collects the sentences of findings from the source: what is given to a reporter, directly, by a constant, by a variable or by a function.
type scan struct {
	consts    map[string][]ast.Expr      // of one package: constants and variables of the package
	functions map[string][]*ast.FuncDecl // of one package
	inside    *ast.FuncDecl
	found     map[string]string // sentence → where
	set       *token.FileSet
	asked     map[string]bool // against circles
}

// findingFolders are the parts of the house that make findings.
var findingFolders = []string{"engine", "flows", "scripts", "cmd"}

func sourceFolders(t *testing.T) []string {
	t.Helper()
	var folders []string
	for _, top := range findingFolders {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.IsDir() {
				return err
			}
			if slices.Contains([]string{"testdata", "words", "lsp"}, d.Name()) { // lsp shows findings of others, and has a members of its own
				return filepath.SkipDir
			}
			folders = append(folders, path)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return folders
}

// scanSource returns every sentence that a finding may have, with the place where it stands.
func scanSource(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, folder := range sourceFolders(t) {
		scanFolder(t, folder, found)
	}
	scanSchemas(t, found)
	return found
}

func scanFolder(t *testing.T, folder string, found map[string]string) {
	t.Helper()
	sources, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	s := &scan{consts: map[string][]ast.Expr{}, functions: map[string][]*ast.FuncDecl{}, found: found, set: token.NewFileSet()}
	var files []*ast.File
	for _, name := range sources {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(s.set, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
		s.collect(file)
	}
	for _, file := range files {
		for _, d := range file.Decls {
			s.inside, _ = d.(*ast.FuncDecl)
			ast.Inspect(d, s.visit)
		}
	}
}

func (s *scan) collect(file *ast.File) {
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			s.functions[d.Name.Name] = append(s.functions[d.Name.Name], d)
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if v, ok := spec.(*ast.ValueSpec); ok {
					for i, name := range v.Names {
						if i < len(v.Values) {
							s.consts[name.Name] = append(s.consts[name.Name], v.Values[i])
						}
					}
				}
			}
		}
	}
}

func (s *scan) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.CallExpr:
		name, owner := called(n)
		if s.inside != nil && slices.Contains(reasons, s.inside.Name.Name) && (owner == "fmt" && name == "Errorf" || owner == "errors" && name == "New") {
			s.take(n.Args[0])
		}
		r, known := reporters[name]
		if !known || owner == "fmt" || len(n.Args) < r.args || name == "add" && owner != "r" {
			return true
		}
		for _, i := range []int{r.hint, r.message} {
			if i >= 0 {
				s.take(n.Args[i])
			}
		}
	case *ast.CompositeLit:
		s.fields(n)
	case *ast.ValueSpec:
		s.table(n)
	}
	return true
}

// table takes the sentences of a package variable that is a table, and of the functions in one.
func (s *scan) table(n *ast.ValueSpec) {
	if len(n.Values) == 0 {
		return
	}
	rows, ok := n.Values[0].(*ast.CompositeLit)
	if !ok {
		return
	}
	for _, row := range rows.Elts {
		if kv, keyed := row.(*ast.KeyValueExpr); keyed {
			row = kv.Value
		}
		cells, ok := row.(*ast.CompositeLit)
		for _, i := range sheets[n.Names[0].Name] {
			if ok && i < len(cells.Elts) {
				s.take(cells.Elts[i])
			}
		}
	}
	if n.Names[0].Name == "wordings" {
		ast.Inspect(rows, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ReturnStmt:
				for _, e := range n.Results {
					s.take(e)
				}
			case *ast.AssignStmt:
				s.take(n.Rhs[0])
			}
			return true
		})
	}
}

// fields takes the sentences of findings that are written as values.
func (s *scan) fields(n *ast.CompositeLit) {
	if t, ok := n.Type.(*ast.Ident); ok {
		for _, i := range literals[t.Name] {
			if _, named := keyed(n); !named && i < len(n.Elts) {
				s.take(n.Elts[i])
			}
		}
	}
	for _, e := range n.Elts {
		kv, ok := e.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		if key, ok := kv.Key.(*ast.Ident); ok && (key.Name == "Message" || key.Name == "Hint" || key.Name == "hint") && isFinding(n) {
			s.take(kv.Value)
		}
	}
}

func keyed(n *ast.CompositeLit) (*ast.KeyValueExpr, bool) {
	if len(n.Elts) == 0 {
		return nil, false
	}
	kv, ok := n.Elts[0].(*ast.KeyValueExpr)
	return kv, ok
}

func isFinding(n *ast.CompositeLit) bool {
	if n.Type == nil {
		return true // an element of a list
	}
	name := ""
	switch t := n.Type.(type) {
	case *ast.Ident:
		name = t.Name
	case *ast.SelectorExpr:
		name = t.Sel.Name
	}
	return slices.Contains([]string{"Diagnostic", "Related", "Error", "Problem"}, name)
}

func called(n *ast.CallExpr) (name, owner string) {
	switch f := n.Fun.(type) {
	case *ast.Ident:
		return f.Name, ""
	case *ast.SelectorExpr:
		if x, ok := f.X.(*ast.Ident); ok {
			owner = x.Name
		}
		return f.Sel.Name, owner
	}
	return "", ""
}

func (s *scan) take(e ast.Expr) {
	s.asked = map[string]bool{}
	for _, text := range s.texts(e, s.inside) {
		text = strings.ReplaceAll(text, "%w", "%s")
		if slices.Contains(names, text) {
			continue
		}
		if strings.ContainsAny(strings.NewReplacer("%s", "", "%q", "", "%v", "", "%d", "").Replace(text), "abcdefghijklmnopqrstuvwxyz") {
			s.found[text] = s.set.Position(e.Pos()).String()
		}
	}
}

// texts are the sentences that an expression may give; what can not be known is %s.
func (s *scan) texts(e ast.Expr, in *ast.FuncDecl) []string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if text, err := strconv.Unquote(e.Value); err == nil {
			return []string{text}
		}
	case *ast.ParenExpr:
		return s.texts(e.X, in)
	case *ast.BinaryExpr:
		var all []string
		for _, a := range s.texts(e.X, in) {
			for _, b := range s.texts(e.Y, in) {
				all = append(all, a+b)
			}
		}
		return all
	case *ast.CompositeLit:
		var all []string
		for _, x := range e.Elts {
			if kv, ok := x.(*ast.KeyValueExpr); ok {
				x = kv.Value
			}
			all = append(all, s.texts(x, in)...)
		}
		return all
	case *ast.IndexExpr:
		if x, ok := e.X.(*ast.Ident); ok && slices.Contains(values, x.Name) {
			return []string{"%s"}
		}
		return s.texts(e.X, in)
	case *ast.Ident:
		return s.named(e.Name, in)
	case *ast.CallExpr:
		return s.result(e, in)
	}
	return []string{"%s"}
}

// named are the sentences that a name may hold: a constant of the package or what is assigned to it in the function.
func (s *scan) named(name string, in *ast.FuncDecl) []string {
	id := name
	if in != nil {
		id = in.Name.Name + " " + name
	}
	if s.asked[id] {
		return []string{"%s"}
	}
	s.asked[id] = true
	defer delete(s.asked, id)
	var all []string
	if in != nil {
		ast.Inspect(in, func(n ast.Node) bool {
			assign, ok := n.(*ast.AssignStmt)
			if !ok {
				return true
			}
			for i, left := range assign.Lhs {
				if l, ok := left.(*ast.Ident); !ok || l.Name != name {
					continue
				}
				if len(assign.Lhs) == len(assign.Rhs) {
					all = append(all, s.texts(assign.Rhs[i], in)...)
				} else if call, ok := assign.Rhs[0].(*ast.CallExpr); ok {
					all = append(all, s.results(call, i)...)
				}
			}
			return true
		})
	}
	if len(all) == 0 {
		for _, e := range s.consts[name] {
			all = append(all, s.texts(e, nil)...)
		}
	}
	if len(all) == 0 {
		return []string{"%s"}
	}
	return slices.Compact(all)
}

func (s *scan) result(e *ast.CallExpr, in *ast.FuncDecl) []string {
	switch name, owner := called(e); {
	case name == "Sprintf" && owner == "fmt":
		return s.texts(e.Args[0], in)
	case name == "ReplaceAll" && owner == "strings":
		return s.texts(e.Args[0], in)
	case name == "Suggest" && len(e.Args) == 3:
		return append(s.texts(e.Args[2], in), "did you mean %q?")
	default:
		return s.results(e, 0)
	}
}

// results are the sentences that a function of the package returns at some place.
func (s *scan) results(e *ast.CallExpr, at int) []string {
	name, owner := called(e)
	if name == "words" && owner == "w" { // engine: the table of wordings
		return []string{"%s"}
	}
	if slices.Contains(values, name) || s.asked["func "+name] {
		return []string{"%s"}
	}
	s.asked["func "+name] = true
	defer delete(s.asked, "func "+name)
	var all []string
	for _, f := range s.functions[name] {
		ast.Inspect(f, func(n ast.Node) bool {
			if _, inner := n.(*ast.FuncLit); inner {
				return false
			}
			if r, ok := n.(*ast.ReturnStmt); ok && at < len(r.Results) {
				all = append(all, s.texts(r.Results[at], f)...)
			}
			return true
		})
	}
	if len(all) == 0 {
		return []string{"%s"}
	}
	return all
}

// scanSchemas adds the sentences of the JSON schemas.
func scanSchemas(t *testing.T, found map[string]string) {
	t.Helper()
	for _, name := range []string{"flows/flow.schema.json", "flows/commands.schema.json", "cmd/relevo/relevo.schema.json"} {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		var schema any
		if err := json.Unmarshal(text, &schema); err != nil {
			t.Fatal(err)
		}
		scanSchema(schema, name, found)
	}
}

func scanSchema(v any, name string, found map[string]string) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			scanSchema(x, name, found)
		}
	case map[string]any:
		for key, x := range v {
			text, isText := x.(string)
			switch {
			case isText && (key == "x-expect" || key == "x-hint"):
				found[text] = name
			case key == "x-finding" || key == "x-key":
				for _, part := range []string{"message", "hint"} {
					if sentence, ok := x.(map[string]any)[part].(string); ok {
						found[strings.NewReplacer("{value}", "%s", "{key}", "%s").Replace(sentence)] = name
					}
				}
			default:
				scanSchema(x, name, found)
			}
		}
	}
}

// TestEverySentenceIsTranslated holds the tables against the source: whatever a finding may say stands in them.
func TestEverySentenceIsTranslated(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, s := range entries() {
		known[s.english] = true
	}
	found := scanSource(t)
	if len(found) < 400 {
		t.Fatalf("only %d sentences were found in the source", len(found))
	}
	for text, where := range found {
		if !known[text] {
			t.Errorf("%s: this sentence is in no table of engine/diag/words:\n%s", where, text)
		}
	}
}

package engine

import (
	"errors"
	"slices"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/compiler"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/optimizer"
	"github.com/expr-lang/expr/types"
	"github.com/expr-lang/expr/vm"
)

// translated is an expression that was compiled, wherever in the flow it stands.
type translated struct {
	program *vm.Program
	gives   kind
	reach   reach
}

// translations are what the expression compiler knows of a scope, and what it has compiled there. Both are kept because the texts of a flow hold
// the same expressions in each language, and because setting the compiler up takes ten times as long as an expression.
type translations struct {
	typed, untyped *conf.Config
	done           map[string]translated // by source
}

func newTranslations() *translations { return &translations{done: map[string]translated{}} }

// strict is the compiler's configuration in which names have the types of slots.
func (t *translations) strict(sc scope) *conf.Config {
	if t.typed == nil {
		t.typed = configured(sc.strict)
	}
	return t.typed
}

// dynamic is the configuration for running: every name may be anything, so that a slot may be called like a function of expressions.
func (t *translations) dynamic(sc scope) *conf.Config {
	if t.untyped == nil {
		names := make(types.Map, len(sc.strict))
		for name := range sc.strict {
			names[name] = types.Any
		}
		t.untyped = configured(names)
		t.untyped.Strict = false // an unknown name is nil
	}
	return t.untyped
}

// commonConfig is what all configurations share. Nothing writes to its maps after this.
var commonConfig = func() conf.Config {
	config := conf.CreateNew()
	for _, option := range slices.Concat(functionOptions, []expr.Option{expr.MaxNodes(maxExpressionNodes), expr.Timezone("UTC")}) {
		option(config)
	}
	for _, name := range slices.Concat(impureBuiltins, unboundedBuiltins) {
		config.Disabled[name] = true
		delete(config.Builtins, name)
	}
	return *config
}()

func configured(names types.Map) *conf.Config {
	config := commonConfig
	config.WithEnv(names)
	return &config
}

// translate compiles a marked source, with times fitted in. It does what expr.Compile does, without setting everything up each time.
func (sc scope) translate(source string, times *operators, base *conf.Config) (*vm.Program, error) {
	helpers := &fitter{scope: sc}
	config := *base
	config.Visitors = append(slices.Clip(base.Visitors), ast.Visitor(helpers), times)
	program, err := compileWith(source, &config)
	base.NtCache = config.NtCache
	for _, wrong := range []*file.Error{helpers.err, times.err} {
		if wrong != nil {
			return nil, wrong.Bind(file.NewSource(source))
		}
	}
	return program, err
}

func compileWith(source string, config *conf.Config) (*vm.Program, error) {
	tree, err := checker.ParseCheck(source, config)
	if err != nil {
		return nil, err
	}
	if err := optimizer.Optimize(&tree.Node, config); err != nil {
		var wrong *file.Error
		if errors.As(err, &wrong) {
			return nil, wrong.Bind(tree.Source)
		}
		return nil, err
	}
	return compiler.Compile(tree, config)
}

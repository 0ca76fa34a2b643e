package engine

import (
	"maps"
	"slices"
)

// Function is a function of the flow language that expressions may call, besides those of expr itself.
type Function struct {
	Name  string // "format_date"
	Usage string // examples: `format_date(due_date), format_date(due_date, "long"), "short" or "day"`
}

// Functions lists the functions of the flow language, sorted by name.
func Functions() []Function {
	var list []Function
	for _, name := range slices.Sorted(maps.Keys(helpers)) {
		list = append(list, Function{name, helpers[name].usage})
	}
	return list
}

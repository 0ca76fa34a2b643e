package reading

import (
	"reflect"
	"strings"
)

// maxValues is how many different values an answer may have: who names more is telling a story, not answering.
const maxValues = 4

// readValue reads what is neither a date nor a time.
func readValue(kind Kind, text string, ctx Context) Result {
	if v, ok := chooseOption(kind, text, ctx); ok {
		return Result{Values: []any{v}}
	}
	var values []any
	switch kind {
	case Number, Integer:
		values = readNumbers(kind, text, ctx)
	case Amount:
		values = readAmounts(text, ctx)
	case Email:
		values = readEmails(text)
	case Phone:
		values = readPhones(text, ctx)
	case YesNo:
		values = readYesNo(text, ctx.Language)
	}
	values = distinct(values)
	if len(values) == 0 || len(values) > maxValues {
		return Result{}
	}
	return Result{Values: values}
}

// chooseOption finds the one that is meant among the values that an earlier answer could mean: by its place, or by its own value.
func chooseOption(kind Kind, text string, ctx Context) (v any, ok bool) {
	if len(ctx.Options) < 2 {
		return nil, false
	}
	free := ctx
	free.Options = nil
	if said, clear := readValue(kind, text, free).Clear(); clear {
		for _, o := range ctx.Options {
			if reflect.DeepEqual(o, said) {
				return o, true
			}
		}
	}
	if n := Ordinal(text, len(ctx.Options)); n > 0 {
		return ctx.Options[n-1], true
	}
	return nil, false
}

// distinct drops repeated values and keeps the order.
func distinct(values []any) []any {
	var out []any
next:
	for _, v := range values {
		for _, o := range out {
			if reflect.DeepEqual(o, v) {
				continue next
			}
		}
		out = append(out, v)
	}
	return out
}

// languages lists the languages that are understood, the contact's first.
func languages(own string) []string {
	own, _, _ = strings.Cut(strings.ReplaceAll(own, "_", "-"), "-")
	order := []string{"en", "es", "pt"}
	for i, l := range order {
		if l == own {
			copy(order[1:], order[:i])
			order[0] = own
		}
	}
	return order
}

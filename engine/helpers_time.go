package engine

import (
	"fmt"
	"time"
)

// Prefixes of the functions that take an operator's place. Authors can not write them.
const (
	timeOperator    = "\x00time "
	spanOperator    = "\x00span "
	anyOperator     = "\x00any "
	betweenOperator = "\x00between"
)

// timely are the functions that take the place of operators on times and lengths of time.
var timely = func() map[string]helper {
	anything := func(result any) []any { return []any{result} }
	table := map[string]helper{
		timeOperator + "+": {gives: kindTime, types: anything(func(*exprContext, any, any) time.Time { return time.Time{} }), run: func(c *exprContext, args []any) (any, error) {
			if isLength(args[0]) {
				return shifted(c, args[1], args[0], 1)
			}
			return shifted(c, args[0], args[1], 1)
		}},
		timeOperator + "-": {gives: kindTime, types: anything(func(*exprContext, any, any) time.Time { return time.Time{} }), run: func(c *exprContext, args []any) (any, error) {
			return shifted(c, args[0], args[1], -1)
		}},
		spanOperator + "+": {gives: kindSpan, types: anything(func(*exprContext, any, any) span { return span{} }), run: func(_ *exprContext, args []any) (any, error) {
			return joined(args[0], args[1], 1)
		}},
		spanOperator + "-": {gives: kindSpan, types: anything(func(*exprContext, any, any) span { return span{} }), run: func(_ *exprContext, args []any) (any, error) {
			return joined(args[0], args[1], -1)
		}},
		anyOperator + "+": {types: anything(func(*exprContext, any, any) any { return nil }), run: anySum},
		anyOperator + "-": {types: anything(func(*exprContext, any, any) any { return nil }), run: anyDifference},
		betweenOperator: {gives: kindSpan, types: anything(func(*exprContext, any, any) span { return span{} }), run: func(c *exprContext, args []any) (any, error) {
			return between(c, args[0], args[1])
		}},
	}
	for _, operator := range comparisons {
		table[timeOperator+operator] = helper{gives: kindTruth, types: anything(func(*exprContext, any, any) bool { return false }), run: func(c *exprContext, args []any) (any, error) {
			return orderedTimes(c, operator, args[0], args[1])
		}}
		table[spanOperator+operator] = helper{gives: kindTruth, types: anything(func(*exprContext, any, any) bool { return false }), run: func(_ *exprContext, args []any) (any, error) {
			return orderedSpans(operator, args[0], args[1])
		}}
	}
	return table
}()

// isLength tells a value that can only be a length of time.
func isLength(v any) bool {
	switch v.(type) {
	case span, time.Duration:
		return true
	}
	return false
}

// The years that times may lie in, so that every one can be written as RFC 3339.
const (
	minYear = 1
	maxYear = 9999
)

// shifted moves a time by a length of time.
func shifted(c *exprContext, at, by any, sign int) (any, error) {
	t, err := moment(at, c.zone)
	if err != nil {
		return nil, err
	}
	s, err := asSpan(by)
	if err != nil {
		return nil, err
	}
	if t = s.add(t, sign, c.zone); t.Year() < minYear || t.Year() > maxYear {
		return nil, fmt.Errorf("the year %d is out of reach", t.Year())
	}
	return t, nil
}

// joined adds lengths of time.
func joined(a, b any, sign int) (any, error) {
	x, err := asSpan(a)
	if err != nil {
		return nil, err
	}
	y, err := asSpan(b)
	if err != nil {
		return nil, err
	}
	const most = maxSpanDays * 24 * time.Hour
	sum := span{days: x.days + sign*y.days, rest: x.rest/2 + time.Duration(sign)*(y.rest/2)} // halves, so that the sum can not overflow
	if sum.days > maxSpanDays || sum.days < -maxSpanDays || sum.rest > most/2 || sum.rest < -most/2 {
		return nil, fmt.Errorf("the length of time is over %d days", maxSpanDays)
	}
	sum.rest = x.rest + time.Duration(sign)*y.rest
	return sum, nil
}

// between is the length of time from one time to another.
func between(c *exprContext, a, b any) (any, error) {
	x, err := moment(a, c.zone)
	if err != nil {
		return nil, err
	}
	y, err := moment(b, c.zone)
	if err != nil {
		return nil, err
	}
	return joined(x.Sub(y), time.Duration(0), 1)
}

// anySum adds where only one side is known to be of time.
func anySum(c *exprContext, args []any) (any, error) {
	a, b := args[0], args[1]
	if isLength(b) {
		a, b = b, a
	}
	if _, err := asSpan(b); err == nil {
		return joined(a, b, 1)
	}
	return shifted(c, b, a, 1)
}

// anyDifference subtracts where only one side is known to be of time.
func anyDifference(c *exprContext, args []any) (any, error) {
	a, b := args[0], args[1]
	_, errLength := asSpan(b)
	switch {
	case errLength != nil:
		return between(c, a, b)
	case isLength(a):
		return joined(a, b, -1)
	}
	if _, err := moment(a, c.zone); err != nil {
		if _, isSpan := asSpan(a); isSpan == nil {
			return joined(a, b, -1)
		}
	}
	return shifted(c, a, b, -1)
}

// orderedTimes compares times. What is not a time is different from every time, and neither before nor after one: that is an error.
func orderedTimes(c *exprContext, operator string, a, b any) (any, error) {
	x, errX := moment(a, c.zone)
	y, errY := moment(b, c.zone)
	if err := firstOf(errX, errY); err != nil {
		return unordered(operator, a, b, err)
	}
	return holds(operator, x.Compare(y)), nil
}

// orderedSpans compares lengths of time.
func orderedSpans(operator string, a, b any) (any, error) {
	x, errX := asSpan(a)
	y, errY := asSpan(b)
	if err := firstOf(errX, errY); err != nil {
		return unordered(operator, a, b, err)
	}
	return holds(operator, compareNumbers(float64(x.length()), float64(y.length()))), nil
}

func firstOf(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// unordered compares what has no order: it is the same or it is not.
func unordered(operator string, a, b any, err error) (any, error) {
	switch operator {
	case "==":
		return display(a) == display(b), nil
	case "!=":
		return display(a) != display(b), nil
	}
	return nil, err
}

// holds tells whether an operator accepts an order of -1, 0 or 1.
func holds(operator string, order int) bool {
	switch operator {
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	case ">=":
		return order >= 0
	case "==":
		return order == 0
	default:
		return order != 0
	}
}

// MarshalText writes a length of time as a slot of type duration keeps it.
func (s span) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

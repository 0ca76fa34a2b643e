package engine

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"

	"relevo/engine/reading"
)

// contextName is the name under which expressions find an *exprContext. Authors can not write it.
const contextName = "\x00context"

// exprContext is what helper functions of expressions need besides their arguments.
type exprContext struct {
	now              time.Time
	zone             *time.Location
	language, region string
	locale           Locale
}

// helper is a function that expressions may call. Its first argument, which authors do not write, is the *exprContext.
type helper struct {
	usage string // for hints
	gives kind
	types []any // its signatures, for checking
	run   func(c *exprContext, args []any) (any, error)
	check func(args []ast.Node) string // what is wrong with what the author wrote, or ""
}

// A signature's argument types: what the strict types of expressions are made of.
type (
	moment1[R any]   = func(*exprContext, time.Time) R
	text1[R any]     = func(*exprContext, string) R
	number1[R any]   = func(*exprContext, float64) R
	map1[R any]      = func(*exprContext, map[string]any) R
	moment2[R any]   = func(*exprContext, time.Time, string) R
	text2[R any]     = func(*exprContext, string, string) R
	fromMoment       = moment1[string]
	fromMomentText   = text1[string]
	floatFromMoment  = moment1[float64]
	floatFromText    = text1[float64]
	momentFromMoment = moment1[time.Time]
	momentFromText   = text1[time.Time]
)

// helpers are the functions of expressions, by name. What is not set gives "" where people read it, and an error where it is reckoned with.
var helpers = map[string]helper{
	"time":  {`time(appointment.at), time("2026-11-24T15:30")`, kindTime, []any{momentFromMoment(nil), momentFromText(nil)}, helpTime, nil},
	"local": {"local(now).Hour()", kindTime, []any{momentFromMoment(nil), momentFromText(nil)}, helpLocal, nil},
	"date_of": {"date_of(now)", kindText, []any{fromMoment(nil), fromMomentText(nil)}, func(c *exprContext, args []any) (any, error) {
		at, err := moment(args[0], c.zone)
		return at.In(c.zone).Format(time.DateOnly), err
	}, nil},
	"days_until":  {"days_until(due_date)", kindNumber, []any{floatFromMoment(nil), floatFromText(nil)}, helpDaysUntil, nil},
	"hours_until": {"hours_until(appointment.at)", kindNumber, []any{floatFromMoment(nil), floatFromText(nil)}, helpHoursUntil, nil},
	"format_date": {
		`format_date(due_date), format_date(due_date, "long"), "short" or "day"`, kindText,
		[]any{fromMoment(nil), fromMomentText(nil), moment2[string](nil), text2[string](nil)}, helpFormatDate, checkDateStyle,
	},
	"format_time":     {"format_time(appointment.at)", kindText, []any{fromMoment(nil), fromMomentText(nil)}, helpFormatTime, nil},
	"format_datetime": {"format_datetime(appointment.at)", kindText, []any{fromMoment(nil), fromMomentText(nil)}, helpFormatDateTime, nil},
	"format_number": {"format_number(weight), format_number(weight, 1)", kindText, []any{
		number1[string](nil), fromMomentText(nil), func(*exprContext, float64, float64) string { return "" }, func(*exprContext, string, float64) string { return "" },
	}, helpFormatNumber, nil},
	"format_money": {`format_money(invoice.amount), format_money(12.5, "EUR")`, kindText, []any{
		map1[string](nil), func(*exprContext, float64, string) string { return "" }, text2[string](nil),
	}, helpFormatMoney, nil},
	"minor": {"minor(invoice.amount)", kindNumber, []any{map1[float64](nil), number1[float64](nil), floatFromText(nil)}, func(_ *exprContext, args []any) (any, error) {
		return minorOf(args[0])
	}, nil},
	"plural": {`plural(count, "one order", "{} orders")`, kindText, []any{func(*exprContext, float64, string, string) string { return "" }}, helpPlural, nil},
}

// helperPrefix stands before a helper's name in a compiled expression, so that a slot may have the same name.
const helperPrefix = "\x00"

// functionOptions make the helpers, and what stands in for operators, known to the expression compiler. Nothing in them depends on a run.
var functionOptions = func() []expr.Option {
	var options []expr.Option
	for name, h := range functions {
		options = append(options, expr.Function(name, func(args ...any) (any, error) {
			c, ok := args[0].(*exprContext)
			if !ok {
				return nil, errNoContext
			}
			return h.run(c, args[1:])
		}, h.types...))
	}
	return options
}()

// functions are all functions by the names that compiled expressions call them by.
var functions = func() map[string]helper {
	all := maps.Clone(timely)
	for name, h := range helpers {
		all[helperPrefix+name] = h
	}
	return all
}()

// errNoContext is an expression that is evaluated without a run, as the time zone of a flow is.
var errNoContext = errors.New("times and helper functions can not be used here")

func helpTime(c *exprContext, args []any) (any, error) { return pure(moment(args[0], c.zone)) }

func helpLocal(c *exprContext, args []any) (any, error) {
	at, err := moment(args[0], c.zone)
	return pure(at.In(c.zone), err)
}

// pure gives a time, or an error alone.
func pure(at time.Time, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return at, nil
}

func helpDaysUntil(c *exprContext, args []any) (any, error) {
	at, err := moment(args[0], c.zone)
	if err != nil {
		return nil, err
	}
	return math.Round(calendarDay(at.In(c.zone)).Sub(calendarDay(c.now.In(c.zone))).Hours() / 24), nil
}

// calendarDay is the day of a time, as if it were in UTC: there every day has 24 hours.
func calendarDay(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

func helpHoursUntil(c *exprContext, args []any) (any, error) {
	at, err := moment(args[0], c.zone)
	if err != nil {
		return nil, err
	}
	return at.Sub(c.now).Hours(), nil
}

// Styles of format_date.
const (
	styleLong  = "long"
	styleShort = "short"
	styleDay   = "day"
)

func checkDateStyle(args []ast.Node) string {
	if len(args) < 2 {
		return ""
	}
	style, written := args[1].(*ast.StringNode)
	if !written || style.Value == styleLong || style.Value == styleShort || style.Value == styleDay {
		return ""
	}
	return fmt.Sprintf("a date can not be written as %q", style.Value)
}

func helpFormatDate(c *exprContext, args []any) (any, error) {
	style := styleLong
	if len(args) > 1 {
		if s, ok := args[1].(string); ok && (s == styleShort || s == styleDay) {
			style = s
		}
	}
	return c.formatted(args[0], func(at time.Time) string { return c.locale.Date(at, style, c.language, c.region) })
}

// formatted writes a time in the run's zone; what is not set is nothing to read.
func (c *exprContext) formatted(v any, write func(time.Time) string) (any, error) {
	if v == nil || v == "" {
		return "", nil
	}
	at, err := moment(v, c.zone)
	if err != nil {
		return nil, err
	}
	return write(at.In(c.zone)), nil
}

func helpFormatTime(c *exprContext, args []any) (any, error) {
	if clock, ok := args[0].(string); ok {
		if at, err := time.Parse("15:04", clock); err == nil { // a slot of type time
			return c.locale.Clock(at, c.language, c.region), nil
		}
	}
	return c.formatted(args[0], func(at time.Time) string { return c.locale.Clock(at, c.language, c.region) })
}

func helpFormatDateTime(c *exprContext, args []any) (any, error) {
	return c.formatted(args[0], func(at time.Time) string {
		return c.locale.Date(at, styleLong, c.language, c.region) + ", " + c.locale.Clock(at, c.language, c.region)
	})
}

// maxDecimals is how exactly format_number can write; a float64 holds no more.
const maxDecimals = 15

func helpFormatNumber(c *exprContext, args []any) (any, error) {
	if args[0] == nil || args[0] == "" {
		return "", nil
	}
	v, err := finite(args[0])
	if err != nil {
		return nil, err
	}
	decimals := float64(maxShownDecimals)
	if len(args) > 1 {
		if decimals, err = finite(args[1]); err != nil {
			return nil, err
		}
	}
	return c.locale.Number(v, int(min(max(decimals, 0), maxDecimals)), c.language, c.region), nil
}

// finite reads a number that can be written.
func finite(v any) (float64, error) {
	f, ok := number(v)
	if !ok || math.IsNaN(f) || math.IsInf(f, 0) {
		return 0, fmt.Errorf("%q is not a number", display(v))
	}
	return f, nil
}

func helpFormatMoney(c *exprContext, args []any) (any, error) {
	amount, currency := args[0], any(nil)
	if m, ok := amount.(map[string]any); ok {
		amount, currency = m["amount"], m["currency"]
	}
	if len(args) > 1 {
		currency = args[1]
	}
	if amount == nil || amount == "" {
		return "", nil
	}
	text, exact := amount.(string) // decimals as they were written: a float64 does not hold every cent
	v, err := finite(amount)
	if err != nil {
		return nil, err
	}
	code, ok := currency.(string)
	if !ok || !currencyCode.MatchString(code) {
		return nil, fmt.Errorf("%q is not a currency", display(currency))
	}
	if !exact || strings.ContainsAny(text, "eExXpP_iI+") {
		text = strconv.FormatFloat(v, 'f', -1, 64)
	}
	return c.locale.Money(text, code, c.language, c.region), nil
}

// minorOf is an amount in its currency's smallest units: cents.
func minorOf(v any) (any, error) {
	digits := 2
	if m, ok := v.(map[string]any); ok {
		if units, known := minorUnits(v); known {
			return units, nil
		}
		v = m["amount"]
		code, _ := m["currency"].(string)
		digits = reading.Decimals(code)
	}
	f, err := finite(v)
	if err != nil {
		return nil, err
	}
	return math.Round(f * math.Pow10(digits)), nil
}

var errPlural = errors.New("plural needs a number and two texts")

func helpPlural(c *exprContext, args []any) (any, error) {
	if len(args) != 3 {
		return nil, errPlural
	}
	n, err := finite(args[0])
	one, okOne := args[1].(string)
	other, okOther := args[2].(string)
	if err != nil || !okOne || !okOther {
		return nil, errPlural
	}
	text := other
	if c.locale.Plural(n, c.language) == "one" {
		text = one
	}
	text = strings.ReplaceAll(text, "{}", c.locale.Number(n, maxShownDecimals, c.language, c.region))
	if len(text) > MaxRenderedBytes {
		return nil, fmt.Errorf("plural: the text is over %d bytes", MaxRenderedBytes)
	}
	return text, nil
}

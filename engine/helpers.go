package engine

import "time"

// contextName is the name under which expressions find an *exprContext. Authors can not write it.
const contextName = "\x00context"

// exprContext is what helper functions of expressions need besides their arguments.
type exprContext struct {
	now              time.Time
	zone             *time.Location
	language, region string
	locale           Locale
}

package scripts

import (
	"regexp"
	"sync"

	"github.com/dop251/goja"
	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"
)

// What goja gets wrong without a word. Each would pass a script's author by and be seen by a contact.

// unicodeClass finds \p{…}, which goja never matches.
var unicodeClass = regexp.MustCompile(`\\[pP]\{`)

const unicodeClassHint = `write the letters out, for example [a-záéíóúüñ]`

// asciiOnly finds \b, \B, \w and \W, which know the letters of English only; letter finds another letter.
var (
	asciiOnly = regexp.MustCompile(`(?:^|[^\\])(?:\\\\)*(\\[bBwW])`)
	letter    = regexp.MustCompile(`[^\x00-\x7f]`)
)

func (c *compiler) pattern(idx file.Idx, literal, pattern string) {
	c.unicodeClass(idx, literal, pattern)
	c.letters(idx, literal, pattern)
}

// letters warns of a pattern for words with letters beyond a to z.
func (c *compiler) letters(idx file.Idx, literal, pattern string) {
	if m := asciiOnly.FindStringSubmatch(pattern); m != nil && letter.MatchString(pattern) {
		c.found.Warnf(c.node(idx, len(literal)), "script-letters", "write what may stand there, for example [^a-záéíóúüñ]",
			`%s takes ñ or é for the end of a word: it knows the letters a to z only`, m[1])
	}
}

// unicodeClass looks at a regular expression, and at text that may become one.
func (c *compiler) unicodeClass(idx file.Idx, literal, pattern string) {
	if unicodeClass.MatchString(pattern) {
		c.unsupported(c.node(idx, len(literal)), unicodeClassHint, `\p{…} in a regular expression never matches here`)
	}
}

// members are what people look for in built-ins; those that goja does not have are a finding.
var members = []struct{ owner, name, hint string }{
	{"Object", "groupBy", "write a loop that collects them"},
	{"Map", "groupBy", "write a loop that collects them"},
	{"Array", "fromAsync", hintAtOnce},
	{"RegExp", "escape", `text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')`},
	{"Math", "sumPrecise", "add in a loop"},
	{"Error", "isError", "value instanceof Error"},
	{"String.prototype", "isWellFormed", "text arrives well formed"},
	{"String.prototype", "toWellFormed", "text arrives well formed"},
	{"Symbol", "asyncIterator", hintAtOnce},
}

// missing are the members that goja does not have, with their hints: "Object.groupBy", and ".isWellFormed" for a method.
var missing = sync.OnceValue(func() map[string]string {
	vm, list := goja.New(), map[string]string{}
	for _, m := range members {
		if v, err := vm.RunString(m.owner + "." + m.name); err == nil && !goja.IsUndefined(v) {
			continue
		}
		owner := m.owner
		if owner == "String.prototype" {
			owner = ""
		}
		list[owner+"."+m.name] = m.hint
	}
	return list
})

func (c *compiler) inspectMember(n *ast.DotExpression) {
	name := n.Identifier.Name.String()
	owner := ""
	if id, ok := n.Left.(*ast.Identifier); ok {
		owner = id.Name.String()
	}
	if hint, ok := hints[name]; ok && owner == "globalThis" {
		c.unsupported(c.node(n.Identifier.Idx, len(name)), hint, "scripts have no "+name)
	}
	if hint, ok := missing()[owner+"."+name]; ok && owner != "" {
		c.unsupported(c.node(n.Left.Idx0(), len(owner)+1+len(name)), hint, "scripts have no "+owner+"."+name)
	} else if hint, ok := missing()["."+name]; ok {
		c.unsupported(c.node(n.Identifier.Idx, len(name)), hint, "text has no "+name+" here")
	}
}

// Hints for time and language.
const (
	hintUTC    = "use the UTC methods (getUTCHours, Date.UTC), or let the flow write times: format_time(…) knows the contact's zone"
	hintWrite  = "let the flow write it (format_money, format_number, format_date), or write it out as scripts/orders.js does"
	hintLocale = "leave the language out; it is not looked at"
)

// localTime are the methods of Date that answer in the zone of the machine, which for a script is UTC.
var localTime = map[string]bool{
	"getDate": true, "getDay": true, "getFullYear": true, "getHours": true, "getMilliseconds": true, "getMinutes": true, "getMonth": true,
	"getSeconds": true, "getTimezoneOffset": true, "setDate": true, "setFullYear": true, "setHours": true, "setMilliseconds": true,
	"setMinutes": true, "setMonth": true, "setSeconds": true, "toDateString": true, "toTimeString": true,
}

func (c *compiler) inspectCall(n *ast.CallExpression) {
	c.patternCall(n.Callee, n.ArgumentList)
	dot, ok := n.Callee.(*ast.DotExpression)
	if !ok {
		return
	}
	name := dot.Identifier.Name.String()
	at := c.node(dot.Identifier.Idx, len(name))
	switch name {
	case "toLocaleString", "toLocaleDateString", "toLocaleTimeString":
		c.found.Errorf(at, "script-locale", hintWrite, "%s knows no language here: it writes 1234.5 and 01/31/2026 for everybody, or fails", name)
	case "localeCompare":
		if len(n.ArgumentList) > 1 {
			c.found.Warnf(at, "script-locale", hintLocale, "localeCompare compares the same way in every language")
		}
	case "toLocaleUpperCase", "toLocaleLowerCase":
		if len(n.ArgumentList) > 0 {
			c.found.Warnf(at, "script-locale", hintLocale, "%s works the same way in every language", name)
		}
	default:
		if localTime[name] {
			c.found.Warnf(at, "script-local-time", hintUTC, "%s means UTC here, whatever the contact's zone is", name)
		}
	}
}

func (c *compiler) inspectNew(n *ast.NewExpression) {
	c.patternCall(n.Callee, n.ArgumentList)
	if id, ok := n.Callee.(*ast.Identifier); ok && id.Name == "Date" && len(n.ArgumentList) > 1 {
		c.found.Warnf(c.node(id.Idx, len("Date")), "script-local-time", hintUTC, "new Date(year, month, …) means UTC here, whatever the contact's zone is")
	}
}

// patternCall looks at RegExp("…") with the pattern written out.
func (c *compiler) patternCall(callee ast.Expression, args []ast.Expression) {
	if id, ok := callee.(*ast.Identifier); !ok || id.Name != "RegExp" || len(args) == 0 {
		return
	}
	if text, ok := args[0].(*ast.StringLiteral); ok {
		c.letters(text.Idx, text.Literal, text.Value.String())
	}
}

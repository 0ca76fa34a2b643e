package lsp

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"relevo/engine"
)

// cursor is the place where something is being typed.
type cursor struct {
	s        *server
	d        *doc // the file as it is
	b        *build
	path     []string // to the value, or to the map whose key is typed
	node     *node    // the value, or the map
	key      bool     // a key is typed
	from, to int      // the word that is replaced
	offset   int
	indent   string // of the line
	inFlow   bool   // inside brackets
	items    []completionItem
}

// caret stands where the cursor is, in a copy of the text that is then read as if somebody had typed it: so there is a word to find.
const caret = "\uE000"

func (s *server) completion(p at) (*completionList, *responseError) {
	d, failed := s.opened(p.TextDocument.URI)
	if failed != nil {
		return nil, failed
	}
	list := &completionList{Items: []completionItem{}}
	c := s.cursorAt(d, d.text.offset(p.Position, s.encoding))
	if c != nil && c.codes() {
		list.Items = append(list.Items, c.items...)
		return list, nil
	}
	if c == nil || c.node == nil {
		return list, nil
	}
	c.complete()
	list.Items = append(list.Items, c.items...)
	return list, nil
}

// cursorAt finds what is being typed. Its node is nil in comments. It is nil in files that are no flows.
func (s *server) cursorAt(d *doc, offset int) *cursor {
	body := d.text.s
	if !d.flow || strings.Contains(body, caret) {
		return nil
	}
	c := &cursor{s: s, d: d, b: s.around(d), from: offset, to: offset, offset: offset}
	for c.from > 0 && wordByte(body[c.from-1]) {
		c.from--
	}
	for c.to < len(body) && wordByte(body[c.to]) {
		c.to++
	}
	lineFrom, _ := d.text.line(offset)
	c.indent = body[lineFrom : lineFrom+len(body[lineFrom:offset])-len(strings.TrimLeft(body[lineFrom:offset], " "))]
	root := outline(body[:offset] + caret + body[offset:])
	root.walk(func(n *node) { c.take(n) })
	if c.node != nil {
		c.inFlow = c.node.flow || !c.key && c.node.parent != nil && c.node.parent.flow
	}
	return c
}

// accepting is a comment that accepts a finding, up to the code that is being typed.
var accepting = regexp.MustCompile(`#\s*accept\s+[a-z-]*$`)

// codes offers the codes of the warnings in the file, behind accept in a comment. false: the cursor is somewhere else.
func (c *cursor) codes() bool {
	from, _ := c.d.text.line(c.offset)
	if !accepting.MatchString(c.d.text.s[from:c.offset]) {
		return false
	}
	c.s.mu.Lock()
	shown := c.s.shown[c.d.path]
	c.s.mu.Unlock()
	var codes []string
	for _, d := range shown {
		if d.Severity == severityWarning && !slices.Contains(codes, d.Code) {
			codes = append(codes, d.Code)
			message, _, _ := strings.Cut(d.Message, hintMark)
			c.insert(itemValue, d.Code, d.Code+": ", message, c.s.o.Explain(d.Code), false)
		}
	}
	return true
}

func wordByte(b byte) bool { return letter(b) || b >= '0' && b <= '9' || b == '-' }

// take notes a node in which the caret is.
func (c *cursor) take(n *node) {
	switch {
	case strings.Contains(n.key.text, caret):
		c.node, c.key, c.path = n.parent, true, n.parent.path()
	case strings.Contains(n.val.text, caret):
		c.node, c.key, c.path = n, false, n.path()
	}
}

// complete offers what can stand here.
func (c *cursor) complete() {
	switch {
	case c.key:
		c.keys()
	case len(c.path) == 0:
		return
	case isExpression(c.path) || c.inBraces():
		c.expression()
	default:
		c.value()
		if word := strings.TrimRight(c.node.val.text, caret); c.node.val.quote == 0 && wordOnly(word) && c.node.item && !c.inFlow {
			c.keys() // the item may become a map
		}
	}
}

// wordOnly tells a value that may be the begin of a key.
func wordOnly(s string) bool {
	return strings.IndexFunc(strings.ReplaceAll(s, caret, ""), func(r rune) bool { return r > 0x7f || !wordByte(byte(r)) }) < 0
}

// inBraces tells that {{ is open before the cursor.
func (c *cursor) inBraces() bool {
	before := c.node.val.text[:strings.Index(c.node.val.text, caret)]
	return strings.LastIndex(before, "{{") > strings.LastIndex(before, "}}")
}

func (c *cursor) offer(kind int, label, detail, documentation string) {
	c.insert(kind, label, label, detail, documentation, false)
}

// maxItems is how many things are offered at one place: as many as a flow may have states.
const maxItems = engine.MaxStates

func (c *cursor) insert(kind int, label, text, detail, documentation string, snippet bool) {
	if len(c.items) >= maxItems {
		return
	}
	item := completionItem{Label: label, Kind: kind, Detail: detail, SortText: fmt.Sprintf("%04d", len(c.items))}
	if documentation != "" {
		item.Documentation = markdown(documentation)
	}
	if snippet {
		item.InsertTextFormat = 2
	}
	item.TextEdit = &textEdit{c.d.text.span(c.from, c.to, c.s.encoding), text}
	c.items = append(c.items, item)
}

// keys offers the keys of a map that are not there yet.
func (c *cursor) keys() {
	switch {
	case len(c.path) == 1 && c.path[0] == "states":
		c.states()
		return
	case isOn(c.path):
		c.events()
		return
	case len(c.path) == 3 && c.path[2] == "after":
		for _, d := range []string{"5m", "30m", "1h", "1d"} {
			c.pair(itemValue, d, "", "")
		}
		return
	case c.path != nil && c.path[len(c.path)-1] == "set":
		for _, slot := range c.d.slots() {
			c.pair(itemVariable, slot.name, slot.detail, "")
		}
		return
	case len(c.path) == 4 && c.path[2] == "run" && c.path[3] == "with":
		for _, param := range c.params() {
			c.pair(itemVariable, param, "parameter", "")
		}
		return
	}
	c.schemaKeys()
}

// isOn tells the maps whose keys are events.
func isOn(path []string) bool {
	return len(path) == 1 && path[0] == "on" || len(path) == 3 && path[0] == "states" && path[2] == "on"
}

// pair offers a key with its colon.
func (c *cursor) pair(kind int, key, detail, documentation string) {
	if c.node.child(key) != nil {
		return
	}
	text := key + ": "
	if rest := c.d.text.s[c.to:]; strings.HasPrefix(rest, ":") {
		text = key
	}
	c.insert(kind, key, text, detail, documentation, false)
}

// schemaKeys offers the words of the language, and in texts the languages that are missing.
func (c *cursor) schemaKeys() {
	if c.s.schema.byLanguage(c.path) {
		for _, language := range listed(c.d.root.child("languages")) {
			c.pair(itemField, language, "text in this language", "")
		}
	}
	if !c.s.keys {
		return
	}
	keys := c.s.schema.keys(c.path)
	for _, key := range sortedKeys(keys) {
		c.pair(itemProperty, key, "", keys[key])
	}
}

// params are the parameters of the flow that a state runs.
func (c *cursor) params() []string {
	flow := c.node.parent.child("flow")
	if flow == nil {
		return nil
	}
	if other := c.s.flowFile(c.d, flow.val.text); other != nil {
		return listed(other.root.child("params"))
	}
	return nil
}

// events offers what the state can see: what it waits for first.
func (c *cursor) events() {
	var own, others []string
	if len(c.path) == 3 {
		own, others = c.d.raised(c.node.parent, c.b)
	} else {
		own, others = c.d.raisedAnywhere(c.b)
	}
	seen := map[string]bool{}
	for _, event := range own {
		if seen[event] {
			continue
		}
		seen[event] = true
		c.pair(itemEvent, event, "", c.d.sayEvent(mark{kind: kindEvent, name: event, scope: scopeOf(c.path)}))
	}
	for _, event := range others {
		if !seen[event] {
			c.pair(itemEvent, event, "", c.d.sayEvent(mark{kind: kindEvent, name: event}))
		}
	}
}

// value offers what can be the value of a key.
func (c *cursor) value() {
	k, role := valueKind(c.path)
	switch k {
	case kindState:
		c.stateNames()
	case kindSlot:
		for _, slot := range c.d.slots() {
			if role != "save" || slot.detail == string(engine.SlotObject) {
				c.offer(itemVariable, slot.name, slot.detail, "")
			}
		}
	case kindFlow:
		c.flowNames()
	case kindScript:
		c.scriptFiles()
	case kindQueue:
		for _, queue := range c.queues() {
			c.offer(itemValue, queue, "queue", "")
		}
	default:
		c.words()
	}
}

func (c *cursor) stateNames() {
	for _, m := range c.d.marks {
		if m.kind == kindState && m.defines() && len(c.items) < maxItems {
			c.offer(itemState, m.name, does(c.d.root.get("states", m.name)), c.d.sayState(m.name))
		}
	}
}

func (c *cursor) flowNames() {
	if c.b == nil {
		return
	}
	for _, flow := range sortedKeys(c.b.project.Signatures) {
		if flow != c.d.flowName() {
			c.offer(itemModule, flow, "flow", c.s.sayFlow(c.d, flow))
		}
	}
}

func (d *doc) flowName() string {
	if n := d.root.child("flow"); n != nil {
		return n.val.text
	}
	return ""
}

func (c *cursor) scriptFiles() {
	if c.b == nil {
		return
	}
	for _, name := range sortedKeys(c.b.project.Scripts) {
		script := c.b.project.Scripts[name]
		c.insert(itemModule, script.File, script.File, strings.Join(script.Functions, ", "), "", false)
	}
}

// queues are the configured ones and those that flows name.
func (c *cursor) queues() []string {
	var names []string
	if c.b != nil {
		names = slices.Clone(c.b.options.Queues)
	}
	for _, other := range c.s.projectFlows(c.d) {
		for _, m := range other.marks {
			if m.kind == kindQueue {
				names = append(names, m.name)
			}
		}
	}
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(n string) bool { return n == "" || strings.Contains(n, caret) })
}

// words offers words of the language, and those that flows use in this place.
func (c *cursor) words() {
	n := len(c.path)
	switch {
	case n == 2 && c.path[0] == "languages":
		for _, language := range []string{"en", "es", "pt"} {
			c.offer(itemValue, language, "", "")
		}
	case n == 3 && c.path[0] == "triggers" && c.path[2] == "event":
		for _, event := range listed(c.d.root.child("events")) {
			c.offer(itemEvent, event, "business event", "")
		}
	case n == 3 && c.path[2] == "end":
		c.outcomes()
	default:
		for _, word := range c.s.schema.values(c.path) {
			c.offer(itemValue, word, "", "")
		}
	}
}

func (c *cursor) outcomes() {
	found := map[string]bool{"resolved": true}
	if c.b != nil {
		for _, signature := range c.b.project.Signatures {
			for _, outcome := range signature.Outcomes {
				found[outcome] = true
			}
		}
	}
	for _, outcome := range slices.Sorted(maps.Keys(found)) {
		c.offer(itemValue, outcome, "outcome", "")
	}
}

type slotName struct{ name, detail string }

// slots are the declared ones and those of questions with choices.
func (d *doc) slots() []slotName {
	var found []slotName
	seen := map[string]bool{}
	add := func(name, detail string) {
		if !seen[name] && len(found) < engine.MaxSlots {
			found = append(found, slotName{name, detail})
		}
		seen[name] = true
	}
	if slots := d.root.child("slots"); slots != nil {
		for _, n := range slots.kids {
			if n.key.text != "" && !n.bare {
				add(n.key.text, slotDetail(n))
			}
		}
	}
	if states := d.root.child("states"); states != nil {
		for _, n := range states.kids {
			if ask := n.child("ask"); ask != nil && n.child("choices") != nil && ask.val.text != "" {
				add(ask.val.text, string(engine.SlotChoice))
			}
		}
	}
	return found
}

// expression offers names, or what may stand behind a dot.
func (c *cursor) expression() {
	body := c.d.text.s
	before := strings.TrimSuffix(body[:c.from], "?.")
	if before = strings.TrimSuffix(before, "."); len(before) < c.from {
		end := len(before)
		start := end
		for start > 0 && wordByte(before[start-1]) {
			start--
		}
		c.members(before[start:end])
		return
	}
	for _, slot := range c.d.slots() {
		c.offer(itemVariable, slot.name, slot.detail, c.d.saySlot(slot.name))
	}
	for _, value := range sortedKeys(values) {
		c.offer(itemVariable, value, "", values[value])
	}
	for _, script := range listed(c.d.root.child("scripts")) {
		c.offer(itemModule, strings.TrimSuffix(script, ".js"), "script", "")
	}
	for _, name := range sortedKeys(helpers) {
		c.call(name, helpers[name].signature, helpers[name].gives)
	}
}

// call offers a function. Clients that fill in snippets get the cursor between its brackets.
func (c *cursor) call(name, detail, documentation string) {
	text := name
	if c.s.snippets && !strings.HasPrefix(c.d.text.s[c.to:], "(") {
		text = name + "($0)"
	}
	c.insert(itemFunction, name, text, detail, documentation, text != name)
}

// members offers what belongs to a script, a slot or a value.
func (c *cursor) members(owner string) {
	if c.b != nil && slices.Contains(listed(c.d.root.child("scripts")), owner+".js") {
		for _, function := range c.b.project.Scripts[owner].Functions {
			said := c.s.sayFunction(c.d, owner+"."+function)
			c.call(function, owner+".js", said)
		}
		return
	}
	fields := members[owner]
	if n := c.d.root.get("slots", owner); n != nil {
		fields = members[slotDetail(n)]
	}
	if owner == "config" && c.b != nil {
		fields = sortedKeys(c.b.options.Config)
	}
	for _, field := range fields {
		c.offer(itemField, field, "", "")
	}
}

// states offers whole states at the place of a new one.
func (c *cursor) states() {
	if !c.s.snippets || c.inFlow {
		return
	}
	for _, sample := range stateSamples {
		text := strings.ReplaceAll(sample.text, "\n", "\n"+c.indent)
		c.insert(itemSnippet, sample.label, text, sample.detail, "```yaml\n"+plainSample(sample.text)+"\n```", true)
	}
}

package engine

import (
	"slices"
	"strings"
	"time"

	"relevo/engine/diag"
)

// compileFlow compiles what is said of the flow as a whole.
func compileFlow(c *compilation) {
	m, def := c.machine, c.def
	m.interruptible = !def.Interruptible.Set || def.Interruptible.V
	if def.Key.V != "" {
		m.key = c.scope.compile(&c.findings, def.Key, needs{"key", []kind{kindText, kindNumber}, "write a slot, for example appointment.id"})
	}
	m.params, m.returns = c.slotList(def.Params, "param", "duplicate-param"), c.slotList(def.Returns, "result", "duplicate-param")
	c.compileZone()
	if def.Quiet.V != "" {
		q, err := parseQuiet(def.Quiet.V)
		if err != nil {
			c.findings.Errorf(def.Quiet.At, "bad-value", `write two times, for example "21:00-09:00"`, "%q are not quiet hours", def.Quiet.V)
		}
		m.quiet = &q
	}
	c.compileRenamed()
	c.compileCommands()
	c.compileTexts()
	c.unique("event", "duplicate-event", MaxEvents, len(def.Events), func(i int) Str { return def.Events[i].Name })
	for _, e := range def.Events {
		c.checkBusiness(e.Name)
	}
}

// checkBusiness reports a name that no business event can have: those without a dot are the engine's own.
func (c *compilation) checkBusiness(name Str) {
	if !isBusiness(name.V) {
		c.findings.Errorf(name.At, "bad-value", "write a name with a dot, for example order.delayed", "%q is not the name of a business event", name.V)
	}
}

// slotList reads a list of slot names.
func (c *compilation) slotList(list []Str, what, code string) []string {
	c.unique(what, code, MaxParams, len(list), func(i int) Str { return list[i] })
	for _, s := range list {
		if c.machine.slots[s.V] == nil {
			c.unknownSlot(s)
		}
	}
	return written(list)
}

// compileZone compiles the time zone. One without an expression must exist.
func (c *compilation) compileZone() {
	s := c.def.TimeZone
	if s.V == "" {
		return
	}
	c.machine.zone = c.scope.compileTemplate(&c.findings, s)
	if strings.Contains(s.V, "{{") {
		return
	}
	if _, err := time.LoadLocation(s.V); err != nil || s.V == "Local" {
		c.findings.Errorf(s.At, "bad-timezone", "write a name of the IANA list, for example Europe/Madrid or America/Mexico_City", "%q is not a time zone", s.V)
	}
}

func (c *compilation) compileRenamed() {
	list := c.def.Renamed
	c.unique("renamed state", "duplicate-rename", MaxStates, len(list), func(i int) Str { return list[i].Old })
	c.machine.renamed = make(map[string]string, len(list))
	for _, r := range list {
		if c.machine.states[r.Old.V] != nil {
			c.findings.Errorf(r.Old.At, "bad-rename", "remove it here, or give the state another name", "state %q is still there, so it has no new name", r.Old.V)
		}
		c.target(r.New)
		c.machine.renamed[r.Old.V] = r.New.V
	}
}

func (c *compilation) compileCommands() {
	c.machine.off = make(map[Command]bool, len(c.def.Commands))
	for _, s := range c.def.Commands {
		command := Command(s.Command.V)
		switch {
		case !slices.Contains(CommandNames, command):
			c.findings.Errorf(s.Command.At, "unknown-command", diag.Suggest(s.Command.V, commandNames, "it can be "+strings.Join(commandNames, ", ")), "no command is named %q", s.Command.V)
		case command == CommandStop && !s.On.V:
			c.findings.Errorf(s.Command.At, "bad-value", "remove it", "nobody can be kept from opting out")
		}
		c.machine.off[command] = !s.On.V
	}
}

// commandNames are the commands as words.
var commandNames = func() []string {
	names := make([]string, len(CommandNames))
	for i, c := range CommandNames {
		names[i] = string(c)
	}
	return names
}()

func (c *compilation) compileTexts() {
	names := make([]string, len(TextKeys))
	for i, key := range TextKeys {
		names[i] = string(key)
	}
	c.machine.texts = make(map[TextKey]message, len(c.def.Texts))
	for _, t := range c.def.Texts {
		key := TextKey(t.Key.V)
		if !slices.Contains(TextKeys, key) {
			c.findings.Errorf(t.Key.At, "unknown-text", diag.Suggest(t.Key.V, names, "see texts in commands.yaml"), "the engine says nothing called %q", t.Key.V)
		}
		c.machine.texts[key] = c.message(t.Text)
	}
}

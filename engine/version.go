package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
)

// VersionOf names the version of a flow by its content: the file and the scripts that it lists, so that a run keeps both. A flow without
// scripts has its file's hash; another one has the SHA-256 of
//
//	sha256:<64 hex digits of the flow file>
//	orders@sha256:<64 hex digits of the script file>
//
// with the scripts sorted by name, each once.
func VersionOf(def *Definition, scripts map[string]Script) string {
	if len(def.Scripts) == 0 {
		return def.Hash
	}
	var lines []string
	for _, s := range def.Scripts {
		name := scriptName(s.V)
		lines = append(lines, name+"@"+scripts[name].Hash+"\n")
	}
	slices.Sort(lines)
	h := sha256.New()
	for _, line := range append([]string{def.Hash + "\n"}, slices.Compact(lines)...) {
		_, _ = h.Write([]byte(line)) // a hash never fails to write
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// Scripts returns the scripts that the flow lists, in the order of the file, each once.
func (m *Machine) Scripts() []Script {
	list := make([]Script, 0, len(m.scripts))
	for i, name := range m.scripts {
		if !slices.Contains(m.scripts[:i], name) {
			list = append(list, m.used[name])
		}
	}
	return list
}

// ScriptRef is what to call a script by, so that a run gets the one of its own version: "orders@0123456789abcdef". It is the bare name where
// the script has no reference.
func (m *Machine) ScriptRef(name string) string {
	if ref := m.used[name].Ref; ref != "" {
		return ref
	}
	return name
}

// ScriptFunctions are the exported functions of one of the flow's scripts, sorted.
func (m *Machine) ScriptFunctions(name string) []string { return m.used[name].Functions }

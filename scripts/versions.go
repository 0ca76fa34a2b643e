package scripts

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"relevo/engine/diag"
)

// refDigits is how much of a hash stands in a reference: 64 bits tell the versions of one script apart.
const refDigits = 16

// Ref names one version of a script: "orders@" and the first 16 hex digits of the SHA-256 of its file. It is what a run that began
// with that version calls it by (engine.ScriptCall).
func Ref(name string, code []byte) string {
	sum := sha256.Sum256(code)
	return name + "@" + hex.EncodeToString(sum[:])[:refDigits]
}

// version is one version of a script as workers run it.
type version struct {
	Ref  string `json:"ref"`
	File string `json:"file"`
	Code []byte `json:"code"` // export taken out; every place is where it is in the file
}

// versions are what a pool can call.
type versions struct {
	byRef  map[string]version
	latest map[string]string // by name: the reference of the version that was added last
}

// add takes sources in. Those that do not compile, or are too many, leave it as it is.
func (v *versions) add(sources []Source) error {
	var all diag.List
	files, fresh := map[string]Source{}, map[string]version{}
	for _, s := range sources {
		ref := Ref(s.Name, s.Code)
		if other, taken := files[ref]; taken && other.File != s.File {
			return fmt.Errorf("scripts: %s and %s are both called %q", other.File, s.File, s.Name)
		}
		files[ref] = s
		if _, known := v.byRef[ref]; known {
			continue
		}
		_, code, found := translate(s.Name, s.File, s.Code)
		all = append(all, found...)
		fresh[ref] = version{Ref: ref, File: s.File, Code: code}
	}
	if all.Sort(); all.HasErrors() {
		return all.Err()
	}
	if n := len(v.byRef) + len(fresh); n > MaxVersions {
		return fmt.Errorf("scripts: %d versions of scripts, at most %d are kept", n, MaxVersions)
	}
	for ref, s := range fresh {
		v.byRef[ref] = s
	}
	for _, s := range sources {
		v.latest[s.Name] = Ref(s.Name, s.Code)
	}
	return nil
}

// keep drops every version but these.
func (v *versions) keep(refs []string) {
	wanted := make(map[string]bool, len(refs))
	for _, ref := range refs {
		wanted[ref] = true
	}
	for ref := range v.byRef {
		if !wanted[ref] {
			delete(v.byRef, ref)
		}
	}
	for name, ref := range v.latest {
		if !wanted[ref] {
			delete(v.latest, name)
		}
	}
}

// find returns the version that a call means: a reference, or a name for the version that was added last.
func (v *versions) find(script string) (version, bool) {
	if ref, ok := v.latest[script]; ok {
		script = ref
	}
	found, ok := v.byRef[script]
	return found, ok
}

// Add makes versions of scripts callable, by reference and, the last of each name, by name. Calls under way are not disturbed. When
// one does not compile nothing is added and the findings are returned as a diag.List; a version that is there already is no error.
func (p *Pool) Add(sources []Source) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return ErrClosed
	}
	return p.versions.add(sources)
}

// Keep drops every version but those with these references. A call under way ends with the version it began with.
func (p *Pool) Keep(refs []string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return ErrClosed
	}
	p.versions.keep(refs)
	return nil
}

// find returns the version that a call means.
func (p *Pool) find(script string) (version, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.versions.find(script)
}

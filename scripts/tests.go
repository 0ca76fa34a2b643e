package scripts

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"relevo/engine"
	"relevo/engine/diag"
)

// testSuffix ends the name of a file of tests: orders.test.js holds those of orders.js.
const testSuffix = ".test.js"

// maxTests bounds the tests of one file.
const maxTests = 1000

// maxTestDetailBytes bounds what is kept of the message of a test that fails.
const maxTestDetailBytes = 4 << 10

// TestTime is what Date shows in a test that does not set it with at("2026-…").
var TestTime = time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)

// IsTest tells a file of tests from a script by its name.
func IsTest(file string) bool { return strings.HasSuffix(file, testSuffix) }

// Tested is the file that a file of tests is about: "orders.js" for "orders.test.js".
func Tested(file string) string { return strings.TrimSuffix(file, testSuffix) + ".js" }

// TestResult is what became of one test.
type TestResult struct {
	Name    string `json:"name"`
	File    string `json:"file"` // of the tests
	Line    int    `json:"line"` // of the failure, else of the test; from 1
	Column  int    `json:"column"`
	Failure string `json:"failure,omitempty"` // empty: it passed
}

// CheckTest finds what is wrong with a file of tests of the script called name, without running it.
func CheckTest(name, file string, code []byte) diag.List {
	c := compiler{file: file, code: code, text: bytes.Clone(code), also: map[string]bool{"test": true, "assert": true, "at": true}}
	if c.also[name] {
		c.found.Errorf(c.at(0, 1), "script-syntax", "give the script another name", "%q is a word of the tests", name)
	}
	c.also[name] = true
	if program := c.parse(); program != nil {
		c.inspect(program)
	}
	for _, n := range c.named {
		c.found.Errorf(c.at(n.offset, len("export")), "script-syntax", "leave export out", "a file of tests exports nothing")
	}
	c.found.Sort()
	return c.found
}

// Test runs the tests of a script, each behind the fence and in a world of its own. script is its reference or name. The error is for a file that can not be run at all: findings as a diag.List, or a *engine.ScriptError.
func (p *Pool) Test(script, file string, code []byte) ([]TestResult, error) {
	name, _, _ := strings.Cut(script, "@")
	if err := CheckTest(name, file, code).Err(); err != nil {
		return nil, err
	}
	tested, ok := p.find(script)
	if !ok {
		return nil, &engine.ScriptError{Script: script, Reason: ReasonUnknownFunction}
	}
	c := call{Script: tested.Ref, Args: json.RawMessage("[]"), Now: TestTime, Test: &testCall{Name: name, File: file, Code: code, Index: -1}}
	text, err := p.run(tested, c)
	if err != nil {
		return nil, err
	}
	var results []TestResult
	if err := json.Unmarshal(text, &results); err != nil {
		return nil, fmt.Errorf("list the tests of %s: %w", file, err)
	}
	for i := range results {
		r := &results[i]
		r.File = file
		c.Test.Index = i
		var failed *engine.ScriptError
		if _, err := p.run(tested, c); errors.As(err, &failed) {
			r.fail(failed)
		}
	}
	return results, nil
}

// fail notes where and why a test failed.
func (r *TestResult) fail(e *engine.ScriptError) {
	r.Failure = e.Detail
	switch {
	case e.Reason != ReasonThrew && e.Detail != "":
		r.Failure = e.Reason + ": " + e.Detail
	case e.Reason != ReasonThrew:
		r.Failure = e.Reason
	}
	if e.Line > 0 {
		r.Line, r.Column = e.Line, e.Column
	}
	if r.Failure == "" {
		r.Failure = "it threw"
	}
}

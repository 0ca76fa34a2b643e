package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"relevo/engine"
	"relevo/engine/diag"
	"relevo/flows/flowtest"
	"relevo/scripts"
)

// testFolders are what relevo test runs without arguments: the transcripts, and the scripts folder if it is on disk.
func (a *app) testFolders(c config) []string {
	transcripts := a.transcriptsFolder()
	ofScripts := c.Scripts
	switch {
	case ofScripts != "":
	case c.Flows != "":
		ofScripts = filepath.Join(c.Flows, "..", "scripts")
	default:
		ofScripts = "scripts"
	}
	if tests, err := filepath.Glob(filepath.Join(a.path(ofScripts), "*.js")); err != nil || len(tests) == 0 {
		return []string{transcripts}
	}
	if _, err := os.Stat(a.path(transcripts)); err != nil {
		return []string{ofScripts}
	}
	return []string{transcripts, ofScripts}
}

// transcriptsFolder is where transcripts are: testdata/transcripts, or the folder transcripts that relevo init makes.
func (a *app) transcriptsFolder() string {
	const folder, ofInit = "testdata/transcripts", "transcripts"
	if _, err := os.Stat(a.path(folder)); err == nil {
		return folder
	}
	if _, err := os.Stat(a.path(ofInit)); err == nil {
		return ofInit
	}
	return folder
}

// testScripts runs files of tests, each against the script beside it.
func (a *app) testScripts(ctx context.Context, files []string) (all []outcome, err error) {
	if len(files) == 0 {
		return nil, nil
	}
	pool, err := scripts.NewPool(scripts.Options{Deadline: flowtest.ScriptDeadline})
	if err != nil {
		return nil, &environmentError{fmt.Errorf("start the script workers: %w", err)}
	}
	defer func() { _ = pool.Close() }()
	for _, file := range files {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		results, err := a.testScript(pool, file)
		if err != nil {
			return nil, err
		}
		all = append(all, results...)
	}
	return all, nil
}

// testScript runs one file of tests. What is wrong in it, or in the script, comes back as failures.
func (a *app) testScript(pool *scripts.Pool, file string) ([]outcome, error) {
	shown := a.relative(file)
	tests, err := os.ReadFile(file)
	if err != nil {
		return nil, &environmentError{fmt.Errorf("%s can not be read: %w", shown, cause(err))}
	}
	script := scripts.Tested(file)
	code, err := os.ReadFile(script)
	if err != nil {
		return []outcome{broken(shown, flowtest.Failure{File: shown, Line: 1, Message: fmt.Sprintf("it tests %s, which can not be read: %v", a.relative(script), cause(err))})}, nil
	}
	source := scripts.Source{Name: strings.TrimSuffix(filepath.Base(script), ".js"), File: a.relative(script), Code: code}
	var results []scripts.TestResult
	if err = pool.Add([]scripts.Source{source}); err == nil {
		results, err = pool.Test(scripts.Ref(source.Name, code), shown, tests)
	}
	if err != nil {
		return failedScript(shown, err)
	}
	if len(results) == 0 {
		return []outcome{broken(shown, flowtest.Failure{File: shown, Line: 1, Message: "it holds no test"})}, nil
	}
	var all []outcome
	for _, r := range results {
		o := outcome{Result: flowtest.Result{File: shown}, Test: r.Name}
		if r.Failure != "" {
			o.Failures = []flowtest.Failure{{File: r.File, Line: r.Line, Message: r.Name + ": " + r.Failure}}
		}
		all = append(all, o)
	}
	return all, nil
}

// failedScript makes failures of findings, and of a file of tests that does not run to its end.
func failedScript(shown string, err error) ([]outcome, error) {
	var (
		found   diag.List
		stopped *engine.ScriptError
	)
	switch {
	case errors.As(err, &found):
		failures := make([]flowtest.Failure, len(found))
		for i, d := range found {
			failures[i] = flowtest.Failure{File: d.Range.File, Line: d.Range.Start.Line, Message: d.Message + " [" + d.Code + "]"}
		}
		return []outcome{broken(shown, failures...)}, nil
	case errors.As(err, &stopped):
		return []outcome{broken(shown, flowtest.Failure{File: shown, Line: max(stopped.Line, 1), Message: stopped.Reason + ": " + stopped.Detail})}, nil
	}
	return nil, &environmentError{err}
}

// broken is a file of which no test ran.
func broken(shown string, failures ...flowtest.Failure) outcome {
	return outcome{Result: flowtest.Result{File: shown, Failures: failures}, Test: "the file"}
}

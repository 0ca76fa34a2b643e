package main

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"relevo/engine"
	"relevo/engine/diag"
	"relevo/flows/flowtest"
	"relevo/scripts"
)

// testURL is where the calls of flows seem to go in a transcript, when the configuration does not say.
const testURL = "http://orders.test"

type testOptions struct {
	update, asJSON bool
	junit          string
}

func (a *app) testCommand() *cobra.Command {
	var o testOptions
	cmd := &cobra.Command{
		Use: "test [TRANSCRIPT|TESTS|DIR ...]", Short: "Run conversations, and the tests of scripts, as tests",
		Long: `Test runs transcripts: conversations in a text form that says what the contact writes and what must come back. Time is virtual, HTTP
answers are part of the transcript. It also runs the tests of scripts: orders.test.js holds those of orders.js beside it.

  // scripts/orders.test.js
  test('a lost order', () => {
    assert.match(orders.describe({id: 'AB123456', status: 'lost'}, 'en'), /lost on the way/)
  })

Without arguments it runs testdata/transcripts, or the folder transcripts, and the scripts folder.

Exit code 0: all as expected. 1: something went another way. 2: usage. 3: a file can not be read.`,
		Example: "  relevo test\n  relevo test testdata/transcripts/order_en_happy.transcript\n  relevo test scripts/                   only the tests of scripts\n  relevo test --update my.transcript     write what really happened into the file\n  relevo test --junit results.xml testdata",
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.loadConfig(cmd)
			if err != nil {
				return err
			}
			if len(args) == 0 {
				args = a.testFolders(c)
			}
			return a.test(cmd.Context(), c, args, o)
		},
	}
	cmd.Flags().BoolVar(&o.update, "update", false, "rewrite what the transcripts expect by what really happens")
	cmd.Flags().BoolVar(&o.asJSON, "json", false, "print results as JSON")
	cmd.Flags().StringVar(&o.junit, "junit", "", "also write the results to this file, as JUnit XML")
	addConfigFlags(cmd, "flows", "scripts", "config", "queues", "default_queue", "default_language")
	return cmd
}

func (a *app) test(ctx context.Context, c config, args []string, o testOptions) error {
	files, tests, err := a.testFiles(args)
	if err != nil {
		return err
	}
	c.Values = demoValues(testURL, c.Values)
	stage := &stage{app: a, config: c, catalogs: map[string]*engine.Catalog{}}
	defer stage.close()
	results := make([]outcome, len(files))
	errs := make([]error, len(files))
	var work sync.WaitGroup
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, file := range files {
		work.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			if ctx.Err() == nil {
				results[i].Result, errs[i] = stage.run(file, o.update)
			}
		})
	}
	work.Wait()
	if err := errors.Join(ctx.Err(), errors.Join(errs...)); err != nil {
		return firstOf(errs, err)
	}
	ofScripts, err := a.testScripts(ctx, tests)
	if err != nil {
		return err
	}
	results = append(results, ofScripts...)
	if o.junit != "" {
		if err := writeJUnit(o.junit, results); err != nil {
			return &environmentError{fmt.Errorf("write %s: %w", o.junit, cause(err))}
		}
	}
	return a.reportResults(results, o)
}

// firstOf returns the first error of its own, so that its kind is kept for the exit code.
func firstOf(errs []error, otherwise error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return otherwise
}

// testFiles lists the transcripts and the tests of scripts that the arguments name, folders searched to the bottom.
func (a *app) testFiles(args []string) (transcripts, tests []string, err error) {
	for _, arg := range args {
		err := filepath.WalkDir(a.path(arg), func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil || d.IsDir():
			case scripts.IsTest(path):
				tests = append(tests, path)
			case strings.HasSuffix(path, ".transcript"), path == a.path(arg):
				transcripts = append(transcripts, path)
			}
			return err
		})
		if err != nil {
			return nil, nil, &environmentError{fmt.Errorf("%s can not be read: %w", arg, cause(err))}
		}
	}
	if len(transcripts)+len(tests) == 0 {
		return nil, nil, &usageError{fmt.Errorf("there are no transcripts (*.transcript) and no tests of scripts (*.test.js) in %s", strings.Join(args, ", "))}
	}
	slices.Sort(transcripts)
	slices.Sort(tests)
	return slices.Compact(transcripts), slices.Compact(tests), nil
}

// path is a path as the user meant it: from the working directory.
func (a *app) path(p string) string {
	if filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(a.dir, p)
}

// stage keeps a catalog for each set of flows that transcripts ask for.
type stage struct {
	app    *app
	config config

	mu       sync.Mutex
	catalogs map[string]*engine.Catalog
	open     []*playground
}

// run runs one transcript. What is wrong in the file itself comes back as a failure of it, not as an error.
func (s *stage) run(file string, update bool) (flowtest.Result, error) {
	shown := s.app.relative(file)
	source, err := os.ReadFile(file)
	if err != nil {
		return flowtest.Result{}, &environmentError{fmt.Errorf("%s can not be read: %w", shown, cause(err))}
	}
	t, findings := flowtest.Parse(shown, source)
	if findings.HasErrors() {
		return unreadable(shown, findings), nil
	}
	catalog, err := s.catalog(t.Flow, t.With)
	if err != nil {
		return flowtest.Result{}, err
	}
	result := flowtest.Run(t, catalog)
	if update && result.Updated != string(source) {
		if err := os.WriteFile(file, []byte(result.Updated), 0o644); err != nil {
			return flowtest.Result{}, &environmentError{fmt.Errorf("%s can not be written: %w", shown, cause(err))}
		}
	}
	return result, nil
}

func unreadable(file string, findings diag.List) flowtest.Result {
	r := flowtest.Result{File: file}
	for _, d := range findings {
		r.Failures = append(r.Failures, flowtest.Failure{File: file, Line: d.Range.Start.Line, Message: d.Message + "; " + d.Hint})
	}
	return r
}

// catalog finds the flows for a transcript: the flow file it names where that exists, with the other flows of its folder and the files it names besides;
// else the configured ones, which must hold a flow of that name.
func (s *stage) catalog(flow string, with []string) (*engine.Catalog, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	folder := ""
	if _, err := os.Stat(s.app.path(flow)); err == nil {
		folder = filepath.Dir(s.app.path(flow))
	}
	key := strings.Join(append([]string{folder}, with...), "\n")
	if c := s.catalogs[key]; c != nil {
		return c, nil
	}
	c := s.config
	var files []string
	switch {
	case folder != "" && len(with) > 0:
		beside, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
		if err != nil {
			return nil, &environmentError{fmt.Errorf("look for flows beside %s: %w", flow, err)}
		}
		for _, file := range with {
			if !slices.Contains(beside, s.app.path(file)) {
				beside = append(beside, file)
			}
		}
		files = beside
	case folder != "":
		c.Flows = folder
	case len(with) > 0:
		return nil, &usageError{fmt.Errorf("a transcript names %s with %s, which is not a file here", strings.Join(with, ", "), flow)}
	}
	p, err := s.app.openPlayground(c, files, scripts.Options{Deadline: flowtest.ScriptDeadline})
	if err != nil {
		return nil, err
	}
	s.open = append(s.open, p)
	catalog := engine.NewCatalog(p.options)
	s.catalogs[key] = catalog
	return catalog, nil
}

func (s *stage) close() {
	for _, p := range s.open {
		p.close()
	}
}

// outcome is what became of a transcript, or of one test of a script.
type outcome struct {
	flowtest.Result
	Test string `json:"test,omitempty"` // the test's name; empty for a transcript
}

func (a *app) reportResults(results []outcome, o testOptions) error {
	var t tally
	for _, r := range results {
		t.add(r)
	}
	if o.asJSON {
		if err := a.printJSON(map[string]any{"transcripts": t.transcripts, "tests": t.tests, "failed": t.failed + t.failedTests, "results": results}); err != nil {
			return err
		}
	} else if err := a.printResults(results, o, t); err != nil {
		return err
	}
	if t.failedTests > 0 || t.failed > 0 && !o.update {
		return failure{}
	}
	return nil
}

// tally counts transcripts and tests of scripts.
type tally struct{ transcripts, failed, tests, failedTests int }

func (t *tally) add(r outcome) {
	all, failed := &t.transcripts, &t.failed
	if r.Test != "" {
		all, failed = &t.tests, &t.failedTests
	}
	*all++
	if len(r.Failures) > 0 {
		*failed++
	}
}

func (a *app) printResults(results []outcome, o testOptions, t tally) error {
	for _, r := range results {
		for _, f := range r.Failures {
			if err := a.printf("%s:%d: %s\n%s\n", f.File, f.Line, f.Message, difference(f.Want, f.Got)); err != nil {
				return err
			}
		}
	}
	if o.update {
		if err := a.printf("%s, %d rewritten\n", count(t.transcripts, "transcript"), t.failed); err != nil || t.tests == 0 {
			return err
		}
		return a.printf("tests of scripts: %d passed, %d failed\n", t.tests-t.failedTests, t.failedTests)
	}
	return a.printf("%d passed, %d failed\n", t.transcripts+t.tests-t.failed-t.failedTests, t.failed+t.failedTests)
}

// difference shows what was expected beside what happened: common lines once, the rest with - and +.
func difference(want, got []string) string {
	var b strings.Builder
	for len(want) > 0 && len(got) > 0 && want[0] == got[0] {
		b.WriteString("    " + want[0] + "\n")
		want, got = want[1:], got[1:]
	}
	for _, l := range want {
		b.WriteString("  - " + l + "\n")
	}
	for _, l := range got {
		b.WriteString("  + " + l + "\n")
	}
	return b.String()
}

// junitSuite and its parts are JUnit's XML as CI systems read it.
type junitSuite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	File    string        `xml:"file,attr"`
	Failure *junitFailure `xml:"failure,omitempty"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

func writeJUnit(file string, results []outcome) error {
	suite := junitSuite{Name: "relevo", Tests: len(results)}
	for _, r := range results {
		c := junitCase{Name: strings.TrimSuffix(filepath.Base(r.File), ".transcript"), File: r.File}
		if r.Test != "" {
			c.Name += ": " + r.Test
		}
		if len(r.Failures) > 0 {
			suite.Failures++
			first := r.Failures[0]
			c.Failure = &junitFailure{Message: fmt.Sprintf("%s:%d: %s", first.File, first.Line, first.Message), Text: difference(first.Want, first.Got)}
		}
		suite.Cases = append(suite.Cases, c)
	}
	text, err := xml.MarshalIndent(suite, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append([]byte(xml.Header), append(text, '\n')...), 0o644)
}

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"relevo/engine"
	"relevo/engine/diag"
	"relevo/engine/diag/words"
	"relevo/flows"
	"relevo/flows/draw"
	"relevo/flows/plan"
	"relevo/flows/project"
	"relevo/flows/watch"
	"relevo/server"
	"relevo/store"
)

// watchedBy is who publishes what was saved.
const watchedBy = "relevo serve --watch"

// commandsName is what reports call the commands, which belong to no flow.
const commandsName = flows.CommandsFile

// watching is serve --watch: each save of a watched file is checked and used, and what became of it is told in the terminal and to the workbench.
type watching struct {
	service   *service
	options   project.Options
	watcher   *watch.Watcher
	workbench server.Workbench

	// Of the reload before; only one is under way at any time.
	flows    map[string]bool // flows that have, or had, a file in the folder
	findings diag.List
	problem  string
	gone     []string
	last     []plan.ReloadedFlow

	drawn atomic.Pointer[[]*engine.Definition] // the files of the newest reload, for their drawings
}

// watchable finds the folder that is watched. The shipped flows are in the program, where nobody can edit them.
func (a *app) watchable(c *config) error {
	if c.Flows == "" && hasFlows(a.path("flows")) {
		c.Flows = "flows"
	}
	if c.Flows != "" {
		return nil
	}
	return &usageError{errors.New("watch: there is no folder of flows to edit: name one with --flows, or make a folder flows here with a flow in it " +
		"(the shipped flows are inside the program; copies to begin with are in the folder flows of Relevo's sources)")}
}

func hasFlows(folder string) bool {
	files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	return err == nil && len(files) > 0
}

// watch begins to watch, and returns the folder's scripts and commands without its flows: those are used by the first reload, the good ones of them.
func (s *service) watch() (*project.Project, error) {
	w := &watching{service: s, options: s.app.projectOptions(s.config), flows: map[string]bool{}}
	w.workbench.Drawing = w.drawing
	w.watcher = watch.New(watch.Options{Folders: w.options.Folders(), Wanted: project.Wanted, Logger: s.log})
	s.closers = append(s.closers, w.watcher.Close)
	files, err := project.Read(w.options)
	if err != nil {
		return nil, &environmentError{err}
	}
	files.Flows = nil
	p := project.Build(files, w.options)
	if slices.ContainsFunc(p.Findings, func(d diag.Diagnostic) bool { return d.Severity == diag.Error && d.Range.File == files.Commands.Name }) {
		if files, err = files.WithShippedCommands(); err != nil {
			return nil, &environmentError{err}
		}
		p = project.Build(files, w.options)
	}
	s.watching = w
	return p, nil
}

// start uses what is in the folder, and then each change of it, until the context ends. stop waits for a reload under way.
func (w *watching) start(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	w.reload(ctx, watch.Change{Noticed: time.Now()})
	var running sync.WaitGroup
	running.Go(func() {
		if err := w.watcher.Run(ctx, func(c watch.Change) { w.reload(ctx, c) }); err != nil {
			w.service.log.Warn("stop watching", "err", err)
		}
	})
	return func() { cancel(); running.Wait() }
}

// reload uses the folder as it is now, and says what became of it.
func (w *watching) reload(ctx context.Context, c watch.Change) {
	r, files, err := w.use(ctx)
	if ctx.Err() != nil {
		return
	}
	now := saved{Reload: r, at: w.service.app.now(), took: time.Since(c.Noticed), files: w.relative(c.Files), sources: sources(files)}
	if err != nil {
		now.problem = err.Error()
		now.Findings, now.gone, now.Flows = w.findings, w.gone, w.last
	} else {
		now.gone = w.withoutFile(r)
		w.drawn.Store(&r.Files)
	}
	if err := w.workbench.Show(now.report()); err != nil {
		w.service.log.Error("tell the workbench", "err", err)
	}
	if text := w.text(now); text != "" {
		if err := w.service.app.printf("%s", text); err != nil {
			w.service.log.Error("write to the terminal", "err", err)
		}
	}
	w.findings, w.problem, w.gone, w.last = now.Findings, now.problem, now.gone, now.unchanged()
}

// use reads the folder and makes what is good in it current.
func (w *watching) use(ctx context.Context) (plan.Reload, project.Files, error) {
	files, err := project.Read(w.options)
	if err != nil {
		return plan.Reload{}, files, fmt.Errorf("the files can not be read: %w", err)
	}
	r, err := w.service.publisher.Reload(ctx, files, watchedBy)
	if err != nil {
		return r, files, fmt.Errorf("the files can not be used: %w", err)
	}
	return r, files, nil
}

// drawing draws a file of the newest reload, be it good or not.
func (w *watching) drawing(flow, language string) ([]byte, error) {
	if files := w.drawn.Load(); files != nil {
		for _, def := range *files {
			if def.Flow.V == flow {
				var b bytes.Buffer
				err := draw.Flow(def, draw.Options{Language: language}).SVG(&b)
				return b.Bytes(), err
			}
		}
	}
	return nil, store.ErrNotFound
}

// saved is what became of a save.
type saved struct {
	plan.Reload
	at      time.Time
	took    time.Duration
	files   []string // that were changed, as findings name them; none at the start
	gone    []string // flows whose file was removed
	problem string   // why nothing could be looked at
	sources map[string][]byte
}

func (s saved) source(file string) []byte { return s.sources[file] }

// sources are the texts of files by the names that findings use.
func sources(files project.Files) map[string][]byte {
	texts := map[string][]byte{files.Commands.Name: files.Commands.Text}
	for _, f := range append(slices.Clone(files.Flows), files.Scripts...) {
		texts[f.Name] = f.Text
	}
	return texts
}

// relative names files as findings do.
func (w *watching) relative(files []string) []string {
	names := make([]string, len(files))
	for i, file := range files {
		names[i] = w.options.NameOf(file)
	}
	return names
}

// withoutFile are the flows that were used from a file once, and have none now.
func (w *watching) withoutFile(r plan.Reload) (flows []string) {
	here := map[string]bool{}
	for _, f := range r.Flows {
		here[f.Flow] = true
		if f.Version != "" {
			w.flows[f.Flow] = true
		}
	}
	for flow := range w.flows {
		if !here[flow] {
			flows = append(flows, flow)
		}
	}
	slices.Sort(flows)
	return flows
}

// reloaded names what is other than before.
func (s saved) reloaded() (names []string) {
	for _, f := range s.Changed() {
		names = append(names, f.Flow)
	}
	if s.Commands {
		names = append(names, commandsName)
	}
	return names
}

// unchanged are the flows as a save that changes nothing leaves them.
func (s saved) unchanged() []plan.ReloadedFlow {
	list := slices.Clone(s.Flows)
	for i := range list {
		list[i].Previous = list[i].Version
	}
	return list
}

// report is what pages show.
func (s saved) report() server.WorkReport {
	r := server.WorkReport{
		At: s.at.UTC(), TookMS: s.took.Milliseconds(), Problem: s.problem, Reloaded: s.reloaded(), Flows: s.Flows, Gone: s.gone,
	}
	r.Errors, r.Warnings = s.Findings.Count()
	for _, d := range s.Findings {
		r.Findings = append(r.Findings, server.ShownFinding{Diagnostic: d, Excerpt: s.excerpt(d), In: inOtherLanguages(d)})
	}
	return r
}

// inOtherLanguages says a finding in every language but English, for whichever browser asks.
func inOtherLanguages(d diag.Diagnostic) map[string]server.Said {
	in := make(map[string]server.Said, len(words.Languages)-1)
	for _, language := range words.Languages[1:] {
		said, _ := words.Translate(d, language)
		in[language] = server.Said{Message: said.Message, Hint: said.Hint, Related: said.Related}
	}
	return in
}

// excerpt is the line of a finding with its caret, without the sentence above it.
func (s saved) excerpt(d diag.Diagnostic) string {
	var b strings.Builder
	bare := diag.Diagnostic{Severity: d.Severity, Range: d.Range}
	if err := diag.Render(&b, diag.List{bare}, s.source); err != nil {
		return ""
	}
	_, lines, _ := strings.Cut(b.String(), "\n")
	return strings.TrimRight(lines, "\n")
}

// text is what the terminal shows of a save; "" when there is nothing to say.
//
//	── 14:02:11 ── flows/order_tracking.yaml ──
//	order_tracking reloaded in 84 ms; conversations under way keep their version.
func (w *watching) text(s saved) string {
	var b strings.Builder
	if s.problem != "" {
		if s.problem != w.problem {
			fmt.Fprintf(&b, "error: %s\nEverything stays in use as it was.\n", s.problem)
		}
	} else {
		if w.problem != "" {
			b.WriteString("The files can be used again.\n")
		}
		w.writeFindings(&b, s)
		w.writeUses(&b, s)
	}
	if b.Len() == 0 {
		return ""
	}
	return fmt.Sprintf("── %s ── %s ──\n%s\n", s.at.Format(time.TimeOnly), s.changed(), b.String())
}

// maxNamedFiles is how many changed files one line names.
const maxNamedFiles = 3

func (s saved) changed() string {
	switch n := len(s.files); {
	case n == 0:
		return "watching"
	case n <= maxNamedFiles:
		return strings.Join(s.files, ", ")
	default:
		return strings.Join(s.files[:maxNamedFiles], ", ") + fmt.Sprintf(" and %d more", n-maxNamedFiles)
	}
}

// writeFindings shows the findings where they are other ones than before, and what was mended.
func (w *watching) writeFindings(b *strings.Builder, s saved) {
	if len(s.Findings) > 0 && (!reflect.DeepEqual(s.Findings, w.findings) || len(s.files) > 0) {
		if err := w.service.app.render(b, s.Findings, s.source); err == nil {
			b.WriteString("\n")
		}
	}
	for _, file := range filesOf(w.findings) {
		if !slices.Contains(filesOf(s.Findings), file) {
			fmt.Fprintf(b, "%s is %s.\n", file, s.mended(file))
		}
	}
}

// mended says what became of a file that had findings. One that needed no reload is again what was published from it before.
func (s saved) mended(file string) string {
	if s.sources[file] == nil {
		return "gone"
	}
	if slices.ContainsFunc(s.Flows, func(f plan.ReloadedFlow) bool { return f.File == file && f.Use == plan.UseFile && !f.Changed() }) {
		return "mended, and in use"
	}
	return "mended"
}

func filesOf(l diag.List) (files []string) {
	for _, d := range l {
		if !slices.Contains(files, d.Range.File) {
			files = append(files, d.Range.File)
		}
	}
	return files
}

// writeUses says what is in use.
func (w *watching) writeUses(b *strings.Builder, s saved) {
	if len(s.files) == 0 {
		fmt.Fprintf(b, "%s of %s in use. Save a flow or a script, and it is checked and used at once.\n", count(s.inUse(), "flow"), w.options.Flows)
	} else {
		w.writeReloaded(b, s)
	}
	said := map[string]bool{"": true}
	for _, f := range s.Flows {
		if line := w.keeps(f); !said[line] { // two files may claim one flow
			said[line] = true
			b.WriteString(line)
		}
	}
	for _, flow := range s.gone {
		if !slices.Contains(w.gone, flow) {
			fmt.Fprintf(b, "%s has no file any more; it stays published.\n", flow)
		}
	}
	if errs, warnings := s.Findings.Count(); errs+warnings > 0 && b.Len() > 0 {
		fmt.Fprintf(b, "%s, %s\n", count(errs, "error"), count(warnings, "warning"))
	}
}

// keeps says what is in use instead of a flow's file; "" when it is the file.
func (w *watching) keeps(f plan.ReloadedFlow) string {
	switch f.Use {
	case plan.UseKept:
		return fmt.Sprintf("%s: the version of %s stays in use.\n", f.Flow, w.clock(f.Since))
	case plan.UseWait:
		return fmt.Sprintf("%s waits, because it does not fit %s as that is in use now; its version of %s stays in use.\n", f.Flow, f.WaitsFor, w.clock(f.Since))
	case plan.UseNone:
		return fmt.Sprintf("%s is not in use yet.\n", f.Flow)
	}
	return ""
}

func (w *watching) writeReloaded(b *strings.Builder, s saved) {
	took := max(1, s.took.Milliseconds())
	var flows []string
	for _, f := range s.Changed() {
		flows = append(flows, f.Flow)
	}
	if len(flows) > 0 {
		fmt.Fprintf(b, "%s reloaded in %d ms; conversations under way keep their version.\n", strings.Join(flows, ", "), took)
	}
	if s.Commands {
		fmt.Fprintf(b, "%s reloaded in %d ms, for every conversation.\n", commandsName, took)
	}
}

// inUse counts the flows of the folder that have a version.
func (s saved) inUse() (n int) {
	for _, f := range s.Flows {
		if f.Version != "" {
			n++
		}
	}
	return n
}

// clock shows a time of today as a clock does, and an older one with its day.
func (w *watching) clock(t time.Time) string {
	now := w.service.app.now()
	if t = t.In(now.Location()); now.Sub(t) < 24*time.Hour && t.Day() == now.Day() {
		return t.Format(time.TimeOnly)
	}
	return t.Format("2006-01-02 15:04")
}

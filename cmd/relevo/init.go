package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"relevo/engine"
	"relevo/engine/diag"
	"relevo/flows"
	"relevo/flows/blueprint"
	"relevo/flows/flowtest"
	"relevo/flows/project"
)

// initOptions are the answers that the command line gives.
type initOptions struct {
	name, kind, language, queue, silence string
	languages                            []string
	yes, force                           bool
}

func (a *app) initCommand() *cobra.Command {
	var o initOptions
	cmd := &cobra.Command{
		Use: "init [NAME]", Short: "Begin a new flow by answering a few questions", Args: atMost(1),
		Long: `Init asks what a new flow should do, and writes it: the flow, a first conversation with it as a transcript, and in a new project relevo.yaml and the
schema that lets editors complete the keys. The flow is complete and right: relevo check, test and talk work at once. Then change it as you like.

The kinds: lookup asks for a number and looks it up in another system; menu answers what people ask again and again; reminder writes on the day before
a date; collect asks for details and hands over to people.

Enter takes what stands in [ ]; "back" goes to the question before. Answers may come from a pipe, one a line. The questions are asked in the language
of --language, RELEVO_LANGUAGE, LC_ALL or LANG: en, es or pt. No file is overwritten without --force.

Exit code 0: written. 1: stopped, nothing is written. 2: usage. 3: a file can not be read or written.`,
		Example: "  relevo init\n  relevo init refund --language es\n  relevo init refund --kind lookup --languages en,es --yes",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.name = args[0]
			}
			c, err := a.loadConfig(cmd)
			if err != nil {
				return err
			}
			return a.initFlow(cmd.Context(), c, o)
		},
	}
	cmd.Flags().StringVar(&o.kind, "kind", "", "what the flow does: lookup, menu, reminder or collect")
	cmd.Flags().StringSliceVar(&o.languages, "languages", nil, "the languages of the flow: en, es, pt")
	cmd.Flags().StringVar(&o.language, "language", "", "the language of the questions, and of the comments in the flow [RELEVO_LANGUAGE]")
	cmd.Flags().StringVar(&o.queue, "queue", "", "the queue for people")
	cmd.Flags().StringVar(&o.silence, "silence", "", "what follows half an hour of silence: ask, end or person")
	cmd.Flags().BoolVar(&o.yes, "yes", false, "ask nothing: take the defaults for what no flag says")
	cmd.Flags().BoolVar(&o.force, "force", false, "overwrite files that are there")
	addConfigFlags(cmd, "flows", "scripts", "config", "queues", "default_queue")
	return cmd
}

func (a *app) initFlow(ctx context.Context, c config, o initOptions) error {
	iv, err := a.newInterview(c, o)
	if err != nil {
		return err
	}
	if o.yes {
		err = iv.takeDefaults()
	} else {
		err = iv.run(ctx)
	}
	if err != nil {
		return err
	}
	written, err := iv.write()
	if err != nil {
		return err
	}
	return iv.nextSteps(written)
}

// speaks is the language in which somebody is asked.
func (a *app) speaks(flag string) (string, error) {
	if flag != "" {
		if !slices.Contains(blueprint.Languages, flag) {
			return "", &usageError{fmt.Errorf("--language: there are no questions in %q; it can be %s", flag, strings.Join(blueprint.Languages, ", "))}
		}
		return flag, nil
	}
	for _, name := range []string{"RELEVO_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"} {
		value := strings.ToLower(a.getenv(name))
		if value == "" {
			continue
		}
		for _, language := range blueprint.Languages {
			if rest, is := strings.CutPrefix(value, language); is && (rest == "" || strings.ContainsAny(rest[:1], "_-.@")) {
				return language, nil
			}
		}
		break // what comes first counts, also when it is none of ours
	}
	return "en", nil
}

// place says where the files of a project go.
type place struct {
	flows       string // folder
	transcripts string // folder
	settings    bool   // there is no relevo.yaml, and nothing else says where the flows are
}

func (a *app) newPlace(c config) place {
	p := place{flows: c.Flows, transcripts: "transcripts"}
	if p.flows == "" {
		p.flows = "flows"
		_, err := os.Stat(a.path("relevo.yaml"))
		p.settings = errors.Is(err, os.ErrNotExist) && a.getenv("RELEVO_CONFIG") == ""
	}
	if info, err := os.Stat(a.path("testdata/transcripts")); err == nil && info.IsDir() {
		p.transcripts = "testdata/transcripts"
	}
	return p
}

// file is something that init writes.
type newFile struct {
	name string
	text []byte
}

// around are the files that the new flow lives among. A new project has only the shipped commands and scripts.
func (a *app) around(c config, folder string) (project.Files, project.Options, error) {
	o := a.projectOptions(c)
	o.Flows = folder
	files, err := project.Read(o)
	if err == nil {
		return files, o, nil
	}
	if !errors.Is(err, project.ErrNoFlows) && !errors.Is(err, os.ErrNotExist) {
		return project.Files{}, o, &environmentError{err}
	}
	o.Flows = ""
	if files, err = project.Read(o); err != nil {
		return project.Files{}, o, &environmentError{err}
	}
	files.Flows = nil
	return files, o, nil
}

// made is a flow that was made of answers, compiled with its neighbours.
type made struct {
	project  *project.Project
	name     string // of its file
	text     []byte
	findings diag.List // about it, and what it brings to its neighbours
}

// make makes the flow of the answers and checks it.
func (iv *interview) make() (made, error) {
	text, err := blueprint.Flow(iv.answers)
	if err != nil {
		return made{}, err
	}
	m := made{name: iv.flowFile(), text: text}
	files := iv.files
	files.Flows = append(slices.DeleteFunc(slices.Clone(files.Flows), func(f project.File) bool { return f.Name == m.name }), project.File{Name: m.name, Text: text})
	m.project = project.Build(files, iv.options)
	for _, d := range m.project.Findings {
		if d.Range.File == m.name || !contains(iv.known, d) {
			m.findings = append(m.findings, d)
		}
	}
	return m, nil
}

// transcript runs a first conversation with the new flow alone, which has no scripts, and writes down what the bot answers.
func (iv *interview) transcript(m made) (string, error) {
	options := m.project.CatalogOptions(demoValues(testURL, iv.config.Values), nil)
	options.Current = slices.DeleteFunc(slices.Clone(options.Current), func(machine *engine.Machine) bool { return machine.Flow != iv.answers.Name })
	options.DefaultQueue, options.DefaultLanguage = iv.config.DefaultQueue, iv.config.DefaultLanguage
	file := iv.transcriptFile()
	t, findings := flowtest.Parse(file, []byte(blueprint.Transcript(iv.answers, m.name, iv.answers.Languages[0])))
	if findings.HasErrors() {
		return "", fmt.Errorf("write the transcript: %w", findings.Err())
	}
	return flowtest.Run(t, engine.NewCatalog(options)).Updated, nil
}

func (iv *interview) flowFile() string {
	return filepath.ToSlash(filepath.Join(iv.place.flows, iv.answers.Name+".yaml"))
}

func (iv *interview) transcriptFile() string {
	return filepath.ToSlash(filepath.Join(iv.place.transcripts, iv.answers.Name+".transcript"))
}

// newFiles are all files of the new flow.
func (iv *interview) newFiles() ([]newFile, error) {
	m, err := iv.make()
	if err != nil {
		return nil, err
	}
	if m.findings.HasErrors() {
		return nil, &findingsError{list: m.findings, source: m.project.Source}
	}
	iv.made = m
	transcript, err := iv.transcript(m)
	if err != nil {
		return nil, err
	}
	files := []newFile{{m.name, m.text}, {iv.transcriptFile(), []byte(transcript)}}
	if schema := filepath.ToSlash(filepath.Join(iv.place.flows, "flow.schema.json")); !iv.exists(schema) {
		files = append(files, newFile{schema, flows.Schema})
	}
	if iv.place.settings {
		files = append(files, newFile{"relevo.yaml", iv.settings()})
	}
	return files, nil
}

// settings is relevo.yaml of a new project.
func (iv *interview) settings() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", iv.say(wordSettings))
	for _, line := range [][2]string{{"flows: " + iv.place.flows, iv.say(wordFlowsFolder)}, {"default_language: " + iv.answers.Languages[0], iv.say(wordDefaultLanguage)}} {
		fmt.Fprintf(&b, "%-37s # %s\n", line[0], line[1])
	}
	if !slices.Contains(iv.config.queueIDs(), iv.answers.Queue) {
		fmt.Fprintf(&b, "%-37s # %s\n", "queues:", iv.say(wordQueues))
		for _, queue := range append(iv.config.queueIDs(), iv.answers.Queue) {
			fmt.Fprintf(&b, "  - {id: %s, title: %s}\n", queue, strings.ToUpper(queue[:1])+queue[1:])
		}
	}
	return []byte(b.String())
}

func (iv *interview) exists(name string) bool {
	_, err := os.Lstat(iv.app.path(name))
	return err == nil
}

// write writes the files, all or none of them.
func (iv *interview) write() (written []string, err error) {
	files, err := iv.newFiles()
	if err != nil {
		return nil, err
	}
	var created []string
	defer func() {
		if err != nil {
			for _, name := range created {
				err = errors.Join(err, os.Remove(name))
			}
		}
	}()
	for _, f := range files {
		path := iv.app.path(f.name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, &environmentError{fmt.Errorf("folder %s can not be made: %w", filepath.Dir(f.name), cause(err))}
		}
		before := iv.exists(f.name)
		if before && !iv.force {
			return nil, &usageError{fmt.Errorf("%s is there already; choose another name, or add --force", f.name)}
		}
		if err := writeWhole(path, f.text, 0o644); err != nil {
			return nil, &environmentError{fmt.Errorf("%s can not be written: %w", f.name, cause(err))}
		}
		if !before {
			created = append(created, path)
		}
		written = append(written, f.name)
	}
	return written, nil
}

// nextSteps says what was written and what can be done with it.
func (iv *interview) nextSteps(written []string) error {
	var b strings.Builder
	if err := diag.Render(&b, iv.made.findings, iv.made.project.Source); err != nil { // doubts: errors write nothing
		return err
	}
	b.WriteString("\n" + iv.say(wordWritten) + "\n")
	for _, name := range written {
		b.WriteString("  " + name + "\n")
	}
	folder := ""
	if !iv.place.settings && iv.config.Flows == "" {
		folder = " --flows " + iv.place.flows
	}
	b.WriteString("\n" + iv.say(wordNext) + "\n")
	flow := iv.flowFile()
	for _, step := range []struct {
		command string
		does    blueprint.Text
	}{
		{"relevo check " + flow, wordCheck}, {"relevo talk " + flow, wordTalk}, {"relevo test " + iv.transcriptFile(), wordTest},
		{"relevo draw " + flow + " -o " + iv.answers.Name + ".svg", wordDraw}, {"relevo serve --watch" + folder, wordServe}, {"relevo publish " + flow, wordPublish},
	} {
		fmt.Fprintf(&b, "  %-*s  %s\n", len("relevo draw "+flow+" -o "+iv.answers.Name+".svg"), step.command, iv.say(step.does))
	}
	return iv.app.printf("%s", b.String())
}

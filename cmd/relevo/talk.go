package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"relevo/engine"
	"relevo/flows/flowtest"
	"relevo/flows/project"
	"relevo/scripts"
	"relevo/server"
)

// maxTyped is the length of a line that can be typed.
const maxTyped = 64 << 10

func (a *app) talkCommand() *cobra.Command {
	var language, at string
	cmd := &cobra.Command{
		Use: "talk [FLOW]", Short: "Talk to the flows in the terminal", Args: atMost(1),
		Long: `Talk is a conversation with the flows, in the terminal, with time that passes when you say so. FLOW is a folder of flows, one of its files, or the name of a
flow; the other flows of the folder are there, too. The shipped flows find the orders of the demo service. Type what a contact would write, a number or [title] to press a button, or:

` + talkHelp + `
Lines may come from a pipe. Exit code 0: the conversation ended. 1: the flow has errors. 2: usage. 3: a file can not be read.`,
		Example: "  relevo talk\n  relevo talk flows/order_tracking.yaml --language es\n  printf 'where is my order\\nAB123456\\n' | relevo talk",
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.loadConfig(cmd)
			if err != nil {
				return err
			}
			start := a.now()
			if at != "" {
				if start, err = time.Parse(time.RFC3339, at); err != nil {
					return &usageError{fmt.Errorf("--at: %q is not a time such as 2026-03-02T09:00:00Z", at)}
				}
			}
			return a.talk(cmd.Context(), c, args, language, start)
		},
	}
	cmd.Flags().StringVar(&language, "language", "", "the contact's language, as a browser would tell it")
	cmd.Flags().StringVar(&at, "at", "", "the time at which the conversation takes place (default: now)")
	addConfigFlags(cmd, "flows", "scripts", "config", "queues", "default_queue", "default_language", "phone_lease")
	return cmd
}

const talkHelp = `  /advance 25h                      let time pass; /advance until 2026-03-02T09:00:00Z goes, too
  /event order.delayed AB123458     a business event, with its key and perhaps {data}
  /agent claim                      act as a human agent: claim, release, close OUTCOME, note: TEXT, : TEXT
  /phone TEXT                       answer from the phone on the same number
  /slots  /state  /timers           what the conversation knows, where it is, what is due
  /save FILE                        keep the conversation as a transcript
  /help  /quit
`

// talker is one conversation in the terminal.
type talker struct {
	app     *app
	sim     *flowtest.Simulator
	project *project.Project
	client  http.Handler // answers the calls of flows
	lang    string
	choices []engine.Choice
	flow    string // the flow file that the transcript is about; the first one that answered when none was named
	start   time.Time
	script  strings.Builder // the conversation as a transcript, without its head
}

func (a *app) talk(ctx context.Context, c config, files []string, language string, at time.Time) error {
	c.Values = demoValues(testURL, c.Values)
	flow, name := "", ""
	var alone []string // the file that was named
	if len(files) > 0 {
		flow = files[0]
		switch info, err := os.Stat(a.path(flow)); {
		case err != nil: // not a file: the name of one of the flows
			name = flow
		case info.IsDir():
			c.Flows, flow = flow, ""
		default:
			c.Flows, alone = filepath.Dir(flow), files
		}
	}
	p, err := a.openPlayground(c, nil, scripts.Options{})
	var broken *findingsError
	if errors.As(err, &broken) && len(alone) > 0 && !broken.in(flow) {
		if err := a.printf("Other flows of %s have errors, so this one is alone; see relevo check.\n\n", c.Flows); err != nil {
			return err
		}
		p, err = a.openPlayground(c, alone, scripts.Options{})
	}
	if err != nil {
		return err
	}
	defer p.close()
	if name != "" {
		def := p.project.Definition(name)
		if def == nil {
			return &environmentError{fmt.Errorf("there is no file and no flow %q", name)}
		}
		flow = def.File
	}
	t := &talker{app: a, sim: flowtest.New(engine.NewCatalog(p.options), at), client: server.Demo(), lang: language, flow: flow, start: at, project: p.project}
	t.sim.Call = t.call
	if a.terminal {
		if err := a.printf("Write as a contact would. /help lists what else you can do, /quit ends.\n\n"); err != nil {
			return err
		}
	}
	return t.loop(ctx)
}

func (t *talker) loop(ctx context.Context) error {
	lines := bufio.NewScanner(t.app.in)
	lines.Buffer(nil, maxTyped)
	for ctx.Err() == nil {
		if t.app.terminal {
			if err := t.app.printf("> "); err != nil {
				return err
			}
		}
		if !lines.Scan() {
			break
		}
		line := strings.TrimSpace(lines.Text())
		if line == "" {
			continue
		}
		if !t.app.terminal {
			if err := t.app.printf("> %s\n", line); err != nil {
				return err
			}
		}
		if line == "/quit" {
			return nil
		}
		if err := t.line(line); err != nil {
			if err := t.app.printf("! %v\n", err); err != nil {
				return err
			}
		}
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return &usageError{fmt.Errorf("a line is longer than %d bytes", maxTyped)}
	} else if err != nil {
		return fmt.Errorf("read what is typed: %w", err)
	}
	return ctx.Err()
}

// line carries out one line: a message, or a command that begins with a slash.
func (t *talker) line(line string) error {
	if !strings.HasPrefix(line, "/") {
		return t.message(line)
	}
	command, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	switch command {
	case "/advance":
		return t.input("+", rest)
	case "/event":
		if name, key, hasKey := strings.Cut(rest, " "); hasKey && !strings.HasPrefix(key, "{") && !strings.HasPrefix(key, "key=") {
			rest = name + " key=" + key
		}
		return t.input("*", rest)
	case "/agent":
		return t.input("&", "you"+prefixed(rest))
	case "/phone":
		return t.input("~", rest)
	case "/slots":
		return t.slots()
	case "/state":
		return t.state()
	case "/timers":
		return t.timers()
	case "/save":
		return t.save(rest)
	case "/help":
		return t.app.printf("%s", talkHelp)
	default:
		return fmt.Errorf("there is no %s; /help lists what you can do", command)
	}
}

// prefixed joins "you" and ": Hello" without a space, "you" and "claim" with one.
func prefixed(s string) string {
	if strings.HasPrefix(s, ":") {
		return s
	}
	return " " + s
}

// message sends what a contact would write. A number presses the button of that number.
func (t *talker) message(line string) error {
	if n, err := strconv.Atoi(line); err == nil && n >= 1 && n <= len(t.choices) {
		line = "[" + t.choices[n-1].Title + "]"
	}
	return t.input(">", line)
}

func (t *talker) input(sign, text string) error {
	turns, err := t.sim.Input(sign, text, t.lang, t.choices)
	if err != nil {
		return err
	}
	fmt.Fprintf(&t.script, "\n%s\n", flowtest.Written(sign, text))
	if run := t.sim.Conv.InFocus(); t.flow == "" && run != nil {
		t.flow = t.project.Definition(run.Flow).File
	}
	return t.show(turns)
}

// show prints what the turns let the contact see, and what happened behind it.
func (t *talker) show(turns []flowtest.Turn) error {
	for _, turn := range turns {
		if turn.Event.Kind == engine.EventTimer {
			if err := t.app.printf("  %s\n", turn.Event.At.UTC().Format("Mon 2 Jan 2006 15:04")); err != nil {
				return err
			}
		}
		for _, e := range turn.Effects {
			text := t.effect(e)
			if text == "" {
				continue
			}
			if err := t.app.printf("%s\n", text); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *talker) effect(e engine.Effect) string {
	switch e.Kind {
	case engine.EffectSend:
		if e.Send.Origin == engine.OriginAgent {
			return e.Send.Author + ": " + e.Send.Message.Text
		}
		t.choices = e.Send.Message.Choices
		lines := []string{"< " + strings.ReplaceAll(flowtest.Shown(e.Send.Message), "\n", "\n  ")}
		for i, c := range t.choices {
			lines = append(lines, fmt.Sprintf("  %d. [%s]", i+1, c.Title))
		}
		return strings.Join(lines, "\n")
	case engine.EffectHandoff:
		return fmt.Sprintf("  handed over to queue %q (%s): %s", e.Handoff.Queue, e.Handoff.Reason, e.Handoff.Summary)
	case engine.EffectOwner:
		return "  owner: " + e.Owner.To
	case engine.EffectEnd:
		return fmt.Sprintf("  %s ended: %s", e.End.Flow, e.End.Outcome)
	case engine.EffectTrace:
		return "  " + e.Trace.Code + ": " + e.Trace.Detail
	default:
		return ""
	}
}

// call answers a flow's HTTP call: the demo orders in this process, anything else is not reachable from here.
func (t *talker) call(e engine.Effect) engine.CallResult {
	result := t.ask(e)
	path := strings.TrimPrefix(e.Call.URL, testURL)
	answer := fmt.Sprintf("= %s %s ", e.Call.Method, path)
	if result.Error != "" {
		answer += strings.ReplaceAll(result.Error, " ", "_")
	} else {
		answer += strconv.Itoa(result.Status)
		if body, err := json.Marshal(result.Body); err == nil && result.Body != nil {
			answer += " " + string(body)
		}
	}
	fmt.Fprintf(&t.script, "\n%s", answer)
	return result
}

func (t *talker) ask(e engine.Effect) engine.CallResult {
	path, isDemo := strings.CutPrefix(e.Call.URL, testURL)
	if !isDemo {
		return engine.CallResult{Effect: e.ID, Error: "unreachable"}
	}
	body, err := json.Marshal(e.Call.Body)
	if err != nil {
		return engine.CallResult{Effect: e.ID, Error: "the body is not JSON"}
	}
	req, err := http.NewRequest(e.Call.Method, "http://demo/demo"+path, bytes.NewReader(body))
	if err != nil {
		return engine.CallResult{Effect: e.ID, Error: "the address is not an http or https URL"}
	}
	rec := httptest.NewRecorder()
	t.client.ServeHTTP(rec, req)
	result := engine.CallResult{Effect: e.ID, Status: rec.Code}
	if rec.Code >= 200 && rec.Code <= 299 {
		if err := json.NewDecoder(io.LimitReader(rec.Body, maxTyped)).Decode(&result.Body); err != nil {
			return engine.CallResult{Effect: e.ID, Error: "the answer is not JSON"}
		}
	}
	return result
}

// slots prints what each run remembers.
func (t *talker) slots() error {
	any := false
	for i := range t.sim.Conv.Runs {
		r := &t.sim.Conv.Runs[i]
		if len(r.Slots) == 0 {
			continue
		}
		any = true
		text, err := json.MarshalIndent(r.Slots, "  ", "  ")
		if err != nil {
			return err
		}
		if err := t.app.printf("  %s %s\n", r.Flow, text); err != nil {
			return err
		}
	}
	if !any {
		return t.app.printf("  no slots\n")
	}
	return nil
}

// state prints where each run stands, the one in focus first.
func (t *talker) state() error {
	focused := t.sim.Conv.InFocus()
	runs := []string{}
	for i := range t.sim.Conv.Runs {
		r := &t.sim.Conv.Runs[i]
		where := fmt.Sprintf("%s.%s, waits for %s", r.Flow, r.State, r.Wait)
		if r == focused {
			runs = slices.Insert(runs, 0, where)
		} else {
			runs = append(runs, where+", in the background")
		}
	}
	if len(runs) == 0 {
		runs = []string{"no run"}
	}
	return t.app.printf("  %s; owner %s; %s\n", strings.Join(runs, "; "), t.sim.Conv.Owner, t.sim.Now.Format(time.RFC3339))
}

func (t *talker) timers() error {
	timers := t.sim.Timers()
	if len(timers) == 0 {
		return t.app.printf("  no timers\n")
	}
	for _, timer := range timers {
		if err := t.app.printf("  %s in %s (%s)\n", timer.Event, timer.Due.Sub(t.sim.Now).Round(time.Second), timer.Due.Format(time.RFC3339)); err != nil {
			return err
		}
	}
	return nil
}

// head is the head of the transcript.
func (t *talker) head() string {
	head := fmt.Sprintf("# Saved by relevo talk.\nflow %s\nat   %s\n", t.flow, t.start.UTC().Format(time.RFC3339))
	if t.lang != "" {
		head += "language " + t.lang + "\n"
	}
	return head
}

// save writes the conversation as a transcript, with what the bot said as what is expected.
func (t *talker) save(file string) error {
	if file == "" {
		return errors.New("say where: /save testdata/transcripts/my.transcript")
	}
	if t.flow == "" {
		return errors.New("no flow has answered yet, so there is nothing to keep")
	}
	transcript, findings := flowtest.Parse(file, []byte(t.head()+t.script.String()))
	if findings.HasErrors() {
		return findings.Err()
	}
	result := flowtest.Run(transcript, t.sim.Catalog)
	if err := os.WriteFile(t.app.path(file), []byte(result.Updated), 0o644); err != nil {
		return fmt.Errorf("%s can not be written: %w", file, cause(err))
	}
	return t.app.printf("  saved to %s; run it with: relevo test %s\n", file, file)
}

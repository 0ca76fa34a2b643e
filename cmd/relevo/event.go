package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"relevo/engine"
	"relevo/flows/eventschema"
	"relevo/server"
)

// maxEventFile is the longest data of an event that is read, in bytes. The server takes half of it.
const maxEventFile = 64 << 10

// eventOptions are the flags of relevo event.
type eventOptions struct {
	phone, visitor, conversation, channel string
	key, data, id                         string
	name, language, timezone              string
	server, token                         string
	asJSON                                bool
}

func (a *app) eventCommand() *cobra.Command {
	var o eventOptions
	cmd := &cobra.Command{
		Use: "event NAME", Short: "Tell a running server what happened in a business system", Args: exactly(1),
		Long: `Event sends a business event to a running server, as POST /v1/events does, and prints what became of it: it started a run, was delivered to
one, is deferred (people have the conversation, or a question must be answered first), came late for every run, was ignored because no flow
knows it or because the contact has too much under way, or the contact has opted out. It is kept in any case.

The id makes it safe to repeat: the same id changes nothing and is answered with what it was the first time. Without --id a new one is made and
printed. Data is JSON, @FILE, or - for standard input; the flows' schemas decide whether it is right.

Exit code 0: taken. 1: refused, with what is wrong. 2: usage. 3: the server can not be reached, or refuses the token.`,
		Example: `  relevo event order.delayed --phone +34600111222 --key AB123456 --data '{"days": 2}'
  relevo event invoice.paid --conversation 0199a1f0-7c1e-7b1e-9a52-1f2d3c4b5a69 --key FA300101 --data @invoice.json --id payment-8812
  relevo event invoice.issued --phone 5215512345678 --language es-MX --timezone America/Mexico_City --key FA300101 --data @invoice.json
  jq .appointment booking.json | relevo event appointment.booked --phone 34600111222 --key CT200101 --data -`,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.loadConfig(cmd)
			if err != nil {
				return err
			}
			return a.event(cmd.Context(), c, args[0], o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.phone, "phone", "", "the contact's number with country code, on --channel")
	f.StringVar(&o.visitor, "visitor", "", "the web chat visitor's id, on --channel")
	f.StringVar(&o.conversation, "conversation", "", "the conversation's id")
	f.StringVar(&o.channel, "channel", "", "the channel's id (default: main with --phone, web with --visitor)")
	f.StringVar(&o.name, "name", "", "the contact's name, where it is not known yet")
	f.StringVar(&o.language, "language", "", "the contact's language, where it is not known yet: es, pt-BR")
	f.StringVar(&o.timezone, "timezone", "", "the contact's time zone, where it is not known yet: America/Mexico_City")
	f.StringVar(&o.key, "key", "", "what it is about: an order, an appointment, an invoice")
	f.StringVar(&o.data, "data", "", "JSON, @FILE, or - for standard input")
	f.StringVar(&o.id, "id", "", "unique for what happened (default: a new one)")
	f.StringVar(&o.server, "server", "", "where the server is (default: where this configuration listens) [RELEVO_SERVER]")
	f.StringVar(&o.token, "token", "", "a token; better in the environment, where no list of processes shows it [RELEVO_TOKEN]")
	f.BoolVar(&o.asJSON, "json", false, "print the server's answer")
	addConfigFlags(cmd, "listen")
	return cmd
}

// eventAnswer is what POST /v1/events answers.
type eventAnswer struct {
	Accepted     bool   `json:"accepted"`
	Duplicate    bool   `json:"duplicate"`
	Conversation string `json:"conversation"`
	Known        bool   `json:"known"`
	Result       string `json:"result"`
}

func (a *app) event(ctx context.Context, c config, name string, o eventOptions) error {
	body, err := a.eventBody(name, &o)
	if err != nil {
		return err
	}
	if o.server == "" {
		if o.server = a.getenv("RELEVO_SERVER"); o.server == "" {
			o.server = "http://" + c.Listen
		}
	}
	if o.token == "" {
		o.token = a.getenv("RELEVO_TOKEN")
	}
	if o.token == "" {
		return &usageError{errors.New("the server wants a token: set RELEVO_TOKEN to one made with 'relevo token add NAME'")}
	}
	r, err := newRemote(o.server, o.token)
	if err != nil {
		return &usageError{err}
	}
	var answer eventAnswer
	if err := r.ask(ctx, http.MethodPost, "/v1/events", body, &answer); err != nil {
		return fmt.Errorf("event %s (id %s): %w", name, o.id, err)
	}
	if o.asJSON {
		return a.printJSON(map[string]any{
			"id": o.id, "accepted": answer.Accepted, "duplicate": answer.Duplicate, "conversation": answer.Conversation, "known": answer.Known, "result": answer.Result,
		})
	}
	again := ""
	if answer.Duplicate {
		again = ", sent before"
	}
	return a.printf("%s: %s%s\n  id            %s\n  conversation  %s\n", name, strings.ReplaceAll(answer.Result, "_", " "), again, o.id, answer.Conversation)
}

// eventBody makes the request, and fills in what has a default.
func (a *app) eventBody(name string, o *eventOptions) (map[string]any, error) {
	contact := map[string]string{}
	for _, c := range []struct{ key, value, channel string }{
		{"phone", o.phone, "main"}, {"visitor", o.visitor, "web"}, {"conversation", o.conversation, ""},
	} {
		if c.value == "" {
			continue
		}
		contact[c.key] = c.value
		if o.channel == "" {
			o.channel = c.channel
		}
	}
	if len(contact) != 1 {
		return nil, &usageError{errors.New("name the contact by one of --phone, --visitor and --conversation")}
	}
	if o.channel != "" {
		contact["channel"] = o.channel
	}
	for key, value := range map[string]string{"name": o.name, "language": o.language, "timezone": o.timezone} {
		if value != "" {
			contact[key] = value
		}
	}
	data, err := a.eventData(o.data)
	if err != nil {
		return nil, err
	}
	if o.id == "" {
		o.id = "cli-" + newID()
	}
	body := map[string]any{"id": o.id, "name": name, "contact": contact}
	if o.key != "" {
		body["key"] = o.key
	}
	if data != nil {
		body["data"] = data
	}
	return body, nil
}

// eventData reads JSON from the flag itself, a file, or standard input.
func (a *app) eventData(flag string) (map[string]any, error) {
	text := []byte(flag)
	file, isFile := strings.CutPrefix(flag, "@")
	var err error
	switch {
	case flag == "":
		return nil, nil
	case flag == "-":
		text, err = io.ReadAll(io.LimitReader(a.in, maxEventFile+1))
	case isFile:
		text, err = a.readEventFile(file)
	}
	if err != nil {
		return nil, &environmentError{fmt.Errorf("--data %s can not be read: %w", flag, cause(err))}
	}
	if len(text) > maxEventFile {
		return nil, &usageError{fmt.Errorf("--data has more than %d bytes", maxEventFile)}
	}
	var data map[string]any
	if err := json.Unmarshal(text, &data); err != nil {
		return nil, &usageError{fmt.Errorf("--data is not a JSON object such as {\"days\": 2}: %w", err)}
	}
	return data, nil
}

func (a *app) readEventFile(name string) (text []byte, err error) {
	f, err := os.Open(a.path(name))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return io.ReadAll(io.LimitReader(f, maxEventFile+1))
}

// eventChecker holds events against the schemas of the flows that are published at the time. The schemas are compiled once for each catalog.
func eventChecker(catalog func() *engine.Catalog, fail func(error)) func(string, map[string]any) (bool, []server.Finding) {
	var (
		mu       sync.Mutex
		of       *engine.Catalog
		registry *eventschema.Registry
	)
	current := func() *eventschema.Registry {
		mu.Lock()
		defer mu.Unlock()
		now := catalog()
		if now == of {
			return registry
		}
		var defs []*engine.Definition
		for _, m := range now.Current {
			defs = append(defs, m.Definition)
		}
		fresh, err := eventschema.NewRegistry(defs)
		if err != nil { // a flow that was loaded has schemas that compile
			fail(err)
			return registry
		}
		of, registry = now, fresh
		return registry
	}
	return func(name string, data map[string]any) (bool, []server.Finding) {
		r := current()
		if r == nil {
			return false, nil
		}
		known, problems := r.Check(name, data)
		var findings []server.Finding
		for _, p := range problems {
			findings = append(findings, server.Finding{Location: strings.ReplaceAll(strings.TrimPrefix(p.Path, "/"), "/", "."), Message: p.Message})
		}
		return known, findings
	}
}

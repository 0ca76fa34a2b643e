package main

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v4"

	"relevo/engine/diag"
	"relevo/flows"
	"relevo/handoff"
)

//go:embed relevo.schema.json
var configSchema []byte

// config is relevo.yaml with its defaults, the environment and the flags applied.
type config struct {
	Listen          string          `json:"listen"`
	PublicURL       string          `json:"public_url"`
	Database        string          `json:"database"`
	Flows           string          `json:"flows"`
	Scripts         string          `json:"scripts"`
	Values          map[string]any  `json:"config"`
	DefaultLanguage string          `json:"default_language"`
	DefaultQueue    string          `json:"default_queue"`
	Demo            bool            `json:"demo"`
	Watch           bool            `json:"watch"`
	Allow           []string        `json:"allow"`
	TrustedProxies  []string        `json:"trusted_proxies"`
	UnknownAfter    string          `json:"unknown_after"`
	ScriptDeadline  string          `json:"script_deadline"`
	PhoneLease      string          `json:"phone_lease"`
	LogLevel        string          `json:"log_level"`
	Channels        []channelConfig `json:"channels"`
	Queues          []queueConfig   `json:"queues"`

	anyChannel bool // nobody has chosen channels yet
}

type channelConfig struct {
	ID                string              `json:"id"`
	Type              string              `json:"type"`
	Title             string              `json:"title"`
	Accent            string              `json:"accent"`
	Greeting          map[string]string   `json:"greeting"`
	Starters          map[string][]string `json:"starters"`
	FrameAncestors    []string            `json:"frame_ancestors"`
	PhoneNumberID     string              `json:"phone_number_id"`
	BusinessAccountID string              `json:"business_account_id"`
	AccessToken       string              `json:"access_token"`
	AppSecret         string              `json:"app_secret"`
	AppSecrets        []string            `json:"app_secrets"`
	VerifyToken       string              `json:"verify_token"`
	GraphURL          string              `json:"graph_url"`
}

type queueConfig struct {
	ID    string         `json:"id"`
	Title string         `json:"title"`
	Hours map[string]any `json:"hours"`
}

// defaults is the configuration of somebody who has written none: web chat, console, shipped flows, demo orders.
func defaults() map[string]any {
	return map[string]any{
		"listen": "127.0.0.1:8080", "database": "sqlite:relevo.db", "demo": true,
		"default_language": "en", "default_queue": "general", "unknown_after": "120s", "phone_lease": "30m", "script_deadline": "50ms",
		"channels": []any{map[string]any{
			"id": "web", "type": "webchat", "title": "Relevo",
			"starters": map[string]any{
				"en": []any{"Where is my order?", "Talk to a person"},
				"es": []any{"¿Dónde está mi pedido?", "Hablar con una persona"},
				"pt": []any{"Onde está meu pedido?", "Falar com uma pessoa"},
			},
		}},
		"queues": []any{
			map[string]any{"id": "orders", "title": "Orders"},
			map[string]any{"id": "appointments", "title": "Appointments"},
			map[string]any{"id": "billing", "title": "Billing"},
			map[string]any{"id": "general", "title": "General"},
		},
	}
}

// setting is one key of relevo.yaml with its flag and its environment variable.
type setting struct {
	key, help string
	list      bool // several values: the flag may be repeated, the variable has commas
	yaml      bool // written as YAML
	alone     bool // the flag without a value means true
}

var settings = []setting{
	{key: "listen", help: "address and port to serve on"},
	{key: "public_url", help: "where people reach the server, https://chat.example.org"},
	{key: "database", help: "where to keep everything, sqlite:FILE"},
	{key: "flows", help: "folder of flow files (default: the shipped flows)"},
	{key: "scripts", help: "folder of script files (default: scripts beside the flows folder, else the shipped scripts)"},
	{key: "config", help: "what flows see as config.*, as YAML: '{orders_url: https://…}'", yaml: true},
	{key: "default_language", help: "spoken until the contact's language is known"},
	{key: "default_queue", help: "gets what no flow handed over"},
	{key: "demo", help: "serve the demo business and its page /demo/: true or false", yaml: true},
	{key: "watch", help: "for writing flows: use changed files as soon as they are saved, show findings here and in the browser: true or false", yaml: true, alone: true},
	{key: "allow", help: "an address inside your network that flows may call, 10.0.0.0/8", list: true},
	{key: "trusted_proxies", help: "a proxy whose forwarding headers are believed", list: true},
	{key: "unknown_after", help: "how long a send whose answer was lost waits for a status"},
	{key: "phone_lease", help: "how long the phone keeps a conversation after it was quiet"},
	{key: "script_deadline", help: "how long one call of a script may take, up to 10s; more for a busy machine"},
	{key: "log_level", help: "debug, info, warn or error (default: info, and warn with --watch)"},
	{key: "channels", help: "where contacts write, as YAML", yaml: true},
	{key: "queues", help: "where chats wait, as YAML", yaml: true},
}

// flag is the setting's flag. The key config has another name, because --config names the file.
func (s setting) flag() string {
	if s.key == "config" {
		return "values"
	}
	return strings.ReplaceAll(s.key, "_", "-")
}

func (s setting) variable() string {
	return "RELEVO_" + strings.ToUpper(strings.ReplaceAll(s.flag(), "-", "_"))
}

// addConfigFlags gives a command --config and the settings it uses.
func addConfigFlags(cmd *cobra.Command, keys ...string) {
	cmd.Flags().String("config", "", "configuration file (default: relevo.yaml, where it exists) [RELEVO_CONFIG]")
	for _, s := range settings {
		if len(keys) > 0 && !slices.Contains(keys, s.key) {
			continue
		}
		help := fmt.Sprintf("%s [%s]", s.help, s.variable())
		if s.list {
			cmd.Flags().StringSlice(s.flag(), nil, help)
		} else {
			cmd.Flags().String(s.flag(), "", help)
		}
		if s.alone {
			cmd.Flags().Lookup(s.flag()).NoOptDefVal = "true"
		}
	}
}

// loadConfig reads the configuration: flags, then environment, then the file, then the defaults. What is wrong in the file comes back
// as a findingsError, anything else as a usageError.
func (a *app) loadConfig(cmd *cobra.Command) (config, error) {
	merged := defaults()
	file, text, err := a.configFile(cmd)
	if err != nil {
		return config{}, err
	}
	if file != "" {
		doc, findings := flows.ReadDocument(file, text, "relevo.schema.json", configSchema)
		if !findings.HasErrors() {
			a.expand(doc.Value, doc, nil, &findings)
		}
		if findings.HasErrors() {
			return config{}, &findingsError{list: findings, source: func(string) []byte { return text }}
		}
		if values, ok := doc.Value.(map[string]any); ok {
			for k, v := range values {
				merged[k] = v
			}
		}
	}
	for _, s := range settings {
		if err := a.override(cmd, s, merged); err != nil {
			return config{}, err
		}
	}
	c, err := decodeConfig(merged)
	c.anyChannel = reflect.DeepEqual(merged["channels"], defaults()["channels"])
	return c, err
}

// configFile finds and reads the file. Without one named, relevo.yaml is used where it exists.
func (a *app) configFile(cmd *cobra.Command) (name string, text []byte, err error) {
	name, named := "relevo.yaml", false
	if v := a.getenv("RELEVO_CONFIG"); v != "" {
		name, named = v, true
	}
	if f := cmd.Flags().Lookup("config"); f != nil && f.Changed {
		name, named = f.Value.String(), true
	}
	text, err = os.ReadFile(a.path(name))
	if errors.Is(err, os.ErrNotExist) && !named {
		return "", nil, nil
	}
	if err != nil {
		return "", nil, &environmentError{fmt.Errorf("configuration %s can not be read: %w", name, cause(err))}
	}
	return name, text, nil
}

var variablePattern = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)

// expand replaces ${NAME} in every text of the file by the environment's value, so that secrets need not stand in the file.
func (a *app) expand(v any, doc flows.Document, path []string, findings *diag.List) any {
	switch v := v.(type) {
	case string:
		return variablePattern.ReplaceAllStringFunc(v, func(m string) string {
			name := variablePattern.FindStringSubmatch(m)[1]
			value := a.getenv(name)
			if value == "" {
				findings.Errorf(doc.At(path...), "unset-variable", "set "+name+" before starting, or write the value here", "the environment variable %s is not set", name)
			}
			return value
		})
	case map[string]any:
		for k, item := range v {
			v[k] = a.expand(item, doc, append(slices.Clone(path), k), findings)
		}
	case []any:
		for i, item := range v {
			v[i] = a.expand(item, doc, append(slices.Clone(path), fmt.Sprint(i)), findings)
		}
	}
	return v
}

// override applies a setting's environment variable and flag.
func (a *app) override(cmd *cobra.Command, s setting, merged map[string]any) error {
	origin, text, set := s.variable(), a.getenv(s.variable()), a.getenv(s.variable()) != ""
	if f := cmd.Flags().Lookup(s.flag()); f != nil && f.Changed {
		origin, text, set = "--"+s.flag(), f.Value.String(), true
		if s.list {
			values, err := cmd.Flags().GetStringSlice(s.flag())
			if err != nil {
				return &usageError{err}
			}
			merged[s.key] = anySlice(values)
			return nil
		}
	}
	if !set {
		return nil
	}
	var value any = text
	switch {
	case s.list:
		value = anySlice(strings.Split(text, ","))
	case s.yaml:
		if err := yaml.Load([]byte(text), &value); err != nil {
			return &usageError{fmt.Errorf("%s is not YAML: %s", origin, text)}
		}
	}
	if findings := checkSetting(s.key, value); findings != nil {
		return &usageError{fmt.Errorf("%s: %s", origin, withHint(findings[0]))}
	}
	merged[s.key] = value
	return nil
}

// withHint writes a finding in one line.
func withHint(d diag.Diagnostic) string {
	if d.Hint == "" {
		return d.Message
	}
	return d.Message + "; " + d.Hint
}

func anySlice(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

// checkSetting holds one value against the schema.
func checkSetting(key string, value any) diag.List {
	text, err := json.Marshal(map[string]any{key: value})
	if err != nil {
		return diag.List{{Message: "the value can not be used"}}
	}
	_, findings := flows.ReadDocument("setting", text, "relevo.schema.json", configSchema)
	if !findings.HasErrors() {
		return nil
	}
	return findings
}

func decodeConfig(merged map[string]any) (config, error) {
	text, err := json.Marshal(merged)
	if err != nil {
		return config{}, &usageError{err}
	}
	var c config
	if err := json.Unmarshal(text, &c); err != nil {
		return config{}, &usageError{fmt.Errorf("the configuration can not be used: %w", err)}
	}
	if c.LogLevel == "" {
		c.LogLevel = "info"
		if c.Watch { // findings are what is looked for there
			c.LogLevel = "warn"
		}
	}
	return c, c.check()
}

// maxScriptDeadline is the longest time that a script may hold up a turn.
const maxScriptDeadline = 10 * time.Second

// check finds what the schema can not.
func (c *config) check() error {
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		return &usageError{fmt.Errorf("listen: %q is not an address with a port, such as 127.0.0.1:8080", c.Listen)}
	}
	for name, value := range map[string]string{"unknown_after": c.UnknownAfter, "phone_lease": c.PhoneLease, "script_deadline": c.ScriptDeadline} {
		if d, err := time.ParseDuration(value); err != nil || d <= 0 {
			return &usageError{fmt.Errorf("%s: %q is not a duration; write a number and a unit, for example 30m", name, value)}
		}
	}
	if c.duration(c.ScriptDeadline) > maxScriptDeadline { // a turn waits for it
		return &usageError{fmt.Errorf("script_deadline: %s is longer than %s", c.ScriptDeadline, maxScriptDeadline)}
	}
	if !slices.ContainsFunc(c.Queues, func(q queueConfig) bool { return q.ID == c.DefaultQueue }) {
		return &usageError{fmt.Errorf("default_queue: no queue is named %q", c.DefaultQueue)}
	}
	for i, q := range c.Queues {
		if slices.ContainsFunc(c.Queues[:i], func(o queueConfig) bool { return o.ID == q.ID }) {
			return &usageError{fmt.Errorf("queues: %q is there twice", q.ID)}
		}
	}
	for i, ch := range c.Channels {
		if slices.ContainsFunc(c.Channels[:i], func(o channelConfig) bool { return o.ID == ch.ID }) {
			return &usageError{fmt.Errorf("channels: %q is there twice", ch.ID)}
		}
		webchats := func(o channelConfig) bool { return o.Type == "webchat" }
		if ch.Type == "webchat" && slices.ContainsFunc(c.Channels[:i], webchats) {
			return &usageError{errors.New("channels: there can be one web chat, at /webchat")}
		}
	}
	return nil
}

func (c *config) duration(s string) time.Duration {
	d, _ := time.ParseDuration(s) // check has read it already
	return d
}

// queues makes the queues with their business hours.
func (c *config) queues() ([]handoff.Queue, error) {
	var out []handoff.Queue
	for _, q := range c.Queues {
		queue := handoff.Queue{ID: q.ID, Title: q.Title}
		if queue.Title == "" {
			queue.Title = q.ID
		}
		if q.Hours != nil {
			zone, week := "", map[string][]string{}
			for key, v := range q.Hours {
				switch v := v.(type) {
				case string:
					zone = v
				case []any:
					for _, span := range v {
						week[key] = append(week[key], fmt.Sprint(span))
					}
				}
			}
			hours, err := handoff.NewHours(zone, week)
			if err != nil {
				return nil, &usageError{fmt.Errorf("queues: %s: %w", q.ID, err)}
			}
			queue.Hours = hours
		}
		out = append(out, queue)
	}
	return out, nil
}

func (c *config) queueIDs() []string {
	ids := make([]string, len(c.Queues))
	for i, q := range c.Queues {
		ids[i] = q.ID
	}
	return ids
}

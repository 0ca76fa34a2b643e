package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"relevo/channel"
	"relevo/channel/webchat"
	"relevo/channel/whatsapp"
	"relevo/engine"
	"relevo/flows/draw"
	"relevo/flows/project"
	"relevo/flows/publish"
	"relevo/handoff"
	"relevo/runner"
	"relevo/scripts"
	"relevo/server"
	"relevo/store"
	"relevo/store/sqlite"
)

// shutdownLimit is how long requests under way may take when the program is asked to stop.
const shutdownLimit = 10 * time.Second

func (a *app) serveCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "serve", Short: "Run everything: channels, flows, API and console", Args: exactly(0),
		Long: `Serve runs everything in one process. Without any configuration that is the web chat, the console, the shipped flows with a demo
business behind them, and a SQLite database in the working directory. On an empty database it prints a one-time link with which the first admin is created.

With --watch it is the bench on which flows are written: a saved file is checked and used within a second, what is wrong with it is shown in the terminal
and in the browser, and the page /dev/ has the flow's drawing and the web chat side by side. Conversations under way keep the version that they began with;
a file with errors changes nothing.

Every setting can be a flag, an environment variable (RELEVO_LISTEN for --listen), or a key of relevo.yaml, in this order.

Exit code 0: asked to stop. 1: the flows or the configuration have errors. 2: usage. 3: the port or the database can not be used.`,
		Example: "  relevo serve\n  relevo serve --listen 127.0.0.1:9000 --database sqlite:/var/lib/relevo/relevo.db\n  relevo serve --config /etc/relevo.yaml\n  relevo serve --flows ./flows --watch     edit, save, and see what became of it\n  RELEVO_LOG_LEVEL=debug relevo serve --flows ./flows --scripts ./scripts",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.loadConfig(cmd)
			if err != nil {
				return err
			}
			a.easeGC()
			if c.Watch {
				if err := a.watchable(&c); err != nil {
					return err
				}
			}
			s, err := a.build(cmd.Context(), c)
			if err != nil {
				return err
			}
			return errors.Join(s.serve(cmd.Context()), s.close())
		},
	}
	addConfigFlags(cmd)
	return cmd
}

// easeGC trades memory for time, unless the environment says how much of each is wanted.
func (a *app) easeGC() {
	if a.getenv("GOGC") == "" {
		debug.SetGCPercent(runner.GCPercent)
	}
}

// service is everything that serve runs.
type service struct {
	app      *app
	config   config
	url      string // where people reach it
	log      *slog.Logger
	listener net.Listener
	store    *sqlite.DB
	pool     *scripts.Pool
	runner   *runner.Runner
	server   *server.Server
	closers  []func() error // in the order they were opened
	watching *watching      // nil without --watch

	publisher *publish.Publisher
	catalog   func(current, old []*engine.Machine) *engine.Catalog
	commands  engine.Commands // that the catalog is made with; once requests are taken only the publisher changes them, one at a time
}

// build puts the parts together. Whatever was opened is closed again when a part fails.
func (a *app) build(ctx context.Context, c config) (s *service, err error) {
	level := new(slog.LevelVar)
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		return nil, &usageError{err}
	}
	s = &service{app: a, config: c, log: slog.New(slog.NewTextHandler(a.err, &slog.HandlerOptions{Level: level}))}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if s.listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", c.Listen); err != nil {
		return s, &environmentError{fmt.Errorf("listen on %s: %w", c.Listen, err)}
	}
	s.closers = append(s.closers, func() error { return ignoreClosed(s.listener.Close()) })
	address := s.listener.Addr().String()
	if s.url = strings.TrimSuffix(c.PublicURL, "/"); s.url == "" {
		s.url = "http://" + address
	}
	if c.Demo {
		s.config.Values = demoValues("http://"+address+"/demo", c.Values)
		s.config.Allow = append(s.config.Allow, address) // the demo business is served here
	}
	for _, step := range []func(context.Context) error{s.openStore, s.openRunner, s.openChannels, s.openServer} {
		if err := step(ctx); err != nil {
			return s, err
		}
	}
	return s, nil
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

func (s *service) openStore(ctx context.Context) error {
	file := strings.TrimPrefix(s.config.Database, "sqlite:")
	db, err := sqlite.Open(ctx, s.app.path(file), sqlite.Options{Logger: s.log})
	if err != nil {
		return unopened(file, err)
	}
	s.store = db
	s.closers = append(s.closers, db.Close)
	return nil
}

// openRunner loads the flows, publishes what is new in them, and makes the runner.
func (s *service) openRunner(ctx context.Context) error {
	p, err := s.loadFlows()
	if err != nil {
		return err
	}
	if s.pool, err = scripts.NewPool(scripts.Options{Sources: p.Sources, Deadline: s.config.duration(s.config.ScriptDeadline), Logger: s.log}); err != nil {
		return &environmentError{fmt.Errorf("start the script workers: %w", err)}
	}
	s.closers = append(s.closers, s.pool.Close)
	queues, err := s.config.queues()
	if err != nil {
		return err
	}
	s.publisher = publish.New(publish.Options{
		Store: s.store, Check: s.app.projectOptions(s.config), Commands: p.CommandsFile(), Pool: s.pool, Use: func(current, old []*engine.Machine) { s.runner.SetCatalog(s.catalog(current, old)) },
		UseCommands: func(commands engine.Commands) { s.commands = commands },
		Now:         s.app.now, Logger: s.log,
	})
	s.commands = p.Commands
	options := p.CatalogOptions(s.config.Values, s.pool)
	options.DefaultQueue, options.DefaultLanguage = s.config.DefaultQueue, s.config.DefaultLanguage
	options.Lease, options.QueueOpen = s.config.duration(s.config.PhoneLease), queueOpen(queues)
	s.catalog = func(current, old []*engine.Machine) *engine.Catalog {
		o := options
		o.Current, o.Old, o.Commands = current, old, s.commands
		return engine.NewCatalog(o)
	}
	current, old, err := s.publisher.Start(ctx, p)
	if err != nil {
		return fmt.Errorf("publish the flows of the folder: %w", err)
	}
	allowed, err := runner.ParseAllowed(s.config.Allow)
	if err != nil {
		return &usageError{fmt.Errorf("allow: %w", err)}
	}
	s.runner = runner.New(runner.Options{
		Store: s.store, Catalog: s.catalog(current, old), Client: runner.NewClient(allowed), Now: s.app.now, NewID: newID,
		Logger: s.log, UnknownAfter: s.config.duration(s.config.UnknownAfter),
	})
	s.closers = append(s.closers, func() error { s.runner.Close(); return nil })
	return nil
}

// loadFlows reads the flows, which must have no errors. A folder that is watched may have some: what is good in it is used once it is reloaded.
func (s *service) loadFlows() (*project.Project, error) {
	if s.config.Watch {
		return s.watch()
	}
	p, err := project.Load(s.app.projectOptions(s.config))
	if err != nil {
		return nil, &environmentError{err}
	}
	if p.Findings.HasErrors() {
		return nil, &findingsError{list: p.Findings, source: p.Source}
	}
	for _, d := range p.Findings {
		s.log.Warn("flow", "finding", d.Error())
	}
	return p, nil
}

// queueOpen tells the engine which queues have hours at a time.
func queueOpen(queues []handoff.Queue) func(string, time.Time) bool {
	byID := map[string]handoff.Queue{}
	for _, q := range queues {
		byID[q.ID] = q
	}
	return func(queue string, at time.Time) bool { return byID[queue].Hours.Open(at) }
}

func (s *service) openChannels(context.Context) error {
	for _, c := range s.config.Channels {
		ch, err := s.channel(c)
		if err != nil {
			return &usageError{fmt.Errorf("channel %s: %w", c.ID, err)}
		}
		s.runner.Use(ch)
	}
	return nil
}

func (s *service) channel(c channelConfig) (channel.Channel, error) {
	if c.Type == "whatsapp" {
		secrets := c.AppSecrets
		if c.AppSecret != "" {
			secrets = append([]string{c.AppSecret}, secrets...)
		}
		return whatsapp.New(whatsapp.Config{
			ID: c.ID, PhoneNumberID: c.PhoneNumberID, BusinessAccountID: c.BusinessAccountID, AccessToken: c.AccessToken,
			AppSecrets: secrets, VerifyToken: c.VerifyToken, GraphURL: c.GraphURL,
		}, s.runner, whatsapp.Options{Logger: s.log, Now: s.app.now})
	}
	ch, err := webchat.New(webchat.Config{
		ID: c.ID, Title: c.Title, Accent: c.Accent, Greeting: c.Greeting, Starters: c.Starters, FrameAncestors: c.FrameAncestors,
	}, s.runner, webchat.Options{
		History: s.runner, Logger: s.log, Now: s.app.now,
		Conversations: func(ctx context.Context, visitor channel.Identity) (string, error) {
			id, err := s.store.ConversationByIdentity(ctx, c.ID, visitor)
			if errors.Is(err, store.ErrNotFound) {
				return "", nil
			}
			return id, err
		},
	})
	if err != nil {
		return nil, err
	}
	s.closers = append(s.closers, func() error { ch.Close(); return nil })
	return ch, nil
}

func (s *service) openServer(context.Context) error {
	o := server.Options{
		Store: s.store, Runner: s.runner, Now: s.app.now, NewID: newID, Logger: s.log,
		PublicURL: s.url, TrustedProxies: s.config.TrustedProxies, Version: programVersion(),
		Flows: s.flows, Drawing: s.drawing, Publisher: s.publisher, Mounts: map[string]http.Handler{},
		EventCheck: eventChecker(s.runner.Catalog, func(err error) { s.log.Error("the schemas of events can not be used", "err", err) }),
	}
	for _, q := range s.config.Queues {
		title := q.Title
		if title == "" {
			title = q.ID
		}
		o.Queues = append(o.Queues, server.Queue{ID: q.ID, Title: title})
	}
	for _, ch := range s.runner.Channels() {
		o.Channels = append(o.Channels, server.ChannelInfo{ID: ch.ID(), Type: ch.Type(), Window: ch.Capabilities().Window})
		handler, ok := ch.(http.Handler)
		switch {
		case ok && ch.Type() == "webchat":
			o.Mounts["/webchat"] = handler
		case ok:
			o.Mounts["/webhooks/"+ch.Type()+"/"+ch.ID()] = handler
		}
	}
	if s.config.Demo {
		o.Demo = server.Demo()
	}
	if s.watching != nil {
		o.Workbench = &s.watching.workbench
	}
	var err error
	if s.server, err = server.New(o); err != nil {
		return &usageError{err}
	}
	s.closers = append(s.closers, func() error { s.server.Close(); return nil })
	return nil
}

// flows lists what is published.
func (s *service) flows(ctx context.Context) ([]server.FlowInfo, error) {
	counts, err := s.store.Counts(ctx)
	if err != nil {
		return nil, err
	}
	catalog := s.runner.Catalog()
	running := map[string]int64{}
	for version, n := range counts.Runs {
		if m := catalog.Machine(version); m != nil {
			running[m.Flow] += n
		}
	}
	var out []server.FlowInfo
	for _, m := range catalog.Current {
		titles := map[string]string{}
		for _, l := range m.Languages() {
			titles[l] = m.Title(l)
		}
		out = append(out, server.FlowInfo{
			Flow: m.Flow, Title: titles, Version: m.Version, Languages: m.Languages(), States: m.States(),
			Running: int(running[m.Flow]),
		})
	}
	return out, nil
}

// drawing draws a flow, the same picture that relevo draw makes.
func (s *service) drawing(ctx context.Context, flow string, o server.DrawingOptions) ([]byte, error) {
	for _, m := range s.runner.Catalog().Current {
		if m.Flow != flow {
			continue
		}
		opts := draw.Options{Language: o.Language, Version: m.Version}
		if o.Runs {
			counts, err := countRuns(ctx, s.publisher, flow)
			if err != nil {
				return nil, err
			}
			opts.Marks = &draw.Marks{Counts: counts}
		}
		var b bytes.Buffer
		err := draw.Flow(m.Definition, opts).SVG(&b)
		return b.Bytes(), err
	}
	return nil, store.ErrNotFound
}

// serve takes requests until the context ends.
func (s *service) serve(ctx context.Context) error {
	if err := s.runner.Start(ctx); err != nil {
		return err
	}
	if err := s.welcome(ctx); err != nil {
		return err
	}
	if s.watching != nil {
		stop := s.watching.start(ctx)
		defer stop()
	}
	web := server.HTTPServer(s.config.Listen, s.server.Handler())
	failed := make(chan error, 1)
	go func() { failed <- web.Serve(s.listener) }()
	select {
	case err := <-failed:
		return &environmentError{fmt.Errorf("serve on %s: %w", s.config.Listen, err)}
	case <-s.store.Failed():
		// A disk that refused to keep what it was told is not asked again: whoever starts us anew finds all that was acknowledged.
		return errors.Join(&environmentError{sqlite.ErrDisk}, web.Close())
	case <-ctx.Done():
	}
	s.log.Info("stopping")
	s.server.Close() // ends the live streams, which would otherwise hold the shutdown
	for _, ch := range s.runner.Channels() {
		if c, ok := ch.(interface{ Close() }); ok {
			c.Close()
		}
	}
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownLimit)
	defer cancel()
	if err := web.Shutdown(limited); err != nil {
		s.log.Warn("requests were cut off", "err", err)
		return web.Close()
	}
	return nil
}

// welcome says where everything is, and how the first admin is made.
func (s *service) welcome(ctx context.Context) error {
	link, err := server.SetupLink(ctx, s.store, s.url, s.app.now())
	if err != nil {
		return fmt.Errorf("make the set-up link: %w", err)
	}
	lines := []string{fmt.Sprintf("Relevo %s", programVersion())}
	for _, ch := range s.runner.Channels() {
		if ch.Type() == "webchat" {
			lines = append(lines, "  web chat   "+s.url+"/webchat")
		} else {
			lines = append(lines, "  "+ch.Type()+"   "+s.url+"/webhooks/"+ch.Type()+"/"+ch.ID())
		}
	}
	if s.config.Demo {
		lines = append(lines, "  demo       "+s.url+"/demo/")
	}
	if s.watching != nil {
		lines = append(lines, "  workbench  "+s.url+"/dev/")
	}
	lines = append(lines, "  console    "+s.url+"/", "  API        "+s.url+"/docs")
	if link != "" {
		lines = append(lines, "", "Nobody can sign in yet. Create the first admin with this link, once:", "  "+link)
	}
	return s.app.printf("%s\n\n", strings.Join(lines, "\n"))
}

// close closes the parts, the last opened first.
func (s *service) close() error {
	var errs []error
	for i := len(s.closers) - 1; i >= 0; i-- {
		errs = append(errs, s.closers[i]())
	}
	s.closers = nil
	return errors.Join(errs...)
}
